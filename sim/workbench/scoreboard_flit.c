// SPDX-License-Identifier: Apache-2.0
// Flits that leave: of which packet they are, told by nothing but their bits.
//
// The flits that leave by a channel, head to tail, are taken for those of one packet. Where
// several packets begin alike, one is assumed; if it turns out to be another, assumptions change
// along an augmenting path of the bipartite graph of what left and what came in (packets that have
// left whole included), so that a fault is seen only if no assumption at all explains what left.
#include "sim/rng.h"
#include "sim/workbench/scoreboard_state.h"

#include <stdio.h>

// Of a head.
static uint64_t hash_of(const struct scoreboard *self, const uint64_t *bits)
{
    uint64_t hash = 0;
    for (uint32_t w = 0; w < self->num_words; ++w)
        hash = rng_mix(hash ^ (bits[w] & self->kept[1][w]));
    return hash;
}

struct score_chain *score_chain_of(const struct scoreboard *self, struct score_chain *chains,
                                   const uint64_t bits[DEVICE_FLIT_WORDS])
{
    return &chains[hash_of(self, bits) & self->chain_mask];
}

void score_chain_add(struct scoreboard *self, struct score_chain *chain, uint32_t packet)
{
    self->packets[packet].next = SCORE_NONE;
    if (chain->first == SCORE_NONE)
        chain->first = packet;
    else
        self->packets[chain->last].next = packet;
    chain->last = packet;
}

static void chain_remove(struct scoreboard *self, struct score_chain *chain, uint32_t packet)
{
    uint32_t before = SCORE_NONE;
    for (uint32_t i = chain->first; i != packet; i = self->packets[i].next)
        before = i;
    uint32_t after = self->packets[packet].next;
    if (before == SCORE_NONE)
        chain->first = after;
    else
        self->packets[before].next = after;
    if (chain->last == packet)
        chain->last = before;
}

// What left by a channel, of a packet or of none.
struct shown {
    uint32_t packet; // of which its flits are assumed to be, but for `next`; or SCORE_NONE
    uint32_t by;
    uint32_t flits;                    // that are of `packet`
    bool whole;                        // these are all
    const struct device_forward *next; // one more flit; or NULL
};

static struct shown shown_by(const struct scoreboard *self, uint32_t packet)
{
    const struct score_packet *own = &self->packets[packet];
    return (struct shown){packet, own->by, own->out, own->out == own->flits, NULL};
}

// True if it may be of this packet.
static bool may_be(const struct scoreboard *self, const struct shown *shown, uint32_t packet)
{
    const struct score_packet *own = &self->packets[packet];
    if (!score_leads(self, own, shown->by))
        return false;
    uint32_t flits = shown->flits + (shown->next != NULL);
    if (own->in < flits || (shown->whole ? own->flits != flits : own->flits < flits) ||
        (!shown->whole && !shown->next && own->flits == flits))
        return false;
    if (shown->flits > 0) {
        const struct score_packet *other = &self->packets[shown->packet];
        for (uint32_t i = 0; i < shown->flits; ++i) {
            const uint64_t *a = score_bits(self, packet, i);
            const uint64_t *b = score_bits(self, shown->packet, i);
            for (uint32_t w = 0; w < self->num_words; ++w)
                if (a[w] != b[w])
                    return false;
            if (self->came[own->first + i] > self->left[other->first + i])
                return false;
        }
    }
    return !shown->next || score_same_bits(self, packet, shown->flits, shown->next->bits);
}

// Queues' fronts anew, after assumptions changed.
static void find_fronts(struct scoreboard *self)
{
    for (uint32_t i = 0; i < self->num_inputs; ++i) {
        struct score_input *input = &self->inputs[i];
        input->front = input->first;
        while (input->front != SCORE_NONE && self->packets[input->front].out > 0)
            input->front = self->packets[input->front].behind;
        if (input->front != SCORE_NONE && self->packets[input->front].waits == SCORE_NEVER)
            self->packets[input->front].waits = self->cycle;
    }
}

// What left as `from` is of `to` instead. What `to` had shown has been moved on before.
static void move_shown(struct scoreboard *self, uint32_t from, uint32_t to)
{
    struct score_packet *a = &self->packets[from];
    struct score_packet *b = &self->packets[to];
    const uint64_t *bits = score_bits(self, from, 0);
    struct score_chain *live = score_chain_of(self, self->live, bits);
    struct score_chain *done = score_chain_of(self, self->done, bits);
    bool whole = a->out == a->flits;
    if (whole) {
        chain_remove(self, done, from);
        score_chain_add(self, live, from);
        chain_remove(self, live, to);
        score_chain_add(self, done, to);
    } else {
        self->outputs[a->by].packet = to;
    }
    for (uint32_t i = 0; i < a->out; ++i) {
        self->left[b->first + i] = self->left[a->first + i];
        self->left[a->first + i] = SCORE_NEVER;
    }
    b->out = a->out;
    b->by = a->by;
    a->out = 0;
}

