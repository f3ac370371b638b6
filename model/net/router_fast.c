// SPDX-License-Identifier: Apache-2.0
// A cycle of a fast reference router whose pins are given to it.
#include "model/net/router_fast_steps.h"

static void flit(void *bank, uint32_t router, uint32_t port, struct flit flit)
{
    struct fast_bank *self = bank;
    fast_arrive_flit(self, fast_router_at(self, router), port * self->num_vcs + flit.vc,
                     flit.payload, fast_ends_of(flit));
}

static void credit(void *bank, uint32_t router, uint32_t port, uint8_t vcs)
{
    struct fast_bank *self = bank;
    struct fast_router *at = fast_router_at(self, router);
    for (uint32_t rest = vcs; rest; rest &= rest - 1)
        fast_arrive_credit(self, at, port * self->num_vcs + (uint32_t)__builtin_ctz(rest));
}

// Steps 4 and 5 for a contender, whose flit goes out by a port.
static struct router_out_flit send(const struct fast_bank *self,
                                   const struct fast_contender *winner)
{
    const struct fast_flit *front = winner->front;
    uint32_t tag = front->tag;
    uint32_t vc = fast_leave(self, winner->at, fast_port_of(self, winner->at, winner->x), winner->x,
                             winner->out, winner->usable, tag);
    fast_pop(self, winner->at, winner->x, tag);
    return (struct router_out_flit){winner->out->first / self->num_vcs,
                                    fast_flit_out(front->payload, tag, vc)};
}

static void evaluate(void *bank, uint32_t router, struct router_out *out)
{
    struct fast_bank *self = bank;
    struct fast_router *at = fast_router_at(self, router);
    if (self->parts[out->part].carrier) {
        fast_evaluate_one(self, &self->parts[out->part], at);
        return;
    }
    struct fast_contender contenders[FAST_MAX_SET];
    uint64_t by_port[FAST_MAX_SET]; // by the first VC of an output port: its winner
    uint64_t sends = 0;             // first VCs of output ports
    uint32_t num_lost = 0;
    uint32_t num = fast_arbitrate(self, at, contenders, &num_lost);
    for (uint32_t i = 0; i < num; i++) {
        const struct fast_contender *winner = &contenders[i];
        sends |= fast_bit_of(winner->out->first);
        by_port[winner->out->first] = i;
        out->credits[out->num_credits++] = (struct router_out_credit){
            .port = winner->x / self->num_vcs, .vcs = (uint8_t)(1U << winner->x % self->num_vcs)};
    }
    for (; sends; sends &= sends - 1)
        out->flits[out->num_flits++] = send(self, &contenders[by_port[__builtin_ctzll(sends)]]);
}

static bool busy(const void *bank, uint32_t router)
{
    return fast_router_at(bank, router)->occupied != 0;
}

const struct router_ops router_fast_ops = {
    .name = "ref",
    .bank_new = fast_bank_new,
    .bank_free = fast_bank_free,
    .evaluate = evaluate,
    .evaluate_all = fast_evaluate_all,
    .flit = flit,
    .credit = credit,
    .busy = busy,
    .carry = fast_carry,
    .inject = fast_inject,
    .give_back = fast_give_back,
    .arrive = fast_arrive,
    .channel_flits = fast_channel_flits,
    .stalls = fast_stalls,
    .waits = fast_waits,
    .check = fast_check,
};
