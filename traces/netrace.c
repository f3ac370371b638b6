// SPDX-License-Identifier: Apache-2.0
#include "traces/netrace.h"

#include "sim/id_map.h"
#include "traces/netrace_header.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PACKET_BYTES = 21, // in the file, and 4 for each dependent
    LINE_BYTES = 72,   // of a packet that has a cache line
    PLAIN_BYTES = 8    // of one that has none
};

const struct netrace_type netrace_types[NETRACE_NUM_TYPES] = {
    [1] = {"ReadReq", PLAIN_BYTES},
    [2] = {"ReadResp", LINE_BYTES},
    [3] = {"ReadRespWithInvalidate", LINE_BYTES},
    [4] = {"WriteReq", LINE_BYTES},
    [5] = {"WriteResp", PLAIN_BYTES},
    [6] = {"Writeback", LINE_BYTES},
    [13] = {"UpgradeReq", PLAIN_BYTES},
    [14] = {"UpgradeResp", PLAIN_BYTES},
    [15] = {"ReadExReq", PLAIN_BYTES},
    [16] = {"ReadExResp", LINE_BYTES},
    [25] = {"BadAddressError", PLAIN_BYTES},
    [27] = {"InvalidateReq", PLAIN_BYTES},
    [28] = {"InvalidateResp", PLAIN_BYTES},
    [29] = {"DowngradeReq", PLAIN_BYTES},
    [30] = {"DowngradeResp", LINE_BYTES},
};

const char *const netrace_agent_names[NETRACE_NUM_AGENTS] = {
    [NETRACE_L1D] = "L1D",
    [NETRACE_L1I] = "L1I",
    [NETRACE_L2] = "L2",
    [NETRACE_MEMORY] = "memory controller",
};

struct netrace {
    struct input *input;
    struct netrace_header header;
    uint64_t header_bytes;
    uint64_t offset_bytes; // read so far
    uint64_t num_packets;  // read or skipped so far
    uint64_t end_packet;   // the first that is not read
    uint64_t packet;       // read last: its number,
    uint64_t packet_byte;  // and where it begins
    uint64_t start_cycle;  // of what is read
    uint64_t last_cycle;   // of the packet before
    bool whole;            // all regions are read
    uint32_t region;       // of the next packet; num_regions behind the last
    uint64_t region_start_cycle;
    uint64_t region_end_packet;
    struct id_map awaited; // ids that were named and have not come, and their depths
};

// --- regions ------------------------------------------------------------------------------------

// What is wrong with a region, as the header tells of it.
static bool bad_region(const struct netrace *self, uint32_t region, const char *by, uint64_t at,
                       struct err *err)
{
    return err_set(
        err, ERR_TRACE,
        "%s: header: region %" PRIu32 " begins at byte %" PRIu64 " behind it, and %s at %" PRIu64,
        input_name(self->input), region, self->header.regions[region].offset_bytes, by, at);
}

// Goes on to the region that the next packet is of, past those that have no more.
static bool enter_region(struct netrace *self, struct err *err)
{
    const struct netrace_header *header = &self->header;
    while (self->region < header->num_regions && self->num_packets == self->region_end_packet) {
        self->region_start_cycle += header->regions[self->region].num_cycles;
        if (++self->region == header->num_regions)
            return true;
        const struct netrace_region *region = &header->regions[self->region];
        uint64_t offset_bytes = self->offset_bytes - self->header_bytes;
        if (region->offset_bytes != offset_bytes)
            return bad_region(self, self->region, "the one before it ends", offset_bytes, err);
        self->region_end_packet += region->num_packets;
    }
    return true;
}

static bool enter_first(struct netrace *self, struct err *err)
{
    const struct netrace_header *header = &self->header;
    self->region_end_packet = header->num_packets;
    if (header->num_regions == 0)
        return true;
    self->region_end_packet = header->regions[0].num_packets;
    if (header->regions[0].offset_bytes != 0)
        return bad_region(self, 0, "the packets", 0, err);
    return enter_region(self, err);
}

