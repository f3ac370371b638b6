// SPDX-License-Identifier: Apache-2.0
// A cycle of a dense lot of fast reference routers: steps 1 to 5 of the contract.
#include "model/net/router_fast_lot_grant.h"
#include "model/net/router_fast_steps.h"

// --- step 1 -------------------------------------------------------------------------------------

// Loads what the packets at the front of an input VC want, of routers where it is not there.
LOT_INLINE void load(const struct fast_bank *self, uint64_t *words, size_t lot, uint32_t x,
                     uint64_t which, struct lot_shape shape)
{
    struct lot_layout at = lot_layout(shape);
    uint64_t *may = words + at.may + x;
    words[at.loaded + x] |= which;
    for (; which; which &= which - 1) {
        struct fast_router *router = lot_router(self, lot, (uint32_t)__builtin_ctzll(which));
        struct fast_flit *front = fast_front(self, router, x);
        uint64_t bit = which & -which;
        uint32_t y = router->vcs[x].out;
        uint32_t port = y / shape.num_vcs;
        uint32_t vcs = 1U << (y - port * shape.num_vcs);
        if (front->tag & FAST_HEAD) {
            port = fast_route(self, router, x, front);
            vcs = front->want.vcs;
        } else {
            words[at.holds + x] |= bit;
        }
        words[at.want + (size_t)port * shape.set_size + x] |= bit;
        for (size_t w = 0; w < shape.num_vcs; w++)
            may[w * shape.set_size] |= bit & -(uint64_t)(vcs >> w & 1);
    }
}

// Of heads that might go by some of `usable`, those that may also as far as the credits and the
// tail go which they need.
static uint64_t refine(const struct fast_bank *self, size_t lot, uint32_t x, uint64_t heads,
                       uint64_t usable[][ROUTER_MAX_VCS], uint32_t v, uint64_t *not_whole)
{
    uint64_t good = 0;
    for (; heads; heads &= heads - 1) {
        uint32_t r = (uint32_t)__builtin_ctzll(heads);
        const struct fast_router *at = lot_router(self, lot, r);
        const struct fast_flit *front = fast_front(self, lot_router(self, lot, r), x);
        uint64_t bit = heads & -heads;
        bool any = false;
        for (uint32_t w = 0; w < self->num_vcs; w++) {
            if (at->vcs[front->want.first + w].credits < front->want.needed_credits)
                usable[w][v] &= ~bit;
            any |= (usable[w][v] & bit) != 0;
        }
        bool whole = fast_is_whole(self, at, x, front);
        good |= bit & fast_mask_of(any && whole);
        *not_whole |= bit & fast_mask_of(any && !whole);
    }
    return good;
}

// Counts front flits that stay, and have not lost the switch.
static __attribute__((noinline)) void count_stalls(const struct fast_bank *self,
                                                   const uint64_t *words, size_t lot, uint32_t x,
                                                   uint64_t stalled, uint64_t not_whole)
{
    struct lot_layout at = lot_layout(self->lot_shape);
    for (; stalled; stalled &= stalled - 1) {
        uint32_t r = (uint32_t)__builtin_ctzll(stalled);
        struct fast_router *router = lot_router(self, lot, r);
        struct router_stalls *stalls = &self->stalls[router->number];
        const struct fast_want *want = &fast_front(self, router, x)->want;
        bool is_free = words[at.holds + x] >> r & 1;
        for (uint32_t rest = is_free ? 0 : want->vcs; rest; rest &= rest - 1)
            is_free |= !(words[at.held + want->first + (uint32_t)__builtin_ctz(rest)] >> r & 1);
        bool is_whole = !(not_whole >> r & 1);
        stalls->not_whole += !is_whole;
        stalls->no_vc += is_whole && !is_free;
        stalls->no_credit += is_whole && is_free;
    }
}

