// SPDX-License-Identifier: Apache-2.0
#include "model/net/deadlock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The graph. Vertex = (router * radix + output port) * num_vcs + vc. The successors of a vertex are
// outputs of the router at the channel's far end: a bit per (port, vc) there.
struct graph {
    const struct topology *topology;
    const struct routing *routing;
    uint32_t *own;      // [num_routers] addresses in place
    uint32_t out_bits;  // radix * num_vcs
    uint32_t out_words; // of 64 bits
    uint64_t *edges;    // [vertices * out_words]
    uint32_t vertices;
    uint32_t *reached; // [vertices] destination + 1 for which the vertex was last reached
    uint32_t *stack;   // [vertices]
    uint64_t num_edges;
};

static uint32_t vertex(const struct graph *g, uint32_t router, uint32_t port, uint32_t vc)
{
    return (router * g->topology->radix + port) * g->routing->num_vcs + vc;
}

// A packet with header `window` is at `router`, from `in_port` (and `in_vc`, whose vertex is
// `from`, or TOPOLOGY_NONE at the source): adds what it may ask for, and what it then holds.
static uint32_t follow(struct graph *g, uint32_t router, uint32_t in_port, uint32_t in_vc,
                       uint32_t from, uint32_t window, uint32_t mark, uint32_t top)
{
    struct route route =
        routing_compute(g->routing, router, g->own[router], in_port, in_vc, window);
    uint32_t peer = route.port < g->topology->radix
                        ? g->topology->peer[(size_t)router * g->topology->radix + route.port]
                        : TOPOLOGY_NONE;
    if (peer == TOPOLOGY_NONE)
        return top; // to the terminal, which consumes always
    for (uint32_t vc = 0; vc < g->routing->num_vcs; vc++) {
        if (!(route.vcs >> vc & 1))
            continue;
        uint32_t to = vertex(g, router, route.port, vc);
        if (from != TOPOLOGY_NONE) {
            uint32_t bit = route.port * g->routing->num_vcs + vc;
            uint64_t *word = &g->edges[(size_t)from * g->out_words + bit / 64];
            g->num_edges += !(*word >> bit % 64 & 1);
            *word |= UINT64_C(1) << bit % 64;
        }
        if (g->reached[to] != mark) {
            g->reached[to] = mark;
            g->stack[top++] = to;
        }
    }
    return top;
}

// Adds the dependencies of all packets to one node.
static void add_destination(struct graph *g, uint32_t node)
{
    const struct topology *t = g->topology;
    uint32_t window = t->node_addr[node] << g->routing->layout.addr_lsb;
    uint32_t top = 0;
    for (uint32_t source = 0; source < t->num_nodes; source++) {
        uint32_t port = t->node_port[source];
        for (uint32_t vc = 0; vc < g->routing->num_vcs; vc++)
            top = follow(g, port / t->radix, port % t->radix, vc, TOPOLOGY_NONE, window, node + 1,
                         top);
    }
    while (top > 0) {
        uint32_t from = g->stack[--top];
        uint32_t channel = from / g->routing->num_vcs;
        uint32_t peer = t->peer[channel];
        top = follow(g, peer / t->radix, peer % t->radix, from % g->routing->num_vcs, from, window,
                     node + 1, top);
    }
}

// Next successor of `v` with a bit number of at least `bit`, or TOPOLOGY_NONE; `bit` moves past it.
static uint32_t next_successor(const struct graph *g, uint32_t v, uint32_t *bit)
{
    const uint64_t *row = &g->edges[(size_t)v * g->out_words];
    while (*bit < g->out_bits) {
        uint64_t rest = row[*bit / 64] >> *bit % 64;
        if (rest == 0) {
            *bit = (*bit / 64 + 1) * 64;
            continue;
        }
        *bit += (uint32_t)__builtin_ctzll(rest);
        uint32_t router = g->topology->peer[v / g->routing->num_vcs] / g->topology->radix;
        uint32_t found = router * g->out_bits + *bit;
        (*bit)++;
        return found;
    }
    return TOPOLOGY_NONE;
}

// Depth-first search. True if there is no cycle; otherwise the cycle is stack[*first .. *end).
static bool acyclic(struct graph *g, uint32_t *next_bit, uint32_t *first, uint32_t *end)
{
    enum { ON_PATH = 1, DONE = 2 };
    memset(g->reached, 0, g->vertices * sizeof *g->reached);
    for (uint32_t root = 0; root < g->vertices; root++) {
        if (g->reached[root])
            continue;
        uint32_t depth = 0;
        g->stack[depth++] = root;
        g->reached[root] = ON_PATH;
        while (depth > 0) {
            uint32_t v = g->stack[depth - 1];
            uint32_t to = next_successor(g, v, &next_bit[v]);
            if (to == TOPOLOGY_NONE) {
                g->reached[v] = DONE;
                depth--;
            } else if (g->reached[to] == 0) {
                g->reached[to] = ON_PATH;
                g->stack[depth++] = to;
            } else if (g->reached[to] == ON_PATH) {
                for (*first = 0; g->stack[*first] != to;)
                    (*first)++;
                *end = depth;
                return false;
            }
        }
    }
    return true;
}

