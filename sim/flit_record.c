// SPDX-License-Identifier: Apache-2.0
#include "sim/flit_record.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

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

// Takes out what was delivered, and packets from number `limit` on, with their events.
static void compact(struct flit_record *self, size_t limit)
{
    size_t num = 0;
    for (size_t e = 0; e < self->num_events; e++) {
        size_t p = flit_record_find(self, self->events[e].packet);
        if (p < limit && p < self->num_packets && !self->delivered[p])
            self->events[num++] = self->events[e];
    }
    self->num_events = num;
    num = 0;
    for (size_t p = 0; p < self->num_packets && p < limit; p++) {
        if (self->delivered[p])
            continue;
        self->packets[num] = self->packets[p];
        self->delivered[num++] = false;
    }
    self->num_packets = num;
}

// The window begins: what is alive counts.
static void begin(struct flit_record *self)
{
    size_t max = self->limits.max_packets;
    self->begun = true;
    if (self->limits.from_cycle == 0)
        return;
    compact(self, SIZE_MAX);
    if (max > 0 && self->num_packets > max) {
        self->left_out = self->num_packets - max;
        compact(self, max);
    }
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
    compact(self, SIZE_MAX);
    self->compact_at = 2 * self->num_events;
}

static void note(void *context, const struct fabric_event *event, const struct packet *packet)
{
    struct flit_record *self = context;
    size_t max = self->limits.max_packets;
    if (self->cut || event->cycle > self->limits.to_cycle)
        return;
    if (!self->begun && event->cycle >= self->limits.from_cycle)
        begin(self);
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
    if (good && p == self->num_packets)
        return;
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
    if (!self->begun && !self->cut)
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

void flit_record_word(const struct flit_record *self, char *text, size_t size)
{
    *text = '\0';
    if (self->cut)
        snprintf(text, size,
                 "the record of flits ends before cycle %" PRIu64 ": %s after %zu events of "
                 "%zu packets",
                 self->end_cycle, self->out_of_memory ? "out of memory" : "its room was used up",
                 self->num_events, self->num_packets);
    else if (self->left_out > 0)
        snprintf(text, size,
                 "the record of flits has the first %zu packets of its window; %" PRIu64
                 " are left out",
                 self->num_packets, self->left_out);
}
