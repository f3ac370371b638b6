// SPDX-License-Identifier: Apache-2.0
// A flit has left that nothing explains. What it most likely is, is told by where else its bits
// were seen; where it shows that another flit is missing, what leaves next tells whether that one
// is late or lost.
#include "sim/workbench/scoreboard_state.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NEAR_BITS = 2, FEW_BITS = 12 };

// A flit of a packet; `packet` SCORE_NONE: none.
struct spot {
    uint32_t packet;
    uint32_t flit;
};

// The flits that have the bits of the one that left, by what they would make of it.
struct sights {
    struct spot later;     // of the packet that is leaving by this channel
    struct spot again;     // of it, and left before
    struct spot head;      // of a packet that may leave here, and has not begun to
    struct spot stray;     // likewise, but it may not leave here
    struct spot next;      // the next of a packet that is leaving elsewhere
    struct spot body;      // not a head, of a packet that has not begun to leave
    struct spot delivered; // left before, of another packet; the last
    struct spot gone;      // came before the last reset
};

static void see(struct spot *spot, uint32_t packet, uint32_t flit)
{
    if (spot->packet == SCORE_NONE)
        *spot = (struct spot){packet, flit};
}

static void see_flit(const struct scoreboard *self, struct sights *sights, uint32_t by,
                     uint32_t packet, uint32_t flit)
{
    const struct score_packet *own = &self->packets[packet];
    uint32_t leaving = self->outputs[by].packet;
    if (own->gone) {
        see(&sights->gone, packet, flit);
    } else if (flit < own->out) {
        if (packet == leaving)
            sights->again = (struct spot){packet, flit};
        else if (sights->delivered.packet == SCORE_NONE ||
                 self->left[own->first + flit] >
                     self->left[self->packets[sights->delivered.packet].first +
                                sights->delivered.flit])
            sights->delivered = (struct spot){packet, flit};
    } else if (packet == leaving) {
        if (flit > own->out)
            see(&sights->later, packet, flit);
    } else if (own->out > 0) {
        if (flit == own->out)
            see(&sights->next, packet, flit);
    } else if (flit == 0) {
        see(score_leads(self, own, by) ? &sights->head : &sights->stray, packet, flit);
    } else {
        see(&sights->body, packet, flit);
    }
}

static struct sights look(const struct scoreboard *self, uint32_t by, const uint64_t *bits)
{
    struct spot none = {SCORE_NONE, 0};
    struct sights sights = {none, none, none, none, none, none, none, none};
    for (uint32_t i = 0; i < self->stimulus->num_packets; ++i)
        for (uint32_t flit = 0; flit < self->packets[i].in; ++flit)
            if (score_same_bits(self, i, flit, bits))
                see_flit(self, &sights, by, i, flit);
    return sights;
}

static uint32_t distance(const struct scoreboard *self, struct spot spot, const uint64_t *bits)
{
    const uint64_t *own = score_bits(self, spot.packet, spot.flit);
    const uint64_t *kept = self->kept[spot.flit == 0];
    uint32_t differ = 0;
    for (uint32_t w = 0; w < self->num_words; ++w)
        differ += (uint32_t)__builtin_popcountll((bits[w] & kept[w]) ^ own[w]);
    return differ;
}

// The flit that should have left here, which is the nearest to what did; and how near.
static struct spot nearest(const struct scoreboard *self, uint32_t by, const uint64_t *bits,
                           uint32_t *bits_off)
{
    struct spot best = {SCORE_NONE, 0};
    *bits_off = UINT32_MAX;
    uint32_t leaving = self->outputs[by].packet;
    if (leaving != SCORE_NONE) {
        const struct score_packet *own = &self->packets[leaving];
        if (own->out < own->in) {
            best = (struct spot){leaving, own->out};
            *bits_off = distance(self, best, bits);
        }
        return best;
    }
    for (uint32_t i = 0; i < self->stimulus->num_packets; ++i) {
        const struct score_packet *own = &self->packets[i];
        if (own->in == 0 || own->out > 0 || own->gone || !score_leads(self, own, by))
            continue;
        struct spot head = {i, 0};
        uint32_t off = distance(self, head, bits);
        if (off < *bits_off) {
            *bits_off = off;
            best = head;
        }
    }
    return best;
}

static void hex(const struct scoreboard *self, const uint64_t *bits, char *text, size_t size)
{
    size_t used = 0;
    for (uint32_t w = self->num_words; w-- > 0 && used < size;)
        used += (size_t)snprintf(
            text + used, size - used, "%0*llx",
            w == self->num_words - 1 ? (int)((self->spec->flit_bits - 64 * w + 3) / 4) : 16,
            (unsigned long long)bits[w]);
}

