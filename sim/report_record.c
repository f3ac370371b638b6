// SPDX-License-Identifier: Apache-2.0
#include "sim/report_record.h"

#include "sim/output_fabric.h"

#include <stdlib.h>
#include <string.h>

// Codes of events: the kind in bits 0 to 2, ADVANCE among them, then what is said of it.
enum { CODE_ADVANCE = 7, CODE_NEW = 8, CODE_TAIL = 16, CODE_FREES = 32, CODE_LATE = 64 };

// What went by a VC of a channel, or came to a node by it, last.
struct stream {
    uint64_t packet;
    uint32_t next_flit;
};

struct encoder {
    const struct flit_record *record;
    const struct topology *topology;
    uint32_t *channel_idx; // [topology_num_channels]: number among those that there are
    uint32_t *latency;     // [number of these], in cycles
    uint32_t num_channels; // that there are
    uint32_t num_vcs;
    struct stream *streams; // [(num_channels + num_nodes) * num_vcs]
    int64_t *injected;      // [num_packets], -1: not yet
    FILE *to;
    uint64_t end_cycle;    // up to which all packets are there
    bool cut;              // there were to be more cycles
    uint64_t cycle, place; // of the event before
    uint64_t num_events;
};

static void put_number(FILE *to, uint64_t value)
{
    for (; value >= 128; value >>= 7)
        fputc((int)(value & 127) | 128, to);
    fputc((int)value, to);
}

// Small numbers of either sign become small ones.
static void put_signed(FILE *to, int64_t value)
{
    put_number(to, value < 0 ? 2 * (uint64_t) - (value + 1) + 1 : 2 * (uint64_t)value);
}

static void put_event(struct encoder *self, const struct fabric_event *event)
{
    bool ejected = event->kind == FABRIC_EJECTED;
    bool data = event->kind == FABRIC_FLIT || ejected;
    uint64_t place = ejected ? event->place : self->channel_idx[event->place];
    uint32_t vc = data ? event->vc : 0;
    size_t at = (size_t)((ejected ? self->num_channels : 0) + place) * self->num_vcs + vc;
    struct stream *stream = &self->streams[at];
    bool is_new = stream->packet != event->packet || (data && stream->next_flit != event->flit_idx);
    bool late = !ejected && event->arrives_cycle != event->cycle + self->latency[place];
    if (event->cycle != self->cycle) {
        fputc(CODE_ADVANCE, self->to);
        put_signed(self->to, (int64_t)(event->cycle - self->cycle));
        self->cycle = event->cycle;
    }
    fputc((event->kind - FABRIC_FLIT) | (is_new ? CODE_NEW : 0) | (event->tail ? CODE_TAIL : 0) |
              (event->frees ? CODE_FREES : 0) | (late ? CODE_LATE : 0),
          self->to);
    put_signed(self->to, (int64_t)(place - self->place));
    self->place = place;
    if (self->num_vcs > 1 && data)
        put_number(self->to, vc);
    if (is_new) {
        put_number(self->to, flit_record_find(self->record, event->packet));
        put_number(self->to, event->flit_idx);
        *stream = (struct stream){.packet = event->packet, .next_flit = event->flit_idx};
    }
    if (late)
        put_number(self->to, event->arrives_cycle - event->cycle);
    stream->next_flit += data;
    self->num_events++;
}

static void note_injection(struct encoder *self, const struct fabric_event *event)
{
    int64_t *injected = &self->injected[flit_record_find(self->record, event->packet)];
    bool first =
        event->kind == FABRIC_PROBE || (event->kind == FABRIC_FLIT && event->flit_idx == 0);
    if (first && *injected < 0)
        *injected = (int64_t)event->cycle;
}

