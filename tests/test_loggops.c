// SPDX-License-Identifier: Apache-2.0
// The ideal network by the LogGOPS model: its timing worked out by hand, LogGOPSim's own figures,
// and random schedules beside a second writing of the model.
#include "sim/rng.h"
#include "tests/loggops_oracle.h"
#include "tests/replay.h"
#include "tests/trace_files.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_RANKS = 64 };

static struct loggops_params loggops;
static struct mpi_params mpi;

// LogGOPSim's defaults but for S, which is beyond all messages.
static void set_up(void)
{
    loggops = (struct loggops_params){.latency_cycles = 2500,
                                      .overhead_cycles = 1500,
                                      .gap_cycles = 1000,
                                      .gap_cycles_per_byte = 6};
    mpi = replay_default().mpi;
    mpi.eager_bytes = 1000000001;
}

TestSuite(loggops, .init = set_up);

struct result {
    struct mpi_stats stats;
    uint64_t end_cycles[MAX_RANKS];
};

// Runs a workload over its own network. False with `err` if it fails or is stuck.
static bool run(struct workload *workload, struct err *err)
{
    for (uint64_t cycle = 0; cycle != UINT64_MAX;) {
        if (!workload->ops->step(workload, NULL, cycle, err))
            return false;
        uint64_t next = workload->ops->next_event(workload, cycle);
        cr_assert_gt(next, cycle);
        cycle = next;
    }
    if (workload->ops->done(workload))
        return true;
    workload->ops->stuck(workload, err);
    return false;
}

static bool replay(struct trace *trace, struct result *result, struct err *err)
{
    double clocks_hz[MAX_RANKS];
    struct mpi_params params = mpi;
    params.trace = trace;
    params.num_nodes = trace->num_ranks;
    params.node_clocks_hz = clocks_hz;
    params.loggops = &loggops;
    for (uint32_t i = 0; i < trace->num_ranks; i++)
        clocks_hz[i] = 1e9;
    struct workload *workload = mpi_new(&params, err);
    cr_assert_not_null(workload, "%s", err->text);
    bool good = run(workload, err);
    result->stats = mpi_stats(workload);
    for (uint32_t i = 0; i < trace->num_ranks; i++)
        result->end_cycles[i] = mpi_end_cycle(workload, i);
    workload->ops->free(workload);
    return good;
}

static struct result replayed(const char *path)
{
    struct err err = {0};
    struct result result;
    struct trace *trace = trace_open(path, "auto", &err);
    cr_assert_not_null(trace, "%s", err.text);
    cr_assert(replay(trace, &result, &err), "%s: %s", path, err.text);
    trace_close(trace);
    return result;
}

// --- LogGOPSim's figures -------------------------------------------------------------------------

static const struct {
    const char *name;
    uint64_t slow, fast; // ns: L 2500, o 1500, g 1000, G 6; L 500, o 100, g 50, G 1
} predictions[] = {
    {"allreduce_recdoub-16-4k", 90032, 13272}, {"binary_tree_32", 27500, 3500},
    {"binomialtreebcast-16-1k", 46552, 6892},  {"dissemination-16", 23512, 3052},
    {"lgs2-tests-schedule", 20000, 11800},     {"linear_alltoall-16-1k", 174570, 25845},
};

Test(loggops, schedules_end_when_loggopsim_says_to_the_nanosecond)
{
    for (size_t i = 0; i < sizeof predictions / sizeof *predictions; i++) {
        char path[128];
        snprintf(path, sizeof path, "traces/samples/%s.goal.zst", predictions[i].name);
        set_up();
        cr_assert_eq(replayed(path).stats.makespan_cycles, predictions[i].slow, "%s", path);
        loggops.latency_cycles = 500;
        loggops.overhead_cycles = 100;
        loggops.gap_cycles = 50;
        loggops.gap_cycles_per_byte = 1;
        cr_assert_eq(replayed(path).stats.makespan_cycles, predictions[i].fast, "%s", path);
    }
}

// --- timing by hand ------------------------------------------------------------------------------

#define TWO(first, second) "num_ranks 2\nrank 0 {\n" first "}\nrank 1 {\n" second "}\n"

static void ends(const char *text, uint64_t first, uint64_t second)
{
    struct result result = replayed(trace_files_write("t.goal", text));
    cr_assert_eq(result.end_cycles[0], first, "%lu", result.end_cycles[0]);
    cr_assert_eq(result.end_cycles[1], second, "%lu", result.end_cycles[1]);
}

