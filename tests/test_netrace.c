// SPDX-License-Identifier: Apache-2.0
// The reader of Netrace traces.
#include "traces/netrace.h"

#include "sim/rng.h"
#include "tests/netrace_file.h"
#include "tests/trace_files.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct netrace_file_packet sample_packets[] = {
    {5, 10, 1, 0, 3, 0x02, 2, {11, 40}}, {5, 11, 2, 3, 0, 0x20, 1, {40}},
    {9, 7, 6, 1, 1, 0x23, 0, {0}},       {30, 40, 27, 2, 0, 0x21, 1, {12}},
    {31, 12, 30, 0, 2, 0x12, 0, {0}},
};
static const struct netrace_file_region sample_regions[] = {{20, 3}, {0, 0}, {12, 2}};
static const struct netrace_file sample = {4, "of three regions", sample_regions, 3,
                                           sample_packets};

enum {
    NUM_SAMPLE = sizeof sample_packets / sizeof *sample_packets,
    NOTES_AT = 72,
    REGIONS_AT = NOTES_AT + 17,
    PACKETS_AT = REGIONS_AT + 3 * 24,
    SECOND_AT = PACKETS_AT + 21 + 2 * 4, // packets
    THIRD_AT = SECOND_AT + 21 + 4,
    FOURTH_AT = THIRD_AT + 21,
    LAST_AT = FOURTH_AT + 21 + 4
};

// Reads a trace to its end: packets read, of which `*at` is the place of one more in the sample.
static uint64_t read_all(const char *path, uint32_t region, size_t first, struct err *err)
{
    struct netrace *trace = netrace_open(path, region, err);
    struct netrace_packet packet;
    uint64_t num = 0;
    if (!trace)
        return 0;
    for (; netrace_next(trace, &packet, err) == NETRACE_PACKET; num++) {
        if (first + num >= NUM_SAMPLE)
            continue;
        const struct netrace_file_packet *expected = &sample_packets[first + num];
        cr_assert_eq(packet.cycle, expected->cycle);
        cr_assert_eq(packet.id, expected->id);
        cr_assert_eq(packet.address, 64 * expected->id);
        cr_assert_eq(packet.type, expected->type);
        cr_assert_eq(packet.source, expected->source);
        cr_assert_eq(packet.destination, expected->destination);
        cr_assert_eq(packet.from * 16 + packet.to, expected->agents);
        cr_assert_eq(packet.num_dependents, expected->num);
        cr_assert_eq(memcmp(packet.dependents, expected->dependents, 4U * expected->num), 0);
    }
    netrace_close(trace);
    return num;
}

Test(netrace, what_was_written_is_read)
{
    struct err err = {0};
    const char *path = netrace_file_write(&sample);
    cr_assert(netrace_probe(path));
    cr_assert_eq(read_all(path, NETRACE_ALL, 0, &err), NUM_SAMPLE, "%s", err.text);
    struct netrace *trace = netrace_open(path, NETRACE_ALL, &err);
    const struct netrace_header *header = netrace_header(trace);
    cr_assert_str_eq(header->name, "made by a test");
    cr_assert_str_eq(header->notes, "of three regions");
    cr_assert_eq(header->num_nodes, 4);
    cr_assert_eq(header->num_cycles, 32);
    cr_assert_eq(header->num_packets, NUM_SAMPLE);
    cr_assert_eq(netrace_start_cycle(trace), 0);
    netrace_close(trace);
}

Test(netrace, depth_is_that_of_the_longest_chain)
{
    static const uint32_t depths[NUM_SAMPLE] = {0, 1, 0, 2, 3};
    struct err err = {0};
    struct netrace *trace = netrace_open(netrace_file_write(&sample), NETRACE_ALL, &err);
    struct netrace_packet packet;
    for (size_t i = 0; i < NUM_SAMPLE; i++) {
        cr_assert_eq(netrace_next(trace, &packet, &err), NETRACE_PACKET);
        cr_assert_eq(packet.depth, depths[i]);
    }
    cr_assert_eq(netrace_next(trace, &packet, &err), NETRACE_END);
    netrace_close(trace);
}

