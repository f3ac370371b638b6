// SPDX-License-Identifier: Apache-2.0
// Every algorithm of every collective, run by the abstract machine of collective_machine.h; and
// what it sends against the closed forms of the papers.
#include "tests/collective_machine.h"

#include <criterion/criterion.h>
#include <string.h>

static uint32_t log2_up(uint32_t num)
{
    uint32_t log2 = 0;
    while (1U << log2 < num)
        log2++;
    return log2;
}

static struct collective_sent sent_by(enum collective_kind kind, const char *name, uint32_t num,
                                      uint64_t bytes)
{
    struct err err = {0};
    const struct collective_algorithm *found = collective_find(kind, name, &err);
    cr_assert_not_null(found, "%s", err.text);
    return collective_machine_run(&(struct collective_run){
        .algorithm = found, .num_ranks = num, .bytes = kind == COLLECTIVE_BARRIER ? 0 : bytes});
}

static void check_all(uint32_t num, uint32_t counts_seed)
{
    for (size_t a = 0; a < collective_num_algorithms; a++) {
        const struct collective_algorithm *algorithm = &collective_algorithms[a];
        if (counts_seed && !collective_machine_has_counts(algorithm->kind))
            continue;
        bool rooted = collective_machine_is_rooted(algorithm->kind);
        for (uint32_t root = 0; root < (rooted ? num : 1); root++)
            collective_machine_run(&(struct collective_run){.algorithm = algorithm,
                                                            .num_ranks = num,
                                                            .root = root,
                                                            .bytes = 1000,
                                                            .counts_seed = counts_seed});
    }
}

Test(collective, every_algorithm_moves_every_block_for_any_ranks_and_root)
{
    for (uint32_t num = 1; num <= 20; num++)
        check_all(num, 0);
    check_all(31, 0);
    check_all(32, 0);
    check_all(33, 0);
}

Test(collective, every_algorithm_takes_blocks_of_any_sizes_and_of_none)
{
    for (uint32_t seed = 1; seed <= 3; seed++)
        for (uint32_t num = 1; num <= 20; num++)
            check_all(num, seed);
    check_all(33, 4);
}

Test(collective, every_collective_has_algorithms_to_choose_among)
{
    for (int kind = 0; kind < COLLECTIVE_NUM_KINDS; kind++) {
        uint32_t num = 0;
        for (size_t a = 0; a < collective_num_algorithms; a++)
            num += collective_algorithms[a].kind == (enum collective_kind)kind;
        cr_assert_geq(num, 2, "%s", collective_names[kind]);
    }
}

// --- closed forms: messages of all ranks, bytes of all ranks, most messages of one rank
// ------------

#define EXPECT(kind, algorithm, messages_are, bytes_are, rounds_are)                               \
    do {                                                                                           \
        struct collective_sent s = sent_by(COLLECTIVE_##kind, algorithm, p, n);                    \
        cr_assert_eq(s.messages, messages_are, #kind " %s of %u ranks: %lu messages", algorithm,   \
                     p, s.messages);                                                               \
        cr_assert_eq(s.bytes, bytes_are, #kind " %s of %u ranks: %lu bytes", algorithm, p,         \
                     s.bytes);                                                                     \
        cr_assert_eq(s.rounds_max, rounds_are, #kind " %s of %u ranks: %lu rounds", algorithm, p,  \
                     s.rounds_max);                                                                \
    } while (0)

// Sum over the ranks, counted from the root, of the sizes of their subtrees in a binomial tree.
static uint64_t subtrees(uint32_t p)
{
    uint64_t sum = 0;
    for (uint32_t r = 1; r < p; r++) {
        uint32_t lowest = r & (~r + 1);
        sum += lowest < p - r ? lowest : p - r;
    }
    return sum;
}

static uint32_t core_of(uint32_t p)
{
    return 1U << log2_up(p + 1) >> 1; // the greatest power of two that is not above it
}

static uint64_t set_bits(uint32_t p)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < p; i++)
        sum += (uint64_t)__builtin_popcount(i);
    return sum;
}

enum { MOST = 19, BYTES = 60 };

