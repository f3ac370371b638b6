// SPDX-License-Identifier: Apache-2.0
// Handlers. Fixed hardware has a unit for each step, of which a run takes its cost in cycles of the
// node. The network processor is one unit that runs the handlers of all steps in the order in which
// they were asked for, an instruction in a cycle of its own clock; a run begins with the first of
// these cycles that is not before it was asked for, and its end is seen in the first cycle of the
// node that is not before it.
#include "nic/nic_state.h"

static const enum nic_handler handlers[NIC_NUM_STEPS] = {
    [NIC_STEP_SEND] = NIC_HANDLER_SEND,
    [NIC_STEP_PROTOCOL_OUT] = NIC_HANDLER_PROTOCOL,
    [NIC_STEP_CHECKSUM_OUT] = NIC_HANDLER_CHECKSUM,
    [NIC_STEP_DEMULTIPLEX] = NIC_HANDLER_DEMULTIPLEX,
    [NIC_STEP_CHECKSUM_IN] = NIC_HANDLER_CHECKSUM,
    [NIC_STEP_PROTOCOL_IN] = NIC_HANDLER_PROTOCOL,
    [NIC_STEP_DELIVER] = NIC_HANDLER_DELIVER,
    [NIC_STEP_RELIABLE_OUT] = NIC_HANDLER_RELIABLE,
    [NIC_STEP_RELIABLE_IN] = NIC_HANDLER_RELIABLE,
    [NIC_STEP_RELIABLE_ACK] = NIC_HANDLER_RELIABLE,
};

static const char *const step_names[NIC_NUM_STEPS] = {
    [NIC_STEP_SEND] = "send",
    [NIC_STEP_PROTOCOL_OUT] = "protocol out",
    [NIC_STEP_CHECKSUM_OUT] = "checksum out",
    [NIC_STEP_DEMULTIPLEX] = "demultiplex",
    [NIC_STEP_CHECKSUM_IN] = "checksum in",
    [NIC_STEP_PROTOCOL_IN] = "protocol in",
    [NIC_STEP_DELIVER] = "deliver",
    [NIC_STEP_RELIABLE_OUT] = "reliable out",
    [NIC_STEP_RELIABLE_IN] = "reliable in",
    [NIC_STEP_RELIABLE_ACK] = "acknowledge",
};

void nic_work_init(struct nic *self)
{
    for (uint32_t i = 0; i < NIC_NUM_STEPS; i++)
        self->units[i] = (struct nic_unit){.end_cycle = MEM_NEVER,
                                           .tasks = {.item_bytes = sizeof(struct nic_task)}};
}

// ceil(x * num / den), for cycles below 2^54.
static uint64_t scale(uint64_t x, uint32_t num, uint32_t den)
{
    return (x * num + den - 1) / den;
}

// A run of a handler is told, whose end is known as it begins.
static void tell_run(const struct nic *self, const struct nic_unit *unit,
                     const struct nic_task *task, uint64_t begin_cycle)
{
    struct activity run = {.kind = ACTIVITY_NIC,
                           .idx = (uint32_t)(unit - self->units),
                           .begin_cycle = begin_cycle,
                           .end_cycle = unit->end_cycle,
                           .name = step_names[task->step],
                           .part = self->config.params.processor ? "processor" : NULL,
                           .bytes = task->bytes,
                           .rank = ACTIVITY_NO_RANK};
    activity_tell(&self->config.activity, &run);
}

// Starts the first task of a unit that is free in a cycle.
static void start(struct nic *self, struct nic_unit *unit, uint64_t cycle)
{
    const struct nic_params *params = &self->config.params;
    if (!unit->tasks.num) {
        unit->end_cycle = MEM_NEVER;
        return;
    }
    const struct nic_task *task = nic_queue_at(&unit->tasks, 0);
    enum nic_handler handler = handlers[task->step];
    struct nic_handler_stats *stats = &self->stats.handlers[handler];
    const struct nic_cost *cost =
        params->processor ? &params->instructions[handler] : &params->cycles[handler];
    uint64_t amount = cost->each + ((uint64_t)task->bytes * cost->per_16_bytes + 15) / 16;
    stats->runs++;
    stats->cost += amount;
    stats->wait_cycles += cycle - task->cycle;
    uint64_t begin_cycle = cycle;
    if (params->processor) {
        uint64_t tick = scale(task->cycle, params->processor_num, params->processor_den);
        unit->free_tick = unit->free_tick > tick ? unit->free_tick : tick;
        begin_cycle = scale(unit->free_tick, params->processor_den, params->processor_num);
        unit->free_tick += amount;
        unit->end_cycle = scale(unit->free_tick, params->processor_den, params->processor_num);
    } else {
        unit->end_cycle = cycle + amount;
    }
    nic_wake(self, unit->end_cycle);
    tell_run(self, unit, task, begin_cycle);
}

