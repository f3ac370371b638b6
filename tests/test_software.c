// SPDX-License-Identifier: Apache-2.0
// Laws of the software of full nodes, over all ways to send and to learn of what has come.
#include "tests/config_text.h"
#include "tests/software_machine.h"

#include <criterion/parameterized.h>

// A combination of path, send and arrival.
struct way {
    uint32_t path, send, arrival;
};

enum { NUM_WAYS = SOFTWARE_NUM_PATHS * SOFTWARE_NUM_SENDS * SOFTWARE_NUM_ARRIVALS };

static struct way way_of(uint32_t number)
{
    return (struct way){number % SOFTWARE_NUM_PATHS,
                        number / SOFTWARE_NUM_PATHS % SOFTWARE_NUM_SENDS,
                        number / SOFTWARE_NUM_PATHS / SOFTWARE_NUM_SENDS};
}

// What a number makes of a machine: rings, buffers, pieces, protocol and ranks that share a core.
static void vary(struct config *config, const struct way *way, uint32_t number)
{
    config->software.path = way->path;
    config->software.send = way->send;
    config->software.arrival = way->arrival;
    config->send_copies = number % 4;
    config->receive_copies = number / 4 % 4;
    config->ranks_per_node = 1 + number % 3;
    config->driver_piece_bytes = number % 5 < 2 ? 700 : 20000;
    config->driver_send_slots = number % 3 ? 2 : 64;
    config->eager_bytes = number % 2 ? 3000 : 1000000;
    bool keeps = way->path == SOFTWARE_KERNEL && config->receive_copies > 0;
    config->driver_pio_bytes = number % 7 == 0 && !keeps ? 56 : 0;
    config->unexpected_bytes = number % 5 == 1 ? 20000 : 0;
    config->sends_until_received = number % 11 == 3;
}

// A program of so many messages goes to its end, and to rest.
static void check(const struct config *config, const char *program, uint64_t messages)
{
    struct config now = *config;
    now.path = (char *)full_nodes_trace(program);
    struct run_result *result = full_nodes_complete(&now);
    cr_assert_eq(result->messages, messages);
    cr_assert_eq(result->touches, 0, "%s", result->note);
    software_check_accounts(&now, result);
    free(result);
}

static void check_way(const struct way *way, uint32_t from, uint32_t to)
{
    struct config config = SOFTWARE(NULL, "fabric.topology={kind: ring, n: 6}");
    for (uint32_t i = from; i < to; i++) {
        vary(&config, way, i);
        check(&config, software_random_program(6, 3, i % 3 ? 2000 : 30000, i, 400000), 6 * 3);
    }
    config_free(&config);
}

ParameterizedTestParameters(software, programs_end_and_accounts_agree_whatever_the_way)
{
    static uint32_t numbers[NUM_WAYS];
    for (uint32_t i = 0; i < NUM_WAYS; i++)
        numbers[i] = i;
    return cr_make_param_array(uint32_t, numbers, NUM_WAYS);
}

ParameterizedTest(uint32_t *number, software, programs_end_and_accounts_agree_whatever_the_way)
{
    struct way way = way_of(*number);
    check_way(&way, 16 * *number, 16 * *number + 16);
}

// Far more than there is room for: threads wait for it, and take what comes meanwhile.
Test(software, floods_end_where_rings_and_buffers_are_small)
{
    struct config config =
        SOFTWARE(NULL, "nodes.driver.receive_slots=8", "nodes.nic.in_ram_bytes=256",
                 "nodes.nic.out_ram_bytes=256", "fabric.topology={kind: ring, n: 6}");
    uint64_t waits = 0;
    for (uint32_t i = 0; i < NUM_WAYS; i++) {
        struct way way = way_of(i);
        vary(&config, &way, 7 * i);
        config.path = (char *)full_nodes_trace(full_nodes_flood(6, 2, i % 4 ? 20000 : 3000));
        struct run_result *result = full_nodes_complete(&config);
        cr_assert_eq(result->messages, 2 * 6 * 5);
        waits += result->nodes.software.buffer_waits;
        free(result);
    }
    cr_assert_gt(waits, 100);
    config.path = NULL;
    config_free(&config);
}
