// SPDX-License-Identifier: Apache-2.0
#include "model/net/calendar.h"

#include <stdlib.h>

enum { FIRST_CAPACITY = 64 };

bool calendar_make(struct calendar *self, uint32_t max_latency_cycles, struct err *err)
{
    self->num_pending = 0;
    self->num_days = 2;
    while (self->num_days <= max_latency_cycles)
        self->num_days *= 2;
    self->days = calloc(self->num_days, sizeof *self->days);
    return self->days || err_set(err, ERR_RUN, "out of memory for channels");
}

void calendar_free(struct calendar *self)
{
    for (uint32_t d = 0; self->days && d < self->num_days; d++) {
        free(self->days[d].flits);
        free(self->days[d].credits);
    }
    free(self->days);
}

// The entries with room for one more of `size` bytes, or NULL if out of memory.
static void *reserve(void *entries, uint32_t num, uint32_t *cap, size_t size)
{
    if (num < *cap)
        return entries;
    uint32_t more = *cap ? *cap * 2 : FIRST_CAPACITY;
    void *grown = realloc(entries, more * size);
    if (grown)
        *cap = more;
    return grown;
}

bool calendar_push_flit(struct calendar *self, uint64_t cycle, struct calendar_flit flit)
{
    struct calendar_day *day = calendar_at(self, cycle);
    struct calendar_flit *flits = reserve(day->flits, day->num_flits, &day->cap_flits, sizeof flit);
    if (!flits)
        return false;
    day->flits = flits;
    day->flits[day->num_flits++] = flit;
    self->num_pending++;
    return true;
}

bool calendar_push_credit(struct calendar *self, uint64_t cycle, struct calendar_credit credit)
{
    struct calendar_day *day = calendar_at(self, cycle);
    struct calendar_credit *credits =
        reserve(day->credits, day->num_credits, &day->cap_credits, sizeof credit);
    if (!credits)
        return false;
    day->credits = credits;
    day->credits[day->num_credits++] = credit;
    self->num_pending++;
    return true;
}

void calendar_clear(struct calendar *self, struct calendar_day *day)
{
    self->num_pending -= (uint64_t)day->num_flits + day->num_credits;
    day->num_flits = 0;
    day->num_credits = 0;
}
