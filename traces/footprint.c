// SPDX-License-Identifier: Apache-2.0
#include "traces/footprint.h"

#include <stdlib.h>

enum { FIRST_CAP = 1 << 10, MAX_FILL_PERCENT = 60 };

// The slot of a page, which is empty if the page is new.
static struct footprint_page *slot_of(const struct footprint *self, uint64_t page)
{
    size_t at = (size_t)(page * 0x9e3779b97f4a7c15U >> 20) & (self->cap - 1);
    while ((self->pages[at].lines[0] | self->pages[at].lines[1]) && self->pages[at].page != page)
        at = (at + 1) & (self->cap - 1);
    return &self->pages[at];
}

// Makes room for another page.
static bool reserve(struct footprint *self)
{
    if (self->num * 100 < self->cap * MAX_FILL_PERCENT)
        return true;
    struct footprint old = *self;
    self->cap = old.cap ? 2 * old.cap : FIRST_CAP;
    self->pages = calloc(self->cap, sizeof *self->pages);
    if (!self->pages) {
        *self = old;
        return false;
    }
    for (size_t i = 0; i < old.cap; i++)
        if (old.pages[i].lines[0] | old.pages[i].lines[1])
            *slot_of(self, old.pages[i].page) = old.pages[i];
    free(old.pages);
    return true;
}

// Bits of the lines first..last of a page.
static uint64_t line_bits(uint64_t first, uint64_t last)
{
    return UINT64_MAX << first & UINT64_MAX >> (63 - last);
}

// Notes a reference page by page.
static bool add(struct footprint *self, uint64_t address, uint64_t last, bool fetch)
{
    for (uint64_t page = address / FOOTPRINT_PAGE_BYTES;; page++) {
        uint64_t last_page = last / FOOTPRINT_PAGE_BYTES;
        uint64_t from = page == address / FOOTPRINT_PAGE_BYTES ? address % FOOTPRINT_PAGE_BYTES : 0;
        uint64_t to = page == last_page ? last % FOOTPRINT_PAGE_BYTES : FOOTPRINT_PAGE_BYTES - 1;
        if (!reserve(self))
            return false;
        struct footprint_page *slot = slot_of(self, page);
        self->num += !(slot->lines[0] | slot->lines[1]);
        slot->page = page;
        slot->lines[fetch] |= line_bits(from / FOOTPRINT_LINE_BYTES, to / FOOTPRINT_LINE_BYTES);
        if (page == last_page)
            return true;
    }
}

bool footprint_add(struct footprint *self, const struct mem_ref *refs, size_t num)
{
    uint64_t lines[2] = {0}; // that fetches and data references were within last, and 1
    for (size_t i = 0; i < num; i++) {
        uint64_t last = refs[i].address + refs[i].size - 1;
        bool fetch = refs[i].kind == MEM_REF_FETCH;
        uint64_t line = refs[i].address / FOOTPRINT_LINE_BYTES + 1;
        if (line == lines[fetch] && last / FOOTPRINT_LINE_BYTES + 1 == line)
            continue;
        lines[fetch] = last / FOOTPRINT_LINE_BYTES + 1;
        if (!add(self, refs[i].address, last, fetch))
            return false;
    }
    return true;
}

struct footprint_counts footprint_count(const struct footprint *self)
{
    struct footprint_counts counts = {.pages = self->num};
    for (size_t i = 0; i < self->cap; i++) {
        uint64_t data = self->pages[i].lines[0];
        uint64_t fetch = self->pages[i].lines[1];
        counts.data_lines += (uint64_t)__builtin_popcountll(data);
        counts.fetch_lines += (uint64_t)__builtin_popcountll(fetch);
        counts.lines += (uint64_t)__builtin_popcountll(data | fetch);
        counts.data_pages += data != 0;
        counts.fetch_pages += fetch != 0;
    }
    return counts;
}

void footprint_free(struct footprint *self)
{
    free(self->pages);
    *self = (struct footprint){0};
}
