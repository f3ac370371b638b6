// SPDX-License-Identifier: Apache-2.0
#include "model/node/mpi_rpc.h"

#include <assert.h>
#include <stdlib.h>

enum { FIRST_SLOTS = 64, MAX_DOUBLINGS = 16 };

// Room for one more in a pool of slots of `size` bytes.
static bool grow(void **slots, uint32_t num, uint32_t *cap, size_t size, struct err *err)
{
    if (num < *cap)
        return true;
    uint32_t more = *cap ? 2 * *cap : FIRST_SLOTS;
    void *grown = realloc(*slots, more * size);
    if (!grown)
        return err_set(err, ERR_RUN, "out of memory");
    *slots = grown;
    *cap = more;
    return true;
}

// --- requests and calls -------------------------------------------------------------------------

static uint32_t take_request(struct mpi_rpc *self, struct err *err)
{
    uint32_t id = self->free_requests;
    if (id != MPI_NONE) {
        self->free_requests = self->requests[id].next;
        return id;
    }
    uint32_t cap = self->cap_requests;
    void *slots = self->requests;
    if (!grow(&slots, self->num_requests, &self->cap_requests, sizeof *self->requests, err))
        return MPI_NONE;
    self->requests = slots;
    if (self->cap_requests > cap && !wake_grow(&self->timers, self->cap_requests)) {
        err_set(err, ERR_RUN, "out of memory");
        return MPI_NONE;
    }
    return self->num_requests++;
}

uint32_t mpi_rpc_wire_request(struct mpi *self, uint32_t client, uint32_t server, struct err *err)
{
    struct mpi_rpc *rpc = self->rpc;
    struct rpc_rank *rank = &rpc->ranks[client];
    uint32_t id = take_request(rpc, err);
    if (id == MPI_NONE)
        return MPI_NONE;
    rpc->requests[id] = (struct rpc_request){
        .client = client,
        .server = server,
        .number = rank->num_requests++,
        .calls.head = MPI_NONE,
        .bytes = {RPC_REQUEST_BYTES, RPC_REPLY_BYTES},
        .next = MPI_NONE,
    };
    if (rank->requests.head == MPI_NONE)
        rank->requests.head = id;
    else
        rpc->requests[rank->requests.tail].next = id;
    rank->requests.tail = id;
    return id;
}

uint32_t mpi_rpc_wire_call(struct mpi *self, uint32_t request_id, struct err *err)
{
    struct mpi_rpc *rpc = self->rpc;
    uint32_t id = rpc->free_calls;
    if (id != MPI_NONE) {
        rpc->free_calls = rpc->calls[id].next;
    } else {
        void *slots = rpc->calls;
        if (!grow(&slots, rpc->num_calls, &rpc->cap_calls, sizeof *rpc->calls, err))
            return MPI_NONE;
        rpc->calls = slots;
        id = rpc->num_calls++;
    }
    struct rpc_request *request = &rpc->requests[request_id];
    rpc->calls[id] = (struct rpc_call){.next = MPI_NONE};
    if (request->calls.head == MPI_NONE)
        request->calls.head = id;
    else
        rpc->calls[request->calls.tail].next = id;
    request->calls.tail = id;
    request->num_calls++;
    return id;
}

static void unlink_request(struct mpi_rpc *self, uint32_t id)
{
    struct mpi_list *list = &self->ranks[self->requests[id].client].requests;
    uint32_t before = MPI_NONE;
    for (uint32_t at = list->head; at != id; at = self->requests[at].next)
        before = at;
    if (before == MPI_NONE)
        list->head = self->requests[id].next;
    else
        self->requests[before].next = self->requests[id].next;
    if (list->tail == id)
        list->tail = before;
}

void mpi_rpc_wire_release(struct mpi *self, uint32_t id)
{
    struct mpi_rpc *rpc = self->rpc;
    struct rpc_request *request = &rpc->requests[id];
    bool gone = request->server_state == RPC_FORGOTTEN ||
                (request->server_state == RPC_UNSEEN && request->copies == 0);
    if (request->num_taken < request->num_calls || !gone)
        return;
    if (!request->unlisted)
        unlink_request(rpc, id);
    request->unlisted = true;
    if (request->copies > 0 || request->timed)
        return;
    if (request->calls.head != MPI_NONE) {
        rpc->calls[request->calls.tail].next = rpc->free_calls;
        rpc->free_calls = request->calls.head;
    }
    request->next = rpc->free_requests;
    rpc->free_requests = id;
}

