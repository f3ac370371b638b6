// SPDX-License-Identifier: Apache-2.0
// Cores: order and cost of operations, the store buffer, loads that do not block, devices, values.
#include "model/node/clock.h"
#include "tests/node_rig.h"

#include <criterion/criterion.h>
#include <malloc.h>
#include <string.h>

static const struct core_stats *stats_of(const struct node *node)
{
    return &node->cores[0].core.stats;
}

static struct node_params plain_params(uint32_t stores, uint32_t load_misses)
{
    struct node_params p = node_params_default();
    p.core.store_buffer_entries = stores;
    p.core.max_load_misses = load_misses;
    p.mem.t_refi_cycles = 0;
    return p;
}

// The cycles that a first load of a line takes.
static uint64_t miss_cycles(const struct node_params *params)
{
    struct node *node = rig_node(params);
    uint64_t cycles = RIG_RUN(node, 0, op_load(0));
    node_free(node);
    return cycles;
}

static void expect_sum(const struct node *node)
{
    const struct core_stats *stats = stats_of(node);
    uint64_t sum = stats->compute_cycles + stats->busy_cycles;
    for (int i = 0; i < CORE_NUM_WAITS; i++)
        sum += stats->wait_cycles[i];
    cr_expect_eq(sum, stats->ended_cycle);
}

Test(core, operations_that_hit_take_their_cycles_one_after_the_other)
{
    for (uint32_t hit = 1; hit <= 3; hit++)
        for (uint32_t stores = 0; stores <= 2; stores += 2)
            for (uint32_t misses = 0; misses <= 2; misses += 2) {
                struct node_params p = plain_params(stores, misses);
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
                cr_expect_eq(stats_of(node)->ops[CORE_MODIFY], 1);
                cr_expect_eq(stats_of(node)->ops[CORE_LOAD], 3);
                cr_expect_eq(stats_of(node)->ops[CORE_STORE], 3);
                cr_expect_eq(stats_of(node)->ops[CORE_COMPUTE], 2);
                node_free(node);
            }
}

Test(core, fetches_without_an_instruction_cache_take_a_cycle)
{
    struct node_params p = plain_params(0, 0);
    p.l1i.enabled = false;
    struct node *node = rig_node(&p);
    cr_expect_eq(RIG_RUN(node, 10, op_fetch(0), op_fetch(1 << 20)), 12);
    cr_expect_eq(node->bus.stats.transactions, 0);
    node_free(node);
}

Test(core, what_straddles_lines_is_as_many_accesses)
{
    struct node_params p = plain_params(0, 0);
    struct node *node = rig_node(&p);
    const struct core_op load = {.address = 60, .bytes = 8 + 128, .kind = CORE_LOAD};
    uint64_t at = RIG_RUN(node, 0, load) + 100;
    cr_expect_eq(node->cores[0].l1d.stats.reads, 4);
    cr_expect_eq(node->cores[0].l1d.stats.read_misses, 4);
    cr_expect_eq(RIG_RUN(node, at, load), at + 4);
    cr_expect_eq(stats_of(node)->ops[CORE_LOAD], 2);
    node_free(node);
}

Test(core, every_cycle_is_accounted_for)
{
    for (uint32_t stores = 0; stores <= 2; stores++)
        for (uint32_t misses = 0; misses <= 2; misses++) {
            struct node_params p = plain_params(stores, misses);
            struct node *node = rig_node(&p);
            RIG_RUN(node, 123, op_fetch(64), op_load(4096), op_store(8192), op_store(16384),
                    op_store(32768), op_modify(65536), op_compute(17), op_fetch(128), op_fence(),
                    op_load(8192), op_load(1 << 20), op_load(2 << 20), op_load(3 << 20),
                    op_store(4 << 20));
            expect_sum(node);
            cr_expect_eq(stats_of(node)->compute_cycles, 17);
            cr_expect_gt(stats_of(node)->wait_cycles[CORE_WAIT_FETCH], 100);
            node_free(node);
        }
}

