// SPDX-License-Identifier: Apache-2.0
// What messages waited for: each part on a quiet machine, and sums of parts that are the whole of
// every message, whatever is in its way.
#include "tests/nic_rig.h"

#include <criterion/criterion.h>

// --- a quiet machine ----------------------------------------------------------------------------

static uint64_t data_cycles(const struct node_params *p, uint32_t bytes)
{
    return (bytes + p->bus.width_bytes - 1) / p->bus.width_bytes;
}

static uint64_t handler(const struct nic_params *p, enum nic_handler handler, uint32_t bytes)
{
    const struct nic_cost *cost = &p->cycles[handler];
    return cost->each + (bytes * cost->per_16_bytes + 15) / 16;
}

static uint64_t reliable(const struct nic_params *p)
{
    return p->reliable ? handler(p, NIC_HANDLER_RELIABLE, 0) : 0;
}

// The parts of a message of one packet, as nic.h lists them.
static void expected_parts(const struct nic_rig_spec *spec, uint32_t bytes, bool checksum,
                           uint64_t parts[NIC_LIFE_NUM_PARTS])
{
    const struct nic_params *p = &spec->nic;
    const struct node_params *node = &spec->node;
    uint64_t read = node->bus.address_cycles + node->mem.controller_latency_cycles +
                    node->mem.t_cl_cycles + node->mem.burst_cycles;
    uint64_t header = p->link_cycles + reliable(p) + handler(p, NIC_HANDLER_DEMULTIPLEX, bytes) +
                      handler(p, NIC_HANDLER_PROTOCOL, bytes);
    uint64_t flits = nic_packet_flits(p, bytes);
    uint64_t asks = handler(p, NIC_HANDLER_PROTOCOL, 0) + reliable(p) + 1 + nic_packet_flits(p, 0) +
                    spec->latency_cycles + header;
    memset(parts, 0, NIC_LIFE_NUM_PARTS * sizeof *parts);
    parts[NIC_LIFE_DESCRIPTOR] = p->doorbell_cycles + 1 + read + data_cycles(node, 32);
    parts[NIC_LIFE_SEND] = handler(p, NIC_HANDLER_SEND, 0);
    parts[NIC_LIFE_GRANT] = p->grants ? 2 * asks : 0;
    parts[NIC_LIFE_PROTOCOL] = handler(p, NIC_HANDLER_PROTOCOL, bytes);
    parts[NIC_LIFE_STARTUP_OUT] = parts[NIC_LIFE_STARTUP_IN] = p->dma_startup_cycles;
    parts[NIC_LIFE_DATA_OUT] = read + data_cycles(node, bytes);
    parts[NIC_LIFE_CHECKSUM] = checksum ? handler(p, NIC_HANDLER_CHECKSUM, bytes) : 0;
    parts[NIC_LIFE_ORDER_OUT] = reliable(p);
    parts[NIC_LIFE_SOURCE_QUEUE] = 1;
    parts[NIC_LIFE_HOPS] = spec->latency_cycles;
    parts[NIC_LIFE_SERIALISATION] = flits;
    parts[NIC_LIFE_HANDLERS] = header + parts[NIC_LIFE_CHECKSUM];
    parts[NIC_LIFE_DATA_IN] = node->bus.address_cycles + data_cycles(node, bytes);
    parts[NIC_LIFE_DELIVER] = handler(p, NIC_HANDLER_DELIVER, bytes);
    parts[NIC_LIFE_COMPLETION] = 1 + node->bus.address_cycles + data_cycles(node, 32);
}

static void expect_parts(const struct nic_rig_spec *spec, uint32_t bytes, bool checksum)
{
    const uint32_t sizes[3] = {8, 8, 8};
    struct nic_rig *rig = nic_rig_new(spec);
    struct nic_host from = nic_host_make(rig, 0, 0, sizes, 0, 0);
    struct nic_host to = nic_host_make(rig, 1, 0, sizes, 0, 0);
    uint64_t parts[NIC_LIFE_NUM_PARTS];
    struct nic_life life;
    expected_parts(&rig->spec, bytes, checksum, parts);
    for (uint32_t i = 0; i < 2; i++) { // the first opens rows
        nic_host_post(&to, to.base + NIC_RIG_BUFFERS, bytes);
        nic_rig_run(rig, 100000);
        uint64_t begin_cycle = rig->now += 77;
        nic_host_send(&from, 1, 0, from.base + NIC_RIG_BUFFERS, bytes, checksum ? NIC_CHECKSUM : 0,
                      i);
        nic_rig_run(rig, 100000);
        nic_host_expect(&to, NIC_OK);
        cr_assert(nic_life(rig->nics[1], 0, i, &life));
        cr_assert_eq(life.begin_cycle, begin_cycle);
        cr_assert(!nic_life(rig->nics[1], 0, i + 1, &life));
        cr_assert(!nic_life(rig->nics[0], 0, i, &life));
    }
    nic_life(rig->nics[1], 0, 1, &life);
    for (uint32_t i = 0; i < NIC_LIFE_NUM_PARTS; i++)
        cr_expect_eq(nic_life_cycles(&life, i), parts[i], "%u bytes, %s: %lu, not %lu", bytes,
                     nic_life_names[i], (unsigned long)nic_life_cycles(&life, i),
                     (unsigned long)parts[i]);
    nic_rig_free(rig);
}