static void name_cycle(const struct graph *g, uint32_t first, uint32_t end, struct err *err)
{
    enum { MAX_NAMED = 12 };
    char text[1700] = "";
    size_t used = 0;
    for (uint32_t i = first; i < end && i < first + MAX_NAMED; i++) {
        uint32_t channel = g->stack[i] / g->routing->num_vcs;
        char name[128];
        topology_port_name(g->topology, channel / g->topology->radix, channel % g->topology->radix,
                           name, sizeof name);
        used += (size_t)snprintf(text + used, sizeof text - used, "\n  %s, vc %u", name,
                                 g->stack[i] % g->routing->num_vcs);
    }
    if (end - first > MAX_NAMED)
        snprintf(text + used, sizeof text - used, "\n  and %u more", end - first - MAX_NAMED);
    err_set(err, ERR_DEADLOCK,
            "this configuration can deadlock: %u channels wait for each other in a cycle, each for "
            "the next, the last for the first:%s",
            end - first, text);
}

static bool graph_prove(struct graph *g, struct deadlock_proof *proof, struct err *err)
{
    const struct topology *t = g->topology;
    g->out_bits = t->radix * g->routing->num_vcs;
    g->out_words = (g->out_bits + 63) / 64;
    g->vertices = t->num_routers * g->out_bits;
    g->own = routing_own_addresses(g->routing, t);
    g->edges = calloc((size_t)g->vertices * g->out_words, sizeof *g->edges);
    g->reached = calloc(g->vertices, sizeof *g->reached);
    g->stack = malloc(g->vertices * sizeof *g->stack);
    uint32_t *next_bit = calloc(g->vertices, sizeof *next_bit);
    bool good = g->own && g->edges && g->reached && g->stack && next_bit;
    if (!good) {
        err_set(err, ERR_RUN, "out of memory for the proof of deadlock freedom");
    } else {
        for (uint32_t node = 0; node < t->num_nodes; node++)
            add_destination(g, node);
        uint32_t first = 0;
        uint32_t end = 0;
        good = acyclic(g, next_bit, &first, &end);
        if (!good)
            name_cycle(g, first, end, err);
    }
    for (size_t c = 0; c < (size_t)t->num_routers * t->radix; c++)
        proof->vertices += t->peer[c] != TOPOLOGY_NONE ? g->routing->num_vcs : 0;
    proof->edges += g->num_edges;
    free(g->own);
    free(g->edges);
    free(g->reached);
    free(g->stack);
    free(next_bit);
    return good;
}

// Proves one dimension by itself, as a line or ring of the same side, or of the same parity if it
// is very long; a side of 2 is a line. Flows keep to fewer VCs than packets that may take any, so
// `any` covers both.
static bool prove_dimension(const struct routing *routing, bool ring, uint32_t side,
                            struct deadlock_proof *proof, struct err *err)
{
    enum { LONGEST = 256 };
    struct topology_spec spec = {
        .kind = ring ? "torus" : "mesh",
        .num_dims = 1,
        .dims = {side > LONGEST ? LONGEST + side % 2 : side},
    };
    struct topology *line = topology_new(&spec, err);
    if (!line)
        return false;
    struct routing_spec routing_spec = {.routing = "dimension-order",
                                        .num_vcs = routing->num_vcs,
                                        .flit_bits = LAYOUT_WINDOW_BITS,
                                        .max_flits = 1};
    const char *name;
    struct routing *line_routing = routing_new(line, &routing_spec, &name, err);
    struct graph graph = {.topology = line, .routing = line_routing};
    bool good = line_routing && graph_prove(&graph, proof, err);
    routing_free(line_routing);
    topology_free(line);
    return good;
}

bool deadlock_prove(const struct topology *topology, const struct routing *routing,
                    struct deadlock_proof *proof, struct err *err)
{
    *proof = (struct deadlock_proof){0};
    uint64_t states =
        (uint64_t)topology->num_nodes * topology->num_routers * topology->radix * routing->num_vcs;
    if (states <= DEADLOCK_FULL_STATES || routing->table) {
        struct graph graph = {.topology = topology, .routing = routing};
        return graph_prove(&graph, proof, err);
    }
    proof->by_symmetry = true;
    const struct route_dim *dim = routing->dims;
    for (uint32_t d = 0; d < topology->num_dims; d++)
        if (topology->sides[d] > 1 &&
            !prove_dimension(routing, (dim++)->ring, topology->sides[d], proof, err))
            return err_prefix(err, "dimension %u taken by itself", d);
    return true;
}
