// SPDX-License-Identifier: Apache-2.0
// Proof of deadlock freedom: the channel dependency graph of (topology, routing, VCs) is built and
// must be acyclic. Its vertices are (channel, VC) pairs; there is an edge from a to b if some
// packet that holds a may ask for b next.
//
// Where routing has an escape, the graph is Duato's extended one: its vertices are those of escape
// VCs, and there is an edge from a to b if some packet that holds a may ask for b after any number
// of hops by adaptive VCs, none included. (As escape VCs are never adaptive ones, there are no
// cross dependencies.) A head that can get no adaptive VC asks for an escape in every router, so
// the escapes lead everywhere.
//
// Where rings have bubbles (route_bubble.c), a packet that stays in its ring always gets on, so
// such dependencies are left out; what is left must be acyclic.
//
// Leaves out: dependencies between messages. Terminals are taken to consume always, which holds
// for nodes with unbounded memory.
//
// Source: Dally and Seitz, IEEE Trans. Computers 36(5), 1987, theorem 1; Duato, IEEE Trans.
// Parallel and Distributed Systems 4(12), 1993; Puente et al., J. Parallel and Distributed
// Computing 61(9), 2001.
#ifndef ORDITO_MODEL_NET_DEADLOCK_H
#define ORDITO_MODEL_NET_DEADLOCK_H

#include "model/net/topology.h"

struct deadlock_proof {
    uint64_t vertices; // (channel, VC) pairs
    uint64_t edges;    // dependencies
    bool by_symmetry;  // grids past DEADLOCK_FULL_STATES: each dimension's line or ring was proven
                       // by itself (sides past 256 as 256 or 257), which suffices since
                       // dimensions are corrected in order (struct route_kind.in_order)
    bool extended;     // the graph is of escape VCs
    bool bubbles;      // rings are free by bubbles
};

// Greatest nodes x (channel, VC) pairs for which the whole graph is built, if there is another way.
enum { DEADLOCK_FULL_STATES = 1 << 26 };

// True if the dependency graph is acyclic. Otherwise false with ERR_DEADLOCK and the cycle of
// channels in the text.
bool deadlock_prove(const struct topology *topology, const struct routing *routing,
                    struct deadlock_proof *proof, struct err *err);

#endif
