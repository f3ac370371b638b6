// SPDX-License-Identifier: Apache-2.0
// The ideal fabric by the rules `loggops` as a model of a run: how it is configured, what it tells,
// and that no fabric of routers is faster.
#include "sim/output.h"
#include "sim/run.h"
#include "tests/config_text.h"

#include <dirent.h>

static const char *const schedules[] = {
    "allreduce_recdoub-16-4k", "binary_tree_32",      "binomialtreebcast-16-1k",
    "dissemination-16",        "lgs2-tests-schedule", "linear_alltoall-16-1k",
};
enum { NUM_SCHEDULES = sizeof schedules / sizeof *schedules };

static struct config of_trace(const char *sample)
{
    struct config config = made();
    char path[128];
    snprintf(path, sizeof path, "workload.path=traces/samples/%s", sample);
    set(&config, "workload.kind=trace");
    set(&config, path);
    return config;
}

static struct config of_schedule(size_t i)
{
    char sample[64];
    snprintf(sample, sizeof sample, "%s.goal.zst", schedules[i]);
    return of_trace(sample);
}

static void make_ideal(struct config *config)
{
    set(config, "fabric.model=ideal");
    set(config, "fabric.ideal.rules=loggops");
}

static void completes(const struct config *config, struct run_detail *detail,
                      struct run_result *result)
{
    struct err err = {0};
    struct run_outputs outputs = {.detail = detail, .quiet = true};
    cr_assert(config_check(config, &err), "%s", err.text);
    cr_assert(run_simulate(config, &outputs, result, &err), "%s", err.text);
    cr_assert_eq(result->outcome, RUN_COMPLETED);
}

static uint64_t makespan(const struct config *config)
{
    static struct run_result result;
    completes(config, NULL, &result);
    return result.makespan_cycles;
}

// --- a run ---------------------------------------------------------------------------------------

Test(loggops_run, parameters_are_nanoseconds_whatever_the_clock)
{
    struct config config = of_schedule(0);
    make_ideal(&config);
    set(&config, "workload.eager_bytes=1000000001");
    cr_assert_eq(makespan(&config), 90032);
    set(&config, "fabric.clock_hz=2e9");
    cr_assert_eq(makespan(&config), 2 * 90032);
    set(&config, "fabric.clock_hz=1e9");
    set(&config, "fabric.ideal.latency_ns=500");
    set(&config, "fabric.ideal.overhead_ns=100");
    set(&config, "fabric.ideal.gap_ns=50");
    set(&config, "fabric.ideal.gap_ns_per_byte=1");
    cr_assert_eq(makespan(&config), 13272);
    set(&config, "fabric.ideal.overhead_ns_per_byte=0.25");
    cr_assert_gt(makespan(&config), 13272);
    config_free(&config);
}

Test(loggops_run, what_the_routers_would_do_is_undefined_and_what_is_said_of_them_is_not_echoed)
{
    static struct run_result result;
    struct config config = of_schedule(4);
    make_ideal(&config);
    set(&config, "fabric.router.buffer_flits=3"); // does not matter
    struct run_detail detail;
    completes(&config, &detail, &result);
    struct figure_source source = {.config = &config, .result = &result, .output_s = -1};
    cr_assert_str_eq(figure_by_path("fabric.model", &source).text, "ideal");
    for (size_t i = 0; i < figure_num; i++)
        if (strncmp(figure_path(i), "fabric.", 7) == 0 &&
            strcmp(figure_path(i), "fabric.model") != 0)
            cr_assert_eq(figure_get(i, &source).type, FIGURE_UNDEFINED, "%s", figure_path(i));
    cr_assert_eq(figure_by_path("application.makespan_cycles", &source).integer, 20000);
    cr_assert_eq(detail.num_ranks, 4);
    static const uint64_t ends[] = {20000, 20000, 20000, 16000};
    for (uint32_t i = 0; i < 4; i++)
        cr_assert_eq(detail.end_cycles[i], ends[i]);
    run_detail_free(&detail);
    json_t *echo = config_echo(&config);
    json_t *fabric = json_object_get(echo, "fabric");
    cr_assert_null(json_object_get(fabric, "router"));
    cr_assert_null(json_object_get(json_object_get(fabric, "ideal"), "cycles_per_hop"));
    cr_assert_not_null(json_object_get(json_object_get(fabric, "ideal"), "gap_ns_per_byte"));
    json_decref(echo);
    set(&config, "fabric.model=detailed");
    echo = config_echo(&config);
    cr_assert_null(json_object_get(json_object_get(echo, "fabric"), "ideal"));
    cr_assert_not_null(json_object_get(json_object_get(echo, "fabric"), "router"));
    json_decref(echo);
    config_free(&config);
}

