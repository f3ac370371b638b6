// SPDX-License-Identifier: Apache-2.0
// Main memory of a node: one channel of DRAM with banks and row buffers, behind a controller with a
// read and a write queue of bounded length. Rows stay open until another of the bank is wanted.
//
// Timing: a request that arrives in cycle a may be served from a + controller_latency memory cycles
// on. In each memory cycle the controller gives one command, the first of these that can be given:
//   - a column access to an open row, the oldest request first (row hits go before others), once
//     the row is open and the data bus is free when the data comes;
//   - the opening of the row that the oldest request of a bank wants, closing the one that is open
//     if no request in the queues wants it any more, or max_bypasses of those that do have gone
//     before.
// Data of reads comes t_cl after the column access, of writes t_cwl, and takes burst_cycles for
// each burst_bytes; with its end the request is done and its place in the queue free. So an idle
// memory serves a read of one burst in
//   row hit       t_cl + burst        row closed    t_rcd + t_cl + burst
//   row conflict  t_rp + t_rcd + t_cl + burst       (in memory cycles, controller_latency before)
// Requests to the same line are served in order. A refresh comes every t_refi cycles: rows
// that are open are closed, which takes t_rp, and all banks are held for t_rfc from then on.
// Bounds: addresses are shared out as row, bank, column from the highest bit down.
// Leaves out: ranks and channels, bank groups, t_faw, t_rrd, turn-round of the data bus.
// Source: Rixner et al., "Memory access scheduling", ISCA 2000 (first ready, first come first
// served); JEDEC JESD79-4 (DDR4) for the parameters.
#ifndef ORDITO_MODEL_NODE_MEM_H
#define ORDITO_MODEL_NODE_MEM_H

#include "model/mem_req.h"
#include "sim/err.h"

enum { MEM_MAX_BANKS = 256, MEM_MAX_ENTRIES = 64 };

struct mem_params {
    uint64_t size_bytes;    // addresses 0..size_bytes-1 are memory; 0: all addresses are
    uint32_t clock_divisor; // node cycles of a memory cycle, 1..64
    uint32_t banks;         // a power of two, 1..MEM_MAX_BANKS
    uint32_t row_bytes;     // a power of two, 256..2^20
    uint32_t burst_bytes;   // a power of two, 8..256
    uint32_t read_entries;  // 1..MEM_MAX_ENTRIES
    uint32_t write_entries; // 1..MEM_MAX_ENTRIES
    uint32_t max_bypasses;  // 0..1000 row hits in a row before an older request of the bank
    // Memory cycles, 0..1000 each if nothing else is said.
    uint32_t controller_latency_cycles;
    uint32_t burst_cycles;  // 1..64
    uint32_t t_cl_cycles;   // column access to first data, reads; at least 1
    uint32_t t_cwl_cycles;  // the same, writes; at least 1
    uint32_t t_rcd_cycles;  // row opened to column access; at least 1
    uint32_t t_rp_cycles;   // row closed to the next opened
    uint32_t t_ras_cycles;  // row opened to closed
    uint32_t t_rtp_cycles;  // last column access of a read to row closed
    uint32_t t_wr_cycles;   // end of written data to row closed
    uint32_t t_refi_cycles; // between refreshes, 0..10^6; 0: none
    uint32_t t_rfc_cycles;  // of a refresh, less than t_refi
};

// DDR4-2400 with a latency of 17-17-17: a channel of 64 bits, eight chips of 8 Gbit by 8; a memory
// cycle is 1 / 1.2 GHz.
extern const struct mem_params mem_ddr4_2400;

struct mem_stats {
    uint64_t reads, writes;
    uint64_t read_bytes, write_bytes; // asked for
    uint64_t row_hits, row_closed, row_conflicts;
    uint64_t refreshes;
    uint64_t data_busy_cycles;    // node cycles of data on the data bus
    uint64_t read_latency_cycles; // node cycles from arrival to done, all reads together
};

struct mem_entry {
    uint64_t arrival_cycle; // node cycle
    uint64_t start_cycle;   // from which it may be served
    uint64_t row;
    uint32_t bank;
    uint32_t bytes;
    uint32_t tag;
    uint32_t bypasses; // by younger requests of its bank
    bool write;
    bool opened; // its row was opened for it
    bool closed_another;
};

struct mem_bank {
    bool open;
    uint64_t row;
    uint64_t column_cycle; // the next column access may be in this cycle
    uint64_t close_cycle;  // the row may be closed in this cycle
    uint64_t open_cycle;   // a row may be opened in this cycle, if none is open
};

struct mem {
    uint64_t next_cycle;      // of the next event; MEM_NEVER if there is none
    struct mem_params params; // times in node cycles from here on
    void (*done)(void *context, bool write, uint32_t tag, uint64_t cycle);
    void *context;
    uint64_t command_cycle;         // the next command may be given in this cycle
    uint64_t data_free_cycle;       // the data bus is free from this cycle on
    uint64_t refresh_cycle;         // of the next refresh; MEM_NEVER if there is none
    uint32_t num_reads, num_writes; // in the queues or on the data bus
    uint32_t num_waiting;
    uint32_t first_moving, num_moving;
    struct mem_entry waiting[2 * MEM_MAX_ENTRIES]; // oldest first
    struct mem_entry moving[2 * MEM_MAX_ENTRIES];  // on the data bus; start_cycle: end of data
    struct mem_bank banks[MEM_MAX_BANKS];
    struct mem_stats stats;
};

bool mem_params_check(const struct mem_params *params, const char *key, struct err *err);

// `done` is called when a request is done: a read's data is there, an entry is free again.
void mem_init(struct mem *self, const struct mem_params *params,
              void (*done)(void *context, bool write, uint32_t tag, uint64_t cycle), void *context);

static inline bool mem_holds(const struct mem *self, uint64_t address)
{
    return !self->params.size_bytes || address < self->params.size_bytes;
}

static inline uint32_t mem_free_reads(const struct mem *self)
{
    return self->params.read_entries - self->num_reads;
}

static inline uint32_t mem_free_writes(const struct mem *self)
{
    return self->params.write_entries - self->num_writes;
}

// A request that arrives in a cycle (this one or later); its queue must have a free entry. It must
// not cross a row.
void mem_push(struct mem *self, bool write, uint64_t address, uint32_t bytes, uint32_t tag,
              uint64_t cycle);

// What happens in cycle next_cycle, after which next_cycle is a later one.
void mem_run(struct mem *self, uint64_t cycle);

#endif
