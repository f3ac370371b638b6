// SPDX-License-Identifier: Apache-2.0
// Software that does anything: random registers, rings, descriptors and times. The card keeps to
// its RAM, and once all contexts are disabled nothing of it is left.
#include "tests/nic_rig.h"

#include <criterion/criterion.h>

enum { NODES = 3, CONTEXTS = 4, MEMORY_BYTES = 1 << 20 };

static const uint64_t rings[3] = {NIC_SEND, NIC_RECEIVE, NIC_COMPLETION};

struct fuzz {
    struct nic_rig *rig;
    struct rng rng;
};

static uint64_t below(struct fuzz *self, uint64_t bound)
{
    return rng_below(&self->rng, bound);
}

// Mostly in memory or at its end, sometimes anywhere, or at the card's own registers.
static uint64_t any_address(struct fuzz *self)
{
    switch (below(self, 12)) {
    case 0:
        return rng_next(&self->rng);
    case 1:
        return NIC_RIG_REGISTERS + below(self, (CONTEXTS + 1) * NIC_PAGE_BYTES);
    case 2:
        return MEMORY_BYTES - below(self, 2048);
    default:
        return below(self, MEMORY_BYTES) & (below(self, 4) ? ~UINT64_C(63) : UINT64_MAX);
    }
}

static uint64_t any_value(struct fuzz *self)
{
    switch (below(self, 4)) {
    case 0:
        return rng_next(&self->rng);
    case 1:
        return any_address(self);
    case 2:
        return UINT64_C(1) << below(self, 64);
    default:
        return below(self, 64);
    }
}

static void write_register(struct fuzz *self, uint32_t node, uint64_t offset, uint64_t value,
                           uint32_t bytes)
{
    uint8_t data[64] = {0};
    struct mem_device *device = nic_device(self->rig->nics[node]);
    memcpy(data, &value, sizeof value);
    if (offset + bytes <= device->bytes)
        device->write(device, offset, data, bytes, self->rig->now);
}

static void access_anything(struct fuzz *self, uint32_t node)
{
    uint8_t data[64];
    struct mem_device *device = nic_device(self->rig->nics[node]);
    uint64_t offset = below(self, device->bytes) & (below(self, 8) ? ~UINT64_C(7) : UINT64_MAX);
    if (below(self, 2)) // where most registers are
        offset = (offset & ~(uint64_t)(NIC_PAGE_BYTES - 1)) + below(self, 64) * 8;
    uint32_t bytes = below(self, 8) ? 8 : 1 + (uint32_t)below(self, 64);
    if (below(self, 4))
        write_register(self, node, offset, any_value(self), bytes);
    else if (offset + bytes <= device->bytes)
        device->read(device, offset, data, bytes, self->rig->now);
}

// Sets a context up the right way but for one thing in four.
static void set_up(struct fuzz *self, uint32_t node, uint32_t context)
{
    uint64_t page = nic_rig_at(context, 0);
    write_register(self, node, NIC_CARD_RANGE_ADDRESS, 0, 8);
    write_register(self, node, NIC_CARD_RANGE_BYTES, below(self, 4) ? UINT64_MAX : 65536, 8);
    write_register(self, node, NIC_CARD_RANGE_REGISTER, context | below(self, 17) << 32, 8);
    write_register(self, node, NIC_CARD_OPEN, rng_next(&self->rng) | 1U << context, 8);
    write_register(self, node, page + NIC_CONTROL, 0, 8);
    for (uint32_t i = 0; i < 3; i++) {
        uint64_t ring = page + rings[i];
        uint64_t base =
            below(self, 8) ? below(self, MEMORY_BYTES) & ~UINT64_C(31) : any_address(self);
        write_register(self, node, ring + NIC_RING_BASE, base, 8);
        write_register(self, node, ring + NIC_RING_SIZE, UINT64_C(1) << below(self, 8), 8);
        write_register(self, node, ring + NIC_RING_SHADOW, any_address(self) & ~UINT64_C(7), 8);
    }
    write_register(self, node, page + NIC_CONTROL, NIC_ENABLE | below(self, 8), 8);
}

// A descriptor that may be good, at any slot of a ring.
static void put_descriptor(struct fuzz *self, uint32_t node, uint32_t context)
{
    struct nic_send_descriptor d = {.address = any_address(self),
                                    .length = 1 + (uint32_t)below(self, 3000),
                                    .flags = (uint32_t)below(self, 16) |
                                             (below(self, 12) > (context ? 1 : 10)),
                                    .node = (uint32_t)below(self, NODES + 1),
                                    .context = (uint32_t)below(self, CONTEXTS + 1)};
    if (below(self, 16) == 0)
        d.length = (uint32_t)rng_next(&self->rng);
    if (below(self, 16) == 0)
        d.flags |= (uint32_t)below(self, 3) << NIC_CLASS_SHIFT;
    // Half of the time at the slot that is next, and with a doorbell.
    uint32_t kind = (uint32_t)below(self, 2);
    uint64_t ring = nic_rig_at(context, rings[kind]);
    uint64_t base = nic_rig_read(self->rig, node, ring + NIC_RING_BASE);
    uint64_t size = nic_rig_read(self->rig, node, ring + NIC_RING_SIZE);
    uint64_t index = nic_rig_read(self->rig, node, ring + NIC_RING_PRODUCER);
    bool next = below(self, 2);
    uint64_t slot = (next ? index : below(self, 64)) & (size - 1) & 127;
    image_write(&self->rig->nodes[node]->image, base % MEMORY_BYTES + slot * (kind ? 16 : 32),
                (const uint8_t *)&d, kind ? 16 : 32);
    if (next)
        write_register(self, node, ring + NIC_RING_PRODUCER, index + 1, 8);
}

