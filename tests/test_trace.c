// SPDX-License-Identifier: Apache-2.0
#include "tests/trace_files.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char mg[] = "traces/samples/mg.S.64.ti.tar.zst";
static const char is[] = "traces/samples/is.S.64.ti.tar.zst";

// A tiny program of two ranks, in pieces that every way of naming a trace is made of.
#define RANK_0 "0 init\n0 compute 1.5e+02\n0 send 1 7 10 1 \n0 bcast 4 0 1 \n0 finalize\n"
#define RANK_1 "# a comment\n\n1 init\n1 recv 0 7 20 1\n1 bcast 4 0 1\n1 finalize\n"
#define INDEX  "r0.txt\nr1.txt\n"

static const char tiny_text[] = "0 init: 0 0 0 0 0 0\n"
                                "0 compute: 0 0 150 0 0 0\n"
                                "0 send to 1, tag 7, 40 bytes: 40 0 0 0 1 7\n"
                                "0 bcast with root 0: 16 0 0 0 0 0\n"
                                "0 finalize: 0 0 0 0 0 0\n"
                                "1 init: 0 0 0 0 0 0\n"
                                "1 recv from 0, tag 7: 80 0 0 0 1 7\n"
                                "1 bcast with root 0: 16 0 0 0 0 0\n"
                                "1 finalize: 0 0 0 0 0 0\n";

static void expect_text(const char *path, const char *expected)
{
    char text[4096] = "";
    struct err err = {0};
    cr_assert(trace_files_load(path, "auto", text, sizeof text, NULL, &err), "%s", err.text);
    cr_assert_str_eq(text, expected);
}

// Reading fails with ERR_TRACE and a message that contains `part`.
static void expect_error(const char *path, const char *part)
{
    struct err err = {0};
    char copy[512];
    snprintf(copy, sizeof copy, "%s", path);
    cr_assert(!trace_files_load(copy, "auto", NULL, 0, NULL, &err), "%s: no error", part);
    cr_assert_eq(err.status, ERR_TRACE, "%s", err.text);
    cr_assert_not_null(strstr(err.text, part), "'%s' is not in '%s'", part, err.text);
}

// --- ways to name a trace
// --------------------------------------------------------------------------

Test(trace, the_samples_have_as_many_operations_as_were_recorded)
{
    struct err err = {0};
    uint64_t num_ops = 0;
    cr_assert(trace_files_load(mg, "auto", NULL, 0, &num_ops, &err), "%s", err.text);
    cr_assert_eq(num_ops, 99329);
    cr_assert(trace_files_load(is, "simgrid", NULL, 0, &num_ops, &err), "%s", err.text);
    cr_assert_eq(num_ops, 4974);
}

Test(trace, folder_and_index_file_name_the_same_trace)
{
    trace_files_write("r0.txt", RANK_0);
    trace_files_write("r1.txt", RANK_1);
    expect_text(trace_files_write("index.txt", INDEX), tiny_text);
    expect_text(scratch_folder(), tiny_text);
}

Test(trace, a_single_file_may_hold_all_ranks_in_any_order)
{
    expect_text(trace_files_write("all.txt", RANK_0 RANK_1), tiny_text);
    expect_text(trace_files_write("all.txt", RANK_1 RANK_0), tiny_text);
    expect_text(trace_files_write("all.txt", "1 init\n0 init\n0 compute 150\n1 recv 0 7 20 1\n"
                                             "1 bcast 4 0 1\n0 send 1 7 10 1\n0 bcast 4 0 1\n"
                                             "1 finalize\n0 finalize\n"),
                tiny_text);
    expect_text(trace_files_write("one.txt", "all.txt\n"), tiny_text);
}

Test(trace, files_may_be_compressed)
{
    static const char *const filters[] = {"zstd", "xz", "gzip", "bzip2"};
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        expect_text(trace_files_compress("all", filters[i], RANK_0 RANK_1), tiny_text);
        trace_files_compress("r0.txt", filters[i], RANK_0);
        trace_files_compress("r1.txt", filters[i], RANK_1);
        expect_text(trace_files_compress("index.txt", filters[i], INDEX), tiny_text);
    }
}

Test(trace, a_folder_may_stand_in_an_archive)
{
    static const char *const filters[] = {"none", "zstd", "xz", "gzip", "bzip2"};
    static const char deep[] =
        "a/r1.txt\0" RANK_1 "\0a/index.txt\0" INDEX "\0a/r0.txt\0" RANK_0 "\0";
    static const char flat[] = "index.txt\0" INDEX "\0r0.txt\0" RANK_0 "\0r1.txt\0" RANK_1 "\0";
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        expect_text(trace_files_archive("x", filters[i], deep), tiny_text);
        expect_text(trace_files_archive("x", filters[i], flat), tiny_text);
    }
}

