// SPDX-License-Identifier: Apache-2.0
// Next hops towards one node after the other, chosen among equally good ones so that load is
// spread: what the routing algorithms for any graph of routers share.
//
// The load of a channel is the number of routes, one from every node, that go over it to the
// nodes done so far. Every router takes the least loaded of its channels that lead one hop nearer
// (ties: the lowest port).
//
// Bounds: routers that cannot reach the node get no port.
// Owner: spread_init allocates, spread_free frees.
// Source: Hoefler, Schneider and Lumsdaine, "Optimized routing for large-scale InfiniBand
// networks", Hot Interconnects 2009, section 3 (channels weighted by the routes over them).
#ifndef ORDITO_MODEL_NET_ROUTE_SPREAD_H
#define ORDITO_MODEL_NET_ROUTE_SPREAD_H

#include "model/net/topology.h"

struct spread {
    const struct topology *topology;
    uint64_t *load;   // [num_routers * radix] routes over the channel at this output port
    uint64_t *routes; // [num_routers] to the current node that come to, or begin at, this router
    uint32_t *order;  // [num_routers] those that reach the current node, nearest first
    uint32_t *bucket; // [num_routers + 1] of the sort by hops
};

// True if routes to the current node may leave `router` by `port`, which is connected. Routers are
// asked for nearest first, so that the port of the next router is known; what is answered with true
// is taken.
typedef bool spread_allowed_fn(void *context, uint32_t router, uint32_t port);

bool spread_init(struct spread *self, const struct topology *topology, struct err *err);
void spread_free(struct spread *self);

// Fills ports[num_routers] with the next hops to `node`. hops[r] is how far router r is from it,
// TOPOLOGY_NONE if it is cut off. False if some router has no allowed port one hop nearer; then
// nothing is counted as load.
bool spread_towards(struct spread *self, uint32_t node, const uint32_t *hops,
                    spread_allowed_fn *allowed, void *context, uint8_t *ports);

// Fills hops[num_routers] with distances from `router` (channels come in pairs, so to it as well),
// TOPOLOGY_NONE where there is no way. Returns how many routers were reached; they are the first
// in queue[num_routers], nearest first.
uint32_t spread_distances(const struct topology *topology, uint32_t router, uint32_t *hops,
                          uint32_t *queue);

#endif
