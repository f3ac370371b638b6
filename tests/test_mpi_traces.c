// SPDX-License-Identifier: Apache-2.0
// Replays of whole programs: recorded ones, one with every collective, and mutilated ones.
//
// SimGrid's figures are those of its own replay of the same traces, on 64 hosts joined as a
// 4x4x4 torus by links of 2 GB/s and 100 ns, at 1 unit of compute a ns. Here the network is ideal:
// 2 bytes a ns and 300 ns for every pair, so that they can only be near each other.
#include "tests/replay.h"
#include "tests/trace_files.h"
#include "traces/input.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char mg[] = "traces/samples/mg.S.64.ti.tar.zst";
static const char is[] = "traces/samples/is.S.64.ti.tar.zst";

// A network of 2 bytes a cycle, 1 GHz, and the eager limit of SimGrid.
static struct replay_params as_simgrid(void)
{
    struct replay_params params = replay_default();
    params.latency_cycles = 300;
    params.mpi.flit_bits = 16;
    params.mpi.max_flits = 2049;
    params.mpi.eager_bytes = 65536;
    return params;
}

static struct mpi_stats replay(const char *path, const struct replay_params *params)
{
    struct err err = {0};
    struct replay_result result;
    cr_assert(replay_run(path, params, &result, &err), "%s: %s", path, err.text);
    return result.stats;
}

Test(mpi_traces, the_samples_send_what_was_recorded_and_end_in_the_cycle_that_their_readme_tells)
{
    struct replay_params params = as_simgrid();
    struct mpi_stats stats = replay(mg, &params);
    cr_assert_eq(stats.messages, 26016);
    cr_assert_eq(stats.bytes, 6664704);
    cr_assert_eq(stats.compute_cycles_max, 1034229);
    cr_assert_eq(stats.makespan_cycles, 2072043); // SimGrid's: 1.990e6
    stats = replay(is, &params);
    cr_assert_eq(stats.messages, 63);
    cr_assert_eq(stats.bytes, 252);
    cr_assert_eq(stats.compute_cycles_max, 322910);
    cr_assert_eq(stats.makespan_cycles, 1031239); // SimGrid's: 0.852e6
}

Test(mpi_traces, a_replay_repeats_to_the_cycle_and_sends_the_same_by_any_network)
{
    struct replay_params params = as_simgrid();
    struct mpi_stats first = replay(is, &params);
    struct mpi_stats second = replay(is, &params);
    cr_assert_eq(memcmp(&first, &second, sizeof first), 0);
    params.detour_cycles = 5000; // packets overtake
    params.mpi.eager_bytes = 100;
    second = replay(is, &params);
    cr_assert_gt(second.makespan_cycles, first.makespan_cycles);
    cr_assert_eq(second.collective_messages, first.collective_messages);
    cr_assert_eq(second.collective_bytes, first.collective_bytes);
    cr_assert_eq(second.compute_cycles_max, first.compute_cycles_max);
}

// --- every collective
// ------------------------------------------------------------------------------

enum { NUM_RANKS = 5 };

static size_t counts(char *text, const char *action, uint32_t first)
{
    size_t length = (size_t)sprintf(text, "%s", action);
    for (uint32_t i = 0; i < NUM_RANKS; i++)
        length += (size_t)sprintf(text + length, " %u", first + 3 * i);
    return length;
}

// The collectives of one rank. Between two ranks, all-to-all sends 100 * sender + receiver bytes.
static size_t collectives(char *text, uint32_t rank)
{
    size_t length = (size_t)sprintf(
        text,
        "%u barrier\n%u bcast 300 3 6\n%u reduce 300 5 2 6\n%u allreduce 300 5 6\n"
        "%u scan 30 1 6\n%u exscan 30 1 6\n%u gather 7 7 4 6 6\n%u scatter 7 7 1 6 6\n"
        "%u allgather 9 9 6 6\n%u alltoall 11 11 6 6\n%u ",
        rank, rank, rank, rank, rank, rank, rank, rank, rank, rank, rank);
    length += counts(text + length, "reducescatter", 40);
    length += (size_t)sprintf(text + length, " 8 6\n%u ", rank);
    char action[32];
    sprintf(action, "allgatherv %u", 20 + 3 * rank);
    length += counts(text + length, action, 20);
    length += (size_t)sprintf(text + length, " 6 6\n%u ", rank);
    sprintf(action, "gatherv %u", 10 + 3 * rank);
    length += counts(text + length, action, 10);
    length += (size_t)sprintf(text + length, " 2 6 6\n%u ", rank);
    length += counts(text + length, "scatterv", 50);
    length += (size_t)sprintf(text + length, " %u 3 6 6\n%u alltoallv 1", 50 + 3 * rank, rank);
    for (uint32_t i = 0; i < NUM_RANKS; i++)
        length += (size_t)sprintf(text + length, " %u", 100 * rank + i);
    length += (size_t)sprintf(text + length, " 1");
    for (uint32_t i = 0; i < NUM_RANKS; i++)
        length += (size_t)sprintf(text + length, " %u", 100 * i + rank);
    return length + (size_t)sprintf(text + length, " 6 6\n");
}

static void write_collectives(char *text)
{
    size_t length = 0;
    for (uint32_t rank = 0; rank < NUM_RANKS; rank++) {
        length += (size_t)sprintf(text + length, "%u init\n", rank);
        length += collectives(text + length, rank);
        length += (size_t)sprintf(text + length, "%u finalize\n", rank);
    }
}

