// SPDX-License-Identifier: Apache-2.0
// State of the fast reference routers, and step 1: what router_fast.c, router_fast_carry.c and
// router_fast_bank.c share.
#ifndef ORDITO_MODEL_NET_ROUTER_FAST_STATE_H
#define ORDITO_MODEL_NET_ROUTER_FAST_STATE_H

#include "model/net/cache_line.h"
#include "model/net/carrier.h"
#include "model/net/router_fast.h"

enum { FAST_MAX_SET = 64 }; // VCs of a router, one way

// The tag of a flit: which ends of its packet it is, and a FAST_HOP for each hop to here, of a bank
// that carries.
enum { FAST_HEAD = 1, FAST_TAIL = 2, FAST_ENDS = FAST_HEAD | FAST_TAIL, FAST_HOP = 4 };

// What a head flit wants, computed when it arrives.
struct fast_want {
    uint8_t first;          // VC of the output port, in the router's numbering: its VC 0
    uint8_t vcs;            // of that port that it may use, a bit each
    uint8_t needed_credits; // of one of them
    uint8_t unused;
};

// A flit in a FIFO.
struct fast_flit {
    uint64_t payload;
    uint32_t tag;
    struct fast_want want; // of heads
};

// An input VC, and the output VC of the same number.
struct fast_vc {
    uint8_t first;   // flits removed, modulo 256: tells where the front one is in the FIFO
    uint8_t num;     // flits in the FIFO
    uint8_t out;     // output VC that its packet holds
    uint8_t tails;   // of them tails, if heads wait for them
    uint8_t credits; // of the output VC
    uint8_t unused;
    uint16_t fifo; // of the input VC, from the router on, in flits
};

// Where a channel leads.
enum fast_kind { FAST_ROUTER, FAST_NODE, FAST_NUM_KINDS };

// A port, with its pointers, each as the VCs at or after it, a bit each: those are first, or where
// there is none, all. Where it leads is of a bank that carries.
struct fast_port {
    uint64_t rr_in;       // as an output: input VCs of the router
    uint64_t num_flits;   // that have left by it
    uint32_t event;       // of VC 0 at the other end
    uint16_t flit_lane;   // of flits that leave
    uint16_t credit_lane; // of credits for flits that came
    uint8_t first;        // number of its VC 0 in the router
    uint8_t rr_vc;        // as an input, of its VCs
    uint8_t rr_out_vc;    // as an output, of its VCs
    bool is_hop;
};

// A router: sets of its VCs, bit port * num_vcs + vc; then its VCs; then its ports and its FIFOs,
// so that what a flit needs lies together.
struct fast_router {
    uint64_t occupied; // input VCs with a flit in the FIFO
    uint64_t held;     // output VCs that a packet holds, which is that of a front flit if it is no
                       // head
    uint64_t credit;   // output VCs with a credit
    uint64_t asked;    // VCs of output ports that flits which came in the last cycle go to; all if
                       // they contend
    uint32_t address;
    uint32_t number;
    struct fast_vc vcs[];
};

// What arrives over channels that the bank carries: place << 6 | VC of it, of flits the input VC,
// of credits the output VC. The place is a router, or a node, or FAST_NOWHERE.
enum { FAST_NOWHERE = UINT32_MAX / FAST_MAX_SET };

struct fast_arrival {
    uint64_t payload;
    uint64_t usable; // output VCs that it may leave by at once
    uint32_t tag;
    uint32_t event;
};

struct fast_flits {
    struct fast_arrival *list, *end, *limit;
};

struct fast_credits {
    uint32_t *list, *end, *limit; // events
};

// What arrives in a cycle, by the kind of place.
struct fast_day {
    struct fast_flits flits[FAST_NUM_KINDS];
    struct fast_credits credits[FAST_NUM_KINDS];
};

// A way to a partition, for channels alike.
struct fast_lane {
    uint32_t first_day; // of those of the partition
    uint16_t latency_cycles;
    uint8_t kind; // enum fast_kind
};

// An input VC whose front flit may leave.
struct fast_contender {
    struct fast_router *at;
    const struct fast_flit *front;
    uint64_t usable; // output VCs, all of one port
    struct fast_port *out;
    uint32_t x; // number of the input VC
};

