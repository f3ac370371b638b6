// SPDX-License-Identifier: Apache-2.0
#include "sim/goal_program.h"

#include "sim/trace_matrix.h"
#include "traces/goal_write.h"

#include <math.h>
#include <stdlib.h>

enum { FIRST = 16, CPU = 0, SLEEPING_CPU = 1 };

void goal_program_free(struct goal_program *self)
{
    free(self->awaited.idx);
    free(self->posted.idx);
    free(self->requests);
}

void goal_program_begin_rank(struct goal_program *self)
{
    self->num_ops = self->num_collectives = 0;
    self->takes_any_tag = self->receives_in_collective = false;
    self->awaited.num = self->posted.num = self->num_requests = 0;
}

static bool refuse(struct goal_program *self, const char *why)
{
    self->refused = why;
    return false;
}

static bool add_index(struct goal_indices *self, uint32_t idx, struct err *err)
{
    if (self->num == self->cap) {
        uint32_t cap = self->cap ? 2 * self->cap : FIRST;
        uint32_t *bigger = realloc(self->idx, cap * sizeof *bigger);
        if (!bigger)
            return err_set(err, ERR_RUN, "out of memory");
        self->idx = bigger;
        self->cap = cap;
    }
    self->idx[self->num++] = idx;
    return true;
}

// Writes an operation that follows all that came before; `*idx` is its index.
static bool put(struct goal_program *self, const struct op *op, uint8_t cpu, uint32_t *idx)
{
    const char *why = goal_write_op(self->to, self->num_ops, op, cpu, 0);
    if (why)
        return refuse(self, why);
    *idx = self->num_ops++;
    bool waits_for_last = false;
    for (uint32_t i = 0; i < self->awaited.num; i++) {
        goal_write_edge(self->to, *idx, self->awaited.idx[i], false);
        waits_for_last = waits_for_last || self->awaited.idx[i] + 1 == *idx;
    }
    if (*idx > 0 && !waits_for_last)
        goal_write_edge(self->to, *idx, *idx - 1, true);
    self->awaited.num = 0;
    return true;
}

static bool put_calc(struct goal_program *self, double ns, uint8_t cpu, struct err *err)
{
    // What is only an error of floating point is no reason to round up.
    double nearest = round(ns);
    struct op calc = {.kind = OP_COMPUTE,
                      .amount = fabs(ns - nearest) <= ns * 1e-12 ? nearest : ceil(ns)};
    uint32_t idx;
    if (calc.amount == 0)
        return true;
    return put(self, &calc, cpu, &idx) && add_index(&self->awaited, idx, err);
}

// --- messages ------------------------------------------------------------------------------------

static bool put_send(struct goal_program *self, const struct op *op, uint32_t *idx)
{
    struct op send = *op;
    send.kind = OP_SEND;
    return put(self, &send, CPU, idx);
}

static bool put_recv(struct goal_program *self, const struct op *op, uint64_t room_bytes,
                     uint32_t *idx)
{
    struct op recv = *op;
    recv.kind = OP_RECV;
    recv.bytes = goal_sizes_take(self->sizes, self->rank, op->source, op->tag, room_bytes);
    self->takes_any_tag = self->takes_any_tag || op->tag < 0;
    if (self->takes_any_tag && self->receives_in_collective)
        return refuse(self, "any tag where collectives send messages, too");
    return put(self, &recv, CPU, idx);
}

static bool add_request(struct goal_program *self, struct goal_request request, struct err *err)
{
    if (self->num_requests == self->cap_requests) {
        uint32_t cap = self->cap_requests ? 2 * self->cap_requests : FIRST;
        struct goal_request *bigger = realloc(self->requests, cap * sizeof *bigger);
        if (!bigger)
            return err_set(err, ERR_RUN, "out of memory");
        self->requests = bigger;
        self->cap_requests = cap;
    }
    self->requests[self->num_requests++] = request;
    return true;
}

static bool put_message(struct goal_program *self, const struct op *op, struct err *err)
{
    bool sends = op->kind == OP_SEND || op->kind == OP_ISEND;
    bool blocks = op->kind == OP_SEND || op->kind == OP_RECV;
    uint32_t idx;
    if ((sends ? op->destination : op->source) == OP_NOBODY)
        return true;
    if (!(sends ? put_send(self, op, &idx) : put_recv(self, op, op->bytes, &idx)))
        return false;
    if (blocks)
        return add_index(&self->awaited, idx, err);
    struct goal_request request = {.source = sends ? (int32_t)self->rank : op->source,
                                   .destination = sends ? op->destination : (int32_t)self->rank,
                                   .tag = op->tag,
                                   .idx = idx};
    return add_request(self, request, err);
}

static bool put_sendrecv(struct goal_program *self, const struct op *op, struct err *err)
{
    uint32_t recv_idx;
    uint32_t send_idx;
    if (op->source != OP_NOBODY && !put_recv(self, op, op->recv_bytes, &recv_idx))
        return false;
    if (op->destination != OP_NOBODY && !put_send(self, op, &send_idx))
        return false;
    return (op->source == OP_NOBODY || add_index(&self->awaited, recv_idx, err)) &&
           (op->destination == OP_NOBODY || add_index(&self->awaited, send_idx, err));
}

