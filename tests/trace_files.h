// SPDX-License-Identifier: Apache-2.0
// Files of traces made for a test, in a folder of its own that is removed at its end.
#ifndef ORDITO_TESTS_TRACE_FILES_H
#define ORDITO_TESTS_TRACE_FILES_H

#include "traces/trace.h"

struct trace_files {
    char folder[64];
};

struct trace_files trace_files_make(void);
void trace_files_remove(struct trace_files *self);

// The path of a file of the folder, valid until the next call.
const char *trace_files_path(const struct trace_files *self, const char *name);

// Writes a file; its path is valid until the next call.
const char *trace_files_write(const struct trace_files *self, const char *name, const char *text);
const char *trace_files_write_bytes(const struct trace_files *self, const char *name,
                                    const void *bytes, size_t num);

// A whole file; the caller frees it.
char *trace_files_read(const char *path, size_t *num);

// Writes a file compressed by a filter of libarchive ("zstd", "xz", "gzip", "bzip2", "none"), or,
// with members "name\0text\0...\0\0", a tar archive of these.
const char *trace_files_compress(const struct trace_files *self, const char *name,
                                 const char *filter, const char *text);
const char *trace_files_archive(const struct trace_files *self, const char *name,
                                const char *filter, const char *members);

// Reads a trace to its end. True if all was well; `text`, of `size` bytes, then tells of every
// operation (cut if it is too long), and `num_ops` counts them. Both may be NULL.
bool trace_files_load(const char *path, const char *format, char *text, size_t size,
                      uint64_t *num_ops, struct err *err);

#endif
