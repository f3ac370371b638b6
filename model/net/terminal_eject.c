// SPDX-License-Identifier: Apache-2.0
// What comes in at terminals: credits, and flits until their packets are delivered.
#include "model/net/observation.h"
#include "model/net/terminal_circuit.h"
#include "model/net/terminal_state.h"
#include "sim/rng.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

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

// What may be wrong with a flit that has arrived.
enum flit_fault { NO_FAULT, SECOND_HEAD, OF_NO_PACKET, OF_OTHER_CLASS, NO_HEAD, OUT_OF_PLACE };

// Whether a flit is the one that was sent, as flit `flit_idx` of `packet`, which is NULL if there
// is none, and at its place.
static inline enum flit_fault check_flit(const struct terminals *self, uint32_t n,
                                         const struct flit *flit, const struct incoming *in,
                                         const struct packet *packet, uint32_t flit_idx)
{
    if (flit->head) {
        if (in->handle != MSG_NONE)
            return SECOND_HEAD;
        if (!packet || packet->destination != n || flit->payload != packet->head)
            return OF_NO_PACKET;
        if (self->class_of_vc[flit->vc] != packet->traffic_class)
            return OF_OTHER_CLASS;
    } else {
        if (!packet)
            return NO_HEAD;
        if (flit->payload != layout_body(packet->serial, flit_idx))
            return OUT_OF_PLACE;
    }
    bool is_last = flit_idx + 1 == packet->flits;
    return flit->tail == is_last ? NO_FAULT : OUT_OF_PLACE;
}

// Says what is wrong with a flit. False always.
static __attribute__((noinline)) bool tell_fault(uint32_t n, uint64_t cycle,
                                                 const struct flit *flit,
                                                 const struct packet *packet, uint32_t flit_idx,
                                                 enum flit_fault fault, struct err *err)
{
    char where[64];
    snprintf(where, sizeof where, "cycle %" PRIu64 ", node %u, vc %u", cycle, n, flit->vc);
    switch (fault) {
    case SECOND_HEAD:
        return err_set(err, ERR_MISMATCH, "%s: a head flit within a packet", where);
    case OF_NO_PACKET:
        return err_set(err, ERR_MISMATCH,
                       "%s: head flit %016" PRIx64 " is of no packet to this node", where,
                       flit->payload);
    case OF_OTHER_CLASS:
        return err_set(err, ERR_MISMATCH,
                       "%s: a packet of traffic class %u came in a VC of another", where,
                       packet->traffic_class);
    case NO_HEAD:
        return err_set(err, ERR_MISMATCH, "%s: a body flit without its head", where);
    default:
        return err_set(err, ERR_MISMATCH,
                       "%s: flit %u of packet %" PRIu64 " (from node %u, %u flits) came as "
                       "%016" PRIx64 "%s",
                       where, flit_idx, packet->serial, packet->source, packet->flits,
                       flit->payload, flit->tail ? ", tail" : "");
    }
}

// Makes room in `taken` for a flit of each node of a word. False if out of memory.
static __attribute__((noinline)) bool grow_taken(struct terminals *self)
{
    uint32_t more = self->cap_taken + (self->cap_taken < 64 ? 64 : self->cap_taken);
    struct terminal_taken *taken = realloc(self->taken, more * sizeof *taken);
    if (!taken)
        return false;
    self->taken = taken;
    self->cap_taken = more;
    return true;
}

uint32_t terminals_router_hops(const struct terminals *self, const struct packet *packet)
{
    const struct topology *t = self->params->topology;
    uint32_t hops = packet->hops;
    if (self->params->ops->whole) // whose packets do not know
        hops = t->kind->distance(t, packet->source, packet->destination);
    return topology_router_hops(t, hops);
}

// What faults have made of a packet whose head is at its node.
static enum packet_fate fate_of(const struct terminals *self, const struct packet *packet)
{
    const struct fabric_params *params = self->params;
    return fault_fate(&params->faults, params->seed, packet->serial,
                      terminals_router_hops(self, packet) + 2);
}

static __attribute__((noinline)) void decide(struct terminals *self, struct packet *packet)
{
    packet->fate = fate_of(self, packet);
    self->packets_dropped += packet->fate == PACKET_DROPPED;
    self->packets_corrupted += packet->fate == PACKET_CORRUPTED;
}

inline bool terminal_take(struct terminals *self, uint32_t n, uint64_t cycle,
                          const struct flit *flit, struct err *err)
{
    struct incoming *in = &self->nodes[n].incoming[flit->vc];
    uint32_t handle = flit->head ? layout_handle(flit->payload) : in->handle;
    uint32_t flit_idx = flit->head ? 0 : in->next_flit;
    struct packet *packet = packet_pool_at(self->pool, handle);
    enum flit_fault fault = check_flit(self, n, flit, in, packet, flit_idx);
    if (fault != NO_FAULT)
        return tell_fault(n, cycle, flit, packet, flit_idx, fault, err);
    self->class_counters[packet->traffic_class].flits_ejected++;
    if (flit->tail) {
        packet->ejected_cycle = cycle;
        if (self->faulty)
            decide(self, packet);
        in->handle = MSG_NONE;
    } else {
        *in = (struct incoming){handle, flit_idx + 1};
        handle = MSG_NONE;
    }
    if (self->tells_flits)
        self->taken[self->num_taken++] = (struct terminal_taken){*flit, n, handle};
    else if (flit->tail)
        self->taken[self->num_taken++].handle = handle;
    return true;
}

