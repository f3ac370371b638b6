// SPDX-License-Identifier: Apache-2.0
// Figures of a topology by search over its graph as it is wired: the evidence beside the closed
// forms. Breadth-first search from every node; bisection by trying every cut of few routers.
#include "model/net/connectivity.h"
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
        if (node == source)
            continue;
        hops += t->indirect ? 2 : 0;
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
            size_t channel = (size_t)r * self->radix + p;
            degree += topology_is_hop(self, channel) && (!flits || flits[channel] > 0);
        }
        figures->channels += degree;
        if (degree > figures->degree_max)
            figures->degree_max = degree;
    }
    size_t first = (size_t)self->num_routers * self->radix; // of the channels out of nodes
    for (uint32_t node = 0; self->indirect && node < self->num_nodes; node++)
        figures->channels += !flits || flits[first + node] > 0;
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
    struct connectivity connectivity;
    if (!connectivity_search(self, &connectivity, err))
        return false;
    uint64_t n = self->num_nodes;
    *figures = (struct topology_figures){
        .nodes = n,
        .routers = self->num_routers,
        .diameter_hops = search.diameter_hops,
        .average_hops = n > 1 ? (double)search.sum_hops / ((double)n * (double)(n - 1)) : 0,
        .bisection_channels = topology_search_bisection(self),
        .node_connectivity = connectivity.node,
        .edge_connectivity = connectivity.edge,
    };
    topology_search_channels(self, NULL, figures);
    return true;
}

// A cut while routers change sides, one at a time.
struct cut {
    const struct topology *topology;
    uint32_t nodes_of[TOPOLOGY_MAX_HALVED_ROUTERS]; // number of nodes
    uint32_t side;                                  // routers on the first side, a bit each
    uint32_t nodes;                                 // nodes of these
    int64_t channels;                               // one way, between routers
};

static void change_side(struct cut *self, uint32_t router)
{
    const struct topology *t = self->topology;
    bool was_first = self->side >> router & 1;
    for (uint32_t p = 0; p < t->radix; p++) {
        uint32_t peer = t->peer[router * t->radix + p];
        if (peer == TOPOLOGY_NONE || peer / t->radix == router)
            continue;
        bool apart = (self->side >> peer / t->radix & 1) != was_first;
        self->channels += apart ? -1 : 1;
    }
    self->side ^= 1U << router;
    self->nodes += was_first ? -self->nodes_of[router] : self->nodes_of[router];
}

uint64_t topology_search_bisection(const struct topology *self)
{
    uint32_t half = self->num_nodes / 2;
    if (self->num_routers > TOPOLOGY_MAX_HALVED_ROUTERS || half == 0)
        return UINT64_MAX;
    struct cut cut = {.topology = self};
    for (uint32_t node = 0; node < self->num_nodes; node++)
        cut.nodes_of[self->node_port[node] / self->radix]++;
    uint64_t least = UINT64_MAX;
    uint32_t least_off = UINT32_MAX;
    uint32_t num_cuts = 1U << (self->num_routers - 1); // the last router stays where it is
    for (uint32_t i = 1; i <= num_cuts; i++) {
        // Nodes that are on the wrong side if the first gets floor(n / 2) or if the second does.
        uint32_t off = cut.nodes > half ? cut.nodes - half : half - cut.nodes;
        uint32_t off_other =
            cut.nodes > self->num_nodes - half ? cut.nodes - self->num_nodes + half : UINT32_MAX;
        off = off_other < off ? off_other : off;
        uint64_t channels = (uint64_t)cut.channels;
        if (self->indirect) {
            channels += off; // the channels of nodes that go over to the other side
            off = 0;
        }
        if (off < least_off || (off == least_off && channels < least)) {
            least_off = off;
            least = channels;
        }
        if (i < num_cuts)
            change_side(&cut, (uint32_t)__builtin_ctz(i)); // the order of a Gray code
    }
    return least;
}
