// SPDX-License-Identifier: Apache-2.0
#include "model/node/computers_state.h"

// Adds counters, of which a struct consists.
static void add(void *sum, const void *counters, size_t bytes)
{
    uint64_t *to = sum;
    const uint64_t *from = counters;
    for (size_t i = 0; i < bytes / sizeof *to; i++)
        to[i] += from[i];
}

#define ADD(sum, counters) add(&(sum), &(counters), sizeof(sum))

static void add_computer(struct computers_stats *sum, const struct node *node)
{
    for (uint32_t i = 0; i < node->params.cores; i++) {
        const struct node_core *core = &node->cores[i];
        ADD(sum->core, core->core.stats);
        ADD(sum->l1d, core->l1d.stats);
        ADD(sum->l1i, core->l1i.stats);
        ADD(sum->masters[MASTER_L1D], core->l1d.port.stats);
        ADD(sum->masters[MASTER_L1I], core->l1i.port.stats);
    }
    ADD(sum->l2, node->memory.stats);
    ADD(sum->bus, node->bus.stats);
    ADD(sum->mem, node->memory.mem.stats);
}

void computers_stats(const struct workload *base, struct computers_stats *stats)
{
    const struct computers *self = (const struct computers *)base;
    *stats = (struct computers_stats){.computers = self->num_computers};
    for (uint32_t i = 0; i < self->num_computers; i++)
        add_computer(stats, self->computers[i].node);
    stats->cycles = computers_ended(self) ? computers_end_cycle(self)
                                          : clock_node_cycle(self->params.clock, self->cycle + 1);
}

struct mpi_stats computers_mpi_stats(const struct workload *base)
{
    const struct computers *self = (const struct computers *)base;
    return self->mpi ? mpi_stats(self->mpi) : (struct mpi_stats){0};
}