// What a partition has put on channels.
struct fast_part {
    _Alignas(CACHE_LINE_BYTES) const struct carrier *carrier; // NULL: the bank does not carry
    struct fast_contender *contenders;                        // [64 * set_size]
    struct fast_day *days;         // [num_parts * num_days], of each partition where things go
    uint32_t today;                // index of the day that comes in this cycle
    struct fast_flits **flits;     // [num_lanes] where to put what is sent in this cycle
    struct fast_credits **credits; // [num_lanes] likewise
    uint32_t num_dense;            // lots that are
    uint64_t num_hops;             // flits put in this cycle on channels that are hops
    uint64_t num_added;            // flits and credits put on channels in this cycle
    struct err err;                // what went wrong, if anything
};

// Sizes of a router, which are constants where code is compiled for them.
struct lot_shape {
    uint32_t radix, num_vcs;
    uint32_t set_size;    // radix * num_vcs
    uint32_t vc_digits;   // binary, of the number of a VC in its port
    uint32_t port_digits; //   and of the number of a port
};

// 64 routers (router_fast_lot.h).
struct fast_lot {
    _Alignas(CACHE_LINE_BYTES) uint64_t *words;
    uint64_t *credit; // of them: output VCs with a credit
    bool is_dense;
    bool was_dense;      // or is
    uint32_t num_cycles; // in a row that speak for a change
};

struct fast_bank;

// Steps 1 to 5 for a dense lot; there is room for all that it sends. Returns the routers that have
// flits then, and how many flits have lost the switch.
typedef uint64_t fast_lot_cycle_fn(const struct fast_bank *self, struct fast_part *from, size_t lot,
                                   uint32_t *num_lost);

struct fast_bank {
    unsigned char *routers; // [num_routers] of `stride` bytes, a struct fast_router each
    size_t stride;
    size_t ports_at;                 // bytes from a router to its ports
    size_t fifos_at;                 //   and to its FIFOs
    uint16_t port_at[FAST_MAX_SET];  // of a VC: bytes from a router to its port
    uint64_t siblings[FAST_MAX_SET]; // of a VC: those of its port
    uint64_t beyond[FAST_MAX_SET];   // of a VC: those of ports after its own
    uint8_t vc_of[FAST_MAX_SET];     // of a VC: its number in its port
    uint8_t after[FAST_MAX_SET];     // of a VC: those of its port that come after it, a bit each
    uint32_t num_routers;
    uint32_t radix;
    uint32_t num_vcs;  // of a port
    uint32_t set_size; // radix * num_vcs
    uint32_t fifo_log; // of the flits that a FIFO has room for
    uint32_t fifo_mask;
    uint32_t buffer_flits;
    bool needs_credits;  // heads need those of the whole packet, not of one flit
    bool waits_for_tail; // heads wait until it is here
    const struct routing *routing;
    struct router_stalls *stalls; // [num_routers]
    struct fast_part *parts;      // [num_parts]
    uint32_t num_parts;
    // Of a bank that carries
    uint32_t num_days; // at least two more than the greatest latency
    uint32_t num_lanes;
    struct fast_lane *lanes; // [num_lanes]
    struct lot_shape lot_shape;
    fast_lot_cycle_fn *lot_cycle; // NULL: no lot is ever dense
    struct fast_lot *lots;        // [partition_num_words(num_routers)]
    uint64_t *lot_words;
    uint32_t lot_min_lost; // flits that lose the switch in a cycle, for a lot to be dense
    uint32_t lot_cycles;   // for which a change must be worth it
    bool lots_come_and_go; // which it always is
};

static inline uint64_t fast_bit_of(uint32_t x)
{
    return UINT64_C(1) << x;
}

// All ones if it is true: to choose without a branch where that could not be foretold.
static inline uint64_t fast_mask_of(bool is_true)
{
    return -(uint64_t)is_true;
}

// The first of `set`, which must not be empty, that is in `ahead`, or else the first of all.
static inline uint32_t fast_first_of(uint64_t set, uint64_t ahead)
{
    ahead &= set;
    return (uint32_t)__builtin_ctzll(ahead ? ahead : set);
}

static inline struct fast_router *fast_router_at(const struct fast_bank *self, size_t router)
{
    return (struct fast_router *)(self->routers + router * self->stride);
}

static inline struct fast_port *fast_ports_of(const struct fast_bank *self, struct fast_router *at)
{
    return (struct fast_port *)((unsigned char *)at + self->ports_at);
}

// The port of a VC.
static inline struct fast_port *fast_port_of(const struct fast_bank *self, struct fast_router *at,
                                             uint32_t x)
{
    return (struct fast_port *)((unsigned char *)at + self->port_at[x]);
}

// The flit of the FIFO of an input VC that is the number `num`, modulo 256, of all that come there.
static inline struct fast_flit *fast_flit_at(const struct fast_bank *self, struct fast_router *at,
                                             const struct fast_vc *vc, uint32_t num)
{
    return (struct fast_flit *)at + vc->fifo + (num & self->fifo_mask);
}

