// SPDX-License-Identifier: Apache-2.0
#include "sim/trace_matrix.h"

#include "sim/outfile.h"
#include "traces/trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 64, BUSIEST = 8 };

void trace_matrix_free(struct trace_matrix *self)
{
    free(self->pairs);
    free(self->slots);
    *self = (struct trace_matrix){0};
}

// --- the table ----------------------------------------------------------------------------------

static uint32_t *slot_of(const struct trace_matrix *self, uint32_t from, uint32_t to)
{
    uint64_t key = (uint64_t)from << 32 | to;
    size_t i = (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (self->num_slots - 1);
    for (;; i = (i + 1) & (self->num_slots - 1)) {
        uint32_t *slot = &self->slots[i];
        if (*slot == 0)
            return slot;
        const struct trace_pair *pair = &self->pairs[*slot - 1];
        if (pair->from == from && pair->to == to)
            return slot;
    }
}

// Room for twice as many pairs.
static bool grow(struct trace_matrix *self)
{
    size_t num_slots = self->num_slots ? 2 * self->num_slots : FIRST_SLOTS;
    struct trace_pair *pairs = realloc(self->pairs, num_slots / 2 * sizeof *pairs);
    if (!pairs)
        return false;
    self->pairs = pairs;
    uint32_t *slots = num_slots / 2 < UINT32_MAX ? calloc(num_slots, sizeof *slots) : NULL;
    if (!slots)
        return false;
    free(self->slots);
    self->slots = slots;
    self->num_slots = num_slots;
    self->cap_pairs = num_slots / 2;
    for (size_t i = 0; i < self->num_pairs; i++)
        *slot_of(self, pairs[i].from, pairs[i].to) = (uint32_t)(i + 1);
    return true;
}

struct trace_pair *trace_matrix_at(struct trace_matrix *self, uint32_t from, uint32_t to)
{
    if (self->num_pairs == self->cap_pairs && !grow(self))
        return NULL;
    uint32_t *slot = slot_of(self, from, to);
    if (*slot == 0) {
        self->pairs[self->num_pairs] = (struct trace_pair){.from = from, .to = to};
        *slot = (uint32_t)++self->num_pairs;
    }
    return &self->pairs[*slot - 1];
}

static int by_place(const void *left, const void *right)
{
    const struct trace_pair *a = left;
    const struct trace_pair *b = right;
    if (a->to != b->to)
        return a->to < b->to ? -1 : 1;
    return a->from < b->from ? -1 : a->from > b->from;
}

void trace_matrix_sort(struct trace_matrix *self)
{
    if (self->num_pairs > 0)
        qsort(self->pairs, self->num_pairs, sizeof *self->pairs, by_place);
}

// --- reading ------------------------------------------------------------------------------------

static bool add(struct trace_matrix *self, uint32_t from, uint32_t to, uint64_t bytes,
                struct err *err)
{
    struct trace_pair *pair = trace_matrix_at(self, from, to);
    if (!pair)
        return err_set(err, ERR_RUN, "out of memory");
    pair->messages++;
    pair->bytes += bytes;
    return true;
}

bool trace_collective(struct collective *collective, uint32_t rank, uint32_t num_ranks,
                      const struct op *op, const char *algorithms, struct err *err)
{
    struct collective_rules rules;
    enum collective_kind kind = collective_op_kind(op->kind);
    const char *text = strcmp(algorithms, "auto") == 0 ? algorithms : NULL;
    if (!collective_rules_read(&rules, kind, text, err))
        return false;
    uint64_t bytes = collective_op_bytes(op, rank, num_ranks);
    *collective =
        collective_op(op, rank, num_ranks, collective_rules_choose(&rules, num_ranks, bytes));
    return true;
}

static bool add_collective(struct trace_matrix *self, uint32_t rank, const struct op *op,
                           const char *algorithms, struct err *err)
{
    struct collective collective;
    if (!trace_collective(&collective, rank, self->num_ranks, op, algorithms, err))
        return false;
    uint32_t num = collective_num_steps(&collective);
    for (uint32_t i = 0; i < num; i++) {
        struct collective_step step = collective_step(&collective, i);
        if (step.send_to != COLLECTIVE_NOBODY &&
            !add(self, rank, step.send_to, step.send_bytes, err))
            return false;
    }
    return true;
}

static bool add_op(struct trace_matrix *self, uint32_t rank, const struct op *op,
                   const char *algorithms, struct err *err)
{
    bool sends = op->kind == OP_SEND || op->kind == OP_ISEND || op->kind == OP_SENDRECV;
    if (sends && op->destination != OP_NOBODY)
        return add(self, rank, (uint32_t)op->destination, op->bytes, err);
    if (algorithms && collective_op_is(op->kind))
        return add_collective(self, rank, op, algorithms, err);
    return true;
}

bool trace_matrix_read(struct trace_matrix *self, const char *path, const char *format,
                       const char *algorithms, struct err *err)
{
    struct trace *trace = trace_open(path, format, err);
    if (!trace)
        return false;
    bool good = true;
    *self = (struct trace_matrix){.num_ranks = trace->num_ranks};
    for (uint32_t rank = 0; good && rank < trace->num_ranks; rank++) {
        struct op op;
        enum trace_next next = TRACE_END;
        while (good && (next = trace->next(trace, rank, &op, err)) == TRACE_OP)
            good = add_op(self, rank, &op, algorithms, err);
        good = good && next == TRACE_END;
    }
    trace_close(trace);
    trace_matrix_sort(self);
    if (!good)
        trace_matrix_free(self);
    return good;
}

// --- figures ------------------------------------------------------------------------------------

static json_t *pair_json(const struct trace_pair *pair)
{
    return json_pack("{s:I, s:I, s:I, s:I}", "from", (json_int_t)pair->from, "to",
                     (json_int_t)pair->to, "messages", (json_int_t)pair->messages, "bytes",
                     (json_int_t)pair->bytes);
}

static bool is_busier(const struct trace_pair *a, const struct trace_pair *b)
{
    if (a->bytes != b->bytes)
        return a->bytes > b->bytes;
    if (a->messages != b->messages)
        return a->messages > b->messages;
    return a->from != b->from ? a->from < b->from : a->to < b->to;
}

// The pairs with most bytes.
static json_t *busiest_json(const struct trace_matrix *self)
{
    const struct trace_pair *busiest[BUSIEST + 1];
    size_t num = 0;
    for (size_t i = 0; i < self->num_pairs; i++) {
        const struct trace_pair *pair = &self->pairs[i];
        if (pair->messages == 0)
            continue;
        size_t at = num;
        for (; at > 0 && is_busier(pair, busiest[at - 1]); at--)
            busiest[at] = busiest[at - 1];
        busiest[at] = pair;
        num += num < BUSIEST;
    }
    json_t *list = json_array();
    for (size_t i = 0; list && i < num; i++)
        json_array_append_new(list, pair_json(busiest[i]));
    return list;
}

struct sums {
    uint64_t pairs, messages, bytes; // pairs: of two ranks
    uint64_t degree_max;
    uint64_t *degrees;            // [num_ranks] ranks that one sends to
    struct trace_pair *distances; // [num_ranks]
};

static void sum(const struct trace_matrix *self, struct sums *sums)
{
    for (size_t i = 0; i < self->num_pairs; i++) {
        const struct trace_pair *pair = &self->pairs[i];
        uint32_t distance = pair->from < pair->to ? pair->to - pair->from : pair->from - pair->to;
        sums->messages += pair->messages;
        sums->bytes += pair->bytes;
        sums->distances[distance].messages += pair->messages;
        sums->distances[distance].bytes += pair->bytes;
        if (distance == 0 || pair->messages == 0)
            continue;
        sums->pairs++;
        if (++sums->degrees[pair->from] > sums->degree_max)
            sums->degree_max = sums->degrees[pair->from];
    }
}

static json_t *distances_json(const struct sums *sums, uint32_t num_ranks)
{
    json_t *list = json_array();
    for (uint32_t i = 0; list && i < num_ranks; i++) {
        const struct trace_pair *at = &sums->distances[i];
        if (at->messages > 0)
            json_array_append_new(list, json_pack("{s:I, s:I, s:I}", "distance", (json_int_t)i,
                                                  "messages", (json_int_t)at->messages, "bytes",
                                                  (json_int_t)at->bytes));
    }
    return list;
}

json_t *trace_matrix_json(const struct trace_matrix *self)
{
    struct sums sums = {.degrees = calloc(self->num_ranks, sizeof *sums.degrees),
                        .distances = calloc(self->num_ranks, sizeof *sums.distances)};
    json_t *object = NULL;
    if (sums.degrees && sums.distances) {
        sum(self, &sums);
        object = json_pack("{s:I, s:I, s:I, s:f, s:I, s:o, s:o}", "pairs", (json_int_t)sums.pairs,
                           "messages", (json_int_t)sums.messages, "bytes", (json_int_t)sums.bytes,
                           "degree_mean", (double)sums.pairs / self->num_ranks, "degree_max",
                           (json_int_t)sums.degree_max, "busiest_pairs", busiest_json(self),
                           "by_distance", distances_json(&sums, self->num_ranks));
    }
    free(sums.degrees);
    free(sums.distances);
    return object;
}

// --- files --------------------------------------------------------------------------------------

static int by_sender(const void *left, const void *right)
{
    const struct trace_pair *a = left;
    const struct trace_pair *b = right;
    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    return a->to < b->to ? -1 : a->to > b->to;
}

static void write_rows(const struct trace_matrix *self, const struct trace_pair *pairs, FILE *to)
{
    size_t at = 0;
    fputs("# bytes that the rank of the line sends to the rank of the column\n", to);
    for (uint32_t row = 0; row < self->num_ranks; row++) {
        for (uint32_t column = 0; column < self->num_ranks; column++) {
            bool is = at < self->num_pairs && pairs[at].from == row && pairs[at].to == column;
            fprintf(to, "%s%" PRIu64, column ? "," : "", is ? pairs[at].bytes : 0);
            at += is;
        }
        fputc('\n', to);
    }
}

bool trace_matrix_write(const struct trace_matrix *self, const char *path, struct err *err)
{
    struct outfile file;
    if (self->num_ranks > TRACE_MATRIX_MAX_RANKS)
        return err_set(err, ERR_CONFIG,
                       "--matrix: %" PRIu32 " ranks would be %" PRIu64
                       " numbers; it is written of up to %d ranks",
                       self->num_ranks, (uint64_t)self->num_ranks * self->num_ranks,
                       TRACE_MATRIX_MAX_RANKS);
    struct trace_pair *pairs = malloc((self->num_pairs + 1) * sizeof *pairs);
    if (!pairs)
        return err_set(err, ERR_RUN, "out of memory");
    memcpy(pairs, self->pairs, self->num_pairs * sizeof *pairs);
    qsort(pairs, self->num_pairs, sizeof *pairs, by_sender);
    bool good = outfile_open(&file, path, err);
    if (good) {
        write_rows(self, pairs, file.stream);
        good = outfile_close(&file, err);
    }
    free(pairs);
    return good;
}
