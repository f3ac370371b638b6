// SPDX-License-Identifier: Apache-2.0
#include "model/node/memory_source.h"

#include <stdlib.h>

struct memory_source {
    struct core_source core;
    struct mem_trace *trace;
    struct err err;
    struct mem_ref refs[MEM_TRACE_BATCH];
    struct core_op ops[MEM_TRACE_BATCH];
};

static uint32_t next(struct core_source *core, uint64_t cycle, const struct core_op **ops)
{
    static const uint8_t kinds[MEM_REF_NUM_KINDS] = {
        [MEM_REF_FETCH] = CORE_FETCH,
        [MEM_REF_LOAD] = CORE_LOAD,
        [MEM_REF_STORE] = CORE_STORE,
        [MEM_REF_MODIFY] = CORE_MODIFY,
    };
    (void)cycle;
    struct memory_source *self = (struct memory_source *)core;
    size_t num = mem_trace_next(self->trace, self->refs, MEM_TRACE_BATCH, &self->err);
    for (size_t i = 0; i < num; i++)
        self->ops[i] = (struct core_op){.address = self->refs[i].address,
                                        .bytes = self->refs[i].size,
                                        .kind = kinds[self->refs[i].kind]};
    core->ended = num == 0;
    *ops = self->ops;
    return (uint32_t)num;
}

struct memory_source *memory_source_new(struct mem_trace *trace)
{
    struct memory_source *self = calloc(1, sizeof *self);
    if (self) {
        self->core.next = next;
        self->trace = trace;
    }
    return self;
}

void memory_source_free(struct memory_source *self)
{
    free(self);
}

struct core_source *memory_source_core(struct memory_source *self)
{
    return &self->core;
}

const struct err *memory_source_err(const struct memory_source *self)
{
    return &self->err;
}
