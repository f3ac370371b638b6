// SPDX-License-Identifier: Apache-2.0
// MPI semantics and timing of the replay, by small programs whose end is worked out by hand. On the
// ideal network of these tests a packet of f flits sent in cycle c by an idle source is delivered
// in c + f - 1 + 10 and dealt with in the cycle after.
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

TestSuite(mpi, .init = set_up);

// Writes a trace of programs, one a rank: lines without their rank, separated by ';'.
static const char *program(const char *const *ranks, uint32_t num)
{
    static char text[1 << 16];
    size_t length = 0;
    for (uint32_t rank = 0; rank < num; rank++) {
        length += (size_t)sprintf(text + length, "%u init\n", rank);
        const char *at = ranks[rank];
        while (*at) {
            size_t line = strcspn(at, ";");
            length += (size_t)sprintf(text + length, "%u %.*s\n", rank, (int)line, at);
            at += line + (at[line] == ';');
        }
        length += (size_t)sprintf(text + length, "%u finalize\n", rank);
    }
    return trace_files_write("t.txt", text);
}

static struct replay_result run_ranks(const char *const *ranks, uint32_t num)
{
    struct err err = {0};
    struct replay_result result;
    cr_assert(replay_run(program(ranks, num), &params, &result, &err), "%s", err.text);
    return result;
}

#define RANKS(...)                                                                                 \
    (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)
#define RUN(...)      run_ranks(RANKS(__VA_ARGS__))
#define MAKESPAN(...) (RUN(__VA_ARGS__).stats.makespan_cycles)

// The program fails with ERR_TRACE and a message that has `part`.
static void fails_ranks(const char *part, const char *const *ranks, uint32_t num)
{
    struct err err = {0};
    struct replay_result result;
    cr_assert(!replay_run(program(ranks, num), &params, &result, &err), "no error: %s", part);
    cr_assert_eq(err.status, ERR_TRACE, "%s", err.text);
    cr_assert_not_null(strstr(err.text, part), "'%s' is not in '%s'", part, err.text);
}

#define FAILS(part, ...) fails_ranks(part, RANKS(__VA_ARGS__))

// --- protocol and timing
// ---------------------------------------------------------------------------

Test(mpi, an_eager_message_ends_a_receive_in_the_cycle_after_its_last_packet)
{
    cr_assert_eq(MAKESPAN("send 1 0 8", "recv 0 0 8"), 12); // 2 flits
    cr_assert_eq(MAKESPAN("send 1 0 0", "recv 0 0 0"), 11); // headers only
    cr_assert_eq(MAKESPAN("send 1 0 8", "compute 50;recv 0 0 8"), 50);
}

Test(mpi, an_eager_sender_goes_on_at_once)
{
    cr_assert_eq(MAKESPAN("send 1 0 8;compute 100", "recv 0 0 8"), 100);
    cr_assert_eq(MAKESPAN("send 1 0 8", "compute 9;recv 0 0 8"), 12);
}

Test(mpi, a_rendezvous_takes_request_answer_and_data)
{
    params.mpi.eager_bytes = 8;
    cr_assert_eq(MAKESPAN("send 1 0 7", "recv 0 0 7"), 12); // still eager
    cr_assert_eq(MAKESPAN("send 1 0 8", "recv 0 0 8"), 34); // 11 + 11 + 12
    cr_assert_eq(RUN("send 1 0 8", "recv 0 0 8").num_packets, 3);
}

Test(mpi, short_messages_and_what_announces_long_ones_have_priority)
{
    params.mpi.eager_bytes = 100;
    params.mpi.priority_class = 2;
    cr_assert_eq(RUN("send 1 0 8;send 1 0 200", "recv 0 0 8;recv 0 0 200").num_priority_packets, 0);
    params.mpi.priority_bytes = 64;
    struct replay_result result =
        RUN("send 1 0 63;send 1 0 64;send 1 0 200", "recv 0 0 63;recv 0 0 64;recv 0 0 200");
    cr_assert_eq(result.num_packets, 1 + 1 + 1 + 1 + 4);
    cr_assert_eq(result.num_priority_packets, 1 + 1 + 1); // the first, the request, the answer
}

