// SPDX-License-Identifier: Apache-2.0
// Tests' own cores' sources, bus masters and devices.
#ifndef ORDITO_TESTS_NODE_RIG_H
#define ORDITO_TESTS_NODE_RIG_H

#include "model/node/node.h"

// Operations from an array, at once; values of loads are kept.
struct script {
    struct core_source base;
    const struct core_op *ops;
    uint32_t num, given;
    uint32_t num_values;
    uint64_t values[16];
    uint64_t value_cycles[16];
};

struct script script_make(const struct core_op *ops, uint32_t num);

static inline struct core_op op_load(uint64_t address)
{
    return (struct core_op){.address = address, .bytes = 8, .kind = CORE_LOAD};
}

static inline struct core_op op_store(uint64_t address)
{
    return (struct core_op){.address = address, .bytes = 8, .kind = CORE_STORE};
}

static inline struct core_op op_fetch(uint64_t address)
{
    return (struct core_op){.address = address, .bytes = 4, .kind = CORE_FETCH};
}

static inline struct core_op op_modify(uint64_t address)
{
    return (struct core_op){.address = address, .bytes = 8, .kind = CORE_MODIFY};
}

static inline struct core_op op_put(uint64_t address, uint64_t value)
{
    return (struct core_op){
        .address = address, .value = value, .bytes = 8, .kind = CORE_STORE, .has_value = true};
}

static inline struct core_op op_get(uint64_t address)
{
    return (struct core_op){.address = address, .bytes = 8, .kind = CORE_LOAD, .has_value = true};
}

static inline struct core_op op_compute(uint64_t cycles)
{
    return (struct core_op){.address = cycles, .kind = CORE_COMPUTE};
}

static inline struct core_op op_fence(void)
{
    return (struct core_op){.kind = CORE_FENCE};
}

// A bus master that notes what is done.
enum { RIG_MAX_DONE = 512 };

struct dma {
    struct mem_master master; // the first member
    uint32_t num_done;
    struct mem_req done[RIG_MAX_DONE];
    uint64_t cycles[RIG_MAX_DONE];
};

// Joins the node's bus.
void dma_make(struct dma *self, struct node *node, const char *name);

// Asks for bytes within a line. `data` may be NULL.
void dma_push(struct dma *self, enum mem_req_kind kind, uint64_t address, uint32_t bytes,
              uint8_t *data, uint64_t ready_cycle);

// A device with 256 bytes of registers, the last 8 of which refuse.
struct registers {
    struct mem_device device; // the first member
    uint8_t bytes[256];
    uint32_t num_reads, num_writes;
    uint64_t read_cycle, write_cycle; // of the last
};

void registers_make(struct registers *self, struct node *node, uint64_t address,
                    uint32_t latency_cycles);

// Parameters of a node without refresh.
struct node_params rig_params(uint32_t store_buffer_entries, uint32_t max_load_misses);

// A node of good parameters.
struct node *rig_node(const struct node_params *params);

// Runs core 0 alone from a cycle on. The cycle in which it ended, not a cycle before and not later.
uint64_t rig_run(struct node *node, const struct core_op *ops, uint32_t num, uint64_t cycle);

// Of core 0: its statistics; that all cycles up to its end are accounted for; the cycles that a
// first load of a line takes from cycle 0 on.
const struct core_stats *rig_stats(const struct node *node);
void rig_expect_sum(const struct node *node);
uint64_t rig_miss_cycles(const struct node_params *params);

void rig_run_to(struct node *node, uint64_t until_cycle);

// cycle rounded up to a multiple.
static inline uint64_t rig_edge(uint64_t cycle, uint64_t divisor)
{
    return (cycle + divisor - 1) / divisor * divisor;
}

#define RIG_RUN(node, cycle, ...)                                                                  \
    rig_run(node, (const struct core_op[]){__VA_ARGS__},                                           \
            sizeof((const struct core_op[]){__VA_ARGS__}) / sizeof(struct core_op), cycle)

#endif
