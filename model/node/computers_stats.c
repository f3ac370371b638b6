// SPDX-License-Identifier: Apache-2.0
#include "model/node/computers_state.h"

#include <inttypes.h>
#include <string.h>

// --- the end of programs -------------------------------------------------------------------------

// Node cycle in which the last program of a computer has ended, or MEM_NEVER.
static uint64_t end_of(const struct computers *self, uint32_t idx)
{
    const struct computer *computer = &self->computers[idx];
    uint64_t last = self->memory ? computer->node->cores[0].core.stats.ended_cycle : 0;
    for (uint32_t i = 0; computer->software && i < computer->node->params.cores; i++) {
        uint64_t end = computer->software[i] ? software_end_cycle(computer->software[i]) : 0;
        last = end > last ? end : last;
    }
    return last;
}

bool computers_ended(const struct computers *self)
{
    for (uint32_t i = 0; i < self->num_computers; i++)
        if (end_of(self, i) == MEM_NEVER)
            return false;
    return !self->mpi || self->mpi->ops->done(self->mpi);
}

uint64_t computers_end_cycle(const struct workload *base, uint32_t rank)
{
    const struct computers *self = (const struct computers *)base;
    return self->mpi ? mpi_end_cycle(self->mpi, rank) : UINT64_MAX;
}

uint64_t computers_makespan_cycles(const struct workload *base)
{
    const struct computers *self = (const struct computers *)base;
    uint64_t last = 0;
    for (uint32_t i = 0; i < self->num_computers; i++) {
        uint64_t cycle = end_of(self, i);
        if (cycle == MEM_NEVER)
            return UINT64_MAX;
        if (!self->computers[i].node)
            continue;
        cycle = clock_fabric_cycle(self->computers[i].clock, cycle);
        last = cycle > last ? cycle : last;
    }
    return last;
}

bool computers_gave_up(const struct computers *self, struct err *err)
{
    for (uint32_t i = 0; i < self->num_computers; i++) {
        const struct nic *nic = self->computers[i].nic;
        uint64_t num = nic ? nic_stats(nic, 0).errors[NIC_TIMED_OUT] : 0;
        if (num > 0) {
            err_set(err, ERR_RUN,
                    "node %" PRIu32 " has given up %" PRIu64 " messages, for which others wait: "
                    "packets were sent again %" PRIu32 " times in vain (nodes.nic.max_retries)",
                    i, num, self->params.nic.max_retries);
            return true;
        }
    }
    return false;
}

// --- counters -----------------------------------------------------------------------------------

// Adds counters, of which a struct consists.
static void add(void *sum, const void *counters, size_t bytes)
{
    uint64_t *to = sum;
    const uint64_t *from = counters;
    for (size_t i = 0; i < bytes / sizeof *to; i++)
        to[i] += from[i];
}

#define ADD(sum, counters) add(&(sum), &(counters), sizeof(sum))

// Maxima are the only members of 4 bytes.
static void add_nic(struct nic_stats *sum, const struct nic_stats *stats)
{
    struct nic_stats before = *sum;
    ADD(*sum, *stats);
#define MOST(name) sum->name = before.name > stats->name ? before.name : stats->name
    MOST(max_out_ram_bytes);
    MOST(max_in_ram_bytes);
    MOST(max_run_queue);
#undef MOST
}

// With what a core waits for now, which has been counted up to the end of other waits.
static struct core_stats core_stats_at(const struct core *core, uint64_t cycle)
{
    struct core_stats stats = core->stats;
    if (!core_ended(core) && core->issue_cycle == MEM_NEVER && cycle > core->wait_since_cycle)
        stats.wait_cycles[core->wait] += cycle - core->wait_since_cycle;
    stats.ended_cycle = 0; // no counter
    return stats;
}

static void add_computer(struct computers_stats *sum, const struct node *node, uint64_t cycle)
{
    for (uint32_t i = 0; i < node->params.cores; i++) {
        const struct node_core *core = &node->cores[i];
        struct core_stats stats = core_stats_at(&core->core, cycle);
        ADD(sum->core, stats);
        ADD(sum->l1d, core->l1d.stats);
        ADD(sum->l1i, core->l1i.stats);
        ADD(sum->masters[MASTER_L1D], core->l1d.port.stats);
        ADD(sum->masters[MASTER_L1I], core->l1i.port.stats);
    }
    ADD(sum->l2, node->memory.stats);
    ADD(sum->bus, node->bus.stats);
    ADD(sum->mem, node->memory.mem.stats);
}

