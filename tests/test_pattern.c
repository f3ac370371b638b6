// SPDX-License-Identifier: Apache-2.0
// Grids here are what a pattern sees of a topology: sides and number of nodes.
#include "model/node/pattern.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const struct topology_kind grid_kind = {.name = "grid", .grid = true};
static const struct topology_kind tree_kind = {.name = "tree"};

static struct topology grid(uint32_t num_dims, const uint32_t *sides)
{
    struct topology topology = {.kind = &grid_kind, .num_dims = num_dims, .num_nodes = 1};
    for (uint32_t d = 0; d < num_dims; d++) {
        topology.sides[d] = sides[d];
        topology.num_nodes *= sides[d];
    }
    return topology;
}

#define GRID(...)                                                                                  \
    grid(sizeof(uint32_t[]){__VA_ARGS__} / sizeof(uint32_t), (uint32_t[]){__VA_ARGS__})

static struct topology tree(uint32_t num_nodes)
{
    return (struct topology){.kind = &tree_kind, .num_nodes = num_nodes};
}

static struct pattern *make(struct pattern_spec spec, struct topology topology)
{
    struct err err = {0};
    struct pattern *pattern = pattern_new(&spec, &topology, &err);
    cr_assert(pattern, "%s: %s", spec.pattern, err.text);
    return pattern;
}

static void refuses(struct pattern_spec spec, struct topology topology, const char *why)
{
    struct err err = {0};
    cr_assert_null(pattern_new(&spec, &topology, &err), "%s is not refused", spec.pattern);
    cr_assert_eq(err.status, ERR_CONFIG);
    cr_assert(strstr(err.text, why), "'%s' does not say '%s'", err.text, why);
}

// Where a node of a pattern without chance sends, itself included.
static uint32_t goes(const char *name, struct topology topology, uint32_t source)
{
    struct rng rng = rng_make(1, RNG_DESTINATION, source);
    struct pattern *pattern =
        make((struct pattern_spec){.pattern = name, .include_self = true}, topology);
    uint32_t destination = pattern_destination(pattern, source, &rng);
    pattern_free(pattern);
    return destination;
}

// --- closed forms, by hand from Dally and Towles, table 3.1 -------------------------------------

Test(pattern, transpose_exchanges_the_coordinates_of_a_square)
{
    cr_assert_eq(goes("transpose", GRID(8, 8), 3 + 8 * 5), 5 + 8 * 3);
    cr_assert_eq(goes("transpose", GRID(5, 5), 4 + 5 * 0), 0 + 5 * 4);
    cr_assert_eq(goes("transpose", GRID(3, 1, 3), 2 + 3 * 1), 1 + 3 * 2);
}

Test(pattern, transpose_exchanges_the_halves_of_the_number_elsewhere)
{
    // A hypercube of 6 dimensions: 101 110 -> 110 101, d_i = s_(i + b/2 mod b).
    cr_assert_eq(goes("transpose", GRID(2, 2, 2, 2, 2, 2), 056), 065);
    cr_assert_eq(goes("transpose", GRID(16, 4), 043), 034);
    cr_assert_eq(goes("transpose", tree(64), 011), 011);
}

Test(pattern, bit_patterns_follow_their_definitions)
{
    cr_assert_eq(goes("bit-complement", GRID(8, 8), 0), 63);
    cr_assert_eq(goes("bit-complement", GRID(8, 8), 42), 21);
    cr_assert_eq(goes("bit-reverse", GRID(8, 8), 1), 32);
    cr_assert_eq(goes("bit-reverse", GRID(8, 8), 6), 24); // 000110 -> 011000
    cr_assert_eq(goes("bit-reverse", tree(32), 19), 25);  // 10011 -> 11001
    cr_assert_eq(goes("shuffle", GRID(8, 8), 33), 3);     // 100001 -> 000011
    cr_assert_eq(goes("shuffle", tree(8), 5), 3);         // 101 -> 011
}

Test(pattern, tornado_goes_just_short_of_half_way_in_every_dimension)
{
    cr_assert_eq(goes("tornado", GRID(8, 8), 0), 3 + 8 * 3);
    cr_assert_eq(goes("tornado", GRID(8, 8), 6 + 8 * 1), 1 + 8 * 4);
    cr_assert_eq(goes("tornado", GRID(5), 4), 1); // ceil(5 / 2) - 1 = 2
    cr_assert_eq(goes("tornado", GRID(8, 2, 3), 7 + 8 * 1), 2 + 8 * (1 + 2 * 1));
}

