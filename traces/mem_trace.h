// SPDX-License-Identifier: Apache-2.0
// A trace of references to memory: text in one of several formats, plain or compressed by zstd, xz,
// gzip or bzip2, read in batches of decoded references.
//
// Bounds: memory is that of the decompressor plus a buffer of text that grows only for a line that
// does not fit, up to INPUT_MAX_LINE bytes (messages and comments may be long, references are not).
// Results do not depend on the size of the buffer. A trace without references, and one that ends
// within a line, is refused: something cut it off.
#ifndef ORDITO_TRACES_MEM_TRACE_H
#define ORDITO_TRACES_MEM_TRACE_H

#include "sim/err.h"
#include "traces/mem_text.h"

enum { MEM_TRACE_BUFFER_BYTES = 1 << 18, MEM_TRACE_BATCH = 4096 };

extern const struct mem_format *const mem_formats[];
extern const size_t mem_num_formats;

struct mem_trace;

// Opens a trace; `path` "-" is standard input, `format` is one of mem_formats, or NULL to tell by
// content. NULL on failure with ERR_TRACE.
struct mem_trace *mem_trace_open(const char *path, const struct mem_format *format,
                                 struct err *err);

// The same with another size of buffer, at least 1.
struct mem_trace *mem_trace_open_sized(const char *path, const struct mem_format *format,
                                       size_t buffer_bytes, struct err *err);

// Releases a trace; NULL is allowed.
void mem_trace_close(struct mem_trace *self);

// The next references, at most `cap`, at least one unless the trace has ended: then 0. On an error,
// which follows the references before it, 0 with ERR_TRACE: file, and line if one is malformed.
size_t mem_trace_next(struct mem_trace *self, struct mem_ref *refs, size_t cap, struct err *err);

const struct mem_format *mem_trace_format(const struct mem_trace *self);

// Lines read so far, and those of them that were no references.
uint64_t mem_trace_lines(const struct mem_trace *self);
uint64_t mem_trace_others(const struct mem_trace *self);

// True if a file begins like a memory trace; never an error.
bool mem_trace_probe(const char *path);

#endif
