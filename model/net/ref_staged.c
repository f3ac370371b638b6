// SPDX-License-Identifier: Apache-2.0
// Steps 0 to 5 of the timing contract in router.h one by one, for any pipeline and any allocator:
// what every front flit may do is found first, from the registers as they stand, then the
// allocators run, for each traffic class from the highest down, and then all that was granted is
// done.
#include "model/net/ref_steps.h"

#include <stdlib.h>
#include <string.h>

// State of the steps, a row a router and class. All zero after reset.
struct ref_staged {
    uint32_t num_classes;
    struct allocator_shape vc_shape;     // step V of a class; side 0: the step is not there
    struct allocator_shape switch_shape; // step 3, and, with its own state, speculation
    uint16_t *vc_state;                  // [rows * words of the shape]
    uint16_t *switch_state;
    uint16_t *spec_state;
    struct arbiter *vc_picks;     // [input VCs]: of output VCs, step V
    struct arbiter *switch_picks; // [rows * radix]: of VCs, step 2
    struct arbiter *spec_picks;   // [rows * radix]
};

// What stands at the front of an input VC in this cycle.
struct front {
    uint16_t input_vc; // in * num_vcs + vc
    uint8_t in;
    uint8_t vc;
    uint8_t class_idx; // that the VC is of
    uint8_t out_port;
    uint8_t usable;
    enum ref_front is;
    uint8_t given_vc; // by step V, or REF_NO_VC
    bool leaves;
};

// One cycle of one router.
struct cycle {
    struct ref_bank *bank;
    uint32_t router;
    size_t port_base;
    uint32_t class_idx; // whose turn it is
    size_t row;         // of the state that is kept for it
    uint32_t num;
    struct front fronts[ROUTER_MAX_RADIX * ROUTER_MAX_VCS]; // in order of input VC
    uint16_t winner[ROUTER_MAX_RADIX]; // of output ports: front + 1 that leaves by it
    uint16_t sender[ROUTER_MAX_RADIX]; // of input ports: front + 1 that leaves
};

static struct ref_staged shapes_of(const struct router_params *params)
{
    const struct router_design *design = &params->design;
    return (struct ref_staged){
        .num_classes = params->num_vcs / params->routing->class_vcs,
        .switch_shape = {design->switch_allocator, params->radix, design->allocator_iterations},
        .vc_shape = {design->vc_allocator, params->radix * params->routing->class_vcs,
                     design->allocator_iterations},
    };
}

bool ref_staged_make(struct ref_bank *self)
{
    const struct router_params *params = &self->params;
    struct ref_staged *staged = calloc(1, sizeof *staged);
    self->staged = staged;
    if (!staged)
        return false;
    *staged = shapes_of(params);
    size_t rows = (size_t)params->num_routers * staged->num_classes;
    size_t ports = rows * params->radix;
    size_t switch_words = rows * allocator_words(&staged->switch_shape);
    staged->switch_state = calloc(switch_words, sizeof *staged->switch_state);
    staged->switch_picks = calloc(ports, sizeof *staged->switch_picks);
    if (!staged->switch_state || !staged->switch_picks)
        return false;
    if (params->design.pipeline < ROUTER_VC_STAGE_PIPELINE)
        return true;
    staged->vc_state = calloc(rows * allocator_words(&staged->vc_shape), sizeof *staged->vc_state);
    staged->vc_picks = calloc(ports * params->routing->class_vcs, sizeof *staged->vc_picks);
    staged->spec_state = calloc(switch_words, sizeof *staged->spec_state);
    staged->spec_picks = calloc(ports, sizeof *staged->spec_picks);
    return staged->vc_state && staged->vc_picks && staged->spec_state && staged->spec_picks;
}

