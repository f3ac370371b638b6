// SPDX-License-Identifier: Apache-2.0
#include "model/node/pattern.h"
#include "model/node/pattern_file.h"
#include "model/node/pattern_map.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct pattern {
    uint32_t num_nodes;
    bool include_self;
    // What of these is there says how destinations are drawn; uniform if none of them.
    uint32_t *fixed;        // [num_nodes] destination, or PATTERN_SILENT
    uint64_t *cumulative;   // [num_nodes * num_nodes], see pattern_file_matrix
    uint32_t *hotspots;     // [num_hotspots]
    uint32_t num_hotspots;  // 0: none
    uint64_t hot_threshold; // rng_threshold of a packet going to a hotspot
};

// --- drawing ------------------------------------------------------------------------------------

bool pattern_sends(const struct pattern *self, uint32_t source)
{
    if (self->fixed)
        return self->fixed[source] != PATTERN_SILENT;
    if (self->cumulative)
        return self->cumulative[((size_t)source + 1) * self->num_nodes - 1] != 0;
    return self->include_self || self->num_nodes > 1;
}

static inline uint32_t draw_uniform(const struct pattern *self, uint32_t source, struct rng *rng)
{
    uint32_t left_out = !self->include_self;
    uint32_t node = (uint32_t)rng_below(rng, self->num_nodes - left_out);
    return node + (left_out & (node >= source));
}

// Not in line, for it would have the others save registers.
static __attribute__((noinline)) uint32_t draw_hotspot(const struct pattern *self, uint32_t source,
                                                       struct rng *rng)
{
    if (rng_chance(rng, self->hot_threshold)) {
        uint32_t node = self->hotspots[rng_below(rng, self->num_hotspots)];
        if (node != source || self->include_self)
            return node;
    }
    return draw_uniform(self, source, rng);
}

