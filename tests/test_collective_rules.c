// SPDX-License-Identifier: Apache-2.0
// Rules that choose a collective's algorithm, as text, in the configuration, and in a replay.
#include "model/node/collective_rules.h"
#include "sim/config.h"
#include "tests/replay.h"
#include "tests/trace_files.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const char *chosen(enum collective_kind kind, const char *text, uint32_t num_ranks,
                          uint64_t bytes)
{
    struct collective_rules rules;
    struct err err = {0};
    cr_assert(collective_rules_read(&rules, kind, text, &err), "%s", err.text);
    return collective_rules_choose(&rules, num_ranks, bytes)->name;
}

Test(collective_rules, the_first_that_fits_is_taken)
{
    const char *text = "ring up_to_bytes=100 up_to_ranks=8\n"
                       "rabenseifner power_of_two=true\n"
                       "recursive-doubling";
    cr_assert_str_eq(chosen(COLLECTIVE_ALLREDUCE, text, 8, 100), "ring");
    cr_assert_str_eq(chosen(COLLECTIVE_ALLREDUCE, text, 8, 101), "rabenseifner");
    cr_assert_str_eq(chosen(COLLECTIVE_ALLREDUCE, text, 9, 100), "recursive-doubling");
    cr_assert_str_eq(chosen(COLLECTIVE_ALLREDUCE, text, 16, 100), "rabenseifner");
    cr_assert_str_eq(chosen(COLLECTIVE_ALLREDUCE, "ring power_of_two=false\nreduce-bcast", 6, 0),
                     "ring");
}

Test(collective_rules, auto_switches_where_mpich_does)
{
    cr_assert_str_eq(chosen(COLLECTIVE_BCAST, "auto", 64, 12287), "binomial");
    cr_assert_str_eq(chosen(COLLECTIVE_BCAST, "auto", 64, 12288), "scatter-doubling");
    cr_assert_str_eq(chosen(COLLECTIVE_BCAST, "auto", 63, 12288), "scatter-allgather");
    cr_assert_str_eq(chosen(COLLECTIVE_BCAST, "auto", 7, 1 << 20), "binomial");
    cr_assert_str_eq(chosen(COLLECTIVE_BCAST, "auto", 8, 524288), "scatter-allgather");
    cr_assert_str_eq(chosen(COLLECTIVE_REDUCE, "auto", 64, 2048), "binomial");
    cr_assert_str_eq(chosen(COLLECTIVE_REDUCE, "auto", 64, 2049), "rabenseifner");
    cr_assert_str_eq(chosen(COLLECTIVE_ALLREDUCE, "auto", 64, 2048), "recursive-doubling");
    cr_assert_str_eq(chosen(COLLECTIVE_ALLREDUCE, "auto", 64, 2049), "rabenseifner");
    cr_assert_str_eq(chosen(COLLECTIVE_ALLGATHER, "auto", 64, 524287), "recursive-doubling");
    cr_assert_str_eq(chosen(COLLECTIVE_ALLGATHER, "auto", 64, 524288), "ring");
    cr_assert_str_eq(chosen(COLLECTIVE_ALLGATHERV, "auto", 63, 81919), "bruck");
    cr_assert_str_eq(chosen(COLLECTIVE_ALLGATHERV, "auto", 63, 81920), "ring");
    cr_assert_str_eq(chosen(COLLECTIVE_ALLTOALL, "auto", 8, 256), "bruck");
    cr_assert_str_eq(chosen(COLLECTIVE_ALLTOALL, "auto", 7, 256), "post-all");
    cr_assert_str_eq(chosen(COLLECTIVE_ALLTOALL, "auto", 8, 32768), "post-all");
    cr_assert_str_eq(chosen(COLLECTIVE_ALLTOALL, "auto", 8, 32769), "pairwise");
    cr_assert_str_eq(chosen(COLLECTIVE_REDUCE_SCATTER, "auto", 64, 524287), "recursive-halving");
    cr_assert_str_eq(chosen(COLLECTIVE_REDUCE_SCATTER, "auto", 64, 524288), "pairwise");
}

Test(collective_rules, auto_is_there_for_every_collective)
{
    for (int kind = 0; kind < COLLECTIVE_NUM_KINDS; kind++)
        cr_assert_not_null(chosen((enum collective_kind)kind, "auto", 9, 1000));
}

