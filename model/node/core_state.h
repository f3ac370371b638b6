// SPDX-License-Identifier: Apache-2.0
// What the files of a core share:
//   core.c        operations, one access after the other
//   core_store.c  the store buffer
//   core_source.c where operations come from: batches, interrupts
//   core_run.c    the order of events, and a fast way through operations that hit
#ifndef ORDITO_MODEL_NODE_CORE_STATE_H
#define ORDITO_MODEL_NODE_CORE_STATE_H

#include "model/node/core.h"

// An access: the bytes of an operation in one line.
struct core_access {
    uint64_t address;
    uint64_t line;
    uint32_t bytes;
};

// core.c: begins the operation, or goes on with it, in cycle issue_cycle; the access that it is at;
// its end, so many cycles after issue_cycle, which is where the next begins; what a load finds
// (`data` NULL: in memory).
void core_step(struct core *self);
struct core_access core_access_of(const struct core *self, const struct cache *cache);
void core_finish_access(struct core *self, const struct cache *cache, uint32_t cycles);
void core_take_value(struct core *self, const struct cache *cache, const uint8_t *data);

// core_store.c: the youngest store in the buffer that has some of these bytes, or NULL; a new one;
// the first one tries, in cycle drain_cycle; it is done, and goes; what a store does to memory, or
// asks of a device.
const struct core_store *core_find_store(const struct core *self, uint64_t address, uint32_t bytes);
void core_push_store(struct core *self, const struct core_store *store, uint64_t cycle);
void core_drain(struct core *self);
void core_pop_store(struct core *self, uint64_t cycle);
void core_write_image(struct core *self, const struct core_store *store);
void core_store_to_device(struct core *self, const struct core_store *store, uint64_t cycle);

// core_run.c: stores or loads have been done, for which the core may have waited.
void core_accesses_done(struct core *self, uint64_t cycle);

// core_source.c: true if there is an operation to begin, or to go on with, in cycle issue_cycle;
// tells of a wait that ends.
bool core_find_operation(struct core *self);
void core_tell_wait(const struct core *self, uint64_t cycle);

// True if the core is not in the middle of an operation.
static inline bool core_is_between(const struct core *self)
{
    return !self->done_bytes && !self->storing && !self->again;
}

// True if a handler is to be entered before the next operation.
static inline bool core_is_interrupted(const struct core *self)
{
    return self->handler && !self->handling;
}

static inline void core_wait_for(struct core *self, enum core_wait wait)
{
    self->wait = wait;
    self->wait_since_cycle = self->issue_cycle;
    self->issue_cycle = MEM_NEVER;
}

static inline bool core_waits_for(const struct core *self, enum core_wait wait)
{
    return self->issue_cycle == MEM_NEVER && self->source && self->wait == wait;
}

static inline void core_resume(struct core *self, uint64_t cycle)
{
    self->stats.wait_cycles[self->wait] += cycle - self->wait_since_cycle;
    self->issue_cycle = cycle;
    if (self->activity.watch)
        core_tell_wait(self, cycle);
}

static inline void core_find_next(struct core *self)
{
    self->next_cycle =
        self->issue_cycle < self->drain_cycle ? self->issue_cycle : self->drain_cycle;
}

static inline bool core_all_is_done(const struct core *self)
{
    return !self->num_stores && !self->num_load_lines;
}

#endif
