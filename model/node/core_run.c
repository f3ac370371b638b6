// SPDX-License-Identifier: Apache-2.0
#include "model/node/bus.h"
#include "model/node/core_state.h"

// --- a fast way ---------------------------------------------------------------------------------

static bool in_one_line(const struct cache *cache, const struct core_op *op)
{
    return !((op->address ^ (op->address + op->bytes - 1)) >> cache->sets.line_shift);
}

// The cycles of a load or fetch that hits, or 0 if it does not, or must be looked at more closely.
static inline uint32_t load_hit(struct cache *cache, const struct core_op *op, uint32_t cycles)
{
    if (!in_one_line(cache, op) || op->has_value ||
        cache_read_hit(cache, cache_sets_line(&cache->sets, op->address)) == CACHE_NO_SLOT)
        return 0;
    cache->stats.reads++;
    return cycles;
}

static inline uint32_t store_hit(struct cache *cache, const struct core_op *op, uint32_t cycles)
{
    if (!in_one_line(cache, op) || op->has_value ||
        !cache_write_hit(cache, cache_sets_line(&cache->sets, op->address)))
        return 0;
    cache->stats.writes++;
    return cycles;
}

// Executes operations that hit, as core_step would, up to one that does not, or to cycle `limit`.
// For a core without stores in its buffer that is at the beginning of an operation.
static void run_hits(struct core *self, uint64_t limit)
{
    const struct core_op *op = self->ops + self->at;
    const struct core_op *end = self->ops + self->num;
    struct cache *data = self->data;
    uint64_t cycle = self->issue_cycle;
    uint64_t compute_cycles = 0;
    uint32_t fetch_cycles = self->instruction ? self->instruction->params.hit_latency_cycles : 1;
    uint32_t taken_cycles;
    for (; op < end && cycle < limit; op++) {
        switch ((enum core_op_kind)op->kind) {
        case CORE_COMPUTE:
            cycle += op->address;
            compute_cycles += op->address;
            self->stats.ops[op->kind]++;
            continue;
        case CORE_FETCH:
            taken_cycles =
                self->instruction ? load_hit(self->instruction, op, fetch_cycles) : fetch_cycles;
            break;
        case CORE_LOAD:
            taken_cycles = load_hit(data, op, self->load_cycles);
            break;
        case CORE_STORE:
            taken_cycles = store_hit(data, op, self->store_cycles);
            break;
        case CORE_MODIFY:
            taken_cycles = load_hit(data, op, self->load_cycles);
            self->storing = taken_cycles > 0;
            cycle += taken_cycles;
            taken_cycles =
                self->storing && cycle < limit ? store_hit(data, op, self->store_cycles) : 0;
            self->storing &= !taken_cycles;
            break;
        default:
            taken_cycles = 0;
        }
        if (!taken_cycles)
            break;
        cycle += taken_cycles;
        self->stats.ops[op->kind]++;
    }
    self->stats.compute_cycles += compute_cycles;
    self->stats.busy_cycles += cycle - self->issue_cycle - compute_cycles;
    self->at = (uint32_t)(op - self->ops);
    self->issue_cycle = cycle;
}

// --- order of events ----------------------------------------------------------------------------

void core_run(struct core *self, uint64_t limit)
{
    for (core_find_next(self); self->next_cycle < limit; core_find_next(self)) {
        bool plain = !self->num_stores && core_is_between(self) && !core_is_interrupted(self);
        if (self->drain_cycle <= self->issue_cycle) {
            core_drain(self);
        } else {
            if (plain)
                run_hits(self, limit);
            if (self->issue_cycle < limit)
                core_step(self);
        }
        if (self->bus->next_cycle < limit) // it has asked for something
            limit = self->bus->next_cycle;
    }
}

void core_accesses_done(struct core *self, uint64_t cycle)
{
    bool device_free = !self->num_stores && !self->loads_device && !self->stores_device;
    if (core_waits_for(self, CORE_WAIT_STORE_BUFFER) || core_waits_for(self, CORE_WAIT_FORWARD) ||
        core_waits_for(self, CORE_WAIT_LOAD_MISSES) ||
        (core_waits_for(self, CORE_WAIT_FENCE) && core_all_is_done(self)) ||
        (core_waits_for(self, CORE_WAIT_DEVICE) && device_free))
        core_resume(self, cycle);
}

// --- what caches tell ---------------------------------------------------------------------------

// The line that an operation waits for.
static void operation_line_ready(struct core *self, const struct cache *cache, uint64_t line,
                                 bool error, uint64_t cycle)
{
    bool loads = cache == self->data ? core_waits_for(self, CORE_WAIT_LOAD)
                                     : core_waits_for(self, CORE_WAIT_FETCH);
    bool stores = cache == self->data && core_waits_for(self, CORE_WAIT_STORE);
    if ((!loads && !stores) || self->wait_line != line)
        return;
    core_resume(self, cycle);
    self->stats.errors += error;
    self->line_came = stores && !error;
    if (self->line_came)
        return; // and the store is done in this cycle
    if (loads)
        core_take_value(self, cache, NULL);
    core_finish_access(self, cache, 0);
}

static void load_lines_ready(struct core *self, uint64_t line, bool error, uint64_t cycle)
{
    uint32_t left = 0;
    for (uint32_t i = 0; i < self->num_load_lines; i++) {
        self->stats.errors += error && self->load_lines[i] == line;
        if (self->load_lines[i] != line)
            self->load_lines[left++] = self->load_lines[i];
    }
    bool some = left < self->num_load_lines;
    self->num_load_lines = left;
    if (some)
        core_accesses_done(self, cycle);
}

void core_line_ready(struct core *self, const struct cache *cache, uint64_t line,
                     enum mem_status status, uint64_t cycle)
{
    bool error = status != MEM_OK;
    operation_line_ready(self, cache, line, error, cycle);
    if (cache == self->data) {
        load_lines_ready(self, line, error, cycle);
        if (self->store_line == line && error) {
            self->store_line = CACHE_NO_LINE;
            self->stats.errors++;
            core_pop_store(self, cycle);
        } else if (self->store_line == line) {
            self->store_line = CACHE_NO_LINE;
            self->drain_cycle = cycle;
        }
    }
    core_cache_room(self, cycle);
}

void core_cache_room(struct core *self, uint64_t cycle)
{
    if (core_waits_for(self, CORE_WAIT_MSHR) || core_waits_for(self, CORE_WAIT_WRITE_BACKS))
        core_resume(self, cycle);
    if (self->store_refused) {
        self->store_refused = false;
        self->drain_cycle = cycle;
    }
    core_find_next(self);
}

void core_device_done(struct core *self, bool write, enum mem_status status, uint64_t cycle)
{
    self->stats.errors += status != MEM_OK;
    if (write) {
        self->stores_device = false;
        if (self->num_stores) {
            core_pop_store(self, cycle);
            core_find_next(self);
            return;
        }
    } else {
        self->loads_device = false;
        core_take_value(self, self->data, self->device_data);
    }
    core_resume(self, cycle);
    core_finish_access(self, self->data, 0);
    core_find_next(self);
}
