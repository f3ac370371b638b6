// SPDX-License-Identifier: Apache-2.0
// The bus: what DMA takes, to the cycle; who goes first; that its cycles add up; what is refused.
#include "tests/node_rig.h"

#include <criterion/criterion.h>
#include <string.h>

static struct node_params plain_params(void)
{
    struct node_params p = node_params_default();
    p.l2.enabled = false;
    p.mem.t_refi_cycles = 0;
    return p;
}

// --- a burst of DMA -----------------------------------------------------------------------------

// When `bytes` of lines from address 0 on have been read, all asked for at once. The first line
// comes when the memory has it; the others behind it, as fast as the slowest of address bus, memory
// and data bus lets them; the last may be shorter.
static uint64_t burst_done(const struct node_params *p, uint64_t ready_cycle, uint32_t bytes)
{
    uint64_t bus = p->bus.clock_divisor;
    uint64_t mem = p->mem.clock_divisor;
    uint32_t lines = (bytes + 63) / 64;
    uint64_t data_free = 0;
    uint64_t memory_free = 0;
    for (uint32_t i = 0; i < lines; i++) {
        uint32_t part = i + 1 < lines ? 64 : bytes - 64 * i;
        uint64_t snooped = rig_edge(ready_cycle, bus) + (i + 1) * p->bus.address_cycles * bus;
        uint64_t start = rig_edge(snooped + p->mem.controller_latency_cycles * mem, mem);
        uint64_t column = start + (i ? 0 : p->mem.t_rcd_cycles * mem);
        uint64_t first = (start > memory_free ? start : memory_free);
        column = i ? first : column;
        memory_free = column + p->mem.burst_cycles * mem; // the bank's next column access
        uint64_t has = column + (p->mem.t_cl_cycles + p->mem.burst_cycles) * mem;
        uint64_t from = rig_edge(has > data_free ? has : data_free, bus);
        data_free = from + (part + p->bus.width_bytes - 1) / p->bus.width_bytes * bus;
    }
    return data_free;
}

Test(bus, a_burst_of_dma_takes_what_its_parts_take)
{
    static const uint32_t sizes[] = {1, 8, 63, 64, 65, 200, 256, 1000, 1024};
    for (uint32_t i = 0; i < 9; i++) {
        struct node_params p = plain_params();
        p.bus.clock_divisor = 1 + i % 3;
        p.bus.width_bytes = 4U << i / 3 * 2; // 4, 16, 64
        p.bus.address_cycles = 1 + i % 2;
        p.mem.clock_divisor = 1 + i % 2;
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            struct node *node = rig_node(&p);
            struct dma dma;
            dma_make(&dma, node, "dma");
            uint32_t bytes = sizes[s];
            for (uint32_t at = 0; at < bytes; at += 64)
                dma_push(&dma, MEM_READ, at, bytes - at < 64 ? bytes - at : 64, NULL, 1001);
            uint64_t done = burst_done(&p, 1001, bytes);
            rig_run_to(node, done);
            cr_assert_eq(dma.num_done, (bytes + 63) / 64 - 1, "variant %u, %u bytes: not in %u", i,
                         bytes, (unsigned)done);
            rig_run_to(node, done + 1);
            cr_assert_eq(dma.num_done, (bytes + 63) / 64, "variant %u, %u bytes", i, bytes);
            cr_expect_eq(dma.master.stats.bytes, bytes);
            node_free(node);
        }
    }
}

Test(bus, a_write_is_done_with_its_data_and_the_memory_has_it_later)
{
    struct node_params p = plain_params();
    struct node *node = rig_node(&p);
    struct dma dma;
    dma_make(&dma, node, "dma");
    cr_expect_eq(dma.master.line_bytes, 64);
    dma_push(&dma, MEM_WRITE, 0, 64, NULL, 1000);
    // Address phase, then 4 cycles of 16 bytes.
    uint64_t done = 1000 + (1 + 4) * 2;
    rig_run_to(node, done);
    cr_expect_eq(dma.num_done, 0);
    rig_run_to(node, done + 1);
    cr_expect_eq(dma.num_done, 1);
    cr_expect_eq(dma.cycles[0], done);
    cr_expect_eq(node->memory.mem.stats.writes, 0);
    rig_run_to(node, MEM_NEVER);
    cr_expect_eq(node->memory.mem.stats.writes, 1);
    node_free(node);
}

// --- arbitration --------------------------------------------------------------------------------

enum { NUM_MASTERS = 4 };

