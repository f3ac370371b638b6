// SPDX-License-Identifier: Apache-2.0
#include "sim/rng.h"
#include "traces/footprint.h"
#include "traces/mem_trace.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

// Different numbers among `num`.
static uint64_t distinct(uint64_t *numbers, size_t num)
{
    uint64_t found = num > 0;
    qsort(numbers, num, sizeof *numbers, compare);
    for (size_t i = 1; i < num; i++)
        found += numbers[i] != numbers[i - 1];
    return found;
}

// Different units of `bytes` that references of fetches, data or both touch.
static uint64_t touched(const struct mem_ref *refs, size_t num, bool fetches, bool data,
                        uint64_t bytes)
{
    enum { MAX = 1 << 20 };
    static uint64_t units[MAX];
    size_t at = 0;
    for (size_t i = 0; i < num; i++) {
        if (!(refs[i].kind == MEM_REF_FETCH ? fetches : data))
            continue;
        uint64_t last = (refs[i].address + refs[i].size - 1) / bytes;
        for (uint64_t unit = refs[i].address / bytes;; unit++) {
            cr_assert_lt(at, (size_t)MAX);
            units[at++] = unit;
            if (unit == last)
                break;
        }
    }
    return distinct(units, at);
}

Test(footprint, lines_and_pages_are_those_that_sorting_finds)
{
    enum { NUM = 4000 };
    static struct mem_ref refs[NUM];
    struct rng rng = rng_make(1, RNG_SHUFFLE, 0);
    for (uint64_t bits = 12; bits <= 64; bits += 4) {
        for (size_t i = 0; i < NUM; i++) {
            uint16_t size = (uint16_t)(1 + rng_below(&rng, rng_below(&rng, 50) ? 80 : UINT16_MAX));
            uint64_t address = rng_next(&rng) >> (64 - bits);
            if (rng_below(&rng, 20) == 0)
                address = UINT64_MAX;
            if (address > UINT64_MAX - size)
                address = UINT64_MAX - size + 1;
            refs[i] = (struct mem_ref){address, size, (uint8_t)rng_below(&rng, MEM_REF_NUM_KINDS)};
        }
        struct footprint footprint = {0};
        for (size_t i = 0; i < NUM; i += NUM / 4) // no matter in how many batches
            cr_assert(footprint_add(&footprint, refs + i, NUM / 4));
        struct footprint_counts counts = footprint_count(&footprint);
        footprint_free(&footprint);
        cr_assert_eq(counts.lines, touched(refs, NUM, true, true, FOOTPRINT_LINE_BYTES));
        cr_assert_eq(counts.pages, touched(refs, NUM, true, true, FOOTPRINT_PAGE_BYTES));
        cr_assert_eq(counts.data_lines, touched(refs, NUM, false, true, FOOTPRINT_LINE_BYTES));
        cr_assert_eq(counts.data_pages, touched(refs, NUM, false, true, FOOTPRINT_PAGE_BYTES));
        cr_assert_eq(counts.fetch_lines, touched(refs, NUM, true, false, FOOTPRINT_LINE_BYTES));
        cr_assert_eq(counts.fetch_pages, touched(refs, NUM, true, false, FOOTPRINT_PAGE_BYTES));
    }
}

Test(footprint, the_samples_are_what_their_readme_tells)
{
    static const struct {
        const char *path;
        uint64_t references[MEM_REF_NUM_KINDS];
        uint64_t lines, pages;
    } samples[] = {
        {"traces/samples/sort.lackey.xz", {368670, 83006, 47652, 672}, 1027, 99},
        {"traces/samples/gzip.lackey.xz", {396300, 96385, 6803, 512}, 927, 38},
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct err err = {0};
        struct mem_ref refs[MEM_TRACE_BATCH];
        struct footprint footprint = {0};
        uint64_t references[MEM_REF_NUM_KINDS] = {0};
        struct mem_trace *trace = mem_trace_open(samples[i].path, NULL, &err);
        size_t num;
        while (trace && (num = mem_trace_next(trace, refs, MEM_TRACE_BATCH, &err)) > 0) {
            cr_assert(footprint_add(&footprint, refs, num));
            for (size_t j = 0; j < num; j++)
                references[refs[j].kind]++;
        }
        mem_trace_close(trace);
        cr_assert_eq(err.status, ERR_NONE, "%s", err.text);
        for (size_t kind = 0; kind < MEM_REF_NUM_KINDS; kind++)
            cr_assert_eq(references[kind], samples[i].references[kind]);
        struct footprint_counts counts = footprint_count(&footprint);
        footprint_free(&footprint);
        cr_assert_eq(counts.lines, samples[i].lines);
        cr_assert_eq(counts.pages, samples[i].pages);
    }
}

Test(footprint, fetches_and_data_of_one_line_are_told_apart)
{
    static const struct mem_ref refs[] = {{64, 4, MEM_REF_FETCH},
                                          {68, 4, MEM_REF_LOAD},
                                          {128, 4, MEM_REF_STORE},
                                          {132, 4, MEM_REF_FETCH}};
    struct footprint footprint = {0};
    cr_assert(footprint_add(&footprint, refs, 4));
    struct footprint_counts counts = footprint_count(&footprint);
    footprint_free(&footprint);
    cr_assert_eq(counts.fetch_lines, 2);
    cr_assert_eq(counts.data_lines, 2);
    cr_assert_eq(counts.lines, 2);
    cr_assert_eq(counts.pages, 1);
}

Test(footprint, nothing_touches_nothing)
{
    struct footprint footprint = {0};
    cr_assert_eq(footprint_count(&footprint).pages, 0);
    cr_assert_eq(footprint_count(&footprint).lines, 0);
    footprint_free(&footprint);
}