// --- store buffer -------------------------------------------------------------------------------

Test(core, stores_that_miss_do_not_hold_the_core_until_the_buffer_is_full)
{
    for (uint32_t entries = 1; entries <= 4; entries++) {
        struct node_params p = plain_params(entries, 0);
        struct node *node = rig_node(&p);
        struct core_op ops[6];
        for (uint32_t i = 0; i < 6; i++)
            ops[i] = op_store((uint64_t)i << 20);
        struct script script = script_make(ops, entries);
        core_start(&node->cores[0].core, &script.base, 0);
        rig_run_to(node, entries + 1);
        cr_expect_eq(node->cores[0].core.num_stores, entries, "all are in it by then");
        cr_expect_eq(stats_of(node)->busy_cycles, entries);
        cr_expect_eq(stats_of(node)->wait_cycles[CORE_WAIT_STORE_BUFFER], 0);
        node_free(node);
        // One more waits for the first.
        node = rig_node(&p);
        rig_run(node, ops, entries + 1, 0);
        cr_expect_eq(stats_of(node)->wait_cycles[CORE_WAIT_STORE_BUFFER],
                     miss_cycles(&p) - entries);
        expect_sum(node);
        node_free(node);
    }
}

Test(core, stores_behind_one_that_missed_are_done_a_cycle_apart)
{
    struct node_params p = plain_params(4, 0);
    uint64_t miss = miss_cycles(&p);
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
    struct node_params p = plain_params(4, 0);
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
    cr_expect_eq(stats_of(node)->forwarded_loads, 2);
    rig_run_to(node, MEM_NEVER);
    expect_sum(node);
    node_free(node);
}

Test(core, a_load_waits_for_a_store_that_has_some_of_its_bytes)
{
    struct node_params p = plain_params(4, 0);
    struct node *node = rig_node(&p);
    const struct core_op put1 = {
        .address = 1026, .value = 0xab, .bytes = 1, .kind = CORE_STORE, .has_value = true};
    const struct core_op ops[] = {put1, op_get(1024)};
    struct script script = script_make(ops, 2);
    core_start(&node->cores[0].core, &script.base, 0);
    rig_run_to(node, MEM_NEVER);
    cr_expect_eq(script.values[0], 0xab0000);
    cr_expect_eq(stats_of(node)->wait_cycles[CORE_WAIT_FORWARD], miss_cycles(&p) - 1);
    cr_expect_eq(script.value_cycles[0], miss_cycles(&p) + 1);
    cr_expect_eq(stats_of(node)->forwarded_loads, 0);
    node_free(node);
}

Test(core, loads_pass_stores_and_fences_wait_for_them)
{
    struct node_params p = plain_params(4, 0);
    struct node *node = rig_node(&p);
    uint64_t at = RIG_RUN(node, 0, op_load(64)) + 1000;
    struct script script =
        script_make((const struct core_op[]){op_store(1 << 20), op_load(64), op_load(72)}, 3);
    core_start(&node->cores[0].core, &script.base, at);
    rig_run_to(node, at + 4);
    cr_expect_eq(stats_of(node)->ops[CORE_LOAD], 3);
    cr_expect_eq(node->cores[0].core.num_stores, 1);
    rig_run_to(node, MEM_NEVER);
    at = node->cores[0].core.stats.ended_cycle + 1000;
    uint64_t before = stats_of(node)->wait_cycles[CORE_WAIT_FENCE];
    uint64_t end = RIG_RUN(node, at, op_store(2 << 20), op_fence(), op_load(64));
    cr_expect_eq(end, at + 1 + (stats_of(node)->wait_cycles[CORE_WAIT_FENCE] - before) + 1 + 1);
    cr_expect_gt(end, at + 100);
    node_free(node);
}

// --- loads that do not block --------------------------------------------------------------------

