// SPDX-License-Identifier: Apache-2.0
// An ideal network for tests of workloads: every packet arrives a fixed latency after its source
// could send it, at a flit a cycle, whatever else is under way. On request, odd packets take
// longer, so that they are overtaken, and some packets, drawn at random, are lost or late. Packets
// are delivered in order of (cycle, creation).
#ifndef ORDITO_TESTS_IDEAL_NETWORK_H
#define ORDITO_TESTS_IDEAL_NETWORK_H

#include "model/node/mpi.h"

struct ideal_packet {
    uint64_t due_cycle;
    uint64_t serial;
    struct packet packet;
};

struct ideal_network {
    uint64_t latency_cycles;       // 1..
    uint64_t detour_cycles;        // more for packets with an odd serial number
    uint64_t late_cycles;          // up to so many more for any packet; 0: none
    double loss_rate;              // of packets
    struct rng rng;                // of both; set before the first packet
    uint64_t cycle;                // current
    uint64_t num_packets;          // sent so far
    uint64_t num_flits;            // sent so far
    uint64_t num_priority_packets; // sent so far, of traffic classes above 0
    uint32_t longest_flits;        // packet
    uint64_t *free_cycle;          // [num_nodes]: when the source can send again
    uint32_t num_nodes;
    struct ideal_packet *heap; // by (due_cycle, serial)
    size_t num, cap;
};

void ideal_network_make(struct ideal_network *self, uint32_t num_nodes, uint64_t latency_cycles);
void ideal_network_free(struct ideal_network *self);

// What mpi_params.network wants.
struct mpi_network ideal_network_seam(struct ideal_network *self);

// Runs a workload from cycle 0. True when it is done; false with `err` if it fails or is stuck.
// A workload that is done must remain so and send nothing.
bool ideal_network_run(struct ideal_network *self, struct workload *workload, struct err *err);

#endif
