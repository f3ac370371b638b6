// SPDX-License-Identifier: Apache-2.0
// Laws of routing over any graph, over random graphs and every kind of topology.
#include "model/net/channel_order.h"
#include "model/net/deadlock.h"
#include "model/net/route_graph.h"
#include "model/net/route_spread.h"
#include "tests/random_graph.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUM_GRAPHS = 60 };

static struct topology *graph_of(uint64_t instance)
{
    struct rng rng = rng_make(7, RNG_SHUFFLE, instance);
    uint32_t routers = 2 + (uint32_t)rng_below(&rng, 24);
    return random_graph(&rng, routers, (uint32_t)rng_below(&rng, 2 * routers));
}

static struct routing *route(const struct topology *t, const char *name, uint32_t vcs,
                             struct err *err)
{
    struct routing_spec spec = {.routing = name, .num_vcs = vcs, .flit_bits = 64, .max_flits = 8};
    return routing_new(t, &spec, &name, err);
}

// The router that follows `router` on the way to `node`.
static uint32_t next_router(const struct topology *t, const struct route_graph *routes,
                            uint32_t router, uint32_t node)
{
    uint32_t port = routes->port[(size_t)node * t->num_routers + router];
    return t->peer[router * t->radix + port] / t->radix;
}

// Fails unless routes have no more hops than `longest` times the shortest (0: any number).
static void check_routes(const struct topology *t, const struct route_graph *routes,
                         uint32_t longest)
{
    uint32_t *hops = malloc(t->num_routers * sizeof *hops);
    uint32_t *queue = malloc(t->num_routers * sizeof *queue);
    for (uint32_t node = 0; node < t->num_nodes; node++) {
        uint32_t end = t->node_port[node] / t->radix;
        spread_distances(t, end, hops, queue);
        for (uint32_t r = 0; r < t->num_routers; r++) {
            uint32_t taken = 0;
            for (uint32_t at = r; at != end; at = next_router(t, routes, at, node))
                cr_assert_lt(taken++, t->num_routers);
            if (longest > 0)
                cr_assert_leq(taken, longest * hops[r]);
        }
        cr_assert_eq(end * t->radix + routes->port[(size_t)node * t->num_routers + end],
                     t->node_port[node]);
    }
    free(hops);
    free(queue);
}

Test(route_graph, up_down_reaches_every_node_of_every_graph_without_deadlock_on_one_vc)
{
    for (uint64_t i = 0; i < NUM_GRAPHS; i++) {
        struct topology *t = graph_of(i);
        struct route_graph routes;
        struct deadlock_proof proof;
        struct err err = {0};
        cr_assert(route_updown(t, &routes, &err), "%s", err.text);
        check_routes(t, &routes, 0);
        struct routing *routing = route(t, "up-down", 1, &err);
        cr_assert(routing, "%s", err.text);
        cr_assert(deadlock_prove(t, routing, &proof, &err), "graph %lu: %s", i, err.text);
        route_graph_free(&routes);
        routing_free(routing);
        topology_free(t);
    }
}

Test(route_graph, layered_routes_are_shortest_and_without_deadlock_on_the_vcs_that_they_ask_for)
{
    uint32_t most = 0;
    for (uint64_t i = 0; i < NUM_GRAPHS; i++) {
        struct topology *t = graph_of(i);
        struct route_graph routes;
        struct deadlock_proof proof;
        struct err err = {0};
        cr_assert(route_layered(t, &routes, &err), "%s", err.text);
        check_routes(t, &routes, 1);
        most = routes.num_layers > most ? routes.num_layers : most;
        for (uint32_t vcs = routes.num_layers; vcs <= ROUTER_MAX_VCS; vcs++) {
            struct routing *routing = route(t, "shortest-layered", vcs, &err);
            cr_assert(routing, "%s", err.text);
            cr_assert(deadlock_prove(t, routing, &proof, &err), "graph %lu: %s", i, err.text);
            routing_free(routing);
        }
        route_graph_free(&routes);
        topology_free(t);
    }
    cr_expect_gt(most, 1); // otherwise nothing has been tried
}

Test(route_graph, too_few_vcs_for_the_layers_are_refused_and_the_number_needed_is_named)
{
    struct topology_spec spec = {.kind = "torus", .num_dims = 2, .dims = {8, 8}};
    struct err err = {0};
    struct topology *t = topology_new(&spec, &err);
    struct route_graph routes;
    cr_assert(t && route_layered(t, &routes, &err), "%s", err.text);
    cr_expect_gt(routes.num_layers, 1);
    cr_expect_null(route(t, "shortest-layered", routes.num_layers - 1, &err));
    char says[32];
    snprintf(says, sizeof says, "needs %u VCs", routes.num_layers);
    cr_expect_eq(err.status, ERR_CONFIG);
    cr_expect(strstr(err.text, says), "%s", err.text);
    err = (struct err){0};
    struct routing *routing = route(t, "shortest-layered", routes.num_layers, &err);
    cr_expect(routing, "%s", err.text);
    routing_free(routing);
    route_graph_free(&routes);
    topology_free(t);
}

