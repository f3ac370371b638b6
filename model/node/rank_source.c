// SPDX-License-Identifier: Apache-2.0
#include "model/node/rank_source.h"

#include "model/node/core.h"

static uint32_t next(struct core_source *core, uint64_t cycle, const struct core_op **ops)
{
    struct rank_source *self = (struct rank_source *)core;
    self->cycle = cycle;
    self->num_ops = 0;
    while (self->runnable && self->num_ops == 0) {
        self->runnable = false;
        uint64_t fabric_cycle = clock_fabric_cycle_of(self->clock, cycle);
        if (!mpi_resume(self->mpi, self->rank, fabric_cycle, &self->err))
            core->ended = true;
    }
    if (mpi_ended(self->mpi, self->rank))
        core->ended = true;
    *ops = self->ops;
    return self->num_ops;
}

void rank_source_init(struct rank_source *self, struct workload *mpi, uint32_t rank,
                      struct clock_ratio clock, struct core *on)
{
    *self = (struct rank_source){
        .core = {.next = next}, .on = on, .mpi = mpi, .clock = clock, .rank = rank, .runnable = true};
}

static void push(struct rank_source *self, struct core_op op)
{
    self->ops[self->num_ops++] = op;
    self->runnable = true; // once it is done
}

void rank_source_compute(struct rank_source *self, uint64_t cycles)
{
    push(self, (struct core_op){.kind = CORE_COMPUTE, .address = cycles});
}

void rank_source_access(struct rank_source *self, const struct op *op)
{
    static const uint8_t kinds[OP_NUM_KINDS] = {
        [OP_LOAD] = CORE_LOAD,   [OP_STORE] = CORE_STORE, [OP_MODIFY] = CORE_MODIFY,
        [OP_FETCH] = CORE_FETCH, [OP_FENCE] = CORE_FENCE,
    };
    push(self, (struct core_op){
                   .kind = kinds[op->kind], .address = op->address, .bytes = (uint32_t)op->bytes});
}

void rank_source_wake(struct rank_source *self)
{
    self->runnable = true;
}
