// SPDX-License-Identifier: Apache-2.0
// The reference router for circuit switching: the timing contract of router_circuit.h, step by
// step, in C. Inputs are kept as they come and dealt with at the clock edge, in `update`; the work
// follows the ports with something to do, found by bit masks.
#include "model/net/router_circuit.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { PORT_WORDS = 2, NO_PORT = 0xff };

enum input_state { IDLE, HELD, OPEN, CONNECTED };

// A bit a port.
struct ports {
    uint64_t words[PORT_WORDS];
};

struct circuit_input {
    struct flit probe; // held
    struct flit pin;   // of this cycle
    uint8_t state;     // enum input_state
    uint8_t out_port;  // held: of its route; open, connected: that it owns
    bool asked;        // connected: it has been asked for
};

struct circuit_output {
    uint8_t owner; // input port, or NO_PORT
    uint8_t rr;
    bool pin_ack; // of this cycle
    bool pin_nack;
};

struct circuit_router {
    struct ports held;     // inputs
    struct ports arrived;  // inputs with a flit on their pins
    struct ports answered; // outputs with an answer on their backward pins
    struct router_stalls stalls;
};

struct circuit_bank {
    struct router_params params;
    struct circuit_router *routers; // [num_routers]
    struct circuit_input *inputs;   // [num_routers * radix]
    struct circuit_output *outputs; // [num_routers * radix]
};

// The registers of one router as this cycle loads them.
struct loaded {
    struct ports forward; // outputs
    struct ports ack;     // inputs
    struct ports nack;
    struct flit flits[ROUTER_MAX_RADIX];
};

static void set_port(struct ports *ports, uint32_t port)
{
    ports->words[port / 64] |= UINT64_C(1) << port % 64;
}

static void clear_port(struct ports *ports, uint32_t port)
{
    ports->words[port / 64] &= ~(UINT64_C(1) << port % 64);
}

static bool has_port(const struct ports *ports, uint32_t port)
{
    return ports->words[port / 64] >> port % 64 & 1;
}

// The first port at or after `from`, or NO_PORT. For loops: from = port + 1 goes on.
static uint32_t next_port(const struct ports *ports, uint32_t from)
{
    for (uint32_t w = from / 64; w < PORT_WORDS; w++) {
        uint64_t rest = ports->words[w] & (w == from / 64 ? UINT64_MAX << from % 64 : UINT64_MAX);
        if (rest)
            return w * 64 + (uint32_t)__builtin_ctzll(rest);
    }
    return NO_PORT;
}

static void bank_free(void *bank)
{
    struct circuit_bank *self = bank;
    if (!self)
        return;
    free(self->routers);
    free(self->inputs);
    free(self->outputs);
    free(self);
}

uint64_t router_circuit_bytes(const struct router_params *params)
{
    uint64_t ports = (uint64_t)params->num_routers * params->radix;
    const struct circuit_bank *bank;
    return sizeof *bank + params->num_routers * sizeof *bank->routers +
           ports * (sizeof *bank->inputs + sizeof *bank->outputs);
}

static void *bank_new(const struct router_params *params, struct err *err)
{
    size_t ports = (size_t)params->num_routers * params->radix;
    struct circuit_bank *self = calloc(1, sizeof *self);
    if (self) {
        self->params = *params;
        self->routers = calloc(params->num_routers, sizeof *self->routers);
        self->inputs = calloc(ports, sizeof *self->inputs);
        self->outputs = calloc(ports, sizeof *self->outputs);
    }
    if (!self || !self->routers || !self->inputs || !self->outputs) {
        err_set(err, ERR_RUN, "out of memory for %u routers", params->num_routers);
        bank_free(self);
        return NULL;
    }
    for (size_t p = 0; p < ports; p++)
        self->outputs[p].owner = NO_PORT;
    return self;
}

static void flit(void *bank, uint32_t router, uint32_t port, struct flit flit)
{
    struct circuit_bank *self = bank;
    self->inputs[(size_t)router * self->params.radix + port].pin = flit;
    set_port(&self->routers[router].arrived, port);
}

