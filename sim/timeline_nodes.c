// SPDX-License-Identifier: Apache-2.0
// What parts of nodes do, and messages, as lanes and arrows.
#include "sim/timeline.h"

#include "sim/machine.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>

enum { NODE_SHIFT = 16, MESSAGE_EVENTS = 14 }; // slices, arrow and lanes of one without parts

static struct timeline *of(struct activity_watch *watch)
{
    return (struct timeline *)((char *)watch - offsetof(struct timeline, watch));
}

static uint32_t node_of(const struct timeline *self, uint32_t rank)
{
    return rank < self->num_ranks ? self->rank_nodes[rank] : 0;
}

static bool place(struct activity_watch *watch, uint32_t rank, uint32_t node)
{
    struct timeline *self = of(watch);
    uint32_t *nodes = reallocarray(self->rank_nodes, rank + 1, sizeof *nodes);
    if (!nodes)
        return false;
    self->rank_nodes = nodes; // ranks come one after the other
    self->rank_nodes[rank] = node;
    self->num_ranks = rank + 1;
    return true;
}

// --- parts --------------------------------------------------------------------------------------

static void name_part(const struct activity *activity, char *name, size_t size)
{
    uint32_t idx = activity->idx;
    switch (activity->kind) {
    case ACTIVITY_RANK:
        snprintf(name, size, "rank %" PRIu32, idx);
        break;
    case ACTIVITY_CPU:
        snprintf(name, size, "rank %" PRIu32 " cpu %" PRIu32, idx, activity->cpu);
        break;
    case ACTIVITY_CORE:
        snprintf(name, size, "core %" PRIu32, idx);
        break;
    case ACTIVITY_HANDLER:
        snprintf(name, size, "core %" PRIu32 " interrupt handler", idx);
        break;
    case ACTIVITY_CORE_WAIT:
        snprintf(name, size, "core %" PRIu32 " waits for", idx);
        break;
    case ACTIVITY_DMA:
        snprintf(name, size, "DMA channel %" PRIu32, idx);
        break;
    case ACTIVITY_NIC:
        snprintf(name, size, "NIC %s", activity->part ? activity->part : activity->name);
        break;
    default:
        snprintf(name, size, "bus %s", activity->kind == ACTIVITY_BUS_ADDRESS ? "address" : "data");
    }
}

// What is said of an activity, as members of an object.
static void put_args(const struct activity *activity, char *args, size_t size)
{
    size_t used = 0;
    args[0] = '\0';
    if (activity->master)
        used += (size_t)snprintf(args + used, size - used,
                                 ",\"master\":\"%s\",\"address\":\"0x%" PRIx64 "\"",
                                 activity->master, activity->address);
    if (activity->bytes > 0)
        used += (size_t)snprintf(args + used, size - used, ",\"bytes\":%" PRIu64, activity->bytes);
    if (activity->rank != ACTIVITY_NO_RANK)
        used += (size_t)snprintf(args + used, size - used, ",\"rank\":%" PRIu32, activity->rank);
    if (activity->line > 0)
        snprintf(args + used, size - used, ",\"line\":%" PRIu32, activity->line);
}

static void tell_activity(struct activity_watch *watch, uint32_t node,
                          const struct activity *activity)
{
    struct timeline *self = of(watch);
    bool by_rank = activity->kind == ACTIVITY_RANK || activity->kind == ACTIVITY_CPU;
    if (by_rank)
        node = node_of(self, activity->idx);
    double clock_hz = by_rank ? self->config->fabric_clock_hz : self->machine->node_clocks_hz[node];
    char args[TIMELINE_MAX_TEXT];
    char name[64];
    struct timeline_slice slice = {timeline_ps_of(activity->begin_cycle, clock_hz),
                                   timeline_ps_of(activity->end_cycle, clock_hz), activity->name,
                                   args + 1};
    enum { EVENTS = 8 }; // with names, and one that was pending
    if (!timeline_file_takes(&self->file, slice.begin_ps, slice.end_ps, EVENTS))
        return;
    put_args(activity, args, sizeof args);
    if (!args[0])
        slice.args = args;
    name_part(activity, name, sizeof name);
    uint64_t part = by_rank ? activity->idx : (uint64_t)node << NODE_SHIFT | activity->idx;
    struct timeline_lane *lane =
        timeline_lane(self, node, activity->kind, part, activity->cpu, name);
    bool goes_on = activity->kind == ACTIVITY_CORE || activity->kind == ACTIVITY_HANDLER;
    if (lane && goes_on)
        timeline_file_prolong(&self->file, lane, &slice);
    else if (lane)
        timeline_file_slice(&self->file, lane, &slice);
}

