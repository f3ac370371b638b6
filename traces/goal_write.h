// SPDX-License-Identifier: Apache-2.0
// Writing a GOAL schedule as goal.c reads it: the ranks in order, of each its operations, labelled
// by their index, and what binds them. Tags, cpus and cards that are 0 are left out.
#ifndef ORDITO_TRACES_GOAL_WRITE_H
#define ORDITO_TRACES_GOAL_WRITE_H

#include "traces/op.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { GOAL_MAX_OPS = 1 << 30 }; // of a rank

void goal_write_begin(FILE *to, uint32_t num_ranks);
void goal_write_rank(FILE *to, uint32_t rank);

// Writes an OP_SEND, OP_RECV or OP_COMPUTE of a whole number of ns. NULL, or what of it the format
// has no words for.
const char *goal_write_op(FILE *to, uint32_t idx, const struct op *op, uint8_t cpu, uint8_t nic);

// Of two operations that are written: `after` starts when `before` has finished, or has started.
void goal_write_edge(FILE *to, uint32_t after, uint32_t before, bool on_start);

void goal_write_rank_end(FILE *to);

#endif
