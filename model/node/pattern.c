// SPDX-License-Identifier: Apache-2.0
#include "model/node/pattern.h"
#include "model/node/pattern_file.h"

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

static uint32_t draw_uniform(const struct pattern *self, uint32_t source, struct rng *rng)
{
    if (self->include_self)
        return (uint32_t)rng_below(rng, self->num_nodes);
    uint32_t other = (uint32_t)rng_below(rng, self->num_nodes - 1);
    return other + (other >= source);
}

static uint32_t draw_hotspot(const struct pattern *self, uint32_t source, struct rng *rng)
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
    assert(pattern_sends(self, source));
    if (self->fixed)
        return self->fixed[source];
    if (self->cumulative)
        return draw_weighted(self, source, rng);
    if (self->num_hotspots)
        return draw_hotspot(self, source, rng);
    return draw_uniform(self, source, rng);
}

// --- patterns of the node number's bits ---------------------------------------------------------

// Bits of the node number, if there are 2^bits nodes; otherwise refuses.
static bool number_bits(const char *pattern, uint32_t num_nodes, uint32_t *bits, struct err *err)
{
    *bits = 0;
    while (num_nodes >> *bits > 1)
        ++*bits;
    if (num_nodes == UINT32_C(1) << *bits)
        return true;
    return err_set(err, ERR_CONFIG,
                   "workload.pattern: %s is defined by the bits of the node number and needs a "
                   "power of two of nodes, not %u; the nearest are %u and %u",
                   pattern, num_nodes, UINT32_C(1) << *bits, UINT32_C(2) << *bits);
}

// Rotates the bits of a node number to the left.
static uint32_t rotate(uint32_t node, uint32_t by, uint32_t bits)
{
    uint32_t mask = (UINT32_C(1) << bits) - 1;
    return bits ? (node << by | node >> (bits - by)) & mask : 0;
}

static bool make_bit_complement(struct pattern *self, const struct pattern_spec *spec,
                                const struct topology *topology, struct err *err)
{
    uint32_t bits;
    if (!number_bits(spec->pattern, topology->num_nodes, &bits, err))
        return false;
    for (uint32_t node = 0; node < self->num_nodes; node++)
        self->fixed[node] = self->num_nodes - 1 - node;
    return true;
}

static bool make_bit_reverse(struct pattern *self, const struct pattern_spec *spec,
                             const struct topology *topology, struct err *err)
{
    uint32_t bits;
    if (!number_bits(spec->pattern, topology->num_nodes, &bits, err))
        return false;
    for (uint32_t node = 0; node < self->num_nodes; node++) {
        self->fixed[node] = 0;
        for (uint32_t i = 0; i < bits; i++)
            self->fixed[node] |= (node >> i & 1) << (bits - 1 - i);
    }
    return true;
}

static bool make_shuffle(struct pattern *self, const struct pattern_spec *spec,
                         const struct topology *topology, struct err *err)
{
    uint32_t bits;
    if (!number_bits(spec->pattern, topology->num_nodes, &bits, err))
        return false;
    for (uint32_t node = 0; node < self->num_nodes; node++)
        self->fixed[node] = rotate(node, 1, bits);
    return true;
}

// The side of a square grid of two dimensions (sides of 1 do not count); 0 if it is none.
static uint32_t square_side(const struct topology *topology)
{
    uint32_t num_sides = 0;
    uint32_t side = 0;
    for (uint32_t d = 0; d < topology->num_dims; d++) {
        if (topology->sides[d] == 1)
            continue;
        if (num_sides++ && topology->sides[d] != side)
            return 0;
        side = topology->sides[d];
    }
    return num_sides == 2 ? side : 0;
}

static bool make_transpose(struct pattern *self, const struct pattern_spec *spec,
                           const struct topology *topology, struct err *err)
{
    uint32_t side = square_side(topology);
    uint32_t bits = 0;
    if (!side && !number_bits(spec->pattern, topology->num_nodes, &bits, err))
        return false;
    if (bits % 2)
        return err_set(err, ERR_CONFIG,
                       "workload.pattern: transpose needs a square grid of two dimensions or a "
                       "node number with an even number of bits; %u nodes have %u bits, the "
                       "nearest that do are %u and %u nodes",
                       self->num_nodes, bits, self->num_nodes / 2, self->num_nodes * 2);
    for (uint32_t node = 0; node < self->num_nodes; node++)
        self->fixed[node] = side ? node / side + node % side * side : rotate(node, bits / 2, bits);
    return true;
}

