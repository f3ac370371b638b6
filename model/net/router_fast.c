// SPDX-License-Identifier: Apache-2.0
// The steps of a cycle of the fast reference router.
#include "model/net/calendar.h"
#include "model/net/route_compute.h"
#include "model/net/router_fast_state.h"
#include "model/net/topology.h"

#include <assert.h>
#include <stdlib.h>

// --- steps 6 and 7 ------------------------------------------------------------------------------

// Writes a flit into its place in a FIFO of the router with this number and address, and computes a
// head's route. `x` is the input VC, `vc` its number in its port.
static inline void write_flit(const struct fast_bank *self, struct fast_flit *place,
                              uint32_t router, uint32_t address, uint32_t x, uint32_t vc,
                              uint64_t payload, uint32_t ends)
{
    place->payload = payload;
    place->want.ends = (uint8_t)ends;
    if (!(ends & FAST_HEAD))
        return;
    struct route_options options =
        route_compute(self->routing, router, address, self->port_of[x], vc, (uint32_t)payload);
    place->want.first = (uint8_t)(options.route.port * self->num_vcs);
    place->want.vcs = options.route.vcs;
    place->want.needed_credits = options.credits;
}

// Step 6 for a flit that has been written: it is there.
static inline void arrive_flit(const struct fast_bank *self, struct fast_router *at, uint32_t x)
{
    struct fast_vc *vc = &at->vcs[x];
    if (self->waits_for_tail &&
        (fast_flit_at(self, at, vc, (uint32_t)vc->first + vc->num)->want.ends & FAST_TAIL))
        vc->tails++;
    vc->num++;
    at->occupied |= fast_bit_of(x);
}

static void flit(void *bank, uint32_t router, uint32_t port, struct flit flit)
{
    struct fast_bank *self = bank;
    struct fast_router *at = fast_router_at(self, router);
    uint32_t ends = (flit.head ? FAST_HEAD : 0) | (flit.tail ? FAST_TAIL : 0);
    uint32_t x = port * self->num_vcs + flit.vc;
    const struct fast_vc *vc = &at->vcs[x];
    assert(vc->num < self->buffer_flits);
    struct fast_flit *place = fast_flit_at(self, at, vc, (uint32_t)vc->first + vc->num);
    place->hops = 0;
    write_flit(self, place, router, at->address, x, flit.vc, flit.payload, ends);
    arrive_flit(self, at, x);
}

// Step 7.
static inline void arrive_credit(const struct fast_bank *self, struct fast_router *at, uint32_t y)
{
    (void)self;
    assert(at->vcs[y].credits < self->buffer_flits);
    at->vcs[y].credits++;
    at->credit |= fast_bit_of(y);
}

static void credit(void *bank, uint32_t router, uint32_t port, uint8_t vcs)
{
    struct fast_bank *self = bank;
    struct fast_router *at = fast_router_at(self, router);
    for (uint32_t rest = vcs; rest; rest &= rest - 1)
        arrive_credit(self, at, port * self->num_vcs + (uint32_t)__builtin_ctz(rest));
}

// --- channels -----------------------------------------------------------------------------------

// Notes what is to arrive.
static inline void add_event(struct fast_bank *self, struct fast_events *to, uint32_t event)
{
    if (to->num == to->cap && !fast_events_grow(to)) {
        self->out_of_memory = true;
        return;
    }
    to->events[to->num++] = event;
}

static inline struct fast_day *day_in(const struct fast_bank *self, uint32_t latency_cycles)
{
    return &self->days[(self->today + latency_cycles) & (self->num_days - 1)];
}

