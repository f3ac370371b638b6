// SPDX-License-Identifier: Apache-2.0
#include "model/net/deadlock.h"
#include "tests/rig.h"

#include <criterion/criterion.h>
#include <string.h>

// Proves a configuration; `err` says what is wrong with it.
static bool prove(struct topology_spec spec, const char *name, uint32_t num_vcs, bool by_flow,
                  struct deadlock_proof *proof, struct err *err)
{
    struct topology *topology = topology_new(&spec, err);
    cr_assert(topology, "%s", err->text);
    struct routing_spec routing_spec = {.routing = name,
                                        .num_vcs = num_vcs,
                                        .by_flow = by_flow,
                                        .flit_bits = 64,
                                        .max_flits = 8,
                                        .switching = SWITCHING_VIRTUAL_CUT_THROUGH,
                                        .buffer_flits = 16};
    const char *resolved;
    struct routing *routing = routing_new(topology, &routing_spec, &resolved, err);
    cr_assert(routing, "%s", err->text);
    bool good = deadlock_prove(topology, routing, proof, err);
    routing_free(routing);
    topology_free(topology);
    return good;
}

Test(deadlock, lines_and_cubes_are_free_with_any_number_of_vcs)
{
    for (uint32_t vcs = 1; vcs <= 8; vcs++) {
        struct topology_spec mesh = {.kind = "mesh", .num_dims = 3, .dims = {4, 3, 5}};
        struct topology_spec cube = {.kind = "hypercube", .n = 5};
        struct deadlock_proof proof;
        struct err err = {0};
        cr_expect(prove(mesh, "auto", vcs, false, &proof, &err), "%s", err.text);
        cr_expect(prove(cube, "auto", vcs, true, &proof, &err), "%s", err.text);
        cr_expect_not(proof.by_symmetry);
        cr_expect_eq(proof.vertices, 32 * 5 * vcs);
    }
}

Test(deadlock, datelines_free_every_torus_of_two_vcs_or_more)
{
    for (uint32_t vcs = 2; vcs <= 8; vcs++) {
        for (uint64_t side = 3; side <= 9; side++) {
            struct topology_spec torus = {.kind = "torus", .num_dims = 2, .dims = {side, 5}};
            struct deadlock_proof proof;
            struct err err = {0};
            cr_expect(prove(torus, "auto", vcs, vcs % 2, &proof, &err), "%s", err.text);
            cr_expect(prove(torus, "table", vcs, false, &proof, &err), "%s", err.text);
            cr_expect_gt(proof.edges, 0);
        }
    }
}

Test(deadlock, a_ring_with_one_vc_is_refused_and_its_cycle_named)
{
    struct topology_spec ring = {.kind = "torus", .num_dims = 1, .dims = {6}};
    struct deadlock_proof proof;
    struct err err = {0};
    cr_assert_not(prove(ring, "auto", 1, false, &proof, &err));
    cr_expect_eq(err.status, ERR_DEADLOCK);
    cr_expect(strstr(err.text, "6 channels"));
    for (uint32_t x = 0; x < 6; x++) {
        char plus[64];
        char minus[64];
        snprintf(plus, sizeof plus, "router %u (%u) +x, vc 0", x, x);
        snprintf(minus, sizeof minus, "router %u (%u) -x, vc 0", x, x);
        cr_expect(strstr(err.text, plus) || strstr(err.text, minus), "%s", err.text);
    }
}

Test(deadlock, a_ring_of_three_needs_no_datelines)
{
    // No packet goes further than a hop, so no channel waits for another.
    struct topology_spec ring = {.kind = "torus", .num_dims = 1, .dims = {3}};
    struct deadlock_proof proof;
    struct err err = {0};
    cr_expect(prove(ring, "auto", 1, false, &proof, &err), "%s", err.text);
    cr_expect_eq(proof.edges, 0);
}

Test(deadlock, large_grids_are_proven_dimension_by_dimension)
{
    struct topology_spec torus = {.kind = "torus", .num_dims = 2, .dims = {300, 64}};
    struct deadlock_proof proof;
    struct err err = {0};
    cr_expect(prove(torus, "auto", 2, false, &proof, &err), "%s", err.text);
    cr_expect(proof.by_symmetry);
    cr_expect_not(prove(torus, "auto", 1, false, &proof, &err));
    cr_expect_eq(err.status, ERR_DEADLOCK);
}

Test(deadlock, what_the_proof_refuses_does_lock_up)
{
    struct rig_spec spec = {
        .topology = {.kind = "torus", .num_dims = 2, .dims = {6, 6}},
        .switching = SWITCHING_WORMHOLE,
        .num_vcs = 1,
        .buffer_flits = 2,
        .seed = 3,
    };
    struct rig *rig = rig_new(&spec);
    cr_assert_not(rig_traffic(rig, 20000, 0.1, 8));
    cr_expect_eq(rig->err.status, ERR_DEADLOCK, "%s", rig->err.text);
    char text[4096] = "";
    FILE *to = fmemopen(text, sizeof text, "w");
    fabric_report_waits(rig->fabric, 100, to);
    fclose(to);
    cr_expect(strstr(text, "waits for"), "%s", text);
    cr_expect(strstr(text, "no room in the next buffer"), "%s", text);
    rig_free(rig);
}

