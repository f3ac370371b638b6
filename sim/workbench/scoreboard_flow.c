// SPDX-License-Identifier: Apache-2.0
// Flow control on both sides: what senders and receivers are told, and who obeys.
#include "sim/workbench/scoreboard_state.h"

#include <stdio.h>
#include <string.h>

static void note_turn(struct scoreboard *self, uint32_t by, bool blocked)
{
    self->turns[self->num_turns++ % SCORE_NUM_TURNS] =
        (struct score_turn){self->cycle, (uint16_t)by, blocked};
}

// More credits went back than flits had come.
static bool credit_too_many(struct scoreboard *self, uint32_t channel, struct failure *failure)
{
    const struct score_input *input = &self->inputs[channel];
    bool leftover = self->num_came == 0 || (input->reset && input->first == SCORE_NONE);
    struct failure what = score_at(self, leftover ? RULE_QUIET : RULE_BACKWARD, false, channel,
                                   FAILURE_NONE, FAILURE_NONE);
    snprintf(what.field, sizeof what.field, "credit");
    snprintf(what.expected, sizeof what.expected, "no credit: none is owed");
    snprintf(what.actual, sizeof what.actual, "a credit");
    struct score_words name = score_words_channel(self, channel);
    if (leftover)
        failure_set(
            failure, &what,
            "cycle %llu: a credit goes back by %s, by which no flit has come in since reset",
            (unsigned long long)self->cycle, name.text);
    else
        failure_set(failure, &what,
                    "cycle %llu: a credit goes back by %s, of which all %u credits are back "
                    "already: the sender now believes that there is more room than there is",
                    (unsigned long long)self->cycle, name.text, self->spec->in.buffer_flits);
    return false;
}

// Credits of the device for its senders.
static bool credits_back(struct scoreboard *self, const struct play_cycle *cycle,
                         struct failure *failure)
{
    uint32_t num_vcs = self->spec->num_vcs;
    for (uint32_t port = 0; port < self->spec->num_ports; ++port)
        for (uint32_t vcs = cycle->out->backward[port]; vcs; vcs &= vcs - 1) {
            uint32_t vc = (uint32_t)__builtin_ctz(vcs);
            if (vc >= num_vcs)
                break;
            uint32_t channel = score_channel(self, port, vc);
            if (self->inputs[channel].owed == 0)
                return credit_too_many(self, channel, failure);
            --self->inputs[channel].owed;
            --self->num_owed;
            self->moved = self->cycle;
        }
    return true;
}

// What receivers tell the device.
static void receivers_tell(struct scoreboard *self, const struct play_cycle *cycle)
{
    enum device_flow flow = self->spec->out.flow;
    uint32_t all = (1U << self->spec->num_vcs) - 1;
    for (uint32_t port = 0; port < self->spec->num_ports; ++port) {
        uint32_t now = cycle->in->backward[port] & all;
        if (flow == DEVICE_CREDIT) {
            for (uint32_t vcs = now; vcs; vcs &= vcs - 1) {
                uint32_t by = score_channel(self, port, (uint32_t)__builtin_ctz(vcs));
                if (self->outputs[by].credits++ == 0)
                    note_turn(self, by, false);
                self->moved = self->cycle;
            }
            continue;
        }
        uint32_t changes = now ^ self->backward[port];
        if (!changes)
            continue;
        self->moved = self->cycle;
        for (uint32_t vcs = changes; vcs; vcs &= vcs - 1) {
            uint32_t vc = (uint32_t)__builtin_ctz(vcs);
            uint32_t by = score_channel(self, port, vc);
            bool on = now >> vc & 1;
            self->outputs[by].off = on ? SCORE_NEVER : self->cycle;
            note_turn(self, by, !on);
        }
        self->backward[port] = (uint16_t)now;
    }
}

bool score_flow_in(struct scoreboard *self, const struct play_cycle *cycle, struct failure *failure)
{
    if (self->spec->in.flow == DEVICE_CREDIT && !credits_back(self, cycle, failure))
        return false;
    receivers_tell(self, cycle);
    return true;
}

static bool odd_encoding(struct scoreboard *self, uint32_t port, const struct device_forward *flit,
                         struct failure *failure)
{
    bool vc = flit->oddities & DEVICE_ODD_VC;
    struct failure what = score_at(self, RULE_ENCODING, true, score_channel(self, port, 0),
                                   FAILURE_NONE, FAILURE_NONE);
    what.vc = FAILURE_NONE;
    snprintf(what.field, sizeof what.field, "%s", vc ? "vc" : "type");
    snprintf(what.expected, sizeof what.expected, "%s",
             vc ? "a VC that exists" : "a type of the map");
    snprintf(what.actual, sizeof what.actual, "bits %0*llx", (int)(self->spec->flit_bits + 3) / 4,
             (unsigned long long)flit->bits[0]);
    failure_set(failure, &what, "cycle %llu: a flit leaves by %s with %s",
                (unsigned long long)self->cycle, self->spec->port_names[port],
                vc ? "a VC that is not encoded as agreed, or does not exist"
                   : "a type that is no code of the map");
    return false;
}

