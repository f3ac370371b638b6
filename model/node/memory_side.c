// SPDX-License-Identifier: Apache-2.0
#include "model/node/memory_side.h"

#include "model/node/bus.h"
#include "sim/limits.h"

#include <stdlib.h>
#include <string.h>

// Tags of memory reads: slots of the bus, then MSHRs.
enum { FIRST_MSHR_TAG = BUS_MAX_OUTSTANDING };

bool l2_params_check(const struct l2_params *params, uint32_t line_bytes, const char *key,
                     struct err *err)
{
    const struct limits rows[] = {
        {"line_bytes", params->geometry.line_bytes, line_bytes,
         (uint64_t)L2_MAX_SECTORS * line_bytes, true},
        {"hit_latency_cycles", params->hit_latency_cycles, 1, 1000, false},
        {"mshrs", params->mshrs, 1, L2_MAX_MSHRS, false},
    };
    return !params->enabled || (limits_check(rows, sizeof rows / sizeof *rows, key, err) &&
                                cache_geometry_check(&params->geometry, key, err));
}

// --- versions -----------------------------------------------------------------------------------

static uint32_t sector(const struct memory_side *self, uint64_t line)
{
    return (uint32_t)(line % self->num_sectors);
}

// Of a slot of L2, or of MSHR i as slot num_slots + i.
static uint64_t *versions(const struct memory_side *self, uint32_t slot)
{
    return self->versions + (size_t)slot * self->num_sectors;
}

// Between L2 and the memory; sectors beyond what is watched are left alone.
static void copy_from_memory(struct memory_side *self, uint32_t slot, uint64_t l2_line)
{
    uint64_t first = l2_line * self->num_sectors;
    for (uint32_t i = 0; self->watch && i < self->num_sectors; i++)
        versions(self, slot)[i] =
            first + i < self->watch->num_lines ? self->watch->memory[first + i] : 0;
}

static void copy_to_memory(struct memory_side *self, uint32_t slot, uint64_t l2_line)
{
    uint64_t first = l2_line * self->num_sectors;
    for (uint32_t i = 0; self->watch && i < self->num_sectors; i++)
        if (first + i < self->watch->num_lines)
            self->watch->memory[first + i] = versions(self, slot)[i];
}

// --- L2 -----------------------------------------------------------------------------------------

static uint64_t l2_line_of(const struct memory_side *self, uint64_t address)
{
    return cache_sets_line(&self->sets, address);
}

static uint32_t find_mshr(const struct memory_side *self, uint64_t l2_line)
{
    for (uint32_t i = 0; self->num_mshrs && i < self->l2.mshrs; i++)
        if (self->mshrs[i].line == l2_line)
            return i;
    return UINT32_MAX;
}

uint64_t memory_side_version(const struct memory_side *self, uint64_t line)
{
    if (self->l2.enabled) {
        uint64_t l2_line = line / self->num_sectors;
        uint32_t slot = cache_sets_find(&self->sets, l2_line);
        uint32_t mshr = find_mshr(self, l2_line);
        if (slot != CACHE_NO_SLOT)
            return versions(self, slot)[sector(self, line)];
        if (mshr != UINT32_MAX)
            return versions(self, self->sets.num_slots + mshr)[sector(self, line)];
    }
    return self->watch->memory[line];
}

static void write_l2_line(struct memory_side *self, uint32_t slot, uint64_t l2_line, uint64_t cycle)
{
    copy_to_memory(self, slot, l2_line);
    mem_push(&self->mem, true, l2_line << self->sets.line_shift, self->l2.geometry.line_bytes, 0,
             cycle);
}

// A line has come from the memory.
static void fill(struct memory_side *self, struct l2_mshr *mshr, uint64_t cycle)
{
    uint32_t slot = cache_sets_victim(&self->sets, mshr->line);
    uint32_t pseudo_slot = self->sets.num_slots + (uint32_t)(mshr - self->mshrs);
    uint64_t victim = self->sets.lines[slot];
    self->pending_writes--;
    if (victim != CACHE_NO_LINE) {
        self->stats.evictions++;
        self->stats.dirty_evictions += self->dirty[slot];
        if (self->dirty[slot])
            write_l2_line(self, slot, victim, cycle);
    }
    cache_sets_put(&self->sets, slot, mshr->line);
    self->dirty[slot] = mshr->dirty;
    if (self->watch)
        memcpy(versions(self, slot), versions(self, pseudo_slot),
               self->num_sectors * sizeof *self->versions);
    mshr->line = CACHE_NO_LINE;
    self->num_mshrs--;
    for (uint64_t waiting = mshr->waiting; waiting; waiting &= waiting - 1)
        bus_memory_ready(self->bus, (uint32_t)__builtin_ctzll(waiting), cycle);
}

static void mem_done(void *context, bool write, uint32_t tag, uint64_t cycle)
{
    struct memory_side *self = context;
    if (!write && tag >= FIRST_MSHR_TAG)
        fill(self, &self->mshrs[tag - FIRST_MSHR_TAG], cycle);
    else if (!write)
        bus_memory_ready(self->bus, tag, cycle);
    bus_memory_has_room(self->bus, cycle);
}

