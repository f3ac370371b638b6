// SPDX-License-Identifier: Apache-2.0
#include "sim/rng.h"
#include "tests/trace_files.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER "# a program\nordito-trace 1\nranks 2\n"

static const char program[] = HEADER "rank 0\n"
                                     "compute ns=1.5e3 # comment\n"
                                     "repeat 2\n"
                                     "  load at=0x1000 bytes=8 stride=64\n"
                                     "  repeat 2\n"
                                     "    store at=4096 bytes=4 stride=0x10\n"
                                     "  end\n"
                                     "end\n"
                                     "rank 1\n"
                                     "recv from=any bytes=any tag=any\n"
                                     "repeat 1\n"
                                     "barrier\n"
                                     "end\n"
                                     "\n"
                                     "rank 0\n"
                                     "send to=1 tag=7 bytes=40 at=0x20\n"
                                     "barrier\n"
                                     "end\n";

static const char operations[] = "0 init: 0 0 0 0 0 0\n"
                                 "0 compute: 0 0 1500 0 0 0\n"
                                 "0 load of 8 bytes at 0x1000: 8 0 0 0 0 0\n"
                                 "0 store of 4 bytes at 0x1000: 4 0 0 0 0 0\n"
                                 "0 store of 4 bytes at 0x1010: 4 0 0 0 0 0\n"
                                 "0 load of 8 bytes at 0x1040: 8 0 0 0 0 0\n"
                                 "0 store of 4 bytes at 0x1000: 4 0 0 0 0 0\n"
                                 "0 store of 4 bytes at 0x1010: 4 0 0 0 0 0\n"
                                 "0 send to 1, tag 7, 40 bytes: 40 0 0 0 1 7\n"
                                 "0 barrier: 0 0 0 0 0 0\n"
                                 "0 finalize: 0 0 0 0 0 0\n";

// Reads a program; its operations are those of `text`, as far as that goes.
static void expect_text(const char *path, const char *expected)
{
    char text[4096] = "";
    struct err err = {0};
    cr_assert(trace_files_load(path, "auto", text, sizeof text, NULL, &err), "%s", err.text);
    cr_assert_eq(strncmp(text, expected, strlen(expected)), 0, "%s", text);
}

Test(native, operations_come_in_the_order_of_their_rank_and_repeats_are_unrolled)
{
    expect_text(trace_files_write("p.txt", program), operations);
}

Test(native, files_may_be_compressed)
{
    const char *const filters[] = {"zstd", "xz", "gzip", "bzip2"};
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        expect_text(trace_files_compress("p", filters[i], program), operations);
}

Test(native, every_operation_can_be_written)
{
    static const char all[] =
        HEADER "rank 1\nsleep ns=2\nmodify at=1 bytes=1\nfetch at=2 bytes=16\nfence\n"
               "isend to=0 bytes=3\nirecv from=0 bytes=3 tag=2 at=5\n"
               "sendrecv to=0 bytes=1 from=0 room=any\nwait to=0\nwait from=0 tag=2\n"
               "test from=any tag=any\nwaitall\nbcast bytes=4 root=1\nreduce bytes=4 ns=2\n"
               "allreduce bytes=8 ns=1\nscan bytes=1\nexscan bytes=1\ngather bytes=2 root=1\n"
               "scatter bytes=2\nallgather bytes=9\nalltoall bytes=1\n"
               "gatherv bytes=2 recv=1,2\nscatterv send=3,4 bytes=4\nallgatherv bytes=1 recv=5,1\n"
               "alltoallv send=1,2 recv=3,4\nreduce-scatter recv=6,7 ns=3\n"
               "call to=0 procedure=p counts=1,2 ns=3\nacall to=0 procedure=p future=1\n"
               "bcall to=0 procedure=p\nawait future=1\nawait\nserve\nserve calls=2\nend\n";
    struct err err = {0};
    uint64_t num_ops = 0;
    cr_assert(trace_files_load(trace_files_write("a.txt", all), "native", NULL, 0, &num_ops, &err),
              "%s", err.text);
    cr_assert_eq(num_ops, 32 + 4);
}

