// SPDX-License-Identifier: Apache-2.0
#include "sim/flit_record.h"

#include <stdlib.h>
#include <string.h>

enum { COMPACT_MIN_EVENTS = 1 << 16 };

size_t flit_record_find(const struct flit_record *self, uint64_t serial)
{
    size_t low = 0;
    size_t high = self->num_packets;
    if (high == 0 || serial < self->packets[0].serial || serial > self->packets[high - 1].serial)
        return high;
    if (serial - self->packets[0].serial < high &&
        self->packets[serial - self->packets[0].serial].serial == serial)
        return serial - self->packets[0].serial; // none is missing up to here
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (self->packets[middle].serial <= serial)
            low = middle;
        else
            high = middle;
    }
    return self->packets[low].serial == serial ? low : self->num_packets;
}

// Takes out what was delivered, with its events.
static void compact(struct flit_record *self)
{
    size_t num = 0;
    for (size_t e = 0; e < self->num_events; e++) {
        size_t p = flit_record_find(self, self->events[e].packet);
        if (p < self->num_packets && !self->delivered[p])
            self->events[num++] = self->events[e];
    }
    self->num_events = num;
    num = 0;
    for (size_t p = 0; p < self->num_packets; p++) {
        if (self->delivered[p])
            continue;
        self->packets[num] = self->packets[p];
        self->delivered[num++] = false;
    }
    self->num_packets = num;
}

// Numbers the packets of each source that have not moved, from 1; 0: has moved. False without
// memory.
static bool number_waiting(const struct flit_record *self, uint32_t *turns)
{
    uint32_t num_sources = 0;
    memset(turns, 0, self->num_packets * sizeof *turns);
    for (size_t p = 0; p < self->num_packets; p++)
        if (self->packets[p].source >= num_sources)
            num_sources = self->packets[p].source + 1;
    uint32_t *queued = calloc(num_sources, sizeof *queued);
    if (!queued)
        return false;
    for (size_t e = 0; e < self->num_events; e++)
        if (self->events[e].kind != FABRIC_CREATED)
            turns[flit_record_find(self, self->events[e].packet)] = 1;
    for (size_t p = 0; p < self->num_packets; p++)
        turns[p] = turns[p] ? 0 : ++queued[self->packets[p].source];
    free(queued);
    return true;
}

// Leaves out packets that there is no room for: of each source those that it created last. Returns
// false, with nothing left, if there is not even room for those that have moved.
static bool leave_out(struct flit_record *self)
{
    size_t max = self->limits.max_packets;
    size_t num = self->num_packets;
    uint32_t *turns = malloc(num * sizeof *turns);
    size_t *of_turn = calloc(num + 1, sizeof *of_turn);
    size_t kept = 0;
    self->out_of_memory = !turns || !of_turn || !number_waiting(self, turns);
    if (!self->out_of_memory) {
        uint32_t end = 0; // of turns that are kept
        for (size_t p = 0; p < num; p++)
            of_turn[turns[p]]++;
        while (end <= num && kept + of_turn[end] <= max)
            kept += of_turn[end++];
        for (size_t p = 0; p < num; p++)
            self->delivered[p] = turns[p] >= end;
        kept = end > 0 ? kept : 0;
    }
    free(turns);
    free(of_turn);
    if (kept == 0)
        return false;
    compact(self);
    self->left_out = num - self->num_packets;
    return true;
}

// The window begins: what is alive counts. False if that is too much.
static bool begin(struct flit_record *self)
{
    size_t max = self->limits.max_packets;
    if (self->limits.from_cycle > 0)
        compact(self);
    self->begun = max == 0 || self->num_packets <= max || leave_out(self);
    return self->begun;
}

