// SPDX-License-Identifier: Apache-2.0
#include "tests/random_node.h"

#include <criterion/criterion.h>
#include <stddef.h>

static uint32_t random_next(struct core_source *base, uint64_t cycle, const struct core_op **ops)
{
    struct random_source *self = (struct random_source *)base;
    (void)cycle;
    uint32_t num = self->num_left < RANDOM_BATCH ? self->num_left : RANDOM_BATCH;
    for (uint32_t i = 0; i < num; i++) {
        static const uint8_t kinds[] = {CORE_LOAD,  CORE_LOAD,   CORE_LOAD,  CORE_LOAD,
                                        CORE_STORE, CORE_STORE,  CORE_STORE, CORE_MODIFY,
                                        CORE_FETCH, CORE_COMPUTE};
        uint64_t draw = rng_below(&self->rng, 64);
        uint32_t bytes = 1U << rng_below(&self->rng, 4);
        if (rng_below(&self->rng, 40) == 0)
            bytes = 2 * self->line_bytes;
        self->ops[i] = (struct core_op){
            .address = rng_below(&self->rng, self->num_bytes - bytes),
            .bytes = bytes,
            .kind = draw == 63 ? CORE_FENCE : kinds[rng_below(&self->rng, sizeof kinds)]};
        if (self->ops[i].kind == CORE_COMPUTE)
            self->ops[i].address = rng_below(&self->rng, 20);
        else if (self->calm && rng_below(&self->rng, 40))
            self->ops[i].address = self->own_address + self->ops[i].address % 4;
    }
    self->num_left -= num;
    base->ended = !num;
    *ops = self->ops;
    return num;
}

static struct random_dma *dma_of(struct mem_master *master)
{
    return (struct random_dma *)((char *)master - offsetof(struct random_dma, master));
}

static void random_dma_done(struct mem_master *master, const struct mem_req *req, uint64_t cycle)
{
    struct random_dma *self = dma_of(master);
    cr_assert_eq(req->status, MEM_OK);
    self->num_pending--;
    if (self->num_left && self->agent.next_cycle == MEM_NEVER)
        self->agent.next_cycle = cycle + 1;
}

static void random_dma_run(struct mem_agent *agent, uint64_t cycle)
{
    struct random_dma *self = (struct random_dma *)agent;
    bool whole = rng_below(&self->rng, 2);
    uint32_t bytes =
        whole ? self->line_bytes : 1 + (uint32_t)rng_below(&self->rng, self->line_bytes);
    uint64_t line = rng_below(&self->rng, self->num_bytes / self->line_bytes);
    uint64_t offset = rng_below(&self->rng, self->line_bytes - bytes + 1);
    mem_master_push(&self->master,
                    &(struct mem_req){.ready_cycle = cycle + 1,
                                      .address = line * self->line_bytes + offset,
                                      .bytes = bytes,
                                      .kind = rng_below(&self->rng, 2) ? MEM_READ : MEM_WRITE});
    self->num_left--;
    self->num_pending++;
    bool more = self->num_left && self->num_pending < self->max_pending;
    agent->next_cycle = more ? cycle + 1 + rng_below(&self->rng, self->pause_cycles) : MEM_NEVER;
}

static void random_interrupt(struct mem_agent *agent, uint64_t cycle)
{
    struct random_interrupts *self = (struct random_interrupts *)agent;
    uint64_t i = rng_below(&self->rng, self->node->params.cores);
    struct core *core = &self->node->cores[i].core;
    if (!core->handler) {
        self->handlers[i].num_left = 1 + (uint32_t)rng_below(&self->rng, 5);
        self->handlers[i].base.ended = false;
        cr_assert(core_interrupt(core, &self->handlers[i].base, cycle));
    }
    agent->next_cycle = --self->num_left ? cycle + 1 + rng_below(&self->rng, 300) : MEM_NEVER;
}

static uint32_t draw_log2(struct rng *rng, uint32_t least, uint32_t most)
{
    return 1U << (least + rng_below(rng, most - least + 1));
}

static uint32_t draw(struct rng *rng, uint32_t least, uint32_t most)
{
    return least + (uint32_t)rng_below(rng, most - least + 1);
}

static struct cache_geometry draw_geometry(struct rng *rng, uint32_t line_bytes, uint32_t max_sets)
{
    enum cache_replacement policy = (enum cache_replacement)rng_below(rng, CACHE_NUM_REPLACEMENTS);
    uint32_t ways = policy == CACHE_TREE_PLRU ? draw_log2(rng, 0, 2) : draw(rng, 1, 4);
    uint32_t sets = draw_log2(rng, 0, max_sets);
    return (struct cache_geometry){(uint64_t)ways * sets * line_bytes, line_bytes, ways, policy};
}

