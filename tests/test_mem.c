// SPDX-License-Identifier: Apache-2.0
// DRAM: its closed forms, who goes first, and that every request is served.
#include "model/node/mem.h"
#include "sim/rng.h"

#include <criterion/criterion.h>
#include <string.h>

enum { MAX_DONE = 4096, ROW = 8192, BANKS = 16 };

// A memory and when its requests were done.
struct rig {
    struct mem mem;
    uint32_t num;
    uint32_t tags[MAX_DONE];
    uint64_t cycles[MAX_DONE];
};

static void note_done(void *context, bool write, uint32_t tag, uint64_t cycle)
{
    struct rig *self = context;
    (void)write;
    cr_assert_lt(self->num, MAX_DONE);
    self->tags[self->num] = tag;
    self->cycles[self->num++] = cycle;
}

static struct mem_params params_without_refresh(uint32_t divisor)
{
    struct mem_params params = mem_ddr4_2400;
    params.clock_divisor = divisor;
    params.t_refi_cycles = 0;
    return params;
}

static void make(struct rig *self, const struct mem_params *params)
{
    struct err err = {0};
    cr_assert(mem_params_check(params, "nodes.mem", &err), "%s", err.text);
    *self = (struct rig){0};
    mem_init(&self->mem, params, note_done, self);
}

// Runs the events before a cycle.
static void run_to(struct rig *self, uint64_t until_cycle)
{
    while (self->mem.next_cycle < until_cycle) {
        uint64_t cycle = self->mem.next_cycle;
        mem_run(&self->mem, cycle);
        cr_assert_gt(self->mem.next_cycle, cycle);
    }
}

// Asserts that the next request is done in a cycle, and not before.
static void expect_done(struct rig *self, uint32_t tag, uint64_t cycle)
{
    uint32_t before = self->num;
    run_to(self, cycle);
    cr_assert_eq(self->num, before, "request %u is done in %llu, not in %llu", tag,
                 (unsigned long long)self->cycles[before], (unsigned long long)cycle);
    run_to(self, cycle + 1);
    cr_assert_eq(self->num, before + 1, "request %u is not done in %llu", tag,
                 (unsigned long long)cycle);
    cr_assert_eq(self->tags[before], tag);
}

static void read_line(struct rig *self, uint64_t address, uint32_t tag, uint64_t cycle)
{
    mem_push(&self->mem, false, address, 64, tag, cycle);
}

static uint64_t edge(uint64_t cycle, uint64_t divisor)
{
    return (cycle + divisor - 1) / divisor * divisor;
}

Test(mem, reads_of_a_closed_an_open_and_another_row_take_what_their_parts_take)
{
    for (uint32_t divisor = 1; divisor <= 3; divisor++) {
        const struct mem_params p = params_without_refresh(divisor);
        struct rig rig;
        make(&rig, &p);
        uint64_t data = (uint64_t)(p.t_cl_cycles + p.burst_cycles) * divisor;
        uint64_t latency = (uint64_t)p.controller_latency_cycles * divisor;
        read_line(&rig, 0, 1, 5);
        expect_done(&rig, 1,
                    edge(5 + latency, divisor) + (uint64_t)p.t_rcd_cycles * divisor + data);
        read_line(&rig, 64, 2, 1001);
        expect_done(&rig, 2, edge(1001 + latency, divisor) + data);
        read_line(&rig, (uint64_t)ROW * BANKS, 3, 2000);
        expect_done(&rig, 3,
                    edge(2000 + latency, divisor) +
                        (uint64_t)(p.t_rp_cycles + p.t_rcd_cycles) * divisor + data);
        read_line(&rig, ROW, 4, 3000); // another bank
        expect_done(&rig, 4,
                    edge(3000 + latency, divisor) + (uint64_t)p.t_rcd_cycles * divisor + data);
        cr_expect_eq(rig.mem.stats.row_hits, 1);
        cr_expect_eq(rig.mem.stats.row_closed, 2);
        cr_expect_eq(rig.mem.stats.row_conflicts, 1);
        cr_expect_eq(rig.mem.stats.data_busy_cycles, 4ULL * p.burst_cycles * divisor);
    }
}