// Puts the flit `front` on the channel out of a port to another router, by VC `vc`, as the number
// `sent` that goes there. It is written where it goes to at once, and is there when its event
// comes: the credit that was had for it keeps the place free.
static inline void send_flit(struct fast_bank *self, const struct fast_port *port, uint32_t vc,
                             uint32_t sent, const struct fast_flit *front)
{
    uint32_t event = port->event + vc;
    struct fast_flit *fifo = (struct fast_flit *)(self->routers + port->fifo);
    struct fast_flit *place = &fifo[(vc << self->fifo_log) + (sent & self->fifo_mask)];
    place->hops = front->hops + 1;
    write_flit(self, place, event / FAST_MAX_SET, port->address, event % FAST_MAX_SET, vc,
               front->payload, front->want.ends);
    add_event(self, &day_in(self, port->latency_cycles)->flits, event);
    self->num_flits_added++;
}

static struct flit outside(const struct fast_flit *front, uint32_t vc)
{
    uint32_t ends = front->want.ends;
    return (struct flit){front->payload, (uint8_t)vc, ends & FAST_HEAD, (ends & FAST_TAIL) != 0};
}

// Puts a flit on the channel out of a port to a terminal.
static void send_to_terminal(struct fast_bank *self, size_t port_idx, uint32_t vc,
                             const struct fast_flit *front)
{
    const struct carrier *carrier = self->carrier;
    const struct wire *wire = &carrier->wires[port_idx];
    if (wire->to.place == TOPOLOGY_NONE)
        return;
    *carrier->flit_hops += wire->is_hop;
    if (front->want.ends & FAST_HEAD)
        carrier->pool->slots[layout_handle(front->payload)].hops += front->hops + wire->is_hop;
    struct calendar_flit *entry =
        calendar_add_flit(carrier->calendar, *carrier->now + wire->latency_cycles);
    if (entry)
        *entry = (struct calendar_flit){wire->to, outside(front, vc)};
    else
        self->out_of_memory = true;
}

static void send_credit_to_terminal(struct fast_bank *self, size_t port_idx, uint32_t vc)
{
    const struct carrier *carrier = self->carrier;
    const struct wire *wire = &carrier->wires[port_idx];
    struct calendar_credit *entry =
        calendar_add_credit(carrier->calendar, *carrier->now + wire->credit_latency_cycles);
    if (entry)
        *entry = (struct calendar_credit){.to = wire->to, .vcs = (uint8_t)(1U << vc)};
    else
        self->out_of_memory = true;
}

// Sends back the credit for a flit that left input VC `x` of port `in`.
static inline void send_credit(struct fast_bank *self, const struct fast_router *at,
                               const struct fast_port *port, uint32_t in, uint32_t x)
{
    uint32_t vc = x - port->first;
    if (port->event == FAST_TO_TERMINAL) {
        send_credit_to_terminal(self, (size_t)at->first_port + in, vc);
        return;
    }
    add_event(self, &day_in(self, port->credit_latency_cycles)->credits, port->event + vc);
    self->num_credits_added++;
}

// A router that gets a credit needs not be made active: it is if it has a flit.
static void arrive(void *bank)
{
    struct fast_bank *self = bank;
    struct fast_day *today = day_in(self, 0);
    uint64_t *active = self->carrier->active;
    for (uint32_t i = 0; i < today->flits.num; i++) {
        uint32_t router = today->flits.events[i] / FAST_MAX_SET;
        arrive_flit(self, fast_router_at(self, router), today->flits.events[i] % FAST_MAX_SET);
        active[router / 64] |= fast_bit_of(router % 64);
    }
    for (uint32_t i = 0; i < today->credits.num; i++)
        arrive_credit(self, fast_router_at(self, today->credits.events[i] / FAST_MAX_SET),
                      today->credits.events[i] % FAST_MAX_SET);
    *self->carrier->flit_hops += self->num_flits_added;
    self->carrier->calendar->num_pending += self->num_flits_added + self->num_credits_added;
    self->carrier->calendar->num_pending -= (uint64_t)today->flits.num + today->credits.num;
    self->num_flits_added = 0;
    self->num_credits_added = 0;
    today->flits.num = 0;
    today->credits.num = 0;
    self->today = (self->today + 1) & (self->num_days - 1);
}

// --- steps 1 to 5 -------------------------------------------------------------------------------

