// SPDX-License-Identifier: Apache-2.0
#include "model/net/deadlock.h"

#include "model/net/router.h"
#include "model/net/routing_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The graph. Vertex = (router * radix + output port) * num_vcs + vc. In the plain graph, successors
// of a vertex are outputs of the router at the channel's far end: a bit per (port, vc) there. In
// the extended graph, vertices are escape VCs, and any may be a successor: a bit per vertex.
struct graph {
    const struct topology *topology;
    const struct routing *routing;
    bool extended;
    uint32_t *own;      // [num_routers] addresses in place
    uint32_t out_bits;  // radix * num_vcs
    uint32_t row_bits;  // out_bits, or vertices
    uint32_t row_words; // of 64 bits
    uint64_t *edges;    // [vertices * row_words]
    uint32_t vertices;
    uint32_t *reached; // [vertices] mark with which the vertex was last reached
    uint32_t *passed;  // [vertices] likewise, between two escapes
    uint32_t mark;
    uint32_t *stack;   // [vertices]
    uint32_t *between; // [vertices] stack of the walk between two escapes
    uint64_t num_edges;
    // Looked for instead of adding edges, if `watches`.
    bool watches;
    bool seen;
    uint32_t watch_from;
    uint32_t watch_to;
};

static uint32_t vertex(const struct graph *g, uint32_t router, uint32_t port, uint32_t vc)
{
    return (router * g->topology->radix + port) * g->routing->num_vcs + vc;
}

static void add_edge(struct graph *g, uint32_t from, uint32_t to)
{
    if (g->watches) {
        g->seen |= from == g->watch_from && to == g->watch_to;
        return;
    }
    uint32_t bit = g->extended ? to : to % g->out_bits;
    uint64_t *word = &g->edges[(size_t)from * g->row_words + bit / 64];
    g->num_edges += !(*word >> bit % 64 & 1);
    *word |= UINT64_C(1) << bit % 64;
}

static bool is_escape(const struct graph *g, uint32_t v)
{
    uint32_t vc = v % g->routing->num_vcs;
    return !(routing_adaptive_vcs(g->routing, vc) >> vc & 1);
}

// Where a head flit stands, and where it goes.
struct place {
    uint32_t router;
    uint32_t in_port;
    uint32_t in_vc;
    uint32_t window;
};

static struct route_options options_at(const struct graph *g, const struct place *at)
{
    struct route_at where = {g->own[at->router], at->in_port, at->in_vc, at->window};
    return routing_compute(g->routing, at->router, &where);
}

// Lists the vertices that a packet may ask for, without those to terminals, which consume always.
static uint32_t asked(const struct graph *g, const struct place *at, uint32_t *list)
{
    struct route_options options = options_at(g, at);
    uint32_t num = 0;
    uint32_t port = options.ports ? 0 : options.route.port;
    uint32_t last = options.ports ? g->topology->radix : port;
    for (; port <= last && port < g->topology->radix; port++) {
        uint32_t vcs = port == options.route.port ? options.route.vcs : 0;
        if (port < 32 && (options.ports >> port & 1))
            vcs |= routing_adaptive_vcs(g->routing, at->in_vc);
        if (g->topology->peer[(size_t)at->router * g->topology->radix + port] == TOPOLOGY_NONE)
            continue;
        for (; vcs; vcs &= vcs - 1)
            list[num++] = vertex(g, at->router, port, (uint32_t)__builtin_ctz(vcs));
    }
    return num;
}

static struct place behind(const struct graph *g, uint32_t v, uint32_t window)
{
    uint32_t peer = g->topology->peer[v / g->routing->num_vcs];
    return (struct place){peer / g->topology->radix, peer % g->topology->radix,
                          v % g->routing->num_vcs, window};
}

// True if a packet that holds `from` and asks for `to` stays in a ring with bubbles.
static bool stays_in_ring(const struct graph *g, uint32_t from, uint32_t to)
{
    const struct routing *routing = g->routing;
    uint32_t radix = g->topology->radix;
    uint32_t in = g->topology->peer[from / routing->num_vcs] % radix;
    uint32_t out = to / routing->num_vcs % radix;
    for (uint32_t d = 0; routing->kind && routing->kind->bubbles && d < routing->num_dims; d++) {
        const struct route_dim *dim = &routing->dims[d];
        if (dim->ring && ((in == dim->minus_port && out == dim->plus_port) ||
                          (in == dim->plus_port && out == dim->minus_port)))
            return from % routing->num_vcs == to % routing->num_vcs;
    }
    return false;
}

// A packet at `at` holds `from`, or nothing if that is TOPOLOGY_NONE: adds what it may ask for, and
// puts on the stack what it may hold next.
static uint32_t follow(struct graph *g, const struct place *at, uint32_t from, uint32_t top)
{
    uint32_t list[ROUTER_MAX_RADIX * ROUTER_MAX_VCS];
    uint32_t num = asked(g, at, list);
    for (uint32_t i = 0; i < num; i++) {
        if (from != TOPOLOGY_NONE && !g->extended && !stays_in_ring(g, from, list[i]))
            add_edge(g, from, list[i]);
        if (g->reached[list[i]] != g->mark) {
            g->reached[list[i]] = g->mark;
            g->stack[top++] = list[i];
        }
    }
    return top;
}

