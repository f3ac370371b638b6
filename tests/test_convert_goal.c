// SPDX-License-Identifier: Apache-2.0
// Programs as GOAL schedules send the same messages and end in the same cycle; schedules stay what
// they are.
#include "sim/run.h"
#include "sim/trace_convert.h"
#include "sim/trace_matrix.h"
#include "tests/config_text.h"
#include "tests/random_program.h"
#include "tests/replay.h"
#include "tests/trace_files.h"

enum { NUM_SEEDS = 60, NUM_RUN_SEEDS = 12, ABOVE_ALL_BYTES = (1 << 30) + 1 };

#define NATIVE(ranks, lines) "ordito-trace 1\nranks " ranks "\nrank 0\n" lines "\nend\n"

static const char *const schedules[] = {
    "allreduce_recdoub-16-4k", "binary_tree_32",      "binomialtreebcast-16-1k",
    "dissemination-16",        "lgs2-tests-schedule", "linear_alltoall-16-1k",
};
enum { NUM_SCHEDULES = sizeof schedules / sizeof *schedules };

static void path_of(char path[128], const char *name)
{
    snprintf(path, 128, "%s", trace_files_path(name));
}

static void converted(const char *in, const char *out, const char *collectives)
{
    struct err err = {0};
    cr_assert(trace_convert(in, "auto", out, NULL, false, collectives, &err), "%s", err.text);
}

// --- programs ------------------------------------------------------------------------------------

// The messages of a program by pairs, its collectives' by `algorithms`, are those of a schedule.
static void expect_same_messages(const char *program, const char *schedule, const char *algorithms)
{
    struct trace_matrix a;
    struct trace_matrix b;
    struct err err = {0};
    cr_assert(trace_matrix_read(&a, program, "auto", algorithms, &err), "%s", err.text);
    cr_assert(trace_matrix_read(&b, schedule, "goal", NULL, &err), "%s", err.text);
    cr_assert_eq(a.num_pairs, b.num_pairs);
    for (size_t i = 0; i < a.num_pairs; i++) {
        cr_assert_eq(a.pairs[i].from, b.pairs[i].from);
        cr_assert_eq(a.pairs[i].to, b.pairs[i].to);
        cr_assert_eq(a.pairs[i].messages, b.pairs[i].messages);
        cr_assert_eq(a.pairs[i].bytes, b.pairs[i].bytes);
    }
    trace_matrix_free(&a);
    trace_matrix_free(&b);
}

// Whoever sends first in a cycle is served first where two packets arrive in the same one; a rank
// of a program does all that it does in a cycle before the next, one of a schedule does not.
// Nothing waits for the order of messages that are sent at once.
Test(convert_goal, random_programs_send_the_same_and_end_in_the_same_cycle)
{
    char in[128];
    char out[128];
    struct replay_params params = replay_default();
    params.mpi.eager_bytes = ABOVE_ALL_BYTES;
    path_of(in, "in.native");
    path_of(out, "out.goal.zst");
    for (uint64_t seed = 0; seed < NUM_SEEDS; seed++) {
        struct replay_result a;
        struct replay_result b;
        struct err err = {0};
        random_program_write_exact("in.native", seed);
        converted(in, out, NULL);
        expect_same_messages(in, out, "first");
        cr_assert(replay_run(in, &params, &a, &err), "%s", err.text);
        cr_assert(replay_run(out, &params, &b, &err), "%s", err.text);
        cr_assert_eq(a.stats.messages + a.stats.collective_messages, b.stats.messages);
        cr_assert_eq(a.stats.bytes + a.stats.collective_bytes, b.stats.bytes);
        cr_assert_eq(a.num_flits, b.num_flits);
        cr_assert_eq(a.stats.makespan_cycles, b.stats.makespan_cycles, "%lu and %lu cycles",
                     a.stats.makespan_cycles, b.stats.makespan_cycles);
        converted(in, out, "auto");
        expect_same_messages(in, out, "auto");
    }
}

