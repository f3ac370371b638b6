// SPDX-License-Identifier: Apache-2.0
// References and misses of a first-level instruction cache, a first-level data cache and a shared
// last-level cache, counted by the rules of Valgrind's cachegrind, to the last miss:
//   - all replace the least recently used line, and fill on reads and writes alike;
//   - a modify is one read;
//   - a reference that lies in several lines looks up all of them, and is at most one miss;
//   - on a miss of the first level the last level is looked up for the whole reference;
//   - what is written back never comes to the last level;
//   - a data reference larger than the smallest of the three lines counts as one that large.
//
// Beside these counts, if that is asked for, those of a second last-level cache that does see what
// is written back: stores and modifies make lines of the data cache dirty; when a reference has
// been looked up, each dirty line that it evicted is written, and put there if it is not present.
//
// Of two such caches, what is written can only keep a line from being missed once, or push out
// lines of its set that would have stayed, each at most once. So for W lines that are written and A
// ways of the last level, its misses differ by -W to A * W.
//
// Leaves out: time, and what the last level writes to memory.
// Owner: cachegrind_free releases what cachegrind_make took.
// Source: the chapter on Cachegrind in Valgrind's manual, held against Valgrind 3.19 by
// scripts/compare-cachegrind; stack distances: Mattson et al., "Evaluation techniques for storage
// hierarchies", IBM Systems Journal 9(2), 1970.
#ifndef ORDITO_MODEL_NODE_CACHEGRIND_H
#define ORDITO_MODEL_NODE_CACHEGRIND_H

#include "model/node/cache_sets.h"
#include "traces/mem_ref.h"

#include <stddef.h>

enum cachegrind_access {
    CACHEGRIND_FETCH,
    CACHEGRIND_READ,
    CACHEGRIND_WRITE,
    CACHEGRIND_NUM_ACCESSES
};

struct cachegrind_params {
    struct cache_geometry i1, d1, ll; // their policies are not looked at
    bool write_backs;                 // count those too
};

struct cachegrind_counts {
    uint64_t references[CACHEGRIND_NUM_ACCESSES];
    uint64_t l1_misses[CACHEGRIND_NUM_ACCESSES];
    uint64_t ll_misses[CACHEGRIND_NUM_ACCESSES];
    // With write-backs:
    uint64_t ll_misses_beside[CACHEGRIND_NUM_ACCESSES]; // of the cache that sees them
    uint64_t write_backs;                               // lines of the last level written
    uint64_t write_back_misses;                         // of these, lines that were not there
};

struct cachegrind {
    struct cache_sets i1, d1, ll;
    struct cache_sets beside; // the last level that sees what is written back
    uint8_t *dirty;           // [d1.num_slots]; NULL without write-backs
    uint32_t most_bytes;      // of a data reference
    struct cachegrind_counts counts;
};

// Empty caches. False with ERR_CONFIG for a geometry that cannot be ("--i1", "--d1", "--ll" are its
// names), or ERR_RUN.
bool cachegrind_make(struct cachegrind *self, const struct cachegrind_params *params,
                     struct err *err);
void cachegrind_free(struct cachegrind *self);

// Counts references.
void cachegrind_run(struct cachegrind *self, const struct mem_ref *refs, size_t num);

#endif