static void answer(void *bank, uint32_t router, uint32_t port, bool ack, bool nack)
{
    struct circuit_bank *self = bank;
    struct circuit_output *output = &self->outputs[(size_t)router * self->params.radix + port];
    output->pin_ack = ack;
    output->pin_nack = nack;
    set_port(&self->routers[router].answered, port);
}

// Passes the wish for a connected circuit on to where it comes from, once.
static void ask_for(struct circuit_input *inputs, uint32_t owner, struct loaded *to)
{
    if (inputs[owner].state != CONNECTED || inputs[owner].asked)
        return;
    inputs[owner].asked = true;
    set_port(&to->ack, owner);
    set_port(&to->nack, owner);
}

// Step 2 for the probe that input port `in` holds.
static void block(const struct circuit_bank *self, uint32_t router, uint32_t in, uint32_t owner,
                  struct loaded *to)
{
    struct circuit_input *inputs = &self->inputs[(size_t)router * self->params.radix];
    if (!self->params.circuit_waits) {
        inputs[in].state = IDLE;
        clear_port(&self->routers[router].held, in);
        set_port(&to->nack, in);
    }
    if (owner != NO_PORT)
        ask_for(inputs, owner, to);
}

// Steps 1 and 2.
static void probes(struct circuit_bank *self, uint32_t router, struct loaded *to)
{
    struct circuit_router *state = &self->routers[router];
    struct circuit_input *inputs = &self->inputs[(size_t)router * self->params.radix];
    struct circuit_output *outputs = &self->outputs[(size_t)router * self->params.radix];
    struct ports held = state->held;
    struct ports asked = {{0}};       // outputs that are free and asked for
    uint8_t winner[ROUTER_MAX_RADIX]; // of each of them
    for (uint32_t in = next_port(&held, 0); in != NO_PORT; in = next_port(&held, in + 1)) {
        uint32_t o = inputs[in].out_port;
        if (outputs[o].owner != NO_PORT) {
            state->stalls.no_vc++;
            block(self, router, in, outputs[o].owner, to);
            continue;
        }
        // Contenders come in ascending order, so only one at or past rr can displace an earlier
        // one, which must lie before it.
        if (!has_port(&asked, o)) {
            set_port(&asked, o);
            winner[o] = (uint8_t)in;
        } else if (winner[o] < outputs[o].rr && in >= outputs[o].rr) {
            winner[o] = (uint8_t)in;
        }
    }
    for (uint32_t in = next_port(&held, 0); in != NO_PORT; in = next_port(&held, in + 1)) {
        uint32_t o = inputs[in].out_port;
        if (!has_port(&asked, o) || winner[o] == in)
            continue;
        state->stalls.switch_lost++;
        block(self, router, in, NO_PORT, to);
    }
    for (uint32_t o = next_port(&asked, 0); o != NO_PORT; o = next_port(&asked, o + 1)) {
        uint32_t in = winner[o];
        to->flits[o] = inputs[in].probe;
        set_port(&to->forward, o);
        inputs[in].state = OPEN;
        clear_port(&state->held, in);
        outputs[o].owner = (uint8_t)in;
        outputs[o].rr = (uint8_t)(in + 1 == self->params.radix ? 0 : in + 1);
    }
}

// Steps 3 and 4 for the input ports that were idle or connected when the cycle began.
static void flits(struct circuit_bank *self, uint32_t router, struct loaded *to)
{
    struct circuit_router *state = &self->routers[router];
    struct circuit_input *inputs = &self->inputs[(size_t)router * self->params.radix];
    struct circuit_output *outputs = &self->outputs[(size_t)router * self->params.radix];
    const struct ports *arrived = &state->arrived;
    for (uint32_t in = next_port(arrived, 0); in != NO_PORT; in = next_port(arrived, in + 1)) {
        struct circuit_input *input = &inputs[in];
        assert((input->state == IDLE && input->pin.vc == CIRCUIT_PROBE) ||
               (input->state == CONNECTED && input->pin.vc != CIRCUIT_PROBE));
        if (input->state == IDLE) {
            struct route_at at = {self->params.own_address[router], in, 0,
                                  (uint32_t)input->pin.payload};
            struct route route = routing_compute(self->params.routing, router, &at).route;
            *input =
                (struct circuit_input){.probe = input->pin, .state = HELD, .out_port = route.port};
            set_port(&state->held, in);
            continue;
        }
        to->flits[input->out_port] = input->pin;
        set_port(&to->forward, input->out_port);
        if (input->pin.vc & CIRCUIT_FREES) {
            outputs[input->out_port].owner = NO_PORT;
            input->state = IDLE;
        }
    }
    state->arrived = (struct ports){{0}};
}