// Returns the makespan.
static uint64_t run(const char *path, const char *const *assignments, struct run_detail *detail)
{
    static struct run_result result;
    struct config config = made();
    struct err err = {0};
    char text[256];
    snprintf(text, sizeof text, "workload.path=%s", path);
    set(&config, "workload.kind=trace");
    set(&config, text);
    for (; *assignments; assignments++)
        set(&config, *assignments);
    cr_assert(config_check(&config, &err), "%s", err.text);
    cr_assert(run_simulate(&config, &(struct run_outputs){.detail = detail, .quiet = true}, &result,
                           &err),
              "%s", err.text);
    cr_assert_eq(result.outcome, RUN_COMPLETED);
    config_free(&config);
    return result.makespan_cycles;
}

static void expect_same_ends(const char *path, const char *other, const char *const *assignments)
{
    struct run_detail a;
    struct run_detail b;
    run(path, assignments, &a);
    run(other, assignments, &b);
    cr_assert_eq(a.num_ranks, b.num_ranks);
    for (uint32_t rank = 0; rank < a.num_ranks; rank++)
        cr_assert_eq(a.end_cycles[rank], b.end_cycles[rank], "rank %u: %lu and %lu cycles", rank,
                     a.end_cycles[rank], b.end_cycles[rank]);
    run_detail_free(&a);
    run_detail_free(&b);
}

#define TORUS   "fabric.topology={kind: torus, dims: [8, 8]}"
#define EAGER   "workload.eager_bytes=1073741825"
#define LOGGOPS TORUS, "fabric.model=ideal", "fabric.ideal.rules=loggops"

static const char *const over_routers[] = {TORUS, EAGER, NULL};
static const char *const with_rendezvous[] = {TORUS, "workload.eager_bytes=1024", NULL};
static const char *const by_loggops[] = {LOGGOPS, EAGER, NULL};
static const char *const without_costs[] = {LOGGOPS,
                                            EAGER,
                                            "fabric.ideal.overhead_ns=0",
                                            "fabric.ideal.gap_ns=0",
                                            "fabric.ideal.gap_ns_per_byte=0",
                                            NULL};

// A random program, and a schedule made of it.
struct pair {
    char program[128];
    char schedule[128];
};

static struct pair random_pair(uint64_t seed)
{
    struct pair pair;
    path_of(pair.program, "in.native");
    path_of(pair.schedule, "out.goal");
    random_program_write_exact("in.native", seed);
    converted(pair.program, pair.schedule, NULL);
    return pair;
}

Test(convert_goal, every_rank_of_a_random_program_ends_in_the_same_cycle_over_routers)
{
    for (uint64_t seed = 0; seed < NUM_RUN_SEEDS; seed++) {
        struct pair pair = random_pair(seed);
        expect_same_ends(pair.program, pair.schedule, over_routers);
        expect_same_ends(pair.program, pair.schedule, with_rendezvous);
        expect_same_ends(pair.program, pair.schedule, without_costs);
    }
}

static void expect_close(const char *program, const char *schedule, const char *const *assignments,
                         double most)
{
    double of_program = (double)run(program, assignments, NULL);
    double of_schedule = (double)run(schedule, assignments, NULL);
    cr_assert_leq(of_schedule, of_program * (1 + most));
    cr_assert_geq(of_schedule, of_program * (1 - most));
}

static void expect_random_close(uint64_t num_seeds, const char *const *assignments, double most)
{
    for (uint64_t seed = 0; seed < num_seeds; seed++) {
        struct pair pair = random_pair(seed);
        expect_close(pair.program, pair.schedule, assignments, most);
    }
}

// There a rank of a program hands over what it sends and goes on, and what it has handed over waits
// for the cpu in that order; what follows in a schedule comes when it has begun, so that messages
// that arrive get the cpu in between, or not.
Test(convert_goal, by_loggops_they_differ_by_what_waits_for_cpus)
{
    expect_random_close(NUM_RUN_SEEDS, by_loggops, 0.15);
}

