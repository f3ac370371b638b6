// SPDX-License-Identifier: Apache-2.0
// Lines of a text file, read as they come (packed.h): from a plain file, a compressed one, or a
// member of an archive.
//
// Bounds: memory is that of the decompressor plus one line; a line has at most INPUT_MAX_LINE
// bytes. Empty files have no lines. A last line without a newline counts as a line.
// Errors (ERR_TRACE) name the file.
// Owner: an input belongs to who opened it; a line is valid until the next one is read.
#ifndef ORDITO_TRACES_INPUT_H
#define ORDITO_TRACES_INPUT_H

#include "sim/err.h"
#include "traces/unpacked.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { INPUT_MAX_LINE = 1 << 20 };

enum input_next { INPUT_LINE, INPUT_END, INPUT_ERROR };

struct input;

// Opens a file, or `member` of the archive at `path` if that is not NULL; it is taken from
// `archive` if it was kept there, which then outlives the input. Without a path it is standard
// input. NULL on failure.
struct input *input_open(const char *path, const char *member, const struct unpacked *archive,
                         struct err *err);
void input_close(struct input *self);

// The next bytes, for who finds lines alone: as many as are wanted, fewer only at the end or on an
// error, when `err` is filled. Not to be mixed with input_line.
size_t input_read(struct input *self, char *bytes, size_t num, struct err *err);

// The next line, without its newline, NUL-terminated; it may be written to.
enum input_next input_line(struct input *self, char **line, struct err *err);

// Number of the line read last, from 1; 0 before the first.
uint32_t input_line_number(const struct input *self);

// "path" or "path:member", for messages.
const char *input_name(const struct input *self);

// Lets the process keep `num` more files open, as far as the system allows.
void input_reserve_files(uint32_t num);

#endif
