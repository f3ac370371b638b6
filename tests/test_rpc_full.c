// SPDX-License-Identifier: Apache-2.0
// Remote procedure calls on full nodes: marshalling goes through the caches, requests and replies
// through the cards, and timers wake cores that sleep.
#include "tests/config_text.h"
#include "tests/full_nodes.h"

static const char *interface_setting(void)
{
    static char setting[256];
    const char *path =
        scratch_file("i.rpc", "interface test {\nprocedure nothing();\n"
                              "procedure add(in int32 a, in int32 b, out int32 sum) cost_ns 100;\n"
                              "procedure sort(inout int32 keys[64]) cost_ns 500;\n}\n");
    snprintf(setting, sizeof setting, "workload.rpc.interface=%s", path);
    return setting;
}

static struct run_result *run_program(const char *program, const char *arrival,
                                      const char *drop_rate, const char *at_most_once,
                                      const char *seed)
{
    struct config config =
        FULL_NODES(program, interface_setting(), arrival, drop_rate, at_most_once, seed,
                   "workload.rpc.timeout_ns=20000", "workload.rpc.max_retries=20");
    struct run_result *result = full_nodes_complete(&config);
    config_free(&config);
    return result;
}

#define RUN(program)                                                                               \
    run_program(program, "nodes.software.arrival=polling", "workload.rpc.drop_rate=0",             \
                "workload.rpc.at_most_once=true", "run.seed=1")

Test(rpc_full, each_item_is_loaded_and_stored_by_the_cores_of_both_sides)
{
    struct run_result *nothing = RUN("ranks 2\nrank 0\ncall to=1 procedure=nothing\nrank 1\nserve");
    struct run_result *sort = RUN("ranks 2\nrank 0\ncall to=1 procedure=sort\nrank 1\nserve");
    const struct core_stats *less = &nothing->nodes.core;
    const struct core_stats *more = &sort->nodes.core;
    // There and back, at client and server.
    cr_assert_eq(more->ops[CORE_LOAD] - less->ops[CORE_LOAD], 4 * 64);
    cr_assert_eq(more->ops[CORE_STORE] - less->ops[CORE_STORE], 4 * 64);
    free(nothing);
    free(sort);
}

Test(rpc_full, steps_sum_to_the_whole)
{
    struct run_result *result = RUN("ranks 2\nrank 0\nrepeat 20\ncall to=1 procedure=sort\n"
                                    "call to=1 procedure=add\nend\nrank 1\nserve");
    uint64_t sum = 0;
    for (int i = 0; i < RPC_NUM_STEPS; i++)
        sum += result->rpc.step_cycles[i];
    cr_assert_eq(result->rpc.calls, 40);
    cr_assert_eq(result->rpc.cycles, sum);
    // Blocking calls follow each other, and the program ends with the last.
    cr_assert_leq(sum, result->makespan_cycles);
    cr_assert_geq(sum + 2, result->makespan_cycles);
    cr_assert_eq(result->rpc.step_cycles[RPC_PROCEDURE] / 20, 600);
    free(result);
}

Test(rpc_full, the_first_marshalling_misses_the_caches_and_the_next_hits)
{
    struct run_result *once = RUN("ranks 2\nrank 0\ncall to=1 procedure=sort\nrank 1\nserve");
    struct run_result *twice =
        RUN("ranks 2\nrank 0\nrepeat 2\ncall to=1 procedure=sort\nend\nrank 1\nserve");
    uint64_t first = once->rpc.step_cycles[RPC_CLIENT_MARSHAL];
    uint64_t second = twice->rpc.step_cycles[RPC_CLIENT_MARSHAL] - first;
    cr_assert_lt(second, first);
    free(once);
    free(twice);
}

Test(rpc_full, calls_are_executed_once_whatever_is_lost)
{
    static const char *const arrivals[] = {"nodes.software.arrival=polling",
                                           "nodes.software.arrival=interrupt"};
    uint64_t num_suppressed = 0;
    for (int i = 0; i < 12; i++) {
        char seed[32];
        snprintf(seed, sizeof seed, "run.seed=%d", i);
        struct run_result *result = run_program(
            "ranks 4\nrank 0\nrepeat 3\nacall to=2 procedure=sort\nbcall to=3 procedure=add\n"
            "call to=3 procedure=add\nend\nawait\nrank 1\nrepeat 3\ncall to=2 procedure=nothing\n"
            "compute ns=30000\nbcall to=3 procedure=add\nbcall to=3 procedure=sort\nend\nawait\n"
            "rank 2\nserve\nrank 3\nserve",
            arrivals[i % 2], "workload.rpc.drop_rate=0.3", "workload.rpc.at_most_once=true", seed);
        cr_assert_eq(result->rpc.calls, 18);
        cr_assert_eq(result->rpc.executions, 18);
        cr_assert_eq(result->rpc.failed, 0);
        num_suppressed += result->rpc.duplicates_suppressed;
        free(result);
    }
    cr_assert_gt(num_suppressed, 12);
}

