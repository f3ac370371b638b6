// SPDX-License-Identifier: Apache-2.0
#include "traces/goal_graph.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST = 64, MAX_LABEL = 255 };

void goal_rank_get(const struct goal_rank *self, uint32_t rank, uint32_t idx, struct op *op,
                   struct op_links *links)
{
    const struct goal_op *from = &self->ops[idx];
    bool sends = from->kind == OP_SEND;
    *op = (struct op){.kind = (enum op_kind)from->kind, .line = from->line};
    if (from->kind == OP_COMPUTE) {
        op->amount = (double)from->amount;
    } else {
        op->source = sends ? (int32_t)rank : from->peer;
        op->destination = sends ? from->peer : (int32_t)rank;
        op->tag = from->tag;
        op->bytes = from->amount;
        op->address = OP_NO_ADDRESS;
    }
    *links = (struct op_links){
        .num_before = from->num_before,
        .num_finish = from->first_start - from->first_finish,
        .num_start = from[1].first_finish - from->first_start,
        .after_finish = self->dependents + from->first_finish,
        .after_start = self->dependents + from->first_start,
        .cpu = from->cpu,
        .nic = from->nic,
    };
}

void goal_rank_free(struct goal_rank *self)
{
    free(self->ops);
    free(self->dependents);
    *self = (struct goal_rank){0};
}

void goal_block_free(struct goal_block *self)
{
    free(self->ops);
    free(self->edges);
    free(self->labels);
    free(self->text);
    *self = (struct goal_block){0};
}

// --- labels --------------------------------------------------------------------------------------

// Makes room for one more element. False with ERR_RUN, or if there would be more than 2^31.
static bool reserve(void **array, uint32_t num, uint32_t *cap, size_t size, struct err *err)
{
    if (num < *cap)
        return true;
    if (*cap > INT32_MAX / 2)
        return err_set(err, ERR_TRACE, "more than 2^30 operations or dependencies");
    uint32_t grown = *cap ? 2 * *cap : FIRST;
    void *bigger = realloc(*array, grown * size);
    if (!bigger)
        return err_set(err, ERR_RUN, "out of memory");
    *array = bigger;
    *cap = grown;
    return true;
}

static struct goal_label *slot_of(const struct goal_block *self, const char *text, size_t length)
{
    uint32_t hash = 2166136261U; // FNV-1a
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (uint8_t)text[i]) * 16777619U;
    for (uint32_t at = hash;; at++) {
        struct goal_label *slot = &self->labels[at & (self->cap_labels - 1)];
        const char *other = self->text + slot->at;
        if (slot->idx == 0 || (strncmp(other, text, length) == 0 && !other[length]))
            return slot;
    }
}

static bool labels_grow(struct goal_block *self, struct err *err)
{
    struct goal_block old = *self;
    uint32_t cap = old.cap_labels ? 2 * old.cap_labels : FIRST;
    struct goal_label *labels = calloc(cap, sizeof *labels);
    if (!labels)
        return err_set(err, ERR_RUN, "out of memory");
    self->labels = labels;
    self->cap_labels = cap;
    for (uint32_t i = 0; i < old.cap_labels; i++) {
        const char *text = old.text + old.labels[i].at;
        if (old.labels[i].idx > 0)
            *slot_of(self, text, strlen(text)) = old.labels[i];
    }
    free(old.labels);
    return true;
}

static bool add_label(struct goal_block *self, struct goal_word label, struct err *err)
{
    if (label.length > MAX_LABEL)
        return err_set(err, ERR_TRACE, "a label of more than %d characters", MAX_LABEL);
    if (2 * self->num_labels >= self->cap_labels && !labels_grow(self, err))
        return false;
    struct goal_label *slot = slot_of(self, label.text, label.length);
    if (slot->idx > 0)
        return err_set(err, ERR_TRACE,
                       "a second operation with the label %.*s, the first of which "
                       "is in line %" PRIu32,
                       (int)label.length, label.text, self->ops[slot->idx - 1].line);
    slot->at = self->text_bytes;
    slot->idx = self->num_ops + 1;
    self->num_labels++;
    uint32_t end = self->text_bytes + (uint32_t)label.length;
    while (end >= self->cap_text)
        if (!reserve((void **)&self->text, self->cap_text, &self->cap_text, 1, err))
            return false;
    memcpy(self->text + slot->at, label.text, label.length);
    self->text[end] = '\0';
    self->text_bytes = end + 1;
    return true;
}

static bool find(const struct goal_block *self, struct goal_word label, uint32_t *idx,
                 struct err *err)
{
    const struct goal_label *slot =
        self->cap_labels > 0 ? slot_of(self, label.text, label.length) : NULL;
    if (!slot || slot->idx == 0)
        return err_set(err, ERR_TRACE, "no operation before this line has the label %.*s",
                       label.length < MAX_LABEL ? (int)label.length : MAX_LABEL, label.text);
    *idx = slot->idx - 1;
    return true;
}