// What is wrong with a flit that left, which is `spot` or should have been.
static struct failure wrong(const struct scoreboard *self, enum failure_rule rule, uint32_t by,
                            struct spot spot, const char *field, const char *expected)
{
    struct failure what = score_at(self, rule, true, by, spot.packet,
                                   spot.packet == SCORE_NONE ? FAILURE_NONE : spot.flit);
    snprintf(what.field, sizeof what.field, "%s", field);
    snprintf(what.expected, sizeof what.expected, "%s", expected);
    if (spot.packet != SCORE_NONE)
        snprintf(what.actual, sizeof what.actual, "flit %u of packet %u", spot.flit, spot.packet);
    return what;
}

static void corrupted(struct scoreboard *self, uint32_t by, struct spot spot,
                      const uint64_t *actual, struct failure *failure)
{
    uint64_t bits[DEVICE_FLIT_WORDS] = {0};
    uint64_t expected[DEVICE_FLIT_WORDS] = {0};
    const uint64_t *own = score_bits(self, spot.packet, spot.flit);
    const uint64_t *kept = self->kept[spot.flit == 0];
    for (uint32_t w = 0; w < self->num_words; ++w) {
        bits[w] = actual[w] & kept[w];
        expected[w] = own[w];
    }
    const char *field = device_map_field(self->map, spot.flit == 0, expected, bits);
    struct failure what = wrong(self, RULE_INTACT, by, spot, field, "");
    hex(self, expected, what.expected, sizeof what.expected);
    hex(self, bits, what.actual, sizeof what.actual);
    uint32_t off = distance(self, spot, actual);
    failure_set(failure, &what,
                "cycle %llu: flit %u of packet %u leaves by %s with %u bit%s changed, the first in "
                "its %s",
                (unsigned long long)self->cycle, spot.flit, spot.packet,
                score_words_channel(self, by).text, off, off == 1 ? "" : "s", field);
}

// A flit of a packet is missing: what it is if it never comes.
static void missing(struct scoreboard *self, uint32_t by, struct spot spot, struct failure *failure)
{
    const struct score_packet *own = &self->packets[spot.packet];
    struct failure what = wrong(self, RULE_DELIVERED, by, spot, "valid", "");
    snprintf(what.expected, sizeof what.expected, "flit %u of packet %u", spot.flit, spot.packet);
    snprintf(what.actual, sizeof what.actual, "a later flit");
    failure_set(failure, &what,
                "cycle %llu: flit %u%s of packet %u, which came in by %s in cycle %llu, does not "
                "leave by %s before a later one does, nor after it",
                (unsigned long long)self->cycle, spot.flit,
                spot.flit + 1 == own->flits ? ", its tail," : "", spot.packet,
                score_words_channel(self, own->channel).text,
                (unsigned long long)self->came[own->first + spot.flit],
                score_words_channel(self, by).text);
}

// What comes is told by what leaves next.
static void doubt(struct scoreboard *self, uint32_t by, struct spot spot)
{
    uint64_t wait = SCORE_LINGER_CYCLES + 4U * self->packets[spot.packet].flits;
    self->doubt.active = true;
    self->doubt.packet = spot.packet;
    self->doubt.flit = spot.flit;
    self->doubt.until = self->cycle + (wait < self->patience ? wait : self->patience);
    self->doubt.lost.found = false;
    missing(self, by, spot, &self->doubt.lost);
}

__attribute__((format(printf, 3, 4))) static void
late(struct scoreboard *self, const struct failure *what, const char *format, ...)
{
    self->doubt.late = *what;
    self->doubt.late.found = true;
    va_list args;
    va_start(args, format);
    vsnprintf(self->doubt.late.text, sizeof self->doubt.late.text, format, args);
    va_end(args);
}

bool score_doubt_flit(struct scoreboard *self, uint32_t port, const struct device_forward *flit,
                      struct failure *failure)
{
    (void)port;
    if (!flit->valid || !score_same_bits(self, self->doubt.packet, self->doubt.flit, flit->bits))
        return false;
    failure_set(failure, &self->doubt.late, "%s", self->doubt.late.text);
    self->doubt.active = false;
    return true;
}

void score_doubt_end(struct scoreboard *self, struct failure *failure)
{
    if (self->doubt.active)
        failure_set(failure, &self->doubt.lost, "%s", self->doubt.lost.text);
    self->doubt.active = false;
}

