// SPDX-License-Identifier: Apache-2.0
// Who waits for whom, as far as the pins tell.
#include "sim/workbench/scoreboard_state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_WAITING = 24 };

struct phrase {
    char *text;
    size_t size;
    size_t used;
};

__attribute__((format(printf, 2, 3))) static void add(struct phrase *phrase, const char *format,
                                                      ...)
{
    if (phrase->used >= phrase->size)
        return;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(phrase->text + phrase->used, phrase->size - phrase->used, format, args);
    va_end(args);
    phrase->used += n > 0 ? (size_t)n : 0;
}

// Why its receiver lets no such packet leave by a channel, or that it does.
static void add_receiver(const struct scoreboard *self, struct phrase *phrase, uint32_t by,
                         uint32_t room)
{
    const struct score_output *output = &self->outputs[by];
    const char *and = room > 1 ? " for all of it" : "";
    if (self->spec->out.flow == DEVICE_CREDIT)
        add(phrase, output->credits < room ? "has %u credit%s, too few%s" : "has %u credit%s%s",
            output->credits, output->credits == 1 ? "" : "s",
            output->credits < room && room > 1 ? and : "");
    else if (score_flow_blocks(self, by, 1))
        add(phrase, self->spec->out.flow == DEVICE_ON_OFF ? "is off" : "is not ready");
    else
        add(phrase, self->spec->out.flow == DEVICE_ON_OFF ? "is on" : "is ready");
}

// A packet waits for its own next flit. Returns the packet because of which that does not come in.
static uint32_t add_coming(const struct scoreboard *self, struct phrase *phrase, uint32_t packet)
{
    const struct score_packet *own = &self->packets[packet];
    uint32_t before = score_before_at_port(self, own->channel);
    add(phrase, "waits for its own flit %u, which has not come in by %s", own->in,
        score_words_channel(self, own->channel).text);
    if (before != SCORE_NONE)
        add(phrase, " as long as packet %u is there", before);
    return before;
}

// What becomes of a VC that a packet may leave by: those that are alike are told together.
static bool alike(const struct scoreboard *self, uint32_t a, uint32_t b, uint32_t room)
{
    const struct score_output *x = &self->outputs[a];
    const struct score_output *y = &self->outputs[b];
    return x->packet == SCORE_NONE && y->packet == SCORE_NONE && x->credits == y->credits &&
           score_flow_blocks(self, a, room) == score_flow_blocks(self, b, room);
}

// Why a packet that has not begun to leave does not by this port. Returns a packet that holds it.
static uint32_t add_port(const struct scoreboard *self, struct phrase *phrase,
                         const struct score_packet *packet, uint32_t port)
{
    uint32_t num_vcs = self->spec->num_vcs;
    uint32_t room = switching_credits_needed(self->stimulus->mode, packet->flits);
    uint32_t holder = SCORE_NONE;
    uint32_t told = 0; // VCs, a bit each
    for (uint32_t vc = 0; vc < num_vcs; ++vc) {
        uint32_t by = score_channel(self, port, vc);
        uint32_t other = self->outputs[by].packet;
        if (!(packet->vcs >> vc & 1) || told >> vc & 1)
            continue;
        add(phrase, "%s%s", told ? ", or " : "", score_words_channel(self, by).text);
        told |= 1U << vc;
        for (uint32_t next = vc + 1; next < num_vcs; ++next)
            if (packet->vcs >> next & 1 && alike(self, by, score_channel(self, port, next), room)) {
                add(phrase, ", %u", next);
                told |= 1U << next;
            }
        if (other != SCORE_NONE) {
            add(phrase, ", which packet %u from %s holds", other,
                score_words_channel(self, self->packets[other].channel).text);
            holder = holder == SCORE_NONE ? other : holder;
        } else {
            add(phrase, ", which nobody holds and ");
            add_receiver(self, phrase, by, room);
        }
    }
    return holder;
}

static uint32_t add_leaving(const struct scoreboard *self, struct phrase *phrase, uint32_t packet)
{
    const struct score_packet *own = &self->packets[packet];
    if (own->out == own->in)
        return add_coming(self, phrase, packet);
    bool blocked = score_flow_blocks(self, own->by, 1);
    add(phrase, "%s its flit %u by %s, which ", blocked ? "waits with" : "could go on with",
        own->out, score_words_channel(self, own->by).text);
    add_receiver(self, phrase, own->by, 1);
    return SCORE_NONE;
}

uint32_t score_waits_for(const struct scoreboard *self, uint32_t packet, char *text, size_t size)
{
    const struct score_packet *own = &self->packets[packet];
    struct phrase phrase = {text, size, 0};
    uint32_t holder = SCORE_NONE;
    text[0] = 0;
    if (own->out > 0)
        return add_leaving(self, &phrase, packet);
    if (self->stimulus->mode == SWITCHING_STORE_AND_FORWARD && own->in < own->flits)
        return add_coming(self, &phrase, packet);
    const char *separator = "wants ";
    for (uint32_t port = 0; port < self->spec->num_ports; ++port)
        if (own->ports >> port & 1) {
            add(&phrase, "%s", separator);
            uint32_t other = add_port(self, &phrase, own, port);
            holder = holder == SCORE_NONE ? other : holder;
            separator = ", or ";
        }
    return holder;
}

// From a packet on, whom each waits for, until somebody waits for nobody, or a cycle is closed.
static void print_cycle(const struct scoreboard *self, uint32_t packet, FILE *to)
{
    char waits[8];
    uint32_t steps = 0;
    // After as many steps as there are queues it is on the cycle, if there is one.
    for (; packet != SCORE_NONE && steps < self->num_inputs; ++steps)
        packet = score_waits_for(self, packet, waits, sizeof waits);
    if (packet == SCORE_NONE)
        return;
    fprintf(to, "They wait for each other in a cycle: packet %u", packet);
    uint32_t next = packet;
    do {
        next = score_waits_for(self, next, waits, sizeof waits);
        fprintf(to, " waits for packet %u%s", next, next == packet ? "\n" : ", which");
    } while (next != packet);
}

void score_print_waiting(const struct scoreboard *self, FILE *to)
{
    bool network = self->spec->network;
    uint32_t told = 0;
    uint32_t last = SCORE_NONE;
    fprintf(to, "Who waits for whom%s:\n", network ? ", as far as the terminals tell" : "");
    for (uint32_t i = 0; i < self->num_inputs; ++i) {
        uint32_t packet = score_next_of(self, i);
        if (packet == SCORE_NONE)
            continue;
        last = packet;
        if (told++ >= MAX_WAITING)
            continue;
        const struct score_packet *own = &self->packets[packet];
        char waits[400];
        score_waits_for(self, packet, waits, sizeof waits);
        fprintf(to, "  %s: packet %u (%u of %u flits came in, %u left) %s\n",
                score_words_channel(self, i).text, packet, own->in, own->flits, own->out, waits);
    }
    if (told > MAX_WAITING)
        fprintf(to, "  and %u more\n", told - MAX_WAITING);
    if (last != SCORE_NONE)
        print_cycle(self, last, to);
    if (network)
        score_print_network(self, to);
}
