// SPDX-License-Identifier: Apache-2.0
// Private caches and L2: what hits and misses take, to the cycle, as sums of parameters; MESI,
// state by state; MSHRs and write-backs.
#include "tests/node_rig.h"

#include <criterion/criterion.h>
#include <string.h>

// --- closed forms -------------------------------------------------------------------------------

// The end of the address phase of a request that finds the bus idle.
static uint64_t snooped(const struct node_params *p, uint64_t ready_cycle)
{
    return rig_edge(ready_cycle, p->bus.clock_divisor) +
           (uint64_t)p->bus.address_cycles * p->bus.clock_divisor;
}

// The end of the data phase of a line that finds the data bus idle.
static uint64_t delivered(const struct node_params *p, uint64_t ready_cycle)
{
    uint64_t bus_cycles =
        (p->l1d.geometry.line_bytes + p->bus.width_bytes - 1) / p->bus.width_bytes;
    return rig_edge(ready_cycle, p->bus.clock_divisor) + bus_cycles * p->bus.clock_divisor;
}

// When an idle memory has a line, of L2 if there is one; `row_cycles` are those before the column
// access.
static uint64_t read_from_memory(const struct node_params *p, uint64_t arrival_cycle,
                                 uint64_t row_cycles)
{
    uint64_t line_bytes = (p->l2.enabled ? &p->l2.geometry : &p->l1d.geometry)->line_bytes;
    uint64_t bursts = (line_bytes + p->mem.burst_bytes - 1) / p->mem.burst_bytes;
    uint64_t divisor = p->mem.clock_divisor;
    return rig_edge(arrival_cycle + p->mem.controller_latency_cycles * divisor, divisor) +
           (row_cycles + p->mem.t_cl_cycles + bursts * p->mem.burst_cycles) * divisor;
}

// When a load of a line that is not in L1 or L2 is done.
static uint64_t missed(const struct node_params *p, uint64_t cycle, uint64_t row_cycles)
{
    uint64_t at = snooped(p, cycle + p->l1d.hit_latency_cycles);
    at += p->l2.enabled ? p->l2.hit_latency_cycles : 0;
    return delivered(p, read_from_memory(p, at, row_cycles));
}

// Nodes with one core, blocking loads and no store buffer.
static struct node_params variant(uint32_t i)
{
    struct node_params p = node_params_default();
    p.core.store_buffer_entries = 0;
    p.l1d.hit_latency_cycles = 1 + i % 3;
    p.l2.enabled = i % 2 == 0;
    p.l2.geometry.line_bytes = i % 4 ? 64 : 256;
    p.l2.hit_latency_cycles = 5 + i;
    p.bus.clock_divisor = 1 + i % 3;
    p.bus.width_bytes = 8U << i % 3;
    p.bus.address_cycles = 1 + i % 2;
    p.mem.clock_divisor = 1 + i / 3 % 3;
    p.mem.t_refi_cycles = 0;
    return p;
}

enum { NUM_VARIANTS = 12, FAR_LINE = 1 << 20 };

// Asserts that operations from `cycle` on are done at `end`: not a cycle before.
static void expect_end(struct node *node, uint64_t cycle, uint64_t end_cycle,
                       const struct core_op *ops, uint32_t num, uint32_t i)
{
    struct script script = script_make(ops, num);
    struct core *core = &node->cores[0].core;
    core_start(core, &script.base, cycle);
    rig_run_to(node, end_cycle);
    cr_assert(!core_ended(core), "variant %u: ended in %u, not in %u", i,
              (unsigned)core->stats.ended_cycle, (unsigned)end_cycle);
    rig_run_to(node, end_cycle + 1);
    cr_assert(core_ended(core), "variant %u: not ended in %u", i, (unsigned)end_cycle);
    cr_assert_eq(core->stats.ended_cycle, end_cycle);
    rig_run_to(node, end_cycle + 1000);
}

static void expect_load(struct node *node, uint64_t cycle, uint64_t end_cycle, uint64_t address,
                        uint32_t i)
{
    expect_end(node, cycle, end_cycle, (const struct core_op[]){op_load(address)}, 1, i);
}

