// SPDX-License-Identifier: Apache-2.0
// GOAL schedules: what is read, what is refused, and what a replay on ideal nodes makes of them,
// over a network where a packet of f flits sent in cycle c is delivered in c + f - 1 + 10 and dealt
// with in the cycle after.
#include "sim/rng.h"
#include "tests/replay.h"
#include "tests/trace_files.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct replay_params params;

static void set_up(void)
{
    params = replay_default();
}

TestSuite(goal, .init = set_up);

static struct trace *opened(const char *text)
{
    struct err err = {0};
    struct trace *trace = trace_open(trace_files_write("t.goal", text), "auto", &err);
    cr_assert_not_null(trace, "%s", err.text);
    return trace;
}

static void is_refused(const char *text, const char *why)
{
    struct err err = {0};
    const char *path = trace_files_write("t.goal", text);
    cr_assert_null(trace_open(path, "goal", &err), "not refused: %s", why);
    cr_assert_eq(err.status, ERR_TRACE, "%s", err.text);
    cr_assert_not_null(strstr(err.text, why), "'%s' is not in '%s'", why, err.text);
}

// The end of a schedule on ideal nodes.
static uint64_t makespan(const char *text)
{
    struct err err = {0};
    struct replay_result result;
    cr_assert(replay_run(trace_files_write("t.goal", text), &params, &result, &err), "%s",
              err.text);
    return result.stats.makespan_cycles;
}

static void fails(const char *text, const char *why)
{
    struct err err = {0};
    struct replay_result result;
    cr_assert_not(replay_run(trace_files_write("t.goal", text), &params, &result, &err));
    cr_assert_eq(err.status, ERR_TRACE);
    cr_assert_not_null(strstr(err.text, why), "'%s' is not in '%s'", why, err.text);
}

// --- reading -------------------------------------------------------------------------------------

static const char example[] = "// by hand\n"
                              "/* over\n   lines */ num_ranks 2\n"
                              "\n"
                              "rank 0{\n"
                              "l1: send 2048b to 1 tag 7 cpu 3 nic 2\n"
                              "late : calc 1000 // ns\n"
                              "l1 requires late\n"
                              "late irequires l1_\n"
                              "\trecv 8b from -1 tag -1 nic 1\r\n"
                              "}\n"
                              "rank 1 { }\n";

// The label is defined behind `late`, so it is put in where it may be used.
static const char *with_l1_(void)
{
    static char text[1024];
    const char *at = strstr(example, "l1 requires");
    snprintf(text, sizeof text, "%.*sl1_: calc 0 cpu 255\n%s", (int)(at - example), example, at);
    return text;
}

Test(goal, operations_come_in_the_order_of_their_definition)
{
    char text[1024] = "";
    struct err err = {0};
    const char *path = trace_files_write("t.goal", with_l1_());
    cr_assert(trace_files_load(path, "auto", text, sizeof text, NULL, &err), "%s", err.text);
    cr_assert_str_eq(text, "0 send to 1, tag 7, 2048 bytes: 2048 0 0 0 1 7\n"
                           "0 compute: 0 0 1000 0 0 0\n"
                           "0 compute: 0 0 0 0 0 0\n"
                           "0 recv from any, tag any: 8 0 0 -1 0 -1\n");
}

Test(goal, operations_carry_their_dependencies_cpus_and_cards)
{
    struct trace *trace = opened(with_l1_());
    struct op op;
    struct op_links links;
    cr_assert_eq(trace->num_ranks, 2);
    cr_assert_eq(trace->num_cpus, 256);
    cr_assert_eq(trace->num_nics, 3);
    cr_assert_eq(trace->schedule->num_ops(trace, 0), 4);
    cr_assert_eq(trace->schedule->num_ops(trace, 1), 0);
    trace->schedule->get(trace, 0, 0, &op, &links); // l1
    cr_assert_eq(op.line, 6);
    cr_assert_eq(links.num_before, 1);
    cr_assert_eq(links.num_finish + links.num_start, 0);
    cr_assert_eq(links.cpu, 3);
    cr_assert_eq(links.nic, 2);
    trace->schedule->get(trace, 0, 1, &op, &links); // late
    cr_assert_eq(links.num_before, 1);
    cr_assert_eq(links.num_finish, 1);
    cr_assert_eq(links.after_finish[0], 0);
    cr_assert_eq(links.num_start, 0);
    trace->schedule->get(trace, 0, 2, &op, &links); // l1_
    cr_assert_eq(links.num_before, 0);
    cr_assert_eq(links.num_finish, 0);
    cr_assert_eq(links.num_start, 1);
    cr_assert_eq(links.after_start[0], 1);
    cr_assert_eq(links.cpu, 255);
    trace_close(trace);
}

