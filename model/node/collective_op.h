// SPDX-License-Identifier: Apache-2.0
// Collectives as a trace tells them, from the side of one rank, as what collective.h runs.
#ifndef ORDITO_MODEL_NODE_COLLECTIVE_OP_H
#define ORDITO_MODEL_NODE_COLLECTIVE_OP_H

#include "model/node/collective_rules.h"
#include "traces/op.h"

static inline bool collective_op_is(enum op_kind kind)
{
    return kind >= OP_BARRIER && kind <= OP_REDUCE_SCATTER;
}

// The collective of an operation, which must be one.
enum collective_kind collective_op_kind(enum op_kind kind);

// What rules choose by, which all ranks know; 0 where they do not.
uint64_t collective_op_bytes(const struct op *op, uint32_t rank, uint32_t num_ranks);

// The operation by an algorithm. What other ranks know of sizes, and this one does not, is missing.
struct collective collective_op(const struct op *op, uint32_t rank, uint32_t num_ranks,
                                const struct collective_algorithm *algorithm);

#endif
