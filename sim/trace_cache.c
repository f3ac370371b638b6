// SPDX-License-Identifier: Apache-2.0
#include "sim/trace_cache.h"

#include "model/node/cachegrind.h"
#include "sim/host.h"
#include "traces/mem_trace.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const options[] = {"--i1", "--d1", "--ll"};
static const char *const defaults[] = {TRACE_CACHE_I1, TRACE_CACHE_D1, TRACE_CACHE_LL};
static const char *const access_names[CACHEGRIND_NUM_ACCESSES] = {
    [CACHEGRIND_FETCH] = "fetch",
    [CACHEGRIND_READ] = "read",
    [CACHEGRIND_WRITE] = "write",
};

// Parses "BYTES,WAYS,LINE".
static bool parse_geometry(struct cache_geometry *geometry, const char *text, const char *option,
                           struct err *err)
{
    uint64_t numbers[3];
    const char *at = text;
    for (size_t i = 0; i < 3; i++) {
        char *end = NULL;
        errno = 0;
        numbers[i] = isdigit((unsigned char)*at) ? strtoull(at, &end, 10) : 0;
        if (!end || errno || *end != (i < 2 ? ',' : '\0') || (i && numbers[i] > UINT32_MAX))
            return err_set(err, ERR_CONFIG, "%s: \"%.60s\" is not BYTES,WAYS,LINE, as %s", option,
                           text, TRACE_CACHE_LL);
        at = end + 1;
    }
    *geometry = (struct cache_geometry){.size_bytes = numbers[0],
                                        .ways = (uint32_t)numbers[1],
                                        .line_bytes = (uint32_t)numbers[2],
                                        .replacement = CACHE_LRU};
    return true;
}

// False with ERR_CONFIG if no memory trace has such a format; "auto" is NULL.
static bool find_format(const char *name, const struct mem_format **format, struct err *err)
{
    *format = NULL;
    if (strcmp(name, "auto") == 0)
        return true;
    for (size_t i = 0; i < mem_num_formats; i++)
        if (strcmp(name, mem_formats[i]->name) == 0)
            *format = mem_formats[i];
    return *format || err_set(err, ERR_CONFIG,
                              "--format: no format of memory traces is called \"%.60s\"", name);
}

// An object of a number an access, and their sum.
static json_t *accesses_json(const uint64_t numbers[CACHEGRIND_NUM_ACCESSES])
{
    json_t *object = json_object();
    uint64_t all = 0;
    for (size_t access = 0; access < CACHEGRIND_NUM_ACCESSES; access++) {
        json_object_set_new(object, access_names[access],
                            json_integer((json_int_t)numbers[access]));
        all += numbers[access];
    }
    json_object_set_new(object, "all", json_integer((json_int_t)all));
    return object;
}

static uint64_t sum(const uint64_t numbers[CACHEGRIND_NUM_ACCESSES])
{
    return numbers[CACHEGRIND_FETCH] + numbers[CACHEGRIND_READ] + numbers[CACHEGRIND_WRITE];
}

// What write-backs change, and by how much they could at most.
static json_t *write_backs_json(const struct cachegrind *caches)
{
    const struct cachegrind_counts *counts = &caches->counts;
    json_int_t lines = (json_int_t)counts->write_backs;
    return json_pack("{s:I, s:I, s:o, s:I, s:I, s:I}", "lines", lines, "lines_not_there",
                     (json_int_t)counts->write_back_misses, "ll_misses",
                     accesses_json(counts->ll_misses_beside), "difference",
                     (json_int_t)sum(counts->ll_misses_beside) - (json_int_t)sum(counts->ll_misses),
                     "least_difference", -lines, "largest_difference",
                     lines * (json_int_t)caches->ll.ways);
}

static json_t *figures_json(const struct cachegrind *caches, const struct mem_trace *trace,
                            const char *const texts[3], double count_s)
{
    double references = (double)sum(caches->counts.references);
    json_t *figures =
        json_pack("{s:s, s:{s:s, s:s, s:s}, s:o, s:o, s:o, s:{s:f, s:f}}", "format",
                  mem_trace_format(trace)->name, "caches", "i1", texts[0], "d1", texts[1], "ll",
                  texts[2], "references", accesses_json(caches->counts.references), "l1_misses",
                  accesses_json(caches->counts.l1_misses), "ll_misses",
                  accesses_json(caches->counts.ll_misses), "host", "count_s", count_s,
                  "references_per_s", count_s > 0 ? references / count_s : 0.0);
    if (figures && caches->dirty)
        json_object_set_new(figures, "with_write_backs", write_backs_json(caches));
    return figures;
}

static json_t *count(struct cachegrind *caches, struct mem_trace *trace, const char *const texts[3],
                     struct err *err)
{
    struct mem_ref refs[MEM_TRACE_BATCH];
    size_t num;
    double count_s = 0; // processor time, without decoding
    while ((num = mem_trace_next(trace, refs, MEM_TRACE_BATCH, err)) > 0) {
        double begin_s = host_cpu_s();
        cachegrind_run(caches, refs, num);
        count_s += host_cpu_s() - begin_s;
    }
    if (err->status != ERR_NONE)
        return NULL;
    json_t *figures = figures_json(caches, trace, texts, count_s);
    if (!figures)
        err_set(err, ERR_RUN, "out of memory");
    return figures;
}

json_t *trace_cache(const char *path, const char *format, const char *const geometries[3],
                    bool write_backs, struct err *err)
{
    struct cachegrind_params params = {.write_backs = write_backs};
    struct cache_geometry *parsed[] = {&params.i1, &params.d1, &params.ll};
    const char *texts[3];
    for (size_t i = 0; i < 3; i++) {
        texts[i] = geometries[i] ? geometries[i] : defaults[i];
        if (!parse_geometry(parsed[i], texts[i], options[i], err))
            return NULL;
    }
    const struct mem_format *named;
    struct cachegrind caches;
    if (!find_format(format, &named, err) || !cachegrind_make(&caches, &params, err))
        return NULL;
    struct mem_trace *trace = mem_trace_open(path, named, err);
    json_t *figures = trace ? count(&caches, trace, texts, err) : NULL;
    mem_trace_close(trace);
    cachegrind_free(&caches);
    return figures;
}