// The record ends before this cycle.
static void cut(struct flit_record *self, uint64_t cycle)
{
    for (; self->num_events > 0 && self->events[self->num_events - 1].cycle == cycle;
         self->num_events--) {
        const struct fabric_event *event = &self->events[self->num_events - 1];
        size_t p = flit_record_find(self, event->packet);
        if (event->kind == FABRIC_DELIVERED) {
            self->delivered[p] = false;
            self->packets[p].ejected_cycle = 0;
        } else if (event->kind == FABRIC_CREATED) {
            self->num_packets--; // the last one
        }
    }
    self->cut = true;
    self->end_cycle = cycle;
}

static bool add_packet(struct flit_record *self, const struct packet *packet)
{
    if (self->num_packets == self->cap_packets) {
        size_t cap = self->cap_packets ? 2 * self->cap_packets : 1024;
        struct packet *packets = reallocarray(self->packets, cap, sizeof *packets);
        if (packets)
            self->packets = packets;
        bool *delivered = reallocarray(self->delivered, cap, sizeof *delivered);
        if (delivered)
            self->delivered = delivered;
        if (!packets || !delivered)
            return false;
        self->cap_packets = cap;
    }
    self->packets[self->num_packets] = *packet;
    self->delivered[self->num_packets++] = false;
    return true;
}

static bool add_event(struct flit_record *self, const struct fabric_event *event)
{
    size_t max = self->limits.max_events ? self->limits.max_events : FLIT_RECORD_MAX_EVENTS;
    if (self->num_events == max)
        return false;
    if (self->num_events == self->cap_events) {
        size_t cap = self->cap_events ? 2 * self->cap_events : 4096;
        struct fabric_event *events = reallocarray(self->events, cap, sizeof *events);
        if (!events) {
            self->out_of_memory = true;
            return false;
        }
        self->events = events;
        self->cap_events = cap;
    }
    self->events[self->num_events++] = *event;
    return true;
}

// Makes room where that can be done before the window.
static void make_room(struct flit_record *self)
{
    size_t threshold =
        self->compact_at > COMPACT_MIN_EVENTS ? self->compact_at : COMPACT_MIN_EVENTS;
    size_t max = self->limits.max_events ? self->limits.max_events : FLIT_RECORD_MAX_EVENTS;
    if (self->begun || self->num_events < (threshold < max ? threshold : max))
        return;
    compact(self);
    self->compact_at = 2 * self->num_events;
}

static void note(void *context, const struct fabric_event *event, const struct packet *packet)
{
    struct flit_record *self = context;
    size_t max = self->limits.max_packets;
    if (self->cut || event->cycle > self->limits.to_cycle)
        return;
    if (!self->begun && event->cycle >= self->limits.from_cycle && !begin(self)) {
        cut(self, event->cycle);
        return;
    }
    make_room(self);
    bool good = true;
    if (event->kind == FABRIC_CREATED) {
        if (self->begun && max > 0 && (self->num_packets >= max || self->left_out > 0)) {
            self->left_out++;
            return;
        }
        good = add_packet(self, packet);
        self->out_of_memory |= !good;
    }
    size_t p = flit_record_find(self, event->packet);
    if (good && p == self->num_packets) {
        bool moves = event->kind == FABRIC_FLIT || event->kind == FABRIC_PROBE;
        if (self->left_out > 0 && moves)
            cut(self, event->cycle);
        return;
    }
    if (!good || !add_event(self, event)) {
        if (good && event->kind == FABRIC_CREATED)
            self->num_packets--;
        cut(self, event->cycle);
    } else if (event->kind == FABRIC_DELIVERED) {
        self->packets[p] = *packet;
        self->delivered[p] = true;
    }
}

struct fabric_observer flit_record_observer(struct flit_record *self)
{
    return (struct fabric_observer){.event = note, .context = self};
}

void flit_record_finish(struct flit_record *self)
{
    if (!self->begun)
        self->num_events = self->num_packets = 0;
    if (!self->cut)
        self->end_cycle =
            self->limits.to_cycle == UINT64_MAX ? UINT64_MAX : self->limits.to_cycle + 1;
}

void flit_record_free(struct flit_record *self)
{
    free(self->packets);
    free(self->delivered);
    free(self->events);
    *self = (struct flit_record){0};
}