// The first column whose cumulative chance exceeds the draw: never one with weight 0.
static uint32_t draw_weighted(const struct pattern *self, uint32_t source, struct rng *rng)
{
    const uint64_t *row = self->cumulative + (size_t)source * self->num_nodes;
    uint64_t draw = rng_next(rng) >> 1;
    uint32_t low = 0;
    uint32_t high = self->num_nodes - 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (row[middle] > draw)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

uint32_t pattern_destination(const struct pattern *self, uint32_t source, struct rng *rng)
{
    if (self->fixed) {
        assert(self->fixed[source] != PATTERN_SILENT);
        return self->fixed[source];
    }
    if (self->cumulative)
        return draw_weighted(self, source, rng);
    if (self->num_hotspots)
        return draw_hotspot(self, source, rng);
    return draw_uniform(self, source, rng);
}

// --- random and given patterns ------------------------------------------------------------------

// The node in the middle, rounded down in every dimension.
static uint32_t middle_node(const struct topology *topology)
{
    if (topology->num_dims == 0)
        return (topology->num_nodes - 1) / 2;
    uint32_t node = 0;
    for (uint32_t d = topology->num_dims; d-- > 0;)
        node = node * topology->sides[d] + (topology->sides[d] - 1) / 2;
    return node;
}

static bool make_hotspot(struct pattern *self, const struct pattern_spec *spec,
                         const struct topology *topology, struct err *err)
{
    uint32_t middle = middle_node(topology);
    const uint32_t *hotspots = spec->num_hotspots ? spec->hotspots : &middle;
    self->num_hotspots = spec->num_hotspots ? spec->num_hotspots : 1;
    self->hot_threshold = rng_threshold(spec->hotspot_fraction);
    self->hotspots = calloc(self->num_hotspots, sizeof *self->hotspots);
    if (!self->hotspots)
        return err_set(err, ERR_RUN, "out of memory for the hotspots");
    for (uint32_t i = 0; i < self->num_hotspots; i++) {
        if (hotspots[i] >= self->num_nodes)
            return err_set(err, ERR_CONFIG,
                           "workload.hotspots: there is no node %u, the last is %u", hotspots[i],
                           self->num_nodes - 1);
        self->hotspots[i] = hotspots[i];
    }
    return true;
}

// A permutation drawn uniformly (Fisher and Yates), again until it is one without fixed points if
// these are not wanted, which takes e draws on average.
static void draw_permutation(struct pattern *self, uint64_t seed)
{
    struct rng rng = rng_make(seed, RNG_PERMUTATION, 0);
    bool wanted;
    do {
        wanted = true;
        for (uint32_t node = 0; node < self->num_nodes; node++)
            self->fixed[node] = node;
        for (uint32_t left = self->num_nodes; left > 0; left--) {
            uint32_t chosen = (uint32_t)rng_below(&rng, left);
            uint32_t destination = self->fixed[chosen];
            self->fixed[chosen] = self->fixed[left - 1];
            self->fixed[left - 1] = destination;
            wanted = wanted && (self->include_self || destination != left - 1);
        }
    } while (!wanted && self->num_nodes > 1);
}

static bool make_permutation(struct pattern *self, const struct pattern_spec *spec,
                             const struct topology *topology, struct err *err)
{
    (void)topology;
    if (spec->permutation)
        return pattern_file_permutation(spec->permutation, self->num_nodes, self->fixed, err);
    draw_permutation(self, spec->seed);
    return true;
}

static bool make_matrix(struct pattern *self, const struct pattern_spec *spec,
                        const struct topology *topology, struct err *err)
{
    (void)topology;
    if (!spec->matrix)
        return err_set(err, ERR_CONFIG,
                       "workload.matrix: the pattern matrix needs a file of weights");
    size_t num = (size_t)self->num_nodes * self->num_nodes;
    self->cumulative = calloc(num, sizeof *self->cumulative);
    if (!self->cumulative)
        return err_set(err, ERR_RUN, "out of memory for a matrix of %u x %u weights",
                       self->num_nodes, self->num_nodes);
    return pattern_file_matrix(spec->matrix, self->num_nodes, self->include_self, self->cumulative,
                               err);
}

// --- the list -----------------------------------------------------------------------------------

typedef bool make_fn(struct pattern *self, const struct pattern_spec *spec,
                     const struct topology *topology, struct err *err);

// One row a pattern: name; its closed form, if it has one; whether it gives every node one
// destination; what else there is to make, if anything. With neither, it is uniform.
#define PATTERNS(X)                                                                                \
    X("uniform", NULL, false, NULL)                                                                \
    X("transpose", pattern_map_transpose, true, NULL)                                              \
    X("bit-complement", pattern_map_bit_complement, true, NULL)                                    \
    X("bit-reverse", pattern_map_bit_reverse, true, NULL)                                          \
    X("shuffle", pattern_map_shuffle, true, NULL)                                                  \
    X("tornado", pattern_map_tornado, true, NULL)                                                  \
    X("neighbour", pattern_map_neighbour, true, NULL)                                              \
    X("hotspot", NULL, false, make_hotspot)                                                        \
    X("permutation", NULL, true, make_permutation)                                                 \
    X("matrix", NULL, false, make_matrix)

static const struct pattern_kind {
    const char *name;
    pattern_map_fn *map;
    bool fixed;
    make_fn *make;
} kinds[] = {
#define PATTERN_ROW(name, map, fixed, make) {name, map, fixed, make},
    PATTERNS(PATTERN_ROW)};

#define PATTERN_NAME(name, map, fixed, make) name,
const char *const pattern_names[] = {PATTERNS(PATTERN_NAME)};
const size_t pattern_num_names = sizeof pattern_names / sizeof pattern_names[0];

// The pattern of this name, or NULL with an error.
static const struct pattern_kind *find_kind(const char *name, struct err *err)
{
    for (size_t i = 0; i < pattern_num_names; i++)
        if (strcmp(name, kinds[i].name) == 0)
            return &kinds[i];
    const char *nearest = err_nearest(name, pattern_names, pattern_num_names);
    err_set(err, ERR_CONFIG, "workload.pattern: there is no pattern '%s'%s%s", name,
            nearest ? "; the nearest is " : "", nearest ? nearest : "");
    return NULL;
}

// Takes fixed points out of a fixed pattern, and sees that anybody is left to send.
static bool finish(struct pattern *self, const char *name, struct err *err)
{
    bool any = false;
    for (uint32_t node = 0; node < self->num_nodes; node++) {
        if (self->fixed && self->fixed[node] == node && !self->include_self)
            self->fixed[node] = PATTERN_SILENT;
        any = any || pattern_sends(self, node);
    }
    if (any)
        return true;
    return err_set(err, ERR_CONFIG,
                   "workload.pattern: with %s no node of this topology would send to another; "
                   "choose another pattern or topology, or set workload.include_self",
                   name);
}

static bool fill(struct pattern *self, const struct pattern_kind *kind,
                 const struct pattern_spec *spec, const struct topology *topology, struct err *err)
{
    self->num_nodes = topology->num_nodes;
    self->include_self = spec->include_self;
    if (kind->fixed) {
        self->fixed = calloc(self->num_nodes, sizeof *self->fixed);
        if (!self->fixed)
            return err_set(err, ERR_RUN, "out of memory for a traffic pattern");
    }
    if (kind->map && !kind->map(topology, self->fixed, err))
        return false;
    return (!kind->make || kind->make(self, spec, topology, err)) && finish(self, kind->name, err);
}

struct pattern *pattern_new(const struct pattern_spec *spec, const struct topology *topology,
                            struct err *err)
{
    const struct pattern_kind *kind = find_kind(spec->pattern, err);
    if (!kind)
        return NULL;
    struct pattern *self = calloc(1, sizeof *self);
    if (!self) {
        err_set(err, ERR_RUN, "out of memory for a traffic pattern");
        return NULL;
    }
    if (fill(self, kind, spec, topology, err))
        return self;
    pattern_free(self);
    return NULL;
}

void pattern_free(struct pattern *self)
{
    if (!self)
        return;
    free(self->fixed);
    free(self->cumulative);
    free(self->hotspots);
    free(self);
}
