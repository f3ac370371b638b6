// SPDX-License-Identifier: Apache-2.0
#include "model/net/topology.h"
#include "tests/kinds.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// Shapes of every kind; the laws below hold for all.
static const struct topology_spec shapes[] = {
    {.kind = "mesh", .num_dims = 1, .dims = {1}},
    {.kind = "mesh", .num_dims = 1, .dims = {2}},
    {.kind = "mesh", .num_dims = 1, .dims = {7}},
    {.kind = "mesh", .num_dims = 2, .dims = {8, 8}},
    {.kind = "mesh", .num_dims = 2, .dims = {3, 3}},
    {.kind = "mesh", .num_dims = 2, .dims = {5, 1}},
    {.kind = "mesh", .num_dims = 2, .dims = {2, 9}},
    {.kind = "mesh", .num_dims = 3, .dims = {3, 2, 3}},
    {.kind = "mesh", .num_dims = 3, .dims = {4, 3, 5}},
    {.kind = "mesh", .num_dims = 4, .dims = {2, 3, 1, 2}},
    {.kind = "torus", .num_dims = 1, .dims = {2}},
    {.kind = "torus", .num_dims = 1, .dims = {3}},
    {.kind = "torus", .num_dims = 1, .dims = {9}},
    {.kind = "torus", .num_dims = 2, .dims = {8, 8}},
    {.kind = "torus", .num_dims = 2, .dims = {4, 4}},
    {.kind = "torus", .num_dims = 2, .dims = {3, 5}},
    {.kind = "torus", .num_dims = 2, .dims = {2, 6}},
    {.kind = "torus", .num_dims = 3, .dims = {4, 4, 4}},
    {.kind = "torus", .num_dims = 3, .dims = {2, 3, 3}},
    {.kind = "torus", .num_dims = 3, .dims = {2, 2, 2}},
    {.kind = "hypercube", .n = 1},
    {.kind = "hypercube", .n = 3},
    {.kind = "hypercube", .n = 4},
    {.kind = "hypercube", .n = 6},
    {.kind = "cube", .num_dims = 3, .dims = {2, 2, 2}},
    {.kind = "cube", .num_dims = 3, .dims = {3, 4, 5}},
    {.kind = "ring", .n = 2},
    {.kind = "ring", .n = 3},
    {.kind = "ring", .n = 12},
    {.kind = "star", .n = 2},
    {.kind = "star", .n = 7},
    {.kind = "star", .n = 64},
    {.kind = "tree", .arity = 2, .height = 1},
    {.kind = "tree", .arity = 2, .height = 4},
    {.kind = "tree", .arity = 3, .height = 1},
    {.kind = "tree", .arity = 3, .height = 3},
    {.kind = "tree", .arity = 4, .height = 3},
    {.kind = "tree", .arity = 5, .height = 2},
    {.kind = "fat-tree", .arity = 2, .height = 2},
    {.kind = "fat-tree", .arity = 2, .height = 3},
    {.kind = "fat-tree", .arity = 3, .height = 1},
    {.kind = "fat-tree", .arity = 3, .height = 3},
    {.kind = "fat-tree", .arity = 4, .height = 2},
    {.kind = "fat-tree", .arity = 6, .height = 2},
    {.kind = "concentrated-mesh", .num_dims = 1, .dims = {1}, .concentration = 3},
    {.kind = "concentrated-mesh", .num_dims = 2, .dims = {4, 3}, .concentration = 1},
    {.kind = "concentrated-mesh", .num_dims = 2, .dims = {3, 5}, .concentration = 4},
    {.kind = "concentrated-mesh", .num_dims = 3, .dims = {2, 3, 1}, .concentration = 3},
    {.kind = "flattened-butterfly", .num_dims = 1, .dims = {5}, .concentration = 3},
    {.kind = "flattened-butterfly", .num_dims = 2, .dims = {4, 4}, .concentration = 4},
    {.kind = "flattened-butterfly", .num_dims = 2, .dims = {3, 5}, .concentration = 2},
    {.kind = "flattened-butterfly", .num_dims = 3, .dims = {3, 1, 6}, .concentration = 1},
    {.kind = "flattened-butterfly", .num_dims = 3, .dims = {3, 2, 3}, .concentration = 2},
    {.kind = "dragonfly", .routers_per_group = 1, .concentration = 2, .global_ports = 4},
    {.kind = "dragonfly", .routers_per_group = 3, .concentration = 2, .global_ports = 1},
    {.kind = "dragonfly", .routers_per_group = 2, .concentration = 1, .global_ports = 2},
    {.kind = "dragonfly", .routers_per_group = 4, .concentration = 2, .global_ports = 2},
    {.kind = "dragonfly",
     .routers_per_group = 4,
     .concentration = 1,
     .global_ports = 3,
     .groups = 5},
    {.kind = "graph", .file = "tests/graphs/web.txt"},
    {.kind = "mesh", .num_dims = 2, .dims = {4, 4}, .failed = "channel 0-1\nrouter 15"},
    {.kind = "hypercube", .n = 4, .failed = "router 3\nrouter 5\nchannel 0-8"},
};
enum { NUM_SHAPES = sizeof shapes / sizeof *shapes };