// Schedules that Schedgen wrote of the same collectives; test_loggops_run.c has LogGOPSim's figures
// of them.
Test(convert_goal, collectives_end_when_those_of_another_writer_do)
{
    enum { NUM_RANKS = 16 };
    static const struct {
        const char *operation, *collectives, *schedule;
    } same[] = {
        {"bcast bytes=1024 root=0", "first", "binomialtreebcast-16-1k"},
        {"allreduce bytes=4096", "auto", "allreduce_recdoub-16-4k"},
        {"alltoall bytes=1024", "first", "linear_alltoall-16-1k"},
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        char text[1024];
        char in[128];
        char out[128];
        char schedule[128];
        size_t length = (size_t)sprintf(text, "ordito-trace 1\nranks %d\n", NUM_RANKS);
        for (int rank = 0; rank < NUM_RANKS; rank++)
            length += (size_t)sprintf(text + length, "rank %d\n%s\n", rank, same[i].operation);
        strcpy(text + length, "end\n");
        snprintf(in, sizeof in, "%s", trace_files_write("a.native", text));
        snprintf(schedule, sizeof schedule, "traces/samples/%s.goal.zst", same[i].schedule);
        path_of(out, "out.goal");
        converted(in, out, same[i].collectives);
        cr_assert_eq(run(out, by_loggops, NULL), run(schedule, by_loggops, NULL), "%s",
                     same[i].schedule);
    }
}

// There two calculations in a row take the cpu before a message that comes during the first; a rank
// of a program begins the second when the first is over.
Test(convert_goal, by_loggops_a_message_waits_for_all_calculations_in_a_row)
{
    static const char *const costs[] = {LOGGOPS,
                                        "workload.eager_bytes=1024",
                                        "fabric.ideal.overhead_ns=0",
                                        "fabric.ideal.gap_ns=0",
                                        "fabric.ideal.gap_ns_per_byte=0",
                                        NULL};
    char in[128];
    char out[128];
    path_of(out, "out.goal");
    snprintf(in, sizeof in, "%s",
             trace_files_write("a.native",
                               NATIVE("2", "compute ns=100\nsend to=1 bytes=2000\n"
                                           "compute ns=20000\nrank 1\nirecv from=0 bytes=2000\n"
                                           "compute ns=3000\ncompute ns=5000\nwaitall")));
    converted(in, out, NULL);
    cr_assert_eq(run(in, costs, NULL), 3000 + 20000);
    cr_assert_eq(run(out, costs, NULL), 3000 + 5000 + 20000);
}

// A rank of a program has other software in between than one that looks for what may start.
Test(convert_goal, on_full_nodes_they_differ_little)
{
    enum { FEW_SEEDS = 4 };
    static const char *const on_full_nodes[] = {TORUS, EAGER, "nodes.model=full", NULL};
    expect_random_close(FEW_SEEDS, on_full_nodes, 0.02);
}

Test(convert_goal, recorded_programs_end_in_the_same_cycle_over_routers)
{
    static const char *const samples[] = {"traces/samples/is.S.64.ti.tar.zst",
                                          "traces/samples/mg.S.64.ti.tar.zst"};
    char out[128];
    path_of(out, "out.goal.gz");
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        converted(samples[i], out, NULL);
        expect_same_messages(samples[i], out, "first");
        expect_same_ends(samples[i], out, over_routers);
        expect_close(samples[i], out, by_loggops, 0.01);
    }
}

// A rank of a program ends when it has come to its end, a schedule when all is over.
Test(convert_goal, a_request_that_nobody_waits_for_ends_the_schedule)
{
    char in[128];
    char out[128];
    struct run_detail program;
    struct run_detail schedule;
    path_of(out, "out.goal");
    snprintf(in, sizeof in, "%s",
             trace_files_write("a.native", NATIVE("2", "irecv from=1 bytes=8\nrank 1\n"
                                                       "compute ns=1000\nsend to=0 bytes=8")));
    converted(in, out, NULL);
    run(in, over_routers, &program);
    run(out, over_routers, &schedule);
    cr_assert_eq(program.end_cycles[0], 0);
    cr_assert_gt(schedule.end_cycles[0], 1000);
    cr_assert_eq(program.end_cycles[1], schedule.end_cycles[1]);
    run_detail_free(&program);
    run_detail_free(&schedule);
}

