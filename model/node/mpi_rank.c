// SPDX-License-Identifier: Apache-2.0
#include "model/node/mpi_state.h"

#include <inttypes.h>
#include <math.h>

// What an operation does to its rank.
enum outcome {
    GOES_ON, // the next operation follows in the same cycle, if nothing is pending
    PAUSES,  // it computes, or has ended
    FAILS
};

// Rounded up to a whole number, but not for what is only an error of floating point.
static double whole(double x)
{
    double nearest = round(x);
    return fabs(x - nearest) <= x * 1e-12 ? nearest : ceil(x);
}

// Cycles of the node and of the fabric that a time takes.
static bool cycles_of(const struct mpi *self, uint32_t rank, double ns, uint64_t *node_cycles,
                      uint64_t *fabric_cycles, struct err *err)
{
    const struct mpi_params *p = &self->params;
    double node_clock_hz = mpi_clock_hz(self, rank);
    double of_node = whole(ns * 1e-9 * node_clock_hz);
    double of_fabric = whole(of_node / node_clock_hz * p->fabric_clock_hz);
    double last_cycle = (double)WORKLOAD_LAST_CYCLE;
    if (!((double)self->cycle + of_fabric <= last_cycle && of_node <= last_cycle))
        return err_set(err, ERR_TRACE,
                       "%s:%u: rank %u: %s: it would end after cycle %" PRIu64
                       ", the last that can be simulated",
                       mpi_file(self, rank), self->ranks[rank].op.line, rank,
                       op_names[self->ranks[rank].op.kind], WORKLOAD_LAST_CYCLE);
    *node_cycles = (uint64_t)of_node;
    *fabric_cycles = (uint64_t)of_fabric;
    return true;
}

// Keeps a rank busy or idle for some time.
static enum outcome spend(struct mpi *self, uint32_t rank, double ns, bool busy, uint64_t *cycles,
                          struct err *err)
{
    const struct mpi_machine *machine = self->params.machine;
    uint64_t node_cycles = 0;
    if (!cycles_of(self, rank, ns, &node_cycles, cycles, err))
        return FAILS;
    if (*cycles == 0)
        return GOES_ON;
    const struct mapping_place *places = self->params.places;
    if (machine && busy)
        machine->compute(machine->context, rank, node_cycles);
    else if (machine)
        machine->sleep(machine->context, rank, node_cycles);
    else if (self->shares && busy)
        ideal_cores_begin(&self->cores, places[rank].node * self->params.cores + places[rank].core,
                          rank, self->cycle, *cycles);
    else if (!self->has_hosts || !busy)
        wake_push(&self->wake, self->cycle + *cycles, rank);
    else if (!loggops_add(&self->hosts, (struct loggops_event){.kind = LOGGOPS_COMPUTE,
                                                               .host = rank,
                                                               .cycle = self->cycle,
                                                               .amount = *cycles}))
        return err_set(err, ERR_RUN, "out of memory") ? GOES_ON : FAILS;
    return PAUSES;
}

// True if an access changes what is being sent, or is to what is still to come.
static bool touches(const struct mpi_request *request, const struct op *op, uint32_t rank)
{
    bool sends = request->source == (int32_t)rank && request->destination != (int32_t)rank;
    bool reads = op->kind == OP_LOAD || op->kind == OP_FETCH || op->kind == OP_FENCE;
    bool apart = request->address == OP_NO_ADDRESS ||
                 op->address >= request->address + request->bytes ||
                 request->address >= op->address + op->bytes;
    return !request->done && !apart && !(sends && reads) && op->kind != OP_FENCE;
}

// Counts accesses to buffers that are not the program's, and keeps the first of them.
static void look_at_buffers(struct mpi *self, uint32_t rank)
{
    const struct op *op = &self->ranks[rank].op;
    uint32_t id = self->ranks[rank].outstanding.head;
    for (; id != MPI_NONE; id = self->requests[id].next) {
        const struct mpi_request *request = &self->requests[id];
        if (!touches(request, op, rank))
            continue;
        if (self->stats.touches++ == 0)
            err_set(&self->first_touch, ERR_TRACE,
                    "%s:%u: rank %u: %s of a buffer that is not free: line %u has begun to %s it",
                    mpi_file(self, rank), op->line, rank, op_names[op->kind], request->line,
                    request->source == (int32_t)rank ? "send" : "receive into");
        return;
    }
}

// An access to memory: a cycle of an ideal node.
static enum outcome access_memory(struct mpi *self, uint32_t rank, struct err *err)
{
    const struct mpi_machine *machine = self->params.machine;
    look_at_buffers(self, rank);
    uint64_t idle_cycles;
    if (!machine)
        return spend(self, rank, 1e9 / mpi_clock_hz(self, rank), true, &idle_cycles, err);
    machine->access(machine->context, rank, &self->ranks[rank].op);
    return PAUSES;
}