Test(trace, absolute_names_of_a_moved_trace_are_looked_for_beside_the_index)
{
    cr_assert_eq(mkdir(trace_files_path("t.txt_files"), 0755), 0);
    trace_files_write("t.txt_files/1_rank-1.txt", RANK_0);
    trace_files_write("t.txt_files/1_rank-2.txt", RANK_1);
    expect_text(trace_files_write("t.txt", "/home/nobody/t.txt_files/1_rank-1.txt\n"
                                           "/home/nobody/t.txt_files/1_rank-2.txt\n"),
                tiny_text);
}

// --- lines
// -----------------------------------------------------------------------------------------

struct good_line {
    const char *line; // of rank 1 of 3
    const char *text;
};

static const struct good_line good_lines[] = {
    {"sleep 2.5", "1 sleep: 0 0 2.5 0 0 0"},
    {"compute 100000000000000", "1 compute: 0 0 1e+14 0 0 0"}, // 15 digits
    {"compute 000000000000000000042", "1 compute: 0 0 42 0 0 0"},
    {"sleep -0", "1 sleep: 0 0 -0 0 0 0"},
    {" \tSEND \t+2  0\t012 \r", "1 send to 2, tag 0, 12 bytes: 12 0 0 1 2 0"},
    {"isend 2 0 1e+03 0", "1 isend to 2, tag 0, 8000 bytes: 8000 0 0 1 2 0"},
    {"send 2 0 12", "1 send to 2, tag 0, 12 bytes: 12 0 0 1 2 0"},
    {"send -666 0 12", "1 send to -666, tag 0, 12 bytes: 12 0 0 1 -666 0"},
    {"irecv -333 -444 3 1", "1 irecv from any, tag any: 12 0 0 -333 1 -444"},
    {"recv 0 5 -1 1", "1 recv from 0, tag 5: 18446744073709551615 0 0 0 1 5"},
    {"sendRecv 10 0 20 2 1 0", "1 sendrecv to 0 and from 2: 40 160 0 2 0 0"},
    {"sendRecv 10 0 20 2", "1 sendrecv to 0 and from 2: 10 20 0 2 0 0"},
    {"wait -333 1 99", "1 wait for -333 to 1, tag 99: 0 0 0 -333 1 99"},
    {"test 1 2 3", "1 test for 1 to 2, tag 3: 0 0 0 1 2 3"},
    {"waitall 26", "1 waitall: 0 0 0 0 0 0"},
    {"barrier", "1 barrier: 0 0 0 0 0 0"},
    {"bcast 5", "1 bcast with root 0: 5 0 0 0 0 0"},
    {"reduce 4 100 2 1", "1 reduce with root 2: 16 0 100 0 0 0"},
    {"allreduce 4 0 1", "1 allreduce: 16 0 0 0 0 0"},
    {"allReduce 4 0", "1 allreduce: 4 0 0 0 0 0"},
    {"scan 4 1 0", "1 scan: 32 0 1 0 0 0"},
    {"exscan 4 1 0", "1 exscan: 32 0 1 0 0 0"},
    {"gather 3 2 1 1 0", "1 gather with root 1: 12 16 0 0 0 0"},
    {"gather 3 2 1 0", "1 gather with root 2: 12 0 0 0 0 0"}, // recv count left out: root, types
    {"gather 3 2 1", "1 gather with root 1: 3 2 0 0 0 0"},
    {"scatter 3 2 1 1 0", "1 scatter with root 1: 12 16 0 0 0 0"},
    {"allgather 3 2 1 0", "1 allgather: 12 16 0 0 0 0"},
    {"allgather 0 5 5", "1 allgather: 0 0 0 0 0 0"}, // recv count left out
    {"alltoall 3 3", "1 alltoall: 3 3 0 0 0 0"},
    {"gatherv 3 1 2 3 2 1 1", "1 gatherv with root 2: 12 0 0 0 0 0"},
    {"scatterv 1 2 3 4 2 1 1", "1 scatterv with root 2: 0 16 0 0 0 0"},
    {"allgatherv 3 1 2 3 1 1 0 1 3", "1 allgatherv: 12 0 0 0 0 0"},
    {"allgatherv 3 1 2 3", "1 allgatherv: 3 0 0 0 0 0"},
    {"alltoallv 9 1 2 3 9 4 5 6 1 1", "1 alltoallv: 0 0 0 0 0 0"},
    {"reducescatter 1 2 3 50 1", "1 reduce-scatter: 0 0 50 0 0 0"},
};

