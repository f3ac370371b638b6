// SPDX-License-Identifier: Apache-2.0
// Messages through cards: what is sent arrives, whole, in order, once.
#include "tests/nic_rig.h"

#include <criterion/criterion.h>

enum {
    SLOT_BYTES = 8192, // of a buffer: longest message and slack
    NUM_BUFFERS = 64,  // of a side
    MAX_MESSAGES = 400
};

// A sender and a receiver, with what they have in flight.
struct pair {
    struct nic_host from, to;
    struct rng rng;
    uint32_t max_bytes, max_pieces;
    uint32_t flags;
    uint32_t num_messages; // to be sent
    uint32_t begun, sent, received;
    uint32_t send_pieces[NUM_BUFFERS], send_bytes[NUM_BUFFERS]; // of message modulo NUM_BUFFERS
    bool completed[MAX_MESSAGES];
    uint32_t posted; // receive lists
    struct nic_receive_descriptor lists[NUM_BUFFERS][4];
    uint32_t list_pieces[NUM_BUFFERS];
    uint32_t list_of_index[NIC_MAX_RING];
    uint32_t free_pieces; // descriptors of the receive ring that are not posted
};

static uint64_t buffer(const struct nic_host *host, uint32_t side, uint32_t i)
{
    return host->base + NIC_RIG_BUFFERS + (side * NUM_BUFFERS + i % NUM_BUFFERS) * SLOT_BYTES;
}

// Cuts a length into up to max_pieces pieces.
static uint32_t cut(struct rng *rng, uint32_t bytes, uint32_t max_pieces, uint32_t *lengths)
{
    uint32_t num = 0;
    while (bytes && num + 1 < max_pieces && rng_below(rng, 2)) {
        lengths[num] = 1 + (uint32_t)rng_below(rng, bytes);
        bytes -= lengths[num++];
    }
    if (bytes)
        lengths[num++] = bytes;
    return num;
}

// Sends the next message if its list fits the ring. Pieces lie one behind the other in a buffer
// that begins anywhere.
static bool try_send(struct pair *self)
{
    uint32_t in_ring = self->from.sent - nic_host_shadow(&self->from, 0);
    uint32_t room = self->from.sizes[0] - in_ring;
    if (self->begun == self->num_messages || self->begun - self->sent == NUM_BUFFERS ||
        self->begun - self->received == NUM_BUFFERS || room < self->max_pieces)
        return false;
    uint32_t bytes = 1 + (uint32_t)rng_below(&self->rng, self->max_bytes), lengths[4];
    uint32_t num = cut(&self->rng, bytes, self->max_pieces, lengths);
    uint64_t address = buffer(&self->from, 0, self->begun) + rng_below(&self->rng, 200);
    uint32_t slot = self->begun % NUM_BUFFERS;
    nic_host_fill(&self->from, address, bytes, self->begun);
    for (uint32_t i = 0; i < num; i++) {
        nic_host_put_send(&self->from, &(struct nic_send_descriptor){
                                           .address = address,
                                           .length = lengths[i],
                                           .flags = self->flags | (i + 1 == num ? NIC_LAST : 0),
                                           .node = self->to.node,
                                           .context = self->to.context,
                                           .tag = self->begun + UINT64_C(0x100000000)});
        address += lengths[i];
    }
    nic_host_ring_send(&self->from);
    self->send_pieces[slot] = num;
    self->send_bytes[slot] = bytes;
    self->begun++;
    return true;
}

