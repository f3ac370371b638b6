// SPDX-License-Identifier: Apache-2.0
// The computer of a node: cores with their caches on a bus, L2 and memory behind it; others may
// join the bus as masters, devices and agents (model/mem_req.h).
//
// Timing: all in cycles of the node's clock, event by event: in a cycle first the bus, then the
// memory, then agents in the order in which they were added, then cores. What happens does not
// depend on how node_run's calls divide the time. A core runs ahead of the others over operations
// that hit, up to where the first of them could make itself felt, which changes nothing but the
// speed; for that, sources of operations may share nothing but the modelled memory.
// Owner: node_new takes all memory but that of the image's pages; node_free releases it.
#ifndef ORDITO_MODEL_NODE_NODE_H
#define ORDITO_MODEL_NODE_NODE_H

#include "model/node/bus.h"
#include "model/node/cache.h"
#include "model/node/core.h"
#include "model/node/image.h"
#include "model/node/memory_side.h"

enum { NODE_MAX_CORES = BUS_MAX_CACHES, NODE_MAX_AGENTS = 2 * BUS_MAX_CACHES };

struct node_params {
    uint32_t cores; // 1..NODE_MAX_CORES, all alike
    struct core_params core;
    struct cache_params l1d;
    struct cache_params l1i; // if enabled; lines as long as those of l1d
    struct l2_params l2;     // if enabled
    struct bus_params bus;   // line_bytes is not looked at: it is that of l1d
    struct mem_params mem;
};

// A core of 2.4 GHz with caches of 32 KiB, 1 MiB of L2, a bus of 16 bytes at 1.2 GHz, DDR4-2400.
struct node_params node_params_default(void);

struct node_core {
    struct core core;
    struct cache l1d;
    struct cache l1i;
    char names[2][24]; // of the caches, as masters: "core3.l1d"
};

struct node {
    struct node_params params;
    struct bus bus;
    struct memory_side memory;
    struct image image;
    struct mem_agent *agents[NODE_MAX_AGENTS];
    uint32_t num_agents;
    uint32_t notice_cycles;   // from when a core acts to when another can notice, at least
    struct node_core cores[]; // [params.cores]
};

// Refuses parameters; `key` is the configuration's name of the group ("nodes").
bool node_params_check(const struct node_params *params, const char *key, struct err *err);

// A node of good parameters. (seed, instance) name its random streams. `watch`: NULL but in tests.
struct node *node_new(const struct node_params *params, uint64_t seed, uint64_t instance,
                      struct line_watch *watch, struct err *err);
void node_free(struct node *self);

// What a node takes of memory, pages of the image left out.
uint64_t node_bytes(const struct node_params *params);

// Has what its cores and bus do told, as what is done by node number `number`, from now on.
void node_watch(struct node *self, struct activity_watch *watch, uint32_t number);

// Adds an agent, before the first cycle. Masters and devices join `bus`.
bool node_add_agent(struct node *self, struct mem_agent *agent, struct err *err);

// The cycle of the next event; MEM_NEVER if there is none.
uint64_t node_next_cycle(const struct node *self);

// Runs all events before a cycle. False if there is no memory for the image (ERR_RUN).
bool node_run(struct node *self, uint64_t until_cycle, struct err *err);

// True if all cores have ended.
bool node_ended(const struct node *self);

#endif
