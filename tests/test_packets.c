// SPDX-License-Identifier: Apache-2.0
#include "model/node/packets.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NODES = 64, CLASSES = 2, MAX_FLITS = 16 };

static const char sample[] = "# cycle source destination flits\n"
                             "0 0 63 4\n"
                             "\n"
                             "  7\t1 2 1   # two in a cycle\n"
                             "7 63 0 16 1\r\n"
                             "1000000000000 5 5 2";

static const struct packets_line sample_packets[] = {
    {0, {0, 63, 4, 0, MSG_NONE}},
    {7, {1, 2, 1, 0, MSG_NONE}},
    {7, {63, 0, 16, 1, MSG_NONE}},
    {1000000000000, {5, 5, 2, 0, MSG_NONE}},
};

enum { NUM_SAMPLE = sizeof sample_packets / sizeof *sample_packets };

static struct workload *open_trace(struct packets_file *file, const char *path)
{
    struct err err = {0};
    cr_assert(packets_file_open(file, path, &err), "%s", err.text);
    struct workload *workload = packets_new(file, NODES, CLASSES, MAX_FLITS, &err);
    cr_assert(workload, "%s", err.text);
    return workload;
}

static void close_trace(struct packets_file *file, struct workload *workload)
{
    workload->ops->free(workload);
    packets_file_close(file);
}

// Replays a trace, by jumps, and sees that it is the sample.
static void is_sample(const char *path)
{
    struct packets_file file;
    struct workload *workload = open_trace(&file, path);
    struct err err = {0};
    struct packets_line line;
    bool any;
    size_t num = 0;
    for (uint64_t cycle = 0; cycle != UINT64_MAX;
         cycle = workload->ops->next_event(workload, cycle)) {
        cr_assert_not(workload->ops->done(workload));
        while (packets_take(workload, cycle, &any, &line, &err) && any) {
            cr_assert_lt(num, NUM_SAMPLE);
            const struct packets_line *expected = &sample_packets[num++];
            cr_assert_eq(line.cycle, expected->cycle);
            cr_assert(memcmp(&line.packet, &expected->packet, sizeof line.packet) == 0);
        }
        cr_assert_eq(err.status, ERR_NONE);
    }
    cr_assert_eq(num, NUM_SAMPLE);
    cr_assert(workload->ops->done(workload));
    close_trace(&file, workload);
}

// --- what is read -------------------------------------------------------------------------------

Test(packets, a_trace_is_replayed_as_it_stands)
{
    is_sample(scratch_file("t", sample));
}

Test(packets, compressed_traces_are_replayed)
{
    char command[256];
    const char *path = scratch_file("t", sample);
    snprintf(command, sizeof command, "gzip %s", path);
    cr_assert_eq(system(command), 0);
    snprintf(command, sizeof command, "%s.gz", path);
    is_sample(command);
}

Test(packets, cycles_without_packets_give_none)
{
    struct packets_file file;
    struct workload *workload = open_trace(&file, scratch_file("t", "3 0 1 1\n"));
    struct packets_line line;
    struct err err = {0};
    bool any;
    for (uint64_t cycle = 0; cycle < 10; cycle++) {
        cr_assert(packets_take(workload, cycle, &any, &line, &err));
        cr_assert_eq(any, cycle == 3);
        cr_assert_eq(workload->ops->next_event(workload, cycle), cycle < 3 && !any ? 3 : UINT64_MAX,
                     "cycle %lu", cycle);
        cr_assert_eq(workload->ops->done(workload), cycle >= 3);
        if (any)
            cr_assert(packets_take(workload, cycle, &any, &line, &err) && !any);
    }
    close_trace(&file, workload);
}

Test(packets, an_empty_trace_is_done_at_once)
{
    struct packets_file file;
    struct workload *workload = open_trace(&file, scratch_file("t", "# nothing\n"));
    cr_assert(workload->ops->done(workload));
    cr_assert_eq(workload->ops->next_event(workload, 0), UINT64_MAX);
    close_trace(&file, workload);
}

Test(packets, a_scan_finds_the_longest_packet)
{
    struct packets_file file;
    struct packets_summary summary;
    struct err err = {0};
    cr_assert(packets_file_open(&file, scratch_file("t", sample), &err));
    cr_assert(packets_scan(&file, NODES, CLASSES, &summary, &err), "%s", err.text);
    cr_assert_eq(summary.longest_flits, 16);
    packets_file_close(&file);
}

