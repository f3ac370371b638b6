// SPDX-License-Identifier: Apache-2.0
// A queue of records that grows when it is full. Zero-initialise but for item_bytes.
#ifndef ORDITO_NIC_NIC_QUEUE_H
#define ORDITO_NIC_NIC_QUEUE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct nic_queue {
    uint32_t item_bytes;
    uint32_t first, num, cap; // cap: 0 or a power of two
    uint8_t *items;
};

static inline void *nic_queue_at(const struct nic_queue *self, uint32_t i)
{
    return self->items + (size_t)((self->first + i) & (self->cap - 1)) * self->item_bytes;
}

// False if out of memory; the queue is then as it was.
static inline bool nic_queue_push(struct nic_queue *self, const void *item)
{
    if (self->num == self->cap) {
        uint32_t cap = self->cap ? 2 * self->cap : 16;
        uint8_t *items = malloc((size_t)cap * self->item_bytes);
        if (!items)
            return false;
        for (uint32_t i = 0; i < self->num; i++)
            memcpy(items + (size_t)i * self->item_bytes, nic_queue_at(self, i), self->item_bytes);
        free(self->items);
        self->items = items;
        self->first = 0;
        self->cap = cap;
    }
    memcpy(nic_queue_at(self, self->num++), item, self->item_bytes);
    return true;
}

// Takes the first record off; there is one.
static inline void nic_queue_pop(struct nic_queue *self, void *item)
{
    memcpy(item, nic_queue_at(self, 0), self->item_bytes);
    self->first = (self->first + 1) & (self->cap - 1);
    self->num--;
}

#endif
