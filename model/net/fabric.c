// SPDX-License-Identifier: Apache-2.0
#include "model/net/fabric.h"

#include "model/net/calendar.h"
#include "model/net/packet_pool.h"
#include "model/net/terminal.h"
#include "sim/rng.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

// Where an output port of a router leads.
struct wire {
    uint32_t target; // router port (router * radix + port) or node; TOPOLOGY_NONE: not connected
    uint32_t latency_cycles;        // of a flit that leaves
    uint32_t credit_latency_cycles; // of a credit for a flit that came, which goes the other way
    bool to_terminal;
};

struct fabric {
    struct fabric_params params;
    uint64_t now;
    void *bank;
    uint32_t num_routers; // of the bank
    uint32_t radix;       // of the bank
    uint32_t *own_address;
    struct wire *wires;    // [num_routers * radix]
    uint32_t *node_target; // [num_nodes]
    struct router_out out;
    struct calendar calendar;
    struct packet_pool pool;
    struct terminals terminals;
    uint64_t *active; // routers to evaluate in the next cycle, a bit each
    uint32_t *order;  // [num_routers] for shuffled evaluation
    struct rng shuffle_rng;
    struct terminal_latency *node_latency; // [num_nodes]
    uint64_t *channel_flits; // [num_routers * radix], then [num_nodes] of those out of nodes
    uint64_t flits_created;
    uint64_t flit_hops;
    uint64_t quiet_cycles; // with packets waiting and nothing on its way
};

static uint32_t num_words(const struct fabric *self)
{
    return (self->num_routers + 63) / 64;
}

static void activate(struct fabric *self, uint32_t router)
{
    self->active[router / 64] |= UINT64_C(1) << router % 64;
}

// Where no router may be left out, all are to be evaluated.
static void activate_all(struct fabric *self)
{
    for (uint32_t r = 0; !self->params.skip_idle && r < self->num_routers; r++)
        activate(self, r);
}

// Latency of the channel that leaves the topology by a port.
static uint32_t latency_of(const struct fabric *self, size_t port)
{
    const struct topology *t = self->params.topology;
    if (t->latency_cycles && t->latency_cycles[port] > 0)
        return t->latency_cycles[port];
    return t->port_node[port] != TOPOLOGY_NONE ? self->params.ejection_latency_cycles
                                               : self->params.channel_latency_cycles;
}

// Latency of the channel from a node to the port of its router.
static uint32_t injection_latency_of(const struct fabric *self, size_t port)
{
    const struct topology *t = self->params.topology;
    return t->latency_cycles && t->latency_cycles[port] > 0 ? t->latency_cycles[port]
                                                            : self->params.terminal_latency_cycles;
}

// Cycles that a flit takes over the channel that leaves by a port: a narrow one brings it in
// pieces.
static uint32_t flit_latency_of(const struct fabric *self, size_t port)
{
    const struct topology *t = self->params.topology;
    return latency_of(self, port) + (t->flit_cycles ? t->flit_cycles[port] - 1 : 0);
}

static uint32_t max_latency(const struct fabric *self)
{
    const struct topology *t = self->params.topology;
    uint32_t max = self->params.terminal_latency_cycles;
    for (size_t p = 0; p < (size_t)t->num_routers * t->radix; p++) {
        uint32_t latency = flit_latency_of(self, p);
        max = latency > max ? latency : max;
    }
    return max;
}

static void wire_routers(struct fabric *self)
{
    const struct topology *t = self->params.topology;
    bool whole = self->params.ops->whole;
    for (uint32_t node = 0; node < t->num_nodes; node++)
        self->node_target[node] = whole ? node : t->node_port[node];
    for (size_t p = 0; p < (size_t)self->num_routers * self->radix; p++) {
        uint32_t node = whole ? (uint32_t)p : t->port_node[p];
        struct wire *wire = &self->wires[p];
        if (node != TOPOLOGY_NONE) {
            uint32_t in_cycles = injection_latency_of(self, t->node_port[node]);
            size_t port = t->node_port[node];
            self->node_latency[node] = (struct terminal_latency){in_cycles, latency_of(self, port)};
            *wire = (struct wire){node, flit_latency_of(self, port), in_cycles, true};
        } else {
            *wire = (struct wire){t->peer[p], flit_latency_of(self, p), 0, false};
            if (wire->target != TOPOLOGY_NONE)
                wire->credit_latency_cycles = latency_of(self, wire->target);
        }
    }
}