// --- patterns of coordinates --------------------------------------------------------------------

// Adds `half ? ceil(k / 2) - 1 : 1` to every coordinate, modulo its side k.
static bool move_coordinates(struct pattern *self, const struct topology *topology,
                             const char *pattern, bool half, struct err *err)
{
    if (topology->num_dims == 0)
        return err_set(err, ERR_CONFIG,
                       "workload.pattern: %s is defined by coordinates, and a %s has none; "
                       "use a grid, such as a mesh or a torus",
                       pattern, topology->kind->name);
    for (uint32_t node = 0; node < self->num_nodes; node++) {
        uint32_t rest = node;
        uint32_t stride = 1;
        self->fixed[node] = 0;
        for (uint32_t d = 0; d < topology->num_dims; d++) {
            uint32_t side = topology->sides[d];
            uint32_t coordinate = (rest % side + (half ? (side + 1) / 2 - 1 : 1)) % side;
            self->fixed[node] += coordinate * stride;
            rest /= side;
            stride *= side;
        }
    }
    return true;
}

static bool make_tornado(struct pattern *self, const struct pattern_spec *spec,
                         const struct topology *topology, struct err *err)
{
    return move_coordinates(self, topology, spec->pattern, true, err);
}

static bool make_neighbour(struct pattern *self, const struct pattern_spec *spec,
                           const struct topology *topology, struct err *err)
{
    return move_coordinates(self, topology, spec->pattern, false, err);
}

// --- random and given patterns ------------------------------------------------------------------

static bool make_uniform(struct pattern *self, const struct pattern_spec *spec,
                         const struct topology *topology, struct err *err)
{
    (void)self, (void)topology, (void)spec, (void)err;
    return true;
}

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

// One row a pattern: name, function, whether it has one fixed destination a node.
#define PATTERNS(X)                                                                                \
    X("uniform", make_uniform, false)                                                              \
    X("transpose", make_transpose, true)                                                           \
    X("bit-complement", make_bit_complement, true)                                                 \
    X("bit-reverse", make_bit_reverse, true)                                                       \
    X("shuffle", make_shuffle, true)                                                               \
    X("tornado", make_tornado, true)                                                               \
    X("neighbour", make_neighbour, true)                                                           \
    X("hotspot", make_hotspot, false)                                                              \
    X("permutation", make_permutation, true)                                                       \
    X("matrix", make_matrix, false)

#define PATTERN_NAME(name, make, fixed) name,
const char *const pattern_names[] = {PATTERNS(PATTERN_NAME)};
const size_t pattern_num_names = sizeof pattern_names / sizeof pattern_names[0];

static const struct {
    make_fn *make;
    bool fixed;
} kinds[] = {
#define PATTERN_KIND(name, make, fixed) {make, fixed},
    PATTERNS(PATTERN_KIND)};

// Index of the pattern's name, or pattern_num_names with an error.
static size_t find_kind(const char *name, struct err *err)
{
    for (size_t i = 0; i < pattern_num_names; i++)
        if (strcmp(name, pattern_names[i]) == 0)
            return i;
    const char *nearest = err_nearest(name, pattern_names, pattern_num_names);
    err_set(err, ERR_CONFIG, "workload.pattern: there is no pattern '%s'%s%s%s", name,
            nearest ? "; nearest: '" : "", nearest ? nearest : "", nearest ? "'" : "");
    return pattern_num_names;
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

struct pattern *pattern_new(const struct pattern_spec *spec, const struct topology *topology,
                            struct err *err)
{
    size_t kind = find_kind(spec->pattern, err);
    if (kind == pattern_num_names)
        return NULL;
    struct pattern *self = calloc(1, sizeof *self);
    if (self) {
        self->num_nodes = topology->num_nodes;
        self->include_self = spec->include_self;
        if (kinds[kind].fixed)
            self->fixed = calloc(self->num_nodes, sizeof *self->fixed);
    }
    if (!self || (kinds[kind].fixed && !self->fixed))
        err_set(err, ERR_RUN, "out of memory for a traffic pattern");
    else if (kinds[kind].make(self, spec, topology, err) && finish(self, spec->pattern, err))
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
