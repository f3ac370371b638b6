// SPDX-License-Identifier: Apache-2.0
#include "traces/goal_write.h"

#include <assert.h>
#include <inttypes.h>

#define MAX_CALC_NS 1e15

void goal_write_begin(FILE *to, uint32_t num_ranks)
{
    fprintf(to, "num_ranks %" PRIu32 "\n", num_ranks);
}

void goal_write_rank(FILE *to, uint32_t rank)
{
    fprintf(to, "\nrank %" PRIu32 " {\n", rank);
}

void goal_write_rank_end(FILE *to)
{
    fputs("}\n", to);
}

void goal_write_edge(FILE *to, uint32_t after, uint32_t before, bool on_start)
{
    fprintf(to, "l%" PRIu32 " %srequires l%" PRIu32 "\n", after, on_start ? "i" : "", before);
}

static const char *put_message(FILE *to, const struct op *op)
{
    bool receives = op->kind == OP_RECV;
    int32_t peer = receives ? op->source : op->destination;
    assert(receives || op->tag >= 0); // readers refuse it
    if (op->bytes > OP_MAX_BYTES)
        return op->bytes == OP_ANY_BYTES ? "a receive of any length"
                                         : "a message of more than 1073741824 bytes";
    if (op->address != OP_NO_ADDRESS)
        return "the address of a buffer";
    fprintf(to, "%s %" PRIu64 "b %s %" PRId32, receives ? "recv" : "send", op->bytes,
            receives ? "from" : "to", peer < 0 ? -1 : peer);
    if (op->tag != 0)
        fprintf(to, " tag %" PRId32, op->tag < 0 ? -1 : op->tag);
    return NULL;
}

const char *goal_write_op(FILE *to, uint32_t idx, const struct op *op, uint8_t cpu, uint8_t nic)
{
    if (idx >= GOAL_MAX_OPS)
        return "more than 1073741824 operations of a rank";
    fprintf(to, "l%" PRIu32 ": ", idx);
    if (op->kind == OP_COMPUTE) {
        if (!(op->amount <= MAX_CALC_NS))
            return "a calculation of more than 10^15 ns";
        fprintf(to, "calc %.0f", op->amount);
    } else {
        const char *why = put_message(to, op);
        if (why)
            return why;
    }
    if (cpu > 0)
        fprintf(to, " cpu %u", cpu);
    if (nic > 0)
        fprintf(to, " nic %u", nic);
    fputc('\n', to);
    return NULL;
}
