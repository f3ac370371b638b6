// SPDX-License-Identifier: Apache-2.0
// Buffers of messages: when they may be touched, pages that are protected, and room for what comes
// before its receive.
#include "tests/config_text.h"
#include "tests/software_machine.h"

enum { PAGE = SOFTWARE_PAGE_BYTES };

static struct run_result *ran(const char *program, const char *const *settings)
{
    struct config config = software_machine(program, settings);
    struct run_result *result = full_nodes_complete(&config);
    config_free(&config);
    return result;
}

#define RAN(program, ...) ran(program, (const char *const[]){__VA_ARGS__, NULL})

// --- copy-on-write ------------------------------------------------------------------------------

// Sends so many bytes, and changes them by the stores given, at once or when they have long gone.
static struct run_result *changed(uint32_t bytes, const char *stores, bool late)
{
    char program[512];
    snprintf(program, sizeof program,
             "ranks 2\nrank 0\nisend to=1 bytes=%u at=0x100000\n%s%swaitall\ncompute ns=200000\n"
             "rank 1\nrecv from=0 bytes=%u\n",
             bytes, late ? "compute ns=300000\n" : "", stores, bytes);
    return RAN(program, "nodes.software.send=copy-on-write", "nodes.driver.piece_bytes=65536");
}

Test(software_buffers, a_store_to_a_protected_page_faults_once)
{
    static const struct {
        const char *stores;
        uint64_t faults;
    } cases[] = {
        {"", 0},
        {"load at=0x100000 bytes=8\n", 0},
        {"store at=0x100000 bytes=8\n", 1},
        {"store at=0x100000 bytes=8\nstore at=0x100000 bytes=8\nstore at=0x100800 bytes=8\n", 1},
        {"modify at=0x102ff8 bytes=8\n", 1},
        {"store at=0x102ffc bytes=8\n", 2}, // two pages
        {"store at=0x107ff8 bytes=8\n", 1}, // the last
        {"store at=0x108000 bytes=8\n", 0}, // the next
        {"store at=0xffff8 bytes=8\n", 0},  // the one before
        {"repeat 8\nstore at=0x100010 bytes=8 stride=4096\nend\n", 8},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct run_result *result = changed(8 * PAGE, cases[i].stores, false);
        const struct software_stats *software = &result->nodes.software;
        cr_expect_eq(software->protected_pages, 8);
        cr_expect_eq(software->faults, cases[i].faults, "case %zu: %lu", i, software->faults);
        // A copy of a page by 16 bytes at a time is 512 accesses, beside the fault.
        cr_expect_geq(software->cycles[SOFTWARE_FAULT], cases[i].faults * (71 + 512));
        cr_expect_eq(result->touches, 0, "%s", result->note);
        free(result);
    }
}

Test(software_buffers, pages_are_free_when_the_card_has_read_them)
{
    struct run_result *result =
        changed(8 * PAGE, "repeat 8\nstore at=0x100010 bytes=8 stride=4096\nend\n", true);
    // The first store makes the software look; none is copied.
    cr_assert_eq(result->nodes.software.faults, 1);
    cr_assert_eq(result->nodes.software.cycles[SOFTWARE_FAULT], 71);
    cr_assert_eq(result->nodes.software.protected_pages, 8);
    free(result);
}

// --- touched too early --------------------------------------------------------------------------

static void check_touches(const char *send, const char *program, uint64_t touches, const char *told)
{
    char setting[64];
    snprintf(setting, sizeof setting, "nodes.software.send=%s", send);
    struct run_result *result = RAN(program, setting);
    cr_expect_eq(result->touches, touches, "%s: %lu touches", send, result->touches);
    cr_expect(strstr(result->note, told), "\"%s\" is not in \"%s\"", told, result->note);
    free(result);
}

Test(software_buffers, who_changes_what_is_being_sent_is_told)
{
    static const char program[] = "ranks 2\nrank 0\nisend to=1 bytes=8000 at=0x100000\n"
                                  "load at=0x100000 bytes=8\nstore at=0x101000 bytes=8\n"
                                  "modify at=0x101f00 bytes=8\nstore at=0x101f40 bytes=8\nwaitall\n"
                                  "store at=0x101000 bytes=8\nrank 1\nrecv from=0 bytes=8000\n";
    check_touches("polling", program, 2,
                  ".trace:6: rank 0: store of a buffer that is not free: line 4 has begun to send");
    check_touches("interrupt", program, 2, "2 accesses");
    check_touches("blocking", program, 0, "");
    check_touches("copy-on-write", program, 0, "");
}