Test(netrace, a_region_is_read_alone)
{
    static const size_t firsts[] = {0, 3, 3};
    static const uint64_t starts[] = {0, 20, 20};
    const char *path = netrace_file_write(&sample);
    for (uint32_t r = 0; r < 3; r++) {
        struct err err = {0};
        cr_assert_eq(read_all(path, r, firsts[r], &err), sample_regions[r].num_packets);
        cr_assert_eq(err.status, ERR_NONE, "%s", err.text);
        struct netrace *trace = netrace_open(path, r, &err);
        cr_assert_eq(netrace_start_cycle(trace), starts[r]);
        netrace_close(trace);
    }
    struct err err = {0};
    cr_assert_null(netrace_open(path, 3, &err));
    cr_assert_eq(err.status, ERR_CONFIG);
    cr_assert(strstr(err.text, "no region 3; it has 3"), "%s", err.text);
}

Test(netrace, traces_may_be_compressed)
{
    static const char *const tools[] = {"bzip2", "xz", "gzip", "zstd --rm -q"};
    static const char *const suffixes[] = {"bz2", "xz", "gz", "zst"};
    for (size_t i = 0; i < 4; i++) {
        char command[256], path[256];
        struct err err = {0};
        const char *plain = netrace_file_write(&sample);
        snprintf(path, sizeof path, "%s.%s", plain, suffixes[i]);
        snprintf(command, sizeof command, "%s %s", tools[i], plain);
        cr_assert_eq(system(command), 0);
        cr_assert(netrace_probe(path));
        cr_assert_eq(read_all(path, NETRACE_ALL, 0, &err), NUM_SAMPLE, "%s", err.text);
    }
}

// As its origin tells of them.
Test(netrace, the_samples_are_read_to_their_ends)
{
    static const struct {
        const char *path, *name;
        uint64_t num_cycles, num_packets, num_dependencies, to_themselves;
        uint32_t num_regions, most_dependents, depth;
    } samples[] = {
        {"traces/samples/shrtex.tra.bz2", "short example trace", 221, 12, 9, 0, 1, 3, 3},
        {"traces/samples/example.tra.bz2", "read-resp-delay-test", 6820, 175, 136, 4, 1, 33, 4},
        {"traces/samples/multiregion.tra.bz2", "multiregion-test", 324247, 22968, 13168, 500, 5, 33,
         4},
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct err err = {0};
        struct netrace *trace = netrace_open(samples[i].path, NETRACE_ALL, &err);
        cr_assert_not_null(trace, "%s", err.text);
        const struct netrace_header *header = netrace_header(trace);
        cr_assert_str_eq(header->name, samples[i].name);
        cr_assert_eq(header->num_nodes, 64);
        cr_assert_eq(header->num_cycles, samples[i].num_cycles);
        cr_assert_eq(header->num_packets, samples[i].num_packets);
        cr_assert_eq(header->num_regions, samples[i].num_regions);
        struct netrace_packet packet;
        uint64_t num_dependencies = 0, to_themselves = 0;
        uint32_t most = 0, depth = 0;
        while (netrace_next(trace, &packet, &err) == NETRACE_PACKET) {
            num_dependencies += packet.num_dependents;
            to_themselves += packet.source == packet.destination;
            most = packet.num_dependents > most ? packet.num_dependents : most;
            depth = packet.depth > depth ? packet.depth : depth;
        }
        cr_assert_eq(err.status, ERR_NONE, "%s", err.text);
        cr_expect_eq(num_dependencies, samples[i].num_dependencies, "%lu", num_dependencies);
        cr_expect_eq(to_themselves, samples[i].to_themselves, "%lu", to_themselves);
        cr_expect_eq(most, samples[i].most_dependents, "%u", most);
        cr_expect_eq(depth, samples[i].depth, "%u", depth);
        netrace_close(trace);
    }
}

// --- what is refused ----------------------------------------------------------------------------

// Bytes that are put over those of the sample.
struct patch {
    size_t at;
    const char *bytes;
    size_t num;
    const char *why;
};