static struct nic_rig_spec quiet_spec(void)
{
    struct nic_rig_spec spec = {
        .nic = nic_default_params, .node = nic_rig_node_params(), .lives = true};
    spec.nic.max_payload_bytes = 2048;
    spec.nic.dma_outstanding = 32;
    spec.nic.ack_delay_cycles = 5000; // no acknowledgement is in the way
    spec.nic.retransmit_timeout_cycles = 100000;
    spec.latency_cycles = 25;
    return spec;
}

Test(nic_life, has_on_a_quiet_machine_the_parts_that_the_card_lists)
{
    for (uint32_t i = 0; i < 8; i++) {
        struct nic_rig_spec spec = quiet_spec();
        spec.nic.grants = i & 1;
        spec.nic.reliable = i & 2 ? NIC_RELIABLE_NIC : NIC_RELIABLE_NONE;
        for (uint32_t bytes = 1; bytes <= 2048; bytes = bytes * 3 + 7)
            expect_parts(&spec, bytes, i & 4);
    }
}

Test(nic_life, has_each_part_as_long_as_that_is_made_to_take)
{
    for (uint32_t i = 0; i < NIC_NUM_HANDLERS + 6; i++) {
        struct nic_rig_spec spec = quiet_spec();
        struct nic_params *p = &spec.nic;
        uint32_t *parts[] = {
            &p->doorbell_cycles, &p->dma_startup_cycles,     &p->link_cycles,
            &p->header_flits,    &spec.node.mem.t_cl_cycles, &spec.node.bus.address_cycles};
        if (i < NIC_NUM_HANDLERS)
            p->cycles[i] = (struct nic_cost){91, i == NIC_HANDLER_RELIABLE ? 0 : 7};
        else
            *parts[i - NIC_NUM_HANDLERS] += i == NIC_NUM_HANDLERS + 5 ? 1 : 37;
        p->reliable = NIC_RELIABLE_NIC;
        expect_parts(&spec, 300, true);
    }
}

Test(nic_life, charges_a_packet_that_was_lost_to_its_repetition)
{
    const uint32_t sizes[3] = {8, 8, 8};
    struct nic_rig_spec spec = quiet_spec();
    spec.nic.reliable = NIC_RELIABLE_NIC;
    spec.nic.retransmit_timeout_cycles = 1234;
    spec.drop_set = 1;
    struct nic_rig *rig = nic_rig_new(&spec);
    struct nic_host from = nic_host_make(rig, 0, 0, sizes, 0, 0);
    struct nic_host to = nic_host_make(rig, 1, 0, sizes, 0, 0);
    struct nic_life life;
    nic_host_post(&to, to.base + NIC_RIG_BUFFERS, 500);
    nic_rig_run(rig, 100000);
    nic_host_send(&from, 1, 0, from.base + NIC_RIG_BUFFERS, 500, 0, 1);
    nic_rig_run(rig, 100000);
    cr_assert(nic_life(rig->nics[1], 0, 0, &life));
    cr_expect_eq(nic_life_cycles(&life, NIC_LIFE_RETRANSMISSION),
                 1 + nic_packet_flits(&spec.nic, 500) + 1 + 1234 +
                     spec.nic.cycles[NIC_HANDLER_RELIABLE].each);
    cr_expect_eq(nic_life_cycles(&life, NIC_LIFE_BLOCKING), 0);
    nic_rig_free(rig);
}

// --- whatever is in the way ---------------------------------------------------------------------

enum { NODES = 4, MESSAGES = 40, MAX_BYTES = 900, RING = 16, BUFFERS = 256 };

struct sender {
    struct nic_host host;
    uint32_t begun, lists;
    uint64_t begin_cycles[MESSAGES];
};

