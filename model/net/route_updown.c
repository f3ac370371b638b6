// SPDX-License-Identifier: Apache-2.0
// Up*/down* routing on any connected graph, by tables.
//
// A breadth-first search from the root gives every router a level. Of the two directions of a
// channel, "up" leads to the router of the lower level, or of the lower number on one level. A
// route goes up any number of times (none, perhaps), then down. The router in the middle has no
// way to tell how a packet came; so what it does must be right for both kinds:
//
//   - a router from which the node can be reached by down channels alone goes down, by a shortest
//     such way;
//   - any other goes up, by the shortest way that these rules leave it.
//
// Every route ends: the second kind goes up to a router of lower rank (level, number), and the
// root, of lowest rank, is of the first kind, since a path of the search's tree leads from it down
// to every router; the first kind goes down to a router of the first kind, one hop nearer. So no
// route goes up after it went down, and channels wait for each other in no cycle: an up channel
// waits for up channels to lower ranks, or for a down channel; a down channel waits only for down
// channels to higher ranks.
//
// Leaves out: that a packet which came from below could go up further where that is shorter.
//
// Source: Schroeder et al., "Autonet: a high-speed, self-configuring local area network using
// point-to-point links", IEEE J. Selected Areas in Communications 9(8), 1991.
#include "model/net/route_graph.h"
#include "model/net/route_spread.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct updown {
    const struct topology *topology;
    uint32_t *level; // [num_routers] hops from the root, TOPOLOGY_NONE if cut off
    uint32_t *rank;  // [num_routers] the routers in order of (level, number)
    uint32_t *hops;  // [num_routers] of the route to the current node
    uint32_t *queue; // [num_routers]
    bool *down;      // [num_routers] the current node can be reached by down channels alone
};

uint32_t route_updown_root(const struct topology *topology, struct err *err)
{
    uint32_t *hops = malloc(topology->num_routers * sizeof *hops);
    uint32_t *queue = malloc(topology->num_routers * sizeof *queue);
    uint32_t best = TOPOLOGY_NONE;
    uint32_t least = UINT32_MAX;
    if (!hops || !queue)
        err_set(err, ERR_RUN, "out of memory for routes over %u routers", topology->num_routers);
    for (uint32_t r = 0; err->status == ERR_NONE && r < topology->num_routers; r++) {
        uint32_t reached = spread_distances(topology, r, hops, queue);
        uint32_t eccentricity = hops[queue[reached - 1]];
        if (hops[topology->node_port[0] / topology->radix] == TOPOLOGY_NONE ||
            eccentricity >= least)
            continue;
        least = eccentricity;
        best = r;
    }
    free(hops);
    free(queue);
    return best;
}

static bool is_up(const struct updown *self, uint32_t from, uint32_t to)
{
    return self->level[to] < self->level[from] ||
           (self->level[to] == self->level[from] && to < from);
}

static bool allowed(void *context, uint32_t router, uint32_t port)
{
    const struct updown *self = context;
    const struct topology *t = self->topology;
    uint32_t to = t->peer[(size_t)router * t->radix + port] / t->radix;
    bool up = is_up(self, router, to);
    return self->down[router] ? !up && self->down[to] : up;
}

// Finds the routers that reach `end` by down channels alone: a search from `end` upwards.
static void find_down(struct updown *self, uint32_t end)
{
    const struct topology *t = self->topology;
    uint32_t first = 0;
    uint32_t num = 0;
    memset(self->down, 0, t->num_routers * sizeof *self->down);
    for (uint32_t r = 0; r < t->num_routers; r++)
        self->hops[r] = TOPOLOGY_NONE;
    self->down[end] = true;
    self->hops[end] = 0;
    self->queue[num++] = end;
    while (first < num) {
        uint32_t r = self->queue[first++];
        for (uint32_t p = 0; p < t->radix; p++) {
            uint32_t peer = t->peer[(size_t)r * t->radix + p];
            uint32_t above = peer / t->radix;
            if (peer == TOPOLOGY_NONE || self->down[above] || !is_up(self, r, above))
                continue;
            self->down[above] = true;
            self->hops[above] = self->hops[r] + 1;
            self->queue[num++] = above;
        }
    }
}

// Gives the other routers their hops, those of low rank first: up channels lead to lower ranks.
static void find_up(struct updown *self, uint32_t num_reached)
{
    const struct topology *t = self->topology;
    for (uint32_t i = 0; i < num_reached; i++) {
        uint32_t r = self->rank[i];
        for (uint32_t p = 0; p < t->radix && !self->down[r]; p++) {
            uint32_t peer = t->peer[(size_t)r * t->radix + p];
            if (peer == TOPOLOGY_NONE || !is_up(self, r, peer / t->radix))
                continue;
            uint32_t hops = self->hops[peer / t->radix] + 1;
            if (hops < self->hops[r])
                self->hops[r] = hops;
        }
    }
}

// Ranks the routers that the root reaches; returns how many there are.
static uint32_t rank_routers(struct updown *self, uint32_t root)
{
    uint32_t reached = spread_distances(self->topology, root, self->level, self->queue);
    uint32_t num = 0;
    for (uint32_t level = 0; num < reached; level++)
        for (uint32_t r = 0; r < self->topology->num_routers; r++)
            if (self->level[r] == level)
                self->rank[num++] = r;
    return reached;
}

static void find_routes(struct updown *self, struct spread *spread, uint32_t root,
                        struct route_graph *routes)
{
    const struct topology *t = self->topology;
    uint32_t reached = rank_routers(self, root);
    for (uint32_t node = 0; node < t->num_nodes; node++) {
        find_down(self, t->node_port[node] / t->radix);
        find_up(self, reached);
        bool routed = spread_towards(spread, node, self->hops, allowed, self,
                                     &routes->port[(size_t)node * t->num_routers]);
        assert(routed); // every router has the first hop of its shortest legal way
    }
}

bool route_updown(const struct topology *topology, struct route_graph *routes, struct err *err)
{
    size_t routers = topology->num_routers;
    struct spread spread = {0};
    struct updown self = {
        .topology = topology,
        .level = malloc(routers * sizeof *self.level),
        .rank = malloc(routers * sizeof *self.rank),
        .hops = malloc(routers * sizeof *self.hops),
        .queue = malloc(routers * sizeof *self.queue),
        .down = malloc(routers * sizeof *self.down),
    };
    *routes = (struct route_graph){
        .port = malloc(topology->num_nodes * routers),
        .layer = calloc(topology->num_nodes, 1),
        .num_layers = 1,
        .nodes_in = {topology->num_nodes},
    };
    bool good = self.level && self.rank && self.hops && self.queue && self.down && routes->port &&
                routes->layer;
    if (!good)
        err_set(err, ERR_RUN, "out of memory for routes over %zu routers", routers);
    uint32_t root = good ? route_updown_root(topology, err) : TOPOLOGY_NONE;
    good = root != TOPOLOGY_NONE && spread_init(&spread, topology, err);
    if (good)
        find_routes(&self, &spread, root, routes);
    else
        route_graph_free(routes);
    spread_free(&spread);
    free(self.level);
    free(self.rank);
    free(self.hops);
    free(self.queue);
    free(self.down);
    return good;
}
