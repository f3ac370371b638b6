// SPDX-License-Identifier: Apache-2.0
// Packets on channels, circuits, and, where there are no ranks, packets that nodes send and
// receive.
#include "sim/timeline.h"

#include "sim/machine.h"

#include <inttypes.h>
#include <stdlib.h>

enum { EVENTS = 12 }; // a slice, an arrow, lanes

// --- channels -----------------------------------------------------------------------------------

static void name_channel(const struct timeline *self, uint64_t channel, const char *what,
                         char *name, size_t size)
{
    const struct topology *t = self->machine->topology;
    uint64_t ports = (uint64_t)t->num_routers * t->radix;
    char port[160];
    if (channel >= ports)
        snprintf(port, sizeof port, "node %" PRIu64, channel - ports);
    else
        topology_port_name(t, (uint32_t)(channel / t->radix), (uint32_t)(channel % t->radix), port,
                           sizeof port);
    snprintf(name, size, "%s%s", port, what);
}

// What has gone by a channel from its beginning to `end_cycle`.
static void put_passing(struct timeline *self, uint64_t channel, uint32_t vc, bool circuit,
                        const struct timeline_passing *passing, const char *what,
                        uint64_t end_cycle)
{
    uint64_t begin_ps = timeline_ps(self, passing->begin_cycle);
    uint64_t end_ps = timeline_ps(self, end_cycle);
    if (!timeline_file_takes(&self->file, begin_ps, end_ps, EVENTS))
        return;
    char lane_name[TIMELINE_MAX_TEXT];
    char name[64];
    char args[TIMELINE_MAX_TEXT];
    char of_vc[16] = "";
    if (self->num_vcs > 1)
        snprintf(of_vc, sizeof of_vc, " vc %" PRIu32, vc);
    name_channel(self, channel, circuit ? " circuit" : of_vc, lane_name, sizeof lane_name);
    snprintf(name, sizeof name, "%s %" PRIu64, what, passing->packet - 1);
    snprintf(args, sizeof args,
             "\"packet\":%" PRIu64 ",\"source_node\":%" PRIu32 ",\"destination_node\":%" PRIu32
             ",\"packet_flits\":%" PRIu32 ",\"flits\":%" PRIu32 ",\"begin_cycle\":%" PRIu64
             ",\"end_cycle\":%" PRIu64,
             passing->packet - 1, passing->source, passing->destination, passing->packet_flits,
             passing->flits, passing->begin_cycle, end_cycle);
    struct timeline_slice slice = {begin_ps, end_ps, name, args};
    struct timeline_lane *lane = timeline_lane(self, self->machine->topology->num_nodes,
                                               circuit ? TIMELINE_CIRCUIT : TIMELINE_CHANNEL,
                                               channel * self->num_vcs + vc, 0, lane_name);
    if (lane)
        timeline_file_slice(&self->file, lane, &slice);
}

static struct timeline_passing passing_of(const struct fabric_event *event,
                                          const struct packet *packet)
{
    struct timeline_passing passing = {.begin_cycle = event->cycle, .packet = event->packet + 1};
    if (packet) {
        passing.source = packet->source;
        passing.destination = packet->destination;
        passing.packet_flits = packet->flits;
    }
    return passing;
}

static void end_circuit(struct timeline *self, uint64_t channel, const char *what,
                        uint64_t end_cycle)
{
    struct timeline_passing *circuit = &self->circuits[channel];
    if (circuit->packet)
        put_passing(self, channel, 0, true, circuit, what, end_cycle);
    circuit->packet = 0;
}

static void note_flit(struct timeline *self, const struct fabric_event *event,
                      const struct packet *packet)
{
    struct timeline_passing *passing =
        &self->passing[(uint64_t)event->place * self->num_vcs + event->vc];
    if (event->flit_idx == 0)
        *passing = passing_of(event, packet);
    passing->flits++;
    if (self->circuits && passing->packet)
        self->circuits[event->place].flits++;
    if (event->tail && passing->packet)
        put_passing(self, event->place, event->vc, false, passing, "packet", event->cycle + 1);
    if (event->tail)
        passing->packet = 0;
    if (event->frees)
        end_circuit(self, event->place, "circuit", event->cycle + 1);
}

// --- packets of nodes ---------------------------------------------------------------------------

static bool tells_packets(const struct timeline *self)
{
    return !self->machine->trace && !self->machine->memory;
}

static void put_args(const struct packet *packet, char *args, size_t size)
{
    snprintf(args, size,
             "\"packet\":%" PRIu64 ",\"source_node\":%" PRIu32 ",\"destination_node\":%" PRIu32
             ",\"packet_flits\":%" PRIu32 ",\"created_cycle\":%" PRIu64
             ",\"injected_cycle\":%" PRIu64,
             packet->serial, packet->source, packet->destination, packet->flits,
             packet->created_cycle, packet->injected_cycle);
}

