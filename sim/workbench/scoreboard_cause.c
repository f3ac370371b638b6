// SPDX-License-Identifier: Apache-2.0
// The cause behind a failure: a buffer that took in what it had no room for shows itself in many
// ways later, as what was in it is lost, or comes out as something else.
//
// Pins do not tell how full a buffer is, but how many flits of a channel are in the device. A flit
// was too much if the buffer's room was used up when it came, and there were more before it than
// before any that got through well. A right device holds no more than its buffer and what is behind
// it, whenever that fills.
#include "sim/workbench/scoreboard_state.h"

#include <stdio.h>
#include <stdlib.h>

enum { MAX_FLITS = 1024 }; // of a channel that are looked at, the last ones

struct passage {
    uint64_t came;
    uint64_t gone; // it has left, or one behind it has
    bool left;     // it has
    uint32_t packet;
    uint32_t flit;
    uint32_t index; // among those of its channel
};

static uint32_t index_of(const struct scoreboard *self, uint32_t packet, uint32_t flit)
{
    uint32_t index = flit;
    if (packet >= self->stimulus->num_packets)
        return 0;
    uint32_t i = self->inputs[self->packets[packet].channel].first;
    for (; i != packet && i != SCORE_NONE; i = self->packets[i].behind)
        index += self->packets[i].in;
    return index;
}

// The last flits of a channel in the order in which they came. Returns how many.
static uint32_t list_passages(const struct scoreboard *self, uint32_t channel,
                              struct passage *passages)
{
    uint32_t num = 0;
    for (uint32_t i = self->inputs[channel].first; i != SCORE_NONE; i = self->packets[i].behind)
        for (uint32_t flit = 0; flit < self->packets[i].in; ++flit) {
            size_t at = self->packets[i].first + flit;
            passages[num % MAX_FLITS] = (struct passage){
                self->came[at], self->left[at], self->left[at] != SCORE_NEVER, i, flit, num};
            ++num;
        }
    if (num > MAX_FLITS) { // the oldest first
        struct passage *whole = malloc(MAX_FLITS * sizeof *whole);
        for (uint32_t i = 0; whole && i < MAX_FLITS; ++i)
            whole[i] = passages[(num + i) % MAX_FLITS];
        for (uint32_t i = 0; whole && i < MAX_FLITS; ++i)
            passages[i] = whole[i];
        num = whole ? MAX_FLITS : 0;
        free(whole);
    }
    for (uint32_t i = num; i-- > 1;)
        if (passages[i - 1].gone > passages[i].gone)
            passages[i - 1].gone = passages[i].gone;
    return num;
}

// Which flits may have been too much: any, or, where one is lost, that one, and the one that was
// written over it in a ring.
struct suspects {
    bool one;
    uint32_t index;
    uint32_t ring_flits;
};

// The most flits that were before one that got through, in its turn, and before one since the first
// that did not.
static void most_before(const struct passage *passages, uint32_t num,
                        const struct suspects *suspects, uint32_t *well, uint32_t *most,
                        struct passage *worst)
{
    uint32_t left = 0;
    bool missing = false;
    *well = *most = 0;
    for (uint32_t i = 0; i < num; ++i) {
        while (left < i && passages[left].gone <= passages[i].came)
            ++left;
        uint32_t before = i - left;
        missing = missing || !passages[i].left;
        if (!missing && before > *well)
            *well = before;
        uint32_t behind = passages[i].index - suspects->index;
        bool suspect = !suspects->one || behind == 0 || behind == suspects->ring_flits;
        if (missing && suspect && before > *most) {
            *most = before;
            *worst = passages[i];
        }
    }
}

// True if a failure is one that lost flits can have, and others hardly.
static bool may_be_overflow(const struct scoreboard *self, const struct failure *failure)
{
    uint32_t before = SCORE_NONE; // in its queue
    switch (failure->rule) {
    case RULE_DELIVERED:
    case RULE_ORDER:
    case RULE_FLOW_ORDER:
        return true;
    case RULE_DEADLOCK:
        return self->either;
    case RULE_ONCE:
    case RULE_INTACT:
        return !self->near;
    case RULE_ROUTE:
        // A head that follows a packet without a tail goes where that went.
        for (uint32_t i = 0; i < self->stimulus->num_packets; ++i)
            if (self->packets[i].behind == failure->packet)
                before = i;
        return before != SCORE_NONE && score_inside(&self->packets[before]);
    default:
        return false;
    }
}

void score_find_cause(struct scoreboard *self, struct failure *failure)
{
    // In a network they may be anywhere.
    if (self->spec->network || !may_be_overflow(self, failure))
        return;
    struct passage *passages = malloc(MAX_FLITS * sizeof *passages);
    uint32_t own = failure->packet < self->stimulus->num_packets
                       ? self->packets[failure->packet].channel
                       : SCORE_NONE;
    // A flit that is missing may as well have been dropped by itself, or be late.
    bool sure =
        failure->rule == RULE_ONCE || failure->rule == RULE_INTACT || failure->rule == RULE_ROUTE;
    bool doubted = self->doubt.until > 0;
    struct suspects suspects = {!sure && failure->rule != RULE_DEADLOCK,
                                index_of(self, doubted ? self->doubt.packet : failure->packet,
                                         doubted ? self->doubt.flit : failure->flit),
                                self->spec->in.buffer_flits};
    uint32_t well = 0;
    uint32_t most = 0;
    struct passage worst = {0};
    for (uint32_t i = 0; i < self->num_inputs && passages; ++i) {
        uint32_t well_here;
        uint32_t most_here;
        struct passage worst_here = {0};
        uint32_t num = list_passages(self, i, passages);
        most_before(passages, num, &suspects, &well_here, &most_here, &worst_here);
        well = well_here > well ? well_here : well;
        if (most_here > most && (own == SCORE_NONE || own == i)) {
            most = most_here;
            worst = worst_here;
        }
    }
    free(passages);
    if (most < self->spec->in.buffer_flits || most <= well)
        return;
    uint32_t channel = self->packets[worst.packet].channel;
    const struct failure seen = *failure;
    struct failure what = seen;
    if (sure) {
        what = score_at(self, RULE_BACKWARD, false, channel, worst.packet, worst.flit);
        snprintf(what.expected, sizeof what.expected, "at most %u flits",
                 self->spec->in.buffer_flits);
        snprintf(what.actual, sizeof what.actual, "%u flits", most + 1);
        what.cycle = seen.cycle;
    }
    failure->found = false;
    failure_set(failure, &what,
                "%s. Before that, in cycle %llu, flit %u of packet %u was let in by %s, whose "
                "buffer has room for %u, when %u were there, more than ever got through%s",
                seen.text, (unsigned long long)worst.came, worst.flit, worst.packet,
                score_words_channel(self, channel).text, self->spec->in.buffer_flits, most,
                sure ? "" : ": perhaps that is why");
}