// --- messages -----------------------------------------------------------------------------------

// Cycles of parts from one to another.
static uint64_t sum(const struct activity_message *message, uint32_t from, uint32_t to)
{
    uint64_t cycles = 0;
    for (uint32_t i = from; i < to; i++)
        cycles += message->part_cycles[i];
    return cycles;
}

// The parts from one to another, one after the other within a slice.
static void put_parts(struct timeline *self, struct timeline_lane *lane,
                      const struct activity_message *message, uint32_t from, uint32_t to,
                      uint64_t cycle)
{
    for (uint32_t i = from; message->part_names && i < to; i++) {
        uint64_t end_cycle = cycle + message->part_cycles[i];
        struct timeline_slice slice = {timeline_ps(self, cycle), timeline_ps(self, end_cycle),
                                       message->part_names[i], NULL};
        if (end_cycle > cycle)
            timeline_file_slice(&self->file, lane, &slice);
        cycle = end_cycle;
    }
}

// Two slices, of who sends and of who receives, and an arrow from the end of the one to the
// beginning of the other.
static void tell_message(struct activity_watch *watch, const struct activity_message *message)
{
    struct timeline *self = of(watch);
    uint32_t from = node_of(self, message->from);
    uint32_t to = node_of(self, message->to);
    uint64_t sent_cycle = message->begin_cycle + sum(message, 0, message->first_network);
    uint64_t there_cycle = message->begin_cycle + sum(message, 0, message->first_receiver);
    uint64_t end_cycle = there_cycle + sum(message, message->first_receiver, message->num_parts);
    sent_cycle += sent_cycle == message->begin_cycle; // what takes no time is shown as a cycle
    end_cycle += end_cycle == there_cycle;
    uint32_t events = MESSAGE_EVENTS + (message->part_names ? 2 * message->num_parts : 0);
    if (!timeline_file_takes(&self->file, timeline_ps(self, message->begin_cycle),
                             timeline_ps(self, end_cycle), events))
        return;
    char args[TIMELINE_MAX_TEXT];
    char name[64];
    snprintf(args, sizeof args,
             "\"from_rank\":%" PRIu32 ",\"to_rank\":%" PRIu32 ",\"bytes\":%" PRIu64
             ",\"begin_cycle\":%" PRIu64 ",\"end_cycle\":%" PRIu64,
             message->from, message->to, message->bytes, message->begin_cycle, end_cycle);
    struct timeline_slice sending = {timeline_ps(self, message->begin_cycle),
                                     timeline_ps(self, sent_cycle), name, args};
    struct timeline_slice receiving = {timeline_ps(self, there_cycle), timeline_ps(self, end_cycle),
                                       name, args};
    char lane_name[64];
    snprintf(lane_name, sizeof lane_name, "rank %" PRIu32 " sends", message->from);
    struct timeline_lane *lane =
        timeline_free_lane(self, from, TIMELINE_SENDS, message->from, sending.begin_ps, lane_name);
    if (!lane)
        return;
    snprintf(name, sizeof name, "to rank %" PRIu32, message->to);
    timeline_file_begin(&self->file, lane, &sending);
    put_parts(self, lane, message, 0, message->first_network, message->begin_cycle);
    timeline_file_arrow(&self->file, lane, timeline_ps(self, sent_cycle - 1), false);
    timeline_file_end(&self->file, lane, &sending);
    snprintf(lane_name, sizeof lane_name, "rank %" PRIu32 " receives", message->to);
    lane =
        timeline_free_lane(self, to, TIMELINE_RECEIVES, message->to, receiving.begin_ps, lane_name);
    if (!lane)
        return;
    snprintf(name, sizeof name, "from rank %" PRIu32, message->from);
    timeline_file_begin(&self->file, lane, &receiving);
    timeline_file_arrow(&self->file, lane, receiving.begin_ps, true);
    put_parts(self, lane, message, message->first_receiver, message->num_parts, there_cycle);
    timeline_file_end(&self->file, lane, &receiving);
}

void timeline_watch_nodes(struct timeline *self)
{
    self->watch =
        (struct activity_watch){.activity = tell_activity, .message = tell_message, .place = place};
}