Test(loggops, a_message_takes_overhead_latency_and_overhead_with_its_bytes)
{
    ends(TWO("send 1b to 1\n", "recv 1b from 0\n"), 1500, 1500 + 2500 + 1500);
    ends(TWO("send 0b to 1\n", "recv 0b from 0\n"), 1500, 5500);
    ends(TWO("send 101b to 1\n", "recv 101b from 0\n"), 1500, 5500 + 600);
    loggops.overhead_cycles_per_byte = 2;
    ends(TWO("send 101b to 1\n", "recv 101b from 0\n"), 1700, 1500 + 2500 + 1500 + 600);
    loggops.overhead_cycles_per_byte = 7;
    ends(TWO("send 101b to 1\n", "recv 101b from 0\n"), 2200, 5500 + 700);
}

Test(loggops, gaps_hold_up_the_next_message_of_a_card_but_not_computing)
{
    // The second send begins at max(o, g + 100 G).
    ends(TWO("a: send 101b to 1\nb: send 1b to 1\nb requires a\n",
             "recv 101b from 0\nrecv 1b from 0\n"),
         1600 + 1500, 4000 + 2100 + 1500);
    loggops.gap_cycles = 5000;
    ends(
        TWO("a: send 1b to 1\nb: send 1b to 1\nb requires a\n", "recv 1b from 0\nrecv 1b from 0\n"),
        5000 + 1500, 5000 + 4000 + 1500);
    ends(TWO("a: send 1b to 1\nb: send 1b to 1 nic 1\nb requires a\n",
             "recv 1b from 0\nrecv 1b from 0\n"),
         3000, 1500 + 4000 + 1500);
    ends(TWO("a: send 1b to 1\nc: calc 10\nc requires a\n", "recv 1b from 0\n"), 1510, 5500);
}

Test(loggops, a_cpu_that_computes_takes_a_message_afterwards)
{
    ends(TWO("send 1b to 1\n", "recv 1b from 0\ncalc 4000\n"), 1500, 5500);
    ends(TWO("send 1b to 1\n", "recv 1b from 0\ncalc 4001\n"), 1500, 5501);
    ends(TWO("send 1b to 1\n", "recv 1b from 0\ncalc 4001 cpu 1\n"), 1500, 5500);
}

Test(loggops, what_a_cpu_does_for_two_cards_it_does_one_after_the_other)
{
    static const char text[] = "num_ranks 3\nrank 0 {\nsend 1b to 1\n}\nrank 1 {\nrecv 1b from -1\n"
                               "recv 1b from -1\n}\nrank 2 {\nsend 1b to 1%s\n}\n";
    char one[256];
    loggops.gap_cycles = 1700;
    snprintf(one, sizeof one, text, "");
    ends(one, 1500, 4000 + 1700 + 1500); // the card's gap
    snprintf(one, sizeof one, text, " nic 1");
    ends(one, 1500, 4000 + 1500 + 1500); // the cpu
    snprintf(one, sizeof one, text, " cpu 1 nic 1");
    ends(one, 1500, 5500);
}

// S is 100 bytes where eager_bytes is 101.
Test(loggops, a_sender_of_more_than_s_bytes_waits_until_a_receive_has_met_the_message)
{
    mpi.eager_bytes = 101;
    static const char late[] = "c: calc 9000\nr: recv 101b from 0\nr requires c\n";
    char text[512];
    snprintf(text, sizeof text, TWO("a: send 100b to 1\nb: calc 5\nb requires a\n", "%s"), late);
    ends(text, 1505, 9000 + 1500 + 99 * 6); // it waits for the cpu that computes
    snprintf(text, sizeof text, TWO("a: send 101b to 1\nb: calc 5\nb requires a\n", "%s"), late);
    ends(text, 9000 + 5, 9000 + 1500 + 100 * 6);
}

// --- a second writing of the model ---------------------------------------------------------------

enum { MAX_MESSAGES = 40, MAX_OPS = 4 * MAX_MESSAGES };

struct drawn_op {
    char text[64];
    uint32_t rank;
};

// A schedule whose operations can be executed in the order in which they are drawn, if messages
// meet as they are drawn.
struct drawing {
    struct rng rng;
    uint32_t num_ranks, num_ops;
    struct drawn_op ops[MAX_OPS];
    uint32_t label[MAX_OPS]; // a permutation: the order of definition
    bool wildcards;
};

static uint32_t draw(struct drawing *self, uint32_t bound)
{
    return (uint32_t)rng_below(&self->rng, bound);
}

