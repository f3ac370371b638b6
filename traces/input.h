// SPDX-License-Identifier: Apache-2.0
// Lines of a text file, read as they come: from a plain file, one compressed by zstd, xz, gzip or
// bzip2, or a member of a tar archive that may itself be compressed. What a file is, its content
// says; names don't matter.
//
// Bounds: memory is that of the decompressor plus one line; a line has at most INPUT_MAX_LINE
// bytes. Empty files have no lines. A last line without a newline counts as a line.
// Errors (ERR_TRACE) name the file; damaged or truncated compressed data is an error, never an end.
// All checksums that a file has are looked at; one of zstd may have none.
// Owner: an input belongs to who opened it; a line is valid until the next one is read.
#ifndef ORDITO_TRACES_INPUT_H
#define ORDITO_TRACES_INPUT_H

#include "sim/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { INPUT_MAX_LINE = 1 << 20 };

enum input_next { INPUT_LINE, INPUT_END, INPUT_ERROR };

struct input;

// Opens a file, or `member` of the archive at `path` if that is not NULL. NULL on failure.
struct input *input_open(const char *path, const char *member, struct err *err);
struct input *input_open_stdin(struct err *err);
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

// Finds the first member of a tar archive whose last path component is `base`, and reads the whole
// archive once, so that damage anywhere in it is found. True: `is_archive` says whether the file is
// an archive at all, and `*member` is the member's name, to be freed, or NULL if there is none.
bool input_find_member(const char *path, const char *base, bool *is_archive, char **member,
                       struct err *err);

// Lets the process keep `num` more files open, as far as the system allows.
void input_reserve_files(uint32_t num);

#endif