static bool allocate(struct fabric *self, struct err *err)
{
    size_t ports = (size_t)self->num_routers * self->radix;
    uint32_t nodes = self->params.topology->num_nodes;
    self->wires = calloc(ports, sizeof *self->wires);
    self->node_target = calloc(nodes, sizeof *self->node_target);
    self->out.flits = calloc(self->radix, sizeof *self->out.flits);
    self->out.credits = calloc(self->radix, sizeof *self->out.credits);
    self->active = calloc(num_words(self), sizeof *self->active);
    self->order = calloc(self->num_routers, sizeof *self->order);
    self->node_latency = calloc(nodes, sizeof *self->node_latency);
    self->channel_flits = calloc(ports + nodes, sizeof *self->channel_flits);
    self->own_address = routing_own_addresses(self->params.routing, self->params.topology);
    if (!self->wires || !self->node_target || !self->out.flits || !self->out.credits ||
        !self->active || !self->order || !self->node_latency || !self->channel_flits ||
        !self->own_address)
        return err_set(err, ERR_RUN, "out of memory for a fabric of %u routers", self->num_routers);
    return true;
}

static bool make(struct fabric *self, struct err *err)
{
    const struct fabric_params *params = &self->params;
    self->num_routers = params->ops->whole ? 1 : params->topology->num_routers;
    self->radix = params->ops->whole ? params->topology->num_nodes : params->topology->radix;
    if (!allocate(self, err) || !calendar_make(&self->calendar, max_latency(self), err))
        return false;
    wire_routers(self);
    activate_all(self);
    self->shuffle_rng = rng_make(params->seed, RNG_SHUFFLE, 0);
    self->terminals.params = params;
    self->terminals.pool = &self->pool;
    self->terminals.calendar = &self->calendar;
    self->terminals.node_target = self->node_target;
    self->terminals.node_latency = self->node_latency;
    self->terminals.node_flits = self->channel_flits + (size_t)self->num_routers * self->radix;
    self->terminals.num_nodes = params->topology->num_nodes;
    if (!terminals_make(&self->terminals, err))
        return false;
    struct router_params routers = {
        .radix = self->radix,
        .num_vcs = params->routing->num_vcs,
        .buffer_flits = params->buffer_flits,
        .switching = params->switching,
        .circuit_waits = params->circuit.waits,
        .design = params->design,
        .flit_cycles = params->ops->whole ? NULL : params->topology->flit_cycles,
        .routing = params->routing,
        .num_routers = self->num_routers,
        .own_address = self->own_address,
        .now = &self->now,
        .rtl = params->rtl,
        .topology = params->ops->whole ? params->topology : NULL,
        .channel_latency_cycles = params->channel_latency_cycles,
    };
    self->bank = params->ops->bank_new(&routers, err);
    return self->bank != NULL;
}

// Circuit switching has routers of its own.
static bool choose_ops(struct fabric_params *params, struct err *err)
{
    if (!switching_is_circuit(params->switching))
        return true;
    assert(params->routing->num_vcs == 1 && !params->topology->flit_cycles);
    if (!params->ops->circuit)
        return err_set(err, ERR_CONFIG, "the back end %s has no circuit switching",
                       params->ops->name);
    params->ops = params->ops->circuit;
    return true;
}

struct fabric *fabric_new(const struct fabric_params *params, struct err *err)
{
    struct fabric *self = calloc(1, sizeof *self);
    if (!self) {
        err_set(err, ERR_RUN, "out of memory");
        return NULL;
    }
    self->params = *params;
    if (!choose_ops(&self->params, err) || !make(self, err)) {
        fabric_free(self);
        return NULL;
    }
    return self;
}

void fabric_free(struct fabric *self)
{
    if (!self)
        return;
    if (self->bank)
        self->params.ops->bank_free(self->bank);
    free(self->wires);
    free(self->node_target);
    free(self->out.flits);
    free(self->out.credits);
    free(self->active);
    free(self->order);
    free(self->node_latency);
    free(self->channel_flits);
    free(self->own_address);
    calendar_free(&self->calendar);
    terminals_free(&self->terminals);
    packet_pool_free(&self->pool);
    free(self);
}

bool fabric_send(struct fabric *self, const struct packet_spec *spec, struct err *err)
{
    uint32_t handle = packet_pool_take(&self->pool);
    if (handle == MSG_NONE)
        return err_set(err, ERR_RUN, "out of memory for packets (%u alive)", self->pool.num_live);
    struct packet *packet = &self->pool.slots[handle];
    const struct routing *routing = self->params.routing;
    bool pads = routing->kind && routing->kind->bubbles;
    packet->created_cycle = self->now;
    packet->source = spec->source;
    packet->destination = spec->destination;
    packet->flits = pads ? routing->max_flits : spec->flits;
    packet->traffic_class = spec->traffic_class;
    packet->hops = self->params.topology->indirect ? 1 : 0; // from the node to its switch
    packet->message = spec->message;
    self->flits_created += packet->flits;
    terminals_enqueue(&self->terminals, handle);
    return true;
}

