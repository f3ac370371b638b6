// SPDX-License-Identifier: Apache-2.0
// Less time between what happens.
#include "sim/workbench/shrink_steps.h"

// Calls `visit` with every cycle that a stimulus names.
static void each_cycle(struct stimulus *stimulus, void (*visit)(void *of, uint64_t *cycle),
                       void *of)
{
    for (size_t i = 0; i < stimulus->num_packets; i++)
        visit(of, &stimulus->packets[i].cycle);
    for (size_t i = 0; i < stimulus->num_stalls; i++) {
        visit(of, &stimulus->stalls[i].from_cycle);
        visit(of, &stimulus->stalls[i].to_cycle);
    }
    for (size_t i = 0; i < stimulus->num_pauses; i++) {
        visit(of, &stimulus->pauses[i].from_cycle);
        visit(of, &stimulus->pauses[i].to_cycle);
    }
    for (size_t i = 0; i < stimulus->num_resets; i++)
        visit(of, &stimulus->resets[i]);
}

struct next_cycle {
    uint64_t after;
    uint64_t found; // the least one that is later; UINT64_MAX: none
};

static void visit_next(void *of, uint64_t *cycle)
{
    struct next_cycle *self = of;
    if (*cycle > self->after && *cycle < self->found)
        self->found = *cycle;
}

struct pull {
    uint64_t from, by;
};

static void visit_pull(void *of, uint64_t *cycle)
{
    const struct pull *self = of;
    if (*cycle >= self->from)
        *cycle -= self->by;
}

// Pulls all that is later than a cycle nearer to it, the first of which is at `*from`.
static bool pull_nearer(struct shrinking *self, uint64_t after, uint64_t *from)
{
    bool helped = false;
    for (uint64_t by = *from - after; by && !self->over; by /= 2)
        while (*from - after >= by) {
            struct pull pull = {.from = *from, .by = by};
            struct stimulus *next = shrink_next(self);
            if (!next)
                break;
            each_cycle(next, visit_pull, &pull);
            if (!shrink_keep(self))
                break;
            *from -= by;
            helped = true;
        }
    return helped;
}

// Closes the gaps between the cycles that the stimulus names, the first one first.
bool shrink_earlier(struct shrinking *self)
{
    bool helped = false;
    uint64_t after = 0;
    while (!self->over) {
        struct next_cycle next = {.after = after, .found = UINT64_MAX};
        each_cycle(self->best, visit_next, &next);
        if (next.found == UINT64_MAX)
            break;
        helped |= pull_nearer(self, after, &next.found);
        after = next.found > after ? next.found : after;
    }
    return helped;
}
