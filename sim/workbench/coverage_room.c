// SPDX-License-Identifier: Apache-2.0
// Room in the device and behind it, as flits and backward wires tell.
#include "sim/workbench/coverage_watch.h"

// The device's backward wires: room for what comes.
static void look_at_inputs(struct watch *self, const struct play_cycle *cycle)
{
    const struct device_spec *spec = self->spec;
    bool credit = spec->in.flow == DEVICE_CREDIT;
    uint16_t all = (uint16_t)((1u << spec->num_vcs) - 1);
    for (uint32_t port = 0; port < spec->num_ports; port++) {
        uint16_t backward = cycle->out->backward[port] & all;
        const struct device_forward *flit = &cycle->in->forward[port];
        uint16_t sent = flit->valid ? (uint16_t)(1u << flit->vc) : 0;
        uint32_t look = credit ? backward | sent : ~backward & all;
        if (spec->in.flow == DEVICE_READY_VALID)
            look &= sent;
        for (; look; look &= look - 1) {
            uint32_t vc = (uint32_t)__builtin_ctz(look);
            struct watch_input *input = &self->inputs[port * spec->num_vcs + vc];
            if (credit) {
                bool last = input->credits <= 1 && sent >> vc & 1 && backward >> vc & 1;
                if (last)
                    coverage_hit(&self->bins[COVERAGE_LAST], COVERAGE_IN, port, vc, 0);
                input->credits += (int32_t)(backward >> vc & 1) - (int32_t)(sent >> vc & 1);
                if (input->credits > 0)
                    continue;
            } else if (spec->in.flow == DEVICE_ON_OFF) {
                if (sent >> vc & 1)
                    coverage_hit(&self->bins[COVERAGE_SLACK], port, vc, 0, 0);
                if (input->first == input->next)
                    continue;
            }
            coverage_hit(&self->bins[COVERAGE_BUFFER], port, vc, COVERAGE_FULL, 0);
            input->was_full = true;
        }
    }
}

// Room behind an output VC is used up, or there again.
static void note_room(struct watch *self, uint32_t port, uint32_t vc, bool none)
{
    coverage_hit(&self->bins[COVERAGE_ROOM], port, vc, none ? COVERAGE_USED_UP : COVERAGE_ALL_BACK,
                 0);
    self->outputs[port * self->spec->num_vcs + vc].was_used = none;
}

static void count_credits(struct watch *self, uint32_t port, uint16_t back, uint16_t sent,
                          uint64_t cycle)
{
    for (uint32_t look = back | sent; look; look &= look - 1) {
        uint32_t vc = (uint32_t)__builtin_ctz(look);
        struct watch_output *output = &self->outputs[port * self->spec->num_vcs + vc];
        if (output->credits <= 1 && sent >> vc & 1 && back >> vc & 1)
            coverage_hit(&self->bins[COVERAGE_LAST], COVERAGE_OUT, port, vc, 0);
        output->credits += (int32_t)(back >> vc & 1) - (int32_t)(sent >> vc & 1);
        if (output->credits <= 0) {
            output->room_since = UINT64_MAX;
            note_room(self, port, vc, true);
        } else {
            if (output->room_since == UINT64_MAX)
                output->room_since = cycle;
            if (output->credits == (int32_t)self->spec->out.buffer_flits && output->was_used)
                note_room(self, port, vc, false);
        }
    }
}

static void follow_levels(struct watch *self, uint32_t port, uint16_t level, uint16_t sent,
                          uint64_t cycle)
{
    uint16_t all = (uint16_t)((1u << self->spec->num_vcs) - 1);
    uint32_t changed = (level ^ self->level[port]) & all;
    for (uint32_t look = changed; look; look &= look - 1) {
        uint32_t vc = (uint32_t)__builtin_ctz(look);
        self->outputs[port * self->spec->num_vcs + vc].room_since =
            level >> vc & 1 ? cycle : UINT64_MAX;
    }
    self->level[port] = level;
    for (uint32_t look = ~level & all; look; look &= look - 1) {
        uint32_t vc = (uint32_t)__builtin_ctz(look);
        const struct watch_output *output = &self->outputs[port * self->spec->num_vcs + vc];
        bool waits = self->spec->out.flow == DEVICE_READY_VALID ? sent >> vc & 1
                     : self->max_flits > 1                      ? output->channel.under_way
                                                                : self->inside > 0;
        if (waits)
            note_room(self, port, vc, true);
    }
    for (uint32_t look = level & sent; look; look &= look - 1) {
        uint32_t vc = (uint32_t)__builtin_ctz(look);
        if (self->outputs[port * self->spec->num_vcs + vc].was_used)
            note_room(self, port, vc, false);
    }
}

// Credits that come count from the next cycle on; a level is seen in its own.
static void look_at_outputs(struct watch *self, const struct play_cycle *cycle)
{
    for (uint32_t port = 0; port < self->spec->num_ports; port++) {
        const struct device_forward *flit = &cycle->out->forward[port];
        uint16_t back = cycle->in->backward[port];
        uint16_t sent =
            flit->valid && flit->vc < self->spec->num_vcs ? (uint16_t)(1u << flit->vc) : 0;
        if (self->spec->out.flow == DEVICE_CREDIT)
            count_credits(self, port, back, sent, cycle->cycle);
        else
            follow_levels(self, port, back, sent, cycle->cycle);
    }
}

void watch_room(struct watch *self, const struct play_cycle *cycle)
{
    look_at_inputs(self, cycle);
    look_at_outputs(self, cycle);
}
