// SPDX-License-Identifier: Apache-2.0
#include "model/node/mpi_state.h"

#include <inttypes.h>
#include <stdlib.h>

enum { FIRST_REQUESTS = 64 };

// --- requests
// --------------------------------------------------------------------------------------

static bool take_slot(struct mpi *self, uint32_t *request_id, struct err *err)
{
    if (self->free_requests.head != MPI_NONE) {
        *request_id = self->free_requests.head;
        self->free_requests.head = self->requests[*request_id].next;
        return true;
    }
    if (self->num_requests == self->cap_requests) {
        uint32_t cap = self->cap_requests ? 2 * self->cap_requests : FIRST_REQUESTS;
        struct mpi_request *requests = realloc(self->requests, cap * sizeof *requests);
        if (!requests)
            return err_set(err, ERR_RUN, "out of memory");
        self->requests = requests;
        self->cap_requests = cap;
    }
    *request_id = self->num_requests++;
    return true;
}

static void release(struct mpi *self, uint32_t request_id)
{
    self->requests[request_id].next = self->free_requests.head;
    self->free_requests.head = request_id;
}

static void append_outstanding(struct mpi *self, uint32_t request_id)
{
    struct mpi_list *list = &self->ranks[self->requests[request_id].rank].outstanding;
    self->requests[request_id].next = MPI_NONE;
    if (list->head == MPI_NONE)
        list->head = request_id;
    else
        self->requests[list->tail].next = request_id;
    list->tail = request_id;
}

uint32_t mpi_match_request(struct mpi *self, const struct mpi_request *request, struct err *err)
{
    uint32_t request_id = MPI_NONE;
    if (!take_slot(self, &request_id, err))
        return MPI_NONE;
    self->requests[request_id] = *request;
    if (request->waited)
        self->ranks[request->rank].pending++;
    else
        append_outstanding(self, request_id);
    return request_id;
}

// Its rank does not go on before `cycle`, to which hosts put off what has just been decided.
static void hold_back(struct mpi *self, uint32_t rank, uint64_t cycle)
{
    if (self->has_hosts && cycle > self->ranks[rank].resume_cycle)
        self->ranks[rank].resume_cycle = cycle;
}

void mpi_match_complete(struct mpi *self, uint32_t request_id, uint64_t cycle)
{
    struct mpi_request *request = &self->requests[request_id];
    request->done = true;
    request->done_cycle = cycle;
    if (!request->waited)
        return;
    struct mpi_rank *rank = &self->ranks[request->rank];
    if (self->schedules)
        mpi_schedule_finished(self, request->rank, request->op, cycle);
    hold_back(self, request->rank, cycle);
    rank->pending--;
    if (rank->blocked && (rank->pending == 0 || self->schedules))
        mpi_wake(self, request->rank);
    release(self, request_id);
}

// Takes the oldest outstanding request with the key of `op`, or of any key if that is NULL.
static uint32_t take_outstanding(struct mpi *self, uint32_t rank, const struct op *op)
{
    struct mpi_list *list = &self->ranks[rank].outstanding;
    uint32_t before = MPI_NONE;
    for (uint32_t id = list->head; id != MPI_NONE; before = id, id = self->requests[id].next) {
        const struct mpi_request *request = &self->requests[id];
        if (op && (request->source != op->source || request->destination != op->destination ||
                   request->tag != op->tag))
            continue;
        if (before == MPI_NONE)
            list->head = request->next;
        else
            self->requests[before].next = request->next;
        if (list->tail == id)
            list->tail = before;
        return id;
    }
    return MPI_NONE;
}

// Waits for a request that was taken from the outstanding ones.
static void wait_for(struct mpi *self, uint32_t request_id)
{
    struct mpi_request *request = &self->requests[request_id];
    if (request->done) {
        hold_back(self, request->rank, request->done_cycle);
        release(self, request_id);
        return;
    }
    request->waited = true;
    self->ranks[request->rank].pending++;
}

void mpi_match_wait(struct mpi *self, uint32_t rank, const struct op *op)
{
    uint32_t request_id = take_outstanding(self, rank, op);
    if (request_id != MPI_NONE)
        wait_for(self, request_id);
}

void mpi_match_wait_all(struct mpi *self, uint32_t rank)
{
    uint32_t request_id;
    while ((request_id = take_outstanding(self, rank, NULL)) != MPI_NONE)
        wait_for(self, request_id);
}

void mpi_match_test(struct mpi *self, uint32_t rank, const struct op *op)
{
    uint32_t request_id = take_outstanding(self, rank, op);
    if (request_id == MPI_NONE)
        return;
    if (self->requests[request_id].done && self->requests[request_id].done_cycle <= self->cycle)
        release(self, request_id);
    else
        append_outstanding(self, request_id);
}

