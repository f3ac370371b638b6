// SPDX-License-Identifier: Apache-2.0
// Small machines with every kind of work, for tests of what is left out where nothing happens.
#ifndef ORDITO_TESTS_IDLE_MACHINE_H
#define ORDITO_TESTS_IDLE_MACHINE_H

#include "sim/config.h"

enum {
    IDLE_MAX_FLITS = 4,         // of packets; buffers hold two of them
    IDLE_NUM_NODES = 4,         // that send, by files
    IDLE_BURSTY = WORKLOAD_NUM, // a workload, beside enum config_workload
    IDLE_NUM_WORKLOADS = IDLE_BURSTY + 1,
};

// What all machines share. Those that are made of it borrow its texts, and those of `files`.
struct config idle_base(void);

struct idle_files {
    const char *packets[2]; // by the number of traffic classes, less one
    const char *trace;
};

struct idle_files idle_files_made(void);

// Gives a machine work: much, or so little that it is idle most of the time.
void idle_give_work(struct config *config, const struct idle_files *files, size_t workload,
                    bool sparse);

// Packets now and then, some of them together, with `gap_cycles` between two such moments.
const char *idle_packets_file(const char *name, uint64_t gap_cycles, uint32_t classes);

// A program that mostly computes: neighbours exchange messages, eager and not, and all reduce.
const char *idle_trace_file(const char *name, uint64_t compute);

// A number below `below`, of the bits of a draw from `shift` on.
static inline uint32_t idle_part(uint64_t draw, uint32_t shift, uint32_t below)
{
    return (uint32_t)((draw >> shift) % below);
}

#endif
