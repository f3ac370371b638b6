// SPDX-License-Identifier: Apache-2.0
// Everything at once: nodes, contexts, traffic classes, DMA and programmed I/O, all to all. Each
// message arrives once, whole, and behind those before it in its flow.
#include "tests/nic_rig.h"

#include <criterion/criterion.h>

enum {
    NODES = 3,
    CONTEXTS = 3,
    CLASSES = 2,
    ENDS = NODES * CONTEXTS,
    FLOWS = ENDS * ENDS * CLASSES,
    BUFFERS = 32,
    MAX_BYTES = 700,
    MESSAGES = 40 // of each context
};

struct flow {
    uint32_t sent, received;
    uint32_t next_ring, next_window; // the least number that may come there
};

struct mix {
    struct nic_rig *rig;
    struct rng rng;
    struct nic_host hosts[ENDS];
    uint32_t begun[ENDS], posted[ENDS];
    bool busy[ENDS][BUFFERS];        // that are being sent
    uint32_t buffers[ENDS][BUFFERS]; // by send descriptor, modulo BUFFERS
    struct flow flows[FLOWS];
};

static uint32_t flow_of(uint32_t from, uint32_t to, uint32_t traffic_class)
{
    return (from * ENDS + to) * CLASSES + traffic_class;
}

static uint64_t tag_of(uint32_t flow, uint32_t k)
{
    return (uint64_t)flow << 32 | k;
}

static uint64_t buffer(const struct nic_host *host, uint32_t side, uint32_t i)
{
    // Lists may be used up in another order than they were posted.
    return host->base + NIC_RIG_BUFFERS + (side ? BUFFERS + i % 1024 : i % BUFFERS) * 1024;
}

static void post(struct mix *self, uint32_t end)
{
    nic_host_post(&self->hosts[end], buffer(&self->hosts[end], 1, self->posted[end]++), MAX_BYTES);
}

// A message that came by a way, whose next number there is at `next`.
static struct flow *check(struct mix *self, uint32_t end, uint64_t tag, bool window)
{
    uint32_t idx = (uint32_t)(tag >> 32), k = (uint32_t)tag;
    cr_assert_lt(idx, FLOWS);
    cr_assert_eq(idx / CLASSES % ENDS, end);
    struct flow *flow = &self->flows[idx];
    uint32_t *next = window ? &flow->next_window : &flow->next_ring;
    cr_assert_geq(k, *next);
    cr_assert_lt(k, flow->sent);
    *next = k + 1;
    flow->received++;
    return flow;
}

static void take_completions(struct mix *self, uint32_t end)
{
    struct nic_host *host = &self->hosts[end];
    struct nic_completion completion;
    while (nic_host_poll(host, &completion)) {
        cr_assert_eq(completion.status, NIC_OK);
        if (!(completion.flags & NIC_RECEIVED)) {
            self->busy[end][self->buffers[end][completion.index % BUFFERS]] = false;
            continue;
        }
        check(self, end, completion.tag, false);
        cr_assert(nic_host_holds(host, buffer(host, 1, completion.index), completion.length,
                                 completion.tag, 0));
        post(self, end);
    }
}

static void take_window(struct mix *self, uint32_t end)
{
    const struct nic_host *host = &self->hosts[end];
    uint64_t bytes;
    while ((bytes = nic_rig_read(self->rig, host->node,
                                 nic_rig_at(host->context, NIC_PIO_FROM_BYTES)))) {
        uint64_t tag =
            nic_rig_read(self->rig, host->node, nic_rig_at(host->context, NIC_PIO_FROM_TAG));
        check(self, end, tag, true);
        for (uint32_t i = 0; i < bytes; i += 8) { // put where contents are compared
            uint64_t word =
                nic_rig_read(self->rig, host->node, nic_rig_at(host->context, NIC_PIO_IN + i));
            image_write(&self->rig->nodes[host->node]->image, host->base + 2048 + i,
                        (const uint8_t *)&word, sizeof word);
        }
        cr_assert(nic_host_holds(host, host->base + 2048, (uint32_t)bytes, tag, 0));
        nic_rig_write(self->rig, host->node, nic_rig_at(host->context, NIC_PIO_POP), 0);
    }
}

static bool send_pio(struct mix *self, const struct nic_host *host, const struct nic_host *to,
                     uint32_t bytes, uint32_t flags, uint64_t tag)
{
    struct nic_rig *rig = self->rig;
    nic_host_fill(host, host->base + 2048, bytes, tag);
    for (uint32_t i = 0; i < bytes; i += 8) {
        uint64_t word;
        image_read(&rig->nodes[host->node]->image, host->base + 2048 + i, (uint8_t *)&word, 8);
        nic_rig_write(rig, host->node, nic_rig_at(host->context, NIC_PIO_OUT + i), word);
    }
    nic_rig_write(rig, host->node, nic_rig_at(host->context, NIC_PIO_TO),
                  to->node | (uint64_t)to->context << 32);
    nic_rig_write(rig, host->node, nic_rig_at(host->context, NIC_PIO_TAG), tag);
    nic_rig_write(rig, host->node, nic_rig_at(host->context, NIC_PIO_SEND),
                  bytes | (uint64_t)flags << 32);
    uint64_t status = nic_rig_read(rig, host->node, nic_rig_at(host->context, NIC_PIO_STATUS));
    cr_assert(status == NIC_OK || status == NIC_PIO_BUSY);
    return status == NIC_OK;
}

