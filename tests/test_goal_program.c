// SPDX-License-Identifier: Apache-2.0
// What programs and schedules become as GOAL text, and what of them cannot.
#include "sim/trace_convert.h"
#include "tests/trace_files.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void path_of(char path[128], const char *name)
{
    snprintf(path, 128, "%s", trace_files_path(name));
}

static void expect_written(const char *text, const char *name, const char *expected)
{
    char in[128];
    char out[128];
    size_t num;
    snprintf(in, sizeof in, "%s", trace_files_write(name, text));
    path_of(out, "out.goal");
    struct err err = {0};
    cr_assert(trace_convert(in, "auto", out, NULL, false, NULL, &err), "%s", err.text);
    char *written = trace_files_read(out, &num);
    cr_assert_eq(num, strlen(expected), "%.*s", (int)num, written);
    cr_assert_eq(memcmp(written, expected, num), 0, "%.*s", (int)num, written);
    free(written);
}

#define NATIVE(ranks, lines) "ordito-trace 1\nranks " ranks "\nrank 0\n" lines "\nend\n"

Test(goal_program, an_operation_follows_what_the_program_has_waited_for)
{
    expect_written(NATIVE("2",
                          "compute ns=1.2\nirecv from=1 tag=7 bytes=any\nisend to=1 tag=3 bytes=5\n"
                          "compute ns=10\nwait from=1 tag=7\nallreduce bytes=8 ns=4\nsleep ns=100\n"
                          "sendrecv to=1 bytes=1 from=1 room=9\nsend to=nobody bytes=9\n"
                          "compute ns=0\nwaitall\ncompute ns=6\n"
                          "rank 1\nsend to=0 tag=7 bytes=100\nrecv from=0 tag=3 bytes=1000\n"
                          "allreduce bytes=8\nsendrecv to=0 bytes=2 from=0 room=9"),
                   "a.native",
                   "num_ranks 2\n\nrank 0 {\nl0: calc 2\n"
                   "l1: recv 100b from 1 tag 7\nl1 requires l0\n"
                   "l2: send 5b to 1 tag 3\nl2 irequires l1\n"
                   "l3: calc 10\nl3 irequires l2\n"
                   "l4: recv 8b from 1 tag 8\nl4 requires l3\nl4 requires l1\n"
                   "l5: send 8b to 1 tag 8\nl5 irequires l4\n"
                   "l6: calc 4\nl6 requires l4\nl6 requires l5\n"
                   "l7: calc 100 cpu 1\nl7 requires l6\n"
                   "l8: recv 2b from 1\nl8 requires l7\n"
                   "l9: send 1b to 1\nl9 irequires l8\n"
                   "l10: calc 6\nl10 requires l8\nl10 requires l9\nl10 requires l2\n}\n"
                   "\nrank 1 {\nl0: send 100b to 0 tag 7\n"
                   "l1: recv 5b from 0 tag 3\nl1 requires l0\n"
                   "l2: recv 8b from 0 tag 8\nl2 requires l1\n"
                   "l3: send 8b to 0 tag 8\nl3 irequires l2\n"
                   "l4: recv 1b from 0\nl4 requires l2\nl4 requires l3\n"
                   "l5: send 2b to 0\nl5 irequires l4\n}\n");
}

Test(goal_program, a_wait_takes_the_oldest_request_that_no_test_has_looked_at)
{
    expect_written(NATIVE("2", "irecv from=1 bytes=1\nirecv from=1 bytes=2\ntest from=1\n"
                               "wait from=1\ncompute ns=5\nwait from=1\nwait from=1\ncompute ns=6\n"
                               "rank 1\nisend to=0 bytes=1\nisend to=0 bytes=1"),
                   "a.native",
                   "num_ranks 2\n\nrank 0 {\nl0: recv 1b from 1\nl1: recv 1b from 1\n"
                   "l1 irequires l0\nl2: calc 5\nl2 requires l1\nl3: calc 6\nl3 requires l2\n"
                   "l3 requires l0\n}\n\nrank 1 {\nl0: send 1b to 0\nl1: send 1b to 0\n"
                   "l1 irequires l0\n}\n");
}

Test(goal_program, wildcards_are_minus_one_with_the_room_that_there_is)
{
    expect_written(
        "0 init\n0 recv -7 -9 20\n0 recv 1 3 30\n0 finalize\n"
        "1 init\n1 send 0 2 4\n1 send 0 3 5\n1 finalize\n",
        "a.ti",
        "num_ranks 2\n\nrank 0 {\nl0: recv 20b from -1 tag -1\nl1: recv 30b from 1 tag 3\n"
        "l1 requires l0\n}\n\nrank 1 {\nl0: send 4b to 0 tag 2\n"
        "l1: send 5b to 0 tag 3\nl1 requires l0\n}\n");
}

