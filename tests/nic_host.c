// SPDX-License-Identifier: Apache-2.0
#include "tests/nic_rig.h"

#include <criterion/criterion.h>

static const uint64_t ring_offsets[3] = {NIC_SEND, NIC_RECEIVE, NIC_COMPLETION};

static struct image *image_of(const struct nic_host *self)
{
    return &self->rig->nodes[self->node]->image;
}

static void set(struct nic_host *self, uint64_t offset, uint64_t value)
{
    nic_rig_write(self->rig, self->node, nic_rig_at(self->context, offset), value);
}

struct nic_host nic_host_make(struct nic_rig *rig, uint32_t node, uint32_t context,
                              const uint32_t sizes[3], uint32_t shift, uint64_t control)
{
    struct nic_host self = {.rig = rig,
                            .node = node,
                            .context = context,
                            .base = (uint64_t)(context + 1) * NIC_RIG_CONTEXT_BYTES};
    cr_assert(nic_open(rig->nics[node], context, 0, self.base, NIC_RIG_CONTEXT_BYTES));
    for (uint32_t i = 0; i < 3; i++) {
        self.rings[i] = self.base + 4096 + i * (UINT64_C(1) << 20) + shift * NIC_RING_ALIGN_BYTES;
        self.sizes[i] = sizes[i];
        set(&self, ring_offsets[i] + NIC_RING_BASE, self.rings[i]);
        set(&self, ring_offsets[i] + NIC_RING_SIZE, sizes[i]);
        set(&self, ring_offsets[i] + NIC_RING_SHADOW, self.base + 8 * (i + 1));
    }
    set(&self, NIC_CONTROL, NIC_ENABLE | control);
    cr_assert_eq(nic_rig_read(rig, node, nic_rig_at(context, NIC_CONTROL)), NIC_ENABLE | control);
    return self;
}

void nic_host_put_send(struct nic_host *self, const struct nic_send_descriptor *descriptor)
{
    uint64_t slot = self->sent++ & (self->sizes[0] - 1);
    image_write(image_of(self), self->rings[0] + slot * sizeof *descriptor,
                (const uint8_t *)descriptor, sizeof *descriptor);
}

void nic_host_put_receive(struct nic_host *self, const struct nic_receive_descriptor *descriptor)
{
    uint64_t slot = self->posted++ & (self->sizes[1] - 1);
    image_write(image_of(self), self->rings[1] + slot * sizeof *descriptor,
                (const uint8_t *)descriptor, sizeof *descriptor);
}

void nic_host_ring_send(struct nic_host *self)
{
    set(self, NIC_SEND + NIC_RING_PRODUCER, self->sent);
}

void nic_host_ring_receive(struct nic_host *self)
{
    set(self, NIC_RECEIVE + NIC_RING_PRODUCER, self->posted);
}

void nic_host_send(struct nic_host *self, uint32_t node, uint32_t context, uint64_t address,
                   uint32_t bytes, uint32_t flags, uint64_t tag)
{
    nic_host_put_send(self, &(struct nic_send_descriptor){.address = address,
                                                          .length = bytes,
                                                          .flags = flags | NIC_LAST,
                                                          .node = node,
                                                          .context = context,
                                                          .tag = tag});
    nic_host_ring_send(self);
}

void nic_host_post(struct nic_host *self, uint64_t address, uint32_t bytes)
{
    nic_host_put_receive(self, &(struct nic_receive_descriptor){address, bytes, NIC_LAST});
    nic_host_ring_receive(self);
}

uint32_t nic_host_shadow(const struct nic_host *self, uint32_t ring)
{
    uint64_t index;
    image_read(image_of(self), self->base + 8 * (ring + 1), (uint8_t *)&index, sizeof index);
    return (uint32_t)index;
}

bool nic_host_poll(struct nic_host *self, struct nic_completion *completion)
{
    uint64_t slot = self->completed & (self->sizes[2] - 1);
    image_read(image_of(self), self->rings[2] + slot * sizeof *completion, (uint8_t *)completion,
               sizeof *completion);
    bool odd_lap = self->completed & self->sizes[2];
    if (odd_lap == !!(completion->flags & NIC_PHASE))
        return false;
    self->completed++;
    set(self, NIC_COMPLETION + NIC_RING_CONSUMER, self->completed);
    return true;
}

struct nic_completion nic_host_expect(struct nic_host *self, enum nic_status status)
{
    struct nic_completion completion;
    cr_assert(nic_host_poll(self, &completion), "there is no completion");
    cr_assert_eq(completion.status, status, "status %u, not %u", completion.status, status);
    return completion;
}

static uint8_t content(uint64_t key, uint64_t i)
{
    return (uint8_t)(rng_mix(key * 0x9e3779b1 + i / 8) >> i % 8 * 8);
}

void nic_host_fill(const struct nic_host *self, uint64_t address, uint32_t bytes, uint64_t key)
{
    for (uint32_t i = 0; i < bytes; i++)
        image_write(image_of(self), address + i, &(uint8_t){content(key, i)}, 1);
}

bool nic_host_holds(const struct nic_host *self, uint64_t address, uint32_t bytes, uint64_t key,
                    uint32_t skipped)
{
    for (uint32_t i = 0; i < bytes; i++) {
        uint8_t byte;
        image_read(image_of(self), address + i, &byte, 1);
        if (byte != content(key, skipped + i))
            return false;
    }
    return true;
}
