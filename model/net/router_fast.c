// SPDX-License-Identifier: Apache-2.0
// The steps of a cycle of the fast reference router.
#include "model/net/route_compute.h"
#include "model/net/router_fast_state.h"

#include <assert.h>
#include <stdlib.h>

// --- steps 6 and 7 ------------------------------------------------------------------------------

// Writes a flit behind all that is written in the FIFO of an input VC, by its index, and computes a
// head's route. `first` is the number in the router of the first VC of its port. The router may be
// of another partition, which is at work: `written` and the place that is written are the sender's.
static inline void write_flit(struct fast_bank *self, uint32_t router, uint32_t first,
                              size_t vc_idx, uint32_t vc, uint64_t payload, uint32_t ends)
{
    struct fast_flit *entry = fast_fifo_at(self, vc_idx, self->vcs[vc_idx].written++);
    entry->payload = payload;
    entry->ends = (uint8_t)ends;
    if (!(ends & FAST_HEAD))
        return;
    struct route_at at = {self->own_address[router], self->port_of[first], vc, (uint32_t)payload};
    struct route_options options = route_compute(self->routing, router, at);
    entry->port = options.route.port;
    entry->vcs = options.route.vcs;
    entry->needed_credits = options.credits;
}

// The flit at the front becomes what its input VC wants to send.
static inline void expose(const struct fast_bank *self, size_t base, uint32_t x,
                          const struct fast_flit *front)
{
    self->wanted[base + x] = (uint64_t)front->vcs << front->port * self->num_vcs;
    self->vcs[base + x].needed_credits = front->needed_credits;
}

// Step 6 for a flit that has been written: it is there.
static inline void arrive_flit(struct fast_bank *self, uint32_t router, uint32_t x)
{
    size_t base = (size_t)router * self->set_size;
    struct fast_vc *vc = &self->vcs[base + x];
    assert(vc->num < self->buffer_flits);
    const struct fast_flit *entry = fast_fifo_at(self, base + x, (uint32_t)vc->first + vc->num);
    vc->tails = (uint8_t)(vc->tails + ((entry->ends & FAST_TAIL) != 0));
    if (vc->num++ > 0)
        return;
    self->routers[router].occupied |= fast_bit_of(x);
    if (entry->ends & FAST_HEAD)
        expose(self, base, x, entry);
}

static void flit(void *bank, uint32_t router, uint32_t port, struct flit flit)
{
    struct fast_bank *self = bank;
    uint32_t ends = (flit.head ? FAST_HEAD : 0) | (flit.tail ? FAST_TAIL : 0);
    uint32_t first = port * self->num_vcs;
    size_t vc_idx = (size_t)router * self->set_size + first + flit.vc;
    write_flit(self, router, first, vc_idx, flit.vc, flit.payload, ends);
    arrive_flit(self, router, first + flit.vc);
}

// Step 7.
static inline void arrive_credit(struct fast_bank *self, uint32_t router, uint32_t y)
{
    uint8_t *credits = &self->credits[(size_t)router * self->set_size + y];
    assert(*credits < self->buffer_flits);
    ++*credits;
    self->routers[router].credit |= fast_bit_of(y);
}

static void credit(void *bank, uint32_t router, uint32_t port, uint8_t vcs)
{
    struct fast_bank *self = bank;
    for (uint32_t rest = vcs; rest; rest &= rest - 1)
        arrive_credit(self, router, port * self->num_vcs + (uint32_t)__builtin_ctz(rest));
}

// --- channels between routers -------------------------------------------------------------------

// Notes what is to arrive.
static inline void add_event(struct fast_part *from, struct fast_events *to, uint32_t event)
{
    if (to->num == to->cap && !fast_events_grow(to)) {
        from->out_of_memory = true;
        return;
    }
    to->events[to->num++] = event;
    from->num_added++;
}

// What a partition has sent that arrives at the partition whose days begin at `first_day`.
static inline struct fast_day *day_in(const struct fast_bank *self, const struct fast_part *from,
                                      uint32_t first_day, uint32_t latency_cycles)
{
    return &from->days[first_day + ((from->today + latency_cycles) & self->day_mask)];
}