Test(loggops_run, a_run_stops_at_a_limit_and_tells_who_waits_for_ever)
{
    static struct run_result result;
    struct err err = {0};
    struct config config = of_schedule(0);
    make_ideal(&config);
    set(&config, "run.max_cycles=1000");
    cr_assert(run_simulate(&config, &(struct run_outputs){.quiet = true}, &result, &err));
    cr_assert_eq(result.outcome, RUN_CYCLE_LIMIT);
    cr_assert_eq(result.cycles, 1000);
    cr_assert_eq(result.makespan_cycles, UINT64_MAX);
    config_free(&config);
    config = made();
    char path[256];
    snprintf(path, sizeof path, "workload.path=%s",
             scratch_file("s.goal", "num_ranks 2\nrank 0 {\nrecv 8b from 1\n}\nrank 1 {\n}\n"));
    set(&config, "workload.kind=trace");
    set(&config, path);
    make_ideal(&config);
    cr_assert_not(run_simulate(&config, &(struct run_outputs){.quiet = true}, &result, &err));
    cr_assert_eq(err.status, ERR_TRACE);
    cr_assert(strstr(err.text, "s.goal:3: recv from 1, tag 0"), "%s", err.text);
    config_free(&config);
}

static void is_refused(const char *assignment, const char *why)
{
    struct config config = of_schedule(0);
    struct err err = {0};
    make_ideal(&config);
    set(&config, assignment);
    cr_assert_not(config_check(&config, &err), "%s", assignment);
    cr_assert_eq(err.status, ERR_CONFIG);
    cr_assert(strstr(err.text, why), "%s", err.text);
    config_free(&config);
}

Test(loggops_run, what_takes_packets_or_routers_is_refused)
{
    is_refused("workload.kind=synthetic", "fabric.ideal.rules: loggops are rules of messages");
    is_refused("fabric.backend=lockstep", "fabric.backend: an ideal network");
    is_refused("nodes.model=full", "fabric.model: full nodes");
    is_refused("workload.priority_bytes=64", "workload.priority_bytes:");
    is_refused("fabric.topology.failed=[router 5]", "fabric.topology.failed:");
    struct config config = of_schedule(0);
    struct err err = {0};
    static struct run_result result;
    make_ideal(&config);
    struct run_outputs packets = {.packets = "/dev/null", .quiet = true};
    cr_assert_not(run_simulate(&config, &packets, &result, &err));
    cr_assert_eq(err.status, ERR_CONFIG);
    set(&config, "fabric.topology.nodes=8");
    err = (struct err){0};
    cr_assert_not(run_simulate(&config, &(struct run_outputs){.quiet = true}, &result, &err));
    cr_assert(strstr(err.text, "the trace has 16 ranks, of which the 8 nodes take 1 each"), "%s",
              err.text);
    config_free(&config);
}

Test(loggops_run, programs_in_program_order_complete_with_the_messages_that_they_have)
{
    static struct run_result ideal, real;
    struct config config = of_trace("is.S.64.ti.tar.zst");
    completes(&config, NULL, &real);
    make_ideal(&config);
    completes(&config, NULL, &ideal);
    cr_assert_eq(ideal.messages, real.messages);
    cr_assert_eq(ideal.bytes, real.bytes);
    cr_assert_eq(ideal.collective_messages, real.collective_messages);
    cr_assert_eq(ideal.collective_bytes, real.collective_bytes);
    cr_assert_eq(ideal.compute_cycles_max, real.compute_cycles_max);
    cr_assert_gt(ideal.makespan_cycles, ideal.compute_cycles_max);
    config_free(&config);
}