Test(cache, a_load_takes_what_its_parts_take)
{
    for (uint32_t i = 0; i < NUM_VARIANTS; i++) {
        const struct node_params p = variant(i);
        const struct mem_params *m = &p.mem;
        uint64_t row_bytes = (uint64_t)m->row_bytes * m->banks; // between rows of a bank
        for (uint64_t offset = 0; offset < 6; offset++) {
            struct node *node = rig_node(&p);
            uint64_t at = 5000 + offset;
            expect_load(node, at, missed(&p, at, m->t_rcd_cycles), 0, i); // closed row
            at += 5000;
            expect_load(node, at, at + p.l1d.hit_latency_cycles, 8, i); // L1 hit
            at += 5000;
            expect_load(node, at, missed(&p, at, 0), 512, i); // row hit
            at += 5000;
            expect_load(node, at, missed(&p, at, m->t_rp_cycles + m->t_rcd_cycles), row_bytes,
                        i); // row conflict
            cr_expect_eq(node->memory.mem.stats.row_closed, 1);
            cr_expect_eq(node->memory.mem.stats.row_hits, 1);
            cr_expect_eq(node->memory.mem.stats.row_conflicts, 1);
            node_free(node);
        }
    }
}

Test(cache, a_load_that_hits_in_l2_takes_what_its_parts_take)
{
    for (uint32_t i = 0; i < NUM_VARIANTS; i += 2) {
        struct node_params p = variant(i);
        p.l1d.geometry = (struct cache_geometry){64, 64, 1, CACHE_LRU}; // one line
        for (uint64_t offset = 0; offset < 6; offset++) {
            struct node *node = rig_node(&p);
            RIG_RUN(node, 0, op_load(0), op_load(FAR_LINE));
            uint64_t at = 5000 + offset;
            uint64_t l2_has = snooped(&p, at + p.l1d.hit_latency_cycles) + p.l2.hit_latency_cycles;
            expect_load(node, at, delivered(&p, l2_has), 0, i);
            cr_expect_eq(node->memory.stats.read_misses, 2);
            cr_expect_eq(node->memory.stats.reads, 3);
            node_free(node);
        }
    }
}

Test(cache, a_dirty_line_of_another_cache_comes_from_there)
{
    for (uint32_t i = 0; i < NUM_VARIANTS; i++) {
        struct node_params p = variant(i);
        p.cores = 2;
        p.bus.intervention_cycles = i;
        struct node *node = rig_node(&p);
        struct script writer = script_make((const struct core_op[]){op_store(64)}, 1);
        core_start(&node->cores[1].core, &writer.base, 0);
        rig_run_to(node, 5000 + i);
        uint64_t at = 5000 + i;
        uint64_t has = snooped(&p, at + p.l1d.hit_latency_cycles) + p.bus.intervention_cycles;
        expect_load(node, at, delivered(&p, has), 64, i);
        cr_expect_eq(node->bus.stats.interventions, 1);
        node_free(node);
    }
}

Test(cache, stores_take_what_loads_take_and_an_upgrade_its_address_phase)
{
    for (uint32_t i = 0; i < NUM_VARIANTS; i++) {
        struct node_params p = variant(i);
        p.cores = 2;
        struct node *node = rig_node(&p);
        uint64_t at = 5000 + i;
        const struct core_op store[] = {op_store(0)};
        expect_end(node, at, missed(&p, at, p.mem.t_rcd_cycles), store, 1, i);
        at += 5000;
        expect_end(node, at, at + p.l1d.hit_latency_cycles, store, 1, i);
        struct script reader = script_make((const struct core_op[]){op_load(0)}, 1);
        core_start(&node->cores[1].core, &reader.base, at + 1000); // makes it shared
        rig_run_to(node, at + 5000);
        at += 5000;
        expect_end(node, at, snooped(&p, at + p.l1d.hit_latency_cycles), store, 1, i);
        cr_expect_eq(node->cores[0].l1d.stats.upgrades, 1);
        node_free(node);
    }
}

