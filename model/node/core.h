// SPDX-License-Identifier: Apache-2.0
// A core: executes a stream of operations in order, at most one a cycle, through its caches.
//
// Timing: an operation that is begun in cycle t lets the next begin in
//   compute n           t + n
//   load, fetch, hit    t + hit latency of the cache; loads, if they do not block: t + 1
//   load, fetch, miss   the cycle in which the line comes; loads, if they do not block: t + 1
//   store               t + 1, into the store buffer; without one: hit t + hit latency, miss the
//                       cycle in which the line comes
//   modify              its load's, and then its store's
//   fence               t + 1, once the store buffer is empty and all loads are done, which is
//                       also when a core ends
// Without an instruction cache a fetch takes 1 cycle. What straddles lines is as many accesses, one
// after the other.
//
// Loads do not block if max_load_misses > 0: so many may be on their way while others hit; a load
// whose value the source wants blocks always. The store buffer is in order: a store into an empty
// one tries the cache at once, in its own cycle; each of the others a cycle after the one before
// it. A store that misses holds those behind it until its line comes. Loads pass stores, but for
// those to the same bytes: one store that has all of them forwards them, at the latency of a hit;
// otherwise the load waits for the store. (This is the order known as total store order.)
//
// Accesses of devices are made in order, one at a time; a load from one waits for the store buffer
// to be empty; the core waits for its loads, the store buffer for its stores.
//
// An interrupt is taken between operations, or in the middle of a compute operation, whose rest
// follows after it; while the core waits for an access of an operation, after that. The handler is
// a source like others (its entry cost a compute operation) and is not interrupted itself.
//
// Leaves out: branches, dependences between operations, prefetching, page tables.
// Source: Hennessy and Patterson, "Computer Architecture", 6th ed., 2.3 (nonblocking caches), 5.6.
#ifndef ORDITO_MODEL_NODE_CORE_H
#define ORDITO_MODEL_NODE_CORE_H

#include "model/activity.h"
#include "model/core_op.h"
#include "model/node/cache.h"
#include "sim/err.h"

enum { CORE_MAX_STORES = 64, CORE_MAX_LOAD_MISSES = 16 };

struct core_params {
    uint32_t store_buffer_entries; // 0..CORE_MAX_STORES
    uint32_t max_load_misses;      // 0..CORE_MAX_LOAD_MISSES; 0: loads block
};

// Why a core waits.
#define CORE_WAITS(X)                                                                              \
    X(CORE_WAIT_LOAD, "load")                 /* for the line of a load */                         \
    X(CORE_WAIT_LOAD_MISSES, "load_misses")   /* as many loads as may be are on their way */       \
    X(CORE_WAIT_FETCH, "fetch")               /* for the line of an instruction */                 \
    X(CORE_WAIT_STORE, "store")               /* for the line of a store, without store buffer */  \
    X(CORE_WAIT_STORE_BUFFER, "store_buffer") /* it is full */                                     \
    X(CORE_WAIT_FORWARD, "forward")           /* for a store that has some of a load's bytes */    \
    X(CORE_WAIT_FENCE, "fence")                                                                    \
    X(CORE_WAIT_MSHR, "mshr")               /* all are taken */                                    \
    X(CORE_WAIT_WRITE_BACKS, "write_backs") /* no entry for what a miss may evict */               \
    X(CORE_WAIT_DEVICE, "device")           /* for a device, or for its turn with one */           \
    X(CORE_WAIT_SOURCE, "source")           /* there is nothing to do */

enum core_wait {
#define CORE_WAIT_SYMBOL(symbol, name) symbol,
    CORE_WAITS(CORE_WAIT_SYMBOL)
#undef CORE_WAIT_SYMBOL
        CORE_NUM_WAITS
};

extern const char *const core_wait_names[CORE_NUM_WAITS];

struct core_stats {
    uint64_t ops[CORE_NUM_OPS]; // that the next has followed
    uint64_t compute_cycles;
    uint64_t busy_cycles; // of hits, and of handing on misses and stores
    uint64_t wait_cycles[CORE_NUM_WAITS];
    uint64_t forwarded_loads;
    uint64_t device_loads, device_stores;
    uint64_t errors;     // accesses that nothing answered, or that a device refused
    uint64_t interrupts; // taken
    // When all was done; MEM_NEVER before. Each cycle from 0 to here is one of those above.
    uint64_t ended_cycle;
};

