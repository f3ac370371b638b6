// SPDX-License-Identifier: Apache-2.0
#include "sim/trace_convert.h"
#include "traces/mem_trace.h"
#include "traces/mem_writer.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

static bool refuse(const struct trace_conversion *self, const struct mem_ref *ref, struct err *err)
{
    const char *split = ref->kind == MEM_REF_MODIFY && strcmp(self->to, "dinero") == 0
                            ? "; --split-modifies makes it a load and a store"
                            : "";
    return err_set(err, ERR_TRACE,
                   "%s: reference %" PRIu64 ": the format %s has no words for a %s of %u bytes at "
                   "0x%" PRIx64 "%s",
                   self->path, self->num_written + 1, self->to, mem_ref_names[ref->kind], ref->size,
                   ref->address, split);
}

static bool write_ref(struct trace_conversion *self, const struct mem_writer *writer,
                      const struct mem_ref *ref, struct err *err)
{
    if (ref->kind == MEM_REF_MODIFY && self->split_modifies) {
        struct mem_ref part = *ref;
        part.kind = MEM_REF_LOAD;
        if (!write_ref(self, writer, &part, err))
            return false;
        part.kind = MEM_REF_STORE;
        return write_ref(self, writer, &part, err);
    }
    if (!writer->ref(self->stream, ref))
        return refuse(self, ref, err);
    self->num_written++;
    return true;
}

bool trace_convert_memory(struct trace_conversion *self, struct err *err)
{
    const struct mem_writer *writer = mem_writer_find(self->to);
    const struct mem_format *named = NULL;
    for (size_t i = 0; self->format && i < mem_num_formats; i++)
        if (strcmp(mem_formats[i]->name, self->format) == 0)
            named = mem_formats[i];
    struct mem_trace *trace = mem_trace_open(self->path, named, err);
    assert(writer);
    if (!trace)
        return false;
    struct mem_ref refs[MEM_TRACE_BATCH];
    size_t num;
    bool good = true;
    fputs(writer->begin, self->stream);
    while (good && (num = mem_trace_next(trace, refs, MEM_TRACE_BATCH, err)) > 0) {
        for (size_t i = 0; good && i < num; i++)
            good = write_ref(self, writer, &refs[i], err);
        good = good && trace_convert_progress(self, err);
    }
    fputs(writer->end, self->stream);
    good = good && err->status == ERR_NONE;
    mem_trace_close(trace);
    return good;
}
