// SPDX-License-Identifier: Apache-2.0
// Writing a compressed file, as the suffix of its name says: .zst, .xz, .gz, .bz2; others are
// plain. Owner: the caller, from packer_open to packer_close.
#ifndef ORDITO_TRACES_PACKER_H
#define ORDITO_TRACES_PACKER_H

#include "sim/err.h"

#include <stdbool.h>
#include <stdio.h>

struct packer {
    FILE *stream; // what is written here goes, compressed, to the file
    void *state;  // NULL: it is the file
};

// Begins to write to `file`, which is called `path`. False with ERR_RUN.
bool packer_open(struct packer *self, FILE *file, const char *path, struct err *err);

// Completes it; the file stays open. False with ERR_RUN if not all could be written. Either way
// there is nothing left to close.
bool packer_close(struct packer *self, struct err *err);

// The length of a path without the suffix of a compression.
size_t packer_stem(const char *path);

#endif