static void add_card(struct computers_stats *sum, struct nic *nic, uint64_t cycle)
{
    struct nic_stats stats = nic_stats(nic, cycle);
    add_nic(&sum->nic, &stats);
    for (uint32_t i = 0; i < NIC_MAX_CHANNELS; i++)
        ADD(sum->channels, stats.channels[i]);
    for (uint32_t i = 0; i < nic_num_masters(nic); i++)
        ADD(sum->masters[i == 0 ? MASTER_NIC : MASTER_DMA], nic_master(nic, i)->stats);
}

uint64_t computers_bytes(const struct computers_params *params, uint32_t num_ranks)
{
    struct driver_params driver = {.send_slots = params->send_slots,
                                   .receive_slots = params->receive_slots,
                                   .piece_bytes = params->piece_bytes};
    uint64_t most = params->num_nodes < num_ranks ? params->num_nodes : num_ranks;
    uint64_t num = (num_ranks + params->ranks_per_node - 1) / params->ranks_per_node;
    if (params->mapping != MAPPING_BLOCK)
        num = most;
    return num * (sizeof(struct computer) + node_bytes(&params->node)) +
           num * nic_bytes(&params->nic) +
           num_ranks * (sizeof(struct process *) + driver_bytes(&driver));
}

static void add_software(struct computers_stats *sum, const struct computer *computer)
{
    for (uint32_t i = 0; computer->software && i < computer->node->params.cores; i++) {
        const struct software *software = computer->software[i];
        if (!software)
            continue;
        ADD(sum->software, *software_stats(software));
        sum->driver_errors += software_errors(software);
    }
}

void computers_stats(const struct workload *base, uint64_t cycle, struct computers_stats *stats)
{
    const struct computers *self = (const struct computers *)base;
    *stats = (struct computers_stats){0};
    if (self->params.lives)
        stats->life = *lives_stats(self->lives);
    uint64_t end = computers_makespan_cycles(base);
    uint64_t fabric_cycles = end == UINT64_MAX ? cycle : end;
    for (uint32_t i = 0; i < self->num_computers; i++) {
        const struct computer *computer = &self->computers[i];
        if (!computer->node)
            continue;
        stats->computers++;
        uint64_t now = clock_node_cycle(computer->clock, fabric_cycles);
        stats->cycles += now;
        add_computer(stats, computer->node, now);
        double bus_use = (double)computer->node->bus.stats.data_busy_cycles / (double)now;
        stats->bus_use_max = bus_use > stats->bus_use_max ? bus_use : stats->bus_use_max;
        if (computer->nic) {
            add_card(stats, computer->nic, now);
            stats->channel_cycles += now * (nic_num_masters(computer->nic) - 1);
        }
        add_software(stats, computer);
    }
    if (!self->params.lives) { // they were kept for who watches
        stats->nic.lives = 0;
        memset(stats->nic.life_cycles, 0, sizeof stats->nic.life_cycles);
    }
}

struct mpi_stats computers_mpi_stats(const struct workload *base)
{
    const struct computers *self = (const struct computers *)base;
    return self->mpi ? mpi_stats(self->mpi) : (struct mpi_stats){0};
}

void computers_tell(struct workload *base, uint64_t cycle)
{
    struct computers *self = (struct computers *)base;
    if (self->mpi)
        mpi_tell(self->mpi, cycle);
}

const char *computers_first_touch(const struct workload *base)
{
    const struct computers *self = (const struct computers *)base;
    return self->mpi ? mpi_first_touch(self->mpi) : "";
}

uint64_t computers_refused(const struct computers *self)
{
    uint64_t num = 0;
    for (uint32_t i = 0; i < self->num_computers; i++) {
        const struct computer *computer = &self->computers[i];
        for (uint32_t k = 0; computer->software && k < self->params.node.cores; k++)
            num += computer->software[k] ? software_stats(computer->software[k])->refused : 0;
    }
    return num;
}
