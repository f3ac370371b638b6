// SPDX-License-Identifier: Apache-2.0
// All full nodes send to all others before anyone receives, with the least memory on cards and the
// shortest rings: every message arrives.
#include "model/net/routing_table.h"
#include "tests/config_text.h"
#include "tests/full_nodes.h"

enum { RANKS = 9, MESSAGES = 4 };

static struct config flood_config(uint32_t bytes)
{
    return FULL_NODES(full_nodes_flood(RANKS, MESSAGES, bytes),
                      "fabric.topology={kind: mesh, dims: [3, 3]}", "nodes.driver.send_slots=1",
                      "nodes.driver.receive_slots=16", "nodes.nic.in_ram_bytes=64",
                      "nodes.nic.out_ram_bytes=64", "nodes.nic.channels=1");
}

// Bytes that all ranks of a flood send.
static uint64_t flood_bytes(uint32_t bytes)
{
    uint64_t sum = 0;
    for (uint32_t rank = 0; rank < RANKS; rank++)
        for (uint32_t i = 0; i < MESSAGES; i++)
            sum += (uint64_t)(RANKS - 1) * (bytes + (i % 3 ? 0 : rank));
    return sum;
}

static void check_flood(struct config *config, uint32_t bytes, bool rendezvous)
{
    struct run_result *result = full_nodes_complete(config);
    const struct nic_stats *cards = &result->nodes.nic;
    uint64_t messages = (uint64_t)RANKS * (RANKS - 1) * MESSAGES;
    cr_assert_eq(result->messages, messages);
    cr_assert_eq(result->bytes, flood_bytes(bytes));
    // Requests and answers have 16 bytes each.
    uint64_t headers = rendezvous ? 2 * messages : 0;
    cr_assert_eq(cards->bytes_received, flood_bytes(bytes) + 16 * headers);
    cr_assert_leq(cards->max_in_ram_bytes, config->nic.in_ram_bytes);
    cr_assert_leq(cards->max_out_ram_bytes, config->nic.out_ram_bytes);
    cr_assert_gt(cards->in_full_cycles, 0);
    uint64_t pieces = 0;
    for (uint32_t rank = 0; rank < RANKS; rank++)
        for (uint32_t i = 0; i < MESSAGES; i++)
            pieces += (RANKS - 1) * ((bytes + (i % 3 ? 0 : rank) + config->driver_piece_bytes - 1) /
                                     config->driver_piece_bytes);
    cr_assert_eq(cards->messages_received, pieces + headers);
    free(result);
    config_free(config);
}

static void flood(const char *arrival, const char *more)
{
    static const char *const modes[] = {"fabric.router.switching=store-and-forward",
                                        "fabric.router.switching=virtual-cut-through",
                                        "fabric.router.switching=wormhole"};
    for (size_t i = 0; i < 3; i++)
        for (uint32_t bytes = 50; bytes <= 500; bytes *= 10) {
            struct config config = flood_config(bytes);
            set(&config, modes[i]);
            set(&config, arrival);
            set(&config, more);
            check_flood(&config, bytes, config.eager_bytes <= bytes);
        }
}

Test(full_flood, arrives_under_every_switching_mode_that_buffers)
{
    flood("nodes.software.arrival=polling", "run.seed=1");
}

Test(full_flood, arrives_where_interrupts_tell_of_messages)
{
    flood("nodes.software.arrival=interrupt", "nodes.software.interrupt_cycles=100");
}

Test(full_flood, arrives_in_order_of_flows_and_in_any)
{
    flood("nodes.software.arrival=polling", "fabric.router.vc_choice=by-flow");
    flood("nodes.software.arrival=polling", "fabric.router.vcs=1");
}

Test(full_flood, arrives_by_rendezvous)
{
    flood("nodes.software.arrival=polling", "workload.eager_bytes=1");
    flood("nodes.software.arrival=interrupt", "workload.eager_bytes=1");
}

// Packets of a message overtake each other, and messages, too.
Test(full_flood, arrives_by_every_way_to_route_a_mesh)
{
    uint32_t num_routed = 0;
    for (size_t i = 0; i < routing_num_algorithms; i++) {
        struct err err = {0};
        struct config config = flood_config(500);
        char setting[64];
        snprintf(setting, sizeof setting, "fabric.router.routing=%s", routing_algorithms[i].name);
        set(&config, setting);
        config.vcs = 4;
        config.by_flow = false;
        config.nic.grants = true;
        config.software.arrival = i % 2;
        struct run_result *result = full_nodes_run(&config, &err);
        free(result);
        if (result) {
            num_routed++;
            check_flood(&config, 500, false);
        } else {
            cr_assert_eq(err.status, ERR_CONFIG, "%s", err.text);
            config_free(&config);
        }
    }
    cr_assert_geq(num_routed, 7);
}

