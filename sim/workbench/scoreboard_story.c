// SPDX-License-Identifier: Apache-2.0
// The life of a packet in words, with what others did that mattered to it.
#include "sim/workbench/scoreboard_state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LINES = 96, MAX_REASONS = 6, RECENT_CYCLES = 100 };

// What happened in an interval of cycles.
struct line {
    uint64_t from;
    uint64_t to;
    uint32_t order; // among those of the same cycle
    char text[600];
};

struct story {
    const struct scoreboard *self;
    uint64_t end; // the cycle of the failure
    uint32_t num;
    struct line lines[MAX_LINES];
};

__attribute__((format(printf, 4, 5))) static void tell(struct story *story, uint64_t from,
                                                       uint64_t to, const char *format, ...)
{
    if (story->num == MAX_LINES)
        return;
    struct line *line = &story->lines[story->num];
    *line = (struct line){.from = from, .to = to, .order = story->num++};
    va_list args;
    va_start(args, format);
    vsnprintf(line->text, sizeof line->text, format, args);
    va_end(args);
}

static int by_cycle(const void *a, const void *b)
{
    const struct line *x = a;
    const struct line *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

static void print_lines(struct story *story, FILE *to)
{
    qsort(story->lines, story->num, sizeof *story->lines, by_cycle);
    for (uint32_t i = 0; i < story->num; ++i) {
        const struct line *line = &story->lines[i];
        char when[48];
        if (line->to == line->from)
            snprintf(when, sizeof when, "cycle %llu", (unsigned long long)line->from);
        else
            snprintf(when, sizeof when, "cycles %llu-%llu", (unsigned long long)line->from,
                     (unsigned long long)line->to);
        fprintf(to, "  %-16s %s\n", when, line->text);
    }
}

// "flit 2", "flits 1-3", "its head", "its tail", "flits 1-3, its tail last"
static void flits_text(const struct score_packet *packet, uint32_t from, uint32_t to, char *text,
                       size_t size)
{
    bool tail = to + 1 == packet->flits;
    if (from == to)
        snprintf(text, size,
                 packet->flits == 1 ? "its only flit"
                 : from == 0        ? "its head"
                 : tail             ? "flit %u, its tail,"
                                    : "flit %u",
                 from);
    else
        snprintf(text, size, "%s%u-%u%s", from == 0 ? "its head and the rest, flits " : "flits ",
                 from, to, tail ? ", its tail last," : "");
}

// Flits that passed in adjacent cycles are told together; heads alone.
static uint32_t run_of(const uint64_t *cycles, uint32_t from, uint32_t num)
{
    uint32_t to = from;
    while (from > 0 && to + 1 < num && cycles[to + 1] == cycles[to] + 1)
        ++to;
    return to;
}

static uint64_t last_left(const struct scoreboard *self, const struct score_packet *packet)
{
    return packet->out == packet->flits ? self->left[packet->first + packet->flits - 1]
                                        : SCORE_NEVER;
}

static uint32_t before_it(const struct scoreboard *self, uint32_t packet)
{
    for (uint32_t i = 0; i < self->stimulus->num_packets; ++i)
        if (self->packets[i].in > 0 && self->packets[i].behind == packet)
            return i;
    return SCORE_NONE;
}

static void tell_coming(struct story *story, uint32_t packet)
{
    const struct scoreboard *self = story->self;
    const struct score_packet *own = &self->packets[packet];
    const uint64_t *came = &self->came[own->first];
    uint32_t before = before_it(self, packet);
    bool behind = before != SCORE_NONE && last_left(self, &self->packets[before]) > came[0];
    for (uint32_t flit = 0; flit < own->in;) {
        uint32_t to = run_of(came, flit, own->in);
        char text[64];
        flits_text(own, flit, to, text, sizeof text);
        char after[64] = "";
        if (flit == 0 && behind)
            snprintf(after, sizeof after, ", behind packet %u", before);
        tell(story, came[flit], came[to], "%s come%s in by %s%s", text, flit == to ? "s" : "",
             score_words_channel(self, own->channel).text, after);
        flit = to + 1;
    }
    uint64_t gone = behind ? last_left(self, &self->packets[before]) : SCORE_NEVER;
    if (gone != SCORE_NEVER)
        tell(story, gone, gone, "packet %u has left by %s; packet %u is at the front of its queue",
             before, score_words_channel(self, self->packets[before].by).text, packet);
}

static const char *no_leave(const struct scoreboard *self)
{
    switch (self->spec->out.flow) {
    case DEVICE_CREDIT:
        return "has no credit";
    case DEVICE_ON_OFF:
        return "is off";
    case DEVICE_READY_VALID:
        break;
    }
    return "is not ready";
}

// Times within from..to in which the receiver of a channel gave no leave.
static void tell_blocked(struct story *story, uint32_t by, uint64_t from, uint64_t to)
{
    const struct scoreboard *self = story->self;
    uint64_t since = SCORE_NEVER;
    uint64_t first = self->num_turns > SCORE_NUM_TURNS ? self->num_turns - SCORE_NUM_TURNS : 0;
    uint32_t told = 0;
    for (uint64_t i = first; i <= self->num_turns && told < MAX_REASONS; ++i) {
        bool last = i == self->num_turns;
        const struct score_turn *turn = &self->turns[i % SCORE_NUM_TURNS];
        if (!last && turn->by != by)
            continue;
        if (!last && turn->blocked) {
            since = turn->cycle;
            continue;
        }
        // Credits that are used up in a cycle keep flits back from the next one on.
        uint64_t start =
            since == SCORE_NEVER ? SCORE_NEVER : since + (self->spec->out.flow == DEVICE_CREDIT);
        uint64_t stop = last ? to + 1 : turn->cycle;
        since = SCORE_NEVER;
        if (start == SCORE_NEVER || start > to || stop <= from || stop <= start)
            continue;
        start = start < from ? from : start;
        stop = stop > to + 1 ? to + 1 : stop;
        tell(story, start, stop - 1, "%s %s", score_words_channel(self, by).text, no_leave(self));
        ++told;
    }
}

// Who left by a channel in from..to.
static void tell_holders(struct story *story, uint32_t packet, uint32_t by, uint64_t from,
                         uint64_t to)
{
    const struct scoreboard *self = story->self;
    uint32_t told = 0;
    uint32_t more = 0;
    for (uint32_t i = 0; i < self->stimulus->num_packets; ++i) {
        const struct score_packet *other = &self->packets[i];
        if (i == packet || other->out == 0 || other->by != by)
            continue;
        uint64_t start = self->left[other->first];
        uint64_t stop = last_left(self, other);
        if (start > to || (stop != SCORE_NEVER && stop < from))
            continue;
        if (told++ >= MAX_REASONS) {
            ++more;
            continue;
        }
        start = start < from ? from : start;
        bool open = stop == SCORE_NEVER || stop > to;
        tell(story, start, open ? to : stop, "%s is packet %u's, from %s (%u of %u flits%s)",
             score_words_channel(self, by).text, i, score_words_channel(self, other->channel).text,
             other->out, other->flits, stop == SCORE_NEVER ? " have left: its tail has not" : "");
    }
    if (more > 0)
        tell(story, to, to, "%s has been %u more packets' meanwhile",
             score_words_channel(self, by).text, more);
}

// How many began to leave by a channel that a packet may not use, of a port that it wants.
static void tell_others(struct story *story, uint32_t by, uint64_t from, uint64_t to)
{
    const struct scoreboard *self = story->self;
    uint32_t num = 0;
    for (uint32_t i = 0; i < self->stimulus->num_packets; ++i) {
        const struct score_packet *other = &self->packets[i];
        if (other->out > 0 && other->by == by)
            num += self->left[other->first] >= from && self->left[other->first] <= to;
    }
    if (num > 0)
        tell(story, from, to, "%u packet%s begin%s to leave by %s, another VC of the port", num,
             num == 1 ? "" : "s", num == 1 ? "s" : "", score_words_channel(self, by).text);
}

static void tell_waiting(struct story *story, uint32_t packet)
{
    const struct scoreboard *self = story->self;
    const struct score_packet *own = &self->packets[packet];
    if (own->in == 0)
        return;
    uint64_t from = self->came[own->first];
    uint32_t before = before_it(self, packet);
    uint64_t gone = before == SCORE_NONE ? from : last_left(self, &self->packets[before]);
    if (gone == SCORE_NEVER && self->packets[before].gone == own->gone) {
        char waits[200];
        score_waits_for(self, before, waits, sizeof waits);
        tell(story, story->end, story->end, "packet %u is still before it: it %s", before, waits);
        return;
    }
    if (gone != SCORE_NEVER && gone > from)
        from = gone;
    uint64_t to = own->out > 0 ? self->left[own->first] : story->end + 1;
    if (to <= from + 1)
        return;
    for (uint32_t by = 0; by < self->num_inputs; ++by)
        if (own->out > 0 ? by == own->by : score_leads(self, own, by)) {
            tell_holders(story, packet, by, from, to - 1);
            tell_blocked(story, by, from, to - 1);
        } else if (own->ports >> score_port(self, by) & 1 &&
                   !(own->vcs >> score_vc(self, by) & 1)) {
            tell_others(story, by, from, to - 1);
        }
}

static void tell_leaving(struct story *story, uint32_t packet)
{
    const struct scoreboard *self = story->self;
    const struct score_packet *own = &self->packets[packet];
    const uint64_t *left = &self->left[own->first];
    for (uint32_t flit = 0; flit < own->out;) {
        uint32_t to = run_of(left, flit, own->out);
        char text[64];
        flits_text(own, flit, to, text, sizeof text);
        tell(story, left[flit], left[to], "%s leave%s by %s", text, flit == to ? "s" : "",
             score_words_channel(self, own->by).text);
        if (to + 1 < own->out && left[to + 1] > left[to] + 1)
            tell_blocked(story, own->by, left[to] + 1, left[to + 1] - 1);
        flit = to + 1;
    }
    if (own->out > 0 && own->out < own->flits && left[own->out - 1] < story->end)
        tell_blocked(story, own->by, left[own->out - 1] + 1, story->end);
}

static void tell_failure(struct story *story, const struct failure *failure)
{
    const char *what = strstr(failure->text, ": "); // after the cycle
    tell(story, story->end, story->end, "rule \"%s\" is broken: %s",
         failure_rule_names[failure->rule], what ? what + 2 : failure->text);
}

static void tell_packet(struct story *story, const struct failure *failure, FILE *to)
{
    uint32_t packet = failure->packet;
    const struct scoreboard *self = story->self;
    const struct score_packet *own = &self->packets[packet];
    char address[80];
    device_map_address(self->map, self->stimulus->packets[packet].to, address, sizeof address);
    fprintf(to, "Packet %u: %u flit%s from %s to %s, which is by", packet, own->flits,
            own->flits == 1 ? "" : "s", score_words_channel(self, own->channel).text, address);
    const char *separator = " ";
    uint32_t all = (1U << self->spec->num_vcs) - 1;
    for (uint32_t by = 0; by < self->num_inputs; ++by)
        if (score_leads(self, own, by) && (own->vcs != all || score_vc(self, by) == 0)) {
            const char *port = self->spec->port_names[score_port(self, by)];
            fprintf(to, "%s%s", separator,
                    own->vcs == all ? port : score_words_channel(self, by).text);
            separator = ", or ";
        }
    fprintf(to, "%s\n", self->spec->num_vcs > 1 && own->vcs == all ? ", any VC" : "");
    tell_coming(story, packet);
    tell_waiting(story, packet);
    tell_leaving(story, packet);
    tell_failure(story, failure);
    if (own->gone)
        tell(story, self->reset_cycle, self->reset_cycle, "reset: it is gone");
    else if (own->in < own->flits)
        tell(story, story->end, story->end, "%u of its flits have not come in",
             own->flits - own->in);
    print_lines(story, to);
}

// What passed a channel before the failure of no packet in particular.
static void tell_channel(struct story *story, const struct failure *failure, FILE *to)
{
    const struct scoreboard *self = story->self;
    bool all_vcs = failure->vc >= self->spec->num_vcs;
    uint32_t channel = score_channel(self, failure->port, all_vcs ? 0 : failure->vc);
    uint64_t until = self->standstill ? self->moved : story->end;
    uint64_t from = until > RECENT_CYCLES ? until - RECENT_CYCLES : 0;
    const char *verb = failure->output ? "leaves" : "comes in";
    for (uint32_t i = 0; i < self->stimulus->num_packets; ++i) {
        const struct score_packet *own = &self->packets[i];
        uint32_t flits = failure->output ? own->out : own->in;
        const uint64_t *cycles =
            failure->output ? &self->left[own->first] : &self->came[own->first];
        uint32_t at = failure->output ? own->by : own->channel;
        bool there = all_vcs ? score_port(self, at) == failure->port : at == channel;
        if (!there || flits == 0 || cycles[flits - 1] < from)
            continue;
        tell(story, cycles[0], cycles[flits - 1], "packet %u %s by %s: %u of its %u flits%s", i,
             verb, score_words_channel(self, at).text, flits, own->flits,
             own->gone ? ", before the reset" : "");
    }
    for (uint32_t vc = 0; vc < self->spec->num_vcs && failure->output; ++vc)
        if (all_vcs || vc == failure->vc)
            tell_blocked(story, score_channel(self, failure->port, vc), from, story->end);
    fprintf(to, "What passed %s %s lately:\n", failure->output ? "output" : "input",
            all_vcs ? self->spec->port_names[failure->port]
                    : score_words_channel(self, channel).text);
    tell_failure(story, failure);
    print_lines(story, to);
}

void scoreboard_story(const struct scoreboard *self, const struct failure *failure, FILE *to)
{
    struct story *story = calloc(1, sizeof *story);
    if (!story) // a story is not worth failing for
        return;
    story->self = self;
    story->end = failure->cycle;
    if (failure->packet < self->stimulus->num_packets)
        tell_packet(story, failure, to);
    else if (failure->port < self->spec->num_ports)
        tell_channel(story, failure, to);
    if (self->standstill)
        score_print_waiting(self, to);
    free(story);
}