#define AT(at, bytes, why)                                                                         \
    {                                                                                              \
        at, bytes, sizeof bytes - 1, why                                                           \
    }

Test(netrace, faults_name_file_packet_and_byte)
{
    static const struct patch patches[] = {
        AT(0, "\x54", "t.tra: header: it begins with 0x484a5454"),
        AT(4, "\x01", "header: its version is not 1.0"),
        AT(8, "123456789012345678901234567890", "the benchmark's name has no end"),
        AT(38, "\0", "header: there are no nodes"),
        AT(48, "\x06", "header: its regions have 5 packets, and the trace 6"),
        AT(48, "\x02", "up to region 0 there are more packets than the 2 of the trace"),
        AT(40, "\x21", "header: its regions have 32 cycles, and the trace 33"),
        AT(40, "\x19", "up to region 2 there are more cycles than the 25 of the trace"),
        AT(56, "\0\x20", "header: notes of 8192 bytes are longer than 8191"),
        AT(56, "\x10", "header: the notes have no end"),
        AT(60, "\x65", "header: 101 regions are more than 100"),
        AT(REGIONS_AT, "\x01", "region 0 begins at byte 1 behind it, and the packets at 0"),
        AT(REGIONS_AT + 24, "\x01", "region 1 begins at byte 1 behind it, and the one before it"),
        AT(REGIONS_AT + 48, "\x01", "region 2 begins at byte 1 behind it, and the one before it"),
        AT(PACKETS_AT + 16, "\x07", "t.tra: packet 0 at byte 161: there is no type 7"),
        AT(PACKETS_AT + 16, "\xff", "packet 0 at byte 161: there is no type 255"),
        AT(SECOND_AT + 17, "\x04", "packet 1 at byte 190: there is no node 4, the last is 3"),
        AT(SECOND_AT + 18, "\xff", "packet 1 at byte 190: there is no node 255, the last is 3"),
        AT(SECOND_AT + 19, "\x40", "packet 1 at byte 190: there is no type of nodes 4"),
        AT(SECOND_AT, "\x04", "packet 1 at byte 190: cycle 4 comes after cycle 5"),
        AT(THIRD_AT, "\x15", "packet 2 at byte 215: cycle 21 is not among the 20 of its region"),
        AT(FOURTH_AT, "\x13", "packet 3 at byte 236: cycle 19 is not among the 12 of its region"),
        AT(LAST_AT, "\x21", "packet 4 at byte 261: cycle 33 is not among the 12 of its region"),
        AT(SECOND_AT + 21, "\x0b", "packet 1 at byte 190: it depends on itself"),
        AT(FOURTH_AT + 21, "\x0d",
           "ends at byte 282 after 5 packets, and 1 that depend on those "
           "have not come, the first of id 13"),
        AT(FOURTH_AT + 21, "\x0a", "the first of id 10"), // which came before
        AT(LAST_AT + 20, "\x01", "packet 4 at byte 261: the file ends within it, at byte 282"),
        AT(FOURTH_AT + 20, "\x00", "packet 4 at byte 257: "),
    };
    for (size_t i = 0; i < sizeof patches / sizeof *patches; i++) {
        struct err err = {0};
        size_t num;
        unsigned char *bytes = netrace_file_bytes(&sample, &num);
        memcpy(bytes + patches[i].at, patches[i].bytes, patches[i].num);
        const char *path = trace_files_write_bytes("t.tra", bytes, num);
        struct netrace *trace = netrace_open(path, NETRACE_ALL, &err);
        struct netrace_packet packet;
        while (trace && netrace_next(trace, &packet, &err) == NETRACE_PACKET)
            ;
        cr_expect_eq(err.status, ERR_TRACE, "no fault: %s", patches[i].why);
        cr_expect(strstr(err.text, patches[i].why), "'%s' is not '%s'", err.text, patches[i].why);
        netrace_close(trace);
        free(bytes);
    }
}

