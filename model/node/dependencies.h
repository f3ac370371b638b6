// SPDX-License-Identifier: Apache-2.0
// Dependencies among the events of a trace, by 64-bit ids: an event may not happen before others
// have. What an id stands for is the caller's: a packet, or the start and the end of an operation
// as two ids, where some wait for the start of it and others for the end.
//
// Ids need not be announced: either end of a dependency may be one that nothing was heard of before
// (a forward reference). An id without dependencies has no entry, and none is left of an event that
// has happened; so who names an event that is over, waits for ever.
//
// Timing: releases come in the order of the events that completed, and of one event in the order
// in which its dependencies were given: never in that of the table.
// Bounds: memory is that of the most dependencies open at a time. A dependency given twice counts
// twice. Dependencies that go round in a circle are taken, and none of them is ever released.
// Owner: dependencies_free releases all memory; the zero value is an empty tracker.
#ifndef ORDITO_MODEL_NODE_DEPENDENCIES_H
#define ORDITO_MODEL_NODE_DEPENDENCIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dependencies_entry;
struct dependencies_edge;

struct dependencies {
    struct dependencies_entry *entries; // [mask + 1]: a table by id, with linear probing
    size_t mask;                        // a power of two less 1; entries is NULL at first
    size_t num_entries;                 // in use: ids that wait or are waited for
    struct dependencies_edge *edges;    // [num_edges]
    uint32_t num_edges;                 // made so far; 1 more than the last, as 0 is none
    uint32_t max_edges;                 // there is memory for
    uint32_t free;                      // edges that may be used again
    uint32_t released;                  // edges whose ids nobody has taken yet: first,
    uint32_t released_last;             // and last
    uint64_t num_open;                  // dependencies given and not yet fulfilled
};

void dependencies_free(struct dependencies *self);

// `id` may not happen before `earlier`, which has not happened yet. False if out of memory, or of
// room: there may be 2^32 - 2 at a time.
bool dependencies_require(struct dependencies *self, uint64_t id, uint64_t earlier);

// What an id still waits for: the number of its dependencies that are open.
uint32_t dependencies_unmet(const struct dependencies *self, uint64_t id);

// An event that waits for nothing has happened. Ids that waited for it alone are released.
void dependencies_complete(struct dependencies *self, uint64_t id);

// Takes the id that was released first, known to the caller or not. False if there is none. More
// may be completed, and required, between two.
bool dependencies_released(struct dependencies *self, uint64_t *id);

// Forgets all dependencies and releases.
void dependencies_clear(struct dependencies *self);

// For messages: the least id that waits, and the least that it waits for. False if none does.
bool dependencies_first_waiting(const struct dependencies *self, uint64_t *id, uint64_t *earlier);

#endif