Test(mpi, a_rendezvous_waits_for_the_receive_and_holds_the_sender)
{
    params.mpi.eager_bytes = 8;
    cr_assert_eq(MAKESPAN("send 1 0 8;compute 1", "compute 50;recv 0 0 8"), 50 + 11 + 12 + 1);
    cr_assert_eq(MAKESPAN("send 1 0 8;compute 100", "recv 0 0 8"), 34 + 100);
}

Test(mpi, communication_goes_on_beside_computing)
{
    params.mpi.eager_bytes = 8;
    cr_assert_eq(
        MAKESPAN("isend 1 0 8;compute 100;wait 0 1 0", "irecv 0 0 8;compute 90;wait 0 1 0"), 100);
    cr_assert_eq(MAKESPAN("isend 1 0 8;compute 20;wait 0 1 0", "irecv 0 0 8;compute 20;wait 0 1 0"),
                 34);
}

Test(mpi, messages_are_cut_into_packets)
{
    struct replay_result result = RUN("send 1 0 130", "recv 0 0 130");
    cr_assert_eq(result.num_packets, 3);
    cr_assert_eq(result.num_flits, 9 + 9 + 2);
    cr_assert_eq(result.longest_flits, 9);
    params.mpi.flit_bits = 20; // 8 flits hold 20 bytes; the last 10 take 4 of 20 bits
    result = RUN("send 1 0 30", "recv 0 0 30");
    cr_assert_eq(result.num_packets, 2);
    cr_assert_eq(result.num_flits, 9 + 5);
}

Test(mpi, compute_is_rounded_up_to_node_cycles_and_these_to_fabric_cycles)
{
    cr_assert_eq(MAKESPAN("compute 1000"), 1000);
    params.mpi.compute_scale = 0.01;
    cr_assert_eq(MAKESPAN("compute 100"), 1);
    cr_assert_eq(MAKESPAN("compute 101"), 2);
    cr_assert_eq(MAKESPAN("compute 700"), 7);
    params.mpi.compute_scale = 1;
    params.node_clock_hz = 0.3e9; // 1 ns is 1 node cycle, which is 3.33 fabric cycles
    cr_assert_eq(MAKESPAN("compute 1"), 4);
    cr_assert_eq(MAKESPAN("compute 10"), 10); // 3 node cycles
    params.node_clock_hz = 2e9;
    cr_assert_eq(MAKESPAN("compute 3"), 3);
    cr_assert_eq(MAKESPAN("compute 3;sleep 1e-6;compute 4"), 1007);
    cr_assert_eq(RUN("compute 3;sleep 1e-6;compute 4").stats.compute_cycles_max, 7);
}

Test(mpi, what_would_end_after_cycle_2_to_the_50_is_refused)
{
    cr_assert_eq(MAKESPAN("sleep 1125899;compute 906842624"), 1125899906842624);
    FAILS("t.txt:3: rank 0: compute: it would end after cycle 1125899906842624, the last",
          "sleep 1125899;compute 906842625");
    FAILS("t.txt:2: rank 0: sleep: it would end", "sleep 9e8;sleep 9e8;sleep 9e8");
    FAILS("t.txt:7: rank 1: sleep: it would end", "sleep 1e6;send 1 0 8", "recv 0 0 8;sleep 1e6");
    params.mpi.fabric_clock_hz = 1e18;
    FAILS("t.txt:2: rank 0: compute: it would end", "compute 2e9");
}

Test(mpi, a_message_to_oneself_stays_out_of_the_network)
{
    struct replay_result result = RUN("isend 0 3 8;recv 0 3 8");
    cr_assert_eq(result.num_packets, 0);
    cr_assert_eq(result.stats.makespan_cycles, 1);
    params.mpi.eager_bytes = 8; // request, answer, data
    cr_assert_eq(MAKESPAN("isend 0 3 8;recv 0 3 8;wait 0 0 3"), 3);
    FAILS("1 of 1 ranks wait for ever:\n  rank 0,", "send 0 3 8;recv 0 3 8");
}

Test(mpi, statistics_count_what_is_sent)
{
    struct replay_result result =
        RUN("send 1 0 130;barrier;bcast 10", "recv 0 0 999;barrier;bcast 10");
    cr_assert_eq(result.stats.messages, 1);
    cr_assert_eq(result.stats.bytes, 130);
    cr_assert_eq(result.stats.collective_messages, 3);
    cr_assert_eq(result.stats.collective_bytes, 10);
}

