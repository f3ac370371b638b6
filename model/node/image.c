// SPDX-License-Identifier: Apache-2.0
#include "model/node/image.h"

#include "sim/rng.h"

#include <stdlib.h>
#include <string.h>

void image_free(struct image *self)
{
    for (uint64_t i = 0; i < self->num_slots; i++)
        free(self->pages[i].bytes);
    free(self->pages);
    *self = (struct image){0};
}

// The slot of a page, or the free one where it would be. There are free slots.
static struct image_page *find(struct image_page *pages, uint64_t num_slots, uint64_t number)
{
    uint64_t slot = rng_mix(number) & (num_slots - 1);
    while (pages[slot].bytes && pages[slot].number != number)
        slot = (slot + 1) & (num_slots - 1);
    return &pages[slot];
}

static bool grow(struct image *self)
{
    uint64_t num_slots = self->num_slots ? 2 * self->num_slots : 64;
    struct image_page *pages = calloc(num_slots, sizeof *pages);
    if (!pages)
        return false;
    for (uint64_t i = 0; i < self->num_slots; i++)
        if (self->pages[i].bytes)
            *find(pages, num_slots, self->pages[i].number) = self->pages[i];
    free(self->pages);
    self->pages = pages;
    self->num_slots = num_slots;
    return true;
}

static uint8_t *make_page(struct image *self, uint64_t number)
{
    if (self->num_slots) {
        struct image_page *page = find(self->pages, self->num_slots, number);
        if (page->bytes)
            return page->bytes;
    }
    uint8_t *bytes = calloc(1, IMAGE_PAGE_BYTES);
    if (!bytes || (2 * self->num_pages >= self->num_slots && !grow(self))) {
        free(bytes);
        self->failed = true;
        return NULL;
    }
    *find(self->pages, self->num_slots, number) = (struct image_page){number, bytes};
    self->num_pages++;
    return bytes;
}

// The part of an access that lies in the page of its first byte.
static uint64_t in_page(uint64_t address, uint64_t bytes)
{
    uint64_t left = IMAGE_PAGE_BYTES - address % IMAGE_PAGE_BYTES;
    return bytes < left ? bytes : left;
}

void image_read(const struct image *self, uint64_t address, uint8_t *data, uint64_t bytes)
{
    while (bytes) {
        uint64_t part = in_page(address, bytes);
        const uint8_t *page =
            self->num_slots ? find(self->pages, self->num_slots, address / IMAGE_PAGE_BYTES)->bytes
                            : NULL;
        if (page)
            memcpy(data, page + address % IMAGE_PAGE_BYTES, part);
        else
            memset(data, 0, part);
        address += part;
        data += part;
        bytes -= part;
    }
}

void image_write(struct image *self, uint64_t address, const uint8_t *data, uint64_t bytes)
{
    while (bytes) {
        uint64_t part = in_page(address, bytes);
        uint8_t *page = make_page(self, address / IMAGE_PAGE_BYTES);
        if (!page)
            return;
        memcpy(page + address % IMAGE_PAGE_BYTES, data, part);
        address += part;
        data += part;
        bytes -= part;
    }
}
