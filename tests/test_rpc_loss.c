// SPDX-License-Identifier: Apache-2.0
// Remote procedure calls over networks that lose packets and deliver late: what is executed how
// often. Programs, networks and losses are drawn by seeds.
#include "tests/replay.h"
#include "tests/trace_files.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LINES = 1024, CLIENTS = 3, SERVERS = 2, CALLS = 12 };

// A call is known by its line.
struct watch {
    unsigned num_executed[MAX_LINES], num_ended[MAX_LINES], num_failed[MAX_LINES];
    uint64_t hash; // of all times
};

static void ended(void *context, const struct rpc_times *times)
{
    struct watch *self = context;
    self->num_ended[times->line]++;
    self->num_failed[times->line] += times->failed;
    for (int i = 0; i <= RPC_NUM_STEPS && !times->failed; i++)
        self->hash = rng_mix(self->hash ^ times->at[i]);
}

static void executed(void *context, const struct rpc_times *times)
{
    ((struct watch *)context)->num_executed[times->line]++;
}

static struct replay_params lossy(double loss_rate, uint64_t late_cycles, uint64_t seed,
                                  struct watch *watch)
{
    struct replay_params params = replay_default();
    params.interface =
        scratch_file("i.rpc", "interface test {\nprocedure p(in int32 a) cost_ns 40;\n"
                              "procedure q(inout int32 keys[40]) cost_ns 200;\n}\n");
    params.loss_rate = loss_rate;
    params.late_cycles = late_cycles;
    params.seed = seed;
    params.mpi.rpc.timeout_ns = 1500;
    params.mpi.rpc.ended = ended;
    params.mpi.rpc.executed = executed;
    params.mpi.rpc.context = watch;
    return params;
}

static void replay(const char *path, const struct replay_params *params, struct rpc_stats *stats)
{
    struct replay_result result;
    struct err err = {0};
    memset(params->mpi.rpc.context, 0, sizeof(struct watch));
    cr_assert(replay_run(path, params, &result, &err), "seed %lu: %s", params->seed, err.text);
    *stats = result.stats.rpc;
}

// Clients that call in all ways, servers that serve until nobody calls. `lines` tells which lines
// are calls.
static const char *draw_program(struct rng *rng, bool *lines)
{
    static char text[1 << 15];
    static const char *const kinds[] = {"call", "acall", "bcall"};
    int length = sprintf(text, "ordito-trace 1\nranks %d\n", CLIENTS + SERVERS);
    uint32_t line = 3;
    memset(lines, 0, MAX_LINES * sizeof *lines);
    for (int client = 0; client < CLIENTS; client++) {
        length += sprintf(text + length, "rank %d\n", client);
        line++;
        for (int i = 0; i < CALLS; i++) {
            lines[line++] = true;
            length +=
                sprintf(text + length, "%s to=%d procedure=%s\n", kinds[rng_below(rng, 3)],
                        CLIENTS + (int)rng_below(rng, SERVERS), rng_below(rng, 2) ? "p" : "q");
            if (rng_below(rng, 3) > 0)
                continue;
            length += rng_below(rng, 2)
                          ? sprintf(text + length, "await\n")
                          : sprintf(text + length, "compute ns=%d\n", (int)rng_below(rng, 3000));
            line++;
        }
        length += sprintf(text + length, "await\n");
        line++;
    }
    for (int server = 0; server < SERVERS; server++)
        length += sprintf(text + length, "rank %d\nserve\n", CLIENTS + server);
    sprintf(text + length, "end\n");
    return trace_files_write("t.trace", text);
}

// What must hold of every call, however much is lost.
static void check(const struct watch *watch, const bool *lines, bool at_most_once, uint64_t seed)
{
    for (int line = 0; line < MAX_LINES; line++) {
        cr_assert_eq(watch->num_ended[line], lines[line], "seed %lu, line %d", seed, line);
        if (!lines[line])
            continue;
        bool failed = watch->num_failed[line];
        cr_assert(failed || watch->num_executed[line] >= 1, "seed %lu, line %d", seed, line);
        cr_assert(!at_most_once || watch->num_executed[line] <= 1, "seed %lu, line %d: %u times",
                  seed, line, watch->num_executed[line]);
    }
}

