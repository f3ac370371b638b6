// SPDX-License-Identifier: Apache-2.0
#include "model/node/rank_source.h"

#include "model/node/core.h"

#include <stddef.h>

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
    bool interrupts = self->driver.params.interrupts;
    struct driver_turn may = {.polls = interrupts ? self->deferred : !self->runnable,
                              .hands_over = true};
    self->num_ops = driver_next(&self->driver, may, self->ops, &news, &has_news);
    self->driver_busy = self->num_ops > 0;
    if (has_news)
        return tell(self, &news, cycle);
    if (self->num_ops > 0)
        return true;
    self->deferred = false;
    if (self->has_wanted) {
        self->has_wanted = false;
        self->ops[self->num_ops++] = self->wanted;
        return true;
    }
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

// --- interrupts ---------------------------------------------------------------------------------

static struct rank_source *of_handler(struct core_source *handler)
{
    return (struct rank_source *)((char *)handler - offsetof(struct rank_source, handler));
}

// What the handler does next; it ends when there is no mail left.
static uint32_t next_of_handler(struct core_source *handler, uint64_t cycle,
                                const struct core_op **ops)
{
    struct rank_source *self = of_handler(handler);
    uint64_t fabric_cycle = clock_fabric_cycle_of(self->clock, cycle);
    *ops = self->handler_ops;
    if (!self->entered) {
        self->entered = true;
        self->handler_ops[0] =
            (struct core_op){.kind = CORE_COMPUTE, .address = self->entry_cycles};
        return 1;
    }
    struct driver_news news = {0};
    bool has_news = !self->driver_busy;
    uint32_t num = 0;
    while (has_news && num == 0 && self->err.status == ERR_NONE) {
        num = driver_next(&self->driver, (struct driver_turn){.polls = true, .hands_over = true},
                          self->handler_ops, &news, &has_news);
        if (has_news)
            tell(self, &news, fabric_cycle);
    }
    self->deferred = self->driver_busy;
    handler->ended = num == 0;
    self->entered = !handler->ended;
    return num;
}

static void loaded_by_handler(struct core_source *handler, uint64_t value, uint64_t cycle)
{
    (void)cycle;
    driver_loaded(&of_handler(handler)->driver, value);
}

void rank_source_interrupt(struct rank_source *self, uint64_t cycle)
{
    if (self->entered) // it will see the mail
        return;
    self->handler.ended = false;
    core_interrupt(self->on, &self->handler, cycle);
}

// --- the rank -----------------------------------------------------------------------------------

static void loaded(struct core_source *core, uint64_t value, uint64_t cycle)
{
    (void)cycle;
    driver_loaded(&((struct rank_source *)core)->driver, value);
}

void rank_source_init(struct rank_source *self, struct workload *mpi, uint32_t rank,
                      struct clock_ratio clock, struct core *on, uint32_t entry_cycles)
{
    *self = (struct rank_source){.core = {.next = next, .loaded = loaded},
                                 .on = on,
                                 .mpi = mpi,
                                 .clock = clock,
                                 .rank = rank,
                                 .entry_cycles = entry_cycles,
                                 .handler = {.next = next_of_handler, .loaded = loaded_by_handler},
                                 .runnable = true,
                                 .end_cycle = MEM_NEVER};
}

void rank_source_free(struct rank_source *self)
{
    driver_free(&self->driver);
}

static void want(struct rank_source *self, struct core_op op)
{
    self->wanted = op;
    self->has_wanted = true;
    self->runnable = true; // once it is done
}

void rank_source_compute(struct rank_source *self, uint64_t cycles)
{
    want(self, (struct core_op){.kind = CORE_COMPUTE, .address = cycles});
}

void rank_source_access(struct rank_source *self, const struct op *op)
{
    static const uint8_t kinds[OP_NUM_KINDS] = {
        [OP_LOAD] = CORE_LOAD,   [OP_STORE] = CORE_STORE, [OP_MODIFY] = CORE_MODIFY,
        [OP_FETCH] = CORE_FETCH, [OP_FENCE] = CORE_FENCE,
    };
    want(self, (struct core_op){
                   .kind = kinds[op->kind], .address = op->address, .bytes = (uint32_t)op->bytes});
}

void rank_source_wake(struct rank_source *self)
{
    self->runnable = true;
}

void rank_source_nudge(struct rank_source *self, uint64_t cycle)
{
    self->runnable = true;
    if (!self->asleep)
        return;
    self->asleep = false;
    core_wake(self->on, cycle);
}

void rank_source_mail(void *rank_source, uint64_t cycle)
{
    struct rank_source *self = rank_source;
    if (!self->asleep || (self->driver.params.interrupts && self->driver.num_jobs == 0))
        return;
    self->asleep = false;
    core_wake(self->on, cycle);
}
