// SPDX-License-Identifier: Apache-2.0
#include "model/net/terminal.h"

#include "model/net/terminal_circuit.h"
#include "model/net/terminal_state.h"
#include "sim/rng.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

bool terminals_make(struct terminals *self, struct err *err)
{
    uint32_t num_vcs = self->params->routing->num_vcs;
    uint32_t words = (self->num_nodes + 63) / 64;
    self->eject_cap = 1;
    while (self->eject_cap < num_vcs * self->params->buffer_flits)
        self->eject_cap *= 2;
    self->num_classes = num_vcs / self->params->routing->class_vcs;
    size_t num_queues = (size_t)self->num_nodes * self->num_classes;
    self->nodes = calloc(self->num_nodes, sizeof *self->nodes);
    self->queues = calloc(num_queues, sizeof *self->queues);
    self->eject_flits = calloc((size_t)self->num_nodes * self->eject_cap, sizeof(struct flit));
    self->sending = calloc(words, sizeof *self->sending);
    self->ejecting = calloc(words, sizeof *self->ejecting);
    if (!self->nodes || !self->queues || !self->eject_flits || !self->sending || !self->ejecting)
        return err_set(err, ERR_RUN, "out of memory for the terminals of %u nodes",
                       self->num_nodes);
    for (size_t q = 0; q < num_queues; q++)
        self->queues[q].first = MSG_NONE;
    for (uint32_t n = 0; n < self->num_nodes; n++) {
        for (uint32_t vc = 0; vc < ROUTER_MAX_VCS; vc++) {
            self->nodes[n].credits[vc] = vc < num_vcs ? (uint8_t)self->params->buffer_flits : 0;
            self->nodes[n].credit |= (uint8_t)((vc < num_vcs) << vc);
            self->nodes[n].incoming[vc].handle = MSG_NONE;
        }
    }
    return !switching_is_circuit(self->params->switching) || terminal_circuits_make(self, err);
}

void terminals_free(struct terminals *self)
{
    free(self->nodes);
    free(self->queues);
    free(self->circuits);
    free(self->eject_flits);
    free(self->sending);
    free(self->ejecting);
}

void terminals_share(struct terminals *self, const struct terminals *whole,
                     struct calendar *calendar, uint32_t part, uint32_t first_word,
                     uint32_t end_word)
{
    *self = *whole;
    self->part = part;
    self->calendar = calendar;
    self->first_word = first_word;
    self->end_word = end_word;
}

// VCs with the credits that the head of a packet needs, a bit each.
static uint32_t with_credits(const struct terminals *self, const struct terminal *node,
                             const struct packet *packet)
{
    uint32_t needed = switching_credits_needed(self->params->switching, packet->flits);
    if (needed == 1)
        return node->credit;
    uint32_t enough = 0;
    for (uint32_t rest = node->credit; rest; rest &= rest - 1)
        if (node->credits[__builtin_ctz(rest)] >= needed)
            enough |= rest & -rest;
    return enough;
}

// The VC for a new packet, or a number of at least ROUTER_MAX_VCS if none has the credits.
static uint32_t choose_vc(const struct terminals *self, const struct terminal *node,
                          const struct source_queue *queue, const struct packet *packet)
{
    const struct routing *routing = self->params->routing;
    uint32_t usable =
        with_credits(self, node, packet) &
        routing_inject_vcs(routing, packet->traffic_class, (uint32_t)packet->head, packet->serial);
    if (usable == 0)
        return ROUTER_MAX_VCS;
    return (uint32_t)__builtin_ctz(routing_first_vc((uint8_t)usable, queue->rr_vc));
}

bool terminal_put(struct terminals *self, uint32_t n, uint64_t cycle, struct flit flit)
{
    const struct wire *wire = &self->node_wires[n];
    self->node_flits[n]++;
    if (self->bank)
        return self->params->ops->inject(self->bank, self->part, wire, flit);
    struct calendar_flit *entry =
        calendar_add_flit(self->calendar, wire->part, cycle + wire->latency_cycles);
    if (!entry)
        return false;
    *entry = (struct calendar_flit){wire->to, flit};
    return true;
}

static bool has_packets(const struct terminals *self, uint32_t n)
{
    const struct source_queue *queues = &self->queues[(size_t)n * self->num_classes];
    for (uint32_t c = 0; c < self->num_classes; c++)
        if (queues[c].first != MSG_NONE)
            return true;
    return false;
}

bool terminal_send(struct terminals *self, uint32_t n, struct source_queue *queue, uint64_t cycle,
                   struct flit flit)
{
    const struct packet *packet = &self->pool->slots[queue->first];
    queue->next_flit++;
    self->flits_injected++;
    self->class_counters[packet->traffic_class].flits_injected++;
    if (flit.tail) {
        queue->next_flit = 0;
        queue->first = packet->next;
        if (!has_packets(self, n))
            terminal_clear_bit(self->sending, n);
    }
    return terminal_put(self, n, cycle, flit);
}