Test(rpc_full, without_suppression_they_may_be_executed_again)
{
    struct run_result *result =
        run_program("ranks 2\nrank 0\nrepeat 20\ncall to=1 procedure=add\nend\nrank 1\nserve",
                    "nodes.software.arrival=polling", "workload.rpc.drop_rate=0.3",
                    "workload.rpc.at_most_once=false", "run.seed=1");
    cr_assert_eq(result->rpc.calls, 20);
    cr_assert_gt(result->rpc.executions, 20);
    free(result);
}

Test(rpc_full, ideal_nodes_tell_the_same_calls)
{
    const char *program = "ranks 2\nrank 0\nrepeat 5\ncall to=1 procedure=sort\nend\nrank 1\nserve";
    struct config config = FULL_NODES(program, interface_setting(), "nodes.model=ideal");
    struct err err = {0};
    struct run_result *ideal = full_nodes_run(&config, &err);
    struct run_result *full = RUN(program);
    cr_assert(ideal, "%s", err.text);
    cr_assert_eq(ideal->rpc.calls, full->rpc.calls);
    cr_assert_eq(ideal->rpc.bytes, full->rpc.bytes);
    cr_assert_eq(ideal->rpc.requests, full->rpc.requests);
    config_free(&config);
    free(ideal);
    free(full);
}

// --- what sim/RPC.md shows ----------------------------------------------------------------------

static struct rpc_stats example(const char *trace, const char *model, const char *drop_rate,
                                const char *at_most_once, uint64_t *makespan_cycles)
{
    struct config config = made();
    struct err err = {0};
    char path[128];
    snprintf(path, sizeof path, "workload.path=sim/examples/%s", trace);
    cr_assert(config_read(&config, "sim/examples/rpc-bank.yaml", &err), "%s", err.text);
    set(&config, "fabric.router.vc_choice=by-flow");
    set(&config, "nodes.clock_hz=1e9");
    set(&config, "workload.rpc.timeout_ns=5000");
    set(&config, path);
    set(&config, model);
    set(&config, drop_rate);
    set(&config, at_most_once);
    struct run_result *result = full_nodes_run(&config, &err);
    cr_assert(result && err.status == ERR_NONE, "%s", err.text);
    struct rpc_stats stats = result->rpc;
    *makespan_cycles = result->makespan_cycles;
    cr_assert_eq(stats.calls, 64);
    free(result);
    config_free(&config);
    return stats;
}

Test(rpc_full, batches_pay_where_messages_cost_the_core_something)
{
    static const char *const traces[] = {"rpc-blocking.trace", "rpc-asynchronous.trace",
                                         "rpc-batched.trace"};
    uint64_t ideal[3];
    uint64_t full[3];
    for (int i = 0; i < 3; i++) {
        example(traces[i], "nodes.model=ideal", "workload.rpc.drop_rate=0",
                "workload.rpc.at_most_once=true", &ideal[i]);
        example(traces[i], "nodes.model=full", "workload.rpc.drop_rate=0",
                "workload.rpc.at_most_once=true", &full[i]);
    }
    cr_assert(ideal[1] < ideal[2] && ideal[2] < ideal[0]);
    cr_assert(full[2] < full[1] && full[1] < full[0]);
}

Test(rpc_full, the_example_executes_twice_only_without_at_most_once)
{
    uint64_t cycles;
    cr_assert_eq(example("rpc-blocking.trace", "nodes.model=ideal", "workload.rpc.drop_rate=0.3",
                         "workload.rpc.at_most_once=true", &cycles)
                     .executions,
                 64);
    cr_assert_gt(example("rpc-blocking.trace", "nodes.model=ideal", "workload.rpc.drop_rate=0.3",
                         "workload.rpc.at_most_once=false", &cycles)
                     .executions,
                 64);
}
