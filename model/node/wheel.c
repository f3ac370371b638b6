// SPDX-License-Identifier: Apache-2.0
#include "model/node/wheel.h"

#include <stdlib.h>

bool wheel_make(struct wheel *self, uint32_t num)
{
    *self = (struct wheel){.num = num, .num_words = (num + 63) / 64, .now = UINT64_MAX};
    self->slots = calloc((size_t)WHEEL_SLOTS * self->num_words, sizeof *self->slots);
    self->cycles = calloc(num, sizeof *self->cycles);
    if (!self->slots || !self->cycles)
        return false;
    for (uint32_t member = 0; member < num; member++)
        self->cycles[member] = UINT64_MAX;
    return true;
}

uint64_t wheel_bytes(uint32_t num)
{
    const struct wheel *wheel;
    return WHEEL_SLOTS * ((uint64_t)num + 63) / 64 * sizeof *wheel->slots +
           num * sizeof *wheel->cycles;
}

void wheel_free(struct wheel *self)
{
    free(self->slots);
    free(self->cycles);
    *self = (struct wheel){0};
}

// True if some member of the cycle's slot is due in that very cycle.
static bool is_due(const struct wheel *self, uint64_t cycle)
{
    const uint64_t *slot = wheel_slot(self, cycle);
    for (uint32_t word = 0; word < self->num_words; word++)
        for (uint64_t left = slot[word]; left; left &= left - 1)
            if (self->cycles[word * 64 + (uint32_t)__builtin_ctzll(left)] == cycle)
                return true;
    return false;
}

uint64_t wheel_next(const struct wheel *self, uint64_t cycle)
{
    for (uint64_t next = cycle + 1; next <= cycle + WHEEL_SLOTS; next++)
        if (is_due(self, next))
            return next;
    uint64_t first = UINT64_MAX;
    for (uint32_t member = 0; member < self->num; member++)
        first = self->cycles[member] < first ? self->cycles[member] : first;
    return first;
}