static void post(struct nic_host *host, uint32_t *lists)
{
    nic_host_post(host, host->base + NIC_RIG_BUFFERS + (uint64_t)(*lists)++ % BUFFERS * 1024,
                  MAX_BYTES);
}

static void check(const struct nic_life *life, uint64_t begin_cycle, uint64_t end_cycle,
                  uint64_t sums[NIC_LIFE_NUM_PARTS])
{
    uint64_t sum = 0;
    cr_assert_eq(life->begin_cycle, begin_cycle);
    cr_assert_eq(life->end_cycles[NIC_LIFE_NUM_PARTS - 1], end_cycle);
    for (uint32_t i = 0; i < NIC_LIFE_NUM_PARTS; i++) {
        uint64_t before = i ? life->end_cycles[i - 1] : life->begin_cycle;
        cr_assert_geq(life->end_cycles[i], before, "%s", nic_life_names[i]);
        sum += nic_life_cycles(life, i);
        sums[i] += nic_life_cycles(life, i);
    }
    cr_assert_eq(sum, end_cycle - begin_cycle);
}

static void take(struct nic_rig *rig, struct sender *all, struct sender *self,
                 uint64_t sums[NIC_LIFE_NUM_PARTS])
{
    struct nic_completion completion;
    for (;;) {
        uint32_t index = self->host.completed;
        struct nic_life life;
        if (!nic_host_poll(&self->host, &completion))
            return;
        cr_assert_eq(completion.status, NIC_OK);
        cr_assert(nic_life(rig->nics[self->host.node], 0, index, &life));
        check(&life, all[completion.node].begin_cycles[completion.tag], rig->now - 1, sums);
        cr_assert(index < RING || !nic_life(rig->nics[self->host.node], 0, index - RING, &life));
        post(&self->host, &self->lists);
    }
}

// One to three messages by a doorbell.
static void send(struct nic_rig *rig, struct sender *self, struct rng *rng)
{
    uint32_t num = 1 + (uint32_t)rng_below(rng, 3);
    uint32_t before = self->begun;
    for (; num > 0 && self->begun < MESSAGES &&
           self->host.sent - nic_host_shadow(&self->host, 0) < RING;
         num--) {
        struct nic_send_descriptor descriptor = {
            .address = self->host.base + 2 * NIC_RIG_BUFFERS + self->begun * 1024,
            .length = 1 + (uint32_t)rng_below(rng, MAX_BYTES),
            .flags = NIC_LAST | (rng_below(rng, 2) ? NIC_CHECKSUM : 0),
            .node = (uint32_t)rng_below(rng, NODES),
            .tag = self->begun};
        self->begin_cycles[self->begun++] = rig->now;
        nic_host_put_send(&self->host, &descriptor);
    }
    if (self->begun > before)
        nic_host_ring_send(&self->host);
}

static void run_random(uint64_t seed, uint64_t all_sums[NIC_LIFE_NUM_PARTS])
{
    uint64_t sums[NIC_LIFE_NUM_PARTS] = {0};
    struct rng rng = rng_make(seed, RNG_SHUFFLE, 9);
    struct nic_rig_spec spec = {
        .num_nodes = NODES, .nic = nic_default_params, .seed = seed, .lives = true};
    struct nic_params *p = &spec.nic;
    struct sender senders[NODES] = {0};
    p->max_payload_bytes = 128;
    p->grants = seed % 5;
    p->processor = rng_below(&rng, 2);
    p->num_channels = 1 + (uint32_t)rng_below(&rng, 3);
    p->dma_outstanding = 1 + (uint32_t)rng_below(&rng, 8);
    p->out_ram_bytes = p->in_ram_bytes =
        nic_packet_ram_bytes(p, 128) * (1 + (uint32_t)rng_below(&rng, 4));
    if (!p->grants) // with few lists all may have to wait on the card
        p->in_ram_bytes = 1 << 20;
    spec.depth = 1 + (uint32_t)rng_below(&rng, 4);
    spec.jitter_cycles = (uint32_t)rng_below(&rng, 2) * 300;
    if (seed % 2) {
        p->reliable = NIC_RELIABLE_NIC;
        p->max_retries = 1000;
        spec.drop_rate = spec.damage_rate = 0.1;
        p->retransmit_timeout_cycles = 1 + (uint32_t)rng_below(&rng, 3000);
    }
    struct nic_rig *rig = nic_rig_new(&spec);
    const uint32_t sizes[3] = {RING, 4, RING};
    for (uint32_t i = 0; i < NODES; i++) {
        senders[i].host = nic_host_make(rig, i, 0, sizes, 0, 0);
        while (senders[i].lists < 1 + seed % 4)
            post(&senders[i].host, &senders[i].lists);
    }
    for (uint32_t idle_steps = 0; idle_steps < 100;) {
        idle_steps = nic_rig_step(rig) ? 0 : idle_steps + 1;
        for (uint32_t i = 0; i < NODES; i++) {
            take(rig, senders, &senders[i], sums);
            if (rng_below(&rng, 50) == 0 || idle_steps)
                send(rig, &senders[i], &rng);
        }
    }
    uint64_t num = 0, stats_sums[NIC_LIFE_NUM_PARTS] = {0};
    for (uint32_t i = 0; i < NODES; i++) {
        struct nic_stats stats = nic_rig_stats(rig, i);
        cr_assert_eq(senders[i].begun, MESSAGES);
        num += stats.lives;
        for (uint32_t k = 0; k < NIC_LIFE_NUM_PARTS; k++)
            stats_sums[k] += stats.life_cycles[k];
    }
    cr_assert_eq(num, NODES * MESSAGES);
    for (uint32_t k = 0; k < NIC_LIFE_NUM_PARTS; k++)
        cr_assert_eq(stats_sums[k], sums[k]);
    for (uint32_t k = 0; k < NIC_LIFE_NUM_PARTS; k++)
        all_sums[k] += sums[k];
    nic_rig_free(rig);
}

