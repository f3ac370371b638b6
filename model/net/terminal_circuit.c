// SPDX-License-Identifier: Apache-2.0
#include "model/net/terminal_circuit.h"

#include "model/net/terminal_state.h"
#include "sim/rng.h"

#include <inttypes.h>
#include <stdlib.h>

const char *const circuit_hold_names[CIRCUIT_HOLD_NUM] = {
    [CIRCUIT_HOLD_PACKET] = "packet",
    [CIRCUIT_HOLD_MESSAGE] = "message",
    [CIRCUIT_HOLD_CACHED] = "cached",
};

enum source_state { NO_CIRCUIT, BACKING_OFF, PROBING, CONNECTED };

struct terminal_circuit {
    // As a source.
    struct rng rng;
    uint64_t retry_cycle; // backing off: of the next probe
    uint32_t num_nacks;   // of the first packet's probes
    uint32_t destination; // probing, connected: node
    uint8_t state;        // enum source_state
    bool served;          // connected: a packet has gone by this circuit
    bool asked;           // connected: it has been asked for
    // As a destination.
    bool receiving; // a circuit ends here
    bool arrived;   // `flit` is there, and not yet dealt with
    struct flit flit;
};

bool terminal_circuits_make(struct terminals *self, struct err *err)
{
    self->circuits = calloc(self->num_nodes, sizeof *self->circuits);
    if (!self->circuits)
        return err_set(err, ERR_RUN, "out of memory for the terminals of %u nodes",
                       self->num_nodes);
    for (uint32_t n = 0; n < self->num_nodes; n++)
        self->circuits[n].rng = rng_make(self->params->seed, RNG_BACKOFF, n);
    return true;
}

static void back_off(struct terminals *self, struct terminal_circuit *node, uint64_t cycle,
                     uint32_t num_doublings)
{
    const struct circuit_params *params = &self->params->circuit;
    uint64_t window = params->backoff_max_cycles;
    if (num_doublings < 32 && (uint64_t)params->backoff_cycles << num_doublings < window)
        window = (uint64_t)params->backoff_cycles << num_doublings;
    node->retry_cycle = cycle + 1 + rng_below(&node->rng, window);
    node->state = BACKING_OFF;
    self->num_backing_off++;
}

// After a flit that frees.
static void give_up(struct terminals *self, uint32_t n, uint64_t cycle)
{
    struct terminal_circuit *node = &self->circuits[n];
    bool more = self->queues[n].first != MSG_NONE;
    node->state = NO_CIRCUIT;
    self->circuit_counters.releases += node->asked;
    if (node->asked && more && !self->params->circuit.waits)
        back_off(self, node, cycle, 0);
}

// A packet enters the fabric with its first probe, or with its head if it needs none.
static void note_entry(struct terminals *self, struct packet *packet, uint64_t cycle)
{
    packet->injected_cycle = cycle;
    self->packets_injected++;
}

static bool probe(struct terminals *self, uint32_t n, uint64_t cycle)
{
    struct terminal_circuit *node = &self->circuits[n];
    uint32_t handle = self->queues[n].first;
    struct packet *packet = &self->pool->slots[handle];
    if (node->num_nacks == 0)
        note_entry(self, packet, cycle);
    self->circuit_counters.probes++;
    self->circuit_counters.retries += node->num_nacks > 0;
    node->state = PROBING;
    node->destination = packet->destination;
    struct flit flit = {.payload = packet->head, .vc = CIRCUIT_PROBE};
    return terminal_put(self, n, cycle, flit);
}

// True if the circuit is to be freed by the tail of the first packet.
static bool tail_frees(const struct terminals *self, uint32_t n)
{
    const struct packet *packet = &self->pool->slots[self->queues[n].first];
    const struct packet *next = packet->next != MSG_NONE ? &self->pool->slots[packet->next] : NULL;
    switch (self->params->circuit.hold) {
    case CIRCUIT_HOLD_MESSAGE:
        return !next || next->destination != packet->destination || packet->message == MSG_NONE ||
               next->message != packet->message;
    case CIRCUIT_HOLD_CACHED:
        return self->circuits[n].asked || (next && next->destination != packet->destination);
    default:
        return true;
    }
}

static bool send_data(struct terminals *self, uint32_t n, uint64_t cycle)
{
    struct terminal_circuit *node = &self->circuits[n];
    struct source_queue *queue = &self->queues[n];
    struct packet *packet = &self->pool->slots[queue->first];
    uint32_t flit_idx = queue->next_flit;
    struct flit flit = {.head = flit_idx == 0, .tail = flit_idx + 1 == packet->flits};
    bool frees = flit.tail && tail_frees(self, n);
    flit.payload = flit.head ? packet->head : layout_body(packet->serial, flit_idx);
    flit.vc = frees ? CIRCUIT_LAST : CIRCUIT_DATA;
    if (flit.head && node->served) {
        note_entry(self, packet, cycle);
        self->circuit_counters.reuses++;
    }
    bool sent = terminal_send(self, n, queue, packet, cycle, flit);
    if (flit.tail) {
        node->served = true;
        node->num_nacks = 0;
    }
    if (frees)
        give_up(self, n, cycle);
    return sent;
}

