// SPDX-License-Identifier: Apache-2.0
// The reference router: the timing contract of router.h in C. Here are its buffers, steps 0, 1, 4,
// 6 and 7; allocation is in ref_single.c and ref_staged.c (see ref_bank.h).
#include "model/net/ref_bank.h"
#include "model/net/router_circuit.h"

#include <stdlib.h>
#include <string.h>

static void bank_free(void *bank)
{
    struct ref_bank *self = bank;
    if (!self)
        return;
    ref_staged_free(self);
    free(self->routers);
    free(self->inputs);
    free(self->outputs);
    free(self->input_vcs);
    free(self->fifos);
    free(self->traversal);
    free(self->pace_cycles);
    free(self);
}

static bool allocate(struct ref_bank *self, const struct router_params *params)
{
    size_t ports = (size_t)params->num_routers * params->radix;
    size_t vcs = ports * params->num_vcs;
    self->params = *params;
    self->fifo_flits = 1;
    while (self->fifo_flits < params->buffer_flits)
        self->fifo_flits *= 2;
    self->routers = calloc(params->num_routers, sizeof *self->routers);
    self->inputs = calloc(ports, sizeof *self->inputs);
    self->outputs = calloc(ports, sizeof *self->outputs);
    self->input_vcs = calloc(vcs, sizeof *self->input_vcs);
    self->fifos = calloc(vcs * self->fifo_flits, sizeof *self->fifos);
    if (params->design.pipeline > 1)
        self->traversal = calloc(ports, sizeof *self->traversal);
    if (params->flit_cycles)
        self->pace_cycles = calloc(ports, sizeof *self->pace_cycles);
    return self->routers && self->inputs && self->outputs && self->input_vcs && self->fifos &&
           (self->traversal || params->design.pipeline == 1) &&
           (self->pace_cycles || !params->flit_cycles) &&
           (ref_single_serves(params) || ref_staged_make(self));
}

