// SPDX-License-Identifier: Apache-2.0
// The program of a rank as a schedule: what was in order becomes a chain of dependencies.
//
// An operation starts when the one before it in the program has started, and when those have
// finished that the program has waited for since: the one before it if it blocks, requests that
// were waited for, what a collective has posted up to a step that waits. So receives are posted in
// the order of the program, and nothing starts before the rank would have come to it. Collectives
// become their messages, with tags of their own above those of the program, and what reductions
// compute comes behind them. Computing is rounded up to ns. Sleeping is a calculation on cpu 1,
// which does nothing else, so that cpu 0 is free for messages.
//
// A test does not make anything wait. Whether it takes a request depends on the time, and so does
// which one a later wait of the same numbers finds, if there are several: that is refused.
#ifndef ORDITO_SIM_GOAL_PROGRAM_H
#define ORDITO_SIM_GOAL_PROGRAM_H

#include "sim/goal_sizes.h"

#include <stdio.h>

struct goal_request {
    int32_t source, destination, tag; // by which waits name it
    uint32_t idx;                     // of its operation
    bool is_tested;                   // so that it may be over
};

struct goal_indices {
    uint32_t *idx; // [num]
    uint32_t num, cap;
};

// The caller fills the first four, and `rank` for each. goal_program_free releases what else there
// is.
struct goal_program {
    FILE *to;
    uint32_t num_ranks;
    const char *algorithms; // of collectives: "first" or "auto"
    struct goal_sizes *sizes;
    uint32_t rank;
    uint32_t num_ops;              // written
    uint32_t num_collectives;      // of several ranks
    bool takes_any_tag;            // it has a receive with any tag
    bool receives_in_collective;   // it has a collective with a receive
    struct goal_indices awaited;   // the next operation starts when these have finished
    struct goal_indices posted;    // by a collective, and not awaited yet
    struct goal_request *requests; // [num_requests] not waited for, the oldest first
    uint32_t num_requests, cap_requests;
    const char *refused; // what of the last operation a schedule has no words for; or NULL
};

void goal_program_begin_rank(struct goal_program *self);

// Writes an operation. False with `refused`, or with ERR_RUN.
bool goal_program_op(struct goal_program *self, const struct op *op, struct err *err);

void goal_program_free(struct goal_program *self);

#endif