// --- waiting -------------------------------------------------------------------------------------

// Finds the oldest request that a wait or test names, and how many there are of its numbers.
static uint32_t find(const struct goal_program *self, const struct op *op, uint32_t *num)
{
    uint32_t at = 0;
    *num = 0;
    for (uint32_t i = self->num_requests; i-- > 0;) {
        const struct goal_request *request = &self->requests[i];
        if (request->source != op->source || request->destination != op->destination ||
            request->tag != op->tag)
            continue;
        at = i;
        ++*num;
    }
    return at;
}

static struct goal_request take(struct goal_program *self, uint32_t at)
{
    struct goal_request request = self->requests[at];
    self->num_requests--;
    for (uint32_t i = at; i < self->num_requests; i++)
        self->requests[i] = self->requests[i + 1];
    return request;
}

static bool wait_or_test(struct goal_program *self, const struct op *op, struct err *err)
{
    uint32_t num;
    uint32_t at = find(self, op, &num);
    if (num == 0)
        return true;
    if (num > 1 && self->requests[at].is_tested)
        return refuse(self, "a choice of requests by how an earlier test comes out");
    struct goal_request request = take(self, at);
    if (op->kind == OP_WAIT)
        return add_index(&self->awaited, request.idx, err);
    request.is_tested = true;
    return add_request(self, request, err);
}

static bool wait_for_all(struct goal_program *self, struct err *err)
{
    for (uint32_t i = 0; i < self->num_requests; i++)
        if (!add_index(&self->awaited, self->requests[i].idx, err))
            return false;
    self->num_requests = 0;
    return true;
}

// --- collectives ---------------------------------------------------------------------------------

static bool put_step(struct goal_program *self, const struct collective_step *step, int32_t tag,
                     struct err *err)
{
    struct op op = {.tag = tag, .address = OP_NO_ADDRESS};
    uint32_t idx;
    if (step->recv_from != COLLECTIVE_NOBODY) {
        op.kind = OP_RECV;
        op.source = (int32_t)step->recv_from;
        op.bytes = step->recv_bytes;
        self->receives_in_collective = true;
        if (self->takes_any_tag)
            return refuse(self, "messages of a collective where receives take any tag");
        if (!put(self, &op, CPU, &idx) || !add_index(&self->posted, idx, err))
            return false;
    }
    if (step->send_to != COLLECTIVE_NOBODY) {
        op.kind = OP_SEND;
        op.destination = (int32_t)step->send_to;
        op.bytes = step->send_bytes;
        if (!put(self, &op, CPU, &idx) || !add_index(&self->posted, idx, err))
            return false;
    }
    for (uint32_t i = 0; step->wait && i < self->posted.num; i++)
        if (!add_index(&self->awaited, self->posted.idx[i], err))
            return false;
    if (step->wait)
        self->posted.num = 0;
    return true;
}

static bool put_collective(struct goal_program *self, const struct op *op, struct err *err)
{
    struct collective collective;
    int64_t first_tag = (int64_t)self->sizes->tag_max + 1;
    int64_t num_tags = INT32_MAX - first_tag + 1;
    if (self->num_ranks > 1 && num_tags == 0)
        return refuse(self, "a collective of a program that uses the highest tag");
    if (!trace_collective(&collective, self->rank, self->num_ranks, op, self->algorithms, err))
        return false;
    int32_t tag = num_tags == 0 ? 0 : (int32_t)(first_tag + self->num_collectives++ % num_tags);
    uint32_t num_steps = collective_num_steps(&collective);
    for (uint32_t i = 0; i < num_steps; i++) {
        struct collective_step step = collective_step(&collective, i);
        if (!put_step(self, &step, tag, err))
            return false;
    }
    return put_calc(self, op->amount, CPU, err);
}

// --- all of them ---------------------------------------------------------------------------------

bool goal_program_op(struct goal_program *self, const struct op *op, struct err *err)
{
    self->refused = NULL;
    switch (op->kind) {
    case OP_INIT:
    case OP_FINALIZE:
        return true;
    case OP_COMPUTE:
        return put_calc(self, op->amount, CPU, err);
    case OP_SLEEP:
        return put_calc(self, op->amount * 1e9, SLEEPING_CPU, err);
    case OP_LOAD:
    case OP_STORE:
    case OP_MODIFY:
    case OP_FETCH:
    case OP_FENCE:
        return refuse(self, "accesses to memory");
    case OP_CALL:
    case OP_ACALL:
    case OP_BCALL:
    case OP_AWAIT:
    case OP_SERVE:
        return refuse(self, "remote procedure calls");
    case OP_SEND:
    case OP_ISEND:
    case OP_RECV:
    case OP_IRECV:
        return put_message(self, op, err);
    case OP_SENDRECV:
        return put_sendrecv(self, op, err);
    case OP_WAIT:
    case OP_TEST:
        return wait_or_test(self, op, err);
    case OP_WAITALL:
        return wait_for_all(self, err);
    default:
        return put_collective(self, op, err);
    }
}