static void miss(struct memory_side *self, const struct mem_req *req, uint32_t slot, uint64_t cycle)
{
    uint64_t l2_line = l2_line_of(self, req->address);
    uint32_t i = find_mshr(self, l2_line);
    if (i != UINT32_MAX) {
        self->mshrs[i].waiting |= 1ULL << slot;
        self->stats.merged_misses++;
    } else if (req->kind == MEM_READ) {
        mem_push(&self->mem, false, req->address, req->bytes, slot, cycle);
    } else {
        for (i = 0; self->mshrs[i].line != CACHE_NO_LINE;)
            i++;
        assert(i < self->l2.mshrs);
        self->mshrs[i] = (struct l2_mshr){.line = l2_line, .waiting = 1ULL << slot};
        self->num_mshrs++;
        self->pending_writes++; // of what it may evict
        copy_from_memory(self, self->sets.num_slots + i, l2_line);
        mem_push(&self->mem, false, l2_line << self->sets.line_shift, self->l2.geometry.line_bytes,
                 FIRST_MSHR_TAG + i, cycle);
    }
}

void memory_side_read(struct memory_side *self, const struct mem_req *req, uint32_t slot,
                      uint64_t cycle)
{
    if (!self->l2.enabled) {
        mem_push(&self->mem, false, req->address, req->bytes, slot, cycle);
        return;
    }
    bool dma = req->kind == MEM_READ;
    bool hit = cache_sets_use(&self->sets, l2_line_of(self, req->address)) != CACHE_NO_SLOT;
    *(dma ? &self->stats.dma_reads : &self->stats.reads) += 1;
    *(dma ? &self->stats.dma_read_misses : &self->stats.read_misses) += !hit;
    cycle += self->l2.hit_latency_cycles;
    if (hit)
        bus_memory_ready(self->bus, slot, cycle);
    else
        miss(self, req, slot, cycle);
}

// True if L2 takes the write. Otherwise L2 has no copy, and *merged is set if a dirty one went to
// memory with the write.
static bool write_l2(struct memory_side *self, const struct mem_req *req, bool *merged,
                     uint64_t cycle)
{
    uint64_t l2_line = l2_line_of(self, req->address);
    uint64_t line = req->address / self->line_bytes;
    bool dma = req->kind == MEM_WRITE;
    *(dma ? &self->stats.dma_writes : &self->stats.write_backs) += 1;
    uint32_t mshr = find_mshr(self, l2_line);
    if (mshr != UINT32_MAX) {
        self->mshrs[mshr].dirty = true;
        if (self->watch)
            versions(self, self->sets.num_slots + mshr)[sector(self, line)] = req->version;
        return true;
    }
    uint32_t slot =
        dma ? cache_sets_find(&self->sets, l2_line) : cache_sets_use(&self->sets, l2_line);
    self->stats.write_back_misses += !dma && slot == CACHE_NO_SLOT;
    if (slot == CACHE_NO_SLOT)
        return false;
    if (self->watch)
        versions(self, slot)[sector(self, line)] = req->version;
    if (!dma) {
        self->dirty[slot] = true;
        return true;
    }
    self->stats.dma_invalidations++;
    *merged = self->dirty[slot] && req->bytes < self->l2.geometry.line_bytes;
    if (*merged)
        write_l2_line(self, slot, l2_line, cycle);
    cache_sets_invalidate(&self->sets, slot);
    return false;
}

void memory_side_write(struct memory_side *self, const struct mem_req *req, uint64_t cycle)
{
    bool merged = false;
    if ((self->l2.enabled && write_l2(self, req, &merged, cycle)) || merged)
        return;
    if (self->watch)
        self->watch->memory[req->address / self->line_bytes] = req->version;
    mem_push(&self->mem, true, req->address, req->bytes, 0, cycle);
}

bool memory_side_has_room(const struct memory_side *self, enum mem_req_kind kind)
{
    if (mem_free_writes(&self->mem) <= self->pending_writes)
        return false;
    if (kind == MEM_WRITE || kind == MEM_WRITE_BACK)
        return true;
    return mem_free_reads(&self->mem) && (!self->l2.enabled || self->num_mshrs < self->l2.mshrs);
}

bool memory_side_make(struct memory_side *self, const struct mem_params *mem,
                      const struct l2_params *l2, struct bus *bus, uint32_t line_bytes,
                      struct line_watch *watch, uint64_t seed, uint64_t instance)
{
    *self = (struct memory_side){
        .bus = bus, .watch = watch, .line_bytes = line_bytes, .l2 = *l2, .num_sectors = 1};
    mem_init(&self->mem, mem, mem_done, self);
    if (!l2->enabled)
        return true;
    self->num_sectors = l2->geometry.line_bytes / line_bytes;
    for (uint32_t i = 0; i < L2_MAX_MSHRS; i++)
        self->mshrs[i].line = CACHE_NO_LINE;
    if (!cache_sets_make(&self->sets, &l2->geometry, seed, instance))
        return false;
    size_t num_versions = (size_t)(self->sets.num_slots + l2->mshrs) * self->num_sectors;
    self->dirty = calloc(self->sets.num_slots, sizeof *self->dirty);
    self->versions = watch ? calloc(num_versions, sizeof *self->versions) : NULL;
    return self->dirty && (self->versions || !watch);
}

void memory_side_free(struct memory_side *self)
{
    if (self->l2.enabled)
        cache_sets_free(&self->sets);
    free(self->dirty);
    free(self->versions);
    *self = (struct memory_side){0};
}

uint64_t memory_side_bytes(const struct l2_params *l2)
{
    const struct cache_geometry *geometry = &l2->geometry;
    return l2->enabled ? cache_sets_bytes(geometry) + geometry->size_bytes / geometry->line_bytes
                       : 0;
}
