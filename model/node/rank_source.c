// SPDX-License-Identifier: Apache-2.0
#include "model/node/rank_source.h"

#include "model/node/core.h"

// Tells the program of a completion.
static bool tell(struct rank_source *self, const struct driver_news *news, uint64_t cycle)
{
    if (news->received)
        return mpi_received(self->mpi, (uint32_t)news->tag, cycle, &self->err);
    mpi_sent(self->mpi, (uint32_t)news->tag, cycle);
    return true;
}

// What there is to do next, in the fabric's cycle `cycle`: in `ops`, or, if these stay empty,
// perhaps more. False if there is nothing, or something is wrong.
static bool turn(struct rank_source *self, uint64_t cycle)
{
    struct driver_news news;
    bool has_news;
    self->num_ops = driver_next(&self->driver, self->ops, &news, &has_news);
    if (has_news)
        return tell(self, &news, cycle);
    if (self->num_ops > 0)
        return true;
    if (!self->runnable)
        return false;
    self->runnable = false;
    return mpi_resume(self->mpi, self->rank, cycle, &self->err);
}

static uint32_t next(struct core_source *core, uint64_t cycle, const struct core_op **ops)
{
    struct rank_source *self = (struct rank_source *)core;
    uint64_t fabric_cycle = clock_fabric_cycle_of(self->clock, cycle);
    self->asleep = false;
    do
        self->num_ops = 0;
    while (turn(self, fabric_cycle) && self->num_ops == 0);
    if (self->end_cycle == MEM_NEVER && mpi_ended(self->mpi, self->rank))
        self->end_cycle = cycle;
    core->ended = self->err.status != ERR_NONE;
    self->asleep = self->num_ops == 0;
    *ops = self->ops;
    return self->num_ops;
}

static void loaded(struct core_source *core, uint64_t value, uint64_t cycle)
{
    (void)cycle;
    driver_loaded(&((struct rank_source *)core)->driver, value);
}

void rank_source_init(struct rank_source *self, struct workload *mpi, uint32_t rank,
                      struct clock_ratio clock, struct core *on)
{
    *self = (struct rank_source){.core = {.next = next, .loaded = loaded},
                                 .on = on,
                                 .mpi = mpi,
                                 .clock = clock,
                                 .rank = rank,
                                 .runnable = true,
                                 .end_cycle = MEM_NEVER};
}

void rank_source_free(struct rank_source *self)
{
    driver_free(&self->driver);
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

void rank_source_mail(void *rank_source, uint64_t cycle)
{
    struct rank_source *self = rank_source;
    if (self->asleep)
        core_wake(self->on, cycle);
    self->asleep = false;
}