// --- in a configuration
// ------------------------------------------------------------------------------

#define SET(list) "workload.collectives." list

static void refused(const char *assignment, const char *why)
{
    struct config config;
    struct err err = {0};
    cr_assert(config_default(&config, &err));
    cr_assert_not(config_set(&config, assignment, "--set", &err), "%s", assignment);
    cr_assert_eq(err.status, ERR_CONFIG);
    cr_assert_not_null(strstr(err.text, why), "%s", err.text);
    config_free(&config);
}

Test(collective_rules, what_makes_no_sense_is_refused_with_its_rule)
{
    refused(SET("bcast=binomail"), "nearest: binomial");
    refused(SET("bcast=[]"), "a list without rules");
    refused(SET("bcast=[binomial]"), "rule 1: must be a mapping");
    refused(SET("bcast=[{algorithm: ring}]"), "rule 1: 'ring' is not an algorithm of bcast");
    refused(SET("bcast=[{up_to_bytes: 7}]"), "rule 1: without an algorithm");
    refused(SET("bcast=[{up_to_bytes: -7, algorithm: linear}]"),
            "rule 1: up_to_bytes: not a number of bytes");
    refused(SET("bcast=[{up_to_ranks: x, algorithm: linear}]"),
            "rule 1: up_to_ranks: not a number of ranks");
    refused(SET("bcast=[{power_of_two: 2, algorithm: linear}]"),
            "rule 1: power_of_two: neither true nor false");
    refused(SET("bcast=[{bytes: 7, algorithm: linear}]"), "rule 1: a key is none of algorithm");
    refused(SET("bcast=[{up_to_bytes: 7, algorithm: linear}]"), "the last rule has conditions");
    refused(SET("bcast=[{algorithm: linear}, {algorithm: binomial}]"),
            "rule 1 fits always, so that those after it never do");
    refused(SET("barrier=[{up_to_bytes: 7, algorithm: tree}, {algorithm: tree}]"),
            "a barrier has none");
    refused(SET("gatherv=[{up_to_bytes: 7, algorithm: linear}, {algorithm: binomial}]"),
            "no rank knows the bytes of all");
    refused(SET("alltoallv=bruck"), "no algorithm");
}

// What a configuration says of a collective, as it is echoed.
static char *echoed(const char *assignment, const char *collective)
{
    struct config config;
    struct err err = {0};
    cr_assert(config_default(&config, &err));
    cr_assert(config_set(&config, "workload.kind=trace", "--set", &err));
    cr_assert(config_set(&config, assignment, "--set", &err), "%s", err.text);
    json_t *echo = config_echo(&config);
    json_t *collectives = json_object_get(json_object_get(echo, "workload"), "collectives");
    char *text = json_dumps(json_object_get(collectives, collective),
                            JSON_COMPACT | JSON_ENCODE_ANY | JSON_PRESERVE_ORDER);
    cr_assert_not_null(text);
    json_decref(echo);
    config_free(&config);
    return text;
}

// The echo is `expected`, and given as a configuration makes the same again.
static void expect_echo(const char *assignment, const char *collective, const char *expected)
{
    char again[512];
    char *text = echoed(assignment, collective);
    cr_assert_str_eq(text, expected);
    snprintf(again, sizeof again, SET("%s=%s"), collective, text);
    free(text);
    text = echoed(again, collective);
    cr_assert_str_eq(text, expected);
    free(text);
}

Test(collective_rules, the_configuration_of_a_run_tells_the_rules_that_it_came_to)
{
    expect_echo(SET("allreduce=ring"), "allreduce", "\"ring\"");
    expect_echo(SET("allreduce=null"), "allreduce", "\"recursive-doubling\"");
    expect_echo(SET("allreduce=[{up_to_ranks: 9, power_of_two: false, algorithm: ring}, "
                    "{algorithm: rabenseifner}]"),
                "allreduce",
                "[{\"up_to_ranks\":9,\"power_of_two\":false,\"algorithm\":\"ring\"},"
                "{\"algorithm\":\"rabenseifner\"}]");
    const char *automatic = "[{\"up_to_bytes\":2048,\"algorithm\":\"recursive-doubling\"},"
                            "{\"algorithm\":\"rabenseifner\"}]";
    expect_echo(SET("allreduce=auto"), "allreduce", automatic);
    expect_echo(SET("preset=auto"), "allreduce", automatic);
    expect_echo(SET("preset=auto"), "barrier", "\"dissemination\"");
}