Test(route_graph, vcs_go_to_the_layers_with_the_most_destinations_and_each_has_one)
{
    struct route_graph routes = {.num_layers = 3, .nodes_in = {60, 30, 1}};
    struct err err = {0};
    uint8_t vcs[ROUTER_MAX_VCS];
    cr_assert(route_graph_vcs(&routes, 3, false, vcs, &err));
    cr_expect_eq(vcs[0], 0x1);
    cr_expect_eq(vcs[1], 0x2);
    cr_expect_eq(vcs[2], 0x4);
    cr_assert(route_graph_vcs(&routes, 8, false, vcs, &err));
    cr_expect_eq(vcs[0], 0x1f); // 12 destinations a VC
    cr_expect_eq(vcs[1], 0x60); // 15
    cr_expect_eq(vcs[2], 0x80);
}

Test(route_graph, equal_channels_get_equal_numbers_of_routes)
{
    // Four channels between two routers of four nodes each; from each, four routes over a channel.
    char path[] = "tests/graphs/bundle.txt";
    struct topology_spec spec = {.kind = "graph", .file = path};
    struct err err = {0};
    struct topology *t = topology_new(&spec, &err);
    cr_assert(t, "%s", err.text);
    route_graph_fn *const makers[] = {route_updown, route_layered};
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++) {
        struct route_graph routes;
        uint32_t taken[16] = {0};
        cr_assert(makers[i](t, &routes, &err), "%s", err.text);
        for (uint32_t node = 0; node < 8; node++)
            for (uint32_t r = 0; r < 2; r++)
                taken[r * 8 + routes.port[node * 2 + r]]++;
        for (uint32_t port = 0; port < 16; port++)
            cr_expect_eq(taken[port], 1, "port %u: %u", port, taken[port]);
        route_graph_free(&routes);
    }
    topology_free(t);
}

Test(route_graph, the_root_of_up_down_is_a_router_of_least_eccentricity)
{
    struct topology_spec spec = {.kind = "mesh", .num_dims = 2, .dims = {5, 4}};
    struct err err = {0};
    struct topology *t = topology_new(&spec, &err);
    cr_expect_eq(route_updown_root(t, &err), 1 * 5 + 2); // 4 from the corners (0,3) and (4,3)
    topology_free(t);
}

// --- the order of channels ----------------------------------------------------------------------

// Whether `to` is reached from `from` over dependencies [channels * radix].
static bool reaches(const struct topology *t, const bool *depends, uint32_t from, uint32_t to,
                    bool *seen)
{
    if (from == to)
        return true;
    seen[from] = true;
    for (uint32_t p = 0; p < t->radix; p++) {
        uint32_t next = t->peer[from / t->radix * t->radix + p];
        if (depends[from * t->radix + p] && !seen[next] && reaches(t, depends, next, to, seen))
            return true;
    }
    return false;
}

Test(channel_order, refuses_exactly_the_dependencies_that_close_a_cycle)
{
    uint32_t refused = 0;
    for (uint64_t i = 0; i < NUM_GRAPHS; i++) {
        struct topology *t = graph_of(i);
        struct rng rng = rng_make(8, RNG_SHUFFLE, i);
        struct channel_order *order = channel_order_new(t);
        uint32_t channels = t->num_routers * t->radix;
        bool *depends = calloc((size_t)channels * t->radix, 1);
        bool *before = calloc((size_t)channels * t->radix, 1);
        for (uint32_t round = 0; round < 20; round++) {
            memcpy(before, depends, (size_t)channels * t->radix);
            for (uint32_t k = 0; k < channels; k++) {
                uint32_t channel = k; // one dependency each at most before keep or undo
                uint32_t p = (uint32_t)rng_below(&rng, t->radix);
                uint32_t out = channel / t->radix * t->radix + p;
                if (t->peer[channel] == TOPOLOGY_NONE || t->peer[out] == TOPOLOGY_NONE)
                    continue;
                bool *seen = calloc(channels, 1);
                bool cycle = reaches(t, depends, t->peer[out], channel, seen);
                free(seen);
                cr_assert_eq(channel_order_add(order, channel, p), !cycle);
                depends[channel * t->radix + p] |= !cycle;
                refused += cycle;
            }
            if (rng_below(&rng, 2)) {
                channel_order_undo(order);
                memcpy(depends, before, (size_t)channels * t->radix);
            } else {
                channel_order_keep(order);
            }
        }
        free(depends);
        free(before);
        channel_order_free(order);
        topology_free(t);
    }
    cr_expect_gt(refused, 1000);
}
