// SPDX-License-Identifier: Apache-2.0
// Shapes that come out of cores, caches, bus and cards: programmed I/O against DMA by length; and
// that a card costs nothing while nothing happens.
#include "tests/nic_rig.h"
#include "tests/node_rig.h"

#include <criterion/criterion.h>

enum { MAX_BYTES = 1024, MAX_OPS = 512 };

struct program {
    struct core_op ops[MAX_OPS];
    uint32_t num;
};

static void add(struct program *self, struct core_op op)
{
    cr_assert_lt(self->num, MAX_OPS);
    self->ops[self->num++] = op;
}

static uint64_t register_address(uint64_t offset)
{
    return NIC_RIG_REGISTERS + nic_rig_at(0, offset);
}

// Starts a core, and simulates until it has ended.
static void run_core(struct nic_rig *rig, uint32_t node, const struct program *program)
{
    struct script script = script_make(program->ops, program->num);
    struct core *core = &rig->nodes[node]->cores[0].core;
    core_start(core, &script.base, rig->now);
    while (!core_ended(core))
        cr_assert(nic_rig_step(rig));
}

// Cycles from the sender's core having the payload in its cache to the receiver's core having read
// all of it, apart from noticing that it is there.
static uint64_t pio_cycles(uint32_t bytes)
{
    struct nic_rig_spec spec = {.nic = nic_default_params};
    spec.nic.window_bytes = MAX_BYTES;
    struct nic_rig *rig = nic_rig_new(&spec);
    struct program send = {0}, receive = {0};
    for (uint32_t i = 0; i < 2; i++)
        nic_host_make(rig, i, 0, (const uint32_t[3]){0}, 0, NIC_WINDOW);
    nic_rig_run_to(rig, 1000);
    add(&send, op_put(register_address(NIC_PIO_TO), 1));
    for (uint32_t i = 0; i < bytes; i += 8)
        add(&send, op_put(register_address(NIC_PIO_OUT + i), i));
    add(&send, op_put(register_address(NIC_PIO_SEND), bytes));
    run_core(rig, 0, &send);
    while (!nic_rig_read(rig, 1, nic_rig_at(0, NIC_PIO_FROM_BYTES)))
        cr_assert(nic_rig_step(rig));
    for (uint32_t i = 0; i < bytes; i += 8)
        add(&receive, op_load(register_address(NIC_PIO_IN + i)));
    add(&receive, op_put(register_address(NIC_PIO_POP), 0));
    run_core(rig, 1, &receive);
    uint64_t cycles = rig->now - 1000;
    nic_rig_free(rig);
    return cycles;
}

static uint64_t dma_cycles(uint32_t bytes)
{
    struct nic_rig_spec spec = {.nic = nic_default_params};
    struct nic_rig *rig = nic_rig_new(&spec);
    struct nic_host from = nic_host_make(rig, 0, 0, (const uint32_t[3]){8, 8, 8}, 0, 0);
    struct nic_host to = nic_host_make(rig, 1, 0, (const uint32_t[3]){8, 8, 8}, 0, 0);
    struct program send = {0}, receive = {0};
    struct nic_completion completion;
    const struct nic_send_descriptor descriptor = {
        .address = from.base + NIC_RIG_BUFFERS, .length = bytes, .flags = NIC_LAST, .node = 1};
    uint64_t words[4];
    memcpy(words, &descriptor, sizeof words);
    nic_host_post(&to, to.base + NIC_RIG_BUFFERS, MAX_BYTES);
    nic_rig_run(rig, 10000);
    uint64_t begin_cycle = rig->now;
    for (uint32_t i = 0; i < 4; i++)
        add(&send, op_put(from.rings[0] + 8 * i, words[i]));
    add(&send, op_fence());
    add(&send, op_put(register_address(NIC_SEND + NIC_RING_PRODUCER), 1));
    run_core(rig, 0, &send);
    while (!nic_host_poll(&to, &completion))
        cr_assert(nic_rig_step(rig));
    for (uint32_t i = 0; i < 4; i++)
        add(&receive, op_load(to.rings[2] + 8 * i));
    for (uint32_t i = 0; i < bytes; i += 8)
        add(&receive, op_load(to.base + NIC_RIG_BUFFERS + i));
    run_core(rig, 1, &receive);
    uint64_t cycles = rig->now - begin_cycle;
    nic_rig_free(rig);
    return cycles;
}

Test(nic_crossover, programmed_io_wins_for_short_messages_and_dma_for_long_ones)
{
    bool pio_won = true;
    uint32_t crossings = 0;
    for (uint32_t bytes = 8; bytes <= MAX_BYTES; bytes += 8) {
        bool pio_wins = pio_cycles(bytes) < dma_cycles(bytes);
        crossings += pio_wins != pio_won;
        pio_won = pio_wins;
        cr_expect(pio_wins || bytes > 16, "%u bytes", bytes);
    }
    cr_expect(!pio_won);
    cr_expect_eq(crossings, 1);
}

Test(nic_crossover, cycles_in_which_nothing_happens_cost_nothing)
{
    uint32_t steps[2];
    for (uint32_t i = 0; i < 2; i++) {
        struct nic_rig_spec spec = {.nic = nic_default_params};
        spec.latency_cycles = i ? 50000000 : 50;
        spec.nic.link_cycles = i ? 10000 : 10;
        spec.nic.dma_startup_cycles = i ? 10000 : 10;
        spec.nic.cycles[NIC_HANDLER_DELIVER].each = i ? 100000 : 10;
        struct nic_rig *rig = nic_rig_new(&spec);
        struct nic_host from = nic_host_make(rig, 0, 0, (const uint32_t[3]){8, 8, 8}, 0, 0);
        struct nic_host to = nic_host_make(rig, 1, 0, (const uint32_t[3]){8, 8, 8}, 0, 0);
        nic_host_post(&to, to.base + NIC_RIG_BUFFERS, 4096);
        nic_rig_run(rig, 10000);
        nic_host_send(&from, 1, 0, from.base + NIC_RIG_BUFFERS, 512, 0, 0);
        for (steps[i] = 0; nic_rig_step(rig);)
            steps[i]++;
        nic_host_expect(&to, NIC_OK);
        nic_rig_free(rig);
    }
    cr_expect_lt(steps[0], 150); // fewer if things happen in the same cycle
    cr_expect_leq(steps[1], steps[0] + 10);
}