// Adds the times of a call to the sums.
static bool sum_up(struct mpi *self, const struct rpc_times *times, struct err *err)
{
    struct rpc_stats *stats = &self->stats.rpc;
    uint64_t cycles = times->at[RPC_NUM_STEPS] - times->at[0];
    stats->calls++;
    stats->cycles += cycles;
    for (int i = 0; i < RPC_NUM_STEPS; i++) {
        assert(times->at[i] <= times->at[i + 1]);
        stats->step_cycles[i] += times->at[i + 1] - times->at[i];
    }
    return stat_histogram_add(&self->rpc->call_cycles, cycles) ||
           err_set(err, ERR_RUN, "out of memory");
}

bool mpi_rpc_wire_taken(struct mpi *self, uint32_t call_id, uint32_t request_id, struct err *err)
{
    struct rpc_call *call = &self->rpc->calls[call_id];
    const struct rpc_params *params = &self->rpc->params;
    call->taken = true;
    if (call->times.failed)
        self->stats.rpc.failed++;
    else if (!sum_up(self, &call->times, err))
        return false;
    if (params->ended)
        params->ended(params->context, &call->times);
    self->rpc->requests[request_id].num_taken++;
    mpi_rpc_wire_release(self, request_id);
    return true;
}

// --- sending ------------------------------------------------------------------------------------

// The first number of a client that is not answered.
static uint64_t answered_below(const struct mpi_rpc *self, uint32_t client)
{
    const struct rpc_rank *rank = &self->ranks[client];
    for (uint32_t id = rank->requests.head; id != MPI_NONE; id = self->requests[id].next)
        if (self->requests[id].client_state <= RPC_SENT)
            return self->requests[id].number;
    return rank->num_requests;
}

// Sends a copy of a request or a reply.
static bool transmit(struct mpi *self, uint32_t request_id, enum mpi_phase phase, struct err *err)
{
    struct mpi_rpc *rpc = self->rpc;
    struct rpc_request *request = &rpc->requests[request_id];
    bool back = phase == MPI_REPLY;
    struct mpi_message message = {
        .source = back ? request->server : request->client,
        .destination = back ? request->client : request->server,
        .phase = phase,
        .bytes = request->bytes[back],
        .address = back ? rpc->reply_address : rpc->request_address,
        .line = rpc->calls[request->calls.head].times.line,
        .send_request = MPI_NONE,
        .recv_request = MPI_NONE,
    };
    self->stats.rpc.bytes += message.bytes;
    uint32_t message_id = mpi_wire_datagram(self, &message, err);
    if (message_id == MPI_NONE)
        return false;
    if (message_id >= rpc->cap_copies) {
        struct rpc_copy *copies = realloc(rpc->copies, self->message_pool.cap * sizeof *copies);
        if (!copies)
            return err_set(err, ERR_RUN, "out of memory");
        rpc->copies = copies;
        rpc->cap_copies = self->message_pool.cap;
    }
    rpc->copies[message_id] = (struct rpc_copy){
        .request = request_id,
        .sent_cycle = self->cycle,
        .answered_below = back ? 0 : answered_below(rpc, request->client),
    };
    request->copies++;
    return true;
}

// Transmits a request, and sets its timer.
static bool transmit_timed(struct mpi *self, uint32_t request_id, struct err *err)
{
    struct mpi_rpc *rpc = self->rpc;
    struct rpc_request *request = &rpc->requests[request_id];
    uint32_t doublings = request->retries < MAX_DOUBLINGS ? request->retries : MAX_DOUBLINGS;
    uint64_t cycles = rpc->timeout_cycles;
    for (uint32_t i = 0; i < doublings && cycles < WORKLOAD_LAST_CYCLE; i++)
        cycles *= 2;
    request->timed = true;
    wake_push(&rpc->timers, self->cycle + cycles, request_id);
    return transmit(self, request_id, MPI_REQUEST, err);
}

bool mpi_rpc_wire_send(struct mpi *self, uint32_t request_id, struct err *err)
{
    self->stats.rpc.requests++;
    self->rpc->requests[request_id].client_state = RPC_SENT;
    return transmit_timed(self, request_id, err);
}

bool mpi_rpc_wire_reply(struct mpi *self, uint32_t request_id, struct err *err)
{
    self->stats.rpc.replies++;
    return transmit(self, request_id, MPI_REPLY, err);
}

