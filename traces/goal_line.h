// SPDX-License-Identifier: Apache-2.0
// The statements on a line of a GOAL schedule.
#ifndef ORDITO_TRACES_GOAL_LINE_H
#define ORDITO_TRACES_GOAL_LINE_H

#include "sim/err.h"
#include "traces/op.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum goal_kind {
    GOAL_NOTHING,  // the line has no more
    GOAL_RANKS,    // num_ranks: number
    GOAL_RANK,     // the block of rank `number` begins
    GOAL_CLOSE,    // it ends
    GOAL_OP,       // op, cpu, nic; perhaps a `label`
    GOAL_REQUIRES, // `label` starts when `other` has finished
    GOAL_IREQUIRES // or has started
};

// A part of a line; of length 0 if there is none.
struct goal_word {
    const char *text;
    size_t length;
};

struct goal_statement {
    enum goal_kind kind;
    uint64_t number;
    struct goal_word label, other;
    struct op op;
    uint8_t cpu, nic;
};

// Takes comments out of a line, which is written to; `in_comment` if one of several lines goes on.
void goal_line_strip(char *line, bool *in_comment);

// Takes the next statement from the rest of a line without comments, and moves on behind it. False
// with ERR_TRACE: what is wrong, without the place.
bool goal_line_next(const char **rest, struct goal_statement *statement, struct err *err);

#endif
