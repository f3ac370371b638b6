// SPDX-License-Identifier: Apache-2.0
#include "model/node/mpi_state.h"

#include <stdlib.h>

// Of an operation that something waits for, while it does.
enum { STARTED = UINT32_MAX - 1, FINISHED = UINT32_MAX };

struct mpi_schedule_op {
    uint32_t left;        // operations that it waits for; STARTED, FINISHED
    uint32_t next;        // in the one list that it is in
    uint64_t ready_cycle; // when the last of those that are over ended; STARTED: before which it
                          // does not finish
};

// What waits for nothing any more, by what goes first.
enum turn { SENDS, RECEIVES, COMPUTES, NUM_TURNS };

struct mpi_schedule {
    struct mpi_schedule_op *ops;
    uint32_t num_ops;
    uint32_t num_left;                   // that have not finished
    bool is_released;                    // it is among the ranks of `released`
    struct mpi_list released[NUM_TURNS]; // in this cycle, in order of definition
    struct mpi_list ready;               // of a machine: to be executed, in this order
    uint32_t computing;                  // of a machine, or MPI_NONE
    uint64_t finish_cycle;               // of those that have finished, the last
};

static void get(const struct mpi *self, uint32_t rank, uint32_t idx, struct op *op,
                struct op_links *links)
{
    const struct trace *trace = self->params.trace;
    trace->schedule->get(trace, rank, idx, op, links);
}

static void append(struct mpi_schedule *self, struct mpi_list *list, uint32_t idx)
{
    self->ops[idx].next = MPI_NONE;
    if (list->head == MPI_NONE)
        list->head = idx;
    else
        self->ops[list->tail].next = idx;
    list->tail = idx;
}

// Puts an operation where it belongs by its index, mostly at the end.
static void insert(struct mpi_schedule *self, struct mpi_list *list, uint32_t idx)
{
    if (list->head == MPI_NONE || list->tail < idx) {
        append(self, list, idx);
        return;
    }
    uint32_t *link = &list->head;
    while (*link < idx)
        link = &self->ops[*link].next;
    self->ops[idx].next = *link;
    *link = idx;
}

// An operation waits for nothing any more.
static void release(struct mpi *self, uint32_t rank, uint32_t idx)
{
    struct mpi_schedule *schedule = &self->schedules[rank];
    struct op op;
    struct op_links links;
    get(self, rank, idx, &op, &links);
    enum turn turn = op.kind == OP_SEND ? SENDS : op.kind == OP_RECV ? RECEIVES : COMPUTES;
    insert(schedule, &schedule->released[turn], idx);
    if (!schedule->is_released)
        wake_push(&self->released, 0, rank);
    schedule->is_released = true;
}

// Something that these wait for is over, in `cycle`.
static void tell(struct mpi *self, uint32_t rank, const uint32_t *waiting, uint32_t num,
                 uint64_t cycle)
{
    for (uint32_t i = 0; i < num; i++) {
        struct mpi_schedule_op *op = &self->schedules[rank].ops[waiting[i]];
        if (cycle > op->ready_cycle)
            op->ready_cycle = cycle;
        if (--op->left == 0)
            release(self, rank, waiting[i]);
    }
}

void mpi_schedule_finished(struct mpi *self, uint32_t rank, uint32_t idx, uint64_t cycle)
{
    struct mpi_schedule *schedule = &self->schedules[rank];
    struct op op;
    struct op_links links;
    get(self, rank, idx, &op, &links);
    if (schedule->ops[idx].ready_cycle > cycle)
        cycle = schedule->ops[idx].ready_cycle;
    schedule->ops[idx].left = FINISHED;
    tell(self, rank, links.after_finish, links.num_finish, cycle);
    if (cycle > schedule->finish_cycle)
        schedule->finish_cycle = cycle;
    if (--schedule->num_left == 0 && !self->params.machine)
        wake_push(&self->wake, schedule->finish_cycle, rank);
}

// Starts an operation, which becomes the rank's, and finishes it if it is a send that waits for
// nobody. Its cpu is free again in `finish_cycle`.
static bool start(struct mpi *self, uint32_t rank, uint32_t idx, uint64_t finish_cycle,
                  struct err *err)
{
    struct op *op = &self->ranks[rank].op;
    struct op_links links;
    get(self, rank, idx, op, &links);
    self->schedules[rank].ops[idx].left = STARTED;
    self->schedules[rank].ops[idx].ready_cycle = finish_cycle;
    tell(self, rank, links.after_start, links.num_start, self->cycle);
    if (op->kind == OP_RECV)
        return mpi_rank_recv(self, rank, op->bytes, true, idx, err);
    if (op->kind != OP_SEND)
        return true;
    if (!mpi_rank_send(self, rank, true, idx, err))
        return false;
    if (!self->ranks[rank].holds)
        mpi_schedule_finished(self, rank, idx, finish_cycle);
    return true;
}

// --- by hosts ------------------------------------------------------------------------------------

// Hands an operation to the host, which says when it begins.
static bool hand_over(struct mpi *self, uint32_t rank, uint32_t idx, struct err *err)
{
    static const uint8_t kinds[OP_NUM_KINDS] = {
        [OP_SEND] = LOGGOPS_SEND, [OP_RECV] = LOGGOPS_POST, [OP_COMPUTE] = LOGGOPS_COMPUTE};
    struct op_links links;
    struct op *op = &self->ranks[rank].op;
    uint64_t ready_cycle = self->schedules[rank].ops[idx].ready_cycle;
    uint64_t node_cycles;
    get(self, rank, idx, op, &links);
    struct loggops_event event = {
        .kind = kinds[op->kind],
        .host = rank,
        .cycle = ready_cycle > self->cycle ? ready_cycle : self->cycle,
        .amount = op->bytes,
        .name = idx,
        .cpu = links.cpu,
        .nic = links.nic,
    };
    if (op->kind == OP_COMPUTE &&
        !mpi_rank_compute_cycles(self, rank, &node_cycles, &event.amount, err))
        return false;
    return loggops_add(&self->hosts, event) || err_set(err, ERR_RUN, "out of memory");
}

