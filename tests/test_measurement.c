// SPDX-License-Identifier: Apache-2.0
// The verdict of the measured window: saturated or not.
#include "sim/run.h"
#include "tests/config_text.h"

#include <criterion/criterion.h>

static struct run_result run_with(uint64_t seed, const char *const *assignments)
{
    struct config config = made();
    struct run_outputs outputs = {.quiet = true};
    struct run_result result;
    struct err err = {0};
    config.seed = seed;
    for (; *assignments; assignments++)
        set(&config, *assignments);
    cr_assert(run_simulate(&config, &outputs, &result, &err), "%s", err.text);
    config_free(&config);
    return result;
}

Test(measurement, a_packet_that_happens_to_be_queued_saturates_no_short_window)
{
    const char *const low[] = {"run.measure_cycles=200", "workload.rate_flits_per_node_cycle=0.02",
                               NULL};
    const char *const short_window[] = {"run.measure_cycles=20",
                                        "workload.rate_flits_per_node_cycle=0.1",
                                        "run.drain_cycles=500", NULL};
    for (uint64_t seed = 1; seed <= 20; seed++) {
        cr_assert_eq(run_with(seed, low).outcome, RUN_COMPLETED, "seed %u", (unsigned)seed);
        cr_assert_eq(run_with(seed, short_window).outcome, RUN_COMPLETED, "seed %u",
                     (unsigned)seed);
    }
}

Test(measurement, an_overloaded_network_is_saturated_also_in_a_short_window)
{
    const char *const high[] = {"run.measure_cycles=200", "workload.rate_flits_per_node_cycle=0.9",
                                "run.drain_cycles=100000", NULL};
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct run_result result = run_with(seed, high);
        cr_assert_eq(result.outcome, RUN_SATURATED);
        cr_assert_eq(result.latency.num, 0);
    }
}

Test(measurement, a_channel_is_used_for_as_long_as_its_flits_take_it_up)
{
    // Two racks of one node, whose only way is by uplinks that are narrow, and always busy.
    const char *const narrow[] = {"fabric.topology={kind: cluster, racks: [{kind: mesh, nodes: 1, "
                                  "count: 2}], join: {flit_cycles: 4}}",
                                  "workload.rate_flits_per_node_cycle=0.9", NULL};
    struct run_result result = run_with(1, narrow);
    cr_assert_gt(result.channel_utilisation_max, 0.99);
    cr_assert_leq(result.channel_utilisation_max, 1);
    cr_assert_float_eq(result.accepted_flits_per_node_cycle, 0.25, 0.005);
}

Test(measurement, a_window_that_is_cut_off_has_latencies_and_no_verdict)
{
    // The first packets are under way: much was offered, little accepted.
    const char *const cut[] = {"run.warmup_cycles=0", "run.max_cycles=40",
                               "workload.rate_flits_per_node_cycle=0.9", NULL};
    struct run_result result = run_with(1, cut);
    cr_assert_eq(result.outcome, RUN_CYCLE_LIMIT);
    cr_assert_lt(result.accepted_flits_per_node_cycle, 0.5);
    cr_assert_gt(result.latency.num, 0);
    cr_assert_geq(result.latency.mean, result.latency.min);
}