// Step 5.
static void answers(struct circuit_bank *self, uint32_t router, struct loaded *to)
{
    struct circuit_router *state = &self->routers[router];
    struct circuit_input *inputs = &self->inputs[(size_t)router * self->params.radix];
    struct circuit_output *outputs = &self->outputs[(size_t)router * self->params.radix];
    const struct ports *answered = &state->answered;
    for (uint32_t o = next_port(answered, 0); o != NO_PORT; o = next_port(answered, o + 1)) {
        struct circuit_output *output = &outputs[o];
        uint32_t in = output->owner;
        if (in == NO_PORT)
            continue;
        if (output->pin_ack && output->pin_nack) {
            ask_for(inputs, in, to);
            continue;
        }
        assert(inputs[in].state == OPEN);
        if (output->pin_ack) {
            inputs[in].state = CONNECTED;
            inputs[in].asked = false;
            set_port(&to->ack, in);
        } else {
            inputs[in].state = IDLE;
            output->owner = NO_PORT;
            set_port(&to->nack, in);
        }
    }
    state->answered = (struct ports){{0}};
}

static void update(void *bank, uint32_t router, struct router_out *out)
{
    struct circuit_bank *self = bank;
    struct loaded to;
    to.forward = to.ack = to.nack = (struct ports){{0}};
    // Steps 3 and 5 see owners as they were when the cycle began: step 3, which frees outputs,
    // comes last; what step 1 makes open, step 5 leaves alone.
    probes(self, router, &to);
    answers(self, router, &to);
    flits(self, router, &to);
    out->num_flits = 0;
    out->num_credits = 0;
    for (uint32_t o = next_port(&to.forward, 0); o != NO_PORT; o = next_port(&to.forward, o + 1))
        out->flits[out->num_flits++] = (struct router_out_flit){o, to.flits[o]};
    struct ports back;
    for (uint32_t w = 0; w < PORT_WORDS; w++)
        back.words[w] = to.ack.words[w] | to.nack.words[w];
    for (uint32_t in = next_port(&back, 0); in != NO_PORT; in = next_port(&back, in + 1))
        out->credits[out->num_credits++] = (struct router_out_credit){
            .port = in, .ack = has_port(&to.ack, in), .nack = has_port(&to.nack, in)};
}

static bool busy(const void *bank, uint32_t router)
{
    const struct circuit_bank *self = bank;
    const struct ports *held = &self->routers[router].held;
    return (held->words[0] | held->words[1]) != 0;
}

static void stalls(const void *bank, uint32_t router, struct router_stalls *sum)
{
    const struct circuit_bank *self = bank;
    router_stalls_add(sum, &self->routers[router].stalls);
}

static uint32_t waits(const void *bank, uint32_t router, struct router_wait *waits)
{
    const struct circuit_bank *self = bank;
    const struct circuit_input *inputs = &self->inputs[(size_t)router * self->params.radix];
    const struct circuit_output *outputs = &self->outputs[(size_t)router * self->params.radix];
    const struct ports *held = &self->routers[router].held;
    uint32_t num = 0;
    for (uint32_t in = next_port(held, 0); in != NO_PORT; in = next_port(held, in + 1))
        if (outputs[inputs[in].out_port].owner != NO_PORT)
            waits[num++] = (struct router_wait){
                .port = in,
                .flits = 1,
                .out_port = inputs[in].out_port,
                .out_vcs = 1,
                .reason = "the channel belongs to another circuit",
            };
    return num;
}

const struct router_ops router_circuit_ops = {
    .name = "ref",
    .bank_new = bank_new,
    .bank_free = bank_free,
    .flit = flit,
    .answer = answer,
    .update = update,
    .busy = busy,
    .stalls = stalls,
    .waits = waits,
};
