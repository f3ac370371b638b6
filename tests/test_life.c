// SPDX-License-Identifier: Apache-2.0
// What messages between full nodes wait for, software included: the parts of each sum to the whole,
// each cost is in its part, and nothing changes by looking.
#include "tests/config_text.h"
#include "tests/full_nodes.h"

#include <inttypes.h>

enum { FIRST_PART = 5, MAX_ROWS = 2000 };

struct row {
    uint64_t from, to, bytes, begin_cycle, end_cycle;
    uint64_t parts[LIFE_NUM_PARTS];
};

// The table of a run's messages; returns their number.
static uint32_t read_rows(const char *path, struct row *rows)
{
    FILE *file = fopen(path, "r");
    char line[4096];
    uint32_t num = 0;
    cr_assert(file && fgets(line, sizeof line, file));
    for (; fgets(line, sizeof line, file); num++) {
        uint64_t values[FIRST_PART + LIFE_NUM_PARTS];
        uint32_t i = 0;
        for (char *at = strtok(line, ",\n"); at; at = strtok(NULL, ",\n"))
            values[i++] = strtoull(at, NULL, 10);
        cr_assert_eq(i, FIRST_PART + LIFE_NUM_PARTS);
        cr_assert_lt(num, MAX_ROWS);
        rows[num] = (struct row){values[0], values[1], values[2], values[3], values[4], {0}};
        memcpy(rows[num].parts, values + FIRST_PART, sizeof rows[num].parts);
    }
    fclose(file);
    return num;
}

// Runs a program, whose table must be whole. Returns the number of rows.
static uint32_t rows_of(struct config *config, struct row *rows, uint64_t *makespan_cycles)
{
    struct err err = {0};
    struct run_result *result = calloc(1, sizeof *result);
    struct run_outputs outputs = {
        .quiet = true, .assertions = true, .messages = scratch_file("messages.csv", "")};
    cr_assert(result && config_check(config, &err) &&
                  run_simulate(config, &outputs, result, &err) && err.status == ERR_NONE,
              "%s", err.text);
    uint32_t num = read_rows(outputs.messages, rows);
    struct life_stats sums = {.messages = num};
    for (uint32_t i = 0; i < num; i++) {
        uint64_t sum = 0;
        for (int k = 0; k < LIFE_NUM_PARTS; k++) {
            sum += rows[i].parts[k];
            sums.cycles[k] += rows[i].parts[k];
        }
        cr_assert_eq(sum, rows[i].end_cycle - rows[i].begin_cycle, "message %u", i);
        cr_assert_leq(rows[i].end_cycle, result->makespan_cycles);
    }
    cr_assert_eq(memcmp(&sums, &result->nodes.life, sizeof sums), 0);
    *makespan_cycles = result->makespan_cycles;
    free(result);
    return num;
}

// --- sums ---------------------------------------------------------------------------------------

Test(life, parts_of_every_message_sum_to_the_whole_and_change_nothing)
{
    enum { RANKS = 6, MESSAGES = 2 };
    static struct row rows[MAX_ROWS];
    const char *flood = full_nodes_flood(RANKS, MESSAGES, 700);
    for (uint32_t i = 0; i < 2 * SOFTWARE_NUM_SENDS * SOFTWARE_NUM_ARRIVALS; i++) {
        struct config config =
            FULL_NODES(flood, "nodes.nic.grants=true", "nodes.cores=2", "nodes.ranks_per_node=2",
                       "nodes.driver.piece_bytes=256", "nodes.driver.receive_slots=16");
        struct software_params costs = {.path = i % 2,
                                        .send = i / 2 % SOFTWARE_NUM_SENDS,
                                        .arrival = i / 2 / SOFTWARE_NUM_SENDS,
                                        .copy_bytes = 16,
                                        .kernel_buffer_bytes = 65536,
                                        .quantum_cycles = 500,
                                        .trap_cycles = 20,
                                        .driver_cycles = 7,
                                        .match_cycles = 9,
                                        .interrupt_cycles = 50,
                                        .switch_cycles = 30};
        config.software = costs;
        config.send_copies = i % 3;
        config.receive_copies = i / 3 % 4;
        config.eager_bytes = i % 4 ? 65536 : 100;
        config.node.cores = 1 + i / 5 % 2;
        uint64_t with, without;
        cr_assert_eq(rows_of(&config, rows, &with), RANKS * (RANKS - 1) * MESSAGES);
        without = full_nodes_makespan(&config);
        cr_assert_eq(with, without, "run %u", i);
        config_free(&config);
    }
}

