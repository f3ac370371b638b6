// SPDX-License-Identifier: Apache-2.0
// What processes of full nodes may not do is refused by the hardware, and counted; all else goes
// on.
#include "tests/config_text.h"
#include "tests/full_nodes.h"

#include <inttypes.h>

// Rank 1 is on the node of rank 0, whose card is behind 2^46: a page of the card's, then one for
// each context.
#define CARD UINT64_C(0x400000000000)

static struct run_result *run_of(const struct config *config)
{
    struct err err = {0};
    struct run_result *result = full_nodes_run(config, &err);
    cr_assert(result, "%s", err.text);
    cr_assert_eq(result->outcome, RUN_COMPLETED, "%s", run_outcome_names[result->outcome]);
    return result;
}

static uint64_t refused_of(uint64_t address, const char *operation, const char *path)
{
    char program[256];
    snprintf(program, sizeof program,
             "ranks 2\nrank 0\ncompute ns=100\nrank 1\n%s at=0x%" PRIx64 " bytes=8\n"
             "store at=0x1000 bytes=8",
             operation, address);
    struct config config = FULL_NODES(program, "nodes.ranks_per_node=2", path);
    struct run_result *result = run_of(&config);
    uint64_t refused = result->nodes.software.refused;
    cr_assert_eq(result->nodes.core.device_loads + result->nodes.core.device_stores,
                 refused ? 0 : 1);
    free(result);
    config_free(&config);
    return refused;
}

Test(protection, registers_of_the_kernel_and_of_others_are_not_mapped)
{
    static const char *const operations[] = {"load", "store"};
    for (int i = 0; i < 2; i++) {
        cr_expect_eq(refused_of(CARD + 0x50, operations[i], "nodes.software.path=user"), 1);
        cr_expect_eq(refused_of(CARD + 0x1050, operations[i], "nodes.software.path=user"), 1);
        cr_expect_eq(refused_of(CARD + 0x2050, operations[i], "nodes.software.path=user"), 0);
        cr_expect_eq(refused_of(CARD + 0x3050, operations[i], "nodes.software.path=user"), 1);
        for (uint64_t page = 0; page < 4; page++)
            cr_expect_eq(refused_of(CARD + page * NIC_PAGE_BYTES + 0x50, operations[i],
                                    "nodes.software.path=kernel"),
                         1);
    }
}

// Messages of one flow, of which only those from pinned memory are sent, and those behind them come
// nevertheless.
static void check_pinned(const char *arrival)
{
    struct config config =
        FULL_NODES("ranks 2\nrank 0\npin at=0x10000 bytes=4096\n"
                   "send to=1 bytes=4096 at=0x10000\nsend to=1 bytes=100 at=0x20000\n"
                   "send to=1 bytes=4097 at=0x10000\nsend to=1 bytes=1 at=0x10fff tag=1\n"
                   "send to=1 bytes=1 at=0x11000\nsend to=1 bytes=2 at=0xffff\n"
                   "send to=1 bytes=50\nrank 1\n"
                   "recv from=0 bytes=4096\nrecv from=0 bytes=1 tag=1\nrecv from=0 bytes=50",
                   "nodes.software.pinning=explicit", "nodes.software.send=polling", arrival);
    struct run_result *result = run_of(&config);
    cr_expect_eq(result->nodes.software.refused, 4);
    cr_expect_eq(result->nodes.nic.errors[NIC_BAD_ADDRESS], 4);
    cr_expect_eq(result->nodes.nic.messages_received, 3);
    cr_expect_eq(result->nodes.nic.bytes_received, 4096 + 1 + 50);
    free(result);
    config_free(&config);
}

Test(protection, what_is_not_pinned_is_refused_by_the_card)
{
    check_pinned("nodes.software.arrival=polling");
    check_pinned("nodes.software.arrival=interrupt");
    check_pinned("nodes.software.arrival=pop-up");
    check_pinned("nodes.software.arrival=active");
}

Test(protection, by_itself_the_kernel_pins_what_is_sent)
{
    struct config config = FULL_NODES("ranks 2\nrank 0\nsend to=1 bytes=5000 at=0x10000\n"
                                      "send to=1 bytes=5000 at=0x10000\n"
                                      "rank 1\nrecv from=0 bytes=5000\nrecv from=0 bytes=5000",
                                      "nodes.software.send=polling");
    struct run_result *result = full_nodes_complete(&config);
    cr_expect_eq(result->nodes.software.pinned_pages, 2);
    free(result);
    config_free(&config);
}

Test(protection, a_card_has_no_room_for_more_ranges_than_it_has)
{
    char program[2048] = "ranks 1\nrank 0\n";
    for (int i = 0; i < NIC_MAX_RANGES; i++)
        snprintf(program + strlen(program), sizeof program - strlen(program),
                 "pin at=0x%x bytes=4096\n", 0x100000 * (i + 1));
    struct config config = FULL_NODES(program, "nodes.software.pinning=explicit");
    struct run_result *result = run_of(&config);
    cr_expect_eq(result->nodes.software.refused, 2); // its driver's, and buffers without address
    free(result);
    config_free(&config);
}