Test(goal, files_may_be_compressed)
{
    const char *const filters[] = {"zstd", "xz", "gzip", "bzip2"};
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        struct err err = {0};
        uint64_t num_ops = 0;
        const char *path = trace_files_compress("t.goal", filters[i], with_l1_());
        cr_assert(trace_files_load(path, "auto", NULL, 0, &num_ops, &err), "%s", err.text);
        cr_assert_eq(num_ops, 4);
    }
}

Test(goal, labels_are_of_one_rank_and_many)
{
    static char text[1 << 20];
    size_t length = (size_t)sprintf(text, "num_ranks 2\n");
    for (int rank = 0; rank < 2; rank++) {
        length += (size_t)sprintf(text + length, "rank %d {\n", rank);
        for (int i = 0; i < 5000; i++)
            length += (size_t)sprintf(text + length, "a%d: calc %d\n", i, i);
        for (int i = 1; i < 5000; i++)
            length += (size_t)sprintf(text + length, "a%d requires a%d\n", i, i - 1);
        length += (size_t)sprintf(text + length, "}\n");
    }
    struct trace *trace = opened(text);
    for (uint32_t i = 0; i < 5000; i++) {
        struct op op;
        struct op_links links;
        trace->schedule->get(trace, 1, i, &op, &links);
        cr_assert_eq((uint32_t)op.amount, i);
        cr_assert_eq(links.num_before, i > 0);
        cr_assert(i == 4999 ? links.num_finish == 0 : links.after_finish[0] == i + 1);
    }
    trace_close(trace);
    cr_assert_eq(makespan(text), 4999 * 2500);
}

#define RANK(statements) "num_ranks 2\nrank 0 {\n" statements "}\nrank 1 { }\n"

Test(goal, what_is_wrong_is_named_with_file_line_and_rank)
{
    is_refused("", "t.goal: no num_ranks");
    is_refused("rank 0 {\n", "t.goal:1: num_ranks must come first");
    is_refused("num_ranks 0\n", "t.goal:1: num_ranks of 1 to 1048576, not 0");
    is_refused("num_ranks 2\nnum_ranks 2\n", "t.goal:2: a second num_ranks");
    is_refused("num_ranks 2\nrank 1 {\n", "t.goal:2: rank 1, but ranks come in order: 0 is");
    is_refused("num_ranks 1\nrank 0 {\n}\nrank 1 {\n}\n", "t.goal:4: there is no rank 1 of 1");
    is_refused("num_ranks 2\nrank 0 {\ncalc 5\n}\n", "t.goal:4: rank 1 is missing: the file is");
    is_refused("num_ranks 2\nrank 0 {\ncalc 5\n", "t.goal:3: rank 0 has no '}': the file is cut");
    is_refused("num_ranks 1\nrank 0 {\n}\n/* ", "the file is cut off");
    is_refused("num_ranks 1\nrank 0 {\nrank 0 {\n", "t.goal:3: rank 0: a rank within another");
    is_refused("num_ranks 1\n}\n", "t.goal:2: '}' without a rank");
    is_refused("num_ranks 1\ncalc 5\n", "t.goal:2: a statement outside of a rank");
    is_refused("num_ranks 1\nrank 0\n{\n", "t.goal:2: the line ends where { should be");
    is_refused(RANK("send 8b to 2\n"), "t.goal:3: rank 0: send: there is no rank 2 of 2");
    is_refused(RANK("recv 8b from 9\n"), "t.goal:3: rank 0: recv: there is no rank 9 of 2");
    is_refused(RANK("send 8b from 1\n"), "t.goal:3: rank 0: 'from' where to should be");
    is_refused(RANK("send 8 to 1\n"), "t.goal:3: rank 0: 'to' where b should be");
    is_refused(RANK("send 8b to -1\n"), "t.goal:3: rank 0: '-1' where a rank should be");
    is_refused(RANK("send 8b to 1 tag -1\n"), "rank 0: '-1' where a tag should be");
    is_refused(RANK("send 8b to 1 tag 2147483648\n"),
               "a tag of 2147483648 is more than 2147483647");
    is_refused(RANK("send 1073741825b to 1\n"), "a number of bytes of 1073741825 is more than");
    is_refused(RANK("send 99999999999999999999999b to 1\n"), "is more than 1073741824");
    is_refused(RANK("calc 1000000000000001\n"), "a calculation's ns of 1000000000000001 is more");
    is_refused(RANK("calc 5 cpu 256\n"), "a cpu of 256 is more than 255");
    is_refused(RANK("calc 5 tag 1\n"), "'tag' where the end of the line should be");
    is_refused(RANK("calc\n"), "the line ends where a calculation's ns should be");
    is_refused(RANK("calc 5 6\n"), "'6' where the end of the line should be");
    is_refused(RANK("a: calc 5\na: calc 6\n"), "t.goal:4: rank 0: a second operation with the "
                                               "label a, the first of which is in line 3");
    is_refused(RANK("a: calc 5\na requires b\n"), "t.goal:4: rank 0: no operation before this "
                                                  "line has the label b");
    is_refused(RANK("a requires b\n"), "t.goal:3: rank 0: no operation before this line has");
    is_refused(RANK("a: calc 5\na needs a\n"), "'needs' where ':', requires or irequires should");
    is_refused(RANK("?\n"), "'?' where a statement should be");
}

