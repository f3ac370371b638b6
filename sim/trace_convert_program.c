// SPDX-License-Identifier: Apache-2.0
#include "sim/trace_convert.h"
#include "traces/program_writer.h"
#include "traces/trace.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum { PROGRESS_OPS = 1 << 16 };

bool trace_convert_refuse(const struct trace_conversion *self, const struct trace *trace,
                          uint32_t rank, const struct op *op, const char *why, struct err *err)
{
    char text[128];
    return err_set(err, ERR_TRACE,
                   "%s:%" PRIu32 ": rank %" PRIu32 ": %s: the format %s has no words "
                   "for %s",
                   trace->file(trace, rank), op->line, rank, op_text(op, text, sizeof text),
                   self->to, why);
}

static bool write_rank(struct trace_conversion *self, struct trace *trace,
                       const struct program_writer *writer, struct program_output *output,
                       struct err *err)
{
    struct op op;
    enum trace_next next;
    output->any_source = output->any_tag = 0;
    writer->begin_rank(output);
    while ((next = trace->next(trace, output->rank, &op, err)) == TRACE_OP) {
        const char *why = writer->op(output, &op);
        if (why)
            return trace_convert_refuse(self, trace, output->rank, &op, why, err);
        if (++self->num_written % PROGRESS_OPS == 0 && !trace_convert_progress(self, err))
            return false;
    }
    return next == TRACE_END;
}

// What operations of a schedule wait for cannot be said where they are in program order.
static bool check_order(const struct trace_conversion *self, const struct trace *trace,
                        struct err *err)
{
    return !trace->schedule ||
           err_set(err, ERR_TRACE,
                   "%s: the format %s has no words for dependencies, which order the operations of "
                   "the format %s",
                   self->path, self->to, trace->format->name);
}

bool trace_convert_program(struct trace_conversion *self, struct err *err)
{
    const struct program_writer *writer = program_writer_find(self->to);
    struct trace *trace = trace_open(self->path, self->format ? self->format : "auto", err);
    assert(writer);
    if (!trace)
        return false;
    struct program_output output = {.to = self->stream, .num_ranks = trace->num_ranks};
    bool good = check_order(self, trace, err);
    writer->begin(&output);
    for (; good && output.rank < trace->num_ranks; output.rank++)
        good = write_rank(self, trace, writer, &output, err);
    writer->end(&output);
    trace_close(trace);
    return good;
}
