// SPDX-License-Identifier: Apache-2.0
#include "sim/id_map.h"

#include "sim/rng.h"

#include <assert.h>
#include <stdlib.h>

enum { LEAST_SLOTS = 64 };

void id_map_free(struct id_map *self)
{
    free(self->slots);
    *self = (struct id_map){0};
}

// The slot of an id, or the free one that it would take.
static size_t slot_of(const struct id_map *self, uint64_t id)
{
    size_t at = rng_mix(id) & self->mask;
    while (self->slots[at].used && self->slots[at].id != id)
        at = (at + 1) & self->mask;
    return at;
}

bool id_map_reserve(struct id_map *self, size_t num)
{
    size_t num_slots = self->slots ? self->mask + 1 : LEAST_SLOTS;
    while ((self->num + num) * 4 > num_slots * 3)
        num_slots *= 2;
    if (self->slots && num_slots == self->mask + 1)
        return true;
    struct id_map larger = {.mask = num_slots - 1, .num = self->num};
    larger.slots = calloc(num_slots, sizeof *larger.slots);
    if (!larger.slots)
        return false;
    for (size_t i = 0; self->slots && i <= self->mask; i++)
        if (self->slots[i].used)
            larger.slots[slot_of(&larger, self->slots[i].id)] = self->slots[i];
    free(self->slots);
    *self = larger;
    return true;
}

uint32_t *id_map_find(const struct id_map *self, uint64_t id)
{
    if (!self->slots)
        return NULL;
    struct id_map_slot *slot = &self->slots[slot_of(self, id)];
    return slot->used ? &slot->value : NULL;
}

void id_map_put(struct id_map *self, uint64_t id, uint32_t value)
{
    size_t at = slot_of(self, id);
    assert(!self->slots[at].used && (self->num + 1) * 4 <= (self->mask + 1) * 3);
    self->slots[at] = (struct id_map_slot){.id = id, .value = value, .used = true};
    self->num++;
}

// What the id taken out kept from its place moves up.
bool id_map_take(struct id_map *self, uint64_t id)
{
    if (!id_map_find(self, id))
        return false;
    size_t gap = slot_of(self, id);
    self->slots[gap].used = false;
    self->num--;
    for (size_t at = (gap + 1) & self->mask; self->slots[at].used; at = (at + 1) & self->mask) {
        size_t home = rng_mix(self->slots[at].id) & self->mask;
        if (((at - home) & self->mask) < ((at - gap) & self->mask))
            continue;
        self->slots[gap] = self->slots[at];
        self->slots[at].used = false;
        gap = at;
    }
    return true;
}

bool id_map_next(const struct id_map *self, size_t *at, uint64_t *id, uint32_t *value)
{
    size_t num_slots = self->slots ? self->mask + 1 : 0;
    while (*at < num_slots && !self->slots[*at].used)
        ++*at;
    if (*at >= num_slots)
        return false;
    *id = self->slots[*at].id;
    *value = self->slots[(*at)++].value;
    return true;
}
