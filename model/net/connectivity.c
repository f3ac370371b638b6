// SPDX-License-Identifier: Apache-2.0
#include "model/net/connectivity.h"

#include <stdlib.h>
#include <string.h>

enum { NO_ARC = UINT32_MAX };

// A flow network. Arc a and arc a ^ 1 are each other's reverse.
struct flow {
    const struct topology *topology;
    uint32_t num_vertices;
    uint32_t num_arcs;
    uint32_t *first;   // [num_vertices] arc that leaves here, or NO_ARC
    uint32_t *next;    // [num_arcs] further arc from the same vertex, or NO_ARC
    uint32_t *to;      // [num_arcs]
    uint8_t *capacity; // [num_arcs] without flow
    uint8_t *rest;     // [num_arcs] capacity that is left
    uint32_t *by;      // [num_vertices] arc by which the search came, or NO_ARC
    uint32_t *queue;   // [num_vertices]
    uint64_t steps;    // that are left
};

static bool flow_init(struct flow *self, const struct topology *topology, uint32_t num_vertices,
                      uint32_t max_arcs, struct err *err)
{
    *self = (struct flow){
        .topology = topology,
        .num_vertices = num_vertices,
        .first = malloc(num_vertices * sizeof *self->first),
        .next = malloc(max_arcs * sizeof *self->next),
        .to = malloc(max_arcs * sizeof *self->to),
        .capacity = malloc(max_arcs),
        .rest = malloc(max_arcs),
        .by = malloc(num_vertices * sizeof *self->by),
        .queue = malloc(num_vertices * sizeof *self->queue),
        .steps = CONNECTIVITY_MAX_STEPS,
    };
    if (!self->first || !self->next || !self->to || !self->capacity || !self->rest || !self->by ||
        !self->queue)
        return err_set(err, ERR_RUN, "out of memory for the connectivity of %u routers",
                       topology->num_routers);
    for (uint32_t v = 0; v < num_vertices; v++)
        self->first[v] = NO_ARC;
    return true;
}

static void flow_free(struct flow *self)
{
    free(self->first);
    free(self->next);
    free(self->to);
    free(self->capacity);
    free(self->rest);
    free(self->by);
    free(self->queue);
}

static void add_arc(struct flow *self, uint32_t from, uint32_t to, uint8_t capacity)
{
    self->to[self->num_arcs] = to;
    self->capacity[self->num_arcs] = capacity;
    self->next[self->num_arcs] = self->first[from];
    self->first[from] = self->num_arcs++;
}

// An arc of capacity 1, and its reverse of capacity `back`.
static void add_arcs(struct flow *self, uint32_t from, uint32_t to, uint8_t back)
{
    add_arc(self, from, to, 1);
    add_arc(self, to, from, back);
}

// Searches for a way from source to sink with capacity left. True if `by` holds one.
static bool find_way(struct flow *self, uint32_t source, uint32_t sink)
{
    uint32_t first = 0;
    uint32_t end = 0;
    memset(self->by, 0xff, self->num_vertices * sizeof *self->by);
    self->queue[end++] = source;
    while (first < end) {
        uint32_t v = self->queue[first++];
        for (uint32_t a = self->first[v]; a != NO_ARC; a = self->next[a]) {
            uint32_t to = self->to[a];
            if (self->rest[a] == 0 || to == source || self->by[to] != NO_ARC)
                continue;
            self->by[to] = a;
            if (to == sink)
                return true;
            self->queue[end++] = to;
        }
    }
    return false;
}

// The maximum flow, or `limit` if it is not less. UINT32_MAX if there are no steps left.
static uint32_t max_flow(struct flow *self, uint32_t source, uint32_t sink, uint32_t limit)
{
    uint32_t flow = 0;
    memcpy(self->rest, self->capacity, self->num_arcs);
    while (flow < limit) {
        if (self->steps < self->num_arcs)
            return UINT32_MAX;
        self->steps -= self->num_arcs;
        if (!find_way(self, source, sink))
            break;
        for (uint32_t v = sink; v != source; v = self->to[self->by[v] ^ 1]) {
            self->rest[self->by[v]]--;
            self->rest[self->by[v] ^ 1]++;
        }
        flow++;
    }
    return flow;
}

