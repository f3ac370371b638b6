// SPDX-License-Identifier: Apache-2.0
// What messages waited for, on full nodes and their fabric: nothing else changes by its being kept,
// and the network's share is what the network's own closed forms say.
#include "model/net/switching.h"
#include "tests/config_text.h"
#include "tests/full_nodes.h"

static uint64_t sum_of(const struct nic_stats *cards)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < NIC_LIFE_NUM_PARTS; i++)
        sum += cards->life_cycles[i];
    return sum;
}

static struct run_result *run(const struct config *config)
{
    struct err err = {0};
    struct run_result *result = full_nodes_run(config, &err);
    cr_assert(result && err.status == ERR_NONE, "%s", err.text);
    cr_assert_eq(result->outcome, RUN_COMPLETED);
    return result;
}

// Runs twice: lives are of all messages that came, and of parts that are no longer than the run.
static struct run_result *check_run(const struct config *config)
{
    struct config without = *config;
    without.lives = false;
    struct run_result *with = run(config);
    struct run_result *other = run(&without);
    struct nic_stats cards = with->nodes.nic;
    cr_assert_eq(cards.lives, cards.messages_received);
    cr_assert_eq(other->nodes.nic.lives, 0);
    cr_assert_leq(sum_of(&cards), cards.lives * with->cycles);
    for (uint32_t i = 0; i < NIC_LIFE_NUM_PARTS; i++)
        cr_assert_leq(cards.life_cycles[i], sum_of(&cards), "%s", nic_life_names[i]);
    memset(&with->nodes.life, 0, sizeof with->nodes.life);
    memset(with->nodes.nic.life_cycles, 0, sizeof cards.life_cycles);
    with->nodes.nic.lives = 0;
    full_nodes_expect_same(config, with, other);
    cr_assert_eq(memcmp(&with->counters, &other->counters, sizeof with->counters), 0);
    cr_assert_eq(with->makespan_cycles, other->makespan_cycles);
    with->nodes.nic = cards;
    free(other);
    return with;
}

Test(full_life, has_the_hops_and_serialisation_of_the_closed_form_where_all_is_quiet)
{
    for (int mode = 0; mode < SWITCHING_CIRCUIT; mode++)
        for (uint32_t latency = 1; latency <= 3; latency++) {
            struct config config =
                FULL_NODES("ranks 4\nrank 0\nsend to=3 bytes=48\nrank 3\nrecv from=0 bytes=48\n",
                           "nodes.life=true", "fabric.topology={kind: mesh, dims: [4]}");
            config.switching = (enum switching)mode;
            config.channel_latency_cycles = latency;
            config.terminal_latency_cycles = 4 - latency;
            struct run_result *result = check_run(&config);
            struct switching_timing timing = {.channel_latency_cycles = latency,
                                              .terminal_latency_cycles = 4 - latency,
                                              .ejection_latency_cycles = 4 - latency,
                                              .buffer_flits = config.buffer_flits,
                                              .pipeline = 1};
            const uint64_t *parts = result->nodes.nic.life_cycles;
            uint64_t hops = switching_zero_load_cycles(config.switching, &timing, 1, 3);
            cr_assert_eq(result->nodes.nic.lives, 1);
            cr_expect_eq(parts[NIC_LIFE_HOPS], hops);
            cr_expect_eq(parts[NIC_LIFE_SERIALISATION],
                         switching_zero_load_cycles(config.switching, &timing, 7, 3) - hops);
            cr_expect_eq(parts[NIC_LIFE_BLOCKING], 0);
            cr_expect_eq(parts[NIC_LIFE_IN_RAM], 0);
            cr_expect_eq(parts[NIC_LIFE_SOURCE_QUEUE], 0);
            cr_expect_gt(parts[NIC_LIFE_DATA_OUT], 0);
            cr_expect_gt(parts[NIC_LIFE_COMPLETION], 0);
            free(result);
            config_free(&config);
        }
}

// Clocks that are no multiples of each other, small cards, loss, programmed I/O.
Test(full_life, is_of_every_message_by_any_clock_and_changes_nothing)
{
    for (uint32_t i = 0; i < 8; i++) {
        struct config config = FULL_NODES(
            full_nodes_flood(9, 3, 400), "nodes.life=true",
            "fabric.topology={kind: torus, dims: [3, 3]}", "nodes.driver.receive_slots=16",
            "nodes.groups=[{of: 1-1, clock_hz: 7e8}, {of: 3-5, clock_hz: 3.1e9}]",
            "nodes.software.interrupt_cycles=300", "nodes.nic.in_ram_bytes=128");
        config.software.arrival = i & 1;
        config.nic.grants = i & 2;
        config.driver_checksum = i & 1;
        config.nic.processor = i & 4;
        config.eager_bytes = i & 2 ? 100 : 100000;
        config.driver_pio_bytes = i == 5 ? 56 : 0;
        if (i >= 4) {
            config.drop_rate = config.corrupt_rate = 0.02;
            config.nic.reliable = NIC_RELIABLE_NIC;
        }
        struct run_result *result = check_run(&config);
        const uint64_t *parts = result->nodes.nic.life_cycles;
        cr_expect_gt(parts[NIC_LIFE_BLOCKING], 0);
        cr_expect_gt(parts[NIC_LIFE_IN_RAM], 0);
        cr_expect_eq(parts[NIC_LIFE_RETRANSMISSION] > 0, i >= 4);
        cr_expect_eq(parts[NIC_LIFE_GRANT] > 0, (i & 2) > 0);
        free(result);
        config_free(&config);
    }
}

Test(full_life, does_not_depend_on_the_number_of_threads)
{
    struct config config =
        FULL_NODES(full_nodes_flood(36, 1, 200), "nodes.life=true", "run.threads=1",
                   "fabric.topology={kind: torus, dims: [12, 12]}", "nodes.nic.in_ram_bytes=64");
    char *one = full_nodes_told(&config);
    for (config.threads = 2; config.threads <= 3; config.threads++) {
        char *many = full_nodes_told(&config);
        cr_assert_str_eq(one, many);
        free(many);
    }
    cr_assert_not_null(strstr(one, "blocking_cycles"));
    free(one);
    config_free(&config);
}