#define OTHERS "0 init\n0 finalize\n2 init\n2 finalize\n"

static const char *with_line(const char *init, const char *line)
{
    char text[512];
    snprintf(text, sizeof text, OTHERS "1 %s\n1 %s\n1 finalize\n", init, line);
    return trace_files_write("t.txt", text);
}

Test(trace, every_action_is_read)
{
    for (size_t i = 0; i < sizeof good_lines / sizeof *good_lines; i++) {
        char text[4096] = "";
        struct err err = {0};
        const char *path = with_line("init", good_lines[i].line);
        cr_assert(trace_files_load(path, "auto", text, sizeof text, NULL, &err), "%s", err.text);
        cr_assert_not_null(strstr(text, good_lines[i].text), "%s\n%s", good_lines[i].line, text);
    }
}

Test(trace, actions_without_effect_are_passed_over)
{
    static const char *const lines[] = {"comm_size 3", "comm_split 1 2 3 4 5", "comm_dup",
                                        "location a.c 12"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct err err = {0};
        uint64_t num_ops;
        cr_assert(trace_files_load(with_line("init", lines[i]), "auto", NULL, 0, &num_ops, &err));
        cr_assert_eq(num_ops, 6);
    }
}

Test(trace, elements_without_a_datatype_are_doubles_after_init_1_and_bytes_otherwise)
{
    char text[4096] = "";
    struct err err = {0};
    cr_assert(
        trace_files_load(with_line("init 1", "bcast 5"), "auto", text, sizeof text, NULL, &err));
    cr_assert_not_null(strstr(text, "1 bcast with root 0: 40 "), "%s", text);
    cr_assert(
        trace_files_load(with_line("init", "bcast 5"), "auto", text, sizeof text, NULL, &err));
    cr_assert_not_null(strstr(text, "1 bcast with root 0: 5 "), "%s", text);
}

Test(trace, counts_of_v_collectives_are_in_bytes)
{
    struct err err = {0};
    struct trace *trace =
        trace_open(with_line("init", "alltoallv 9 1 2 3 9 4 5 6 1 0"), "auto", &err);
    cr_assert_not_null(trace, "%s", err.text);
    struct op op;
    cr_assert_eq(trace->next(trace, 1, &op, &err), TRACE_OP);
    cr_assert_eq(trace->next(trace, 1, &op, &err), TRACE_OP);
    static const uint64_t sent[] = {4, 8, 12};
    static const uint64_t received[] = {32, 40, 48};
    cr_assert_arr_eq(op.send_counts_bytes, sent, sizeof sent);
    cr_assert_arr_eq(op.recv_counts_bytes, received, sizeof received);
    trace_close(trace);
}

struct bad_line {
    const char *line; // of rank 1 of 3
    const char *part; // of the message
};

static const struct bad_line bad_lines[] = {
    {"sendd 1 2 3", "unknown or unsupported action 'sendd'; did you mean 'send'?"},
    {"waitany 3", "unknown or unsupported action 'waitany'"},
    {"", "no action: a truncated line"},
    {"send 2", "send: wrong number of fields"},
    {"send 2 0 1 1 1", "send: wrong number of fields"},
    {"send 3 0 1", "'3' is not a rank of this trace"},
    {"send -1 0 1", "'-1' is not a rank of this trace"},
    {"send 1.5 0 1", "'1.5' is not a rank"},
    {"send 2 -1 1", "'-1' is not a tag"},
    {"send 2 0 -5", "'-5' is not a count"},
    {"send 2 0 1e300", "'1e300' is not a count"},
    {"send 2 0 nan", "'nan' is not a count"},
    {"send 2 0 0x10", "'0x10' is not a count"},
    {"send 2 0 2e9 0", "at most 1 GiB"},
    {"send 2 0 1 777", "'777' is not a datatype whose size is known"},
    {"send 2 0 1 55", "'55' is not a datatype whose size is known"},
    {"send 2 0 1 -3", "'-3' is not a datatype"},
    {"recv 0 0 -2", "'-2' is not a count"},
    {"compute -1", "'-1' is not an amount"},
    {"compute -", "'-' is not an amount"},
    {"compute 12,5", "'12,5' is not an amount"},
    {"compute 1000000000000001", "'1000000000000001' is not an amount"},
    {"send 18446744073709551618 0 1", "'18446744073709551618' is not a rank"},
    {"compute 1e99", "'1e99' is not an amount"},
    {"compute", "compute: wrong number of fields"},
    {"wait 0 2 3", "neither source nor destination is this rank"},
    {"bcast 1 3 1", "'3' is not a rank of this trace"},
    {"gatherv 3 1 2", "gatherv: wrong number of fields"},
    {"alltoallv 9 1 2 3 9 4 5", "alltoallv: wrong number of fields"},
    {"reducescatter 1 2 3", "reducescatter: wrong number of fields"},
    {"init", "a second init"},
    {"finalize", "an action after finalize"},
};

