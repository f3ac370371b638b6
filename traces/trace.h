// SPDX-License-Identifier: Apache-2.0
// A trace of a program: one stream of operations a rank, read with bounded memory.
//
// A format is one file and one line in the list in trace.c. Files may be plain or compressed by
// zstd, xz, gzip or bzip2, and a folder may stand in a (compressed) tar archive.
#ifndef ORDITO_TRACES_TRACE_H
#define ORDITO_TRACES_TRACE_H

#include "sim/err.h"
#include "traces/op.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TRACE_MAX_RANKS = 1 << 20 };

enum trace_next { TRACE_OP, TRACE_END, TRACE_ERROR };

struct trace;

struct trace_format {
    const char *name;
    const char *help;
    // True if this looks like a trace of the format (by names and first bytes; never an error).
    bool (*probe)(const char *path);
    // NULL on failure with ERR_TRACE.
    struct trace *(*open)(const char *path, struct err *err);
};

// What every format's own struct begins with.
struct trace {
    const struct trace_format *format;
    uint32_t num_ranks; // 1..TRACE_MAX_RANKS
    // The next operation of a rank, in program order. TRACE_ERROR fills err with ERR_TRACE: file,
    // line, rank and operation.
    enum trace_next (*next)(struct trace *self, uint32_t rank, struct op *op, struct err *err);
    // The name of the file that holds a rank's operations, for messages.
    const char *(*file)(const struct trace *self, uint32_t rank);
    void (*close)(struct trace *self);
};

extern const struct trace_format *const trace_formats[];
extern const size_t trace_num_formats;

// Opens a trace; `format` is a name or "auto". NULL on failure with ERR_TRACE (missing file,
// unknown content) or ERR_CONFIG (unknown format name, with the nearest).
struct trace *trace_open(const char *path, const char *format, struct err *err);

// Releases a trace; NULL is allowed.
void trace_close(struct trace *self);

#endif
