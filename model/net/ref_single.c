// SPDX-License-Identifier: Apache-2.0
// Steps 1 to 5 of the timing contract in router.h in one go, where heads get their output VC as
// they leave, both arbitrations are by round robin and there is one traffic class. The work of a
// cycle follows the occupied input ports, found by bit masks; a flit that is alone in its router,
// as most are at low loads, is let go without arbitration.
#include "model/net/ref_steps.h"

bool ref_single_serves(const struct router_params *params)
{
    const struct router_design *design = &params->design;
    return design->pipeline < ROUTER_VC_STAGE_PIPELINE &&
           design->switch_allocator == ALLOCATOR_SEPARABLE && !design->step_by_step &&
           params->routing->class_vcs == params->num_vcs;
}

// Steps 1 and 2 for one input port. False if none of its VCs is ready.
static bool pick_vc(const struct ref_bank *self, uint32_t router, size_t port_base, uint32_t port,
                    struct ref_pick *pick, struct router_stalls *stalls)
{
    const struct ref_input *input = &self->inputs[port_base + port];
    uint8_t usable[ROUTER_MAX_VCS];
    uint8_t out_port[ROUTER_MAX_VCS];
    size_t vc_base = (port_base + port) * self->params.num_vcs;
    uint8_t ready = 0;
    uint32_t num_ready = 0;
    for (uint32_t rest = input->occupied; rest; rest &= rest - 1) {
        uint32_t vc = (uint32_t)__builtin_ctz(rest);
        enum ref_front front =
            ref_request(self, router, port_base, vc_base + vc, &out_port[vc], &usable[vc]);
        if (front == REF_READY) {
            ready |= (uint8_t)(1U << vc);
            num_ready++;
        } else {
            ref_count_stall(stalls, front);
        }
    }
    if (num_ready == 0)
        return false;
    stalls->switch_lost += num_ready - 1; // and the pick, if it is not granted
    uint32_t vc = (uint32_t)__builtin_ctz(num_ready > 1 ? routing_first_vc(ready, input->rr_vc)
                                                        : (uint32_t)ready);
    *pick = (struct ref_pick){(uint8_t)vc, out_port[vc], usable[vc]};
    return true;
}

// Steps 4 and 5 for input port `in`, which is granted what it asks for.
static void grant(struct ref_bank *self, uint32_t router, size_t port_base, uint32_t in,
                  const struct ref_pick *pick, struct router_out *out)
{
    ref_leave(self, router, in, pick, out);
    self->outputs[port_base + pick->out_port].rr_in = ref_next_modulo(in, self->params.radix);
    self->inputs[port_base + in].rr_vc = ref_next_modulo(pick->vc, self->params.num_vcs);
}

static void give_credit(uint32_t in, const struct ref_pick *pick, struct router_out *out)
{
    out->credits[out->num_credits++] =
        (struct router_out_credit){.port = in, .vcs = (uint8_t)(1U << pick->vc)};
}

// Step 3 and what follows, for several input ports: `contenders` has their picks.
static void match(struct ref_bank *self, uint32_t router, const uint64_t *contending,
                  const struct ref_pick *picks, struct router_out *out)
{
    size_t port_base = (size_t)router * self->params.radix;
    uint8_t winner[ROUTER_MAX_RADIX];        // of each output port asked for
    uint64_t asked[REF_PORT_WORDS] = {0, 0}; // output ports asked for, a bit each
    uint64_t sent[REF_PORT_WORDS] = {0, 0};  // input ports that send
    struct router_stalls *stalls = &self->routers[router].stalls;
    for (uint32_t w = 0; w < REF_PORT_WORDS; w++) {
        for (uint64_t rest = contending[w]; rest; rest &= rest - 1) {
            uint32_t in = w * 64 + (uint32_t)__builtin_ctzll(rest);
            // Contenders come in ascending order, so only one at or past rr_in can displace an
            // earlier one, which must lie before it.
            uint32_t o = picks[in].out_port;
            uint32_t rr = self->outputs[port_base + o].rr_in;
            if (!ref_bit(asked, o)) {
                ref_set(asked, o);
                winner[o] = (uint8_t)in;
            } else {
                stalls->switch_lost++;
                if (winner[o] < rr && in >= rr)
                    winner[o] = (uint8_t)in;
            }
        }
    }
    for (uint32_t w = 0; w < REF_PORT_WORDS; w++) {
        for (uint64_t rest = asked[w]; rest; rest &= rest - 1) {
            uint32_t in = winner[w * 64 + (uint32_t)__builtin_ctzll(rest)];
            grant(self, router, port_base, in, &picks[in], out);
            ref_set(sent, in);
        }
    }
    for (uint32_t w = 0; w < REF_PORT_WORDS; w++) {
        for (uint64_t rest = sent[w]; rest; rest &= rest - 1) {
            uint32_t in = w * 64 + (uint32_t)__builtin_ctzll(rest);
            give_credit(in, &picks[in], out);
        }
    }
}

void ref_single_evaluate(struct ref_bank *self, uint32_t router, struct router_out *out)
{
    struct ref_router *state = &self->routers[router];
    size_t port_base = (size_t)router * self->params.radix;
    struct ref_pick picks[ROUTER_MAX_RADIX];
    uint64_t contending[REF_PORT_WORDS] = {0, 0}; // input ports, a bit each
    uint32_t num = 0;
    uint32_t last = 0;
    for (uint32_t w = 0; w < REF_PORT_WORDS; w++) {
        for (uint64_t rest = state->occupied[w]; rest; rest &= rest - 1) {
            uint32_t in = w * 64 + (uint32_t)__builtin_ctzll(rest);
            if (!pick_vc(self, router, port_base, in, &picks[in], &state->stalls))
                continue;
            ref_set(contending, in);
            last = in;
            num++;
        }
    }
    if (num > 1) {
        match(self, router, contending, picks, out);
    } else if (num == 1) {
        grant(self, router, port_base, last, &picks[last], out);
        give_credit(last, &picks[last], out);
    }
}
