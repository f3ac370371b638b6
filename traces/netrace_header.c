// SPDX-License-Identifier: Apache-2.0
#include "traces/netrace_header.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    MAGIC = 0x484A5455,
    VERSION = 0x3F800000, // 1.0 as a float
    FIXED_BYTES = 72,     // before notes and regions
    NAME_BYTES = 30,
    REGION_BYTES = 24
};

struct reader {
    struct input *input;
    struct netrace_header *header;
    uint64_t num; // bytes read
};

uint64_t netrace_number(const unsigned char *bytes, uint32_t num)
{
    uint64_t value = 0;
    for (uint32_t i = num; i-- > 0;)
        value = value << 8 | bytes[i];
    return value;
}

// What is wrong with the header.
static bool bad_header(const struct reader *self, struct err *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool bad_header(const struct reader *self, struct err *err, const char *format, ...)
{
    char what[256];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return err_set(err, ERR_TRACE, "%s: header: %s", input_name(self->input), what);
}

// Reads so many bytes of the header.
static bool take(struct reader *self, unsigned char *bytes, uint32_t num, struct err *err)
{
    size_t got = input_read(self->input, (char *)bytes, num, err);
    self->num += got;
    if (got == num || err->status != ERR_NONE)
        return got == num;
    return bad_header(self, err, "the file ends within it, after %" PRIu64 " bytes", self->num);
}

static bool read_fixed(struct reader *self, uint32_t *notes_bytes, struct err *err)
{
    unsigned char bytes[FIXED_BYTES];
    struct netrace_header *header = self->header;
    if (!take(self, bytes, FIXED_BYTES, err))
        return false;
    if (netrace_number(bytes, 4) != MAGIC)
        return bad_header(self, err,
                          "it begins with 0x%08" PRIx64 ", and a Netrace trace with "
                          "0x%08x",
                          netrace_number(bytes, 4), MAGIC);
    if (netrace_number(bytes + 4, 4) != VERSION)
        return bad_header(self, err, "its version is not 1.0");
    memcpy(header->name, bytes + 8, NAME_BYTES);
    if (!memchr(header->name, '\0', NAME_BYTES))
        return bad_header(self, err, "the benchmark's name has no end");
    header->num_nodes = bytes[38];
    header->num_cycles = netrace_number(bytes + 40, 8);
    header->num_packets = netrace_number(bytes + 48, 8);
    *notes_bytes = (uint32_t)netrace_number(bytes + 56, 4);
    header->num_regions = (uint32_t)netrace_number(bytes + 60, 4);
    if (header->num_nodes == 0)
        return bad_header(self, err, "there are no nodes");
    if (*notes_bytes > NETRACE_MAX_NOTES_BYTES)
        return bad_header(self, err, "notes of %" PRIu32 " bytes are longer than %d", *notes_bytes,
                          NETRACE_MAX_NOTES_BYTES);
    return header->num_regions <= NETRACE_MAX_REGIONS ||
           bad_header(self, err, "%" PRIu32 " regions are more than %d", header->num_regions,
                      NETRACE_MAX_REGIONS);
}

static bool read_regions(struct reader *self, struct err *err)
{
    struct netrace_header *header = self->header;
    uint64_t cycles = 0;
    uint64_t packets = 0;
    for (uint32_t r = 0; r < header->num_regions; r++) {
        unsigned char bytes[REGION_BYTES];
        if (!take(self, bytes, REGION_BYTES, err))
            return false;
        struct netrace_region *region = &header->regions[r];
        *region = (struct netrace_region){netrace_number(bytes, 8), netrace_number(bytes + 8, 8),
                                          netrace_number(bytes + 16, 8)};
        if (region->num_cycles > header->num_cycles - cycles)
            return bad_header(self, err,
                              "up to region %" PRIu32 " there are more cycles than the "
                              "%" PRIu64 " of the trace",
                              r, header->num_cycles);
        if (region->num_packets > header->num_packets - packets)
            return bad_header(self, err,
                              "up to region %" PRIu32 " there are more packets than the "
                              "%" PRIu64 " of the trace",
                              r, header->num_packets);
        cycles += region->num_cycles;
        packets += region->num_packets;
    }
    if (header->num_regions > 0 && cycles != header->num_cycles)
        return bad_header(self, err, "its regions have %" PRIu64 " cycles, and the trace %" PRIu64,
                          cycles, header->num_cycles);
    return header->num_regions == 0 || packets == header->num_packets ||
           bad_header(self, err, "its regions have %" PRIu64 " packets, and the trace %" PRIu64,
                      packets, header->num_packets);
}

static bool read_notes(struct reader *self, uint32_t notes_bytes, struct err *err)
{
    char *notes = self->header->notes;
    if (!take(self, (unsigned char *)notes, notes_bytes, err))
        return false;
    return notes_bytes == 0 || notes[notes_bytes - 1] == '\0' ||
           bad_header(self, err, "the notes have no end");
}

bool netrace_header_read(struct input *input, struct netrace_header *header, uint64_t *num_bytes,
                         struct err *err)
{
    struct reader reader = {.input = input, .header = header};
    uint32_t notes_bytes = 0;
    bool good = read_fixed(&reader, &notes_bytes, err) && read_notes(&reader, notes_bytes, err) &&
                read_regions(&reader, err);
    *num_bytes = reader.num;
    return good;
}

bool netrace_probe(const char *path)
{
    struct err err = {0};
    unsigned char magic[4];
    struct input *input = input_open(path, NULL, NULL, &err);
    bool begins = input && input_read(input, (char *)magic, 4, &err) == 4 &&
                  netrace_number(magic, 4) == MAGIC;
    input_close(input);
    return begins;
}