static void expect_refused(const char *name, const char *text, const char *why)
{
    char in[128];
    char out[128];
    struct err err = {0};
    snprintf(in, sizeof in, "%s", trace_files_write(name, text));
    path_of(out, "refused.goal");
    cr_assert_not(trace_convert(in, "auto", out, NULL, false, NULL, &err), "%s", text);
    cr_assert_eq(err.status, ERR_TRACE, "%s", err.text);
    cr_assert_not_null(strstr(err.text, why), "%s", err.text);
    cr_assert_neq(access(out, F_OK), 0, "something was written");
}

Test(goal_program, what_a_schedule_has_no_words_for_is_refused_with_its_line)
{
    expect_refused("a.native", NATIVE("1", "barrier\nload at=8 bytes=4"),
                   "a.native:5: rank 0: load of 4 bytes");
    expect_refused("a.native", NATIVE("1", "fence"),
                   ":4: rank 0: fence: the format goal has no words for accesses to memory");
    expect_refused("a.native", NATIVE("2", "call to=1 procedure=p\nrank 1\nserve"),
                   ":4: rank 0: call of p at 1: the format goal has no words for remote "
                   "procedure calls");
    expect_refused("a.native",
                   NATIVE("2", "send to=1 bytes=4\nrank 1\nserve\n"
                               "recv from=0 bytes=4"),
                   ":6: rank 1: serve: the format goal has no words for remote procedure calls");
    expect_refused("a.native", NATIVE("1", "isend to=0 bytes=4 at=8\nrecv from=0 bytes=4"),
                   ":4: rank 0: isend to 0, tag 0, 4 bytes: the format goal has no words for the "
                   "address of a buffer");
    expect_refused("a.native", NATIVE("1", "isend to=0 bytes=4\nrecv from=any bytes=any"),
                   ":5: rank 0: recv from any, tag 0: the format goal has no words for a receive "
                   "of any length");
    expect_refused("a.ti", "0 init\n0 sleep 2000000\n0 finalize\n",
                   "a.ti:2: rank 0: sleep: the format goal has no words for a calculation of more");
    expect_refused("a.native",
                   NATIVE("2", "barrier\nrecv from=1 tag=any bytes=4\nrank 1\nbarrier\n"
                               "send to=0 bytes=4"),
                   ":5: rank 0: recv from 1, tag any: the format goal has no words for any tag");
    expect_refused("a.native",
                   NATIVE("2", "recv from=1 tag=any bytes=4\nbarrier\nrank 1\nsend to=0 bytes=4\n"
                               "barrier"),
                   ":5: rank 0: barrier: the format goal has no words for messages of a "
                   "collective where");
    expect_refused("a.native",
                   NATIVE("2", "send to=1 tag=2147483647 bytes=4\nbarrier\nrank 1\n"
                               "recv from=0 tag=2147483647 bytes=4\nbarrier"),
                   ":5: rank 0: barrier: the format goal has no words for a collective of a "
                   "program that uses the highest tag");
    expect_refused("a.native",
                   NATIVE("2", "irecv from=1 bytes=4\nirecv from=1 bytes=4\ntest from=1\n"
                               "irecv from=1 bytes=4\nwait from=1\nwait from=1\nwaitall\nrank 1\n"
                               "send to=0 bytes=4\nsend to=0 bytes=4\nsend to=0 bytes=4"),
                   ":9: rank 0: wait for 1 to 0, tag 0: the format goal has no words "
                   "for a choice of requests by how an earlier test comes out");
    expect_refused("a.native",
                   NATIVE("4", "gather bytes=1073741824\nrank 1\ngather bytes=1073741824\nrank 2\n"
                               "gather bytes=1073741824\nrank 3\ngather bytes=1073741824"),
                   "a message of more than 1073741824 bytes");
}

Test(goal_program, algorithms_of_collectives_are_asked_for_where_they_are_written)
{
    char in[128];
    char out[128];
    struct err err = {0};
    snprintf(in, sizeof in, "%s", trace_files_write("a.native", NATIVE("1", "barrier")));
    path_of(out, "refused.ti");
    cr_assert_not(trace_convert(in, "auto", out, NULL, false, "auto", &err));
    cr_assert_eq(err.status, ERR_CONFIG);
    cr_assert_not_null(strstr(err.text, "--collectives: the format simgrid has"), "%s", err.text);
}

Test(goal_program, everything_that_a_schedule_says_is_written)
{
    expect_written("/* by hand */ num_ranks 2\nrank 0{\nlate: calc 1000000000000000 cpu 255\n"
                   "first: send 1073741824b to 1 tag 2147483647 cpu 3 nic 255 // far\n"
                   "recv 0b from -1 tag -1 nic 1\nlate irequires first\nlate requires first\n"
                   "late requires first\n}\nrank 1 { }\n",
                   "a.goal",
                   "num_ranks 2\n\nrank 0 {\nl0: calc 1000000000000000 cpu 255\n"
                   "l1: send 1073741824b to 1 tag 2147483647 cpu 3 nic 255\n"
                   "l2: recv 0b from -1 tag -1 nic 1\nl0 requires l1\nl0 requires l1\n"
                   "l0 irequires l1\n}\n\nrank 1 {\n}\n");
}