// Of a packet that goes by way of `at`, where it is now, and holds `from`: what it may ask for
// next, whatever its destination.
static void turn_to_destination(struct graph *g, const struct place *at, uint32_t from)
{
    uint32_t list[ROUTER_MAX_RADIX * ROUTER_MAX_VCS];
    struct place turned = *at;
    const struct layout *layout = &g->routing->layout;
    for (uint32_t node = 0; node < g->topology->num_nodes; node++) {
        turned.window = (at->window & ~layout->addr_mask) | g->topology->node_addr[node]
                                                                << layout->addr_lsb;
        uint32_t num = asked(g, &turned, list);
        for (uint32_t i = 0; i < num; i++)
            add_edge(g, from, list[i]);
    }
}

// In the extended graph: the escapes that a packet may ask for while it holds `from`, after any
// number of hops by adaptive VCs.
static void follow_to_escapes(struct graph *g, uint32_t from, uint32_t window, uint32_t pass)
{
    uint32_t list[ROUTER_MAX_RADIX * ROUTER_MAX_VCS];
    uint32_t top = 0;
    g->between[top++] = from;
    while (top > 0) {
        struct place at = behind(g, g->between[--top], window);
        uint32_t num = asked(g, &at, list);
        for (uint32_t i = 0; i < num; i++) {
            if (is_escape(g, list[i])) {
                add_edge(g, from, list[i]);
            } else if (g->passed[list[i]] != pass) {
                g->passed[list[i]] = pass;
                g->between[top++] = list[i];
            }
        }
    }
}

// Adds the dependencies of all packets to one node, or of those of one source.
static void add_packets(struct graph *g, uint32_t first_source, uint32_t end_source, uint32_t node,
                        uint32_t *passes)
{
    const struct topology *t = g->topology;
    const struct routing *routing = g->routing;
    uint32_t address = t->node_addr[node] << routing->layout.addr_lsb;
    uint32_t window = address | address << routing->layout.via_bits;
    bool vias = routing->kind && routing->kind->vias;
    uint32_t top = 0;
    g->mark++;
    for (uint32_t source = first_source; source < end_source; source++) {
        struct place at = {t->node_port[source] / t->radix, t->node_port[source] % t->radix, 0,
                           window};
        for (; at.in_vc < routing->num_vcs; at.in_vc++)
            top = follow(g, &at, TOPOLOGY_NONE, top);
    }
    while (top > 0) {
        uint32_t from = g->stack[--top];
        struct place at = behind(g, from, window);
        top = follow(g, &at, from, top);
        bool first_phase = routing_group(routing, at.in_vc) == routing_class(routing, at.in_vc);
        if (vias && first_phase && g->own[at.router] == address)
            turn_to_destination(g, &at, from);
        if (g->extended && is_escape(g, from))
            follow_to_escapes(g, from, window, ++*passes);
    }
}

