// SPDX-License-Identifier: Apache-2.0
#include "model/node/collective_op.h"

enum collective_kind collective_op_kind(enum op_kind kind)
{
    switch (kind) {
    case OP_BCAST:
        return COLLECTIVE_BCAST;
    case OP_REDUCE:
        return COLLECTIVE_REDUCE;
    case OP_ALLREDUCE:
        return COLLECTIVE_ALLREDUCE;
    case OP_SCAN:
    case OP_EXSCAN:
        return COLLECTIVE_SCAN;
    case OP_GATHER:
        return COLLECTIVE_GATHER;
    case OP_GATHERV:
        return COLLECTIVE_GATHERV;
    case OP_SCATTER:
        return COLLECTIVE_SCATTER;
    case OP_SCATTERV:
        return COLLECTIVE_SCATTERV;
    case OP_ALLGATHER:
        return COLLECTIVE_ALLGATHER;
    case OP_ALLGATHERV:
        return COLLECTIVE_ALLGATHERV;
    case OP_ALLTOALL:
        return COLLECTIVE_ALLTOALL;
    case OP_ALLTOALLV:
        return COLLECTIVE_ALLTOALLV;
    case OP_REDUCE_SCATTER:
        return COLLECTIVE_REDUCE_SCATTER;
    default:
        return COLLECTIVE_BARRIER;
    }
}

// Bytes of the vector, or of a block: what this rank sends, or what it receives where that is told
// at all ranks or at the root alone.
static uint64_t bytes_of(const struct op *op, uint32_t rank)
{
    switch (op->kind) {
    case OP_GATHER:
        return rank == op->root ? op->recv_bytes : op->bytes;
    case OP_SCATTER:
        return rank == op->root ? op->bytes : op->recv_bytes;
    case OP_SCATTERV:
        return op->recv_bytes;
    case OP_ALLGATHER:
    case OP_ALLTOALL:
        return op->recv_bytes ? op->recv_bytes : op->bytes;
    default:
        return op->bytes;
    }
}

// What rules choose by, which all ranks know; 0 where they do not.
uint64_t collective_op_bytes(const struct op *op, uint32_t rank, uint32_t num_ranks)
{
    enum collective_kind kind = collective_op_kind(op->kind);
    uint64_t sum = 0;
    if (!collective_has_bytes(kind))
        return 0;
    if ((kind == COLLECTIVE_ALLGATHERV || kind == COLLECTIVE_REDUCE_SCATTER) &&
        op->recv_counts_bytes) {
        for (uint32_t i = 0; i < num_ranks; i++)
            sum += op->recv_counts_bytes[i];
        return sum;
    }
    bool all = kind == COLLECTIVE_GATHER || kind == COLLECTIVE_SCATTER ||
               kind == COLLECTIVE_ALLGATHER || kind == COLLECTIVE_ALLGATHERV ||
               kind == COLLECTIVE_REDUCE_SCATTER;
    return bytes_of(op, rank) * (all ? num_ranks : 1);
}

struct collective collective_op(const struct op *op, uint32_t rank, uint32_t num_ranks,
                                const struct collective_algorithm *algorithm)
{
    struct collective collective = {
        .algorithm = algorithm,
        .num_ranks = num_ranks,
        .rank = rank,
        .root = op->root,
        .bytes = bytes_of(op, rank),
        .send_counts_bytes = op->send_counts_bytes,
        .recv_counts_bytes = op->recv_counts_bytes,
    };
    // In a gather or scatter only the root knows all counts; in these two all ranks know the same.
    if (op->kind == OP_ALLGATHERV || op->kind == OP_REDUCE_SCATTER)
        collective.send_counts_bytes = op->recv_counts_bytes;
    if ((op->kind == OP_GATHERV || op->kind == OP_SCATTERV) && rank != op->root) {
        collective.send_counts_bytes = NULL;
        collective.recv_counts_bytes = NULL;
    }
    return collective;
}
