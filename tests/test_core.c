// SPDX-License-Identifier: Apache-2.0
// Cores: cost of operations, the store buffer, loads that do not block, interrupts.
#include "tests/node_rig.h"

#include <criterion/criterion.h>
#include <string.h>

Test(core, operations_that_hit_take_their_cycles_one_after_the_other)
{
    for (uint32_t hit = 1; hit <= 3; hit++)
        for (uint32_t stores = 0; stores <= 2; stores += 2)
            for (uint32_t misses = 0; misses <= 2; misses += 2) {
                struct node_params p = rig_params(stores, misses);
                p.l1d.hit_latency_cycles = p.l1i.hit_latency_cycles = hit;
                struct node *node = rig_node(&p);
                uint64_t at = RIG_RUN(node, 0, op_store(0), op_fetch(4096), op_fence()) + 77;
                uint64_t loads = misses ? 1 : hit;
                uint64_t writes = stores ? 1 : hit;
                cr_expect_eq(RIG_RUN(node, at, op_load(0), op_load(8), op_load(16)),
                             at + 3 * loads);
                at += 1000;
                cr_expect_eq(RIG_RUN(node, at, op_store(0), op_store(8)), at + 2 * writes);
                at += 1000;
                cr_expect_eq(RIG_RUN(node, at, op_modify(8), op_compute(100), op_compute(0)),
                             at + loads + writes + 100);
                at += 1000;
                cr_expect_eq(RIG_RUN(node, at, op_fetch(4096), op_fetch(4100)), at + 2 * hit);
                at += 1000;
                cr_expect_eq(RIG_RUN(node, at, op_fence()), at + 1);
                cr_expect_eq(rig_stats(node)->ops[CORE_MODIFY], 1);
                cr_expect_eq(rig_stats(node)->ops[CORE_LOAD], 3);
                cr_expect_eq(rig_stats(node)->ops[CORE_STORE], 3);
                cr_expect_eq(rig_stats(node)->ops[CORE_COMPUTE], 2);
                node_free(node);
            }
}

Test(core, fetches_without_an_instruction_cache_take_a_cycle)
{
    struct node_params p = rig_params(0, 0);
    p.l1i.enabled = false;
    struct node *node = rig_node(&p);
    cr_expect_eq(RIG_RUN(node, 10, op_fetch(0), op_fetch(1 << 20)), 12);
    cr_expect_eq(node->bus.stats.transactions, 0);
    node_free(node);
}

Test(core, what_straddles_lines_is_as_many_accesses)
{
    struct node_params p = rig_params(0, 0);
    struct node *node = rig_node(&p);
    const struct core_op load = {.address = 60, .bytes = 8 + 128, .kind = CORE_LOAD};
    uint64_t at = RIG_RUN(node, 0, load) + 100;
    cr_expect_eq(node->cores[0].l1d.stats.reads, 4);
    cr_expect_eq(node->cores[0].l1d.stats.read_misses, 4);
    cr_expect_eq(RIG_RUN(node, at, load), at + 4);
    cr_expect_eq(rig_stats(node)->ops[CORE_LOAD], 2);
    node_free(node);
}

Test(core, every_cycle_is_accounted_for)
{
    for (uint32_t stores = 0; stores <= 2; stores++)
        for (uint32_t misses = 0; misses <= 2; misses++) {
            struct node_params p = rig_params(stores, misses);
            struct node *node = rig_node(&p);
            RIG_RUN(node, 123, op_fetch(64), op_load(4096), op_store(8192), op_store(16384),
                    op_store(32768), op_modify(65536), op_compute(17), op_fetch(128), op_fence(),
                    op_load(8192), op_load(1 << 20), op_load(2 << 20), op_load(3 << 20),
                    op_store(4 << 20));
            rig_expect_sum(node);
            cr_expect_eq(rig_stats(node)->compute_cycles, 17);
            cr_expect_gt(rig_stats(node)->wait_cycles[CORE_WAIT_FETCH], 100);
            node_free(node);
        }
}

// --- the fast way -------------------------------------------------------------------------------

static void take_any(struct core_source *base, uint64_t value, uint64_t cycle)
{
    (void)base;
    (void)value;
    (void)cycle;
}

