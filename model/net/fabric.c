// SPDX-License-Identifier: Apache-2.0
// The cycle of a fabric. fabric_make.c makes one.
#include "model/net/fabric_state.h"

#include <inttypes.h>
#include <string.h>

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

// Counts a flit that is put on a channel of the topology's graph.
static void count_hop(struct fabric *self, const struct flit *flit)
{
    if (switching_is_circuit(self->params.switching) && (flit->vc & CIRCUIT_NO_DATA))
        return;
    self->flit_hops++;
    struct packet *packet =
        flit->head ? packet_pool_at(&self->pool, layout_handle(flit->payload)) : NULL;
    if (packet)
        packet->hops++;
}

// Puts what a router's output registers hold on their channels. What an RTL that is wrong sends to
// nowhere is lost, and the watchdog will tell.
static bool emit(struct fabric *self, uint32_t router)
{
    size_t first = (size_t)router * self->radix;
    for (uint32_t i = 0; i < self->out.num_flits; i++) {
        const struct router_out_flit *out = &self->out.flits[i];
        const struct wire *wire = &self->wires[first + out->port];
        if (wire->to.place == TOPOLOGY_NONE)
            continue;
        self->channel_flits[first + out->port]++;
        if (wire->is_hop)
            count_hop(self, &out->flit);
        struct calendar_flit *entry =
            calendar_add_flit(&self->calendar, self->now + wire->latency_cycles);
        if (!entry)
            return false;
        *entry = (struct calendar_flit){wire->to, out->flit};
    }
    for (uint32_t i = 0; i < self->out.num_credits; i++) {
        const struct router_out_credit *out = &self->out.credits[i];
        const struct wire *wire = &self->wires[first + out->port];
        if (wire->to.place == TOPOLOGY_NONE)
            continue;
        struct calendar_credit *entry =
            calendar_add_credit(&self->calendar, self->now + wire->credit_latency_cycles);
        if (!entry)
            return false;
        *entry = (struct calendar_credit){wire->to, out->vcs, out->ack, out->nack};
    }
    return true;
}

typedef void step_fn(void *bank, uint32_t router, struct router_out *out);

// Calls `step` for a router and emits what it gives.
static bool step_router(struct fabric *self, step_fn *step, uint32_t router)
{
    self->out.num_flits = 0;
    self->out.num_credits = 0;
    step(self->bank, router, &self->out);
    return emit(self, router);
}

static bool step_in_random_order(struct fabric *self, step_fn *step)
{
    uint32_t num = 0;
    for (uint32_t w = 0; w < fabric_num_words(self); w++)
        for (uint64_t rest = self->active[w]; rest; rest &= rest - 1)
            self->order[num++] = w * 64 + (uint32_t)__builtin_ctzll(rest);
    bool good = true;
    for (uint32_t i = 0; i < num; i++) {
        uint32_t j = i + (uint32_t)rng_below(&self->shuffle_rng, num - i);
        uint32_t router = self->order[j];
        self->order[j] = self->order[i];
        good &= step_router(self, step, router);
    }
    return good;
}

// Does so for every active router.
static bool step_routers(struct fabric *self, step_fn *step)
{
    if (self->params.shuffle)
        return step_in_random_order(self, step);
    bool good = true;
    for (uint32_t w = 0; w < fabric_num_words(self); w++)
        for (uint64_t rest = self->active[w]; rest; rest &= rest - 1)
            good &= step_router(self, step, w * 64 + (uint32_t)__builtin_ctzll(rest));
    return good;
}

// Step c.
static bool arrive(struct fabric *self, struct err *err)
{
    const struct router_ops *ops = self->params.ops;
    struct calendar_day *today = calendar_at(&self->calendar, self->now);
    for (uint32_t i = 0; i < today->num_flits; i++) {
        const struct calendar_flit *in = &today->flits[i];
        if (in->to.port != CARRIER_TERMINAL) {
            ops->flit(self->bank, in->to.place, in->to.port, in->flit);
            fabric_activate(self, in->to.place);
        } else if (!terminals_flit(&self->terminals, in->to.place, in->flit, err)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < today->num_credits; i++) {
        const struct calendar_credit *in = &today->credits[i];
        bool answer = in->ack || in->nack;
        if (in->to.port != CARRIER_TERMINAL) {
            if (answer)
                ops->answer(self->bank, in->to.place, in->to.port, in->ack, in->nack);
            else
                ops->credit(self->bank, in->to.place, in->to.port, in->vcs);
            fabric_activate(self, in->to.place);
        } else if (!answer) {
            terminals_credit(&self->terminals, in->to.place, in->vcs);
        } else if (!terminals_answer(&self->terminals, in->to.place, self->now, in->ack, in->nack,
                                     err)) {
            return false;
        }
    }
    calendar_clear(&self->calendar, today);
    if (self->bank_carries)
        ops->arrive(self->bank);
    return true;
}

// Keeps for the next cycle the routers that are busy, or all if none may be left out.
static void settle(struct fabric *self)
{
    bool settled = self->bank_carries && !self->params.shuffle;
    for (uint32_t w = 0; !settled && w < fabric_num_words(self); w++)
        for (uint64_t rest = self->active[w]; rest; rest &= rest - 1) {
            uint32_t router = w * 64 + (uint32_t)__builtin_ctzll(rest);
            if (!self->params.ops->busy(self->bank, router))
                self->active[w] &= ~(rest & -rest);
        }
    fabric_activate_all(self);
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
    bool memory = true;
    if (self->bank_carries && !self->params.shuffle)
        ops->evaluate_all(self->bank);
    else if (ops->evaluate)
        memory = step_routers(self, ops->evaluate);
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
    for (uint32_t w = 0; self->params.skip_idle && w < fabric_num_words(self); w++)
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

bool fabric_sees_waits(const struct fabric *self)
{
    return self->params.ops->waits != NULL;
}

void fabric_report_waits(const struct fabric *self, uint32_t max_lines, FILE *to)
{
    if (!fabric_sees_waits(self))
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
