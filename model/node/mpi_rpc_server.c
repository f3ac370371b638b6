// SPDX-License-Identifier: Apache-2.0
#include "model/node/mpi_rpc.h"

// What the client has been answered, or has given up, is forgotten when a message tells so.
static void forget(struct mpi *self, uint32_t server, uint32_t client, uint64_t answered_below)
{
    struct mpi_rpc *rpc = self->rpc;
    uint32_t next;
    for (uint32_t id = rpc->ranks[client].requests.head; id != MPI_NONE; id = next) {
        struct rpc_request *request = &rpc->requests[id];
        next = request->next;
        if (request->number >= answered_below)
            break;
        if (request->server != server)
            continue;
        request->server_state = RPC_FORGOTTEN;
        mpi_rpc_wire_release(self, id);
    }
}

// A request that need not be executed, as it was already.
static bool suppressed(const struct mpi *self, const struct rpc_request *request)
{
    return self->rpc->params.at_most_once && request->server_state >= RPC_REPLIED;
}

// Ends a step for the calls of a request: which have not come to their end, or all.
static void mark_all(struct mpi *self, const struct rpc_request *request, enum rpc_step step)
{
    for (uint32_t c = request->calls.head; c != MPI_NONE; c = self->rpc->calls[c].next)
        mpi_rpc_mark(self, &self->rpc->calls[c], step);
}

// Ends a step of the call at hand, if it is executed for the first time.
static void mark(struct mpi *self, uint32_t rank_idx, enum rpc_step step)
{
    const struct rpc_rank *rank = &self->rpc->ranks[rank_idx];
    if (!self->rpc->requests[rank->request].executed)
        mpi_rpc_mark(self, &self->rpc->calls[rank->call], step);
}

static void enter_stub(struct mpi *self, uint32_t rank_idx)
{
    self->rpc->ranks[rank_idx].stage = RPC_DISPATCHES;
    mpi_rpc_work_stub(self, rank_idx);
}

// Takes the next request up, or waits for one, or is done.
static void serve(struct mpi *self, uint32_t rank_idx)
{
    struct rpc_rank *rank = &self->rpc->ranks[rank_idx];
    uint32_t message_id = rank->inbox.head;
    if (rank->serves_left == 0 || rank->released) {
        mpi_rpc_rest(self, rank_idx);
        return;
    }
    if (message_id == MPI_NONE) {
        mpi_rpc_wait(self, rank_idx);
        return;
    }
    rank->inbox.head = self->messages[message_id].next;
    struct rpc_copy copy = self->rpc->copies[message_id];
    struct rpc_request *request = &self->rpc->requests[copy.request];
    rank->request = copy.request;
    rank->call = request->calls.head;
    if (self->rpc->params.at_most_once)
        forget(self, rank_idx, request->client, copy.answered_below);
    rank->repeats = suppressed(self, request);
    self->stats.rpc.duplicates_suppressed += rank->repeats;
    mark(self, rank_idx, RPC_SERVER_QUEUE);
    rank->held = message_id;
    enter_stub(self, rank_idx);
}

// Answers a request, or answers it again.
static bool answer(struct mpi *self, uint32_t rank_idx, struct err *err)
{
    struct rpc_rank *rank = &self->rpc->ranks[rank_idx];
    struct rpc_request *request = &self->rpc->requests[rank->request];
    bool sends = request->server_state != RPC_FORGOTTEN || !self->rpc->params.at_most_once;
    if (!rank->repeats) {
        if (!request->executed) {
            mark_all(self, request, RPC_REPLY_WAIT);
            rank->serves_left -=
                request->num_calls < rank->serves_left ? request->num_calls : rank->serves_left;
        }
        request->executed = true;
        request->server_state = self->rpc->params.at_most_once ? RPC_REPLIED : RPC_FORGOTTEN;
    }
    rank->stage = RPC_SERVES;
    bool good = !sends || mpi_rpc_wire_reply(self, rank->request, err);
    mpi_rpc_wire_done_with(self, rank->held);
    return good;
}

// The stub is entered: of the procedure, unless the request is none to execute.
static bool dispatch(struct mpi *self, uint32_t rank_idx, struct err *err)
{
    struct rpc_rank *rank = &self->rpc->ranks[rank_idx];
    if (rank->repeats)
        return answer(self, rank_idx, err);
    mark(self, rank_idx, RPC_SERVER_STUB);
    rank->stage = RPC_TAKES;
    mpi_rpc_work_items(self, rank_idx, RPC_IN, false);
    return true;
}

static void executed(struct mpi *self, uint32_t rank_idx)
{
    struct rpc_rank *rank = &self->rpc->ranks[rank_idx];
    const struct rpc_params *params = &self->rpc->params;
    const struct rpc_call *call = &self->rpc->calls[rank->call];
    self->stats.rpc.executions++;
    if (params->executed)
        params->executed(params->context, &call->times);
    mark(self, rank_idx, RPC_PROCEDURE);
    rank->stage = RPC_GIVES;
    mpi_rpc_work_items(self, rank_idx, RPC_OUT, true);
}

// The results are in the reply: on to the next call, or it is sent.
static bool given(struct mpi *self, uint32_t rank_idx, struct err *err)
{
    struct rpc_rank *rank = &self->rpc->ranks[rank_idx];
    mark(self, rank_idx, RPC_SERVER_MARSHAL);
    uint32_t next = self->rpc->calls[rank->call].next;
    if (next == MPI_NONE)
        return answer(self, rank_idx, err);
    rank->call = next;
    mark(self, rank_idx, RPC_SERVER_QUEUE);
    enter_stub(self, rank_idx);
    return true;
}

bool mpi_rpc_server_go_on(struct mpi *self, uint32_t rank_idx, struct err *err)
{
    struct rpc_rank *rank = &self->rpc->ranks[rank_idx];
    switch (rank->stage) {
    case RPC_DISPATCHES:
        return dispatch(self, rank_idx, err);
    case RPC_TAKES:
        mark(self, rank_idx, RPC_SERVER_UNMARSHAL);
        rank->stage = RPC_EXECUTES;
        mpi_rpc_work_procedure(self, rank_idx);
        return true;
    case RPC_EXECUTES:
        executed(self, rank_idx);
        return true;
    case RPC_GIVES:
        return given(self, rank_idx, err);
    default:
        serve(self, rank_idx);
        return true;
    }
}
