// SPDX-License-Identifier: Apache-2.0
// The tag array of a set-associative cache, with its replacement policy: which lines are present,
// and which one of a set goes when another comes. It knows nothing of time, of data or of the
// states of lines; who uses it keeps those in arrays of its own, by slot.
//
// A line is named by its number, address >> line_shift. A present line stays in its slot (set *
// ways + way) until it is evicted or invalidated. Lines fill invalid ways first, the lowest first.
//   lru        the line whose last use is the longest ago
//   tree-plru  the leaf that a binary tree's bits lead to, which each use turns away from itself
//   fifo       the line that was filled first; uses do not count
//   random     any, by a seeded stream
// Timing: a hit on the line of a set that was used last costs a few instructions under any policy;
// any other looks through the ways of the set.
// Owner: memory is taken once, by cache_sets_make; cache_sets_free releases it.
// Source: Hennessy and Patterson, "Computer Architecture", 6th ed., B.1; tree-PLRU: Al-Zoubi,
// Milenkovic and Milenkovic, "Performance evaluation of cache replacement policies", ACMSE 2004.
#ifndef ORDITO_MODEL_NODE_CACHE_SETS_H
#define ORDITO_MODEL_NODE_CACHE_SETS_H

#include "sim/err.h"
#include "sim/rng.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    CACHE_MIN_LINE_BYTES = 8,
    CACHE_MAX_LINE_BYTES = 4096,
    CACHE_MAX_WAYS = 1024,
    CACHE_MAX_TREE_WAYS = 64, // of tree-PLRU
    CACHE_MAX_LINES = 1 << 26
};

#define CACHE_NO_LINE UINT64_MAX // a number that no line has
#define CACHE_NO_SLOT UINT32_MAX

enum cache_replacement {
    CACHE_LRU,
    CACHE_TREE_PLRU,
    CACHE_FIFO,
    CACHE_RANDOM,
    CACHE_NUM_REPLACEMENTS
};

extern const char *const cache_replacement_names[CACHE_NUM_REPLACEMENTS]; // "tree-plru"

struct cache_geometry {
    uint64_t size_bytes; // ways * line_bytes * a power of two of sets
    uint32_t line_bytes; // a power of two, CACHE_MIN_LINE_BYTES..CACHE_MAX_LINE_BYTES
    uint32_t ways;       // 1..CACHE_MAX_WAYS; tree-plru: a power of two, 1..CACHE_MAX_TREE_WAYS
    enum cache_replacement replacement;
};

struct cache_sets {
    uint32_t line_shift; // line = address >> line_shift
    uint32_t ways;       // of a set
    uint32_t num_slots;  // sets * ways
    enum cache_replacement replacement;
    uint64_t set_mask; // set = line & set_mask
    uint64_t clock;    // uses and fills so far that have a stamp
    uint64_t *lines;   // [num_slots]: CACHE_NO_LINE if invalid
    uint64_t *stamps;  // [num_slots]: `clock` at the last use (lru) or at the fill (fifo)
    uint64_t
        *trees; // [sets] (tree-plru): bit n says where node n leads, 0 left; node 1 is the root
    uint32_t *recent; // [sets]: the slot that was used last
    struct rng rng;   // (random)
};

// Refuses a geometry; `key` is the configuration's name of the cache ("nodes.l1d").
bool cache_geometry_check(const struct cache_geometry *geometry, const char *key, struct err *err);

// An empty array of a geometry that is good. (seed, instance) name the stream of `random`. False if
// out of memory.
bool cache_sets_make(struct cache_sets *self, const struct cache_geometry *geometry, uint64_t seed,
                     uint64_t instance);
void cache_sets_free(struct cache_sets *self);
uint64_t cache_sets_bytes(const struct cache_geometry *geometry);

static inline uint64_t cache_sets_line(const struct cache_sets *self, uint64_t address)
{
    return address >> self->line_shift;
}

// The slot of a line, or CACHE_NO_SLOT; not a use.
uint32_t cache_sets_find(const struct cache_sets *self, uint64_t line);

// What cache_sets_use does where the line is not the last used of its set.
uint32_t cache_sets_use_other(struct cache_sets *self, uint64_t line);

// Looks a line up and, if it is there, uses it. Returns its slot, or CACHE_NO_SLOT.
static inline uint32_t cache_sets_use(struct cache_sets *self, uint64_t line)
{
    // The last used line of a set is so already, in every policy.
    uint32_t slot = self->recent[line & self->set_mask];
    return self->lines[slot] == line ? slot : cache_sets_use_other(self, line);
}

// The slot that a fill with this line would take; what is there, if anything, is to be evicted.
// `random` draws: ask once a fill, and hand the slot to cache_sets_put.
uint32_t cache_sets_victim(struct cache_sets *self, uint64_t line);

// Puts a line that is not there into a slot of its set, which counts as its first use. Returns the
// line that was in the slot, or CACHE_NO_LINE.
uint64_t cache_sets_put(struct cache_sets *self, uint32_t slot, uint64_t line);

// Makes a slot invalid. Uses of the other lines keep their order.
static inline void cache_sets_invalidate(struct cache_sets *self, uint32_t slot)
{
    self->lines[slot] = CACHE_NO_LINE;
}

// Uses a line, filling it if it is not there: true if it was. For caches that only count.
static inline bool cache_sets_access(struct cache_sets *self, uint64_t line)
{
    if (cache_sets_use(self, line) != CACHE_NO_SLOT)
        return true;
    cache_sets_put(self, cache_sets_victim(self, line), line);
    return false;
}

#endif
