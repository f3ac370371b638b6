// SPDX-License-Identifier: Apache-2.0
#include "nic/nic_state.h"

#include "sim/rng.h"

// The slot of a key, or the free one where it would be. There are free slots.
static struct nic_flow *find(struct nic_flow *slots, uint32_t cap, uint64_t key)
{
    uint64_t slot = rng_mix(key) & (cap - 1);
    while (slots[slot].used && slots[slot].key != key)
        slot = (slot + 1) & (cap - 1);
    return &slots[slot];
}

static bool grow(struct nic_flows *self)
{
    uint32_t cap = self->cap ? 2 * self->cap : 16;
    struct nic_flow *slots = calloc(cap, sizeof *slots);
    if (!slots)
        return false;
    for (uint32_t i = 0; i < self->cap; i++)
        if (self->slots[i].used)
            *find(slots, cap, self->slots[i].key) = self->slots[i];
    free(self->slots);
    self->slots = slots;
    self->cap = cap;
    return true;
}

struct nic_flow *nic_flow_find(struct nic_flows *self, uint64_t key)
{
    struct nic_flow *flow = self->cap ? find(self->slots, self->cap, key) : NULL;
    if (flow && flow->used)
        return flow;
    if (2 * self->num >= self->cap && !grow(self))
        return NULL;
    flow = find(self->slots, self->cap, key);
    *flow = (struct nic_flow){.key = key, .first_message = MSG_NONE, .used = true};
    self->num++;
    return flow;
}

uint64_t nic_flow_key(uint32_t node, uint32_t source_context, uint32_t context,
                      uint32_t traffic_class)
{
    return (uint64_t)node << 32 | traffic_class << 16 | source_context << 8 | context;
}
