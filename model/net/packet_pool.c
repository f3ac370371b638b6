// SPDX-License-Identifier: Apache-2.0
#include "model/net/packet_pool.h"

#include <assert.h>
#include <stdlib.h>

uint32_t packet_pool_take(struct packet_pool *self)
{
    uint32_t handle;
    if (self->first_free > 0) {
        handle = self->first_free - 1;
        self->first_free = self->slots[handle].next;
    } else {
        if (self->num_slots == self->cap_slots) {
            uint32_t cap = self->cap_slots ? self->cap_slots * 2 : 1024;
            struct packet *slots = cap > self->cap_slots && cap < MSG_NONE
                                       ? realloc(self->slots, cap * sizeof *slots)
                                       : NULL;
            if (!slots)
                return MSG_NONE;
            self->slots = slots;
            self->cap_slots = cap;
        }
        handle = self->num_slots++;
    }
    self->slots[handle] = (struct packet){.serial = self->next_serial++, .next = MSG_NONE};
    self->num_live++;
    return handle;
}

void packet_pool_give(struct packet_pool *self, uint32_t handle)
{
    assert(self->slots[handle].flits > 0);
    self->slots[handle].flits = 0; // marks it as free
    self->slots[handle].next = self->first_free;
    self->first_free = handle + 1;
    self->num_live--;
}

void packet_pool_free(struct packet_pool *self)
{
    free(self->slots);
    *self = (struct packet_pool){0};
}