Test(goal, dependencies_that_go_round_in_a_circle_are_refused)
{
    is_refused(RANK("a: calc 5\nb: calc 5\nc: calc 5\nb requires c\nc irequires b\n"),
               "rank 0: dependencies go round in a circle: the compute of line 4 is the first");
    is_refused(RANK("a: calc 5\na requires a\n"), "dependencies go round in a circle");
}

Test(goal, one_sided_operations_are_refused_by_name)
{
    is_refused(RANK("l: put 8b to 1\n"), "t.goal:3: rank 0: put is of the dialect with one-sided");
    is_refused(RANK("get 8b from 1 tag 3\n"), "get is of the dialect");
    is_refused(RANK("l: tput 8b to 1\n"), "tput is of the dialect");
    is_refused(RANK("l: append 8b to 1\n"), "append is of the dialect");
    is_refused(RANK("l: calcgem5 8\n"), "calcgem5 is of the dialect");
}

Test(goal, a_text_that_is_cut_off_is_refused)
{
    const char *text = with_l1_();
    size_t size = strlen(text);
    for (size_t length = 0; length < size - 2; length++) { // all but the last '}' and its newline
        char cut[1024];
        struct err err = {0};
        snprintf(cut, sizeof cut, "%.*s", (int)length, text);
        cr_assert_null(trace_open(trace_files_write("t.goal", cut), "goal", &err), "%s", cut);
        cr_assert_eq(err.status, ERR_TRACE, "%s", err.text);
    }
}

// Whatever bytes it is made of, a text is read or refused.
Test(goal, a_text_with_wrong_bytes_is_read_or_refused)
{
    static const char bytes[] = " \n{}:-019ab/*\t,\200";
    const char *text = with_l1_();
    size_t size = strlen(text);
    struct rng rng = rng_make(1, RNG_VALIDATE, 0);
    for (int i = 0; i < 2000; i++) {
        char wrong[1024];
        struct err err = {0};
        snprintf(wrong, sizeof wrong, "%s", text);
        for (uint64_t n = 1 + rng_below(&rng, 4); n > 0; n--)
            wrong[rng_below(&rng, size)] = bytes[rng_below(&rng, sizeof bytes - 1)];
        struct trace *trace = trace_open(trace_files_write("t.goal", wrong), "goal", &err);
        cr_assert(trace || err.status == ERR_TRACE, "%s", err.text);
        trace_close(trace);
    }
}

// --- replay --------------------------------------------------------------------------------------

#define TWO(first, second) "num_ranks 2\nrank 0 {\n" first "}\nrank 1 {\n" second "}\n"

Test(goal, what_waits_for_nothing_starts_at_once_sends_first)
{
    cr_assert_eq(makespan(TWO("calc 100\n", "")), 100);
    cr_assert_eq(makespan(TWO("send 8b to 1\n", "recv 8b from 0\n")), 12);
    cr_assert_eq(makespan(TWO("calc 100\nsend 8b to 1\n", "r: recv 8b from 0\nc: calc 100\n"
                                                          "c requires r\n")),
                 112);
    cr_assert_eq(makespan(TWO("c: calc 100\ns: send 8b to 1\ns requires c\n", "recv 8b from 0\n")),
                 112);
    cr_assert_eq(makespan("num_ranks 1\nrank 0 { }\n"), 0);
}