// --- arrival ------------------------------------------------------------------------------------

void mpi_rpc_wire_done_with(struct mpi *self, uint32_t message_id)
{
    uint32_t request_id = self->rpc->copies[message_id].request;
    self->rpc->requests[request_id].copies--;
    mpi_wire_release(self, message_id);
    mpi_rpc_wire_release(self, request_id);
}

// The first copy of a request or a reply has come, which was sent at some time.
static void mark_arrival(struct mpi *self, const struct rpc_request *request, enum rpc_step way,
                         uint64_t sent_cycle)
{
    for (uint32_t c = request->calls.head; c != MPI_NONE; c = self->rpc->calls[c].next) {
        struct rpc_call *call = &self->rpc->calls[c];
        call->times.at[way] = sent_cycle;
        mpi_rpc_mark(self, call, way);
    }
}

static void request_arrived(struct mpi *self, uint32_t message_id)
{
    const struct rpc_copy *copy = &self->rpc->copies[message_id];
    struct rpc_request *request = &self->rpc->requests[copy->request];
    struct rpc_rank *server = &self->rpc->ranks[request->server];
    if (self->ranks[request->server].ended) {
        mpi_rpc_wire_done_with(self, message_id);
        return;
    }
    if (!request->has_come)
        mark_arrival(self, request, RPC_REQUEST, copy->sent_cycle);
    request->has_come = true;
    if (request->server_state == RPC_UNSEEN)
        request->server_state = RPC_SEEN;
    mpi_wire_append(self, &server->inbox, message_id);
    if (server->waits && server->stage >= RPC_SERVES)
        mpi_rpc_wake(self, request->server, false);
}

static void reply_arrived(struct mpi *self, uint32_t message_id)
{
    const struct rpc_copy *copy = &self->rpc->copies[message_id];
    struct rpc_request *request = &self->rpc->requests[copy->request];
    struct rpc_rank *client = &self->rpc->ranks[request->client];
    if (request->client_state == RPC_SENT) {
        request->client_state = RPC_ANSWERED;
        mark_arrival(self, request, RPC_REPLY, copy->sent_cycle);
        if (client->waits && client->stage == RPC_AWAITS && client->request == copy->request)
            mpi_rpc_wake(self, request->client, false);
    }
    mpi_rpc_wire_done_with(self, message_id);
}

bool mpi_rpc_arrived(struct mpi *self, uint32_t message_id, struct err *err)
{
    (void)err;
    struct mpi_rpc *rpc = self->rpc;
    const struct mpi_message *message = &self->messages[message_id];
    struct rpc_rank *receiver = &rpc->ranks[message->destination];
    if (rpc->loss_threshold && rng_chance(&receiver->loss, rpc->loss_threshold)) {
        self->stats.rpc.dropped++;
        mpi_rpc_wire_done_with(self, message_id);
    } else if (message->phase == MPI_REQUEST) {
        request_arrived(self, message_id);
    } else {
        reply_arrived(self, message_id);
    }
    return true;
}

// --- timers -------------------------------------------------------------------------------------

uint64_t mpi_rpc_timer_cycle(const struct mpi *self)
{
    return wake_first(&self->rpc->timers);
}

// A request has not been answered in time.
static bool expired(struct mpi *self, uint32_t request_id, struct err *err)
{
    const struct mpi_machine *machine = self->params.machine;
    struct rpc_request *request = &self->rpc->requests[request_id];
    struct rpc_rank *client = &self->rpc->ranks[request->client];
    if (request->retries < self->rpc->params.max_retries) {
        request->retries++;
        self->stats.rpc.retransmissions++;
        bool good = transmit_timed(self, request_id, err);
        if (machine)
            machine->nudge(machine->context, request->client);
        return good;
    }
    request->client_state = RPC_FAILED;
    if (client->waits && client->stage == RPC_AWAITS && client->request == request_id)
        mpi_rpc_wake(self, request->client, true);
    return true;
}

bool mpi_rpc_timers(struct mpi *self, struct err *err)
{
    struct wake *timers = &self->rpc->timers;
    while (wake_first(timers) <= self->cycle) {
        uint32_t id = wake_pop(timers);
        struct rpc_request *request = &self->rpc->requests[id];
        request->timed = false;
        if (request->client_state == RPC_SENT) {
            if (!expired(self, id, err))
                return false;
        } else {
            mpi_rpc_wire_release(self, id);
        }
    }
    return true;
}
