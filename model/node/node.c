// SPDX-License-Identifier: Apache-2.0
#include "model/node/node.h"

#include <stdio.h>
#include <stdlib.h>

// --- events -------------------------------------------------------------------------------------

static uint64_t sooner(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

// The next event of anything but cores.
static uint64_t shared_cycle(const struct node *self)
{
    uint64_t cycle = sooner(self->bus.next_cycle, self->memory.mem.next_cycle);
    for (uint32_t i = 0; i < self->num_agents; i++)
        cycle = sooner(cycle, self->agents[i]->next_cycle);
    return cycle;
}

// The core whose turn it is, and in *others the next event of the others.
static struct core *first_core(struct node *self, uint64_t *others)
{
    struct core *first = &self->cores[0].core;
    *others = MEM_NEVER;
    for (uint32_t i = 1; i < self->params.cores; i++) {
        struct core *core = &self->cores[i].core;
        if (core->next_cycle < first->next_cycle) {
            *others = first->next_cycle;
            first = core;
        } else {
            *others = sooner(*others, core->next_cycle);
        }
    }
    return first;
}

// Runs the first of bus, memory and agents that has an event in this cycle.
static void run_shared(struct node *self, uint64_t cycle)
{
    if (self->bus.next_cycle == cycle) {
        bus_run(&self->bus, cycle);
        return;
    }
    if (self->memory.mem.next_cycle == cycle) {
        mem_run(&self->memory.mem, cycle);
        return;
    }
    uint32_t i = 0;
    while (self->agents[i]->next_cycle != cycle)
        i++;
    self->agents[i]->run(self->agents[i], cycle);
}

uint64_t node_next_cycle(const struct node *self)
{
    uint64_t cycle = shared_cycle(self);
    for (uint32_t i = 0; i < self->params.cores; i++)
        cycle = sooner(cycle, self->cores[i].core.next_cycle);
    return cycle;
}

bool node_run(struct node *self, uint64_t until_cycle, struct err *err)
{
    for (;;) {
        uint64_t others_cycle;
        struct core *core = first_core(self, &others_cycle);
        uint64_t cycle = shared_cycle(self);
        if (sooner(cycle, core->next_cycle) >= until_cycle)
            break;
        if (cycle <= core->next_cycle) {
            run_shared(self, cycle);
            continue;
        }
        if (others_cycle != MEM_NEVER)
            cycle = sooner(cycle, others_cycle + self->notice_cycles);
        core_run(core, sooner(cycle, until_cycle));
    }
    return !self->image.failed ||
           err_set(err, ERR_RUN, "out of memory for the content of a node's");
}

bool node_ended(const struct node *self)
{
    for (uint32_t i = 0; i < self->params.cores; i++)
        if (!core_ended(&self->cores[i].core))
            return false;
    return true;
}

// --- making -------------------------------------------------------------------------------------

// Random streams of a node: of L2, then of the cores' L1s.
enum { STREAMS = 1 + 2 * NODE_MAX_CORES };

bool node_add_agent(struct node *self, struct mem_agent *agent, struct err *err)
{
    if (self->num_agents == NODE_MAX_AGENTS)
        return err_set(err, ERR_CONFIG, "a node has at most %u agents", NODE_MAX_AGENTS);
    self->agents[self->num_agents++] = agent;
    return true;
}

void node_watch(struct node *self, struct activity_watch *watch, uint32_t number)
{
    struct activity_port port = {watch, number};
    self->bus.activity = port;
    for (uint32_t i = 0; i < self->params.cores; i++) {
        self->cores[i].core.activity = port;
        self->cores[i].core.number = i;
    }
}

static bool add_cache(struct node *self, uint32_t core_idx, bool instruction, uint64_t seed,
                      uint64_t instance, struct line_watch *watch, struct err *err)
{
    struct node_core *place = &self->cores[core_idx];
    const struct node_params *params = &self->params;
    struct cache *cache = instruction ? &place->l1i : &place->l1d;
    char *name = place->names[instruction];
    snprintf(name, sizeof place->names[0], "core%u.l1%c", core_idx, instruction ? 'i' : 'd');
    uint64_t stream = instance * STREAMS + 1 + UINT64_C(2) * core_idx + instruction;
    return (cache_make(cache, instruction ? &params->l1i : &params->l1d, instruction, name,
                       &place->core, instruction ? NULL : watch, seed, stream) ||
            err_set(err, ERR_RUN, "out of memory")) &&
           bus_add_master(&self->bus, &cache->port, err) &&
           (instruction || bus_add_cache(&self->bus, cache, err));
}

static bool make(struct node *self, uint64_t seed, uint64_t instance, struct line_watch *watch,
                 struct err *err)
{
    const struct node_params *params = &self->params;
    uint32_t line_bytes = params->bus.line_bytes;
    bus_init(&self->bus, &params->bus, &self->memory, &self->image, watch);
    if (!memory_side_make(&self->memory, &params->mem, &params->l2, &self->bus, line_bytes, watch,
                          seed, instance * STREAMS))
        return err_set(err, ERR_RUN, "out of memory");
    for (uint32_t i = 0; i < params->cores; i++) {
        struct node_core *place = &self->cores[i];
        if (!add_cache(self, i, false, seed, instance, watch, err) ||
            (params->l1i.enabled && !add_cache(self, i, true, seed, instance, watch, err)))
            return false;
        core_init(&place->core, &params->core, &place->l1d,
                  params->l1i.enabled ? &place->l1i : NULL, &self->bus, &self->image);
    }
    return true;
}

struct node *node_new(const struct node_params *params, uint64_t seed, uint64_t instance,
                      struct line_watch *watch, struct err *err)
{
    struct node *self = calloc(1, sizeof *self + params->cores * sizeof *self->cores);
    if (!self) {
        err_set(err, ERR_RUN, "out of memory");
        return NULL;
    }
    self->params = *params;
    self->params.bus.line_bytes = params->l1d.geometry.line_bytes;
    self->notice_cycles = 1 + params->bus.address_cycles * params->bus.clock_divisor;
    if (!make(self, seed, instance, watch, err)) {
        node_free(self);
        return NULL;
    }
    return self;
}

void node_free(struct node *self)
{
    if (!self)
        return;
    for (uint32_t i = 0; i < self->params.cores; i++) {
        cache_free(&self->cores[i].l1d);
        cache_free(&self->cores[i].l1i);
    }
    memory_side_free(&self->memory);
    image_free(&self->image);
    free(self);
}

uint64_t node_bytes(const struct node_params *params)
{
    uint64_t of_core = sizeof(struct node_core) + cache_bytes(&params->l1d) +
                       (params->l1i.enabled ? cache_bytes(&params->l1i) : 0);
    return sizeof(struct node) + params->cores * of_core + memory_side_bytes(&params->l2);
}
