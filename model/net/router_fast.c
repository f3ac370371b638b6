// SPDX-License-Identifier: Apache-2.0
// The steps of a cycle of the fast reference router.
#include "model/net/calendar.h"
#include "model/net/route_compute.h"
#include "model/net/router_fast_state.h"
#include "model/net/terminal.h"

#include <assert.h>

// --- steps 6 and 7 ------------------------------------------------------------------------------

// Step 6: writes a flit into the FIFO of input VC `x`, and computes a head's route.
static inline void arrive_flit(const struct fast_bank *self, struct fast_router *at, uint32_t x,
                               uint64_t payload, uint32_t ends, uint32_t hops)
{
    struct fast_vc *vc = &at->vcs[x];
    assert(vc->num < self->buffer_flits);
    struct fast_flit *place = fast_flit_at(self, at, vc, (uint32_t)vc->first + vc->num);
    place->payload = payload;
    place->hops = hops;
    place->want.ends = (uint8_t)ends;
    if (ends & FAST_HEAD) {
        struct route_options options = route_compute(self->routing, at->number, at->address, x,
                                                     self->vc_of[x], (uint32_t)payload);
        place->want.first = (uint8_t)(options.route.port * self->num_vcs);
        place->want.vcs = options.route.vcs;
        place->want.needed_credits = options.credits;
    }
    vc->num++;
    vc->tails = (uint8_t)(vc->tails + (ends / FAST_TAIL & 1));
    at->occupied |= fast_bit_of(x);
}

static inline uint32_t ends_of(struct flit flit)
{
    return (flit.head ? FAST_HEAD : 0) | (flit.tail ? FAST_TAIL : 0);
}

static inline struct flit flit_out(uint64_t payload, uint32_t ends, uint32_t vc)
{
    return (struct flit){payload, (uint8_t)vc, ends & FAST_HEAD, (ends & FAST_TAIL) != 0};
}

