// SPDX-License-Identifier: Apache-2.0
// What a thread does in a cycle: all steps of fabric.h for its partition. It needs nothing that
// others do in the same cycle, for what is put on a channel arrives in a later one.
#include "model/net/fabric_state.h"

enum step { ARRIVE_FLITS, ARRIVE_CREDITS, EJECT };

// The call for a node in a step has failed. The first one by step, then by node, is told.
static void keep_fault(struct partition *self, enum step step, uint32_t node)
{
    uint64_t at = (uint64_t)step << 32 | node;
    if (!self->faulty || at < self->fault_at) {
        self->fault = self->err;
        self->fault_at = at;
    }
    self->faulty = true;
    self->err.status = ERR_NONE;
}

// Counts a flit that is put on a channel of the topology's graph.
static void count_hop(struct partition *self, const struct flit *flit)
{
    if (switching_is_circuit(self->fabric->params.switching) && (flit->vc & CIRCUIT_NO_DATA))
        return;
    self->flit_hops++;
    struct packet *packet =
        flit->head ? packet_pool_at(&self->fabric->pool, layout_handle(flit->payload)) : NULL;
    if (packet)
        packet->hops++;
}

static void observe_flit(const struct fabric *self, size_t port, const struct wire *wire,
                         struct flit flit)
{
    observation_flit(self->observation, observation_out_of_port(self->observation, port),
                     (struct observation_wires){self->now, self->now + wire->latency_cycles}, flit);
}

static void observe_answer(const struct fabric *self, size_t port, const struct wire *wire,
                           const struct router_out_credit *out)
{
    observation_answer(
        self->observation, observation_into_port(self->observation, port),
        (struct observation_wires){self->now, self->now + wire->credit_latency_cycles}, out->ack,
        out->nack);
}

// Puts what a router's output registers hold on their channels. What an RTL that is wrong sends to
// nowhere is lost, and the watchdog will tell.
static bool emit(struct partition *self, uint32_t router)
{
    const struct fabric *fabric = self->fabric;
    size_t first = (size_t)router * fabric->radix;
    for (uint32_t i = 0; i < self->out.num_flits; i++) {
        const struct router_out_flit *out = &self->out.flits[i];
        const struct wire *wire = &fabric->wires[first + out->port];
        if (wire->to.place == TOPOLOGY_NONE)
            continue;
        fabric->channel_flits[first + out->port]++;
        if (wire->is_hop)
            count_hop(self, &out->flit);
        struct calendar_flit *entry =
            calendar_add_flit(&self->calendar, wire->part, fabric->now + wire->latency_cycles);
        if (!entry)
            return false;
        *entry = (struct calendar_flit){wire->to, out->flit};
        if (fabric->observation)
            observe_flit(fabric, first + out->port, wire, out->flit);
    }
    for (uint32_t i = 0; i < self->out.num_credits; i++) {
        const struct router_out_credit *out = &self->out.credits[i];
        const struct wire *wire = &fabric->wires[first + out->port];
        if (wire->to.place == TOPOLOGY_NONE)
            continue;
        struct calendar_credit *entry = calendar_add_credit(
            &self->calendar, wire->part, fabric->now + wire->credit_latency_cycles);
        if (!entry)
            return false;
        *entry = (struct calendar_credit){wire->to, out->vcs, out->ack, out->nack};
        if (fabric->observation && (out->ack || out->nack))
            observe_answer(fabric, first + out->port, wire, out);
    }
    return true;
}

typedef void step_fn(void *bank, uint32_t router, struct router_out *out);

// Calls `step` for a router and emits what it gives.
static bool step_router(struct partition *self, step_fn *step, uint32_t router)
{
    self->out.num_flits = 0;
    self->out.num_credits = 0;
    step(self->fabric->bank, router, &self->out);
    return emit(self, router);
}

static bool step_in_random_order(struct partition *self, step_fn *step)
{
    uint32_t num = 0;
    for (uint32_t w = self->first_word; w < self->end_word; w++)
        for (uint64_t rest = self->fabric->active[w]; rest; rest &= rest - 1)
            self->order[num++] = w * PARTITION_WORD + (uint32_t)__builtin_ctzll(rest);
    bool good = true;
    for (uint32_t i = 0; i < num; i++) {
        uint32_t j = i + (uint32_t)rng_below(&self->shuffle_rng, num - i);
        uint32_t router = self->order[j];
        self->order[j] = self->order[i];
        good &= step_router(self, step, router);
    }
    return good;
}