// Keeps so many writes of its own lines waiting.
struct flood {
    struct mem_master master; // the first member
    uint64_t address;
    uint32_t num_done;
};

static void flood_push(struct flood *self, uint64_t ready_cycle)
{
    mem_master_push(&self->master, &(struct mem_req){.ready_cycle = ready_cycle,
                                                     .address = self->address,
                                                     .bytes = 64,
                                                     .kind = MEM_WRITE});
    self->address += 64;
}

static void flood_done(struct mem_master *master, const struct mem_req *req, uint64_t cycle)
{
    struct flood *self = (struct flood *)master;
    (void)req;
    self->num_done++;
    flood_push(self, cycle + 1);
}

static struct node *make_flood(const struct node_params *p, struct flood *floods)
{
    struct node *node = rig_node(p);
    struct err err = {0};
    for (uint32_t i = 0; i < NUM_MASTERS; i++) {
        floods[i] = (struct flood){.master = {.name = "flood", .done = flood_done},
                                   .address = (uint64_t)i << 15};
        cr_assert(bus_add_master(&node->bus, &floods[i].master, &err));
        for (int n = 0; n < 4; n++)
            flood_push(&floods[i], 1);
    }
    return node;
}

Test(bus, round_robin_serves_all_alike_and_fixed_priority_the_first)
{
    struct flood floods[NUM_MASTERS];
    struct node_params p = plain_params();
    p.bus.max_outstanding = 1;
    struct node *node = make_flood(&p, floods);
    rig_run_to(node, 100000);
    for (uint32_t i = 1; i < NUM_MASTERS; i++) {
        uint32_t first = floods[0].num_done;
        cr_expect(floods[i].num_done + 1 >= first && floods[i].num_done <= first + 1, "%u %u",
                  first, floods[i].num_done);
    }
    node_free(node);

    p.bus.arbitration = BUS_FIXED_PRIORITY;
    node = make_flood(&p, floods);
    rig_run_to(node, 100000);
    cr_expect_gt(floods[0].num_done, 1000);
    cr_expect_eq(floods[3].num_done, 0);
    node_free(node);
}

Test(bus, cycles_by_requester_add_up)
{
    for (uint32_t outstanding = 1; outstanding <= 8; outstanding *= 2) {
        struct flood floods[NUM_MASTERS];
        struct node_params p = plain_params();
        p.bus.max_outstanding = outstanding;
        struct node *node = make_flood(&p, floods);
        const uint64_t end_cycle = 50000;
        rig_run_to(node, end_cycle);
        const struct bus_stats *stats = &node->bus.stats;
        uint64_t address = 0, data = 0, requests = 0, bytes = 0;
        for (uint32_t i = 0; i < NUM_MASTERS; i++) {
            const struct mem_master_stats *own = &floods[i].master.stats;
            address += own->address_cycles;
            data += own->data_cycles;
            bytes += own->bytes;
            requests += own->requests[MEM_WRITE];
            // Whoever floods waits always, but for address phases of its own.
            uint64_t waits = 0;
            for (int w = 0; w < MEM_NUM_WAITS; w++)
                waits += own->wait_cycles[w];
            cr_expect(waits <= end_cycle && waits > end_cycle / 2, "%u", (unsigned)waits);
        }
        cr_expect_eq(address, stats->address_busy_cycles);
        cr_expect_eq(data, stats->data_busy_cycles);
        cr_expect_eq(requests, stats->transactions);
        cr_expect_eq(bytes, data / p.bus.clock_divisor * p.bus.width_bytes);
        cr_expect_leq(data, end_cycle + 8);
        // A write takes the address bus 1 cycle of 2 and the data bus 4: with one outstanding the
        // data bus works 4 of 5 cycles; with more the memory is the limit.
        if (outstanding == 1)
            cr_expect(data * 100 > end_cycle * 78 && data * 100 < end_cycle * 81, "%u",
                      (unsigned)data);
        node_free(node);
    }
}