Test(mem, a_row_stays_open_for_t_ras_and_until_data_is_written_and_read)
{
    const struct mem_params p = params_without_refresh(1);
    uint64_t row_and_read = p.t_rp_cycles + p.t_rcd_cycles + p.t_cl_cycles + p.burst_cycles;
    struct rig rig;
    make(&rig, &p);
    uint64_t open_cycle = p.controller_latency_cycles;
    read_line(&rig, 0, 1, 0);
    read_line(&rig, (uint64_t)ROW * BANKS, 2, 0);
    expect_done(&rig, 1, open_cycle + p.t_rcd_cycles + p.t_cl_cycles + p.burst_cycles);
    cr_assert_gt(p.t_ras_cycles, p.t_rcd_cycles + p.t_rtp_cycles);
    expect_done(&rig, 2, open_cycle + p.t_ras_cycles + row_and_read);

    make(&rig, &p);
    mem_push(&rig.mem, true, 0, 64, 1, 0);
    read_line(&rig, (uint64_t)ROW * BANKS, 2, 0);
    uint64_t written_cycle = open_cycle + p.t_rcd_cycles + p.t_cwl_cycles + p.burst_cycles;
    expect_done(&rig, 1, written_cycle);
    expect_done(&rig, 2, written_cycle + p.t_wr_cycles + row_and_read);

    struct mem_params slow = p;
    slow.t_rtp_cycles = 100;
    make(&rig, &slow);
    read_line(&rig, 0, 1, 0);
    read_line(&rig, (uint64_t)ROW * BANKS, 2, 0);
    expect_done(&rig, 1, open_cycle + p.t_rcd_cycles + p.t_cl_cycles + p.burst_cycles);
    expect_done(&rig, 2, open_cycle + p.t_rcd_cycles + 100 + row_and_read);
}

Test(mem, rows_of_other_banks_open_while_data_moves_and_data_comes_back_to_back)
{
    const struct mem_params p = params_without_refresh(2);
    struct rig rig;
    make(&rig, &p);
    for (uint32_t i = 0; i < 8; i++)
        read_line(&rig, (uint64_t)i * ROW, i, 0);
    uint64_t first =
        2ULL * (p.controller_latency_cycles + p.t_rcd_cycles + p.t_cl_cycles + p.burst_cycles);
    for (uint32_t i = 0; i < 8; i++)
        expect_done(&rig, i, first + 2ULL * i * p.burst_cycles);
    make(&rig, &p);
    mem_push(&rig.mem, false, 0, 1024, 0, 0); // 16 bursts
    expect_done(&rig, 0, first + 2ULL * 15 * p.burst_cycles);
}

Test(mem, a_row_takes_a_column_access_every_burst)
{
    const struct mem_params p = params_without_refresh(1);
    struct rig rig;
    make(&rig, &p);
    cr_assert_gt(p.t_cl_cycles,
                 p.t_cwl_cycles); // so the data bus alone would let the read go early
    uint64_t column_cycle = p.controller_latency_cycles + p.t_rcd_cycles;
    mem_push(&rig.mem, true, 0, 64, 1, 0);
    read_line(&rig, 64, 2, 0);
    expect_done(&rig, 1, column_cycle + p.t_cwl_cycles + p.burst_cycles);
    expect_done(&rig, 2, column_cycle + p.burst_cycles + p.t_cl_cycles + p.burst_cycles);
}

Test(mem, requests_to_an_open_row_go_before_older_ones_but_only_max_bypasses_times)
{
    for (uint32_t max_bypasses = 0; max_bypasses <= 5; max_bypasses++) {
        struct mem_params p = params_without_refresh(1);
        p.max_bypasses = max_bypasses;
        struct rig rig;
        make(&rig, &p);
        read_line(&rig, 0, 100, 0); // opens the row
        run_to(&rig, 500);
        read_line(&rig, (uint64_t)ROW * BANKS, 101, 500);
        for (uint32_t i = 1; i <= 8; i++)
            read_line(&rig, 64 * i, i, 500);
        run_to(&rig, MEM_NEVER);
        cr_assert_eq(rig.num, 10);
        for (uint32_t i = 1; i < 10; i++)
            cr_expect_eq(rig.tags[i], i <= max_bypasses ? i : i == max_bypasses + 1 ? 101 : i - 1);
    }
}

Test(mem, a_read_comes_after_an_older_write_of_its_line)
{
    struct mem_params p = params_without_refresh(1);
    for (uint32_t cwl = 5; cwl <= 30; cwl += 5) {
        struct rig rig;
        p.t_cwl_cycles = cwl;
        make(&rig, &p);
        read_line(&rig, 0, 1, 0);
        read_line(&rig, 64, 2, 0);
        mem_push(&rig.mem, true, 128, 64, 3, 0);
        read_line(&rig, 128, 4, 0);
        run_to(&rig, MEM_NEVER);
        cr_assert_eq(rig.num, 4);
        cr_expect_eq(rig.tags[2], 3);
        cr_expect_eq(rig.tags[3], 4);
    }
}

