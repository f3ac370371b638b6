// SPDX-License-Identifier: Apache-2.0
// Remote procedure calls in the replay, by programs whose times are worked out by hand: a packet of
// f flits sent in cycle c is dealt with in c + f + 10, a packet has 8 bytes a flit and one of
// headers, a stub takes 50 cycles, an item 3.
#include "tests/replay.h"
#include "tests/trace_files.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define MAX_CALLS 64

static struct replay_params params;
static struct rpc_times calls[MAX_CALLS];
static unsigned num_calls, num_executed;

static void ended(void *context, const struct rpc_times *times)
{
    (void)context;
    cr_assert_lt(num_calls, MAX_CALLS);
    calls[num_calls++] = *times;
}

static void executed(void *context, const struct rpc_times *times)
{
    (void)context;
    (void)times;
    num_executed++;
}

static void set_up(void)
{
    params = replay_default();
    params.interface = scratch_file(
        "i.rpc", "interface test {\n"
                 "procedure add(in int32 a, in int32 b, out int32 sum) cost_ns 100;\n"
                 "procedure read(in int32 id, out int32 n, out byte data[<=4096] count n);\n"
                 "procedure sort(inout int32 keys[4]) cost_ns 10;\n"
                 "procedure nothing();\n"
                 "}\n");
    params.mpi.rpc.ended = ended;
    params.mpi.rpc.executed = executed;
}

TestSuite(rpc, .init = set_up);

// A native trace of ranks, each a text.
static const char *program(const char *const *ranks, uint32_t num)
{
    static char text[1 << 14];
    int length = sprintf(text, "ordito-trace 1\nranks %u\n", num);
    for (uint32_t i = 0; i < num; i++)
        length += sprintf(text + length, "rank %u\n%s\n", i, ranks[i]);
    sprintf(text + length, "end\n");
    return trace_files_write("t.trace", text);
}

static struct replay_result run_ranks(const char *const *ranks, uint32_t num)
{
    struct err err = {0};
    struct replay_result result;
    num_calls = num_executed = 0;
    cr_assert(replay_run(program(ranks, num), &params, &result, &err), "%s", err.text);
    return result;
}

#define RANKS(...)                                                                                 \
    (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)
#define RUN(...) run_ranks(RANKS(__VA_ARGS__))

static void fails_ranks(const char *part, const char *const *ranks, uint32_t num)
{
    struct err err = {0};
    struct replay_result result;
    cr_assert(!replay_run(program(ranks, num), &params, &result, &err), "no error: %s", part);
    cr_assert_eq(err.status, ERR_TRACE, "%s", err.text);
    cr_assert(strstr(err.text, part), "'%s' is not in '%s'", part, err.text);
}

#define FAILS(part, ...) fails_ranks(part, RANKS(__VA_ARGS__))

// The steps of call `i` take these cycles.
static void expect_steps(unsigned i, const uint64_t expected[RPC_NUM_STEPS])
{
    static const char *const names[] = {
#define NAME(symbol, name) #name,
        RPC_STEPS(NAME)
#undef NAME
    };
    for (int s = 0; s < RPC_NUM_STEPS; s++)
        cr_assert_eq(calls[i].at[s + 1] - calls[i].at[s], expected[s], "%s: %lu", names[s],
                     calls[i].at[s + 1] - calls[i].at[s]);
}

// --- steps --------------------------------------------------------------------------------------

Test(rpc, every_step_of_a_call_takes_its_time)
{
    struct replay_result result = RUN("call to=1 procedure=add", "serve");
    // 40 bytes to the server, 24 back: 6 and 4 flits.
    static const uint64_t steps[RPC_NUM_STEPS] = {
        [RPC_CLIENT_STUB] = 50,   [RPC_CLIENT_MARSHAL] = 6,   [RPC_REQUEST] = 16,
        [RPC_SERVER_STUB] = 50,   [RPC_SERVER_UNMARSHAL] = 6, [RPC_PROCEDURE] = 100,
        [RPC_SERVER_MARSHAL] = 3, [RPC_REPLY] = 14,           [RPC_CLIENT_UNMARSHAL] = 3,
        [RPC_CLIENT_RETURN] = 50,
    };
    expect_steps(0, steps);
    cr_assert_eq(result.stats.makespan_cycles, 298);
    cr_assert_eq(result.stats.rpc.cycles, 298);
    cr_assert_eq(result.stats.rpc.bytes, 64);
    cr_assert_eq(result.num_flits, 10);
}