static struct topology *build(size_t i)
{
    struct topology_spec spec = shapes[i];
    struct err err = {0};
    struct topology *topology = topology_new(&spec, &err);
    cr_assert(topology, "shape %zu: %s", i, err.text);
    return topology;
}

Test(topology, every_kind_is_among_the_shapes)
{
    kinds_check(shapes, NUM_SHAPES);
}

Test(topology, closed_forms_equal_a_search_of_the_graph)
{
    for (size_t i = 0; i < NUM_SHAPES; i++) {
        struct topology *t = build(i);
        struct topology_figures found = {0};
        struct err err = {0};
        cr_assert(topology_search(t, &found, &err), "%s", err.text);
        cr_expect_eq(found.nodes, t->closed.nodes);
        cr_expect_eq(found.routers, t->closed.routers);
        cr_expect_eq(found.channels, t->closed.channels, "shape %zu", i);
        cr_expect_eq(found.degree_max, t->closed.degree_max, "shape %zu", i);
        if (t->closed.diameter_hops != UINT32_MAX)
            cr_expect_eq(found.diameter_hops, t->closed.diameter_hops, "shape %zu", i);
        if (t->closed.average_hops >= 0)
            cr_expect(fabs(found.average_hops - t->closed.average_hops) < 1e-9, "shape %zu", i);
        if (t->closed.node_connectivity != UINT32_MAX)
            cr_expect_eq(found.node_connectivity, t->closed.node_connectivity, "shape %zu", i);
        if (t->closed.edge_connectivity != UINT32_MAX)
            cr_expect_eq(found.edge_connectivity, t->closed.edge_connectivity, "shape %zu", i);
        if (found.bisection_channels != UINT64_MAX && t->closed.bisection_channels != UINT64_MAX)
            cr_expect_eq(found.bisection_channels, t->closed.bisection_channels,
                         "shape %zu: %lu searched, %lu closed", i, found.bisection_channels,
                         t->closed.bisection_channels);
        topology_free(t);
    }
}

Test(topology, every_channel_has_its_opposite)
{
    for (size_t i = 0; i < NUM_SHAPES; i++) {
        struct topology *t = build(i);
        for (uint32_t p = 0; p < t->num_routers * t->radix; p++) {
            if (t->peer[p] == TOPOLOGY_NONE)
                continue;
            cr_assert_eq(t->peer[t->peer[p]], p, "shape %zu port %u", i, p);
            cr_assert_eq(t->port_node[p], TOPOLOGY_NONE);
        }
        for (uint32_t n = 0; n < t->num_nodes; n++)
            cr_assert_eq(t->port_node[t->node_port[n]], n);
        topology_free(t);
    }
}

// Hops of the kind's own route; 0 if it does not end where it should.
static uint32_t walk(const struct topology *t, uint32_t source, uint32_t destination)
{
    uint32_t at = t->node_port[source] / t->radix;
    uint32_t hops = t->indirect ? 2 : 0;
    while (at != t->node_port[destination] / t->radix && hops <= t->num_routers + 2) {
        struct topology_hop hop = t->kind->next(t, at, destination);
        uint32_t peer = t->peer[at * t->radix + hop.port];
        if (peer == TOPOLOGY_NONE)
            return 0;
        at = peer / t->radix;
        hops++;
    }
    return hops;
}