Test(native, what_is_wrong_is_told_with_its_line)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"ordito-trace 2\nranks 1\nend\n", ":1: a version"},
        {"ordito-trace 1\nrank 1\nend\n", ":2: the second line must be 'ranks N'"},
        {"ordito-trace 1\nranks 0\nend\n", ":2: the second line"},
        {"ordito-trace 1\n", "the second line"},
        {HEADER "fence\nend\n", ":4: fence: before the first 'rank'"},
        {HEADER "rank 2\nend\n", ":4: rank: 2: not a rank of this trace"},
        {HEADER "rank\nend\n", ":4: rank: a number is missing"},
        {HEADER "rank 0 0\nend\n", ":4: rank: 0: too much"},
        {HEADER "rank 0\nlaod at=1 bytes=1\nend\n",
         ":5: rank 0: laod: not an operation; did you mean 'load'?"},
        {HEADER "rank 0\nload at=1\nend\n", ":5: rank 0: load: bytes: missing"},
        {HEADER "rank 0\nload at=1 bytes=0\nend\n", "bytes: not a number in 1 to 4096"},
        {HEADER "rank 0\nload at=1x bytes=1\nend\n", "at: not an address"},
        {HEADER "rank 0\nload at=1 at=1 bytes=1\nend\n", "at: given twice"},
        {HEADER "rank 0\nload at=1 bytes=1 to=1\nend\n", "to: not a key of this operation"},
        {HEADER "rank 0\nload 1\nend\n", "1: not a field, which is written key=value"},
        {HEADER "rank 0\nsend to=2 bytes=1\nend\n", "to: not a rank of this trace"},
        {HEADER "rank 0\nsend to=1 bytes=1073741825\nend\n", "bytes: not a number of bytes"},
        {HEADER "rank 0\nsend to=1 bytes=18446744073709551617\nend\n", "bytes: not a number of"},
        {HEADER "rank 0\ncompute ns=-1\nend\n", "ns: not a number in 0 to 1e15"},
        {HEADER "rank 0\ncompute ns=nan\nend\n", "ns: not a number in 0 to 1e15"},
        {HEADER "rank 0\nwait tag=1\nend\n", "wait: wants either 'to' or 'from'"},
        {HEADER "rank 0\ngatherv bytes=1 recv=1\nend\n", "recv: fewer numbers than ranks"},
        {HEADER "rank 0\ngatherv bytes=1 recv=1,2,3\nend\n", "recv: more numbers than ranks"},
        {HEADER "rank 0\nrepeat 0\nend\nend\n", ":5: rank 0: repeat: 0: not a number of 1 or more"},
        {HEADER "rank 0\nrepeat 2\nrank 1\nend\nend\n", ":6: a 'rank' within a repeat"},
        {HEADER "rank 0\nrepeat 2\nfence\nend\n", ":7: the file ends before its 'end'"},
        {HEADER "rank 0\nfence\n", "the file ends before its 'end': it is cut off"},
        {HEADER "rank 0\nend\nfence\n", ":6: something after the last 'end'"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = {0};
        const char *path = trace_files_write("w.txt", rows[i].text);
        cr_assert(!trace_files_load(path, "native", NULL, 0, NULL, &err), "%s", rows[i].text);
        cr_assert_eq(err.status, ERR_TRACE);
        cr_assert_not_null(strstr(err.text, rows[i].message), "'%s' is not in '%s'",
                           rows[i].message, err.text);
    }
}

Test(native, repeats_may_be_sixteen_deep)
{
    for (int depth = 16; depth <= 17; depth++) {
        char text[1024] = HEADER "rank 1\n";
        for (int i = 0; i < depth; i++)
            strcat(text, "repeat 2\n");
        strcat(text, "fence\n");
        for (int i = 0; i <= depth; i++)
            strcat(text, "end\n");
        struct err err = {0};
        uint64_t num_ops = 0;
        bool good =
            trace_files_load(trace_files_write("d.txt", text), "native", NULL, 0, &num_ops, &err);
        cr_assert_eq(good, depth == 16, "%s", err.text);
        if (good)
            cr_assert_eq(num_ops, 65536 + 4);
        else
            cr_assert_not_null(strstr(err.text, "repeats deeper than 16"), "%s", err.text);
    }
}

// Whatever is cut off is missed, but for a comment or a newline at the very end.
Test(native, a_program_that_is_cut_off_anywhere_is_refused)
{
    size_t length = strlen(program);
    for (size_t cut = 0; cut + 1 < length; cut++) {
        struct err err = {0};
        const char *path = trace_files_write_bytes("c.txt", program, cut);
        cr_assert(!trace_files_load(path, "native", NULL, 0, NULL, &err), "cut at %zu", cut);
        cr_assert_eq(err.status, ERR_TRACE, "%s", err.text);
    }
}

Test(native, changed_bytes_give_an_error_or_a_trace_and_never_a_crash)
{
    struct rng rng = rng_make(7, 0, 0);
    size_t length = strlen(program);
    uint32_t num_refused = 0;
    for (int i = 0; i < 3000; i++) {
        char text[sizeof program];
        memcpy(text, program, sizeof program);
        for (uint64_t n = 1 + rng_below(&rng, 3); n > 0; n--)
            text[rng_below(&rng, length)] = (char)rng_below(&rng, 256);
        struct err err = {0};
        bool good = trace_files_load(trace_files_write_bytes("f.txt", text, length), "native", NULL,
                                     0, NULL, &err);
        cr_assert(good || err.status == ERR_TRACE, "%s", err.text);
        num_refused += !good;
    }
    cr_assert_gt(num_refused, 1000);
}

Test(native, a_call_says_what_is_called_where_by_which_future)
{
    expect_text(trace_files_write("c.txt", HEADER "rank 0\nrepeat 2\nacall to=1 procedure=read "
                                                  "counts=7 ns=9 future=4\nend\nawait future=4\n"
                                                  "await\nserve calls=3\nrank 1\nend\n"),
                "0 init: 0 0 0 0 0 0\n"
                "0 acall of read at 1: 0 0 9 0 1 4\n"
                "0 acall of read at 1: 0 0 9 0 1 4\n"
                "0 await future 4: 0 0 0 0 0 4\n"
                "0 await future any: 0 0 0 0 0 -1\n"
                "0 serve: 3 0 0 0 0 0\n");
}
