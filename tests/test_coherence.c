// SPDX-License-Identifier: Apache-2.0
// MESI with DMA: random cores, caches, buses and memories under random operations, looked at after
// every cycle. Whoever writes has the only copy; every copy is the last version; the last version
// is somewhere. And that losing one snoop is noticed.
#include "tests/random_node.h"

#include <criterion/criterion.h>
#include <string.h>

// --- what must hold after every cycle -----------------------------------------------------------

// True if a request that is under way, or waits in a queue, carries the last version of a line.
static bool is_carried(const struct random_node *self, uint64_t line)
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
static const char *fault_of_line(const struct random_node *self, uint64_t line)
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

static const char *fault(const struct random_node *self)
{
    const char *found = self->watch.stale ? "stale data was read" : NULL;
    for (uint64_t line = 0; line < self->watch.num_lines && !found; line++)
        found = fault_of_line(self, line);
    return found;
}

// Runs cycle by cycle up to the end, or the first fault, which it returns; *cycle is when.
static const char *run(struct random_node *self, uint64_t *cycle)
{
    for (*cycle = 0; !random_node_ended(self); (*cycle)++) {
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

// Of a node in which nothing is under way any more.
static void expect_latencies_to_add_up(const struct bus *bus)
{
    for (uint32_t i = 0; i < bus->num_masters; i++) {
        const struct mem_master_stats *stats = &bus->masters[i]->stats;
        uint64_t sum = stats->queue_cycles + stats->address_cycles + stats->answer_cycles +
                       stats->data_wait_cycles + stats->data_cycles;
        for (int wait = 0; wait < MEM_NUM_WAITS; wait++)
            sum += stats->wait_cycles[wait];
        cr_assert_eq(sum, stats->latency_cycles, "%s", bus->masters[i]->name);
    }
}

Test(coherence, one_writes_or_many_read_and_all_see_the_last_version, .timeout = 300)
{
    uint64_t reads = 0, writes = 0, interventions = 0, merged = 0, upgrades = 0, cancelled = 0;
    for (uint64_t seed = 1; seed <= 150; seed++) {
        struct random_node machine;
        uint64_t cycle;
        random_node_make(&machine, seed, 200);
        const char *found = run(&machine, &cycle);
        cr_assert(!found, "seed %u, cycle %u: %s", (unsigned)seed, (unsigned)cycle, found);
        expect_latencies_to_add_up(&machine.node->bus);
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
        struct random_node machine;
        uint64_t cycle;
        random_node_make(&machine, seed, 200);
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
static void expect_equal(const struct random_node *a, const struct random_node *b, uint64_t seed)
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
    struct random_node steps;
    struct random_node whole;
    random_node_make(&steps, seed, num_ops);
    random_node_make(&whole, seed, num_ops);
    if (calm) {
        random_node_calm_down(&steps);
        random_node_calm_down(&whole);
    }
    for (uint64_t cycle = 0; !random_node_ended(&steps); cycle++)
        rig_run_to(steps.node, cycle);
    rig_run_to(whole.node, MEM_NEVER);
    cr_assert(random_node_ended(&whole));
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
