// SPDX-License-Identifier: Apache-2.0
#include "model/net/terminal.h"

#include "model/net/observation.h"
#include "model/net/terminal_circuit.h"
#include "model/net/terminal_state.h"

#include <stdlib.h>

// What does not change while the simulation runs, told apart so that a cycle need not look for it.
static void set_constants(struct terminals *self)
{
    const struct fabric_params *params = self->params;
    const struct routing *routing = params->routing;
    self->num_classes = routing->num_vcs / routing->class_vcs;
    self->stalls = params->stall_threshold > 0;
    self->tells_flits = params->flit_ejected;
    self->tells_left = params->nodes;
    self->faulty = fault_possible(&params->faults);
    for (uint32_t c = 0; c < self->num_classes; c++)
        self->inject_vcs[c] = (uint8_t)(routing->vcs_inject << c * routing->class_vcs);
    for (uint32_t vc = 0; vc < ROUTER_MAX_VCS; vc++)
        self->class_of_vc[vc] = (uint8_t)(vc / routing->class_vcs);
}

bool terminals_make(struct terminals *self, struct err *err)
{
    uint32_t num_vcs = self->params->routing->num_vcs;
    uint32_t words = (self->num_nodes + 63) / 64;
    self->eject_cap = 1;
    while (self->eject_cap < num_vcs * self->params->buffer_flits)
        self->eject_cap *= 2;
    set_constants(self);
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

// Puts a flit on a channel of the fabric's, which not all banks have. False if out of memory.
static __attribute__((noinline)) bool put_on_calendar(struct terminals *self, uint32_t n,
                                                      uint64_t cycle, struct flit flit)
{
    const struct wire *wire = &self->node_wires[n];
    struct calendar_flit *entry =
        calendar_add_flit(self->calendar, wire->part, cycle + wire->latency_cycles);
    if (self->observation)
        observation_flit(self->observation, observation_out_of_node(self->observation, n),
                         (struct observation_wires){cycle, cycle + wire->latency_cycles}, flit);
    if (entry)
        *entry = (struct calendar_flit){wire->to, flit};
    return entry;
}

// In line below, and a function for circuits, as are others here.
inline bool terminal_put(struct terminals *self, uint32_t n, uint64_t cycle, struct flit flit)
{
    self->node_flits[n]++;
    if (self->bank)
        return self->params->ops->inject(self->bank, self->part, &self->node_wires[n], flit);
    return put_on_calendar(self, n, cycle, flit);
}

static bool has_packets(const struct terminals *self, uint32_t n)
{
    const struct source_queue *queues = &self->queues[(size_t)n * self->num_classes];
    for (uint32_t c = 0; c < self->num_classes; c++)
        if (queues[c].first != MSG_NONE)
            return true;
    return false;
}

inline bool terminal_send(struct terminals *self, uint32_t n, struct source_queue *queue,
                          const struct packet *packet, uint64_t cycle, struct flit flit)
{
    self->class_counters[packet->traffic_class].flits_injected++;
    queue->next_flit++;
    if (flit.tail) {
        if (self->tells_left)
            self->left[self->num_left++] = (struct terminal_left){n, queue->first};
        queue->next_flit = 0;
        queue->first = packet->next;
        if (packet->next == MSG_NONE && (self->num_classes == 1 || !has_packets(self, n)))
            terminal_clear_bit(self->sending, n);
    }
    return terminal_put(self, n, cycle, flit);
}

// Whether there are credits for the next flit of a packet, the first of a queue; a head is given
// its VC.
static inline bool can_send(const struct terminals *self, const struct terminal *node,
                            struct source_queue *queue, const struct packet *packet)
{
    if (queue->next_flit > 0)
        return node->credits[queue->vc] > 0;
    uint32_t usable = self->inject_vcs[packet->traffic_class];
    if (usable == 0)
        usable = routing_inject_vcs(self->params->routing, packet->traffic_class,
                                    (uint32_t)packet->head, packet->serial);
    usable &= with_credits(self, node, packet);
    if (usable == 0)
        return false;
    queue->vc = (uint8_t)routing_first_vc_idx((uint8_t)usable, queue->next_vc);
    queue->next_vc = (uint8_t)(queue->vc + 1);
    return true;
}

// Sends that flit. False if out of memory.
static inline bool send_next(struct terminals *self, uint32_t n, struct terminal *node,
                             struct source_queue *queue, struct packet *packet, uint64_t cycle)
{
    uint32_t flit_idx = queue->next_flit;
    uint64_t payload = packet->head;
    if (flit_idx == 0) {
        packet->injected_cycle = cycle;
        self->packets_injected++;
    } else {
        payload = layout_body(packet->serial, flit_idx);
    }
    if (--node->credits[queue->vc] == 0)
        node->credit ^= (uint8_t)(1U << queue->vc);
    struct flit flit = {payload, queue->vc, flit_idx == 0, flit_idx + 1 == packet->flits};
    return terminal_send(self, n, queue, packet, cycle, flit);
}

// Sends a flit of node `n`, of the highest class that can. False if out of memory.
static inline bool inject(struct terminals *self, uint32_t n, uint64_t cycle)
{
    struct terminal *node = &self->nodes[n];
    struct source_queue *lowest = &self->queues[(size_t)n * self->num_classes];
    for (struct source_queue *queue = lowest + self->num_classes; queue-- > lowest;) {
        if (queue->first == MSG_NONE)
            continue;
        struct packet *packet = &self->pool->slots[queue->first];
        if (can_send(self, node, queue, packet))
            return send_next(self, n, node, queue, packet, cycle);
    }
    return true;
}

bool terminals_inject(struct terminals *self, uint64_t cycle)
{
    bool good = true;
    for (uint32_t w = self->first_word; w < self->end_word; w++) {
        for (uint64_t rest = self->sending[w]; rest; rest &= rest - 1) {
            uint32_t n = w * 64 + (uint32_t)__builtin_ctzll(rest);
            if (self->circuits)
                good &= terminal_circuit_inject(self, n, cycle);
            else
                good &= inject(self, n, cycle);
        }
    }
    return good;
}
