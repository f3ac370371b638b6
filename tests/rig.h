// SPDX-License-Identifier: Apache-2.0
// A fabric on a test bench: topology, routing and routers of a back end, and a log of what arrives.
#ifndef ORDITO_TESTS_RIG_H
#define ORDITO_TESTS_RIG_H

#include "model/net/fabric.h"

struct rig_spec {
    struct topology_spec topology;
    const struct router_ops *ops; // NULL: the reference
    enum switching switching;
    struct circuit_params circuit; // no windows: 16 to 1024 cycles
    struct router_design design;   // pipeline and allocator_iterations 0: 1
    uint32_t num_vcs;              // 0: 2; circuits have 1
    uint32_t num_classes;          // 0: 1
    uint32_t buffer_flits;         // 0: 8
    uint32_t flit_bits;            // 0: 64
    uint32_t max_flits;            // 0: 64
    const char *routing;           // NULL: auto
    bool by_flow;
    uint32_t channel_latency_cycles;  // 0: 1
    uint32_t terminal_latency_cycles; // 0: 1
    uint32_t ejection_latency_cycles; // 0: terminal_latency_cycles
    double stall_probability;
    double drop_rate, corrupt_rate;
    bool evaluate_all; // no idle skipping
    bool shuffle;
    uint32_t num_threads; // 0: 1
    uint64_t seed;
    struct router_rtl rtl;
    const struct fabric_observer *observer;
};

struct rig {
    struct topology *topology;
    struct routing *routing;
    struct fabric *fabric;
    struct rig_spec spec;
    struct err err;
    struct packet *log; // delivered packets, in order of delivery
    uint32_t num_log;
    uint32_t cap_log;
    uint64_t flit_hash; // of every flit that a node took: node, cycle, vc, payload, head, tail
};

// True if what the spec asks for can be made and is proven free of deadlock.
bool rig_is_legal(const struct rig_spec *spec);

// Makes a rig; fails the test if that cannot be done.
struct rig *rig_new(const struct rig_spec *spec);
void rig_free(struct rig *self);

// A cycle; false if the fabric reports an error (in rig->err).
bool rig_cycle(struct rig *self);

// Sends a packet, and simulates until the fabric is idle. Gives the packet as it was delivered.
struct packet rig_probe(struct rig *self, uint32_t source, uint32_t destination, uint32_t flits);

// Uniform traffic of packets of 1..max_packet_flits flits, of all classes, for `cycles`, then until
// all have arrived. Every packet's `message` is its number within its flow (source, destination,
// class). False as rig_cycle.
bool rig_traffic(struct rig *self, uint64_t cycles, double packets_per_node_cycle,
                 uint32_t max_packet_flits);

// Hops of the way of a packet, one by one by the routing itself (of adaptive ones, by the escape);
// fails the test if the topology has a closed form that differs, unless packets go by way of
// others.
uint32_t rig_hops(const struct rig *self, const struct packet *packet);

// What closed forms need to know of this rig.
struct switching_timing rig_timing(const struct rig *self);

// The closed form of a packet's zero-load latency on this rig.
uint64_t rig_zero_load_cycles(const struct rig *self, const struct packet *packet);

#endif