// Every part is waited for by some.
Test(nic_life, of_every_message_is_the_sum_of_its_parts_from_doorbell_to_completion)
{
    uint64_t sums[NIC_LIFE_NUM_PARTS] = {0};
    for (uint64_t seed = 1; seed <= 20; seed++)
        run_random(seed, sums);
    for (uint32_t i = 0; i < NIC_LIFE_NUM_PARTS; i++)
        cr_expect_gt(sums[i], 0, "%s", nic_life_names[i]);
}

Test(nic_life, of_programmed_io_is_told_with_the_window)
{
    for (uint32_t bytes = 1; bytes <= 128; bytes += 21) {
        struct nic_rig_spec spec = quiet_spec();
        struct nic_rig *rig = nic_rig_new(&spec);
        struct nic_life life;
        uint64_t sums[NIC_LIFE_NUM_PARTS] = {0};
        for (uint32_t i = 0; i < 2; i++)
            nic_host_make(rig, i, 0, (const uint32_t[3]){0, 0, 0}, 0, NIC_WINDOW);
        nic_rig_run_to(rig, 1234);
        nic_rig_write(rig, 0, nic_rig_at(0, NIC_PIO_TO), 1);
        nic_rig_write(rig, 0, nic_rig_at(0, NIC_PIO_SEND), bytes);
        while (!nic_rig_read(rig, 1, nic_rig_at(0, NIC_PIO_FROM_BYTES))) {
            cr_assert(!nic_life_of_window(rig->nics[1], 0, &life));
            cr_assert(nic_rig_step(rig));
        }
        cr_assert(nic_life_of_window(rig->nics[1], 0, &life));
        check(&life, 1234, rig->now - 1, sums);
        cr_expect_eq(sums[NIC_LIFE_PROTOCOL], spec.nic.cycles[NIC_HANDLER_PROTOCOL].each);
        cr_expect_eq(sums[NIC_LIFE_DESCRIPTOR] + sums[NIC_LIFE_DATA_OUT] + sums[NIC_LIFE_LIST], 0);
        nic_rig_free(rig);
    }
}

Test(nic_life, is_not_kept_unless_asked_for)
{
    const uint32_t sizes[3] = {8, 8, 8};
    struct nic_rig_spec spec = quiet_spec();
    spec.lives = false;
    struct nic_rig *rig = nic_rig_new(&spec);
    struct nic_host from = nic_host_make(rig, 0, 0, sizes, 0, 0);
    struct nic_host to = nic_host_make(rig, 1, 0, sizes, 0, 0);
    struct nic_life life;
    nic_host_post(&to, to.base + NIC_RIG_BUFFERS, 64);
    nic_host_send(&from, 1, 0, from.base + NIC_RIG_BUFFERS, 64, 0, 1);
    nic_rig_run(rig, 100000);
    nic_host_expect(&to, NIC_OK);
    cr_assert(!nic_life(rig->nics[1], 0, 0, &life));
    cr_assert_eq(nic_rig_stats(rig, 1).lives, 0);
    nic_rig_free(rig);
}