Test(rpc, what_is_inout_is_copied_there_and_back)
{
    RUN("call to=1 procedure=sort ns=7", "serve");
    static const uint64_t steps[RPC_NUM_STEPS] = {
        [RPC_CLIENT_STUB] = 50,      [RPC_CLIENT_MARSHAL] = 12,
        [RPC_REQUEST] = 17,          [RPC_SERVER_STUB] = 50,
        [RPC_SERVER_UNMARSHAL] = 12, [RPC_PROCEDURE] = 7,
        [RPC_SERVER_MARSHAL] = 12,   [RPC_REPLY] = 16,
        [RPC_CLIENT_UNMARSHAL] = 12, [RPC_CLIENT_RETURN] = 50,
    };
    expect_steps(0, steps);
}

Test(rpc, the_length_of_an_array_is_that_of_the_call)
{
    struct replay_result result =
        RUN("call to=1 procedure=read counts=0\ncall to=1 procedure=read counts=4001", "serve");
    cr_assert_eq(result.stats.rpc.bytes, 2 * 36 + 24 + 24 + 4004);
    cr_assert_eq(calls[1].at[RPC_SERVER_MARSHAL + 1] - calls[1].at[RPC_SERVER_MARSHAL],
                 3 * (1 + 501));
}

Test(rpc, blocking_calls_follow_each_other_without_a_gap)
{
    struct replay_result result =
        RUN("repeat 5\ncall to=1 procedure=add\ncall to=2 procedure=sort\n"
            "call to=2 procedure=nothing\nend",
            "serve", "serve");
    uint64_t cycle = 0;
    uint64_t sum = 0;
    cr_assert_eq(num_calls, 15);
    for (unsigned i = 0; i < num_calls; i++) {
        cr_assert_eq(calls[i].at[0], cycle, "call %u", i);
        cycle = calls[i].at[RPC_NUM_STEPS];
    }
    cr_assert_eq(result.stats.makespan_cycles, cycle);
    for (int s = 0; s < RPC_NUM_STEPS; s++)
        sum += result.stats.rpc.step_cycles[s];
    cr_assert_eq(sum, cycle);
    cr_assert_eq(result.stats.rpc.cycles, cycle);
    cr_assert_eq(result.stats.rpc.min_cycles, calls[2].at[RPC_NUM_STEPS] - calls[2].at[0]);
    cr_assert_eq(result.stats.rpc.p50_cycles, calls[1].at[RPC_NUM_STEPS] - calls[1].at[0]);
    cr_assert_eq(result.stats.rpc.max_cycles, calls[0].at[RPC_NUM_STEPS] - calls[0].at[0]);
}

Test(rpc, a_request_waits_until_the_server_serves)
{
    RUN("call to=1 procedure=add", "compute ns=1000\nserve");
    cr_assert_eq(calls[0].at[RPC_SERVER_QUEUE + 1], 1000);
    cr_assert_eq(calls[0].at[RPC_SERVER_QUEUE], 72);
}

Test(rpc, a_server_serves_one_call_at_a_time_in_the_order_of_their_coming)
{
    RUN("call to=2 procedure=add", "compute ns=1\ncall to=2 procedure=add", "serve");
    cr_assert_eq(calls[0].client, 0);
    cr_assert_eq(calls[1].at[RPC_SERVER_QUEUE], 73);
    cr_assert_eq(calls[1].at[RPC_SERVER_QUEUE + 1], calls[0].at[RPC_REPLY_WAIT + 1]);
}

Test(rpc, a_stub_may_cost_nothing)
{
    params.mpi.rpc.stub_cycles = 0;
    struct replay_result result = RUN("call to=1 procedure=nothing", "serve");
    cr_assert_eq(result.stats.makespan_cycles, 4 + 1 + 10 + 3 + 1 + 10); // 32 and 20 bytes
}

