// SPDX-License-Identifier: Apache-2.0
// Traces in another format are the same programs: their operations, to the last digit, and their
// replays.
#include "sim/trace_convert.h"
#include "sim/trace_matrix.h"
#include "tests/random_program.h"
#include "tests/replay.h"
#include "tests/trace_files.h"
#include "traces/mem_trace.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NUM_SEEDS = 60 };

static void path_of(char path[128], const char *name)
{
    snprintf(path, 128, "%s", trace_files_path(name));
}

static void converted(const char *in, const char *out, const char *to)
{
    struct err err = {0};
    cr_assert(trace_convert(in, "auto", out, to, false, NULL, &err), "%s", err.text);
}

static void expect_same_counts(const uint64_t *a, const uint64_t *b, uint32_t num)
{
    cr_assert_eq(a == NULL, b == NULL);
    if (a)
        cr_assert_eq(memcmp(a, b, num * sizeof *a), 0);
}

static void expect_same_op(const struct op *a, const struct op *b, uint32_t num_ranks)
{
    char text[128];
    op_text(a, text, sizeof text);
    cr_assert_eq(a->kind, b->kind, "%s", text);
    cr_assert(a->amount == b->amount, "%s: %.17g and %.17g", text, a->amount, b->amount);
    bool waits = a->kind == OP_WAIT || a->kind == OP_TEST;
    bool receives = a->kind == OP_RECV || a->kind == OP_IRECV || a->kind == OP_SENDRECV || waits;
    bool sends = a->kind == OP_SEND || a->kind == OP_ISEND || a->kind == OP_SENDRECV || waits;
    // A wildcard may be another number.
    if (receives)
        cr_assert(a->source == b->source || (a->source < 0 && a->source != OP_NOBODY &&
                                             b->source < 0 && b->source != OP_NOBODY),
                  "%s: from %d", text, b->source);
    if (sends)
        cr_assert_eq(a->destination, b->destination, "%s", text);
    if (sends || receives)
        cr_assert(a->tag == b->tag || (a->tag < 0 && b->tag < 0), "%s: tag %d", text, b->tag);
    cr_assert_eq(a->root, b->root, "%s", text);
    cr_assert_eq(a->bytes, b->bytes, "%s: %lu bytes", text, b->bytes);
    cr_assert_eq(a->recv_bytes, b->recv_bytes, "%s: %lu received", text, b->recv_bytes);
    bool addresses =
        (a->kind >= OP_LOAD && a->kind <= OP_FETCH) || (sends && !waits) || (receives && !waits);
    if (addresses)
        cr_assert_eq(a->address, b->address, "%s", text);
    expect_same_counts(a->send_counts_bytes, b->send_counts_bytes, num_ranks);
    expect_same_counts(a->recv_counts_bytes, b->recv_counts_bytes, num_ranks);
    cr_assert_eq(a->call == NULL, b->call == NULL, "%s", text);
    cr_assert(!a->call || memcmp(a->call, b->call, sizeof *a->call) == 0, "%s", text);
}

static void expect_same_program(const char *path, const char *other)
{
    struct err err = {0};
    struct trace *a = trace_open(path, "auto", &err);
    struct trace *b = trace_open(other, "auto", &err);
    cr_assert(a && b, "%s", err.text);
    cr_assert_eq(a->num_ranks, b->num_ranks);
    for (uint32_t rank = 0; rank < a->num_ranks; rank++) {
        enum trace_next next;
        do {
            struct op op_a;
            struct op op_b;
            next = a->next(a, rank, &op_a, &err);
            cr_assert_eq(b->next(b, rank, &op_b, &err), next, "%s", err.text);
            cr_assert_neq(next, TRACE_ERROR, "%s", err.text);
            if (next == TRACE_OP)
                expect_same_op(&op_a, &op_b, a->num_ranks);
        } while (next == TRACE_OP);
    }
    trace_close(a);
    trace_close(b);
}

static struct replay_result replayed(const char *path)
{
    struct replay_params params = replay_default();
    struct replay_result result;
    struct err err = {0};
    cr_assert(replay_run(path, &params, &result, &err), "%s", err.text);
    return result;
}

static void expect_same_replay(const char *path, const char *other)
{
    struct replay_result a = replayed(path);
    struct replay_result b = replayed(other);
    cr_assert_eq(memcmp(&a.stats, &b.stats, sizeof a.stats), 0);
    cr_assert_eq(a.num_flits, b.num_flits);
}

