// SPDX-License-Identifier: Apache-2.0
// How the routers, or the nodes, of a fabric are shared out among the threads that simulate it:
// adjacent ones a partition, partitions of about the same size, whose borders lie at multiples of
// 64, so that a word of a set with a bit for each belongs to one partition.
#ifndef ORDITO_MODEL_NET_PARTITION_H
#define ORDITO_MODEL_NET_PARTITION_H

#include <stdint.h>

enum { PARTITION_MAX = 256, PARTITION_WORD = 64 };

struct partitioning {
    uint32_t num_parts; // 1..PARTITION_MAX; 0 is as 1
    uint32_t num_items; // routers or nodes
};

static inline uint32_t partition_num_words(uint32_t num_items)
{
    return (num_items + PARTITION_WORD - 1) / PARTITION_WORD;
}

// The first word of a partition; that of partition `num_parts` is the end.
static inline uint32_t partition_first_word(const struct partitioning *self, uint32_t part)
{
    return (uint32_t)((uint64_t)partition_num_words(self->num_items) * part / self->num_parts);
}

// The partition of a router or node.
static inline uint32_t partition_of(const struct partitioning *self, uint32_t item)
{
    if (self->num_parts <= 1)
        return 0;
    uint64_t words_to_here = item / PARTITION_WORD + 1;
    return (uint32_t)((words_to_here * self->num_parts - 1) / partition_num_words(self->num_items));
}

#endif
