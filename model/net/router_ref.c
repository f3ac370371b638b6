// SPDX-License-Identifier: Apache-2.0
// The reference router: the timing contract of router.h, step by step, in C.
//
// A bank is a handful of arrays, each with one row a router, so that what a cycle touches lies
// close together. The work of a cycle follows the occupied input ports, found by bit masks.
#include "model/net/router_circuit.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { PORT_WORDS = 2, NO_VC = 0xff };

// A flit in a FIFO, with the route that was computed when it arrived (heads).
struct ref_flit {
    uint64_t payload;
    struct route route;
    bool head;
    bool tail;
};

struct ref_input_vc {
    uint8_t first;    // index of the front flit in the FIFO
    uint8_t num;      // flits in the FIFO
    uint8_t tails;    // of them tails
    uint8_t out_vc;   // held by the packet at the front, or NO_VC
    uint8_t out_port; // of that VC
};

struct ref_input {
    uint8_t occupied; // VCs with a flit, a bit each
    uint8_t rr_vc;
};

struct ref_output {
    uint8_t credits[ROUTER_MAX_VCS];
    uint8_t held;        // VCs that a packet holds, a bit each
    uint8_t with_credit; // VCs with a credit, a bit each
    uint8_t rr_in;
    uint8_t rr_out_vc;
};

struct ref_router {
    uint64_t occupied[PORT_WORDS]; // input ports with a flit, a bit each
    struct router_stalls stalls;
};

struct ref_bank {
    struct router_params params;
    uint32_t fifo_flits;            // buffer_flits, rounded up to a power of two
    struct ref_router *routers;     // [num_routers]
    struct ref_input *inputs;       // [num_routers * radix]
    struct ref_output *outputs;     // [num_routers * radix]
    struct ref_input_vc *input_vcs; // [num_routers * radix * num_vcs]
    struct ref_flit *fifos;         // [num_routers * radix * num_vcs * fifo_flits]
};

// What an input port asks for in this cycle (steps 1 and 2).
struct ref_pick {
    uint8_t vc;
    uint8_t out_port;
    uint8_t usable; // output VCs, a bit each
};

static void bank_free(void *bank)
{
    struct ref_bank *self = bank;
    if (!self)
        return;
    free(self->routers);
    free(self->inputs);
    free(self->outputs);
    free(self->input_vcs);
    free(self->fifos);
    free(self);
}

static void *bank_new(const struct router_params *params, struct err *err)
{
    struct ref_bank *self = calloc(1, sizeof *self);
    size_t ports = (size_t)params->num_routers * params->radix;
    size_t vcs = ports * params->num_vcs;
    if (self) {
        self->params = *params;
        self->fifo_flits = 1;
        while (self->fifo_flits < params->buffer_flits)
            self->fifo_flits *= 2;
        self->routers = calloc(params->num_routers, sizeof *self->routers);
        self->inputs = calloc(ports, sizeof *self->inputs);
        self->outputs = calloc(ports, sizeof *self->outputs);
        self->input_vcs = calloc(vcs, sizeof *self->input_vcs);
        self->fifos = calloc(vcs * self->fifo_flits, sizeof *self->fifos);
    }
    if (!self || !self->routers || !self->inputs || !self->outputs || !self->input_vcs ||
        !self->fifos) {
        bank_free(self);
        err_set(err, ERR_RUN, "out of memory for %u routers", params->num_routers);
        return NULL;
    }
    for (size_t p = 0; p < ports; p++) {
        memset(self->outputs[p].credits, (int)params->buffer_flits, params->num_vcs);
        self->outputs[p].with_credit = params->routing->vcs_all;
    }
    for (size_t v = 0; v < vcs; v++)
        self->input_vcs[v].out_vc = NO_VC;
    return self;
}

static struct ref_flit *fifo_at(const struct ref_bank *self, size_t vc_idx, uint32_t position)
{
    return &self->fifos[vc_idx * self->fifo_flits + (position & (self->fifo_flits - 1))];
}

