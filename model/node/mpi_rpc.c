// SPDX-License-Identifier: Apache-2.0
#include "model/node/mpi_rpc.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

// --- made and freed -----------------------------------------------------------------------------

static uint64_t timeout_cycles(const struct mpi_params *params)
{
    double cycles = params->rpc.timeout_ns * 1e-9 * params->fabric_clock_hz;
    cycles = ceil(cycles - cycles * 1e-12); // but not for what is only an error of floating point
    if (cycles < 1)
        return 1;
    return cycles < (double)WORKLOAD_LAST_CYCLE ? (uint64_t)cycles : WORKLOAD_LAST_CYCLE;
}

// Where requests and replies are in memory: behind the data of the longest procedure.
static void lay_out(struct mpi_rpc *self)
{
    const struct rpc_interface *interface = self->params.interface;
    uint64_t native_bytes = 0;
    uint64_t request_bytes = self->params.batch_bytes;
    for (uint32_t i = 0; i < interface->num_procedures; i++) {
        struct rpc_shape longest = {.interface = interface, .procedure = &interface->procedures[i]};
        uint64_t bytes =
            RPC_REQUEST_BYTES + RPC_CALL_BYTES + rpc_layout_cost(&longest, RPC_IN).wire_bytes;
        request_bytes = bytes > request_bytes ? bytes : request_bytes;
        if (interface->procedures[i].native_bytes > native_bytes)
            native_bytes = interface->procedures[i].native_bytes;
    }
    self->request_address = self->params.address + (native_bytes + 4095) / 4096 * 4096;
    self->reply_address = self->request_address + (request_bytes + 4095) / 4096 * 4096;
}

bool mpi_rpc_make(struct mpi *self, struct err *err)
{
    const struct rpc_params *params = &self->params.rpc;
    if (!params->interface)
        return true;
    struct mpi_rpc *rpc = self->rpc = calloc(1, sizeof *rpc);
    if (!rpc)
        return err_set(err, ERR_RUN, "out of memory");
    rpc->params = *params;
    rpc->timeout_cycles = timeout_cycles(&self->params);
    rpc->loss_threshold = params->drop_rate > 0 ? rng_threshold(params->drop_rate) : 0;
    rpc->num_callers = self->num_ranks;
    rpc->free_requests = rpc->free_calls = MPI_NONE;
    rpc->ranks = calloc(self->num_ranks, sizeof *rpc->ranks);
    if (!rpc->ranks || !wake_make(&rpc->timers, 1))
        return err_set(err, ERR_RUN, "out of memory");
    for (uint32_t i = 0; i < self->num_ranks; i++) {
        rpc->ranks[i].requests.head = MPI_NONE;
        rpc->ranks[i].inbox.head = MPI_NONE;
        if (rpc->loss_threshold)
            rpc->ranks[i].loss = rng_make(params->seed, RNG_RPC_LOSS, i);
    }
    lay_out(rpc);
    return true;
}

void mpi_rpc_free(struct mpi *self)
{
    struct mpi_rpc *rpc = self->rpc;
    if (!rpc)
        return;
    wake_free(&rpc->timers);
    stat_histogram_free(&rpc->call_cycles);
    free(rpc->ranks);
    free(rpc->copies);
    free(rpc->requests);
    free(rpc->calls);
    free(rpc);
}

void mpi_rpc_stats(const struct mpi *self, struct rpc_stats *stats)
{
    struct stat_histogram *cycles = &self->rpc->call_cycles;
    bool none = cycles->num == 0;
    stats->min_cycles = none ? UINT64_MAX : stat_histogram_min(cycles);
    stats->p50_cycles = none ? UINT64_MAX : stat_histogram_percentile(cycles, 0.5);
    stats->p90_cycles = none ? UINT64_MAX : stat_histogram_percentile(cycles, 0.9);
    stats->p99_cycles = none ? UINT64_MAX : stat_histogram_percentile(cycles, 0.99);
    stats->max_cycles = none ? UINT64_MAX : stat_histogram_max(cycles);
}

// --- who serves the rest ------------------------------------------------------------------------

// A rank less could call. If that was the last, who serves the rest is released.
static void one_less(struct mpi *self)
{
    if (--self->rpc->num_callers > 0)
        return;
    for (uint32_t i = 0; i < self->num_ranks; i++) {
        struct rpc_rank *rank = &self->rpc->ranks[i];
        if (!rank->serves_rest)
            continue;
        rank->released = true;
        if (rank->waits)
            mpi_rpc_wake(self, i, true);
    }
}