static void count_computing(struct mpi *self, uint32_t rank, uint64_t cycles)
{
    self->ranks[rank].compute_cycles += cycles;
    if (self->ranks[rank].compute_cycles > self->stats.compute_cycles_max)
        self->stats.compute_cycles_max = self->ranks[rank].compute_cycles;
}

static enum outcome compute(struct mpi *self, uint32_t rank, struct err *err)
{
    uint64_t cycles = 0;
    double ns = self->ranks[rank].op.amount * self->params.compute_scale;
    enum outcome outcome = spend(self, rank, ns, true, &cycles, err);
    count_computing(self, rank, cycles);
    return outcome;
}

bool mpi_rank_compute_cycles(struct mpi *self, uint32_t rank, uint64_t *node_cycles,
                             uint64_t *fabric_cycles, struct err *err)
{
    double ns = self->ranks[rank].op.amount * self->params.compute_scale;
    if (!cycles_of(self, rank, ns, node_cycles, fabric_cycles, err))
        return false;
    count_computing(self, rank, *fabric_cycles);
    return true;
}

bool mpi_rank_send(struct mpi *self, uint32_t rank, bool waited, uint32_t op_idx, struct err *err)
{
    const struct op *op = &self->ranks[rank].op;
    if (op->destination == OP_NOBODY)
        return true;
    const struct mpi_machine *machine = self->params.machine;
    bool rendezvous = op->bytes >= self->params.eager_bytes ||
                      !mpi_flow_fits(self, rank, (uint32_t)op->destination, op->bytes);
    bool acknowledged = self->params.sends_until_received && op->kind == OP_SEND;
    bool holds = rendezvous || acknowledged || mpi_holds_buffer(self, op->bytes);
    // Who does not wait for a receive that may be yet to come, waits at most for the buffer.
    bool waits = waited || (machine && machine->isend_waits && !rendezvous && holds);
    struct mpi_message message = {.source = rank,
                                  .destination = (uint32_t)op->destination,
                                  .tag = op->tag,
                                  .bytes = op->bytes,
                                  .address = op->address,
                                  .line = op->line,
                                  .rendezvous = rendezvous,
                                  .acknowledged = acknowledged,
                                  .send_request = MPI_NONE};
    self->ranks[rank].holds = holds;
    self->stats.messages++;
    self->stats.bytes += op->bytes;
    if (holds || !waits) {
        struct mpi_request request = {.rank = rank,
                                      .source = (int32_t)rank,
                                      .destination = op->destination,
                                      .tag = op->tag,
                                      .waited = waits,
                                      .done = !holds,
                                      .line = op->line,
                                      .op = op_idx,
                                      .bytes = op->bytes,
                                      .address = op->address};
        uint32_t request_id = mpi_match_request(self, &request, err);
        if (request_id == MPI_NONE)
            return false;
        message.send_request = holds ? request_id : MPI_NONE;
    }
    return mpi_wire_send(self, &message, err);
}

bool mpi_rank_recv(struct mpi *self, uint32_t rank, uint64_t bytes, bool waited, uint32_t op_idx,
                   struct err *err)
{
    const struct op *op = &self->ranks[rank].op;
    if (op->source == OP_NOBODY)
        return true;
    struct mpi_request request = {.rank = rank,
                                  .source = op->source,
                                  .destination = (int32_t)rank,
                                  .tag = op->tag,
                                  .waited = waited,
                                  .line = op->line,
                                  .op = op_idx,
                                  .bytes = bytes,
                                  .address = op->kind == OP_SENDRECV ? OP_NO_ADDRESS : op->address};
    uint32_t request_id = mpi_match_request(self, &request, err);
    if (request_id == MPI_NONE || !mpi_match_post(self, request_id, err))
        return false;
    mpi_tell_post(self, rank, waited);
    return true;
}

void mpi_rank_end(struct mpi *self, uint32_t rank)
{
    self->ranks[rank].ended = true;
    self->ranks[rank].end_cycle = self->cycle;
    self->num_ended++;
    self->stats.makespan_cycles = self->cycle;
    if (self->rpc)
        mpi_rpc_end(self, rank);
}

static enum outcome end(struct mpi *self, uint32_t rank)
{
    mpi_rank_end(self, rank);
    return PAUSES;
}

static enum outcome going_on(bool good)
{
    return good ? GOES_ON : FAILS;
}

static enum outcome pin(struct mpi *self, uint32_t rank)
{
    const struct mpi_machine *machine = self->params.machine;
    if (!machine)
        return GOES_ON;
    machine->pin(machine->context, rank, &self->ranks[rank].op);
    return PAUSES;
}

// A test on a machine first looks at what has come.
static enum outcome test(struct mpi *self, uint32_t rank)
{
    const struct mpi_machine *machine = self->params.machine;
    bool looks = machine && !self->ranks[rank].looked;
    self->ranks[rank].looked = looks;
    if (looks)
        machine->look(machine->context, rank);
    else
        mpi_match_test(self, rank, &self->ranks[rank].op);
    return looks ? PAUSES : GOES_ON;
}

