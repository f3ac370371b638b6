// SPDX-License-Identifier: Apache-2.0
// What to make of it when nothing moves at all.
//
// When nothing has changed on any pin for a while, a packet that the pins do not excuse is stuck or
// lost, which look the same from outside; what the device takes and gives back tells them apart
// (credits that are owed, flits that it refuses).
#include "sim/workbench/scoreboard_state.h"

#include <stdio.h>
#include <string.h>

// A channel by which the device takes nothing, although nothing is in it that came by it.
static uint32_t find_refusing(const struct scoreboard *self, const struct play_cycle *cycle)
{
    const struct device_spec *spec = self->spec;
    for (uint32_t i = 0; i < self->num_inputs; ++i) {
        uint32_t port = score_port(self, i);
        uint32_t vc = score_vc(self, i);
        bool refuses =
            spec->in.flow == DEVICE_READY_VALID
                ? self->refused >> port & 1 && (!spec->in.held || self->refused_vcs[port] == vc)
                : spec->in.flow == DEVICE_ON_OFF && !cycle->all_sent &&
                      !(cycle->out->backward[port] >> vc & 1);
        for (uint32_t v = 0; v < spec->num_vcs && refuses; ++v)
            refuses = score_next_of(self, score_channel(self, port, v)) == SCORE_NONE;
        if (!refuses || score_was_paused(self, i))
            continue;
        for (size_t p = 0; p < self->stimulus->num_packets; ++p)
            if (self->packets[p].channel == i && self->packets[p].in == 0 &&
                self->stimulus->packets[p].cycle + self->patience <= self->cycle)
                return i;
    }
    return SCORE_NONE;
}

// Credits that are owed for flits that have left. Of packets that look alike, it is not known which
// are inside; how many flits are, is.
static bool credits_lost(struct scoreboard *self, struct failure *failure)
{
    uint64_t all_inside = 0;
    uint32_t worst = 0;
    uint32_t worst_inside = 0;
    int64_t most = INT64_MIN;
    if (self->num_owed == 0)
        return false;
    for (uint32_t i = 0; i < self->num_inputs; ++i) {
        uint32_t inside = score_flits_inside(self, i);
        int64_t lost = (int64_t)self->inputs[i].owed - inside;
        all_inside += inside;
        if (lost > most) {
            most = lost;
            worst = i;
            worst_inside = inside;
        }
    }
    if (self->num_owed <= all_inside)
        return false;
    uint32_t owed = self->inputs[worst].owed;
    struct failure what = score_at(self, RULE_CREDITS, false, worst, FAILURE_NONE, FAILURE_NONE);
    snprintf(what.field, sizeof what.field, "credit");
    snprintf(what.expected, sizeof what.expected, "%u owed", worst_inside);
    snprintf(what.actual, sizeof what.actual, "%u owed", owed);
    failure_set(failure, &what,
                "cycle %llu: nothing has moved since cycle %llu, and %u credit%s of %s did not "
                "come back: of the flits that came in by it %u are still in the device",
                (unsigned long long)self->cycle, (unsigned long long)self->moved,
                owed - worst_inside, owed - worst_inside == 1 ? "" : "s",
                score_words_channel(self, worst).text, worst_inside);
    return true;
}

// True if the device shows that flits of this channel are still in it.
static bool keeps(const struct scoreboard *self, uint32_t channel, const struct play_cycle *cycle)
{
    uint32_t port = score_port(self, channel);
    uint32_t vc = score_vc(self, channel);
    switch (self->spec->in.flow) {
    case DEVICE_CREDIT:
        return self->inputs[channel].owed > 0;
    case DEVICE_ON_OFF:
        return !(cycle->out->backward[port] >> vc & 1);
    case DEVICE_READY_VALID:
        break;
    }
    return self->refused >> port & 1 && self->refused_vcs[port] == vc;
}

