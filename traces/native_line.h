// SPDX-License-Identifier: Apache-2.0
// One line of a native trace: a word and `key=value` fields, into an operation or into what directs
// the reader.
#ifndef ORDITO_TRACES_NATIVE_LINE_H
#define ORDITO_TRACES_NATIVE_LINE_H

#include "sim/err.h"
#include "traces/op.h"

#include <stdint.h>

enum native_kind {
    NATIVE_OP,
    NATIVE_RANK,   // number: the rank that the lines from here on are of
    NATIVE_REPEAT, // number: times
    NATIVE_END     // of a repeat, or of the file
};

struct native_line {
    // Where it is.
    const char *file; // for messages
    uint32_t line;
    uint32_t num_ranks;
    int64_t rank; // -1: no rank has been named yet
    // What it holds.
    enum native_kind kind;
    uint64_t number;
    uint64_t stride;      // added to op.address in each turn of the innermost repeat
    uint64_t *counts[2];  // [num_ranks] each or NULL: what op's send and receive counts point to.
                          // The caller frees them
    struct op_call *call; // or NULL: what op.call points to, likewise
    struct op op;
};

// A whole number up to `max`, decimal or, after 0x, hexadecimal, and nothing else.
bool native_number(const char *text, uint64_t max, uint64_t *value);

// Parses a line, which is written to: neither empty nor a comment. False with ERR_TRACE (file,
// line, rank, what is wrong), or ERR_RUN (memory).
bool native_line_parse(struct native_line *self, char *text, struct err *err);

#endif