Test(collective, trees_send_a_message_to_each_rank_but_one)
{
    const uint64_t n = BYTES;
    for (uint32_t p = 2; p <= MOST; p++) {
        EXPECT(BARRIER, "tree", 2 * (p - 1), 0, log2_up(p));
        EXPECT(BARRIER, "central", 2 * (p - 1), 0, p - 1);
        EXPECT(BCAST, "binomial", p - 1, (p - 1) * n, log2_up(p));
        EXPECT(BCAST, "linear", p - 1, (p - 1) * n, p - 1);
        EXPECT(REDUCE, "binomial", p - 1, (p - 1) * n, 1);
        EXPECT(REDUCE, "linear", p - 1, (p - 1) * n, 1);
        EXPECT(ALLREDUCE, "reduce-bcast", 2 * (p - 1), 2 * (p - 1) * n, log2_up(p));
        EXPECT(GATHER, "binomial", p - 1, subtrees(p) * n, 1);
        EXPECT(GATHER, "linear", p - 1, (p - 1) * n, 1);
        EXPECT(SCATTER, "binomial", p - 1, subtrees(p) * n, log2_up(p));
        EXPECT(SCATTER, "linear", p - 1, (p - 1) * n, p - 1);
        EXPECT(SCAN, "linear", p - 1, (p - 1) * n, 1);
    }
}

Test(collective, what_goes_round_sends_each_part_to_each_rank_but_one)
{
    for (uint32_t p = 2; p <= MOST; p++) {
        const uint64_t n = 7 * p;
        EXPECT(ALLGATHER, "ring", p * (p - 1), p * (p - 1) * n, p - 1);
        EXPECT(ALLTOALL, "pairwise", p * (p - 1), p * (p - 1) * n, p - 1);
        EXPECT(ALLTOALL, "post-all", p * (p - 1), p * (p - 1) * n, p - 1);
        EXPECT(REDUCE_SCATTER, "pairwise", p * (p - 1), p * (p - 1) * n, p - 1);
        EXPECT(REDUCE_SCATTER, "ring", p * (p - 1), p * (p - 1) * n, p - 1);
        EXPECT(ALLREDUCE, "ring", 2 * p * (p - 1), 2 * (p - 1) * n, 2 * (p - 1));
        EXPECT(BCAST, "scatter-allgather", (p - 1) + p * (p - 1),
               subtrees(p) * (n / p) + (p - 1) * n, p - 1 + log2_up(p));
        for (uint32_t rank = 0; rank < p; rank++)
            cr_assert_eq(sent_by(COLLECTIVE_ALLREDUCE, "ring", p, n).by_rank_bytes[rank],
                         2 * n * (p - 1) / p);
    }
}

Test(collective, doubling_distances_take_as_many_rounds_as_the_logarithm_of_the_ranks)
{
    const uint64_t n = BYTES;
    for (uint32_t p = 2; p <= MOST; p++) {
        uint32_t log2 = log2_up(p);
        uint64_t scans = 0;
        for (uint32_t distance = 1; distance < p; distance *= 2)
            scans += p - distance;
        EXPECT(BARRIER, "dissemination", p * log2, 0, log2);
        EXPECT(SCAN, "recursive-doubling", scans, scans * n, log2);
        EXPECT(ALLGATHER, "bruck", p * log2, p * (p - 1) * n, log2);
        EXPECT(ALLTOALL, "bruck", p * log2, p * set_bits(p) * n, log2);
    }
}

Test(collective, powers_of_two_exchange_and_the_ranks_left_over_send_twice)
{
    for (uint32_t p = 2; p <= MOST; p++) {
        uint32_t q = core_of(p);
        uint32_t left = p - q;
        uint32_t log2 = log2_up(q);
        uint32_t rounds = log2 + (left > 0);
        const uint64_t n = 5 * q;
        EXPECT(BARRIER, "recursive-doubling", q * log2 + 2 * left, 0, rounds);
        EXPECT(ALLREDUCE, "recursive-doubling", q * log2 + 2 * left, (q * log2 + 2 * left) * n,
               rounds);
        EXPECT(ALLREDUCE, "rabenseifner", 2 * q * log2 + 2 * left, 2 * (q - 1 + left) * n,
               rounds + log2);
        EXPECT(REDUCE, "rabenseifner", q * log2 + q - 1 + left, (q - 1 + left) * n + log2 * n / 2,
               log2 + (q > 1));
        EXPECT(ALLGATHER, "recursive-doubling", q * log2 + 2 * left, p * (p - 1) * n, rounds);
        EXPECT(REDUCE_SCATTER, "recursive-halving", q * log2 + 2 * left,
               (left * p + p * (q - 1) + left) * n, rounds);
    }
}

Test(collective, rabenseifner_sends_twice_the_vector_but_for_one_part)
{
    for (uint32_t p = 2; p <= 32; p *= 2) {
        const uint64_t n = 24 * p;
        struct collective_sent all = sent_by(COLLECTIVE_ALLREDUCE, "rabenseifner", p, n);
        struct collective_sent scattered =
            sent_by(COLLECTIVE_REDUCE_SCATTER, "recursive-halving", p, n / p);
        for (uint32_t rank = 0; rank < p; rank++) {
            cr_assert_eq(all.by_rank_bytes[rank], 2 * n * (p - 1) / p);
            cr_assert_eq(scattered.by_rank_bytes[rank], n * (p - 1) / p);
        }
        EXPECT(BCAST, "scatter-doubling", p - 1 + p * log2_up(p), log2_up(p) * n / 2 + (p - 1) * n,
               2 * log2_up(p));
    }
}