struct core_store {
    uint64_t address;
    uint64_t value;
    uint32_t bytes; // within one line
    bool has_value;
    bool device;
};

struct bus;
struct image;

// Where a core was before an interrupt.
struct core_place {
    struct core_source *source; // NULL: it had ended
    const struct core_op *ops;
    uint32_t at, num;
    uint64_t compute_cycles; // left of the operation before
};

struct core {
    uint64_t next_cycle;  // in which it does something; MEM_NEVER: it waits
    uint64_t issue_cycle; // in which the operation goes on; MEM_NEVER: it waits
    uint64_t drain_cycle; // in which the store buffer tries its first; MEM_NEVER: it waits
    struct core_params params;
    struct cache *data;
    struct cache *instruction; // NULL: none
    const struct bus *bus;     // who knows what are devices
    struct image *image;
    struct core_source *source;  // NULL: it has ended
    struct core_source *handler; // of an interrupt that has come; NULL: none
    bool handling;               // `source` is the handler
    struct core_place interrupted;
    uint32_t load_cycles;  // from a hit to the next operation
    uint32_t store_cycles; // the same
    // The batch, and how far the operation is.
    const struct core_op *ops;
    uint32_t at, num;
    uint32_t done_bytes; // of accesses before, of an operation that straddles lines
    bool storing;        // a modify is at its store
    bool again;          // the access has been begun, and was refused or waited
    bool line_came;      // for a store without store buffer, in this cycle
    enum core_wait wait; // while issue_cycle is MEM_NEVER
    uint64_t wait_since_cycle;
    uint64_t wait_line; // CORE_WAIT_LOAD, CORE_WAIT_FETCH, CORE_WAIT_STORE
    // Stores that are not done, oldest first, and what the first waits for.
    struct core_store stores[CORE_MAX_STORES];
    uint32_t first_store, num_stores;
    bool store_again;
    uint64_t store_line; // that it waits for; CACHE_NO_LINE: none
    bool store_refused;  // for room in the cache
    // Lines of loads that are on their way and do not block.
    uint64_t load_lines[CORE_MAX_LOAD_MISSES];
    uint32_t num_load_lines;
    bool loads_device;  // an access of the device is on its way: a load,
    bool stores_device; // or a store
    uint8_t load_value[8];
    uint8_t store_value[8];                    // of a store to a device
    uint8_t device_data[CACHE_MAX_LINE_BYTES]; // of a load from one
    struct core_stats stats;
    struct activity_port activity; // what it waits for is told there
    uint32_t number;               // of the core in its node
};

bool core_params_check(const struct core_params *params, const char *key, struct err *err);

// `instruction` may be NULL. The caches' `core` is to be set to it.
void core_init(struct core *self, const struct core_params *params, struct cache *data,
               struct cache *instruction, const struct bus *bus, struct image *image);

// Gives it work from a cycle on; it must have ended, or never started.
void core_start(struct core *self, struct core_source *source, uint64_t cycle);

// Interrupts it, in this cycle, with a handler that has operations until it ends. A core that has
// ended begins anew. False if another interrupt is being handled, or has come: ask again when that
// handler has ended.
bool core_interrupt(struct core *self, struct core_source *handler, uint64_t cycle);

// In a handler: the compute operation that it interrupted is not gone on with; returns the cycles
// that were left of it.
uint64_t core_cut(struct core *self);

// The source, which had nothing, has something now.
void core_wake(struct core *self, uint64_t cycle);

// True if the source has ended, and all that it asked for is done.
static inline bool core_ended(const struct core *self)
{
    return self->stats.ended_cycle != MEM_NEVER;
}

// Executes what happens before cycle `limit`, up to which nobody else on the bus does anything that
// the core could notice.
void core_run(struct core *self, uint64_t limit);

// From caches: a line, or nothing in its place if status says so, has come; there is room again for
// a miss; a device has answered.
void core_line_ready(struct core *self, const struct cache *cache, uint64_t line,
                     enum mem_status status, uint64_t cycle);
void core_cache_room(struct core *self, uint64_t cycle);
void core_device_done(struct core *self, bool write, enum mem_status status, uint64_t cycle);

#endif
