// SPDX-License-Identifier: Apache-2.0
// Where output ports lead, and what a bank of routers needs to carry all that they send and get by
// itself: it saves a copy of each flit into the fabric's calendar and out of it. The fabric owns
// all that is here. Each partition has a carrier, with terminals and counters of its own; all else
// is the same in all of them.
#ifndef ORDITO_MODEL_NET_CARRIER_H
#define ORDITO_MODEL_NET_CARRIER_H

#include "model/net/packet_pool.h"

#include <stdbool.h>
#include <stdint.h>

struct calendar;
struct terminals;

enum { CARRIER_TERMINAL = UINT32_MAX };

// Where a flit or credit arrives.
struct carrier_target {
    uint32_t place; // router, or node; TOPOLOGY_NONE: the port is not connected
    uint32_t port;  // of the router; CARRIER_TERMINAL: the node's terminal
};

// The channel out of a port or a node, and its way back.
struct wire {
    struct carrier_target to;
    uint32_t latency_cycles;        // of a flit that leaves
    uint32_t credit_latency_cycles; // of a credit for a flit that came, which goes the other way
    uint16_t part;                  // partition of the place where it leads
    bool is_hop;                    // a channel of the topology's graph
};

struct carrier {
    const struct wire *wires;  // [num_routers * radix]
    struct calendar *calendar; // which counts all that is on channels
    struct terminals *terminals;
    uint32_t num_nodes;  // of all partitions
    uint64_t *active;    // routers with a queue to evaluate in the next cycle, a bit each
    uint32_t *num_came;  // flits that came to routers in the last cycle, which are evaluated, too
    bool one_by_one;     // routers are evaluated one by one: all are in `active`, none in num_came
    uint32_t first_word; // of it: of the partition's routers
    uint32_t end_word;
    uint64_t *flit_hops;      // put on all channels that are hops
    struct packet_pool *pool; // whose packets count their hops
};

#endif