// Step 1 for the VCs of input port `p`: routers where they are ready, and by which output VCs.
LOT_INLINE void request(const struct fast_bank *self, const uint64_t *words, size_t lot, uint32_t p,
                        const struct lot_grants *grants, uint64_t *ready,
                        uint64_t usable[][ROUTER_MAX_VCS], struct lot_shape shape)
{
    struct lot_layout at = lot_layout(shape);
    uint32_t first = p * shape.num_vcs;
    const uint64_t *occupied = words + at.occupied + first;
    const uint64_t *holds = words + at.holds + first;
    for (uint32_t w = 0; w < shape.num_vcs; w++)
        for (uint32_t v = 0; v < shape.num_vcs; v++)
            usable[w][v] = 0;
    for (size_t o = 0; o < shape.radix; o++) {
        const uint64_t *want = words + at.want + o * shape.set_size + first;
        for (uint32_t w = 0; w < shape.num_vcs; w++) {
            uint64_t head_may = grants->head_may[o * shape.num_vcs + w];
            uint64_t credit = words[at.credit + o * shape.num_vcs + w];
            for (uint32_t v = 0; v < shape.num_vcs; v++)
                usable[w][v] |= want[v] & (head_may | (holds[v] & credit));
        }
    }
    for (uint32_t v = 0; v < shape.num_vcs; v++)
        ready[v] = 0;
    for (size_t w = 0; w < shape.num_vcs; w++)
        for (uint32_t v = 0; v < shape.num_vcs; v++) {
            usable[w][v] &= words[at.may + w * shape.set_size + first + v] & occupied[v];
            ready[v] |= usable[w][v];
        }
    for (uint32_t v = 0; v < shape.num_vcs; v++) {
        uint64_t not_whole = 0;
        if (self->needs_credits && (ready[v] & ~holds[v]))
            ready[v] = (ready[v] & holds[v]) |
                       refine(self, lot, first + v, ready[v] & ~holds[v], usable, v, &not_whole);
        if (occupied[v] & ~ready[v])
            count_stalls(self, words, lot, first + v, occupied[v] & ~ready[v], not_whole);
    }
}

// --- steps 4 and 5 ------------------------------------------------------------------------------

// Sends the flits that have come by input port `p` of some routers, by VCs that `in_vc` tells.
LOT_INLINE void move(const struct fast_bank *self, struct fast_part *from, uint64_t *words,
                     unsigned char *routers, uint32_t p, const uint64_t *in_vc,
                     struct lot_grants *grants, struct lot_shape shape)
{
    const size_t stride = self->stride;
    const size_t in_at = self->ports_at + p * sizeof(struct fast_port);
    const uint32_t fifo_mask = self->fifo_mask;
    uint64_t tails = 0;
    uint64_t empty = 0;
    uint64_t dry = 0;
    for (uint64_t rest = grants->won[p]; rest; rest &= rest - 1) {
        uint32_t r = (uint32_t)__builtin_ctzll(rest);
        uint32_t v = lot_number(in_vc, shape.vc_digits, r);
        unsigned char *at = routers + r * stride;
        struct fast_router *router = (struct fast_router *)at;
        struct fast_vc *vc = &router->vcs[p * shape.num_vcs + v];
        const struct fast_flit *front =
            (const struct fast_flit *)at + (vc->fifo + (vc->first & fifo_mask));
        uint32_t y = vc->out;
        uint32_t tag = front->tag;
        vc->first++;
        fast_count_tail(self, vc, tag, -1);
        empty |= (uint64_t)(--vc->num == 0) << r;
        dry |= (uint64_t)(--router->vcs[y].credits == 0) << r;
        tails |= (uint64_t)(tag / FAST_TAIL & 1) << r;
        fast_send(from, front->payload, tag, (struct fast_port *)(at + self->port_at[y]),
                  self->vc_of[y], (struct fast_port *)(at + in_at), v);
    }
    grants->tails[p] = tails;
    grants->dry[p] = dry;
    for (uint32_t v = 0; v < shape.num_vcs; v++)
        words[p * shape.num_vcs + v] &= ~(grants->pick[p * shape.num_vcs + v] & empty);
}

