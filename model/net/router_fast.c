// SPDX-License-Identifier: Apache-2.0
#include "model/net/router_fast.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SET = 64 }; // VCs of a router, one way

enum { HEAD = 1, TAIL = 2 };

// A flit in a FIFO; a head with what was computed when it arrived.
struct fast_flit {
    uint64_t payload;
    uint8_t port; // output port
    uint8_t vcs;  // of it that it may use
    uint8_t needed_credits;
    uint8_t ends; // HEAD, TAIL
};

// An input VC.
struct fast_vc {
    uint8_t first;          // index of the front flit in the FIFO
    uint8_t num;            // flits in the FIFO
    uint8_t tails;          // of them tails
    uint8_t needed_credits; // of the front flit, if it is a head
};

// Sets of VCs of a router: bit port * num_vcs + vc.
struct fast_router {
    uint64_t occupied; // input VCs with a flit
    uint64_t holding;  // input VCs whose packet holds an output VC
    uint64_t held;     // output VCs that a packet holds
    uint64_t credit;   // output VCs with a credit
};

struct fast_bank {
    uint32_t radix;
    uint32_t num_vcs;  // of a port
    uint32_t set_size; // radix * num_vcs
    uint32_t fifo_log; // of the flits that a FIFO has room for
    uint32_t buffer_flits;
    bool waits_for_tail;
    const struct routing *routing;
    const uint32_t *own_address;  // [num_routers]
    uint64_t port_vcs;            // set of the VCs of port 0
    uint8_t port_of[MAX_SET];     // port of a VC
    struct fast_router *routers;  // [num_routers]
    struct router_stalls *stalls; // [num_routers]
    // [num_routers * set_size]
    uint64_t *wanted;        // of an input VC: output VCs that its front flit may go by
    struct fast_vc *vcs;     // input VCs
    uint8_t *credits;        // of an output VC
    struct fast_flit *fifos; // [num_routers * set_size << fifo_log]
    // [num_routers * radix]
    uint8_t *rr_vc;     // input port: VCs at or after its pointer, 0 for all
    uint8_t *rr_out_vc; // output port: likewise
    uint8_t *rr_in;     // output port: its pointer
};

bool router_fast_serves(const struct router_params *params)
{
    const struct router_design *design = &params->design;
    const struct routing *routing = params->routing;
    return design->pipeline == 1 && design->switch_allocator == ALLOCATOR_SEPARABLE &&
           !design->step_by_step && !params->flit_cycles && routing->class_vcs == params->num_vcs &&
           params->radix * params->num_vcs <= MAX_SET && !routing_is_adaptive(routing);
}

static void bank_free(void *bank)
{
    struct fast_bank *self = bank;
    if (!self)
        return;
    free(self->routers);
    free(self->stalls);
    free(self->wanted);
    free(self->vcs);
    free(self->credits);
    free(self->fifos);
    free(self->rr_vc);
    free(self->rr_out_vc);
    free(self->rr_in);
    free(self);
}

static bool allocate(struct fast_bank *self, const struct router_params *params)
{
    size_t routers = params->num_routers;
    size_t ports = routers * self->radix;
    size_t vcs = routers * self->set_size;
    self->routers = calloc(routers, sizeof *self->routers);
    self->stalls = calloc(routers, sizeof *self->stalls);
    self->wanted = calloc(vcs, sizeof *self->wanted);
    self->vcs = calloc(vcs, sizeof *self->vcs);
    self->credits = malloc(vcs);
    self->fifos = calloc(vcs << self->fifo_log, sizeof *self->fifos);
    self->rr_vc = calloc(ports, 1);
    self->rr_out_vc = calloc(ports, 1);
    self->rr_in = calloc(ports, 1);
    return self->routers && self->stalls && self->wanted && self->vcs && self->credits &&
           self->fifos && self->rr_vc && self->rr_out_vc && self->rr_in;
}

