// SPDX-License-Identifier: Apache-2.0
// Traces of memory references: how many of each kind, and what they touch.
#include "sim/host.h"
#include "sim/trace_summary.h"
#include "traces/footprint.h"
#include "traces/mem_trace.h"

#include <inttypes.h>
#include <string.h>

struct counted {
    uint64_t references[MEM_REF_NUM_KINDS];
    uint64_t bytes[MEM_REF_NUM_KINDS];
    struct mem_ref first, last;
    struct footprint footprint;
    double decode_s; // processor time
};

static bool memory_format(size_t i, const char **name, const char **help)
{
    if (i >= mem_num_formats)
        return false;
    *name = mem_formats[i]->name;
    *help = mem_formats[i]->help;
    return true;
}

static void count(struct counted *self, const struct mem_ref *refs, size_t num)
{
    for (size_t i = 0; i < num; i++) {
        self->references[refs[i].kind]++;
        self->bytes[refs[i].kind] += refs[i].size;
    }
    if (!self->first.size)
        self->first = refs[0];
    self->last = refs[num - 1];
}

// An object of a number a kind, and their sum.
static json_t *kinds_json(const uint64_t numbers[MEM_REF_NUM_KINDS])
{
    json_t *object = json_object();
    uint64_t all = 0;
    for (size_t kind = 0; kind < MEM_REF_NUM_KINDS; kind++) {
        json_object_set_new(object, mem_ref_names[kind], json_integer((json_int_t)numbers[kind]));
        all += numbers[kind];
    }
    json_object_set_new(object, "all", json_integer((json_int_t)all));
    return object;
}

static json_t *ref_json(const struct mem_ref *ref)
{
    char text[64];
    snprintf(text, sizeof text, "%s 0x%" PRIx64 ",%u", mem_ref_names[ref->kind], ref->address,
             ref->size);
    return json_string(text);
}

// Addresses that are touched, in lines and pages.
static json_t *touched_json(uint64_t lines, uint64_t pages)
{
    return json_pack("{s:I, s:I}", "lines", (json_int_t)lines, "pages", (json_int_t)pages);
}

static json_t *footprint_json(const struct footprint *footprint)
{
    struct footprint_counts counts = footprint_count(footprint);
    return json_pack("{s:i, s:i, s:o, s:o, s:o}", "line_bytes", FOOTPRINT_LINE_BYTES, "page_bytes",
                     FOOTPRINT_PAGE_BYTES, "fetch",
                     touched_json(counts.fetch_lines, counts.fetch_pages), "data",
                     touched_json(counts.data_lines, counts.data_pages), "all",
                     touched_json(counts.lines, counts.pages));
}

static json_t *figures_json(const struct counted *counted, const struct mem_trace *trace)
{
    json_int_t lines = (json_int_t)mem_trace_lines(trace);
    return json_pack("{s:s, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:{s:f, s:f}}", "format",
                     mem_trace_format(trace)->name, "lines", lines, "other_lines",
                     (json_int_t)mem_trace_others(trace), "references",
                     kinds_json(counted->references), "bytes", kinds_json(counted->bytes),
                     "footprint", footprint_json(&counted->footprint), "first",
                     ref_json(&counted->first), "last", ref_json(&counted->last), "host",
                     "decode_s", counted->decode_s, "lines_per_s",
                     counted->decode_s > 0 ? (double)lines / counted->decode_s : 0.0);
}

static json_t *summarise(const char *path, const char *format, struct err *err)
{
    const struct mem_format *named = NULL;
    for (size_t i = 0; format && i < mem_num_formats; i++)
        if (strcmp(mem_formats[i]->name, format) == 0)
            named = mem_formats[i];
    struct mem_trace *trace = mem_trace_open(path, named, err);
    if (!trace)
        return NULL;
    struct counted counted = {0};
    struct mem_ref refs[MEM_TRACE_BATCH];
    size_t num;
    double begin_s = host_cpu_s();
    while ((num = mem_trace_next(trace, refs, MEM_TRACE_BATCH, err)) > 0) {
        counted.decode_s += host_cpu_s() - begin_s;
        count(&counted, refs, num);
        if (!footprint_add(&counted.footprint, refs, num)) {
            err_set(err, ERR_RUN, "%s: out of memory for the pages that it touches", path);
            break;
        }
        begin_s = host_cpu_s();
    }
    json_t *figures = err->status == ERR_NONE ? figures_json(&counted, trace) : NULL;
    footprint_free(&counted.footprint);
    mem_trace_close(trace);
    return figures;
}

const struct trace_kind trace_kind_memory = {
    .title = "references to memory",
    .reads_stdin = true,
    .format = memory_format,
    .probe = mem_trace_probe,
    .summarise = summarise,
};
