// SPDX-License-Identifier: Apache-2.0
#include "model/node/mpi_rpc.h"

#include <inttypes.h>
#include <string.h>

enum { NUM_AT_HAND = 64 }; // procedures to compare a wrong name with

static bool wrong(const struct mpi *self, uint32_t rank, struct err *err, const char *what,
                  const char *name)
{
    const struct op *op = &self->ranks[rank].op;
    return err_set(err, ERR_TRACE, "%s:%" PRIu32 ": rank %" PRIu32 ": %s: %s%s",
                   mpi_file(self, rank), op->line, rank, op_names[op->kind], what, name);
}

static bool unknown(const struct mpi *self, uint32_t rank, struct err *err)
{
    const struct rpc_interface *interface = self->rpc->params.interface;
    const char *name = self->ranks[rank].op.call->procedure;
    const char *names[NUM_AT_HAND];
    uint32_t num = 0;
    char what[256];
    for (; num < NUM_AT_HAND && num < interface->num_procedures; num++)
        names[num] = interface->procedures[num].name;
    const char *nearest = err_nearest(name, names, num);
    snprintf(what, sizeof what, "interface %s has no procedure '%s'%s", interface->name, name,
             nearest ? "; nearest: " : "");
    return wrong(self, rank, err, what, nearest ? nearest : "");
}

static bool counts_fit(const struct mpi *self, uint32_t rank, const struct rpc_procedure *procedure,
                       struct err *err)
{
    const struct op_call *call = self->ranks[rank].op.call;
    char what[256];
    if (call->num_counts != procedure->num_counts) {
        snprintf(what, sizeof what,
                 "counts: %" PRIu32 " lengths, but %" PRIu32 " bounded arrays and strings of ",
                 call->num_counts, procedure->num_counts);
        return wrong(self, rank, err, what, procedure->name);
    }
    for (uint32_t i = 0; i < procedure->num_params; i++) {
        const struct rpc_param *param = &procedure->params[i];
        bool bounded = param->form == RPC_BOUNDED || param->form == RPC_STRING;
        if (!bounded || call->counts[param->count_idx] <= param->length)
            continue;
        snprintf(what, sizeof what, "counts: %" PRIu32 " is more than the %" PRIu32 " of ",
                 call->counts[param->count_idx], param->length);
        return wrong(self, rank, err, what, param->name);
    }
    return true;
}

uint32_t mpi_rpc_client_find(const struct mpi *self, uint32_t rank, int32_t future,
                             uint32_t *request_id)
{
    const struct mpi_rpc *rpc = self->rpc;
    for (uint32_t r = rpc->ranks[rank].requests.head; r != MPI_NONE; r = rpc->requests[r].next) {
        *request_id = r;
        for (uint32_t c = rpc->requests[r].calls.head; c != MPI_NONE; c = rpc->calls[c].next)
            if (!rpc->calls[c].taken && (future < 0 || rpc->calls[c].future == future))
                return c;
    }
    return MPI_NONE;
}

// --- sending ------------------------------------------------------------------------------------

static bool send(struct mpi *self, uint32_t request_id, struct err *err)
{
    const struct rpc_request *request = &self->rpc->requests[request_id];
    for (uint32_t c = request->calls.head; c != MPI_NONE; c = self->rpc->calls[c].next)
        mpi_rpc_mark(self, &self->rpc->calls[c], RPC_BATCHING);
    return mpi_rpc_wire_send(self, request_id, err);
}

bool mpi_rpc_client_flush(struct mpi *self, uint32_t rank, uint32_t server, struct err *err)
{
    struct mpi_rpc *rpc = self->rpc;
    for (uint32_t r = rpc->ranks[rank].requests.head; r != MPI_NONE; r = rpc->requests[r].next) {
        if (rpc->requests[r].client_state != RPC_FILLING ||
            (server != MPI_NONE && rpc->requests[r].server != server))
            continue;
        rpc->ranks[rank].num_filling--;
        if (!send(self, r, err))
            return false;
    }
    return true;
}