Test(convert, random_programs_stay_what_they_are_in_the_same_format)
{
    char in[128];
    char out[128];
    path_of(in, "in.native");
    path_of(out, "out.native");
    for (uint64_t seed = 0; seed < NUM_SEEDS; seed++) {
        random_program_write("in.native", seed, true);
        converted(in, out, NULL);
        expect_same_program(in, out);
        expect_same_replay(in, out);
    }
}

Test(convert, random_programs_go_to_simgrid_and_back)
{
    char in[128];
    char middle[128];
    char out[128];
    path_of(in, "in.native");
    path_of(middle, "middle.ti.zst");
    path_of(out, "out.native.gz");
    for (uint64_t seed = 0; seed < NUM_SEEDS; seed++) {
        random_program_write("in.native", seed, false);
        converted(in, middle, NULL);
        converted(middle, out, NULL);
        expect_same_program(in, middle);
        expect_same_program(in, out);
        expect_same_replay(in, middle);
    }
}

Test(convert, remote_calls_stay_what_they_are)
{
    char in[128];
    char out[128];
    path_of(in, "in.native");
    path_of(out, "out.native");
    trace_files_write("in.native",
                      "ordito-trace 1\nranks 2\nrank 0\nrepeat 2\ncall to=1 procedure=p ns=0\n"
                      "acall to=1 procedure=q counts=3,4294967295 ns=2.5 future=0\n"
                      "bcall to=1 procedure=r future=7\nawait future=0\nawait\nend\nrank 1\n"
                      "serve calls=2\nserve\nend\n");
    converted(in, out, NULL);
    expect_same_program(in, out);
    size_t num;
    char *written = trace_files_read(out, &num);
    cr_assert(strstr(written, "\nacall to=1 procedure=q counts=3,4294967295 ns=2.5 future=0\n"));
    cr_assert(strstr(written, "\ncall to=1 procedure=p ns=0\n"));
    cr_assert(strstr(written, "\nbcall to=1 procedure=r future=7\nawait future=0\nawait\n"));
    cr_assert(strstr(written, "\nserve calls=2\nserve\n"));
    free(written);
}

Test(convert, recorded_programs_replay_the_same)
{
    static const char *const samples[] = {"traces/samples/is.S.64.ti.tar.zst",
                                          "traces/samples/mg.S.64.ti.tar.zst"};
    char out[128];
    path_of(out, "out.native.xz");
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        converted(samples[i], out, NULL);
        expect_same_replay(samples[i], out);
    }
}

// What SimGrid's text can say and nobody writes by hand.
Test(convert, odd_things_of_simgrid_are_kept)
{
    char in[128];
    char out[128];
    path_of(in, "in.ti");
    path_of(out, "out.native");
    trace_files_write("in.ti",
                      "0 init\n0 compute 0.1\n0 compute 123456789012.34567\n0 sleep 0.3\n"
                      "0 sleep 1e-300\n0 sleep 2e-4\n0 irecv -555 -444 -1\n0 wait -555 0 -444\n"
                      "0 recv 1 7 3000000 3\n0 isend -666 1 5\n0 wait 0 -666 1\n0 recv 1 8 100 7\n"
                      "0 irecv 1 9 2147483647 8\n0 waitall 1\n"
                      "0 gather 7 0 1\n0 gather 5 6 0\n0 allgather 4 4\n0 finalize\n"
                      "1 init 1\n1 send 0 3 1\n1 send 0 7 2\n1 send 0 8 3\n1 send 0 9 1\n"
                      "1 gather 99 7 1 6 6\n1 gather 6 0 0 6 6\n1 allgather 4 0 6 6\n"
                      "1 finalize\n");
    converted(in, out, NULL);
    expect_same_replay(in, out);
    char again[128];
    path_of(again, "again.ti");
    converted(out, again, NULL);
    expect_same_program(out, again);
    trace_files_write("in.ti", "0 init\n0 sleep 2e9\n0 sleep 0.1234567890123456\n0 finalize\n");
    converted(in, out, NULL);
    expect_same_program(in, out);
}

static void expect_refused(const char *name, const char *text, const char *to, const char *why)
{
    char out[128];
    char in[128];
    struct err err = {0};
    snprintf(in, sizeof in, "%s", trace_files_write(name, text));
    path_of(out, "refused");
    cr_assert_not(trace_convert(in, "auto", out, to, false, NULL, &err), "%s", text);
    cr_assert_not_null(strstr(err.text, why), "%s", err.text);
    cr_assert_neq(access(out, F_OK), 0, "something was written");
}

