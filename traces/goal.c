// SPDX-License-Identifier: Apache-2.0
#include "traces/goal.h"

#include "traces/goal_graph.h"
#include "traces/goal_line.h"
#include "traces/input.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct goal {
    struct trace base;
    char *file;              // its name, for messages
    struct goal_rank *ranks; // [num_ranks]
    uint32_t *next;          // [num_ranks]: operation that `next` gives next
};

// What is being read.
struct reader {
    struct goal *goal;
    struct input *input;
    struct goal_block block; // of the rank that is open
    uint32_t rank;           // open, or to come
    bool open;
};

static uint32_t num_ops(const struct trace *base, uint32_t rank)
{
    return ((const struct goal *)base)->ranks[rank].num_ops;
}

static void get(const struct trace *base, uint32_t rank, uint32_t idx, struct op *op,
                struct op_links *links)
{
    goal_rank_get(&((const struct goal *)base)->ranks[rank], rank, idx, op, links);
}

static enum trace_next next(struct trace *base, uint32_t rank, struct op *op, struct err *err)
{
    struct goal *self = (struct goal *)base;
    struct op_links links;
    (void)err; // all has been read
    if (self->next[rank] == self->ranks[rank].num_ops)
        return TRACE_END;
    goal_rank_get(&self->ranks[rank], rank, self->next[rank]++, op, &links);
    return TRACE_OP;
}

static const char *file(const struct trace *base, uint32_t rank)
{
    (void)rank;
    return ((const struct goal *)base)->file;
}

static void goal_close(struct trace *base)
{
    struct goal *self = (struct goal *)base;
    for (uint32_t i = 0; self->ranks && i < base->num_ranks; i++)
        goal_rank_free(&self->ranks[i]);
    free(self->ranks);
    free(self->next);
    free(self->file);
    free(self);
}

// --- reading ------------------------------------------------------------------------------------

// Puts the place before what is wrong.
static bool wrong(const struct reader *self, struct err *err)
{
    if (err->status != ERR_TRACE)
        return false;
    if (self->open)
        err_prefix(err, "rank %" PRIu32, self->rank);
    return err_prefix(err, "%s:%" PRIu32, input_name(self->input), input_line_number(self->input));
}

static bool begin_ranks(struct goal *goal, uint64_t num, struct err *err)
{
    if (goal->ranks)
        return err_set(err, ERR_TRACE, "a second num_ranks");
    if (num == 0 || num > TRACE_MAX_RANKS)
        return err_set(err, ERR_TRACE, "num_ranks of 1 to 1048576, not %" PRIu64, num);
    goal->base.num_ranks = (uint32_t)num;
    goal->ranks = calloc(num, sizeof *goal->ranks);
    goal->next = calloc(num, sizeof *goal->next);
    return (goal->ranks && goal->next) || err_set(err, ERR_RUN, "out of memory");
}

static bool begin_rank(struct reader *self, uint64_t rank, struct err *err)
{
    const struct goal *goal = self->goal;
    if (!goal->ranks)
        return err_set(err, ERR_TRACE, "num_ranks must come first");
    if (self->open)
        return err_set(err, ERR_TRACE, "a rank within another, which has no '}'");
    if (rank >= goal->base.num_ranks)
        return err_set(err, ERR_TRACE, "there is no rank %" PRIu64 " of %" PRIu32, rank,
                       goal->base.num_ranks);
    if (rank != self->rank)
        return err_set(err, ERR_TRACE,
                       "rank %" PRIu64 ", but ranks come in order: %" PRIu32 " is the next", rank,
                       self->rank);
    self->open = true;
    return true;
}

static bool end_rank(struct reader *self, struct err *err)
{
    struct goal *goal = self->goal;
    if (!self->open)
        return err_set(err, ERR_TRACE, "'}' without a rank");
    if (!goal_block_end(&self->block, &goal->ranks[self->rank], err))
        return false;
    self->open = false;
    self->rank++;
    return true;
}