// Puts what a router's output registers hold on their channels.
static bool emit(struct fabric *self, uint32_t router)
{
    bool good = true;
    for (uint32_t i = 0; i < self->out.num_flits; i++) {
        const struct router_out_flit *out = &self->out.flits[i];
        size_t port = (size_t)router * self->radix + out->port;
        const struct wire *wire = &self->wires[port];
        if (wire->target == TOPOLOGY_NONE)
            continue; // of an RTL that is wrong; the flit is lost, and the watchdog will tell
        self->channel_flits[port]++;
        bool is_data =
            !switching_is_circuit(self->params.switching) || !(out->flit.vc & CIRCUIT_NO_DATA);
        if (is_data && (!wire->to_terminal || self->params.topology->indirect)) {
            self->flit_hops++;
            struct packet *packet =
                out->flit.head ? packet_pool_at(&self->pool, layout_handle(out->flit.payload))
                               : NULL;
            if (packet)
                packet->hops++;
        }
        good &=
            calendar_push_flit(&self->calendar, self->now + wire->latency_cycles,
                               (struct calendar_flit){wire->target, wire->to_terminal, out->flit});
    }
    for (uint32_t i = 0; i < self->out.num_credits; i++) {
        const struct router_out_credit *out = &self->out.credits[i];
        const struct wire *wire = &self->wires[(size_t)router * self->radix + out->port];
        if (wire->target == TOPOLOGY_NONE)
            continue;
        good &= calendar_push_credit(&self->calendar, self->now + wire->credit_latency_cycles,
                                     (struct calendar_credit){wire->target, wire->to_terminal,
                                                              out->vcs, out->ack, out->nack});
    }
    return good;
}

// Calls `step` for every active router and emits what it gives.
static bool step_routers(struct fabric *self,
                         void (*step)(void *bank, uint32_t router, struct router_out *out))
{
    uint32_t num = 0;
    for (uint32_t w = 0; w < num_words(self); w++)
        for (uint64_t rest = self->active[w]; rest; rest &= rest - 1)
            self->order[num++] = w * 64 + (uint32_t)__builtin_ctzll(rest);
    for (uint32_t i = 0; self->params.shuffle && i + 1 < num; i++) {
        uint32_t j = i + (uint32_t)rng_below(&self->shuffle_rng, num - i);
        uint32_t swapped = self->order[i];
        self->order[i] = self->order[j];
        self->order[j] = swapped;
    }
    bool good = true;
    for (uint32_t i = 0; i < num; i++) {
        self->out.num_flits = 0;
        self->out.num_credits = 0;
        step(self->bank, self->order[i], &self->out);
        good &= emit(self, self->order[i]);
    }
    return good;
}

// Step c.
static bool arrive(struct fabric *self, struct err *err)
{
    const struct router_ops *ops = self->params.ops;
    struct calendar_day *today = calendar_at(&self->calendar, self->now);
    for (uint32_t i = 0; i < today->num_flits; i++) {
        const struct calendar_flit *in = &today->flits[i];
        if (in->to_terminal) {
            if (!terminals_flit(&self->terminals, in->target, in->flit, err))
                return false;
            continue;
        }
        uint32_t router = in->target / self->radix;
        ops->flit(self->bank, router, in->target % self->radix, in->flit);
        activate(self, router);
    }
    for (uint32_t i = 0; i < today->num_credits; i++) {
        const struct calendar_credit *in = &today->credits[i];
        bool answer = in->ack || in->nack;
        if (in->to_terminal) {
            if (!answer)
                terminals_credit(&self->terminals, in->target, in->vcs);
            else if (!terminals_answer(&self->terminals, in->target, self->now, in->ack, in->nack,
                                       err))
                return false;
            continue;
        }
        uint32_t router = in->target / self->radix;
        uint32_t port = in->target % self->radix;
        if (answer)
            ops->answer(self->bank, router, port, in->ack, in->nack);
        else
            ops->credit(self->bank, router, port, in->vcs);
        activate(self, router);
    }
    calendar_clear(&self->calendar, today);
    return true;
}

// Keeps for the next cycle the routers that are busy, or all if none may be left out.
static void settle(struct fabric *self)
{
    for (uint32_t w = 0; w < num_words(self); w++)
        for (uint64_t rest = self->active[w]; rest; rest &= rest - 1) {
            uint32_t router = w * 64 + (uint32_t)__builtin_ctzll(rest);
            if (!self->params.ops->busy(self->bank, router))
                self->active[w] &= ~(rest & -rest);
        }
    activate_all(self);
}