// --- asynchronous and batched -------------------------------------------------------------------

Test(rpc, asynchronous_calls_overlap_with_computing_and_each_other)
{
    uint64_t blocking = RUN("call to=1 procedure=add ns=1000\ncall to=2 procedure=add ns=1000\n"
                            "compute ns=900",
                            "serve", "serve")
                            .stats.makespan_cycles;
    uint64_t overlapped = RUN("acall to=1 procedure=add ns=1000 future=1\n"
                              "acall to=2 procedure=add ns=1000 future=2\ncompute ns=900\n"
                              "await future=1\nawait future=2",
                              "serve", "serve")
                              .stats.makespan_cycles;
    cr_assert_eq(blocking, 2 * 1198 + 900);
    // The second call begins when the first is sent, and its result is taken after the first.
    cr_assert_eq(overlapped, 56 + 1198);
}

Test(rpc, results_are_taken_in_the_order_in_which_they_are_awaited)
{
    RUN("acall to=1 procedure=add ns=1000 future=1\nacall to=2 procedure=add ns=10 future=2\n"
        "await future=1\nawait future=2",
        "serve", "serve");
    cr_assert_eq(calls[0].server, 1);
    cr_assert_eq(calls[1].at[RPC_CLIENT_WAIT + 1], calls[0].at[RPC_NUM_STEPS]);
    cr_assert_lt(calls[1].at[RPC_CLIENT_WAIT], calls[0].at[RPC_CLIENT_WAIT]);
}

Test(rpc, a_future_may_be_used_again_once_it_was_awaited)
{
    RUN("repeat 3\nacall to=1 procedure=add future=0\nawait future=0\nend\nawait", "serve");
    cr_assert_eq(num_calls, 3);
}

Test(rpc, calls_of_a_batch_share_a_request_and_a_reply)
{
    struct replay_result result = RUN("repeat 3\nbcall to=1 procedure=add\nend\nawait", "serve");
    cr_assert_eq(result.stats.rpc.requests, 1);
    cr_assert_eq(result.stats.rpc.replies, 1);
    cr_assert_eq(result.stats.rpc.calls, 3);
    cr_assert_eq(result.stats.rpc.bytes, 24 + 3 * 16 + 16 + 3 * 8);
    cr_assert_eq(calls[0].at[RPC_BATCHING + 1], 3 * 56);
    cr_assert_eq(calls[0].at[RPC_BATCHING + 1] - calls[0].at[RPC_BATCHING], 2 * 56);
    cr_assert_eq(calls[2].at[RPC_BATCHING + 1] - calls[2].at[RPC_BATCHING], 0);
    // One is executed after the other, and the reply goes when all are.
    for (unsigned i = 0; i < 3; i++)
        cr_assert_eq(calls[i].at[RPC_REPLY_WAIT + 1] - calls[i].at[RPC_REPLY_WAIT],
                     (2 - i) * (50 + 6 + 100 + 3));
}

Test(rpc, a_batch_goes_when_another_call_does_not_fit)
{
    params.mpi.rpc.batch_bytes = 24 + 2 * 16;
    struct replay_result result = RUN("repeat 5\nbcall to=1 procedure=add\nend\nawait", "serve");
    cr_assert_eq(result.stats.rpc.requests, 3);
    params.mpi.rpc.batch_bytes = 24 + 2 * 16 - 1;
    cr_assert_eq(RUN("repeat 5\nbcall to=1 procedure=add\nend\nawait", "serve").stats.rpc.requests,
                 5);
}

Test(rpc, there_is_a_batch_for_each_server)
{
    cr_assert_eq(RUN("repeat 4\nbcall to=1 procedure=add\nbcall to=2 procedure=add\nend\nawait",
                     "serve", "serve")
                     .stats.rpc.requests,
                 2);
}

Test(rpc, a_batch_goes_before_what_waits_and_before_other_calls_to_its_server)
{
    cr_assert_eq(RUN("bcall to=1 procedure=add\ncompute ns=5\nbcall to=1 procedure=add\n"
                     "send to=1 bytes=8\nbcall to=1 procedure=add\nawait",
                     "recv from=0 bytes=8\nserve")
                     .stats.rpc.requests,
                 2);
    RUN("bcall to=1 procedure=add\nacall to=1 procedure=sort\nawait", "serve");
    cr_assert_lt(calls[0].at[RPC_SERVER_QUEUE + 1], calls[1].at[RPC_SERVER_QUEUE + 1]);
}