// --- reading a block -----------------------------------------------------------------------------

bool goal_block_add(struct goal_block *self, const struct goal_statement *statement,
                    struct err *err)
{
    const struct op *op = &statement->op;
    bool sends = op->kind == OP_SEND;
    if (!reserve((void **)&self->ops, self->num_ops, &self->cap_ops, sizeof *self->ops, err) ||
        (statement->label.length > 0 && !add_label(self, statement->label, err)))
        return false;
    self->ops[self->num_ops++] = (struct goal_op){
        .amount = op->kind == OP_COMPUTE ? (uint64_t)op->amount : op->bytes,
        .line = op->line,
        .peer = sends ? op->destination : op->source,
        .tag = op->tag,
        .kind = (uint8_t)op->kind,
        .cpu = statement->cpu,
        .nic = statement->nic,
    };
    return true;
}

bool goal_block_bind(struct goal_block *self, const struct goal_statement *statement,
                     struct err *err)
{
    struct goal_edge edge = {.on_start = statement->kind == GOAL_IREQUIRES};
    if (!find(self, statement->label, &edge.after, err) ||
        !find(self, statement->other, &edge.before, err) ||
        !reserve((void **)&self->edges, self->num_edges, &self->cap_edges, sizeof *self->edges,
                 err))
        return false;
    self->edges[self->num_edges++] = edge;
    self->ops[edge.after].num_before++;
    return true;
}

// Sorts the dependencies of each operation into one array: a counting sort, stable, and by index
// of the operation that waits.
static bool link_up(struct goal_block *self, struct goal_rank *rank, struct err *err)
{
    uint32_t num_ops = self->num_ops;
    uint32_t *counts = calloc(2 * (size_t)num_ops + 1, sizeof *counts);
    rank->num_ops = num_ops;
    rank->ops = calloc((size_t)num_ops + 1, sizeof *rank->ops);
    rank->dependents = calloc((size_t)self->num_edges + 1, sizeof *rank->dependents);
    if (!counts || !rank->ops || !rank->dependents) {
        free(counts);
        return err_set(err, ERR_RUN, "out of memory");
    }
    if (num_ops > 0)
        memcpy(rank->ops, self->ops, num_ops * sizeof *rank->ops);
    for (uint32_t i = 0; i < self->num_edges; i++)
        counts[2 * (size_t)self->edges[i].before + self->edges[i].on_start]++;
    uint32_t at = 0;
    for (uint32_t i = 0; i < num_ops; i++) {
        rank->ops[i].first_finish = at;
        rank->ops[i].first_start = at + counts[2 * (size_t)i];
        at = rank->ops[i].first_start + counts[2 * (size_t)i + 1];
        counts[2 * (size_t)i] = rank->ops[i].first_finish;
        counts[2 * (size_t)i + 1] = rank->ops[i].first_start;
    }
    rank->ops[num_ops].first_finish = at;
    for (uint32_t i = 0; i < self->num_edges; i++)
        rank->dependents[counts[2 * (size_t)self->edges[i].before + self->edges[i].on_start]++] =
            self->edges[i].after;
    free(counts);
    return true;
}

// Whether every operation comes to be executed, if each is as soon as those before it have been.
static bool has_no_circle(const struct goal_rank *rank, struct err *err)
{
    uint32_t *left = calloc(2 * (size_t)rank->num_ops + 1, sizeof *left);
    uint32_t *ready = left + rank->num_ops;
    uint32_t num_ready = 0;
    if (!left)
        return err_set(err, ERR_RUN, "out of memory");
    for (uint32_t i = 0; i < rank->num_ops; i++) {
        left[i] = rank->ops[i].num_before;
        if (left[i] == 0)
            ready[num_ready++] = i;
    }
    for (uint32_t done = 0; done < num_ready; done++) {
        const struct goal_op *op = &rank->ops[ready[done]];
        for (uint32_t i = op->first_finish; i < op[1].first_finish; i++)
            if (--left[rank->dependents[i]] == 0)
                ready[num_ready++] = rank->dependents[i];
    }
    uint32_t first = 0;
    while (first < rank->num_ops && left[first] == 0)
        first++;
    free(left);
    return num_ready == rank->num_ops ||
           err_set(err, ERR_TRACE,
                   "dependencies go round in a circle: the %s of line %" PRIu32
                   " is the first operation that can never start",
                   op_names[rank->ops[first].kind], rank->ops[first].line);
}

bool goal_block_end(struct goal_block *self, struct goal_rank *rank, struct err *err)
{
    if (!link_up(self, rank, err) || !has_no_circle(rank, err))
        return false;
    self->num_ops = 0;
    self->num_edges = 0;
    self->num_labels = 0;
    self->text_bytes = 0;
    if (self->labels)
        memset(self->labels, 0, self->cap_labels * sizeof *self->labels);
    return true;
}
