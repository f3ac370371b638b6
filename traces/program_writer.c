// SPDX-License-Identifier: Apache-2.0
#include "traces/program_writer.h"

#include "traces/native_write.h"
#include "traces/simgrid_write.h"

#include <stdlib.h>
#include <string.h>

const struct program_writer *const program_writers[] = {
    &native_writer,
    &simgrid_writer,
};
const size_t program_num_writers = sizeof program_writers / sizeof *program_writers;

const struct program_writer *program_writer_find(const char *name)
{
    for (size_t i = 0; i < program_num_writers; i++)
        if (strcmp(program_writers[i]->name, name) == 0)
            return program_writers[i];
    return NULL;
}

struct program_number program_number(double number)
{
    enum { FEWEST = 15, MOST = 17 };
    struct program_number result;
    for (int digits = FEWEST; digits <= MOST; digits++) {
        snprintf(result.text, sizeof result.text, "%.*g", digits, number);
        if (strtod(result.text, NULL) == number)
            break;
    }
    return result;
}

// A source or tag that may be a wildcard: the first number that a rank uses stands for all. False
// if this is another one, since waits tell requests apart by it.
static bool wildcard(int32_t number, int32_t *known)
{
    if (number >= 0)
        return true;
    if (*known == 0)
        *known = number;
    return *known == number;
}

const char *program_refuse(struct program_output *self, const struct op *op)
{
    bool receives = op->kind == OP_RECV || op->kind == OP_IRECV || op->kind == OP_SENDRECV ||
                    op->kind == OP_WAIT || op->kind == OP_TEST;
    bool computes = op->kind == OP_COMPUTE || op->kind == OP_SLEEP || op->kind == OP_REDUCE ||
                    op->kind == OP_ALLREDUCE || op->kind == OP_SCAN || op->kind == OP_EXSCAN ||
                    op->kind == OP_REDUCE_SCATTER || op->call;
    if (receives && op->source != OP_NOBODY && !wildcard(op->source, &self->any_source))
        return "a second number that stands for any source";
    if (receives && !wildcard(op->tag, &self->any_tag))
        return "a second number that stands for any tag";
    return op->amount != 0 && !computes ? "an amount of compute" : NULL;
}
