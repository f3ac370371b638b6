// SPDX-License-Identifier: Apache-2.0
// Synthetic traffic: every node creates packets at random, towards the destinations of a pattern.
//
// Bernoulli: a node creates a packet in a cycle with probability rate / mean length, each cycle by
// itself. The number of cycles to the next packet is drawn (geometric), so that a cycle in which a
// node creates nothing costs nothing.
// Bursty (on-off, two-state Markov): a node is on or off. On, it is Bernoulli at the burst rate,
// for a number of cycles that is geometric with the mean given; off, it creates nothing, for a
// number of cycles, geometric too, such that the mean rate is right. At the start a node is on with
// its share of time.
//
// Timing: packets of cycle t are created in step(t), in ascending order of node.
// Bounds: a rate is in flits per node and cycle, from 0 to 1; packets have the lengths given.
// Draws: what a node draws depends on the seed and its number alone, never on the state of the
// network. Floating point is used to set thresholds up, never in a cycle.
// Source: Dally and Towles, section 24.2; for the geometric draw, see geometric.h.
#ifndef ORDITO_MODEL_NODE_SYNTHETIC_H
#define ORDITO_MODEL_NODE_SYNTHETIC_H

#include "model/node/pattern.h"
#include "model/node/workload.h"

// A packet length of a mix, its relative weight, and the traffic class of such packets.
struct synthetic_length {
    uint32_t flits; // 1..
    double weight;  // > 0
    uint32_t traffic_class;
};

struct synthetic_params {
    struct pattern_spec pattern; // its seed is that of all traffic
    double rate_flits_per_node_cycle;
    const struct synthetic_length *lengths; // [num_lengths]
    uint32_t num_lengths;                   // 1..
    bool bursty;
    double burst_cycles;                    // mean length of a burst, >= 1
    double burst_rate_flits_per_node_cycle; // rate..1
};

// NULL on failure: ERR_CONFIG (pattern, or rates that do not fit together), ERR_RUN for memory.
struct workload *synthetic_new(const struct synthetic_params *params,
                               const struct topology *topology, struct err *err);

// Bytes of such a workload; what patterns keep is less.
uint64_t synthetic_bytes(uint32_t num_nodes);

// Takes the next packet of this cycle from a workload made by synthetic_new: true with `packet`
// filled, or false if there are no more. Cycles must not decrease, and none in which there is a
// packet may be left out. The workload's `step` is this, and fabric_send.
bool synthetic_take(struct workload *workload, uint64_t cycle, struct packet_spec *packet);

#endif
