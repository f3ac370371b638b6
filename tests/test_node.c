// SPDX-License-Identifier: Apache-2.0
// Cores with what is around them: devices, other cores, nothing at all; what a node takes of
// memory, and keeps in its own; its parameters.
#include "tests/node_rig.h"

#include <criterion/criterion.h>
#include <malloc.h>
#include <string.h>

// --- devices and errors -------------------------------------------------------------------------

enum { REGISTERS = 1 << 30 };

static uint64_t bus_cycles(const struct node_params *p, uint32_t cycles)
{
    return (uint64_t)p->bus.clock_divisor * cycles;
}

Test(node, accesses_of_a_device_go_past_the_cache_and_take_what_their_parts_take)
{
    for (uint32_t latency = 0; latency <= 7; latency += 7) {
        struct node_params p = rig_params(0, 0);
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
        cr_expect_eq(rig_stats(node)->ended_cycle, written);
        cr_expect_eq(registers.bytes[16], 7);
        cr_expect_eq(rig_stats(node)->device_loads + rig_stats(node)->device_stores, 2);
        cr_expect_eq(node->cores[0].l1d.stats.fills, 0);
        rig_expect_sum(node);
        node_free(node);
    }
}

Test(node, a_doorbell_comes_after_the_stores_before_it_and_a_load_from_a_device_after_both)
{
    struct node_params p = rig_params(4, 4);
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
    rig_expect_sum(node);
    node_free(node);
}

Test(node, accesses_that_nothing_answers_are_errors_and_the_core_goes_on)
{
    for (uint32_t stores = 0; stores <= 2; stores += 2)
        for (uint32_t misses = 0; misses <= 2; misses += 2) {
            struct node_params p = rig_params(stores, misses);
            p.mem.size_bytes = 1 << 20;
            struct node *node = rig_node(&p);
            struct registers registers;
            registers_make(&registers, node, REGISTERS, 3);
            RIG_RUN(node, 0, op_load(1 << 20), op_store(1 << 21), op_load(0), op_store(64),
                    op_load(REGISTERS + 248), op_store(REGISTERS + 248), op_fetch(1 << 22));
            cr_expect_eq(rig_stats(node)->errors, 5);
            cr_expect_eq(rig_stats(node)->ops[CORE_STORE], 3);
            rig_expect_sum(node);
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

Test(node, what_is_written_before_a_flag_is_seen_after_it)
{
    uint32_t num_seen = 0;
    for (uint64_t later = 0; later < 600; later += 7) {
        struct node_params p = rig_params(4, 2);
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

Test(node, loads_pass_stores_of_other_addresses_unless_there_is_a_fence)
{
    for (int fenced = 0; fenced <= 1; fenced++) {
        struct node_params p = rig_params(4, 0);
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

Test(node, a_core_that_runs_ahead_loses_a_line_in_the_cycle_of_the_snoop)
{
    for (uint32_t i = 0; i < 72; i++) {
        struct core_op ops[200];
        for (uint32_t n = 0; n < 200; n++)
            ops[n] = i < 36 ? op_load(64) : op_modify(64);
        struct node_params p = rig_params(0, 0);
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

// --- memory -------------------------------------------------------------------------------------

#ifndef __SANITIZE_ADDRESS__ // whose memory is not that of a release build
Test(node, a_node_takes_what_its_parts_say)
{
    for (uint32_t i = 0; i < 8; i++) {
        struct node_params p = rig_params(4, 2);
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

Test(node, an_image_keeps_what_is_written_anywhere)
{
    struct image image = {0};
    uint8_t data[100];
    uint8_t found[100];
    for (uint64_t i = 0; i < 1000; i++) {
        memset(data, (int)(i % 251) + 1, sizeof data);
        image_write(&image, i * 4096 * 37 + 4050, data, sizeof data); // over the edge of a page
    }
    for (uint64_t i = 0; i < 1000; i++) {
        memset(data, (int)(i % 251) + 1, sizeof data);
        image_read(&image, i * 4096 * 37 + 4050, found, sizeof found);
        cr_assert_eq(memcmp(data, found, sizeof data), 0);
        image_read(&image, i * 4096 * 37 + 3900, found, sizeof found);
        cr_assert(!found[0] && !found[99]);
    }
    cr_expect_eq(image.num_pages, 2000);
    image_free(&image);
}

// --- parameters ---------------------------------------------------------------------------------

Test(node, parameters_that_do_not_fit_are_refused_by_their_key)
{
    struct node_params p;
    struct err err;
#define REFUSED(change, words)                                                                     \
    do {                                                                                           \
        p = node_params_default();                                                                 \
        err = (struct err){0};                                                                     \
        change;                                                                                    \
        cr_assert(!node_params_check(&p, "nodes", &err), "%s", words);                             \
        cr_expect_eq(err.status, ERR_CONFIG);                                                      \
        cr_expect(!strncmp(err.text, words, strlen(words)), "%s", err.text);                       \
    } while (0)
    REFUSED(p.cores = 17, "nodes.cores: 17 is not in 1..16");
    REFUSED(p.core.store_buffer_entries = 65,
            "nodes.core.store_buffer_entries: 65 is not in 0..64");
    REFUSED(p.l1d.geometry.ways = 7, "nodes.l1d.size_bytes: 32768 is not 7 ways of 64");
    REFUSED(p.l1d.mshrs = 0, "nodes.l1d.mshrs: 0 is not in 1..16");
    REFUSED(p.l1d.enabled = false, "nodes.l1d.enabled: ");
    REFUSED(p.l1i.geometry.line_bytes = 32,
            "nodes.l1i.line_bytes: 32 is not that of nodes.l1d, 64");
    REFUSED(p.l2.geometry.line_bytes = 32,
            "nodes.l2.line_bytes: 32 is not a power of two in 64..4096");
    REFUSED(p.l2.hit_latency_cycles = 0, "nodes.l2.hit_latency_cycles: 0 is not in 1..1000");
    REFUSED(p.bus.width_bytes = 24, "nodes.bus.width_bytes: 24 is not a power of two in 1..256");
    REFUSED(p.mem.t_cl_cycles = 0, "nodes.mem.t_cl_cycles: 0 is not in 1..1000");
    REFUSED(p.mem.size_bytes = 1000, "nodes.mem.size_bytes: 1000 is not whole lines of 64 bytes");
    p = node_params_default();
    p.l2.enabled = p.l1i.enabled = false;
    p.l2.geometry.ways = 0; // of what is not there
    cr_expect(node_params_check(&p, "nodes", &err));
}