static void put_events(struct encoder *self)
{
    const struct flit_record *record = self->record;
    self->cycle = record->limits.from_cycle;
    for (size_t e = 0; e < record->num_events; e++) {
        const struct fabric_event *event = &record->events[e];
        if (event->cycle >= self->end_cycle)
            break;
        if (event->kind == FABRIC_CREATED || event->kind == FABRIC_DELIVERED)
            continue;
        note_injection(self, event);
        put_event(self, event);
    }
}

// Bytes as base 64 of RFC 4648. The caller frees it; NULL if out of memory.
static char *base64(const unsigned char *bytes, size_t size)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    char *text = malloc((size + 2) / 3 * 4 + 1);
    char *at = text;
    for (size_t i = 0; text && i < size; i += 3) {
        uint32_t word = (uint32_t)bytes[i] << 16 | (i + 1 < size ? bytes[i + 1] << 8 : 0) |
                        (i + 2 < size ? bytes[i + 2] : 0);
        *at++ = digits[word >> 18];
        *at++ = digits[word >> 12 & 63];
        *at++ = digits[i + 1 < size ? word >> 6 & 63 : 64];
        *at++ = digits[i + 2 < size ? word & 63 : 64];
    }
    if (text)
        *at = '\0';
    return text;
}

bool report_record_quiet(const struct machine *machine, const struct packet *packet,
                         uint64_t *hops_cycles, uint64_t *serialisation_cycles)
{
    if (!machine->ops)
        return false;
    *hops_cycles = fabric_quiet_cycles(machine->fabric, packet, 1);
    *serialisation_cycles =
        fabric_quiet_cycles(machine->fabric, packet, packet->flits) - *hops_cycles;
    return true;
}

enum column {
    SERIAL,
    SOURCE,
    DESTINATION,
    FLITS,
    CLASS,
    CREATED,
    INJECTED,
    EJECTED,
    HOPS_CYCLES,
    SERIALISATION_CYCLES,
    NUM_COLUMNS
};

static const char *const column_names[NUM_COLUMNS] = {
    [SERIAL] = "serial",           [SOURCE] = "source",
    [DESTINATION] = "destination", [FLITS] = "flits",
    [CLASS] = "traffic_class",     [CREATED] = "created",
    [INJECTED] = "injected",       [EJECTED] = "ejected",
    [HOPS_CYCLES] = "hops_cycles", [SERIALISATION_CYCLES] = "serialisation_cycles",
};

// -1 stands for what has not happened, or is not known.
static void packet_values(const struct encoder *self, const struct machine *machine, size_t p,
                          int64_t values[NUM_COLUMNS])
{
    const struct packet *packet = &self->record->packets[p];
    bool delivered = self->record->delivered[p] && packet->ejected_cycle < self->end_cycle;
    uint64_t hops = 0;
    uint64_t serialisation = 0;
    bool quiet = delivered && report_record_quiet(machine, packet, &hops, &serialisation);
    values[SERIAL] = (int64_t)packet->serial;
    values[SOURCE] = packet->source;
    values[DESTINATION] = packet->destination;
    values[FLITS] = packet->flits;
    values[CLASS] = packet->traffic_class;
    values[CREATED] = (int64_t)packet->created_cycle;
    values[INJECTED] = delivered ? (int64_t)packet->injected_cycle : self->injected[p];
    values[EJECTED] = delivered ? (int64_t)packet->ejected_cycle : -1;
    values[HOPS_CYCLES] = quiet ? (int64_t)hops : -1;
    values[SERIALISATION_CYCLES] = quiet ? (int64_t)serialisation : -1;
}

static json_t *packets_json(const struct encoder *self, const struct machine *machine)
{
    json_t *columns[NUM_COLUMNS];
    json_t *object = json_object();
    bool good = object;
    for (int c = 0; c < NUM_COLUMNS; c++) {
        columns[c] = json_array();
        good = good && json_object_set_new(object, column_names[c], columns[c]) == 0;
    }
    for (size_t p = 0; good && p < self->record->num_packets; p++) {
        int64_t values[NUM_COLUMNS];
        packet_values(self, machine, p, values);
        for (int c = 0; c < NUM_COLUMNS; c++)
            good = good && json_array_append_new(columns[c], json_integer(values[c])) == 0;
    }
    if (good)
        return object;
    json_decref(object);
    return NULL;
}

