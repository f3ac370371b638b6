// SPDX-License-Identifier: Apache-2.0
// Steps 1 to 5 of the timing contract in router.h in one go, where heads get their output VC as
// they leave and both arbitrations are by round robin. The work of a cycle follows the occupied
// input ports, found by bit masks.
#include "model/net/ref_bank.h"

bool ref_single_serves(const struct router_params *params)
{
    const struct router_design *design = &params->design;
    return design->pipeline < ROUTER_VC_STAGE_PIPELINE &&
           design->switch_allocator == ALLOCATOR_SEPARABLE && !design->step_by_step &&
           params->routing->class_vcs == params->num_vcs;
}

// First set bit at or after `from`, cyclically over 8 bits; `bits` must not be 0.
static uint8_t first_at_or_after(uint8_t bits, uint32_t from)
{
    return (uint8_t)__builtin_ctz(routing_first_vc(bits, from));
}

// Steps 1 and 2 for one input port. False if none of its VCs is ready.
static bool pick_vc(const struct ref_bank *self, uint32_t router, size_t port_base, uint32_t port,
                    struct ref_pick *pick, struct router_stalls *stalls)
{
    const struct ref_input *input = &self->inputs[port_base + port];
    uint8_t ready = 0;
    uint8_t usable[ROUTER_MAX_VCS];
    uint8_t out_port[ROUTER_MAX_VCS];
    size_t vc_base = (port_base + port) * self->params.num_vcs;
    for (uint32_t rest = input->occupied; rest; rest &= rest - 1) {
        uint32_t vc = (uint32_t)__builtin_ctz(rest);
        enum ref_front front =
            ref_request(self, router, port_base, vc_base + vc, &out_port[vc], &usable[vc]);
        if (front == REF_READY)
            ready |= (uint8_t)(1U << vc);
        else
            ref_count_stall(stalls, front);
    }
    if (ready == 0)
        return false;
    stalls->switch_lost += (uint32_t)__builtin_popcount(ready);
    pick->vc = first_at_or_after(ready, input->rr_vc);
    pick->out_port = out_port[pick->vc];
    pick->usable = usable[pick->vc];
    return true;
}

void ref_single_evaluate(struct ref_bank *self, uint32_t router, struct router_out *out)
{
    struct ref_router *state = &self->routers[router];
    uint32_t radix = self->params.radix;
    size_t port_base = (size_t)router * radix;
    struct ref_pick picks[ROUTER_MAX_RADIX];
    uint8_t winner[ROUTER_MAX_RADIX];        // of each output port asked for
    uint64_t asked[REF_PORT_WORDS] = {0, 0}; // output ports asked for, a bit each
    uint64_t sent[REF_PORT_WORDS] = {0, 0};  // input ports that send

    for (uint32_t w = 0; w < REF_PORT_WORDS; w++) {
        for (uint64_t rest = state->occupied[w]; rest; rest &= rest - 1) {
            uint32_t in = w * 64 + (uint32_t)__builtin_ctzll(rest);
            if (!pick_vc(self, router, port_base, in, &picks[in], &state->stalls))
                continue;
            // Step 3: contenders come in ascending order, so only one at or past rr_in can
            // displace an earlier one, which must lie before it.
            uint32_t o = picks[in].out_port;
            uint32_t rr = self->outputs[port_base + o].rr_in;
            if (!ref_bit(asked, o)) {
                ref_set(asked, o);
                winner[o] = (uint8_t)in;
            } else if (winner[o] < rr && in >= rr) {
                winner[o] = (uint8_t)in;
            }
        }
    }
    for (uint32_t w = 0; w < REF_PORT_WORDS; w++) {
        for (uint64_t rest = asked[w]; rest; rest &= rest - 1) {
            uint32_t o = w * 64 + (uint32_t)__builtin_ctzll(rest);
            uint32_t in = winner[o];
            ref_leave(self, router, in, &picks[in], out);
            self->outputs[port_base + o].rr_in = ref_next_modulo(in, radix);
            self->inputs[port_base + in].rr_vc =
                ref_next_modulo(picks[in].vc, self->params.num_vcs);
            ref_set(sent, in);
            state->stalls.switch_lost--;
        }
    }
    for (uint32_t w = 0; w < REF_PORT_WORDS; w++) {
        for (uint64_t rest = sent[w]; rest; rest &= rest - 1) {
            uint32_t in = w * 64 + (uint32_t)__builtin_ctzll(rest);
            out->credits[out->num_credits++] =
                (struct router_out_credit){.port = in, .vcs = (uint8_t)(1U << picks[in].vc)};
        }
    }
}
