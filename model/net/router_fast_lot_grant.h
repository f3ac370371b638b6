// SPDX-License-Identifier: Apache-2.0
// Steps 2 and 3 of the contract for a dense lot, and which VCs heads take: all on words alone, in
// line for router_fast_lot_cycle.c.
#ifndef ORDITO_MODEL_NET_ROUTER_FAST_LOT_GRANT_H
#define ORDITO_MODEL_NET_ROUTER_FAST_LOT_GRANT_H

#include "model/net/router_fast_lot.h"

// What is granted in a cycle.
struct lot_grants {
    uint64_t pick[FAST_MAX_SET];     // of an input VC: it is the one that its port picked
    uint64_t usable[FAST_MAX_SET];   // of an input port, for each output VC: the pick may go by it
    uint64_t head_may[FAST_MAX_SET]; // of an output VC: a head may go by it
    uint64_t heads[FAST_MAX_SET];    // of an input port: the pick is a head
    uint64_t picked[FAST_MAX_SET];   //   there is one
    uint64_t won[FAST_MAX_SET];      //   and it leaves
    uint64_t by[FAST_MAX_SET];       //   for each output VC: by it
    uint64_t chosen[FAST_MAX_SET];   // of an output VC: a flit leaves by it
    uint64_t tails[FAST_MAX_SET];    // of an input port: it was a tail
    uint64_t dry[FAST_MAX_SET];      //   and took the last credit
    uint64_t wins[FAST_MAX_SET * FAST_MAX_SET]; // of an output port, for each input port: it leaves
    uint64_t lost[LOT_SET_DIGITS];              // VCs that are ready, and do not leave
};

// --- numbers ------------------------------------------------------------------------------------

// Routers whose number is less than a constant.
LOT_INLINE uint64_t lot_less_than(const uint64_t *digits, uint32_t num_digits, uint32_t constant)
{
    uint64_t less = 0;
    for (uint32_t d = 0; d < num_digits; d++)
        less = constant >> d & 1 ? less | ~digits[d] : less & ~digits[d];
    return less;
}

// Makes the number of routers of `which` that of the digits given, which are 0 in others.
LOT_INLINE void lot_set_number(uint64_t *digits, uint32_t num_digits, uint64_t which,
                               const uint64_t *number)
{
    for (uint32_t d = 0; d < num_digits; d++)
        digits[d] = (digits[d] & ~which) | number[d];
}

// Adds one to the numbers of routers of `which`.
LOT_INLINE void lot_add_one(uint64_t *digits, uint32_t num_digits, uint64_t which)
{
    for (uint32_t d = 0; d < num_digits; d++) {
        uint64_t old = digits[d];
        digits[d] = old ^ which;
        which &= old;
    }
}

// Adds numbers, and gives the carry.
LOT_INLINE uint64_t lot_add(uint64_t *digits, const uint64_t *number)
{
    uint64_t carry = 0;
    for (uint32_t d = 0; d < LOT_SET_DIGITS; d++) {
        uint64_t a = digits[d];
        uint64_t b = number[d];
        digits[d] = a ^ b ^ carry;
        carry = (a & b) | (carry & (a | b));
    }
    return carry;
}

// The number, of those given, of the set that each router is in, if it is in one.
LOT_INLINE void lot_encode(const uint64_t *sets, uint32_t num, uint32_t num_digits,
                           uint64_t *digits)
{
    for (uint32_t d = 0; d < num_digits; d++)
        digits[d] = 0;
    for (uint32_t i = 0; i < num; i++)
        for (uint32_t d = 0; d < num_digits; d++)
            if (i >> d & 1)
                digits[d] |= sets[i];
}

// Round robin: of those that ask in a router, the first one after the last to which was granted,
// or else the first. Returns where somebody asks.
LOT_INLINE uint64_t lot_round_robin(const uint64_t *asks, uint32_t num, const uint64_t *last,
                                    uint32_t num_digits, uint64_t *granted)
{
    uint64_t any_ahead = 0;
    for (uint32_t i = 0; i < num; i++) {
        granted[i] = asks[i] & lot_less_than(last, num_digits, i); // is ahead
        any_ahead |= granted[i];
    }
    uint64_t done = 0;
    for (uint32_t i = 0; i < num; i++) {
        granted[i] = (granted[i] | (asks[i] & ~any_ahead)) & ~done;
        done |= granted[i];
    }
    return done;
}