// The batch to a server that has room for so many bytes; one that has not is sent. MPI_NONE: none.
static bool find_batch(struct mpi *self, uint32_t rank, uint32_t server, uint64_t bytes,
                       uint32_t *batch, struct err *err)
{
    const struct mpi_rpc *rpc = self->rpc;
    uint32_t r = rpc->ranks[rank].requests.head;
    while (r != MPI_NONE &&
           (rpc->requests[r].client_state != RPC_FILLING || rpc->requests[r].server != server))
        r = rpc->requests[r].next;
    *batch = r;
    if (r == MPI_NONE || rpc->requests[r].bytes[0] + bytes <= rpc->params.batch_bytes)
        return true;
    *batch = MPI_NONE;
    return mpi_rpc_client_flush(self, rank, server, err);
}

// --- beginning ----------------------------------------------------------------------------------

// Puts a new call of the rank's operation at the end of a request.
static bool add_call(struct mpi *self, uint32_t rank_idx, uint32_t request_id,
                     const struct rpc_procedure *procedure, struct err *err)
{
    struct mpi_rpc *rpc = self->rpc;
    const struct op *op = &self->ranks[rank_idx].op;
    uint32_t call_id = mpi_rpc_wire_call(self, request_id, err);
    if (call_id == MPI_NONE)
        return false;
    struct rpc_call *call = &rpc->calls[call_id];
    struct rpc_request *request = &rpc->requests[request_id];
    call->procedure = procedure;
    memcpy(call->counts, op->call->counts, sizeof call->counts);
    call->ns = (op->amount < 0 ? procedure->cost_ns : op->amount) * self->params.compute_scale;
    call->future = op->kind == OP_CALL ? -1 : op->tag;
    call->times.client = rank_idx;
    call->times.server = request->server;
    call->times.line = op->line;
    call->times.at[0] = self->cycle;
    struct rpc_shape shape = mpi_rpc_shape(rpc, call);
    call->offset[0] = request->bytes[0] + RPC_CALL_BYTES;
    call->offset[1] = request->bytes[1] + RPC_RESULT_BYTES;
    request->bytes[0] = call->offset[0] + rpc_layout_cost(&shape, RPC_IN).wire_bytes;
    request->bytes[1] = call->offset[1] + rpc_layout_cost(&shape, RPC_OUT).wire_bytes;
    rpc->ranks[rank_idx].call = call_id;
    rpc->ranks[rank_idx].request = request_id;
    return true;
}

static bool begin_call(struct mpi *self, uint32_t rank_idx, struct err *err)
{
    struct mpi_rpc *rpc = self->rpc;
    const struct op *op = &self->ranks[rank_idx].op;
    const struct rpc_procedure *procedure =
        rpc_interface_find(rpc->params.interface, op->call->procedure);
    uint32_t server = (uint32_t)op->destination;
    uint32_t request_id = MPI_NONE;
    if (!procedure)
        return unknown(self, rank_idx, err);
    if (!counts_fit(self, rank_idx, procedure, err))
        return false;
    if (op->kind != OP_CALL && op->tag >= 0 &&
        mpi_rpc_client_find(self, rank_idx, op->tag, &request_id) != MPI_NONE)
        return wrong(self, rank_idx, err, "future: in use, by a call that is not awaited yet", "");
    request_id = MPI_NONE;
    struct rpc_shape shape = {rpc->params.interface, procedure, op->call->counts};
    uint64_t bytes = RPC_CALL_BYTES + rpc_layout_cost(&shape, RPC_IN).wire_bytes;
    if (op->kind == OP_BCALL && !find_batch(self, rank_idx, server, bytes, &request_id, err))
        return false;
    if (request_id == MPI_NONE) {
        request_id = mpi_rpc_wire_request(self, rank_idx, server, err);
        rpc->ranks[rank_idx].num_filling += op->kind == OP_BCALL;
    }
    if (request_id == MPI_NONE || !add_call(self, rank_idx, request_id, procedure, err))
        return false;
    rpc->ranks[rank_idx].stage = RPC_ENTERS;
    mpi_rpc_work_stub(self, rank_idx);
    return true;
}

