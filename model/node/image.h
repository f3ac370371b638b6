// SPDX-License-Identifier: Apache-2.0
// The content of a node's memory, where content matters: pages that have been written; the rest
// reads as zeros. Caches hold no copies: as they are coherent, what a load finds in a cache is what
// is here.
//
// Owner: pages are taken as they are first written; image_free releases them. Once there is no
// memory for one, `failed` is set and that write is lost: the run must end.
#ifndef ORDITO_MODEL_NODE_IMAGE_H
#define ORDITO_MODEL_NODE_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

enum { IMAGE_PAGE_BYTES = 4096 };

struct image_page {
    uint64_t number; // address / IMAGE_PAGE_BYTES
    uint8_t *bytes;  // [IMAGE_PAGE_BYTES]; NULL: a free slot
};

// Zero-initialise.
struct image {
    struct image_page *pages; // [num_slots], hashed with linear probing
    uint64_t num_slots;       // a power of two, or 0
    uint64_t num_pages;       // at most half of the slots
    bool failed;              // out of memory
};

void image_free(struct image *self);
void image_read(const struct image *self, uint64_t address, uint8_t *data, uint64_t bytes);
void image_write(struct image *self, uint64_t address, const uint8_t *data, uint64_t bytes);

#endif
