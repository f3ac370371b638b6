// SPDX-License-Identifier: Apache-2.0
// Topologies of which parts have failed.
#include "model/net/deadlock.h"
#include "model/net/topology.h"
#include "tests/rig.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct topology *build(struct topology_spec spec, struct err *err)
{
    *err = (struct err){0};
    return topology_new(&spec, err);
}

static void refused(struct topology_spec spec, const char *says)
{
    struct err err;
    cr_assert_null(build(spec, &err), "accepted: %s", spec.failed);
    cr_expect_eq(err.status, ERR_CONFIG);
    cr_expect(strstr(err.text, says), "%s: %s", spec.failed, err.text);
}

#define SPEC(kind_name, a, b, parts)                                                               \
    (struct topology_spec)                                                                         \
    {                                                                                              \
        .kind = kind_name, .num_dims = 2, .dims = {a, b}, .failed = parts                          \
    }

Test(failed, a_failed_channel_is_gone_in_both_directions)
{
    struct err err;
    struct topology *t = build(SPEC("mesh", 3, 3, "channel 1-4"), &err);
    cr_assert(t, "%s", err.text);
    for (uint32_t p = 0; p < t->num_routers * t->radix; p++) {
        if (t->peer[p] == TOPOLOGY_NONE)
            continue;
        uint32_t a = p / t->radix;
        uint32_t b = t->peer[p] / t->radix;
        cr_expect_not((a == 1 && b == 4) || (a == 4 && b == 1));
    }
    cr_expect_eq(t->closed.channels, 22);
    cr_expect_eq(t->num_nodes, 9);
    topology_free(t);
}

Test(failed, a_failed_router_takes_its_nodes_with_it_and_the_others_close_up)
{
    struct err err;
    struct topology *t = build(SPEC("torus", 4, 4, "router 5"), &err);
    cr_assert(t, "%s", err.text);
    cr_expect_eq(t->num_nodes, 15);
    cr_expect_eq(t->num_routers, 16);
    for (uint32_t n = 0; n < t->num_nodes; n++) {
        cr_expect_eq(t->node_port[n] / t->radix, n < 5 ? n : n + 1);
        cr_expect_eq(t->port_node[t->node_port[n]], n);
    }
    topology_free(t);
}

Test(failed, routers_can_be_named_by_number_coordinates_or_their_name_in_a_file)
{
    struct err err;
    struct topology *t = build(SPEC("mesh", 4, 4, "router 3,2\nchannel 0,0-0,1"), &err);
    char name[64];
    cr_assert(t, "%s", err.text);
    cr_expect_eq(t->closed.channels, 48 - 2 * 3 - 2);
    cr_expect_str_eq(topology_router_name(t, 11, name, sizeof name), "router 11 (3,2)");
    cr_expect_str_eq(topology_port_name(t, 0, 1, name, sizeof name),
                     "router 0 (0,0) to router 1 (1,0)");
    topology_free(t);
    t = build((struct topology_spec){.kind = "graph",
                                     .file = "tests/graphs/bundle.txt",
                                     .failed = "channel a-b\nchannel b-a\nchannel 0-1"},
              &err);
    cr_assert(t, "%s", err.text);
    cr_expect_eq(t->closed.channels, 2); // of four pairs one is left
    topology_free(t);
}

Test(failed, pairs_of_nodes_that_are_cut_off_are_named_by_their_old_numbers_and_counted)
{
    refused(SPEC("mesh", 3, 3, "channel 0-1\nchannel 0-3"), "8 pairs of nodes cut off");
    refused(SPEC("mesh", 3, 3, "channel 0-1\nchannel 0-3"), "0 and 1, 0 and 2");
    refused(SPEC("mesh", 3, 3, "router 1\nrouter 3"), "6 pairs of nodes cut off from each other: "
                                                      "0 and 2, 0 and 4, 0 and 5");
    refused(SPEC("mesh", 5, 1, "router 1\nrouter 3"), "3 pairs");
    refused(SPEC("mesh", 2, 1, "router 0\nrouter 1"), "no node is left");
}