// Skips all before a region, and ends behind it.
static bool skip_to(struct netrace *self, uint32_t region, struct err *err)
{
    const struct netrace_header *header = &self->header;
    if (region >= header->num_regions)
        return err_set(err, ERR_CONFIG, "%s: there is no region %" PRIu32 "; it has %" PRIu32,
                       input_name(self->input), region, header->num_regions);
    uint64_t left = header->regions[region].offset_bytes;
    char block[1 << 14];
    while (left > 0) {
        size_t want = left < sizeof block ? (size_t)left : sizeof block;
        size_t got = input_read(self->input, block, want, err);
        self->offset_bytes += got;
        left -= got;
        if (got < want)
            return err->status == ERR_NONE
                       ? err_set(err, ERR_TRACE,
                                 "%s: the file ends at byte %" PRIu64 ", before region %" PRIu32,
                                 input_name(self->input), self->offset_bytes, region)
                       : false;
    }
    for (uint32_t r = 0; r < region; r++) {
        self->num_packets += header->regions[r].num_packets;
        self->start_cycle += header->regions[r].num_cycles;
    }
    self->whole = false;
    self->region = region;
    self->region_start_cycle = self->start_cycle;
    self->region_end_packet = self->end_packet =
        self->num_packets + header->regions[region].num_packets;
    return true;
}

// --- packets ------------------------------------------------------------------------------------

bool netrace_refuse(const struct netrace *self, struct err *err, const char *format, ...)
{
    char what[256];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return err_set(err, ERR_TRACE, "%s: packet %" PRIu64 " at byte %" PRIu64 ": %s",
                   input_name(self->input), self->packet, self->packet_byte, what);
}

static bool read_packet(struct netrace *self, unsigned char *bytes, uint32_t num, struct err *err)
{
    size_t got = input_read(self->input, (char *)bytes, num, err);
    self->offset_bytes += got;
    if (got == num || err->status != ERR_NONE)
        return got == num;
    if (self->offset_bytes == self->packet_byte)
        return err_set(err, ERR_TRACE,
                       "%s: the file ends at byte %" PRIu64 " after %" PRIu64
                       " packets, and its header tells of %" PRIu64,
                       input_name(self->input), self->packet_byte, self->num_packets,
                       self->header.num_packets);
    return netrace_refuse(self, err, "the file ends within it, at byte %" PRIu64,
                          self->offset_bytes);
}

static bool check(const struct netrace *self, const struct netrace_packet *packet, struct err *err)
{
    const struct netrace_header *header = &self->header;
    uint64_t num_cycles = header->num_regions > 0 && self->region < header->num_regions
                              ? header->regions[self->region].num_cycles
                              : header->num_cycles;
    if (packet->type >= NETRACE_NUM_TYPES || !netrace_types[packet->type].name)
        return netrace_refuse(self, err, "there is no type %u", packet->type);
    uint32_t node = packet->source >= header->num_nodes ? packet->source : packet->destination;
    if (node >= header->num_nodes)
        return netrace_refuse(self, err, "there is no node %" PRIu32 ", the last is %" PRIu32, node,
                              header->num_nodes - 1);
    if (packet->from >= NETRACE_NUM_AGENTS || packet->to >= NETRACE_NUM_AGENTS)
        return netrace_refuse(self, err, "there is no type of nodes %u",
                              packet->from >= NETRACE_NUM_AGENTS ? packet->from : packet->to);
    if (packet->cycle < self->last_cycle)
        return netrace_refuse(self, err, "cycle %" PRIu64 " comes after cycle %" PRIu64,
                              packet->cycle, self->last_cycle);
    if (packet->cycle < self->region_start_cycle ||
        packet->cycle - self->region_start_cycle > num_cycles)
        return netrace_refuse(self, err,
                              "cycle %" PRIu64 " is not among the %" PRIu64
                              " of its region from %" PRIu64 " on",
                              packet->cycle, num_cycles, self->region_start_cycle);
    for (uint32_t i = 0; i < packet->num_dependents; i++)
        if (packet->dependents[i] == packet->id)
            return netrace_refuse(self, err, "it depends on itself");
    return true;
}

// Notes that a packet has come, and its dependents have not.
static bool await(struct netrace *self, struct netrace_packet *packet, struct err *err)
{
    const uint32_t *depth = id_map_find(&self->awaited, packet->id);
    packet->depth = depth ? *depth : 0;
    id_map_take(&self->awaited, packet->id);
    if (!id_map_reserve(&self->awaited, packet->num_dependents))
        return err_set(err, ERR_RUN, "%s: out of memory for ids", input_name(self->input));
    for (uint32_t i = 0; i < packet->num_dependents; i++) {
        uint32_t *known = id_map_find(&self->awaited, packet->dependents[i]);
        if (!known)
            id_map_put(&self->awaited, packet->dependents[i], packet->depth + 1);
        else if (*known <= packet->depth)
            *known = packet->depth + 1;
    }
    return true;
}

