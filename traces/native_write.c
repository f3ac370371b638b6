// SPDX-License-Identifier: Apache-2.0
// The project's own text, as native.c reads it.
#include "traces/native_write.h"

#include <inttypes.h>

static void begin(struct program_output *self)
{
    fprintf(self->to, "ordito-trace 1\nranks %" PRIu32 "\n", self->num_ranks);
}

static void begin_rank(struct program_output *self)
{
    fprintf(self->to, "rank %" PRIu32 "\n", self->rank);
}

static void end(struct program_output *self)
{
    fputs("end\n", self->to);
}

// --- fields -------------------------------------------------------------------------------------

// A rank or tag, or what is in its place.
static void put_number(FILE *to, const char *key, int32_t number)
{
    if (number == OP_NOBODY)
        fprintf(to, " %s=nobody", key);
    else if (number < 0)
        fprintf(to, " %s=any", key);
    else
        fprintf(to, " %s=%" PRId32, key, number);
}

static void put_tag(FILE *to, int32_t tag)
{
    if (tag != 0)
        put_number(to, "tag", tag < 0 ? -1 : tag);
}

static void put_bytes(FILE *to, const char *key, uint64_t bytes)
{
    if (bytes == OP_ANY_BYTES)
        fprintf(to, " %s=any", key);
    else
        fprintf(to, " %s=%" PRIu64, key, bytes);
}

static void put_address(FILE *to, uint64_t address)
{
    if (address != OP_NO_ADDRESS)
        fprintf(to, " at=0x%" PRIx64, address);
}

static void put_root(FILE *to, uint32_t root)
{
    if (root != 0)
        fprintf(to, " root=%" PRIu32, root);
}

static void put_ns(FILE *to, double ns)
{
    if (ns != 0)
        fprintf(to, " ns=%s", program_number(ns).text);
}

static void put_counts(const struct program_output *self, const char *key, const uint64_t *counts)
{
    fprintf(self->to, " %s=", key);
    for (uint32_t i = 0; i < self->num_ranks; i++)
        fprintf(self->to, "%s%" PRIu64, i ? "," : "", counts[i]);
}

// --- operations, by shape -----------------------------------------------------------------------

// Seconds; in nanoseconds, as they are written by hand, where these read as the same.
static void put_sleep(FILE *to, double seconds)
{
    double ns = seconds * 1e9;
    if (ns * 1e-9 == seconds && ns <= 1e15)
        fprintf(to, " ns=%s", program_number(ns).text);
    else
        fprintf(to, " s=%s", program_number(seconds).text);
}

static const char *put_wait(struct program_output *self, const struct op *op)
{
    bool sends = op->source == (int32_t)self->rank;
    int32_t other = sends ? op->destination : op->source;
    if (other >= (int64_t)self->num_ranks || (sends && other < 0 && other != OP_NOBODY))
        return "a rank that is not there";
    put_number(self->to, sends ? "to" : "from", other);
    put_tag(self->to, op->tag);
    return NULL;
}

static void put_message(FILE *to, const char *key, int32_t other, const struct op *op)
{
    put_number(to, key, other);
    put_bytes(to, "bytes", op->bytes);
    put_tag(to, op->tag);
    put_address(to, op->address);
}

static const char *put_point_to_point(struct program_output *self, const struct op *op)
{
    FILE *to = self->to;
    switch (op->kind) {
    case OP_SEND:
    case OP_ISEND:
        put_message(to, "to", op->destination, op);
        return NULL;
    case OP_RECV:
    case OP_IRECV:
        put_message(to, "from", op->source, op);
        return NULL;
    case OP_SENDRECV:
        put_number(to, "to", op->destination);
        put_bytes(to, "bytes", op->bytes);
        put_number(to, "from", op->source);
        put_bytes(to, "room", op->recv_bytes);
        return op->tag != 0 ? "a sendrecv with a tag" : NULL;
    default:
        return put_wait(self, op);
    }
}

// Of a collective whose parts are all alike: what counts at this rank.
static uint64_t part_bytes(const struct op *op, uint32_t rank)
{
    if (op->kind == OP_GATHER)
        return rank == op->root ? op->recv_bytes : op->bytes;
    if (op->kind == OP_SCATTER)
        return rank == op->root ? op->bytes : op->recv_bytes;
    return op->recv_bytes ? op->recv_bytes : op->bytes;
}

