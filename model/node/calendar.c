// SPDX-License-Identifier: Apache-2.0
#include "model/node/calendar.h"

#include <assert.h>
#include <stdlib.h>

static bool before(struct calendar_event a, struct calendar_event b)
{
    return a.cycle < b.cycle || (a.cycle == b.cycle && a.id < b.id);
}

bool calendar_make(struct calendar *self, uint32_t cap)
{
    *self = (struct calendar){.cap = cap};
    self->events = calloc(cap ? cap : 1, sizeof *self->events);
    return self->events != NULL;
}

void calendar_free(struct calendar *self)
{
    free(self->events);
    *self = (struct calendar){0};
}

void calendar_add(struct calendar *self, struct calendar_event event)
{
    assert(self->num < self->cap);
    uint32_t i = self->num++;
    while (i > 0 && before(event, self->events[(i - 1) / 2])) {
        self->events[i] = self->events[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    self->events[i] = event;
}

void calendar_replace(struct calendar *self, struct calendar_event event)
{
    assert(self->num > 0);
    uint32_t i = 0;
    for (uint32_t child; (child = 2 * i + 1) < self->num; i = child) {
        if (child + 1 < self->num && before(self->events[child + 1], self->events[child]))
            child++;
        if (!before(self->events[child], event))
            break;
        self->events[i] = self->events[child];
    }
    self->events[i] = event;
}

void calendar_remove(struct calendar *self)
{
    assert(self->num > 0);
    struct calendar_event last = self->events[--self->num];
    if (self->num > 0)
        calendar_replace(self, last);
}