// The next flit of the first packet of a queue. False if there is none, or no credit for it.
static bool take_flit(struct terminals *self, struct terminal *node, struct source_queue *queue,
                      uint64_t cycle, struct flit *flit)
{
    if (queue->first == MSG_NONE)
        return false;
    struct packet *packet = &self->pool->slots[queue->first];
    flit->head = queue->next_flit == 0;
    flit->tail = queue->next_flit + 1 == packet->flits;
    if (flit->head) {
        uint32_t vc = choose_vc(self, node, queue, packet);
        if (vc >= ROUTER_MAX_VCS)
            return false;
        flit->payload = packet->head;
        queue->vc = (uint8_t)vc;
        queue->rr_vc = (uint8_t)(vc + 1 == self->params->routing->num_vcs ? 0 : vc + 1);
        packet->injected_cycle = cycle;
        self->packets_injected++;
    } else if (node->credits[queue->vc] == 0) {
        return false;
    } else {
        flit->payload = layout_body(packet->serial, queue->next_flit);
    }
    flit->vc = queue->vc;
    if (--node->credits[queue->vc] == 0)
        node->credit ^= (uint8_t)(1U << queue->vc);
    return true;
}

// Sends a flit of node `n`, of the highest class that can. False if out of memory.
static bool inject(struct terminals *self, uint32_t n, uint64_t cycle)
{
    struct flit flit;
    for (uint32_t c = self->num_classes; c-- > 0;) {
        struct source_queue *queue = &self->queues[(size_t)n * self->num_classes + c];
        if (take_flit(self, &self->nodes[n], queue, cycle, &flit))
            return terminal_send(self, n, queue, cycle, flit);
    }
    return true;
}

bool terminals_inject(struct terminals *self, uint64_t cycle)
{
    bool good = true;
    for (uint32_t w = self->first_word; w < self->end_word; w++) {
        for (uint64_t rest = self->sending[w]; rest; rest &= rest - 1) {
            uint32_t n = w * 64 + (uint32_t)__builtin_ctzll(rest);
            good &= (self->circuits ? terminal_circuit_inject : inject)(self, n, cycle);
        }
    }
    return good;
}

void terminals_credit(struct terminals *self, uint32_t node, uint8_t vcs)
{
    for (uint32_t rest = vcs; rest; rest &= rest - 1)
        self->nodes[node].credits[__builtin_ctz(rest)]++;
    self->nodes[node].credit |= vcs;
}

bool terminals_answer(struct terminals *self, uint32_t n, uint64_t cycle, bool ack, bool nack,
                      struct err *err)
{
    if (self->circuits)
        return terminal_circuit_answer(self, n, cycle, ack, nack, err);
    return err_set(err, ERR_MISMATCH,
                   "cycle %" PRIu64 ", node %u: an answer of circuit switching came", cycle, n);
}

bool terminals_flit(struct terminals *self, uint32_t n, struct flit flit, struct err *err)
{
    struct terminal *node = &self->nodes[n];
    if (self->circuits)
        return terminal_circuit_flit(self, n, flit, err);
    if (node->eject_num == self->eject_cap)
        return err_set(err, ERR_MISMATCH, "node %u: a flit came without a credit", n);
    uint32_t slot = (node->eject_first + node->eject_num++) & (self->eject_cap - 1);
    self->eject_flits[(size_t)n * self->eject_cap + slot] = flit;
    terminal_set_bit(self->ejecting, n);
    return true;
}

// Checks that a flit is the one that was sent and is at its place.
static bool check_flit(struct terminals *self, uint32_t n, uint64_t cycle, struct flit flit,
                       struct incoming *in, struct err *err)
{
    if (flit.head) {
        uint32_t handle = layout_handle(flit.payload);
        const struct packet *packet = packet_pool_at(self->pool, handle);
        if (in->handle != MSG_NONE)
            return err_set(err, ERR_MISMATCH,
                           "cycle %" PRIu64 ", node %u, vc %u: a head flit within a packet", cycle,
                           n, flit.vc);
        if (!packet || packet->destination != n || flit.payload != packet->head)
            return err_set(err, ERR_MISMATCH,
                           "cycle %" PRIu64 ", node %u, vc %u: head flit %016" PRIx64
                           " is of no packet to this node",
                           cycle, n, flit.vc, flit.payload);
        if (flit.vc / self->params->routing->class_vcs != packet->traffic_class)
            return err_set(err, ERR_MISMATCH,
                           "cycle %" PRIu64 ", node %u, vc %u: a packet of traffic class %u came "
                           "in a VC of another",
                           cycle, n, flit.vc, packet->traffic_class);
        *in = (struct incoming){.handle = handle};
    }
    const struct packet *packet = packet_pool_at(self->pool, in->handle);
    if (!packet)
        return err_set(err, ERR_MISMATCH,
                       "cycle %" PRIu64 ", node %u, vc %u: a body flit without its head", cycle, n,
                       flit.vc);
    if ((!flit.head && flit.payload != layout_body(packet->serial, in->next_flit)) ||
        flit.tail != (in->next_flit + 1 == packet->flits))
        return err_set(err, ERR_MISMATCH,
                       "cycle %" PRIu64 ", node %u, vc %u: flit %u of packet %" PRIu64
                       " (from node %u, %u flits) came as %016" PRIx64 "%s",
                       cycle, n, flit.vc, in->next_flit, packet->serial, packet->source,
                       packet->flits, flit.payload, flit.tail ? ", tail" : "");
    in->next_flit++;
    return true;
}

