// SPDX-License-Identifier: Apache-2.0
// Which lines and pages of memory references touch, exactly: a hash table of pages, each with a bit
// a line.
//
// Bounds: memory grows with the pages that are touched, at most 64 bytes each.
// Owner: footprint_free releases it; zero is a valid initial state.
#ifndef ORDITO_TRACES_FOOTPRINT_H
#define ORDITO_TRACES_FOOTPRINT_H

#include "traces/mem_ref.h"

#include <stdbool.h>
#include <stddef.h>

enum { FOOTPRINT_LINE_BYTES = 64, FOOTPRINT_PAGE_BYTES = 4096 };

struct footprint_page {
    uint64_t page; // address / FOOTPRINT_PAGE_BYTES
    uint64_t
        lines[2]; // a bit a line that is touched: by data references, by fetches; both 0: empty
};

struct footprint {
    struct footprint_page *pages; // [cap], by hash
    size_t num;
    size_t cap; // a power of two, or 0
};

// How much is touched by data references, by fetches, and by any.
struct footprint_counts {
    uint64_t data_lines, data_pages;
    uint64_t fetch_lines, fetch_pages;
    uint64_t lines, pages;
};

// Notes references. False if out of memory.
bool footprint_add(struct footprint *self, const struct mem_ref *refs, size_t num);

struct footprint_counts footprint_count(const struct footprint *self);
void footprint_free(struct footprint *self);

#endif