// --- the steps ----------------------------------------------------------------------------------

// Step 2 for an input port.
LOT_INLINE void lot_pick(const uint64_t *words, uint32_t p, const uint64_t *ready,
                         uint64_t usable[][ROUTER_MAX_VCS], struct lot_grants *grants,
                         struct lot_shape shape)
{
    struct lot_layout at = lot_layout(shape);
    uint32_t first = p * shape.num_vcs;
    uint64_t *pick = &grants->pick[first];
    uint64_t lost[LOT_SET_DIGITS] = {0};
    grants->picked[p] = lot_round_robin(
        ready, shape.num_vcs, words + at.last_in + p * shape.vc_digits, shape.vc_digits, pick);
    grants->heads[p] = 0;
    grants->won[p] = 0;
    for (uint32_t w = 0; w < shape.num_vcs; w++) {
        grants->usable[first + w] = 0;
        grants->by[first + w] = 0;
    }
    for (uint32_t v = 0; v < shape.num_vcs; v++) {
        grants->heads[p] |= pick[v] & ~words[at.holds + first + v];
        for (uint32_t w = 0; w < shape.num_vcs; w++)
            grants->usable[first + w] |= pick[v] & usable[w][v];
        lot_add_one(lost, shape.vc_digits + 1, ready[v] & ~pick[v]);
    }
    lot_add(grants->lost, lost);
}

// Step 3 for an output port.
LOT_INLINE void lot_grant(uint64_t *words, uint32_t o, struct lot_grants *grants,
                          struct lot_shape shape)
{
    struct lot_layout at = lot_layout(shape);
    uint64_t asks[FAST_MAX_SET];
    uint64_t port[LOT_MAX_PORT_DIGITS];
    uint64_t *last = words + at.last_port + o * shape.port_digits;
    const uint64_t *want = words + at.want + o * shape.set_size;
    uint64_t *wins = &grants->wins[o * shape.radix];
    for (uint32_t p = 0; p < shape.radix; p++) {
        asks[p] = 0;
        for (uint32_t v = 0; v < shape.num_vcs; v++)
            asks[p] |= grants->pick[p * shape.num_vcs + v] & want[p * shape.num_vcs + v];
    }
    uint64_t taken = lot_round_robin(asks, shape.radix, last, shape.port_digits, wins);
    for (uint32_t p = 0; p < shape.radix; p++)
        grants->won[p] |= wins[p];
    lot_encode(wins, shape.radix, shape.port_digits, port);
    lot_set_number(last, shape.port_digits, taken, port);
}

// Which VC of an output port each flit goes by, and which heads take.
LOT_INLINE void lot_choose_vc(uint64_t *words, uint32_t o, struct lot_grants *grants,
                              struct lot_shape shape)
{
    struct lot_layout at = lot_layout(shape);
    const uint64_t *wins = &grants->wins[o * shape.radix];
    uint64_t *last = words + at.last_out + o * shape.vc_digits;
    uint64_t *chosen = &grants->chosen[o * shape.num_vcs];
    uint64_t usable[ROUTER_MAX_VCS] = {0};
    uint64_t taken[ROUTER_MAX_VCS];
    uint64_t vc[LOT_MAX_VC_DIGITS];
    uint64_t heads = 0;
    for (uint32_t p = 0; p < shape.radix; p++) {
        heads |= wins[p] & grants->heads[p];
        for (uint32_t w = 0; w < shape.num_vcs; w++)
            usable[w] |= wins[p] & grants->usable[p * shape.num_vcs + w];
    }
    lot_round_robin(usable, shape.num_vcs, last, shape.vc_digits, chosen);
    for (uint32_t w = 0; w < shape.num_vcs; w++) {
        taken[w] = chosen[w] & heads;
        words[at.held + o * shape.num_vcs + w] |= taken[w];
    }
    lot_encode(taken, shape.num_vcs, shape.vc_digits, vc);
    lot_set_number(last, shape.vc_digits, heads, vc);
    for (uint32_t p = 0; p < shape.radix; p++)
        for (uint32_t w = 0; w < shape.num_vcs; w++)
            grants->by[p * shape.num_vcs + w] |= wins[p] & chosen[w];
}

#endif
