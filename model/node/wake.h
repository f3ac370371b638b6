// SPDX-License-Identifier: Apache-2.0
// Who is to be woken when: a binary heap of (cycle, rank), least first, each rank at most once.
//
// Timing: a push or pop takes time with the logarithm of the ranks that are in it.
// Owner: memory is taken by wake_make and wake_grow; wake_free releases it.
#ifndef ORDITO_MODEL_NODE_WAKE_H
#define ORDITO_MODEL_NODE_WAKE_H

#include <stdbool.h>
#include <stdint.h>

struct wake_entry {
    uint64_t cycle;
    uint32_t rank;
};

struct wake {
    struct wake_entry *entries; // [num_ranks]
    uint32_t num;
};

// False if out of memory.
bool wake_make(struct wake *self, uint32_t num_ranks);
void wake_free(struct wake *self);

// Makes room for so many ranks, more than before. False if out of memory; then it is as before.
bool wake_grow(struct wake *self, uint32_t num_ranks);

// Adds a rank that is not in it.
void wake_push(struct wake *self, uint64_t cycle, uint32_t rank);

// Takes the rank that is first, of one or more.
uint32_t wake_pop(struct wake *self);

// The first cycle; UINT64_MAX if it is empty.
static inline uint64_t wake_first(const struct wake *self)
{
    return self->num ? self->entries[0].cycle : UINT64_MAX;
}

#endif