uint64_t ref_staged_bytes(const struct router_params *params)
{
    const struct ref_staged *staged;
    struct ref_staged shapes = shapes_of(params);
    uint64_t rows = (uint64_t)params->num_routers * shapes.num_classes;
    uint64_t of_switch = allocator_words(&shapes.switch_shape) * sizeof *staged->switch_state +
                         params->radix * sizeof *staged->switch_picks;
    if (params->design.pipeline < ROUTER_VC_STAGE_PIPELINE)
        return sizeof *staged + rows * of_switch;
    uint64_t of_vcs =
        allocator_words(&shapes.vc_shape) * sizeof *staged->vc_state +
        (uint64_t)params->radix * params->routing->class_vcs * sizeof *staged->vc_picks;
    return sizeof *staged + rows * (2 * of_switch + of_vcs);
}

void ref_staged_free(struct ref_bank *self)
{
    struct ref_staged *staged = self->staged;
    if (!staged)
        return;
    free(staged->vc_state);
    free(staged->switch_state);
    free(staged->spec_state);
    free(staged->vc_picks);
    free(staged->switch_picks);
    free(staged->spec_picks);
    free(staged);
}

// Step 1.
static void look_at_fronts(struct cycle *self)
{
    const struct ref_bank *bank = self->bank;
    uint32_t num_vcs = bank->params.num_vcs;
    uint32_t class_vcs = bank->params.routing->class_vcs;
    const struct ref_router *state = &bank->routers[self->router];
    for (uint32_t w = 0; w < REF_PORT_WORDS; w++) {
        for (uint64_t ports = state->occupied[w]; ports; ports &= ports - 1) {
            uint32_t in = w * 64 + (uint32_t)__builtin_ctzll(ports);
            uint32_t occupied = bank->inputs[self->port_base + in].occupied;
            for (uint32_t rest = occupied; rest; rest &= rest - 1) {
                uint32_t vc = (uint32_t)__builtin_ctz(rest);
                uint32_t input_vc = in * num_vcs + vc;
                struct front *front = &self->fronts[self->num++];
                *front = (struct front){.input_vc = (uint16_t)input_vc,
                                        .in = (uint8_t)in,
                                        .vc = (uint8_t)vc,
                                        .class_idx = (uint8_t)(vc / class_vcs),
                                        .given_vc = REF_NO_VC};
                front->is = ref_request(bank, self->router, self->port_base,
                                        self->port_base * num_vcs + input_vc, &front->out_port,
                                        &front->usable);
            }
        }
    }
}

// Step V for the class whose turn it is, whose VCs are counted from 0: gives output VCs to heads
// that ask for one.
static void allocate_vcs(struct cycle *self)
{
    struct ref_staged *staged = self->bank->staged;
    const struct allocator_shape *shape = &staged->vc_shape;
    uint32_t num_vcs = self->bank->params.num_vcs;
    uint32_t class_vcs = self->bank->params.routing->class_vcs;
    uint32_t first_vc = self->class_idx * class_vcs;
    bool one = allocator_takes_one_a_row(shape->kind);
    bool matrix = shape->kind == ALLOCATOR_MATRIX;
    struct arbiter *picks = &staged->vc_picks[self->port_base * num_vcs];
    struct allocator_request requests[ROUTER_MAX_RADIX * ROUTER_MAX_VCS];
    uint16_t of_front[ROUTER_MAX_RADIX * ROUTER_MAX_VCS];
    bool granted[ROUTER_MAX_RADIX * ROUTER_MAX_VCS];
    uint32_t num = 0;
    for (uint32_t f = 0; f < self->num; f++) {
        const struct front *front = &self->fronts[f];
        if (front->is != REF_ASKS || front->class_idx != self->class_idx)
            continue;
        uint32_t asked = (uint32_t)front->usable >> first_vc;
        if (one)
            asked = 1U << arbiter_pick(&picks[front->input_vc], matrix, (uint8_t)asked);
        uint32_t row = front->in * class_vcs + front->vc - first_vc;
        for (; asked; asked &= asked - 1) {
            uint32_t column = front->out_port * class_vcs + (uint32_t)__builtin_ctz(asked);
            of_front[num] = (uint16_t)f;
            requests[num++] = (struct allocator_request){(uint16_t)row, (uint16_t)column};
        }
    }
    allocator_run(shape, &staged->vc_state[self->row * allocator_words(shape)], requests, num,
                  granted);
    for (uint32_t i = 0; i < num; i++) {
        struct front *front = &self->fronts[of_front[i]];
        if (!granted[i])
            continue;
        uint32_t given = requests[i].column - front->out_port * class_vcs;
        front->given_vc = (uint8_t)(first_vc + given);
        if (one)
            arbiter_used(&picks[front->input_vc], matrix, given, class_vcs);
    }
}