// True if the pins show that a packet's flits are no longer in the device: others behind it have
// left, or there would be no room for them.
static bool is_lost(const struct scoreboard *self, uint32_t packet)
{
    const struct score_packet *own = &self->packets[packet];
    for (uint32_t i = own->behind; i != SCORE_NONE; i = self->packets[i].behind)
        if (self->packets[i].out == self->packets[i].flits)
            return true;
    if (self->spec->network)
        return false; // they may be anywhere in it
    uint32_t inside = score_flits_inside(self, own->channel);
    if (self->spec->in.flow == DEVICE_CREDIT)
        return inside > self->inputs[own->channel].owed;
    return inside > self->spec->in.buffer_flits + SCORE_PIPELINE_FLITS;
}

static void fail_refusing(struct scoreboard *self, uint32_t channel, struct failure *failure)
{
    struct failure what = score_at(self, RULE_DEADLOCK, false, channel, FAILURE_NONE, FAILURE_NONE);
    snprintf(what.field, sizeof what.field, "%s",
             self->spec->in.flow == DEVICE_ON_OFF ? "on" : "ready");
    snprintf(what.expected, sizeof what.expected, "1");
    snprintf(what.actual, sizeof what.actual, "0");
    failure_set(failure, &what,
                "cycle %llu: the device takes no flit by %s, although nothing that came by this "
                "port is in it; nothing has moved since cycle %llu",
                (unsigned long long)self->cycle, score_words_channel(self, channel).text,
                (unsigned long long)self->moved);
}

// What is known of a packet that does not go on.
enum fate { LOST, STUCK, EITHER };

static void fail_stuck(struct scoreboard *self, uint32_t packet, enum fate fate, bool alone,
                       struct failure *failure)
{
    static const char *const fates[] = {"is lost", "is stuck",
                                        "is stuck or lost (the pins do not tell which)"};
    const struct score_packet *own = &self->packets[packet];
    self->either = fate == EITHER;
    bool lost = fate == LOST || (fate == EITHER && alone && own->out > 0);
    struct failure what = score_at(self, lost ? RULE_DELIVERED : RULE_DEADLOCK, false, own->channel,
                                   packet, own->out);
    char waits[200];
    score_waits_for(self, packet, waits, sizeof waits);
    snprintf(what.expected, sizeof what.expected, "flit %u of packet %u", own->out, packet);
    snprintf(what.actual, sizeof what.actual, "nothing for %llu cycles",
             (unsigned long long)(self->cycle - self->moved));
    failure_set(failure, &what,
                "cycle %llu: nothing has moved since cycle %llu, and flit %u of packet %u, which "
                "came in by %s, %s: it %s",
                (unsigned long long)self->cycle, (unsigned long long)self->moved, own->out, packet,
                score_words_channel(self, own->channel).text, fates[fate], waits);
}

// Of the packets that nothing excuses, that of which most is known.
static bool packets_stuck(struct scoreboard *self, const struct play_cycle *cycle,
                          struct failure *failure)
{
    uint32_t worst = SCORE_NONE;
    enum fate fate = EITHER;
    uint32_t num_stuck = 0;
    bool any_excused = score_find_excuses(self);
    for (uint32_t i = 0; i < self->num_inputs; ++i) {
        uint32_t packet = score_next_of(self, i);
        if (packet == SCORE_NONE || self->excused[i])
            continue;
        // It may be another one that looks like it, and is excused.
        if (any_excused && !score_flit_alone(self, packet))
            continue;
        enum fate own = is_lost(self, packet) ? LOST : keeps(self, i, cycle) ? STUCK : EITHER;
        bool leaving = self->packets[packet].out > 0;
        if (worst == SCORE_NONE || own < fate ||
            (own == fate && leaving && self->packets[worst].out == 0)) {
            worst = packet;
            fate = own;
        }
        ++num_stuck;
    }
    if (worst != SCORE_NONE)
        fail_stuck(self, worst, fate, num_stuck == 1, failure);
    return worst != SCORE_NONE;
}

void score_watch(struct scoreboard *self, const struct play_cycle *cycle, struct failure *failure)
{
    uint64_t still = self->cycle - self->moved;
    if (still == 0 || still % self->patience != 0)
        return;
    if (credits_lost(self, failure))
        return;
    if (!packets_stuck(self, cycle, failure)) {
        uint32_t channel = find_refusing(self, cycle);
        if (channel != SCORE_NONE)
            fail_refusing(self, channel, failure);
    }
    self->standstill = failure->found;
}
