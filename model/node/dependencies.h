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

#include "sim/id_map.h"

struct dependencies_entry;
struct dependencies_edge;

struct dependencies {
    struct id_map ids; // that wait or are waited for, and their entries
    struct dependencies_entry *entries;
    uint32_t num_entries;  // made so far; the first stands for none, as that of edges
    uint32_t max_entries;  // there is memory for
    uint32_t free_entries; // that may be used again: the first
    struct dependencies_edge *edges;
    uint32_t num_edges;
    uint32_t max_edges;
    uint32_t free_edges;
    uint32_t released;      // edges whose ids nobody has taken yet: the first,
    uint32_t released_last; // and the last
    uint64_t num_open;      // dependencies given and not yet fulfilled
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

#endif
