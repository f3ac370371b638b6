// SPDX-License-Identifier: Apache-2.0
#include "model/net/route_spread.h"

#include <stdlib.h>
#include <string.h>

bool spread_init(struct spread *self, const struct topology *topology, struct err *err)
{
    size_t routers = topology->num_routers;
    *self = (struct spread){
        .topology = topology,
        .load = calloc(routers * topology->radix, sizeof *self->load),
        .routes = malloc(routers * sizeof *self->routes),
        .order = malloc(routers * sizeof *self->order),
        .bucket = malloc((routers + 1) * sizeof *self->bucket),
    };
    if (self->load && self->routes && self->order && self->bucket)
        return true;
    spread_free(self);
    return err_set(err, ERR_RUN, "out of memory for routes over %zu routers", routers);
}

void spread_free(struct spread *self)
{
    free(self->load);
    free(self->routes);
    free(self->order);
    free(self->bucket);
    *self = (struct spread){0};
}

// Sorts the routers that reach the node by hops; returns how many there are.
static uint32_t sort_by_hops(struct spread *self, const uint32_t *hops)
{
    uint32_t routers = self->topology->num_routers;
    uint32_t num = 0;
    memset(self->bucket, 0, (routers + 1) * sizeof *self->bucket);
    for (uint32_t r = 0; r < routers; r++)
        if (hops[r] != TOPOLOGY_NONE)
            self->bucket[hops[r] + 1]++;
    for (uint32_t h = 0; h < routers; h++)
        self->bucket[h + 1] += self->bucket[h];
    for (uint32_t r = 0; r < routers; r++) {
        if (hops[r] == TOPOLOGY_NONE)
            continue;
        self->order[self->bucket[hops[r]]++] = r;
        num++;
    }
    return num;
}

// The ports of a router come in order of (load, number). This is the first after (*load, port) that
// leads one hop nearer, or ROUTING_NO_PORT; *load becomes its load.
static uint32_t next_loaded(const struct spread *self, uint32_t router, const uint32_t *hops,
                            uint32_t port, uint64_t *load)
{
    const struct topology *t = self->topology;
    uint32_t best = ROUTING_NO_PORT;
    uint64_t least = UINT64_MAX;
    for (uint32_t p = 0; p < t->radix; p++) {
        uint32_t peer = t->peer[(size_t)router * t->radix + p];
        uint64_t own = self->load[(size_t)router * t->radix + p];
        bool after = port == ROUTING_NO_PORT || own > *load || (own == *load && p > port);
        if (peer == TOPOLOGY_NONE || hops[peer / t->radix] == TOPOLOGY_NONE ||
            hops[peer / t->radix] + 1 != hops[router] || !after || own >= least)
            continue;
        least = own;
        best = p;
    }
    *load = least;
    return best;
}

// Counts the routes to a node as load, from the farthest router to the nearest.
static void count_load(struct spread *self, uint32_t num, const uint8_t *ports)
{
    const struct topology *t = self->topology;
    memset(self->routes, 0, t->num_routers * sizeof *self->routes);
    for (uint32_t n = 0; n < t->num_nodes; n++)
        self->routes[t->node_port[n] / t->radix]++;
    while (num > 1) {
        uint32_t r = self->order[--num];
        size_t port = (size_t)r * t->radix + ports[r];
        self->load[port] += self->routes[r];
        self->routes[t->peer[port] / t->radix] += self->routes[r];
    }
}

bool spread_towards(struct spread *self, uint32_t node, const uint32_t *hops,
                    spread_allowed_fn *allowed, void *context, uint8_t *ports)
{
    const struct topology *t = self->topology;
    uint32_t end = t->node_port[node];
    memset(ports, ROUTING_NO_PORT, t->num_routers);
    ports[end / t->radix] = (uint8_t)(end % t->radix);
    uint32_t num = sort_by_hops(self, hops);
    for (uint32_t i = 1; i < num; i++) {
        uint32_t r = self->order[i];
        uint64_t load = 0;
        uint32_t port = ROUTING_NO_PORT;
        do {
            port = next_loaded(self, r, hops, port, &load);
            if (port == ROUTING_NO_PORT)
                return false;
        } while (!allowed(context, r, port));
        ports[r] = (uint8_t)port;
    }
    count_load(self, num, ports);
    return true;
}

uint32_t spread_distances(const struct topology *topology, uint32_t router, uint32_t *hops,
                          uint32_t *queue)
{
    uint32_t first = 0;
    uint32_t end = 0;
    for (uint32_t r = 0; r < topology->num_routers; r++)
        hops[r] = TOPOLOGY_NONE;
    hops[router] = 0;
    queue[end++] = router;
    while (first < end) {
        uint32_t r = queue[first++];
        for (uint32_t p = 0; p < topology->radix; p++) {
            uint32_t peer = topology->peer[(size_t)r * topology->radix + p];
            if (peer == TOPOLOGY_NONE || hops[peer / topology->radix] != TOPOLOGY_NONE)
                continue;
            hops[peer / topology->radix] = hops[r] + 1;
            queue[end++] = peer / topology->radix;
        }
    }
    return end;
}
