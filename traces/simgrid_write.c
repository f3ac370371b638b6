// SPDX-License-Identifier: Apache-2.0
// SimGrid's time-independent trace, as simgrid.c and SimGrid itself read it: one file of the lines
// of all ranks. Elements are bytes, which is what `init` without an argument says, so that no
// datatype needs to be named.
#include "traces/simgrid_write.h"

#include <inttypes.h>

// SimGrid's own numbers of the wildcards.
enum { ANY_SOURCE = -555, ANY_TAG = -444 };

static void begin(struct program_output *self)
{
    (void)self;
}

static void put(struct program_output *self, int64_t number)
{
    fprintf(self->to, " %" PRId64, number);
}

static void put_source(struct program_output *self, int32_t source)
{
    put(self, source < 0 && source != OP_NOBODY ? ANY_SOURCE : source);
}

static void put_tag(struct program_output *self, int32_t tag)
{
    put(self, tag < 0 ? ANY_TAG : tag);
}

static void put_amount(struct program_output *self, double amount)
{
    fprintf(self->to, " %s", program_number(amount).text);
}

static void put_counts(struct program_output *self, const uint64_t *counts)
{
    for (uint32_t i = 0; i < self->num_ranks; i++)
        put(self, (int64_t)counts[i]);
}

static const char *put_send(struct program_output *self, const struct op *op)
{
    put(self, op->destination);
    put_tag(self, op->tag);
    put(self, (int64_t)op->bytes);
    return op->address == OP_NO_ADDRESS ? NULL : "the address of a buffer";
}

static const char *put_recv(struct program_output *self, const struct op *op)
{
    put_source(self, op->source);
    put_tag(self, op->tag);
    put(self, op->bytes == OP_ANY_BYTES ? -1 : (int64_t)op->bytes);
    if (op->bytes != OP_ANY_BYTES && op->bytes > INT32_MAX)
        return "a receive of more than 2147483647 bytes";
    return op->address == OP_NO_ADDRESS ? NULL : "the address of a buffer";
}

static const char *put_sendrecv(struct program_output *self, const struct op *op)
{
    put(self, (int64_t)op->bytes);
    put(self, op->destination);
    put(self, (int64_t)op->recv_bytes);
    put_source(self, op->source);
    if (op->recv_bytes == OP_ANY_BYTES)
        return "a sendrecv that takes any length";
    return op->recv_bytes > INT32_MAX ? "a receive of more than 2147483647 bytes" : NULL;
}

static const char *put_wait(struct program_output *self, const struct op *op)
{
    put_source(self, op->source);
    put(self, op->destination);
    put_tag(self, op->tag);
    return NULL;
}

// Both counts are written, and no datatypes, so that no count can be taken for left out.
static void put_parts(struct program_output *self, const struct op *op)
{
    put(self, (int64_t)op->bytes);
    put(self, (int64_t)op->recv_bytes);
    if (op->kind == OP_GATHER || op->kind == OP_SCATTER)
        put(self, op->root);
}

static void put_counted(struct program_output *self, const struct op *op)
{
    switch (op->kind) {
    case OP_GATHERV:
        put(self, (int64_t)op->bytes);
        put_counts(self, op->recv_counts_bytes);
        put(self, op->root);
        break;
    case OP_SCATTERV:
        put_counts(self, op->send_counts_bytes);
        put(self, (int64_t)op->recv_bytes);
        put(self, op->root);
        break;
    case OP_ALLGATHERV:
        put(self, (int64_t)op->bytes);
        put_counts(self, op->recv_counts_bytes);
        break;
    case OP_ALLTOALLV:
        put(self, 0); // sizes of buffers, which nobody looks at
        put_counts(self, op->send_counts_bytes);
        put(self, 0);
        put_counts(self, op->recv_counts_bytes);
        break;
    default: // reduce-scatter
        put_counts(self, op->recv_counts_bytes);
        put_amount(self, op->amount);
    }
}

static const char *put_fields(struct program_output *self, const struct op *op)
{
    switch (op->kind) {
    case OP_COMPUTE:
    case OP_SLEEP:
        put_amount(self, op->amount);
        return NULL;
    case OP_INIT:
    case OP_FINALIZE:
    case OP_BARRIER:
        return NULL;
    case OP_WAITALL:
        put(self, 0); // a number that is not looked at
        return NULL;
    case OP_SEND:
    case OP_ISEND:
        return put_send(self, op);
    case OP_RECV:
    case OP_IRECV:
        return put_recv(self, op);
    case OP_SENDRECV:
        return put_sendrecv(self, op);
    case OP_WAIT:
    case OP_TEST:
        return put_wait(self, op);
    case OP_BCAST:
        put(self, (int64_t)op->bytes);
        put(self, op->root);
        return NULL;
    case OP_REDUCE:
    case OP_ALLREDUCE:
    case OP_SCAN:
    case OP_EXSCAN:
        put(self, (int64_t)op->bytes);
        put_amount(self, op->amount);
        if (op->kind == OP_REDUCE)
            put(self, op->root);
        return NULL;
    case OP_GATHER:
    case OP_SCATTER:
    case OP_ALLGATHER:
    case OP_ALLTOALL:
        put_parts(self, op);
        return NULL;
    case OP_GATHERV:
    case OP_SCATTERV:
    case OP_ALLGATHERV:
    case OP_ALLTOALLV:
    case OP_REDUCE_SCATTER:
        put_counted(self, op);
        return NULL;
    default:
        return "this operation";
    }
}

static const char *name_of(enum op_kind kind)
{
    return kind == OP_SENDRECV         ? "sendRecv"
           : kind == OP_REDUCE_SCATTER ? "reducescatter"
                                       : op_names[kind];
}

static const char *put_op(struct program_output *self, const struct op *op)
{
    fprintf(self->to, "%" PRIu32 " %s", self->rank, name_of(op->kind));
    const char *refused = program_refuse(self, op);
    const char *why = put_fields(self, op);
    fputc('\n', self->to);
    return refused ? refused : why;
}

const struct program_writer simgrid_writer = {
    .name = "simgrid",
    .help = "of programs: a time-independent trace of SimGrid in one file",
    .begin = begin,
    .begin_rank = begin,
    .op = put_op,
    .end = begin,
};
