// SPDX-License-Identifier: Apache-2.0
#include "model/net/packet_pool.h"

#include <stdlib.h>

bool packet_pool_grow(struct packet_pool *self)
{
    uint32_t cap = self->cap_slots ? self->cap_slots * 2 : 1024;
    struct packet *slots =
        cap > self->cap_slots && cap < MSG_NONE ? realloc(self->slots, cap * sizeof *slots) : NULL;
    if (!slots)
        return false;
    self->slots = slots;
    self->cap_slots = cap;
    return true;
}

void packet_pool_free(struct packet_pool *self)
{
    free(self->slots);
    *self = (struct packet_pool){0};
}