static bool try_post(struct pair *self)
{
    if (self->posted - self->received == NUM_BUFFERS || self->free_pieces < self->max_pieces)
        return false;
    uint32_t lengths[4], slot = self->posted % NUM_BUFFERS;
    uint32_t num = cut(&self->rng, self->max_bytes, self->max_pieces, lengths);
    uint64_t address = buffer(&self->to, 1, self->posted) + rng_below(&self->rng, 200);
    self->list_of_index[self->to.posted % NIC_MAX_RING] = slot;
    for (uint32_t i = 0; i < num; i++) {
        self->lists[slot][i] =
            (struct nic_receive_descriptor){address, lengths[i], i + 1 == num ? NIC_LAST : 0};
        nic_host_put_receive(&self->to, &self->lists[slot][i]);
        address += lengths[i];
    }
    nic_host_ring_receive(&self->to);
    self->list_pieces[slot] = num;
    self->free_pieces -= num;
    self->posted++;
    return true;
}

static void check_received(struct pair *self, const struct nic_completion *completion)
{
    uint32_t message = self->received;
    uint32_t list = self->list_of_index[completion->index % NIC_MAX_RING];
    cr_assert_eq(completion->status, NIC_OK);
    cr_assert_eq(completion->tag, message + UINT64_C(0x100000000));
    cr_assert_eq(completion->length, self->send_bytes[message % NUM_BUFFERS]);
    cr_assert_eq(completion->node, self->from.node);
    cr_assert_eq(completion->context, self->from.context);
    cr_assert_eq(completion->flags & ~(uint32_t)NIC_PHASE,
                 NIC_RECEIVED | (self->flags & NIC_CHECKSUM ? NIC_CHECKED : 0));
    uint32_t skipped = 0;
    for (uint32_t i = 0; i < self->list_pieces[list] && skipped < completion->length; i++) {
        uint32_t left = completion->length - skipped;
        uint32_t bytes = self->lists[list][i].length;
        bytes = bytes < left ? bytes : left;
        cr_assert(nic_host_holds(&self->to, self->lists[list][i].address, bytes, message, skipped),
                  "message %u differs", message);
        skipped += bytes;
    }
    self->free_pieces += self->list_pieces[list];
    self->received++;
}

// What drivers do between cycles. True if anything was done.
static bool act(struct pair *self)
{
    struct nic_completion completion;
    bool moved = false;
    while (nic_host_poll(&self->from, &completion)) {
        cr_assert_eq(completion.status, NIC_OK);
        uint64_t message = completion.tag - UINT64_C(0x100000000);
        cr_assert_lt(message, self->begun);
        cr_assert(!self->completed[message]); // once, and in order if no grants are waited for
        cr_assert(message == self->sent || self->from.rig->spec.nic.grants);
        self->completed[message] = true;
        self->sent++;
        moved = true;
    }
    while (nic_host_poll(&self->to, &completion)) {
        check_received(self, &completion);
        moved = true;
    }
    while (try_post(self) || try_send(self))
        moved = true;
    return moved;
}

static void run_pair(struct nic_rig *rig, struct pair *pair)
{
    act(pair);
    while (nic_rig_step(rig))
        act(pair);
    cr_expect_eq(pair->received, pair->num_messages);
    cr_expect_eq(pair->sent, pair->num_messages);
    cr_expect_eq(nic_host_shadow(&pair->to, 2), pair->to.completed);
    cr_expect_eq(nic_rig_stats(rig, 1).messages_received, pair->num_messages);
    cr_expect_eq(rig->store.num_used, 0);
    for (uint32_t i = 0; i < 2; i++)
        cr_expect_eq(nic_rig_stats(rig, i).errors[NIC_OVERRUN], 0);
}

static struct pair pair_make(struct nic_rig *rig, struct rng *rng, uint32_t num_messages)
{
    uint32_t pieces = 1 + (uint32_t)rng_below(rng, 4), sizes[2][3];
    for (uint32_t i = 0; i < 6; i++)
        sizes[i / 3][i % 3] = UINT32_C(1) << (2 + rng_below(rng, 6));
    struct pair pair = {.rng = rng_make(rng_next(rng), RNG_SHUFFLE, 2),
                        .max_bytes = 1 + (uint32_t)rng_below(rng, 6000),
                        .max_pieces = pieces,
                        .flags = NIC_COMPLETE | (rng_below(rng, 2) ? NIC_CHECKSUM : 0),
                        .num_messages = num_messages};
    if (!rig->spec.nic.segmentation)
        pair.max_bytes = 1 + (uint32_t)rng_below(rng, rig->spec.nic.max_payload_bytes);
    pair.from = nic_host_make(rig, 0, 0, sizes[0], (uint32_t)rng_below(rng, 9), 0);
    pair.to = nic_host_make(rig, 1, 0, sizes[1], (uint32_t)rng_below(rng, 9), 0);
    pair.free_pieces = sizes[1][1];
    return pair;
}

