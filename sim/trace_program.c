// SPDX-License-Identifier: Apache-2.0
// Traces of programs of several ranks: their operations by kind, what they send, and whether every
// message that is sent to a rank is received there. Tags and sources are left to a replay.
#include "sim/trace_summary.h"
#include "traces/trace.h"

#include <inttypes.h>
#include <stdlib.h>

struct rank_counts {
    uint64_t sent_to;     // messages
    uint64_t received;    // receives that begin
    uint64_t collectives; // operations of all ranks
};

struct counted {
    uint64_t operations[OP_NUM_KINDS];
    uint64_t messages;
    uint64_t bytes;            // of point-to-point messages
    uint64_t most_bytes;       // of one
    double compute;            // units
    struct rank_counts *ranks; // [num_ranks]
};

static bool program_format(size_t i, const char **name, const char **help)
{
    if (i >= trace_num_formats)
        return false;
    *name = trace_formats[i]->name;
    *help = trace_formats[i]->help;
    return true;
}

static bool probe(const char *path)
{
    for (size_t i = 0; i < trace_num_formats; i++)
        if (trace_formats[i]->probe(path))
            return true;
    return false;
}

static bool sends(enum op_kind kind)
{
    return kind == OP_SEND || kind == OP_ISEND || kind == OP_SENDRECV;
}

static bool receives(enum op_kind kind)
{
    return kind == OP_RECV || kind == OP_IRECV || kind == OP_SENDRECV;
}

static void count(struct counted *self, uint32_t rank, const struct op *op)
{
    self->operations[op->kind]++;
    if (op->kind == OP_COMPUTE)
        self->compute += op->amount;
    if (sends(op->kind) && op->destination != OP_NOBODY) {
        self->messages++;
        self->bytes += op->bytes;
        self->most_bytes = op->bytes > self->most_bytes ? op->bytes : self->most_bytes;
        self->ranks[op->destination].sent_to++;
    }
    if (receives(op->kind) && op->source != OP_NOBODY)
        self->ranks[rank].received++;
    if (op->kind >= OP_BARRIER)
        self->ranks[rank].collectives++;
}

static bool count_all(struct counted *self, struct trace *trace, struct err *err)
{
    for (uint32_t rank = 0; rank < trace->num_ranks; rank++) {
        struct op op;
        enum trace_next next;
        while ((next = trace->next(trace, rank, &op, err)) == TRACE_OP)
            count(self, rank, &op);
        if (next == TRACE_ERROR)
            return false;
    }
    return true;
}

// Refuses what no replay could complete.
static bool check(const struct counted *self, const struct trace *trace, struct err *err)
{
    for (uint32_t rank = 0; rank < trace->num_ranks; rank++) {
        const struct rank_counts *counts = &self->ranks[rank];
        if (counts->sent_to != counts->received)
            return err_set(err, ERR_TRACE,
                           "%s: rank %" PRIu32 ": unmatched: receives %" PRIu64
                           " messages, but %" PRIu64 " are sent to it",
                           trace->file(trace, rank), rank, counts->received, counts->sent_to);
        if (counts->collectives != self->ranks[0].collectives)
            return err_set(err, ERR_TRACE,
                           "%s: rank %" PRIu32 ": unmatched: takes part in %" PRIu64
                           " collective operations, but rank 0 in %" PRIu64,
                           trace->file(trace, rank), rank, counts->collectives,
                           self->ranks[0].collectives);
    }
    return true;
}

// An object of the kinds that there are, and their sum.
static json_t *operations_json(const struct counted *counted)
{
    json_t *object = json_object();
    uint64_t all = 0;
    for (size_t kind = 0; kind < OP_NUM_KINDS; kind++) {
        if (counted->operations[kind])
            json_object_set_new(object, op_names[kind],
                                json_integer((json_int_t)counted->operations[kind]));
        all += counted->operations[kind];
    }
    json_object_set_new(object, "all", json_integer((json_int_t)all));
    return object;
}

static json_t *figures_json(const struct counted *counted, const struct trace *trace)
{
    return json_pack("{s:s, s:I, s:o, s:f, s:I, s:I, s:I}", "format", trace->format->name, "ranks",
                     (json_int_t)trace->num_ranks, "operations", operations_json(counted),
                     "compute_units", counted->compute, "messages", (json_int_t)counted->messages,
                     "bytes", (json_int_t)counted->bytes, "longest_message_bytes",
                     (json_int_t)counted->most_bytes);
}

static json_t *summarise(const char *path, const char *format, struct err *err)
{
    struct trace *trace = trace_open(path, format ? format : "auto", err);
    if (!trace)
        return NULL;
    struct counted counted = {.ranks = calloc(trace->num_ranks, sizeof *counted.ranks)};
    bool ok = counted.ranks || err_set(err, ERR_RUN, "out of memory");
    ok = ok && count_all(&counted, trace, err) && check(&counted, trace, err);
    json_t *figures = ok ? figures_json(&counted, trace) : NULL;
    free(counted.ranks);
    trace_close(trace);
    return figures;
}

const struct trace_kind trace_kind_program = {
    .title = "programs of several ranks",
    .format = program_format,
    .probe = probe,
    .summarise = summarise,
};