// Next successor of `v` with a bit number of at least `bit`, or TOPOLOGY_NONE; `bit` moves past it.
static uint32_t next_successor(const struct graph *g, uint32_t v, uint32_t *bit)
{
    const uint64_t *row = &g->edges[(size_t)v * g->row_words];
    while (*bit < g->row_bits) {
        uint64_t rest = row[*bit / 64] >> *bit % 64;
        if (rest == 0) {
            *bit = (*bit / 64 + 1) * 64;
            continue;
        }
        *bit += (uint32_t)__builtin_ctzll(rest);
        uint32_t found = *bit;
        if (!g->extended)
            found += g->topology->peer[v / g->routing->num_vcs] / g->topology->radix * g->out_bits;
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

// A packet that may hold `from` while it asks for `to`: true, with its ends.
static bool find_packet(struct graph *g, uint32_t from, uint32_t to, uint32_t *source,
                        uint32_t *destination)
{
    uint32_t num = g->topology->num_nodes;
    uint32_t passes = 0;
    memset(g->reached, 0, g->vertices * sizeof *g->reached);
    memset(g->passed, 0, g->vertices * sizeof *g->passed);
    g->mark = 0;
    g->watches = true;
    g->watch_from = from;
    g->watch_to = to;
    for (uint32_t node = 0; node < num; node++) {
        g->seen = false;
        add_packets(g, 0, num, node, &passes);
        for (uint32_t s = 0; g->seen && s < num; s++) {
            g->seen = false;
            add_packets(g, s, s + 1, node, &passes);
            if (g->seen) {
                *source = s;
                *destination = node;
                return true;
            }
            g->seen = true;
        }
    }
    return false;
}

static void name_cycle(struct graph *g, uint32_t first, uint32_t end, struct err *err)
{
    enum { MAX_NAMED = 12 };
    char text[1700] = "";
    size_t used = 0;
    uint32_t named[MAX_NAMED + 1];
    uint32_t num = end - first;
    for (uint32_t i = 0; i <= MAX_NAMED && i <= num; i++)
        named[i] = g->stack[first + i % num];
    for (uint32_t i = 0; i < num && i < MAX_NAMED; i++) {
        uint32_t channel = named[i] / g->routing->num_vcs;
        char name[64];
        uint32_t source;
        uint32_t destination;
        topology_port_name(g->topology, channel / g->topology->radix, channel % g->topology->radix,
                           name, sizeof name);
        used += (size_t)snprintf(text + used, sizeof text - used, "\n  %s, vc %u", name,
                                 named[i] % g->routing->num_vcs);
        if (find_packet(g, named[i], named[i + 1], &source, &destination))
            used += (size_t)snprintf(text + used, sizeof text - used,
                                     ", by a packet from node %u to %u", source, destination);
    }
    if (num > MAX_NAMED)
        snprintf(text + used, sizeof text - used, "\n  and %u more", num - MAX_NAMED);
    err_set(
        err, ERR_DEADLOCK,
        "this configuration can deadlock: %u channels wait for each other in a cycle, each held "
        "by a packet that asks for the next, the last for the first:%s",
        num, text);
}

// True if a routing has escape VCs of their own.
static bool has_escapes(const struct routing *routing)
{
    return routing->kind && routing->kind->escapes && routing->vcs_adaptive != routing->vcs_group;
}

static void free_graph(struct graph *g)
{
    free(g->own);
    free(g->edges);
    free(g->reached);
    free(g->passed);
    free(g->stack);
    free(g->between);
}

static bool allocate_graph(struct graph *g)
{
    const struct topology *t = g->topology;
    g->extended = has_escapes(g->routing);
    g->out_bits = t->radix * g->routing->num_vcs;
    g->vertices = t->num_routers * g->out_bits;
    g->row_bits = g->extended ? g->vertices : g->out_bits;
    g->row_words = (g->row_bits + 63) / 64;
    g->own = routing_own_addresses(g->routing, t);
    g->edges = calloc((size_t)g->vertices * g->row_words, sizeof *g->edges);
    g->reached = calloc(g->vertices, sizeof *g->reached);
    g->passed = calloc(g->vertices, sizeof *g->passed);
    g->stack = malloc(g->vertices * sizeof *g->stack);
    g->between = malloc((g->vertices + 1) * sizeof *g->between);
    return g->own && g->edges && g->reached && g->passed && g->stack && g->between;
}

static bool graph_prove(struct graph *g, struct deadlock_proof *proof, struct err *err)
{
    const struct topology *t = g->topology;
    bool good = allocate_graph(g);
    uint32_t *next_bit = calloc(g->vertices, sizeof *next_bit);
    if (!good || !next_bit) {
        good = err_set(err, ERR_RUN, "out of memory for the proof of deadlock freedom");
    } else {
        uint32_t passes = 0;
        for (uint32_t node = 0; node < t->num_nodes; node++)
            add_packets(g, 0, t->num_nodes, node, &passes);
        uint32_t first = 0;
        uint32_t end = 0;
        good = acyclic(g, next_bit, &first, &end);
        if (!good)
            name_cycle(g, first, end, err);
    }
    for (size_t c = 0; c < (size_t)t->num_routers * t->radix; c++)
        for (uint32_t vc = 0; t->peer[c] != TOPOLOGY_NONE && vc < g->routing->num_vcs; vc++)
            proof->vertices += !g->extended || is_escape(g, vc);
    proof->edges += g->num_edges;
    proof->extended = g->extended;
    free_graph(g);
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
    struct routing_spec routing_spec = {.routing = routing_algorithm_of(routing->kind)->name,
                                        .num_vcs = routing->class_vcs,
                                        .flit_bits = LAYOUT_WINDOW_BITS,
                                        .max_flits = routing->max_flits < 2 ? 1 : 2,
                                        .switching = routing->switching,
                                        .buffer_flits = routing->buffer_flits};
    const char *name;
    struct routing *line_routing = routing_new(line, &routing_spec, &name, err);
    struct graph graph = {.topology = line, .routing = line_routing};
    bool good = line_routing && graph_prove(&graph, proof, err);
    routing_free(line_routing);
    topology_free(line);
    return good;
}

// Work of the full proof: packets to all nodes over all vertices, and in the extended graph from
// every one of these over the routers between.
static uint64_t full_states(const struct topology *topology, const struct routing *routing)
{
    uint64_t states =
        (uint64_t)topology->num_nodes * topology->num_routers * topology->radix * routing->num_vcs;
    return has_escapes(routing) ? states * topology->num_routers / 16 : states;
}

bool deadlock_prove(const struct topology *topology, const struct routing *routing,
                    struct deadlock_proof *proof, struct err *err)
{
    *proof = (struct deadlock_proof){0};
    proof->bubbles = routing->kind && routing->kind->bubbles;
    if (full_states(topology, routing) <= DEADLOCK_FULL_STATES || !routing->kind ||
        !routing->kind->in_order) {
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
