// SPDX-License-Identifier: Apache-2.0
// State of the fast reference routers, and step 1: what router_fast.c and router_fast_bank.c share.
#ifndef ORDITO_MODEL_NET_ROUTER_FAST_STATE_H
#define ORDITO_MODEL_NET_ROUTER_FAST_STATE_H

#include "model/net/carrier.h"
#include "model/net/router_fast.h"

enum { FAST_MAX_SET = 64 }; // VCs of a router, one way

enum { FAST_HEAD = 1, FAST_TAIL = 2 };

// A flit in a FIFO; a head with what was computed when it arrived.
struct fast_flit {
    uint64_t payload;
    uint8_t port; // output port
    uint8_t vcs;  // of it that it may use
    uint8_t needed_credits;
    uint8_t ends; // FAST_HEAD, FAST_TAIL
};

// An input VC.
struct fast_vc {
    uint8_t first;          // flits removed, modulo 256: tells where the front one is in the FIFO
    uint8_t written;        // flits written, likewise; some may be on the channel still
    uint8_t num;            // flits in the FIFO
    uint8_t tails;          // of them tails
    uint8_t needed_credits; // of the front flit, if it is a head
    uint8_t unused[3];      // so that an index is a shift
};

// Sets of VCs of a router: bit port * num_vcs + vc.
struct fast_router {
    uint64_t occupied; // input VCs with a flit
    uint64_t holding;  // input VCs whose packet holds an output VC
    uint64_t held;     // output VCs that a packet holds
    uint64_t credit;   // output VCs with a credit
};

// What arrives in a cycle over channels that the bank carries: router << 6 | VC of it, of flits the
// input VC, of credits the output VC.
struct fast_events {
    uint32_t *events;
    uint32_t num, cap;
};

struct fast_day {
    struct fast_events flits;
    struct fast_events credits;
};

// Where a port leads, of a bank that carries.
struct fast_link {
    uint32_t event;     // of VC 0 at the other end; FAST_TO_TERMINAL
    uint32_t first_vc;  // index of that VC
    uint32_t first_day; // of those of the partition where it leads
    uint16_t latency_cycles;
    uint16_t credit_latency_cycles;
};

enum { FAST_TO_TERMINAL = UINT32_MAX };

// What a partition has put on channels.
struct fast_part {
    _Alignas(64) const struct carrier *carrier; // NULL: the bank does not carry
    struct fast_day *days; // [num_parts * num_days], of each partition where things go
    uint32_t today;        // index of the day that comes in this cycle
    uint64_t num_added;    // events of this cycle
    bool out_of_memory;
};

struct fast_bank {
    uint32_t num_routers;
    uint32_t radix;
    uint32_t num_vcs;  // of a port
    uint32_t set_size; // radix * num_vcs
    uint32_t fifo_log; // of the flits that a FIFO has room for
    uint32_t fifo_mask;
    uint32_t buffer_flits;
    bool waits_for_tail;
    const struct routing *routing;
    const uint32_t *own_address;   // [num_routers]
    uint64_t port_vcs;             // set of the VCs of port 0
    uint8_t port_of[FAST_MAX_SET]; // port of a VC
    struct fast_router *routers;   // [num_routers]
    struct router_stalls *stalls;  // [num_routers]
    // [num_routers * set_size]
    uint64_t *wanted;        // of an input VC: output VCs that its front flit may go by
    struct fast_vc *vcs;     // input VCs
    uint8_t *credits;        // of an output VC
    struct fast_flit *fifos; // [num_routers * set_size << fifo_log]
    // [num_routers * radix]
    uint8_t *rr_vc;          // input port: VCs at or after its pointer, 0 for all
    uint8_t *rr_out_vc;      // output port: likewise
    uint8_t *rr_in;          // output port: its pointer
    struct fast_part *parts; // [num_parts]
    uint32_t num_parts;
    // Of a bank that carries
    struct fast_link *links; // [num_routers * radix]
    uint32_t num_days;       // a power of two, more than the greatest latency
    uint32_t day_mask;
};

static inline uint64_t fast_bit_of(uint32_t x)
{
    return UINT64_C(1) << x;
}

// The first of `set`, which must not be empty, that is in `ahead`, or else the first of all.
static inline uint32_t fast_first_of(uint64_t set, uint64_t ahead)
{
    ahead &= set;
    return (uint32_t)__builtin_ctzll(ahead ? ahead : set);
}

// VCs of a port after `vc`, a bit each.
static inline uint8_t fast_vcs_after(uint32_t vc, uint64_t port_vcs)
{
    return (uint8_t)((~UINT64_C(1) << vc) & port_vcs);
}

static inline struct fast_flit *fast_fifo_at(const struct fast_bank *self, size_t vc_idx,
                                             uint32_t at)
{
    return &self->fifos[(vc_idx << self->fifo_log) + (at & self->fifo_mask)];
}

// Output VCs, of those wanted, that have the credits which a head needs.
static inline uint64_t fast_with_credits(const uint8_t *credits, uint64_t wanted, uint32_t needed)
{
    uint64_t enough = 0;
    for (uint64_t rest = wanted; rest; rest &= rest - 1)
        if (credits[__builtin_ctzll(rest)] >= needed)
            enough |= rest & -rest;
    return enough;
}

// Output VCs that the front flit of input VC `x` may leave by. `base` is the index of the router's
// first VC.
static inline uint64_t fast_usable_of(const struct fast_bank *self, const struct fast_router *state,
                                      size_t base, uint32_t x)
{
    uint64_t wanted = self->wanted[base + x];
    if (state->holding >> x & 1)
        return wanted & state->credit;
    wanted &= ~state->held;
    uint32_t needed = self->vcs[base + x].needed_credits;
    return needed == 1 ? wanted & state->credit
                       : fast_with_credits(&self->credits[base], wanted, needed);
}

// Why a front flit without a usable VC waits.
static inline bool fast_lacks_vc(const struct fast_bank *self, const struct fast_router *state,
                                 size_t base, uint32_t x)
{
    return !(state->holding >> x & 1) && (self->wanted[base + x] & ~state->held) == 0;
}

// Operations of struct router_ops, of router_fast_bank.c.
void *fast_bank_new(const struct router_params *params, struct err *err);
void fast_bank_free(void *bank);
bool fast_carry(void *bank, const struct carrier *carriers);
void fast_stalls(const void *bank, uint32_t router, struct router_stalls *sum);
uint32_t fast_waits(const void *bank, uint32_t router, struct router_wait *waits);
bool fast_check(void *bank, struct err *err);

// Makes room for more events. False if out of memory.
bool fast_events_grow(struct fast_events *self);

#endif