// Mean distance between nodes by the kind's closed form, and by its own routes if it has them.
static void check_distances(const struct topology *t, size_t shape)
{
    struct topology_figures found = {0};
    struct err err = {0};
    uint64_t sum = 0;
    cr_assert(topology_search(t, &found, &err), "%s", err.text);
    for (uint32_t a = 0; a < t->num_nodes; a++)
        for (uint32_t b = 0; b < t->num_nodes; b++) {
            uint32_t hops = t->kind->distance(t, a, b);
            if (t->kind->next)
                cr_assert_eq(walk(t, a, b), hops, "shape %zu: from %u to %u", shape, a, b);
            if (a != b)
                sum += hops;
        }
    double pairs = (double)t->num_nodes * (t->num_nodes - 1);
    if (t->closed.average_hops >= 0 && pairs > 0)
        cr_expect_float_eq((double)sum / pairs, found.average_hops, 1e-9, "shape %zu", shape);
    else // a kind that does not take all short cuts
        cr_expect_geq((double)sum, found.average_hops * pairs - 1e-6, "shape %zu", shape);
}

Test(topology, every_route_ends_at_its_node_after_the_closed_forms_hops)
{
    for (size_t i = 0; i < NUM_SHAPES; i++) {
        struct topology *t = build(i);
        cr_assert_eq(t->kind->distance != NULL, t->kind->grid || t->kind->next, "shape %zu", i);
        if (t->kind->distance) // the others are routed over as any graph is: test_route_graph.c
            check_distances(t, i);
        topology_free(t);
    }
}

Test(topology, node_addresses_are_distinct_and_fit_their_bits)
{
    for (size_t i = 0; i < NUM_SHAPES; i++) {
        struct topology *t = build(i);
        for (uint32_t a = 0; a < t->num_nodes; a++) {
            cr_assert_lt(t->node_addr[a], 1U << t->addr_bits);
            for (uint32_t b = 0; b < a; b++)
                cr_assert_neq(t->node_addr[a], t->node_addr[b]);
        }
        topology_free(t);
    }
}

Test(topology, figures_of_well_known_networks)
{
    struct topology_spec mesh = {.kind = "mesh", .num_dims = 2, .dims = {8, 8}};
    struct topology_spec torus = {.kind = "torus", .num_dims = 2, .dims = {8, 8}};
    struct topology_spec cube = {.kind = "hypercube", .n = 6};
    struct err err = {0};
    struct topology *t = topology_new(&mesh, &err);
    cr_expect_eq(t->closed.channels, 224);
    cr_expect_eq(t->closed.diameter_hops, 14);
    cr_expect_eq(t->closed.bisection_channels, 8);
    cr_expect_float_eq(t->closed.average_hops, 16.0 / 3, 1e-12);
    topology_free(t);
    t = topology_new(&torus, &err);
    cr_expect_eq(t->closed.channels, 256);
    cr_expect_eq(t->closed.diameter_hops, 8);
    cr_expect_eq(t->closed.bisection_channels, 16);
    cr_expect_float_eq(t->closed.average_hops, 4.0 * 64 / 63, 1e-12);
    topology_free(t);
    t = topology_new(&cube, &err);
    cr_expect_eq(t->closed.channels, 384);
    cr_expect_eq(t->closed.diameter_hops, 6);
    cr_expect_eq(t->closed.bisection_channels, 32);
    topology_free(t);
    // Petrini and Vanneschi: a 4-ary 3-tree has 3 * 16 switches.
    struct topology_spec fat = {.kind = "fat-tree", .arity = 4, .height = 3};
    t = topology_new(&fat, &err);
    cr_expect_eq(t->closed.nodes, 64);
    cr_expect_eq(t->closed.routers, 48);
    cr_expect_eq(t->closed.channels, 384);
    cr_expect_eq(t->closed.bisection_channels, 32);
    topology_free(t);
    // Kim et al.: p = h = 2 and a = 4 make 9 groups and 72 terminals.
    struct topology_spec dragonfly = {.kind = "dragonfly", .routers_per_group = 4};
    t = topology_new(&dragonfly, &err);
    cr_expect_eq(t->closed.nodes, 72);
    cr_expect_eq(t->closed.routers, 36);
    cr_expect_eq(t->radix, 7);
    cr_expect_eq(t->closed.diameter_hops, 3);
    topology_free(t);
}

Test(topology, halves_cost_what_a_flattened_row_costs)
{
    // A full row of 6 routers: 3 of each side are joined to 3.
    struct topology_spec spec = {
        .kind = "flattened-butterfly", .num_dims = 1, .dims = {6}, .concentration = 2};
    struct err err = {0};
    struct topology *t = topology_new(&spec, &err);
    cr_expect_eq(t->closed.bisection_channels, 9);
    topology_free(t);
}

// Whether a kind is made from a number of nodes.
static bool counts(const struct topology_kind *kind)
{
    return !(kind->takes & TOPOLOGY_TAKES_FILE);
}