Test(packets, standard_input_can_be_read_twice)
{
    struct packets_file file;
    struct packets_summary summary;
    struct err err = {0};
    int trace = open(scratch_file("t", sample), O_RDONLY);
    cr_assert(trace >= 0 && dup2(trace, STDIN_FILENO) >= 0);
    close(trace);
    cr_assert(packets_file_open(&file, "-", &err), "%s", err.text);
    for (int i = 0; i < 2; i++) {
        cr_assert(packets_scan(&file, NODES, CLASSES, &summary, &err), "%s", err.text);
        cr_assert_eq(summary.longest_flits, 16);
    }
    cr_assert_not(packets_scan(&file, 63, CLASSES, &summary, &err)); // there is no node 63
    cr_assert(strstr(err.text, "standard input:2: "), "%s", err.text);
    packets_file_close(&file);
}

// --- what is refused ----------------------------------------------------------------------------

// Replays to the fault; a scan finds it too, but for lengths, which it only reports.
static void fails(const char *path, const char *why, bool scan_too)
{
    struct packets_file file;
    struct packets_summary summary;
    struct err err = {0}, scan_err = {0};
    cr_assert(packets_file_open(&file, path, &err));
    cr_assert_eq(packets_scan(&file, NODES, CLASSES, &summary, &scan_err), !scan_too);
    struct workload *workload = packets_new(&file, NODES, CLASSES, MAX_FLITS, &err);
    bool ok = workload != NULL;
    for (uint64_t cycle = 0; ok && cycle != UINT64_MAX;) {
        struct packets_line line;
        bool any = true;
        while (ok && any)
            ok = packets_take(workload, cycle, &any, &line, &err);
        if (ok)
            cycle = workload->ops->next_event(workload, cycle);
    }
    cr_assert_not(ok, "%s: no fault", why);
    cr_assert_eq(err.status, ERR_TRACE);
    cr_assert(strstr(err.text, why), "'%s' does not say '%s'", err.text, why);
    if (scan_too)
        cr_assert_str_eq(err.text, scan_err.text);
    if (workload)
        workload->ops->free(workload);
    packets_file_close(&file);
}

Test(packets, faults_have_a_line)
{
    static const struct {
        const char *text;
        const char *why;
    } faults[] = {
        {"1 0 1 1\n1 0 x 1\n", ":2: destination: 'x' is not a number"},
        {"1 0 1 1\n\n1 0 64 1\n", ":3: there is no node 64, the last is 63"},
        {"1 64 0 1\n", ":1: there is no node 64"},
        {"5 0 1 1\n4 0 1 1\n", ":2: cycle 4 comes after cycle 5"},
        {"5 0 1 0\n", ":1: a packet has at least 1 flit"},
        {"5 0 1 1\n6 0 1", ":2: the line ends before its flits"},
        {"5 0 1 1\n6", ":2: the line ends before its source"},
        {"5 0 1 1 1 9\n", ":1: '9' after the numbers"},
        {"5 0 1 1 2\n", ":1: there is no traffic class 2, the last is 1"},
        {"5 0 1 1 x\n", ":1: class: 'x' is not a number"},
        {"-5 0 1 1\n", ":1: cycle: '-5' is not a number"},
        {"5.0 0 1 1\n", ":1: cycle: '5.0' is not"},
        {"99999999999999999999 0 1 1\n", ":1: cycle: '99999999999999999999' is not"},
        {"1125899906842624 0 1 1\n1125899906842625 0 1 1\n",
         ":2: cycle: '1125899906842625' is not a number from 0 to 1125899906842624"},
        {"5 0 1 4294967296\n", ":1: flits: '4294967296' is not"},
        {"5 4294967296 0 1\n", ":1: source: '4294967296' is not"},
        {"5,0,1,1\n", ":1: cycle: '5,0,1,1' is not"},
    };
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        fails(scratch_file("t", faults[i].text), faults[i].why, true);
}

Test(packets, a_packet_too_long_for_the_fabric_has_a_line)
{
    fails(scratch_file("t", "5 0 1 16\n6 0 1 17\n"), ":2: a packet of 17 flits, and the longest",
          false);
}

Test(packets, a_missing_trace_is_named)
{
    fails("/nonexistent/trace", "/nonexistent/trace", true);
}

Test(packets, a_truncated_compressed_trace_is_an_error)
{
    enum { LINES = 5000, BYTES = 8000 };
    static char text[LINES * 24 + 1];
    size_t length = 0;
    for (uint32_t i = 0; i < LINES; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%u %u %u 1\n", i / 90,
                                   i * i % 61, i * 31 % 64);
    char command[256];
    const char *path = scratch_file("t", text);
    snprintf(command, sizeof command, "gzip -1 %s && truncate -s %d %s.gz", path, BYTES, path);
    cr_assert_eq(system(command), 0);
    snprintf(command, sizeof command, "%s.gz", path);
    fails(command, command, true);
}