// Values make a core go through its operations step by step; without them it runs over hits.
Test(core, values_change_nothing_but_what_is_read)
{
    enum { NUM_OPS = 3000 };
    static const uint8_t kinds[] = {CORE_LOAD,  CORE_LOAD,  CORE_LOAD,    CORE_STORE,
                                    CORE_FETCH, CORE_FETCH, CORE_COMPUTE, CORE_FENCE};
    static struct core_op ops[NUM_OPS];
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct rng rng = rng_make(seed, RNG_SHUFFLE, 3);
        struct node_params p = rig_params((uint32_t)seed % 4, 0);
        p.l1d.geometry = (struct cache_geometry){2048, 64, 4, CACHE_TREE_PLRU};
        p.l1d.hit_latency_cycles = 1 + (uint32_t)seed % 3;
        struct core_stats stats[2];
        struct cache_stats cache_stats[2];
        for (uint32_t i = 0; i < NUM_OPS; i++)
            ops[i] = (struct core_op){.address = rng_below(&rng, i % 16 ? 200 : 2000) * 8,
                                      .bytes = 8,
                                      .kind = kinds[rng_below(&rng, sizeof kinds)]};
        for (int with_values = 0; with_values <= 1; with_values++) {
            for (uint32_t i = 0; with_values && i < NUM_OPS; i++)
                ops[i].has_value = ops[i].kind == CORE_LOAD || ops[i].kind == CORE_STORE;
            struct node *node = rig_node(&p);
            struct script script = script_make(ops, NUM_OPS);
            script.base.loaded = take_any;
            core_start(&node->cores[0].core, &script.base, 0);
            rig_run_to(node, MEM_NEVER);
            stats[with_values] = *rig_stats(node);
            cache_stats[with_values] = node->cores[0].l1d.stats;
            node_free(node);
        }
        cr_expect_eq(memcmp(&stats[0], &stats[1], sizeof stats[0]), 0, "seed %u", (unsigned)seed);
        cr_expect_eq(memcmp(&cache_stats[0], &cache_stats[1], sizeof cache_stats[0]), 0);
        cr_expect_gt(cache_stats[0].write_backs, 10);
    }
}

// --- store buffer -------------------------------------------------------------------------------

Test(core, stores_that_miss_do_not_hold_the_core_until_the_buffer_is_full)
{
    for (uint32_t entries = 1; entries <= 4; entries++) {
        struct node_params p = rig_params(entries, 0);
        struct node *node = rig_node(&p);
        struct core_op ops[6];
        for (uint32_t i = 0; i < 6; i++)
            ops[i] = op_store((uint64_t)i << 20);
        struct script script = script_make(ops, entries);
        core_start(&node->cores[0].core, &script.base, 0);
        rig_run_to(node, entries + 1);
        cr_expect_eq(node->cores[0].core.num_stores, entries, "all are in it by then");
        cr_expect_eq(rig_stats(node)->busy_cycles, entries);
        cr_expect_eq(rig_stats(node)->wait_cycles[CORE_WAIT_STORE_BUFFER], 0);
        node_free(node);
        // One more waits for the first.
        node = rig_node(&p);
        rig_run(node, ops, entries + 1, 0);
        cr_expect_eq(rig_stats(node)->wait_cycles[CORE_WAIT_STORE_BUFFER],
                     rig_miss_cycles(&p) - entries);
        rig_expect_sum(node);
        node_free(node);
    }
}

Test(core, stores_behind_one_that_missed_are_done_a_cycle_apart)
{
    struct node_params p = rig_params(4, 0);
    uint64_t miss = rig_miss_cycles(&p);
    struct node *node = rig_node(&p);
    RIG_RUN(node, 0, op_store(64), op_fence());
    const uint64_t at = 1000; // begins a bus cycle, as 0 does in miss_cycles
    uint64_t end =
        RIG_RUN(node, at, op_store(8192), op_store(64), op_store(72), op_store(80), op_fence());
    // The store that misses opens a row of another bank.
    cr_expect_eq(end, at + miss + 3 + 1);
    node_free(node);
}

Test(core, a_load_gets_its_bytes_from_the_youngest_store_that_has_them)
{
    struct node_params p = rig_params(4, 0);
    p.l1d.hit_latency_cycles = 2;
    struct node *node = rig_node(&p);
    const struct core_op get4 = {.address = 1028, .bytes = 4, .kind = CORE_LOAD, .has_value = true};
    const struct core_op ops[] = {op_put(1024, 0x1111111122222222),
                                  op_put(1024, 0x3333333344444444), op_get(1024), get4};
    struct script script = script_make(ops, 4);
    core_start(&node->cores[0].core, &script.base, 0);
    rig_run_to(node, 10);
    cr_assert_eq(script.num_values, 2, "though the line is not there");
    cr_expect_eq(node->cores[0].core.num_stores, 2);
    cr_expect_eq(script.values[0], 0x3333333344444444);
    cr_expect_eq(script.values[1], 0x33333333);
    cr_expect_eq(script.value_cycles[0], 2 + 2);
    cr_expect_eq(script.value_cycles[1], 2 + 2 + 2);
    cr_expect_eq(rig_stats(node)->forwarded_loads, 2);
    rig_run_to(node, MEM_NEVER);
    rig_expect_sum(node);
    node_free(node);
}

