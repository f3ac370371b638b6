// SPDX-License-Identifier: Apache-2.0
#include "model/node/mpi_state.h"

#include <stdlib.h>

enum { FIRST_CALLS = 16 };

static enum collective_kind kind_of(enum op_kind kind)
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
    case OP_GATHERV:
        return COLLECTIVE_GATHER;
    case OP_SCATTER:
    case OP_SCATTERV:
        return COLLECTIVE_SCATTER;
    case OP_ALLGATHER:
    case OP_ALLGATHERV:
        return COLLECTIVE_ALLGATHER;
    case OP_ALLTOALL:
    case OP_ALLTOALLV:
        return COLLECTIVE_ALLTOALL;
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

// --- all ranks must begin the same collectives --------------------------------------------------

static bool calls_grow(struct mpi *self, struct err *err)
{
    uint32_t cap = self->cap_calls ? 2 * self->cap_calls : FIRST_CALLS;
    struct mpi_collective_call *calls = calloc(cap, sizeof *calls);
    if (!calls)
        return err_set(err, ERR_RUN, "out of memory");
    for (uint64_t i = self->first_call; i < self->end_call; i++)
        calls[i & (cap - 1)] = self->calls[i & (self->cap_calls - 1)];
    free(self->calls);
    self->calls = calls;
    self->cap_calls = cap;
    return true;
}

static bool calls_differ(const struct mpi *self, const struct mpi_collective_call *a,
                         const struct mpi_collective_call *b, struct err *err)
{
    const char *what = a->kind != b->kind   ? op_names[b->kind]
                       : a->root != b->root ? "another root"
                                            : "another size";
    return err_set(err, ERR_TRACE, "%s:%u: rank %u: %s, but %s at rank %u (%s:%u)",
                   mpi_file(self, a->rank), a->line, a->rank, op_names[a->kind], what, b->rank,
                   mpi_file(self, b->rank), b->line);
}

// Compares the rank's collective number `number` with what the others say of it.
static bool agree(struct mpi *self, uint64_t number, const struct mpi_collective_call *call,
                  struct err *err)
{
    if (number == self->end_call) {
        if (self->end_call - self->first_call == self->cap_calls && !calls_grow(self, err))
            return false;
        self->calls[self->end_call++ & (self->cap_calls - 1)] = *call;
    }
    struct mpi_collective_call *first = &self->calls[number & (self->cap_calls - 1)];
    if (first->kind != call->kind || first->root != call->root || first->bytes != call->bytes)
        return calls_differ(self, call, first, err);
    first->num_entered++;
    while (self->first_call < self->end_call &&
           self->calls[self->first_call & (self->cap_calls - 1)].num_entered == self->num_ranks)
        self->first_call++;
    return true;
}

bool mpi_collective_begin(struct mpi *self, uint32_t rank_idx, struct err *err)
{
    struct mpi_rank *rank = &self->ranks[rank_idx];
    const struct op *op = &rank->op;
    const struct collective_algorithm *algorithm = self->algorithms[kind_of(op->kind)];
    uint64_t bytes = bytes_of(op, rank_idx);
    bool uneven = op->kind == OP_GATHERV || op->kind == OP_SCATTERV;
    bool sizes_differ = uneven || op->send_counts_bytes || op->recv_counts_bytes;
    struct mpi_collective_call call = {.kind = op->kind,
                                       .root = op->root,
                                       .bytes = sizes_differ ? 0 : bytes,
                                       .rank = rank_idx,
                                       .line = op->line};
    if (!agree(self, rank->num_collectives++, &call, err))
        return false;
    rank->in_collective = true;
    rank->step_idx = 0;
    rank->collective = (struct collective){
        .algorithm = uneven ? collective_uneven(algorithm) : algorithm,
        .num_ranks = self->num_ranks,
        .rank = rank_idx,
        .root = op->root,
        .bytes = bytes,
        .send_counts_bytes = op->send_counts_bytes,
        .recv_counts_bytes = op->recv_counts_bytes,
    };
    // In a gather or scatter only the root knows all counts; in these two all ranks know the same.
    if (op->kind == OP_ALLGATHERV || op->kind == OP_REDUCE_SCATTER)
        rank->collective.send_counts_bytes = op->recv_counts_bytes;
    if ((op->kind == OP_GATHERV || op->kind == OP_SCATTERV) && rank_idx != op->root) {
        rank->collective.send_counts_bytes = NULL;
        rank->collective.recv_counts_bytes = NULL;
    }
    return true;
}

// --- steps
// -----------------------------------------------------------------------------------------

static bool post_recv(struct mpi *self, uint32_t rank_idx, int32_t tag,
                      const struct collective_step *step, struct err *err)
{
    struct mpi_request request = {.rank = rank_idx,
                                  .source = (int32_t)step->recv_from,
                                  .destination = (int32_t)rank_idx,
                                  .tag = tag,
                                  .collective = true,
                                  .waited = true,
                                  .line = self->ranks[rank_idx].op.line,
                                  .bytes = step->recv_bytes};
    uint32_t request_id = mpi_match_request(self, &request, err);
    return request_id != MPI_NONE && mpi_match_post(self, request_id, err);
}

static bool send(struct mpi *self, uint32_t rank_idx, int32_t tag,
                 const struct collective_step *step, struct err *err)
{
    struct mpi_message message = {.source = rank_idx,
                                  .destination = step->send_to,
                                  .tag = tag,
                                  .collective = true,
                                  .bytes = step->send_bytes,
                                  .address = OP_NO_ADDRESS,
                                  .line = self->ranks[rank_idx].op.line,
                                  .send_request = MPI_NONE};
    self->stats.collective_messages++;
    self->stats.collective_bytes += step->send_bytes;
    if (step->send_bytes >= self->params.eager_bytes) {
        struct mpi_request request = {.rank = rank_idx, .collective = true, .waited = true};
        message.send_request = mpi_match_request(self, &request, err);
        if (message.send_request == MPI_NONE)
            return false;
    }
    return mpi_wire_send(self, &message, err);
}

bool mpi_collective_run(struct mpi *self, uint32_t rank_idx, struct err *err)
{
    struct mpi_rank *rank = &self->ranks[rank_idx];
    uint32_t num_steps = collective_num_steps(&rank->collective);
    int32_t tag = (int32_t)((rank->num_collectives - 1) & INT32_MAX);
    while (rank->step_idx < num_steps) {
        struct collective_step step = collective_step(&rank->collective, rank->step_idx++);
        if (step.recv_from != COLLECTIVE_NOBODY && !post_recv(self, rank_idx, tag, &step, err))
            return false;
        if (step.send_to != COLLECTIVE_NOBODY && !send(self, rank_idx, tag, &step, err))
            return false;
        if (step.wait && rank->pending > 0)
            return true;
    }
    rank->in_collective = false; // the last step waits, so nothing is pending
    return true;
}