static struct nic_params random_params(struct rng *rng)
{
    struct nic_params p = nic_default_params;
    p.max_payload_bytes = 8 + (uint32_t)rng_below(rng, 1200);
    p.window_bytes = 8;
    p.ram_block_bytes = UINT32_C(1) << (3 + rng_below(rng, 6));
    uint32_t least = nic_packet_ram_bytes(&p, p.max_payload_bytes);
    p.out_ram_bytes = least + (uint32_t)rng_below(rng, 8 * least);
    p.in_ram_bytes = least + (uint32_t)rng_below(rng, 8 * least);
    p.num_channels = 1 + (uint32_t)rng_below(rng, NIC_MAX_CHANNELS);
    p.dma_outstanding = 1 + (uint32_t)rng_below(rng, NIC_MAX_OUTSTANDING);
    p.dma_burst_bytes = UINT32_C(1) << (3 + rng_below(rng, 6));
    p.arbitration = rng_below(rng, NIC_NUM_ARBITRATIONS);
    p.segmentation = rng_below(rng, 4);
    p.grants = rng_below(rng, 2);
    p.processor = rng_below(rng, 3) == 0;
    p.processor_num = 1 + (uint32_t)rng_below(rng, 5);
    p.processor_den = 1 + (uint32_t)rng_below(rng, 5);
    for (uint32_t i = 0; i < NIC_NUM_HANDLERS; i++)
        p.cycles[i] = (struct nic_cost){(uint32_t)rng_below(rng, 20), (uint32_t)rng_below(rng, 5)};
    return p;
}

// Over a network that mixes packets up, grants see to it that few receive lists are enough.
// The cycle in which all is done.
static uint64_t run_random(uint64_t seed, uint32_t num_messages, uint32_t jitter_cycles,
                           bool net_first)
{
    struct rng rng = rng_make(seed, RNG_SHUFFLE, 0);
    struct nic_rig_spec spec = {.nic = random_params(&rng),
                                .jitter_cycles = jitter_cycles,
                                .net_first = net_first,
                                .depth = (uint32_t)rng_below(&rng, 4) * 3,
                                .seed = seed};
    spec.nic.grants |= jitter_cycles > 0;
    struct nic_rig *rig = nic_rig_new(&spec);
    struct pair pair = pair_make(rig, &rng, num_messages);
    run_pair(rig, &pair);
    for (uint32_t i = 0; i < 2; i++)
        cr_expect(nic_idle(rig->nics[i]));
    uint64_t end_cycle = rig->now;
    nic_rig_free(rig);
    return end_cycle;
}

Test(nic, thousands_of_messages_go_round_the_rings_and_arrive_whole_and_in_order)
{
    for (uint64_t seed = 1; seed <= 12; seed++)
        run_random(seed, MAX_MESSAGES, 0, false);
}

Test(nic, packets_that_overtake_each_other_change_nothing_of_that)
{
    for (uint64_t seed = 101; seed <= 112; seed++)
        run_random(seed, MAX_MESSAGES, 2000, false);
}

Test(nic, whether_network_or_nodes_come_first_in_a_cycle_changes_nothing)
{
    for (uint64_t seed = 201; seed <= 220; seed++)
        cr_expect_eq(run_random(seed, 60, 0, false), run_random(seed, 60, 0, true));
}
