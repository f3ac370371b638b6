// SPDX-License-Identifier: Apache-2.0
// Verilator's file of coverage: points in the RTL, with how often each was passed.
//
// Owner: who zero-initialises a `struct coverage_dat` calls coverage_dat_free, whatever happened.
#ifndef ORDITO_SIM_WORKBENCH_COVERAGE_DAT_H
#define ORDITO_SIM_WORKBENCH_COVERAGE_DAT_H

#include "sim/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum coverage_point_kind {
    COVERAGE_POINT_LINES,  // a block of lines
    COVERAGE_POINT_BRANCH, // one way of a condition, with the lines that are run then
    COVERAGE_POINT_TOGGLE  // a bit of a signal; counts changes
};

struct coverage_point {
    char *file;
    char *module; // without the suffix of a set of parameters
    uint32_t line;
    uint32_t column;
    enum coverage_point_kind kind;
    char *what;  // "if", "else", "block", "signal[3]"
    char *lines; // that are run with it: "12,14-16", or ""
    uint64_t count;
};

struct coverage_dat {
    struct coverage_point *points; // by file, module, line, column, kind and what, each once
    size_t num;
};

// Reads a file; points of a module `without` are left out. What differs in nothing but the instance
// or the parameters is one point, and its counts are added.
bool coverage_dat_read(struct coverage_dat *self, const char *path, const char *without,
                       struct err *err);
void coverage_dat_free(struct coverage_dat *self);

// The next range of lines in `*text`, which moves on. False at the end.
bool coverage_dat_range(const char **text, uint32_t *from, uint32_t *to);

#endif
