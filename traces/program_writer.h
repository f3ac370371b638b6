// SPDX-License-Identifier: Apache-2.0
// Writing a trace of a program: an operation at a time, the ranks one after the other.
//
// What is written reads as the same operations again, in all that a replay looks at. Numbers that
// it does not look at, such as how much a rank that is not the root receives by a gather, may
// change. A format is one file and one line in the list in program_writer.c.
#ifndef ORDITO_TRACES_PROGRAM_WRITER_H
#define ORDITO_TRACES_PROGRAM_WRITER_H

#include "traces/op.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

// A file in work. The caller fills the first three.
struct program_output {
    FILE *to; // errors are looked for at its end
    uint32_t num_ranks;
    uint32_t rank;
    int32_t any_source, any_tag; // numbers that stand for a wildcard in this rank; 0: none so far
};

struct program_writer {
    const char *name; // of the format, as trace_open calls it
    const char *help;
    void (*begin)(struct program_output *self);
    void (*begin_rank)(struct program_output *self);
    // Writes an operation of the rank. NULL, or what of it the format has no words for.
    const char *(*op)(struct program_output *self, const struct op *op);
    void (*end)(struct program_output *self);
};

extern const struct program_writer *const program_writers[];
extern const size_t program_num_writers;

// NULL if there is none of this name.
const struct program_writer *program_writer_find(const char *name);

// A number with as many digits as it takes to read it again. Returns `text`.
struct program_number {
    char text[32];
};
struct program_number program_number(double number);

// What of an operation no format has words for, or NULL.
const char *program_refuse(struct program_output *self, const struct op *op);

#endif