// Bytes that an algorithm of a v-collective sends over `num` ranks.
static uint64_t uneven_bytes(enum collective_kind kind, const char *name, uint32_t num,
                             uint32_t seed)
{
    struct err err = {0};
    struct collective_run run = {
        .algorithm = collective_find(kind, name, &err), .num_ranks = num, .counts_seed = seed};
    cr_assert_not_null(run.algorithm, "%s", err.text);
    return collective_machine_run(&run).bytes;
}

Test(collective, blocks_of_any_size_go_as_often_as_blocks_that_are_alike)
{
    enum { SEED = 6 };
    for (uint32_t p = 2; p <= MOST; p++) {
        uint64_t all = 0;   // blocks of a gather
        uint64_t hops = 0;  // and how many ranks they pass in a binomial tree
        uint64_t pairs = 0; // blocks of an all-to-all
        for (uint32_t i = 0; i < p; i++) {
            uint64_t count = collective_machine_count(SEED, 0, i);
            all += count;
            hops += count * (uint64_t)__builtin_popcount(i);
            for (uint32_t j = 0; j < p; j++)
                pairs += i == j ? 0 : collective_machine_count(SEED, i, j);
        }
        uint64_t others = all - collective_machine_count(SEED, 0, 0);
        cr_assert_eq(uneven_bytes(COLLECTIVE_GATHERV, "linear", p, SEED), others);
        cr_assert_eq(uneven_bytes(COLLECTIVE_GATHERV, "binomial", p, SEED), hops);
        cr_assert_eq(uneven_bytes(COLLECTIVE_SCATTERV, "linear", p, SEED), others);
        cr_assert_eq(uneven_bytes(COLLECTIVE_ALLGATHERV, "ring", p, SEED), (p - 1) * all);
        cr_assert_eq(uneven_bytes(COLLECTIVE_ALLGATHERV, "bruck", p, SEED), (p - 1) * all);
        cr_assert_eq(uneven_bytes(COLLECTIVE_ALLGATHERV, "recursive-doubling", p, SEED),
                     (p - 1) * all);
        cr_assert_eq(uneven_bytes(COLLECTIVE_ALLTOALLV, "pairwise", p, SEED), pairs);
        cr_assert_eq(uneven_bytes(COLLECTIVE_ALLTOALLV, "post-all", p, SEED), pairs);
        cr_assert_eq(uneven_bytes(COLLECTIVE_REDUCE_SCATTER, "pairwise", p, SEED), (p - 1) * all);
        cr_assert_eq(uneven_bytes(COLLECTIVE_REDUCE_SCATTER, "ring", p, SEED), (p - 1) * all);
    }
}

Test(collective, a_scatter_of_uneven_blocks_sends_their_counts_ahead_and_a_gather_does_not)
{
    struct err err = {0};
    struct collective_run run = {.num_ranks = 8, .root = 3, .counts_seed = 5};
    run.algorithm = collective_find(COLLECTIVE_GATHERV, "binomial", &err);
    struct collective_sent up = collective_machine_run(&run);
    run.algorithm = collective_find(COLLECTIVE_SCATTERV, "binomial", &err);
    struct collective_sent down = collective_machine_run(&run);
    cr_assert_eq(up.messages, 7);
    cr_assert_eq(down.messages, 7);
    cr_assert_gt(up.bytes, 0);
    // Subtrees of more than one rank: one of 4, two of 2, of which one within that of 4.
    cr_assert_eq(down.bytes, up.bytes + 4 * (4 + 2 + 2));
}

Test(collective, a_name_is_found_and_its_absence_means_the_default)
{
    struct err err = {0};
    for (size_t a = 0; a < collective_num_algorithms; a++) {
        const struct collective_algorithm *row = &collective_algorithms[a];
        cr_assert_eq(collective_find(row->kind, row->name, &err), row);
    }
    for (int kind = 0; kind < COLLECTIVE_NUM_KINDS; kind++)
        cr_assert_not_null(collective_find((enum collective_kind)kind, NULL, &err));
    cr_assert_str_eq(collective_find(COLLECTIVE_BCAST, NULL, &err)->name, "binomial");
}

Test(collective, an_unknown_name_is_refused_with_the_nearest)
{
    struct err err = {0};
    cr_assert_null(collective_find(COLLECTIVE_ALLGATHER, "brook", &err));
    cr_assert_eq(err.status, ERR_CONFIG);
    cr_assert_not_null(strstr(err.text, "'bruck'"), "%s", err.text);
}
