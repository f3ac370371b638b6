// SPDX-License-Identifier: Apache-2.0
// For tests of coherence: every line has a version, the number of times that it was written, which
// moves with the modelled data through fills, write-backs, interventions and DMA. Whoever reads, or
// writes a part of, another version than the last has stale data: a fault of the protocol.
//
// Bounds: only lines 0..num_lines-1 of the bus may be touched while there is a watch.
#ifndef ORDITO_MODEL_NODE_LINE_WATCH_H
#define ORDITO_MODEL_NODE_LINE_WATCH_H

#include <assert.h>
#include <stdint.h>

struct line_watch {
    uint64_t num_lines;
    uint64_t *memory;       // [num_lines]: the version in main memory
    uint64_t *last;         // [num_lines]: the version that was written last
    uint64_t reads, writes; // looked at
    uint64_t stale;         // of them, of stale data
};

static inline void line_watch_read(struct line_watch *self, uint64_t line, uint64_t version)
{
    assert(line < self->num_lines);
    self->reads++;
    self->stale += version != self->last[line];
}

// Returns the version that the line has from now on.
static inline uint64_t line_watch_write(struct line_watch *self, uint64_t line)
{
    assert(line < self->num_lines);
    self->writes++;
    return ++self->last[line];
}

#endif
