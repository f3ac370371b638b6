// SPDX-License-Identifier: Apache-2.0
// Programs and schedules as GOAL schedules.
#include "sim/goal_program.h"
#include "sim/trace_convert.h"
#include "traces/goal_write.h"

#include <inttypes.h>

enum { PROGRESS_OPS = 1 << 16 };

static bool progress(struct trace_conversion *self, struct err *err)
{
    return ++self->num_written % PROGRESS_OPS != 0 || trace_convert_progress(self, err);
}

// --- of a schedule -------------------------------------------------------------------------------

// What binds operations of a rank, in the order in which a reader has it again.
static void put_edges(FILE *to, const struct trace *trace, uint32_t rank)
{
    uint32_t num_ops = trace->schedule->num_ops(trace, rank);
    struct op op;
    struct op_links links;
    for (uint32_t idx = 0; idx < num_ops; idx++) {
        trace->schedule->get(trace, rank, idx, &op, &links);
        for (uint32_t i = 0; i < links.num_finish; i++)
            goal_write_edge(to, links.after_finish[i], idx, false);
        for (uint32_t i = 0; i < links.num_start; i++)
            goal_write_edge(to, links.after_start[i], idx, true);
    }
}

static bool put_schedule(struct trace_conversion *self, const struct trace *trace, struct err *err)
{
    for (uint32_t rank = 0; rank < trace->num_ranks; rank++) {
        uint32_t num_ops = trace->schedule->num_ops(trace, rank);
        goal_write_rank(self->stream, rank);
        for (uint32_t idx = 0; idx < num_ops; idx++) {
            struct op op;
            struct op_links links;
            trace->schedule->get(trace, rank, idx, &op, &links);
            const char *why = goal_write_op(self->stream, idx, &op, links.cpu, links.nic);
            if (why)
                return trace_convert_refuse(self, trace, rank, &op, why, err);
            if (!progress(self, err))
                return false;
        }
        put_edges(self->stream, trace, rank);
        goal_write_rank_end(self->stream);
    }
    return true;
}

// --- of a program --------------------------------------------------------------------------------

static bool put_rank(struct trace_conversion *self, struct trace *trace,
                     struct goal_program *program, struct err *err)
{
    struct op op;
    enum trace_next next;
    goal_write_rank(self->stream, program->rank);
    goal_program_begin_rank(program);
    while ((next = trace->next(trace, program->rank, &op, err)) == TRACE_OP) {
        if (!goal_program_op(program, &op, err))
            return program->refused &&
                   trace_convert_refuse(self, trace, program->rank, &op, program->refused, err);
        if (!progress(self, err))
            return false;
    }
    goal_write_rank_end(self->stream);
    return next == TRACE_END;
}

// Reads all of a program beforehand.
static bool read_sizes(const struct trace_conversion *self, const char *format,
                       struct goal_sizes *sizes, struct err *err)
{
    struct trace *trace = trace_open(self->path, format, err);
    bool good = trace && goal_sizes_read(sizes, trace, err);
    trace_close(trace);
    return good;
}

static bool put_program(struct trace_conversion *self, struct trace *trace, struct err *err)
{
    struct goal_sizes sizes;
    bool good = read_sizes(self, trace->format->name, &sizes, err);
    if (!good)
        return false;
    struct goal_program program = {.to = self->stream,
                                   .num_ranks = trace->num_ranks,
                                   .algorithms = self->collectives,
                                   .sizes = &sizes};
    for (; good && program.rank < trace->num_ranks; program.rank++)
        good = put_rank(self, trace, &program, err);
    goal_program_free(&program);
    goal_sizes_free(&sizes);
    return good;
}

bool trace_convert_goal(struct trace_conversion *self, struct err *err)
{
    struct trace *trace = trace_open(self->path, self->format ? self->format : "auto", err);
    if (!trace)
        return false;
    goal_write_begin(self->stream, trace->num_ranks);
    bool good = trace->schedule ? put_schedule(self, trace, err) : put_program(self, trace, err);
    trace_close(trace);
    return good;
}