// What an input port asks the switch allocator for: fronts `first` to `end` are its own, those of
// VCs in `vcs` take part.
struct bid {
    uint32_t first;
    uint32_t end;
    uint8_t vcs;
};

// Whether a flit of a higher class than that whose turn it is leaves (`front` is one that leaves,
// + 1, or 0).
static bool is_of_higher(const struct cycle *self, uint16_t front)
{
    return front && self->fronts[front - 1].class_idx > self->class_idx;
}

// Whether a front takes part in steps 2 and 3 for those that are `wanted`. Those that are ready
// have a free channel; those that ask may not.
static bool takes_part(const struct cycle *self, const struct front *front, enum ref_front wanted)
{
    return front->is == wanted && front->class_idx == self->class_idx &&
           !is_of_higher(self, self->sender[front->in]) &&
           !is_of_higher(self, self->winner[front->out_port]) &&
           !ref_bit(self->bank->routers[self->router].paced, front->out_port);
}

// The next input port's fronts from *f on that are `wanted`.
static struct bid next_bid(const struct cycle *self, uint32_t *f, enum ref_front wanted)
{
    struct bid bid = {.first = *f};
    for (; *f < self->num && self->fronts[*f].in == self->fronts[bid.first].in; ++*f)
        if (takes_part(self, &self->fronts[*f], wanted))
            bid.vcs |= (uint8_t)(1U << self->fronts[*f].vc);
    bid.end = *f;
    return bid;
}

// VCs of a bid whose front flit goes to an output port.
static uint8_t vcs_to(const struct cycle *self, const struct bid *bid, uint32_t out_port)
{
    uint8_t vcs = 0;
    for (uint32_t f = bid->first; f < bid->end; f++)
        if (self->fronts[f].out_port == out_port)
            vcs |= (uint8_t)(1U << self->fronts[f].vc);
    return vcs & bid->vcs;
}

static uint32_t front_of(const struct cycle *self, const struct bid *bid, uint32_t vc)
{
    uint32_t f = bid->first;
    while (self->fronts[f].vc != vc)
        f++;
    return f;
}

// Adds the requests of an input port (step 2): one by the VC that it picks, or one for every output
// port that some VC goes to.
static uint32_t request_ports(const struct cycle *self, struct bid *bid, const struct arbiter *pick,
                              struct allocator_request *requests)
{
    enum allocator_kind kind = self->bank->staged->switch_shape.kind;
    uint16_t in = self->fronts[bid->first].in;
    if (bid->vcs == 0)
        return 0;
    if (allocator_takes_one_a_row(kind))
        bid->vcs = (uint8_t)(1U << arbiter_pick(pick, kind == ALLOCATOR_MATRIX, bid->vcs));
    uint32_t num = 0;
    uint8_t left = bid->vcs;
    for (uint32_t f = bid->first; f < bid->end; f++) {
        if (!(left >> self->fronts[f].vc & 1))
            continue;
        uint8_t port = self->fronts[f].out_port;
        requests[num++] = (struct allocator_request){in, port};
        left &= (uint8_t)~vcs_to(self, bid, port);
    }
    return num;
}

