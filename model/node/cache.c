// SPDX-License-Identifier: Apache-2.0
#include "model/node/cache.h"

#include "model/node/core.h"
#include "sim/limits.h"

#include <stdlib.h>

enum { TAG_WRITE_BACK = CACHE_MAX_MSHRS, TAG_PASS }; // after the MSHRs

bool cache_params_check(const struct cache_params *params, const char *key, struct err *err)
{
    const struct limits rows[] = {
        {"hit_latency_cycles", params->hit_latency_cycles, 1, 100, false},
        {"mshrs", params->mshrs, 1, CACHE_MAX_MSHRS, false},
        {"write_back_entries", params->write_back_entries, 1, CACHE_MAX_WRITE_BACKS, false},
    };
    return !params->enabled || (limits_check(rows, sizeof rows / sizeof *rows, key, err) &&
                                cache_geometry_check(&params->geometry, key, err));
}

static uint64_t address_of(const struct cache *self, uint64_t line)
{
    return line << self->sets.line_shift;
}

// --- misses -------------------------------------------------------------------------------------

static bool is_pending(const struct cache *self, uint64_t line)
{
    for (uint32_t i = 0; self->num_pending && i < self->params.mshrs; i++)
        if (self->pending[i] == line)
            return true;
    return false;
}

static enum cache_answer request(struct cache *self, uint64_t line, enum mem_req_kind kind,
                                 bool again, uint64_t cycle)
{
    if (self->num_pending == self->params.mshrs) {
        self->stats.mshr_stalls += !again;
        return CACHE_NO_MSHR;
    }
    if (self->num_pending + self->num_write_backs >= self->params.write_back_entries) {
        self->stats.write_back_stalls += !again;
        return CACHE_NO_WRITE_BACKS;
    }
    uint32_t i = 0;
    while (self->pending[i] != CACHE_NO_LINE)
        i++;
    self->pending[i] = line;
    self->num_pending++;
    mem_master_push(&self->port,
                    &(struct mem_req){.ready_cycle = cycle + self->params.hit_latency_cycles,
                                      .address = address_of(self, line),
                                      .bytes = self->params.geometry.line_bytes,
                                      .kind = kind,
                                      .tag = i});
    return CACHE_PENDING;
}

enum cache_answer cache_read_miss(struct cache *self, uint64_t line, bool again, uint64_t cycle)
{
    self->stats.reads += !again;
    self->stats.read_misses += !again;
    if (is_pending(self, line)) {
        self->stats.merged_misses++;
        return CACHE_PENDING;
    }
    return request(self, line, self->instruction ? MEM_FETCH : MEM_READ_SHARED, again, cycle);
}

enum cache_answer cache_write_miss(struct cache *self, uint64_t line, bool again, uint64_t cycle)
{
    bool shared = cache_has(self, line);
    self->stats.writes += !again;
    self->stats.write_misses += !again && !shared;
    if (is_pending(self, line)) {
        self->stats.merged_misses++;
        return CACHE_PENDING;
    }
    enum cache_answer answer =
        request(self, line, shared ? MEM_UPGRADE : MEM_READ_EXCLUSIVE, again, cycle);
    self->stats.upgrades += shared && answer == CACHE_PENDING;
    return answer;
}

void cache_pass(struct cache *self, bool write, uint64_t address, uint8_t *data, uint32_t bytes,
                uint64_t cycle)
{
    mem_master_push(&self->port, &(struct mem_req){.ready_cycle = cycle + 1,
                                                   .address = address,
                                                   .data = data,
                                                   .bytes = bytes,
                                                   .kind = write ? MEM_WRITE : MEM_READ,
                                                   .tag = TAG_PASS});
}

// --- answers of the bus -------------------------------------------------------------------------

static void fill(struct cache *self, uint64_t line, const struct mem_req *req, uint64_t cycle)
{
    uint32_t slot = cache_sets_victim(&self->sets, line);
    uint64_t victim = self->sets.lines[slot];
    self->stats.evictions += victim != CACHE_NO_LINE;
    if (victim != CACHE_NO_LINE && self->states[slot] == LINE_MODIFIED) {
        self->stats.write_backs++;
        self->num_write_backs++;
        mem_master_push(&self->port,
                        &(struct mem_req){.ready_cycle = cycle + 1,
                                          .address = address_of(self, victim),
                                          .version = self->watch ? self->versions[slot] : 0,
                                          .bytes = req->bytes,
                                          .kind = MEM_WRITE_BACK,
                                          .tag = TAG_WRITE_BACK});
    }
    cache_sets_put(&self->sets, slot, line);
    self->states[slot] = req->kind == MEM_READ_EXCLUSIVE                ? LINE_MODIFIED
                         : req->kind == MEM_READ_SHARED && !req->shared ? LINE_EXCLUSIVE
                                                                        : LINE_SHARED;
    if (self->watch) {
        self->versions[slot] = req->version;
        line_watch_read(self->watch, line, req->version);
    }
    self->stats.fills++;
}

