// SPDX-License-Identifier: Apache-2.0
// Tag arrays: geometry, and each replacement policy beside a model of it that is slow and plain.
#include "model/node/cache_sets.h"

#include <criterion/criterion.h>
#include <string.h>

static struct cache_sets make_sets(uint64_t size_bytes, uint32_t ways,
                                   enum cache_replacement policy)
{
    struct cache_geometry geometry = {
        .size_bytes = size_bytes, .line_bytes = 64, .ways = ways, .replacement = policy};
    struct cache_sets sets;
    struct err err = {0};
    cr_assert(cache_geometry_check(&geometry, "l1d", &err), "%s", err.text);
    cr_assert(cache_sets_make(&sets, &geometry, 1, 0));
    return sets;
}

Test(cache_sets, a_geometry_that_cannot_be_is_refused_by_its_key)
{
    const struct cache_geometry good = {32768, 64, 8, CACHE_LRU};
    const struct {
        struct cache_geometry geometry;
        const char *text;
    } cases[] = {
        {{32768, 48, 8, CACHE_LRU}, "l1d.line_bytes: 48 "},
        {{32768, 4, 8, CACHE_LRU}, "l1d.line_bytes: 4 "},
        {{32768, 8192, 4, CACHE_LRU}, "l1d.line_bytes: 8192 "},
        {{32768, 64, 0, CACHE_LRU}, "l1d.ways: 0 "},
        {{1 << 20, 64, 2048, CACHE_LRU}, "l1d.ways: 2048 "},
        {{49152, 64, 12, CACHE_TREE_PLRU}, "l1d.ways: 12 is not a power of two"},
        {{8192, 64, 128, CACHE_TREE_PLRU}, "l1d.ways: 128 "},
        {{30000, 64, 8, CACHE_LRU}, "l1d.size_bytes: 30000 "},
        {{3 * 16384, 64, 8, CACHE_LRU}, "l1d.size_bytes: 49152 is not 8 ways of 64 bytes times"},
        {{0, 64, 8, CACHE_LRU}, "l1d.size_bytes: 0 "},
        {{1ULL << 40, 64, 8, CACHE_LRU}, "l1d.size_bytes: 1099511627776 is more than"},
        {{32768, 64, 8, CACHE_NUM_REPLACEMENTS}, "l1d.replacement: "},
    };
    struct err err = {0};
    cr_assert(cache_geometry_check(&good, "l1d", &err));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        err = (struct err){0};
        cr_assert(!cache_geometry_check(&cases[i].geometry, "l1d", &err), "case %zu", i);
        cr_expect_eq(err.status, ERR_CONFIG);
        cr_expect_eq(strncmp(err.text, cases[i].text, strlen(cases[i].text)), 0, "%s", err.text);
    }
}

// A set as a list of its lines in order of age, the oldest first, and a tree by name of its nodes.
struct model {
    enum cache_replacement policy;
    uint32_t ways;
    uint64_t lines[16]; // by way
    uint32_t order[16]; // ways, oldest first
    bool right[32];     // tree: node leads right
};

static void model_touch(struct model *m, uint32_t way, bool fill)
{
    if (m->policy == CACHE_LRU || (m->policy == CACHE_FIFO && fill)) {
        uint32_t at = 0;
        while (m->order[at] != way)
            at++;
        for (; at + 1 < m->ways; at++)
            m->order[at] = m->order[at + 1];
        m->order[m->ways - 1] = way;
    }
    uint32_t node = 1; // from the root, halving the ways; the bit leads to the other half
    for (uint32_t size = m->ways, low = 0; size > 1; size /= 2) {
        bool high_half = way >= low + size / 2;
        m->right[node] = !high_half;
        low += high_half ? size / 2 : 0;
        node = 2 * node + high_half;
    }
}

static uint32_t model_victim(const struct model *m)
{
    for (uint32_t way = 0; way < m->ways; way++)
        if (m->lines[way] == CACHE_NO_LINE)
            return way;
    if (m->policy != CACHE_TREE_PLRU)
        return m->order[0];
    uint32_t low = 0;
    for (uint32_t size = m->ways, node = 1; size > 1; size /= 2) {
        low += m->right[node] ? size / 2 : 0;
        node = 2 * node + m->right[node];
    }
    return low;
}