#define NATIVE(lines) "ordito-trace 1\nranks 1\nrank 0\n" lines "\nend\n"

// Nothing says there what operations wait for.
Test(convert, traces_with_dependencies_are_refused)
{
    char out[128];
    struct err err = {0};
    path_of(out, "refused");
    cr_assert_not(trace_convert("traces/samples/binary_tree_32.goal.zst", "auto", out, NULL, false,
                                NULL, &err));
    cr_assert(strstr(err.text, "the format native has no words for dependencies"), "%s", err.text);
    cr_assert_neq(access(out, F_OK), 0);
}

Test(convert, what_a_format_has_no_words_for_is_refused_with_its_line)
{
    expect_refused("a.native", NATIVE("fence\n"), "simgrid",
                   "a.native:4: rank 0: fence: the format "
                   "simgrid has no words for");
    expect_refused("a.native", NATIVE("serve\n"), "simgrid",
                   "a.native:4: rank 0: serve: the format simgrid has no words for");
    expect_refused("a.native", NATIVE("load at=8 bytes=4"), "simgrid",
                   ":4: rank 0: load of 4 bytes");
    expect_refused("a.native", NATIVE("barrier\nsend to=0 bytes=4 at=8"), "simgrid",
                   ":5: rank 0: send to 0, tag 0, 4 bytes: the format simgrid has no words for the "
                   "address of a buffer");
    expect_refused("a.native", NATIVE("sendrecv to=0 bytes=4 from=0 room=any"), "simgrid",
                   "a sendrecv that takes any length");
    expect_refused("a.native", NATIVE("recv from=0 bytes=2147483648"), "simgrid",
                   "a receive of more than 2147483647 bytes");
    expect_refused("a.ti", "0 init\n0 irecv -1 0 4\n0 irecv -2 0 4\n0 finalize\n", "native",
                   "a.ti:3: rank 0: irecv from any, tag 0: the format native has no words for a "
                   "second number that stands for any source");
    expect_refused("a.ti", "0 init\n0 wait 0 5 4\n0 finalize\n", "native",
                   "a rank that is not there");
    expect_refused("a.ti", "0 init\n0 recv\n", "native", "a.ti:2: rank 0: recv: wrong number");
    expect_refused("a.lackey", " M 1000,4\n", "dinero",
                   "reference 1: the format dinero has no words for a modify of 4 bytes at 0x1000; "
                   "--split-modifies");
    expect_refused("a.lackey", " L 1000,4097\n", "native", "no words for a load of 4097 bytes");
    expect_refused("a.lackey", " L 1000,4\n", "simgrid", "references to memory do not become");
    expect_refused("a.lackey", " L 1000,4\n", NULL, "which format?");
}

static void expect_text(const char *path, const char *expected)
{
    size_t num;
    char *text = trace_files_read(path, &num);
    cr_assert_eq(strncmp(text, expected, num), 0, "%.*s", (int)num, text);
    cr_assert_eq(num, strlen(expected));
    free(text);
}

Test(convert, references_are_written_as_valgrind_and_dinero_have_them)
{
    char in[128];
    char out[128];
    struct err err = {0};
    const char *lackey = "I  04001000,3\n L 1fff000608,8\n S 00000010,1\n M 04001004,2\n";
    const char *dinero = "i 4001000 3\nr 1fff000608 8\nw 10 1\nr 4001004 2\nw 4001004 2\n";
    snprintf(in, sizeof in, "%s", trace_files_write("in.lackey", lackey));
    path_of(out, "out.din");
    cr_assert(trace_convert(in, "auto", out, NULL, true, NULL, &err), "%s", err.text);
    expect_text(out, dinero);
    converted(out, in, "lackey");
    expect_text(in,
                "I  04001000,3\n L 1fff000608,8\n S 00000010,1\n L 04001004,2\n S 04001004,2\n");
    trace_files_write("in.lackey", lackey);
    converted(in, out, "lackey");
    expect_text(out, lackey);
}

// --- the communication matrix
// ---------------------------------------------------------------------