static struct timeline_lane *put_packet(struct timeline *self, const struct packet *packet,
                                        bool receives, uint64_t begin_cycle, uint64_t end_cycle)
{
    struct timeline_slice slice = {.begin_ps = timeline_ps(self, begin_cycle),
                                   .end_ps = timeline_ps(self, end_cycle)};
    uint32_t node = receives ? packet->destination : packet->source;
    char args[TIMELINE_MAX_TEXT];
    char name[64];
    if (!timeline_file_takes(&self->file, slice.begin_ps, slice.end_ps, EVENTS))
        return NULL;
    put_args(packet, args, sizeof args);
    snprintf(name, sizeof name, "packet %" PRIu64 " %s node %" PRIu32, packet->serial,
             receives ? "from" : "to", receives ? packet->source : packet->destination);
    slice.name = name;
    slice.args = args;
    struct timeline_lane *lane =
        timeline_free_lane(self, node, receives ? TIMELINE_RECEIVES : TIMELINE_SENDS, node,
                           slice.begin_ps, receives ? "receives" : "sends");
    if (lane)
        timeline_file_slice(&self->file, lane, &slice);
    return lane;
}

// All of a packet has left its node: a slice from which an arrow may begin.
static void note_sent(struct timeline *self, const struct packet *packet, uint64_t end_cycle)
{
    struct timeline_lane *lane = put_packet(self, packet, false, packet->injected_cycle, end_cycle);
    if (!lane)
        return;
    self->file.out_of_memory |= !id_map_reserve(&self->sent, 1);
    if (!self->file.out_of_memory)
        id_map_put(&self->sent, packet->serial, (uint32_t)(lane - self->file.lanes));
}

static void note_delivered(struct timeline *self, const struct packet *packet)
{
    uint64_t head_cycle = self->head_ejected_cycle;
    if (self->num_vcs == 0) { // an ideal network tells of no flits
        head_cycle = packet->ejected_cycle;
        note_sent(self, packet, packet->injected_cycle + 1);
    }
    const uint32_t *number = id_map_find(&self->sent, packet->serial);
    if (!number)
        return;
    uint32_t from = *number;
    id_map_take(&self->sent, packet->serial);
    if (packet->fate == PACKET_DROPPED)
        return;
    struct timeline_lane *to =
        put_packet(self, packet, true, head_cycle, packet->ejected_cycle + 1);
    if (!to)
        return;
    timeline_file_arrow(&self->file, &self->file.lanes[from],
                        timeline_ps(self, packet->injected_cycle), false);
    timeline_file_arrow(&self->file, to, timeline_ps(self, head_cycle), true);
}

// --- events -------------------------------------------------------------------------------------

static void note(void *context, const struct fabric_event *event, const struct packet *packet)
{
    struct timeline *self = context;
    const struct topology *t = self->machine->topology;
    uint64_t *head_cycle;
    switch ((enum fabric_event_kind)event->kind) {
    case FABRIC_FLIT:
        note_flit(self, event, packet);
        if (event->tail && packet && tells_packets(self) &&
            event->place >= (uint64_t)t->num_routers * t->radix)
            note_sent(self, packet, event->cycle + 1);
        break;
    case FABRIC_PROBE:
        self->circuits[event->place] = passing_of(event, packet);
        break;
    case FABRIC_RELEASE:
        end_circuit(self, event->place, "circuit", event->cycle + 1);
        break;
    case FABRIC_NACK:
        end_circuit(self, event->place, "refused", event->arrives_cycle);
        break;
    case FABRIC_EJECTED:
        head_cycle = &self->heads_ejected[(uint64_t)event->place * self->num_vcs + event->vc];
        if (event->flit_idx == 0)
            *head_cycle = event->cycle;
        if (event->tail) // which is delivered next
            self->head_ejected_cycle = *head_cycle;
        break;
    case FABRIC_DELIVERED:
        if (tells_packets(self))
            note_delivered(self, packet);
        break;
    default:
        break;
    }
}

bool timeline_watch_fabric(struct timeline *self, const struct fabric_observer *next,
                           struct err *err)
{
    const struct topology *t = self->machine->topology;
    const struct routing *routing = self->machine->routing;
    self->observer = (struct fabric_observer){note, self, next};
    if (!routing)
        return true;
    uint64_t num_channels = topology_num_channels(t);
    self->num_vcs = routing->num_vcs;
    self->passing = calloc(num_channels * self->num_vcs, sizeof *self->passing);
    self->heads_ejected = calloc((size_t)t->num_nodes * self->num_vcs, sizeof *self->heads_ejected);
    bool circuits = switching_is_circuit(self->config->switching);
    self->circuits = circuits ? calloc(num_channels, sizeof *self->circuits) : NULL;
    return (self->passing && self->heads_ejected && (self->circuits || !circuits)) ||
           err_set(err, ERR_RUN, "out of memory for a timeline");
}

void timeline_end_fabric(struct timeline *self, uint64_t cycles)
{
    uint64_t num_channels = self->num_vcs > 0 ? topology_num_channels(self->machine->topology) : 0;
    for (uint64_t c = 0; c < num_channels; c++) {
        for (uint32_t vc = 0; vc < self->num_vcs; vc++)
            if (self->passing[c * self->num_vcs + vc].packet)
                put_passing(self, c, vc, false, &self->passing[c * self->num_vcs + vc],
                            "part of packet", cycles);
        if (self->circuits)
            end_circuit(self, c, "circuit", cycles);
    }
}
