// SPDX-License-Identifier: Apache-2.0
#include "model/node/core.h"

#include "model/node/core_state.h"

#include "model/node/bus.h"
#include "model/node/image.h"
#include "sim/limits.h"

#include <string.h>

const char *const core_wait_names[CORE_NUM_WAITS] = {
#define CORE_WAIT_NAME(symbol, name) [symbol] = name,
    CORE_WAITS(CORE_WAIT_NAME)
#undef CORE_WAIT_NAME
};

bool core_params_check(const struct core_params *params, const char *key, struct err *err)
{
    const struct limits rows[] = {
        {"store_buffer_entries", params->store_buffer_entries, 0, CORE_MAX_STORES, false},
        {"max_load_misses", params->max_load_misses, 0, CORE_MAX_LOAD_MISSES, false},
    };
    return limits_check(rows, sizeof rows / sizeof *rows, key, err);
}

void core_init(struct core *self, const struct core_params *params, struct cache *data,
               struct cache *instruction, const struct bus *bus, struct image *image)
{
    uint32_t hit_cycles = data->params.hit_latency_cycles;
    *self = (struct core){.next_cycle = MEM_NEVER,
                          .issue_cycle = MEM_NEVER,
                          .drain_cycle = MEM_NEVER,
                          .params = *params,
                          .data = data,
                          .instruction = instruction,
                          .bus = bus,
                          .image = image,
                          .load_cycles = params->max_load_misses ? 1 : hit_cycles,
                          .store_cycles = params->store_buffer_entries ? 1 : hit_cycles,
                          .store_line = CACHE_NO_LINE};
}

// --- accesses -----------------------------------------------------------------------------------

struct core_access core_access_of(const struct core *self, const struct cache *cache)
{
    const struct core_op *op = &self->ops[self->at];
    uint64_t address = op->address + self->done_bytes;
    uint32_t line_bytes = cache->params.geometry.line_bytes;
    uint32_t left = line_bytes - (uint32_t)(address % line_bytes);
    uint32_t bytes = op->bytes - self->done_bytes;
    return (struct core_access){address, cache_sets_line(&cache->sets, address),
                                bytes < left ? bytes : left};
}

void core_finish_access(struct core *self, const struct cache *cache, uint32_t cycles)
{
    const struct core_op *op = &self->ops[self->at];
    self->done_bytes += core_access_of(self, cache).bytes;
    self->again = false;
    self->line_came = false;
    self->issue_cycle += cycles;
    self->stats.busy_cycles += cycles;
    if (self->done_bytes < op->bytes)
        return;
    self->done_bytes = 0;
    self->storing = op->kind == CORE_MODIFY && !self->storing;
    if (self->storing)
        return;
    self->at++;
    self->stats.ops[op->kind]++;
    if (op->has_value && op->kind == CORE_LOAD) {
        uint64_t value = 0;
        for (uint32_t i = 0; i < op->bytes; i++)
            value |= (uint64_t)self->load_value[i] << 8 * i;
        self->source->loaded(self->source, value, self->issue_cycle);
    }
}

void core_take_value(struct core *self, const struct cache *cache, const uint8_t *data)
{
    const struct core_op *op = &self->ops[self->at];
    struct core_access access = core_access_of(self, cache);
    if (!op->has_value || op->kind != CORE_LOAD)
        return;
    assert(op->bytes <= sizeof self->load_value);
    if (data)
        memcpy(self->load_value + self->done_bytes, data, access.bytes);
    else
        image_read(self->image, access.address, self->load_value + self->done_bytes, access.bytes);
}

static bool is_device(const struct core *self, uint64_t address)
{
    return self->bus->num_devices && bus_device_at(self->bus, address);
}

static void refused(struct core *self, enum cache_answer answer)
{
    core_wait_for(self, answer == CACHE_NO_MSHR ? CORE_WAIT_MSHR : CORE_WAIT_WRITE_BACKS);
}

// True if the store buffer forwards the load, or makes it wait.
static bool meet_stores(struct core *self, const struct core_access *access)
{
    const struct core_store *store = core_find_store(self, access->address, access->bytes);
    if (!store || store->device)
        return false;
    uint64_t offset = access->address - store->address;
    if (access->address < store->address || offset + access->bytes > store->bytes) {
        core_wait_for(self, CORE_WAIT_FORWARD);
        return true;
    }
    uint8_t data[sizeof store->value];
    for (uint32_t i = 0; i < sizeof data; i++)
        data[i] = offset + i < sizeof data ? (uint8_t)(store->value >> 8 * (offset + i)) : 0;
    core_take_value(self, self->data, store->has_value ? data : NULL);
    self->stats.forwarded_loads++;
    core_finish_access(self, self->data, self->load_cycles);
    return true;
}

