// SPDX-License-Identifier: Apache-2.0
// What is in a trace of any kind. It is read to its end, so that all that its reader can refuse is
// found, and whether its messages find receivers.
//
// A kind of trace is a file and a row of the table in trace_summary.c; the formats of a kind stand
// in the registry of its readers.
#ifndef ORDITO_SIM_TRACE_SUMMARY_H
#define ORDITO_SIM_TRACE_SUMMARY_H

#include "sim/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct trace_kind {
    const char *title;
    bool reads_stdin; // as path "-"
    // Name and description of format `i`; false if there are no more.
    bool (*format)(size_t i, const char **name, const char **help);
    // True if a file looks like a trace of one of the formats; never an error.
    bool (*probe)(const char *path);
    // An object of figures, the caller's; their keys name them in the order in which they are told.
    // `format` is a name, or NULL to tell by content. What is under "host" may differ from time to
    // time. NULL on failure: ERR_TRACE, ERR_RUN.
    json_t *(*summarise)(const char *path, const char *format, struct err *err);
};

extern const struct trace_kind trace_kind_memory;
extern const struct trace_kind trace_kind_program;
extern const struct trace_kind trace_kind_netrace;
extern const struct trace_kind trace_kind_interface;

// The kind of a trace of a format, or of "auto". NULL on failure, as below.
const struct trace_kind *trace_kind_of(const char *path, const char *format, struct err *err);

// Summarises a trace of a format, or of "auto". NULL on failure, with ERR_CONFIG if there is no
// such format.
json_t *trace_summary(const char *path, const char *format, struct err *err);

// Lists the formats of all kinds.
void trace_summary_help(FILE *to);

// What makes a summarised trace a bad one though it is well-formed: ERR_TRACE if there are messages
// that no receive takes, and the like.
bool trace_summary_check(const json_t *figures, struct err *err);

// Figures for people, but those of the host: a line each, in words made of the keys, the figures of
// an object indented.
void trace_summary_print(FILE *to, const json_t *figures, int indent);

#endif