// The VCs of input port `p` go on to what comes next.
LOT_INLINE void go_on(uint64_t *words, uint32_t p, const struct lot_grants *grants,
                      struct lot_shape shape)
{
    struct lot_layout at = lot_layout(shape);
    uint32_t first = p * shape.num_vcs;
    uint64_t heads[ROUTER_MAX_VCS];
    uint64_t ends[ROUTER_MAX_VCS];
    for (uint32_t v = 0; v < shape.num_vcs; v++) {
        uint64_t leaves = grants->pick[first + v] & grants->won[p];
        uint64_t holds = words[at.holds + first + v];
        ends[v] = leaves & grants->tails[p];
        heads[v] = leaves & ~holds;
        words[at.holds + first + v] = (holds | leaves) & ~ends[v];
        words[at.loaded + first + v] &= ~ends[v];
    }
    for (size_t w = 0; w < shape.num_vcs; w++) {
        uint64_t *may = words + at.may + w * shape.set_size + first;
        for (uint32_t v = 0; v < shape.num_vcs; v++)
            may[v] = ((may[v] & ~heads[v]) | (grants->by[first + w] & heads[v])) & ~ends[v];
    }
    for (size_t o = 0; o < shape.radix; o++) {
        uint64_t *want = words + at.want + o * shape.set_size + first;
        for (uint32_t v = 0; v < shape.num_vcs; v++)
            want[v] &= ~ends[v];
    }
}

// Sends what leaves by input port `p`.
LOT_INLINE void leave(const struct fast_bank *self, struct fast_part *from, uint64_t *words,
                      size_t lot, uint32_t p, struct lot_grants *grants, struct lot_shape shape)
{
    struct lot_layout at = lot_layout(shape);
    unsigned char *routers = self->routers + lot * PARTITION_WORD * self->stride;
    uint64_t won = grants->won[p];
    uint64_t in[ROUTER_MAX_VCS];
    uint64_t in_vc[LOT_MAX_VC_DIGITS];
    uint64_t out_vc[LOT_MAX_VC_DIGITS];
    for (uint32_t v = 0; v < shape.num_vcs; v++)
        in[v] = grants->pick[p * shape.num_vcs + v] & won;
    lot_encode(in, shape.num_vcs, shape.vc_digits, in_vc);
    lot_encode(&grants->by[(size_t)p * shape.num_vcs], shape.num_vcs, shape.vc_digits, out_vc);
    lot_set_number(words + at.last_in + (size_t)p * shape.vc_digits, shape.vc_digits, won, in_vc);
    for (uint64_t rest = won & grants->heads[p]; rest; rest &= rest - 1) {
        uint32_t r = (uint32_t)__builtin_ctzll(rest);
        uint32_t x = p * shape.num_vcs + lot_number(in_vc, shape.vc_digits, r);
        struct fast_router *router = (struct fast_router *)(routers + r * self->stride);
        uint32_t first = fast_front(self, router, x)->want.first;
        router->vcs[x].out = (uint8_t)(first + lot_number(out_vc, shape.vc_digits, r));
    }
    move(self, from, words, routers, p, in_vc, grants, shape);
    go_on(words, p, grants, shape);
}

// Output VCs that tails give back, and those that have no credit any more.
LOT_INLINE void settle(uint64_t *words, const struct lot_grants *grants, struct lot_shape shape)
{
    struct lot_layout at = lot_layout(shape);
    for (uint32_t o = 0; o < shape.radix; o++) {
        uint64_t ended = 0;
        uint64_t dry = 0;
        for (uint32_t p = 0; p < shape.radix; p++) {
            ended |= grants->wins[o * shape.radix + p] & grants->tails[p];
            dry |= grants->wins[o * shape.radix + p] & grants->dry[p];
        }
        for (uint32_t y = o * shape.num_vcs; y < (o + 1) * shape.num_vcs; y++) {
            words[at.held + y] &= ~(grants->chosen[y] & ended);
            words[at.credit + y] &= ~(grants->chosen[y] & dry);
        }
    }
}

// --- the cycle ----------------------------------------------------------------------------------

// Front flits of which it is not known what they want.
LOT_INLINE void load_all(const struct fast_bank *self, uint64_t *words, size_t lot,
                         struct lot_shape shape)
{
    struct lot_layout at = lot_layout(shape);
    uint64_t unloaded = 0; // input VCs
    for (uint32_t x = 0; x < shape.set_size; x++)
        unloaded |= (uint64_t)((words[at.occupied + x] & ~words[at.loaded + x]) != 0) << x;
    for (; unloaded; unloaded &= unloaded - 1) {
        uint32_t x = (uint32_t)__builtin_ctzll(unloaded);
        load(self, words, lot, x, words[at.occupied + x] & ~words[at.loaded + x], shape);
    }
}