Test(deadlock, the_same_torus_with_datelines_does_not)
{
    struct rig_spec spec = {
        .topology = {.kind = "torus", .num_dims = 2, .dims = {6, 6}},
        .switching = SWITCHING_WORMHOLE,
        .num_vcs = 2,
        .buffer_flits = 1,
        .seed = 3,
    };
    struct rig *rig = rig_new(&spec);
    cr_expect(rig_traffic(rig, 20000, 0.1, 8), "%s", rig->err.text);
    rig_free(rig);
}

Test(deadlock, all_turns_without_an_escape_are_refused_with_the_packets_of_the_cycle)
{
    struct topology_spec mesh = {.kind = "mesh", .num_dims = 2, .dims = {3, 3}};
    struct deadlock_proof proof;
    struct err err = {0};
    cr_assert_not(prove(mesh, "minimal-adaptive", 1, false, &proof, &err));
    cr_expect_eq(err.status, ERR_DEADLOCK);
    cr_expect(strstr(err.text, "by a packet from node"), "%s", err.text);
    cr_expect_not(proof.extended);
    cr_expect(prove(mesh, "minimal-adaptive", 2, false, &proof, &err), "%s", err.text);
    cr_expect(proof.extended);
}

Test(deadlock, escapes_on_rings_need_two_vcs_and_adaptive_hops_a_third)
{
    struct topology_spec torus = {.kind = "torus", .num_dims = 2, .dims = {5, 4}};
    struct deadlock_proof proof;
    for (uint32_t vcs = 1; vcs <= 8; vcs++) {
        struct err err = {0};
        cr_expect_eq(prove(torus, "minimal-adaptive", vcs, false, &proof, &err), vcs > 2, "%s",
                     err.text);
        cr_expect(vcs > 2 || err.status == ERR_DEADLOCK);
    }
}

Test(deadlock, escape_vcs_that_are_misused_are_found_in_the_extended_graph)
{
    struct topology_spec spec = {.kind = "torus", .num_dims = 2, .dims = {5, 4}};
    struct routing_spec routing_spec = {
        .routing = "minimal-adaptive", .num_vcs = 4, .flit_bits = 64, .max_flits = 8};
    struct err err = {0};
    const char *name;
    struct topology *topology = topology_new(&spec, &err);
    struct routing *routing = routing_new(topology, &routing_spec, &name, &err);
    struct deadlock_proof proof;
    cr_assert(deadlock_prove(topology, routing, &proof, &err), "%s", err.text);
    routing->vcs_high = routing->vcs_low; // as if there were no datelines
    cr_expect_not(deadlock_prove(topology, routing, &proof, &err));
    cr_expect_eq(err.status, ERR_DEADLOCK);
    cr_expect(proof.extended);
    cr_expect(strstr(err.text, "by a packet from node"), "%s", err.text);
    routing_free(routing);
    topology_free(topology);
}

Test(deadlock, turn_models_are_free_with_one_vc_and_nothing_else_is_adaptive_with_it)
{
    static const char *const models[] = {"west-first", "negative-first", "odd-even"};
    for (size_t i = 0; i < 3; i++)
        for (uint64_t x = 2; x <= 6; x++)
            for (uint64_t y = 2; y <= 6; y++) {
                struct topology_spec mesh = {.kind = "mesh", .num_dims = 2, .dims = {x, y}};
                struct deadlock_proof proof;
                struct err err = {0};
                cr_expect(prove(mesh, models[i], 1, false, &proof, &err), "%s", err.text);
            }
}

Test(deadlock, bubbles_free_a_torus_of_one_vc)
{
    struct topology_spec torus = {.kind = "torus", .num_dims = 2, .dims = {6, 5}};
    struct deadlock_proof proof;
    struct err err = {0};
    cr_expect(prove(torus, "bubble", 1, false, &proof, &err), "%s", err.text);
    cr_expect(proof.bubbles);
    struct rig_spec spec = {.topology = torus,
                            .switching = SWITCHING_VIRTUAL_CUT_THROUGH,
                            .routing = "bubble",
                            .num_vcs = 1,
                            .max_flits = 4,
                            .buffer_flits = 8,
                            .seed = 3};
    struct rig *rig = rig_new(&spec);
    cr_expect(rig_traffic(rig, 5000, 0.3, 4), "%s", rig->err.text);
    rig_free(rig);
}

Test(deadlock, all_turns_with_one_vc_do_lock_up)
{
    struct rig_spec spec = {.topology = {.kind = "mesh", .num_dims = 2, .dims = {5, 5}},
                            .switching = SWITCHING_WORMHOLE,
                            .routing = "minimal-adaptive",
                            .num_vcs = 1,
                            .buffer_flits = 2,
                            .seed = 3};
    struct rig *rig = rig_new(&spec);
    cr_assert_not(rig_traffic(rig, 20000, 0.2, 8));
    cr_expect_eq(rig->err.status, ERR_DEADLOCK, "%s", rig->err.text);
    rig_free(rig);
}