Test(bus, waits_are_told_by_their_cause_and_latency_is_their_sum)
{
    struct node_params p = plain_params();
    struct node *node = rig_node(&p);
    struct dma a;
    struct dma b;
    dma_make(&a, node, "a");
    dma_make(&b, node, "b");
    // Both want the same line: b waits for a's address phase, and then for its transaction.
    dma_push(&a, MEM_READ, 0, 64, NULL, 1000);
    dma_push(&b, MEM_READ, 0, 64, NULL, 1000);
    node->bus.last_granted = b.master.idx;
    rig_run_to(node, MEM_NEVER);
    cr_expect_eq(a.master.stats.wait_cycles[MEM_WAIT_ADDRESS], 0);
    cr_expect_eq(b.master.stats.wait_cycles[MEM_WAIT_ADDRESS], 2);
    cr_expect_eq(b.master.stats.wait_cycles[MEM_WAIT_LINE], a.cycles[0] - 1002);
    cr_expect_eq(b.master.stats.latency_cycles, b.cycles[0] - 1000);
    // One at a time.
    node->bus.params.max_outstanding = 1;
    node->bus.last_granted = b.master.idx;
    dma_push(&a, MEM_READ, 0, 64, NULL, 3000);
    dma_push(&b, MEM_READ, 64, 64, NULL, 3000);
    rig_run_to(node, MEM_NEVER);
    cr_expect_eq(b.master.stats.wait_cycles[MEM_WAIT_OUTSTANDING], a.cycles[1] - 3002);
    // Behind others of its own queue.
    dma_push(&a, MEM_READ, 0, 64, NULL, 5000);
    dma_push(&a, MEM_READ, 64, 64, NULL, 5000);
    rig_run_to(node, MEM_NEVER);
    cr_expect_eq(a.master.stats.queue_cycles, 0, "the first is granted at once");
    cr_expect_eq(a.master.stats.wait_cycles[MEM_WAIT_OUTSTANDING], a.cycles[2] - 5002);
    dma_push(&a, MEM_READ, 0, 64, NULL, 7000);
    dma_push(&a, MEM_READ, 64, 64, NULL, 7000);
    dma_push(&a, MEM_READ, 128, 64, NULL, 7000);
    rig_run_to(node, MEM_NEVER);
    cr_expect_eq(a.master.stats.queue_cycles, a.cycles[4] - 7000);
    node_free(node);
}

Test(bus, a_full_memory_holds_the_bus_up)
{
    struct node_params p = plain_params();
    p.mem.write_entries = 2;
    p.bus.width_bytes = 64;
    struct flood floods[NUM_MASTERS];
    struct node *node = make_flood(&p, floods);
    rig_run_to(node, 20000);
    uint64_t waits = 0;
    for (uint32_t i = 0; i < NUM_MASTERS; i++)
        waits += floods[i].master.stats.wait_cycles[MEM_WAIT_MEMORY];
    cr_expect_gt(waits, 20000);
    cr_expect_eq(mem_free_writes(&node->memory.mem) >= 1 || node->memory.pending_writes == 0, true);
    node_free(node);
}

// --- a core beside DMA --------------------------------------------------------------------------

Test(bus, dma_slows_a_core_by_what_the_bus_accounts_for)
{
    uint64_t ended[2];
    uint64_t latency[2];
    struct core_op ops[200];
    for (uint32_t i = 0; i < 200; i++)
        ops[i] = op_load((1ULL << 30) + 64 * i);
    for (int with_dma = 0; with_dma <= 1; with_dma++) {
        struct flood floods[NUM_MASTERS];
        struct node_params p = plain_params();
        struct node *node = with_dma ? make_flood(&p, floods) : rig_node(&p);
        const struct core_stats *stats = &node->cores[0].core.stats;
        ended[with_dma] = rig_run(node, ops, 200, 0);
        latency[with_dma] = node->cores[0].l1d.port.stats.latency_cycles;
        cr_expect_eq(stats->wait_cycles[CORE_WAIT_LOAD],
                     latency[with_dma] + 200ULL * p.l1d.hit_latency_cycles);
        cr_expect_eq(stats->wait_cycles[CORE_WAIT_LOAD], ended[with_dma]);
        node_free(node);
    }
    cr_expect_eq(ended[1] - ended[0], latency[1] - latency[0]);
    cr_expect_gt(ended[1], ended[0] + ended[0] / 4);
}

// --- content ------------------------------------------------------------------------------------

