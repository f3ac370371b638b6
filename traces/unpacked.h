// SPDX-License-Identifier: Apache-2.0
// The members of an archive, decoded once into memory for all who read one of them. Decoding it up
// to its member is what each of them would do otherwise.
//
// Bounds: an archive with more bytes of names and data than it may keep is read to its end all the
// same, so that damage anywhere in it is found, but nothing of it is kept.
// Owner: unpacked_free releases it; what it has found lasts until then.
#ifndef ORDITO_TRACES_UNPACKED_H
#define ORDITO_TRACES_UNPACKED_H

#include "sim/err.h"

#include <stdbool.h>
#include <stddef.h>

// Little beside the decompressors, 1.5 MB each and more, of as many ranks as it holds.
enum { UNPACKED_MOST_BYTES = 1 << 26 };

struct unpacked;

// Reads a file, keeping at most `most_bytes`, and looks for the first member whose last path
// component is `base`. NULL with `err` on failure. What is no archive is not read.
struct unpacked *unpacked_read(const char *path, const char *base, size_t most_bytes,
                               struct err *err);
void unpacked_free(struct unpacked *self);

bool unpacked_is_archive(const struct unpacked *self);

// The name of the member that was looked for; NULL if there is none.
const char *unpacked_found(const struct unpacked *self);

// The bytes of the first member of a name. False if there is none, or nothing was kept.
bool unpacked_member(const struct unpacked *self, const char *name, const char **bytes,
                     size_t *num_bytes);

#endif
