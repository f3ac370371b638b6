// SPDX-License-Identifier: Apache-2.0
// MESI with DMA: random cores, caches, buses and memories under random operations, looked at after
// every cycle. Whoever writes has the only copy; every copy is the last version; the last version
// is somewhere. And that losing one snoop is noticed.
#include "tests/node_rig.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LINES = 128, BATCH = 8 };

// Random operations on few lines.
struct random_source {
    struct core_source base;
    struct rng rng;
    uint64_t num_bytes; // addresses 0..num_bytes-1
    uint32_t line_bytes;
    uint32_t num_left;
    uint64_t own_address; // of a line that only this one uses, mostly, if it is `calm`
    bool calm;
    struct core_op ops[BATCH];
};

static uint32_t random_next(struct core_source *base, uint64_t cycle, const struct core_op **ops)
{
    struct random_source *self = (struct random_source *)base;
    (void)cycle;
    uint32_t num = self->num_left < BATCH ? self->num_left : BATCH;
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

// Interrupts cores; each handler has a few random operations.
struct random_interrupts {
    struct mem_agent agent; // the first member
    struct rng rng;
    struct node *node;
    struct random_source handlers[NODE_MAX_CORES];
    uint32_t num_left;
};

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

struct machine {
    struct node_params params;
    struct node *node;
    struct line_watch watch;
    uint64_t memory[MAX_LINES], last[MAX_LINES];
    struct random_source sources[NODE_MAX_CORES];
    struct random_dma dma[2];
    uint32_t num_dma;
    struct random_interrupts interrupts;
};

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

static struct random_source make_source(const struct machine *self, uint64_t seed, uint64_t stream,
                                        uint32_t num_ops)
{
    uint32_t line_bytes = self->params.l1d.geometry.line_bytes;
    return (struct random_source){.base = {.next = random_next},
                                  .rng = rng_make(seed, RNG_SHUFFLE, stream),
                                  .num_bytes = self->watch.num_lines * line_bytes,
                                  .line_bytes = line_bytes,
                                  .num_left = num_ops};
}

static void add_interrupts(struct machine *self, uint64_t seed)
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

// Makes the cores hit nearly always, so that they run ahead.
static void calm_down(struct machine *self)
{
    for (uint32_t i = 0; i < self->params.cores; i++) {
        self->sources[i].calm = true;
        self->sources[i].own_address =
            (uint64_t)i % self->watch.num_lines * self->sources[i].line_bytes;
    }
}

static void make_machine(struct machine *self, uint64_t seed, uint32_t num_ops)
{
    struct rng rng = rng_make(seed, RNG_SHUFFLE, 2);
    struct err err = {0};
    *self = (struct machine){.params = draw_params(&rng)};
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

// --- what must hold after every cycle -----------------------------------------------------------

// True if a request that is under way, or waits in a queue, carries the last version of a line.
static bool is_carried(const struct machine *self, uint64_t line)
{
    const struct bus *bus = &self->node->bus;
    for (uint32_t i = 0; i < bus->num_active; i++) {
        const struct bus_transaction *transaction = &bus->slots[bus->active[i]];
        if (transaction->line == line && transaction->req.version == self->last[line])
            return true;
    }
    for (uint32_t m = 0; m < bus->num_masters; m++)
        for (uint32_t i = 0; i < bus->masters[m]->num; i++) {
            const struct mem_req *req =
                &bus->masters[m]->queue[(bus->masters[m]->first + i) % MEM_MASTER_QUEUE];
            if (req->kind == MEM_WRITE_BACK && req->version == self->last[line] &&
                req->address / bus->params.line_bytes == line)
                return true;
        }
    return false;
}

// What is wrong with a line, or NULL.
static const char *fault_of_line(const struct machine *self, uint64_t line)
{
    uint32_t num_copies = 0;
    uint32_t num_owners = 0;
    bool dirty = false;
    for (uint32_t i = 0; i < self->params.cores; i++) {
        const struct cache *cache = &self->node->cores[i].l1d;
        uint32_t slot = cache_sets_find(&cache->sets, line);
        if (slot == CACHE_NO_SLOT)
            continue;
        if (cache->states[slot] == LINE_INVALID)
            return "a line that is there is invalid";
        num_copies++;
        num_owners += cache->states[slot] >= LINE_EXCLUSIVE;
        dirty |= cache->states[slot] == LINE_MODIFIED;
        if (cache->versions[slot] != self->last[line])
            return "a copy is stale";
    }
    if (num_owners && num_copies > 1)
        return "a line that may be written has other copies";
    if (!dirty && !is_carried(self, line) &&
        memory_side_version(&self->node->memory, line) != self->last[line])
        return "the last version is lost";
    return NULL;
}

static const char *fault(const struct machine *self)
{
    const char *found = self->watch.stale ? "stale data was read" : NULL;
    for (uint64_t line = 0; line < self->watch.num_lines && !found; line++)
        found = fault_of_line(self, line);
    return found;
}

static bool all_ended(const struct machine *self)
{
    bool ended = node_ended(self->node);
    for (uint32_t i = 0; i < self->num_dma; i++)
        ended &= !self->dma[i].num_left && !self->dma[i].num_pending;
    ended &= !self->interrupts.num_left;
    return ended && node_next_cycle(self->node) == MEM_NEVER;
}

// Runs cycle by cycle up to the end, or the first fault, which it returns; *cycle is when.
static const char *run(struct machine *self, uint64_t *cycle)
{
    for (*cycle = 0; !all_ended(self); (*cycle)++) {
        if (node_next_cycle(self->node) > *cycle) {
            cr_assert_neq(node_next_cycle(self->node), MEM_NEVER, "all wait for ever");
            *cycle = node_next_cycle(self->node);
        }
        rig_run_to(self->node, *cycle + 1);
        const char *found = fault(self);
        if (found)
            return found;
    }
    return NULL;
}

Test(coherence, one_writes_or_many_read_and_all_see_the_last_version, .timeout = 300)
{
    uint64_t reads = 0, writes = 0, interventions = 0, merged = 0, upgrades = 0, cancelled = 0;
    for (uint64_t seed = 1; seed <= 150; seed++) {
        struct machine machine;
        uint64_t cycle;
        make_machine(&machine, seed, 200);
        const char *found = run(&machine, &cycle);
        cr_assert(!found, "seed %u, cycle %u: %s", (unsigned)seed, (unsigned)cycle, found);
        reads += machine.watch.reads;
        writes += machine.watch.writes;
        interventions += machine.node->bus.stats.interventions;
        for (uint32_t i = 0; i < machine.params.cores; i++) {
            merged += machine.node->cores[i].l1d.stats.merged_misses;
            upgrades += machine.node->cores[i].l1d.stats.upgrades;
            cancelled += machine.node->cores[i].l1d.stats.cancelled_write_backs;
        }
        node_free(machine.node);
    }
    // It has come about what the test is to look at.
    cr_expect(reads > 100000 && writes > 30000, "%u %u", (unsigned)reads, (unsigned)writes);
    cr_expect(interventions > 1000 && merged > 100 && upgrades > 1000 && cancelled > 10,
              "%u %u %u %u", (unsigned)interventions, (unsigned)merged, (unsigned)upgrades,
              (unsigned)cancelled);
}

// Not in all machines: where the copy is evicted before the requester has the line, no harm is
// done.
Test(coherence, a_lost_snoop_is_found, .timeout = 300)
{
    uint32_t num_lost = 0;
    uint32_t num_found = 0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct machine machine;
        uint64_t cycle;
        make_machine(&machine, seed, 200);
        machine.node->bus.drop_snoop = 1 + seed % 37;
        const char *found = run(&machine, &cycle);
        num_lost += !machine.node->bus.drop_snoop;
        num_found += found != NULL;
        node_free(machine.node);
    }
    cr_expect(num_lost > 40 && 100 * num_found > 90 * num_lost, "%u of %u", num_found, num_lost);
}

// --- running ahead ------------------------------------------------------------------------------

// Masters hold addresses; all else of two equal nodes' statistics must be equal.
static void expect_equal(const struct machine *a, const struct machine *b, uint64_t seed)
{
    const struct node *x = a->node;
    const struct node *y = b->node;
    cr_expect(!memcmp(&x->bus.stats, &y->bus.stats, sizeof x->bus.stats), "bus, %u",
              (unsigned)seed);
    cr_expect(!memcmp(&x->memory.stats, &y->memory.stats, sizeof x->memory.stats));
    cr_expect(!memcmp(&x->memory.mem.stats, &y->memory.mem.stats, sizeof x->memory.mem.stats));
    for (uint32_t i = 0; i < a->params.cores; i++) {
        const struct node_core *p = &x->cores[i];
        const struct node_core *q = &y->cores[i];
        cr_expect(!memcmp(&p->core.stats, &q->core.stats, sizeof p->core.stats), "core %u of %u", i,
                  (unsigned)seed);
        cr_expect(!memcmp(&p->l1d.stats, &q->l1d.stats, sizeof p->l1d.stats));
        cr_expect(!memcmp(&p->l1i.stats, &q->l1i.stats, sizeof p->l1i.stats));
        cr_expect(!memcmp(&p->l1d.port.stats, &q->l1d.port.stats, sizeof p->l1d.port.stats));
    }
    for (uint32_t i = 0; i < a->num_dma; i++)
        cr_expect(!memcmp(&a->dma[i].master.stats, &b->dma[i].master.stats,
                          sizeof a->dma[i].master.stats));
    cr_expect(!memcmp(a->last, b->last, sizeof a->last));
}

static void compare_runs(uint64_t seed, uint32_t num_ops, bool calm)
{
    struct machine steps;
    struct machine whole;
    make_machine(&steps, seed, num_ops);
    make_machine(&whole, seed, num_ops);
    if (calm) {
        calm_down(&steps);
        calm_down(&whole);
    }
    for (uint64_t cycle = 0; !all_ended(&steps); cycle++)
        rig_run_to(steps.node, cycle);
    rig_run_to(whole.node, MEM_NEVER);
    cr_assert(all_ended(&whole));
    expect_equal(&steps, &whole, seed);
    node_free(steps.node);
    node_free(whole.node);
}

Test(coherence, a_run_in_one_call_is_the_run_cycle_by_cycle, .timeout = 300)
{
    for (uint64_t seed = 1; seed <= 100; seed++)
        compare_runs(seed, 300, false);
    for (uint64_t seed = 1; seed <= 60; seed++)
        compare_runs(seed, 2000, true);
}
