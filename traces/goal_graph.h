// SPDX-License-Identifier: Apache-2.0
// The operations of a rank of a GOAL schedule: while its block is read, and afterwards.
#ifndef ORDITO_TRACES_GOAL_GRAPH_H
#define ORDITO_TRACES_GOAL_GRAPH_H

#include "traces/goal_line.h"

// An operation, with those that wait for it in its rank's `dependents`: from `first_finish` those
// that wait until it has finished, from `first_start` until it has started, up to the
// `first_finish` of the operation after it.
struct goal_op {
    uint64_t amount; // bytes, or ns of a calculation
    uint32_t line;
    int32_t peer; // negative: any
    int32_t tag;  // negative: any
    uint32_t num_before;
    uint32_t first_finish, first_start;
    uint8_t kind; // enum op_kind
    uint8_t cpu, nic;
};

// Owner: goal_rank_free releases its memory.
struct goal_rank {
    struct goal_op *ops; // [num_ops + 1], the last of which only ends the lists
    uint32_t *dependents;
    uint32_t num_ops;
};

void goal_rank_get(const struct goal_rank *self, uint32_t rank, uint32_t idx, struct op *op,
                   struct op_links *links);
void goal_rank_free(struct goal_rank *self);

struct goal_edge {
    uint32_t before, after; // operations
    bool on_start;
};

// A label, in a hash table with linear probing.
struct goal_label {
    uint32_t at;  // in the text of labels, NUL-terminated
    uint32_t idx; // of its operation, plus 1; 0: no label
};

// A block that is being read. Zero is an empty one; goal_block_free releases what is left.
struct goal_block {
    struct goal_op *ops;
    uint32_t num_ops, cap_ops;
    struct goal_edge *edges;
    uint32_t num_edges, cap_edges;
    struct goal_label *labels;
    uint32_t num_labels, cap_labels; // a power of two
    char *text;
    uint32_t text_bytes, cap_text;
};

// Adds an operation, with its label; a dependency among two labels. False with ERR_TRACE (what is
// wrong, without the place) or ERR_RUN.
bool goal_block_add(struct goal_block *self, const struct goal_statement *statement,
                    struct err *err);
bool goal_block_bind(struct goal_block *self, const struct goal_statement *statement,
                     struct err *err);

// Ends a block: gives its operations to `rank`, and is empty again. Refuses a circle of
// dependencies.
bool goal_block_end(struct goal_block *self, struct goal_rank *rank, struct err *err);

void goal_block_free(struct goal_block *self);

#endif
