// SPDX-License-Identifier: Apache-2.0
#include "tests/loggops_oracle.h"

#include <assert.h>
#include <stdlib.h>

enum { MOST = 1 << 12 }; // events, operations of a rank, messages

// What is to happen: an operation, or a message that comes.
struct happening {
    uint64_t cycle, order;
    bool arrives;
    uint32_t rank, op;    // an operation; of a message, its send,
    uint32_t destination; // and where it comes
};

// A receive or a message that waits for the other.
struct waiting {
    uint32_t rank, op; // of the receive, or of the send
    int32_t source, tag;
};

struct rank {
    uint64_t cpu, sends, receives; // free again
    uint32_t *left;                // operations that each waits for
    uint32_t num_left;             // operations that have not ended
    struct waiting posted[MOST], come[MOST];
    uint32_t num_posted, num_come;
    uint32_t free_ops[MOST]; // that wait for nothing since this happening
    uint32_t num_free;
};

struct oracle {
    const struct trace *trace;
    const struct loggops_params *params;
    uint64_t eager_bytes;
    struct rank *ranks;
    struct happening queue[MOST];
    uint32_t num;
    uint64_t order;
};

static struct op op_of(const struct oracle *self, uint32_t rank, uint32_t idx,
                       struct op_links *links)
{
    struct op op;
    self->trace->schedule->get(self->trace, rank, idx, &op, links);
    return op;
}

static void free_op(struct oracle *self, uint32_t rank, uint32_t idx)
{
    self->ranks[rank].free_ops[self->ranks[rank].num_free++] = idx;
}

static void over(struct oracle *self, uint32_t rank, const uint32_t *after, uint32_t num)
{
    for (uint32_t i = 0; i < num; i++)
        if (--self->ranks[rank].left[after[i]] == 0)
            free_op(self, rank, after[i]);
}

static void started(struct oracle *self, uint32_t rank, uint32_t idx)
{
    struct op_links links;
    op_of(self, rank, idx, &links);
    over(self, rank, links.after_start, links.num_start);
}

static void ended(struct oracle *self, uint32_t rank, uint32_t idx)
{
    struct op_links links;
    op_of(self, rank, idx, &links);
    self->ranks[rank].num_left--;
    over(self, rank, links.after_finish, links.num_finish);
}

static void put(struct oracle *self, struct happening happening)
{
    assert(self->num < MOST);
    happening.order = self->order++;
    self->queue[self->num++] = happening;
}

// Queues what has become free: sends, receives, calculations, each as they are defined.
static void queue_free(struct oracle *self, uint32_t rank_idx)
{
    static const enum op_kind kinds[] = {OP_SEND, OP_RECV, OP_COMPUTE};
    struct rank *rank = &self->ranks[rank_idx];
    for (int k = 0; k < 3; k++)
        for (uint32_t idx = 0; idx < self->trace->schedule->num_ops(self->trace, rank_idx); idx++)
            for (uint32_t i = 0; i < rank->num_free; i++) {
                struct op_links links;
                struct op op = op_of(self, rank_idx, idx, &links);
                if (rank->free_ops[i] != idx || op.kind != kinds[k])
                    continue;
                uint64_t cycle = rank->cpu;
                if (op.kind == OP_SEND && rank->sends > cycle)
                    cycle = rank->sends;
                put(self, (struct happening){.cycle = cycle, .rank = rank_idx, .op = idx});
            }
    rank->num_free = 0;
}

