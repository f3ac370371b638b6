// SPDX-License-Identifier: Apache-2.0
// Waiting while others go: arbiters starve nobody.
//
// A head at the front of its queue is overtaken by each packet that begins to leave by a channel
// that it could have had. It is held up by each that begins to leave by another VC of its port
// while it could have gone; in the middle of a packet, a flit is by flits of other VCs.
#include "sim/workbench/scoreboard_state.h"

#include <stdio.h>

// How many of what may go before it.
struct bound {
    uint64_t most;
    const char *what;
};

static void starved(struct scoreboard *self, uint32_t packet, uint32_t number, struct bound bound,
                    uint32_t by, struct failure *failure)
{
    const struct score_packet *own = &self->packets[packet];
    if (number <= bound.most || !score_flit_alone(self, packet))
        return;
    struct failure what = score_at(self, RULE_STARVATION, false, own->channel, packet, own->out);
    snprintf(what.expected, sizeof what.expected, "at most %llu %s before it",
             (unsigned long long)bound.most, bound.what);
    snprintf(what.actual, sizeof what.actual, "%u %s", number, bound.what);
    failure_set(failure, &what,
                "cycle %llu: flit %u of packet %u, from %s, waits since cycle %llu while others "
                "leave by %s: %u %s went before it, and %llu may%s",
                (unsigned long long)self->cycle, own->out, packet,
                score_words_channel(self, own->channel).text, (unsigned long long)own->waits,
                score_words_channel(self, by).text, number, bound.what,
                (unsigned long long)bound.most,
                self->spec->wait_grants_max ? "" : " (see limits.wait_grants of the map)");
}

static struct bound bound_overtaken(const struct scoreboard *self)
{
    const struct device_spec *spec = self->spec;
    uint64_t most = spec->wait_grants_max ? spec->wait_grants_max
                    : spec->network       ? UINT64_MAX
                                          : (uint64_t)SCOREBOARD_WAIT_GRANTS * self->num_inputs;
    return (struct bound){most, "packets"};
}

// Turns of the VCs for each turn within them, and as many again for what is on its way.
static struct bound bound_held_up(const struct scoreboard *self)
{
    const struct device_spec *spec = self->spec;
    uint64_t most = spec->wait_grants_max ? 2 * (1 + spec->wait_grants_max) * spec->num_vcs
                    : spec->network       ? UINT64_MAX
                                          : (uint64_t)SCOREBOARD_WAIT_GRANTS * self->num_inputs;
    return (struct bound){most, "packets of other VCs"};
}

// True if a head could leave by another channel of this port.
static bool could_go(const struct scoreboard *self, const struct score_packet *own, uint32_t by)
{
    uint32_t port = score_port(self, by);
    uint32_t room = switching_credits_needed(self->stimulus->mode, own->flits);
    for (uint32_t vc = 0; vc < self->spec->num_vcs; ++vc) {
        uint32_t other = score_channel(self, port, vc);
        if (score_leads(self, own, other) && self->outputs[other].packet == SCORE_NONE &&
            !score_flow_blocks(self, other, room))
            return true;
    }
    return false;
}

static void overtaken(struct scoreboard *self, struct score_packet *own)
{
    ++own->passed;
    uint64_t waited = self->cycle - own->waits;
    if (self->measures.wait_grants_max < own->passed)
        self->measures.wait_grants_max = own->passed;
    if (self->measures.wait_cycles_max < waited)
        self->measures.wait_cycles_max = waited;
}

void score_overtake(struct scoreboard *self, uint32_t packet, struct failure *failure)
{
    const struct score_packet *other = &self->packets[packet];
    enum switching mode = self->stimulus->mode;
    for (uint32_t i = 0; i < self->num_inputs; ++i) {
        uint32_t front = self->inputs[i].front;
        if (front == SCORE_NONE || i == other->channel)
            continue;
        struct score_packet *own = &self->packets[front];
        if (own->waits >= self->cycle || !(own->ports >> score_port(self, other->by) & 1))
            continue;
        // A longer one waits for more room, which shorter ones may use up again and again.
        if (switching_buffers_whole_packets(mode) && own->flits > other->flits)
            continue;
        if (switching_waits_for_tail(mode) && own->in < own->flits)
            continue;
        if (score_leads(self, own, other->by)) {
            overtaken(self, own);
            starved(self, front, own->passed, bound_overtaken(self), other->by, failure);
        } else if (could_go(self, own, other->by)) {
            starved(self, front, ++own->held_up, bound_held_up(self), other->by, failure);
        }
    }
}

void score_hold_up(struct scoreboard *self, uint32_t by, struct failure *failure)
{
    const struct device_spec *spec = self->spec;
    // A VC that has begun may well go on to its tail.
    uint64_t turns = 2 * (uint64_t)device_spec_max_flits(spec, self->stimulus->mode);
    struct bound bound = {SCOREBOARD_WAIT_GRANTS * (uint64_t)self->num_inputs +
                              turns * spec->num_vcs,
                          "flits of other VCs"};
    uint32_t port = score_port(self, by);
    for (uint32_t vc = 0; vc < self->spec->num_vcs; ++vc) {
        uint32_t other = score_channel(self, port, vc);
        uint32_t packet = self->outputs[other].packet;
        if (other == by || packet == SCORE_NONE)
            continue;
        struct score_packet *own = &self->packets[packet];
        if (own->out < own->in && !score_flow_blocks(self, other, 1))
            starved(self, packet, ++own->held_up, bound, by, failure);
    }
}