Test(failed, parts_that_are_not_there_are_refused_and_the_nearest_named)
{
    refused(SPEC("mesh", 3, 3, "router 9"), "no router \"9\"; there are 0..8");
    refused(SPEC("mesh", 3, 3, "router"), "neither \"router A\" nor \"channel A-B\"");
    refused(SPEC("mesh", 3, 3, "link 0-1"), "neither \"router A\" nor \"channel A-B\"");
    refused(SPEC("mesh", 3, 3, "channel 5"), "a channel is \"channel A-B\"");
    refused(SPEC("mesh", 3, 3, "channel 0-2"), "router 0 has channels to: 1, 3");
    refused(SPEC("mesh", 3, 3, "channel 0-1\nchannel 0-1"), "no channel is left");
    refused(SPEC("mesh", 3, 3, "channel 0-10"), "no router \"10\"");
    refused(SPEC("mesh", 3, 3, "router 99999999999999999999"), "no router");
    refused(SPEC("mesh", 12, 12, "router 11,12"), "the nearest name is");
}

// How many of the ways to fail as many channels of a 4x4 grid as there are places in `failed` cut
// nodes off. `place` counts the places that are filled, by channels from `first` on.
static uint32_t count_cuts(const char *kind, const struct topology *whole, char **failed,
                           uint32_t num, uint32_t place, uint32_t first)
{
    uint32_t cuts = 0;
    for (uint32_t p = first; place < num && p < whole->num_routers * whole->radix; p++) {
        if (whole->peer[p] == TOPOLOGY_NONE || whole->peer[p] < p)
            continue;
        cr_assert(asprintf(&failed[place], "%s%schannel %u-%u", place ? failed[place - 1] : "",
                           place ? "\n" : "", p / whole->radix, whole->peer[p] / whole->radix) > 0);
        if (place + 1 < num) {
            cuts += count_cuts(kind, whole, failed, num, place + 1, p + 1);
        } else {
            struct err err;
            struct topology *t = build(SPEC(kind, 4, 4, failed[place]), &err);
            cuts += !t;
            topology_free(t);
        }
        free(failed[place]);
    }
    return cuts;
}

Test(failed, a_torus_survives_any_three_failed_channels_and_a_mesh_any_one)
{
    static const struct {
        const char *kind;
        uint32_t connectivity;
        uint32_t cuts; // of as many channels
    } grids[] = {{"torus", 4, 16}, {"mesh", 2, 4}};
    for (size_t i = 0; i < 2; i++) {
        struct err err;
        struct topology_figures found;
        char *failed[4];
        uint32_t most = grids[i].connectivity;
        struct topology *t = build(SPEC(grids[i].kind, 4, 4, NULL), &err);
        cr_assert(topology_search(t, &found, &err));
        cr_expect_eq(found.edge_connectivity, most);
        cr_expect_eq(count_cuts(grids[i].kind, t, failed, most - 1, 0, 0), 0);
        cr_expect_eq(count_cuts(grids[i].kind, t, failed, most, 0, 0), grids[i].cuts);
        topology_free(t);
    }
}

Test(failed, routing_by_coordinates_is_refused_and_tables_are_free_of_deadlock)
{
    struct err err;
    struct topology *t = build(SPEC("torus", 4, 4, "router 5\nchannel 0-1"), &err);
    cr_assert(t, "%s", err.text);
    static const char *const good[] = {"auto", "up-down", "table", "shortest-layered"};
    const char *name;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct routing_spec spec = {
            .routing = good[i], .num_vcs = 8, .flit_bits = 64, .max_flits = 8};
        struct deadlock_proof proof;
        struct routing *routing = routing_new(t, &spec, &name, &err);
        cr_assert(routing, "%s", err.text);
        cr_expect(deadlock_prove(t, routing, &proof, &err), "%s: %s", good[i], err.text);
        routing_free(routing);
    }
    struct routing_spec spec = {
        .routing = "dimension-order", .num_vcs = 4, .flit_bits = 64, .max_flits = 8};
    cr_expect_null(routing_new(t, &spec, &name, &err));
    cr_expect(strstr(err.text, "use up-down"), "%s", err.text);
    topology_free(t);
}

Test(failed, latencies_of_a_file_are_those_of_the_channels)
{
    // Between a and b 7 cycles, between b and c 1: a packet of a flit from a to c, and back.
    struct rig_spec spec = {.topology = {.kind = "graph", .file = "tests/graphs/far.txt"}};
    struct rig *rig = rig_new(&spec);
    struct packet there = rig_probe(rig, 0, 2, 1);
    struct packet back = rig_probe(rig, 2, 0, 1);
    cr_expect_eq(there.ejected_cycle - there.created_cycle, 2 + 3 + 7 + 1);
    cr_expect_eq(back.ejected_cycle - back.created_cycle, 2 + 3 + 7 + 1);
    rig_free(rig);
}