// True if a circuit that was kept is to be freed: nothing of a packet has been sent.
static bool gives_up(const struct terminals *self, uint32_t n)
{
    const struct terminal_circuit *node = &self->circuits[n];
    uint32_t handle = self->queues[n].first;
    return self->queues[n].next_flit == 0 && node->served &&
           (node->asked ||
            (handle != MSG_NONE && self->pool->slots[handle].destination != node->destination));
}

bool terminal_circuit_inject(struct terminals *self, uint32_t n, uint64_t cycle)
{
    struct terminal_circuit *node = &self->circuits[n];
    switch (node->state) {
    case PROBING:
        return true;
    case BACKING_OFF:
        if (cycle < node->retry_cycle)
            return true;
        self->num_backing_off--;
        return probe(self, n, cycle);
    case CONNECTED:
        if (!gives_up(self, n))
            return send_data(self, n, cycle);
        give_up(self, n, cycle);
        if (self->queues[n].first == MSG_NONE)
            terminal_clear_bit(self->sending, n);
        return terminal_put(self, n, cycle, (struct flit){.vc = CIRCUIT_RELEASE});
    default:
        return probe(self, n, cycle);
    }
}

bool terminal_circuit_answer(struct terminals *self, uint32_t n, uint64_t cycle, bool ack,
                             bool nack, struct err *err)
{
    struct terminal_circuit *node = &self->circuits[n];
    if (ack && nack) {
        if (node->state == CONNECTED && self->params->circuit.hold == CIRCUIT_HOLD_CACHED) {
            node->asked = true;
            terminal_set_bit(self->sending, n);
        }
        return true;
    }
    if (node->state != PROBING)
        return err_set(err, ERR_MISMATCH, "cycle %" PRIu64 ", node %u: %s came without a probe",
                       cycle, n, ack ? "an ack" : "a nack");
    if (ack) {
        const struct packet *packet = &self->pool->slots[self->queues[n].first];
        self->circuit_counters.circuits++;
        self->circuit_counters.setup_cycles += cycle - packet->injected_cycle;
        node->state = CONNECTED;
        node->served = false;
        node->asked = false;
        return true;
    }
    self->circuit_counters.nacks++;
    back_off(self, node, cycle, node->num_nacks++);
    return true;
}

bool terminal_circuit_flit(struct terminals *self, uint32_t n, struct flit flit, struct err *err)
{
    struct terminal_circuit *node = &self->circuits[n];
    if (node->arrived)
        return err_set(err, ERR_MISMATCH, "node %u: a flit came behind a probe without answer", n);
    node->flit = flit;
    node->arrived = true;
    terminal_set_bit(self->ejecting, n);
    return true;
}

// True if the flit may come now.
static bool is_in_place(const struct terminals *self, uint32_t n, struct flit flit)
{
    const struct terminal_circuit *node = &self->circuits[n];
    if (flit.vc != CIRCUIT_PROBE)
        return node->receiving && (flit.vc != CIRCUIT_LAST || flit.tail);
    const struct packet *packet = packet_pool_at(self->pool, layout_handle(flit.payload));
    return !node->receiving && packet && packet->destination == n && flit.payload == packet->head;
}

bool terminal_circuit_eject(struct terminals *self, uint32_t n, uint64_t cycle, struct err *err)
{
    struct terminal_circuit *node = &self->circuits[n];
    struct flit flit = node->flit;
    if (!is_in_place(self, n, flit))
        return err_set(err, ERR_MISMATCH,
                       "cycle %" PRIu64 ", node %u: flit %016" PRIx64
                       " of kind %u is out of place on its circuit",
                       cycle, n, flit.payload, flit.vc);
    if (flit.vc == CIRCUIT_PROBE &&
        (terminal_stalls(self, n, cycle) ||
         (self->params->nodes && terminal_leaves(self, n, cycle, &flit))))
        return true;
    node->arrived = false;
    node->receiving = !(flit.vc & CIRCUIT_FREES);
    terminal_clear_bit(self->ejecting, n);
    if (flit.vc == CIRCUIT_PROBE)
        return terminal_back(self, n, cycle, (struct calendar_credit){.ack = true}, err);
    if (flit.vc == CIRCUIT_RELEASE)
        return true;
    flit.vc = 0;
    return terminal_take(self, n, cycle, &flit, err);
}