// It is a flit of a packet whose head left elsewhere, or must leave elsewhere.
static void astray(struct scoreboard *self, uint32_t by, struct spot spot, struct failure *failure)
{
    const struct score_packet *own = &self->packets[spot.packet];
    uint32_t port = score_port(self, by);
    struct score_words name = score_words_channel(self, by);
    unsigned long long cycle = self->cycle;
    char to[80];
    device_map_address(self->map, self->stimulus->packets[spot.packet].to, to, sizeof to);
    uint32_t leaving = self->outputs[by].packet;
    if (spot.flit == 0) {
        bool vc = own->ports >> port & 1;
        struct failure what =
            wrong(self, vc ? RULE_VC : RULE_ROUTE, by, spot, vc ? "vc" : "valid", "");
        score_words_ways(self, own, what.expected, sizeof what.expected);
        failure_set(failure, &what,
                    vc ? "cycle %llu: packet %u to %s leaves by %s, a VC that it may not use"
                       : "cycle %llu: packet %u to %s leaves by %s, which does not lead there",
                    cycle, spot.packet, to, name.text);
    } else if (score_port(self, own->by) != port) {
        struct failure what = wrong(self, RULE_ROUTE, by, spot, "valid", "the port of its head");
        failure_set(failure, &what,
                    "cycle %llu: flit %u of packet %u leaves by %s, but its head left by %s", cycle,
                    spot.flit, spot.packet, name.text, score_words_channel(self, own->by).text);
    } else if (leaving != SCORE_NONE) {
        struct failure what = wrong(self, RULE_INTERLEAVE, by, spot, "vc", "");
        snprintf(what.expected, sizeof what.expected, "flit %u of packet %u",
                 self->packets[leaving].out, leaving);
        failure_set(failure, &what,
                    "cycle %llu: flit %u of packet %u leaves by %s, within packet %u, of which %u "
                    "of %u flits have left; its own head left by %s",
                    cycle, spot.flit, spot.packet, name.text, leaving, self->packets[leaving].out,
                    self->packets[leaving].flits, score_words_channel(self, own->by).text);
    } else {
        struct failure what = wrong(self, RULE_VC, by, spot, "vc", "the VC of its head");
        failure_set(failure, &what,
                    "cycle %llu: flit %u of packet %u leaves by %s, but its head left by %s", cycle,
                    spot.flit, spot.packet, name.text, score_words_channel(self, own->by).text);
    }
}

// It has left already, or came before a reset, or never.
static void surplus(struct scoreboard *self, uint32_t by, const uint64_t *bits,
                    const struct sights *sights, struct failure *failure)
{
    struct spot spot = sights->again.packet != SCORE_NONE ? sights->again : sights->delivered;
    struct score_words name = score_words_channel(self, by);
    unsigned long long cycle = self->cycle;
    bool old = sights->gone.packet != SCORE_NONE && (spot.packet == SCORE_NONE || !self->num_came);
    if (old || !self->num_came) {
        struct failure what = wrong(self, RULE_QUIET, by, sights->gone, "valid", "no flit");
        if (old)
            failure_set(failure, &what,
                        "cycle %llu: flit %u of packet %u leaves by %s, which came in before the "
                        "reset",
                        cycle, sights->gone.flit, sights->gone.packet, name.text);
        else
            failure_set(failure, &what,
                        "cycle %llu: a flit leaves by %s, though none has come in since reset",
                        cycle, name.text);
        return;
    }
    struct failure what = wrong(self, RULE_ONCE, by, spot, "valid", "no flit");
    hex(self, bits, what.actual, sizeof what.actual);
    if (spot.packet != SCORE_NONE)
        failure_set(
            failure, &what,
            "cycle %llu: flit %u of packet %u leaves by %s again; it left in cycle %llu already",
            cycle, spot.flit, spot.packet, name.text,
            (unsigned long long)self->left[self->packets[spot.packet].first + spot.flit]);
    else
        failure_set(failure, &what,
                    "cycle %llu: a flit leaves by %s that is like none that came in", cycle,
                    name.text);
}