Test(pattern, neighbour_goes_one_further_in_every_dimension)
{
    cr_assert_eq(goes("neighbour", GRID(8, 8), 0), 1 + 8 * 1);
    cr_assert_eq(goes("neighbour", GRID(8, 8), 63), 0);
    cr_assert_eq(goes("neighbour", GRID(4, 1, 3), 3 + 4 * 2), 0);
    cr_assert_eq(goes("neighbour", GRID(2, 2, 2), 0), 7); // on a hypercube: the complement
}

// --- laws ---------------------------------------------------------------------------------------

static const char *const bijections[] = {"transpose", "bit-complement", "bit-reverse", "shuffle",
                                         "tornado",   "neighbour",      "permutation"};

Test(pattern, patterns_by_number_and_coordinate_are_permutations)
{
    struct topology shapes[] = {GRID(8, 8), GRID(2, 2, 2, 2), GRID(4, 4, 4), GRID(16, 1, 16)};
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        for (size_t i = 0; i < sizeof bijections / sizeof *bijections; i++) {
            uint32_t times[256] = {0};
            for (uint32_t node = 0; node < shapes[s].num_nodes; node++)
                times[goes(bijections[i], shapes[s], node)]++;
            for (uint32_t node = 0; node < shapes[s].num_nodes; node++)
                cr_assert_eq(times[node], 1, "%s shape %zu node %u", bijections[i], s, node);
        }
    }
}

Test(pattern, some_patterns_are_their_own_inverse)
{
    for (uint32_t node = 0; node < 64; node++)
        for (size_t i = 0; i < 3; i++)
            cr_assert_eq(goes(bijections[i], tree(64), goes(bijections[i], tree(64), node)), node);
}

Test(pattern, as_many_shuffles_as_bits_are_none)
{
    for (uint32_t node = 0; node < 32; node++) {
        uint32_t at = node;
        for (int i = 0; i < 5; i++)
            at = goes("shuffle", tree(32), at);
        cr_assert_eq(at, node);
    }
}

Test(pattern, fixed_points_send_only_with_include_self)
{
    struct pattern *pattern = make((struct pattern_spec){.pattern = "transpose"}, GRID(8, 8));
    for (uint32_t node = 0; node < 64; node++)
        cr_assert_eq(pattern_sends(pattern, node), node / 8 != node % 8);
    pattern_free(pattern);
    pattern = make((struct pattern_spec){.pattern = "transpose", .include_self = true}, GRID(8, 8));
    cr_assert(pattern_sends(pattern, 9));
    pattern_free(pattern);
}

// --- refusals -----------------------------------------------------------------------------------

Test(pattern, undefined_patterns_are_refused)
{
    refuses((struct pattern_spec){.pattern = "shuffle"}, GRID(3, 3), "nearest are 8 and 16");
    refuses((struct pattern_spec){.pattern = "bit-reverse"}, GRID(6, 6), "bit-reverse");
    refuses((struct pattern_spec){.pattern = "bit-complement"}, tree(65), "64 and 128");
    refuses((struct pattern_spec){.pattern = "transpose"}, GRID(4, 8), "nearest are 16 and 64");
    refuses((struct pattern_spec){.pattern = "transpose"}, GRID(3, 4), "square");
    refuses((struct pattern_spec){.pattern = "tornado"}, tree(64), "a tree has not");
    refuses((struct pattern_spec){.pattern = "neighbour"}, tree(64), "a tree has not");
}

Test(pattern, a_pattern_in_which_nobody_sends_is_refused)
{
    refuses((struct pattern_spec){.pattern = "tornado"}, GRID(2, 2, 2), "include_self");
    refuses((struct pattern_spec){.pattern = "uniform"}, GRID(1), "include_self");
    refuses((struct pattern_spec){.pattern = "permutation"}, GRID(1), "include_self");
    pattern_free(make((struct pattern_spec){.pattern = "uniform", .include_self = true}, GRID(1)));
}

Test(pattern, an_unknown_name_gets_the_nearest)
{
    refuses((struct pattern_spec){.pattern = "tornaod"}, GRID(8, 8), "tornado");
}

// --- random destinations ------------------------------------------------------------------------

enum { DRAWS = 60000 };