static void load_device(struct core *self, const struct core_access *access)
{
    if (!self->num_stores) {
        self->stats.device_loads++;
        self->loads_device = true;
        cache_pass(self->data, false, access->address, self->device_data, access->bytes,
                   self->issue_cycle);
    }
    core_wait_for(self, CORE_WAIT_DEVICE);
}

static void load(struct core *self, struct cache *cache)
{
    bool fetch = cache == self->instruction;
    struct core_access access = core_access_of(self, cache);
    uint32_t max_misses = fetch || self->ops[self->at].has_value ? 0 : self->params.max_load_misses;
    if (!fetch && self->num_stores && meet_stores(self, &access))
        return;
    if (cache_read_hit(cache, access.line) != CACHE_NO_SLOT) {
        cache->stats.reads += !self->again;
        core_take_value(self, cache, NULL);
        core_finish_access(self, cache,
                           fetch ? cache->params.hit_latency_cycles : self->load_cycles);
        return;
    }
    if (!fetch && is_device(self, access.address)) {
        load_device(self, &access);
        return;
    }
    if (max_misses && self->num_load_lines >= max_misses) {
        core_wait_for(self, CORE_WAIT_LOAD_MISSES);
        return;
    }
    enum cache_answer answer = cache_read_miss(cache, access.line, self->again, self->issue_cycle);
    self->again = true;
    if (answer != CACHE_PENDING) {
        refused(self, answer);
    } else if (max_misses) {
        self->load_lines[self->num_load_lines++] = access.line;
        core_finish_access(self, cache, 1);
    } else {
        self->wait_line = access.line;
        core_wait_for(self, fetch ? CORE_WAIT_FETCH : CORE_WAIT_LOAD);
    }
}

static struct core_store store_of(const struct core *self, const struct core_access *access)
{
    const struct core_op *op = &self->ops[self->at];
    return (struct core_store){.address = access->address,
                               .value = op->has_value ? op->value >> 8 * self->done_bytes : 0,
                               .bytes = access->bytes,
                               .has_value = op->has_value,
                               .device = is_device(self, access->address)};
}

// A store without a store buffer.
static void store_now(struct core *self, const struct core_access *access,
                      const struct core_store *store)
{
    if (store->device) {
        core_store_to_device(self, store, self->issue_cycle);
        core_wait_for(self, CORE_WAIT_DEVICE);
        return;
    }
    if (cache_write_hit(self->data, access->line)) {
        self->data->stats.writes += !self->again;
        core_write_image(self, store);
        core_finish_access(self, self->data, self->line_came ? 0 : self->store_cycles);
        return;
    }
    enum cache_answer answer =
        cache_write_miss(self->data, access->line, self->again, self->issue_cycle);
    self->again = true;
    if (answer != CACHE_PENDING) {
        refused(self, answer);
        return;
    }
    self->wait_line = access->line;
    core_wait_for(self, CORE_WAIT_STORE);
}

static void store(struct core *self)
{
    struct core_access access = core_access_of(self, self->data);
    struct core_store store = store_of(self, &access);
    if (!self->params.store_buffer_entries) {
        store_now(self, &access, &store);
    } else if (self->num_stores == self->params.store_buffer_entries) {
        core_wait_for(self, CORE_WAIT_STORE_BUFFER);
    } else if (!self->num_stores && !store.device && cache_write_hit(self->data, access.line)) {
        self->data->stats.writes++;
        core_write_image(self, &store);
        core_finish_access(self, self->data, self->store_cycles);
    } else {
        core_push_store(self, &store, self->issue_cycle);
        core_finish_access(self, self->data, self->store_cycles);
    }
}

// --- operations ---------------------------------------------------------------------------------

// An operation without accesses, or without a cache for them, that takes so many cycles.
static void pass_cycles(struct core *self, uint64_t cycles)
{
    self->issue_cycle += cycles;
    self->stats.ops[self->ops[self->at++].kind]++;
}

// Begins an operation, or goes on with it, in cycle issue_cycle.
void core_step(struct core *self)
{
    if (!core_find_operation(self))
        return;
    const struct core_op *op = &self->ops[self->at];
    switch ((enum core_op_kind)op->kind) {
    case CORE_COMPUTE:
        self->stats.compute_cycles += op->address;
        pass_cycles(self, op->address);
        break;
    case CORE_FENCE:
        if (!core_all_is_done(self)) {
            core_wait_for(self, CORE_WAIT_FENCE);
            return;
        }
        self->stats.busy_cycles++;
        pass_cycles(self, 1);
        break;
    case CORE_FETCH:
        if (self->instruction) {
            load(self, self->instruction);
        } else {
            self->stats.busy_cycles++;
            pass_cycles(self, 1);
        }
        break;
    case CORE_STORE:
        store(self);
        break;
    default:
        if (self->storing)
            store(self);
        else
            load(self, self->data);
    }
}
