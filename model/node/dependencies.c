// SPDX-License-Identifier: Apache-2.0
#include "model/node/dependencies.h"

#include <assert.h>
#include <stdlib.h>

// An id that waits or is waited for.
struct dependencies_entry {
    uint32_t unmet; // dependencies of its own that are open
    uint32_t first; // edges to those that wait for it, in the order given; 0 is none
    uint32_t last;
    uint32_t next_free;
};

struct dependencies_edge {
    uint64_t id;   // that waits, or is released
    uint32_t next; // of the same list; 0 is none
};

void dependencies_free(struct dependencies *self)
{
    id_map_free(&self->ids);
    free(self->entries);
    free(self->edges);
    *self = (struct dependencies){0};
}

// --- pools --------------------------------------------------------------------------------------

// Makes room in a pool for `more` items of `size` bytes. NULL if out of memory, and the pool is as
// it was.
static void *grow(void *pool, uint32_t *max, uint32_t num, uint32_t more, size_t size)
{
    enum { LEAST = 64 };
    if (num + (uint64_t)more <= *max)
        return pool;
    uint32_t larger = *max == 0 ? LEAST : *max > UINT32_MAX / 2 ? UINT32_MAX : *max * 2;
    void *grown = num + (uint64_t)more <= larger ? realloc(pool, larger * size) : NULL;
    if (grown)
        *max = larger;
    return grown;
}

// Makes room for a dependency: an edge, and two ids with their entries.
static bool reserve(struct dependencies *self)
{
    void *entries =
        grow(self->entries, &self->max_entries, self->num_entries, 3, sizeof *self->entries);
    if (entries)
        self->entries = entries;
    void *edges = grow(self->edges, &self->max_edges, self->num_edges, 2, sizeof *self->edges);
    if (edges)
        self->edges = edges;
    return entries && edges && id_map_reserve(&self->ids, 2);
}

// Number 0 of a pool stands for none.
static uint32_t take_new(uint32_t *num)
{
    *num += *num == 0;
    return (*num)++;
}

static uint32_t take_edge(struct dependencies *self)
{
    uint32_t edge = self->free_edges;
    if (!edge)
        return take_new(&self->num_edges);
    self->free_edges = self->edges[edge].next;
    return edge;
}

static void give_edge(struct dependencies *self, uint32_t edge)
{
    self->edges[edge].next = self->free_edges;
    self->free_edges = edge;
}

static void append(struct dependencies *self, uint32_t *first, uint32_t *last, uint32_t edge)
{
    self->edges[edge].next = 0;
    if (*first)
        self->edges[*last].next = edge;
    else
        *first = edge;
    *last = edge;
}

// The entry of an id, NULL if there is none.
static struct dependencies_entry *find(const struct dependencies *self, uint64_t id)
{
    const uint32_t *entry = id_map_find(&self->ids, id);
    return entry ? &self->entries[*entry] : NULL;
}

// The entry of an id, which is made if there is none.
static struct dependencies_entry *enter(struct dependencies *self, uint64_t id)
{
    struct dependencies_entry *found = find(self, id);
    if (found)
        return found;
    uint32_t entry = self->free_entries;
    if (entry)
        self->free_entries = self->entries[entry].next_free;
    else
        entry = take_new(&self->num_entries);
    id_map_put(&self->ids, id, entry);
    self->entries[entry] = (struct dependencies_entry){0};
    return &self->entries[entry];
}

// The id neither waits nor is waited for any more.
static void leave(struct dependencies *self, uint64_t id)
{
    struct dependencies_entry *entry = find(self, id);
    entry->next_free = self->free_entries;
    self->free_entries = (uint32_t)(entry - self->entries);
    id_map_take(&self->ids, id);
}

// --- events -------------------------------------------------------------------------------------

bool dependencies_require(struct dependencies *self, uint64_t id, uint64_t earlier)
{
    if (!reserve(self))
        return false;
    uint32_t edge = take_edge(self);
    self->edges[edge].id = id;
    struct dependencies_entry *before = enter(self, earlier);
    append(self, &before->first, &before->last, edge);
    enter(self, id)->unmet++;
    self->num_open++;
    return true;
}

uint32_t dependencies_unmet(const struct dependencies *self, uint64_t id)
{
    const struct dependencies_entry *entry = find(self, id);
    return entry ? entry->unmet : 0;
}

// One dependency of what an edge leads to is fulfilled.
static void fulfil(struct dependencies *self, uint32_t edge)
{
    uint64_t id = self->edges[edge].id;
    struct dependencies_entry *entry = find(self, id);
    self->num_open--;
    if (--entry->unmet > 0) {
        give_edge(self, edge);
        return;
    }
    append(self, &self->released, &self->released_last, edge);
    if (!entry->first)
        leave(self, id);
}

void dependencies_complete(struct dependencies *self, uint64_t id)
{
    const struct dependencies_entry *entry = find(self, id);
    if (!entry)
        return;
    assert(entry->unmet == 0);
    uint32_t edge = entry->first;
    leave(self, id);
    while (edge) {
        uint32_t next = self->edges[edge].next;
        fulfil(self, edge);
        edge = next;
    }
}

bool dependencies_released(struct dependencies *self, uint64_t *id)
{
    uint32_t edge = self->released;
    if (!edge)
        return false;
    *id = self->edges[edge].id;
    self->released = self->edges[edge].next;
    give_edge(self, edge);
    return true;
}
