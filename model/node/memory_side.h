// SPDX-License-Identifier: Apache-2.0
// What is behind a node's bus: main memory, and before it, if there is one, an L2 shared by all
// that is on the bus. As every transaction passes it, L2 is coherent without being snooped, and
// need not hold what the private caches hold (neither inclusive nor exclusive).
//
// Timing: L2 answers a hit hit_latency_cycles after the snoop; a miss goes to the memory then, and
// is answered, and filled into L2, when the memory has the line. The line that it evicts, if dirty,
// is written to memory at that time.
//   reads of caches      look L2 up, and fill it
//   reads of DMA         look L2 up, but do not fill it
//   write-backs          into L2 if it has the line, else to memory
//   writes of DMA        to memory; L2's copy goes (what they leave of a dirty one is merged and
//                        goes to memory with them)
// A write to a line that is on its way from the memory is merged with it as it arrives, and leaves
// it dirty.
// Bounds: one miss for each of the MSHRs; more to the same line join it. The bus asks whether there
// is room before it grants, for the most that a transaction can entail: an MSHR, a read, a write.
// Owner: the node; memory is taken by memory_side_make.
#ifndef ORDITO_MODEL_NODE_MEMORY_SIDE_H
#define ORDITO_MODEL_NODE_MEMORY_SIDE_H

#include "model/mem_req.h"
#include "model/node/cache_sets.h"
#include "model/node/line_watch.h"
#include "model/node/mem.h"

enum { L2_MAX_MSHRS = 64, L2_MAX_SECTORS = 64 };

struct l2_params {
    bool enabled;
    struct cache_geometry geometry; // line_bytes: 1..L2_MAX_SECTORS of the bus's lines
    uint32_t hit_latency_cycles;    // 1..1000 node cycles
    uint32_t mshrs;                 // 1..L2_MAX_MSHRS
};

struct l2_stats {
    uint64_t reads, read_misses; // misses that joined others included
    uint64_t merged_misses;      // that joined others
    uint64_t write_backs, write_back_misses;
    uint64_t dma_reads, dma_read_misses;
    uint64_t dma_writes, dma_invalidations;
    uint64_t evictions, dirty_evictions;
};

struct l2_mshr {
    uint64_t line;    // CACHE_NO_LINE: free
    uint64_t waiting; // 1 << slot of the bus
    bool dirty;       // written while on its way
};

struct bus;

struct memory_side {
    struct mem mem;
    struct bus *bus;
    struct line_watch *watch; // NULL: none
    uint32_t line_bytes;      // of the bus
    uint32_t pending_writes;  // entries of the memory's write queue that are spoken for
    struct l2_params l2;
    uint32_t num_sectors; // lines of the bus in one of L2
    uint32_t num_mshrs;   // in use
    struct l2_mshr mshrs[L2_MAX_MSHRS];
    struct cache_sets sets;
    bool *dirty;        // [slots of L2]
    uint64_t *versions; // [(slots + MSHRs) * num_sectors], if there is a watch
    struct l2_stats stats;
};

bool l2_params_check(const struct l2_params *params, uint32_t line_bytes, const char *key,
                     struct err *err);

// False if out of memory.
bool memory_side_make(struct memory_side *self, const struct mem_params *mem,
                      const struct l2_params *l2, struct bus *bus, uint32_t line_bytes,
                      struct line_watch *watch, uint64_t seed, uint64_t instance);
void memory_side_free(struct memory_side *self);
uint64_t memory_side_bytes(const struct l2_params *l2); // taken by memory_side_make

// Whether there is room for what a request of this kind may entail. A write that is granted must be
// announced by adding one to pending_writes.
bool memory_side_has_room(const struct memory_side *self, enum mem_req_kind kind);

// Reads for the transaction in a slot of the bus, which bus_memory_ready answers.
void memory_side_read(struct memory_side *self, const struct mem_req *req, uint32_t slot,
                      uint64_t cycle);

// Takes a write: MEM_WRITE, or MEM_WRITE_BACK also for what a cache gives to another in passing.
void memory_side_write(struct memory_side *self, const struct mem_req *req, uint64_t cycle);

// The version of a line of the bus that a read would find now.
uint64_t memory_side_version(const struct memory_side *self, uint64_t line);

#endif
