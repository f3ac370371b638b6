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

// What a trace offers beside `next` whose operations are in no order but that of their dependencies
// (struct op_links): those of a rank in any order, by index, which is that of `next`.
struct trace_schedule {
    uint32_t (*num_ops)(const struct trace *self, uint32_t rank);
    void (*get)(const struct trace *self, uint32_t rank, uint32_t idx, struct op *op,
                struct op_links *links);
};

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
    uint32_t num_ranks;                    // 1..TRACE_MAX_RANKS
    const struct trace_schedule *schedule; // NULL: operations are in program order
    uint32_t num_cpus, num_nics;           // of a rank, 1..256, that a schedule names
    // The next operation of a rank, in program order, or of a schedule in that of its definition.
    // TRACE_ERROR fills err with ERR_TRACE: file, line, rank and operation.
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
