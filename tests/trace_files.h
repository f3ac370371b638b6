// SPDX-License-Identifier: Apache-2.0
// Files of traces made for a test, in its folder (scratch.h).
#ifndef ORDITO_TESTS_TRACE_FILES_H
#define ORDITO_TESTS_TRACE_FILES_H

#include "tests/scratch.h"
#include "traces/trace.h"

// The path of a file of the folder, valid until the next call.
const char *trace_files_path(const char *name);

// Writes a file; its path is valid until the next call.
const char *trace_files_write(const char *name, const char *text);
const char *trace_files_write_bytes(const char *name, const void *bytes, size_t num);

// A whole file; the caller frees it.
char *trace_files_read(const char *path, size_t *num);

// Writes a file compressed by a filter of libarchive ("zstd", "xz", "gzip", "bzip2", "none"), or,
// with members "name\0text\0...\0\0", a tar archive of these.
const char *trace_files_compress(const char *name, const char *filter, const char *text);
const char *trace_files_archive(const char *name, const char *filter, const char *members);

// Reads a trace to its end. True if all was well; `text`, of `size` bytes, then tells of every
// operation (cut if it is too long), and `num_ops` counts them. Both may be NULL.
bool trace_files_load(const char *path, const char *format, char *text, size_t size,
                      uint64_t *num_ops, struct err *err);

#endif