// What left as `root` says, but for its next flit, is of another packet instead.
static void move_root(struct scoreboard *self, const struct shown *root, uint32_t end)
{
    uint32_t own = root->packet;
    if (root->flits > 0) {
        struct score_packet *packet = &self->packets[own];
        for (uint32_t i = 0; i < root->flits; ++i) {
            self->aside[i] = self->left[packet->first + i];
            self->left[packet->first + i] = SCORE_NEVER;
        }
        packet->out = 0;
    }
    uint32_t to = end;
    for (; self->from[to] != SCORE_NONE; to = self->from[to])
        move_shown(self, self->from[to], to);
    struct score_packet *first = &self->packets[to];
    for (uint32_t i = 0; i < root->flits; ++i)
        self->left[first->first + i] = self->aside[i];
    first->out = root->flits;
    first->by = (uint16_t)root->by;
    self->outputs[root->by].packet = to;
}

// Assumes other packets such that what left by a channel, with its next flit, is explained. Returns
// its packet, or SCORE_NONE, with nothing changed, if there is no way.
static uint32_t assume_other(struct scoreboard *self, const struct shown *root)
{
    const uint64_t *head = root->flits > 0 ? score_bits(self, root->packet, 0) : root->next->bits;
    const struct score_chain *chains[] = {score_chain_of(self, self->live, head),
                                          score_chain_of(self, self->done, head)};
    uint32_t search = ++self->search;
    uint32_t num_queue = 0;
    struct shown shown = *root;
    for (uint32_t at = 0;; ++at) {
        for (uint32_t c = 0; c < 2; ++c)
            for (uint32_t i = chains[c]->first; i != SCORE_NONE; i = self->packets[i].next) {
                if (self->seen[i] == search || !may_be(self, &shown, i))
                    continue;
                self->seen[i] = search;
                self->from[i] = at == 0 ? SCORE_NONE : shown.packet;
                if (self->packets[i].out > 0 && i != root->packet) {
                    self->queue[num_queue++] = i;
                    continue;
                }
                move_root(self, root, i);
                find_fronts(self);
                return self->outputs[root->by].packet;
            }
        if (at == num_queue)
            return SCORE_NONE;
        shown = shown_by(self, self->queue[at]);
    }
}

bool score_flit_alone(struct scoreboard *self, uint32_t packet)
{
    const uint64_t *head = score_bits(self, packet, 0);
    const struct score_chain *chains[] = {score_chain_of(self, self->live, head),
                                          score_chain_of(self, self->done, head)};
    for (uint32_t c = 0; c < 2; ++c)
        for (uint32_t i = chains[c]->first; i != SCORE_NONE; i = self->packets[i].next)
            if (i != packet && score_same_bits(self, i, 0, head))
                return false;
    return true;
}

// The packet that most likely begins to leave: at the front of its queue, whole if it has to be.
static uint32_t find_head(const struct scoreboard *self, uint32_t by,
                          const struct device_forward *flit)
{
    bool whole = self->stimulus->mode == SWITCHING_STORE_AND_FORWARD;
    uint32_t best = SCORE_NONE;
    uint32_t best_likely = 0;
    for (uint32_t i = score_chain_of(self, self->live, flit->bits)->first; i != SCORE_NONE;
         i = self->packets[i].next) {
        const struct score_packet *packet = &self->packets[i];
        if (packet->out > 0 || !score_leads(self, packet, by) ||
            !score_same_bits(self, i, 0, flit->bits))
            continue;
        uint32_t likely = 1U + (self->inputs[packet->channel].front == i) +
                          2U * (whole && packet->in == packet->flits);
        if (likely > best_likely) {
            best_likely = likely;
            best = i;
        }
    }
    return best;
}

