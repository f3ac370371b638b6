// SPDX-License-Identifier: Apache-2.0
// Traces of programs of several ranks: their operations by kind, what they send, and whether every
// message that is sent to a rank is received there, and every call served. Tags, and what a receive
// from any source takes, are left to a replay, but for schedules.
#include "model/node/collective_op.h"
#include "sim/trace_matrix.h"
#include "sim/trace_schedule.h"
#include "sim/trace_summary.h"
#include "traces/trace.h"

#include <inttypes.h>
#include <stdlib.h>

struct rank_counts {
    uint64_t sent_to;         // messages
    uint64_t received;        // receives that begin
    uint64_t received_of_any; // of these, those from any source
    uint64_t collectives;     // operations of all ranks
    uint64_t called;          // remote procedures
    uint64_t serves;          // so many calls, if that is said of all that it serves
    bool serves_rest;
};

struct counted {
    uint64_t operations[OP_NUM_KINDS];
    uint64_t messages;
    uint64_t bytes;            // of point-to-point messages
    uint64_t most_bytes;       // of one
    double compute;            // units
    struct rank_counts *ranks; // [num_ranks]
    struct trace_matrix matrix;
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

static bool count_send(struct counted *self, uint32_t rank, const struct op *op)
{
    struct trace_pair *pair = trace_matrix_at(&self->matrix, rank, (uint32_t)op->destination);
    if (!pair)
        return false;
    pair->messages++;
    pair->bytes += op->bytes;
    self->messages++;
    self->bytes += op->bytes;
    self->most_bytes = op->bytes > self->most_bytes ? op->bytes : self->most_bytes;
    self->ranks[op->destination].sent_to++;
    return true;
}

static bool count_receive(struct counted *self, uint32_t rank, const struct op *op)
{
    self->ranks[rank].received++;
    if (op->source < 0) {
        self->ranks[rank].received_of_any++;
        return true;
    }
    struct trace_pair *pair = trace_matrix_at(&self->matrix, (uint32_t)op->source, rank);
    if (pair)
        pair->receives++;
    return pair;
}

static bool count(struct counted *self, uint32_t rank, const struct op *op)
{
    self->operations[op->kind]++;
    if (op->kind == OP_COMPUTE)
        self->compute += op->amount;
    if (op->kind == OP_CALL || op->kind == OP_ACALL || op->kind == OP_BCALL)
        self->ranks[op->destination].called++;
    if (op->kind == OP_SERVE && op->bytes == OP_ANY_BYTES)
        self->ranks[rank].serves_rest = true;
    else if (op->kind == OP_SERVE)
        self->ranks[rank].serves += op->bytes;
    if (collective_op_is(op->kind))
        self->ranks[rank].collectives++;
    if (sends(op->kind) && op->destination != OP_NOBODY && !count_send(self, rank, op))
        return false;
    return !receives(op->kind) || op->source == OP_NOBODY || count_receive(self, rank, op);
}

static bool count_all(struct counted *self, struct trace *trace, struct err *err)
{
    for (uint32_t rank = 0; rank < trace->num_ranks; rank++) {
        struct op op;
        enum trace_next next;
        while ((next = trace->next(trace, rank, &op, err)) == TRACE_OP)
            if (!count(self, rank, &op))
                return err_set(err, ERR_RUN, "out of memory");
        if (next == TRACE_ERROR)
            return false;
    }
    trace_matrix_sort(&self->matrix);
    return true;
}

// --- what has no partner ------------------------------------------------------------------------

// The first thing that no replay could complete.
static void find_fault(const struct counted *self, const struct trace *trace, struct err *fault)
{
    for (uint32_t rank = 0; rank < trace->num_ranks; rank++) {
        const struct rank_counts *counts = &self->ranks[rank];
        if (counts->sent_to != counts->received)
            err_set(fault, ERR_TRACE,
                    "%s: rank %" PRIu32 ": unmatched: receives %" PRIu64 " messages, but %" PRIu64
                    " are sent to it",
                    trace->file(trace, rank), rank, counts->received, counts->sent_to);
        if (counts->serves > counts->called ||
            (counts->serves < counts->called && !counts->serves_rest))
            err_set(fault, ERR_TRACE,
                    "%s: rank %" PRIu32 ": unmatched: serves %" PRIu64
                    " calls, but is called %" PRIu64 " times",
                    trace->file(trace, rank), rank, counts->serves, counts->called);
        if (counts->collectives != self->ranks[0].collectives)
            err_set(fault, ERR_TRACE,
                    "%s: rank %" PRIu32 ": unmatched: takes part in %" PRIu64
                    " collective operations, but rank 0 in %" PRIu64,
                    trace->file(trace, rank), rank, counts->collectives,
                    self->ranks[0].collectives);
    }
}

struct unmatched {
    uint64_t messages, receives;
    json_t *list; // of pairs, and of receivers of which it is not known whose messages are left
};

static void note(struct unmatched *self, const struct trace_pair *pair, uint32_t to,
                 const char *what, uint64_t num)
{
    json_t *item =
        pair ? json_pack("{s:I, s:I}", "from", (json_int_t)pair->from, "to", (json_int_t)to)
             : json_pack("{s:I}", "to", (json_int_t)to);
    json_object_set_new(item, what, json_integer((json_int_t)num));
    json_array_append_new(self->list, item);
}

// Of the pairs of one receiver: messages that no receive takes and receives without a message.
// Receives from any source take what is left of all pairs.
static void match_receiver(struct unmatched *self, const struct rank_counts *counts,
                           const struct trace_pair *pairs, size_t num, uint32_t to)
{
    uint64_t left = 0; // messages that no receive names
    for (size_t i = 0; i < num; i++) {
        uint64_t lack =
            pairs[i].receives > pairs[i].messages ? pairs[i].receives - pairs[i].messages : 0;
        left += pairs[i].messages + lack - pairs[i].receives;
        self->receives += lack;
        if (lack > 0)
            note(self, &pairs[i], to, "receives", lack);
    }
    uint64_t of_any = counts->received_of_any;
    if (of_any > left) {
        self->receives += of_any - left;
        note(self, NULL, to, "receives", of_any - left);
    } else if (left > of_any) {
        self->messages += left - of_any;
        if (of_any > 0)
            note(self, NULL, to, "messages", left - of_any);
        for (size_t i = 0; of_any == 0 && i < num; i++)
            if (pairs[i].messages > pairs[i].receives)
                note(self, &pairs[i], to, "messages", pairs[i].messages - pairs[i].receives);
    }
}

// NULL if all have partners.
static json_t *unmatched_json(const struct counted *counted, const struct trace *trace)
{
    struct unmatched unmatched = {.list = json_array()};
    struct err fault = {0};
    const struct trace_matrix *matrix = &counted->matrix;
    size_t at = 0;
    for (uint32_t rank = 0; rank < trace->num_ranks; rank++) {
        size_t first = at;
        while (at < matrix->num_pairs && matrix->pairs[at].to == rank)
            at++;
        match_receiver(&unmatched, &counted->ranks[rank], &matrix->pairs[first], at - first, rank);
    }
    if (trace->schedule)
        trace_schedule_check(trace, &fault);
    find_fault(counted, trace, &fault);
    if (unmatched.messages + unmatched.receives > 0) {
        const json_t *first = json_array_get(unmatched.list, 0);
        const json_t *from = json_object_get(first, "from");
        const json_t *to = json_object_get(first, "to");
        err_set(&fault, ERR_TRACE,
                "%s: rank %" JSON_INTEGER_FORMAT ": unmatched: messages from rank "
                "%" JSON_INTEGER_FORMAT " are not as many as receives of them",
                trace->file(trace, (uint32_t)json_integer_value(to)), json_integer_value(to),
                json_integer_value(from));
    }
    if (fault.status == ERR_NONE) {
        json_decref(unmatched.list);
        return NULL;
    }
    return json_pack("{s:s, s:I, s:I, s:o}", "fault", fault.text, "messages",
                     (json_int_t)unmatched.messages, "receives", (json_int_t)unmatched.receives,
                     "pairs", unmatched.list);
}

// --- figures ------------------------------------------------------------------------------------

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
    return json_pack("{s:s, s:I, s:o, s:f, s:I, s:I, s:I, s:o*, s:o}", "format",
                     trace->format->name, "ranks", (json_int_t)trace->num_ranks, "operations",
                     operations_json(counted), "compute_units", counted->compute, "messages",
                     (json_int_t)counted->messages, "bytes", (json_int_t)counted->bytes,
                     "longest_message_bytes", (json_int_t)counted->most_bytes, "unmatched",
                     unmatched_json(counted, trace), "communication",
                     trace_matrix_json(&counted->matrix));
}

static json_t *summarise(const char *path, const char *format, struct err *err)
{
    struct trace *trace = trace_open(path, format ? format : "auto", err);
    if (!trace)
        return NULL;
    struct counted counted = {.ranks = calloc(trace->num_ranks, sizeof *counted.ranks),
                              .matrix = {.num_ranks = trace->num_ranks}};
    bool ok = counted.ranks || err_set(err, ERR_RUN, "out of memory");
    ok = ok && count_all(&counted, trace, err);
    json_t *figures = ok ? figures_json(&counted, trace) : NULL;
    if (figures && trace->schedule && !trace_schedule_figures(trace, figures)) {
        err_set(err, ERR_RUN, "out of memory");
        json_decref(figures);
        figures = NULL;
    }
    free(counted.ranks);
    trace_matrix_free(&counted.matrix);
    trace_close(trace);
    return figures;
}

const struct trace_kind trace_kind_program = {
    .title = "programs of several ranks",
    .format = program_format,
    .probe = probe,
    .summarise = summarise,
};