static bool make(struct fast_bank *self, const struct router_params *params)
{
    self->radix = params->radix;
    self->num_vcs = params->num_vcs;
    self->set_size = params->radix * params->num_vcs;
    while (1U << self->fifo_log < params->buffer_flits)
        self->fifo_log++;
    self->buffer_flits = params->buffer_flits;
    self->waits_for_tail = switching_waits_for_tail(params->switching);
    self->routing = params->routing;
    self->own_address = params->own_address;
    self->port_vcs = (UINT64_C(1) << params->num_vcs) - 1;
    for (uint32_t x = 0; x < self->set_size; x++)
        self->port_of[x] = (uint8_t)(x / params->num_vcs);
    if (!allocate(self, params))
        return false;
    memset(self->credits, (int)params->buffer_flits, (size_t)params->num_routers * self->set_size);
    for (uint32_t r = 0; r < params->num_routers; r++)
        self->routers[r].credit = ~UINT64_C(0) >> (MAX_SET - self->set_size);
    return true;
}

static void *bank_new(const struct router_params *params, struct err *err)
{
    struct fast_bank *self = calloc(1, sizeof *self);
    if (!self || !make(self, params)) {
        bank_free(self);
        err_set(err, ERR_RUN, "out of memory for %u routers", params->num_routers);
        return NULL;
    }
    return self;
}

static inline uint64_t bit_of(uint32_t x)
{
    return UINT64_C(1) << x;
}

// The first of `set`, which must not be empty, that is in `ahead`, or else the first of all.
static inline uint32_t first_of(uint64_t set, uint64_t ahead)
{
    ahead &= set;
    return (uint32_t)__builtin_ctzll(ahead ? ahead : set);
}

// VCs of a port after `vc`, a bit each.
static inline uint8_t after(uint32_t vc, uint64_t port_vcs)
{
    return (uint8_t)((~UINT64_C(1) << vc) & port_vcs);
}

static inline struct fast_flit *fifo_at(const struct fast_bank *self, size_t vc_idx, uint32_t at)
{
    return &self->fifos[(vc_idx << self->fifo_log) + (at & ((1U << self->fifo_log) - 1))];
}

// --- step 1 -------------------------------------------------------------------------------------

// Output VCs, of those wanted, that have the credits which a head needs.
static uint64_t with_credits(const uint8_t *credits, uint64_t wanted, uint32_t needed)
{
    uint64_t enough = 0;
    for (uint64_t rest = wanted; rest; rest &= rest - 1)
        if (credits[__builtin_ctzll(rest)] >= needed)
            enough |= rest & -rest;
    return enough;
}

// Output VCs that the front flit of input VC `x` may leave by. `base` is the index of the router's
// first VC.
static inline uint64_t usable_of(const struct fast_bank *self, const struct fast_router *state,
                                 size_t base, uint32_t x)
{
    uint64_t wanted = self->wanted[base + x];
    if (state->holding >> x & 1)
        return wanted & state->credit;
    wanted &= ~state->held;
    uint32_t needed = self->vcs[base + x].needed_credits;
    return needed == 1 ? wanted & state->credit
                       : with_credits(&self->credits[base], wanted, needed);
}

// Why a front flit without a usable VC waits.
static inline bool lacks_vc(const struct fast_bank *self, const struct fast_router *state,
                            size_t base, uint32_t x)
{
    return !(state->holding >> x & 1) && (self->wanted[base + x] & ~state->held) == 0;
}

// --- steps 4 and 5 ------------------------------------------------------------------------------

// The flit at the front becomes what its input VC wants to send.
static inline void expose(const struct fast_bank *self, size_t base, uint32_t x,
                          const struct fast_flit *front)
{
    self->wanted[base + x] = (uint64_t)front->vcs << front->port * self->num_vcs;
    self->vcs[base + x].needed_credits = front->needed_credits;
}

