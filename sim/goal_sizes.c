// SPDX-License-Identifier: Apache-2.0
#include "sim/goal_sizes.h"

#include <stdlib.h>

enum { FIRST = 1024 };

void goal_sizes_free(struct goal_sizes *self)
{
    free(self->sent);
    free(self->has_wildcards);
    *self = (struct goal_sizes){0};
}

static bool add_sent(struct goal_sizes *self, uint32_t rank, const struct op *op, struct err *err)
{
    if (self->num == self->cap) {
        size_t cap = self->cap ? 2 * self->cap : FIRST;
        struct goal_message *sent = realloc(self->sent, cap * sizeof *sent);
        if (!sent)
            return err_set(err, ERR_RUN, "out of memory");
        self->sent = sent;
        self->cap = cap;
    }
    self->sent[self->num] = (struct goal_message){.from = rank,
                                                  .to = (uint32_t)op->destination,
                                                  .tag = op->tag,
                                                  .idx = self->num,
                                                  .bytes = op->bytes};
    self->num++;
    return true;
}

static bool add_op(struct goal_sizes *self, uint32_t rank, const struct op *op, struct err *err)
{
    bool exchanges = op->kind == OP_SENDRECV;
    bool sends = op->kind == OP_SEND || op->kind == OP_ISEND || exchanges;
    bool receives = op->kind == OP_RECV || op->kind == OP_IRECV || exchanges;
    if ((sends || receives) && op->tag > self->tag_max)
        self->tag_max = op->tag;
    if (receives && op->source != OP_NOBODY && (op->source < 0 || op->tag < 0))
        self->has_wildcards[rank] = true;
    return !sends || op->destination == OP_NOBODY || add_sent(self, rank, op, err);
}

// By what a receive names, which is the place of its first message.
static int by_key(const struct goal_message *a, const struct goal_message *b)
{
    if (a->to != b->to)
        return a->to < b->to ? -1 : 1;
    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    return a->tag < b->tag ? -1 : a->tag > b->tag;
}

static int by_place(const void *left, const void *right)
{
    const struct goal_message *a = left;
    const struct goal_message *b = right;
    int order = by_key(a, b);
    return order != 0 ? order : a->idx < b->idx ? -1 : a->idx > b->idx;
}

bool goal_sizes_read(struct goal_sizes *self, struct trace *trace, struct err *err)
{
    *self = (struct goal_sizes){.tag_max = -1};
    self->has_wildcards = calloc(trace->num_ranks, sizeof *self->has_wildcards);
    bool good = self->has_wildcards || err_set(err, ERR_RUN, "out of memory");
    for (uint32_t rank = 0; good && rank < trace->num_ranks; rank++) {
        struct op op;
        enum trace_next next = TRACE_END;
        while (good && (next = trace->next(trace, rank, &op, err)) == TRACE_OP)
            good = add_op(self, rank, &op, err);
        good = good && next == TRACE_END;
    }
    if (!good)
        goal_sizes_free(self);
    else if (self->num > 0)
        qsort(self->sent, self->num, sizeof *self->sent, by_place);
    return good;
}

// The first message of a receiver, sender and tag; NULL if there is none.
static struct goal_message *first_of(struct goal_sizes *self, const struct goal_message *key)
{
    size_t low = 0;
    size_t high = self->num;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_key(&self->sent[middle], key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < self->num && by_key(&self->sent[low], key) == 0 ? &self->sent[low] : NULL;
}

uint64_t goal_sizes_take(struct goal_sizes *self, uint32_t rank, int32_t source, int32_t tag,
                         uint64_t room_bytes)
{
    if (self->has_wildcards[rank])
        return room_bytes;
    struct goal_message key = {.from = (uint32_t)source, .to = rank, .tag = tag};
    struct goal_message *first = first_of(self, &key);
    if (!first)
        return room_bytes;
    const struct goal_message *got = first + first->taken;
    if (got == self->sent + self->num || by_key(got, &key) != 0)
        return room_bytes;
    first->taken++;
    return got->bytes < room_bytes ? got->bytes : room_bytes;
}