bool mpi_rpc_client_begin(struct mpi *self, uint32_t rank_idx, struct err *err)
{
    const struct op *op = &self->ranks[rank_idx].op;
    struct rpc_rank *rank = &self->rpc->ranks[rank_idx];
    if (op->kind != OP_AWAIT)
        return begin_call(self, rank_idx, err);
    rank->stage = RPC_AWAITS;
    rank->awaits_all = op->tag < 0;
    rank->call = mpi_rpc_client_find(self, rank_idx, op->tag, &rank->request);
    if (rank->call == MPI_NONE && !rank->awaits_all)
        return wrong(self, rank_idx, err, "future: no call has it", "");
    if (rank->call == MPI_NONE)
        mpi_rpc_rest(self, rank_idx);
    return true;
}

// --- going on -----------------------------------------------------------------------------------

// The parameters are in the request.
static bool marshalled(struct mpi *self, uint32_t rank_idx, struct err *err)
{
    struct rpc_rank *rank = &self->rpc->ranks[rank_idx];
    enum op_kind kind = self->ranks[rank_idx].op.kind;
    rank->awaits_all = false;
    if (kind == OP_CALL)
        rank->stage = RPC_AWAITS;
    else
        mpi_rpc_rest(self, rank_idx);
    return kind == OP_BCALL || send(self, rank->request, err);
}

// What the rank is at is done with its call: the next one, if it waits for all.
static bool take(struct mpi *self, uint32_t rank_idx, struct err *err)
{
    struct rpc_rank *rank = &self->rpc->ranks[rank_idx];
    if (!mpi_rpc_wire_taken(self, rank->call, rank->request, err))
        return false;
    rank->call =
        rank->awaits_all ? mpi_rpc_client_find(self, rank_idx, -1, &rank->request) : MPI_NONE;
    rank->stage = RPC_AWAITS;
    if (rank->call == MPI_NONE)
        mpi_rpc_rest(self, rank_idx);
    return true;
}

// The call has a result, or it has none, or it is to be waited for.
static bool await(struct mpi *self, uint32_t rank_idx, struct err *err)
{
    struct rpc_rank *rank = &self->rpc->ranks[rank_idx];
    struct rpc_call *call = &self->rpc->calls[rank->call];
    switch (self->rpc->requests[rank->request].client_state) {
    case RPC_ANSWERED:
        mpi_rpc_mark(self, call, RPC_CLIENT_WAIT);
        rank->stage = RPC_UNMARSHALS;
        mpi_rpc_work_items(self, rank_idx, RPC_OUT, false);
        return true;
    case RPC_FAILED:
        call->times.failed = true;
        return take(self, rank_idx, err);
    default:
        mpi_rpc_wait(self, rank_idx);
        return true;
    }
}

bool mpi_rpc_client_go_on(struct mpi *self, uint32_t rank_idx, struct err *err)
{
    struct rpc_rank *rank = &self->rpc->ranks[rank_idx];
    struct rpc_call *call = &self->rpc->calls[rank->call];
    switch (rank->stage) {
    case RPC_ENTERS:
        mpi_rpc_mark(self, call, RPC_CLIENT_STUB);
        rank->stage = RPC_MARSHALS;
        mpi_rpc_work_items(self, rank_idx, RPC_IN, true);
        return true;
    case RPC_MARSHALS:
        mpi_rpc_mark(self, call, RPC_CLIENT_MARSHAL);
        return marshalled(self, rank_idx, err);
    case RPC_UNMARSHALS:
        mpi_rpc_mark(self, call, RPC_CLIENT_UNMARSHAL);
        rank->stage = RPC_RETURNS;
        mpi_rpc_work_stub(self, rank_idx);
        return true;
    case RPC_RETURNS:
        mpi_rpc_mark(self, call, RPC_CLIENT_RETURN);
        return take(self, rank_idx, err);
    default:
        return await(self, rank_idx, err);
    }
}