// The routers with nodes, in ascending order; returns how many there are.
static uint32_t list_ends(const struct topology *t, uint32_t *ends)
{
    uint32_t num = 0;
    for (uint32_t r = 0; r < t->num_routers; r++) {
        bool has_node = false;
        for (uint32_t p = 0; p < t->radix; p++)
            has_node |= t->port_node[(size_t)r * t->radix + p] != TOPOLOGY_NONE;
        if (has_node)
            ends[num++] = r;
    }
    return num;
}

// Vertices are routers.
static uint32_t find_edge(struct flow *flow, const uint32_t *ends, uint32_t num_ends)
{
    const struct topology *t = flow->topology;
    for (uint32_t p = 0; p < t->num_routers * t->radix; p++)
        if (t->peer[p] != TOPOLOGY_NONE && p < t->peer[p])
            add_arcs(flow, p / t->radix, t->peer[p] / t->radix, 1);
    uint32_t least = t->radix;
    for (uint32_t i = 1; i < num_ends; i++) {
        uint32_t cut = max_flow(flow, ends[0], ends[i], least);
        if (cut == UINT32_MAX)
            return cut;
        least = cut;
    }
    return least;
}

static bool adjacent(const struct topology *t, uint32_t a, uint32_t b)
{
    for (uint32_t p = 0; p < t->radix; p++) {
        uint32_t peer = t->peer[(size_t)a * t->radix + p];
        if (peer != TOPOLOGY_NONE && peer / t->radix == b)
            return true;
    }
    return false;
}

// Vertices are the entries (2 r) and exits (2 r + 1) of routers, so that a router is passed once.
static uint32_t find_node(struct flow *flow, const uint32_t *ends, uint32_t num_ends)
{
    const struct topology *t = flow->topology;
    for (uint32_t r = 0; r < t->num_routers; r++)
        add_arcs(flow, 2 * r, 2 * r + 1, 0);
    for (uint32_t p = 0; p < t->num_routers * t->radix; p++)
        if (t->peer[p] != TOPOLOGY_NONE)
            add_arcs(flow, 2 * (p / t->radix) + 1, 2 * (t->peer[p] / t->radix), 0);
    uint32_t least = t->num_routers; // more than any cut has
    for (uint32_t i = 0; i <= least && i < num_ends; i++) {
        for (uint32_t j = 0; j < num_ends; j++) {
            if (i == j || adjacent(t, ends[i], ends[j]))
                continue;
            uint32_t cut = max_flow(flow, 2 * ends[i] + 1, 2 * ends[j], least);
            if (cut == UINT32_MAX)
                return cut;
            least = cut;
        }
    }
    return least < t->num_routers ? least : num_ends - 1;
}

bool connectivity_search(const struct topology *topology, struct connectivity *found,
                         struct err *err)
{
    uint32_t routers = topology->num_routers;
    uint32_t ports = routers * topology->radix;
    struct flow edges = {0};
    struct flow nodes = {0};
    uint32_t *ends = malloc(routers * sizeof *ends);
    bool good = ends || err_set(err, ERR_RUN, "out of memory");
    uint32_t num_ends = good ? list_ends(topology, ends) : 0;
    *found = (struct connectivity){.node = UINT32_MAX, .edge = UINT32_MAX};
    if (num_ends > 1) {
        good = flow_init(&edges, topology, routers, 2 * ports, err) &&
               flow_init(&nodes, topology, 2 * routers, 2 * (ports + routers), err);
        if (good) {
            found->edge = find_edge(&edges, ends, num_ends);
            found->node = find_node(&nodes, ends, num_ends);
        }
    }
    flow_free(&edges);
    flow_free(&nodes);
    free(ends);
    return good;
}