// --- matching
// --------------------------------------------------------------------------------------

Test(mpi, receives_choose_by_tag_and_source)
{
    RUN("send 1 5 8;send 1 6 16", "recv 0 6 16;recv 0 5 8");
    RUN("send 2 5 8", "compute 50;send 2 5 16", "recv 1 5 16;recv 0 5 8");
}

Test(mpi, receives_of_one_source_and_tag_are_met_in_order)
{
    params.detour_cycles = 1000; // every other packet is overtaken
    RUN("send 1 5 1;send 1 5 2;send 1 5 3;send 1 5 4;send 1 5 5",
        "recv 0 5 1;recv 0 5 2;recv 0 5 3;recv 0 5 4;recv 0 5 5");
    RUN("send 1 5 1;send 1 5 2;send 1 5 3;send 1 5 4;send 1 5 5",
        "irecv 0 5 1;irecv 0 5 2;irecv 0 5 3;recv 0 5 4;recv 0 5 5");
    params.mpi.eager_bytes = 3; // mixed protocols
    RUN("isend 1 5 4;send 1 5 2;isend 1 5 9;send 1 5 1;send 1 5 5",
        "irecv 0 5 4;irecv 0 5 2;irecv 0 5 9;recv 0 5 1;recv 0 5 5");
    FAILS("t.txt:10: rank 1: a receive of at most 1 bytes meets a message of 2 bytes that rank 0 "
          "sent (",
          "send 1 5 1;compute 1;send 1 5 2;send 1 5 1",
          "recv 0 5 1;compute 1;recv 0 5 1;recv 0 5 2");
}

Test(mpi, a_wildcard_takes_what_comes_first)
{
    // From rank 2 it comes earlier; the exact receive is left with rank 1's.
    RUN("recv -333 9 8;recv 1 9 16", "compute 100;send 0 9 16", "send 0 9 8");
    RUN("recv 1 -444 8;recv 1 9 16", "send 0 3 8;send 0 9 16");
    RUN("irecv -333 9 8;irecv -333 9 8;wait -333 0 99;wait -333 0 9;wait -333 0 9", "send 0 9 8",
        "send 0 9 8");
}

Test(mpi, a_receive_may_be_larger_than_its_message_or_take_any_size)
{
    RUN("send 1 0 8;send 1 0 900", "recv 0 0 9000;recv 0 0 -1");
    FAILS("a receive of at most 7 bytes", "send 1 0 8", "recv 0 0 7");
}

Test(mpi, sendrecv_posts_both_before_it_waits)
{
    params.mpi.eager_bytes = 1;
    RUN("sendRecv 64 1 64 2", "sendRecv 64 2 64 0", "sendRecv 64 0 64 1");
    RUN("sendRecv 64 -666 64 1", "sendRecv 64 0 64 -666");
}

Test(mpi, an_operation_with_nobody_has_no_effect)
{
    cr_assert_eq(MAKESPAN("send -666 0 8;recv -666 0 8;isend -666 0 8;irecv -666 0 8;waitall 2"),
                 0);
}

Test(mpi, receives_and_requests_may_leave_their_queues_from_any_place)
{
    RUN("send 1 2 8;compute 50;send 1 3 8;send 1 1 8",
        "irecv 0 1 8;irecv 0 2 8;wait 0 1 2;irecv 0 3 8;wait 0 1 3;wait 0 1 1");
    cr_assert_eq(MAKESPAN("send 1 2 8;compute 50;send 1 1 8;compute 50;send 1 3 8",
                          "irecv 0 1 8;irecv 0 2 8;wait 0 1 2;irecv 0 3 8;wait 0 1 3;wait 0 1 1"),
                 112);
    RUN("send 1 1 8;send 1 2 8;compute 50;send 1 3 8",
        "compute 40;recv 0 2 8;compute 40;recv 0 3 8;recv 0 1 8");
}

// --- wait, waitall, test
// -----------------------------------------------------------------------------

