// SPDX-License-Identifier: Apache-2.0
// What went wrong, told to whoever called.
//
// A function that can fail for a reason outside the program (a configuration, a trace, a file,
// memory) takes a `struct err *` as its last argument, fills it and returns false or NULL. Only
// `main` prints it and exits; the status is the exit status of the program.
#ifndef ORDITO_SIM_ERR_H
#define ORDITO_SIM_ERR_H

#include <stdbool.h>
#include <stddef.h>

// Exit statuses of the program, and the status of an error.
enum err_status {
    ERR_NONE = 0,
    ERR_RUN = 1,          // I/O, out of memory, Verilator missing
    ERR_CONFIG = 2,       // usage, configuration, a machine too large for the memory
    ERR_DEADLOCK = 3,     // a deadlock, or a configuration that can deadlock
    ERR_MISMATCH = 4,     // RTL and reference differ
    ERR_UNFINISHED = 5,   // saturated, unstable or at the cycle limit
    ERR_TRACE = 6,        // a trace that is missing, truncated, malformed or unmatched
    ERR_INTERRUPTED = 130 // SIGINT or SIGTERM; results so far are written
};

struct err {
    enum err_status status; // ERR_NONE until the first error
    char text[2048];        // one or more lines, no newline at the end; cut if longer
};

// Records an error, unless one is already there (the first is the cause). Always returns false,
// so that `return err_set(err, ...)` is the whole failure path.
bool err_set(struct err *err, enum err_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Puts "prefix: " before the text of an error that is already there. Returns false.
bool err_prefix(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

// The candidate nearest to `word` by edit distance, or NULL if none is near enough to be meant.
// `candidates` holds `num` strings.
const char *err_nearest(const char *word, const char *const *candidates, size_t num);

#endif
