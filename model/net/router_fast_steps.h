// SPDX-License-Identifier: Apache-2.0
// The steps of the contract in router.h, in line for who makes them: router_fast.c for a router
// whose pins are given to it, router_fast_carry.c for all routers of a partition.
#ifndef ORDITO_MODEL_NET_ROUTER_FAST_STEPS_H
#define ORDITO_MODEL_NET_ROUTER_FAST_STEPS_H

#include "model/net/route_compute.h"
#include "model/net/router_fast_state.h"

#include <assert.h>

// --- steps 6 and 7 ------------------------------------------------------------------------------

// Computes the route of a head flit of the FIFO of input VC `x`. Returns its output port.
static inline uint32_t fast_route(const struct fast_bank *self, const struct fast_router *at,
                                  uint32_t x, struct fast_flit *flit)
{
    struct route_options options = route_compute(self->routing, at->number, at->address, x,
                                                 self->vc_of[x], (uint32_t)flit->payload);
    flit->want.first = (uint8_t)(options.route.port * self->num_vcs);
    flit->want.vcs = options.route.vcs;
    flit->want.needed_credits = options.credits;
    return options.route.port;
}

// Step 6: writes a flit into the FIFO of input VC `x`, and computes a head's route.
static inline void fast_arrive_flit(const struct fast_bank *self, struct fast_router *at,
                                    uint32_t x, uint64_t payload, uint32_t tag)
{
    struct fast_vc *vc = &at->vcs[x];
    assert(vc->num < self->buffer_flits);
    struct fast_flit *place = fast_flit_at(self, at, vc, (uint32_t)vc->first + vc->num);
    place->payload = payload;
    place->tag = tag;
    if (tag & FAST_HEAD)
        fast_route(self, at, x, place);
    vc->num++;
    fast_count_tail(self, vc, tag, 1);
    at->occupied |= fast_bit_of(x);
}

// Step 7.
static inline void fast_arrive_credit(const struct fast_bank *self, struct fast_router *at,
                                      uint32_t y)
{
    (void)self;
    assert(at->vcs[y].credits < self->buffer_flits);
    at->vcs[y].credits++;
    at->credit |= fast_bit_of(y);
}

static inline uint32_t fast_ends_of(struct flit flit)
{
    return (flit.head ? FAST_HEAD : 0) | (flit.tail ? FAST_TAIL : 0);
}

static inline struct flit fast_flit_out(uint64_t payload, uint32_t tag, uint32_t vc)
{
    return (struct flit){payload, (uint8_t)vc, tag & FAST_HEAD, (tag & FAST_TAIL) != 0};
}

// --- steps 1 to 3 -------------------------------------------------------------------------------

// Why the front flit of an input VC does not leave.
static __attribute__((noinline, unused)) void fast_count_stall(const struct fast_bank *self,
                                                               const struct fast_router *at,
                                                               const struct fast_flit *front,
                                                               bool usable)
{
    struct router_stalls *stalls = &self->stalls[at->number];
    bool no_vc = fast_lacks_vc(at, front);
    stalls->not_whole += usable;
    stalls->no_vc += !usable && no_vc;
    stalls->no_credit += !usable && !no_vc;
}

// Steps 2 and 3 for the ready input VCs of a router, whose contenders are listed: those that win.
// Input ports come in ascending order, so only one at or past rr_in can displace an earlier one,
// which must lie before it.
static inline uint64_t fast_match(const struct fast_bank *self, struct fast_router *at,
                                  const struct fast_contender *contenders, uint64_t ready,
                                  const uint8_t *idx)
{
    uint64_t winner[FAST_MAX_SET]; // by the first VC of an output port: input VC, a bit
    uint64_t asked = 0;            // first VCs of output ports
    uint64_t winners = 0;
    while (ready) {
        uint32_t x = (uint32_t)__builtin_ctzll(ready);
        const struct fast_port *in = fast_port_of(self, at, x);
        x = in->first + fast_first_of((ready & self->siblings[x]) >> in->first, in->rr_vc);
        ready &= ~self->siblings[x];
        const struct fast_port *out = contenders[idx[x]].out;
        uint64_t mine = fast_bit_of(x);
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
// many; those that lose are added to `num_lost`. Where no two come by the same input port or ask
// for the same output port, all that are ready win.
static inline uint32_t fast_arbitrate(const struct fast_bank *self, struct fast_router *at,
                                      struct fast_contender *contenders, uint32_t *num_lost)
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
            fast_count_stall(self, at, front, usable != 0);
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
    uint64_t winners = fast_match(self, at, contenders, ready, idx);
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
    *num_lost += num - num_winners;
    return num_winners;
}

// --- steps 4 and 5 ------------------------------------------------------------------------------

// A flit that came by a port leaves by another one: chooses the output VC, whose number in its port
// it returns, of `usable` ones, and moves the pointers on. The head of a packet of
// several flits takes the VC, and its tail gives it back; which flit it is does not show in
// branches.
static inline uint32_t fast_leave(const struct fast_bank *self, struct fast_router *at,
                                  struct fast_port *in, uint32_t x, struct fast_port *out,
                                  uint64_t usable, uint32_t tag)
{
    uint32_t vc = fast_first_of(usable >> out->first, out->rr_out_vc);
    uint32_t y = out->first + vc;
    in->rr_vc = self->after[x];
    out->rr_in = self->beyond[x];
    out->rr_out_vc ^= (uint8_t)((out->rr_out_vc ^ self->after[y]) & -(tag & FAST_HEAD));
    if ((tag & FAST_ENDS) != FAST_ENDS) {
        at->held ^= (uint64_t)((tag ^ tag / FAST_TAIL) & 1) << y;
        at->vcs[x].out = (uint8_t)y;
    }
    at->credit ^= (uint64_t)(--at->vcs[y].credits == 0) << y;
    return vc;
}

// The front flit of an input VC is taken out of its FIFO.
static inline void fast_pop(const struct fast_bank *self, struct fast_router *at, uint32_t x,
                            uint32_t tag)
{
    struct fast_vc *vc = &at->vcs[x];
    vc->first++;
    fast_count_tail(self, vc, tag, -1);
    at->occupied ^= (uint64_t)(--vc->num == 0) << x;
}

// Sends a flit that leaves by VC `vc` of a port, and the credit for it. There is room for both.
static inline void fast_send(struct fast_part *from, uint64_t payload, uint32_t tag,
                             struct fast_port *out, uint32_t vc, const struct fast_port *in,
                             uint32_t in_vc)
{
    struct fast_flits *flits = from->flits[out->flit_lane];
    struct fast_credits *credits = from->credits[in->credit_lane];
    struct fast_arrival *to = flits->end;
    to->payload = payload;
    to->tag = tag + (uint32_t)out->is_hop * FAST_HOP;
    to->event = out->event + vc;
    flits->end = to + 1;
    *credits->end++ = in->event + in_vc;
    from->num_hops += out->is_hop;
    out->num_flits++;
}

#endif