static bool same_shape(const struct topology_spec *a, const struct topology_spec *b)
{
    return a->num_dims == b->num_dims && memcmp(a->dims, b->dims, sizeof a->dims) == 0 &&
           a->n == b->n && a->nodes == b->nodes && a->arity == b->arity && a->height == b->height &&
           a->concentration == b->concentration && a->routers_per_group == b->routers_per_group &&
           a->global_ports == b->global_ports && a->groups == b->groups;
}

Test(topology, every_kind_makes_64_nodes_by_default)
{
    for (size_t k = 0; k < topology_num_kinds; k++) {
        if (!counts(topology_kinds[k]))
            continue;
        struct topology_spec spec = {.kind = topology_kinds[k]->name};
        struct topology_spec again = {.kind = topology_kinds[k]->name, .nodes = 64};
        struct err err = {0};
        cr_assert(topology_resolve(&spec, &err), "%s", err.text);
        cr_assert(topology_resolve(&again, &err), "%s", err.text);
        cr_expect_eq(spec.nodes, 64, "%s: %u", spec.kind, spec.nodes);
        cr_expect(same_shape(&spec, &again));
        cr_assert(topology_resolve(&again, &err), "resolved already: %s", err.text);
        cr_expect(same_shape(&spec, &again));
    }
}

Test(topology, a_number_of_nodes_is_met_or_refused_with_one_that_is)
{
    static const uint32_t numbers[] = {1, 2, 3, 13, 48, 97, 1000, 4097, 99991, TOPOLOGY_MAX_NODES};
    for (size_t k = 0; k < topology_num_kinds; k++)
        for (size_t i = 0; counts(topology_kinds[k]) && i < sizeof numbers / sizeof *numbers; i++) {
            struct topology_spec spec = {.kind = topology_kinds[k]->name, .nodes = numbers[i]};
            struct err err = {0};
            if (topology_resolve(&spec, &err)) {
                cr_expect_eq(spec.nodes, numbers[i], "%s of %u", spec.kind, numbers[i]);
                continue;
            }
            char *last = strrchr(err.text, ' ');
            uint32_t nearest = last ? (uint32_t)strtoul(last + 1, NULL, 10) : 0;
            struct topology_spec next = {.kind = topology_kinds[k]->name, .nodes = nearest};
            struct err other = {0};
            cr_expect_eq(err.status, ERR_CONFIG);
            cr_expect(nearest > 0 && topology_resolve(&next, &other), "%s: %s", err.text,
                      other.text);
        }
}

Test(topology, a_number_of_nodes_gives_the_most_even_shape)
{
    struct topology_spec spec = {.kind = "mesh", .nodes = 48};
    struct err err = {0};
    struct topology *t = topology_new(&spec, &err);
    cr_assert(t, "%s", err.text);
    cr_expect_eq(t->sides[0], 8);
    cr_expect_eq(t->sides[1], 6);
    topology_free(t);
}

Test(topology, impossible_shapes_are_refused_and_the_nearest_named)
{
    static const struct {
        struct topology_spec spec;
        const char *says;
    } refused[] = {
        {{.kind = "torus", .num_dims = 2, .dims = {4, 1}}, "at least 2"},
        {{.kind = "mesh", .num_dims = 2, .dims = {4, 0}}, "at least 1"},
        {{.kind = "mesh", .num_dims = 1, .dims = {UINT64_C(1) << 40}}, "more than"},
        {{.kind = "torus", .num_dims = 2, .dims = {1 << 20, 1 << 20}}, "more than"},
        {{.kind = "torus", .nodes = 13}, "nearest number that does is 12"},
        {{.kind = "hypercube", .nodes = 48}, "nearest is 32"},
        {{.kind = "hypercube", .nodes = 50}, "nearest is 64"},
        {{.kind = "hypercube", .n = 30}, "at most 24"},
        {{.kind = "hypercube", .num_dims = 1, .dims = {8}}, "no sides"},
        {{.kind = "mesh", .n = 3}, "dims"},
        {{.kind = "torsu"}, "torus"},
        {{.kind = "cube", .num_dims = 2, .dims = {4, 4}}, "a cube has 3"},
        {{.kind = "cube", .nodes = 13}, "nearest number that does is 12"},
        {{.kind = "ring", .n = 1}, "at least 2"},
        {{.kind = "star", .n = 66}, "66 ports; they have at most 65"},
        {{.kind = "star", .nodes = 200}, "nearest number that does is 65"},
        {{.kind = "tree", .arity = 1, .height = 2}, "2 to 64"},
        {{.kind = "tree", .arity = 2, .height = 25}, "more than 16777216 nodes"},
        {{.kind = "tree", .nodes = 48}, "nearest number that does is 49"},
        {{.kind = "fat-tree", .arity = 33, .height = 2}, "2 to 32"},
        {{.kind = "fat-tree", .arity = 4, .concentration = 2}, "a fat-tree has no concentration"},
        {{.kind = "fat-tree", .n = 4}, "it takes arity: k, height: h"},
        {{.kind = "concentrated-mesh", .num_dims = 1, .dims = {0}}, "at least 1"},
        {{.kind = "concentrated-mesh", .concentration = 62}, "at most 65"},
        {{.kind = "flattened-butterfly", .num_dims = 1, .dims = {63}}, "at most 65"},
        {{.kind = "flattened-butterfly", .nodes = 67}, "nearest number that does is 66"},
        {{.kind = "dragonfly", .routers_per_group = 2, .global_ports = 2, .groups = 6},
         "at most 5"},
        {{.kind = "dragonfly", .groups = 1}, "at least 2"},
        {{.kind = "dragonfly", .nodes = 3}, "nearest number that does is 4"},
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct topology_spec spec = refused[i].spec;
        struct err err = {0};
        cr_expect_null(topology_new(&spec, &err), "case %zu", i);
        cr_expect_eq(err.status, ERR_CONFIG);
        cr_expect(strstr(err.text, refused[i].says), "case %zu: %s", i, err.text);
    }
}