Test(mpi, wait_completes_the_oldest_request_of_its_key)
{
    // The second message comes at 112; the first wait must not wait for it.
    cr_assert_eq(MAKESPAN("irecv 1 0 8;irecv 1 0 8;wait 1 0 0;compute 200;wait 1 0 0",
                          "send 0 0 8;compute 100;send 0 0 8"),
                 12 + 200);
    cr_assert_eq(MAKESPAN("irecv 1 0 8;irecv 1 0 8;wait 1 0 0;wait 1 0 0;compute 200",
                          "send 0 0 8;compute 100;send 0 0 8"),
                 112 + 200);
}

Test(mpi, an_eager_isend_is_a_request_that_is_done)
{
    // Both requests have one key; the older one, the isend, is done at once.
    cr_assert_eq(MAKESPAN("isend 0 3 8;irecv 0 3 8;wait 0 0 3;compute 5;wait 0 0 3"), 5);
}

Test(mpi, waitall_completes_all_and_later_waits_find_nothing)
{
    params.mpi.eager_bytes = 8;
    // Rank 1's RTS follows its CTS, at rank 0 in 111; rank 0's CTS follows its data, sent in 113;
    // the data of rank 1, sent in 124, are there in 135.
    cr_assert_eq(MAKESPAN("irecv 1 4 8;isend 1 5 8;waitall 26;wait 1 0 4;wait 0 1 5;compute 5",
                          "compute 100;irecv 0 5 8;isend 0 4 8;waitall 4"),
                 141);
}

Test(mpi, test_never_waits)
{
    cr_assert_eq(MAKESPAN("irecv 1 0 8;test 1 0 0;compute 50;test 1 0 0;wait 1 0 0", "send 0 0 8"),
                 50);
    // A failed test puts its request behind the next one of the key, which the wait then takes:
    // that one's message comes at 112, the tested one's at 12.
    cr_assert_eq(MAKESPAN("irecv 1 0 8;irecv 1 0 8;test 1 0 0;wait 1 0 0;compute 50;wait 1 0 0",
                          "send 0 0 8;compute 100;send 0 0 8"),
                 112 + 50);
}

// --- what is wrong with a program ----------------------------------------------------------------

Test(mpi, ranks_that_wait_for_ever_are_named)
{
    params.mpi.eager_bytes = 8;
    FAILS("2 of 3 ranks wait for ever:\n  rank 0, ", "send 1 0 8", "send 0 0 8", "");
    FAILS("t.txt:2: send to 1, tag 0, 8 bytes; not received: tag 0 of rank 1, ", "send 1 0 8",
          "send 0 0 8", "");
    FAILS("t.txt:2: recv from 1, tag 6; not received: tag 5 of rank 1, ", "recv 1 6 1",
          "send 0 5 1");
    FAILS("t.txt:3: wait for 1 to 0, tag 6", "irecv 1 6 1;wait 1 0 6", "");
    FAILS("t.txt:2: barrier, for rank 1", "barrier", "");
    const char *many[12];
    for (int i = 0; i < 12; i++)
        many[i] = "recv -1 0 8";
    fails_ranks("12 of 12 ranks wait for ever; the first of them:\n  rank 0", many, 12);
}

Test(mpi, a_message_that_nobody_receives_is_an_error)
{
    FAILS("t.txt:2: rank 0: a message of 8 bytes to rank 1 with tag 7 is never received",
          "send 1 7 8", "");
    FAILS("is never received", "send 1 7 8;compute 500", "compute 500");
    FAILS("is never received", "isend 1 7 8;compute 500", "compute 500");
    params.mpi.eager_bytes = 8;
    FAILS("t.txt:2: rank 0: a message of 8 bytes to rank 1", "isend 1 7 8", "");
}

Test(mpi, a_receive_without_a_message_is_an_error)
{
    FAILS("t.txt:4: rank 1: a receive from 0 with tag 7 (negative: any) never gets a message", "",
          "irecv 0 7 8");
}

Test(mpi, messages_under_way_at_the_end_still_arrive)
{
    RUN("send 1 7 8", "irecv 0 7 8");
    params.mpi.eager_bytes = 8;
    struct replay_result result = RUN("isend 1 7 8", "irecv 0 7 8");
    cr_assert_eq(result.num_packets, 3);
    cr_assert_eq(result.stats.makespan_cycles, 0);
}

