// SPDX-License-Identifier: Apache-2.0
#include "traces/op.h"

#include <inttypes.h>
#include <stdio.h>

const char *const op_names[OP_NUM_KINDS] = {
#define OP_NAME(symbol, name) name,
    OP_KINDS(OP_NAME)
#undef OP_NAME
};

// A rank, or "any" for a wildcard.
struct number_text {
    char text[16];
};

static struct number_text number_or_any(int32_t number)
{
    struct number_text result = {"any"};
    if (number >= 0)
        snprintf(result.text, sizeof result.text, "%" PRId32, number);
    return result;
}

const char *op_text(const struct op *op, char *text, size_t size)
{
    const char *name = op_names[op->kind];
    switch (op->kind) {
    case OP_SEND:
    case OP_ISEND:
        snprintf(text, size, "%s to %" PRId32 ", tag %" PRId32 ", %" PRIu64 " bytes", name,
                 op->destination, op->tag, op->bytes);
        break;
    case OP_RECV:
    case OP_IRECV:
        snprintf(text, size, "%s from %s, tag %s", name, number_or_any(op->source).text,
                 number_or_any(op->tag).text);
        break;
    case OP_SENDRECV:
        snprintf(text, size, "%s to %" PRId32 " and from %s", name, op->destination,
                 number_or_any(op->source).text);
        break;
    case OP_WAIT:
    case OP_TEST:
        snprintf(text, size, "%s for %" PRId32 " to %" PRId32 ", tag %" PRId32, name, op->source,
                 op->destination, op->tag);
        break;
    case OP_CALL:
    case OP_ACALL:
    case OP_BCALL:
        snprintf(text, size, "%s of %s at %" PRId32, name, op->call->procedure, op->destination);
        break;
    case OP_AWAIT:
        snprintf(text, size, "%s future %s", name, number_or_any(op->tag).text);
        break;
    case OP_LOAD:
    case OP_STORE:
    case OP_MODIFY:
    case OP_FETCH:
    case OP_PIN:
        snprintf(text, size, "%s of %" PRIu64 " bytes at 0x%" PRIx64, name, op->bytes, op->address);
        break;
    case OP_BCAST:
    case OP_REDUCE:
    case OP_GATHER:
    case OP_SCATTER:
    case OP_GATHERV:
    case OP_SCATTERV:
        snprintf(text, size, "%s with root %" PRIu32, name, op->root);
        break;
    default:
        snprintf(text, size, "%s", name);
    }
    return text;
}
