// SPDX-License-Identifier: Apache-2.0
// Files that appear whole or not at all: written without a name in the same folder, named and moved
// to their place when complete, so that not even a killed program leaves a part. Where the file
// system knows no files without a name, they are called FILE.PID.part until then. "-" is standard
// output; what exists and is no regular file (a pipe, a device) is written in place.
//
// Owner: the caller, from outfile_open to outfile_close or outfile_discard.
#ifndef ORDITO_SIM_OUTFILE_H
#define ORDITO_SIM_OUTFILE_H

#include "sim/err.h"

#include <stdio.h>

struct outfile {
    FILE *stream;
    char *path;      // where it shall be
    char *temporary; // name on the way there; NULL: in place
    bool nameless;   // `temporary` does not exist yet
};

// False with ERR_RUN, naming the path and the reason.
bool outfile_open(struct outfile *self, const char *path, struct err *err);

// The same for someone who opens files by name and replaces what is there: the name is `temporary`.
// Only regular files; "-" is one.
bool outfile_open_named(struct outfile *self, const char *path, struct err *err);

// Completes the file. False with ERR_RUN if not all of it could be written (a full disk); then
// nothing is left. Either way there is nothing to discard.
bool outfile_close(struct outfile *self, struct err *err);

// Gives the file up; nothing is left of it.
void outfile_discard(struct outfile *self);

// Tells before a long run whether the file could be opened, and leaves nothing.
bool outfile_probe(const char *path, struct err *err);

// Writes `size` bytes as a whole file.
bool outfile_write(const char *path, const char *bytes, size_t size, struct err *err);

#endif
