// SPDX-License-Identifier: Apache-2.0
#include "model/net/loggops.h"

#include <math.h>
#include <stdlib.h>

enum { FIRST_WAITING = 64 };

bool loggops_make(struct loggops *self, const struct loggops_params *params, uint32_t num_hosts,
                  uint32_t num_cpus, uint32_t num_nics)
{
    *self = (struct loggops){.params = *params, .num_cpus = num_cpus, .num_nics = num_nics};
    self->cpu_free = calloc((size_t)num_hosts * num_cpus, sizeof *self->cpu_free);
    self->send_free = calloc((size_t)num_hosts * num_nics, sizeof *self->send_free);
    self->receive_free = calloc((size_t)num_hosts * num_nics, sizeof *self->receive_free);
    return self->cpu_free && self->send_free && self->receive_free;
}

void loggops_free(struct loggops *self)
{
    free(self->cpu_free);
    free(self->send_free);
    free(self->receive_free);
    free(self->waiting);
    *self = (struct loggops){0};
}

// --- who waits -----------------------------------------------------------------------------------

static bool before(const struct loggops_event *a, const struct loggops_event *b)
{
    return a->cycle != b->cycle ? a->cycle < b->cycle : a->serial < b->serial;
}

// Puts an event into the heap, which has room for it.
static void push(struct loggops *self, struct loggops_event event)
{
    uint32_t at = self->num_waiting++;
    for (; at > 0 && before(&event, &self->waiting[(at - 1) / 2]); at = (at - 1) / 2)
        self->waiting[at] = self->waiting[(at - 1) / 2];
    self->waiting[at] = event;
}

static struct loggops_event pop(struct loggops *self)
{
    struct loggops_event first = self->waiting[0];
    struct loggops_event last = self->waiting[--self->num_waiting];
    uint32_t at = 0;
    for (uint32_t child = 1; child < self->num_waiting; child = 2 * at + 1) {
        child += child + 1 < self->num_waiting &&
                 before(&self->waiting[child + 1], &self->waiting[child]);
        if (!before(&self->waiting[child], &last))
            break;
        self->waiting[at] = self->waiting[child];
        at = child;
    }
    self->waiting[at] = last;
    return first;
}

// --- what takes how long -------------------------------------------------------------------------

static uint64_t *cpu_of(const struct loggops *self, const struct loggops_event *event)
{
    return &self->cpu_free[(uint64_t)event->host * self->num_cpus + event->cpu];
}

// The side of its nic that an event needs; NULL if it needs none.
static uint64_t *nic_of(const struct loggops *self, const struct loggops_event *event)
{
    uint64_t at = (uint64_t)event->host * self->num_nics + event->nic;
    if (event->kind == LOGGOPS_SEND)
        return &self->send_free[at];
    return event->kind == LOGGOPS_ARRIVAL ? &self->receive_free[at] : NULL;
}

// All bytes but the first at so many cycles each, but not a cycle less for what is only an error of
// floating point.
static uint64_t bytes_cycles(uint64_t bytes, double cycles_per_byte)
{
    double cycles = bytes > 1 ? (double)(bytes - 1) * cycles_per_byte : 0;
    return (uint64_t)floor(cycles + cycles * 1e-12);
}

// From when on it can begin.
static uint64_t ready_cycle(const struct loggops *self, const struct loggops_event *event)
{
    const uint64_t *nic = nic_of(self, event);
    uint64_t cycle = *cpu_of(self, event);
    if (event->kind == LOGGOPS_POST) // it has waited for that when it was added
        return event->cycle;
    return nic && *nic > cycle ? *nic : cycle;
}

// Begins an event; returns when its cpu is free again.
static uint64_t begin(struct loggops *self, const struct loggops_event *event)
{
    const struct loggops_params *p = &self->params;
    uint64_t *nic = nic_of(self, event);
    if (event->kind == LOGGOPS_POST)
        return event->cycle;
    if (event->kind == LOGGOPS_COMPUTE)
        return *cpu_of(self, event) = event->cycle + event->amount;
    uint64_t gap = bytes_cycles(event->amount, p->gap_cycles_per_byte);
    uint64_t overhead = bytes_cycles(event->amount, p->overhead_cycles_per_byte);
    if (event->kind == LOGGOPS_ARRIVAL && gap > overhead)
        overhead = gap;
    *nic = event->cycle + p->gap_cycles + gap;
    return *cpu_of(self, event) = event->cycle + p->overhead_cycles + overhead;
}

bool loggops_add(struct loggops *self, struct loggops_event event)
{
    if (self->num_waiting == self->cap_waiting) {
        uint32_t cap = self->cap_waiting ? 2 * self->cap_waiting : FIRST_WAITING;
        struct loggops_event *waiting = realloc(self->waiting, cap * sizeof *waiting);
        if (!waiting)
            return false;
        self->waiting = waiting;
        self->cap_waiting = cap;
    }
    event.serial = self->next_serial++;
    if (event.kind == LOGGOPS_POST && *cpu_of(self, &event) > event.cycle)
        event.cycle = *cpu_of(self, &event);
    push(self, event);
    return true;
}

bool loggops_launch(struct loggops *self, const struct loggops_event *send, uint32_t destination,
                    uint32_t name)
{
    struct loggops_event arrival = *send;
    arrival.kind = LOGGOPS_ARRIVAL;
    arrival.host = destination;
    arrival.name = name;
    arrival.cycle += self->params.overhead_cycles + self->params.latency_cycles;
    return loggops_add(self, arrival);
}

bool loggops_take(struct loggops *self, uint64_t cycle, struct loggops_event *event,
                  uint64_t *finish_cycle)
{
    while (loggops_next_cycle(self) <= cycle) {
        *event = pop(self);
        uint64_t ready = ready_cycle(self, event);
        if (ready <= event->cycle) {
            *finish_cycle = begin(self, event);
            return true;
        }
        event->cycle = ready;
        push(self, *event);
    }
    return false;
}
