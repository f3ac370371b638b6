// SPDX-License-Identifier: Apache-2.0
// Replay of a Netrace trace (traces/netrace.h), closed-loop: a packet is created when all that it
// depends on have been ejected, and so a network that is slow slows the program down. Node i of the
// trace is node i of the fabric; a packet from a node to itself goes by way of its own router.
//
// Timing, by mode; cycles are counted from the first of what is replayed:
//   normal: a packet is read in its cycle c, and created in c if it waits for nothing then; if it
//     does, NETRACE_RELEASE_CYCLES (what a cache takes) after the cycle in which the last packet
//     that it waits for is ejected.
//   no-dependencies: a packet is created in its cycle.
//   self-throttled: packets are read NETRACE_AHEAD_CYCLES ahead of that which was ejected last, in
//     cycles of the trace, and created in their cycle or, if that is later, the one after the last
//     that they wait for is ejected.
// Of packets that a node creates in one cycle the one that came to be due last goes first; those
// that are released in one cycle come in the order of the file backwards if of one cycle of the
// trace (normal), or as they are released (self-throttled). That is the order of Netrace's example
// simulator, with which injections and ejections agree over an ideal network (model/net/ideal.h).
//
// A packet's length is that of its bytes in flits, and the header's flits; its `message` is its id.
// Bounds: memory is that of packets which wait or are on their way, and of what is read ahead.
// Cycles go up to WORKLOAD_LAST_CYCLE. An id of UINT32_MAX, one that a packet has which is not over
// yet, and a dependent that came before are an ERR_TRACE; so packets never wait for each other.
#ifndef ORDITO_MODEL_NODE_NETRACE_REPLAY_H
#define ORDITO_MODEL_NODE_NETRACE_REPLAY_H

#include "model/node/workload.h"
#include "traces/netrace.h"

enum { NETRACE_RELEASE_CYCLES = 8, NETRACE_AHEAD_CYCLES = 1000000 };

enum netrace_mode {
    NETRACE_NORMAL,
    NETRACE_NO_DEPENDENCIES,
    NETRACE_SELF_THROTTLED,
    NETRACE_NUM_MODES
};
extern const char *const netrace_mode_names[NETRACE_NUM_MODES];

struct netrace_replay_params {
    struct netrace *trace; // of which nothing has been read; the workload does not own it
    enum netrace_mode mode;
    uint32_t num_nodes; // of the fabric
    uint32_t flit_bits;
    uint32_t header_flits;
    uint64_t priority_bytes; // packets of fewer bytes are of priority_class, others of class 0
    uint32_t priority_class;
};

// Flits of the longest packet that there can be.
uint32_t netrace_replay_flits_max(const struct netrace_replay_params *params);

// NULL on failure: ERR_TRACE, ERR_CONFIG if there are too few nodes, or ERR_RUN.
struct workload *netrace_replay_new(const struct netrace_replay_params *params, struct err *err);

struct netrace_replay_stats {
    uint64_t packets;         // delivered
    uint64_t bytes;           // of these
    uint64_t makespan_cycles; // cycle of the last delivery
};

struct netrace_replay_stats netrace_replay_stats(const struct workload *workload);

#endif
