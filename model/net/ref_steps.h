// SPDX-License-Identifier: Apache-2.0
// Steps 1 and 4 of the timing contract in router.h on the state of the reference (ref_bank.h), in
// line, for they are the better part of its work.
#ifndef ORDITO_MODEL_NET_REF_STEPS_H
#define ORDITO_MODEL_NET_REF_STEPS_H

#include "model/net/ref_bank.h"

// Output VCs, of those given, that have the credits a head needs (step 1b).
static inline uint8_t ref_with_credits(const struct ref_output *output, uint8_t vcs,
                                       uint32_t needed)
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
static inline bool ref_select_port(const struct ref_bank *self, size_t port_base,
                                   const struct ref_flit *front, uint32_t in_vc, uint8_t *out_port,
                                   uint8_t *usable, bool *any_free)
{
    uint8_t adaptive = routing_adaptive_vcs(self->params.routing, in_vc);
    uint32_t most = 0;
    *any_free = false;
    for (uint32_t ports = front->ports; ports; ports &= ports - 1) {
        uint32_t port = (uint32_t)__builtin_ctz(ports);
        const struct ref_output *output = &self->outputs[port_base + port];
        uint8_t free_vcs = adaptive & (uint8_t)~output->held;
        uint8_t vcs = ref_with_credits(output, free_vcs, front->credits);
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

// Step 1 for one input VC of `router`, whose first port has index `port_base`: where its front flit
// goes, and, unless its packet holds an output VC, by which it may leave.
static inline enum ref_front ref_request(const struct ref_bank *self, uint32_t router,
                                         size_t port_base, size_t vc_idx, uint8_t *out_port,
                                         uint8_t *usable)
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
        !ref_select_port(self, port_base, front, (uint32_t)(vc_idx % self->params.num_vcs),
                         out_port, usable, &any_free)) { // 1b
        const struct ref_output *output = &self->outputs[port_base + front->route.port];
        uint8_t free_vcs = front->route.vcs & (uint8_t)~output->held;
        *usable = ref_with_credits(output, free_vcs, front->credits);
        if (*usable == 0)
            return free_vcs || any_free ? REF_NO_CREDIT : REF_NO_FREE_VC;
    }
    if (switching_waits_for_tail(self->params.switching) && vc->tails == 0)
        return REF_NOT_WHOLE;
    if (self->params.design.pipeline >= ROUTER_VC_STAGE_PIPELINE)
        return REF_ASKS;
    return ref_bit(paced, *out_port) ? REF_CHANNEL_BUSY : REF_READY;
}

// Counts a front flit that stays for one of the reasons.
static inline void ref_count_stall(struct router_stalls *stalls, enum ref_front front)
{
    stalls->no_credit += front == REF_NO_CREDIT;
    stalls->no_vc += front == REF_NO_FREE_VC;
    stalls->not_whole += front == REF_NOT_WHOLE;
    stalls->channel_busy += front == REF_CHANNEL_BUSY;
    stalls->pipeline += front == REF_UNROUTED;
}

// The VC that the front packet of an input VC leaves by; a head that has none takes one.
static inline uint8_t ref_take_vc(const struct ref_bank *self, struct ref_input_vc *vc,
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
static inline void ref_remove_front(struct ref_bank *self, uint32_t router, uint32_t in, uint32_t v,
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

// Step 4 for the flit that input port `in` sends by `pick`.
static inline void ref_leave(struct ref_bank *self, uint32_t router, uint32_t in,
                             const struct ref_pick *pick, struct router_out *out)
{
    size_t port_base = (size_t)router * self->params.radix;
    size_t vc_idx = (port_base + in) * self->params.num_vcs + pick->vc;
    size_t out_idx = port_base + pick->out_port;
    struct ref_input_vc *vc = &self->input_vcs[vc_idx];
    struct ref_output *output = &self->outputs[out_idx];
    const struct ref_flit *front = ref_fifo_at(self, vc_idx, vc->first);
    uint8_t out_vc = ref_take_vc(self, vc, output, pick);
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
    ref_remove_front(self, router, in, pick->vc, vc);
}

#endif
