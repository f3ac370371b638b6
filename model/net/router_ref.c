// SPDX-License-Identifier: Apache-2.0
// The reference router of any design: the timing contract of router.h in C. Here are its buffers,
// and steps 4b, 6 and 7; steps 0 to 5 are in ref_staged.c.
#include "model/net/ref_steps.h"
#include "model/net/router_circuit.h"
#include "model/net/router_fast.h"

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
           (self->pace_cycles || !params->flit_cycles) && ref_staged_make(self);
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

static uint64_t plain_bytes(const struct router_params *params)
{
    uint64_t routers = params->num_routers;
    uint64_t ports = routers * params->radix;
    uint64_t vcs = ports * params->num_vcs;
    uint64_t fifo_flits = 1;
    while (fifo_flits < params->buffer_flits)
        fifo_flits *= 2;
    const struct ref_bank *bank;
    uint64_t of_port = sizeof *bank->inputs + sizeof *bank->outputs;
    if (params->design.pipeline > 1)
        of_port += sizeof *bank->traversal;
    if (params->flit_cycles)
        of_port += sizeof *bank->pace_cycles;
    uint64_t of_vc = sizeof *bank->input_vcs + fifo_flits * sizeof *bank->fifos;
    return sizeof *bank + routers * sizeof *bank->routers + ports * of_port + vcs * of_vc +
           ref_staged_bytes(params);
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
    if (state->occupied[0] | state->occupied[1])
        ref_staged_evaluate(self, router, out);
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
    router_stalls_add(sum, &((const struct ref_bank *)bank)->routers[router].stalls);
}

static const char *in_words(enum ref_front front)
{
    switch (front) {
    case REF_NO_FREE_VC:
        return ROUTER_WAITS_FOR_VC;
    case REF_NO_CREDIT:
        return ROUTER_WAITS_FOR_ROOM;
    case REF_CHANNEL_BUSY:
        return "the channel is busy";
    case REF_UNROUTED:
        return "it has just arrived";
    default:
        return ROUTER_WAITS_FOR_TAIL;
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

const struct router_ops router_plain_ops = {
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

static const struct router_ops *choose(const struct router_params *params)
{
    if (switching_is_circuit(params->switching))
        return &router_circuit_ops;
    return router_fast_serves(params) ? &router_fast_ops : &router_plain_ops;
}

static uint64_t bytes(const struct router_params *params)
{
    if (switching_is_circuit(params->switching))
        return router_circuit_bytes(params);
    return router_fast_serves(params) ? router_fast_bytes(params) : plain_bytes(params);
}

const struct router_ops router_ref_ops = {.name = "ref", .choose = choose, .bytes = bytes};
