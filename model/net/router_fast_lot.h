// SPDX-License-Identifier: Apache-2.0
// Lots of fast reference routers. The 64 routers of a word of the active ones are a lot. Where many
// flits contend in them, they go through steps 1 to 5 of the contract together: each thing
// that may be true of a router is a word, with a bit for each of them, and each number a few words,
// one for each of its binary digits. A cycle of a lot is then some hundreds of operations on
// words, in which no branch depends on what a router does.
//
// While a lot is dense, its words stand for `occupied`, `held` and `credit` of its routers and for
// the pointers of their ports, which are written back when it is dense no longer; `occupied` is
// then FAST_IN_LOT. FIFOs and numbers of flits and credits are in their places all the time.
#ifndef ORDITO_MODEL_NET_ROUTER_FAST_LOT_H
#define ORDITO_MODEL_NET_ROUTER_FAST_LOT_H

#include "model/net/router_fast_state.h"

#include <assert.h>

#define FAST_IN_LOT UINT64_MAX

enum {
    LOT_SET_DIGITS = 7,    // of a number of VCs of a router
    LOT_COUNT_DIGITS = 48, // of a number that is counted all the time
    LOT_MAX_VC_DIGITS = 3,
    LOT_MAX_PORT_DIGITS = 6
};

// Where the words of a lot are: one for each VC of a router unless it says more.
struct lot_layout {
    size_t occupied;  // input VC has a flit
    size_t loaded;    // `holds`, `want` and `may` are those of the packet at its front
    size_t holds;     // which holds an output VC
    size_t want;      // [radix] and goes out by this port
    size_t may;       // [num_vcs] and there by this VC
    size_t held;      // output VC is held
    size_t credit;    // output VC has a credit
    size_t last_in;   // [vc_digits] for each port: VC by which the last flit came
    size_t last_out;  // [vc_digits] for each port: VC that a head took last
    size_t last_port; // [port_digits] for each port: port that the last flit which left came by
    size_t lost;      // [LOT_COUNT_DIGITS] stalls.switch_lost
    size_t end;
};

// In line wherever they are called, so that sizes are constants.
#define LOT_INLINE static inline __attribute__((always_inline))

LOT_INLINE struct lot_layout lot_layout(struct lot_shape shape)
{
    size_t set = shape.set_size;
    struct lot_layout at = {.loaded = set, .holds = 2 * set, .want = 3 * set};
    at.may = at.want + shape.radix * set;
    at.held = at.may + shape.num_vcs * set;
    at.credit = at.held + set;
    at.last_in = at.credit + set;
    at.last_out = at.last_in + (size_t)shape.vc_digits * shape.radix;
    at.last_port = at.last_out + (size_t)shape.vc_digits * shape.radix;
    at.lost = at.last_port + (size_t)shape.port_digits * shape.radix;
    at.end = at.lost + LOT_COUNT_DIGITS;
    return at;
}

LOT_INLINE uint32_t lot_digits(uint32_t greatest)
{
    return greatest ? 32 - (uint32_t)__builtin_clz(greatest) : 0;
}

LOT_INLINE struct lot_shape lot_shape_of(uint32_t radix, uint32_t num_vcs)
{
    return (struct lot_shape){.radix = radix,
                              .num_vcs = num_vcs,
                              .set_size = radix * num_vcs,
                              .vc_digits = lot_digits(num_vcs - 1),
                              .port_digits = lot_digits(radix - 1)};
}

// The number of a router.
LOT_INLINE uint32_t lot_number(const uint64_t *digits, uint32_t num_digits, uint32_t router)
{
    uint32_t number = 0;
    for (uint32_t d = 0; d < num_digits; d++)
        number |= (uint32_t)(digits[d] >> router & 1) << d;
    return number;
}

static inline struct fast_router *lot_router(const struct fast_bank *self, size_t lot, uint32_t r)
{
    return (struct fast_router *)(self->routers + (lot * PARTITION_WORD + r) * self->stride);
}

// Make a lot of a partition dense, or not.
void fast_lot_gather(const struct fast_bank *self, struct fast_part *part, size_t lot);
void fast_lot_scatter(const struct fast_bank *self, struct fast_part *part, size_t lot);

// What makes steps 1 to 5 for a dense lot. NULL if that would not be fast.
fast_lot_cycle_fn *fast_lot_cycle_for(const struct fast_bank *self);

// Bytes of the lots of a bank, whose sizes are there.
uint64_t fast_lots_bytes(const struct fast_bank *self);

// Makes them, not dense. False if out of memory. With `come_and_go` they are made dense, and not
// dense, every few cycles, whether it pays or not.
bool fast_lots_make(struct fast_bank *self, bool come_and_go);

// stalls.switch_lost of a router, as far as it has been in a dense lot.
uint64_t fast_lot_lost(const struct fast_bank *self, uint32_t router);

// The lot of a router, of which this is an event.
static inline uint32_t fast_lot_of(uint32_t event)
{
    return event / (FAST_MAX_SET * PARTITION_WORD);
}

// The router's bit in it.
static inline uint64_t fast_lot_bit(uint32_t event)
{
    return fast_bit_of(event / FAST_MAX_SET % PARTITION_WORD);
}

// Step 6 for a router of a dense lot.
static inline void fast_lot_queue(const struct fast_bank *self, const struct fast_lot *lot,
                                  struct fast_router *at, const struct fast_arrival *in)
{
    uint32_t x = in->event % FAST_MAX_SET;
    struct fast_vc *vc = &at->vcs[x];
    assert(vc->num < self->buffer_flits);
    struct fast_flit *place = fast_flit_at(self, at, vc, (uint32_t)vc->first + vc->num);
    place->payload = in->payload;
    place->tag = in->tag;
    vc->num++;
    fast_count_tail(self, vc, in->tag, 1);
    lot->words[x] |= fast_lot_bit(in->event);
}

// Step 7.
static inline void fast_lot_credit(const struct fast_bank *self, const struct fast_lot *lot,
                                   struct fast_router *at, uint32_t event)
{
    uint32_t y = event % FAST_MAX_SET;
    assert(at->vcs[y].credits < self->buffer_flits);
    at->vcs[y].credits++;
    lot->credit[y] |= fast_lot_bit(event);
}

#endif