static void begin_serving(struct mpi *self, uint32_t rank_idx)
{
    struct rpc_rank *rank = &self->rpc->ranks[rank_idx];
    rank->serves_left = self->ranks[rank_idx].op.bytes;
    rank->serves_rest = rank->serves_left == OP_ANY_BYTES;
    rank->released = false;
    rank->stage = RPC_SERVES;
    if (rank->serves_rest)
        one_less(self);
}

void mpi_rpc_rest(struct mpi *self, uint32_t rank)
{
    struct rpc_rank *rpc = &self->rpc->ranks[rank];
    if (rpc->serves_rest)
        self->rpc->num_callers++;
    rpc->serves_rest = false;
    rpc->stage = RPC_IDLE;
    self->ranks[rank].in_rpc = false;
}

void mpi_rpc_end(struct mpi *self, uint32_t rank_idx)
{
    struct rpc_rank *rank = &self->rpc->ranks[rank_idx];
    while (rank->inbox.head != MPI_NONE) {
        uint32_t message_id = rank->inbox.head;
        rank->inbox.head = self->messages[message_id].next;
        mpi_rpc_wire_done_with(self, message_id);
    }
    one_less(self);
}

// --- operations ---------------------------------------------------------------------------------

void mpi_rpc_wait(struct mpi *self, uint32_t rank)
{
    self->rpc->ranks[rank].waits = true;
    self->ranks[rank].pending++;
}

void mpi_rpc_wake(struct mpi *self, uint32_t rank, bool nudge)
{
    const struct mpi_machine *machine = self->params.machine;
    self->rpc->ranks[rank].waits = false;
    if (--self->ranks[rank].pending > 0 || !self->ranks[rank].blocked)
        return;
    if (nudge && machine)
        machine->nudge(machine->context, rank);
    else
        mpi_wake(self, rank);
}

bool mpi_rpc_begin(struct mpi *self, uint32_t rank_idx, struct err *err)
{
    const struct op *op = &self->ranks[rank_idx].op;
    if (!self->rpc)
        return err_set(err, ERR_TRACE,
                       "%s:%" PRIu32 ": rank %" PRIu32 ": %s: there is no interface of remote "
                       "procedures (workload.rpc.interface)",
                       mpi_file(self, rank_idx), op->line, rank_idx, op_names[op->kind]);
    self->ranks[rank_idx].in_rpc = true;
    if (op->kind != OP_SERVE)
        return mpi_rpc_client_begin(self, rank_idx, err);
    begin_serving(self, rank_idx);
    return true;
}

// A rank may not end without having awaited all its calls.
static bool all_awaited(const struct mpi *self, uint32_t rank, struct err *err)
{
    uint32_t call_id = mpi_rpc_client_find(self, rank, -1, &(uint32_t){0});
    if (call_id == MPI_NONE)
        return true;
    const struct rpc_call *call = &self->rpc->calls[call_id];
    return err_set(err, ERR_TRACE,
                   "%s:%" PRIu32 ": rank %" PRIu32 ": the result of %s is never awaited",
                   mpi_file(self, rank), call->times.line, rank, call->procedure->name);
}

bool mpi_rpc_before(struct mpi *self, uint32_t rank, struct err *err)
{
    const struct op *op = &self->ranks[rank].op;
    if (op->kind == OP_FINALIZE)
        return all_awaited(self, rank, err);
    if (self->rpc->ranks[rank].num_filling == 0)
        return true;
    switch (op->kind) {
    case OP_COMPUTE:
    case OP_LOAD:
    case OP_STORE:
    case OP_MODIFY:
    case OP_FETCH:
    case OP_FENCE:
    case OP_ISEND:
    case OP_IRECV:
    case OP_TEST:
    case OP_BCALL:
        return true;
    case OP_ACALL:
        return mpi_rpc_client_flush(self, rank, (uint32_t)op->destination, err);
    default:
        return mpi_rpc_client_flush(self, rank, MPI_NONE, err);
    }
}

bool mpi_rpc_run(struct mpi *self, uint32_t rank_idx, bool *pauses, struct err *err)
{
    struct rpc_rank *rank = &self->rpc->ranks[rank_idx];
    while (self->ranks[rank_idx].in_rpc && self->ranks[rank_idx].pending == 0) {
        if (!mpi_rpc_work(self, rank_idx, pauses, err))
            return false;
        if (*pauses)
            return true;
        bool good = rank->stage < RPC_SERVES ? mpi_rpc_client_go_on(self, rank_idx, err)
                                             : mpi_rpc_server_go_on(self, rank_idx, err);
        if (!good)
            return false;
    }
    return true;
}