// Counts destinations of one node.
static void count(struct pattern_spec spec, struct topology topology, uint32_t source,
                  uint32_t *times)
{
    struct pattern *pattern = make(spec, topology);
    struct rng rng = rng_make(7, RNG_DESTINATION, source);
    for (uint32_t i = 0; i < DRAWS; i++)
        times[pattern_destination(pattern, source, &rng)]++;
    pattern_free(pattern);
}

// True within 4.5 standard deviations of a binomial count (chance of a miss 7e-6, and fixed by the
// seed).
static bool likely(uint32_t times, double probability)
{
    double miss = times - DRAWS * probability;
    return miss * miss <= 4.5 * 4.5 * DRAWS * probability * (1.0 - probability);
}

Test(pattern, uniform_leaves_the_node_itself_out)
{
    uint32_t times[12] = {0};
    count((struct pattern_spec){.pattern = "uniform"}, GRID(4, 3), 5, times);
    cr_assert_eq(times[5], 0);
    for (uint32_t node = 0; node < 12; node++)
        cr_assert(node == 5 || likely(times[node], 1.0 / 11));
}

Test(pattern, uniform_includes_the_node_itself_on_request)
{
    uint32_t times[12] = {0};
    count((struct pattern_spec){.pattern = "uniform", .include_self = true}, GRID(4, 3), 5, times);
    for (uint32_t node = 0; node < 12; node++)
        cr_assert(likely(times[node], 1.0 / 12));
}

Test(pattern, hotspots_share_their_fraction)
{
    struct pattern_spec spec = {.pattern = "hotspot",
                                .hotspots = (uint32_t[]){3, 9},
                                .num_hotspots = 2,
                                .hotspot_fraction = 0.4};
    uint32_t times[16] = {0};
    count(spec, GRID(4, 4), 0, times);
    for (uint32_t node = 1; node < 16; node++)
        cr_assert(likely(times[node], (node == 3 || node == 9 ? 0.2 : 0.0) + 0.6 / 15));
    uint32_t hot[16] = {0}; // from a hotspot: its own share goes to all others
    count(spec, GRID(4, 4), 3, hot);
    cr_assert_eq(hot[3], 0);
    cr_assert(likely(hot[9], 0.2 + 0.8 / 15));
    cr_assert(likely(hot[0], 0.8 / 15));
}

Test(pattern, the_default_hotspot_is_in_the_middle)
{
    uint32_t times[64] = {0};
    count((struct pattern_spec){.pattern = "hotspot", .hotspot_fraction = 0.5}, GRID(8, 8), 0,
          times);
    cr_assert(likely(times[27], 0.5 + 0.5 / 63));
    refuses((struct pattern_spec){.pattern = "hotspot",
                                  .hotspots = (uint32_t[]){64},
                                  .num_hotspots = 1},
            GRID(8, 8), "the last is 63");
}

// --- permutations -------------------------------------------------------------------------------

// Random permutations of 4 nodes by seed: how often each number of fixed points occurs.
static void count_fixed_points(bool include_self, uint32_t *times)
{
    for (uint64_t seed = 0; seed < 6000; seed++) {
        struct pattern *pattern = make((struct pattern_spec){.pattern = "permutation",
                                                             .include_self = include_self,
                                                             .seed = seed},
                                       GRID(2, 2));
        struct rng rng = rng_make(1, RNG_DESTINATION, 0);
        uint32_t fixed = 0;
        for (uint32_t node = 0; node < 4; node++)
            fixed += pattern_destination(pattern, node, &rng) == node;
        times[fixed]++;
        pattern_free(pattern);
    }
}

Test(pattern, random_permutations_are_uniform)
{
    uint32_t times[5] = {0};
    count_fixed_points(true, times); // of 24 permutations 9, 8, 6, 0, 1 have 0, 1, 2, 3, 4
    cr_assert_float_eq(times[0] / 6000.0, 9 / 24.0, 0.03);
    cr_assert_float_eq(times[1] / 6000.0, 8 / 24.0, 0.03);
    cr_assert_float_eq(times[2] / 6000.0, 6 / 24.0, 0.03);
    cr_assert_eq(times[3], 0);
    cr_assert_float_eq(times[4] / 6000.0, 1 / 24.0, 0.012);
}

Test(pattern, random_permutations_without_self_have_no_fixed_points)
{
    uint32_t times[5] = {0};
    count_fixed_points(false, times);
    cr_assert_eq(times[0], 6000);
}

