// SPDX-License-Identifier: Apache-2.0
// GOAL schedules on full nodes: cores compute, and the driver of the card sends.
#include "tests/config_text.h"
#include "tests/full_nodes.h"

static struct config on_full_nodes(const char *path, const char *more)
{
    char text[256];
    struct config config = FULL_NODES(NULL, more);
    snprintf(text, sizeof text, "workload.path=%s", path);
    set(&config, text);
    return config;
}

static struct config written(const char *name, const char *text)
{
    return on_full_nodes(scratch_file(name, text), "nodes.clock_hz=1e9");
}

static uint64_t of_ideal_nodes(struct config *config, struct run_result *full)
{
    struct err err = {0};
    enum config_model model = config->node_model;
    config->node_model = MODEL_IDEAL;
    struct run_result *ideal = full_nodes_run(config, &err);
    cr_assert(ideal, "%s", err.text);
    cr_assert_eq(full->messages, ideal->messages);
    cr_assert_eq(full->bytes, ideal->bytes);
    cr_assert_eq(full->compute_cycles_max, ideal->compute_cycles_max);
    uint64_t makespan_cycles = ideal->makespan_cycles;
    config->node_model = model;
    free(ideal);
    return makespan_cycles;
}

Test(goal_nodes, schedules_send_the_same_on_full_nodes_and_are_never_faster)
{
    static const char *const names[] = {
        "allreduce_recdoub-16-4k", "binary_tree_32",      "binomialtreebcast-16-1k",
        "dissemination-16",        "lgs2-tests-schedule", "linear_alltoall-16-1k",
    };
    static const char *const more[] = {
        "workload.eager_bytes=65536",       "workload.eager_bytes=64",
        "nodes.software.arrival=interrupt", "nodes.software.send=polling",
        "nodes.software.send=blocking",     "nodes.software.send=copy-on-write"};
    enum { NUM_MORE = sizeof more / sizeof *more };
    for (size_t i = 0; i < NUM_MORE * sizeof names / sizeof *names; i++) {
        char path[128];
        snprintf(path, sizeof path, "traces/samples/%s.goal.zst", names[i / NUM_MORE]);
        struct config config = on_full_nodes(path, more[i % NUM_MORE]);
        set(&config, "fabric.topology={kind: torus, dims: [8, 4]}");
        set(&config, "nodes.nic.grants=true");
        set(&config, "nodes.clock_hz=1e9");
        struct run_result *full = full_nodes_complete(&config);
        cr_assert_gt(full->makespan_cycles, of_ideal_nodes(&config, full), "%s", path);
        free(full);
        config_free(&config);
    }
}

Test(goal_nodes, the_core_of_a_rank_computes_for_all_its_cpus_while_messages_come)
{
    struct config config = written("cpus.goal", "num_ranks 1\nrank 0 {\ncalc 7000\n"
                                                "calc 5000 cpu 1\n}\n");
    struct run_result *full = full_nodes_complete(&config);
    cr_assert_geq(full->makespan_cycles, 12000);
    cr_assert_lt(full->makespan_cycles, 12100);
    cr_assert_eq(of_ideal_nodes(&config, full), 7000);
    free(full);
    config_free(&config);
    // What comes while the core computes has come when it has done so.
    config = written("overlap.goal", "num_ranks 2\nrank 0 {\nsend 64b to 1\n}\nrank 1 {\n"
                                     "r: recv 64b from 0\ncalc 20000\nc: calc 1000\n"
                                     "c requires r\n}\n");
    full = full_nodes_complete(&config);
    cr_assert_geq(full->makespan_cycles, 21000);
    cr_assert_lt(full->makespan_cycles, 21500);
    free(full);
    config_free(&config);
}

Test(goal_nodes, operations_keep_to_their_dependencies)
{
    static const char text[] = "num_ranks 2\nrank 0 {\ns: send 64b to 1\nc: calc 9000\n%s}\n"
                               "rank 1 {\nr: recv 64b from 0\nd: calc 9000\nd requires r\n}\n";
    char with[512];
    snprintf(with, sizeof with, text, "s requires c\n");
    struct config config = written("after.goal", with);
    cr_assert_geq(full_nodes_makespan(&config), 18000);
    config_free(&config);
    snprintf(with, sizeof with, text, "");
    config = written("beside.goal", with);
    cr_assert_lt(full_nodes_makespan(&config), 11000);
    config_free(&config);
    snprintf(with, sizeof with, text, "s irequires c\n"); // it is sent when the core has computed
    config = written("start.goal", with);
    uint64_t makespan_cycles = full_nodes_makespan(&config);
    cr_assert_geq(makespan_cycles, 18000);
    cr_assert_lt(makespan_cycles, 20000);
    config_free(&config);
}

Test(goal_nodes, who_waits_for_ever_is_named)
{
    struct err err = {0};
    struct config config = written("stuck.goal", "num_ranks 2\nrank 0 {\nrecv 8b from 1\n}\n"
                                                 "rank 1 {\n}\n");
    cr_assert_null(full_nodes_run(&config, &err));
    cr_assert_eq(err.status, ERR_TRACE, "%s", err.text);
    cr_assert(strstr(err.text, "stuck.goal:3: recv from 1, tag 0"), "%s", err.text);
    config_free(&config);
}