Test(trace, a_wrong_line_is_refused_with_file_line_and_rank)
{
    for (size_t i = 0; i < sizeof bad_lines / sizeof *bad_lines; i++) {
        const char *path = with_line("init", bad_lines[i].line);
        expect_error(path, bad_lines[i].part);
        expect_error(path, "t.txt:");
        expect_error(path, "rank 1: ");
    }
    expect_error(with_line("init", "send 2"), "/t.txt:6: rank 1: send: ");
    expect_error(with_line("compute 1", "init"), "t.txt:5: rank 1: an action before init");
}

// --- what is missing or cut off
// --------------------------------------------------------------------

Test(trace, what_is_missing_is_named)
{
    expect_error("/nowhere/at/all", "/nowhere/at/all: No such file");
    expect_error(scratch_folder(), "index.txt: No such file");
    expect_error(trace_files_write("e.txt", ""), "e.txt: not a trace of a known format");
    expect_error(trace_files_write("e.txt", "two words\n"), "not a trace");
    expect_error(trace_files_write("e.txt", "0 nonsense\n"), "not a trace");
    expect_error(trace_files_write("e.txt", "0 init\n2 init\n"),
                 "no line of rank 1, although there is a rank 2");
    expect_error(trace_files_write("e.txt", "0 init\nx init\n"),
                 "e.txt:2: a line that does not begin with a rank");
    trace_files_write("r0.txt", RANK_0);
    trace_files_write("index.txt", "r0.txt\nr1.txt\n");
    expect_error(scratch_folder(), "index.txt:2: file of rank 1: ");
    trace_files_write("r1.txt", RANK_0);
    expect_error(scratch_folder(), "r1.txt:5: rank 1: no init of this rank");
    trace_files_write("r1.txt", "");
    expect_error(scratch_folder(), "r1.txt:0: rank 1: no init of this rank");
    expect_error(trace_files_archive("x.tar", "zstd", "r0.txt\0" RANK_0 "\0"),
                 "x.tar: the archive holds no index.txt");
    expect_error(trace_files_archive("x.tar", "zstd", "index.txt\0" INDEX "\0r0.txt\0" RANK_0 "\0"),
                 "x.tar:index.txt:2: file of rank 1: ");
    struct err err = {0};
    cr_assert(!trace_files_load(trace_files_write("e.txt", "# nothing\n"), "simgrid", NULL, 0, NULL,
                                &err));
    cr_assert_not_null(strstr(err.text, "e.txt: an empty index"), "%s", err.text);
}

Test(trace, an_unknown_format_is_refused_with_the_nearest)
{
    struct err err = {0};
    cr_assert_null(trace_open(mg, "simgird", &err));
    cr_assert_eq(err.status, ERR_CONFIG);
    cr_assert_not_null(strstr(err.text, "'simgrid'"), "%s", err.text);
}

Test(trace, a_text_cut_anywhere_is_refused)
{
    static const char text[] = RANK_0 RANK_1;
    size_t whole = strlen(text);
    for (size_t length = 0; length + 1 < whole; length++) {
        struct err err = {0};
        const char *path = trace_files_write_bytes("cut.txt", text, length);
        bool good = trace_files_load(path, "simgrid", NULL, 0, NULL, &err);
        // Cut between the ranks, it has one rank, which sends to one that is not there.
        cr_assert(!good, "cut at %zu", length);
        cr_assert_eq(err.status, ERR_TRACE, "%s", err.text);
    }
}

Test(trace, without_its_first_or_last_line_a_rank_is_refused)
{
    trace_files_write("index.txt", INDEX);
    trace_files_write("r0.txt", RANK_0);
    trace_files_write("r1.txt", "1 recv 0 7 20 1\n1 bcast 4 0 1\n1 finalize\n");
    expect_error(scratch_folder(), "r1.txt:1: rank 1: an action before init");
    trace_files_write("r1.txt", "1 init\n1 recv 0 7 20 1\n1 bcast 4 0 1\n");
    expect_error(scratch_folder(), "r1.txt:3: rank 1: the file ends before finalize");
}