Test(topology, ports_of_other_networks_are_named_by_what_they_lead_to)
{
    static const struct {
        struct topology_spec spec;
        uint32_t router, port;
        const char *name;
    } named[] = {
        {{.kind = "star", .n = 4}, 0, 3, "hub node 3"},
        {{.kind = "tree", .arity = 3, .height = 2}, 2, 0, "switch 2 (level 0) node 3"},
        {{.kind = "tree", .arity = 3, .height = 2}, 2, 3, "switch 2 (level 0) up"},
        {{.kind = "tree", .arity = 3, .height = 2}, 0, 2, "switch 0 (level 1) down 2"},
        {{.kind = "fat-tree", .arity = 2, .height = 3}, 5, 3, "switch 5 (level 1) up 1"},
        {{.kind = "fat-tree", .arity = 2, .height = 3}, 5, 1, "switch 5 (level 1) down 1"},
        {{.kind = "concentrated-mesh", .num_dims = 2, .dims = {3, 2}, .concentration = 2},
         4,
         3,
         "router 4 (1,1) -x"},
        {{.kind = "concentrated-mesh", .num_dims = 2, .dims = {3, 2}, .concentration = 2},
         4,
         4,
         "router 4 (1,1) y"},
        {{.kind = "flattened-butterfly", .num_dims = 2, .dims = {4, 2}, .concentration = 1},
         6,
         3,
         "router 6 (2,1) to x = 1"},
        {{.kind = "dragonfly", .routers_per_group = 4}, 11, 2, "group 2 router 3 to router 0"},
        {{.kind = "dragonfly", .routers_per_group = 4}, 11, 5, "group 2 router 3 global 0"},
    };
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        struct topology_spec spec = named[i].spec;
        struct err err = {0};
        struct topology *t = topology_new(&spec, &err);
        char name[64];
        cr_assert(t, "%s", err.text);
        topology_port_name(t, named[i].router, named[i].port, name, sizeof name);
        cr_expect_str_eq(name, named[i].name);
        topology_free(t);
    }
}

Test(topology, ports_are_named_by_direction)
{
    struct topology_spec spec = {.kind = "torus", .num_dims = 3, .dims = {4, 2, 3}};
    struct err err = {0};
    struct topology *t = topology_new(&spec, &err);
    char name[64];
    cr_expect_str_eq(topology_port_name(t, 13, 0, name, sizeof name), "router 13 (1,1,1) terminal");
    cr_expect_str_eq(topology_port_name(t, 13, 1, name, sizeof name), "router 13 (1,1,1) +x");
    cr_expect_str_eq(topology_port_name(t, 13, 2, name, sizeof name), "router 13 (1,1,1) -x");
    cr_expect_str_eq(topology_port_name(t, 13, 3, name, sizeof name), "router 13 (1,1,1) y");
    cr_expect_str_eq(topology_port_name(t, 13, 5, name, sizeof name), "router 13 (1,1,1) -z");
    topology_free(t);
}