static void draw_ops(struct drawing *self)
{
    static const uint32_t sizes[] = {0, 1, 8, 100, 1000, 3000};
    uint32_t messages = 1 + draw(self, MAX_MESSAGES);
    for (uint32_t i = 0; i < messages; i++) {
        uint32_t from = draw(self, self->num_ranks);
        uint32_t to = draw(self, self->num_ranks);
        uint32_t tag = draw(self, 2);
        bool any_source = self->wildcards && draw(self, 4) == 0;
        bool any_tag = self->wildcards && draw(self, 4) == 0;
        if (draw(self, 2)) {
            struct drawn_op *calc = &self->ops[self->num_ops++];
            calc->rank = draw(self, self->num_ranks);
            sprintf(calc->text, "calc %u", draw(self, 3) * draw(self, 3000));
        }
        struct drawn_op *send = &self->ops[self->num_ops++];
        send->rank = from;
        sprintf(send->text, "send %ub to %u tag %u", sizes[draw(self, 6)], to, tag);
        struct drawn_op *recv = &self->ops[self->num_ops++];
        recv->rank = to;
        sprintf(recv->text, "recv 4000b from %d tag %d", any_source ? -1 : (int)from,
                any_tag ? -1 : (int)tag);
    }
}

static const char *draw_schedule(struct drawing *self)
{
    static char text[1 << 15];
    size_t length = (size_t)sprintf(text, "num_ranks %u\n", self->num_ranks);
    draw_ops(self);
    for (uint32_t i = 0; i < self->num_ops; i++)
        self->label[i] = i;
    for (uint32_t i = self->num_ops; i > 1; i--) {
        uint32_t other = draw(self, i);
        uint32_t swapped = self->label[i - 1];
        self->label[i - 1] = self->label[other];
        self->label[other] = swapped;
    }
    for (uint32_t rank = 0; rank < self->num_ranks; rank++) {
        length += (size_t)sprintf(text + length, "rank %u {\n", rank);
        for (uint32_t i = 0; i < self->num_ops; i++)
            if (self->ops[self->label[i]].rank == rank)
                length += (size_t)sprintf(text + length, "l%u: %s\n", self->label[i],
                                          self->ops[self->label[i]].text);
        for (uint32_t i = 0; i < self->num_ops; i++)
            for (uint32_t j = 0; j < i; j++)
                if (self->ops[i].rank == rank && self->ops[j].rank == rank && draw(self, 4) == 0)
                    length += (size_t)sprintf(text + length, "l%u %s l%u\n", i,
                                              draw(self, 3) ? "requires" : "irequires", j);
        length += (size_t)sprintf(text + length, "}\n");
    }
    return text;
}

static void draw_params(struct drawing *self)
{
    static const double per_byte[] = {0, 0.125, 0.5, 1, 6};
    loggops = (struct loggops_params){
        .latency_cycles = draw(self, 3) * draw(self, 3000),
        .overhead_cycles = draw(self, 3) * draw(self, 2000),
        .gap_cycles = draw(self, 3) * draw(self, 2000),
        .gap_cycles_per_byte = per_byte[draw(self, 5)],
        .overhead_cycles_per_byte = per_byte[draw(self, 5)],
    };
    mpi.eager_bytes = draw(self, 2) ? 1000000001 : 50 + draw(self, 2000);
}

Test(loggops, random_schedules_end_at_every_host_as_by_a_second_writing_of_the_model)
{
    uint32_t num_ended = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        static struct drawing drawing;
        drawing = (struct drawing){.rng = rng_make(1, RNG_VALIDATE, i), .wildcards = i % 2};
        drawing.num_ranks = 2 + draw(&drawing, 5);
        draw_params(&drawing);
        struct err err = {0};
        struct result result;
        uint64_t expected[MAX_RANKS];
        const char *text = draw_schedule(&drawing);
        struct trace *trace = trace_open(trace_files_write("t.goal", text), "goal", &err);
        cr_assert_not_null(trace, "%s", err.text);
        bool good = loggops_oracle(trace, &loggops, mpi.eager_bytes, expected);
        cr_assert_eq(replay(trace, &result, &err), good, "%u: %s\n%s", i, err.text, text);
        for (uint32_t r = 0; good && r < trace->num_ranks; r++)
            cr_assert_eq(result.end_cycles[r], expected[r], "%u, rank %u: %lu, not %lu\n%s", i, r,
                         result.end_cycles[r], expected[r], text);
        num_ended += good;
        trace_close(trace);
    }
    cr_assert_gt(num_ended, 500, "%u", num_ended);
}