Test(full_flood, arrives_in_two_classes_of_traffic)
{
    flood("fabric.router.classes=2", "workload.priority_bytes=100");
    flood("fabric.router={classes: 2, vcs: 4, vc_choice: by-flow}", "workload.eager_bytes=300");
}

Test(full_flood, arrives_where_one_interrupt_tells_of_several_messages)
{
    for (uint32_t events = 1; events < 1000; events *= 9)
        for (uint32_t i = 0; i < 4; i++) {
            struct config config = flood_config(500);
            config.nic.coalescing = true;
            config.software.arrival = SOFTWARE_ARRIVAL_INTERRUPT;
            config.nic.coalesce_events = events;
            config.nic.coalesce_delay_cycles = 3000;
            config.eager_bytes = i % 2 ? 1 : 1000;
            config.driver_pio_bytes = i / 2 ? 16 : 0; // requests and answers
            config.software.interrupt_cycles = 100;
            check_flood(&config, 500, config.eager_bytes == 1);
        }
}

// However few lists there are: four for eight ranks that send, in pieces that overtake others.
Test(full_flood, arrives_in_any_order_with_few_lists_where_cards_ask_first)
{
    for (uint32_t i = 0; i < 8; i++) {
        struct config config = flood_config(500);
        set(&config, "nodes.driver.receive_slots=4");
        set(&config, i & 1 ? "nodes.driver.piece_bytes=64" : "nodes.driver.piece_bytes=4096");
        config.nic.grants = true;
        config.software.arrival = i / 2 % 2;
        config.nic.processor = i & 4;
        config.driver_checksum = i & 1;
        check_flood(&config, 500, false);
    }
}

Test(full_flood, arrives_in_pieces_of_any_length)
{
    for (uint32_t piece = 64; piece < 500; piece += 111) {
        struct config config = flood_config(500);
        config.driver_piece_bytes = piece;
        config.software.arrival = piece % 2;
        check_flood(&config, 500, false);
    }
}

Test(full_flood, arrives_by_programmed_io)
{
    for (uint32_t i = 0; i < 2; i++) {
        struct config config = flood_config(40);
        set(&config, "nodes.driver.pio_bytes=48");
        config.software.arrival = i;
        struct run_result *result = full_nodes_complete(&config);
        cr_assert_eq(result->nodes.nic.bytes_received, flood_bytes(40));
        cr_assert_eq(result->nodes.nic.pio_sent, RANKS * (RANKS - 1) * MESSAGES);
        cr_assert_eq(result->nodes.channels.bytes_read, 0);
        free(result);
        config_free(&config);
    }
}

Test(full_flood, arrives_with_the_network_processor_and_more_ranks_than_nodes)
{
    for (uint32_t i = 0; i < 2; i++) {
        struct config config = flood_config(500);
        set(&config, "fabric.topology={kind: ring, n: 3}");
        set(&config, "nodes.cores=4");
        set(&config, "nodes.ranks_per_node=4");
        config.nic.processor = true;
        config.software.arrival = i;
        check_flood(&config, 500, false);
    }
}

// Every VC has a packet whose head waits for room before those that make it.
Test(full_flood, a_packet_that_waits_does_not_keep_others_from_ending)
{
    struct config config =
        FULL_NODES("ranks 2\nrank 0\nrepeat 40\nisend to=1 bytes=4000\nend\nwaitall\n"
                   "rank 1\ncompute ns=100000\nrepeat 40\nrecv from=0 bytes=4000\nend",
                   "nodes.driver.receive_slots=4", "nodes.nic.in_ram_bytes=128");
    struct run_result *result = full_nodes_complete(&config);
    cr_assert_eq(result->nodes.nic.bytes_received, 160000);
    cr_assert_gt(result->nodes.nic.in_full_cycles, 0);
    free(result);
    config_free(&config);
}