static bool add_op(struct reader *self, struct goal_statement *statement, struct err *err)
{
    struct trace *base = &self->goal->base;
    struct op *op = &statement->op;
    int32_t peer = op->kind == OP_SEND ? op->destination : op->kind == OP_RECV ? op->source : -1;
    op->line = input_line_number(self->input);
    if (peer >= 0 && (uint32_t)peer >= base->num_ranks)
        return err_set(err, ERR_TRACE, "%s: there is no rank %" PRId32 " of %" PRIu32,
                       op_names[op->kind], peer, base->num_ranks);
    if (statement->cpu >= base->num_cpus)
        base->num_cpus = statement->cpu + 1U;
    if (statement->nic >= base->num_nics)
        base->num_nics = statement->nic + 1U;
    return goal_block_add(&self->block, statement, err);
}

static bool obey(struct reader *self, struct goal_statement *statement, struct err *err)
{
    if (statement->kind == GOAL_RANKS)
        return begin_ranks(self->goal, statement->number, err);
    if (statement->kind == GOAL_RANK)
        return begin_rank(self, statement->number, err);
    if (statement->kind == GOAL_CLOSE)
        return end_rank(self, err);
    if (!self->open)
        return err_set(err, ERR_TRACE, "a statement outside of a rank");
    return statement->kind == GOAL_OP ? add_op(self, statement, err)
                                      : goal_block_bind(&self->block, statement, err);
}

static bool read_line(struct reader *self, const char *line, struct err *err)
{
    struct goal_statement statement;
    do {
        if (!goal_line_next(&line, &statement, err))
            return false;
        if (statement.kind != GOAL_NOTHING && !obey(self, &statement, err))
            return false;
    } while (statement.kind != GOAL_NOTHING);
    return true;
}

static bool read_all(struct reader *self, struct err *err)
{
    char *line;
    bool in_comment = false;
    enum input_next next_line;
    while ((next_line = input_line(self->input, &line, err)) == INPUT_LINE) {
        goal_line_strip(line, &in_comment);
        if (!read_line(self, line, err))
            return wrong(self, err);
    }
    if (next_line == INPUT_ERROR)
        return false;
    if (!self->goal->ranks)
        return err_set(err, ERR_TRACE, "%s: no num_ranks", input_name(self->input));
    if (self->open || in_comment || self->rank < self->goal->base.num_ranks)
        return err_set(err, ERR_TRACE, "%s:%" PRIu32 ": rank %" PRIu32 "%s: the file is cut off",
                       input_name(self->input), input_line_number(self->input), self->rank,
                       self->open   ? " has no '}'"
                       : in_comment ? ""
                                    : " is missing");
    return true;
}

static const struct trace_schedule schedule = {.num_ops = num_ops, .get = get};

static struct trace *goal_open(const char *path, struct err *err)
{
    struct goal *self = calloc(1, sizeof *self);
    struct reader reader = {.goal = self, .input = input_open(path, NULL, NULL, err)};
    bool good = reader.input && self;
    if (good) {
        self->base = (struct trace){.format = &goal_format,
                                    .schedule = &schedule,
                                    .num_cpus = 1,
                                    .num_nics = 1,
                                    .next = next,
                                    .file = file,
                                    .close = goal_close};
        self->file = strdup(input_name(reader.input));
        good = self->file && read_all(&reader, err);
    }
    if (!good)
        err_set(err, ERR_RUN, "out of memory"); // unless something else was wrong
    goal_block_free(&reader.block);
    input_close(reader.input);
    if (good)
        return &self->base;
    if (self)
        goal_close(&self->base);
    return NULL;
}

static bool goal_probe(const char *path)
{
    struct err err = {0};
    struct goal_statement statement = {.kind = GOAL_NOTHING};
    char *line;
    bool in_comment = false;
    struct input *input = input_open(path, NULL, NULL, &err);
    bool good = input != NULL;
    while (good && statement.kind == GOAL_NOTHING) {
        good = input_line(input, &line, &err) == INPUT_LINE;
        if (!good)
            break;
        goal_line_strip(line, &in_comment);
        const char *rest = line;
        good = goal_line_next(&rest, &statement, &err);
    }
    input_close(input);
    return statement.kind == GOAL_RANKS;
}

const struct trace_format goal_format = {
    .name = "goal",
    .help = "GOAL schedules of LogGOPSim and Schedgen, as text",
    .probe = goal_probe,
    .open = goal_open,
};
