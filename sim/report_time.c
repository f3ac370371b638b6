// SPDX-License-Identifier: Apache-2.0
#include "sim/report_time.h"

#include <string.h>

// Makes one stretch of every two.
static void halve(struct report_time *self)
{
    self->bucket_cycles *= 2;
    for (size_t i = 0; i < REPORT_TIME_MAX_BUCKETS / 2; i++) {
        const struct report_time_bucket *a = &self->buckets[2 * i];
        const struct report_time_bucket *b = &self->buckets[2 * i + 1];
        self->buckets[i] = (struct report_time_bucket){
            .created_flits = a->created_flits + b->created_flits,
            .ejected_flits = a->ejected_flits + b->ejected_flits,
            .packets = a->packets + b->packets,
            .latency_cycles = a->latency_cycles + b->latency_cycles,
        };
    }
    memset(&self->buckets[REPORT_TIME_MAX_BUCKETS / 2], 0,
           REPORT_TIME_MAX_BUCKETS / 2 * sizeof *self->buckets);
    self->num = (self->num + 1) / 2;
}

static struct report_time_bucket *bucket(struct report_time *self, uint64_t cycle)
{
    if (self->bucket_cycles == 0)
        self->bucket_cycles = REPORT_TIME_FIRST_CYCLES;
    while (cycle / self->bucket_cycles >= REPORT_TIME_MAX_BUCKETS)
        halve(self);
    size_t at = cycle / self->bucket_cycles;
    if (at >= self->num)
        self->num = at + 1;
    return &self->buckets[at];
}

static uint64_t latency(const struct packet *packet)
{
    return packet->ejected_cycle - packet->created_cycle;
}

static void keep_slowest(struct report_time *self, const struct packet *packet)
{
    size_t at = self->num_slowest;
    while (at > 0 && latency(&self->slowest[at - 1]) < latency(packet))
        at--;
    if (at == REPORT_SLOWEST)
        return;
    self->num_slowest += self->num_slowest < REPORT_SLOWEST;
    memmove(&self->slowest[at + 1], &self->slowest[at],
            (self->num_slowest - 1 - at) * sizeof *self->slowest);
    self->slowest[at] = *packet;
}

static void note(void *context, const struct fabric_event *event, const struct packet *packet)
{
    struct report_time *self = context;
    if (event->kind == FABRIC_CREATED) {
        bucket(self, event->cycle)->created_flits += packet->flits;
    } else if (event->kind == FABRIC_DELIVERED && packet->fate != PACKET_DROPPED) {
        struct report_time_bucket *at = bucket(self, event->cycle);
        at->ejected_flits += packet->flits;
        at->packets++;
        at->latency_cycles += latency(packet);
        keep_slowest(self, packet);
    }
}

struct fabric_observer report_time_observer(struct report_time *self)
{
    return (struct fabric_observer){.event = note, .context = self};
}

static bool add(json_t *list, uint64_t value)
{
    return json_array_append_new(list, json_integer((json_int_t)value)) == 0;
}

json_t *report_time_json(const struct report_time *self, uint64_t cycles)
{
    json_t *object = json_object();
    json_t *created = json_array();
    json_t *ejected = json_array();
    json_t *packets = json_array();
    json_t *latencies = json_array();
    uint64_t width = self->bucket_cycles ? self->bucket_cycles : REPORT_TIME_FIRST_CYCLES;
    bool good = object && json_object_set_new(object, "created_flits", created) == 0;
    good = good && json_object_set_new(object, "ejected_flits", ejected) == 0;
    good = good && json_object_set_new(object, "packets", packets) == 0;
    good = good && json_object_set_new(object, "latency_cycles", latencies) == 0;
    good =
        good && json_object_set_new(object, "bucket_cycles", json_integer((json_int_t)width)) == 0;
    for (size_t i = 0; good && (i < self->num || i * width < cycles) && i < REPORT_TIME_MAX_BUCKETS;
         i++) {
        const struct report_time_bucket *at = &self->buckets[i];
        good = add(created, at->created_flits) && add(ejected, at->ejected_flits) &&
               add(packets, at->packets) && add(latencies, at->latency_cycles);
    }
    if (good)
        return object;
    json_decref(object);
    return NULL;
}