// The end of what is read: of the whole file, all must have come, and nothing more.
static enum netrace_next end(struct netrace *self, struct err *err)
{
    char more;
    if (!self->whole)
        return NETRACE_END;
    if (input_read(self->input, &more, 1, err) > 0)
        err_set(err, ERR_TRACE,
                "%s: at byte %" PRIu64 " something follows the %" PRIu64
                " packets that its header tells of",
                input_name(self->input), self->offset_bytes, self->num_packets);
    uint64_t id, first = UINT64_MAX;
    uint32_t depth;
    for (size_t at = 0; id_map_next(&self->awaited, &at, &id, &depth);)
        first = id < first ? id : first;
    if (err->status == ERR_NONE && self->awaited.num > 0)
        err_set(err, ERR_TRACE,
                "%s: the file ends at byte %" PRIu64 " after %" PRIu64
                " packets, and %zu that depend on those have not come, the first of id %" PRIu64,
                input_name(self->input), self->offset_bytes, self->num_packets, self->awaited.num,
                first);
    return err->status == ERR_NONE ? NETRACE_END : NETRACE_ERROR;
}

enum netrace_next netrace_next(struct netrace *self, struct netrace_packet *packet, struct err *err)
{
    unsigned char bytes[PACKET_BYTES];
    unsigned char ids[4 * NETRACE_MAX_DEPENDENTS];
    if (self->num_packets == self->end_packet)
        return end(self, err);
    self->packet = self->num_packets;
    self->packet_byte = self->offset_bytes;
    if (!read_packet(self, bytes, PACKET_BYTES, err))
        return NETRACE_ERROR;
    *packet = (struct netrace_packet){
        .cycle = netrace_number(bytes, 8),
        .id = (uint32_t)netrace_number(bytes + 8, 4),
        .address = (uint32_t)netrace_number(bytes + 12, 4),
        .type = bytes[16],
        .source = bytes[17],
        .destination = bytes[18],
        .from = bytes[19] >> 4,
        .to = bytes[19] & 15,
        .num_dependents = bytes[20],
    };
    if (!read_packet(self, ids, 4U * packet->num_dependents, err))
        return NETRACE_ERROR;
    for (uint32_t i = 0; i < packet->num_dependents; i++)
        packet->dependents[i] = (uint32_t)netrace_number(ids + (size_t)4 * i, 4);
    if (!check(self, packet, err) || !await(self, packet, err))
        return NETRACE_ERROR;
    self->last_cycle = packet->cycle;
    self->num_packets++;
    if (self->whole && !enter_region(self, err))
        return NETRACE_ERROR;
    return NETRACE_PACKET;
}

// --- a trace ------------------------------------------------------------------------------------

struct netrace *netrace_open(const char *path, uint32_t region, struct err *err)
{
    struct netrace *self = calloc(1, sizeof *self);
    if (!self) {
        err_set(err, ERR_RUN, "out of memory");
        return NULL;
    }
    self->whole = true;
    self->input = input_open(strcmp(path, "-") == 0 ? NULL : path, NULL, NULL, err);
    bool good =
        self->input && netrace_header_read(self->input, &self->header, &self->header_bytes, err);
    self->offset_bytes = self->header_bytes;
    self->end_packet = self->header.num_packets;
    good = good && (region == NETRACE_ALL ? enter_first(self, err) : skip_to(self, region, err));
    if (good)
        return self;
    netrace_close(self);
    return NULL;
}

void netrace_close(struct netrace *self)
{
    if (!self)
        return;
    input_close(self->input);
    id_map_free(&self->awaited);
    free(self);
}

const struct netrace_header *netrace_header(const struct netrace *self)
{
    return &self->header;
}

uint64_t netrace_start_cycle(const struct netrace *self)
{
    return self->start_cycle;
}

uint64_t netrace_offset_bytes(const struct netrace *self)
{
    return self->offset_bytes;
}