Test(core, a_load_waits_for_a_store_that_has_some_of_its_bytes)
{
    struct node_params p = rig_params(4, 0);
    struct node *node = rig_node(&p);
    const struct core_op put1 = {
        .address = 1026, .value = 0xab, .bytes = 1, .kind = CORE_STORE, .has_value = true};
    const struct core_op ops[] = {put1, op_get(1024)};
    struct script script = script_make(ops, 2);
    core_start(&node->cores[0].core, &script.base, 0);
    rig_run_to(node, MEM_NEVER);
    cr_expect_eq(script.values[0], 0xab0000);
    cr_expect_eq(rig_stats(node)->wait_cycles[CORE_WAIT_FORWARD], rig_miss_cycles(&p) - 1);
    cr_expect_eq(script.value_cycles[0], rig_miss_cycles(&p) + 1);
    cr_expect_eq(rig_stats(node)->forwarded_loads, 0);
    node_free(node);
}

Test(core, loads_pass_stores_and_fences_wait_for_them)
{
    struct node_params p = rig_params(4, 0);
    struct node *node = rig_node(&p);
    uint64_t at = RIG_RUN(node, 0, op_load(64)) + 1000;
    struct script script =
        script_make((const struct core_op[]){op_store(1 << 20), op_load(64), op_load(72)}, 3);
    core_start(&node->cores[0].core, &script.base, at);
    rig_run_to(node, at + 4);
    cr_expect_eq(rig_stats(node)->ops[CORE_LOAD], 3);
    cr_expect_eq(node->cores[0].core.num_stores, 1);
    rig_run_to(node, MEM_NEVER);
    at = node->cores[0].core.stats.ended_cycle + 1000;
    uint64_t before = rig_stats(node)->wait_cycles[CORE_WAIT_FENCE];
    uint64_t end = RIG_RUN(node, at, op_store(2 << 20), op_fence(), op_load(64));
    cr_expect_eq(end, at + 1 + (rig_stats(node)->wait_cycles[CORE_WAIT_FENCE] - before) + 1 + 1);
    cr_expect_gt(end, at + 100);
    node_free(node);
}

// --- loads that do not block --------------------------------------------------------------------

Test(core, hits_go_on_under_as_many_misses_as_are_allowed)
{
    for (uint32_t misses = 1; misses <= 4; misses++) {
        struct node_params p = rig_params(4, misses);
        struct node *node = rig_node(&p);
        uint64_t at = RIG_RUN(node, 0, op_load(64)) + 1000;
        struct core_op ops[16];
        uint32_t num = 0;
        for (uint32_t i = 0; i < misses; i++) {
            ops[num++] = op_load((uint64_t)(i + 1) << 20);
            ops[num++] = op_load(64);
        }
        ops[num++] = op_load((uint64_t)(misses + 1) << 20);
        struct script script = script_make(ops, num);
        core_start(&node->cores[0].core, &script.base, at);
        rig_run_to(node, at + num);
        cr_expect_eq(node->cores[0].core.num_load_lines, misses);
        cr_expect_eq(node->cores[0].core.issue_cycle, MEM_NEVER);
        cr_expect_eq(node->cores[0].core.wait, CORE_WAIT_LOAD_MISSES);
        rig_run_to(node, MEM_NEVER);
        cr_expect(core_ended(&node->cores[0].core));
        node_free(node);
    }
}

Test(core, a_load_whose_value_is_wanted_blocks)
{
    struct node_params p = rig_params(0, 4);
    struct node *node = rig_node(&p);
    const struct core_op ops[] = {op_get(1 << 20), op_compute(5)};
    struct script script = script_make(ops, 2);
    core_start(&node->cores[0].core, &script.base, 0);
    rig_run_to(node, MEM_NEVER);
    cr_expect_eq(script.value_cycles[0], rig_miss_cycles(&p));
    cr_expect_eq(rig_stats(node)->ended_cycle, rig_miss_cycles(&p) + 5);
    node_free(node);
}

// --- interrupts ---------------------------------------------------------------------------------

