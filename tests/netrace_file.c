// SPDX-License-Identifier: Apache-2.0
#include "tests/netrace_file.h"

#include "sim/rng.h"
#include "tests/trace_files.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put(unsigned char **to, uint64_t value, uint32_t num_bytes)
{
    for (uint32_t i = 0; i < num_bytes; i++)
        *(*to)++ = (unsigned char)(value >> 8 * i);
}

static uint64_t num_packets(const struct netrace_file *file)
{
    uint64_t num = 0;
    for (uint32_t r = 0; r < file->num_regions; r++)
        num += file->regions[r].num_packets;
    return num;
}

static unsigned char *put_header(const struct netrace_file *file, unsigned char *to)
{
    uint64_t num_cycles = 0;
    uint32_t notes_bytes = file->notes ? (uint32_t)strlen(file->notes) + 1 : 0;
    for (uint32_t r = 0; r < file->num_regions; r++)
        num_cycles += file->regions[r].num_cycles;
    put(&to, 0x484A5455, 4);
    put(&to, 0x3F800000, 4);
    memcpy(to, "made by a test", 14);
    to += 30;
    put(&to, file->num_nodes, 2);
    put(&to, num_cycles, 8);
    put(&to, num_packets(file), 8);
    put(&to, notes_bytes, 4);
    put(&to, file->num_regions, 4);
    put(&to, 0x1234567890abcdef, 8); // of no meaning
    if (notes_bytes)
        memcpy(to, file->notes, notes_bytes);
    to += notes_bytes;
    uint64_t offset_bytes = 0;
    const struct netrace_file_packet *packet = file->packets;
    for (uint32_t r = 0; r < file->num_regions; r++) {
        put(&to, offset_bytes, 8);
        put(&to, file->regions[r].num_cycles, 8);
        put(&to, file->regions[r].num_packets, 8);
        for (uint64_t i = 0; i < file->regions[r].num_packets; i++)
            offset_bytes += 21 + 4U * packet++->num;
    }
    return to;
}

unsigned char *netrace_file_bytes(const struct netrace_file *file, size_t *num)
{
    size_t most = 72 + (file->notes ? strlen(file->notes) + 1 : 0) +
                  (size_t)24 * file->num_regions +
                  num_packets(file) * (21 + 4 * NETRACE_FILE_DEPENDENTS);
    unsigned char *bytes = calloc(1, most);
    cr_assert_not_null(bytes);
    unsigned char *to = put_header(file, bytes);
    for (uint64_t i = 0; i < num_packets(file); i++) {
        const struct netrace_file_packet *packet = &file->packets[i];
        put(&to, packet->cycle, 8);
        put(&to, packet->id, 4);
        put(&to, 64 * packet->id, 4);
        put(&to, packet->type, 1);
        put(&to, packet->source, 1);
        put(&to, packet->destination, 1);
        put(&to, packet->agents, 1);
        put(&to, packet->num, 1);
        for (uint32_t d = 0; d < packet->num; d++)
            put(&to, packet->dependents[d], 4);
    }
    *num = (size_t)(to - bytes);
    return bytes;
}

const char *netrace_file_write(const struct netrace_file *file)
{
    size_t num;
    unsigned char *bytes = netrace_file_bytes(file, &num);
    const char *path = scratch_file("t.tra", "");
    trace_files_write_bytes("t.tra", bytes, num);
    free(bytes);
    return path;
}

struct netrace_file netrace_file_random(uint64_t seed, uint32_t num_nodes,
                                        struct netrace_file_packet *packets, uint32_t num,
                                        struct netrace_file_region *region)
{
    static const uint8_t types[] = {1, 2, 3, 4, 5, 6, 13, 14, 15, 16, 25, 27, 28, 29, 30};
    struct rng rng = rng_make(seed, RNG_SHUFFLE, 0);
    uint64_t cycle = 0;
    for (uint32_t i = 0; i < num; i++) {
        struct netrace_file_packet *packet = &packets[i];
        cycle += rng_below(&rng, 3) ? 0 : rng_below(&rng, 6);
        *packet = (struct netrace_file_packet){
            .cycle = cycle,
            .id = 7 * i + 3,
            .type = types[rng_below(&rng, sizeof types)],
            .source = (uint8_t)rng_below(&rng, num_nodes),
            .destination = (uint8_t)rng_below(&rng, num_nodes),
            .agents = (uint8_t)(16 * rng_below(&rng, 4) + rng_below(&rng, 4)),
        };
        for (; packet->num < NETRACE_FILE_DEPENDENTS && rng_below(&rng, 2); packet->num++) {
            uint64_t later = i + 1 + rng_below(&rng, 30);
            if (later >= num)
                break;
            packet->dependents[packet->num] = (uint32_t)(7 * later + 3);
        }
    }
    *region = (struct netrace_file_region){.num_cycles = cycle, .num_packets = num};
    return (struct netrace_file){num_nodes, "random", region, 1, packets};
}

void netrace_file_line(const char *event, uint64_t cycle, const struct netrace_packet *packet,
                       char *line, size_t size)
{
    int at = snprintf(line, size,
                      "%s: %" PRIu64 "   ID:%" PRIu32 " CYC:%" PRIu64
                      " SRC:%u DST:%u ADR:0x%08" PRIx32 " TYP:%s NDEP:%u",
                      event, cycle, packet->id, packet->cycle, packet->source, packet->destination,
                      packet->address, netrace_types[packet->type].name, packet->num_dependents);
    for (uint32_t i = 0; i < packet->num_dependents; i++)
        at += snprintf(line + at, size - (size_t)at, " %" PRIu32, packet->dependents[i]);
}