Test(software_buffers, who_reads_what_is_still_to_come_is_told)
{
    static const char program[] = "ranks 2\nrank 0\ncompute ns=50000\nsend to=1 bytes=8000\n"
                                  "rank 1\nirecv from=0 bytes=8000 at=0x100000\n"
                                  "load at=0x100ff8 bytes=8\nstore at=0x102000 bytes=8\nwaitall\n"
                                  "load at=0x100000 bytes=8\n";
    check_touches("polling", program, 1, "line 7 has begun to receive into it");
    check_touches("copy-on-write", program, 1, ".trace:8: rank 1: load of a buffer");
}

// --- room for what comes before its receive -----------------------------------------------------

// Rank 0 sends many; rank 1 receives them only after it has computed.
static struct run_result *flooded(uint32_t messages, uint32_t bytes, const char *room)
{
    char program[512];
    snprintf(program, sizeof program,
             "ranks 2\nrank 0\nrepeat %u\nisend to=1 bytes=%u\nend\nwaitall\n"
             "rank 1\ncompute ns=900000\nrepeat %u\nrecv from=0 bytes=%u\nend\n",
             messages, bytes, messages, bytes);
    return RAN(program, room, "nodes.software.receive_copies=1", "nodes.software.arrival=active");
}

Test(software_buffers, no_more_is_kept_than_there_is_room_for)
{
    for (uint32_t room = 1; room <= 1 << 16; room *= 4)
        for (uint32_t bytes = 1; bytes <= 5000; bytes = bytes * 5 + 2) {
            char setting[64];
            snprintf(setting, sizeof setting, "workload.unexpected_bytes=%u", room);
            struct run_result *result = flooded(30, bytes, setting);
            uint64_t fit = room / bytes < 30 ? room / bytes : 30;
            cr_expect_eq(result->deferred_messages, 30 - fit, "room %u, %u bytes: %lu", room, bytes,
                         result->deferred_messages);
            // While it computes; what comes later, too, may come before its receive.
            cr_expect_geq(result->nodes.software.kept_bytes, fit * bytes);
            cr_expect_leq(result->nodes.software.kept_bytes, room, "room %u, %u bytes: %lu", room,
                          bytes, result->nodes.software.kept_bytes);
            free(result);
        }
    struct run_result *result = flooded(30, 1000, "workload.unexpected_bytes=0");
    cr_expect_eq(result->deferred_messages, 0);
    cr_expect_eq(result->nodes.software.kept_bytes, 30 * 1000);
    free(result);
}

Test(software_buffers, floods_end_with_any_room)
{
    for (uint32_t room = 1; room <= 3000; room = room * 3 + 1) {
        struct config config = SOFTWARE(full_nodes_flood(4, 5, 100), "nodes.software.send=copy");
        config.send_copies = config.receive_copies = 1;
        config.unexpected_bytes = room;
        config.software.arrival = room % SOFTWARE_NUM_ARRIVALS;
        config.ranks_per_node = 1 + room % 2;
        struct run_result *result = full_nodes_complete(&config);
        cr_expect_eq(result->messages, 4 * 3 * 5);
        cr_expect(result->deferred_messages > 0 || room > 1000, "room %u", room);
        free(result);
        config_free(&config);
    }
}

// --- tests --------------------------------------------------------------------------------------

// A rank that polls sees what has come when it tests, and then needs not wait for it.
Test(software_buffers, a_test_looks_at_what_has_come)
{
    static const char before[] = "ranks 2\nrank 0\nsend to=1 bytes=8000 at=0x100000\n"
                                 "rank 1\nirecv from=0 bytes=8000 at=0x200000\ncompute ns=90000\n";
    char tests[512], waits[512];
    snprintf(tests, sizeof tests, "%stest from=0\nload at=0x200000 bytes=8\nwaitall\n", before);
    snprintf(waits, sizeof waits, "%sload at=0x200000 bytes=8\nwaitall\n", before);
    struct run_result *one = RAN(tests, "nodes.software.receive_copies=1");
    struct run_result *other = RAN(waits, "nodes.software.receive_copies=1");
    cr_assert_eq(one->touches, 0, "%s", one->note);
    cr_assert_eq(other->touches, 1);
    free(one);
    free(other);
}