// Puts a flit on the channel out of a port. It is written where it goes to at once, and is there
// when its event comes: the credit that was had for it keeps the place free.
static inline void send_flit(struct fast_bank *self, size_t port_idx, uint32_t port, uint32_t vc,
                             uint64_t payload, uint32_t ends, struct router_out *out)
{
    struct fast_part *from = &self->parts[out->part];
    const struct carrier *carrier = from->carrier;
    const struct fast_link *link = carrier ? &self->links[port_idx] : NULL;
    if (!link || link->event == FAST_TO_TERMINAL) {
        out->flits[out->num_flits++] = (struct router_out_flit){
            port, {payload, (uint8_t)vc, ends & FAST_HEAD, (ends & FAST_TAIL) != 0}};
        return;
    }
    carrier->channel_flits[port_idx]++;
    ++*carrier->flit_hops;
    if (ends & FAST_HEAD)
        carrier->pool->slots[layout_handle(payload)].hops++;
    write_flit(self, link->event / FAST_MAX_SET, link->event % FAST_MAX_SET, link->first_vc + vc,
               vc, payload, ends);
    add_event(from, &day_in(self, from, link->first_day, link->latency_cycles)->flits,
              link->event + vc);
}

// Sends back the credit for a flit that left input VC `x` of port `in`.
static inline void send_credit(struct fast_bank *self, size_t port_base, uint32_t in, uint32_t x,
                               struct router_out *out)
{
    struct fast_part *from = &self->parts[out->part];
    const struct fast_link *link = from->carrier ? &self->links[port_base + in] : NULL;
    uint32_t vc = x - in * self->num_vcs;
    if (!link || link->event == FAST_TO_TERMINAL)
        out->credits[out->num_credits++] =
            (struct router_out_credit){.port = in, .vcs = (uint8_t)(1U << vc)};
    else
        add_event(from, &day_in(self, from, link->first_day, link->credit_latency_cycles)->credits,
                  link->event + vc);
}

// What a partition has sent to another, `here`, arrives. A router that gets a credit needs not be
// made active: it is if it has a flit.
static void arrive_from(struct fast_bank *self, struct fast_part *here, struct fast_day *today)
{
    const struct fast_events flits = today->flits;
    const struct fast_events credits = today->credits;
    uint64_t *active = here->carrier->active;
    for (uint32_t i = 0; i < flits.num; i++) {
        uint32_t router = flits.events[i] / FAST_MAX_SET;
        arrive_flit(self, router, flits.events[i] % FAST_MAX_SET);
        active[router / 64] |= fast_bit_of(router % 64);
    }
    for (uint32_t i = 0; i < credits.num; i++)
        arrive_credit(self, credits.events[i] / FAST_MAX_SET, credits.events[i] % FAST_MAX_SET);
    *here->carrier->num_pending -= (uint64_t)flits.num + credits.num;
    today->flits.num = 0;
    today->credits.num = 0;
}

static void arrive(void *bank, uint32_t part)
{
    struct fast_bank *self = bank;
    struct fast_part *here = &self->parts[part];
    for (uint32_t from = 0; from < self->num_parts; from++)
        arrive_from(self, here, &self->parts[from].days[part * self->num_days + here->today]);
    *here->carrier->num_pending += here->num_added;
    here->num_added = 0;
    here->today = (here->today + 1) & self->day_mask;
}

// --- steps 1 to 5 -------------------------------------------------------------------------------

// Input VC `x` sends its front flit by output port `port`, by one of the VCs in `usable`.
static inline void leave(struct fast_bank *self, struct fast_router *state, size_t base,
                         size_t port_base, uint32_t x, uint32_t port, uint64_t usable,
                         struct router_out *out)
{
    uint64_t bit = fast_bit_of(x);
    uint32_t port_first = port * self->num_vcs;
    uint32_t y = fast_first_of(usable, (uint64_t)self->rr_out_vc[port_base + port] << port_first);
    uint64_t out_bit = fast_bit_of(y);
    uint32_t out_vc = y - port_first;
    struct fast_vc *vc = &self->vcs[base + x];
    const struct fast_flit *front = fast_fifo_at(self, base + x, vc->first);
    uint32_t ends = front->ends;
    send_flit(self, port_base + port, port, out_vc, front->payload, ends, out);
    if (!(state->holding & bit))
        self->rr_out_vc[port_base + port] = fast_vcs_after(out_vc, self->port_vcs);
    if (--self->credits[base + y] == 0)
        state->credit &= ~out_bit;
    if (ends & FAST_TAIL) {
        state->held &= ~out_bit;
        state->holding &= ~bit;
        vc->tails--;
    } else {
        state->held |= out_bit;
        state->holding |= bit;
        self->wanted[base + x] = out_bit;
    }
    vc->first++;
    if (--vc->num == 0)
        state->occupied &= ~bit;
    else if (ends & FAST_TAIL)
        expose(self, base, x, fast_fifo_at(self, base + x, vc->first));
}

// Step 1 for input VC `x`: the output VCs by which its front flit may leave now; 0, and counted, if
// it may not.
static inline uint64_t request(const struct fast_bank *self, const struct fast_router *state,
                               size_t base, uint32_t x, struct router_stalls *stalls)
{
    uint64_t usable = fast_usable_of(self, state, base, x);
    if (usable == 0) {
        bool no_vc = fast_lacks_vc(self, state, base, x);
        stalls->no_vc += no_vc;
        stalls->no_credit += !no_vc;
    } else if (self->waits_for_tail && !(state->holding >> x & 1) &&
               self->vcs[base + x].tails == 0) {
        stalls->not_whole++;
        return 0;
    }
    return usable;
}

