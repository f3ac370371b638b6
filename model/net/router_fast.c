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
// head's route.
static inline void write_flit(const struct fast_bank *self, struct fast_flit *place,
                              uint32_t router, uint32_t address, uint32_t in_port, uint32_t vc,
                              uint64_t payload, uint32_t ends)
{
    place->payload = payload;
    place->want.ends = (uint8_t)ends;
    if (!(ends & FAST_HEAD))
        return;
    struct route_options options =
        route_compute(self->routing, router, address, in_port, vc, (uint32_t)payload);
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
    write_flit(self, place, router, at->address, port, flit.vc, flit.payload, ends);
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
static inline void add_event(struct fast_part *from, struct fast_events *to, uint32_t event)
{
    if (to->num == to->cap && !fast_events_grow(to)) {
        from->out_of_memory = true;
        return;
    }
    to->events[to->num++] = event;
}

// What a partition has sent that arrives at the partition whose days begin at `first_day`.
static inline struct fast_day *day_in(const struct fast_bank *self, const struct fast_part *from,
                                      uint32_t first_day, uint32_t latency_cycles)
{
    return &from->days[first_day + ((from->today + latency_cycles) & self->day_mask)];
}

// Puts the flit `front` on the channel out of a port to another router, by VC `vc`, as the number
// `sent` that goes there. It is written where it goes to at once, and is there when its event
// comes: the credit that was had for it keeps the place free. That router may be of another
// partition, which is at work, but the place is the sender's.
static inline void send_flit(const struct fast_bank *self, struct fast_part *from,
                             const struct fast_port *port, uint32_t vc, uint32_t sent,
                             const struct fast_flit *front)
{
    uint32_t event = port->event + vc;
    struct fast_flit *fifo = (struct fast_flit *)(self->routers + port->fifo);
    struct fast_flit *place = &fifo[(vc << self->fifo_log) + (sent & self->fifo_mask)];
    place->hops = front->hops + 1;
    write_flit(self, place, event / FAST_MAX_SET, port->address, port->in_port, vc,
               front->payload, front->want.ends);
    add_event(from, &day_in(self, from, port->first_day, port->latency_cycles)->flits, event);
    from->num_hops++;
}

static inline struct flit flit_of(const struct fast_flit *front, uint32_t vc)
{
    uint32_t ends = front->want.ends;
    return (struct flit){front->payload, (uint8_t)vc, ends & FAST_HEAD, (ends & FAST_TAIL) != 0};
}

// Puts a flit on the channel out of a port to a terminal.
static void send_to_terminal(struct fast_part *from, const struct wire *wire, uint32_t vc,
                             const struct fast_flit *front)
{
    const struct carrier *carrier = from->carrier;
    if (wire->to.place == TOPOLOGY_NONE)
        return;
    *carrier->flit_hops += wire->is_hop;
    if (front->want.ends & FAST_HEAD)
        carrier->pool->slots[layout_handle(front->payload)].hops += front->hops + wire->is_hop;
    struct calendar_flit *entry =
        calendar_add_flit(carrier->calendar, wire->part, *carrier->now + wire->latency_cycles);
    if (entry)
        *entry = (struct calendar_flit){wire->to, flit_of(front, vc)};
    else
        from->out_of_memory = true;
}

static void send_credit_to_terminal(struct fast_part *from, const struct wire *wire, uint32_t vc)
{
    const struct carrier *carrier = from->carrier;
    struct calendar_credit *entry = calendar_add_credit(
        carrier->calendar, wire->part, *carrier->now + wire->credit_latency_cycles);
    if (entry)
        *entry = (struct calendar_credit){.to = wire->to, .vcs = (uint8_t)(1U << vc)};
    else
        from->out_of_memory = true;
}

static bool inject(void *bank, uint32_t part, const struct wire *wire, struct flit flit)
{
    struct fast_bank *self = bank;
    struct fast_part *from = &self->parts[part];
    struct fast_router *at = fast_router_at(self, wire->to.place);
    uint32_t ends = (flit.head ? FAST_HEAD : 0) | (flit.tail ? FAST_TAIL : 0);
    uint32_t x = wire->to.port * self->num_vcs + flit.vc;
    struct fast_flit *place = fast_flit_at(self, at, &at->vcs[x], at->vcs[x].sent++);
    place->hops = 0;
    write_flit(self, place, wire->to.place, at->address, wire->to.port, flit.vc, flit.payload, ends);
    add_event(from, &day_in(self, from, wire->part * self->num_days, wire->latency_cycles)->flits,
              wire->to.place * FAST_MAX_SET + x);
    from->num_others++;
    return !from->out_of_memory;
}

static bool give_back(void *bank, uint32_t part, const struct wire *wire, uint8_t vcs)
{
    struct fast_bank *self = bank;
    struct fast_part *from = &self->parts[part];
    struct fast_day *day = // `arrive` has moved on to the next one
        day_in(self, from, wire->part * self->num_days, wire->credit_latency_cycles - 1);
    uint32_t first = wire->to.place * FAST_MAX_SET + wire->to.port * self->num_vcs;
    for (uint32_t rest = vcs; rest; rest &= rest - 1) {
        add_event(from, &day->credits, first + (uint32_t)__builtin_ctz(rest));
        from->num_others++;
    }
    return !from->out_of_memory;
}

// Sends back the credit for a flit that came by VC `vc` of a port.
static inline void send_credit(const struct fast_bank *self, struct fast_part *from,
                               const struct fast_port *port, uint32_t vc)
{
    if (port->event == FAST_TO_TERMINAL) {
        send_credit_to_terminal(from, &from->carrier->wires[port->fifo], vc);
        return;
    }
    add_event(from, &day_in(self, from, port->first_day, port->credit_latency_cycles)->credits,
              port->event + vc);
    from->num_others++;
}

// What a partition has sent to another, `here`, arrives. A router that gets a credit needs not be
// made active: it is if it has a flit.
static void arrive_from(const struct fast_bank *self, struct fast_part *here,
                        struct fast_day *today)
{
    const struct fast_events flits = today->flits;
    const struct fast_events credits = today->credits;
    uint64_t *active = here->carrier->active;
    for (uint32_t i = 0; i < flits.num; i++) {
        uint32_t router = flits.events[i] / FAST_MAX_SET;
        arrive_flit(self, fast_router_at(self, router), flits.events[i] % FAST_MAX_SET);
        active[router / 64] |= fast_bit_of(router % 64);
    }
    for (uint32_t i = 0; i < credits.num; i++)
        arrive_credit(self, fast_router_at(self, credits.events[i] / FAST_MAX_SET),
                      credits.events[i] % FAST_MAX_SET);
    here->carrier->calendar->num_pending -= (uint64_t)flits.num + credits.num;
    today->flits.num = 0;
    today->credits.num = 0;
}

static void arrive(void *bank, uint32_t part)
{
    struct fast_bank *self = bank;
    struct fast_part *here = &self->parts[part];
    for (uint32_t from = 0; from < self->num_parts; from++)
        arrive_from(self, here, &self->parts[from].days[part * self->num_days + here->today]);
    *here->carrier->flit_hops += here->num_hops;
    here->carrier->calendar->num_pending += here->num_hops + here->num_others;
    here->num_hops = 0;
    here->num_others = 0;
    here->today = (here->today + 1) & self->day_mask;
}

// --- steps 1 to 5 -------------------------------------------------------------------------------

// An input VC whose front flit may leave.
struct contender {
    uint64_t usable; // output VCs, all of one port
    const struct fast_flit *front;
    struct fast_port *in;
    struct fast_port *out;
    uint32_t x; // number of the input VC
};

static __attribute__((noinline)) void count_stall(const struct fast_bank *self,
                                                  const struct fast_router *at,
                                                  const struct fast_flit *front, bool usable)
{
    struct router_stalls *stalls = &self->stalls[at->number];
    bool no_vc = fast_lacks_vc(at, front);
    stalls->not_whole += usable;
    stalls->no_vc += !usable && no_vc;
    stalls->no_credit += !usable && !no_vc;
}

// Step 1 for input VC `x`. False, and counted why, if its front flit may not leave now.
static inline bool request(const struct fast_bank *self, struct fast_router *at, uint32_t x,
                           struct contender *contender)
{
    const struct fast_flit *front = fast_front(self, at, x);
    uint64_t usable = fast_usable_of(at, x, front);
    if (usable == 0 || !fast_is_whole(self, at, x, front)) {
        count_stall(self, at, front, usable != 0);
        return false;
    }
    contender->usable = usable;
    contender->front = front;
    contender->in = fast_port_of(self, at, x);
    contender->out = fast_port_of(self, at, (uint32_t)__builtin_ctzll(usable));
    contender->x = x;
    return true;
}

// Steps 4 and 5 for input VC `x`, which sends its front flit by output VC `y`.
static inline void leave(const struct fast_bank *self, struct fast_router *at, uint32_t x,
                         uint32_t y, uint32_t ends)
{
    struct fast_vc *vc = &at->vcs[x];
    vc->first++;
    if (--vc->num == 0)
        at->occupied &= ~fast_bit_of(x);
    if (--at->vcs[y].credits == 0)
        at->credit &= ~fast_bit_of(y);
    if (ends == FAST_HEAD) {
        at->held |= fast_bit_of(y);
        vc->out = (uint8_t)y;
    } else if (ends == FAST_TAIL) {
        at->held &= ~fast_bit_of(y);
    }
    if (self->waits_for_tail && (ends & FAST_TAIL))
        vc->tails--;
}

// The output VC of a contender that is granted; moves the pointers on.
static inline uint32_t choose(const struct fast_bank *self, const struct contender *winner)
{
    struct fast_port *out = winner->out;
    uint32_t y = fast_first_of(winner->usable, (uint64_t)out->rr_out_vc << out->first);
    out->rr_in = (uint8_t)(winner->in->first + self->num_vcs);
    if (winner->front->want.ends & FAST_HEAD)
        out->rr_out_vc = self->vcs_after[y];
    winner->in->rr_vc = self->vcs_after[winner->x];
    return y;
}

// A contender of a bank that carries sends its front flit, and the credit for it.
static inline __attribute__((always_inline)) void grant(const struct fast_bank *self,
                                                        struct fast_part *from,
                                                        struct fast_router *at,
                                                        const struct contender *winner)
{
    struct fast_port *out = winner->out;
    uint32_t y = choose(self, winner);
    uint32_t vc = y - out->first;
    out->num_flits++;
    if (out->event == FAST_TO_TERMINAL)
        send_to_terminal(from, &from->carrier->wires[out->fifo], vc, winner->front);
    else
        send_flit(self, from, out, vc, at->vcs[y].sent++, winner->front);
    send_credit(self, from, winner->in, winner->x - winner->in->first);
    leave(self, at, winner->x, y, winner->front->want.ends);
}

// Step 2 for the contenders of one input port, of `num` in ascending order of VC that begin with
// them. Returns how many they are, and the one that wins.
static uint32_t match_input(const struct contender *contenders, uint32_t num,
                            const struct contender **winner)
{
    const struct fast_port *in = contenders[0].in;
    uint32_t end = 0;
    *winner = NULL;
    for (; end < num && contenders[end].in == in; end++)
        if (!*winner && (in->rr_vc >> (contenders[end].x - in->first) & 1))
            *winner = &contenders[end];
    if (!*winner)
        *winner = contenders;
    return end;
}

// Steps 2 and 3: leaves those that win, in ascending order of output port, and returns how many.
// Contenders for an output port come in ascending order of input port, so only one at or past rr_in
// can displace an earlier one, which must lie before it.
static uint32_t match(const struct fast_bank *self, const struct fast_router *at,
                      struct contender *contenders, uint32_t num)
{
    struct contender winners[FAST_MAX_SET]; // by the first VC of their output port
    uint64_t asked = 0;
    uint32_t num_winners = 0;
    for (uint32_t i = 0; i < num;) {
        const struct contender *mine;
        i += match_input(&contenders[i], num - i, &mine);
        uint32_t out = mine->out->first;
        uint32_t rr = mine->out->rr_in;
        if (!(asked >> out & 1) || (winners[out].x < rr && mine->x >= rr))
            winners[out] = *mine;
        asked |= fast_bit_of(out);
    }
    for (; asked; asked &= asked - 1)
        contenders[num_winners++] = winners[__builtin_ctzll(asked)];
    self->stalls[at->number].switch_lost += num - num_winners;
    return num_winners;
}

// Steps 1 to 3 where several input VCs have a flit. Where no two contenders come by the same input
// port or ask for the same output port, all win; only with `match_all` are they put in order.
static inline uint32_t arbitrate(const struct fast_bank *self, struct fast_router *at,
                                 struct contender *contenders, bool match_all)
{
    uint32_t num = 0;
    uint64_t came = 0;  // first VCs of input ports
    uint64_t asked = 0; // first VCs of output ports
    bool twice = match_all;
    for (uint64_t rest = at->occupied; rest; rest &= rest - 1) {
        struct contender *mine = &contenders[num];
        if (!request(self, at, (uint32_t)__builtin_ctzll(rest), mine))
            continue;
        num++;
        uint64_t in = fast_bit_of(mine->in->first);
        uint64_t out = fast_bit_of(mine->out->first);
        twice |= ((came & in) | (asked & out)) != 0;
        came |= in;
        asked |= out;
    }
    return twice ? match(self, at, contenders, num) : num;
}

// Steps 1 to 5 in a bank that carries. A flit that is alone, as most are at low loads, needs no
// arbitration.
static inline void evaluate_carrying(const struct fast_bank *self, struct fast_part *from,
                                     struct fast_router *at)
{
    struct contender contenders[FAST_MAX_SET];
    uint64_t occupied = at->occupied;
    if (occupied & (occupied - 1)) {
        const struct contender *end = contenders + arbitrate(self, at, contenders, false);
        for (const struct contender *winner = contenders; winner < end; winner++)
            grant(self, from, at, winner);
    } else if (occupied) {
        struct contender alone;
        if (request(self, at, (uint32_t)__builtin_ctzll(occupied), &alone))
            grant(self, from, at, &alone);
    }
}

// Steps 1 to 5 in a bank that does not carry.
static void evaluate_alone(const struct fast_bank *self, struct fast_router *at,
                           struct router_out *out)
{
    struct contender contenders[FAST_MAX_SET];
    uint64_t sent = 0; // input VCs
    uint32_t num = arbitrate(self, at, contenders, true);
    for (uint32_t i = 0; i < num; i++) {
        const struct contender *winner = &contenders[i];
        uint32_t y = choose(self, winner);
        out->flits[out->num_flits++] = (struct router_out_flit){
            y / self->num_vcs, flit_of(winner->front, y - winner->out->first)};
        sent |= fast_bit_of(winner->x);
        leave(self, at, winner->x, y, winner->front->want.ends);
    }
    for (; sent; sent &= sent - 1) {
        uint32_t x = (uint32_t)__builtin_ctzll(sent);
        out->credits[out->num_credits++] = (struct router_out_credit){
            .port = x / self->num_vcs, .vcs = (uint8_t)(1U << x % self->num_vcs)};
    }
}

static void evaluate(void *bank, uint32_t router, struct router_out *out)
{
    struct fast_bank *self = bank;
    struct fast_router *at = fast_router_at(self, router);
    struct fast_part *from = &self->parts[out->part];
    if (from->carrier)
        evaluate_carrying(self, from, at);
    else
        evaluate_alone(self, at, out);
}

static void evaluate_all(void *bank, uint32_t part)
{
    struct fast_bank *self = bank;
    struct fast_part *from = &self->parts[part];
    uint64_t *active = from->carrier->active;
    for (uint32_t w = from->carrier->first_word; w < from->carrier->end_word; w++) {
        unsigned char *routers = self->routers + (size_t)w * 64 * self->stride;
        uint64_t busy = active[w];
        for (uint64_t rest = busy; rest; rest &= rest - 1) {
            struct fast_router *at =
                (struct fast_router *)(routers + (size_t)__builtin_ctzll(rest) * self->stride);
            evaluate_carrying(self, from, at);
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
    .inject = inject,
    .give_back = give_back,
    .arrive = arrive,
    .channel_flits = fast_channel_flits,
    .stalls = fast_stalls,
    .waits = fast_waits,
    .check = fast_check,
};
