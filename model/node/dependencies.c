// SPDX-License-Identifier: Apache-2.0
#include "model/node/dependencies.h"
#include "sim/rng.h"

#include <assert.h>
#include <stdlib.h>

// An id that waits or is waited for.
struct dependencies_entry {
    uint64_t id;
    uint32_t unmet; // dependencies of its own that are open
    uint32_t first; // edges to those that wait for it, in the order given; 0 is none
    uint32_t last;
};

struct dependencies_edge {
    uint64_t id;   // that waits, or is released
    uint32_t next; // of the same list; 0 is none
};

enum { LEAST_ENTRIES = 64, LEAST_EDGES = 64 };

void dependencies_free(struct dependencies *self)
{
    free(self->entries);
    free(self->edges);
    *self = (struct dependencies){0};
}

// --- the table ----------------------------------------------------------------------------------

static bool is_used(const struct dependencies_entry *entry)
{
    return entry->unmet || entry->first;
}

// The place of an id, or the one that it would take.
static size_t place(const struct dependencies *self, uint64_t id)
{
    size_t at = rng_mix(id) & self->mask;
    while (is_used(&self->entries[at]) && self->entries[at].id != id)
        at = (at + 1) & self->mask;
    return at;
}

// The entry of an id, NULL if there is none.
static struct dependencies_entry *find(const struct dependencies *self, uint64_t id)
{
    if (!self->entries)
        return NULL;
    struct dependencies_entry *entry = &self->entries[place(self, id)];
    return is_used(entry) ? entry : NULL;
}

// Takes an entry that is no longer used out of the table: those behind it that it kept from their
// place move up.
static void close_gap(struct dependencies *self, struct dependencies_entry *entry)
{
    size_t gap = (size_t)(entry - self->entries);
    self->num_entries--;
    for (size_t at = (gap + 1) & self->mask; is_used(&self->entries[at]);
         at = (at + 1) & self->mask) {
        size_t home = rng_mix(self->entries[at].id) & self->mask;
        if (((at - home) & self->mask) < ((at - gap) & self->mask))
            continue;
        self->entries[gap] = self->entries[at];
        self->entries[at] = (struct dependencies_entry){0};
        gap = at;
    }
}

// Makes room for two more entries.
static bool reserve_entries(struct dependencies *self)
{
    if (self->entries && (self->num_entries + 2) * 4 <= (self->mask + 1) * 3)
        return true;
    struct dependencies larger = *self;
    larger.mask = self->entries ? self->mask * 2 + 1 : LEAST_ENTRIES - 1;
    larger.entries = calloc(larger.mask + 1, sizeof *larger.entries);
    if (!larger.entries)
        return false;
    for (size_t i = 0; self->entries && i <= self->mask; i++)
        if (is_used(&self->entries[i]))
            larger.entries[place(&larger, self->entries[i].id)] = self->entries[i];
    free(self->entries);
    *self = larger;
    return true;
}

// --- edges --------------------------------------------------------------------------------------

static bool reserve_edge(struct dependencies *self)
{
    if (self->free || self->num_edges < self->max_edges)
        return true;
    if (self->max_edges == UINT32_MAX)
        return false;
    uint32_t max = self->max_edges == 0               ? LEAST_EDGES
                   : self->max_edges > UINT32_MAX / 2 ? UINT32_MAX
                                                      : self->max_edges * 2;
    struct dependencies_edge *edges = realloc(self->edges, max * sizeof *edges);
    if (!edges)
        return false;
    self->edges = edges;
    self->max_edges = max;
    if (self->num_edges == 0)
        self->num_edges = 1;
    return true;
}

static uint32_t take_edge(struct dependencies *self)
{
    uint32_t edge = self->free;
    if (!edge)
        return self->num_edges++;
    self->free = self->edges[edge].next;
    return edge;
}

static void give_edge(struct dependencies *self, uint32_t edge)
{
    self->edges[edge].next = self->free;
    self->free = edge;
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

// --- events -------------------------------------------------------------------------------------

// The entry of an id, which is put in if it is not there, for one that makes it used.
static struct dependencies_entry *enter(struct dependencies *self, uint64_t id)
{
    struct dependencies_entry *entry = &self->entries[place(self, id)];
    if (!is_used(entry)) {
        *entry = (struct dependencies_entry){.id = id};
        self->num_entries++;
    }
    return entry;
}

bool dependencies_require(struct dependencies *self, uint64_t id, uint64_t earlier)
{
    if (!reserve_entries(self) || !reserve_edge(self))
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
    struct dependencies_entry *entry = find(self, self->edges[edge].id);
    self->num_open--;
    if (--entry->unmet > 0) {
        give_edge(self, edge);
        return;
    }
    append(self, &self->released, &self->released_last, edge);
    if (!is_used(entry))
        close_gap(self, entry);
}

void dependencies_complete(struct dependencies *self, uint64_t id)
{
    struct dependencies_entry *entry = find(self, id);
    if (!entry)
        return;
    assert(entry->unmet == 0);
    uint32_t edge = entry->first;
    *entry = (struct dependencies_entry){0};
    close_gap(self, entry);
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

void dependencies_clear(struct dependencies *self)
{
    for (size_t i = 0; self->entries && i <= self->mask; i++)
        self->entries[i] = (struct dependencies_entry){0};
    self->num_entries = 0;
    self->num_edges = self->max_edges ? 1 : 0;
    self->free = self->released = 0;
    self->num_open = 0;
}

bool dependencies_first_waiting(const struct dependencies *self, uint64_t *id, uint64_t *earlier)
{
    bool any = false;
    for (size_t i = 0; self->entries && i <= self->mask; i++) {
        const struct dependencies_entry *entry = &self->entries[i];
        for (uint32_t edge = entry->first; edge; edge = self->edges[edge].next) {
            uint64_t waits = self->edges[edge].id;
            if (any && (waits > *id || (waits == *id && entry->id >= *earlier)))
                continue;
            any = true;
            *id = waits;
            *earlier = entry->id;
        }
    }
    return any;
}