static void compare(enum cache_replacement policy, uint32_t ways, uint64_t seed)
{
    enum { NUM_SETS = 4, STEPS = 20000 };
    struct cache_sets sets = make_sets((uint64_t)ways * NUM_SETS * 64, ways, policy);
    struct model models[NUM_SETS];
    struct rng rng = rng_make(seed, RNG_SHUFFLE, ways);
    for (int s = 0; s < NUM_SETS; s++) {
        models[s] = (struct model){.policy = policy, .ways = ways};
        for (uint32_t way = 0; way < ways; way++) {
            models[s].lines[way] = CACHE_NO_LINE;
            models[s].order[way] = way;
        }
    }
    for (int step = 0; step < STEPS; step++) {
        uint64_t line = rng_below(&rng, NUM_SETS * 2 * ways);
        struct model *m = &models[line % NUM_SETS];
        uint32_t way = 0;
        while (way < ways && m->lines[way] != line)
            way++;
        if (rng_below(&rng, 16) == 0) {
            uint32_t slot = cache_sets_find(&sets, line);
            cr_assert_eq(slot != CACHE_NO_SLOT, way < ways);
            if (slot != CACHE_NO_SLOT) {
                cache_sets_invalidate(&sets, slot);
                m->lines[way] = CACHE_NO_LINE;
            }
            continue;
        }
        bool hit = way < ways;
        uint32_t expected = hit ? way : model_victim(m);
        cr_assert_eq(cache_sets_access(&sets, line), hit, "step %d", step);
        cr_assert_eq(cache_sets_find(&sets, line), line % NUM_SETS * ways + expected,
                     "%s, %u ways, step %d", cache_replacement_names[policy], ways, step);
        m->lines[expected] = line;
        model_touch(m, expected, !hit);
    }
    cache_sets_free(&sets);
}

Test(cache_sets, lru_fifo_and_tree_plru_evict_what_their_plain_models_evict)
{
    for (uint32_t ways = 1; ways <= 16; ways *= 2)
        for (uint64_t seed = 1; seed <= 3; seed++) {
            compare(CACHE_LRU, ways, seed);
            compare(CACHE_FIFO, ways, seed);
            compare(CACHE_TREE_PLRU, ways, seed);
        }
    compare(CACHE_LRU, 12, 1);
    compare(CACHE_FIFO, 3, 1);
}

Test(cache_sets, random_evicts_every_way_alike_and_as_its_seed_says)
{
    enum { WAYS = 8, FILLS = 80000 };
    struct cache_sets a = make_sets(WAYS * 64, WAYS, CACHE_RANDOM);
    struct cache_sets b = make_sets(WAYS * 64, WAYS, CACHE_RANDOM);
    uint32_t counts[WAYS] = {0};
    for (uint64_t line = 0; line < FILLS; line++) {
        uint32_t slot = cache_sets_victim(&a, line);
        cache_sets_put(&a, slot, line);
        cr_assert(!cache_sets_access(&b, line));
        cr_assert_eq(cache_sets_find(&b, line), slot);
        counts[slot]++;
    }
    for (int way = 0; way < WAYS; way++) // 5 standard deviations
        cr_expect(counts[way] > 9530 && counts[way] < 10470, "%u", counts[way]);
    cache_sets_free(&a);
    cache_sets_free(&b);
}

Test(cache_sets, looking_without_using_does_not_save_a_line)
{
    struct cache_sets sets = make_sets(2 * 64, 2, CACHE_LRU);
    cache_sets_access(&sets, 1);
    cache_sets_access(&sets, 2);
    cr_expect_neq(cache_sets_find(&sets, 1), CACHE_NO_SLOT);
    cache_sets_access(&sets, 3);
    cr_expect_eq(cache_sets_find(&sets, 1), CACHE_NO_SLOT);
    cr_expect_neq(cache_sets_find(&sets, 2), CACHE_NO_SLOT);
    cache_sets_free(&sets);
}
