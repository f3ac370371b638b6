// SPDX-License-Identifier: Apache-2.0
// A waveform file, which Verilator's writer of FST opens by name, replacing what is there: it gets
// the name of a temporary file, which is moved to its place when the waveform is whole.
//
// The writer looks at no error and writes through mapped files, so that on a full disk it dies of
// SIGBUS: while a waveform is open that signal removes its files, says so and ends the process with
// ERR_RUN.
//
// Bounds: one at a time. A program that is killed outright, or by a second interrupt, leaves the
// temporary files.
// Owner: the caller, from wavefile_open to wavefile_close or wavefile_discard.
#ifndef ORDITO_SIM_WAVEFILE_H
#define ORDITO_SIM_WAVEFILE_H

#include "sim/outfile.h"

struct wavefile {
    struct outfile file;
    const char *writer_path; // name for the writer; NULL: not open
};

// False with ERR_RUN, naming the path and the reason; not being a regular file is one.
bool wavefile_open(struct wavefile *self, const char *path, struct err *err);

// After the writer has closed it: moves the file to its place. False with ERR_RUN if it is not
// whole; then nothing is left. Either way there is nothing to discard.
bool wavefile_close(struct wavefile *self, struct err *err);

// Gives the file up; nothing is left of it. Does nothing if it is not open.
void wavefile_discard(struct wavefile *self);

// Tells before a long run whether the file could be opened, and leaves nothing.
bool wavefile_probe(const char *path, struct err *err);

#endif
