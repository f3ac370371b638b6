// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/shrink.h"

#include "sim/host.h"
#include "sim/interrupt.h"
#include "sim/progress.h"
#include "sim/workbench/shrink_steps.h"

#include <inttypes.h>

enum {
    HOPS = 400,
    FOUR_STATE_TRIES = 400 // each runs Icarus
};

struct stimulus *shrink_next(struct shrinking *self)
{
    self->over |= interrupt_pending() || self->result->tries >= self->most_tries;
    if (self->over)
        return NULL;
    stimulus_free(&self->next);
    self->over = !stimulus_copy(&self->next, self->best, self->err);
    return self->over ? NULL : &self->next;
}

static bool is_legal(const struct shrinking *self)
{
    const struct device_spec *spec = self->bench->spec;
    const struct stimulus *next = &self->next;
    uint32_t most_flits = device_spec_max_flits(spec, next->mode);
    for (size_t i = 0; i < next->num_packets; i++) {
        const struct stimulus_packet *packet = &next->packets[i];
        if (packet->flits < spec->min_flits || packet->flits > most_flits ||
            !device_map_route(self->bench->map, next, packet->port, packet->vc, packet->to).ports)
            return false;
    }
    for (size_t i = 1; i < next->num_resets; i++)
        if (next->resets[i] <= next->resets[i - 1])
            return false;
    return true;
}

static bool play_next(struct shrinking *self, struct failure *failure)
{
    // A difference from the reference often shows before the rule that is looked for is broken.
    const struct workbench_try how = {.function_only = self->rule != RULE_EXACT};
    struct play_result played = {0};
    struct four_state_result four_state = {0};
    bool good =
        self->four_state
            ? four_state_play(self->four_state, &self->next, &four_state, failure, self->err)
            : workbench_try(self->bench, &self->next, &how, &played, self->err);
    if (!self->four_state)
        *failure = played.failure;
    return good;
}

bool shrink_keep(struct shrinking *self)
{
    struct failure failure = {0};
    if (!is_legal(self))
        return false;
    self->result->tries++;
    if (!play_next(self, &failure)) {
        self->over = true;
        return false;
    }
    if (!self->bench->asked.quiet)
        progress_show("making a failure small: %" PRIu64 " tries, %zu packets, fails in cycle "
                      "%" PRIu64,
                      self->result->tries, self->best->num_packets, self->result->failure.cycle);
    if (!failure.found || failure.rule != self->rule)
        return false;
    struct stimulus old = *self->best;
    *self->best = self->next;
    self->next = old;
    self->result->failure = failure;
    return true;
}

// What begins after the failure cannot matter to it.
static void cut_end(struct shrinking *self)
{
    uint64_t last = self->result->failure.cycle;
    struct stimulus *next = shrink_next(self);
    if (!next)
        return;
    size_t num = 0;
    for (size_t i = 0; i < next->num_packets; i++)
        if (next->packets[i].cycle <= last)
            next->packets[num++] = next->packets[i];
    next->num_packets = num;
    num = 0;
    for (size_t i = 0; i < next->num_pauses; i++)
        if (next->pauses[i].from_cycle <= last)
            next->pauses[num++] = next->pauses[i];
    next->num_pauses = num;
    num = 0;
    for (size_t i = 0; i < next->num_stalls; i++)
        if (next->stalls[i].from_cycle <= last)
            next->stalls[num++] = next->stalls[i];
    next->num_stalls = num;
    while (next->num_resets && next->resets[next->num_resets - 1] > last)
        next->num_resets--;
    shrink_keep(self);
}

// The run ends with the failure. Only when all else is done: in a run that is cut off, what would
// still have come is missing.
static void cut_run(struct shrinking *self)
{
    uint64_t last = self->result->failure.cycle;
    struct stimulus *next = last < self->best->last_cycle ? shrink_next(self) : NULL;
    if (!next)
        return;
    next->last_cycle = last;
    shrink_keep(self);
}

// Until none of them helps.
static void run_steps(struct shrinking *self)
{
    bool better = true;
    while (better && !self->over) {
        better = false;
        for (size_t i = 0; i < shrink_num_steps && !self->over; i++)
            better |= shrink_steps[i](self);
    }
}

// Where nothing can be left out as things are, it often can if others come a little earlier or
// later. Goes on from the first such stimulus, which has one thing less.
static void run_hops(struct shrinking *self)
{
    struct rng rng = rng_make(self->best->seed, RNG_SHRINK, 0);
    for (uint32_t hop = 0; hop < HOPS && !self->over; hop++) {
        if (!shrink_hop(self, &rng))
            continue;
        run_steps(self);
        hop = 0;
    }
}

static void run_all(struct shrinking *self)
{
    cut_end(self);
    run_steps(self);
    if (!self->four_state) // tries take too long
        run_hops(self);
    self->result->minimal = !self->over;
    cut_run(self);
}

bool shrink(struct workbench *bench, struct stimulus *stimulus, const struct failure *failure,
            uint64_t most_tries, struct shrink_result *result, struct err *err)
{
    *result = (struct shrink_result){.failure = *failure};
    if (failure->rule == RULE_PERFORMANCE)
        return true;
    struct shrinking self = {.bench = bench,
                             .best = stimulus,
                             .rule = failure->rule,
                             .result = result,
                             .most_tries = most_tries,
                             .err = err};
    double start_s = host_now_s();
    if (failure->rule == RULE_KNOWN) {
        self.four_state = four_state_open(bench, err);
        self.over = !self.four_state;
        self.most_tries = most_tries < FOUR_STATE_TRIES ? most_tries : FOUR_STATE_TRIES;
    }
    result->repeated = shrink_next(&self) && shrink_keep(&self);
    if (result->repeated)
        run_all(&self);
    progress_hide();
    stimulus_free(&self.next);
    if (self.four_state)
        four_state_close(self.four_state);
    result->wall_s = host_now_s() - start_s;
    return err->status == ERR_NONE;
}