// --- MSHRs and write-backs ----------------------------------------------------------------------

static struct node_params nonblocking(uint32_t load_misses, uint32_t mshrs)
{
    struct node_params p = node_params_default();
    p.core.max_load_misses = load_misses;
    p.l1d.mshrs = mshrs;
    p.l1d.write_back_entries = 16;
    p.mem.t_refi_cycles = 0;
    return p;
}

Test(cache, second_miss_to_a_line_merges_with_the_first)
{
    struct node_params p = nonblocking(8, 1);
    struct node *node = rig_node(&p);
    uint64_t end = RIG_RUN(node, 0, op_load(0), op_load(8), op_load(16), op_store(24));
    const struct cache_stats *stats = &node->cores[0].l1d.stats;
    cr_expect_eq(stats->read_misses, 3);
    cr_expect_eq(stats->write_misses, 1);
    cr_expect_eq(stats->merged_misses, 3);
    cr_expect_eq(node->bus.stats.transactions, 1, "the line comes exclusive, for the store too");
    cr_expect_eq(end, missed(&p, 0, p.mem.t_rcd_cycles));
    node_free(node);
}

Test(cache, a_miss_waits_while_all_mshrs_are_taken)
{
    for (uint32_t mshrs = 1; mshrs <= 4; mshrs++) {
        struct node_params p = nonblocking(8, mshrs);
        struct node *node = rig_node(&p);
        uint64_t first_done = missed(&p, 0, p.mem.t_rcd_cycles);
        struct core_op ops[5];
        for (uint32_t i = 0; i < 5; i++)
            ops[i] = op_load(FAR_LINE * (uint64_t)i * (i + 1)); // different banks or not: no matter
        struct script script = script_make(ops, mshrs + 1);
        core_start(&node->cores[0].core, &script.base, 0);
        rig_run_to(node, first_done);
        cr_expect_eq(node->cores[0].l1d.port.stats.requests[MEM_READ_SHARED], mshrs);
        rig_run_to(node, MEM_NEVER);
        const struct core_stats *stats = &node->cores[0].core.stats;
        cr_expect_eq(node->cores[0].l1d.port.stats.requests[MEM_READ_SHARED], mshrs + 1);
        cr_expect_eq(stats->wait_cycles[CORE_WAIT_MSHR], first_done - mshrs);
        cr_expect_eq(node->cores[0].l1d.stats.mshr_stalls, 1);
        node_free(node);
    }
}

Test(cache, a_miss_waits_while_dirty_lines_have_no_entry)
{
    struct node_params p = nonblocking(0, 4);
    p.l1d.geometry = (struct cache_geometry){64, 64, 1, CACHE_LRU};
    p.l1d.write_back_entries = 1;
    p.bus.width_bytes = 1; // a write-back takes long
    struct node *node = rig_node(&p);
    RIG_RUN(node, 0, op_store(0), op_fence(), op_load(4096), op_load(8192));
    const struct node_core *core = &node->cores[0];
    cr_expect_gt(core->core.stats.wait_cycles[CORE_WAIT_WRITE_BACKS], 64);
    cr_expect_eq(core->l1d.stats.write_backs, 1);
    cr_expect_eq(core->l1d.stats.write_back_stalls, 1);
    node_free(node);
}

Test(cache, a_write_back_that_another_cache_takes_over_does_not_go)
{
    struct node_params p = nonblocking(0, 4);
    p.cores = 2;
    p.l1d.geometry = (struct cache_geometry){64, 64, 1, CACHE_LRU};
    p.bus.clock_divisor = 64; // long enough between bus cycles for both to wait
    struct node *node = rig_node(&p);
    uint64_t at = RIG_RUN(node, 0, op_store(0), op_fence()) + 5000;
    // The other asks for the line just before this one evicts it.
    struct script a = script_make((const struct core_op[]){op_load(4096)}, 1);
    core_start(&node->cores[0].core, &a.base, at);
    uint64_t evicted;
    for (evicted = at; cache_has(&node->cores[0].l1d, 0); evicted++)
        rig_run_to(node, evicted + 1);
    struct script b = script_make((const struct core_op[]){op_load(0)}, 1);
    node->bus.last_granted = node->cores[0].l1d.port.idx; // it is the other's turn
    core_start(&node->cores[1].core, &b.base, evicted + 1);
    rig_run_to(node, MEM_NEVER);
    cr_expect_eq(node->cores[0].l1d.stats.cancelled_write_backs, 1);
    cr_expect_eq(node->cores[0].l1d.port.stats.requests[MEM_WRITE_BACK], 0);
    cr_expect_eq(node->bus.stats.interventions, 1);
    node_free(node);
}