static struct node_params draw_params(struct rng *rng)
{
    struct node_params p = node_params_default();
    uint32_t line_bytes = draw_log2(rng, 4, 6);
    p.cores = draw(rng, 1, 5);
    p.core.store_buffer_entries = draw(rng, 0, 4);
    p.core.max_load_misses = draw(rng, 0, 3);
    p.l1d.geometry = draw_geometry(rng, line_bytes, 2);
    p.l1d.hit_latency_cycles = draw(rng, 1, 3);
    p.l1d.mshrs = draw(rng, 1, 4);
    p.l1d.write_back_entries = draw(rng, 1, 5);
    p.l1i = p.l1d;
    p.l1i.enabled = rng_below(rng, 2);
    p.l2.enabled = rng_below(rng, 3) > 0;
    p.l2.geometry = draw_geometry(rng, line_bytes * draw_log2(rng, 0, 2), 3);
    p.l2.hit_latency_cycles = draw(rng, 1, 9);
    p.l2.mshrs = draw(rng, 1, 4);
    p.bus.clock_divisor = draw(rng, 1, 3);
    p.bus.width_bytes = draw_log2(rng, 1, 5);
    p.bus.address_cycles = draw(rng, 1, 3);
    p.bus.max_outstanding = draw(rng, 1, 8);
    p.bus.intervention_cycles = draw(rng, 0, 5);
    p.bus.arbitration = (enum bus_arbitration)rng_below(rng, BUS_NUM_ARBITRATIONS);
    p.mem.clock_divisor = draw(rng, 1, 3);
    p.mem.banks = draw_log2(rng, 0, 3);
    p.mem.row_bytes = draw_log2(rng, 8, 10);
    p.mem.burst_bytes = draw_log2(rng, 4, 6);
    p.mem.read_entries = draw(rng, 1, 6);
    p.mem.write_entries = draw(rng, 1, 6);
    p.mem.controller_latency_cycles = draw(rng, 0, 8);
    if (rng_below(rng, 2))
        p.mem.t_refi_cycles = 1600;
    return p;
}

static struct random_source make_source(const struct random_node *self, uint64_t seed,
                                        uint64_t stream, uint32_t num_ops)
{
    uint32_t line_bytes = self->params.l1d.geometry.line_bytes;
    return (struct random_source){.base = {.next = random_next},
                                  .rng = rng_make(seed, RNG_SHUFFLE, stream),
                                  .num_bytes = self->watch.num_lines * line_bytes,
                                  .line_bytes = line_bytes,
                                  .num_left = num_ops};
}

static void add_interrupts(struct random_node *self, uint64_t seed)
{
    struct random_interrupts *interrupts = &self->interrupts;
    struct err err = {0};
    *interrupts = (struct random_interrupts){.agent = {.next_cycle = 50, .run = random_interrupt},
                                             .rng = rng_make(seed, RNG_SHUFFLE, 60),
                                             .node = self->node,
                                             .num_left = 30};
    for (uint32_t i = 0; i < self->params.cores; i++)
        interrupts->handlers[i] = make_source(self, seed, 70 + i, 0);
    cr_assert(node_add_agent(self->node, &interrupts->agent, &err));
}

void random_node_calm_down(struct random_node *self)
{
    for (uint32_t i = 0; i < self->params.cores; i++) {
        self->sources[i].calm = true;
        self->sources[i].own_address =
            (uint64_t)i % self->watch.num_lines * self->sources[i].line_bytes;
    }
}

void random_node_make(struct random_node *self, uint64_t seed, uint32_t num_ops)
{
    struct rng rng = rng_make(seed, RNG_SHUFFLE, 2);
    struct err err = {0};
    *self = (struct random_node){.params = draw_params(&rng)};
    struct node_params *p = &self->params;
    uint32_t line_bytes = p->l1d.geometry.line_bytes;
    uint64_t num_lines = draw_log2(&rng, 3, 7);
    self->watch =
        (struct line_watch){.num_lines = num_lines, .memory = self->memory, .last = self->last};
    cr_assert(node_params_check(p, "nodes", &err), "seed %u: %s", (unsigned)seed, err.text);
    self->node = node_new(p, seed, 0, &self->watch, &err);
    cr_assert(self->node, "%s", err.text);
    for (uint32_t i = 0; i < p->cores; i++) {
        self->sources[i] = make_source(self, seed, 10 + i, num_ops);
        core_start(&self->node->cores[i].core, &self->sources[i].base, draw(&rng, 0, 9));
    }
    self->num_dma = draw(&rng, 0, 2);
    for (uint32_t i = 0; i < self->num_dma; i++) {
        struct random_dma *dma = &self->dma[i];
        *dma = (struct random_dma){.agent = {.next_cycle = draw(&rng, 0, 9), .run = random_dma_run},
                                   .master = {.name = "dma", .done = random_dma_done},
                                   .rng = rng_make(seed, RNG_SHUFFLE, 50 + i),
                                   .num_bytes = num_lines * line_bytes,
                                   .line_bytes = line_bytes,
                                   .num_left = num_ops,
                                   .max_pending = draw(&rng, 1, 8),
                                   .pause_cycles = draw(&rng, 1, 40)};
        cr_assert(bus_add_master(&self->node->bus, &dma->master, &err) &&
                  node_add_agent(self->node, &dma->agent, &err));
    }
    if (seed % 2)
        add_interrupts(self, seed);
}

bool random_node_ended(const struct random_node *self)
{
    bool ended = node_ended(self->node);
    for (uint32_t i = 0; i < self->num_dma; i++)
        ended &= !self->dma[i].num_left && !self->dma[i].num_pending;
    ended &= !self->interrupts.num_left;
    return ended && node_next_cycle(self->node) == MEM_NEVER;
}