Test(full_flood, programmed_io_tries_again_where_the_card_has_no_room)
{
    struct config config =
        FULL_NODES("ranks 2\nrank 0\nrepeat 40\nisend to=1 bytes=40\nend\n"
                   "rank 1\ncompute ns=100000\nrepeat 40\nrecv from=0 bytes=40\nend",
                   "nodes.driver.receive_slots=4", "nodes.nic.in_ram_bytes=64",
                   "nodes.nic.out_ram_bytes=64", "nodes.driver.pio_bytes=40");
    struct run_result *result = full_nodes_complete(&config);
    cr_assert_eq(result->nodes.nic.pio_sent, 40);
    cr_assert_gt(result->nodes.nic.errors[NIC_PIO_BUSY], 0);
    free(result);
    config_free(&config);
}

// Who has no room to send must take what comes, or those who send it have no room, either.
Test(full_flood, programmed_io_that_finds_no_room_takes_what_comes)
{
    for (uint32_t ranks = 2; ranks <= 9; ranks += 7)
        for (uint32_t i = 0; i < 2; i++) {
            struct config config = flood_config(40);
            free(config.path);
            config.path = (char *)full_nodes_trace(full_nodes_flood(ranks, 40 / ranks, 40));
            set(&config, "nodes.driver.pio_bytes=48");
            set(&config,
                ranks == 2 ? "nodes.driver.receive_slots=4" : "nodes.driver.receive_slots=16");
            config.software.arrival = i;
            struct run_result *result = full_nodes_complete(&config);
            cr_assert_eq(result->nodes.nic.pio_sent, ranks * (ranks - 1) * (40 / ranks));
            free(result);
            config.path = NULL;
            config_free(&config);
        }
}

// Packets lie in the fabric for longer than the watchdog waits.
Test(full_flood, a_computer_that_is_busy_is_no_deadlock)
{
    struct config config = FULL_NODES(
        "ranks 2\nrank 0\nrepeat 40\nisend to=1 bytes=4000\nend\nwaitall\n"
        "rank 1\ncompute ns=100000\nrepeat 40\nrecv from=0 bytes=4000\nend",
        "nodes.driver.receive_slots=4", "nodes.nic.in_ram_bytes=64", "run.watchdog_cycles=1000");
    cr_assert_gt(full_nodes_makespan(&config), 100000);
    config_free(&config);
}

// More messages under way than there are lists, and no room on cards for others.
Test(full_flood, too_few_lists_are_refused_unless_cards_ask_first)
{
    struct err err = {0};
    struct config config = FULL_NODES(
        full_nodes_flood(16, 3, 500), "fabric.topology={kind: mesh, dims: [4, 4]}",
        "nodes.driver.receive_slots=4", "nodes.nic.in_ram_bytes=64", "run.watchdog_cycles=1000");
    cr_assert_null(full_nodes_run(&config, &err));
    cr_assert_eq(err.status, ERR_CONFIG);
    cr_assert_not_null(strstr(err.text, "too few for 15 ranks"), "%s", err.text);
    config.nic.grants = true;
    free(full_nodes_complete(&config));
    config.driver_pio_bytes = 56; // which does not ask
    err = (struct err){0};
    cr_assert_null(full_nodes_run(&config, &err));
    cr_assert_eq(err.status, ERR_CONFIG);
    config_free(&config);
}

// Messages overtake one that is first in its flow, and keep all lists until it has come, which the
// room on the card keeps out: what the fabric's order or grants make impossible.
Test(full_flood, messages_that_may_overtake_need_cards_that_ask)
{
    struct err err = {0};
    struct config config =
        FULL_NODES(full_nodes_flood(4, 60, 40), "fabric.router.vcs=8",
                   "fabric.router.switching=virtual-cut-through", "nodes.driver.receive_slots=4",
                   "nodes.nic.in_ram_bytes=64", "run.watchdog_cycles=1000");
    free(full_nodes_complete(&config));
    config.by_flow = false;
    cr_assert_null(full_nodes_run(&config, &err));
    cr_assert_eq(err.status, ERR_CONFIG);
    cr_assert_not_null(strstr(err.text, "nodes.nic.grants: messages may overtake"), "%s", err.text);
    config.nic.grants = true;
    free(full_nodes_complete(&config));
    config.driver_pio_bytes = 40;
    err = (struct err){0};
    cr_assert_null(full_nodes_run(&config, &err));
    cr_assert_not_null(strstr(err.text, "nodes.driver.pio_bytes: messages may"), "%s", err.text);
    config_free(&config);
}
