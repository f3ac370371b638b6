// SPDX-License-Identifier: Apache-2.0
// Random nodes under random work: cores that load, store and are interrupted, DMA, few lines for
// all of them, caches that hold few of them.
#ifndef ORDITO_TESTS_RANDOM_NODE_H
#define ORDITO_TESTS_RANDOM_NODE_H

#include "tests/node_rig.h"

enum { RANDOM_MAX_LINES = 128, RANDOM_BATCH = 8 };

// Random operations on few lines.
struct random_source {
    struct core_source base;
    struct rng rng;
    uint64_t num_bytes; // addresses 0..num_bytes-1
    uint32_t line_bytes;
    uint32_t num_left;
    uint64_t own_address; // of a line that only this one uses, mostly, if it is `calm`
    bool calm;
    struct core_op ops[RANDOM_BATCH];
};

// Random reads and writes by DMA, some at a time.
struct random_dma {
    struct mem_agent agent;
    struct mem_master master;
    struct rng rng;
    uint64_t num_bytes;
    uint32_t line_bytes;
    uint32_t num_left, num_pending, max_pending;
    uint64_t pause_cycles;
};

// Interrupts cores; each handler has a few random operations.
struct random_interrupts {
    struct mem_agent agent; // the first member
    struct rng rng;
    struct node *node;
    struct random_source handlers[NODE_MAX_CORES];
    uint32_t num_left;
};

struct random_node {
    struct node_params params;
    struct node *node;
    struct line_watch watch;
    uint64_t memory[RANDOM_MAX_LINES], last[RANDOM_MAX_LINES];
    struct random_source sources[NODE_MAX_CORES];
    struct random_dma dma[2];
    uint32_t num_dma;
    struct random_interrupts interrupts;
};

// A node of this seed, whose versions of lines are watched; each core and DMA has so many
// operations. It must stay in place.
void random_node_make(struct random_node *self, uint64_t seed, uint32_t num_ops);

// Before the first cycle: makes the cores hit nearly always, so that they run ahead.
void random_node_calm_down(struct random_node *self);

// True if nothing more will happen.
bool random_node_ended(const struct random_node *self);

#endif