// Sums over many drawn runs, all of which are checked.
static struct rpc_stats many(unsigned num, bool at_most_once, uint32_t max_retries, bool by_rate)
{
    static struct watch watch;
    struct rpc_stats sum = {0};
    struct rng rng = rng_make(11, RNG_VALIDATE, 0);
    for (unsigned i = 0; i < num; i++) {
        bool lines[MAX_LINES];
        const char *path = draw_program(&rng, lines);
        double rate = (double)rng_below(&rng, 6) / 10;
        struct replay_params params =
            lossy(by_rate ? 0 : rate, rng_below(&rng, 2) * rng_below(&rng, 5000), i, &watch);
        struct rpc_stats stats;
        params.mpi.rpc.drop_rate = by_rate ? rate : 0;
        params.mpi.rpc.seed = i;
        params.mpi.rpc.at_most_once = at_most_once;
        params.mpi.rpc.max_retries = max_retries;
        params.mpi.rpc.batch_bytes = 64 + rng_below(&rng, 800);
        replay(path, &params, &stats);
        check(&watch, lines, at_most_once, i);
        cr_assert_eq(stats.calls + stats.failed, CLIENTS * CALLS);
        uint64_t hash = watch.hash;
        replay(path, &params, &stats);
        cr_assert_eq(watch.hash, hash, "seed %u: not the same again", i);
        sum.executions += stats.executions;
        sum.failed += stats.failed;
        sum.retransmissions += stats.retransmissions;
        sum.duplicates_suppressed += stats.duplicates_suppressed;
        sum.dropped += stats.dropped;
        sum.requests += stats.requests;
        sum.replies += stats.replies;
    }
    return sum;
}

Test(rpc_loss, each_call_is_executed_once_or_fails_whatever_is_lost_or_late)
{
    struct rpc_stats sum = many(150, true, 3, false);
    cr_assert_gt(sum.failed, 100);
    cr_assert_gt(sum.retransmissions, 1000);
    cr_assert_gt(sum.duplicates_suppressed, 300);
}

Test(rpc_loss, the_same_holds_where_messages_are_lost_on_arrival)
{
    struct rpc_stats sum = many(150, true, 3, true);
    cr_assert_gt(sum.failed, 100);
    cr_assert_gt(sum.dropped, 1000);
    cr_assert_gt(sum.duplicates_suppressed, 300);
}

Test(rpc_loss, with_enough_retries_none_fails)
{
    struct rpc_stats sum = many(60, true, 60, true);
    cr_assert_eq(sum.failed, 0);
    cr_assert_eq(sum.executions, 60 * CLIENTS * CALLS);
    // All duplicates are answered, but those that come when the server has forgotten the reply.
    uint64_t num_asked = sum.requests + sum.duplicates_suppressed;
    cr_assert(sum.replies < num_asked && sum.replies > num_asked - num_asked / 10);
}

Test(rpc_loss, without_suppression_duplicates_are_executed)
{
    struct rpc_stats sum = many(60, false, 60, true);
    cr_assert_eq(sum.failed, 0);
    cr_assert_eq(sum.duplicates_suppressed, 0);
    cr_assert_gt(sum.executions, 60 * CLIENTS * CALLS + 500);
}

// --- one call -----------------------------------------------------------------------------------

static const char *one_call(const char *server)
{
    char text[256];
    snprintf(text, sizeof text,
             "ordito-trace 1\nranks 2\nrank 0\ncall to=1 procedure=p\nrank 1\n%s\nend\n", server);
    return trace_files_write("one.trace", text);
}

Test(rpc_loss, a_slow_server_answers_the_first_copy_and_suppresses_the_others)
{
    static struct watch watch;
    struct replay_params params = lossy(0, 0, 1, &watch);
    struct rpc_stats stats;
    replay(one_call("compute ns=5000\nserve"), &params, &stats);
    // Copies in 53, 1553, 4553; the reply to the first comes before the timer of 10553.
    cr_assert_eq(stats.retransmissions, 2);
    cr_assert_eq(stats.executions, 1);
    params.mpi.rpc.at_most_once = false;
    replay(one_call("compute ns=5000\nserve calls=1\ncompute ns=1000\nserve"), &params, &stats);
    cr_assert_eq(stats.executions, 1); // the client has ended, and nobody waits for the others
    replay(one_call("compute ns=5000\nserve"), &params, &stats);
    cr_assert_geq(stats.executions, 2);
}

Test(rpc_loss, where_all_is_lost_a_call_fails_after_its_last_timer)
{
    static struct watch watch;
    struct replay_params params = lossy(1, 0, 1, &watch);
    struct replay_result result;
    struct err err = {0};
    params.mpi.rpc.max_retries = 2;
    cr_assert(replay_run(one_call("serve"), &params, &result, &err), "%s", err.text);
    cr_assert_eq(result.stats.rpc.failed, 1);
    cr_assert_eq(result.stats.rpc.executions, 0);
    cr_assert_eq(result.stats.makespan_cycles, 53 + 1500 + 3000 + 6000);
}