bool mpi_schedule_release(struct mpi *self, struct err *err)
{
    while (self->released.num > 0) {
        uint32_t rank = wake_pop(&self->released);
        struct mpi_schedule *schedule = &self->schedules[rank];
        schedule->is_released = false;
        for (int turn = 0; turn < NUM_TURNS; turn++) {
            uint32_t next = schedule->released[turn].head;
            schedule->released[turn].head = MPI_NONE;
            while (next != MPI_NONE) {
                uint32_t idx = next;
                next = schedule->ops[idx].next;
                if (self->params.machine)
                    append(schedule, &schedule->ready, idx);
                else if (!hand_over(self, rank, idx, err))
                    return false;
            }
        }
    }
    return true;
}

bool mpi_schedule_begin(struct mpi *self, const struct loggops_event *event, uint64_t finish_cycle,
                        struct err *err)
{
    self->sending = *event;
    if (!start(self, event->host, event->name, finish_cycle, err))
        return false;
    if (event->kind == LOGGOPS_COMPUTE)
        mpi_schedule_finished(self, event->host, event->name, finish_cycle);
    return true;
}

// --- by a machine, or the end of a rank ----------------------------------------------------------

// Executes what is ready, up to the next computing, if there is any.
static bool execute(struct mpi *self, uint32_t rank, bool *computes, struct err *err)
{
    struct mpi_schedule *schedule = &self->schedules[rank];
    const struct mpi_machine *machine = self->params.machine;
    *computes = false;
    while (mpi_schedule_release(self, err) && schedule->ready.head != MPI_NONE && !*computes) {
        uint32_t idx = schedule->ready.head;
        uint64_t node_cycles;
        uint64_t fabric_cycles;
        schedule->ready.head = schedule->ops[idx].next;
        if (!start(self, rank, idx, self->cycle, err))
            return false;
        if (self->ranks[rank].op.kind != OP_COMPUTE)
            continue;
        if (!mpi_rank_compute_cycles(self, rank, &node_cycles, &fabric_cycles, err))
            return false;
        *computes = node_cycles > 0;
        if (*computes) {
            schedule->computing = idx;
            machine->compute(machine->context, rank, node_cycles);
        } else {
            mpi_schedule_finished(self, rank, idx, self->cycle);
        }
    }
    return err->status == ERR_NONE;
}

bool mpi_schedule_run(struct mpi *self, uint32_t rank, struct err *err)
{
    struct mpi_schedule *schedule = &self->schedules[rank];
    bool computes = false;
    if (schedule->computing != MPI_NONE) {
        mpi_schedule_finished(self, rank, schedule->computing, self->cycle);
        schedule->computing = MPI_NONE;
    }
    if (self->params.machine && !execute(self, rank, &computes, err))
        return false;
    if (schedule->num_left == 0)
        mpi_rank_end(self, rank);
    else
        self->ranks[rank].blocked = !computes;
    return true;
}

// --- all in all ----------------------------------------------------------------------------------

static bool make_rank(struct mpi *self, uint32_t rank)
{
    const struct trace *trace = self->params.trace;
    struct mpi_schedule *schedule = &self->schedules[rank];
    *schedule = (struct mpi_schedule){.num_ops = trace->schedule->num_ops(trace, rank),
                                      .ready.head = MPI_NONE,
                                      .computing = MPI_NONE};
    schedule->num_left = schedule->num_ops;
    schedule->ops = calloc((size_t)schedule->num_ops + 1, sizeof *schedule->ops);
    for (int turn = 0; turn < NUM_TURNS; turn++)
        schedule->released[turn].head = MPI_NONE;
    for (uint32_t i = 0; schedule->ops && i < schedule->num_ops; i++) {
        struct op op;
        struct op_links links;
        get(self, rank, i, &op, &links);
        schedule->ops[i].left = links.num_before;
        if (links.num_before == 0)
            release(self, rank, i);
    }
    if (schedule->num_left == 0 && !self->params.machine)
        wake_push(&self->wake, 0, rank);
    return schedule->ops != NULL;
}

bool mpi_schedule_make(struct mpi *self, struct err *err)
{
    self->schedules = calloc(self->num_ranks, sizeof *self->schedules);
    bool good = self->schedules && wake_make(&self->released, self->num_ranks);
    for (uint32_t i = 0; good && i < self->num_ranks; i++)
        good = make_rank(self, i);
    return good || err_set(err, ERR_RUN, "out of memory");
}

void mpi_schedule_free(struct mpi *self)
{
    for (uint32_t i = 0; self->schedules && i < self->num_ranks; i++)
        free(self->schedules[i].ops);
    free(self->schedules);
    wake_free(&self->released);
}

void mpi_schedule_waits(const struct mpi *self, uint32_t rank, struct op *op)
{
    const struct mpi_schedule *schedule = &self->schedules[rank];
    struct op_links links;
    uint32_t idx = 0;
    while (idx < schedule->num_ops && schedule->ops[idx].left != STARTED)
        idx++;
    if (idx < schedule->num_ops)
        get(self, rank, idx, op, &links);
}