void nic_work_add(struct nic *self, enum nic_step step, uint32_t item, uint32_t bytes,
                  uint64_t cycle)
{
    struct nic_unit *unit = &self->units[self->config.params.processor ? 0 : step];
    struct nic_task task = {cycle, step, item, bytes};
    if (!nic_queue_push(&unit->tasks, &task)) {
        self->failed = true;
        return;
    }
    if (unit->tasks.num > self->stats.max_run_queue)
        self->stats.max_run_queue = unit->tasks.num;
    if (unit->tasks.num == 1)
        start(self, unit, cycle);
}

static void finish(struct nic *self, const struct nic_task *task, uint64_t cycle)
{
    switch (task->step) {
    case NIC_STEP_SEND:
        nic_send_decoded(self, task->item, cycle);
        break;
    case NIC_STEP_PROTOCOL_OUT:
        nic_send_made(self, task->item, cycle);
        break;
    case NIC_STEP_CHECKSUM_OUT:
        nic_checksum_made(self, task->item, cycle);
        break;
    case NIC_STEP_DEMULTIPLEX:
        if (!nic_checksum_add(self, NIC_STEP_CHECKSUM_IN, task->item, cycle))
            nic_work_add(self, NIC_STEP_PROTOCOL_IN, task->item, task->bytes, cycle);
        break;
    case NIC_STEP_CHECKSUM_IN:
        nic_checksum_found(self, task->item, cycle);
        break;
    case NIC_STEP_PROTOCOL_IN:
        nic_receive_packet(self, task->item, cycle);
        break;
    case NIC_STEP_RELIABLE_OUT:
        nic_reliable_out(self, task->item, cycle);
        break;
    case NIC_STEP_RELIABLE_IN:
        nic_reliable_in(self, task->item, cycle);
        break;
    case NIC_STEP_RELIABLE_ACK:
        nic_reliable_answer(self, task->item, cycle);
        break;
    default:
        nic_receive_delivered(self, task->item, cycle);
    }
}

// Runs what is due in units from one to another.
static inline bool run(struct nic *self, uint32_t from, uint32_t to, uint64_t cycle)
{
    bool moved = false;
    for (uint32_t i = from; i < to; i++) {
        struct nic_unit *unit = &self->units[i];
        while (unit->end_cycle <= cycle) {
            struct nic_task task;
            nic_queue_pop(&unit->tasks, &task);
            start(self, unit, cycle);
            finish(self, &task, cycle);
            moved = true;
        }
    }
    return moved;
}

bool nic_work_run(struct nic *self, uint64_t cycle)
{
    bool moved = run(self, 0, NIC_STEP_RELIABLE_OUT, cycle);
    if (self->config.params.reliable)
        moved |= run(self, NIC_STEP_RELIABLE_OUT, NIC_NUM_STEPS, cycle);
    return moved;
}

static inline uint64_t first_end(const struct nic *self, uint32_t from, uint32_t to)
{
    uint64_t next_cycle = MEM_NEVER;
    for (uint32_t i = from; i < to; i++)
        if (self->units[i].end_cycle < next_cycle)
            next_cycle = self->units[i].end_cycle;
    return next_cycle;
}

uint64_t nic_work_next(const struct nic *self)
{
    uint64_t next_cycle = first_end(self, 0, NIC_STEP_RELIABLE_OUT);
    uint64_t reliable_cycle = self->config.params.reliable
                                  ? first_end(self, NIC_STEP_RELIABLE_OUT, NIC_NUM_STEPS)
                                  : MEM_NEVER;
    return reliable_cycle < next_cycle ? reliable_cycle : next_cycle;
}
