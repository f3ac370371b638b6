// SPDX-License-Identifier: Apache-2.0
// Laws of router designs: pipelines, allocators and speculation.
#include "tests/rig.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
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

// The modes whose routers buffer flits, and so have a design, by number; SWITCHING_NUM past the
// last.
static enum switching mode_of(uint32_t number)
{
    uint32_t mode = 0;
    while (mode < SWITCHING_NUM && (switching_is_circuit((enum switching)mode) || number-- > 0))
        mode++;
    return (enum switching)mode;
}

static uint32_t num_modes(void)
{
    uint32_t num = 0;
    while (mode_of(num) < SWITCHING_NUM)
        num++;
    return num;
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
        for (uint32_t mode = 0; mode < num_modes(); mode++) {
            struct rig_spec spec = {.topology = shapes[number % NUM_SHAPES],
                                    .switching = mode_of(mode),
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
                                     rig_zero_load_cycles(rig, &p),
                                     "design %u, mode %u, %u flits, %u to %u: %lu, not %lu", number,
                                     mode, flits, s, d, p.ejected_cycle - p.created_cycle,
                                     rig_zero_load_cycles(rig, &p));
                    }
            rig_free(rig);
        }
    }
    cr_assert_eq(num, 2 * 4 + 2 * 4 * 4 * 2);
}

// The same traffic under two specs: every flit at the same node in the same cycle.
static void check_same(struct rig_spec a, struct rig_spec b, uint32_t packets)
{
    struct rig *first = rig_new(&a);
    struct rig *second = rig_new(&b);
    cr_assert(rig_traffic(first, 400, 0.12, 6), "%s", first->err.text);
    cr_assert(rig_traffic(second, 400, 0.12, 6), "%s", second->err.text);
    cr_assert_gt(first->num_log, packets);
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
        for (uint32_t mode = 0; mode < num_modes(); mode++)
            for (uint32_t pipeline = 1; pipeline <= 2; pipeline++) {
                struct rig_spec spec = {.topology = shapes[i],
                                        .switching = mode_of(mode),
                                        .design = {.pipeline = pipeline},
                                        .num_vcs = 2 + (uint32_t)i,
                                        .stall_probability = 0.2 * mode,
                                        .seed = i};
                struct rig_spec stepwise = spec;
                stepwise.design.way = ROUTER_STEP_BY_STEP;
                check_same(spec, stepwise, 300);
            }
}

Test(design, every_flit_arrives_once_and_results_do_not_depend_on_skipping_or_order)
{
    struct router_design design;
    for (uint32_t number = 0; design_of(number, &design); number++) {
        if (!can_be_built(&design))
            continue;
        struct rig_spec spec = {.topology = shapes[number % NUM_SHAPES],
                                .switching = mode_of(number / 3 % num_modes()),
                                .design = design,
                                .by_flow = number % 5 == 0,
                                .stall_probability = number % 2 ? 0.3 : 0,
                                .seed = number};
        struct rig_spec other = spec;
        other.evaluate_all = number % 4 < 2;
        other.shuffle = !other.evaluate_all;
        check_same(spec, other, 300);
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

Test(design, routers_for_circuits_have_but_one)
{
    struct router_design design;
    uint32_t num = 0;
    for (uint32_t number = 0; design_of(number, &design); number++) {
        const char *key;
        struct err err = {0};
        if (router_design_check_circuit(&design, &key, &err))
            num++;
        else
            cr_expect(err.status == ERR_CONFIG && strncmp(key, "fabric.router.", 14) == 0);
    }
    cr_expect_eq(num, 1);
}

// Two nodes whose routers are joined by a channel on which a flit takes `flit_cycles`.
static struct rig_spec narrow(uint32_t flit_cycles, uint32_t pipeline)
{
    char text[64];
    snprintf(text, sizeof text, "0 1 flit_cycles=%u latency_cycles=2\n", flit_cycles);
    return (struct rig_spec){
        .topology = {.kind = "graph", .file = (char *)scratch_file("narrow", text)},
        .switching = SWITCHING_WORMHOLE,
        .design = {.pipeline = pipeline},
        .seed = 1,
    };
}

// Only heads are routed and wait for a VC, so that the flits behind a head whose channel was narrow
// catch up with it, by those stages, in the router that follows.
Test(design, a_narrow_channel_takes_its_cycles_for_every_flit)
{
    for (uint32_t pipeline = 1; pipeline <= 4; pipeline++)
        for (uint32_t cycles = 1; cycles <= 5; cycles++) {
            struct rig_spec spec = narrow(cycles, pipeline);
            struct rig *rig = rig_new(&spec);
            uint64_t of_heads_cycles = pipeline > 2 ? pipeline - 2 : 0;
            for (uint64_t flits = 1; flits <= 6; flits++) {
                struct packet p = rig_probe(rig, 0, 1, (uint32_t)flits);
                uint64_t head = 1 + pipeline + 2 + (cycles - 1) + pipeline + 1;
                uint64_t behind = (flits - 1) * cycles;
                behind = behind > of_heads_cycles ? behind - of_heads_cycles : 0;
                behind = behind > flits - 1 ? behind : flits - 1;
                cr_expect_eq(p.ejected_cycle - p.created_cycle, head + behind);
            }
            rig_free(rig);
        }
}

Test(design, speculative_heads_too_wait_for_a_narrow_channel)
{
    for (uint32_t pipeline = 3; pipeline <= 4; pipeline++) {
        struct rig_spec spec = narrow(5, pipeline);
        spec.design.speculative = true;
        struct rig *rig = rig_new(&spec);
        cr_assert(rig_traffic(rig, 400, 0.8, 1), "%s", rig->err.text);
        uint64_t crossed = 0;
        for (uint32_t i = 0; i < rig->num_log; i++)
            crossed += rig->log[i].source == 0 && rig->log[i].destination == 1;
        cr_expect_gt(crossed, 100);
        cr_expect_geq(fabric_now(rig->fabric), 5 * crossed);
        rig_free(rig);
    }
}

Test(design, a_narrow_channel_is_the_same_in_rtl)
{
    for (uint32_t pipeline = 1; pipeline <= 3; pipeline += 2) {
        struct rig_spec spec = narrow(3, pipeline);
        spec.design.speculative = pipeline == 3;
        struct rig_spec lockstep = spec;
        lockstep.ops = &router_lockstep_ops;
        lockstep.rtl = (struct router_rtl){.assertions = true, .quiet = true};
        check_same(spec, lockstep, 50);
    }
}
