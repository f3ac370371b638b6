// SPDX-License-Identifier: Apache-2.0
// Where ranks run.
#include "model/node/mapping.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct mapping_place *made(enum mapping_policy policy, uint32_t ranks, uint64_t seed)
{
    struct mapping_params params = {
        .policy = policy, .num_nodes = 5, .ranks_per_node = 3, .cores = 2, .seed = seed};
    struct err err = {0};
    struct mapping_place *places = mapping_make(&params, ranks, &err);
    cr_assert(places, "%s", err.text);
    return places;
}

Test(mapping, block_fills_node_by_node_and_cyclic_goes_round)
{
    struct mapping_place *block = made(MAPPING_BLOCK, 14, 1);
    struct mapping_place *cyclic = made(MAPPING_CYCLIC, 14, 1);
    for (uint32_t i = 0; i < 14; i++) {
        cr_assert_eq(block[i].node, i / 3);
        cr_assert_eq(block[i].on_node, i % 3);
        cr_assert_eq(block[i].core, i % 3 % 2);
        cr_assert_eq(cyclic[i].node, i % 5);
        cr_assert_eq(cyclic[i].on_node, i / 5);
    }
    free(block);
    free(cyclic);
}

Test(mapping, random_permutes_what_block_does_by_the_seed)
{
    uint32_t num_moved = 0;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct mapping_place *one = made(MAPPING_RANDOM, 14, seed);
        struct mapping_place *same = made(MAPPING_RANDOM, 14, seed);
        struct mapping_place *other = made(MAPPING_RANDOM, 14, seed + 1);
        uint32_t of_node[5] = {0};
        for (uint32_t i = 0; i < 14; i++) {
            cr_assert_lt(one[i].node, 5);
            cr_assert_eq(one[i].on_node, of_node[one[i].node]++);
            cr_assert_eq(one[i].core, one[i].on_node % 2);
            cr_assert_eq(one[i].node, same[i].node);
            num_moved += one[i].node != other[i].node;
        }
        for (uint32_t node = 0; node < 5; node++)
            cr_assert_eq(of_node[node], node < 4 ? 3 : 2);
        free(one);
        free(same);
        free(other);
    }
    cr_assert_gt(num_moved, 50 * 14 / 2);
}

static struct mapping_place *from_file(const char *name, const char *text, struct err *err)
{
    struct mapping_params params = {.policy = MAPPING_FILE,
                                    .path = text ? scratch_file(name, text) : "/nowhere/map.txt",
                                    .num_nodes = 5,
                                    .ranks_per_node = 3,
                                    .cores = 2};
    return mapping_make(&params, 4, err);
}

Test(mapping, a_file_says_node_and_perhaps_core_of_each_rank)
{
    struct err err = {0};
    struct mapping_place *places =
        from_file("good.txt", "# node core\n3 1\n\n0\t\n 3 # the same\n3 1  \n", &err);
    cr_assert(places, "%s", err.text);
    static const struct mapping_place expected[] = {{3, 1, 0}, {0, 0, 0}, {3, 1, 1}, {3, 1, 2}};
    for (uint32_t i = 0; i < 4; i++) {
        cr_assert_eq(places[i].node, expected[i].node);
        cr_assert_eq(places[i].core, expected[i].core);
        cr_assert_eq(places[i].on_node, expected[i].on_node);
    }
    free(places);
}

Test(mapping, what_is_wrong_with_a_file_is_told_with_file_and_line)
{
    static const struct {
        const char *text, *told;
    } cases[] = {
        {NULL, "/nowhere/map.txt"},
        {"0\n1\n5\n2\n", ".txt:3: \"5\" is not a node, 0 to 4"},
        {"0\n-1\n1\n2\n", ".txt:2: \"-1\" is not a node, 0 to 4"},
        {"0\nzwei\n1\n2\n", ".txt:2: \"zwei\" is not a node"},
        {"0\n0 2\n1\n2\n", ".txt:2: \"2\" is not a core, 0 to 1"},
        {"0\n0 1 1\n1\n2\n", ".txt:2: "},
        {"0\n0 x\n1\n2\n", ".txt:2: "},
        {"0\n0\n1\n", ".txt: ends with rank 3 of 4"},
        {"0\n0\n1\n2\n2\n", ".txt:5: the program has only 4 ranks"},
        {"0\n0\n0\n0\n", "4 ranks"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        char name[16];
        snprintf(name, sizeof name, "%zu.txt", i);
        cr_expect(!from_file(name, cases[i].text, &err), "case %zu", i);
        cr_expect_eq(err.status, ERR_CONFIG);
        cr_expect(strstr(err.text, cases[i].told), "\"%s\" is not in \"%s\"", cases[i].told,
                  err.text);
    }
}

Test(mapping, more_ranks_than_room_are_refused)
{
    for (int policy = 0; policy < MAPPING_FILE; policy++) {
        struct mapping_params params = {
            .policy = (enum mapping_policy)policy, .num_nodes = 5, .ranks_per_node = 3, .cores = 2};
        struct err err = {0};
        struct mapping_place *places = mapping_make(&params, 15, &err);
        cr_assert(places);
        free(places);
        cr_assert(!mapping_make(&params, 16, &err));
        cr_assert_eq(err.status, ERR_CONFIG);
        cr_assert(strstr(err.text, "16 ranks"), "%s", err.text);
    }
}