// Output VCs, of those given, that have the credits a head needs (step 1b).
static uint8_t with_credits(const struct ref_output *output, uint8_t vcs, uint32_t needed)
{
    if (needed == 1)
        return vcs & output->with_credit;
    uint8_t enough = 0;
    for (uint32_t rest = vcs; rest; rest &= rest - 1) {
        uint32_t vc = (uint32_t)__builtin_ctz(rest);
        enough |= (uint8_t)((output->credits[vc] >= needed) << vc);
    }
    return enough;
}

// Step 1 for one input VC: the output VCs that its front flit may leave by, 0 if it is not ready.
static uint8_t request(const struct ref_bank *self, size_t port_base, size_t vc_idx,
                       uint8_t *out_port, struct router_stalls *stalls)
{
    const struct ref_input_vc *vc = &self->input_vcs[vc_idx];
    if (vc->out_vc != NO_VC) { // 1a
        const struct ref_output *output = &self->outputs[port_base + vc->out_port];
        uint8_t usable = output->with_credit & (uint8_t)(1U << vc->out_vc);
        *out_port = vc->out_port;
        stalls->no_credit += usable == 0;
        return usable;
    }
    const struct ref_flit *front = fifo_at(self, vc_idx, vc->first); // 1b
    assert(front->head);
    const struct ref_output *output = &self->outputs[port_base + front->route.port];
    enum switching mode = self->params.switching;
    uint32_t flits = (uint32_t)front->payload & self->params.routing->layout.len_mask;
    uint8_t free_vcs = front->route.vcs & (uint8_t)~output->held;
    uint8_t usable = with_credits(output, free_vcs, switching_credits_needed(mode, flits));
    *out_port = front->route.port;
    if (usable == 0) {
        stalls->no_vc += free_vcs == 0;
        stalls->no_credit += free_vcs != 0;
    } else if (switching_waits_for_tail(mode) && vc->tails == 0) {
        stalls->not_whole++;
        return 0;
    }
    return usable;
}

// First set bit at or after `from`, cyclically over 8 bits; `bits` must not be 0.
static uint8_t first_at_or_after(uint8_t bits, uint32_t from)
{
    return (uint8_t)__builtin_ctz(routing_first_vc(bits, from));
}

// Steps 1 and 2 for one input port. False if none of its VCs is ready.
static bool pick_vc(const struct ref_bank *self, size_t port_base, uint32_t port,
                    struct ref_pick *pick, struct router_stalls *stalls)
{
    const struct ref_input *input = &self->inputs[port_base + port];
    uint8_t ready = 0;
    uint8_t usable[ROUTER_MAX_VCS];
    uint8_t out_port[ROUTER_MAX_VCS];
    size_t vc_base = (port_base + port) * self->params.num_vcs;
    for (uint32_t rest = input->occupied; rest; rest &= rest - 1) {
        uint32_t vc = (uint32_t)__builtin_ctz(rest);
        usable[vc] = request(self, port_base, vc_base + vc, &out_port[vc], stalls);
        ready |= (uint8_t)((usable[vc] != 0) << vc);
    }
    if (ready == 0)
        return false;
    stalls->switch_lost += (uint32_t)__builtin_popcount(ready);
    pick->vc = first_at_or_after(ready, input->rr_vc);
    pick->out_port = out_port[pick->vc];
    pick->usable = usable[pick->vc];
    return true;
}

static uint8_t next_modulo(uint32_t value, uint32_t range)
{
    return (uint8_t)(value + 1 == range ? 0 : value + 1);
}

