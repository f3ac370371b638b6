// SPDX-License-Identifier: Apache-2.0
// What travels on a node's bus, and how to take part in it: as a master (who asks), as a device
// (who answers for a range of addresses), as an agent (who acts at cycles of its own).
//
// A master puts requests into its queue by mem_master_push. The bus takes them in order, each not
// before its `ready_cycle`, and calls `done` in the cycle in which the last byte has come (reads),
// has been handed over (writes to memory: posted) or has been taken (writes to a device). Requests
// of a master are granted in order, but may be done in another, except that
//   - requests to one line are done in the order in which they are granted;
//   - writes to memory are done, and take effect, in the order in which they are granted.
// So a completion record that is pushed after the last write of a payload is seen after it.
// Whatever answers `done` may push again, with a ready_cycle of at least the cycle after.
//
// A request lies within one line of the bus (`line_bytes` of the master, that of the private
// caches); whoever copies more cuts it there. What reads and writes find in memory is the node's
// functional image: a read's data is what it was at the end of its address phase, a write takes
// effect at the end of its data phase, and what touches the same line meanwhile waits. Dirty lines
// of caches, and shared copies, are dealt with by the bus; a master need not know of them.
//
// Timing: cycles are those of the node's clock. What is pushed in cycle t has a ready_cycle > t.
// Owner: whoever has a master keeps it and the data of its requests in place until they are done.
#ifndef ORDITO_MODEL_MEM_REQ_H
#define ORDITO_MODEL_MEM_REQ_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#define MEM_NEVER UINT64_MAX // a cycle that does not come

enum mem_req_kind {
    // For any master: coherent, and leaves nothing in caches.
    MEM_READ,  // memory or a device; a dirty line in a cache gives the data and stays as it is
    MEM_WRITE, // memory or a device; copies in caches go (what a partial write leaves of a dirty
               // line is merged)
    // For private caches, of whole lines of memory.
    MEM_FETCH,          // to execute: as MEM_READ, but L2 takes the line
    MEM_READ_SHARED,    // to read
    MEM_READ_EXCLUSIVE, // to write: all other copies go
    MEM_UPGRADE,        // to write what is shared here: the same without data
    MEM_WRITE_BACK,     // a dirty line goes
    MEM_CANCELLED,      // a write-back that has become needless; done when its turn comes
    MEM_NUM_KINDS
};

enum mem_status {
    MEM_OK,
    MEM_NO_SLAVE, // neither memory nor a device is at the address, or a device where a cache asks
    MEM_DEVICE_ERROR // the device refused
};

struct mem_req {
    uint64_t ready_cycle; // the bus may take it from this cycle on
    uint64_t address;
    uint8_t *data;    // [bytes]: where reads leave, and writes find, the content; NULL: timing only
    uint64_t version; // that travels with the modelled data, for tests of coherence
    uint32_t bytes;   // 1.., within one line
    uint32_t tag;     // the master's own name for it
    enum mem_req_kind kind; //
    enum mem_status status; // when it is done
    bool shared;            // MEM_READ_SHARED, when done: other caches have the line too
};

// Why the head of a master's queue waits, once it is ready.
enum mem_wait {
    MEM_WAIT_ADDRESS,     // for a bus cycle, or while others have their address phases
    MEM_WAIT_LINE,        // a transaction on the same line is under way
    MEM_WAIT_OUTSTANDING, // as many transactions as the bus allows are under way
    MEM_WAIT_MEMORY,      // a queue of the memory, or the L2's MSHRs, are full
    MEM_NUM_WAITS
};

struct mem_master_stats {
    uint64_t requests[MEM_NUM_KINDS];    // granted
    uint64_t bytes;                      // moved in data phases
    uint64_t errors;                     // done with another status than MEM_OK
    uint64_t latency_cycles;             // ready to done, all requests together; the sum of:
    uint64_t queue_cycles;               // ready, behind others of the same queue
    uint64_t wait_cycles[MEM_NUM_WAITS]; // ready, at the head of the queue, not yet granted
    uint64_t address_cycles;             // of its address phases
    uint64_t answer_cycles;    // of caches, memory and devices, until data is ready or taken
    uint64_t data_wait_cycles; // data ready, the data bus not
    uint64_t data_cycles;      // of its data phases
};

enum { MEM_MASTER_QUEUE = 64 }; // requests that wait to be granted; a power of two

struct mem_master {
    // To be set by its owner.
    const char *name;
    void (*done)(struct mem_master *self, const struct mem_req *req, uint64_t cycle);
    // Set by bus_add_master.
    uint64_t *bus_next_cycle; // of the bus's next event
    uint32_t idx;             // of the master on its bus; by fixed priority 0 goes first
    uint32_t line_bytes;      // of the bus
    // The queue.
    uint32_t first, num;
    struct mem_req queue[MEM_MASTER_QUEUE];
    // What the head of the queue waits for, and since when, for the bus.
    enum mem_wait wait;
    uint64_t wait_since_cycle;
    struct mem_master_stats stats;
};

static inline bool mem_master_full(const struct mem_master *self)
{
    return self->num == MEM_MASTER_QUEUE;
}

// Hands a request over to the bus. The queue must have room.
static inline void mem_master_push(struct mem_master *self, const struct mem_req *req)
{
    assert(!mem_master_full(self) && req->bytes > 0);
    if (!self->num++) {
        self->wait = MEM_WAIT_ADDRESS;
        self->wait_since_cycle = req->ready_cycle;
    }
    self->queue[(self->first + self->num - 1) % MEM_MASTER_QUEUE] = *req;
    if (req->ready_cycle < *self->bus_next_cycle)
        *self->bus_next_cycle = req->ready_cycle;
}

// A range of addresses that something else than memory answers for: registers and doorbells, memory
// on a card. Accesses are those of MEM_READ and MEM_WRITE, never cached.
//
// Timing: `read` is called latency_cycles after the end of the address phase, before the data
// phase; `write` latency_cycles after the end of the data phase.
struct mem_device {
    const char *name;
    uint64_t address; // of the first byte; whole lines of the bus
    uint64_t bytes;
    uint32_t latency_cycles;
    // At `offset`, within the range; false if the device refuses (MEM_DEVICE_ERROR).
    bool (*read)(struct mem_device *self, uint64_t offset, uint8_t *data, uint32_t bytes,
                 uint64_t cycle);
    bool (*write)(struct mem_device *self, uint64_t offset, const uint8_t *data, uint32_t bytes,
                  uint64_t cycle);
};

// Something that acts in its own cycles beside cores, bus and memory. `run` is called in cycle
// next_cycle, and sets it to a later one, or to MEM_NEVER. Within a cycle the bus comes first, then
// the memory, then agents in the order in which they were added, then cores; from calls that it
// gets in its own or an earlier turn of the cycle t (`done`, a device's `write`) an agent may set
// next_cycle to t or later.
struct mem_agent {
    uint64_t next_cycle;
    void (*run)(struct mem_agent *self, uint64_t cycle);
};

#endif
