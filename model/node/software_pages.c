// SPDX-License-Identifier: Apache-2.0
#include "model/node/software_state.h"

#include "sim/rng.h"

#include <stdlib.h>

static uint64_t first_page(uint64_t address)
{
    return address / SOFTWARE_PAGE_BYTES;
}

static uint64_t last_page(uint64_t address, uint64_t bytes)
{
    return (address + bytes - 1) / SOFTWARE_PAGE_BYTES;
}

// --- pinned -------------------------------------------------------------------------------------

// The slot of a page, or the free one where it would be.
static uint64_t *slot_of(const struct page_set *self, uint64_t page)
{
    uint64_t mask = self->cap - 1;
    uint64_t at = rng_mix(page) & mask;
    while (self->pages[at] && self->pages[at] != page + 1)
        at = (at + 1) & mask;
    return &self->pages[at];
}

static bool grow(struct page_set *self)
{
    enum { FIRST_PAGES = 64 };
    struct page_set grown = {.cap = self->cap ? 2 * self->cap : FIRST_PAGES, .num = self->num};
    grown.pages = calloc(grown.cap, sizeof *grown.pages);
    if (!grown.pages)
        return false;
    for (uint32_t i = 0; i < self->cap; i++)
        if (self->pages[i])
            *slot_of(&grown, self->pages[i] - 1) = self->pages[i];
    free(self->pages);
    *self = grown;
    return true;
}

uint64_t software_pin(struct process *process, uint64_t address, uint64_t bytes)
{
    struct page_set *set = &process->pinned;
    uint64_t num = 0;
    for (uint64_t page = first_page(address); page <= last_page(address, bytes); page++) {
        if (2 * set->num >= set->cap && !grow(set))
            return UINT64_MAX;
        uint64_t *slot = slot_of(set, page);
        num += !*slot;
        set->num += !*slot;
        *slot = page + 1;
    }
    return num;
}

uint64_t software_unpinned(const struct process *process, uint64_t address, uint64_t bytes)
{
    const struct page_set *set = &process->pinned;
    for (uint64_t page = first_page(address); page <= last_page(address, bytes); page++)
        if (set->cap == 0 || !*slot_of(set, page))
            return page * SOFTWARE_PAGE_BYTES;
    return UINT64_MAX;
}

// --- protected ----------------------------------------------------------------------------------

uint64_t software_protect(struct process *process, uint64_t address, uint64_t bytes, uint32_t send)
{
    uint64_t num = last_page(address, bytes) - first_page(address) + 1;
    if (process->num_protected + num > process->cap_protected) {
        uint64_t cap = 2 * (process->num_protected + num);
        struct protected_page *pages =
            cap < UINT32_MAX ? realloc(process->protected_pages, cap * sizeof *pages) : NULL;
        if (!pages)
            return UINT64_MAX;
        process->protected_pages = pages;
        process->cap_protected = (uint32_t)cap;
    }
    for (uint64_t i = 0; i < num; i++)
        process->protected_pages[process->num_protected++] =
            (struct protected_page){first_page(address) + i, send};
    return num;
}

void software_unprotect(struct process *process, uint32_t send)
{
    uint32_t left = 0;
    for (uint32_t i = 0; i < process->num_protected; i++)
        if (process->protected_pages[i].send != send)
            process->protected_pages[left++] = process->protected_pages[i];
    process->num_protected = left;
}

uint64_t software_num_protected(const struct process *process, uint64_t address, uint64_t bytes)
{
    uint64_t num = 0;
    for (uint64_t page = first_page(address); page <= last_page(address, bytes); page++) {
        bool found = false;
        for (uint32_t i = 0; i < process->num_protected; i++)
            found |= process->protected_pages[i].page == page;
        num += found;
    }
    return num;
}

uint64_t software_fault(struct process *process, uint64_t address, uint64_t bytes)
{
    uint64_t found = UINT64_MAX;
    uint32_t left = 0;
    for (uint32_t i = 0; i < process->num_protected; i++) {
        struct protected_page page = process->protected_pages[i];
        bool hit = page.page >= first_page(address) && page.page <= last_page(address, bytes);
        if (hit && found == UINT64_MAX)
            found = page.page;
        if (page.page != found)
            process->protected_pages[left++] = page;
    }
    process->num_protected = left;
    return found == UINT64_MAX ? UINT64_MAX : found * SOFTWARE_PAGE_BYTES;
}

void software_pages_free(struct process *process)
{
    free(process->pinned.pages);
    free(process->protected_pages);
}