// A packet is leaving by this channel, and this is not its next flit.
static bool within(struct scoreboard *self, uint32_t by, const struct sights *sights,
                   struct failure *failure)
{
    uint32_t packet = self->outputs[by].packet;
    const struct score_packet *own = &self->packets[packet];
    struct spot due = {packet, own->out};
    char expected[48];
    snprintf(expected, sizeof expected, "flit %u of packet %u", due.flit, due.packet);
    struct score_words name = score_words_channel(self, by);
    if (sights->later.packet != SCORE_NONE) {
        struct failure what = wrong(self, RULE_ORDER, by, sights->later, "valid", expected);
        late(self, &what, "cycle %llu: flit %u of packet %u leaves by %s before flit %u",
             (unsigned long long)self->cycle, sights->later.flit, packet, name.text, due.flit);
        doubt(self, by, due);
        return true;
    }
    if (sights->head.packet == SCORE_NONE)
        return false;
    struct failure what = wrong(self, RULE_INTERLEAVE, by, sights->head, "vc", expected);
    late(self, &what,
         "cycle %llu: packet %u begins to leave by %s within packet %u, of which %u of %u flits "
         "have left",
         (unsigned long long)self->cycle, sights->head.packet, name.text, packet, own->out,
         own->flits);
    if (own->in == own->out) {
        failure_set(failure, &self->doubt.late, "%s", self->doubt.late.text);
        return true;
    }
    doubt(self, by, due);
    // Behind it in the same queue: what is missing will not come.
    if (self->packets[sights->head.packet].channel == own->channel)
        score_doubt_end(self, failure);
    return true;
}

// A flit of a packet whose head has not left.
static void headless(struct scoreboard *self, uint32_t by, struct spot spot)
{
    struct spot head = {spot.packet, 0};
    bool leads = score_leads(self, &self->packets[spot.packet], by);
    struct failure what = wrong(self, leads ? RULE_ORDER : RULE_ROUTE, by, spot, "valid", "");
    snprintf(what.expected, sizeof what.expected, "the head of packet %u", spot.packet);
    late(self, &what, "cycle %llu: flit %u of packet %u leaves by %s before its head%s",
         (unsigned long long)self->cycle, spot.flit, spot.packet,
         score_words_channel(self, by).text, leads ? "" : ", and it does not lead there");
    doubt(self, by, head);
}

void score_doubt_order(struct scoreboard *self, uint32_t packet, uint32_t before)
{
    const struct score_packet *own = &self->packets[packet];
    struct failure what = score_at(self, RULE_FLOW_ORDER, true, own->by, packet, 0);
    snprintf(what.expected, sizeof what.expected, "packet %u", before);
    snprintf(what.actual, sizeof what.actual, "packet %u", packet);
    late(self, &what,
         "cycle %llu: packet %u leaves by %s before packet %u, which came in earlier by %s and "
         "goes to the same destination",
         (unsigned long long)self->cycle, packet, score_words_channel(self, own->by).text, before,
         score_words_channel(self, own->channel).text);
    struct spot head = {before, 0};
    doubt(self, own->by, head);
}

void score_blame(struct scoreboard *self, uint32_t port, const struct device_forward *flit,
                 struct failure *failure)
{
    uint32_t by = score_channel(self, port, flit->vc);
    struct sights sights = look(self, by, flit->bits);
    uint32_t off;
    struct spot near = nearest(self, by, flit->bits, &off);
    bool leaving = self->outputs[by].packet != SCORE_NONE;
    bool just = leaving && sights.again.packet != SCORE_NONE &&
                sights.again.flit + 1 == self->packets[sights.again.packet].out;
    // With few bits to tell flits apart, a bit that is wrong makes one like another.
    bool alike = device_map_free_bits(self->map) < FEW_BITS;
    if (leaving && within(self, by, &sights, failure))
        return;
    self->near = just || off <= NEAR_BITS;
    if (just) {
        surplus(self, by, flit->bits, &sights, failure);
    } else if (!leaving && sights.stray.packet != SCORE_NONE) {
        astray(self, by, sights.stray, failure);
    } else if (alike && off <= NEAR_BITS) {
        corrupted(self, by, near, flit->bits, failure);
    } else if (sights.next.packet != SCORE_NONE) {
        astray(self, by, sights.next, failure);
    } else if (sights.stray.packet != SCORE_NONE) {
        astray(self, by, sights.stray, failure);
    } else if (!leaving && sights.body.packet != SCORE_NONE) {
        headless(self, by, sights.body);
    } else if (sights.again.packet != SCORE_NONE || sights.delivered.packet != SCORE_NONE ||
               sights.gone.packet != SCORE_NONE) {
        surplus(self, by, flit->bits, &sights, failure);
    } else if (near.packet != SCORE_NONE && (leaving || off <= self->spec->flit_bits / 4)) {
        corrupted(self, by, near, flit->bits, failure);
    } else {
        surplus(self, by, flit->bits, &sights, failure);
    }
}
