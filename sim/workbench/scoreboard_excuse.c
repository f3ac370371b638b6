// SPDX-License-Identifier: Apache-2.0
// When nothing moves: what the pins excuse a packet by. A receiver that gives no leave, its own
// sender's pause, or a packet before it that is excused. Packets that wait for each other in a
// cycle are not.
#include "sim/workbench/scoreboard_state.h"

#include <string.h>

uint32_t score_next_of(const struct scoreboard *self, uint32_t channel)
{
    uint32_t packet = self->inputs[channel].first;
    while (packet != SCORE_NONE && !score_inside(&self->packets[packet]))
        packet = self->packets[packet].behind;
    return packet;
}

bool score_was_paused(const struct scoreboard *self, uint32_t channel)
{
    uint32_t port = score_port(self, channel);
    uint32_t vc = score_vc(self, channel);
    for (size_t i = 0; i < self->stimulus->num_pauses; ++i) {
        const struct stimulus_quiet *pause = &self->stimulus->pauses[i];
        if (pause->port == port && pause->vcs >> vc & 1 && pause->from_cycle <= self->cycle &&
            (pause->to_cycle >= self->cycle || self->cycle - pause->to_cycle <= self->patience))
            return true;
    }
    return false;
}

uint32_t score_before_at_port(const struct scoreboard *self, uint32_t channel)
{
    const struct device_side *side = &self->spec->in;
    uint32_t port = score_port(self, channel);
    bool refused = side->held && self->refused >> port & 1;
    for (uint32_t vc = 0; vc < self->spec->num_vcs; ++vc) {
        uint32_t other = score_channel(self, port, vc);
        uint32_t packet = score_next_of(self, other);
        if (other != channel && packet != SCORE_NONE &&
            (side->shared || (refused && self->refused_vcs[port] == vc)))
            return packet;
    }
    return SCORE_NONE;
}

// The next flit of a packet has not come in, and that is not the device's doing.
static bool sender_excused(const struct scoreboard *self, const struct score_packet *packet)
{
    uint32_t before = score_before_at_port(self, packet->channel);
    return score_was_paused(self, packet->channel) ||
           (before != SCORE_NONE && self->excused[self->packets[before].channel]);
}

static bool leaving_excused(const struct scoreboard *self, const struct score_packet *packet)
{
    if (packet->out == packet->in)
        return sender_excused(self, packet);
    return score_flow_blocks(self, packet->by, 1);
}

static bool is_excused(const struct scoreboard *self, uint32_t packet)
{
    const struct score_packet *own = &self->packets[packet];
    enum switching mode = self->stimulus->mode;
    if (own->out > 0)
        return leaving_excused(self, own);
    if (mode == SWITCHING_STORE_AND_FORWARD && own->in < own->flits)
        return sender_excused(self, own);
    uint32_t room = switching_credits_needed(mode, own->flits);
    for (uint32_t by = 0; by < self->num_inputs; ++by) {
        if (!score_leads(self, own, by))
            continue;
        uint32_t holder = self->outputs[by].packet;
        if (holder != SCORE_NONE ? leaving_excused(self, &self->packets[holder])
                                 : score_flow_blocks(self, by, room))
            return true;
    }
    return false;
}

// In a network, what one packet waits for, others may wait for inside of it.
static bool any_excused(const struct scoreboard *self)
{
    for (uint32_t i = 0; i < self->num_inputs; ++i)
        for (uint32_t packet = score_next_of(self, i); packet != SCORE_NONE;
             packet = self->packets[packet].behind) {
            const struct score_packet *own = &self->packets[packet];
            if (score_inside(own) &&
                (is_excused(self, packet) || (own->in < own->flits && score_was_paused(self, i))))
                return true;
        }
    return false;
}

bool score_find_excuses(struct scoreboard *self)
{
    memset(self->excused, 0, self->num_inputs * sizeof *self->excused);
    bool any = false;
    for (bool more = true; more;) {
        more = false;
        for (uint32_t i = 0; i < self->num_inputs; ++i) {
            uint32_t packet = score_next_of(self, i);
            if (packet == SCORE_NONE || self->excused[i] || !is_excused(self, packet))
                continue;
            self->excused[i] = true;
            any = more = true;
        }
    }
    if (self->spec->network && any_excused(self))
        memset(self->excused, 1, self->num_inputs * sizeof *self->excused);
    return any;
}