Test(mem, a_refresh_closes_rows_and_holds_all_banks)
{
    struct mem_params p = mem_ddr4_2400;
    p.clock_divisor = 1;
    struct rig rig;
    make(&rig, &p);
    uint64_t closed_row = p.t_rcd_cycles + p.t_cl_cycles + p.burst_cycles;
    read_line(&rig, 0, 1, 0);
    run_to(&rig, 1000);
    uint64_t start_cycle = (uint64_t)p.t_refi_cycles + p.t_rp_cycles; // the row closes first
    read_line(&rig, 64, 2, p.t_refi_cycles);
    expect_done(&rig, 2, start_cycle + p.t_rfc_cycles + closed_row);
    cr_expect_eq(rig.mem.stats.row_hits, 0);
    // Long after: as many refreshes as there were intervals, and the last has ended.
    uint64_t late_cycle = 1000ULL * p.t_refi_cycles + 5000;
    read_line(&rig, 64, 3, late_cycle);
    expect_done(&rig, 3, late_cycle + p.controller_latency_cycles + closed_row);
    cr_expect_eq(rig.mem.stats.refreshes, 1000);
    // In the middle of one, of banks whose rows were closed by one before.
    uint64_t middle_cycle = 1005ULL * p.t_refi_cycles + 100;
    read_line(&rig, 64, 4, middle_cycle);
    expect_done(&rig, 4, middle_cycle - 100 + p.t_rfc_cycles + closed_row);
}

Test(mem, without_refresh_times_are_those_of_no_refresh_at_all)
{
    struct mem_params p = mem_ddr4_2400;
    struct rig with;
    struct rig without;
    make(&with, &p);
    p.t_refi_cycles = 0;
    make(&without, &p);
    for (uint32_t i = 0; i < 20; i++) {
        read_line(&with, 64ULL * i * 37, i, 100 * i);
        read_line(&without, 64ULL * i * 37, i, 100 * i);
        run_to(&with, 100 * i);
        run_to(&without, 100 * i);
    }
    run_to(&with, 2ULL * p.t_rfc_cycles * 40);
    run_to(&without, 2ULL * p.t_rfc_cycles * 40);
    cr_assert_eq(memcmp(with.cycles, without.cycles, sizeof with.cycles), 0);
}

Test(mem, every_request_is_done_and_data_times_add_up)
{
    for (uint64_t seed = 1; seed <= 30; seed++) {
        struct rng rng = rng_make(seed, RNG_SHUFFLE, 1);
        struct mem_params p = mem_ddr4_2400;
        p.clock_divisor = 1 + (uint32_t)rng_below(&rng, 3);
        p.banks = 1U << rng_below(&rng, 5);
        p.read_entries = 1 + (uint32_t)rng_below(&rng, 20);
        p.write_entries = 1 + (uint32_t)rng_below(&rng, 20);
        p.max_bypasses = (uint32_t)rng_below(&rng, 5);
        p.t_refi_cycles = rng_below(&rng, 2) ? 1500 : 0;
        struct rig rig;
        make(&rig, &p);
        uint64_t bursts = 0;
        uint32_t pushed = 0;
        bool seen[2000] = {false};
        for (uint64_t cycle = 0; pushed < 2000; cycle += 1 + rng_below(&rng, 40)) {
            run_to(&rig, cycle);
            bool write = rng_below(&rng, 3) == 0;
            if (!(write ? mem_free_writes(&rig.mem) : mem_free_reads(&rig.mem)))
                continue;
            uint32_t lines = 1U << rng_below(&rng, 3);
            uint64_t address = rng_below(&rng, 512) * 256 * 16;
            mem_push(&rig.mem, write, address, 64 * lines, pushed++, cycle + rng_below(&rng, 10));
            bursts += lines;
        }
        run_to(&rig, MEM_NEVER);
        cr_assert_eq(rig.num, pushed);
        for (uint32_t i = 0; i < pushed; i++) {
            cr_assert(!seen[rig.tags[i]]);
            seen[rig.tags[i]] = true;
            cr_assert(!i || rig.cycles[i] >=
                                rig.cycles[i - 1] + (uint64_t)p.burst_cycles * p.clock_divisor);
        }
        const struct mem_stats *stats = &rig.mem.stats;
        cr_expect_eq(stats->data_busy_cycles, bursts * p.burst_cycles * p.clock_divisor);
        cr_expect_eq(stats->row_hits + stats->row_closed + stats->row_conflicts, pushed);
        cr_expect_eq(stats->reads + stats->writes, pushed);
        cr_expect_eq(stats->read_bytes + stats->write_bytes, bursts * 64);
        cr_expect_eq(mem_free_reads(&rig.mem), p.read_entries);
        cr_expect_eq(mem_free_writes(&rig.mem), p.write_entries);
    }
}

Test(mem, parameters_out_of_range_are_refused_by_their_key)
{
    struct err err = {0};
    struct mem_params p = mem_ddr4_2400;
    p.banks = 12;
    cr_assert(!mem_params_check(&p, "nodes.mem", &err));
    cr_expect_str_eq(err.text, "nodes.mem.banks: 12 is not a power of two in 1..256");
    err = (struct err){0};
    p = mem_ddr4_2400;
    p.t_refi_cycles = 500;
    cr_assert(!mem_params_check(&p, "nodes.mem", &err));
    cr_expect_eq(strncmp(err.text, "nodes.mem.t_refi_cycles: 500 ", 29), 0, "%s", err.text);
}
