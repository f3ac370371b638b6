// SPDX-License-Identifier: Apache-2.0
#include "model/net/calendar.h"

#include <stdlib.h>

enum { FIRST_CAPACITY = 64 };

bool calendar_make(struct calendar *self, uint32_t max_latency_cycles, uint32_t num_parts,
                   struct err *err)
{
    self->num_parts = num_parts;
    self->num_days = 2;
    while (self->num_days <= max_latency_cycles)
        self->num_days *= 2;
    self->days = calloc((size_t)num_parts * self->num_days, sizeof *self->days);
    return self->days || err_set(err, ERR_RUN, "out of memory for channels");
}

void calendar_free(struct calendar *self)
{
    for (uint32_t d = 0; self->days && d < self->num_parts * self->num_days; d++) {
        free(self->days[d].flits);
        free(self->days[d].credits);
    }
    free(self->days);
}

// Makes room for more entries of `size` bytes.
static bool grow(void **entries, uint32_t *cap, size_t size)
{
    uint32_t more = *cap ? *cap * 2 : FIRST_CAPACITY;
    void *grown = realloc(*entries, more * size);
    if (!grown)
        return false;
    *entries = grown;
    *cap = more;
    return true;
}

bool calendar_grow_flits(struct calendar_day *day)
{
    void *flits = day->flits;
    bool grown = grow(&flits, &day->cap_flits, sizeof *day->flits);
    day->flits = flits;
    return grown;
}

bool calendar_grow_credits(struct calendar_day *day)
{
    void *credits = day->credits;
    bool grown = grow(&credits, &day->cap_credits, sizeof *day->credits);
    day->credits = credits;
    return grown;
}

void calendar_clear(struct calendar *self, struct calendar_day *day)
{
    self->num_pending -= (uint64_t)day->num_flits + day->num_credits;
    day->num_flits = 0;
    day->num_credits = 0;
}
