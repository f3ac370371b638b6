// SPDX-License-Identifier: Apache-2.0
// Figures of a topology by search over its graph as it is wired: the evidence beside the closed
// forms. Breadth-first search from every node; bisection by trying every halving of few nodes.
#include "model/net/topology.h"

#include <stdio.h>
#include <stdlib.h>

struct search {
    const struct topology *topology;
    uint32_t *distance; // [num_routers] hops from the current source, TOPOLOGY_NONE if not reached
    uint32_t *queue;    // [num_routers]
    uint64_t sum_hops;
    uint32_t diameter_hops;
};

static void search_from(struct search *self, uint32_t source_router)
{
    const struct topology *t = self->topology;
    for (uint32_t r = 0; r < t->num_routers; r++)
        self->distance[r] = TOPOLOGY_NONE;
    uint32_t first = 0;
    uint32_t end = 0;
    self->distance[source_router] = 0;
    self->queue[end++] = source_router;
    while (first < end) {
        uint32_t r = self->queue[first++];
        for (uint32_t p = 0; p < t->radix; p++) {
            uint32_t peer = t->peer[(size_t)r * t->radix + p];
            if (peer == TOPOLOGY_NONE || self->distance[peer / t->radix] != TOPOLOGY_NONE)
                continue;
            self->distance[peer / t->radix] = self->distance[r] + 1;
            self->queue[end++] = peer / t->radix;
        }
    }
}

static bool sum_up(struct search *self, uint32_t source, struct err *err)
{
    const struct topology *t = self->topology;
    for (uint32_t node = 0; node < t->num_nodes; node++) {
        uint32_t hops = self->distance[t->node_port[node] / t->radix];
        if (hops == TOPOLOGY_NONE)
            return err_set(err, ERR_CONFIG, "fabric.topology: node %u cannot reach node %u", source,
                           node);
        self->sum_hops += hops;
        if (hops > self->diameter_hops)
            self->diameter_hops = hops;
    }
    return true;
}

void topology_search_channels(const struct topology *self, const uint64_t *flits,
                              struct topology_figures *figures)
{
    for (uint32_t r = 0; r < self->num_routers; r++) {
        uint32_t degree = 0;
        for (uint32_t p = 0; p < self->radix; p++) {
            size_t port = (size_t)r * self->radix + p;
            degree += self->peer[port] != TOPOLOGY_NONE && (!flits || flits[port] > 0);
        }
        figures->channels += degree;
        if (degree > figures->degree_max)
            figures->degree_max = degree;
    }
}

bool topology_search(const struct topology *self, struct topology_figures *figures, struct err *err)
{
    struct search search = {
        .topology = self,
        .distance = malloc(self->num_routers * sizeof(uint32_t)),
        .queue = malloc(self->num_routers * sizeof(uint32_t)),
    };
    bool good = search.distance && search.queue;
    if (!good)
        err_set(err, ERR_RUN, "out of memory for a search of %u routers", self->num_routers);
    for (uint32_t node = 0; good && node < self->num_nodes; node++) {
        search_from(&search, self->node_port[node] / self->radix);
        good = sum_up(&search, node, err);
    }
    free(search.distance);
    free(search.queue);
    if (!good)
        return false;
    uint64_t n = self->num_nodes;
    *figures = (struct topology_figures){
        .nodes = n,
        .routers = self->num_routers,
        .diameter_hops = search.diameter_hops,
        .average_hops = n > 1 ? (double)search.sum_hops / ((double)n * (double)(n - 1)) : 0,
        .bisection_channels = topology_search_bisection(self),
    };
    topology_search_channels(self, NULL, figures);
    return true;
}

uint64_t topology_search_bisection(const struct topology *self)
{
    uint32_t n = self->num_nodes;
    if (n > TOPOLOGY_MAX_HALVED_NODES || n != self->num_routers || n < 2)
        return UINT64_MAX;
    uint32_t neighbours[TOPOLOGY_MAX_HALVED_NODES] = {0};
    for (uint32_t r = 0; r < n; r++)
        for (uint32_t p = 0; p < self->radix; p++)
            if (self->peer[r * self->radix + p] != TOPOLOGY_NONE)
                neighbours[r] |= 1U << self->peer[r * self->radix + p] / self->radix;
    uint64_t least = UINT64_MAX;
    uint32_t half_nodes = n / 2;
    uint32_t half = (1U << half_nodes) - 1;
    while (half < 1U << n) {
        uint64_t cut = 0;
        for (uint32_t set = half; set; set &= set - 1)
            cut += (uint64_t)__builtin_popcount(neighbours[__builtin_ctz(set)] & ~half);
        if (cut < least)
            least = cut;
        uint32_t low = half & -half; // the next set of as many nodes
        uint32_t carried = half + low;
        half = carried | ((half ^ carried) >> 2) / low;
    }
    return least;
}