static uint64_t most(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t all_but_one(uint64_t bytes, double cycles)
{
    return bytes == 0 ? 0 : (uint64_t)((double)(bytes - 1) * cycles);
}

static void take_out(struct waiting *list, uint32_t *num, uint32_t at)
{
    --*num;
    for (; at < *num; at++)
        list[at] = list[at + 1];
}

static bool fits(const struct waiting *receive, const struct waiting *message)
{
    return (receive->source < 0 || receive->source == message->source) &&
           (receive->tag < 0 || receive->tag == message->tag);
}

static void met(struct oracle *self, const struct waiting *receive, const struct waiting *message,
                uint64_t cycle)
{
    struct op_links links;
    struct rank *sender = &self->ranks[message->rank];
    if (op_of(self, message->rank, message->op, &links).bytes >= self->eager_bytes) {
        sender->cpu = most(sender->cpu, cycle);
        sender->sends = most(sender->sends, cycle);
        ended(self, message->rank, message->op);
    }
    ended(self, receive->rank, receive->op);
}

static void post(struct oracle *self, const struct happening *now, const struct op *op)
{
    struct rank *rank = &self->ranks[now->rank];
    struct waiting receive = {now->rank, now->op, op->source, op->tag};
    started(self, now->rank, now->op);
    for (uint32_t i = 0; i < rank->num_come; i++) {
        struct waiting message = rank->come[i];
        if (!fits(&receive, &message))
            continue;
        take_out(rank->come, &rank->num_come, i);
        met(self, &receive, &message, now->cycle);
        return;
    }
    rank->posted[rank->num_posted++] = receive;
}

static void arrive(struct oracle *self, const struct happening *now, const struct op *op)
{
    const struct loggops_params *p = self->params;
    struct rank *rank = &self->ranks[now->destination];
    struct waiting message = {now->rank, now->op, (int32_t)now->rank, op->tag};
    uint64_t gap = all_but_one(op->bytes, p->gap_cycles_per_byte);
    rank->cpu = now->cycle + p->overhead_cycles +
                most(gap, all_but_one(op->bytes, p->overhead_cycles_per_byte));
    rank->receives = now->cycle + p->gap_cycles + gap;
    for (uint32_t i = 0; i < rank->num_posted; i++) {
        struct waiting receive = rank->posted[i];
        if (!fits(&receive, &message))
            continue;
        take_out(rank->posted, &rank->num_posted, i);
        met(self, &receive, &message, now->cycle);
        return;
    }
    rank->come[rank->num_come++] = message;
}

static void send(struct oracle *self, const struct happening *now, const struct op *op)
{
    const struct loggops_params *p = self->params;
    struct rank *rank = &self->ranks[now->rank];
    started(self, now->rank, now->op);
    rank->cpu =
        now->cycle + p->overhead_cycles + all_but_one(op->bytes, p->overhead_cycles_per_byte);
    rank->sends = now->cycle + p->gap_cycles + all_but_one(op->bytes, p->gap_cycles_per_byte);
    struct happening arrival = *now;
    arrival.arrives = true;
    arrival.destination = (uint32_t)op->destination;
    arrival.cycle = now->cycle + p->overhead_cycles + p->latency_cycles;
    put(self, arrival);
    if (op->bytes < self->eager_bytes)
        ended(self, now->rank, now->op);
}

// From when on it may happen, by what is free.
static uint64_t may_from(const struct oracle *self, const struct happening *now, enum op_kind kind)
{
    const struct rank *rank = &self->ranks[now->arrives ? now->destination : now->rank];
    if (now->arrives)
        return most(rank->cpu, rank->receives);
    if (kind == OP_SEND)
        return most(rank->cpu, rank->sends);
    return kind == OP_COMPUTE ? rank->cpu : 0;
}

static void happen(struct oracle *self, uint32_t at)
{
    struct op_links links;
    struct happening now = self->queue[at];
    struct op op = op_of(self, now.rank, now.op, &links);
    uint64_t from = may_from(self, &now, op.kind);
    if (from > now.cycle) {
        self->queue[at].cycle = from; // and keeps its order
        return;
    }
    self->queue[at] = self->queue[--self->num];
    if (now.arrives) {
        arrive(self, &now, &op);
    } else if (op.kind == OP_SEND) {
        send(self, &now, &op);
    } else if (op.kind == OP_RECV) {
        post(self, &now, &op);
    } else {
        self->ranks[now.rank].cpu = now.cycle + (uint64_t)op.amount;
        started(self, now.rank, now.op);
        ended(self, now.rank, now.op);
    }
    for (uint32_t i = 0; i < self->trace->num_ranks; i++)
        queue_free(self, i);
}

bool loggops_oracle(const struct trace *trace, const struct loggops_params *params,
                    uint64_t eager_bytes, uint64_t *end_cycles)
{
    struct oracle *self = calloc(1, sizeof *self);
    *self = (struct oracle){.trace = trace, .params = params, .eager_bytes = eager_bytes};
    self->ranks = calloc(trace->num_ranks, sizeof *self->ranks);
    for (uint32_t r = 0; r < trace->num_ranks; r++) {
        uint32_t num = trace->schedule->num_ops(trace, r);
        assert(num < MOST);
        self->ranks[r].num_left = num;
        self->ranks[r].left = calloc(num + 1, sizeof(uint32_t));
        for (uint32_t i = 0; i < num; i++) {
            struct op_links links;
            op_of(self, r, i, &links);
            self->ranks[r].left[i] = links.num_before;
            if (links.num_before == 0)
                free_op(self, r, i);
        }
        queue_free(self, r);
    }
    while (self->num > 0) {
        uint32_t first = 0;
        for (uint32_t i = 1; i < self->num; i++) {
            const struct happening *a = &self->queue[i];
            const struct happening *b = &self->queue[first];
            if (a->cycle < b->cycle || (a->cycle == b->cycle && a->order < b->order))
                first = i;
        }
        happen(self, first);
    }
    bool all = true;
    for (uint32_t r = 0; r < trace->num_ranks; r++) {
        all &= self->ranks[r].num_left == 0;
        end_cycles[r] = self->ranks[r].cpu;
        free(self->ranks[r].left);
    }
    free(self->ranks);
    free(self);
    return all;
}
