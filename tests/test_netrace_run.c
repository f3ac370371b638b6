// SPDX-License-Identifier: Apache-2.0
// Netrace traces as workloads of a run.
#include "model/node/netrace_replay.h"
#include "sim/rng.h"
#include "sim/run.h"
#include "tests/config_text.h"
#include "tests/netrace_file.h"
#include "tests/trace_files.h"

static bool run_trace(const char *path, const char *const *settings, struct run_result *result,
                      struct err *err)
{
    struct config config = made();
    char assignment[300];
    snprintf(assignment, sizeof assignment, "workload.path=%s", path);
    set(&config, "workload.kind=trace");
    set(&config, assignment);
    for (; *settings; settings++)
        set(&config, *settings);
    bool good =
        config_check(&config, err) && run_simulate(&config, &(struct run_outputs){0}, result, err);
    config_free(&config);
    return good && err->status == ERR_NONE;
}

Test(netrace_run, a_run_tells_content_and_counts_packets)
{
    static struct run_result result, no_dependencies;
    struct err err = {0};
    const char *plain[] = {NULL};
    const char *apart[] = {"workload.netrace.mode=no-dependencies", NULL};
    cr_assert(run_trace("traces/samples/example.tra.bz2", plain, &result, &err), "%s", err.text);
    cr_assert(run_trace("traces/samples/example.tra.bz2", apart, &no_dependencies, &err));
    cr_assert_eq(result.outcome, RUN_COMPLETED);
    cr_assert_eq(result.messages, 175);
    cr_assert_eq(result.bytes, (28 + 9 + 4) * 72 + (175 - 41) * 8);
    cr_assert_eq(result.packet_flits_max, 10);
    cr_assert_eq(result.makespan_cycles, result.cycles - 2); // then the last credit is back
    cr_assert_eq(no_dependencies.messages, 175);
    cr_assert_leq(no_dependencies.makespan_cycles, result.makespan_cycles);
}

Test(netrace_run, a_region_is_replayed_alone_from_cycle_0)
{
    static const uint64_t packets[] = {9173, 5156, 5800, 0, 2839};
    static const uint64_t cycles[] = {9453, 19571, 185295, 0, 109928};
    for (int region = 0; region < 5; region++) {
        static struct run_result result;
        struct err err = {0};
        char setting[64];
        snprintf(setting, sizeof setting, "workload.netrace.region=%d", region);
        const char *settings[] = {setting, "fabric.model=ideal", NULL};
        cr_assert(run_trace("traces/samples/multiregion.tra.bz2", settings, &result, &err), "%s",
                  err.text);
        cr_assert_eq(result.messages, packets[region]);
        cr_assert_leq(result.cycles, cycles[region] + 100);
        cr_assert_geq(result.cycles + 100, cycles[region]);
    }
}

Test(netrace_run, a_run_may_be_cut_off)
{
    static struct run_result result;
    struct err err = {0};
    const char *settings[] = {"run.max_cycles=1000", "run.slice=true", NULL};
    cr_assert(run_trace("traces/samples/example.tra.bz2", settings, &result, &err), "%s", err.text);
    cr_assert_eq(result.outcome, RUN_SLICE);
    cr_assert_eq(result.cycles, 1000);
    cr_assert(result.messages > 0 && result.messages < 175);
    cr_assert_eq(result.makespan_cycles, UINT64_MAX);
}

static void is_refused(const char *path, const char *setting, enum err_status status,
                       const char *why)
{
    static struct run_result result;
    struct err err = {0};
    const char *settings[] = {setting, NULL};
    cr_assert_not(run_trace(path, settings, &result, &err), "%s: no fault", why);
    cr_assert_eq(err.status, status);
    cr_assert(strstr(err.text, why), "'%s' is not '%s'", err.text, why);
}

Test(netrace_run, what_cannot_be_replayed_is_refused)
{
    const char *example = "traces/samples/example.tra.bz2";
    is_refused(example, "fabric.topology.nodes=36", ERR_CONFIG,
               "fabric.topology: 36 nodes are too few for the 64 of the trace");
    is_refused(example, "workload.netrace.region=1", ERR_CONFIG,
               "workload.netrace.region: traces/samples/example.tra.bz2: there is no region 1");
    is_refused(example, "nodes.model=full", ERR_CONFIG, "nodes.model: ");
    is_refused(example, "workload.format=simgrid", ERR_TRACE, example);
    is_refused("traces/samples/sort.lackey.xz", "workload.format=netrace", ERR_TRACE,
               "header: it begins with");
    is_refused(example, "fabric.router.switching=store-and-forward", ERR_CONFIG,
               "packets of 10 flits do not fit the buffers of 8 flits");
}

Test(netrace_run, small_packets_may_have_a_class_of_their_own)
{
    static struct run_result result;
    struct err err = {0};
    const char *settings[] = {"fabric.router.classes=2", "workload.priority_bytes=9", NULL};
    cr_assert(run_trace("traces/samples/example.tra.bz2", settings, &result, &err), "%s", err.text);
    cr_assert_eq(result.classes[0].packets, 28 + 9 + 4);
    cr_assert_eq(result.classes[1].packets, 175 - 41);
}