// A doorbell a little beyond where it was, or all completions taken.
static void ring(struct fuzz *self, uint32_t node, uint32_t context)
{
    uint32_t i = (uint32_t)below(self, 3);
    uint64_t at = nic_rig_at(context, rings[i] + (i < 2 ? NIC_RING_PRODUCER : NIC_RING_CONSUMER));
    uint64_t index = nic_rig_read(self->rig, node, at) + below(self, 4);
    if (i == 2 && below(self, 4))
        index = nic_rig_read(self->rig, node, at - NIC_RING_CONSUMER + NIC_RING_PRODUCER);
    write_register(self, node, at, index, 8);
}

static void act(struct fuzz *self)
{
    uint32_t node = (uint32_t)below(self, NODES);
    uint32_t context = (uint32_t)below(self, CONTEXTS);
    uint64_t page = nic_rig_at(context, 0);
    switch (below(self, 100)) {
    case 0:
        access_anything(self, node);
        break;
    case 1:
        if (below(self, 4) == 0)
            set_up(self, node, context);
        break;
    case 2:
        write_register(self, node, page + NIC_PIO_TO, below(self, NODES), 8);
        write_register(self, node, page + NIC_PIO_SEND, below(self, 70), 8);
        break;
    case 3:
        write_register(self, node, page + NIC_PIO_POP, 0, 8);
        break;
    default:
        if (below(self, 3))
            put_descriptor(self, node, context);
        else
            ring(self, node, context);
    }
}

static void expect_nothing_left(struct fuzz *self)
{
    for (uint32_t i = 0; i < NODES; i++)
        nic_rig_write(self->rig, i, NIC_CARD_OPEN, 0);
    nic_rig_run(self->rig, 100000000);
    for (uint32_t i = 0; i < NODES; i++) {
        nic_rig_write(self->rig, i, NIC_CARD_OPEN, 0); // DMA may have opened them again
        nic_rig_run(self->rig, 100000000);
    }
    for (uint32_t i = 0; i < NODES; i++) {
        struct nic_stats stats = nic_rig_stats(self->rig, i);
        cr_expect(nic_idle(self->rig->nics[i]), "node %u", i);
        cr_expect_leq(stats.max_in_ram_bytes, self->rig->spec.nic.in_ram_bytes);
        cr_expect_leq(stats.max_out_ram_bytes, self->rig->spec.nic.out_ram_bytes);
    }
    cr_expect_eq(self->rig->store.num_used, 0);
}

// What came of it: packets that went, and statuses that were seen.
static uint64_t run_seed(uint64_t seed, uint64_t *statuses)
{
    struct fuzz self = {.rng = rng_make(seed, RNG_SHUFFLE, 3)};
    struct nic_rig_spec spec = {.num_nodes = NODES,
                                .nic = nic_default_params,
                                .node = nic_rig_node_params(),
                                .jitter_cycles = (uint32_t)below(&self, 2) * 500,
                                .depth = (uint32_t)below(&self, 3) * 4,
                                .corrupt_every = 7,
                                .seed = seed};
    spec.node.mem.size_bytes = MEMORY_BYTES;
    spec.nic.num_contexts = CONTEXTS;
    spec.nic.num_classes = 2;
    spec.nic.max_payload_bytes = 256;
    spec.nic.max_message_bytes = 8192;
    spec.nic.out_ram_bytes = spec.nic.in_ram_bytes = 320 * (1 + (uint32_t)below(&self, 4));
    spec.nic.processor = below(&self, 2);
    spec.nic.coalescing = below(&self, 2);
    spec.nic.reassembly = below(&self, 4);
    spec.nic.grants = below(&self, 2);
    spec.nic.segmentation = below(&self, 4);
    if (seed % 3 == 0) {
        spec.nic.reliable = NIC_RELIABLE_NIC;
        spec.nic.retransmit_timeout_cycles = 1 + (uint32_t)below(&self, 5000);
        spec.nic.retransmit_window = 1 + (uint32_t)below(&self, 64);
        spec.nic.max_retries = 1000;
        spec.drop_rate = (double)below(&self, 4) / 10;
        spec.damage_rate = (double)below(&self, 4) / 10;
    }
    self.rig = nic_rig_new(&spec);
    for (uint32_t i = 0; i < NODES * CONTEXTS; i++)
        set_up(&self, i % NODES, i / NODES);
    for (uint32_t i = 0; i < 3000; i++) {
        act(&self);
        if (below(&self, 3) == 0)
            nic_rig_run_to(self.rig, self.rig->now + below(&self, 200));
    }
    expect_nothing_left(&self);
    uint64_t packets = 0;
    for (uint32_t i = 0; i < NODES; i++) {
        struct nic_stats stats = nic_rig_stats(self.rig, i);
        packets += stats.packets_received;
        for (uint32_t k = 0; k < NIC_NUM_STATUSES; k++)
            *statuses |= (uint64_t)(stats.errors[k] > 0) << k;
    }
    nic_rig_free(self.rig);
    return packets;
}

Test(nic_fuzz, whatever_software_does_nothing_crashes_and_nothing_is_left)
{
    uint64_t statuses = 0, packets = 0;
    for (uint64_t seed = 1; seed <= 100; seed++)
        packets += run_seed(seed, &statuses);
    // It got far: packets went, and all that can go wrong did, but for giving up.
    cr_expect_gt(packets, 20000, "%llu packets", (unsigned long long)packets);
    cr_expect_eq(statuses, (1 << NIC_NUM_STATUSES) - 2 - (1 << NIC_TIMED_OUT), "statuses %llx",
                 (unsigned long long)statuses);
}