static void flit(void *bank, uint32_t router, uint32_t port, struct flit flit)
{
    struct fast_bank *self = bank;
    arrive_flit(self, fast_router_at(self, router), port * self->num_vcs + flit.vc, flit.payload,
                ends_of(flit), 0);
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

// What a partition has sent that arrives at the partition whose days begin at `first_day`.
static inline struct fast_day *day_in(const struct fast_bank *self, const struct fast_part *from,
                                      uint32_t first_day, uint32_t latency_cycles)
{
    return &from->days[first_day + ((from->today + latency_cycles) & self->day_mask)];
}

static void short_of_memory(struct fast_part *part)
{
    err_set(&part->err, ERR_RUN, "out of memory for flits on channels");
}

// Puts a flit on a channel.
static inline void add_flit(struct fast_part *from, struct fast_flits *to, uint32_t event,
                            uint64_t payload, uint32_t ends, uint32_t hops)
{
    if (to->num == to->cap && !fast_grow(&to->list, &to->cap, sizeof *to->list)) {
        short_of_memory(from);
        return;
    }
    to->list[to->num++] = (struct fast_arrival){payload, hops, event, ends};
    from->num_added++;
}

static inline void add_credit(struct fast_part *from, struct fast_credits *to, uint32_t event)
{
    if (to->num == to->cap && !fast_grow(&to->list, &to->cap, sizeof *to->list)) {
        short_of_memory(from);
        return;
    }
    to->list[to->num++] = event;
    from->num_added++;
}

// Puts a flit on the channel out of a port, by VC `vc`.
static inline void send_flit(const struct fast_bank *self, struct fast_part *from,
                             struct fast_port *port, uint32_t vc, const struct fast_flit *front)
{
    struct fast_day *day = day_in(self, from, port->first_day, port->latency_cycles);
    add_flit(from, &day->flits[port->kind], port->event + vc, front->payload, front->want.ends,
             front->hops + port->is_hop);
    from->num_hops += port->is_hop;
    port->num_flits++;
}

// Sends back the credit for a flit that came by VC `vc` of a port.
static inline void send_credit(const struct fast_bank *self, struct fast_part *from,
                               const struct fast_port *port, uint32_t vc)
{
    struct fast_day *day = day_in(self, from, port->first_day, port->credit_latency_cycles);
    add_credit(from, &day->credits[port->kind], port->event + vc);
}

static bool inject(void *bank, uint32_t part, const struct wire *wire, struct flit flit)
{
    struct fast_bank *self = bank;
    struct fast_part *from = &self->parts[part];
    uint32_t first = wire->to.place * FAST_MAX_SET + wire->to.port * self->num_vcs;
    struct fast_day *day = day_in(self, from, wire->part * self->num_days, wire->latency_cycles);
    add_flit(from, &day->flits[FAST_ROUTER], first + flit.vc, flit.payload, ends_of(flit), 0);
    return from->err.status == ERR_NONE;
}

static bool give_back(void *bank, uint32_t part, const struct wire *wire, uint8_t vcs)
{
    struct fast_bank *self = bank;
    struct fast_part *from = &self->parts[part];
    uint32_t first = wire->to.place * FAST_MAX_SET + wire->to.port * self->num_vcs;
    struct fast_day *day = // `arrive` has moved on to the next one
        day_in(self, from, wire->part * self->num_days, wire->credit_latency_cycles - 1);
    for (uint32_t rest = vcs; rest; rest &= rest - 1)
        add_credit(from, &day->credits[FAST_ROUTER], first + (uint32_t)__builtin_ctz(rest));
    return from->err.status == ERR_NONE;
}

// A router that gets a credit needs not be made active: it is if it has a flit.
static void arrive_at_routers(const struct fast_bank *self, struct fast_part *here,
                              const struct fast_day *today)
{
    const struct fast_flits flits = today->flits[FAST_ROUTER];
    const struct fast_credits credits = today->credits[FAST_ROUTER];
    uint64_t *active = here->carrier->active;
    for (uint32_t i = 0; i < flits.num; i++) {
        const struct fast_arrival *flit = &flits.list[i];
        uint32_t router = flit->event / FAST_MAX_SET;
        arrive_flit(self, fast_router_at(self, router), flit->event % FAST_MAX_SET, flit->payload,
                    flit->ends, flit->hops);
        active[router / PARTITION_WORD] |= fast_bit_of(router % PARTITION_WORD);
    }
    for (uint32_t i = 0; i < credits.num; i++)
        arrive_credit(self, fast_router_at(self, credits.list[i] / FAST_MAX_SET),
                      credits.list[i] % FAST_MAX_SET);
}

static void arrive_at_nodes(struct fast_part *here, const struct fast_day *today)
{
    const struct carrier *carrier = here->carrier;
    const struct fast_flits flits = today->flits[FAST_NODE];
    const struct fast_credits credits = today->credits[FAST_NODE];
    for (uint32_t i = 0; i < flits.num; i++) {
        const struct fast_arrival *flit = &flits.list[i];
        uint32_t node = flit->event / FAST_MAX_SET;
        if (node == FAST_NOWHERE)
            continue;
        if (flit->ends & FAST_HEAD)
            carrier->pool->slots[layout_handle(flit->payload)].hops += flit->hops;
        terminals_flit(carrier->terminals, node,
                       flit_out(flit->payload, flit->ends, flit->event % FAST_MAX_SET), &here->err);
    }
    for (uint32_t i = 0; i < credits.num; i++)
        terminals_credit(carrier->terminals, credits.list[i] / FAST_MAX_SET,
                         (uint8_t)(1U << credits.list[i] % FAST_MAX_SET));
}

static void arrive(void *bank, uint32_t part)
{
    struct fast_bank *self = bank;
    struct fast_part *here = &self->parts[part];
    uint64_t num_arrived = 0;
    for (uint32_t from = 0; from < self->num_parts; from++) {
        struct fast_day *today = &self->parts[from].days[part * self->num_days + here->today];
        arrive_at_routers(self, here, today);
        arrive_at_nodes(here, today);
        for (int kind = 0; kind < FAST_NUM_KINDS; kind++) {
            num_arrived += (uint64_t)today->flits[kind].num + today->credits[kind].num;
            today->flits[kind].num = 0;
            today->credits[kind].num = 0;
        }
    }
    *here->carrier->flit_hops += here->num_hops;
    here->carrier->calendar->num_pending += here->num_added - num_arrived;
    here->num_hops = 0;
    here->num_added = 0;
    here->today = (here->today + 1) & self->day_mask;
}

// --- steps 1 to 5 -------------------------------------------------------------------------------

// Why the front flit of an input VC does not leave.
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

// Steps 4 and 5 for a contender, which sends its front flit: chooses the output VC, moves the
// pointers on, and takes the flit out. Which flit it is does not show in branches.
static inline uint32_t leave(const struct fast_bank *self, const struct fast_contender *winner)
{
    struct fast_router *at = winner->at;
    struct fast_vc *vc = &at->vcs[winner->x];
    uint32_t ends = winner->front->want.ends;
    uint64_t is_head = fast_mask_of(ends & FAST_HEAD);
    uint64_t is_tail = fast_mask_of(ends & FAST_TAIL);
    uint32_t y = fast_first_of(winner->usable, at->rr_out_vc);
    uint64_t out_bit = fast_bit_of(y);
    winner->out->rr_in = self->beyond[winner->x];
    at->rr_vc = (at->rr_vc & ~self->siblings[winner->x]) | self->after[winner->x];
    at->rr_out_vc ^= ((at->rr_out_vc ^ self->after[y]) & self->siblings[y]) & is_head;
    at->held = (at->held | (out_bit & is_head)) & ~(out_bit & is_tail);
    vc->out = (uint8_t)y;
    vc->first++;
    vc->num--;
    at->occupied &= ~(fast_bit_of(winner->x) & fast_mask_of(vc->num == 0));
    at->vcs[y].credits--;
    at->credit &= ~(out_bit & fast_mask_of(at->vcs[y].credits == 0));
    vc->tails = (uint8_t)(vc->tails - (is_tail & 1));
    return y;
}

// A contender of a bank that carries sends its front flit, and the credit for it.
static inline void grant(const struct fast_bank *self, struct fast_part *from,
                         const struct fast_contender *winner)
{
    uint32_t y = leave(self, winner);
    send_flit(self, from, winner->out, y - winner->out->first, winner->front);
    const struct fast_port *in = fast_port_of(self, winner->at, winner->x);
    send_credit(self, from, in, winner->x - in->first);
}

// Of the VCs in a set, the first of each port, counted from its pointer.
static inline uint64_t first_of_ports(const struct fast_bank *self, uint64_t set, uint64_t ahead)
{
    uint64_t some = 0; // VC 0 of each port that has one ahead
    uint64_t any = 0;  // or one at all
    for (uint32_t vc = 0; vc < self->num_vcs; vc++) {
        some |= (set & ahead) >> vc;
        any |= set >> vc;
    }
    some &= self->firsts;
    any &= self->firsts;
    set &= ahead | ~((some << self->num_vcs) - some);
    return set & ~(set - any);
}

// Steps 2 and 3 for the ready input VCs of a router, whose contenders are listed: those that win.
// Input ports come in ascending order, so only one at or past rr_in can displace an earlier one,
// which must lie before it.
static uint64_t match(const struct fast_bank *self, const struct fast_contender *contenders,
                      uint64_t ready, const uint8_t *idx)
{
    uint64_t winner[FAST_MAX_SET]; // by the first VC of an output port: input VC, a bit
    uint64_t asked = 0;            // first VCs of output ports
    uint64_t winners = 0;
    ready = first_of_ports(self, ready, contenders->at->rr_vc);
    for (; ready; ready &= ready - 1) {
        const struct fast_port *out = contenders[idx[__builtin_ctzll(ready)]].out;
        uint64_t mine = ready & -ready;
        uint64_t before = winner[out->first] & fast_mask_of(asked >> out->first & 1);
        bool wins = (before == 0) | (((mine & out->rr_in) != 0) & ((before & out->rr_in) == 0));
        uint64_t now = before ^ ((before ^ mine) & fast_mask_of(wins));
        winners = (winners & ~before) | now;
        winner[out->first] = now;
        asked |= fast_bit_of(out->first);
    }
    return winners;
}

// Steps 1 to 3 for a router: lists the input VCs that send, in ascending order, and returns how
// many. Where no two come by the same input port or ask for the same output port, all that are
// ready win.
static inline uint32_t arbitrate(const struct fast_bank *self, struct fast_router *at,
                                 struct fast_contender *contenders)
{
    uint8_t idx[FAST_MAX_SET]; // of an input VC: its contender
    uint64_t ready = 0;
    uint64_t came = 0;  // all VCs of input ports
    uint64_t asked = 0; // all VCs of output ports
    uint64_t twice = 0;
    uint32_t num = 0;
    for (uint64_t rest = at->occupied; rest; rest &= rest - 1) {
        uint32_t x = (uint32_t)__builtin_ctzll(rest);
        const struct fast_flit *front = fast_front(self, at, x);
        uint64_t usable = fast_usable_of(self, at, x, front);
        if (usable == 0 || !fast_is_whole(self, at, x, front)) {
            count_stall(self, at, front, usable != 0);
            continue;
        }
        uint32_t y = (uint32_t)__builtin_ctzll(usable);
        idx[x] = (uint8_t)num;
        contenders[num++] =
            (struct fast_contender){at, front, usable, fast_port_of(self, at, y), x};
        ready |= rest & -rest;
        twice |= (came & (rest & -rest)) | (asked & usable);
        came |= self->siblings[x];
        asked |= self->siblings[y];
    }
    if (!twice)
        return num;
    uint64_t winners = match(self, contenders, ready, idx);
    uint32_t num_winners = 0;
    for (; winners; winners &= winners - 1) {
        // By members, as they have just been written: to read several at once would wait for that.
        struct fast_contender *to = &contenders[num_winners++];
        const struct fast_contender *from = &contenders[idx[__builtin_ctzll(winners)]];
        to->at = from->at;
        to->front = from->front;
        to->usable = from->usable;
        to->out = from->out;
        to->x = from->x;
    }
    self->stalls[at->number].switch_lost += num - num_winners;
    return num_winners;
}

// Steps 1 to 5 in a bank that does not carry.
static void evaluate_alone(const struct fast_bank *self, struct fast_router *at,
                           struct router_out *out)
{
    struct fast_contender contenders[FAST_MAX_SET];
    uint64_t by_port[FAST_MAX_SET]; // by the first VC of an output port: its winner
    uint64_t sends = 0;             // first VCs of output ports
    uint32_t num = arbitrate(self, at, contenders);
    for (uint32_t i = 0; i < num; i++) {
        const struct fast_contender *winner = &contenders[i];
        sends |= fast_bit_of(winner->out->first);
        by_port[winner->out->first] = i;
        out->credits[out->num_credits++] = (struct router_out_credit){
            .port = winner->x / self->num_vcs, .vcs = (uint8_t)(1U << winner->x % self->num_vcs)};
    }
    for (; sends; sends &= sends - 1) {
        const struct fast_contender *winner = &contenders[by_port[__builtin_ctzll(sends)]];
        uint32_t y = leave(self, winner);
        out->flits[out->num_flits++] = (struct router_out_flit){
            y / self->num_vcs,
            flit_out(winner->front->payload, winner->front->want.ends, y - winner->out->first)};
    }
}

static void evaluate(void *bank, uint32_t router, struct router_out *out)
{
    struct fast_bank *self = bank;
    struct fast_router *at = fast_router_at(self, router);
    struct fast_part *from = &self->parts[out->part];
    if (!from->carrier) {
        evaluate_alone(self, at, out);
        return;
    }
    uint32_t num = arbitrate(self, at, from->contenders);
    for (uint32_t i = 0; i < num; i++)
        grant(self, from, &from->contenders[i]);
}

// Steps 1 to 3 for the routers of a word of the active ones, then 4 and 5: a long loop ends less
// often than a short one for each router would.
static void evaluate_all(void *bank, uint32_t part)
{
    struct fast_bank *self = bank;
    struct fast_part *from = &self->parts[part];
    uint64_t *active = from->carrier->active;
    for (uint32_t w = from->carrier->first_word; w < from->carrier->end_word; w++) {
        unsigned char *routers = self->routers + (size_t)w * PARTITION_WORD * self->stride;
        struct fast_contender *end = from->contenders;
        for (uint64_t rest = active[w]; rest; rest &= rest - 1) {
            struct fast_router *at =
                (struct fast_router *)(routers + (size_t)__builtin_ctzll(rest) * self->stride);
            end += arbitrate(self, at, end);
        }
        for (const struct fast_contender *winner = from->contenders; winner < end; winner++)
            grant(self, from, winner);
        uint64_t busy = 0;
        for (uint64_t rest = active[w]; rest; rest &= rest - 1) {
            const struct fast_router *at =
                (struct fast_router *)(routers + (size_t)__builtin_ctzll(rest) * self->stride);
            busy |= rest & -rest & fast_mask_of(at->occupied != 0);
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