// Steps 4 and 5 for the flit that input port `in` sends by `pick`.
static void leave(struct ref_bank *self, uint32_t router, uint32_t in, const struct ref_pick *pick,
                  struct router_out *out)
{
    size_t port_base = (size_t)router * self->params.radix;
    size_t vc_idx = (port_base + in) * self->params.num_vcs + pick->vc;
    struct ref_input *input = &self->inputs[port_base + in];
    struct ref_input_vc *vc = &self->input_vcs[vc_idx];
    struct ref_output *output = &self->outputs[port_base + pick->out_port];
    const struct ref_flit *front = fifo_at(self, vc_idx, vc->first);

    if (front->head) {
        vc->out_vc = first_at_or_after(pick->usable, output->rr_out_vc);
        vc->out_port = pick->out_port;
        output->held |= (uint8_t)(1U << vc->out_vc);
        output->rr_out_vc = next_modulo(vc->out_vc, self->params.num_vcs);
    }
    uint8_t out_vc = vc->out_vc;
    uint8_t out_bit = (uint8_t)(1U << out_vc);
    if (--output->credits[out_vc] == 0)
        output->with_credit &= (uint8_t)~out_bit;
    out->flits[out->num_flits++] = (struct router_out_flit){
        pick->out_port, {front->payload, out_vc, front->head, front->tail}};
    if (front->tail) {
        output->held &= (uint8_t)~out_bit;
        vc->out_vc = NO_VC;
        vc->tails--;
    }
    vc->first = (vc->first + 1) & (uint8_t)(self->fifo_flits - 1);
    if (--vc->num == 0) {
        input->occupied &= (uint8_t) ~(1U << pick->vc);
        if (input->occupied == 0)
            self->routers[router].occupied[in / 64] &= ~(UINT64_C(1) << in % 64);
    }
    output->rr_in = next_modulo(in, self->params.radix);
    input->rr_vc = next_modulo(pick->vc, self->params.num_vcs);
}

static void evaluate(void *bank, uint32_t router, struct router_out *out)
{
    struct ref_bank *self = bank;
    struct ref_router *state = &self->routers[router];
    uint32_t radix = self->params.radix;
    size_t port_base = (size_t)router * radix;
    struct ref_pick picks[ROUTER_MAX_RADIX];
    uint8_t winner[ROUTER_MAX_RADIX];    // of each output port asked for
    uint64_t asked[PORT_WORDS] = {0, 0}; // output ports asked for, a bit each
    uint64_t sent[PORT_WORDS] = {0, 0};  // input ports that send
    out->num_flits = 0;
    out->num_credits = 0;

    for (uint32_t w = 0; w < PORT_WORDS; w++) {
        for (uint64_t rest = state->occupied[w]; rest; rest &= rest - 1) {
            uint32_t in = w * 64 + (uint32_t)__builtin_ctzll(rest);
            if (!pick_vc(self, port_base, in, &picks[in], &state->stalls))
                continue;
            // Step 3: contenders come in ascending order, so only one at or past rr_in can
            // displace an earlier one, which must lie before it.
            uint32_t o = picks[in].out_port;
            uint32_t rr = self->outputs[port_base + o].rr_in;
            uint64_t bit = UINT64_C(1) << o % 64;
            if (!(asked[o / 64] & bit)) {
                asked[o / 64] |= bit;
                winner[o] = (uint8_t)in;
            } else if (winner[o] < rr && in >= rr) {
                winner[o] = (uint8_t)in;
            }
        }
    }
    for (uint32_t w = 0; w < PORT_WORDS; w++) {
        for (uint64_t rest = asked[w]; rest; rest &= rest - 1) {
            uint32_t o = w * 64 + (uint32_t)__builtin_ctzll(rest);
            uint32_t in = winner[o];
            leave(self, router, in, &picks[in], out);
            sent[in / 64] |= UINT64_C(1) << in % 64;
        }
    }
    state->stalls.switch_lost -= out->num_flits;
    for (uint32_t w = 0; w < PORT_WORDS; w++) {
        for (uint64_t rest = sent[w]; rest; rest &= rest - 1) {
            uint32_t in = w * 64 + (uint32_t)__builtin_ctzll(rest);
            out->credits[out->num_credits++] =
                (struct router_out_credit){.port = in, .vcs = (uint8_t)(1U << picks[in].vc)};
        }
    }
}