// Cycles in which nothing happens change nothing, of whatever fabric.
Test(netrace_run, a_run_is_the_same_without_skipping)
{
    static const char *const models[] = {"fabric.model=ideal", "fabric.model=detailed"};
    static const char *const modes[] = {"normal", "no-dependencies", "self-throttled"};
    for (size_t i = 0; i < 6; i++) {
        static struct run_result skipping, plain;
        struct err err = {0};
        char mode[64];
        snprintf(mode, sizeof mode, "workload.netrace.mode=%s", modes[i / 2]);
        const char *settings[] = {models[i % 2], mode, NULL, NULL};
        cr_assert(run_trace("traces/samples/example.tra.bz2", settings, &skipping, &err));
        settings[2] = "fabric.skip_idle=false";
        cr_assert(run_trace("traces/samples/example.tra.bz2", settings, &plain, &err));
        cr_assert_eq(skipping.makespan_cycles, plain.makespan_cycles);
        cr_assert_float_eq(skipping.latency.mean, plain.latency.mean, 1e-12);
    }
}

// A reader that reads a million cycles ahead goes on where all within them is over; from node 0 to
// node 1 it is 3 cycles.
Test(netrace_run, gaps_longer_than_what_is_read_ahead_are_read_over)
{
    static const struct netrace_file_packet packets[] = {
        {0, 0, 1, 0, 1, 0, 2, {1, 3}},          {1, 1, 2, 1, 0, 0, 1, {2}},
        {3000000, 2, 1, 0, 1, 0, 1, {4}},       {9000000, 3, 2, 1, 0, 0, 0, {0}},
        {9000000, 4, 1, 0, 1, 0, 1, {5}},       {9000001, 5, 2, 1, 0, 0, 0, {0}},
        {1000000000000, 6, 2, 1, 0, 0, 1, {7}}, {1000000000000, 7, 2, 0, 1, 0, 0, {0}},
    };
    static const struct netrace_file_region region = {1000000000000, 8};
    static const uint64_t makespans[NETRACE_NUM_MODES] = {1000000000014, 1000000000003,
                                                          1000000000007};
    struct netrace_file file = {64, NULL, &region, 1, packets};
    for (int mode = 0; mode < NETRACE_NUM_MODES; mode++) {
        static struct run_result result;
        struct err err = {0};
        char setting[64];
        const char *settings[] = {"fabric.model=ideal", setting, NULL};
        snprintf(setting, sizeof setting, "workload.netrace.mode=%s", netrace_mode_names[mode]);
        cr_assert(run_trace(netrace_file_write(&file), settings, &result, &err), "%s", err.text);
        cr_assert_eq(result.messages, 8);
        cr_assert_eq(result.makespan_cycles, makespans[mode], "%s: %lu", setting,
                     result.makespan_cycles);
    }
}

// Whatever ids, dependents and cycles are, a run ends, or is refused with file and packet.
Test(netrace_run, damaged_traces_are_replayed_or_refused)
{
    struct netrace_file_region region;
    static struct netrace_file_packet packets[60];
    struct netrace_file file = netrace_file_random(3, 64, packets, 60, &region);
    struct rng rng = rng_make(4, RNG_SHUFFLE, 0);
    enum { TURNS = 600 };
    size_t num;
    unsigned char *whole = netrace_file_bytes(&file, &num);
    unsigned char *bytes = malloc(num);
    cr_assert_not_null(bytes);
    const size_t packets_at = 72 + sizeof "random" + 24;
    uint32_t completed = 0;
    for (uint32_t turn = 0; turn < TURNS; turn++) {
        static struct run_result result;
        struct err err = {0};
        char mode[64];
        const char *settings[] = {"fabric.model=ideal", mode, "run.max_cycles=100000",
                                  turn % 2 ? "workload.netrace.region=0" : NULL, NULL};
        snprintf(mode, sizeof mode, "workload.netrace.mode=%s",
                 netrace_mode_names[turn % NETRACE_NUM_MODES]);
        memcpy(bytes, whole, num);
        for (uint64_t damage = 1 + rng_below(&rng, 3); damage-- > 0;)
            bytes[packets_at + rng_below(&rng, num - packets_at)] =
                (unsigned char)rng_below(&rng, 64);
        if (run_trace(trace_files_write_bytes("damaged", bytes, num), settings, &result, &err))
            completed++;
        else
            cr_assert(err.status == ERR_TRACE && strstr(err.text, "/damaged: "), "%s", err.text);
    }
    cr_assert(completed > TURNS / 20 && completed < TURNS, "%u", completed);
    free(bytes);
    free(whole);
}

// What the reader cannot see, and would have packets wait for each other.
Test(netrace_run, ids_that_are_not_unique_or_come_backwards_are_refused)
{
    static const struct {
        struct netrace_file_packet packets[3];
        const char *why;
    } faults[] = {
        {{{0, 1, 1, 0, 1, 0, 1, {2}}, {5, 1, 1, 0, 1, 0, 0, {0}}, {9, 2, 1, 0, 1, 0, 0, {0}}},
         "packet 1 at byte 121: its id 1 is that of a packet that is not over"},
        {{{0, 1, 1, 0, 1, 0, 1, {2}}, {0, 2, 1, 0, 1, 0, 1, {1}}, {9, 3, 1, 0, 1, 0, 0, {0}}},
         "packet 1 at byte 121: id 1, which depends on it, comes before it"},
        {{{0, 1, 1, 0, 1, 0, 0, {2}},
          {0, UINT32_MAX, 1, 0, 1, 0, 0, {1}},
          {9, 3, 1, 0, 1, 0, 0, {0}}},
         "packet 1 at byte 117: an id of 4294967295 cannot be replayed"},
    };
    static const struct netrace_file_region region = {9, 3};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct netrace_file file = {64, NULL, &region, 1, faults[i].packets};
        is_refused(netrace_file_write(&file), "fabric.model=ideal", ERR_TRACE, faults[i].why);
        is_refused(netrace_file_write(&file), "workload.netrace.region=0", ERR_TRACE,
                   faults[i].why);
    }
}