static void put_collective(struct program_output *self, const struct op *op)
{
    FILE *to = self->to;
    switch (op->kind) {
    case OP_GATHERV:
    case OP_ALLGATHERV:
        put_bytes(to, "bytes", op->bytes);
        put_counts(self, "recv", op->recv_counts_bytes);
        break;
    case OP_SCATTERV:
        put_counts(self, "send", op->send_counts_bytes);
        put_bytes(to, "bytes", op->recv_bytes);
        break;
    case OP_ALLTOALLV:
        put_counts(self, "send", op->send_counts_bytes);
        put_counts(self, "recv", op->recv_counts_bytes);
        break;
    case OP_REDUCE_SCATTER:
        put_counts(self, "recv", op->recv_counts_bytes);
        break;
    case OP_GATHER:
    case OP_SCATTER:
    case OP_ALLGATHER:
    case OP_ALLTOALL:
        put_bytes(to, "bytes", part_bytes(op, self->rank));
        break;
    default:
        put_bytes(to, "bytes", op->bytes);
        break;
    }
    put_root(to, op->root);
    put_ns(to, op->amount);
}

static void put_call(FILE *to, const struct op *op)
{
    fprintf(to, " to=%" PRId32 " procedure=%s", op->destination, op->call->procedure);
    for (uint32_t i = 0; i < op->call->num_counts; i++)
        fprintf(to, "%s%" PRIu32, i ? "," : " counts=", op->call->counts[i]);
    if (op->amount >= 0)
        fprintf(to, " ns=%s", program_number(op->amount).text);
    if (op->tag >= 0)
        fprintf(to, " future=%" PRId32, op->tag);
}

static const char *put_fields(struct program_output *self, const struct op *op)
{
    switch (op->kind) {
    case OP_COMPUTE:
        fprintf(self->to, " ns=%s", program_number(op->amount).text);
        return NULL;
    case OP_SLEEP:
        put_sleep(self->to, op->amount);
        return NULL;
    case OP_LOAD:
    case OP_STORE:
    case OP_MODIFY:
    case OP_FETCH:
        put_address(self->to, op->address);
        put_bytes(self->to, "bytes", op->bytes);
        return op->bytes <= 4096 ? NULL : "an access to more than 4096 bytes";
    case OP_PIN:
        put_address(self->to, op->address);
        put_bytes(self->to, "bytes", op->bytes);
        return NULL;
    case OP_FENCE:
    case OP_WAITALL:
    case OP_BARRIER:
        return NULL;
    case OP_SEND:
    case OP_ISEND:
    case OP_RECV:
    case OP_IRECV:
    case OP_SENDRECV:
    case OP_WAIT:
    case OP_TEST:
        return put_point_to_point(self, op);
    case OP_CALL:
    case OP_ACALL:
    case OP_BCALL:
        put_call(self->to, op);
        return NULL;
    case OP_AWAIT:
        if (op->tag >= 0)
            fprintf(self->to, " future=%" PRId32, op->tag);
        return NULL;
    case OP_SERVE:
        if (op->bytes != OP_ANY_BYTES)
            fprintf(self->to, " calls=%" PRIu64, op->bytes);
        return NULL;
    case OP_BCAST:
    case OP_REDUCE:
    case OP_ALLREDUCE:
    case OP_SCAN:
    case OP_EXSCAN:
    case OP_GATHER:
    case OP_SCATTER:
    case OP_ALLGATHER:
    case OP_ALLTOALL:
    case OP_GATHERV:
    case OP_SCATTERV:
    case OP_ALLGATHERV:
    case OP_ALLTOALLV:
    case OP_REDUCE_SCATTER:
        put_collective(self, op);
        return NULL;
    default:
        return "this operation";
    }
}

static const char *put_op(struct program_output *self, const struct op *op)
{
    if (op->kind == OP_INIT || op->kind == OP_FINALIZE)
        return NULL; // are there without being written
    fputs(op_names[op->kind], self->to);
    const char *refused = program_refuse(self, op);
    const char *why = put_fields(self, op);
    fputc('\n', self->to);
    return refused ? refused : why;
}

const struct program_writer native_writer = {
    .name = "native",
    .help = "of programs: the project's own text",
    .begin = begin,
    .begin_rank = begin_rank,
    .op = put_op,
    .end = end,
};