// Rules of when a head, or a flit, may leave at the earliest.
static void check_time(struct scoreboard *self, uint32_t packet, struct failure *failure)
{
    const struct score_packet *own = &self->packets[packet];
    uint32_t flit = own->out;
    uint64_t came = self->came[own->first + flit];
    enum switching mode = self->stimulus->mode;
    bool whole = flit == 0 && switching_buffers_whole_packets(mode);
    bool early = self->cycle < came + self->spec->zero_load_cycles;
    bool partial = whole && mode == SWITCHING_STORE_AND_FORWARD && own->in < own->flits;
    // The credit for the head is used up already.
    bool room = !whole || self->spec->out.flow != DEVICE_CREDIT ||
                self->outputs[own->by].credits + 1 >= own->flits;
    if ((!early && !partial && room) || !score_flit_alone(self, packet))
        return;
    struct failure what = score_at(self, RULE_TIMELY, true, own->by, packet, flit);
    snprintf(what.field, sizeof what.field, "valid");
    struct score_words name = score_words_channel(self, own->by);
    if (partial)
        failure_set(failure, &what,
                    "cycle %llu: the head of packet %u leaves by %s when only %u of its %u flits "
                    "have come in: store-and-forward waits for the tail",
                    (unsigned long long)self->cycle, packet, name.text, own->in, own->flits);
    else if (!room)
        failure_set(failure, &what,
                    "cycle %llu: the head of packet %u, of %u flits, leaves by %s, behind which "
                    "there is room for %u: its mode waits for room for all of it",
                    (unsigned long long)self->cycle, packet, own->flits, name.text,
                    self->outputs[own->by].credits + 1);
    else
        failure_set(failure, &what,
                    "cycle %llu: flit %u of packet %u leaves by %s %llu cycles after it came in, "
                    "which is sooner than the %llu that are claimed",
                    (unsigned long long)self->cycle, flit, packet, name.text,
                    (unsigned long long)(self->cycle - came),
                    (unsigned long long)self->spec->zero_load_cycles);
}

// Packets of a flow leave in order: no earlier one of its queue is still there. One that looks like
// others may have been taken for one of them.
static void check_flow(struct scoreboard *self, uint32_t packet)
{
    const struct score_packet *own = &self->packets[packet];
    uint32_t to = self->stimulus->packets[packet].to;
    uint32_t other = self->inputs[own->channel].front;
    while (other != packet && other != SCORE_NONE &&
           (self->packets[other].out > 0 || self->stimulus->packets[other].to != to ||
            !score_flit_alone(self, other)))
        other = self->packets[other].behind;
    if (other != packet && other != SCORE_NONE && score_flit_alone(self, packet))
        score_doubt_order(self, packet, other);
}

static void packet_begins(struct scoreboard *self, uint32_t packet, uint32_t by,
                          struct failure *failure)
{
    struct score_packet *own = &self->packets[packet];
    struct score_input *input = &self->inputs[own->channel];
    own->by = (uint16_t)by;
    self->outputs[by].packet = packet;
    if (input->front != packet) {
        if (self->spec->claims & DEVICE_CLAIM_FLOW_ORDER)
            check_flow(self, packet);
    } else {
        do
            input->front = self->packets[input->front].behind;
        while (input->front != SCORE_NONE && self->packets[input->front].out > 0);
    }
    score_overtake(self, packet, failure);
}

static void packet_ends(struct scoreboard *self, uint32_t packet)
{
    struct score_packet *own = &self->packets[packet];
    const uint64_t *bits = score_bits(self, packet, 0);
    self->outputs[own->by].packet = SCORE_NONE;
    chain_remove(self, score_chain_of(self, self->live, bits), packet);
    score_chain_add(self, score_chain_of(self, self->done, bits), packet);
    --self->num_inside;
    ++self->measures.packets;
    uint64_t latency = self->cycle - self->came[own->first];
    if (self->measures.latency_cycles_max < latency)
        self->measures.latency_cycles_max = latency;
    uint32_t front = self->inputs[own->channel].front;
    if (front != SCORE_NONE && self->packets[front].waits == SCORE_NEVER)
        self->packets[front].waits = self->cycle;
}

void score_flit_leaves(struct scoreboard *self, uint32_t port, const struct device_forward *flit,
                       struct failure *failure)
{
    uint32_t by = score_channel(self, port, flit->vc);
    uint32_t packet = self->outputs[by].packet;
    struct shown root = {packet, by, 0, false, flit};
    if (packet == SCORE_NONE) {
        packet = find_head(self, by, flit);
        if (packet == SCORE_NONE)
            packet = assume_other(self, &root);
    } else {
        const struct score_packet *own = &self->packets[packet];
        root.flits = own->out;
        if (own->out >= own->in || !score_same_bits(self, packet, own->out, flit->bits))
            packet = assume_other(self, &root);
    }
    if (packet == SCORE_NONE) {
        score_blame(self, port, flit, failure);
        return;
    }
    struct score_packet *own = &self->packets[packet];
    if (own->out == 0)
        packet_begins(self, packet, by, failure);
    check_time(self, packet, failure);
    if (self->spec->num_vcs > 1 && !self->spec->network)
        score_hold_up(self, by, failure);
    own->held_up = 0;
    own->waits = self->cycle;
    self->left[own->first + own->out] = self->cycle;
    ++self->measures.flits;
    if (++own->out == own->flits)
        packet_ends(self, packet);
}
