// SPDX-License-Identifier: Apache-2.0
// Slots of one size in an array that grows, named by 32-bit numbers: what is taken is the slot that
// was given back last, or else a new one, so that numbers depend only on what was done.
//
// Bounds: memory is that of the most slots in use at a time, at most twice that; a slot has 4 bytes
// or more, of which the first 4 are the pool's while it is free;
// the others stay what they were.
// Owner: the array is the caller's, from its first pool_take on (NULL before), and freed by free().
#ifndef ORDITO_SIM_POOL_H
#define ORDITO_SIM_POOL_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

// The zero value is a pool without slots.
struct pool {
    uint32_t num;  // slots ever used
    uint32_t cap;  // slots of the array
    uint32_t free; // slot + 1 of the first free one; 0: there is none
};

// Room for more slots: the array, which may have moved. NULL if out of memory; then the array is
// what it was.
void *pool_grow(struct pool *self, void *slots, size_t bytes);

// Takes a slot, of so many bytes, whose number goes to `*slot`; what it holds is undefined. Returns
// the array, which may have moved; NULL as pool_grow.
static inline void *pool_take(struct pool *self, void *slots, size_t bytes, uint32_t *slot)
{
    if (self->free > 0) {
        *slot = self->free - 1;
        memcpy(&self->free, (const char *)slots + *slot * bytes, sizeof self->free);
        return slots;
    }
    if (self->num == self->cap)
        slots = pool_grow(self, slots, bytes);
    if (slots)
        *slot = self->num++;
    return slots;
}

static inline void pool_give(struct pool *self, void *slots, size_t bytes, uint32_t slot)
{
    memcpy((char *)slots + slot * bytes, &self->free, sizeof self->free);
    self->free = slot + 1;
}

#endif