Test(bus, dma_reads_what_cores_and_dma_have_written)
{
    struct node_params p = plain_params();
    struct node *node = rig_node(&p);
    struct dma dma;
    dma_make(&dma, node, "dma");
    uint64_t at = RIG_RUN(node, 0, op_put(64, 0x0807060504030201), op_fence()) + 100;
    uint8_t read[64] = {9, 9, 9};
    uint8_t written[16];
    uint8_t again[64];
    memset(written, 0xee, sizeof written);
    dma_push(&dma, MEM_READ, 64, 64, read, at);
    dma_push(&dma, MEM_WRITE, 68, 16, written, at);
    dma_push(&dma, MEM_READ, 64, 64, again, at);
    rig_run_to(node, MEM_NEVER);
    const uint8_t first[10] = {1, 2, 3, 4, 5, 6, 7, 8};
    const uint8_t last[10] = {1, 2, 3, 4, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee};
    cr_expect_eq(memcmp(read, first, sizeof first), 0);
    cr_expect_eq(memcmp(again, last, sizeof last), 0);
    cr_expect_eq(node->bus.stats.interventions, 1);
    // A core sees it too.
    const struct core_op get = op_get(64);
    struct script script = script_make(&get, 1);
    core_start(&node->cores[0].core, &script.base, 100000);
    rig_run_to(node, MEM_NEVER);
    cr_expect_eq(script.values[0], 0xeeeeeeee04030201);
    node_free(node);
}

// --- order --------------------------------------------------------------------------------------

Test(bus, writes_of_a_master_take_effect_in_order)
{
    struct node_params p = plain_params();
    struct node *node = rig_node(&p);
    struct dma dma;
    dma_make(&dma, node, "dma");
    static uint8_t payload[64];
    static uint8_t flag[1] = {1};
    for (uint32_t i = 0; i < 20; i++)
        dma_push(&dma, MEM_WRITE, 4096 + 64 * i, i == 19 ? 1 : 64, i == 19 ? flag : payload, 1);
    uint8_t seen = 0;
    while (!seen) {
        rig_run_to(node, node_next_cycle(node) + 1);
        image_read(&node->image, 4096 + 64 * 19, &seen, 1);
    }
    cr_expect_eq(dma.num_done, 20);
    for (uint32_t i = 1; i < 20; i++)
        cr_expect_gt(dma.cycles[i], dma.cycles[i - 1]);
    node_free(node);
}

// --- faults -------------------------------------------------------------------------------------

enum { REGISTERS = 1 << 30 };

Test(bus, requests_that_nothing_answers_end_with_a_status)
{
    struct node_params p = plain_params();
    p.mem.size_bytes = 1 << 20;
    struct node *node = rig_node(&p);
    struct dma dma;
    struct registers registers;
    dma_make(&dma, node, "dma");
    registers_make(&registers, node, REGISTERS, 2);
    const struct {
        enum mem_req_kind kind;
        uint64_t address;
        enum mem_status status;
    } rows[] = {
        {MEM_READ, 1 << 20, MEM_NO_SLAVE},
        {MEM_WRITE, 1ULL << 40, MEM_NO_SLAVE},
        {MEM_READ, (1 << 20) - 8, MEM_OK},
        {MEM_READ, REGISTERS, MEM_OK},
        {MEM_READ, REGISTERS + 248, MEM_DEVICE_ERROR},
        {MEM_WRITE, REGISTERS + 248, MEM_DEVICE_ERROR},
        {MEM_READ, REGISTERS + 256, MEM_NO_SLAVE},
        {MEM_READ, UINT64_MAX - 7, MEM_NO_SLAVE},
    };
    uint32_t errors = 0;
    for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        dma_push(&dma, rows[i].kind, rows[i].address, 8, NULL, 1000 * (i + 1));
        rig_run_to(node, 1000 * (i + 2));
        cr_assert_eq(dma.num_done, i + 1);
        cr_expect_eq(dma.done[i].status, rows[i].status, "row %u", i);
        errors += rows[i].status != MEM_OK;
    }
    cr_expect_eq(dma.master.stats.errors, errors);
    cr_expect_eq(node->memory.pending_writes, 0);
    node_free(node);
}

Test(bus, devices_that_do_not_fit_are_refused)
{
    struct node_params p = plain_params();
    struct node *node = rig_node(&p);
    struct registers registers;
    struct err err = {0};
    registers_make(&registers, node, REGISTERS, 2);
    struct mem_device other = {.name = "other", .address = REGISTERS + 192, .bytes = 128};
    cr_assert(!bus_add_device(&node->bus, &other, &err));
    cr_expect_str_eq(err.text, "other and registers have addresses in common");
    err = (struct err){0};
    other.address = 32;
    cr_assert(!bus_add_device(&node->bus, &other, &err));
    cr_expect_str_eq(err.text, "other: its addresses are not whole lines of 64 bytes");
    err = (struct err){0};
    other.address = 0ULL - 64;
    cr_assert(!bus_add_device(&node->bus, &other, &err));
    cr_expect_str_eq(err.text, "other: its addresses are none, or go beyond 2^64");
    node_free(node);
}