// Step 1 for input VC `x`: the output VCs by which its front flit may leave now; 0, and counted, if
// it may not.
static inline uint64_t request(const struct fast_bank *self, uint32_t router,
                               const struct fast_router *at, uint32_t x,
                               const struct fast_flit *front)
{
    uint64_t usable = fast_usable_of(at, x, front);
    if (usable == 0) {
        bool no_vc = fast_lacks_vc(at, x, front);
        self->stalls[router].no_vc += no_vc;
        self->stalls[router].no_credit += !no_vc;
    } else if (!fast_is_whole(self, at, x)) {
        self->stalls[router].not_whole++;
        return 0;
    }
    return usable;
}

// The front flit of input VC `x` has left by output VC `y`.
static inline void leave(const struct fast_bank *self, struct fast_router *at, uint32_t x,
                         uint32_t y, uint32_t ends)
{
    struct fast_vc *vc = &at->vcs[x];
    uint64_t bit = fast_bit_of(x);
    uint64_t out_bit = fast_bit_of(y);
    vc->first++;
    if (--vc->num == 0)
        at->occupied &= ~bit;
    if (--at->vcs[y].credits == 0)
        at->credit &= ~out_bit;
    if (!(ends & FAST_TAIL)) {
        at->held |= out_bit;
        at->holding |= bit;
        vc->out = (uint8_t)y;
        return;
    }
    at->held &= ~out_bit;
    at->holding &= ~bit;
    if (self->waits_for_tail)
        vc->tails--;
}

// Steps 4 and 5 for input VC `x`, which is granted the output port of the VCs in `usable`, and by
// one of these sends its front flit. A bank that carries sends its credit, too.
static inline __attribute__((always_inline)) void grant(struct fast_bank *self,
                                                        struct fast_router *at, uint32_t x,
                                                        const struct fast_flit *front,
                                                        uint64_t usable, struct router_out *out)
{
    struct fast_port *ports = fast_ports_of(self, at);
    uint32_t in = self->port_of[x];
    uint32_t o = self->port_of[__builtin_ctzll(usable)];
    struct fast_port *port = &ports[o];
    uint32_t y = fast_first_of(usable, (uint64_t)port->rr_out_vc << port->first);
    uint32_t vc = y - port->first;
    port->rr_in = (uint8_t)(in + 1);
    if (!(at->holding >> x & 1))
        port->rr_out_vc = self->vcs_after[y];
    ports[in].rr_vc = self->vcs_after[x];
    if (out) {
        out->flits[out->num_flits++] = (struct router_out_flit){o, outside(front, vc)};
    } else {
        size_t port_idx = (size_t)at->first_port + o;
        self->carrier->channel_flits[port_idx]++;
        if (port->event == FAST_TO_TERMINAL)
            send_to_terminal(self, port_idx, vc, front);
        else
            send_flit(self, port, vc, at->vcs[y].sent++, front);
        send_credit(self, at, &ports[in], in, x);
    }
    leave(self, at, x, y, front->want.ends);
}

// The input VC that sends, by output port asked for, of a router's ready input VCs, by the output
// VCs that each may leave by. Contenders for an output port come in ascending order of input port,
// so only one at or past rr_in can displace an earlier one, which must lie before it. Returns the
// output ports, a bit each.
static uint64_t match(struct fast_bank *self, uint32_t router, struct fast_router *at,
                      uint64_t ready, const uint64_t *usable, uint8_t *winner)
{
    const struct fast_port *ports = fast_ports_of(self, at);
    uint64_t asked = 0;
    uint64_t lost = 0;
    while (ready) {
        uint32_t x = (uint32_t)__builtin_ctzll(ready);
        uint32_t in = self->port_of[x];
        uint32_t first = ports[in].first;
        uint64_t mine = ready & self->port_vcs << first;
        ready ^= mine;
        if (mine & (mine - 1)) {
            x = fast_first_of(mine, (uint64_t)ports[in].rr_vc << first);
            for (mine &= mine - 1; mine; mine &= mine - 1)
                lost++;
        }
        uint32_t o = self->port_of[__builtin_ctzll(usable[x])];
        if (!(asked >> o & 1)) {
            asked |= fast_bit_of(o);
            winner[o] = (uint8_t)x;
        } else {
            uint32_t rr = ports[o].rr_in;
            lost++;
            if (self->port_of[winner[o]] < rr && in >= rr)
                winner[o] = (uint8_t)x;
        }
    }
    self->stalls[router].switch_lost += lost;
    return asked;
}