// Does so for every active router.
static bool step_routers(struct partition *self, step_fn *step)
{
    if (self->fabric->params.shuffle)
        return step_in_random_order(self, step);
    bool good = true;
    for (uint32_t w = self->first_word; w < self->end_word; w++)
        for (uint64_t rest = self->fabric->active[w]; rest; rest &= rest - 1)
            good &= step_router(self, step, w * PARTITION_WORD + (uint32_t)__builtin_ctzll(rest));
    return good;
}

static void arrive_flits(struct partition *self, const struct calendar_day *today)
{
    struct fabric *fabric = self->fabric;
    for (uint32_t i = 0; i < today->num_flits; i++) {
        const struct calendar_flit *in = &today->flits[i];
        if (in->to.port != CARRIER_TERMINAL) {
            fabric->params.ops->flit(fabric->bank, in->to.place, in->to.port, in->flit);
            fabric_activate(fabric, in->to.place);
        } else if (!terminals_flit(&self->terminals, in->to.place, in->flit, &self->err)) {
            keep_fault(self, ARRIVE_FLITS, in->to.place);
        }
    }
}

static void arrive_credits(struct partition *self, const struct calendar_day *today)
{
    struct fabric *fabric = self->fabric;
    const struct router_ops *ops = fabric->params.ops;
    for (uint32_t i = 0; i < today->num_credits; i++) {
        const struct calendar_credit *in = &today->credits[i];
        bool answer = in->ack || in->nack;
        if (in->to.port != CARRIER_TERMINAL) {
            if (answer)
                ops->answer(fabric->bank, in->to.place, in->to.port, in->ack, in->nack);
            else
                ops->credit(fabric->bank, in->to.place, in->to.port, in->vcs);
            fabric_activate(fabric, in->to.place);
        } else if (!answer) {
            terminals_credit(&self->terminals, in->to.place, in->vcs);
        } else if (!terminals_answer(&self->terminals, in->to.place, fabric->now, in->ack, in->nack,
                                     &self->err)) {
            keep_fault(self, ARRIVE_CREDITS, in->to.place);
        }
    }
}

// Step c: takes what all partitions have sent here. Where the bank carries, that is in no calendar.
static void arrive(struct partition *self)
{
    struct fabric *fabric = self->fabric;
    uint32_t here = (uint32_t)(self - fabric->parts);
    if (fabric->bank_carries) {
        fabric->params.ops->arrive(fabric->bank, here);
        return;
    }
    for (uint32_t from = 0; from < fabric->num_parts; from++) {
        struct calendar_day *today = calendar_at(&fabric->parts[from].calendar, here, fabric->now);
        arrive_flits(self, today);
        arrive_credits(self, today);
        calendar_clear(&self->calendar, today);
    }
}

void partition_activate_all(struct partition *self)
{
    const struct fabric *fabric = self->fabric;
    for (uint32_t w = self->first_word; !fabric->params.skip_idle && w < self->end_word; w++) {
        uint32_t left = fabric->num_routers - w * PARTITION_WORD;
        fabric->active[w] = left < PARTITION_WORD ? (UINT64_C(1) << left) - 1 : UINT64_MAX;
    }
}

// True if the bank evaluates a partition's routers by itself, and keeps which of them are busy.
static bool evaluates_all(const struct fabric *self)
{
    return self->bank_carries && !self->params.shuffle;
}

// Keeps for the next cycle the routers that are busy, or all if none may be left out.
static void settle(struct partition *self)
{
    const struct fabric *fabric = self->fabric;
    const struct router_ops *ops = fabric->params.ops;
    for (uint32_t w = self->first_word; !evaluates_all(fabric) && w < self->end_word; w++) {
        uint64_t active = fabric->active[w];
        for (uint64_t rest = active; rest; rest &= rest - 1) {
            uint32_t router = w * PARTITION_WORD + (uint32_t)__builtin_ctzll(rest);
            if (!ops->busy(fabric->bank, router))
                active &= ~(rest & -rest);
        }
        fabric->active[w] = active;
    }
    partition_activate_all(self);
}

void partition_cycle(struct partition *self)
{
    const struct fabric *fabric = self->fabric;
    const struct router_ops *ops = fabric->params.ops;
    self->faulty = false;
    bool memory = true;
    if (evaluates_all(fabric))
        ops->evaluate_all(fabric->bank, (uint32_t)(self - fabric->parts));
    else if (ops->evaluate)
        memory = step_routers(self, ops->evaluate);
    memory &= terminals_inject(&self->terminals, fabric->now);
    arrive(self);
    if (!terminals_eject(&self->terminals, fabric->now, &self->err))
        keep_fault(self, EJECT, 0);
    memory &= !ops->update || step_routers(self, ops->update);
    settle(self);
    self->out_of_memory = !memory;
}
