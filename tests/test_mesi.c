// SPDX-License-Identifier: Apache-2.0
// MESI, state by state, with DMA; and what is not coherent.
#include "tests/node_rig.h"

#include <criterion/criterion.h>

enum { A, B }; // caches of two cores

struct pair {
    struct node *node;
    struct dma dma;
    uint64_t cycle;
};

static void make_pair(struct pair *pair)
{
    struct node_params p = node_params_default();
    p.cores = 2;
    p.core.store_buffer_entries = 0;
    *pair = (struct pair){.node = rig_node(&p)};
    dma_make(&pair->dma, pair->node, "dma");
}

static enum line_state state(const struct pair *pair, int cache)
{
    const struct cache *l1d = &pair->node->cores[cache].l1d;
    uint32_t slot = cache_sets_find(&l1d->sets, 0);
    return slot == CACHE_NO_SLOT ? LINE_INVALID : (enum line_state)l1d->states[slot];
}

// What can happen to line 0.
enum event {
    LOAD_A,
    STORE_A,
    LOAD_B,
    STORE_B,
    DMA_READ,
    DMA_WRITE_SOME,
    DMA_WRITE_ALL,
    NUM_EVENTS
};

static void happen(struct pair *pair, enum event event)
{
    pair->cycle += 3000;
    if (event <= STORE_B) {
        const struct core_op op = event % 2 ? op_store(0) : op_load(0);
        struct script script = script_make(&op, 1);
        core_start(&pair->node->cores[event / 2].core, &script.base, pair->cycle);
        rig_run_to(pair->node, pair->cycle + 2000);
    } else {
        dma_push(&pair->dma, event == DMA_READ ? MEM_READ : MEM_WRITE,
                 event == DMA_WRITE_SOME ? 8 : 0, event == DMA_WRITE_SOME ? 16 : 64, NULL,
                 pair->cycle);
        rig_run_to(pair->node, pair->cycle + 2000);
    }
}

Test(mesi, states_change_as_mesi_says)
{
    // From (A, B) by an event to (A, B); states that mirror these follow by symmetry.
    static const struct {
        enum line_state from[2];
        enum event event;
        enum line_state to[2];
        bool dirty_taken; // the dirty line was answered from a cache
    } rows[] = {
        {{LINE_INVALID, LINE_INVALID}, LOAD_A, {LINE_EXCLUSIVE, LINE_INVALID}, false},
        {{LINE_INVALID, LINE_INVALID}, STORE_A, {LINE_MODIFIED, LINE_INVALID}, false},
        {{LINE_EXCLUSIVE, LINE_INVALID}, LOAD_A, {LINE_EXCLUSIVE, LINE_INVALID}, false},
        {{LINE_EXCLUSIVE, LINE_INVALID}, STORE_A, {LINE_MODIFIED, LINE_INVALID}, false},
        {{LINE_EXCLUSIVE, LINE_INVALID}, LOAD_B, {LINE_SHARED, LINE_SHARED}, false},
        {{LINE_EXCLUSIVE, LINE_INVALID}, STORE_B, {LINE_INVALID, LINE_MODIFIED}, false},
        {{LINE_EXCLUSIVE, LINE_INVALID}, DMA_READ, {LINE_EXCLUSIVE, LINE_INVALID}, false},
        {{LINE_EXCLUSIVE, LINE_INVALID}, DMA_WRITE_SOME, {LINE_INVALID, LINE_INVALID}, false},
        {{LINE_EXCLUSIVE, LINE_INVALID}, DMA_WRITE_ALL, {LINE_INVALID, LINE_INVALID}, false},
        {{LINE_MODIFIED, LINE_INVALID}, LOAD_A, {LINE_MODIFIED, LINE_INVALID}, false},
        {{LINE_MODIFIED, LINE_INVALID}, STORE_A, {LINE_MODIFIED, LINE_INVALID}, false},
        {{LINE_MODIFIED, LINE_INVALID}, LOAD_B, {LINE_SHARED, LINE_SHARED}, true},
        {{LINE_MODIFIED, LINE_INVALID}, STORE_B, {LINE_INVALID, LINE_MODIFIED}, true},
        {{LINE_MODIFIED, LINE_INVALID}, DMA_READ, {LINE_MODIFIED, LINE_INVALID}, true},
        {{LINE_MODIFIED, LINE_INVALID}, DMA_WRITE_SOME, {LINE_INVALID, LINE_INVALID}, false},
        {{LINE_MODIFIED, LINE_INVALID}, DMA_WRITE_ALL, {LINE_INVALID, LINE_INVALID}, false},
        {{LINE_SHARED, LINE_SHARED}, LOAD_A, {LINE_SHARED, LINE_SHARED}, false},
        {{LINE_SHARED, LINE_SHARED}, STORE_A, {LINE_MODIFIED, LINE_INVALID}, false},
        {{LINE_SHARED, LINE_SHARED}, DMA_READ, {LINE_SHARED, LINE_SHARED}, false},
        {{LINE_SHARED, LINE_SHARED}, DMA_WRITE_SOME, {LINE_INVALID, LINE_INVALID}, false},
        {{LINE_SHARED, LINE_SHARED}, DMA_WRITE_ALL, {LINE_INVALID, LINE_INVALID}, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pair pair;
        make_pair(&pair);
        if (rows[i].from[A] == LINE_MODIFIED)
            happen(&pair, STORE_A);
        else if (rows[i].from[A] != LINE_INVALID)
            happen(&pair, LOAD_A);
        if (rows[i].from[B] != LINE_INVALID)
            happen(&pair, LOAD_B);
        cr_assert(state(&pair, A) == rows[i].from[A] && state(&pair, B) == rows[i].from[B]);
        happen(&pair, rows[i].event);
        cr_expect(state(&pair, A) == rows[i].to[A] && state(&pair, B) == rows[i].to[B],
                  "row %zu: %d %d", i, state(&pair, A), state(&pair, B));
        cr_expect_eq(pair.node->bus.stats.interventions, rows[i].dirty_taken, "row %zu", i);
        node_free(pair.node);
    }
}

Test(mesi, instructions_are_not_coherent)
{
    struct node_params p = node_params_default();
    struct node *node = rig_node(&p);
    struct dma dma;
    dma_make(&dma, node, "dma");
    uint64_t at = RIG_RUN(node, 0, op_fetch(0), op_store(0), op_fetch(0)) + 1000;
    const struct node_core *core = &node->cores[0];
    cr_expect_eq(core->l1i.stats.read_misses, 1, "the store leaves the instruction there");
    dma_push(&dma, MEM_WRITE, 0, 64, NULL, at);
    rig_run_to(node, at + 1000);
    cr_expect(!cache_has(&core->l1d, 0), "DMA takes data away");
    cr_expect(cache_has(&core->l1i, 0), "but not instructions");
    // What is fetched is the last version, also of a dirty line, which stays dirty.
    at = RIG_RUN(node, at + 1000, op_store(4096), op_fetch(4096));
    cr_expect_eq(node->bus.stats.interventions, 1);
    cr_expect_eq(core->l1d.states[cache_sets_find(&core->l1d.sets, 64)], LINE_MODIFIED);
    node_free(node);
}
