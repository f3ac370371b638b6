// SPDX-License-Identifier: Apache-2.0
// Netrace traces made for a test, and what Netrace's example simulator prints of a replay.
#ifndef ORDITO_TESTS_NETRACE_FILE_H
#define ORDITO_TESTS_NETRACE_FILE_H

#include "traces/netrace.h"

#include <stddef.h>

enum { NETRACE_FILE_DEPENDENTS = 8 };

struct netrace_file_packet {
    uint64_t cycle;
    uint32_t id;
    uint8_t type, source, destination, agents;
    uint8_t num;
    uint32_t dependents[NETRACE_FILE_DEPENDENTS];
};

struct netrace_file_region {
    uint64_t num_cycles, num_packets;
};

struct netrace_file {
    uint32_t num_nodes;
    const char *notes; // NULL: none
    const struct netrace_file_region *regions;
    uint32_t num_regions;
    const struct netrace_file_packet *packets; // as many as regions have
};

// The bytes of a trace, which the caller frees, and their number.
unsigned char *netrace_file_bytes(const struct netrace_file *file, size_t *num);

// Writes such a trace to a file of the test's folder. Its path is valid until the process ends.
const char *netrace_file_write(const struct netrace_file *file);

// A trace of `num` packets with random dependencies, which are put into packets[num], among so many
// nodes, in one region.
struct netrace_file netrace_file_random(uint64_t seed, uint32_t num_nodes,
                                        struct netrace_file_packet *packets, uint32_t num,
                                        struct netrace_file_region *region);

// A line of the example simulator's log, without its newline, of an event ("Inject", "Eject") in a
// cycle.
void netrace_file_line(const char *event, uint64_t cycle, const struct netrace_packet *packet,
                       char *line, size_t size);

#endif