// Steps 4 and 5 for input VC `x` of port `in`, which is granted output port `port`.
static inline void grant(struct fast_bank *self, struct fast_router *state, uint32_t router,
                         uint32_t in, uint32_t x, uint32_t port, uint64_t usable,
                         struct router_out *out)
{
    size_t port_base = (size_t)router * self->radix;
    self->rr_in[port_base + port] = (uint8_t)(in + 1 == self->radix ? 0 : in + 1);
    self->rr_vc[port_base + in] = fast_vcs_after(x - in * self->num_vcs, self->port_vcs);
    leave(self, state, (size_t)router * self->set_size, port_base, x, port, usable, out);
}

// Steps 2 and 3 and what follows, for the input VCs that are ready, by the output VCs that each may
// leave by. Contenders for an output port come in ascending order of input port, so only one at or
// past rr_in can displace an earlier one, which must lie before it.
static void match(struct fast_bank *self, uint32_t router, uint64_t ready, const uint64_t *usable,
                  struct router_stalls *stalls, struct router_out *out)
{
    size_t port_base = (size_t)router * self->radix;
    uint8_t winner[FAST_MAX_SET]; // input VC, of each output port asked for
    uint64_t asked = 0;           // output ports, a bit each
    uint64_t sent = 0;            // input VCs
    while (ready) {
        uint32_t x = (uint32_t)__builtin_ctzll(ready);
        uint32_t in = self->port_of[x];
        uint32_t first = in * self->num_vcs;
        uint64_t mine = ready & self->port_vcs << first;
        ready ^= mine;
        if (mine & (mine - 1)) {
            x = fast_first_of(mine, (uint64_t)self->rr_vc[port_base + in] << first);
            for (mine &= mine - 1; mine; mine &= mine - 1)
                stalls->switch_lost++;
        }
        uint32_t o = self->port_of[__builtin_ctzll(usable[x])];
        if (!(asked >> o & 1)) {
            asked |= fast_bit_of(o);
            winner[o] = (uint8_t)x;
        } else {
            uint32_t rr = self->rr_in[port_base + o];
            stalls->switch_lost++;
            if (self->port_of[winner[o]] < rr && in >= rr)
                winner[o] = (uint8_t)x;
        }
    }
    for (; asked; asked &= asked - 1) {
        uint32_t o = (uint32_t)__builtin_ctzll(asked);
        uint32_t x = winner[o];
        sent |= fast_bit_of(x);
        grant(self, &self->routers[router], router, self->port_of[x], x, o, usable[x], out);
    }
    for (; sent; sent &= sent - 1) {
        uint32_t x = (uint32_t)__builtin_ctzll(sent);
        send_credit(self, port_base, self->port_of[x], x, out);
    }
}

// A flit that is alone, as most are at low loads, needs no arbitration.
static void evaluate(void *bank, uint32_t router, struct router_out *out)
{
    struct fast_bank *self = bank;
    struct fast_router *state = &self->routers[router];
    struct router_stalls *stalls = &self->stalls[router];
    size_t base = (size_t)router * self->set_size;
    uint64_t usable[FAST_MAX_SET]; // of ready input VCs
    uint64_t ready = 0;
    for (uint64_t rest = state->occupied; rest; rest &= rest - 1) {
        uint32_t x = (uint32_t)__builtin_ctzll(rest);
        usable[x] = request(self, state, base, x, stalls);
        ready |= usable[x] ? rest & -rest : 0;
    }
    if (ready & (ready - 1)) {
        match(self, router, ready, usable, stalls, out);
    } else if (ready) {
        uint32_t x = (uint32_t)__builtin_ctzll(ready);
        uint32_t in = self->port_of[x];
        uint32_t port = self->port_of[__builtin_ctzll(usable[x])];
        grant(self, state, router, in, x, port, usable[x], out);
        send_credit(self, (size_t)router * self->radix, in, x, out);
    }
}

static bool busy(const void *bank, uint32_t router)
{
    return ((const struct fast_bank *)bank)->routers[router].occupied != 0;
}

const struct router_ops router_fast_ops = {
    .name = "ref",
    .bank_new = fast_bank_new,
    .bank_free = fast_bank_free,
    .evaluate = evaluate,
    .flit = flit,
    .credit = credit,
    .busy = busy,
    .carry = fast_carry,
    .arrive = arrive,
    .stalls = fast_stalls,
    .waits = fast_waits,
    .check = fast_check,
};
