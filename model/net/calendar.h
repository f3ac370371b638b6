// SPDX-License-Identifier: Apache-2.0
// What a partition of the fabric has put on channels: for each of the next cycles and each
// partition, the flits, credits and answers that arrive there. A push in cycle t for a channel of
// latency L >= 1 is seen in t + L, whatever order the pushes came in; the lists are the channels'
// registers. Nothing is pushed for the current cycle, so whoever gets what arrives in it may take
// and clear it while the owner pushes.
#ifndef ORDITO_MODEL_NET_CALENDAR_H
#define ORDITO_MODEL_NET_CALENDAR_H

#include "model/net/carrier.h"
#include "model/net/router.h"

struct calendar_flit {
    struct carrier_target to;
    struct flit flit;
};

struct calendar_credit {
    struct carrier_target to;
    uint8_t vcs; // credits
    bool ack;    // with nack, an answer to a circuit's probe
    bool nack;
};

struct calendar_day {
    struct calendar_flit *flits;
    struct calendar_credit *credits;
    uint32_t num_flits, cap_flits;
    uint32_t num_credits, cap_credits;
};

struct calendar {
    struct calendar_day *days; // [num_parts * num_days], day of cycle t is t & (num_days - 1)
    uint32_t num_parts;        // to which things go
    uint32_t num_days;         // a power of two, more than the greatest latency
    uint64_t num_pending;      // flits and credits pushed here, less those that the owner took
                               // anywhere; the sum over all calendars is what is on channels
};

bool calendar_make(struct calendar *self, uint32_t max_latency_cycles, uint32_t num_parts,
                   struct err *err);
void calendar_free(struct calendar *self);

// What arrives in `cycle` in a partition.
static inline struct calendar_day *calendar_at(const struct calendar *self, uint32_t part,
                                               uint64_t cycle)
{
    return &self->days[part * self->num_days + (cycle & (self->num_days - 1))];
}

// Empties a day, of any calendar, that the owner of `self` has dealt with.
void calendar_clear(struct calendar *self, struct calendar_day *day);

bool calendar_grow_flits(struct calendar_day *day);
bool calendar_grow_credits(struct calendar_day *day);

// Room for what arrives in `cycle` in a partition, to be filled in; NULL if out of memory.
static inline struct calendar_flit *calendar_add_flit(struct calendar *self, uint32_t part,
                                                      uint64_t cycle)
{
    struct calendar_day *day = calendar_at(self, part, cycle);
    if (day->num_flits == day->cap_flits && !calendar_grow_flits(day))
        return NULL;
    self->num_pending++;
    return &day->flits[day->num_flits++];
}

static inline struct calendar_credit *calendar_add_credit(struct calendar *self, uint32_t part,
                                                          uint64_t cycle)
{
    struct calendar_day *day = calendar_at(self, part, cycle);
    if (day->num_credits == day->cap_credits && !calendar_grow_credits(day))
        return NULL;
    self->num_pending++;
    return &day->credits[day->num_credits++];
}

#endif