// Steps 1 to 5 where several input VCs have a flit.
static inline void arbitrate(struct fast_bank *self, uint32_t router, struct fast_router *at,
                             struct router_out *out)
{
    uint64_t usable[FAST_MAX_SET]; // of ready input VCs
    uint8_t winner[FAST_MAX_SET];
    uint64_t ready = 0;
    uint64_t sent = 0;
    for (uint64_t rest = at->occupied; rest; rest &= rest - 1) {
        uint32_t x = (uint32_t)__builtin_ctzll(rest);
        usable[x] = request(self, router, at, x, fast_front(self, at, x));
        ready |= usable[x] ? rest & -rest : 0;
    }
    for (uint64_t rest = match(self, router, at, ready, usable, winner); rest; rest &= rest - 1) {
        uint32_t x = winner[__builtin_ctzll(rest)];
        sent |= fast_bit_of(x);
        grant(self, at, x, fast_front(self, at, x), usable[x], out);
    }
    for (; out && sent; sent &= sent - 1) {
        uint32_t x = (uint32_t)__builtin_ctzll(sent);
        uint32_t in = self->port_of[x];
        out->credits[out->num_credits++] = (struct router_out_credit){
            .port = in, .vcs = (uint8_t)(1U << (x - in * self->num_vcs))};
    }
}

// Of a bank that carries. A flit that is alone, as most are at low loads, needs no arbitration.
static inline void evaluate_carrying(struct fast_bank *self, uint32_t router,
                                     struct fast_router *at)
{
    if (at->occupied & (at->occupied - 1)) {
        arbitrate(self, router, at, NULL);
    } else if (at->occupied) {
        uint32_t x = (uint32_t)__builtin_ctzll(at->occupied);
        const struct fast_flit *front = fast_front(self, at, x);
        uint64_t usable = request(self, router, at, x, front);
        if (usable)
            grant(self, at, x, front, usable, NULL);
    }
}

static void evaluate(void *bank, uint32_t router, struct router_out *out)
{
    struct fast_bank *self = bank;
    struct fast_router *at = fast_router_at(self, router);
    if (self->carrier)
        evaluate_carrying(self, router, at);
    else
        arbitrate(self, router, at, out);
}

static void evaluate_all(void *bank)
{
    struct fast_bank *self = bank;
    uint64_t *active = self->carrier->active;
    uint32_t num_words = (self->num_routers + 63) / 64;
    for (uint32_t w = 0; w < num_words; w++) {
        uint64_t busy = active[w];
        for (uint64_t rest = busy; rest; rest &= rest - 1) {
            uint32_t router = w * 64 + (uint32_t)__builtin_ctzll(rest);
            struct fast_router *at = fast_router_at(self, router);
            evaluate_carrying(self, router, at);
            if (at->occupied == 0)
                busy ^= rest & -rest;
        }
        active[w] = busy;
    }
}

static bool busy(const void *bank, uint32_t router)
{
    return fast_router_at(bank, router)->occupied != 0;
}

const struct router_ops router_fast_ops = {
    .name = "ref",
    .bank_new = fast_bank_new,
    .bank_free = fast_bank_free,
    .evaluate = evaluate,
    .evaluate_all = evaluate_all,
    .flit = flit,
    .credit = credit,
    .busy = busy,
    .carry = fast_carry,
    .arrive = arrive,
    .stalls = fast_stalls,
    .waits = fast_waits,
    .check = fast_check,
};