// Keeps a flit for terminals_deliver. False with `err` if out of memory.
static bool note_taken(struct terminals *self, uint32_t n, struct flit flit, uint32_t handle,
                       struct err *err)
{
    enum { FIRST_CAPACITY = 64 };
    if (self->num_taken == self->cap_taken) {
        uint32_t more = self->cap_taken ? self->cap_taken * 2 : FIRST_CAPACITY;
        struct terminal_taken *taken = realloc(self->taken, more * sizeof *taken);
        if (!taken)
            return err_set(err, ERR_RUN, "out of memory for flits that arrived");
        self->taken = taken;
        self->cap_taken = more;
    }
    self->taken[self->num_taken++] = (struct terminal_taken){flit, n, handle};
    return true;
}

bool terminal_take(struct terminals *self, uint32_t n, uint64_t cycle, struct flit flit,
                   struct err *err)
{
    struct incoming *in = &self->nodes[n].incoming[flit.vc];
    if (!check_flit(self, n, cycle, flit, in, err))
        return false;
    struct packet *packet = &self->pool->slots[in->handle];
    self->flits_ejected++;
    self->class_counters[packet->traffic_class].flits_ejected++;
    if (!flit.tail)
        return !self->params->flit_ejected || note_taken(self, n, flit, MSG_NONE, err);
    packet->ejected_cycle = cycle;
    self->packets_ejected++;
    uint32_t handle = in->handle;
    in->handle = MSG_NONE;
    return note_taken(self, n, flit, handle, err);
}

bool terminal_back(struct terminals *self, uint32_t n, uint64_t cycle, struct calendar_credit back,
                   struct err *err)
{
    const struct wire *wire = &self->node_wires[n];
    if (self->bank)
        return self->params->ops->give_back(self->bank, self->part, wire, back.vcs) ||
               err_set(err, ERR_RUN, "out of memory for credits");
    struct calendar_credit *entry =
        calendar_add_credit(self->calendar, wire->part, cycle + wire->credit_latency_cycles);
    if (!entry)
        return err_set(err, ERR_RUN, "out of memory for credits");
    back.to = wire->to;
    *entry = back;
    return true;
}

// A draw depends on (seed, node, cycle) only.
bool terminal_stalls(const struct terminals *self, uint32_t n, uint64_t cycle)
{
    if (self->params->stall_threshold == 0)
        return false;
    uint64_t key = rng_mix(self->params->seed) ^ rng_mix((uint64_t)RNG_STALL << 56 | n);
    return rng_mix(key ^ rng_mix(cycle)) < self->params->stall_threshold;
}

// Takes the next flit of node `n`, unless that stalls, and gives its credit back.
static bool eject(struct terminals *self, uint32_t n, uint64_t cycle, struct err *err)
{
    if (terminal_stalls(self, n, cycle))
        return true;
    struct terminal *node = &self->nodes[n];
    struct flit flit = self->eject_flits[(size_t)n * self->eject_cap + node->eject_first];
    node->eject_first = (node->eject_first + 1) & (self->eject_cap - 1);
    if (--node->eject_num == 0)
        terminal_clear_bit(self->ejecting, n);
    if (!terminal_take(self, n, cycle, flit, err))
        return false;
    uint8_t vcs = (uint8_t)(1U << flit.vc);
    return terminal_back(self, n, cycle, (struct calendar_credit){.vcs = vcs}, err);
}

bool terminals_eject(struct terminals *self, uint64_t cycle, struct err *err)
{
    bool good = true;
    for (uint32_t w = self->first_word; w < self->end_word; w++) {
        for (uint64_t rest = self->ejecting[w]; rest; rest &= rest - 1) {
            uint32_t n = w * 64 + (uint32_t)__builtin_ctzll(rest);
            good &= (self->circuits ? terminal_circuit_eject : eject)(self, n, cycle, err);
        }
    }
    return good;
}

void terminals_deliver(struct terminals *self, uint64_t cycle)
{
    const struct fabric_params *params = self->params;
    for (uint32_t i = 0; i < self->num_taken; i++) {
        const struct terminal_taken *taken = &self->taken[i];
        if (params->flit_ejected)
            params->flit_ejected(params->context, taken->node, cycle, taken->flit);
        if (taken->handle == MSG_NONE)
            continue;
        if (params->delivered)
            params->delivered(params->context, &self->pool->slots[taken->handle]);
        packet_pool_give(self->pool, taken->handle);
    }
    self->num_taken = 0;
}
