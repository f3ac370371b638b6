// SPDX-License-Identifier: Apache-2.0
// A file decoded as it is read: plain, compressed by zstd, xz, gzip or bzip2, or a tar archive that
// may itself be compressed. What a file is, its content says; names don't matter.
//
// Bounds: memory is that of the decompressor and a block.
// Errors (ERR_TRACE) name the file; damaged or truncated compressed data is an error, never an end.
// All checksums that a file has are looked at; one of zstd may have none.
#ifndef ORDITO_TRACES_PACKED_H
#define ORDITO_TRACES_PACKED_H

#include "sim/err.h"

#include <stdbool.h>
#include <stddef.h>

struct packed;

#define PACKED_STDIN "standard input" // as what is said of it calls it

// Opens a file, or standard input if there is no path, before its first entry. What is no archive
// has one entry, if `raw`, or is an error; what is empty has none. NULL on failure.
struct packed *packed_open(const char *path, bool raw, struct err *err);
void packed_close(struct packed *self);

// Moves on to the next entry; its name lasts until the one after it, and may be NULL. False at the
// end, and on failure, when `err` is filled.
bool packed_next(struct packed *self, const char **name, struct err *err);

// True if the entry is a member of an archive.
bool packed_is_archive(const struct packed *self);

enum packed_result { PACKED_BLOCK, PACKED_END, PACKED_DAMAGED };

// The next bytes of the entry, which last until the next call: at least one, or none at its end.
enum packed_result packed_block(struct packed *self, const char **block, size_t *num_bytes);

// What is wrong with damaged data.
const char *packed_reason(const struct packed *self);

#endif