static void expect_cut_refused(const char *sample)
{
    size_t num;
    char *bytes = trace_files_read(sample, &num);
    for (size_t i = 0; i < 40; i++) {
        struct err err = {0};
        size_t length = i == 0 ? num - 1 : num * i / 40;
        const char *path = trace_files_write_bytes("cut", bytes, length);
        cr_assert(!trace_files_load(path, "auto", NULL, 0, NULL, &err), "%s at %zu", sample,
                  length);
        cr_assert_eq(err.status, ERR_TRACE, "%s", err.text);
        cr_assert_not_null(strstr(err.text, "/cut: "), "%s", err.text);
    }
    free(bytes);
}

Test(trace, a_sample_cut_anywhere_is_refused_with_its_name)
{
    expect_cut_refused(mg);
    expect_cut_refused(is);
}

Test(trace, compressed_text_cut_anywhere_is_refused_and_damaged_if_a_checksum_tells)
{
    // Those with checksums come first: none are written for zstd.
    static const char *const filters[] = {"xz", "bzip2", "gzip", "zstd"};
    enum { NUM_CHECKED = 3 };
    enum { LINES = 6000, LINE = 24 };
    char *text = calloc(LINES + 2, LINE);
    size_t length = (size_t)sprintf(text, "0 init\n");
    for (uint32_t i = 0; i < LINES; i++)
        length += (size_t)sprintf(text + length, "0 compute %u\n", i * 2654435761U % 1000003);
    sprintf(text + length, "0 finalize\n");
    for (size_t f = 0; f < sizeof filters / sizeof *filters; f++) {
        size_t num;
        char *bytes = trace_files_read(trace_files_compress("z", filters[f], text), &num);
        cr_assert_gt(num, 10000);
        for (size_t i = 1; i < 10; i++) {
            size_t at = num * i / 10;
            expect_error(trace_files_write_bytes("cut", bytes, at), "/cut");
            struct err err = {0};
            bytes[at] ^= 0x10;
            trace_files_write_bytes("flipped", bytes, num);
            bool good = trace_files_load(trace_files_path("flipped"), "auto", NULL, 0, NULL, &err);
            cr_assert(f >= NUM_CHECKED || !good, "%s: damage at %zu", filters[f], at);
            cr_assert(good || err.status == ERR_TRACE, "%s", err.text);
            bytes[at] ^= 0x10;
        }
        expect_error(trace_files_write_bytes("cut", bytes, num - 1), "/cut");
        free(bytes);
    }
    free(text);
}

// The data are whole and good, but their checksum, at the end of the file, is not.
static void expect_sum_checked(const char *path)
{
    enum { SUM_BYTES = 8 };
    struct err err = {0};
    cr_assert(trace_files_load(path, "auto", NULL, 0, NULL, &err), "%s", err.text);
    size_t num;
    char *bytes = trace_files_read(path, &num);
    for (size_t at = num - SUM_BYTES; at < num - 1; at++) { // the last byte of bzip2 is padding
        bytes[at] ^= 0x10;
        expect_error(trace_files_write_bytes("flipped", bytes, num), "/flipped:");
        bytes[at] ^= 0x10;
    }
    free(bytes);
}

Test(trace, a_checksum_that_does_not_hold_is_refused)
{
    static const char *const filters[] = {"xz", "bzip2", "gzip"};
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        expect_sum_checked(trace_files_compress("x", filters[i], RANK_0 RANK_1));
        expect_sum_checked(trace_files_archive(
            "x", filters[i], "index.txt\0" INDEX "\0r0.txt\0" RANK_0 "\0r1.txt\0" RANK_1 "\0"));
    }
}

Test(trace, a_checksum_behind_the_padding_of_an_archive_is_looked_at)
{
    char command[1024];
    trace_files_write("index.txt", INDEX);
    trace_files_write("r0.txt", RANK_0);
    trace_files_write("r1.txt", RANK_1);
    snprintf(command, sizeof command, "cd %s && tar -b 1000 -czf x index.txt r0.txt r1.txt",
             scratch_folder());
    cr_assert_eq(system(command), 0);
    expect_sum_checked(trace_files_path("x"));
}

Test(trace, a_line_without_end_is_refused)
{
    enum { NUM = 3 << 20 };
    char *text = malloc(NUM);
    memset(text, '7', NUM);
    memcpy(text, "0 init\n0 compute ", 17);
    expect_error(trace_files_write_bytes("long.txt", text, NUM), "longer than");
    free(text);
    expect_error(trace_files_write_bytes("nul.txt", "0 init\n0 com\0pute 3\n", 20),
                 "nul.txt:2: a NUL byte");
}
