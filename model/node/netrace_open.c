// SPDX-License-Identifier: Apache-2.0
#include "model/node/netrace_open.h"

#include <stdlib.h>

void netrace_open_free(struct netrace_open *self)
{
    id_map_free(&self->ids);
    free(self->slots);
    free(self->released);
    free(self->due);
    *self = (struct netrace_open){0};
}

static bool grow(struct netrace_open *self)
{
    enum { LEAST = 256 };
    uint32_t cap = self->cap ? 2 * self->cap : LEAST;
    struct netrace_open_packet *slots = realloc(self->slots, cap * sizeof *slots);
    self->slots = slots ? slots : self->slots;
    uint32_t *released = realloc(self->released, cap * sizeof *released);
    self->released = released ? released : self->released;
    uint32_t *due = realloc(self->due, cap * sizeof *due);
    self->due = due ? due : self->due;
    if (!slots || !released || !due)
        return false;
    self->cap = cap;
    return true;
}

uint32_t netrace_open_add(struct netrace_open *self, const struct netrace_packet *packet,
                          uint64_t start_cycle, uint64_t number)
{
    if (!id_map_reserve(&self->ids, 1) ||
        (!self->num_free && self->num_slots == self->cap && !grow(self)))
        return NETRACE_NO_SLOT;
    uint32_t slot = self->num_free ? self->free : self->num_slots++;
    if (self->num_free) {
        self->num_free--;
        self->free = self->slots[slot].next;
    }
    self->slots[slot] = (struct netrace_open_packet){
        .cycle = packet->cycle - start_cycle,
        .number = number,
        .id = packet->id,
        .next = NETRACE_NO_SLOT,
        .source = packet->source,
        .destination = packet->destination,
        .type = packet->type,
    };
    id_map_put(&self->ids, packet->id, slot);
    return slot;
}

void netrace_open_remove(struct netrace_open *self, uint32_t slot)
{
    id_map_take(&self->ids, self->slots[slot].id);
    self->slots[slot].next = self->free;
    self->free = slot;
    self->num_free++;
}

static bool goes_before(const struct netrace_open_packet *a, const struct netrace_open_packet *b)
{
    if (a->due_cycle != b->due_cycle)
        return a->due_cycle < b->due_cycle;
    return a->source != b->source ? a->source < b->source : a->due_order > b->due_order;
}

void netrace_open_due(struct netrace_open *self, uint32_t slot, uint64_t cycle)
{
    struct netrace_open_packet *packet = &self->slots[slot];
    packet->due_cycle = cycle;
    packet->due_order = self->num_came_due++;
    uint32_t at = self->num_due++;
    for (; at > 0 && goes_before(packet, &self->slots[self->due[(at - 1) / 2]]); at = (at - 1) / 2)
        self->due[at] = self->due[(at - 1) / 2];
    self->due[at] = slot;
}

uint32_t netrace_open_pop(struct netrace_open *self)
{
    uint32_t first = self->due[0];
    uint32_t last = self->due[--self->num_due];
    const struct netrace_open_packet *slots = self->slots;
    uint32_t at = 0;
    for (uint32_t child = 1; child < self->num_due; child = 2 * at + 1) {
        if (child + 1 < self->num_due &&
            goes_before(&slots[self->due[child + 1]], &slots[self->due[child]]))
            child++;
        if (!goes_before(&slots[self->due[child]], &slots[last]))
            break;
        self->due[at] = self->due[child];
        at = child;
    }
    self->due[at] = last;
    return first;
}
