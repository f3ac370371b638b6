// SPDX-License-Identifier: Apache-2.0
// The bus of a node: split transactions between masters (caches, DMA), the memory side (L2 and
// memory) and devices; every address phase is snooped by all private caches. model/mem_req.h tells
// how to be a master or a device.
//
// Timing: bus cycles begin at multiples of clock_divisor node cycles. A request that is ready at or
// before such a cycle may be granted in it, one at a time; its address phase takes address_cycles
// bus cycles, and at its end all copies are snooped at once: this is where the request takes its
// place in the order of coherence. From then on
//   read that a dirty cache answers   data ready intervention_cycles later
//   read that L2 answers              data ready when L2 has it
//   read of memory                    data ready when the memory (and L2, which fills) has it
//   read of a device                  data ready device latency later
//   write, write-back                 data ready at once
//   upgrade                           done at once, without data
// Ready data takes the data bus at the next bus cycle in which it is free, the earliest ready
// first, then in order of grant, for ceil(bytes / width_bytes) bus cycles; with the last of them a
// read, and a write to memory, is done; a write to a device after the device's latency.
//
// Not granted is a request: to a line on which a transaction is under way (so no request meets
// another half-way); when max_outstanding are under way; when the memory side might have no room
// for what it entails. Others go first meanwhile.
// Arbitration: round-robin, or by fixed priority, master 0 first.
//
// Coherent: private data caches (MESI), L2, memory, and MEM_READ and MEM_WRITE of any master. A
// dirty line that another cache reads goes to the memory side in passing, and both keep it shared.
// Not coherent: instruction caches, which are not snooped; they keep old lines until they are
// evicted.
// Owner: the node; masters and devices belong to who added them.
// Source: Culler, Singh and Gupta, "Parallel Computer Architecture", 1999, section 6.4 (a bus of
// split transactions that holds requests for lines with a transaction under way); Papamarcos and
// Patel, "A low-overhead coherence solution for multiprocessors with private cache memories", ISCA
// 1984 (MESI).
#ifndef ORDITO_MODEL_NODE_BUS_H
#define ORDITO_MODEL_NODE_BUS_H

#include "model/activity.h"
#include "model/mem_req.h"
#include "sim/err.h"

enum {
    BUS_MAX_MASTERS = 64,
    BUS_MAX_DEVICES = 16,
    BUS_MAX_OUTSTANDING = 64,
    BUS_MAX_CACHES = 16 // that are snooped
};

enum bus_arbitration { BUS_ROUND_ROBIN, BUS_FIXED_PRIORITY, BUS_NUM_ARBITRATIONS };

extern const char *const bus_arbitration_names[BUS_NUM_ARBITRATIONS];

struct bus_params {
    uint32_t clock_divisor;       // 1..64 node cycles
    uint32_t width_bytes;         // a power of two, 1..256
    uint32_t address_cycles;      // 1..64 bus cycles
    uint32_t max_outstanding;     // 1..BUS_MAX_OUTSTANDING
    uint32_t intervention_cycles; // 0..1000 node cycles from snoop to data of a dirty cache
    enum bus_arbitration arbitration;
    uint32_t line_bytes; // that of the private caches: the node sets it
};

struct bus_stats {
    uint64_t address_busy_cycles; // sums of those of the masters
    uint64_t data_busy_cycles;
    uint64_t transactions;
    uint64_t interventions; // reads that a dirty cache answered
    uint64_t invalidations; // of copies in caches, by snoops
};

// What a transaction waits for.
enum bus_phase {
    BUS_IN_ADDRESS, // the end of its address phase
    BUS_IN_MEMORY,  // the memory side, which says when
    BUS_IN_DEVICE,  // ready_cycle, when the device acts
    BUS_FOR_DATA,   // the data bus, from ready_cycle on
    BUS_IN_DATA     // the end of its data phase
};

struct bus_transaction {
    struct mem_req req;
    struct mem_master *master;
    struct mem_device *device; // NULL: memory
    enum bus_phase phase;
    uint64_t line;        // address / line_bytes
    uint64_t serial;      // 0, 1, ... in order of grant
    uint64_t ready_cycle; // see the phases
    uint64_t asked_cycle; // from which on a cache, the memory or a device has been at work for it
    bool merges;          // a partial write that takes the rest from a dirty line
};

// Somebody who waits for a write to memory by a device or another master of MEM_WRITE, as hardware
// with MONITOR and MWAIT instructions lets a core do.
struct bus_monitor {
    uint64_t address, bytes;
    void (*written)(struct bus_monitor *self, uint64_t cycle); // the write has taken effect
    struct bus_monitor *next;
};

struct cache;
struct image;
struct line_watch;
struct memory_side;

struct bus {
    uint64_t next_cycle; // of the next event; MEM_NEVER if there is none
    struct bus_params params;
    uint32_t num_masters, num_devices, num_caches, num_active;
    uint32_t last_granted;               // master, for round-robin
    uint64_t address_end_cycle;          // MEM_NEVER: no address phase under way
    uint64_t data_end_cycle;             // MEM_NEVER: no data phase under way
    uint64_t num_granted;                // transactions so far
    uint32_t address_slot, data_slot;    // of the transactions in these phases
    uint8_t active[BUS_MAX_OUTSTANDING]; // slots that are in use, then those that are not
    struct bus_transaction slots[BUS_MAX_OUTSTANDING];
    struct mem_master *masters[BUS_MAX_MASTERS];
    struct mem_device *devices[BUS_MAX_DEVICES];
    struct cache *caches[BUS_MAX_CACHES]; // that are snooped
    struct memory_side *memory;
    struct image *image;
    struct line_watch *watch;     // NULL: none
    struct bus_monitor *monitors; // a list
    uint64_t drop_snoop; // for tests: of the snoops that matter so many from now, one is lost
    struct bus_stats stats;
    struct activity_port activity; // its phases are told there
};

bool bus_params_check(const struct bus_params *params, const char *key, struct err *err);

// A bus without masters over this memory side.
void bus_init(struct bus *self, const struct bus_params *params, struct memory_side *memory,
              struct image *image, struct line_watch *watch);

// Joins the bus, before the first cycle. ERR_CONFIG if it has no place left, or if the device's
// range overlaps another's.
bool bus_add_master(struct bus *self, struct mem_master *master, struct err *err);
bool bus_add_device(struct bus *self, struct mem_device *device, struct err *err);
bool bus_add_cache(struct bus *self, struct cache *cache, struct err *err);

// Joins at any time; stays in place.
void bus_add_monitor(struct bus *self, struct bus_monitor *monitor);

// What happens in cycle next_cycle, after which next_cycle is a later one.
void bus_run(struct bus *self, uint64_t cycle);

// From the memory side: it has the data of the transaction in a slot, from this cycle on; and it
// has room again.
void bus_memory_ready(struct bus *self, uint32_t slot, uint64_t cycle);
void bus_memory_has_room(struct bus *self, uint64_t cycle);

// The device at an address, or NULL: memory, or nothing.
struct mem_device *bus_device_at(const struct bus *self, uint64_t address);

// The next bus cycle at or after a cycle.
static inline uint64_t bus_edge(const struct bus *self, uint64_t cycle)
{
    uint32_t divisor = self->params.clock_divisor;
    return divisor == 1 ? cycle : (cycle + divisor - 1) / divisor * divisor;
}

#endif
