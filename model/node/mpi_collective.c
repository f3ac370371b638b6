// SPDX-License-Identifier: Apache-2.0
#include "model/node/collective_op.h"
#include "model/node/mpi_state.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CALLS = 16 };

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

static struct mpi_collective_call *call_at(struct mpi *self, uint64_t number)
{
    return &self->calls[number & (self->cap_calls - 1)];
}

// Forgets calls that all ranks have entered, and done if they may still look at their sizes.
static void retire(struct mpi *self)
{
    while (self->first_call < self->end_call) {
        struct mpi_collective_call *call = call_at(self, self->first_call);
        if (call->num_entered < self->num_ranks ||
            (call->counts_bytes && call->num_done < self->num_ranks))
            return;
        free(call->counts_bytes);
        self->first_call++;
    }
}

void mpi_collective_free(struct mpi *self)
{
    for (uint64_t i = self->first_call; i < self->end_call; i++)
        free(call_at(self, i)->counts_bytes);
    free(self->calls);
}

// The first rank begins a call.
static bool add_call(struct mpi *self, const struct mpi_collective_call *call,
                     const struct collective_algorithm *algorithm, struct err *err)
{
    struct mpi_collective_call added = *call;
    if (self->end_call - self->first_call == self->cap_calls && !calls_grow(self, err))
        return false;
    if (algorithm->learns_sizes) {
        added.counts_bytes = calloc(self->num_ranks, sizeof *added.counts_bytes);
        if (!added.counts_bytes)
            return err_set(err, ERR_RUN, "out of memory");
    }
    *call_at(self, self->end_call++) = added;
    self->stats.collective_calls[algorithm - collective_algorithms]++;
    return true;
}

// Says what the rank knows of sizes that others learn from messages, and gives it all of them: it
// looks at those alone that it has learnt by then.
static void share_counts(struct mpi *self, struct mpi_collective_call *call, uint32_t rank_idx)
{
    struct mpi_rank *rank = &self->ranks[rank_idx];
    if (rank->op.kind == OP_GATHERV)
        call->counts_bytes[rank_idx] = rank->op.bytes;
    else if (rank_idx == rank->op.root)
        memcpy(call->counts_bytes, rank->op.send_counts_bytes,
               self->num_ranks * sizeof *call->counts_bytes);
    rank->collective.send_counts_bytes = call->counts_bytes;
    rank->collective.recv_counts_bytes = call->counts_bytes;
}

// Compares the rank's collective number `number` with what the others say of it.
static bool agree(struct mpi *self, uint64_t number, const struct mpi_collective_call *call,
                  struct err *err)
{
    struct mpi_collective_call *first = call_at(self, number);
    if (first->kind != call->kind || first->root != call->root || first->bytes != call->bytes)
        return calls_differ(self, call, first, err);
    first->num_entered++;
    if (first->counts_bytes)
        share_counts(self, first, call->rank);
    else
        retire(self);
    return true;
}

static bool wrong_count(const struct mpi *self, uint32_t rank, uint64_t received, uint64_t sent,
                        uint32_t sender, struct err *err)
{
    const struct op *op = &self->ranks[rank].op;
    return err_set(
        err, ERR_TRACE,
        "%s:%u: rank %u: %s receives %" PRIu64 " bytes from rank %" PRIu32 ", which sends %" PRIu64,
        mpi_file(self, rank), op->line, rank, op_names[op->kind], received, sender, sent);
}

// A rank has all that an algorithm brought it of which the sizes had to be learnt.
static bool check_counts(struct mpi *self, uint32_t rank_idx, struct err *err)
{
    const struct op *op = &self->ranks[rank_idx].op;
    struct mpi_collective_call *call = call_at(self, self->ranks[rank_idx].num_collectives - 1);
    if (op->kind == OP_SCATTERV && call->counts_bytes[rank_idx] != op->recv_bytes)
        return wrong_count(self, rank_idx, op->recv_bytes, call->counts_bytes[rank_idx], op->root,
                           err);
    for (uint32_t i = 0; op->kind == OP_GATHERV && rank_idx == op->root && i < self->num_ranks; i++)
        if (call->counts_bytes[i] != op->recv_counts_bytes[i])
            return wrong_count(self, rank_idx, op->recv_counts_bytes[i], call->counts_bytes[i], i,
                               err);
    call->num_done++;
    retire(self);
    return true;
}

bool mpi_collective_begin(struct mpi *self, uint32_t rank_idx, struct err *err)
{
    struct mpi_rank *rank = &self->ranks[rank_idx];
    const struct op *op = &rank->op;
    uint64_t bytes = collective_op_bytes(op, rank_idx, self->num_ranks);
    const struct collective_algorithm *algorithm =
        collective_rules_choose(&self->rules[collective_op_kind(op->kind)], self->num_ranks, bytes);
    struct mpi_collective_call call = {
        .kind = op->kind, .root = op->root, .bytes = bytes, .rank = rank_idx, .line = op->line};
    uint64_t number = rank->num_collectives++;
    if (number == self->end_call && !add_call(self, &call, algorithm, err))
        return false;
    rank->in_collective = true;
    rank->step_idx = 0;
    rank->collective = collective_op(op, rank_idx, self->num_ranks, algorithm);
    return agree(self, number, &call, err);
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
                                  .bytes = step->recv_bytes,
                                  .address = OP_NO_ADDRESS};
    uint32_t request_id = mpi_match_request(self, &request, err);
    if (request_id == MPI_NONE || !mpi_match_post(self, request_id, err))
        return false;
    mpi_tell_post(self, rank_idx, step->wait);
    return true;
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
    message.rendezvous = step->send_bytes >= self->params.eager_bytes ||
                         !mpi_flow_fits(self, rank_idx, step->send_to, step->send_bytes);
    if (message.rendezvous || mpi_holds_buffer(self, step->send_bytes)) {
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
        if (step.wait && (rank->pending > 0 || rank->resume_cycle > self->cycle))
            return true;
    }
    rank->in_collective = false; // the last step waits, so nothing is pending
    return !rank->collective.algorithm->learns_sizes || check_counts(self, rank_idx, err);
}
