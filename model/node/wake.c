// SPDX-License-Identifier: Apache-2.0
#include "model/node/wake.h"

#include <stdlib.h>

bool wake_make(struct wake *self, uint32_t num_ranks)
{
    *self = (struct wake){.entries = calloc(num_ranks, sizeof *self->entries)};
    return self->entries != NULL;
}

void wake_free(struct wake *self)
{
    free(self->entries);
    *self = (struct wake){0};
}

bool wake_grow(struct wake *self, uint32_t num_ranks)
{
    struct wake_entry *entries = realloc(self->entries, num_ranks * sizeof *entries);
    if (!entries)
        return false;
    self->entries = entries;
    return true;
}

static bool before(struct wake_entry a, struct wake_entry b)
{
    return a.cycle != b.cycle ? a.cycle < b.cycle : a.rank < b.rank;
}

void wake_push(struct wake *self, uint64_t cycle, uint32_t rank)
{
    struct wake_entry entry = {.cycle = cycle, .rank = rank};
    uint32_t at = self->num++;
    while (at > 0 && before(entry, self->entries[(at - 1) / 2])) {
        self->entries[at] = self->entries[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    self->entries[at] = entry;
}

uint32_t wake_pop(struct wake *self)
{
    uint32_t rank = self->entries[0].rank;
    struct wake_entry last = self->entries[--self->num];
    uint32_t at = 0;
    for (uint32_t child = 1; child < self->num; child = 2 * at + 1) {
        if (child + 1 < self->num && before(self->entries[child + 1], self->entries[child]))
            child++;
        if (!before(self->entries[child], last))
            break;
        self->entries[at] = self->entries[child];
        at = child;
    }
    self->entries[at] = last;
    return rank;
}