Test(netrace, a_trace_cut_anywhere_is_refused_and_one_with_more_behind_it)
{
    size_t num;
    unsigned char *bytes = netrace_file_bytes(&sample, &num);
    cr_assert_eq(num, LAST_AT + 21);
    for (size_t cut = 0; cut < num; cut++) {
        struct err err = {0};
        read_all(trace_files_write_bytes("cut.tra", bytes, cut), NETRACE_ALL, NUM_SAMPLE, &err);
        cr_assert_eq(err.status, ERR_TRACE, "cut at %zu", cut);
        cr_assert(strstr(err.text, "/cut.tra: ") && strstr(err.text, "the file ends"), "%s",
                  err.text);
    }
    unsigned char *longer = calloc(1, num + 1);
    cr_assert_not_null(longer);
    memcpy(longer, bytes, num);
    struct err err = {0};
    read_all(trace_files_write_bytes("long.tra", longer, num + 1), NETRACE_ALL, 0, &err);
    cr_assert(strstr(err.text, "long.tra: at byte 282 something follows the 5 packets"), "%s",
              err.text);
    free(longer);
    free(bytes);
}

Test(netrace, a_compressed_sample_cut_anywhere_is_refused)
{
    size_t num;
    char *bytes = trace_files_read("traces/samples/example.tra.bz2", &num);
    for (size_t cut = 0; cut < num; cut += 1 + cut % 7) {
        struct err err = {0};
        read_all(trace_files_write_bytes("cut.bz2", bytes, cut), NETRACE_ALL, NUM_SAMPLE, &err);
        cr_assert_eq(err.status, ERR_TRACE, "cut at %zu", cut);
        cr_assert(strstr(err.text, "/cut.bz2"), "%s", err.text);
    }
    free(bytes);
}

// Whatever is in a file, it is read or refused, and packets are what they may be.
Test(netrace, damaged_traces_are_read_or_refused)
{
    struct netrace_file_region region;
    static struct netrace_file_packet packets[40];
    struct netrace_file file = netrace_file_random(1, 16, packets, 40, &region);
    struct rng rng = rng_make(2, RNG_SHUFFLE, 0);
    size_t num;
    unsigned char *whole = netrace_file_bytes(&file, &num);
    unsigned char *bytes = malloc(num);
    cr_assert_not_null(bytes);
    uint32_t refused = 0;
    enum { TURNS = 3000 };
    for (uint32_t turn = 0; turn < TURNS; turn++) {
        memcpy(bytes, whole, num);
        for (uint64_t damage = 1 + rng_below(&rng, 4); damage-- > 0;)
            bytes[rng_below(&rng, num)] = (unsigned char)rng_next(&rng);
        struct err err = {0};
        struct netrace_packet packet;
        struct netrace *trace = netrace_open(trace_files_write_bytes("damaged", bytes, num),
                                             turn % 4 ? NETRACE_ALL : 0, &err);
        enum netrace_next next = NETRACE_ERROR;
        while (trace && (next = netrace_next(trace, &packet, &err)) == NETRACE_PACKET) {
            cr_assert(packet.type < NETRACE_NUM_TYPES && netrace_types[packet.type].name);
            cr_assert_lt(packet.source, netrace_header(trace)->num_nodes);
            cr_assert_lt(packet.destination, netrace_header(trace)->num_nodes);
        }
        cr_assert_eq(next == NETRACE_ERROR, err.status != ERR_NONE);
        cr_assert(err.status == ERR_NONE || strstr(err.text, "/damaged: "), "%s", err.text);
        refused += err.status != ERR_NONE;
        netrace_close(trace);
    }
    cr_assert(refused > TURNS / 4 && refused < TURNS, "%u", refused);
    free(bytes);
    free(whole);
}

Test(netrace, what_is_none_is_told_from_what_is)
{
    struct err err = {0};
    cr_assert_not(netrace_probe("traces/samples/gzip.lackey.xz"));
    cr_assert_not(netrace_probe("traces/samples/mg.S.64.ti.tar.zst"));
    cr_assert_not(netrace_probe(scratch_file("empty", "")));
    cr_assert_not(netrace_probe("/nonexistent"));
    cr_assert_null(netrace_open("/nonexistent", NETRACE_ALL, &err));
    cr_assert(err.status == ERR_TRACE && strstr(err.text, "/nonexistent"));
}
