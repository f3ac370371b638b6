// SPDX-License-Identifier: Apache-2.0
// How many failures a topology survives: node and edge connectivity of its graph of routers.
//
// Edge connectivity is the least number of channels (a channel and its opposite are one here) whose
// failure cuts some two nodes off from each other. Node connectivity is the least number of
// routers whose failure cuts some two nodes of other routers off from each other; where no failure
// does, as in a complete graph, it is the number of routers with nodes less 1. So one failure less
// than that never separates what is left. A node always has its own router and the channel to it:
// what fails there takes the node away, and is not counted.
//
// By maximum flows over channels of unit capacity, each found by augmenting paths. Edges: from one
// router to each other, since the least cut lies between it and some of them. Nodes: routers are
// taken as sources one by one, until there are more of them than the least cut found so far, so
// that one of them is not in it; sinks are all that are not next to the source.
//
// Source: Even and Tarjan, "Network flow and testing graph connectivity", SIAM J. Computing 4(4),
// 1975; Even, "An algorithm for determining whether the connectivity of a graph is at least k",
// SIAM J. Computing 4(3), 1975.
#ifndef ORDITO_MODEL_NET_CONNECTIVITY_H
#define ORDITO_MODEL_NET_CONNECTIVITY_H

#include "model/net/topology.h"

// Steps over channels after which a figure is given up as unknown: about a second.
#define CONNECTIVITY_MAX_STEPS (UINT64_C(1) << 28)

struct connectivity {
    uint32_t node; // UINT32_MAX: all nodes are at one router, or it would take too long
    uint32_t edge; // likewise
};

// False, with ERR_RUN, if out of memory.
bool connectivity_search(const struct topology *topology, struct connectivity *found,
                         struct err *err);

#endif
