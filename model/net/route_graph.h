// SPDX-License-Identifier: Apache-2.0
// Routing over any connected graph of routers, by tables that know the destination alone.
//
// up-down (route_updown.c): routes that go towards a root, then away from it; one VC does.
// shortest-layered (route_layered.c): shortest routes, each destination in a layer of VCs of its
// own such that no layer can deadlock.
//
// Both spread destinations over equally good channels (route_spread.h). That no channels wait for
// each other in a cycle is argued in these files, and shown by deadlock_prove for every graph.
//
// Owner: route_graph_free frees what the makers allocate.
#ifndef ORDITO_MODEL_NET_ROUTE_GRAPH_H
#define ORDITO_MODEL_NET_ROUTE_GRAPH_H

#include "model/net/router.h"
#include "model/net/topology.h"

// Past so many layers counting stops.
enum { ROUTE_GRAPH_MAX_LAYERS = 64 };

struct route_graph {
    uint8_t *port;       // [num_nodes * num_routers] output port to a node, or ROUTING_NO_PORT
    uint8_t *layer;      // [num_nodes] of all packets to a node
    uint32_t num_layers; // 1..ROUTE_GRAPH_MAX_LAYERS; + 1: more are needed
    uint32_t nodes_in[ROUTE_GRAPH_MAX_LAYERS]; // [num_layers] destinations of a layer, 1..
};

typedef bool route_graph_fn(const struct topology *topology, struct route_graph *routes,
                            struct err *err);

route_graph_fn route_updown;
route_graph_fn route_layered;
void route_graph_free(struct route_graph *routes);

// The root of up-down: a router of least eccentricity, the lowest of several.
uint32_t route_updown_root(const struct topology *topology, struct err *err);

// Shares `num_vcs` VCs out among the layers, the more the more destinations a layer has, each at
// least one: vcs[num_layers], a bit each. With `mixed` every layer has all VCs. False with
// ERR_CONFIG if there are too few, or more layers than were counted.
bool route_graph_vcs(const struct route_graph *routes, uint32_t num_vcs, bool mixed, uint8_t *vcs,
                     struct err *err);

#endif