// --- matching
// --------------------------------------------------------------------------------------

static bool meets(const struct mpi_request *request, const struct mpi_message *message)
{
    return request->collective == message->collective &&
           (request->source < 0 || (uint32_t)request->source == message->source) &&
           (request->tag < 0 || request->tag == message->tag);
}

static bool wrong_size(const struct mpi *self, const struct mpi_request *request,
                       const struct mpi_message *message, struct err *err)
{
    return err_set(err, ERR_TRACE,
                   "%s:%u: rank %u: a receive %s %" PRIu64 " bytes meets a message of %" PRIu64
                   " bytes that rank %u sent (%s:%u)",
                   mpi_file(self, request->rank), request->line, request->rank,
                   request->collective ? "in a collective of" : "of at most", request->bytes,
                   message->bytes, message->source, mpi_file(self, message->source), message->line);
}

// A receive and a message have met.
static bool met(struct mpi *self, uint32_t request_id, uint32_t message_id, struct err *err)
{
    const struct mpi_request *request = &self->requests[request_id];
    struct mpi_message *message = &self->messages[message_id];
    if (message->bytes > request->bytes ||
        (request->collective && request->bytes != COLLECTIVE_ANY_BYTES &&
         message->bytes != request->bytes))
        return wrong_size(self, request, message, err);
    message->recv_request = request_id;
    if (message->phase == MPI_EAGER && self->params.machine &&
        message->source != message->destination)
        return mpi_machine_met(self, message_id, err);
    if (message->phase == MPI_EAGER)
        return mpi_wire_received(self, message_id, err);
    return mpi_wire_clear_to_send(self, message_id, err);
}

bool mpi_match_post(struct mpi *self, uint32_t request_id, struct err *err)
{
    struct mpi_request *request = &self->requests[request_id];
    struct mpi_rank *rank = &self->ranks[request->rank];
    uint32_t before = MPI_NONE;
    self->num_looked_at = 0;
    for (uint32_t id = rank->unexpected.head; id != MPI_NONE;
         before = id, id = self->messages[id].next) {
        self->num_looked_at++;
        if (!meets(request, &self->messages[id]))
            continue;
        if (before == MPI_NONE)
            rank->unexpected.head = self->messages[id].next;
        else
            self->messages[before].next = self->messages[id].next;
        if (rank->unexpected.tail == id)
            rank->unexpected.tail = before;
        self->num_unexpected--;
        return met(self, request_id, id, err);
    }
    request->next_posted = MPI_NONE;
    if (rank->posted.head == MPI_NONE)
        rank->posted.head = request_id;
    else
        self->requests[rank->posted.tail].next_posted = request_id;
    rank->posted.tail = request_id;
    return true;
}

bool mpi_match_arrived(struct mpi *self, uint32_t message_id, struct err *err)
{
    struct mpi_message *message = &self->messages[message_id];
    struct mpi_rank *rank = &self->ranks[message->destination];
    uint32_t before = MPI_NONE;
    for (uint32_t id = rank->posted.head; id != MPI_NONE;
         before = id, id = self->requests[id].next_posted) {
        self->num_looked_at++;
        if (!meets(&self->requests[id], message))
            continue;
        if (before == MPI_NONE)
            rank->posted.head = self->requests[id].next_posted;
        else
            self->requests[before].next_posted = self->requests[id].next_posted;
        if (rank->posted.tail == id)
            rank->posted.tail = before;
        return met(self, id, message_id, err);
    }
    mpi_wire_append(self, &rank->unexpected, message_id);
    self->num_unexpected++;
    return true;
}

bool mpi_match_check_end(const struct mpi *self, struct err *err)
{
    for (uint32_t i = 0; i < self->num_ranks; i++) {
        const struct mpi_rank *rank = &self->ranks[i];
        if (rank->unexpected.head != MPI_NONE) {
            const struct mpi_message *message = &self->messages[rank->unexpected.head];
            return err_set(err, ERR_TRACE,
                           "%s:%u: rank %u: a message of %" PRIu64
                           " bytes to rank %u with tag %" PRId32 " is never received",
                           mpi_file(self, message->source), message->line, message->source,
                           message->bytes, i, message->tag);
        }
        if (rank->posted.head != MPI_NONE) {
            const struct mpi_request *request = &self->requests[rank->posted.head];
            return err_set(err, ERR_TRACE,
                           "%s:%u: rank %u: a receive from %" PRId32 " with tag %" PRId32
                           " (negative: any) never gets a message",
                           mpi_file(self, i), request->line, i, request->source, request->tag);
        }
    }
    return true;
}