Test(mpi_traces, every_algorithm_completes_every_collective_under_both_protocols)
{
    static char text[1 << 14];
    write_collectives(text);
    char path[128];
    snprintf(path, sizeof path, "%s", trace_files_write("t.txt", text));
    for (size_t a = 0; a < collective_num_algorithms; a++) {
        const struct collective_algorithm *row = &collective_algorithms[a];
        struct replay_params params = replay_default();
        params.mpi.algorithms[row->kind] = row->name;
        struct mpi_stats eager = replay(path, &params);
        params.mpi.eager_bytes = 0;
        params.detour_cycles = 77;
        struct mpi_stats rendezvous = replay(path, &params);
        cr_assert_eq(eager.messages, 0);
        cr_assert_eq(eager.collective_messages, rendezvous.collective_messages);
        cr_assert_eq(eager.collective_bytes, rendezvous.collective_bytes);
        cr_assert_lt(eager.makespan_cycles, rendezvous.makespan_cycles);
    }
}

// --- mutilated programs
// ------------------------------------------------------------------------------

static const char program[] = "0 init\n0 isend 1 3 9\n0 recv 2 4 99\n0 wait 0 1 3\n"
                              "0 allreduce 8 5 0\n0 sendRecv 5 1 5 2\n0 finalize\n"
                              "1 init\n1 irecv 0 3 9\n1 send 2 3 2000\n1 waitall 1\n"
                              "1 allreduce 8 5 0\n1 sendRecv 5 2 5 0\n1 finalize\n"
                              "2 init\n2 recv 1 3 2000\n2 send 0 4 9\n2 compute 7\n"
                              "2 allreduce 8 5 0\n2 sendRecv 5 0 5 1\n2 finalize\n";

// The program without one line, or with it twice.
static void mutilate(char *text, uint32_t line, bool twice)
{
    const char *at = program;
    for (uint32_t i = 0; *at; i++) {
        size_t length = strcspn(at, "\n") + 1;
        for (uint32_t copies = i == line ? (twice ? 2 : 0) : 1; copies > 0; copies--) {
            memcpy(text, at, length);
            text += length;
        }
        at += length;
    }
    *text = '\0';
}

Test(mpi_traces, a_line_less_or_more_is_noticed_unless_the_program_can_do_without_it)
{
    struct replay_params params = replay_default();
    struct replay_result result;
    for (uint32_t line = 0; line < 21; line++) {
        for (int twice = 0; twice < 2; twice++) {
            char text[2 * sizeof program];
            struct err err = {0};
            mutilate(text, line, twice);
            bool good = replay_run(trace_files_write("t.txt", text), &params, &result, &err);
            // A wait finds nothing to wait for, or is not missed; computing is free.
            bool harmless = line == 3 || line == 10 || line == 17;
            cr_assert_eq(good, harmless, "line %u, twice %d: %s", line + 1, twice, err.text);
            if (!good)
                cr_assert_eq(err.status, ERR_TRACE, "%s", err.text);
        }
    }
}

// --- a folder of traces, if there is one
// -------------------------------------------------------------

// ORDITO_TRACES names a folder with more recordings, archives like those of traces/samples, too
// many or too large for the tree. Each must complete and send what its stats.json counts; of
// NAME_r, where a person resolved the wildcards of NAME, the makespan must be NAME's within 2 %.
// Without the variable there is nothing to test, which the log says.

// The value of a key in the stats.json that lies in an archive beside the trace.
static uint64_t recorded(const char *path, const char *key)
{
    struct err err = {0};
    char *line;
    struct unpacked *archive = unpacked_read(path, "stats.json", UNPACKED_MOST_BYTES, &err);
    cr_assert_not_null(archive, "%s", err.text);
    cr_assert_not_null(unpacked_found(archive), "%s has no stats.json", path);
    struct input *input = input_open(path, unpacked_found(archive), archive, &err);
    cr_assert_not_null(input, "%s", err.text);
    cr_assert_eq(input_line(input, &line, &err), INPUT_LINE, "%s", err.text);
    const char *found = strstr(line, key);
    cr_assert_not_null(found, "%s", path);
    uint64_t value = strtoull(found + strlen(key), NULL, 10);
    input_close(input);
    unpacked_free(archive);
    return value;
}

static struct mpi_stats check_trace(const char *path)
{
    struct replay_params params = as_simgrid();
    struct mpi_stats stats = replay(path, &params);
    cr_assert_eq(stats.messages, recorded(path, "\"p2p_msgs\": "), "%s", path);
    cr_assert_eq(stats.bytes, recorded(path, "\"p2p_bytes\": "), "%s", path);
    cr_assert_geq(stats.makespan_cycles, stats.compute_cycles_max, "%s", path);
    cr_log_info("%s %" PRIu64 " cycles, %" PRIu64 " of compute", path, stats.makespan_cycles,
                stats.compute_cycles_max);
    return stats;
}

Test(mpi_traces, all_traces_of_the_folder_ORDITO_TRACES_complete)
{
    const char *folder = getenv("ORDITO_TRACES");
    if (!folder)
        cr_skip_test("ORDITO_TRACES names no folder");
    DIR *dir = opendir(folder);
    cr_assert_not_null(dir, "%s", folder);
    uint32_t num = 0;
    struct dirent *entry;
    while ((entry = readdir(dir))) {
        char path[1024];
        char *resolved = strstr(entry->d_name, "_r.");
        if (!strstr(entry->d_name, ".ti.tar."))
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        struct mpi_stats stats = check_trace(path);
        num++;
        if (!resolved)
            continue;
        // The same program with each wildcard and waitall resolved by hand.
        snprintf(path, sizeof path, "%s/%.*s%s", folder, (int)(resolved - entry->d_name),
                 entry->d_name, resolved + 2);
        double raw = (double)check_trace(path).makespan_cycles;
        cr_assert_float_eq((double)stats.makespan_cycles, raw, 0.02 * raw, "%s", path);
    }
    closedir(dir);
    cr_assert_gt(num, 0);
}
