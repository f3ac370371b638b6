// SPDX-License-Identifier: Apache-2.0
#include "nic/nic_state.h"

// What happens in a cycle: what is due comes in, then handlers, rings, sending and channels follow
// each other until nothing moves, as parts of no cycles follow at once.
static void run(struct mem_agent *agent, uint64_t cycle)
{
    struct nic *self = (struct nic *)((char *)agent - offsetof(struct nic, agent));
    agent->next_cycle = MEM_NEVER;
    nic_link_take(self, cycle);
    if (self->config.params.reliable)
        nic_reliable_run(self, cycle);
    bool moved = true;
    while (moved) {
        moved = nic_work_run(self, cycle);
        moved |= nic_ring_run(self, cycle);
        moved |= nic_send_run(self, cycle);
        moved |= nic_dma_run(self, cycle);
    }
    nic_coalesce_run(self, cycle);
    nic_link_announce(self, cycle);
    const struct nic_queue *queues[] = {&self->doorbells, &self->gone, &self->arrivals};
    for (uint32_t i = 0; i < sizeof queues / sizeof *queues; i++)
        if (queues[i]->num)
            nic_wake(self, ((const struct nic_event *)nic_queue_at(queues[i], 0))->cycle);
    nic_wake(self, nic_work_next(self));
    nic_wake(self, nic_coalesce_next(self));
    if (self->config.params.reliable)
        nic_wake(self, nic_reliable_next(self));
}

struct nic *nic_new(const struct nic_config *config, const char *key, struct err *err)
{
    if (!nic_params_check(&config->params, key, err))
        return NULL;
    struct nic *self = calloc(1, sizeof *self);
    if (!self) {
        err_set(err, ERR_RUN, "out of memory for a network interface card");
        return NULL;
    }
    self->config = *config;
    self->agent = (struct mem_agent){.next_cycle = MEM_NEVER, .run = run};
    self->contexts = calloc(config->params.num_contexts, sizeof *self->contexts);
    self->channels = calloc(config->params.num_channels, sizeof *self->channels);
    if (!self->contexts || !self->channels) {
        nic_free(self);
        err_set(err, ERR_RUN, "out of memory for a network interface card");
        return NULL;
    }
    self->doorbells.item_bytes = sizeof(struct nic_event);
    self->arrivals.item_bytes = self->gone.item_bytes = sizeof(struct nic_event);
    self->refused = self->first_free_message = MSG_NONE;
    nic_regs_init(self);
    nic_ring_init(self);
    nic_send_init(self);
    nic_grant_init(self);
    nic_reliable_init(self);
    nic_lives_init(self);
    nic_dma_init(self);
    nic_work_init(self);
    return self;
}

uint64_t nic_bytes(const struct nic_params *params)
{
    return sizeof(struct nic) + params->num_contexts * sizeof(struct nic_context) +
           params->num_channels * sizeof(struct nic_channel);
}

void nic_free(struct nic *self)
{
    if (!self)
        return;
    struct nic_queue *queues[] = {&self->doorbells, &self->gone, &self->arrivals, &self->notices,
                                  &self->control.completions};
    for (uint32_t i = 0; i < sizeof queues / sizeof *queues; i++)
        free(queues[i]->items);
    for (uint32_t i = 0; i < NIC_NUM_STEPS; i++)
        free(self->units[i].tasks.items);
    nic_reliable_free(self);
    nic_lives_free(self);
    free(self->out_flows.slots);
    free(self->in_flows.slots);
    free(self->messages);
    free(self->channels);
    free(self->contexts);
    free(self);
}

struct mem_device *nic_device(struct nic *self)
{
    return &self->device;
}

uint32_t nic_num_masters(const struct nic *self)
{
    return 1 + self->config.params.num_channels;
}

struct mem_master *nic_master(struct nic *self, uint32_t idx)
{
    return idx ? &self->channels[idx - 1].master : &self->control.master;
}

struct mem_agent *nic_agent(struct nic *self)
{
    return &self->agent;
}

bool nic_failed(const struct nic *self)
{
    return self->failed;
}

bool nic_idle(const struct nic *self)
{
    for (uint32_t i = 0; i < self->config.params.num_contexts; i++)
        if (self->contexts[i].num_control || self->contexts[i].num_reserved)
            return false;
    for (uint32_t i = 0; i < NIC_NUM_STEPS; i++)
        if (self->units[i].tasks.num)
            return false;
    return !self->doorbells.num && !self->arrivals.num && !self->gone.num && !self->notices.num &&
           !self->num_sends && !self->num_messages && !self->out_used_bytes &&
           !self->in_used_bytes && nic_reliable_idle(self);
}

struct nic_stats nic_stats(const struct nic *self, uint64_t cycle)
{
    struct nic_stats stats = self->stats;
    if (self->out_full_cycle < cycle)
        stats.out_full_cycles += cycle - self->out_full_cycle;
    if (self->refused != MSG_NONE && self->in_full_cycle < cycle)
        stats.in_full_cycles += cycle - self->in_full_cycle;
    for (uint32_t i = 0; i < self->config.params.num_channels; i++) {
        const struct nic_channel *channel = &self->channels[i];
        stats.channels[i] = channel->stats;
        if (channel->packet != MSG_NONE && channel->busy_cycle < cycle)
            stats.channels[i].busy_cycles += cycle - channel->busy_cycle;
        if (channel->wait_cycle < cycle)
            stats.channels[i].wait_cycles += cycle - channel->wait_cycle;
    }
    return stats;
}
