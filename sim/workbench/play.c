// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/play.h"

#include "sim/interrupt.h"
#include "sim/workbench/play_sides.h"

#include <stdlib.h>

struct player {
    struct device *device;
    const struct device_spec *spec; // of the device's pins
    const struct stimulus *stimulus;
    const struct play_checker *checkers;
    uint32_t num_checkers;
    struct play_senders senders;
    struct play_receivers receivers;
    struct device_pins in, out;
    enum device_phase phase;
    uint64_t step;
    bool begun; // the first reset and setup are over
    uint64_t cycle;
    size_t next_reset;
    struct play_result *result;
};

static void reset(struct player *self)
{
    self->phase = DEVICE_RESET;
    self->step = 0;
    play_senders_reset(&self->senders);
    play_receivers_reset(&self->receivers);
}

// Notes a failure that the device itself complains of.
static void see_fault(struct player *self)
{
    const struct device_ops *ops = self->device->ops;
    const char *fault = ops->fault ? ops->fault(self->device->self) : NULL;
    struct failure what = {.rule = RULE_ASSERTION,
                           .cycle = self->cycle,
                           .port = FAILURE_NONE,
                           .vc = FAILURE_NONE,
                           .packet = FAILURE_NONE,
                           .flit = FAILURE_NONE};
    if (fault)
        failure_set(&self->result->failure, &what, "%s", fault);
}

static void count(struct play_result *result, const struct play_cycle *now)
{
    result->flits_in += (uint64_t)__builtin_popcountll(now->taken);
    result->flits_out += (uint64_t)__builtin_popcountll(now->given);
    for (uint64_t left = now->taken; left; left &= left - 1)
        result->packets_in += now->in->forward[__builtin_ctzll(left)].tail;
}

// A cycle up to its clock edge.
static void settle(struct player *self)
{
    struct play_cycle now = {
        .cycle = self->cycle, .phase = self->phase, .in = &self->in, .out = &self->out};
    device_pins_clear(&self->in, self->spec->num_ports);
    if (self->begun) {
        play_quiet_move(&self->senders.pauses, self->cycle);
        play_quiet_move(&self->receivers.stalls, self->cycle);
    }
    if (self->phase == DEVICE_RUN) {
        play_senders_drive(&self->senders, self->cycle, &self->in);
        play_receivers_drive(&self->receivers, &self->in);
    }
    self->device->ops->settle(self->device->self, self->phase, self->step, &self->in, &self->out);
    play_receivers_mark(&self->receivers, &self->out);
    if (self->phase == DEVICE_RUN) {
        now.taken = play_senders_see(&self->senders, &self->in, &self->out);
        now.given = play_receivers_see(&self->receivers, &self->in, &self->out);
    }
    now.all_sent = !self->senders.left;
    count(self->result, &now);
    see_fault(self);
    for (uint32_t i = 0; i < self->num_checkers; i++)
        self->checkers[i].cycle(self->checkers[i].self, &now, &self->result->failure);
}

// The clock edge, and what the next cycle is for.
static void clock_edge(struct player *self)
{
    self->device->ops->clock(self->device->self);
    self->result->cycles++;
    self->cycle += self->begun;
    self->step++;
    if (self->phase == DEVICE_RESET && self->step == self->spec->reset_cycles) {
        self->phase = DEVICE_SETUP;
        self->step = 0;
    }
    if (self->phase == DEVICE_SETUP && self->step == self->device->setup_cycles) {
        self->phase = DEVICE_RUN;
        self->step = 0;
        self->begun = true;
    }
    const struct stimulus *stimulus = self->stimulus;
    while (self->begun && self->next_reset < stimulus->num_resets &&
           stimulus->resets[self->next_reset] <= self->cycle) {
        self->next_reset++;
        reset(self);
    }
}

static bool done(const struct player *self)
{
    if (self->result->failure.found || interrupt_pending())
        return true;
    if (!self->begun)
        return false;
    bool waits = self->senders.left || self->phase != DEVICE_RUN ||
                 self->next_reset < self->stimulus->num_resets;
    for (uint32_t i = 0; i < self->num_checkers && !waits; i++)
        waits = self->checkers[i].waits && self->checkers[i].waits(self->checkers[i].self);
    return !waits || self->cycle > self->stimulus->last_cycle;
}

bool play(const struct device_map *map, struct device *device, const struct stimulus *stimulus,
          const struct play_checker *checkers, uint32_t num_checkers, struct play_result *result,
          struct err *err)
{
    *result = (struct play_result){0};
    struct player *self = calloc(1, sizeof *self);
    if (!self)
        return err_set(err, ERR_RUN, "out of memory");
    self->device = device;
    self->spec = device->spec ? device->spec : device_map_spec(map);
    self->stimulus = stimulus;
    self->checkers = checkers;
    self->num_checkers = num_checkers;
    self->result = result;
    bool made = play_senders_make(&self->senders, map, self->spec, stimulus);
    made &= play_receivers_make(&self->receivers, self->spec, stimulus);
    bool ok = (made || err_set(err, ERR_RUN, "out of memory")) &&
              device->ops->begin(device->self, stimulus, err);
    if (ok) {
        reset(self);
        do {
            settle(self);
            clock_edge(self);
        } while (!done(self));
        see_fault(self);
        for (uint32_t i = 0; i < num_checkers && !interrupt_pending(); i++)
            if (checkers[i].end)
                checkers[i].end(checkers[i].self, &result->failure);
    }
    play_senders_free(&self->senders);
    play_receivers_free(&self->receivers);
    free(self);
    return ok;
}