Test(convert, the_matrix_with_collectives_has_the_messages_of_a_replay)
{
    char in[128];
    path_of(in, "in.native");
    for (uint64_t seed = 0; seed < NUM_SEEDS; seed++) {
        random_program_write("in.native", seed, true);
        struct replay_result result = replayed(in);
        struct trace_matrix matrix;
        struct err err = {0};
        uint64_t messages = 0;
        uint64_t bytes = 0;
        cr_assert(trace_matrix_read(&matrix, in, "auto", "first", &err), "%s", err.text);
        for (size_t i = 0; i < matrix.num_pairs; i++) {
            messages += matrix.pairs[i].messages;
            bytes += matrix.pairs[i].bytes;
        }
        cr_assert_eq(messages, result.stats.messages + result.stats.collective_messages);
        cr_assert_eq(bytes, result.stats.bytes + result.stats.collective_bytes);
        trace_matrix_free(&matrix);
    }
}

static json_t *summary_of(const char *text)
{
    struct err err = {0};
    json_t *figures = trace_summary(trace_files_write("s.native", text), "auto", &err);
    cr_assert_not_null(figures, "%s", err.text);
    return figures;
}

static json_int_t number(const json_t *figures, const char *group, const char *key)
{
    return json_integer_value(json_object_get(json_object_get(figures, group), key));
}

static void expect_json(const json_t *value, const char *expected)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_PRESERVE_ORDER);
    cr_assert_str_eq(text, expected);
    free(text);
}

Test(convert, a_summary_tells_who_talks_and_how_far)
{
    json_t *figures = summary_of("ordito-trace 1\nranks 3\nrank 0\nsend to=2 bytes=5\nsend to=2 "
                                 "bytes=6\nsend to=0 bytes=1\nrecv from=0 bytes=1\nrank 1\nsend "
                                 "to=2 bytes=20\nrank 2\nrecv from=any bytes=99\nrecv from=0 "
                                 "bytes=9\nrecv from=any bytes=99\nend\n");
    const json_t *communication = json_object_get(figures, "communication");
    struct err err = {0};
    cr_assert(trace_summary_check(figures, &err), "%s", err.text);
    cr_assert_eq(number(figures, "communication", "pairs"), 2);
    cr_assert_eq(number(figures, "communication", "degree_max"), 1);
    cr_assert_float_eq(json_real_value(json_object_get(communication, "degree_mean")), 2.0 / 3,
                       1e-12);
    expect_json(json_object_get(communication, "busiest_pairs"),
                "[{\"from\":1,\"to\":2,\"messages\":1,\"bytes\":20},"
                "{\"from\":0,\"to\":2,\"messages\":2,\"bytes\":11},"
                "{\"from\":0,\"to\":0,\"messages\":1,\"bytes\":1}]");
    expect_json(json_object_get(communication, "by_distance"),
                "[{\"distance\":0,\"messages\":1,\"bytes\":1},"
                "{\"distance\":1,\"messages\":1,\"bytes\":20},"
                "{\"distance\":2,\"messages\":2,\"bytes\":11}]");
    json_decref(figures);
}

Test(convert, messages_that_no_receive_takes_are_counted_by_pair)
{
    json_t *figures = summary_of("ordito-trace 1\nranks 3\nrank 0\nsend to=2 bytes=5\nsend to=2 "
                                 "bytes=6\nsend to=1 bytes=5\nrank 1\nrecv from=any bytes=9\nrecv "
                                 "from=any bytes=9\nrank 2\nrecv from=1 bytes=9\nend\n");
    struct err err = {0};
    cr_assert_not(trace_summary_check(figures, &err));
    cr_assert_eq(err.status, ERR_TRACE);
    cr_assert_eq(number(figures, "unmatched", "messages"), 2);
    cr_assert_eq(number(figures, "unmatched", "receives"), 2);
    expect_json(json_object_get(json_object_get(figures, "unmatched"), "pairs"),
                "[{\"to\":1,\"receives\":1},{\"from\":1,\"to\":2,\"receives\":1},"
                "{\"from\":0,\"to\":2,\"messages\":2}]");
    json_decref(figures);
}

Test(convert, as_many_messages_of_the_wrong_sender_are_found_too)
{
    json_t *figures = summary_of("ordito-trace 1\nranks 3\nrank 0\nsend to=2 bytes=5\nrank 2\nrecv "
                                 "from=1 bytes=9\nend\n");
    struct err err = {0};
    cr_assert_not(trace_summary_check(figures, &err));
    cr_assert_not_null(strstr(err.text, "rank 2: unmatched: messages from rank"), "%s", err.text);
    json_decref(figures);
}