// --- who serves how long ------------------------------------------------------------------------

Test(rpc, a_server_goes_on_after_as_many_calls_as_it_was_told)
{
    RUN("call to=1 procedure=add\nrecv from=1 bytes=8\ncall to=1 procedure=add",
        "serve calls=1\nsend to=0 bytes=8\nserve calls=1");
    cr_assert_eq(num_executed, 2);
}

Test(rpc, ranks_may_call_each_other_in_turn)
{
    RUN("call to=1 procedure=add\nserve", "serve calls=1\ncall to=0 procedure=add");
    cr_assert_eq(num_executed, 2);
    RUN("serve", "serve"); // nobody is left that could call
    RUN("call to=1 procedure=add\nserve\ncall to=1 procedure=add", "serve\nserve");
    cr_assert_eq(num_executed, 2);
}

Test(rpc, a_server_that_nobody_calls_often_enough_is_named)
{
    FAILS("1 of 2 ranks wait for ever:\n  rank 1", "call to=1 procedure=add", "serve calls=2");
}

Test(rpc, a_call_to_a_rank_that_does_not_serve_fails)
{
    params.mpi.rpc.timeout_ns = 100;
    params.mpi.rpc.max_retries = 2;
    struct replay_result result = RUN("call to=1 procedure=add", "compute ns=1");
    cr_assert_eq(result.stats.rpc.failed, 1);
    cr_assert_eq(result.stats.rpc.calls, 0);
    cr_assert_eq(result.stats.makespan_cycles, 56 + 100 + 200 + 400);
}

// --- what is wrong ------------------------------------------------------------------------------

Test(rpc, what_is_wrong_with_a_call_is_told_with_its_place)
{
    FAILS("t.trace:4: rank 0: call: interface test has no procedure 'ad'; nearest: add",
          "call to=1 procedure=ad", "serve");
    FAILS("t.trace:4: rank 0: call: counts: 0 lengths, but 1 bounded arrays and strings of read",
          "call to=1 procedure=read", "serve");
    FAILS("counts: 4097 is more than the 4096 of data", "call to=1 procedure=read counts=4097",
          "serve");
    FAILS("t.trace:5: rank 0: acall: future: in use",
          "acall to=1 procedure=add future=3\nacall to=1 procedure=add future=3", "serve");
    FAILS("await: future: no call has it", "await future=1", "serve");
    FAILS("t.trace:4: rank 0: the result of add is never awaited", "acall to=1 procedure=add",
          "serve");
    FAILS("t.trace:4: rank 0: the result of add is never awaited", "bcall to=1 procedure=add",
          "serve");
    FAILS("a rank that calls itself waits for ever", "call to=0 procedure=add", "serve");
    FAILS("call: procedure: missing", "call to=1", "serve");
    FAILS("counts: more than 16 numbers",
          "call to=1 procedure=add counts=1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7", "serve");
    FAILS("counts: not numbers", "call to=1 procedure=add counts=x", "serve");
    FAILS("future: not a number", "acall to=1 procedure=add future=-1", "serve");
    FAILS("calls: not a number of 1 or more", "fence", "serve calls=0");
    params.interface = NULL;
    FAILS("there is no interface of remote procedures", "call to=1 procedure=add", "serve");
}

// --- beside messages ----------------------------------------------------------------------------

Test(rpc, calls_do_not_meet_the_receives_of_the_program)
{
    struct replay_result result =
        RUN("irecv from=any bytes=any tag=any\ncall to=1 procedure=add\nsend to=1 bytes=8 tag=1\n"
            "waitall\nbarrier",
            "irecv from=any bytes=any tag=any\nserve calls=1\nsend to=0 bytes=8 tag=2\nwaitall\n"
            "barrier");
    cr_assert_eq(result.stats.messages, 2);
    cr_assert_eq(result.stats.rpc.calls, 1);
}