static void *bank_new(const struct router_params *params, struct err *err)
{
    struct ref_bank *self = calloc(1, sizeof *self);
    if (!self || !allocate(self, params)) {
        bank_free(self);
        err_set(err, ERR_RUN, "out of memory for %u routers", params->num_routers);
        return NULL;
    }
    size_t ports = (size_t)params->num_routers * params->radix;
    for (size_t p = 0; p < ports; p++) {
        memset(self->outputs[p].credits, (int)params->buffer_flits, params->num_vcs);
        self->outputs[p].with_credit = (uint8_t)((1U << params->num_vcs) - 1);
    }
    for (size_t v = 0; v < ports * params->num_vcs; v++)
        self->input_vcs[v].out_vc = REF_NO_VC;
    return self;
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

// Step 1c for a head that came by VC `in_vc`. False if no adaptive VC is usable; `any_free` gets
// whether one is free.
static bool select_port(const struct ref_bank *self, size_t port_base, const struct ref_flit *front,
                        uint32_t in_vc, uint8_t *out_port, uint8_t *usable, bool *any_free)
{
    uint8_t adaptive = routing_adaptive_vcs(self->params.routing, in_vc);
    uint32_t most = 0;
    *any_free = false;
    for (uint32_t ports = front->ports; ports; ports &= ports - 1) {
        uint32_t port = (uint32_t)__builtin_ctz(ports);
        const struct ref_output *output = &self->outputs[port_base + port];
        uint8_t free_vcs = adaptive & (uint8_t)~output->held;
        uint8_t vcs = with_credits(output, free_vcs, front->credits);
        uint32_t credits = 0;
        for (uint32_t rest = vcs; rest; rest &= rest - 1)
            credits += output->credits[__builtin_ctz(rest)];
        *any_free |= free_vcs != 0;
        if (credits > most) {
            most = credits;
            *out_port = (uint8_t)port;
            *usable = vcs;
        }
    }
    return most > 0;
}

enum ref_front ref_request(const struct ref_bank *self, uint32_t router, size_t port_base,
                           size_t vc_idx, uint8_t *out_port, uint8_t *usable)
{
    const struct ref_input_vc *vc = &self->input_vcs[vc_idx];
    const uint64_t *paced = self->routers[router].paced;
    if (vc->out_vc != REF_NO_VC) { // 1a
        const struct ref_output *output = &self->outputs[port_base + vc->out_port];
        *usable = output->with_credit & (uint8_t)(1U << vc->out_vc);
        *out_port = vc->out_port;
        if (*usable == 0)
            return REF_NO_CREDIT;
        return ref_bit(paced, vc->out_port) ? REF_CHANNEL_BUSY : REF_READY;
    }
    const struct ref_flit *front = ref_fifo_at(self, vc_idx, vc->first);
    assert(front->head);
    *out_port = front->route.port;
    if (self->params.design.pipeline == ROUTER_MAX_PIPELINE && !vc->routed)
        return REF_UNROUTED;
    bool any_free = false;
    if (!front->ports ||
        !select_port(self, port_base, front, (uint32_t)(vc_idx % self->params.num_vcs), out_port,
                     usable, &any_free)) { // 1b
        const struct ref_output *output = &self->outputs[port_base + front->route.port];
        uint8_t free_vcs = front->route.vcs & (uint8_t)~output->held;
        *usable = with_credits(output, free_vcs, front->credits);
        if (*usable == 0)
            return free_vcs || any_free ? REF_NO_CREDIT : REF_NO_FREE_VC;
    }
    if (switching_waits_for_tail(self->params.switching) && vc->tails == 0)
        return REF_NOT_WHOLE;
    if (self->params.design.pipeline >= ROUTER_VC_STAGE_PIPELINE)
        return REF_ASKS;
    return ref_bit(paced, *out_port) ? REF_CHANNEL_BUSY : REF_READY;
}

void ref_count_stall(struct router_stalls *stalls, enum ref_front front)
{
    stalls->no_credit += front == REF_NO_CREDIT;
    stalls->no_vc += front == REF_NO_FREE_VC;
    stalls->not_whole += front == REF_NOT_WHOLE;
    stalls->channel_busy += front == REF_CHANNEL_BUSY;
    stalls->pipeline += front == REF_UNROUTED;
}

// The VC that the front packet of an input VC leaves by; a head that has none takes one.
static uint8_t take_vc(const struct ref_bank *self, struct ref_input_vc *vc,
                       struct ref_output *output, const struct ref_pick *pick)
{
    if (vc->out_vc != REF_NO_VC)
        return vc->out_vc;
    const struct routing *routing = self->params.routing;
    uint32_t ahead = pick->usable & output->rr_out_vc;
    uint32_t vcs = ahead ? ahead : pick->usable;
    uint32_t bit = vcs & (~vcs + 1);
    vc->out_vc = (uint8_t)__builtin_ctz(bit);
    vc->out_port = pick->out_port;
    output->held |= (uint8_t)bit;
    uint32_t class_vcs = (uint32_t)routing->vcs_class << routing_class(routing, vc->out_vc);
    uint32_t after = ~(bit | (bit - 1));
    output->rr_out_vc = (uint8_t)((output->rr_out_vc & ~class_vcs) | (after & class_vcs));
    return vc->out_vc;
}

// Step 4: the flit is removed from its FIFO.
static void remove_front(struct ref_bank *self, uint32_t router, uint32_t in, uint32_t v,
                         struct ref_input_vc *vc)
{
    struct ref_input *input = &self->inputs[(size_t)router * self->params.radix + in];
    vc->first = (vc->first + 1) & (uint8_t)(self->fifo_flits - 1);
    if (--vc->num > 0)
        return;
    input->occupied &= (uint8_t) ~(1U << v);
    if (input->occupied == 0)
        ref_clear(self->routers[router].occupied, in);
}

void ref_leave(struct ref_bank *self, uint32_t router, uint32_t in, const struct ref_pick *pick,
               struct router_out *out)
{
    size_t port_base = (size_t)router * self->params.radix;
    size_t vc_idx = (port_base + in) * self->params.num_vcs + pick->vc;
    size_t out_idx = port_base + pick->out_port;
    struct ref_input_vc *vc = &self->input_vcs[vc_idx];
    struct ref_output *output = &self->outputs[out_idx];
    const struct ref_flit *front = ref_fifo_at(self, vc_idx, vc->first);
    uint8_t out_vc = take_vc(self, vc, output, pick);
    uint8_t out_bit = (uint8_t)(1U << out_vc);
    struct flit flit = {front->payload, out_vc, front->head, front->tail};

    if (--output->credits[out_vc] == 0)
        output->with_credit &= (uint8_t)~out_bit;
    if (self->traversal) {
        self->traversal[out_idx] = flit;
        ref_set(self->routers[router].traversing, pick->out_port);
    } else {
        out->flits[out->num_flits++] = (struct router_out_flit){pick->out_port, flit};
    }
    if (flit.tail) {
        output->held &= (uint8_t)~out_bit;
        vc->out_vc = REF_NO_VC;
        vc->tails--;
        vc->routed = false;
    }
    if (self->pace_cycles && self->params.flit_cycles[out_idx] > 1) {
        self->pace_cycles[out_idx] = self->params.flit_cycles[out_idx];
        ref_set(self->routers[router].paced, pick->out_port);
    }
    remove_front(self, router, in, pick->vc, vc);
}

// Step 4b: what was granted in the last cycle goes through the crossbar.
static void traverse(struct ref_bank *self, uint32_t router, struct router_out *out)
{
    uint64_t *traversing = self->routers[router].traversing;
    for (uint32_t w = 0; w < REF_PORT_WORDS; w++) {
        for (uint64_t rest = traversing[w]; rest; rest &= rest - 1) {
            uint32_t port = w * 64 + (uint32_t)__builtin_ctzll(rest);
            out->flits[out->num_flits++] = (struct router_out_flit){
                port, self->traversal[(size_t)router * self->params.radix + port]};
        }
        traversing[w] = 0;
    }
}

// Channels come a cycle closer to being free.
static void pace(struct ref_bank *self, uint32_t router)
{
    uint64_t *paced = self->routers[router].paced;
    for (uint32_t w = 0; w < REF_PORT_WORDS; w++) {
        for (uint64_t rest = paced[w]; rest; rest &= rest - 1) {
            uint32_t port = w * 64 + (uint32_t)__builtin_ctzll(rest);
            if (--self->pace_cycles[(size_t)router * self->params.radix + port] == 0)
                ref_clear(paced, port);
        }
    }
}

static void evaluate(void *bank, uint32_t router, struct router_out *out)
{
    struct ref_bank *self = bank;
    const struct ref_router *state = &self->routers[router];
    out->num_flits = 0;
    out->num_credits = 0;
    if (self->traversal)
        traverse(self, router, out);
    if (state->occupied[0] | state->occupied[1]) {
        if (self->staged)
            ref_staged_evaluate(self, router, out);
        else
            ref_single_evaluate(self, router, out);
    }
    if (self->pace_cycles)
        pace(self, router);
}

// Step 6.
static void flit(void *bank, uint32_t router, uint32_t port, struct flit flit)
{
    struct ref_bank *self = bank;
    size_t port_idx = (size_t)router * self->params.radix + port;
    size_t vc_idx = port_idx * self->params.num_vcs + flit.vc;
    struct ref_input_vc *vc = &self->input_vcs[vc_idx];
    assert(vc->num < self->params.buffer_flits);
    struct ref_flit *entry = ref_fifo_at(self, vc_idx, (uint32_t)vc->first + vc->num);
    *entry = (struct ref_flit){.payload = flit.payload, .head = flit.head, .tail = flit.tail};
    if (flit.head) {
        struct route_at at = {self->params.own_address[router], port, flit.vc,
                              (uint32_t)flit.payload};
        struct route_options options = routing_compute(self->params.routing, router, &at);
        entry->ports = options.ports;
        entry->route = options.route;
        entry->credits = options.credits;
    }
    vc->num++;
    vc->tails += flit.tail;
    self->inputs[port_idx].occupied |= (uint8_t)(1U << flit.vc);
    ref_set(self->routers[router].occupied, port);
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
    uint64_t any = 0;
    for (uint32_t w = 0; w < REF_PORT_WORDS; w++)
        any |= state->occupied[w] | state->traversing[w] | state->paced[w];
    return any != 0;
}

static void stalls(const void *bank, uint32_t router, struct router_stalls *sum)
{
    const struct ref_bank *self = bank;
    const struct router_stalls *mine = &self->routers[router].stalls;
#define ADD(name) sum->name += mine->name;
    ROUTER_STALLS(ADD)
#undef ADD
}

static const char *in_words(enum ref_front front)
{
    switch (front) {
    case REF_NO_FREE_VC:
        return "every VC is held by another packet";
    case REF_NO_CREDIT:
        return "no room in the next buffer";
    case REF_CHANNEL_BUSY:
        return "the channel is busy";
    case REF_UNROUTED:
        return "it has just arrived";
    default:
        return "its tail has not arrived";
    }
}

static uint32_t waits(const void *bank, uint32_t router, struct router_wait *waits)
{
    const struct ref_bank *self = bank;
    size_t port_base = (size_t)router * self->params.radix;
    uint32_t num = 0;
    for (uint32_t i = 0; i < self->params.radix * self->params.num_vcs; i++) {
        size_t vc_idx = port_base * self->params.num_vcs + i;
        const struct ref_input_vc *vc = &self->input_vcs[vc_idx];
        uint8_t out_port;
        uint8_t usable;
        if (vc->num == 0)
            continue;
        enum ref_front front = ref_request(self, router, port_base, vc_idx, &out_port, &usable);
        if (front == REF_READY || front == REF_ASKS)
            continue;
        bool holds = vc->out_vc != REF_NO_VC;
        waits[num++] = (struct router_wait){
            .port = i / self->params.num_vcs,
            .vc = i % self->params.num_vcs,
            .flits = vc->num,
            .out_port = out_port,
            .out_vcs = holds ? (uint8_t)(1U << vc->out_vc)
                             : ref_fifo_at(self, vc_idx, vc->first)->route.vcs,
            .holds = holds,
            .reason = in_words(front),
        };
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
