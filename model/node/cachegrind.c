// SPDX-License-Identifier: Apache-2.0
#include "model/node/cachegrind.h"

#include <stdlib.h>

enum { MAX_EVICTED = 2 }; // dirty lines, by a data reference, which lies in at most two

// Addresses of a reference, and what it may have evicted.
struct span {
    uint64_t first, last;
    uint64_t evicted[MAX_EVICTED]; // dirty lines of the data cache
    size_t num_evicted;
};

static struct cache_geometry with_lru(struct cache_geometry geometry)
{
    geometry.replacement = CACHE_LRU;
    return geometry;
}

static uint32_t min_line(const struct cachegrind_params *params)
{
    uint32_t least = params->i1.line_bytes;
    least = params->d1.line_bytes < least ? params->d1.line_bytes : least;
    return params->ll.line_bytes < least ? params->ll.line_bytes : least;
}

bool cachegrind_make(struct cachegrind *self, const struct cachegrind_params *params,
                     struct err *err)
{
    *self = (struct cachegrind){0};
    struct cache_geometry i1 = with_lru(params->i1);
    struct cache_geometry d1 = with_lru(params->d1);
    struct cache_geometry ll = with_lru(params->ll);
    if (!cache_geometry_check(&i1, "--i1", err) || !cache_geometry_check(&d1, "--d1", err) ||
        !cache_geometry_check(&ll, "--ll", err))
        return false;
    bool made = cache_sets_make(&self->i1, &i1, 0, 0) && cache_sets_make(&self->d1, &d1, 0, 0) &&
                cache_sets_make(&self->ll, &ll, 0, 0);
    if (made && params->write_backs) {
        self->dirty = calloc(self->d1.num_slots, sizeof *self->dirty);
        made = self->dirty && cache_sets_make(&self->beside, &ll, 0, 0);
    }
    self->most_bytes = min_line(params);
    if (made)
        return true;
    cachegrind_free(self);
    return err_set(err, ERR_RUN, "out of memory for the caches");
}

void cachegrind_free(struct cachegrind *self)
{
    cache_sets_free(&self->i1);
    cache_sets_free(&self->d1);
    cache_sets_free(&self->ll);
    cache_sets_free(&self->beside);
    free(self->dirty);
    *self = (struct cachegrind){0};
}

// Looks up all lines of a reference; true if all are present.
static inline bool look_up(struct cache_sets *sets, uint64_t first, uint64_t last)
{
    uint64_t line = cache_sets_line(sets, first);
    uint64_t last_line = cache_sets_line(sets, last);
    bool hit = cache_sets_access(sets, line);
    while (line != last_line)
        hit &= cache_sets_access(sets, ++line);
    return hit;
}

// The same in the data cache, with its dirty lines.
static bool look_up_dirty(struct cachegrind *self, struct span *span, bool write)
{
    struct cache_sets *d1 = &self->d1;
    uint64_t last_line = cache_sets_line(d1, span->last);
    bool hit = true;
    for (uint64_t line = cache_sets_line(d1, span->first);; line++) {
        uint32_t slot = cache_sets_use(d1, line);
        if (slot == CACHE_NO_SLOT) {
            hit = false;
            slot = cache_sets_victim(d1, line);
            uint64_t evicted = cache_sets_put(d1, slot, line);
            if (self->dirty[slot])
                span->evicted[span->num_evicted++] = evicted;
            self->dirty[slot] = false;
        }
        self->dirty[slot] |= write;
        if (line == last_line)
            return hit;
    }
}

// Writes a line of the data cache to the last level, which may have smaller ones.
static void write_back(struct cachegrind *self, uint64_t d1_line)
{
    uint64_t first = d1_line << self->d1.line_shift;
    uint64_t last = first + (((uint64_t)1 << self->d1.line_shift) - 1);
    uint64_t last_line = cache_sets_line(&self->beside, last);
    for (uint64_t line = cache_sets_line(&self->beside, first); line <= last_line; line++) {
        self->counts.write_backs++;
        self->counts.write_back_misses += !cache_sets_access(&self->beside, line);
    }
}

static inline void refer(struct cachegrind *self, enum cachegrind_access access, bool write,
                         struct span span)
{
    struct cachegrind_counts *counts = &self->counts;
    bool hit;
    counts->references[access]++;
    if (access == CACHEGRIND_FETCH)
        hit = look_up(&self->i1, span.first, span.last);
    else if (!self->dirty)
        hit = look_up(&self->d1, span.first, span.last);
    else
        hit = look_up_dirty(self, &span, write);
    if (hit)
        return;
    counts->l1_misses[access]++;
    counts->ll_misses[access] += !look_up(&self->ll, span.first, span.last);
    if (!self->dirty)
        return;
    counts->ll_misses_beside[access] += !look_up(&self->beside, span.first, span.last);
    for (size_t i = 0; i < span.num_evicted; i++)
        write_back(self, span.evicted[i]);
}

void cachegrind_run(struct cachegrind *self, const struct mem_ref *refs, size_t num)
{
    for (size_t i = 0; i < num; i++) {
        uint64_t size = refs[i].size;
        if (refs[i].kind == MEM_REF_FETCH) {
            refer(self, CACHEGRIND_FETCH, false,
                  (struct span){.first = refs[i].address, .last = refs[i].address + size - 1});
            continue;
        }
        size = size < self->most_bytes ? size : self->most_bytes;
        bool write = refs[i].kind != MEM_REF_LOAD;
        refer(self, refs[i].kind == MEM_REF_STORE ? CACHEGRIND_WRITE : CACHEGRIND_READ, write,
              (struct span){.first = refs[i].address, .last = refs[i].address + size - 1});
    }
}