// --- in a replay
// -------------------------------------------------------------------------------------

static uint64_t calls_of(const struct mpi_stats *stats, enum collective_kind kind, const char *name)
{
    struct err err = {0};
    return stats->collective_calls[collective_find(kind, name, &err) - collective_algorithms];
}

Test(collective_rules, a_replay_counts_the_calls_that_used_each)
{
    char path[128];
    snprintf(path, sizeof path, "%s",
             trace_files_write("t.txt", "0 init\n0 allreduce 10 0 6\n0 allreduce 20 0 6\n"
                                        "0 allreduce 21 0 6\n0 barrier\n0 finalize\n"
                                        "1 init\n1 allreduce 10 0 6\n1 allreduce 20 0 6\n"
                                        "1 allreduce 21 0 6\n1 barrier\n1 finalize\n"));
    struct replay_params params = replay_default();
    params.mpi.algorithms[COLLECTIVE_ALLREDUCE] = "reduce-bcast up_to_bytes=20\nring";
    struct replay_result result;
    struct err err = {0};
    cr_assert(replay_run(path, &params, &result, &err), "%s", err.text);
    struct mpi_stats stats = result.stats;
    cr_assert_eq(calls_of(&stats, COLLECTIVE_ALLREDUCE, "reduce-bcast"), 2);
    cr_assert_eq(calls_of(&stats, COLLECTIVE_ALLREDUCE, "ring"), 1);
    cr_assert_eq(calls_of(&stats, COLLECTIVE_BARRIER, "dissemination"), 1);
    uint64_t all = 0;
    for (size_t i = 0; i < COLLECTIVE_MAX_ALGORITHMS; i++)
        all += stats.collective_calls[i];
    cr_assert_eq(all, 4);
}

// --- sizes that ranks learn from messages
// ------------------------------------------------------------

static bool replays(const char *text, enum collective_kind kind, struct err *err)
{
    char path[128];
    snprintf(path, sizeof path, "%s", trace_files_write("t.txt", text));
    struct replay_params params = replay_default();
    params.mpi.algorithms[kind] = "binomial";
    struct replay_result result;
    return replay_run(path, &params, &result, err);
}

static void expect_fault(const char *text, enum collective_kind kind, const char *why)
{
    struct err err = {0};
    cr_assert_not(replays(text, kind, &err));
    cr_assert_eq(err.status, ERR_TRACE);
    cr_assert_not_null(strstr(err.text, why), "%s", err.text);
}

#define NATIVE(r0, r1, r2)                                                                         \
    "ordito-trace 1\nranks 3\nrank 0\n" r0 "\nrank 1\n" r1 "\nrank 2\n" r2 "\nend\n"

Test(collective_rules, sizes_that_root_and_rank_tell_differently_are_found_in_a_tree_too)
{
    expect_fault(NATIVE("gatherv bytes=5 recv=5,6,7", "gatherv bytes=6 recv=0,0,0",
                        "gatherv bytes=8 recv=0,0,0"),
                 COLLECTIVE_GATHERV, "rank 0: gatherv receives 7 bytes from rank 2, which sends 8");
    expect_fault(NATIVE("scatterv bytes=5 send=5,6,7", "scatterv bytes=6 send=0,0,0",
                        "scatterv bytes=8 send=0,0,0"),
                 COLLECTIVE_SCATTERV,
                 "rank 2: scatterv receives 8 bytes from rank 0, which sends 7");
}

Test(collective_rules, a_rank_may_come_late_to_sizes_that_it_learns)
{
    struct err err = {0};
    cr_assert(replays(NATIVE("scatterv bytes=5 send=5,0,7\ngatherv bytes=5 recv=5,0,7",
                             "scatterv bytes=0 send=0,0,0\ngatherv bytes=0 recv=0,0,0",
                             "compute ns=9999\nscatterv bytes=7 send=0,0,0\n"
                             "gatherv bytes=7 recv=0,0,0"),
                      COLLECTIVE_SCATTERV, &err),
              "%s", err.text);
}
