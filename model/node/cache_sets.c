// SPDX-License-Identifier: Apache-2.0
#include "model/node/cache_sets.h"

#include "sim/limits.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

const char *const cache_replacement_names[CACHE_NUM_REPLACEMENTS] = {
    [CACHE_LRU] = "lru",
    [CACHE_TREE_PLRU] = "tree-plru",
    [CACHE_FIFO] = "fifo",
    [CACHE_RANDOM] = "random",
};

bool cache_geometry_check(const struct cache_geometry *geometry, const char *key, struct err *err)
{
    uint64_t ways = geometry->ways;
    uint64_t line_bytes = geometry->line_bytes;
    uint64_t size_bytes = geometry->size_bytes;
    if ((unsigned)geometry->replacement >= CACHE_NUM_REPLACEMENTS)
        return err_set(err, ERR_CONFIG, "%s.replacement: there is no policy %u", key,
                       (unsigned)geometry->replacement);
    const struct limits rows[] = {
        {"line_bytes", line_bytes, CACHE_MIN_LINE_BYTES, CACHE_MAX_LINE_BYTES, true},
        {"ways", ways, 1, CACHE_MAX_WAYS, false},
    };
    if (!limits_check(rows, sizeof rows / sizeof *rows, key, err))
        return false;
    if (geometry->replacement == CACHE_TREE_PLRU &&
        (!limits_power_of_two(ways) || ways > CACHE_MAX_TREE_WAYS))
        return err_set(err, ERR_CONFIG,
                       "%s.ways: %" PRIu64 " is not a power of two in 1..%u, which tree-plru needs",
                       key, ways, CACHE_MAX_TREE_WAYS);
    if (size_bytes % (ways * line_bytes) || !limits_power_of_two(size_bytes / (ways * line_bytes)))
        return err_set(err, ERR_CONFIG,
                       "%s.size_bytes: %" PRIu64 " is not %" PRIu64 " ways of %" PRIu64
                       " bytes times a power of two of sets",
                       key, size_bytes, ways, line_bytes);
    if (size_bytes / line_bytes > CACHE_MAX_LINES)
        return err_set(err, ERR_CONFIG, "%s.size_bytes: %" PRIu64 " is more than %u lines", key,
                       size_bytes, CACHE_MAX_LINES);
    return true;
}

static uint32_t num_sets(const struct cache_geometry *geometry)
{
    return (uint32_t)(geometry->size_bytes / ((uint64_t)geometry->ways * geometry->line_bytes));
}

uint64_t cache_sets_bytes(const struct cache_geometry *geometry)
{
    uint64_t sets = num_sets(geometry);
    uint64_t slots = sets * geometry->ways;
    return slots * 2 * sizeof(uint64_t) + sets * (sizeof(uint64_t) + sizeof(uint32_t));
}

bool cache_sets_make(struct cache_sets *self, const struct cache_geometry *geometry, uint64_t seed,
                     uint64_t instance)
{
    uint32_t sets = num_sets(geometry);
    *self = (struct cache_sets){
        .line_shift = (uint32_t)__builtin_ctz(geometry->line_bytes),
        .ways = geometry->ways,
        .num_slots = sets * geometry->ways,
        .replacement = geometry->replacement,
        .set_mask = sets - 1,
        .rng = rng_make(seed, RNG_REPLACEMENT, instance),
    };
    self->lines = malloc(self->num_slots * sizeof *self->lines);
    self->stamps = calloc(self->num_slots, sizeof *self->stamps);
    self->trees = calloc(sets, sizeof *self->trees);
    self->recent = malloc(sets * sizeof *self->recent);
    if (!self->lines || !self->stamps || !self->trees || !self->recent) {
        cache_sets_free(self);
        return false;
    }
    for (uint32_t slot = 0; slot < self->num_slots; slot++)
        self->lines[slot] = CACHE_NO_LINE;
    for (uint32_t set = 0; set < sets; set++)
        self->recent[set] = set * self->ways;
    return true;
}

void cache_sets_free(struct cache_sets *self)
{
    free(self->lines);
    free(self->stamps);
    free(self->trees);
    free(self->recent);
    *self = (struct cache_sets){0};
}

static uint32_t first_slot(const struct cache_sets *self, uint64_t line)
{
    return (uint32_t)(line & self->set_mask) * self->ways;
}

uint32_t cache_sets_find(const struct cache_sets *self, uint64_t line)
{
    uint32_t first = first_slot(self, line);
    const uint64_t *lines = self->lines + first;
    for (uint32_t way = 0; way < self->ways; way++)
        if (lines[way] == line)
            return first + way;
    return CACHE_NO_SLOT;
}

// --- tree-PLRU ----------------------------------------------------------------------------------

// Turns the nodes on the way from the root to a leaf away from it.
static void tree_turn(uint64_t *tree, uint32_t ways, uint32_t way)
{
    for (uint32_t node = ways + way; node > 1; node >>= 1) {
        uint64_t bit = 1ULL << (node >> 1);
        *tree = node & 1 ? *tree & ~bit : *tree | bit;
    }
}

static uint32_t tree_leaf(uint64_t tree, uint32_t ways)
{
    uint32_t node = 1;
    while (node < ways)
        node = 2 * node + (uint32_t)(tree >> node & 1);
    return node - ways;
}

// --- use, evict, fill ---------------------------------------------------------------------------

static void note_use(struct cache_sets *self, uint64_t line, uint32_t slot)
{
    uint64_t set = line & self->set_mask;
    self->recent[set] = slot;
    if (self->replacement == CACHE_LRU)
        self->stamps[slot] = ++self->clock;
    else if (self->replacement == CACHE_TREE_PLRU)
        tree_turn(&self->trees[set], self->ways, slot - first_slot(self, line));
}

uint32_t cache_sets_use_other(struct cache_sets *self, uint64_t line)
{
    uint32_t slot = cache_sets_find(self, line);
    if (slot != CACHE_NO_SLOT)
        note_use(self, line, slot);
    return slot;
}

static uint32_t oldest_way(const uint64_t *stamps, uint32_t ways)
{
    uint32_t oldest = 0;
    for (uint32_t way = 1; way < ways; way++)
        if (stamps[way] < stamps[oldest])
            oldest = way;
    return oldest;
}

uint32_t cache_sets_victim(struct cache_sets *self, uint64_t line)
{
    uint32_t first = first_slot(self, line);
    for (uint32_t way = 0; way < self->ways; way++)
        if (self->lines[first + way] == CACHE_NO_LINE)
            return first + way;
    switch (self->replacement) {
    case CACHE_TREE_PLRU:
        return first + tree_leaf(self->trees[line & self->set_mask], self->ways);
    case CACHE_RANDOM:
        return first + (uint32_t)rng_below(&self->rng, self->ways);
    default:
        return first + oldest_way(self->stamps + first, self->ways);
    }
}

uint64_t cache_sets_put(struct cache_sets *self, uint32_t slot, uint64_t line)
{
    assert(slot - first_slot(self, line) < self->ways && line != CACHE_NO_LINE);
    uint64_t victim = self->lines[slot];
    self->lines[slot] = line;
    if (self->replacement == CACHE_FIFO)
        self->stamps[slot] = ++self->clock;
    note_use(self, line, slot);
    return victim;
}
