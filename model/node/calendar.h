// SPDX-License-Identifier: Apache-2.0
// A calendar: events in order of (cycle, id), as a binary heap. An event is a cycle and the number
// of whom it concerns; events of the same cycle come in ascending order of id, so the order in
// which they were entered cannot matter.
//
// Owner: memory for `cap` events is taken once, by calendar_make; calendar_free releases it.
// Source: Williams, "Algorithm 232: Heapsort", CACM 7(6), 1964.
#ifndef ORDITO_MODEL_NODE_CALENDAR_H
#define ORDITO_MODEL_NODE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

struct calendar_event {
    uint64_t cycle;
    uint32_t id;
};

struct calendar {
    struct calendar_event *events; // [cap], a heap: events[0] is the next
    uint32_t num;
    uint32_t cap;
};

// False if out of memory.
bool calendar_make(struct calendar *self, uint32_t cap);
void calendar_free(struct calendar *self);

// The next event's cycle; UINT64_MAX if there is none.
static inline uint64_t calendar_next(const struct calendar *self)
{
    return self->num ? self->events[0].cycle : UINT64_MAX;
}

// Enters an event; there must be room.
void calendar_add(struct calendar *self, struct calendar_event event);

// Puts `event` in the place of the next event, which is over. There must be one.
void calendar_replace(struct calendar *self, struct calendar_event event);

// Removes the next event. There must be one.
void calendar_remove(struct calendar *self);

#endif
