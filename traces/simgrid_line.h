// SPDX-License-Identifier: Apache-2.0
// One line of a SimGrid time-independent trace into one operation.
//
// Counts are of elements and become bytes by the size of the datatype. Numbers may be written in
// exponent notation, so that each is read as floating point and truncated.
#ifndef ORDITO_TRACES_SIMGRID_LINE_H
#define ORDITO_TRACES_SIMGRID_LINE_H

#include "traces/op.h"

#include "sim/err.h"

#include <stdbool.h>
#include <stdint.h>

// Where a line stands and what its meaning depends on.
struct simgrid_line {
    const char *file; // for messages
    uint32_t line;
    uint32_t rank;
    uint32_t num_ranks;
    bool doubles;      // without a datatype, elements are doubles; otherwise bytes. Set by `init 1`
    uint64_t **counts; // [2 * num_ranks], the arrays of v-collectives, made when there is one;
                       //   the caller frees them
    char **fields;     // [simgrid_line_max_fields(num_ranks)], scratch
    uint32_t num_fields;
    const char *action;
};

static inline uint32_t simgrid_line_max_fields(uint32_t num_ranks)
{
    return 2 * num_ranks + 8;
}

enum simgrid_result { SIMGRID_OP, SIMGRID_IGNORED, SIMGRID_WRONG };

// Translates `text`, the line after its rank, which is written to. SIMGRID_IGNORED: the action
// has no effect on a replay. SIMGRID_WRONG fills `err` (ERR_TRACE: file, line, rank, action; or
// ERR_RUN for memory).
enum simgrid_result simgrid_line_parse(struct simgrid_line *self, char *text, struct op *op,
                                       struct err *err);

// True if a line of this action may stand in a trace.
bool simgrid_line_is_action(const char *action);

#endif
