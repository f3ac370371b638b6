// SPDX-License-Identifier: Apache-2.0
// One run: builds topology, proof, routers, fabric and workload from a configuration, simulates,
// and measures. Metrics are defined in sim/METRICS.md.
#ifndef ORDITO_SIM_RUN_H
#define ORDITO_SIM_RUN_H

#include "model/net/deadlock.h"
#include "model/net/fabric.h"
#include "model/node/computers.h"
#include "sim/config.h"
#include "sim/stat.h"
#include "sim/timeline.h"

enum run_outcome {
    RUN_COMPLETED,
    RUN_SLICE,
    RUN_CYCLE_LIMIT,
    RUN_SATURATED,
    RUN_DEADLOCK,
    RUN_MISMATCH,
    RUN_INTERRUPTED,
    RUN_NUM_OUTCOMES
};

extern const char *const run_outcome_names[RUN_NUM_OUTCOMES];

// A distribution of latencies in cycles. Figures are only meaningful if num > 0; ci95 is negative
// if undefined.
struct run_latency {
    uint64_t num;
    double mean, ci95;
    uint64_t min, p50, p90, p99, p999, max;
};

// Of a traffic class.
struct run_class {
    uint64_t packets;                     // delivered of those measured
    double offered_flits_per_node_cycle;  // negative if undefined
    double accepted_flits_per_node_cycle; // negative if undefined
    struct run_latency latency;           // created -> tail ejected
};

struct run_result {
    enum run_outcome outcome;
    uint64_t cycles; // simulated, warm-up and drain included
    struct topology_figures topology;
    const char *routing; // resolved name
    const char *backend;
    uint64_t router_cycles;
    struct fabric_counters counters;    // whole run
    bool has_circuits;                  // counters.circuit tells of circuit switching
    bool internals_known;               // false: no stalls, flit hops, channel figures (rtl-whole)
    struct run_latency latency;         // created -> tail ejected
    struct run_latency network_latency; // head injected -> tail ejected
    double hops_mean;
    uint32_t hops_max;
    double offered_flits_per_node_cycle;                      // negative if undefined
    double accepted_flits_per_node_cycle;                     // negative if undefined
    double channel_utilisation_mean, channel_utilisation_max; // negative if undefined
    uint32_t packet_flits_max;                                // what messages were cut into
    uint32_t num_classes;
    struct run_class classes[ROUTER_MAX_CLASSES]; // [num_classes]

    // traces
    bool has_application;
    uint64_t makespan_cycles;                             // UINT64_MAX if the program has not ended
    uint64_t messages, bytes;                             // point-to-point operations of the trace
    uint64_t collective_messages, collective_bytes;       // messages that collectives were made of
    uint64_t collective_calls[COLLECTIVE_MAX_ALGORITHMS]; // by algorithm
    uint64_t deferred_messages;  // announced for want of room at the receiver
    uint64_t touches;            // accesses to buffers that were not the program's
    uint64_t compute_cycles_max; // of the rank that computes most

    bool has_rpc; // remote procedure calls
    struct rpc_stats rpc;

    bool is_loggops; // the fabric: there are no figures of routers, packets and flits
    bool has_nodes;  // full ones
    struct computers_stats nodes;

    struct deadlock_proof proof;

    // host figures, the only ones that may differ between two runs
    double wall_s, cpu_s, build_s, setup_s;
    uint64_t compared_router_cycles; // lockstep: routers asleep are not compared
    uint64_t peak_rss_bytes;
    uint32_t num_threads; // that simulated it
    char note[2048]; // deadlock and mismatch reports, cut-offs; empty if there is nothing to say
};

// What went over a channel, probes and releases of circuits included.
struct run_channel {
    uint64_t flits;        // whole run
    uint64_t window_flits; // as below, what is measured
    uint64_t busy_cycles;  // of the window
};

// When each rank of a program ended (UINT64_MAX: it has not), and what went over each channel.
// run_detail_free releases it.
struct run_detail {
    uint64_t *end_cycles;         // [num_ranks]
    uint32_t num_ranks;           // 0: there is no program
    struct run_channel *channels; // [topology_num_channels], by number; NULL: it is not known
    uint64_t window_cycles;       // that were measured
};

void run_detail_free(struct run_detail *self);

struct machine;
struct measurement;

// Who follows a run from within, and does not change it. Members may be NULL.
struct run_follower {
    // What is measured begins with this cycle: of synthetic traffic.
    void (*window)(void *context, uint64_t cycle);
    // Full nodes: the lives of messages (model/node/life.h) are written to what it returns, which
    // passes them on to `to`, if that is not NULL.
    FILE *(*lives)(void *context, FILE *to);
    // Its result is there, and its machine still.
    void (*ended)(void *context, const struct machine *machine,
                  const struct measurement *measurement);
    void *context;
};

// What is asked of a run beside its result. All zero: nothing.
struct run_outputs {
    struct run_detail *detail; // to be filled in, or NULL
    const char *packets;       // CSV, one line a packet, in order of ejection
    const char *messages;      // CSV, one line a message of full nodes, in order of their ends
    struct timeline_request timeline; // Chrome trace JSON
    const char *wave;                 // FST; rtl and lockstep only
    uint64_t wave_from_cycle, wave_to_cycle;
    bool progress;                // a line on a terminal for runs over two seconds
    bool quiet;                   // no word on standard error about RTL being built
    bool assertions;              // RTL with its assertions
    bool shuffle;                 // evaluate routers in a random order (tests)
    fabric_flit_fn *flit_ejected; // called for every flit that a node takes (tests), or NULL
    void *context;                // of flit_ejected
    const struct fabric_observer *observer; // of packets and flits (observer.h), or NULL
    const struct run_follower *follower;    // or NULL
    const struct router_ops *ops;           // in place of the configured back end (tests), or NULL
};

// Simulates. True if a result was measured, whatever its outcome (deadlock, mismatch and the like
// fill `err` too); false if there is nothing to report but `err`.
bool run_simulate(const struct config *config, const struct run_outputs *outputs,
                  struct run_result *result, struct err *err);

#endif