// Interrupts a core in a cycle.
struct interrupter {
    struct mem_agent agent; // the first member
    struct core *core;
    struct core_source *handler;
    bool taken;
};

static void interrupt(struct mem_agent *agent, uint64_t cycle)
{
    struct interrupter *self = (struct interrupter *)agent;
    self->taken = core_interrupt(self->core, self->handler, cycle);
    agent->next_cycle = MEM_NEVER;
}

// Runs operations from cycle 100 on, interrupted in a cycle by a handler of 50 cycles that loads
// a value. The cycle in which all ended; in *handled when the value was there.
static uint64_t run_interrupted(const struct core_op *ops, uint32_t num, uint64_t cycle,
                                uint64_t *handled)
{
    struct node_params p = rig_params(4, 0);
    struct node *node = rig_node(&p);
    struct err err = {0};
    uint64_t at = RIG_RUN(node, 0, op_put(64, 7), op_put(128, 8), op_fence());
    const struct core_op handler_ops[] = {op_compute(50), op_get(64)};
    struct script script = script_make(ops, num);
    struct script handler = script_make(handler_ops, 2);
    struct interrupter interrupter = {.agent = {.next_cycle = at + cycle, .run = interrupt},
                                      .core = &node->cores[0].core,
                                      .handler = &handler.base};
    cr_assert(node_add_agent(node, &interrupter.agent, &err));
    if (num)
        core_start(&node->cores[0].core, &script.base, at + 100);
    rig_run_to(node, MEM_NEVER);
    cr_assert(core_ended(&node->cores[0].core) && interrupter.taken);
    cr_assert_eq(handler.num_values, 1);
    cr_expect_eq(handler.values[0], 7);
    cr_expect_eq(rig_stats(node)->interrupts, 1);
    for (uint32_t i = 0; i < script.num_values; i++)
        cr_expect_eq(script.values[i], 8, "of the interrupted program");
    rig_expect_sum(node);
    *handled = handler.value_cycles[0] - at;
    uint64_t end = rig_stats(node)->ended_cycle - at;
    node_free(node);
    return end;
}

Test(core, an_interrupt_is_taken_in_its_cycle_between_operations_and_within_compute)
{
    const struct core_op loads[] = {op_load(128), op_load(128), op_get(128), op_load(128)};
    const struct core_op compute[] = {op_compute(1000), op_get(128)};
    uint64_t handled;
    for (uint64_t cycle = 100; cycle < 104; cycle++) {
        cr_expect_eq(run_interrupted(loads, 4, cycle, &handled), 100 + 4 + 51);
        cr_expect_eq(handled, cycle + 51);
    }
    for (uint64_t cycle = 100; cycle <= 1100; cycle += 50) {
        cr_expect_eq(run_interrupted(compute, 2, cycle, &handled), 100 + 1001 + 51);
        cr_expect_eq(handled, cycle + 51);
    }
}

Test(core, an_interrupt_waits_for_a_load_that_misses_and_wakes_a_core_that_has_ended)
{
    struct node_params p = rig_params(4, 0);
    uint64_t miss = rig_miss_cycles(&p);
    const struct core_op load = op_load(1 << 20);
    uint64_t handled;
    uint64_t end = run_interrupted(&load, 1, 120, &handled);
    cr_expect_eq(end, handled);
    cr_expect(handled > 100 + miss - 10 && handled < 100 + miss + 100, "%u", (unsigned)handled);
    cr_expect_eq(run_interrupted(NULL, 0, 120, &handled), 120 + 51);
    cr_expect_eq(handled, 120 + 51);
}

Test(core, a_second_interrupt_is_refused_while_one_is_handled)
{
    struct node_params p = rig_params(4, 0);
    struct node *node = rig_node(&p);
    const struct core_op ops[] = {op_compute(10), op_load(0)};
    struct script first = script_make(ops, 2);
    struct script second = script_make(ops, 2);
    struct core *core = &node->cores[0].core;
    cr_expect(core_interrupt(core, &first.base, 5));
    cr_expect(!core_interrupt(core, &second.base, 5));
    rig_run_to(node, 12);
    cr_expect(!core_interrupt(core, &second.base, 12));
    rig_run_to(node, MEM_NEVER);
    cr_expect(core_ended(core));
    cr_expect(core_interrupt(core, &second.base, 1000));
    rig_run_to(node, MEM_NEVER);
    cr_expect_eq(core->stats.ended_cycle, 1011);
    rig_expect_sum(node);
    node_free(node);
}
