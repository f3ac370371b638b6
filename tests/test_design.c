// SPDX-License-Identifier: Apache-2.0
// Laws of router designs: pipelines, allocators and speculation.
#include "tests/rig.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct topology_spec shapes[] = {
    {.kind = "mesh", .num_dims = 2, .dims = {4, 3}},
    {.kind = "torus", .num_dims = 2, .dims = {3, 4}},
    {.kind = "hypercube", .n = 4},
};
enum { NUM_SHAPES = sizeof shapes / sizeof *shapes };

// Every design that can be built, by number; false past the last.
static bool design_of(uint32_t number, struct router_design *design)
{
    *design = (struct router_design){
        .pipeline = 1 + number % 4,
        .switch_allocator = (enum allocator_kind)(number / 4 % ALLOCATOR_NUM),
        .vc_allocator = (enum allocator_kind)(number / 4 / ALLOCATOR_NUM % ALLOCATOR_NUM),
        .speculative = number / 4 / ALLOCATOR_NUM / ALLOCATOR_NUM % 2,
        .allocator_iterations = 1,
    };
    bool islip =
        design->switch_allocator == ALLOCATOR_ISLIP || design->vc_allocator == ALLOCATOR_ISLIP;
    if (islip && number % 3)
        design->allocator_iterations = 2;
    return number < 4 * ALLOCATOR_NUM * ALLOCATOR_NUM * 2;
}

static bool can_be_built(const struct router_design *design)
{
    const char *key;
    struct err err = {0};
    return router_design_check(design, 5, 2, &key, &err);
}

Test(design, zero_load_latency_is_the_closed_form_between_all_pairs)
{
    struct router_design design;
    uint32_t num = 0;
    for (uint32_t number = 0; design_of(number, &design); number++) {
        if (!can_be_built(&design))
            continue;
        num++;
        for (int mode = 0; mode < 3; mode++) {
            struct rig_spec spec = {.topology = shapes[number % NUM_SHAPES],
                                    .switching = (enum switching)mode,
                                    .design = design,
                                    .buffer_flits = 1 + number % 9,
                                    .channel_latency_cycles = 1 + number % 4,
                                    .terminal_latency_cycles = 1 + number % 3,
                                    .ejection_latency_cycles = 1 + number % 5};
            struct rig *rig = rig_new(&spec);
            uint32_t longest =
                switching_buffers_whole_packets(spec.switching) ? spec.buffer_flits : 24;
            for (uint32_t flits = 1; flits <= longest; flits += 1 + flits / 3)
                for (uint32_t s = 0; s < rig->topology->num_nodes; s++)
                    for (uint32_t d = 0; d < rig->topology->num_nodes; d++) {
                        struct packet p = rig_probe(rig, s, d, flits);
                        cr_assert_eq(p.ejected_cycle - p.created_cycle,
                                     rig_zero_load_cycles(rig, s, d, flits),
                                     "design %u, mode %d, %u flits, %u to %u: %lu, not %lu", number,
                                     mode, flits, s, d, p.ejected_cycle - p.created_cycle,
                                     rig_zero_load_cycles(rig, s, d, flits));
                    }
            rig_free(rig);
        }
    }
    cr_assert_eq(num, 2 * 4 + 2 * 4 * 4 * 2);
}

// The same traffic under two specs: every flit at the same node in the same cycle.
static void check_same(struct rig_spec a, struct rig_spec b)
{
    struct rig *first = rig_new(&a);
    struct rig *second = rig_new(&b);
    cr_assert(rig_traffic(first, 400, 0.12, 6), "%s", first->err.text);
    cr_assert(rig_traffic(second, 400, 0.12, 6), "%s", second->err.text);
    cr_assert_gt(first->num_log, 300);
    cr_assert_eq(first->num_log, second->num_log);
    cr_assert_eq(first->flit_hash, second->flit_hash);
    struct fabric_counters c = fabric_counters(first->fabric);
    struct fabric_counters d = fabric_counters(second->fabric);
    cr_assert_eq(memcmp(&c, &d, sizeof c), 0);
    rig_free(first);
    rig_free(second);
}

Test(design, allocating_in_one_go_gives_what_allocating_step_by_step_gives)
{
    for (size_t i = 0; i < NUM_SHAPES; i++)
        for (int mode = 0; mode < 3; mode++)
            for (uint32_t pipeline = 1; pipeline <= 2; pipeline++) {
                struct rig_spec spec = {.topology = shapes[i],
                                        .switching = (enum switching)mode,
                                        .design = {.pipeline = pipeline},
                                        .num_vcs = 2 + (uint32_t)i,
                                        .stall_probability = 0.2 * mode,
                                        .seed = i};
                struct rig_spec stepwise = spec;
                stepwise.design.step_by_step = true;
                check_same(spec, stepwise);
            }
}

Test(design, every_flit_arrives_once_and_results_do_not_depend_on_skipping_or_order)
{
    struct router_design design;
    for (uint32_t number = 0; design_of(number, &design); number++) {
        if (!can_be_built(&design))
            continue;
        struct rig_spec spec = {.topology = shapes[number % NUM_SHAPES],
                                .switching = (enum switching)(number / 3 % 3),
                                .design = design,
                                .by_flow = number % 5 == 0,
                                .stall_probability = number % 2 ? 0.3 : 0,
                                .seed = number};
        struct rig_spec other = spec;
        other.evaluate_all = number % 4 < 2;
        other.shuffle = !other.evaluate_all;
        check_same(spec, other);
        struct rig *rig = rig_new(&spec);
        cr_assert(rig_traffic(rig, 300, 0.5, 6), "%s", rig->err.text); // beyond saturation
        struct fabric_counters counters = fabric_counters(rig->fabric);
        cr_assert_eq(counters.packets_ejected, counters.packets_created);
        cr_assert_eq(counters.flits_ejected, counters.flits_created);
        rig_free(rig);
    }
}

Test(design, what_cannot_be_built_is_refused_with_its_key)
{
    static const struct {
        struct router_design design;
        uint32_t radix;
        uint32_t vcs;
        const char *key;
    } refused[] = {
        {{.pipeline = 2, .speculative = true, .allocator_iterations = 1}, 5, 2, "speculative"},
        {{.pipeline = 1, .vc_allocator = ALLOCATOR_MATRIX, .allocator_iterations = 1},
         5,
         2,
         "vc_allocator"},
        {{.pipeline = 4, .vc_allocator = ALLOCATOR_ISLIP, .allocator_iterations = 1},
         13,
         5,
         "vc_allocator"},
        {{.pipeline = 1, .switch_allocator = ALLOCATOR_WAVEFRONT, .allocator_iterations = 1},
         65,
         1,
         "switch_allocator"},
        {{.pipeline = 1, .allocator_iterations = 2}, 5, 2, "allocator_iterations"},
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        const char *key;
        struct err err = {0};
        cr_expect_not(
            router_design_check(&refused[i].design, refused[i].radix, refused[i].vcs, &key, &err));
        cr_expect(strstr(key, refused[i].key), "%s", key);
        cr_expect_eq(err.status, ERR_CONFIG);
    }
}
