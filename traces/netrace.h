// SPDX-License-Identifier: Apache-2.0
// A Netrace trace: packets of a chip multiprocessor with coherent caches, as a simulator of the
// whole system has sent them, and which of them had to arrive before others could go. Binary,
// little-endian, of version 1.0; files are compressed by bzip2 as a rule, and may be by others.
//
// A packet names its dependents: those that may not be injected before it has been ejected at its
// destination. They come later in the file. Its cycle is the earliest of its injection; cycles do
// not decrease. A trace is cut into regions, which can be read alone: what came before is taken to
// be over, and what comes after is left out.
//
// Bounds: memory is that of the decompressor and, for each id that was named and has not come yet,
// a few bytes. All that can be checked is: sizes and counts of the header against each other and
// against what comes, types, nodes, cycles, and at the end that every dependent has come.
// Errors (ERR_TRACE) name the file, the number of the packet from 0, and the byte at which it
// begins in what was compressed.
// Leaves out: whether ids are unique, which takes a memory of all.
// Source: Hestness, Grot and Keckler, "Netrace: dependency-driven trace-based network-on-chip
// simulation", NoCArc 2010, and the reader of version 1.0.
#ifndef ORDITO_TRACES_NETRACE_H
#define ORDITO_TRACES_NETRACE_H

#include "sim/err.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    NETRACE_MAX_NODES = 255,
    NETRACE_MAX_REGIONS = 100,
    NETRACE_MAX_NOTES_BYTES = 8191,
    NETRACE_MAX_DEPENDENTS = 255,
    NETRACE_NUM_TYPES = 31 // codes of packets' types, of which some mean nothing
};

#define NETRACE_ALL UINT32_MAX // regions

// What a type of packets is called, and its bytes: 8 of header, and 64 of a cache line if it has
// one. Codes that mean nothing have no name.
struct netrace_type {
    const char *name;
    uint32_t bytes;
};

extern const struct netrace_type netrace_types[NETRACE_NUM_TYPES];

// Where packets come from and go to within a node.
enum netrace_agent { NETRACE_L1D, NETRACE_L1I, NETRACE_L2, NETRACE_MEMORY, NETRACE_NUM_AGENTS };
extern const char *const netrace_agent_names[NETRACE_NUM_AGENTS];

struct netrace_region {
    uint64_t offset_bytes; // of its first packet, from the end of the header
    uint64_t num_cycles;
    uint64_t num_packets; // may be 0
};

struct netrace_header {
    char name[31];      // of the benchmark
    uint32_t num_nodes; // 1..NETRACE_MAX_NODES
    uint64_t num_cycles;
    uint64_t num_packets;
    char notes[NETRACE_MAX_NOTES_BYTES + 1];
    uint32_t num_regions; // 0..NETRACE_MAX_REGIONS
    struct netrace_region regions[NETRACE_MAX_REGIONS];
};

struct netrace_packet {
    uint64_t cycle;      // of the whole trace
    uint32_t id;         // unique in the trace
    uint32_t address;    // of a cache line
    uint8_t type;        // of netrace_types, one that has a name
    uint8_t source;      // node
    uint8_t destination; // node
    uint8_t from;        // enum netrace_agent
    uint8_t to;          // likewise
    uint8_t num_dependents;
    uint32_t dependents[NETRACE_MAX_DEPENDENTS]; // ids of packets that come later
    uint32_t depth; // packets of the longest chain of dependencies that leads to it
};

struct netrace;

// Opens a trace, before the first packet of all of it (NETRACE_ALL) or of a region. NULL on
// failure: ERR_TRACE, ERR_CONFIG if there is no such region, or ERR_RUN.
struct netrace *netrace_open(const char *path, uint32_t region, struct err *err);
void netrace_close(struct netrace *self);

const struct netrace_header *netrace_header(const struct netrace *self);

// The first cycle of what is read.
uint64_t netrace_start_cycle(const struct netrace *self);

enum netrace_next { NETRACE_PACKET, NETRACE_END, NETRACE_ERROR };

// The next packet.
enum netrace_next netrace_next(struct netrace *self, struct netrace_packet *packet,
                               struct err *err);

// Refuses the packet that was read last, with ERR_TRACE, for what is said. Always returns false.
bool netrace_refuse(const struct netrace *self, struct err *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Bytes read so far of what was compressed.
uint64_t netrace_offset_bytes(const struct netrace *self);

// True if a file begins like a Netrace trace; never an error.
bool netrace_probe(const char *path);

#endif