// Steps 2 and 3 for the fronts of the class that are `wanted`. Speculative ones keep off ports that
// others use, and are in vain if step V gives them nothing.
static void allocate_switch(struct cycle *self, enum ref_front wanted, uint16_t *state,
                            struct arbiter *picks)
{
    const struct allocator_shape *shape = &self->bank->staged->switch_shape;
    bool matrix = shape->kind == ALLOCATOR_MATRIX;
    struct allocator_request requests[ROUTER_MAX_RADIX * ROUTER_MAX_VCS];
    bool granted[ROUTER_MAX_RADIX * ROUTER_MAX_VCS];
    struct bid bids[ROUTER_MAX_RADIX];
    size_t picks_base = self->row * self->bank->params.radix;
    uint32_t num = 0;
    for (uint32_t f = 0; f < self->num;) {
        uint32_t in = self->fronts[f].in;
        bids[in] = next_bid(self, &f, wanted);
        num += request_ports(self, &bids[in], &picks[picks_base + in], &requests[num]);
    }
    allocator_run(shape, &state[self->row * allocator_words(shape)], requests, num, granted);
    for (uint32_t i = 0; i < num; i++) {
        uint32_t in = requests[i].row;
        uint32_t out_port = requests[i].column;
        struct arbiter *pick = &picks[picks_base + in];
        if (!granted[i] || self->sender[in] || self->winner[out_port])
            continue;
        uint32_t vc = arbiter_pick(pick, matrix, vcs_to(self, &bids[in], out_port));
        uint32_t f = front_of(self, &bids[in], vc);
        if (wanted == REF_ASKS && self->fronts[f].given_vc == REF_NO_VC)
            continue;
        arbiter_used(pick, matrix, vc, self->bank->params.num_vcs);
        self->fronts[f].leaves = true;
        self->sender[in] = (uint16_t)(f + 1);
        self->winner[out_port] = (uint16_t)(f + 1);
    }
}

// Step 0, what step V gave, and counts of those that stay.
static void settle_fronts(struct cycle *self)
{
    struct ref_bank *bank = self->bank;
    struct router_stalls *stalls = &bank->routers[self->router].stalls;
    for (uint32_t f = 0; f < self->num; f++) {
        const struct front *front = &self->fronts[f];
        struct ref_input_vc *vc =
            &bank->input_vcs[self->port_base * bank->params.num_vcs + front->input_vc];
        if (front->is == REF_UNROUTED)
            vc->routed = true;
        if (front->given_vc != REF_NO_VC) {
            vc->out_vc = front->given_vc;
            vc->out_port = front->out_port;
            bank->outputs[self->port_base + front->out_port].held |=
                (uint8_t)(1U << front->given_vc);
        }
        if (front->leaves)
            continue;
        ref_count_stall(stalls, front->is);
        stalls->switch_lost += front->is == REF_READY;
        stalls->pipeline += front->given_vc != REF_NO_VC;
        stalls->vc_lost += front->is == REF_ASKS && front->given_vc == REF_NO_VC;
    }
}

// Step 4.
static void let_leave(struct cycle *self, struct router_out *out)
{
    for (uint32_t port = 0; port < self->bank->params.radix; port++) {
        if (!self->winner[port])
            continue;
        const struct front *front = &self->fronts[self->winner[port] - 1];
        struct ref_pick pick = {front->vc, front->out_port, front->usable};
        ref_leave(self->bank, self->router, front->in, &pick, out);
    }
    for (uint32_t f = 0; f < self->num; f++)
        if (self->fronts[f].leaves)
            out->credits[out->num_credits++] = (struct router_out_credit){
                .port = self->fronts[f].in, .vcs = (uint8_t)(1U << self->fronts[f].vc)};
}

void ref_staged_evaluate(struct ref_bank *bank, uint32_t router, struct router_out *out)
{
    struct ref_staged *staged = bank->staged;
    struct cycle cycle;
    cycle.bank = bank;
    cycle.router = router;
    cycle.port_base = (size_t)router * bank->params.radix;
    cycle.num = 0;
    memset(cycle.winner, 0, bank->params.radix * sizeof *cycle.winner);
    memset(cycle.sender, 0, bank->params.radix * sizeof *cycle.sender);
    look_at_fronts(&cycle);
    for (cycle.class_idx = staged->num_classes; cycle.class_idx-- > 0;) {
        cycle.row = (size_t)router * staged->num_classes + cycle.class_idx;
        if (staged->vc_state)
            allocate_vcs(&cycle);
        allocate_switch(&cycle, REF_READY, staged->switch_state, staged->switch_picks);
        if (bank->params.design.speculative && staged->spec_state)
            allocate_switch(&cycle, REF_ASKS, staged->spec_state, staged->spec_picks);
    }
    settle_fronts(&cycle);
    let_leave(&cycle, out);
}