// Input VC `x` sends its front flit by output port `port`, by one of the VCs in `usable`.
static inline void leave(struct fast_bank *self, struct fast_router *state, size_t base,
                         size_t port_base, uint32_t x, uint32_t port, uint64_t usable,
                         struct router_out *out)
{
    uint64_t bit = bit_of(x);
    uint32_t port_first = port * self->num_vcs;
    bool holds = state->holding & bit;
    uint32_t y = first_of(usable, (uint64_t)self->rr_out_vc[port_base + port] << port_first);
    uint64_t out_bit = bit_of(y);
    uint32_t out_vc = y - port_first;
    struct fast_vc *vc = &self->vcs[base + x];
    const struct fast_flit *front = fifo_at(self, base + x, vc->first);
    uint32_t ends = front->ends;
    out->flits[out->num_flits++] = (struct router_out_flit){
        port, {front->payload, (uint8_t)out_vc, ends & HEAD, (ends & TAIL) != 0}};
    if (!holds)
        self->rr_out_vc[port_base + port] = after(out_vc, self->port_vcs);
    if (--self->credits[base + y] == 0)
        state->credit &= ~out_bit;
    if (ends & TAIL) {
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
    else if (ends & TAIL)
        expose(self, base, x, fifo_at(self, base + x, vc->first));
}

// Step 1 for input VC `x`: the output VCs by which its front flit may leave now; 0, and counted, if
// it may not.
static inline uint64_t request(const struct fast_bank *self, const struct fast_router *state,
                               size_t base, uint32_t x, struct router_stalls *stalls)
{
    uint64_t usable = usable_of(self, state, base, x);
    if (usable == 0) {
        bool no_vc = lacks_vc(self, state, base, x);
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
    self->rr_vc[port_base + in] = after(x - in * self->num_vcs, self->port_vcs);
    leave(self, state, (size_t)router * self->set_size, port_base, x, port, usable, out);
}

static inline void give_credit(const struct fast_bank *self, uint32_t in, uint32_t x,
                               struct router_out *out)
{
    out->credits[out->num_credits++] =
        (struct router_out_credit){.port = in, .vcs = (uint8_t)(1U << (x - in * self->num_vcs))};
}

// Steps 2 and 3 and what follows, for the input VCs that are ready, by the output VCs that each may
// leave by. Contenders for an output port come in ascending order of input port, so only one at or
// past rr_in can displace an earlier one, which must lie before it.
static void match(struct fast_bank *self, uint32_t router, uint64_t ready, const uint64_t *usable,
                  struct router_stalls *stalls, struct router_out *out)
{
    size_t port_base = (size_t)router * self->radix;
    uint8_t winner[MAX_SET]; // input VC, of each output port asked for
    uint64_t asked = 0;      // output ports, a bit each
    uint64_t sent = 0;       // input VCs
    while (ready) {
        uint32_t x = (uint32_t)__builtin_ctzll(ready);
        uint32_t in = self->port_of[x];
        uint32_t first = in * self->num_vcs;
        uint64_t mine = ready & self->port_vcs << first;
        ready ^= mine;
        if (mine & (mine - 1)) {
            x = first_of(mine, (uint64_t)self->rr_vc[port_base + in] << first);
            for (mine &= mine - 1; mine; mine &= mine - 1)
                stalls->switch_lost++;
        }
        uint32_t o = self->port_of[__builtin_ctzll(usable[x])];
        if (!(asked >> o & 1)) {
            asked |= bit_of(o);
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
        sent |= bit_of(x);
        grant(self, &self->routers[router], router, self->port_of[x], x, o, usable[x], out);
    }
    for (; sent; sent &= sent - 1) {
        uint32_t x = (uint32_t)__builtin_ctzll(sent);
        give_credit(self, self->port_of[x], x, out);
    }
}

// A flit that is alone, as most are at low loads, needs no arbitration.
static void evaluate(void *bank, uint32_t router, struct router_out *out)
{
    struct fast_bank *self = bank;
    struct fast_router *state = &self->routers[router];
    struct router_stalls *stalls = &self->stalls[router];
    size_t base = (size_t)router * self->set_size;
    uint64_t usable[MAX_SET]; // of ready input VCs
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
        give_credit(self, in, x, out);
    }
}

// --- steps 6 and 7 ------------------------------------------------------------------------------

static void flit(void *bank, uint32_t router, uint32_t port, struct flit flit)
{
    struct fast_bank *self = bank;
    struct fast_router *state = &self->routers[router];
    size_t base = (size_t)router * self->set_size;
    uint32_t x = port * self->num_vcs + flit.vc;
    struct fast_vc *vc = &self->vcs[base + x];
    struct fast_flit *entry = fifo_at(self, base + x, (uint32_t)vc->first + vc->num);
    assert(vc->num < self->buffer_flits);
    entry->payload = flit.payload;
    entry->ends = (uint8_t)((flit.head ? HEAD : 0) | (flit.tail ? TAIL : 0));
    if (flit.head) {
        struct route_at at = {self->own_address[router], port, flit.vc, (uint32_t)flit.payload};
        struct route_options options = routing_compute(self->routing, router, &at);
        entry->port = options.route.port;
        entry->vcs = options.route.vcs;
        entry->needed_credits = options.credits;
    }
    vc->tails = (uint8_t)(vc->tails + flit.tail);
    if (vc->num++ == 0) {
        state->occupied |= bit_of(x);
        if (flit.head)
            expose(self, base, x, entry);
    }
}

static void credit(void *bank, uint32_t router, uint32_t port, uint8_t vcs)
{
    struct fast_bank *self = bank;
    uint32_t first = port * self->num_vcs;
    uint8_t *credits = &self->credits[(size_t)router * self->set_size + first];
    self->routers[router].credit |= (uint64_t)vcs << first;
    for (uint32_t rest = vcs; rest; rest &= rest - 1) {
        uint32_t vc = (uint32_t)__builtin_ctz(rest);
        assert(credits[vc] < self->buffer_flits);
        credits[vc]++;
    }
}

// --- what is seen from outside ------------------------------------------------------------------

static bool busy(const void *bank, uint32_t router)
{
    return ((const struct fast_bank *)bank)->routers[router].occupied != 0;
}

static void stalls(const void *bank, uint32_t router, struct router_stalls *sum)
{
    const struct fast_bank *self = bank;
    const struct router_stalls *mine = &self->stalls[router];
#define ADD(name) sum->name += mine->name;
    ROUTER_STALLS(ADD)
#undef ADD
}

static uint32_t waits(const void *bank, uint32_t router, struct router_wait *waits)
{
    const struct fast_bank *self = bank;
    const struct fast_router *state = &self->routers[router];
    size_t base = (size_t)router * self->set_size;
    uint32_t num = 0;
    for (uint64_t rest = state->occupied; rest; rest &= rest - 1) {
        uint32_t x = (uint32_t)__builtin_ctzll(rest);
        bool holds = state->holding >> x & 1;
        uint64_t wanted = self->wanted[base + x];
        bool usable = usable_of(self, state, base, x) != 0;
        if (usable && (holds || !self->waits_for_tail || self->vcs[base + x].tails > 0))
            continue;
        uint32_t out_port = self->port_of[__builtin_ctzll(wanted)];
        waits[num++] = (struct router_wait){
            .port = self->port_of[x],
            .vc = x - self->port_of[x] * self->num_vcs,
            .flits = self->vcs[base + x].num,
            .out_port = out_port,
            .out_vcs = (uint8_t)(wanted >> out_port * self->num_vcs),
            .holds = holds,
            .reason = usable                           ? ROUTER_WAITS_FOR_TAIL
                      : lacks_vc(self, state, base, x) ? ROUTER_WAITS_FOR_VC
                                                       : ROUTER_WAITS_FOR_ROOM,
        };
    }
    return num;
}

const struct router_ops router_fast_ops = {
    .name = "ref",
    .bank_new = bank_new,
    .bank_free = bank_free,
    .evaluate = evaluate,
    .flit = flit,
    .credit = credit,
    .busy = busy,
    .stalls = stalls,
    .waits = waits,
};
