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
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct topology_spec spec = refused[i].spec;
        struct err err = {0};
        cr_expect_null(topology_new(&spec, &err), "case %zu", i);
        cr_expect_eq(err.status, ERR_CONFIG);
        cr_expect(strstr(err.text, refused[i].says), "case %zu: %s", i, err.text);
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