static enum outcome execute(struct mpi *self, uint32_t rank, struct err *err)
{
    const struct op *op = &self->ranks[rank].op;
    uint64_t idle_cycles;
    if (self->rpc && !mpi_rpc_before(self, rank, err))
        return FAILS;
    switch (op->kind) {
    case OP_INIT:
        return GOES_ON;
    case OP_FINALIZE:
        return end(self, rank);
    case OP_COMPUTE:
        return compute(self, rank, err);
    case OP_SLEEP:
        return spend(self, rank, op->amount * 1e9, false, &idle_cycles, err);
    case OP_LOAD:
    case OP_STORE:
    case OP_MODIFY:
    case OP_FETCH:
    case OP_FENCE:
        return access_memory(self, rank, err);
    case OP_PIN:
        return pin(self, rank);
    case OP_SEND:
    case OP_ISEND:
        return going_on(mpi_rank_send(self, rank, op->kind == OP_SEND, 0, err));
    case OP_RECV:
    case OP_IRECV:
        return going_on(mpi_rank_recv(self, rank, op->bytes, op->kind == OP_RECV, 0, err));
    case OP_SENDRECV:
        return going_on(mpi_rank_recv(self, rank, op->recv_bytes, true, 0, err) &&
                        mpi_rank_send(self, rank, true, 0, err));
    case OP_WAIT:
        mpi_match_wait(self, rank, op);
        return GOES_ON;
    case OP_TEST:
        return test(self, rank);
    case OP_WAITALL:
        mpi_match_wait_all(self, rank);
        return GOES_ON;
    case OP_CALL:
    case OP_ACALL:
    case OP_BCALL:
    case OP_AWAIT:
    case OP_SERVE:
        return going_on(mpi_rpc_begin(self, rank, err));
    default:
        return going_on(mpi_collective_begin(self, rank, err));
    }
}

void mpi_rank_tell(struct mpi *self, uint32_t rank_idx)
{
    struct activity_watch *watch = self->params.watch;
    struct mpi_rank *rank = &self->ranks[rank_idx];
    struct activity activity = {.kind = ACTIVITY_RANK,
                                .idx = rank_idx,
                                .begin_cycle = rank->since_cycle,
                                .end_cycle = self->cycle,
                                .name = op_names[rank->op.kind],
                                .rank = rank_idx,
                                .line = rank->op.line};
    rank->since_cycle = self->cycle;
    activity_tell(&(struct activity_port){.watch = watch}, &activity);
}

// The next operation of a rank that has nothing left to do.
static enum outcome next_operation(struct mpi *self, uint32_t rank, struct err *err)
{
    struct trace *trace = self->params.trace;
    if (self->ranks[rank].looked)
        return execute(self, rank, err);
    if (self->params.watch)
        mpi_rank_tell(self, rank);
    switch (trace->next(trace, rank, &self->ranks[rank].op, err)) {
    case TRACE_OP:
        return execute(self, rank, err);
    case TRACE_END:
        return end(self, rank);
    default:
        return FAILS;
    }
}

// Goes on with a collective; what it computes comes at its end.
static enum outcome continue_collective(struct mpi *self, uint32_t rank, struct err *err)
{
    if (!mpi_collective_run(self, rank, err))
        return FAILS;
    if (self->ranks[rank].in_collective)
        return GOES_ON;
    return compute(self, rank, err);
}

bool mpi_rank_spend(struct mpi *self, uint32_t rank, double ns, bool computes, bool *pauses,
                    struct err *err)
{
    uint64_t cycles = 0;
    enum outcome outcome = spend(self, rank, ns, true, &cycles, err);
    if (computes)
        count_computing(self, rank, cycles);
    *pauses = outcome == PAUSES;
    return outcome != FAILS;
}

static enum outcome continue_rpc(struct mpi *self, uint32_t rank, struct err *err)
{
    bool pauses = false;
    if (!mpi_rpc_run(self, rank, &pauses, err))
        return FAILS;
    return pauses ? PAUSES : GOES_ON;
}

bool mpi_rank_run(struct mpi *self, uint32_t rank_idx, struct err *err)
{
    struct mpi_rank *rank = &self->ranks[rank_idx];
    enum outcome outcome = GOES_ON;
    rank->blocked = false;
    if (self->schedules)
        return mpi_schedule_run(self, rank_idx, err);
    while (outcome == GOES_ON && rank->pending == 0 && rank->resume_cycle <= self->cycle)
        outcome = rank->in_collective ? continue_collective(self, rank_idx, err)
                  : rank->in_rpc      ? continue_rpc(self, rank_idx, err)
                                      : next_operation(self, rank_idx, err);
    rank->blocked = outcome == GOES_ON;
    if (rank->blocked && self->params.machine)
        self->params.machine->wait(self->params.machine->context, rank_idx);
    if (rank->blocked && rank->pending == 0) // what it waited for is done, but ends later
        mpi_wake(self, rank_idx);
    return outcome != FAILS;
}
