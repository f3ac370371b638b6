// SPDX-License-Identifier: Apache-2.0
#include "sim/trace_convert.h"
#include "traces/program_writer.h"
#include "traces/trace.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

// Formats whose operations are in program order, each with all that binds it to others.
static const char *const convertible[] = {"native", "simgrid", "dumpi", "dumpi-cpu"};

enum { NUM_CONVERTIBLE = sizeof convertible / sizeof *convertible };

enum { PROGRESS_OPS = 1 << 16 };

static bool refuse(const struct trace_conversion *self, const struct trace *trace, uint32_t rank,
                   const struct op *op, const char *why, struct err *err)
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
            return refuse(self, trace, output->rank, &op, why, err);
        if (++self->num_written % PROGRESS_OPS == 0 && !trace_convert_progress(self, err))
            return false;
    }
    return next == TRACE_END;
}

static bool check_format(const struct trace *trace, const char *path, struct err *err)
{
    for (size_t i = 0; i < NUM_CONVERTIBLE; i++)
        if (strcmp(trace->format->name, convertible[i]) == 0)
            return true;
    return err_set(err, ERR_TRACE, "%s: traces of the format %s cannot be converted", path,
                   trace->format->name);
}

bool trace_convert_program(struct trace_conversion *self, struct err *err)
{
    const struct program_writer *writer = program_writer_find(self->to);
    struct trace *trace = trace_open(self->path, self->format ? self->format : "auto", err);
    assert(writer);
    if (!trace)
        return false;
    struct program_output output = {.to = self->stream, .num_ranks = trace->num_ranks};
    bool good = check_format(trace, self->path, err);
    writer->begin(&output);
    for (; good && output.rank < trace->num_ranks; output.rank++)
        good = write_rank(self, trace, writer, &output, err);
    writer->end(&output);
    trace_close(trace);
    return good;
}
