// SPDX-License-Identifier: Apache-2.0
// Layered shortest-path routing on any connected graph, by tables.
//
// Every route is a shortest one, so channels may wait for each other in a cycle. They do not if
// the destinations are divided among layers, each with VCs of its own, such that in each layer the
// channels depend on each other in no cycle: a packet stays in the layer of its destination on all
// its way, so that channels of different layers never depend on each other. Destinations are taken
// in order; each goes into the first layer that remains acyclic (channel_order.h) with a tree of
// shortest routes to it from everywhere, and opens a new one if there is none: a tree is acyclic by
// itself. The tree is made for the layer: a router takes the least loaded of its channels that
// closes no cycle.
//
// LASH and DFSSSP choose a layer for each pair of source and destination, which sometimes needs
// fewer layers; by destination the tables stay as small as those of any other routing.
//
// Source: Skeie, Lysne and Theiss, "Layered shortest path (LASH) routing in irregular system area
// networks", IPDPS 2002; Domke, Hoefler and Nagel, "Deadlock-free oblivious routing for arbitrary
// topologies", IPDPS 2011.
#include "model/net/channel_order.h"
#include "model/net/route_graph.h"
#include "model/net/route_spread.h"

#include <stdlib.h>

struct layered {
    const struct topology *topology;
    struct spread spread;
    struct channel_order *layers[ROUTE_GRAPH_MAX_LAYERS];
    struct channel_order *layer; // that is tried for the current node
    uint8_t *ports;              // [num_routers] of the current node
    uint32_t *hops;              // [num_routers] to it
    uint32_t *queue;             // [num_routers]
    struct route_graph *routes;
};

// Whether a route may turn from this channel to the one that its next router has taken.
static bool allowed(void *context, uint32_t router, uint32_t port)
{
    const struct layered *self = context;
    const struct topology *t = self->topology;
    uint32_t arrives = t->peer[(size_t)router * t->radix + port];
    return self->hops[router] == 1 ||
           channel_order_add(self->layer, arrives, self->ports[arrives / t->radix]);
}

// Makes the tree of a node in a layer that exists. False if it would close a cycle there.
static bool make_tree(struct layered *self, uint32_t node, uint32_t layer)
{
    self->layer = self->layers[layer];
    bool good = spread_towards(&self->spread, node, self->hops, allowed, self, self->ports);
    if (good)
        channel_order_keep(self->layer);
    else
        channel_order_undo(self->layer);
    return good;
}

// Makes the tree of a node. Counts MAX + 1 layers if MAX are not enough. False if out of memory.
static bool choose_layer(struct layered *self, uint32_t node)
{
    struct route_graph *routes = self->routes;
    uint32_t layer = 0;
    while (layer < routes->num_layers && !make_tree(self, node, layer))
        layer++;
    if (layer == routes->num_layers) {
        routes->num_layers++;
        if (layer == ROUTE_GRAPH_MAX_LAYERS)
            return true;
        self->layers[layer] = channel_order_new(self->topology);
        if (!self->layers[layer])
            return false;
        make_tree(self, node, layer);
    }
    routes->layer[node] = (uint8_t)layer;
    routes->nodes_in[layer]++;
    return true;
}

static bool find_routes(struct layered *self)
{
    const struct topology *t = self->topology;
    bool good = true;
    for (uint32_t node = 0;
         good && node < t->num_nodes && self->routes->num_layers <= ROUTE_GRAPH_MAX_LAYERS;
         node++) {
        self->ports = &self->routes->port[(size_t)node * t->num_routers];
        spread_distances(t, t->node_port[node] / t->radix, self->hops, self->queue);
        good = choose_layer(self, node);
    }
    return good;
}

bool route_layered(const struct topology *topology, struct route_graph *routes, struct err *err)
{
    size_t routers = topology->num_routers;
    struct layered self = {
        .topology = topology,
        .hops = malloc(routers * sizeof *self.hops),
        .queue = malloc(routers * sizeof *self.queue),
        .routes = routes,
    };
    *routes = (struct route_graph){
        .port = malloc(topology->num_nodes * routers),
        .layer = calloc(topology->num_nodes, 1),
    };
    bool good = self.hops && self.queue && routes->port && routes->layer &&
                spread_init(&self.spread, topology, err) && find_routes(&self);
    if (!good) {
        err_set(err, ERR_RUN, "out of memory for routes over %zu routers", routers);
        route_graph_free(routes);
    }
    for (uint32_t l = 0; l < ROUTE_GRAPH_MAX_LAYERS; l++)
        channel_order_free(self.layers[l]);
    spread_free(&self.spread);
    free(self.hops);
    free(self.queue);
    return good;
}
