// SPDX-License-Identifier: Apache-2.0
// A node's clock beside the fabric's, as a ratio of whole numbers: `node` cycles of the node's take
// as long as `fabric` cycles of the fabric's, and both begin with cycle 0 at the same time.
//
// Bounds: both numbers 1..2^20; cycles are converted without overflow if the result is below 2^63.
#ifndef ORDITO_MODEL_NODE_CLOCK_H
#define ORDITO_MODEL_NODE_CLOCK_H

#include "sim/err.h"

#include <stdint.h>

enum { CLOCK_MAX_RATIO = 1 << 20 };

struct clock_ratio {
    uint32_t node;
    uint32_t fabric;
};

// The ratio of two frequencies, reduced. Refuses those that are not a ratio of whole numbers within
// the bounds; `key` names the node's.
bool clock_ratio_make(struct clock_ratio *self, double node_hz, double fabric_hz, const char *key,
                      struct err *err);

// ceil(cycle * by / over), by and over up to CLOCK_MAX_RATIO.
static inline uint64_t clock_scale(uint64_t cycle, uint32_t by, uint32_t over)
{
    return cycle / over * by + (cycle % over * by + over - 1) / over;
}

// The first cycle of the node's that begins when this one of the fabric's does, or later.
static inline uint64_t clock_node_cycle(struct clock_ratio ratio, uint64_t fabric_cycle)
{
    return clock_scale(fabric_cycle, ratio.node, ratio.fabric);
}

// The first cycle of the fabric's that begins when this one of the node's does, or later.
static inline uint64_t clock_fabric_cycle(struct clock_ratio ratio, uint64_t node_cycle)
{
    return clock_scale(node_cycle, ratio.fabric, ratio.node);
}

// The cycle of the fabric's to which this one of the node's belongs: the last that begins when it
// does, or earlier.
static inline uint64_t clock_fabric_cycle_of(struct clock_ratio ratio, uint64_t node_cycle)
{
    return node_cycle / ratio.node * ratio.fabric +
           node_cycle % ratio.node * ratio.fabric / ratio.node;
}

#endif