Test(mpi, collectives_that_differ_are_refused_with_both_places)
{
    FAILS("t.txt:5: rank 1: bcast, but barrier at rank 0 (", "barrier", "bcast 8");
    FAILS("t.txt:2)", "barrier", "bcast 8");
    FAILS("rank 1: bcast, but another root at rank 0", "bcast 8 0", "bcast 8 1");
    FAILS("rank 1: bcast, but another size at rank 0", "bcast 8", "bcast 9");
    FAILS("rank 1: allreduce, but another size at rank 0", "barrier;allreduce 4 0",
          "barrier;allreduce 8 0");
    FAILS("rank 1: gather, but another size at rank 0", "gather 4 8 1", "gather 8 12 1");
    FAILS("a receive in a collective of 5 bytes meets a message of 4 bytes",
          "alltoallv 9 1 4 9 1 2", "alltoallv 9 2 1 9 5 1");
    FAILS("for rank 1", "barrier;barrier", "barrier");
}

Test(mpi, a_rank_may_be_many_collectives_ahead)
{
    char root[4096];
    char other[4096];
    size_t length_root = 0;
    size_t length_other = 0;
    for (int i = 0; i < 130; i++) {
        length_root += (size_t)sprintf(root + length_root, i == 10 ? "compute 500;" : "");
        length_root += (size_t)sprintf(root + length_root, "bcast %d;", i + 1);
        length_other += (size_t)sprintf(other + length_other, i == 10 ? "compute 9999;" : "");
        length_other += (size_t)sprintf(other + length_other, "bcast %d;", i + 1);
    }
    struct replay_result result = RUN(root, other);
    cr_assert_eq(result.stats.collective_messages, 130);
    // The tenth message ends with flit 8 * 2 + 2 * 3, sent in cycle 21; all is there long before
    // 9999.
    cr_assert_eq(result.stats.makespan_cycles, 21 + 10 + 1 + 9999);
}

Test(mpi, what_an_algorithm_posts_at_once_overlaps)
{
    const char *five[5];
    for (int i = 0; i < 5; i++)
        five[i] = "alltoall 8 8";
    uint64_t pairwise = run_ranks(five, 5).stats.makespan_cycles;
    params.mpi.algorithms[COLLECTIVE_ALLTOALL] = "post-all";
    cr_assert_eq(pairwise, 4 * 12);
    cr_assert_eq(run_ranks(five, 5).stats.makespan_cycles, 12 + 3 * 2); // packets of 2 flits
}

Test(mpi, collectives_never_meet_receives_of_the_program)
{
    RUN("irecv -333 -444 8;bcast 8;bcast 8 1;wait -333 0 -444", "bcast 8;bcast 8 1;send 0 0 8");
}

Test(mpi, reductions_compute_at_their_end)
{
    cr_assert_eq(MAKESPAN("reduce 8 100", "reduce 8 0"), 112); // the root, after the message
    cr_assert_eq(MAKESPAN("allreduce 8 30 6", "allreduce 8 30 6"), 12 + 30);
    cr_assert_eq(MAKESPAN("allreduce 8 30"), 30);
}

Test(mpi, what_cannot_be_is_refused)
{
    struct err err = {0};
    struct replay_result result;
    params.num_nodes = 1;
    const char *path = program(RANKS("barrier", "barrier"));
    cr_assert(!replay_run(path, &params, &result, &err));
    cr_assert_eq(err.status, ERR_CONFIG, "%s", err.text);
    cr_assert_not_null(strstr(err.text, "2 ranks"), "%s", err.text);
    params.num_nodes = 5; // nodes without a rank idle
    err = (struct err){0};
    cr_assert(replay_run(path, &params, &result, &err), "%s", err.text);
    params.mpi.max_flits = 1;
    cr_assert(!replay_run(path, &params, &result, &err));
    cr_assert_eq(err.status, ERR_CONFIG, "%s", err.text);
    params = replay_default();
    params.mpi.algorithms[COLLECTIVE_BCAST] = "binominal";
    err = (struct err){0};
    cr_assert(!replay_run(path, &params, &result, &err));
    cr_assert_eq(err.status, ERR_CONFIG, "%s", err.text);
}