// Numbers the channels that there are, in the order in which the results list them.
static bool number_channels(struct encoder *self, const struct config *config)
{
    uint64_t num = topology_num_channels(self->topology);
    self->channel_idx = malloc(num * sizeof *self->channel_idx);
    self->latency = malloc(num * sizeof *self->latency);
    for (uint64_t c = 0; self->channel_idx && self->latency && c < num; c++) {
        self->channel_idx[c] = self->num_channels;
        if (!output_fabric_lists(self->topology, c))
            continue;
        self->latency[self->num_channels++] =
            output_fabric_latency_cycles(config, self->topology, c);
    }
    return self->channel_idx && self->latency;
}

static bool prepare(struct encoder *self, const struct config *config)
{
    size_t num_packets = self->record->num_packets;
    if (!number_channels(self, config))
        return false;
    size_t num_streams = ((size_t)self->num_channels + self->topology->num_nodes) * self->num_vcs;
    self->streams = malloc((num_streams + 1) * sizeof *self->streams);
    self->injected = malloc((num_packets + 1) * sizeof *self->injected);
    if (!self->streams || !self->injected)
        return false;
    for (size_t i = 0; i < num_streams; i++)
        self->streams[i] = (struct stream){.packet = FABRIC_NO_PACKET};
    for (size_t p = 0; p < num_packets; p++)
        self->injected[p] = -1;
    return true;
}

// The end of what is known of all packets, not after `end`.
static uint64_t end_of(const struct flit_record *record, uint64_t end)
{
    uint64_t last = record->num_packets > 0 ? record->packets[record->num_packets - 1].created_cycle
                                            : UINT64_MAX;
    bool later = record->left_out > 0 && last > record->limits.from_cycle;
    return later && last < end ? last : end;
}

static json_t *whole_json(const struct encoder *self, const struct machine *machine, bool circuits,
                          const char *bytes, size_t size)
{
    const struct flit_record *record = self->record;
    char *text = base64((const unsigned char *)bytes, size);
    json_t *packets = packets_json(self, machine);
    json_t *object = text && packets
                         ? json_pack("{s:I s:I s:i s:b s:b s:O s:I s:s}",                      //
                                     "from_cycle", (json_int_t)record->limits.from_cycle,      //
                                     "to_cycle", (json_int_t)self->end_cycle,                  //
                                     "num_vcs", (int)self->num_vcs, "circuits", (int)circuits, //
                                     "cut", (int)self->cut, "packets", packets,                //
                                     "num_events", (json_int_t)self->num_events, "events", text)
                         : NULL;
    json_decref(packets);
    free(text);
    return object;
}

json_t *report_record_json(const struct flit_record *record, const struct machine *machine,
                           const struct config *config, uint64_t end_cycle)
{
    char *bytes = NULL;
    size_t size = 0;
    bool circuits = machine->ops && switching_is_circuit(config->switching);
    uint64_t end = record->end_cycle < end_cycle ? record->end_cycle : end_cycle;
    struct encoder self = {
        .record = record,
        .topology = machine->topology,
        .num_vcs = machine->routing && !circuits ? machine->routing->num_vcs : 1,
        .end_cycle = end_of(record, end),
        .to = open_memstream(&bytes, &size),
    };
    json_t *object = NULL;
    self.cut = record->cut || self.end_cycle < end;
    bool ready = self.to && prepare(&self, config);
    if (ready)
        put_events(&self);
    if (self.to && fclose(self.to) == 0 && ready)
        object = whole_json(&self, machine, circuits, bytes, size);
    free(bytes);
    free(self.channel_idx);
    free(self.latency);
    free(self.streams);
    free(self.injected);
    return object;
}