bool terminal_back(struct terminals *self, uint32_t n, uint64_t cycle, struct calendar_credit back,
                   struct err *err)
{
    const struct wire *wire = &self->node_wires[n];
    struct calendar_credit *entry =
        calendar_add_credit(self->calendar, wire->part, cycle + wire->credit_latency_cycles);
    if (!entry)
        return err_set(err, ERR_RUN, "out of memory for credits");
    back.to = wire->to;
    *entry = back;
    if (self->observation && (back.ack || back.nack))
        observation_answer(self->observation, observation_into_node(self->observation, n),
                           (struct observation_wires){cycle, cycle + wire->credit_latency_cycles},
                           back.ack, back.nack);
    return true;
}

// Gives the credit of a VC back. False with `err` if out of memory.
static inline bool give_back(struct terminals *self, uint32_t n, uint64_t cycle, uint32_t vc,
                             struct err *err)
{
    if (!self->bank)
        return terminal_back(self, n, cycle, (struct calendar_credit){.vcs = (uint8_t)(1U << vc)},
                             err);
    return self->params->ops->give_back(self->bank, self->part, &self->node_wires[n], vc) ||
           err_set(err, ERR_RUN, "out of memory for credits");
}

// A draw depends on (seed, node, cycle) only.
bool terminal_stalls(const struct terminals *self, uint32_t n, uint64_t cycle)
{
    if (!self->stalls)
        return false;
    uint64_t key = rng_mix(self->params->seed) ^ rng_mix((uint64_t)RNG_STALL << 56 | n);
    return rng_mix(key ^ rng_mix(cycle)) < self->params->stall_threshold;
}

bool terminal_leaves(const struct terminals *self, uint32_t n, uint64_t cycle,
                     const struct flit *head)
{
    const struct fabric_nodes *nodes = self->params->nodes;
    const struct packet *packet = packet_pool_at(self->pool, layout_handle(head->payload));
    if (packet && self->faulty && fate_of(self, packet) == PACKET_DROPPED)
        return false;
    return packet && !nodes->offer(nodes->context, n, packet, cycle);
}

// Puts the first flit that node `n` takes before those of VCs whose heads it leaves where they are:
// the rest of a packet that it has begun to take is never behind one that waits. False if it takes
// none.
static bool bring_forward(struct terminals *self, uint32_t n, uint64_t cycle)
{
    const struct terminal *node = &self->nodes[n];
    struct flit *flits = &self->eject_flits[(size_t)n * self->eject_cap];
    uint32_t mask = self->eject_cap - 1, left_vcs = 0;
    for (uint32_t i = 0; i < node->eject_num; i++) {
        struct flit flit = flits[(node->eject_first + i) & mask];
        if (left_vcs >> flit.vc & 1)
            continue;
        if (flit.head && terminal_leaves(self, n, cycle, &flit)) {
            left_vcs |= 1U << flit.vc;
            continue;
        }
        for (; i > 0; i--)
            flits[(node->eject_first + i) & mask] = flits[(node->eject_first + i - 1) & mask];
        flits[node->eject_first] = flit;
        return true;
    }
    return false;
}

// Takes the next flit of node `n`, unless that stalls, and gives its credit back.
static inline bool eject(struct terminals *self, uint32_t n, uint64_t cycle, struct err *err)
{
    if (self->stalls && terminal_stalls(self, n, cycle)) // seldom asked
        return true;
    struct terminal *node = &self->nodes[n];
    if (self->params->nodes && !bring_forward(self, n, cycle))
        return true;
    const struct flit *flit = &self->eject_flits[(size_t)n * self->eject_cap + node->eject_first];
    if (--node->eject_num == 0)
        terminal_clear_bit(self->ejecting, n);
    else
        node->eject_first = (node->eject_first + 1) & (self->eject_cap - 1);
    return terminal_take(self, n, cycle, flit, err) && give_back(self, n, cycle, flit->vc, err);
}

bool terminals_eject(struct terminals *self, uint64_t cycle, struct err *err)
{
    bool good = true;
    for (uint32_t w = self->first_word; w < self->end_word; w++) {
        if (self->cap_taken - self->num_taken < 64 && !grow_taken(self))
            return err_set(err, ERR_RUN, "out of memory for flits that arrived");
        for (uint64_t rest = self->ejecting[w]; rest; rest &= rest - 1) {
            uint32_t n = w * 64 + (uint32_t)__builtin_ctzll(rest);
            if (self->circuits)
                good &= terminal_circuit_eject(self, n, cycle, err);
            else
                good &= eject(self, n, cycle, err);
        }
    }
    return good;
}

void terminals_deliver(struct terminals *self, uint64_t cycle)
{
    const struct fabric_params *params = self->params;
    fabric_flit_fn *flit_ejected = params->flit_ejected;
    fabric_delivered_fn *delivered = params->delivered;
    for (uint32_t i = 0; i < self->num_left; i++)
        params->nodes->left(params->nodes->context, self->left[i].node,
                            &self->pool->slots[self->left[i].handle], cycle);
    self->num_left = 0;
    const struct terminal_taken *end = self->taken + self->num_taken;
    for (const struct terminal_taken *taken = self->taken; taken < end; taken++) {
        if (flit_ejected)
            flit_ejected(params->context, taken->node, cycle, taken->flit);
        if (taken->handle == MSG_NONE)
            continue;
        if (delivered)
            delivered(params->context, &self->pool->slots[taken->handle]);
        packet_pool_give(self->pool, taken->handle);
    }
    self->num_taken = 0;
}
