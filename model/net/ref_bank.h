// SPDX-License-Identifier: Apache-2.0
// State of the reference routers (router_ref.c) of any design, whose steps 0 to 5 ref_staged.c
// makes one by one. Most are of designs for which router_fast.c has a state of its own, and is
// faster.
//
// A bank is a handful of arrays, each with one row a router, so that what a cycle touches lies
// close together.
#ifndef ORDITO_MODEL_NET_REF_BANK_H
#define ORDITO_MODEL_NET_REF_BANK_H

#include "model/net/router.h"

#include <assert.h>

enum { REF_PORT_WORDS = 2, REF_NO_VC = 0xff };

// A flit in a FIFO, with what was computed when it arrived (heads).
struct ref_flit {
    uint64_t payload;
    uint32_t ports; // struct route_options
    struct route route;
    uint8_t credits;
    bool head : 1;
    bool tail : 1;
};

struct ref_input_vc {
    uint8_t first;    // index of the front flit in the FIFO
    uint8_t num;      // flits in the FIFO
    uint8_t tails;    // of them tails
    uint8_t out_vc;   // held by the packet at the front, or REF_NO_VC
    uint8_t out_port; // of that VC
    bool routed;      // step 0 was made for the head at the front
};

struct ref_input {
    uint8_t occupied; // VCs with a flit, a bit each
};

struct ref_output {
    uint8_t credits[ROUTER_MAX_VCS];
    uint8_t held;        // VCs that a packet holds, a bit each
    uint8_t with_credit; // VCs with a credit, a bit each
    uint8_t rr_out_vc;   // VCs at or after the pointer of their class, a bit each; 0: all
};

struct ref_router {
    uint64_t occupied[REF_PORT_WORDS];   // input ports with a flit, a bit each
    uint64_t traversing[REF_PORT_WORDS]; // output ports with a flit in `traversal`
    uint64_t paced[REF_PORT_WORDS];      // output ports whose channel is not free
    struct router_stalls stalls;
};

struct ref_staged;

struct ref_bank {
    struct router_params params;
    uint32_t fifo_flits;            // buffer_flits, rounded up to a power of two
    struct ref_router *routers;     // [num_routers]
    struct ref_input *inputs;       // [num_routers * radix]
    struct ref_output *outputs;     // [num_routers * radix]
    struct ref_input_vc *input_vcs; // [num_routers * radix * num_vcs]
    struct ref_flit *fifos;         // [num_routers * radix * num_vcs * fifo_flits]
    struct flit *traversal;         // [num_routers * radix]: step 4b; NULL if pipeline is 1
    uint32_t *pace_cycles; // [num_routers * radix]: until the channel is free; NULL: always
    struct ref_staged *staged;
};

// What an input port sends (steps 1 to 3).
struct ref_pick {
    uint8_t vc;
    uint8_t out_port;
    uint8_t usable; // output VCs that a head without one may take, a bit each
};

// What step 1 finds of a front flit.
enum ref_front {
    REF_READY,    // holds an output VC, or may take one of `usable` in the cycle in which it leaves
    REF_ASKS,     // a head that may ask for one of `usable` in step V
    REF_UNROUTED, // step 0 comes first
    REF_NO_CREDIT, // from here on the reasons of struct router_stalls
    REF_NO_FREE_VC,
    REF_NOT_WHOLE,
    REF_CHANNEL_BUSY
};

static inline struct ref_flit *ref_fifo_at(const struct ref_bank *self, size_t vc_idx,
                                           uint32_t position)
{
    return &self->fifos[vc_idx * self->fifo_flits + (position & (self->fifo_flits - 1))];
}

static inline bool ref_bit(const uint64_t *words, uint32_t i)
{
    return words[i / 64] >> i % 64 & 1;
}

static inline void ref_set(uint64_t *words, uint32_t i)
{
    words[i / 64] |= UINT64_C(1) << i % 64;
}

static inline void ref_clear(uint64_t *words, uint32_t i)
{
    words[i / 64] &= ~(UINT64_C(1) << i % 64);
}

// Steps 0 to 5 of a router that has flits; `out` gets what it sends, flits and credits in ascending
// order of port.
bool ref_staged_make(struct ref_bank *self);
void ref_staged_free(struct ref_bank *self);
uint64_t ref_staged_bytes(const struct router_params *params);
void ref_staged_evaluate(struct ref_bank *self, uint32_t router, struct router_out *out);

#endif