// Steps 1 to 3.
LOT_INLINE void arbitrate(const struct fast_bank *self, uint64_t *words, size_t lot,
                          struct lot_grants *grants, struct lot_shape shape)
{
    struct lot_layout at = lot_layout(shape);
    for (uint32_t d = 0; d < LOT_SET_DIGITS; d++)
        grants->lost[d] = 0;
    for (uint32_t y = 0; y < shape.set_size; y++)
        grants->head_may[y] = words[at.credit + y] & ~words[at.held + y];
#pragma GCC unroll 1
    for (uint32_t p = 0; p < shape.radix; p++) {
        uint64_t usable[ROUTER_MAX_VCS][ROUTER_MAX_VCS];
        uint64_t ready[ROUTER_MAX_VCS];
        request(self, words, lot, p, grants, ready, usable, shape);
        lot_pick(words, p, ready, usable, grants, shape);
    }
#pragma GCC unroll 1
    for (uint32_t o = 0; o < shape.radix; o++) {
        lot_grant(words, o, grants, shape);
        lot_choose_vc(words, o, grants, shape);
    }
    for (uint32_t p = 0; p < shape.radix; p++)
        lot_add_one(grants->lost, LOT_SET_DIGITS, grants->picked[p] & ~grants->won[p]);
}

// Adds to stalls.switch_lost. Returns how many have lost in all routers.
static uint32_t count_lost(uint64_t *sum, const uint64_t *lost)
{
    uint32_t num = 0;
    for (uint32_t d = 0; d < LOT_SET_DIGITS; d++)
        num += (uint32_t)__builtin_popcountll(lost[d]) << d;
    uint64_t carry = lot_add(sum, lost);
    for (uint32_t d = LOT_SET_DIGITS; carry; d++) {
        uint64_t old = sum[d];
        sum[d] = old ^ carry;
        carry &= old;
    }
    return num;
}

LOT_INLINE uint64_t cycle(const struct fast_bank *self, struct fast_part *from, size_t lot,
                          uint32_t *num_lost, struct lot_shape shape)
{
    struct lot_layout at = lot_layout(shape);
    uint64_t *words = self->lots[lot].words;
    struct lot_grants grants;
    load_all(self, words, lot, shape);
    arbitrate(self, words, lot, &grants, shape);
#pragma GCC unroll 1
    for (uint32_t p = 0; p < shape.radix; p++) {
        leave(self, from, words, lot, p, &grants, shape);
        from->num_added += 2 * (uint64_t)__builtin_popcountll(grants.won[p]);
    }
    settle(words, &grants, shape);
    *num_lost = count_lost(words + at.lost, grants.lost);
    uint64_t busy = 0;
    for (uint32_t x = 0; x < shape.set_size; x++)
        busy |= words[at.occupied + x];
    return busy;
}

// Compiled for the shapes that are used most, and for any radix.
#define ANY_RADIX self->radix
#define CYCLES(X)                                                                                  \
    X(cycle_5_1, 5, 1)                                                                             \
    X(cycle_5_2, 5, 2)                                                                             \
    X(cycle_5_4, 5, 4)                                                                             \
    X(cycle_7_4, 7, 4)                                                                             \
    X(cycle_1, ANY_RADIX, 1)                                                                       \
    X(cycle_2, ANY_RADIX, 2)                                                                       \
    X(cycle_4, ANY_RADIX, 4)

#define CYCLE(name, radix, num_vcs)                                                                \
    static uint64_t name(const struct fast_bank *self, struct fast_part *from, size_t lot,         \
                         uint32_t *num_lost)                                                       \
    {                                                                                              \
        return cycle(self, from, lot, num_lost, lot_shape_of(radix, num_vcs));                     \
    }
CYCLES(CYCLE)

fast_lot_cycle_fn *fast_lot_cycle_for(const struct fast_bank *self)
{
#define CHOOSE(name, radix_, num_vcs_)                                                             \
    if (self->radix == (radix_) && self->num_vcs == (num_vcs_))                                    \
        return name;
    CYCLES(CHOOSE)
    return NULL;
}
