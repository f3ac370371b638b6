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
    self->first_lane = malloc(num_hosts * sizeof *self->first_lane);
    for (uint32_t i = 0; self->first_lane && i < num_hosts; i++)
        self->first_lane[i] = LOGGOPS_NONE;
    return self->cpu_free && self->send_free && self->receive_free && self->first_lane;
}

void loggops_free(struct loggops *self)
{
    free(self->cpu_free);
    free(self->send_free);
    free(self->receive_free);
    for (uint32_t i = 0; i < self->num_lanes; i++)
        free(self->lanes[i].waiting.of);
    free(self->lanes);
    free(self->first_lane);
    free(self->due.of);
    *self = (struct loggops){0};
}

// --- heaps ---------------------------------------------------------------------------------------

static bool before(const struct loggops_event *a, const struct loggops_event *b)
{
    return a->cycle != b->cycle ? a->cycle < b->cycle : a->serial < b->serial;
}

// False if out of memory.
static bool push(struct loggops_heap *self, struct loggops_event event)
{
    if (self->num == self->cap) {
        uint32_t cap = self->cap ? 2 * self->cap : FIRST_WAITING;
        struct loggops_event *of = realloc(self->of, cap * sizeof *of);
        if (!of)
            return false;
        self->of = of;
        self->cap = cap;
    }
    uint32_t at = self->num++;
    for (; at > 0 && before(&event, &self->of[(at - 1) / 2]); at = (at - 1) / 2)
        self->of[at] = self->of[(at - 1) / 2];
    self->of[at] = event;
    return true;
}

static struct loggops_event pop(struct loggops_heap *self)
{
    struct loggops_event first = self->of[0];
    struct loggops_event last = self->of[--self->num];
    uint32_t at = 0;
    for (uint32_t child = 1; child < self->num; child = 2 * at + 1) {
        child += child + 1 < self->num && before(&self->of[child + 1], &self->of[child]);
        if (!before(&self->of[child], &last))
            break;
        self->of[at] = self->of[child];
        at = child;
    }
    self->of[at] = last;
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
    event.serial = self->next_serial++;
    event.waits = false;
    if (event.kind == LOGGOPS_POST && *cpu_of(self, &event) > event.cycle)
        event.cycle = *cpu_of(self, &event);
    return push(&self->due, event);
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

// --- lanes: of all that wait for the same, only the first is looked at ---------------------------

// The lane of an event, made if it is new. NULL if out of memory.
static struct loggops_lane *lane_of(struct loggops *self, const struct loggops_event *event)
{
    for (uint32_t i = self->first_lane[event->host]; i != LOGGOPS_NONE; i = self->lanes[i].next) {
        struct loggops_lane *lane = &self->lanes[i];
        bool same_nic = event->kind == LOGGOPS_COMPUTE || lane->nic == event->nic;
        if (lane->kind == event->kind && lane->cpu == event->cpu && same_nic)
            return lane;
    }
    if (self->num_lanes == self->cap_lanes) {
        uint32_t cap = self->cap_lanes ? 2 * self->cap_lanes : FIRST_WAITING;
        struct loggops_lane *lanes = realloc(self->lanes, cap * sizeof *lanes);
        if (!lanes)
            return NULL;
        self->lanes = lanes;
        self->cap_lanes = cap;
    }
    struct loggops_lane *lane = &self->lanes[self->num_lanes];
    *lane = (struct loggops_lane){.kind = event->kind,
                                  .cpu = event->cpu,
                                  .nic = event->nic,
                                  .next = self->first_lane[event->host]};
    self->first_lane[event->host] = self->num_lanes++;
    return lane;
}

// Has the first of a lane, if there is one, looked at as soon as it can begin.
static bool look_at_first(struct loggops *self, const struct loggops_lane *lane)
{
    if (lane->waiting.num == 0)
        return true;
    struct loggops_event first = lane->waiting.of[0];
    first.cycle = ready_cycle(self, &first);
    first.waits = true;
    return push(&self->due, first);
}

static bool wait(struct loggops *self, struct loggops_event event)
{
    struct loggops_lane *lane = lane_of(self, &event);
    event.cycle = 0; // they go by their serial number
    return lane && push(&lane->waiting, event) &&
           (lane->waiting.of[0].serial != event.serial || look_at_first(self, lane));
}

bool loggops_take(struct loggops *self, uint64_t cycle, struct loggops_event *event,
                  uint64_t *finish_cycle, bool *failed)
{
    *failed = false;
    while (loggops_next_cycle(self) <= cycle && !*failed) {
        *event = pop(&self->due);
        struct loggops_lane *lane = event->waits ? lane_of(self, event) : NULL;
        if (lane && (lane->waiting.num == 0 || lane->waiting.of[0].serial != event->serial))
            continue; // another has come before it, or it has begun
        uint64_t ready = ready_cycle(self, event);
        if (ready <= event->cycle) {
            if (lane)
                pop(&lane->waiting);
            *finish_cycle = begin(self, event);
            *failed = lane && !look_at_first(self, lane);
            return !*failed;
        }
        *failed = !(lane ? look_at_first(self, lane) : wait(self, *event));
    }
    return false;
}