// --- each cost in its part ----------------------------------------------------------------------

// A message, for which its receiver waits.
static struct row message_of(struct config *config)
{
    static struct row rows[MAX_ROWS];
    uint64_t makespan_cycles;
    cr_assert_eq(rows_of(config, rows, &makespan_cycles), 1);
    return rows[0];
}

static struct config quiet(uint32_t path, uint32_t arrival)
{
    struct config config = FULL_NODES(
        "ranks 2\nrank 0\ncompute ns=50000\nsend to=1 bytes=160 at=0x100000\ncompute ns=50000\n"
        "rank 1\nrecv from=0 bytes=160 at=0x200000",
        "nodes.clock_hz=1e9", "nodes.bus.clock_divisor=1", "nodes.mem.clock_divisor=1",
        "nodes.mem.t_refi_cycles=0");
    config.software.path = path;
    config.software.arrival = arrival;
    config.software.send = SOFTWARE_SEND_POLLING;
    return config;
}

// With a cost of software added, a part, and no other, is as much longer.
#define EXPECT_IN(part, arrival, path, field)                                                      \
    do {                                                                                           \
        enum { ADDED_CYCLES = 1000 };                                                              \
        struct config config = quiet(path, arrival);                                               \
        struct row before = message_of(&config);                                                   \
        config.software.field += ADDED_CYCLES;                                                     \
        struct row after = message_of(&config);                                                    \
        for (int i = 0; i < LIFE_NUM_PARTS; i++)                                                   \
            cr_expect_eq(after.parts[i], before.parts[i] + (i == (part) ? ADDED_CYCLES : 0),       \
                         "%s: %s is %" PRIu64 ", was %" PRIu64, #field, life_names[i],             \
                         after.parts[i], before.parts[i]);                                         \
        config_free(&config);                                                                      \
    } while (0)

Test(life, each_cost_of_software_is_in_its_part)
{
    EXPECT_IN(LIFE_TRAP, SOFTWARE_ARRIVAL_POLLING, SOFTWARE_KERNEL, trap_cycles);
    EXPECT_IN(LIFE_PIN, SOFTWARE_ARRIVAL_POLLING, SOFTWARE_USER, pin_cycles);
    EXPECT_IN(LIFE_INSTRUCTIONS, SOFTWARE_ARRIVAL_POLLING, SOFTWARE_USER, driver_cycles);
    EXPECT_IN(LIFE_INTERRUPT, SOFTWARE_ARRIVAL_INTERRUPT, SOFTWARE_USER, interrupt_cycles);
    EXPECT_IN(LIFE_INTERRUPT, SOFTWARE_ARRIVAL_POP_UP, SOFTWARE_USER, thread_cycles);
    EXPECT_IN(LIFE_DEMULTIPLEX, SOFTWARE_ARRIVAL_INTERRUPT, SOFTWARE_KERNEL, demultiplex_cycles);
    EXPECT_IN(LIFE_MATCH, SOFTWARE_ARRIVAL_ACTIVE, SOFTWARE_USER, match_cycles);
}

// A message that comes before its receive waits for it; one whose receiver computes, to be noticed.
Test(life, waiting_for_the_receiver_is_told_apart)
{
    static struct row rows[MAX_ROWS];
    uint64_t makespan_cycles;
    struct config config = FULL_NODES("ranks 2\nrank 0\nsend to=1 bytes=160\nrank 1\n"
                                      "compute ns=100000\nrecv from=0 bytes=160",
                                      "nodes.clock_hz=1e9");
    cr_assert_eq(rows_of(&config, rows, &makespan_cycles), 1);
    cr_expect_gt(rows[0].parts[LIFE_NOTICE], 95000);
    cr_expect_eq(rows[0].parts[LIFE_RECEIVE], 0);
    config.software.arrival = SOFTWARE_ARRIVAL_INTERRUPT;
    cr_assert_eq(rows_of(&config, rows, &makespan_cycles), 1);
    cr_expect_lt(rows[0].parts[LIFE_NOTICE], 10);
    cr_expect_gt(rows[0].parts[LIFE_RECEIVE], 95000);
    config.eager_bytes = 1; // it asks first
    cr_assert_eq(rows_of(&config, rows, &makespan_cycles), 1);
    cr_expect_gt(rows[0].parts[LIFE_RENDEZVOUS], 95000);
    config_free(&config);
}
