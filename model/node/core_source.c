// SPDX-License-Identifier: Apache-2.0
#include "model/node/core_state.h"

// From the end to a cycle in which there is work again.
static void begin_anew(struct core *self, uint64_t cycle)
{
    assert(core_ended(self) && cycle >= self->stats.ended_cycle);
    self->stats.wait_cycles[CORE_WAIT_SOURCE] += cycle - self->stats.ended_cycle;
    self->stats.ended_cycle = MEM_NEVER;
    self->issue_cycle = cycle;
    self->at = self->num = 0;
}

void core_tell_wait(const struct core *self, uint64_t cycle)
{
    struct activity wait = {.kind = ACTIVITY_CORE_WAIT,
                            .idx = self->number,
                            .begin_cycle = self->wait_since_cycle,
                            .end_cycle = cycle,
                            .name = core_wait_names[self->wait],
                            .rank = ACTIVITY_NO_RANK};
    activity_tell(&self->activity, &wait);
}

void core_start(struct core *self, struct core_source *source, uint64_t cycle)
{
    begin_anew(self, cycle);
    self->source = source;
    core_find_next(self);
}

void core_wake(struct core *self, uint64_t cycle)
{
    if (core_waits_for(self, CORE_WAIT_SOURCE))
        core_resume(self, cycle);
    core_find_next(self);
}

// --- interrupts ---------------------------------------------------------------------------------

bool core_interrupt(struct core *self, struct core_source *handler, uint64_t cycle)
{
    if (self->handler)
        return false;
    self->handler = handler;
    self->interrupted.compute_cycles = 0;
    bool computes = core_is_between(self) && self->issue_cycle != MEM_NEVER && self->at > 0 &&
                    self->ops[self->at - 1].kind == CORE_COMPUTE;
    if (core_ended(self)) {
        begin_anew(self, cycle);
    } else if (core_waits_for(self, CORE_WAIT_SOURCE)) {
        core_resume(self, cycle);
    } else if (computes && self->issue_cycle > cycle) {
        self->interrupted.compute_cycles = self->issue_cycle - cycle;
        self->stats.compute_cycles -= self->issue_cycle - cycle;
        self->issue_cycle = cycle;
    }
    core_find_next(self);
    return true;
}

static void enter_handler(struct core *self)
{
    self->stats.interrupts++;
    self->interrupted.source = self->source;
    self->interrupted.ops = self->ops;
    self->interrupted.at = self->at;
    self->interrupted.num = self->num;
    self->source = self->handler;
    self->at = self->num = 0;
    self->handling = true;
}

static void leave_handler(struct core *self)
{
    const struct core_place *place = &self->interrupted;
    self->source = place->source;
    self->ops = place->ops;
    self->at = place->at;
    self->num = place->num;
    self->issue_cycle += place->compute_cycles;
    self->stats.compute_cycles += place->compute_cycles;
    self->handler = NULL;
    self->handling = false;
}

uint64_t core_cut(struct core *self)
{
    uint64_t left_cycles = self->interrupted.compute_cycles;
    self->interrupted.compute_cycles = 0;
    return left_cycles;
}

// --- batches ------------------------------------------------------------------------------------

// The source has no more operations, ever.
static void end_source(struct core *self)
{
    bool goes_on = self->handling && self->interrupted.source;
    if (!goes_on && !core_all_is_done(self)) {
        core_wait_for(self, CORE_WAIT_FENCE);
        return;
    }
    if (self->handling)
        leave_handler(self);
    else
        self->source = NULL;
    if (goes_on)
        return;
    self->stats.ended_cycle = self->issue_cycle;
    self->issue_cycle = MEM_NEVER;
}

bool core_find_operation(struct core *self)
{
    if (core_is_interrupted(self) && core_is_between(self))
        enter_handler(self);
    if (self->at < self->num)
        return true;
    self->at = 0;
    self->num = self->source->next(self->source, self->issue_cycle, &self->ops);
    if (!self->num && self->source->ended)
        end_source(self);
    else if (!self->num)
        core_wait_for(self, CORE_WAIT_SOURCE);
    return false;
}
