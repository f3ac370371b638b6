// SPDX-License-Identifier: Apache-2.0
// What messages between computers wait for (nic/nic_life.h), as far as cards have to be told.
#include "model/node/computers_state.h"

static uint64_t network_cycle(void *computer, uint64_t cycle)
{
    return clock_fabric_cycle_of(((const struct computer *)computer)->clock, cycle);
}

// Of a bus without others, memory whose row is open, and L2, which has not the line.
const struct nic_life_timing *computers_life_timing(struct computers *self, uint32_t idx)
{
    if (!self->card_timings)
        return NULL;
    const struct node_params *node = &self->params.node;
    const struct mem_params *mem = &node->mem;
    uint32_t address_cycles = node->bus.address_cycles * node->bus.clock_divisor;
    uint32_t memory_cycles =
        (mem->controller_latency_cycles + mem->t_cl_cycles + mem->burst_cycles) *
        mem->clock_divisor;
    uint32_t l2_cycles = node->l2.enabled ? node->l2.hit_latency_cycles : 0;
    self->card_timings[idx] = (struct nic_life_timing){
        .network_cycle = network_cycle,
        .context = &self->computers[idx],
        .read_latency_cycles = address_cycles + l2_cycles + memory_cycles,
        .write_latency_cycles = address_cycles,
        .bus_cycles = node->bus.clock_divisor,
        .bus_bytes = node->bus.width_bytes,
    };
    return &self->card_timings[idx];
}

void computers_life_offered(struct computers *self, const struct packet *packet, uint64_t cycle,
                            bool taken)
{
    if (self->lives)
        nic_life_offered(nic_store_at(&self->store, packet->message)->life, cycle, taken);
}

void computers_life_travelled(struct computers *self, const struct packet *packet)
{
    if (!self->lives)
        return;
    uint64_t hops_cycles = fabric_quiet_cycles(self->fabric, packet, 1);
    struct nic_life_travel travel = {
        .injected_cycle = packet->injected_cycle,
        .ejected_cycle = packet->ejected_cycle,
        .hops_cycles = hops_cycles,
        .serialisation_cycles =
            fabric_quiet_cycles(self->fabric, packet, packet->flits) - hops_cycles,
    };
    nic_life_travelled(nic_store_at(&self->store, packet->message)->life, &travel);
}

bool computers_life(const struct workload *base, uint32_t node, uint32_t context,
                    uint32_t completion_index, struct nic_life *life)
{
    const struct computers *self = (const struct computers *)base;
    const struct nic *nic = node < self->num_computers ? self->computers[node].nic : NULL;
    return nic && nic_life(nic, context, completion_index, life);
}