// Counts the cycles in which packets are there and no flit moves, be it along a channel; nor does a
// credit, which a flit may wait for; nor does a node wait for the end of a back-off.
static bool watch(struct fabric *self, uint64_t moves_before, struct err *err)
{
    uint64_t moves =
        self->terminals.flits_injected + self->terminals.flits_ejected + self->flit_hops;
    if (moves != moves_before || self->calendar.num_pending > 0 || self->pool.num_live == 0 ||
        self->terminals.num_backing_off > 0) {
        self->quiet_cycles = 0;
        return true;
    }
    if (++self->quiet_cycles < self->params.watchdog_cycles)
        return true;
    return err_set(err, ERR_DEADLOCK,
                   "deadlock: %u packets are in the fabric and source queues, and no flit has "
                   "moved since cycle %" PRIu64,
                   self->pool.num_live, self->now + 1 - self->quiet_cycles);
}

bool fabric_cycle(struct fabric *self, struct err *err)
{
    const struct router_ops *ops = self->params.ops;
    uint64_t moves =
        self->terminals.flits_injected + self->terminals.flits_ejected + self->flit_hops;
    bool memory = !ops->evaluate || step_routers(self, ops->evaluate);
    memory &= terminals_inject(&self->terminals, self->now);
    if (!arrive(self, err) || !terminals_eject(&self->terminals, self->now, err))
        return false;
    memory &= !ops->update || step_routers(self, ops->update);
    if (!memory)
        return err_set(err, ERR_RUN, "out of memory for flits on channels");
    if (ops->check && !ops->check(self->bank, err))
        return false;
    settle(self);
    self->now++;
    return watch(self, moves, err);
}

uint64_t fabric_now(const struct fabric *self)
{
    return self->now;
}

bool fabric_idle(const struct fabric *self)
{
    if (self->pool.num_live > 0 || self->calendar.num_pending > 0)
        return false;
    for (uint32_t w = 0; self->params.skip_idle && w < num_words(self); w++)
        if (self->active[w])
            return false;
    return true;
}

void fabric_jump(struct fabric *self, uint64_t cycle)
{
    if (cycle > self->now)
        self->now = cycle;
}

struct fabric_counters fabric_counters(const struct fabric *self)
{
    struct fabric_counters counters = {
        .packets_created = self->pool.next_serial,
        .packets_injected = self->terminals.packets_injected,
        .packets_ejected = self->terminals.packets_ejected,
        .flits_created = self->flits_created,
        .flits_injected = self->terminals.flits_injected,
        .flits_ejected = self->terminals.flits_ejected,
        .flit_hops = self->flit_hops +
                     (self->params.topology->indirect ? self->terminals.flits_injected : 0),
        .circuit = self->terminals.circuit_counters,
    };
    memcpy(counters.classes, self->terminals.class_counters, sizeof counters.classes);
    for (uint32_t r = 0; self->params.ops->stalls && r < self->num_routers; r++)
        self->params.ops->stalls(self->bank, r, &counters.stalls);
    return counters;
}

const uint64_t *fabric_channel_flits(const struct fabric *self)
{
    return self->channel_flits;
}

static void report_wait(const struct fabric *self, uint32_t router, const struct router_wait *wait,
                        FILE *to)
{
    const struct topology *t = self->params.topology;
    char in_name[128];
    char out_name[128];
    topology_port_name(t, router, wait->port, in_name, sizeof in_name);
    topology_port_name(t, router, wait->out_port, out_name, sizeof out_name);
    fprintf(to, "  %s input, vc %u (%u flits) waits for %s, vc", in_name, wait->vc, wait->flits,
            out_name);
    for (uint32_t vc = 0; vc < self->params.routing->num_vcs; vc++)
        if (wait->out_vcs >> vc & 1)
            fprintf(to, " %u", vc);
    fprintf(to, "%s: %s\n", wait->holds ? " (its own)" : "", wait->reason);
}

void fabric_report_waits(const struct fabric *self, uint32_t max_lines, FILE *to)
{
    if (!self->params.ops->waits)
        return;
    uint32_t num = 0;
    struct router_wait waits[ROUTER_MAX_RADIX * ROUTER_MAX_VCS];
    for (uint32_t r = 0; r < self->num_routers; r++) {
        uint32_t here = self->params.ops->waits(self->bank, r, waits);
        for (uint32_t i = 0; i < here; i++, num++)
            if (num < max_lines)
                report_wait(self, r, &waits[i], to);
    }
    if (num > max_lines)
        fprintf(to, "  and %u more\n", num - max_lines);
}