// Its front flit.
static inline struct fast_flit *fast_front(const struct fast_bank *self, struct fast_router *at,
                                           uint32_t x)
{
    return fast_flit_at(self, at, &at->vcs[x], at->vcs[x].first);
}

// A flit has come to the FIFO of an input VC (1), or left it (-1).
static inline void fast_count_tail(const struct fast_bank *self, struct fast_vc *vc, uint32_t tag,
                                   int num)
{
    if (self->waits_for_tail && (tag & FAST_TAIL))
        vc->tails = (uint8_t)(vc->tails + num);
}

// Output VCs that a head flit wants.
static inline uint64_t fast_wanted(const struct fast_want *want)
{
    return (uint64_t)want->vcs << want->first;
}

// Output VCs, of those wanted, that have the credits which a head needs.
static inline uint64_t fast_with_credits(const struct fast_vc *vcs, uint64_t wanted,
                                         uint32_t needed)
{
    uint64_t enough = 0;
    for (uint64_t rest = wanted; rest; rest &= rest - 1)
        if (vcs[__builtin_ctzll(rest)].credits >= needed)
            enough |= rest & -rest;
    return enough;
}

// Output VCs that the front flit of input VC `x` may leave by. If it is no head, its packet holds
// one.
static inline uint64_t fast_usable_of(const struct fast_bank *self, const struct fast_router *at,
                                      uint32_t x, const struct fast_flit *front)
{
    uint64_t is_head = fast_mask_of(front->tag & FAST_HEAD);
    uint64_t wanted = (fast_wanted(&front->want) & ~at->held & is_head) |
                      (fast_bit_of(at->vcs[x].out) & ~is_head);
    if (!self->needs_credits)
        return wanted & at->credit;
    uint32_t needed = front->tag & FAST_HEAD ? front->want.needed_credits : 1;
    return fast_with_credits(at->vcs, wanted, needed);
}

// Why a front flit without a usable VC waits.
static inline bool fast_lacks_vc(const struct fast_router *at, const struct fast_flit *front)
{
    return (front->tag & FAST_HEAD) && (fast_wanted(&front->want) & ~at->held) == 0;
}

// Whether the front flit of input VC `x` is of a packet that may leave as far as its tail goes.
static inline bool fast_is_whole(const struct fast_bank *self, const struct fast_router *at,
                                 uint32_t x, const struct fast_flit *front)
{
    return !self->waits_for_tail || !(front->tag & FAST_HEAD) || at->vcs[x].tails > 0;
}

// Operations of struct router_ops, of router_fast_bank.c.
void *fast_bank_new(const struct router_params *params, struct err *err);
void fast_bank_free(void *bank);
bool fast_carry(void *bank, const struct carrier *carriers);
void fast_channel_flits(const void *bank, uint64_t *flits);
void fast_stalls(const void *bank, uint32_t router, struct router_stalls *sum);
uint32_t fast_waits(const void *bank, uint32_t router, struct router_wait *waits);
bool fast_check(void *bank, struct err *err);

// Puts all flits that have come to routers, and have not been evaluated, into FIFOs, and makes no
// lot dense any more.
void fast_settle_all(const struct fast_bank *self);

// Operations of a bank that carries, of router_fast_carry.c.
bool fast_inject(void *bank, uint32_t part, const struct wire *wire, struct flit flit);
bool fast_give_back(void *bank, uint32_t part, const struct wire *wire, uint32_t vc);
void fast_arrive(void *bank, uint32_t part);
void fast_evaluate_all(void *bank, uint32_t part);
void fast_evaluate_one(const struct fast_bank *self, struct fast_part *from,
                       struct fast_router *at);

// Has what is sent from a partition put where it belongs in this cycle.
void fast_set_lanes(const struct fast_bank *self, struct fast_part *from);

// Lengthen a list, for `num` more. False if out of memory.
bool fast_grow_flits(struct fast_flits *flits, size_t num);
bool fast_grow_credits(struct fast_credits *credits, size_t num);

// Make room for `num` more, if it is not there. False if out of memory.
static inline bool fast_reserve_flits(struct fast_flits *flits, size_t num)
{
    return (size_t)(flits->limit - flits->end) >= num || fast_grow_flits(flits, num);
}

static inline bool fast_reserve_credits(struct fast_credits *credits, size_t num)
{
    return (size_t)(credits->limit - credits->end) >= num || fast_grow_credits(credits, num);
}

#endif
