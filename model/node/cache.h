// SPDX-License-Identifier: Apache-2.0
// A private first-level cache of a core, for data (kept coherent by MESI) or for instructions (not
// coherent): write-back, write-allocate, with MSHRs for lines that are on their way and entries for
// dirty lines that are on their way out.
//
// Timing: a hit in cycle t is done in t + hit_latency_cycles. A miss puts its request on the bus at
// t + hit_latency_cycles; the line is there, and all that waits for it goes on, in the cycle in
// which the bus delivers it. The line that it replaces is chosen then; if dirty, its write-back is
// ready for the bus one cycle later, in order with the misses that follow.
//   load    M, E, S hit
//   store   M, E hit (and make it M); S asks for an upgrade, which, if the line goes meanwhile,
//           becomes a miss
// A miss to a line that is on its way joins it. A miss is refused while all MSHRs are taken, or
// while there might be no entry for what it evicts. A dirty line on its way out is snooped like one
// that is still there; once another cache, or a whole write of DMA, has taken it over, it need not
// go any more.
//
// Coherent: data caches with each other, L2, memory and DMA. Not coherent: instruction caches; what
// they hold stays as it was when it was fetched.
// Source: Papamarcos and Patel, ISCA 1984 (MESI, there the Illinois protocol); Kroft, "Lockup-free
// instruction fetch/prefetch cache organization", ISCA 1981 (MSHRs).
#ifndef ORDITO_MODEL_NODE_CACHE_H
#define ORDITO_MODEL_NODE_CACHE_H

#include "model/mem_req.h"
#include "model/node/cache_sets.h"
#include "model/node/line_watch.h"

enum { CACHE_MAX_MSHRS = 16, CACHE_MAX_WRITE_BACKS = 32 };

struct cache_params {
    bool enabled; // of a data cache always
    struct cache_geometry geometry;
    uint32_t hit_latency_cycles; // 1..100 node cycles
    uint32_t mshrs;              // 1..CACHE_MAX_MSHRS
    uint32_t write_back_entries; // 1..CACHE_MAX_WRITE_BACKS
};

enum line_state { LINE_INVALID, LINE_SHARED, LINE_EXCLUSIVE, LINE_MODIFIED };

struct cache_stats {
    uint64_t reads, read_misses;   // loads or fetches of a line; misses that joined others included
    uint64_t writes, write_misses; // the same for stores; upgrades are not misses
    uint64_t upgrades;             // stores to shared lines
    uint64_t merged_misses;        // that joined others
    uint64_t mshr_stalls;          // misses that found all MSHRs taken
    uint64_t write_back_stalls;    // misses that found no entry for what they may evict
    uint64_t fills, evictions, write_backs;
    uint64_t cancelled_write_backs;
    uint64_t snooped_invalidations; // lines that others, or DMA, took away
    uint64_t snooped_dirty;         // snoops that found a dirty line
};

enum cache_answer {
    CACHE_HIT,
    CACHE_PENDING,       // core_line_ready will be called
    CACHE_NO_MSHR,       // ask again after core_line_ready or core_cache_room
    CACHE_NO_WRITE_BACKS // the same
};

struct cache_snooped {
    bool had, dirty, invalidated;
    uint64_t version; // of a dirty line
};

struct core;

struct cache {
    struct mem_master port; // the first member
    struct cache_params params;
    bool instruction;
    struct core *core;        // NULL: nobody is told
    struct line_watch *watch; // NULL: none
    struct cache_sets sets;
    uint8_t *states;    // [slots]: enum line_state; LINE_INVALID where `sets` has no line
    uint64_t *versions; // [slots], if there is a watch
    uint64_t pending[CACHE_MAX_MSHRS]; // lines on their way; CACHE_NO_LINE: a free MSHR
    uint32_t num_pending;
    uint32_t num_write_backs; // on their way
    struct cache_stats stats;
};

bool cache_params_check(const struct cache_params *params, const char *key, struct err *err);

// `port` is to be added to a bus. False if out of memory.
bool cache_make(struct cache *self, const struct cache_params *params, bool instruction,
                const char *name, struct core *core, struct line_watch *watch, uint64_t seed,
                uint64_t instance);
void cache_free(struct cache *self);
uint64_t cache_bytes(const struct cache_params *params); // taken by cache_make

// The slot of a line that a load hits, or CACHE_NO_SLOT.
static inline uint32_t cache_read_hit(struct cache *self, uint64_t line)
{
    uint32_t slot = cache_sets_use(&self->sets, line);
    if (self->watch && slot != CACHE_NO_SLOT)
        line_watch_read(self->watch, line, self->versions[slot]);
    return slot;
}

// True if a store hits a line, and is thus done.
static inline bool cache_write_hit(struct cache *self, uint64_t line)
{
    uint32_t slot = cache_sets_use(&self->sets, line);
    if (slot == CACHE_NO_SLOT || self->states[slot] < LINE_EXCLUSIVE)
        return false;
    self->states[slot] = LINE_MODIFIED;
    if (self->watch) {
        line_watch_read(self->watch, line, self->versions[slot]);
        self->versions[slot] = line_watch_write(self->watch, line);
    }
    return true;
}

// Asks for a line that a load, or a store, has not hit. `again`: not the first time for this
// access.
enum cache_answer cache_read_miss(struct cache *self, uint64_t line, bool again, uint64_t cycle);
enum cache_answer cache_write_miss(struct cache *self, uint64_t line, bool again, uint64_t cycle);

// A read or write past the cache, of a device: core_device_done answers.
void cache_pass(struct cache *self, bool write, uint64_t address, uint8_t *data, uint32_t bytes,
                uint64_t cycle);

// From the bus: another master's transaction passes.
struct cache_snooped cache_snoop(struct cache *self, enum mem_req_kind kind, uint64_t line);

// True if a snoop will find a dirty line, or change a state.
bool cache_answers(const struct cache *self, enum mem_req_kind kind, uint64_t line);

static inline bool cache_has(const struct cache *self, uint64_t line)
{
    return cache_sets_find(&self->sets, line) != CACHE_NO_SLOT;
}

#endif
