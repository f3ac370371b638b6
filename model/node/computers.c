// SPDX-License-Identifier: Apache-2.0
#include "model/node/computers_state.h"

#include <stdlib.h>

// Fabric cycles that a computer which no other can reach is simulated in one go.
enum { STRIDE_CYCLES = 1 << 16 };

// --- running ------------------------------------------------------------------------------------

// Runs a computer up to the fabric's cycle `end`.
static bool run(const struct computers *self, struct computer *computer, uint64_t end,
                struct err *err)
{
    const struct clock_ratio clock = self->params.clock;
    if (!node_run(computer->node, clock_node_cycle(clock, end), err))
        return false;
    const struct err *fault = self->memory ? memory_source_err(self->memory) : &computer->rank.err;
    if (fault->status != ERR_NONE) {
        *err = *fault;
        return false;
    }
    uint64_t next = node_next_cycle(computer->node);
    computer->next_cycle = next == MEM_NEVER ? UINT64_MAX : clock_fabric_cycle_of(clock, next);
    return true;
}

static bool step(struct workload *base, struct fabric *fabric, uint64_t cycle, struct err *err)
{
    struct computers *self = (struct computers *)base;
    (void)fabric;
    self->cycle = cycle;
    uint64_t end = cycle + 1;
    if (self->memory && cycle + STRIDE_CYCLES < self->params.end_cycle)
        end = cycle + STRIDE_CYCLES;
    for (uint32_t i = 0; i < self->num_computers; i++)
        if (self->computers[i].next_cycle <= cycle && !run(self, &self->computers[i], end, err))
            return false;
    return true;
}

bool computers_ended(const struct computers *self)
{
    for (uint32_t i = 0; i < self->num_computers; i++)
        if (!core_ended(&self->computers[i].node->cores[0].core))
            return false;
    return true;
}

uint64_t computers_end_cycle(const struct computers *self)
{
    uint64_t last = 0;
    for (uint32_t i = 0; i < self->num_computers; i++) {
        uint64_t cycle = self->computers[i].node->cores[0].core.stats.ended_cycle;
        last = cycle > last ? cycle : last;
    }
    return last;
}

uint64_t computers_makespan_cycles(const struct workload *base)
{
    const struct computers *self = (const struct computers *)base;
    return computers_ended(self) ? clock_fabric_cycle(self->params.clock, computers_end_cycle(self)) : UINT64_MAX;
}

static bool done(const struct workload *base)
{
    const struct computers *self = (const struct computers *)base;
    return computers_ended(self) && self->cycle + 1 >= computers_makespan_cycles(base);
}

static uint64_t next_event(const struct workload *base, uint64_t cycle)
{
    const struct computers *self = (const struct computers *)base;
    if (computers_ended(self)) {
        uint64_t makespan_cycles = computers_makespan_cycles(base);
        return makespan_cycles > cycle + 1 ? makespan_cycles - 1 : cycle + 1;
    }
    uint64_t next = UINT64_MAX;
    for (uint32_t i = 0; i < self->num_computers; i++)
        if (self->computers[i].next_cycle < next)
            next = self->computers[i].next_cycle;
    return next == UINT64_MAX || next > cycle ? next : cycle + 1;
}

static void stuck(const struct workload *base, struct err *err)
{
    const struct computers *self = (const struct computers *)base;
    self->mpi->ops->stuck(self->mpi, err);
}

static void free_all(struct workload *base)
{
    struct computers *self = (struct computers *)base;
    for (uint32_t i = 0; self->computers && i < self->num_computers; i++)
        node_free(self->computers[i].node);
    free(self->computers);
    memory_source_free(self->memory);
    if (self->mpi)
        self->mpi->ops->free(self->mpi);
    free(self);
}

static const struct workload_ops ops = {
    .step = step,
    .next_event = next_event,
    .done = done,
    .stuck = stuck,
    .free = free_all,
};

// --- the machine of the ranks -------------------------------------------------------------------

static void compute(void *context, uint32_t rank, uint64_t node_cycles)
{
    struct computers *self = context;
    rank_source_compute(&self->computers[rank].rank, node_cycles);
}

static void access_memory(void *context, uint32_t rank, const struct op *op)
{
    struct computers *self = context;
    rank_source_access(&self->computers[rank].rank, op);
}

static void wake(void *context, uint32_t rank)
{
    struct computers *self = context;
    rank_source_wake(&self->computers[rank].rank);
}

// --- making -------------------------------------------------------------------------------------

static bool make_programs(struct computers *self, struct err *err)
{
    const struct computers_params *params = &self->params;
    if (params->memory) {
        self->memory = memory_source_new(params->memory);
        self->num_computers = 1;
        return self->memory || err_set(err, ERR_RUN, "out of memory");
    }
    self->machine = (struct mpi_machine){compute, access_memory, wake, self};
    self->mpi_params = *params->mpi;
    self->mpi_params.machine = &self->machine;
    self->mpi = mpi_new(&self->mpi_params, err);
    self->num_computers = params->mpi->trace->num_ranks;
    return self->mpi != NULL;
}

static bool make_computer(struct computers *self, uint32_t idx, struct err *err)
{
    const struct computers_params *params = &self->params;
    struct computer *computer = &self->computers[idx];
    computer->node = node_new(&params->node, params->seed, idx, NULL, err);
    if (!computer->node)
        return false;
    struct core *core = &computer->node->cores[0].core;
    rank_source_init(&computer->rank, self->mpi, idx, params->clock, core);
    core_start(core, self->memory ? memory_source_core(self->memory) : &computer->rank.core, 0);
    return true;
}

struct workload *computers_new(const struct computers_params *params, struct err *err)
{
    struct computers *self = calloc(1, sizeof *self);
    if (!self) {
        err_set(err, ERR_RUN, "out of memory");
        return NULL;
    }
    self->base.ops = &ops;
    self->params = *params;
    bool good = make_programs(self, err);
    self->computers = good ? calloc(self->num_computers, sizeof *self->computers) : NULL;
    if (good && !self->computers)
        good = err_set(err, ERR_RUN, "out of memory");
    for (uint32_t i = 0; good && i < self->num_computers; i++)
        good = make_computer(self, i, err);
    if (good)
        return &self->base;
    free_all(&self->base);
    return NULL;
}