Test(core, hits_go_on_under_as_many_misses_as_are_allowed)
{
    for (uint32_t misses = 1; misses <= 4; misses++) {
        struct node_params p = plain_params(4, misses);
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
    struct node_params p = plain_params(0, 4);
    struct node *node = rig_node(&p);
    const struct core_op ops[] = {op_get(1 << 20), op_compute(5)};
    struct script script = script_make(ops, 2);
    core_start(&node->cores[0].core, &script.base, 0);
    rig_run_to(node, MEM_NEVER);
    cr_expect_eq(script.value_cycles[0], miss_cycles(&p));
    cr_expect_eq(stats_of(node)->ended_cycle, miss_cycles(&p) + 5);
    node_free(node);
}

// --- devices and errors -------------------------------------------------------------------------

enum { REGISTERS = 1 << 30 };

static uint64_t bus_cycles(const struct node_params *p, uint32_t cycles)
{
    return (uint64_t)p->bus.clock_divisor * cycles;
}

Test(core, accesses_of_a_device_go_past_the_cache_and_take_what_their_parts_take)
{
    for (uint32_t latency = 0; latency <= 7; latency += 7) {
        struct node_params p = plain_params(0, 0);
        struct node *node = rig_node(&p);
        struct registers registers;
        registers_make(&registers, node, REGISTERS, latency);
        registers.bytes[8] = 42;
        const struct core_op ops[] = {op_get(REGISTERS + 8), op_put(REGISTERS + 16, 7)};
        struct script script = script_make(ops, 2);
        uint64_t at = 1000;
        core_start(&node->cores[0].core, &script.base, at);
        rig_run_to(node, MEM_NEVER);
        // Ready a cycle later, at the next bus cycle; address phase; device; data phase.
        uint64_t read_at = rig_edge(at + 1, p.bus.clock_divisor) + bus_cycles(&p, 1) + latency;
        uint64_t read = rig_edge(read_at, p.bus.clock_divisor) + bus_cycles(&p, 1);
        cr_expect_eq(registers.read_cycle, read_at);
        cr_expect_eq(script.value_cycles[0], read);
        cr_expect_eq(script.values[0], 42);
        uint64_t written = rig_edge(read + 1, p.bus.clock_divisor) + bus_cycles(&p, 2) + latency;
        cr_expect_eq(registers.write_cycle, written);
        cr_expect_eq(stats_of(node)->ended_cycle, written);
        cr_expect_eq(registers.bytes[16], 7);
        cr_expect_eq(stats_of(node)->device_loads + stats_of(node)->device_stores, 2);
        cr_expect_eq(node->cores[0].l1d.stats.fills, 0);
        expect_sum(node);
        node_free(node);
    }
}

Test(core, a_doorbell_comes_after_the_stores_before_it_and_a_load_from_a_device_after_both)
{
    struct node_params p = plain_params(4, 4);
    struct node *node = rig_node(&p);
    struct registers registers;
    registers_make(&registers, node, REGISTERS, 3);
    const struct core_op ops[] = {op_put(1 << 20, 5), op_put(REGISTERS, 1), op_get(REGISTERS)};
    struct script script = script_make(ops, 3);
    core_start(&node->cores[0].core, &script.base, 0);
    while (!registers.num_writes)
        rig_run_to(node, node_next_cycle(node) + 1);
    uint8_t descriptor;
    image_read(&node->image, 1 << 20, &descriptor, 1);
    cr_expect_eq(descriptor, 5);
    cr_expect_eq(registers.num_reads, 0);
    rig_run_to(node, MEM_NEVER);
    cr_expect_eq(registers.num_reads, 1);
    cr_expect_gt(registers.read_cycle, registers.write_cycle);
    cr_expect_eq(script.values[0], 1);
    expect_sum(node);
    node_free(node);
}

Test(core, accesses_that_nothing_answers_are_errors_and_the_core_goes_on)
{
    for (uint32_t stores = 0; stores <= 2; stores += 2)
        for (uint32_t misses = 0; misses <= 2; misses += 2) {
            struct node_params p = plain_params(stores, misses);
            p.mem.size_bytes = 1 << 20;
            struct node *node = rig_node(&p);
            struct registers registers;
            registers_make(&registers, node, REGISTERS, 3);
            RIG_RUN(node, 0, op_load(1 << 20), op_store(1 << 21), op_load(0), op_store(64),
                    op_load(REGISTERS + 248), op_store(REGISTERS + 248), op_fetch(1 << 22));
            cr_expect_eq(stats_of(node)->errors, 5);
            cr_expect_eq(stats_of(node)->ops[CORE_STORE], 3);
            expect_sum(node);
            node_free(node);
        }
}

// --- several cores ------------------------------------------------------------------------------

// Runs two scripts at once, the second so many cycles later.
static void run_both(struct node *node, struct script *a, struct script *b, uint64_t later_cycles)
{
    core_start(&node->cores[0].core, &a->base, 0);
    core_start(&node->cores[1].core, &b->base, later_cycles);
    rig_run_to(node, MEM_NEVER);
    cr_assert(node_ended(node));
}

Test(core, what_is_written_before_a_flag_is_seen_after_it)
{
    uint32_t num_seen = 0;
    for (uint64_t later = 0; later < 600; later += 7) {
        struct node_params p = plain_params(4, 2);
        p.cores = 2;
        struct node *node = rig_node(&p);
        const struct core_op writes[] = {op_put(1 << 20, 11), op_put(1 << 21, 22)};
        const struct core_op reads[] = {op_get(1 << 21), op_get(1 << 20)};
        struct script a = script_make(writes, 2);
        struct script b = script_make(reads, 2);
        run_both(node, &a, &b, later);
        cr_expect(b.values[0] == 0 || b.values[1] == 11);
        num_seen += b.values[0] == 22;
        node_free(node);
    }
    cr_expect(num_seen > 0 && num_seen < 600 / 7);
}

Test(core, loads_pass_stores_of_other_addresses_unless_there_is_a_fence)
{
    for (int fenced = 0; fenced <= 1; fenced++) {
        struct node_params p = plain_params(4, 0);
        p.cores = 2;
        struct node *node = rig_node(&p);
        const struct core_op ops_a[] = {op_put(1 << 20, 1), fenced ? op_fence() : op_compute(1),
                                        op_get(1 << 21)};
        const struct core_op ops_b[] = {op_put(1 << 21, 1), fenced ? op_fence() : op_compute(1),
                                        op_get(1 << 20)};
        const struct core_op warm[] = {op_load(1 << 20), op_load(1 << 21)};
        struct script a = script_make(warm, 2);
        struct script b = script_make(warm, 2);
        run_both(node, &a, &b, 0); // both share both lines
        a = script_make(ops_a, 3);
        b = script_make(ops_b, 3);
        core_start(&node->cores[0].core, &a.base, 10000);
        core_start(&node->cores[1].core, &b.base, 10000);
        rig_run_to(node, MEM_NEVER);
        cr_expect_eq(a.values[0] + b.values[0] > 0, fenced);
        node_free(node);
    }
}

Test(core, a_core_that_runs_ahead_loses_a_line_in_the_cycle_of_the_snoop)
{
    for (uint32_t i = 0; i < 72; i++) {
        struct core_op ops[200];
        for (uint32_t n = 0; n < 200; n++)
            ops[n] = i < 36 ? op_load(64) : op_modify(64);
        struct node_params p = plain_params(0, 0);
        p.cores = 2;
        p.bus.clock_divisor = 1 + i % 3;
        p.bus.address_cycles = 1 + i / 3 % 2;
        struct node *node = rig_node(&p);
        RIG_RUN(node, 0, op_load(64));
        uint64_t at = 1000 + i % 36 / 6;
        uint64_t snooped = rig_edge(at + 1, p.bus.clock_divisor) +
                           (uint64_t)p.bus.address_cycles * p.bus.clock_divisor;
        const struct core_op store = op_store(64);
        struct script a = script_make(ops, 200);
        struct script b = script_make(&store, 1);
        core_start(&node->cores[0].core, &a.base, 900);
        core_start(&node->cores[1].core, &b.base, at);
        rig_run_to(node, snooped + 10);
        bool stores = i >= 36 && (snooped - 900) % 2; // a modify's load and store alternate
        cr_expect_eq(node->cores[0].core.wait, stores ? CORE_WAIT_STORE : CORE_WAIT_LOAD);
        cr_expect_eq(node->cores[0].core.wait_since_cycle, snooped, "variant %u", i);
        node_free(node);
    }
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
    struct node_params p = plain_params(4, 0);
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
    cr_expect_eq(stats_of(node)->interrupts, 1);
    for (uint32_t i = 0; i < script.num_values; i++)
        cr_expect_eq(script.values[i], 8, "of the interrupted program");
    expect_sum(node);
    *handled = handler.value_cycles[0] - at;
    uint64_t end = stats_of(node)->ended_cycle - at;
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
    struct node_params p = plain_params(4, 0);
    uint64_t miss = miss_cycles(&p);
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
    struct node_params p = plain_params(4, 0);
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
    expect_sum(node);
    node_free(node);
}

// --- memory -------------------------------------------------------------------------------------

#ifndef __SANITIZE_ADDRESS__ // whose memory is not that of a release build
Test(core, a_node_takes_what_its_parts_say)
{
    for (uint32_t i = 0; i < 8; i++) {
        struct node_params p = plain_params(4, 2);
        p.cores = 1 + i;
        p.l1i.enabled = i % 2;
        p.l2.enabled = i / 2 % 2;
        struct mallinfo2 before = mallinfo2();
        struct node *node = rig_node(&p);
        struct mallinfo2 after = mallinfo2();
        uint64_t took = after.uordblks + after.hblkhd - before.uordblks - before.hblkhd;
        uint64_t said = node_bytes(&p);
        cr_expect(took + 4096 > said && took < said + said / 20 + 4096, "%u, said %u",
                  (unsigned)took, (unsigned)said);
        node_free(node);
    }
}
#endif

// --- clocks -------------------------------------------------------------------------------------

Test(core, clocks_of_node_and_fabric_meet_where_whole_cycles_do)
{
    const struct {
        double node_hz, fabric_hz;
        uint32_t node, fabric;
    } rows[] = {{1e9, 1e9, 1, 1},     {2.4e9, 1e9, 12, 5}, {1e9, 3e9, 1, 3},
                {1.2e9, 0.8e9, 3, 2}, {5e8, 1e9, 1, 2},    {3.3e9, 1.25e9, 66, 25}};
    struct err err = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct clock_ratio ratio;
        cr_assert(
            clock_ratio_make(&ratio, rows[i].node_hz, rows[i].fabric_hz, "nodes.clock_hz", &err),
            "%s", err.text);
        cr_assert(ratio.node == rows[i].node && ratio.fabric == rows[i].fabric, "%zu", i);
        for (uint64_t cycle = 0; cycle < 1000; cycle++) {
            uint64_t node = clock_node_cycle(ratio, cycle);
            cr_assert(node * ratio.fabric >= cycle * ratio.node);
            cr_assert(node == 0 || (node - 1) * ratio.fabric < cycle * ratio.node);
            uint64_t fabric = clock_fabric_cycle(ratio, cycle);
            cr_assert(fabric * ratio.node >= cycle * ratio.fabric);
            cr_assert(fabric == 0 || (fabric - 1) * ratio.node < cycle * ratio.fabric);
        }
        cr_expect_eq(clock_node_cycle(ratio, (1ULL << 40) * ratio.fabric),
                     (1ULL << 40) * ratio.node);
    }
    struct clock_ratio ratio;
    cr_assert(!clock_ratio_make(&ratio, 3.14159265358979e9, 1e9, "nodes.clock_hz", &err));
    cr_expect_eq(strncmp(err.text, "nodes.clock_hz: ", 16), 0, "%s", err.text);
}