static bool send_dma(struct mix *self, uint32_t end, const struct nic_host *to, uint32_t bytes,
                     uint32_t flags, uint64_t tag)
{
    struct nic_host *host = &self->hosts[end];
    uint32_t free = 0;
    while (free < BUFFERS && self->busy[end][free])
        free++;
    if (free == BUFFERS || host->sent - nic_host_shadow(host, 0) == host->sizes[0])
        return false;
    nic_host_fill(host, buffer(host, 0, free), bytes, tag);
    self->busy[end][free] = true;
    self->buffers[end][host->sent % BUFFERS] = free;
    nic_host_send(host, to->node, to->context, buffer(host, 0, free), bytes, flags | NIC_COMPLETE,
                  tag);
    return true;
}

// Sends a message to anybody, itself too, one time in four.
static void send(struct mix *self, uint32_t end)
{
    if (self->begun[end] == MESSAGES || rng_below(&self->rng, 4))
        return;
    uint32_t to = (uint32_t)rng_below(&self->rng, ENDS);
    uint32_t traffic_class = (uint32_t)rng_below(&self->rng, CLASSES);
    uint32_t idx = flow_of(end, to, traffic_class);
    uint64_t tag = tag_of(idx, self->flows[idx].sent);
    uint32_t flags =
        traffic_class << NIC_CLASS_SHIFT | (rng_below(&self->rng, 2) ? NIC_CHECKSUM : 0);
    bool pio = rng_below(&self->rng, 2);
    uint32_t bytes = 1 + (uint32_t)rng_below(&self->rng, pio ? 64 : MAX_BYTES);
    bool sent = pio ? send_pio(self, &self->hosts[end], &self->hosts[to], bytes, flags, tag)
                    : send_dma(self, end, &self->hosts[to], bytes, flags, tag);
    self->flows[idx].sent += sent;
    self->begun[end] += sent;
}

// Over a network that loses so many packets, and changes as many, and in which they overtake each
// other.
static void run_mix(uint64_t seed, double loss)
{
    struct mix self = {.rng = rng_make(seed, RNG_SHUFFLE, 4)};
    struct nic_rig_spec spec = {.num_nodes = NODES, .nic = nic_default_params, .seed = seed};
    struct nic_params *p = &spec.nic;
    p->num_contexts = CONTEXTS;
    p->num_classes = CLASSES;
    p->max_payload_bytes = 128;
    p->window_bytes = 64;
    p->grants = rng_below(&self.rng, 2);
    p->processor = rng_below(&self.rng, 2);
    p->num_channels = 1 + (uint32_t)rng_below(&self.rng, 3);
    p->out_ram_bytes = p->in_ram_bytes =
        nic_packet_ram_bytes(p, 128) * (1 + (uint32_t)rng_below(&self.rng, 4));
    spec.depth = 1 + (uint32_t)rng_below(&self.rng, 6);
    if (loss > 0) {
        p->reliable = NIC_RELIABLE_NIC;
        p->retransmit_timeout_cycles = 1 + (uint32_t)rng_below(&self.rng, 3000);
        p->retransmit_window = 1 + (uint32_t)rng_below(&self.rng, 64);
        p->max_retries = 1000;
        p->ack_packets = 1 + (uint32_t)rng_below(&self.rng, 8);
        p->ack_delay_cycles = 1 + (uint32_t)rng_below(&self.rng, 1000);
        spec.jitter_cycles = (uint32_t)rng_below(&self.rng, 500);
        spec.drop_rate = spec.damage_rate = loss;
    }
    self.rig = nic_rig_new(&spec);
    // With grants the least will do.
    const uint32_t sizes[3] = {8, p->grants ? 1 : BUFFERS, p->grants ? 2 : 128};
    for (uint32_t i = 0; i < ENDS; i++) {
        self.hosts[i] = nic_host_make(self.rig, i % NODES, i / NODES, sizes, 128, NIC_WINDOW);
        while (self.posted[i] < sizes[1])
            post(&self, i);
        self.begun[i] = 0;
    }
    uint32_t received = 0, idle_steps = 0;
    while (idle_steps < 1000) {
        idle_steps = nic_rig_step(self.rig) ? 0 : idle_steps + 1;
        for (uint32_t i = 0; i < ENDS; i++) {
            take_completions(&self, i);
            take_window(&self, i);
            send(&self, i);
        }
    }
    for (uint32_t i = 0; i < FLOWS; i++) {
        cr_expect_eq(self.flows[i].received, self.flows[i].sent);
        received += self.flows[i].received;
    }
    cr_expect_eq(received, ENDS * MESSAGES);
    cr_expect_eq(self.rig->store.num_used, 0);
    for (uint32_t i = 0; i < NODES; i++) {
        struct nic_stats stats = nic_rig_stats(self.rig, i);
        cr_expect(nic_idle(self.rig->nics[i]));
        cr_expect_eq(stats.retransmissions > 0, loss > 0);
        cr_expect_eq(stats.damaged > 0, loss > 0);
    }
    nic_rig_free(self.rig);
}

Test(nic_mix, of_all_ways_to_send_arrives_whole_and_in_order)
{
    for (uint64_t seed = 1; seed <= 20; seed++)
        run_mix(seed, 0);
}

Test(nic_mix, arrives_whole_and_in_order_over_a_network_that_loses_packets)
{
    for (uint64_t seed = 1; seed <= 20; seed++)
        run_mix(seed, 0.02 + 0.28 * (double)(seed % 4) / 3);
}