Test(pattern, a_permutation_file_is_followed)
{
    struct pattern_spec spec = {.pattern = "permutation"};
    spec.permutation = scratch_file("p", "# four nodes\n2\n\n 0 # zero\n3\n1\n");
    struct pattern *pattern = make(spec, GRID(2, 2));
    struct rng rng = rng_make(1, RNG_DESTINATION, 0);
    static const uint32_t expected[] = {2, 0, 3, 1};
    for (uint32_t node = 0; node < 4; node++)
        cr_assert_eq(pattern_destination(pattern, node, &rng), expected[node]);
    pattern_free(pattern);
}

Test(pattern, faults_of_a_permutation_file_have_a_line)
{
    static const struct {
        const char *text;
        const char *why;
    } faults[] = {
        {"0\n1\n2\n", ":3: the file ends after 3 of 4"},
        {"0\n1\n2\n3\n\n0\n", ":6: more lines than the 4"},
        {"0\n1\n1\n3\n", ":3: not a permutation: node 1 is a destination in line 2"},
        {"0\n4\n2\n3\n", ":2: '4' is not"},
        {"0\n-1\n2\n3\n", ":2: '-1' is not"},
        {"0\n1 2\n2\n3\n", ":2: '2' is not"},
        {"0\n18446744073709551617\n2\n3\n", ":2: '184"},
    };
    struct pattern_spec spec = {.pattern = "permutation"};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        spec.permutation = scratch_file("p", faults[i].text);
        refuses(spec, GRID(2, 2), faults[i].why);
    }
    spec.permutation = "/nonexistent/permutation";
    refuses(spec, GRID(2, 2), "/nonexistent/permutation");
}

// --- matrix -------------------------------------------------------------------------------------

Test(pattern, matrix_weights_are_chances)
{
    struct pattern_spec spec = {.pattern = "matrix", .include_self = true};
    spec.matrix = scratch_file("m", "1 2.5 0 1.5\n0,0,1,0\n0 0 0 0\n1e-3\t0 0 3e-3\n");
    static const double expected[4][4] = {
        {0.2, 0.5, 0, 0.3}, {0, 0, 1, 0}, {0, 0, 0, 0}, {0.25, 0, 0, 0.75}};
    for (uint32_t row = 0; row < 4; row++) {
        if (row == 2)
            continue;
        uint32_t times[4] = {0};
        count(spec, GRID(2, 2), row, times);
        for (uint32_t column = 0; column < 4; column++)
            cr_assert(likely(times[column], expected[row][column]), "%u %u", row, column);
    }
    struct pattern *pattern = make(spec, GRID(2, 2));
    cr_assert_not(pattern_sends(pattern, 2));
    pattern_free(pattern);
}

Test(pattern, the_diagonal_of_a_matrix_counts_only_with_include_self)
{
    struct pattern_spec spec = {.pattern = "matrix"};
    spec.matrix = scratch_file("m", "9 1 1\n1 0 0\n0 0 5\n");
    uint32_t times[3] = {0};
    count(spec, GRID(3), 0, times);
    cr_assert_eq(times[0], 0);
    cr_assert(likely(times[1], 0.5));
    struct pattern *pattern = make(spec, GRID(3));
    cr_assert_not(pattern_sends(pattern, 2));
    pattern_free(pattern);
}

Test(pattern, faults_of_a_matrix_file_have_a_line)
{
    static const struct {
        const char *text;
        const char *why;
    } faults[] = {
        {"0 1\n1\n", ":2: 1 weights, but there are 2"}, {"0 1 2\n1 0\n", ":1: more weights"},
        {"0 1\n1 x\n", ":2: 'x' is not a weight"},      {"0 1\n1 -1\n", ":2: '-1' is not"},
        {"0 1\n1 nan\n", ":2: 'nan' is not"},           {"0 1\n", ":1: the file ends after 1 of 2"},
        {"0 1\n1 0\n0 1\n", ":3: more lines"},          {"1e308 1e308\n1 0\n", ":1: the sum"},
    };
    struct pattern_spec spec = {.pattern = "matrix", .include_self = true};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        spec.matrix = scratch_file("m", faults[i].text);
        refuses(spec, GRID(2), faults[i].why);
    }
    refuses((struct pattern_spec){.pattern = "matrix"}, GRID(2), "needs a file");
}
