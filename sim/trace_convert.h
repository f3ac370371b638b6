// SPDX-License-Identifier: Apache-2.0
// Traces of one format into another: whole or not at all, compressed as the suffix of the new name
// says, operations and references the same as far as a replay can tell.
//
// A conversion is a kind of trace that is read, a format that is written, and a row of the table in
// trace_convert.c. A format of programs that is read as those of trace_convert_program.c are is a
// name in its list.
#ifndef ORDITO_SIM_TRACE_CONVERT_H
#define ORDITO_SIM_TRACE_CONVERT_H

#include "sim/trace_summary.h"
#include "traces/trace.h"

#include <stdint.h>

// What a conversion has to do.
struct trace_conversion {
    const char *path;        // of the trace that is read
    const char *format;      // its name, or NULL to tell by content
    const char *to;          // name of the format that is written
    FILE *stream;            // where; errors of writing are the caller's
    bool split_modifies;     // references: a modify becomes a load and a store
    const char *collectives; // programs to schedules: algorithms, "first" or "auto"
    uint64_t num_written;    // operations or references
};

// Reads all of the trace and writes it. False with ERR_TRACE: what is wrong with it, or what of it
// the format has no words for, with file and line; ERR_RUN: memory, or interrupted.
typedef bool trace_convert_fn(struct trace_conversion *self, struct err *err);

struct trace_converter {
    const struct trace_kind *from;
    const char *to;     // a format
    const char *suffix; // of names that ask for it
    const char *help;
    bool usual; // what a kind becomes if nothing is asked for
    trace_convert_fn *run;
};

trace_convert_fn trace_convert_program; // trace_convert_program.c
trace_convert_fn trace_convert_goal;    // trace_convert_goal.c
trace_convert_fn trace_convert_memory;  // trace_convert_memory.c
trace_convert_fn trace_convert_netrace; // trace_convert_netrace.c

// False with ERR_TRACE: what of an operation the format that is written has no words for.
bool trace_convert_refuse(const struct trace_conversion *self, const struct trace *trace,
                          uint32_t rank, const struct op *op, const char *why, struct err *err);

// Converts the trace `path` of a format, or of "auto", to the file `out`. `to` NULL: the format
// that the name of `out` asks for, or else the kind's usual one. `collectives` "first" or "auto",
// of schedules alone; NULL: first. False with `err`, and nothing is written.
bool trace_convert(const char *path, const char *format, const char *out, const char *to,
                   bool split_modifies, const char *collectives, struct err *err);

// Lists what can be written.
void trace_convert_help(FILE *to);

// Every so many operations: shows how far it is. False with ERR_RUN if it was interrupted.
bool trace_convert_progress(const struct trace_conversion *self, struct err *err);

#endif