// --- L2 -----------------------------------------------------------------------------------------

Test(cache, dma_writes_take_lines_out_of_l2_and_reads_leave_it_as_it_is)
{
    struct node_params p = node_params_default();
    p.l1d.geometry = (struct cache_geometry){64, 64, 1, CACHE_LRU};
    p.l2.geometry = (struct cache_geometry){8192, 128, 8, CACHE_LRU};
    struct node *node = rig_node(&p);
    struct dma dma;
    dma_make(&dma, node, "dma");
    // Line 0 goes dirty from L1 into L2, in whose line 64 lies too.
    uint64_t at = RIG_RUN(node, 0, op_store(0), op_load(4096), op_load(8192)) + 1000;
    const struct l2_stats *stats = &node->memory.stats;
    cr_expect_eq(stats->write_backs, 1);
    cr_expect_eq(stats->write_back_misses, 0);
    dma_push(&dma, MEM_READ, 64, 64, NULL, at);
    dma_push(&dma, MEM_READ, 16384, 64, NULL, at);
    dma_push(&dma, MEM_READ, 16384, 64, NULL, at);
    rig_run_to(node, at + 2000);
    cr_expect_eq(stats->dma_reads, 3);
    cr_expect_eq(stats->dma_read_misses, 2, "DMA does not fill");
    cr_expect_eq(node->memory.mem.stats.writes, 0);
    dma_push(&dma, MEM_WRITE, 64, 64, NULL, at + 2000);
    rig_run_to(node, at + 4000);
    cr_expect_eq(stats->dma_invalidations, 1);
    cr_expect_eq(node->memory.mem.stats.write_bytes, 128, "with the dirty line beside it");
    dma_push(&dma, MEM_WRITE, 64, 64, NULL, at + 4000);
    rig_run_to(node, MEM_NEVER);
    cr_expect_eq(stats->dma_invalidations, 1);
    cr_expect_eq(node->memory.mem.stats.write_bytes, 192);
    node_free(node);
}

Test(cache, a_miss_to_a_line_that_is_on_its_way_to_l2_joins_it)
{
    struct node_params p = nonblocking(8, 8);
    p.l2.geometry = (struct cache_geometry){8192, 256, 4, CACHE_LRU};
    struct node *node = rig_node(&p);
    RIG_RUN(node, 0, op_load(0), op_load(64), op_load(192), op_load(256));
    cr_expect_eq(node->memory.stats.reads, 4);
    cr_expect_eq(node->memory.stats.read_misses, 4);
    cr_expect_eq(node->memory.stats.merged_misses, 2);
    cr_expect_eq(node->memory.mem.stats.reads, 2);
    cr_expect_eq(node->memory.mem.stats.read_bytes, 512);
    node_free(node);
}

Test(cache, dirty_lines_that_l2_evicts_go_to_memory)
{
    struct node_params p = node_params_default();
    p.l1d.geometry = (struct cache_geometry){64, 64, 1, CACHE_LRU};
    p.l2.geometry = (struct cache_geometry){128, 64, 2, CACHE_LRU};
    struct node *node = rig_node(&p);
    RIG_RUN(node, 0, op_store(0), op_load(4096), op_load(8192), op_load(12288), op_compute(2000));
    rig_run_to(node, MEM_NEVER);
    cr_expect_eq(node->memory.stats.evictions, 2);
    cr_expect_eq(node->memory.mem.stats.writes, 1);
    cr_expect_eq(node->memory.mem.stats.reads, 4);
    node_free(node);
}
