// SPDX-License-Identifier: Apache-2.0
// The packets that are alive: slots named by a 32-bit handle, reused in the order in which they
// were freed last, so that handles depend only on what was simulated.
#ifndef ORDITO_MODEL_NET_PACKET_POOL_H
#define ORDITO_MODEL_NET_PACKET_POOL_H

#include "model/msg.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>

// Zero-initialise; packet_pool_free releases. Pointers into `slots` last until the next
// packet_pool_take.
struct packet_pool {
    struct packet *slots;
    uint32_t num_slots; // ever used
    uint32_t cap_slots;
    uint32_t first_free; // handle + 1, 0 if there is none
    uint64_t next_serial;
    uint64_t num_given; // back, of those with lower serial numbers
};

void packet_pool_free(struct packet_pool *self);

// Makes room for more slots. False if out of memory.
bool packet_pool_grow(struct packet_pool *self);

// A slot for a new packet, to be filled in, or MSG_NONE if out of memory. Its serial number is
// `*serial`.
static inline uint32_t packet_pool_take(struct packet_pool *self, uint64_t *serial)
{
    uint32_t handle = self->num_slots;
    if (self->first_free > 0) {
        handle = self->first_free - 1;
        self->first_free = self->slots[handle].next;
    } else {
        if (handle == self->cap_slots && !packet_pool_grow(self))
            return MSG_NONE;
        self->num_slots++;
    }
    *serial = self->next_serial++;
    return handle;
}

static inline void packet_pool_give(struct packet_pool *self, uint32_t handle)
{
    struct packet *packet = &self->slots[handle];
    assert(packet->flits > 0);
    packet->flits = 0; // marks it as free
    packet->next = self->first_free;
    self->first_free = handle + 1;
    self->num_given++;
}

static inline uint64_t packet_pool_num_live(const struct packet_pool *self)
{
    return self->next_serial - self->num_given;
}

// The live packet of a handle, or NULL if there is none.
static inline struct packet *packet_pool_at(const struct packet_pool *self, uint32_t handle)
{
    if (handle >= self->num_slots || self->slots[handle].flits == 0)
        return NULL;
    return &self->slots[handle];
}

#endif