// Ready-valid: a flit that was offered and not taken must be there still.
static bool held_flit(struct scoreboard *self, uint32_t port, const struct device_forward *flit,
                      struct failure *failure)
{
    const struct device_forward *held = &self->held[port];
    bool same = flit->valid && flit->vc == held->vc &&
                memcmp(held->bits, flit->bits, sizeof held->bits) == 0;
    if (same)
        return true;
    struct failure what =
        score_at(self, RULE_HELD, true, score_channel(self, port, held->vc),
                 self->outputs[score_channel(self, port, held->vc)].packet, FAILURE_NONE);
    const char *field =
        flit->valid ? device_map_field(self->map, held->head, held->bits, flit->bits) : "valid";
    snprintf(what.field, sizeof what.field, "%s", field);
    snprintf(what.expected, sizeof what.expected, "the flit of cycle %llu",
             (unsigned long long)(self->cycle - 1));
    snprintf(what.actual, sizeof what.actual, "%s", flit->valid ? "another flit" : "no flit");
    failure_set(failure, &what,
                "cycle %llu: %s was not ready for the flit of the cycle before, and the device %s",
                (unsigned long long)self->cycle, self->spec->port_names[port],
                flit->valid ? "has changed it" : "has withdrawn it");
    return false;
}

static bool has_leave(struct scoreboard *self, uint32_t by, struct failure *failure)
{
    struct score_output *output = &self->outputs[by];
    const struct device_side *side = &self->spec->out;
    bool credit = side->flow == DEVICE_CREDIT;
    if (credit) {
        if (output->credits > 0) {
            if (--output->credits == 0)
                note_turn(self, by, true);
            return true;
        }
    } else if (output->off == SCORE_NEVER || self->cycle - output->off < side->react_cycles) {
        return true;
    }
    struct failure what = score_at(self, RULE_FORWARD, true, by, output->packet, FAILURE_NONE);
    snprintf(what.field, sizeof what.field, "valid");
    snprintf(what.expected, sizeof what.expected, "no flit");
    snprintf(what.actual, sizeof what.actual, "a flit");
    struct score_words name = score_words_channel(self, by);
    if (credit)
        failure_set(failure, &what,
                    "cycle %llu: a flit leaves by %s without a credit: all %u are used up, and "
                    "the buffer behind it overflows",
                    (unsigned long long)self->cycle, name.text, side->buffer_flits);
    else
        failure_set(failure, &what,
                    "cycle %llu: a flit leaves by %s, which has been off since cycle %llu; the "
                    "last may leave %u cycle%s later",
                    (unsigned long long)self->cycle, name.text, (unsigned long long)output->off,
                    side->react_cycles - 1, side->react_cycles == 2 ? "" : "s");
    return false;
}

bool score_flow_out(struct scoreboard *self, const struct play_cycle *cycle, uint32_t port,
                    struct failure *failure)
{
    const struct device_forward *flit = &cycle->out->forward[port];
    const struct device_side *side = &self->spec->out;
    uint64_t bit = (uint64_t)1 << port;
    if (self->offered & bit) {
        if (side->held && !held_flit(self, port, flit, failure))
            return false;
        self->offered &= ~bit;
    }
    if (!flit->valid)
        return true;
    if (flit->oddities || flit->vc >= self->spec->num_vcs)
        return odd_encoding(self, port, flit, failure);
    if (side->flow != DEVICE_READY_VALID)
        return has_leave(self, score_channel(self, port, flit->vc), failure);
    if (!(cycle->given & bit)) {
        self->offered |= bit;
        self->held[port] = *flit;
    }
    return true;
}

bool score_flow_quiet(struct scoreboard *self, const struct play_cycle *cycle,
                      struct failure *failure)
{
    for (uint32_t port = 0; port < self->spec->num_ports; ++port) {
        bool valid = cycle->out->forward[port].valid;
        bool credit = self->spec->in.flow == DEVICE_CREDIT && cycle->out->backward[port];
        if (!valid && !credit)
            continue;
        struct failure what = score_at(self, RULE_QUIET, valid, score_channel(self, port, 0),
                                       FAILURE_NONE, FAILURE_NONE);
        what.vc = FAILURE_NONE;
        snprintf(what.field, sizeof what.field, "%s", valid ? "valid" : "credit");
        snprintf(what.expected, sizeof what.expected, "0");
        snprintf(what.actual, sizeof what.actual, "1");
        failure_set(failure, &what, "%s of %s is high %s reset, before there is any traffic",
                    what.field, self->spec->port_names[port],
                    cycle->phase == DEVICE_RESET ? "during" : "while the device is set up after");
        return false;
    }
    return true;
}

bool score_flow_blocks(const struct scoreboard *self, uint32_t by, uint32_t flits)
{
    const struct score_output *output = &self->outputs[by];
    if (self->spec->out.flow == DEVICE_CREDIT)
        return output->credits < flits;
    if (output->off != SCORE_NEVER)
        return true;
    // A flit that is offered keeps those of other VCs from the wires.
    return self->spec->out.flow == DEVICE_READY_VALID && self->offered >> score_port(self, by) & 1;
}