// Of a folder with more recordings, named by ORDITO_TRACES, each completes.
Test(loggops_run, programs_of_a_folder_complete)
{
    static struct run_result result;
    const char *folder = getenv("ORDITO_TRACES");
    DIR *dir = folder ? opendir(folder) : NULL;
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        char path[512];
        if (!strstr(entry->d_name, ".ti.tar."))
            continue;
        struct config config = made();
        snprintf(path, sizeof path, "workload.path=%s/%s", folder, entry->d_name);
        set(&config, "workload.kind=trace");
        set(&config, path);
        make_ideal(&config);
        completes(&config, NULL, &result);
        cr_assert_geq(result.makespan_cycles, result.compute_cycles_max, "%s", path);
        config_free(&config);
    }
    if (dir)
        closedir(dir);
}

// What a rank sends takes its processor; what comes, too, while it does not compute.
Test(loggops_run, ranks_in_program_order_pay_for_messages_with_their_processor)
{
    static const struct {
        const char *program;
        uint64_t ends[2];
    } cases[] = {
        {"rank 0\nsend to=1 bytes=1\nrank 1\nrecv from=0 bytes=1\n", {0, 5500}},
        {"rank 0\nsend to=1 bytes=1\ncompute ns=10\nrank 1\nrecv from=0 bytes=1\n", {1510, 5500}},
        {"rank 0\nsend to=1 bytes=101\nrank 1\ncompute ns=5000\nrecv from=0 bytes=101\n"
         "compute ns=1\n",
         {0, 5000 + 1500 + 600 + 1}},
        // It has come before it is asked for, but its processor has not taken it.
        {"rank 0\nsend to=1 bytes=101\nrank 1\nsleep ns=4100\nrecv from=0 bytes=101\n",
         {0, 4000 + 1500 + 600}},
        {"rank 0\nsend to=1 bytes=101\nrank 1\nirecv from=0 bytes=101\nsleep ns=4100\n"
         "wait from=0\n",
         {0, 4000 + 1500 + 600}},
        // Nor is a test of it good before that.
        {"rank 0\nsend to=1 bytes=101\nrank 1\nirecv from=0 bytes=101\nsleep ns=4100\n"
         "test from=0\nwait from=0\n",
         {0, 4000 + 1500 + 600}},
        {"rank 0\nsend to=1 bytes=70000\nrank 1\nsleep ns=9000\nrecv from=0 bytes=70000\n",
         {9000, 4000 + 1500 + 69999 * 6}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static struct run_result result;
        char text[512];
        char name[32];
        snprintf(text, sizeof text, "ordito-trace 1\nranks 2\n%send\n", cases[i].program);
        snprintf(name, sizeof name, "%zu.trace", i);
        char path[256];
        snprintf(path, sizeof path, "workload.path=%s", scratch_file(name, text));
        struct config config = made();
        set(&config, "workload.kind=trace");
        set(&config, path);
        make_ideal(&config);
        struct run_detail detail;
        completes(&config, &detail, &result);
        for (int rank = 0; rank < 2; rank++)
            cr_assert_eq(detail.end_cycles[rank], cases[i].ends[rank], "%zu, rank %d: %lu", i, rank,
                         detail.end_cycles[rank]);
        run_detail_free(&detail);
        config_free(&config);
    }
}

// --- no fabric is faster -------------------------------------------------------------------------

// Parameters of an ideal fabric that nothing on this fabric can be faster than: o = g = O = 0; L is
// the zero-load latency, by its closed form, of a packet of one flit over the shortest way that
// there is between two nodes, and the cycle after, in which what it brings is dealt with; G is 0,
// or the time of a flit for each byte of it.
static void as_fast_as(struct config *config, bool flit_time)
{
    struct err err = {0};
    struct topology *t = config_topology(config, &err);
    cr_assert_not_null(t, "%s", err.text);
    uint32_t hops = UINT32_MAX;
    for (uint32_t node = 1; node < t->num_nodes; node++) {
        uint32_t of_pair = t->kind->distance(t, 0, node) - (t->indirect ? 2 : 0);
        hops = of_pair < hops ? of_pair : hops;
    }
    struct switching_timing timing = {
        .channel_latency_cycles = config->channel_latency_cycles,
        .terminal_latency_cycles = config->terminal_latency_cycles,
        .ejection_latency_cycles = config_ejection_latency_cycles(config),
        .buffer_flits = config->buffer_flits,
        .pipeline = config->design.pipeline,
        .speculative = config->design.speculative,
    };
    make_ideal(config);
    config->loggops.latency_ns =
        (double)(switching_zero_load_cycles(config->switching, &timing, 1, hops) + 1);
    config->loggops.overhead_ns = 0;
    config->loggops.gap_ns = 0;
    config->loggops.gap_ns_per_byte = flit_time ? 8.0 / config->flit_bits : 0;
    topology_free(t);
}

static const struct fabric {
    const char *topology, *switching, *more;
} fabrics[] = {
    {"{kind: mesh, dims: [8, 8]}", "wormhole", "fabric.router.vcs=4"},
    {"{kind: torus, dims: [4, 4, 4]}", "virtual-cut-through", "fabric.packet.max_flits=4"},
    {"{kind: hypercube, n: 6}", "store-and-forward", "fabric.router.vcs=1"},
    {"{kind: ring, n: 64}", "wormhole", "fabric.channel.latency_cycles=3"},
    {"{kind: star, n: 64}", "wormhole", "fabric.router.buffer_flits=16"},
    {"{kind: tree, arity: 4, height: 3}", "wormhole", "fabric.router.pipeline=3"},
    {"{kind: fat-tree, arity: 4, height: 3}", "wormhole", "fabric.packet.max_flits=64"},
    {"{kind: concentrated-mesh, nodes: 64}", "wormhole", "fabric.router.flit_bits=128"},
    {"{kind: flattened-butterfly, nodes: 64}", "virtual-cut-through", "fabric.router.vcs=2"},
    {"{kind: mesh, dims: [8, 8]}", "circuit", "fabric.packet.max_flits=512"},
};

static void no_slower_is_ideal(struct config config, const struct fabric *fabric, bool flit_time)
{
    char text[128];
    snprintf(text, sizeof text, "fabric.topology=%s", fabric->topology);
    set(&config, text);
    snprintf(text, sizeof text, "fabric.router.switching=%s", fabric->switching);
    set(&config, text);
    set(&config, fabric->more);
    uint64_t real = makespan(&config);
    as_fast_as(&config, flit_time);
    uint64_t ideal = makespan(&config);
    cr_assert_leq(ideal, real, "%s on %s, %s", config.path, fabric->topology, fabric->switching);
    cr_assert_gt(ideal, 0);
    config_free(&config);
}

Test(loggops_run, no_fabric_is_faster_for_a_schedule_than_an_ideal_one_without_gaps)
{
    for (size_t i = 0; i < sizeof fabrics / sizeof *fabrics; i++)
        for (size_t s = 0; s < NUM_SCHEDULES; s++)
            no_slower_is_ideal(of_schedule(s), &fabrics[i], false);
}

Test(loggops_run, no_fabric_is_faster_for_a_schedule_than_one_whose_gap_is_the_time_of_a_flit)
{
    for (size_t i = 0; i < sizeof fabrics / sizeof *fabrics; i++)
        for (size_t s = 0; s < NUM_SCHEDULES; s++)
            no_slower_is_ideal(of_schedule(s), &fabrics[i], true);
}

// Where a rank computes while messages come, LogGOPS has its processor receive them, which routers
// do not ask for: only without gaps is it a bound.
Test(loggops_run, no_fabric_is_faster_for_a_program_than_an_ideal_one_without_gaps)
{
    for (size_t i = 0; i < sizeof fabrics / sizeof *fabrics; i += 2)
        no_slower_is_ideal(of_trace("is.S.64.ti.tar.zst"), &fabrics[i], false);
    no_slower_is_ideal(of_trace("mg.S.64.ti.tar.zst"), &fabrics[1], false);
}