// Step 6.
static void flit(void *bank, uint32_t router, uint32_t port, struct flit flit)
{
    struct ref_bank *self = bank;
    size_t port_idx = (size_t)router * self->params.radix + port;
    size_t vc_idx = port_idx * self->params.num_vcs + flit.vc;
    struct ref_input_vc *vc = &self->input_vcs[vc_idx];
    assert(vc->num < self->params.buffer_flits);
    struct ref_flit *entry = fifo_at(self, vc_idx, (uint32_t)vc->first + vc->num);
    *entry = (struct ref_flit){.payload = flit.payload, .head = flit.head, .tail = flit.tail};
    if (flit.head)
        entry->route =
            routing_compute(self->params.routing, router, self->params.own_address[router], port,
                            flit.vc, (uint32_t)flit.payload);
    vc->num++;
    vc->tails += flit.tail;
    self->inputs[port_idx].occupied |= (uint8_t)(1U << flit.vc);
    self->routers[router].occupied[port / 64] |= UINT64_C(1) << port % 64;
}

// Step 7.
static void credit(void *bank, uint32_t router, uint32_t port, uint8_t vcs)
{
    struct ref_bank *self = bank;
    struct ref_output *output = &self->outputs[(size_t)router * self->params.radix + port];
    output->with_credit |= vcs;
    for (uint32_t rest = vcs; rest; rest &= rest - 1) {
        uint32_t vc = (uint32_t)__builtin_ctz(rest);
        assert(output->credits[vc] < self->params.buffer_flits);
        output->credits[vc]++;
    }
}

static bool busy(const void *bank, uint32_t router)
{
    const struct ref_bank *self = bank;
    const struct ref_router *state = &self->routers[router];
    return (state->occupied[0] | state->occupied[1]) != 0;
}

static void stalls(const void *bank, uint32_t router, struct router_stalls *sum)
{
    const struct ref_bank *self = bank;
    const struct router_stalls *mine = &self->routers[router].stalls;
    sum->no_credit += mine->no_credit;
    sum->no_vc += mine->no_vc;
    sum->not_whole += mine->not_whole;
    sum->switch_lost += mine->switch_lost;
}

static uint32_t waits(const void *bank, uint32_t router, struct router_wait *waits)
{
    const struct ref_bank *self = bank;
    size_t port_base = (size_t)router * self->params.radix;
    uint32_t num = 0;
    for (uint32_t port = 0; port < self->params.radix; port++) {
        for (uint32_t v = 0; v < self->params.num_vcs; v++) {
            size_t vc_idx = (port_base + port) * self->params.num_vcs + v;
            const struct ref_input_vc *vc = &self->input_vcs[vc_idx];
            struct router_stalls why = {0};
            uint8_t out_port;
            if (vc->num == 0 || request(self, port_base, vc_idx, &out_port, &why) != 0)
                continue;
            bool holds = vc->out_vc != NO_VC;
            waits[num++] = (struct router_wait){
                .port = port,
                .vc = v,
                .flits = vc->num,
                .out_port = out_port,
                .out_vcs = holds ? (uint8_t)(1U << vc->out_vc)
                                 : fifo_at(self, vc_idx, vc->first)->route.vcs,
                .holds = holds,
                .reason = why.no_vc       ? "every VC is held by another packet"
                          : why.no_credit ? "no room in the next buffer"
                                          : "its tail has not arrived",
            };
        }
    }
    return num;
}

const struct router_ops router_ref_ops = {
    .name = "ref",
    .circuit = &router_circuit_ops,
    .bank_new = bank_new,
    .bank_free = bank_free,
    .evaluate = evaluate,
    .flit = flit,
    .credit = credit,
    .busy = busy,
    .stalls = stalls,
    .waits = waits,
};