// Collectives that share the one tag that is left keep to their order.
Test(convert_goal, tags_of_collectives_are_above_those_of_the_program)
{
    char in[128];
    char out[128];
    const char *both = "allreduce bytes=8\nalltoall bytes=5\nbcast bytes=900\n";
    char text[512];
    snprintf(text, sizeof text,
             NATIVE("2", "isend to=1 tag=2147483646 bytes=3\ncompute ns=50\n%srank 1\n"
                         "%srecv from=0 tag=2147483646 bytes=4"),
             both, both);
    snprintf(in, sizeof in, "%s", trace_files_write("a.native", text));
    path_of(out, "out.goal");
    converted(in, out, NULL);
    expect_same_ends(in, out, over_routers);
}

// --- schedules -----------------------------------------------------------------------------------

static void expect_same_indices(const uint32_t *a, const uint32_t *b, uint32_t num)
{
    cr_assert(num == 0 || memcmp(a, b, num * sizeof *a) == 0);
}

static void expect_same_schedule(const char *path, const char *other)
{
    struct err err = {0};
    struct trace *a = trace_open(path, "goal", &err);
    struct trace *b = trace_open(other, "goal", &err);
    cr_assert(a && b, "%s", err.text);
    cr_assert_eq(a->num_ranks, b->num_ranks);
    cr_assert_eq(a->num_cpus, b->num_cpus);
    cr_assert_eq(a->num_nics, b->num_nics);
    for (uint32_t rank = 0; rank < a->num_ranks; rank++) {
        uint32_t num_ops = a->schedule->num_ops(a, rank);
        cr_assert_eq(b->schedule->num_ops(b, rank), num_ops);
        for (uint32_t i = 0; i < num_ops; i++) {
            struct op op[2];
            struct op_links links[2];
            a->schedule->get(a, rank, i, &op[0], &links[0]);
            b->schedule->get(b, rank, i, &op[1], &links[1]);
            op[1].line = op[0].line;
            cr_assert_eq(op[0].kind, op[1].kind);
            cr_assert(op[0].amount == op[1].amount);
            cr_assert_eq(op[0].source, op[1].source);
            cr_assert_eq(op[0].destination, op[1].destination);
            cr_assert_eq(op[0].tag, op[1].tag);
            cr_assert_eq(op[0].bytes, op[1].bytes);
            cr_assert_eq(links[0].num_before, links[1].num_before);
            cr_assert_eq(links[0].num_finish, links[1].num_finish);
            cr_assert_eq(links[0].num_start, links[1].num_start);
            cr_assert_eq(links[0].cpu, links[1].cpu);
            cr_assert_eq(links[0].nic, links[1].nic);
            expect_same_indices(links[0].after_finish, links[1].after_finish, links[0].num_finish);
            expect_same_indices(links[0].after_start, links[1].after_start, links[0].num_start);
        }
    }
    trace_close(a);
    trace_close(b);
}

Test(convert_goal, schedules_stay_what_they_are_and_end_when_they_did)
{
    char out[128];
    path_of(out, "out.goal.xz");
    for (size_t i = 0; i < NUM_SCHEDULES; i++) {
        char path[128];
        snprintf(path, sizeof path, "traces/samples/%s.goal.zst", schedules[i]);
        converted(path, out, NULL);
        expect_same_schedule(path, out);
        expect_same_ends(path, out, over_routers);
        expect_same_ends(path, out, by_loggops);
    }
}

Test(convert_goal, programs_that_became_schedules_stay_what_they_are)
{
    char in[128];
    char middle[128];
    char out[128];
    path_of(in, "in.native");
    path_of(middle, "middle.goal");
    path_of(out, "out.goal");
    for (uint64_t seed = 0; seed < NUM_SEEDS; seed++) {
        random_program_write_exact("in.native", seed);
        converted(in, middle, NULL);
        converted(middle, out, NULL);
        expect_same_schedule(middle, out);
    }
}