Test(goal, a_cpu_executes_one_operation_at_a_time_and_several_do_side_by_side)
{
    cr_assert_eq(makespan(TWO("calc 100\ncalc 50\n", "")), 150);
    cr_assert_eq(makespan(TWO("calc 100\ncalc 50 cpu 1\n", "")), 100);
    // A send that waits for its cpu.
    cr_assert_eq(makespan(TWO("a: calc 10\nb: calc 100\ns: send 8b to 1\ns requires a\n",
                              "recv 8b from 0\n")),
                 122);
    cr_assert_eq(makespan(TWO("a: calc 10\nb: calc 100\ns: send 8b to 1 cpu 1\ns requires a\n",
                              "recv 8b from 0\n")),
                 110);
    // What waits for two waits for the later, whichever that is.
    cr_assert_eq(makespan(TWO("a: calc 10\nb: calc 100 cpu 1\nc: calc 1 cpu 2\nc requires a\n"
                              "c requires b\n",
                              "")),
                 101);
    cr_assert_eq(makespan(TWO("a: calc 10\nb: calc 100 cpu 1\nc: calc 1 cpu 2\nc requires b\n"
                              "c requires a\n",
                              "")),
                 101);
}

Test(goal, irequires_waits_for_the_start_only)
{
    cr_assert_eq(makespan(TWO("a: calc 10\nb: calc 100\nc: calc 70 cpu 1\nb requires a\n"
                              "c irequires b\n",
                              "")),
                 110);
    cr_assert_eq(makespan(TWO("a: calc 10\nb: calc 100\nc: calc 70 cpu 1\nb requires a\n"
                              "c requires b\n",
                              "")),
                 180);
    // A receive starts when it is posted.
    cr_assert_eq(makespan(TWO("a: calc 200\ns: send 8b to 1\ns requires a\n",
                              "r: recv 8b from 0\nb: calc 20\nb irequires r\nc: calc 5\n"
                              "c requires r\n")),
                 217);
}

Test(goal, equal_receives_meet_messages_in_the_order_of_their_definition)
{
    makespan(TWO("s: send 8b to 1\nt: send 16b to 1\nt requires s\n",
                 "recv 8b from 0\nrecv 16b from 0\n"));
    fails(TWO("s: send 8b to 1\nt: send 16b to 1\nt requires s\n",
              "recv 16b from 0\nrecv 8b from 0\n"),
          "t.goal:9: rank 1: a receive of at most 8 bytes meets a message of 16 bytes that rank 0");
    // Released by one operation, but named against their order.
    makespan(TWO("s: send 8b to 1\nt: send 16b to 1\nt requires s\n",
                 "a: calc 5\nr: recv 8b from 0\nq: recv 16b from 0\nq requires a\nr requires a\n"));
}

Test(goal, a_send_of_rendezvous_finishes_when_its_receive_has_the_data)
{
    static const char text[] = TWO("s: send 8b to 1\nc: calc 100\nc requires s\n",
                                   "a: calc 50\nr: recv 8b from 0\nr requires a\n");
    cr_assert_eq(makespan(text), 100);
    params.mpi.eager_bytes = 8;
    cr_assert_eq(makespan(text), 50 + 11 + 12 + 100);
}

Test(goal, messages_to_oneself_and_of_any_source_arrive)
{
    cr_assert_eq(
        makespan(TWO("s: send 8b to 0\nr: recv 8b from -1\nc: calc 7\nc requires r\n", "")), 8);
    cr_assert_eq(makespan(TWO("send 8b to 1 tag 3\n", "recv 8b from -1 tag -1\n")), 12);
}

Test(goal, what_waits_for_ever_is_named)
{
    fails(TWO("r: recv 8b from 1\ns: send 8b to 1\ns requires r\n",
              "r: recv 8b from 0\ns: send 8b to 0\ns requires r\n"),
          "2 of 2 ranks wait for ever:\n  rank 0, ");
    fails(TWO("r: recv 8b from 1\ns: send 8b to 1\ns requires r\n",
              "r: recv 8b from 0\ns: send 8b to 0\ns requires r\n"),
          "t.goal:8: recv from 0, tag 0");
    fails(TWO("send 8b to 1 tag 3\n", ""),
          "t.goal:3: rank 0: a message of 8 bytes to rank 1 with tag 3 is never received");
}

Test(goal, computing_beyond_the_last_cycle_is_refused)
{
    fails(TWO("calc 1000000000000000\ncalc 1000000000000000\n", ""), "it would end after cycle");
}