static void line_done(struct cache *self, const struct mem_req *req, uint64_t cycle)
{
    uint64_t line = self->pending[req->tag];
    self->pending[req->tag] = CACHE_NO_LINE;
    self->num_pending--;
    if (req->status == MEM_OK && req->kind == MEM_UPGRADE)
        self->states[cache_sets_find(&self->sets, line)] = LINE_MODIFIED;
    else if (req->status == MEM_OK)
        fill(self, line, req, cycle);
    if (self->core)
        core_line_ready(self->core, self, line, req->status, cycle);
}

static void port_done(struct mem_master *port, const struct mem_req *req, uint64_t cycle)
{
    struct cache *self = (struct cache *)port;
    if (req->tag < TAG_WRITE_BACK) {
        line_done(self, req, cycle);
    } else if (req->tag == TAG_PASS) {
        core_device_done(self->core, req->kind == MEM_WRITE, req->status, cycle);
    } else {
        self->num_write_backs--;
        self->stats.cancelled_write_backs += req->kind == MEM_CANCELLED;
        if (self->core)
            core_cache_room(self->core, cycle);
    }
}

// --- snoops -------------------------------------------------------------------------------------

static bool takes_over(enum mem_req_kind kind)
{
    return kind == MEM_READ_EXCLUSIVE || kind == MEM_UPGRADE || kind == MEM_WRITE;
}

// A dirty line on its way out.
static void snoop_write_backs(struct cache *self, enum mem_req_kind kind, uint64_t line,
                              struct cache_snooped *snooped)
{
    struct mem_master *port = &self->port;
    for (uint32_t i = 0; self->num_write_backs && i < port->num; i++) {
        struct mem_req *req = &port->queue[(port->first + i) % MEM_MASTER_QUEUE];
        if (req->kind != MEM_WRITE_BACK || req->address != address_of(self, line))
            continue;
        snooped->dirty = true;
        snooped->version = req->version;
        if (kind == MEM_READ_SHARED || takes_over(kind)) // it is in other hands now
            req->kind = MEM_CANCELLED;
        return;
    }
}

struct cache_snooped cache_snoop(struct cache *self, enum mem_req_kind kind, uint64_t line)
{
    struct cache_snooped snooped = {0};
    uint32_t slot = cache_sets_find(&self->sets, line);
    if (slot == CACHE_NO_SLOT) {
        snoop_write_backs(self, kind, line, &snooped);
    } else {
        snooped.had = true;
        snooped.dirty = self->states[slot] == LINE_MODIFIED;
        if (snooped.dirty && self->watch)
            snooped.version = self->versions[slot];
        if (takes_over(kind)) {
            snooped.invalidated = true;
            self->stats.snooped_invalidations++;
            self->states[slot] = LINE_INVALID;
            cache_sets_invalidate(&self->sets, slot);
        } else if (kind == MEM_READ_SHARED) {
            self->states[slot] = LINE_SHARED;
        }
    }
    self->stats.snooped_dirty += snooped.dirty;
    return snooped;
}

bool cache_answers(const struct cache *self, enum mem_req_kind kind, uint64_t line)
{
    uint32_t slot = cache_sets_find(&self->sets, line);
    uint8_t least = takes_over(kind)          ? LINE_SHARED
                    : kind == MEM_READ_SHARED ? LINE_EXCLUSIVE
                                              : LINE_MODIFIED;
    return slot != CACHE_NO_SLOT && self->states[slot] >= least;
}

// --- making -------------------------------------------------------------------------------------

bool cache_make(struct cache *self, const struct cache_params *params, bool instruction,
                const char *name, struct core *core, struct line_watch *watch, uint64_t seed,
                uint64_t instance)
{
    *self = (struct cache){.port = {.name = name, .done = port_done},
                           .params = *params,
                           .instruction = instruction,
                           .core = core,
                           .watch = watch};
    for (uint32_t i = 0; i < CACHE_MAX_MSHRS; i++)
        self->pending[i] = CACHE_NO_LINE;
    if (!cache_sets_make(&self->sets, &params->geometry, seed, instance))
        return false;
    self->states = calloc(self->sets.num_slots, sizeof *self->states);
    self->versions = watch ? calloc(self->sets.num_slots, sizeof *self->versions) : NULL;
    return self->states && (self->versions || !watch);
}

void cache_free(struct cache *self)
{
    if (self->sets.lines)
        cache_sets_free(&self->sets);
    free(self->states);
    free(self->versions);
    *self = (struct cache){0};
}

uint64_t cache_bytes(const struct cache_params *params)
{
    const struct cache_geometry *geometry = &params->geometry;
    return cache_sets_bytes(geometry) + geometry->size_bytes / geometry->line_bytes;
}
