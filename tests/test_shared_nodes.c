// SPDX-License-Identifier: Apache-2.0
// Ranks that share nodes and cores, ideal and full; where they run.
#include "tests/config_text.h"
#include "tests/full_nodes.h"

#include <inttypes.h>

static uint64_t makespan_of(const char *program, const char *const *settings)
{
    struct config config = made();
    struct err err = {0};
    struct run_result *result = calloc(1, sizeof *result);
    char path[256];
    set(&config, "workload.kind=trace");
    set(&config, "fabric.topology={kind: ring, n: 4}");
    snprintf(path, sizeof path, "workload.path=%s", full_nodes_trace(program));
    set(&config, path);
    for (; *settings; settings++)
        set(&config, *settings);
    cr_assert(result && config_check(&config, &err) &&
                  run_simulate(&config, &(struct run_outputs){.quiet = true}, result, &err) &&
                  err.status == ERR_NONE,
              "%s", err.text);
    uint64_t cycles = result->makespan_cycles;
    free(result);
    config_free(&config);
    return cycles;
}

#define MAKESPAN(program, ...) makespan_of(program, (const char *const[]){__VA_ARGS__, NULL})

static const char computing[] = "ranks 8\nrank 0\ncompute ns=1000\nrank 1\ncompute ns=1000\n"
                                "rank 2\ncompute ns=1000\nrank 3\ncompute ns=1000\n"
                                "rank 4\ncompute ns=1000\nrank 5\ncompute ns=1000\n"
                                "rank 6\ncompute ns=1000\nrank 7\ncompute ns=1000";

Test(shared_nodes, ranks_of_a_core_compute_one_after_the_other)
{
    cr_expect_eq(MAKESPAN(computing, "nodes.ranks_per_node=2"), 2000);
    cr_expect_eq(MAKESPAN(computing, "nodes.ranks_per_node=8"), 8000);
    cr_expect_eq(MAKESPAN(computing, "nodes.ranks_per_node=8", "nodes.cores=4"), 2000);
    cr_expect_eq(MAKESPAN(computing, "nodes.ranks_per_node=8", "nodes.cores=8"), 1000);
    cr_expect_eq(MAKESPAN(computing, "nodes.ranks_per_node=3"), 3000);
    cr_expect_eq(MAKESPAN(computing, "nodes.ranks_per_node=8", "nodes.mapping=cyclic"), 2000);
    cr_expect_eq(MAKESPAN(computing, "nodes.ranks_per_node=2", "nodes.mapping=random"), 2000);
    cr_expect_eq(MAKESPAN(computing, "nodes.ranks_per_node=8", "nodes.software.quantum_cycles=100"),
                 8000);
}

Test(shared_nodes, full_nodes_add_the_switches)
{
    enum { SWITCH = 250, QUANTUM = 100 };
    const char *one = "ranks 1\nrank 0\ncompute ns=1000";
    uint64_t alone = MAKESPAN(one, "nodes.model=full", "nodes.clock_hz=1e9");
    cr_assert_eq(alone, 1000);
    // 8 ranks of 10 quanta each: a switch before each turn but the first.
    cr_expect_eq(MAKESPAN(computing, "nodes.model=full", "nodes.clock_hz=1e9",
                          "nodes.ranks_per_node=8", "nodes.software.quantum_cycles=100",
                          "nodes.software.switch_cycles=250"),
                 8 * 1000 + (8 * 1000 / QUANTUM - 1) * SWITCH);
    cr_expect_eq(MAKESPAN(computing, "nodes.model=full", "nodes.clock_hz=1e9",
                          "nodes.ranks_per_node=8", "nodes.cores=2",
                          "nodes.software.quantum_cycles=100", "nodes.software.switch_cycles=250"),
                 4 * 1000 + (4 * 1000 / QUANTUM - 1) * SWITCH);
}

Test(shared_nodes, who_sleeps_or_waits_leaves_the_core_to_others)
{
    static const char program[] = "ranks 2\nrank 0\nsleep ns=5000\nsend to=1 bytes=8\nrank 1\n"
                                  "compute ns=5000\nrecv from=0 bytes=8";
    uint64_t ideal = MAKESPAN(program, "nodes.ranks_per_node=2");
    uint64_t full =
        MAKESPAN(program, "nodes.ranks_per_node=2", "nodes.model=full", "nodes.clock_hz=1e9",
                 "nodes.software.switch_cycles=10", "nodes.software.spin_cycles=10");
    cr_expect_leq(ideal, 5010);
    cr_expect_leq(full, 7500, "%" PRIu64, full);
}

// A message within a node of ideal ones does not enter the network.
Test(shared_nodes, messages_of_an_ideal_node_need_no_network)
{
    static const char program[] =
        "ranks 2\nrank 0\nsend to=1 bytes=60000\nrank 1\nrecv from=0 bytes=60000";
    cr_expect_leq(MAKESPAN(program, "nodes.ranks_per_node=2"), 2);
    cr_expect_gt(MAKESPAN(program, "nodes.ranks_per_node=1"), 7500);
}

Test(shared_nodes, a_file_says_where_ranks_run)
{
    char setting[256];
    snprintf(setting, sizeof setting, "nodes.mapping_file=%s",
             scratch_file("map", "# ranks\n3\n3 1\n0\n3 0\n\n1\n1\n2\n2 # the last\n"));
    cr_expect_eq(MAKESPAN(computing, "nodes.mapping=file", "nodes.ranks_per_node=3",
                          "nodes.cores=2", setting),
                 2000);
    cr_expect_eq(MAKESPAN(computing, "nodes.mapping=file", "nodes.ranks_per_node=3",
                          "nodes.cores=2", "nodes.model=full", "nodes.clock_hz=1e9",
                          "nodes.software.switch_cycles=0", setting),
                 2000);
}
