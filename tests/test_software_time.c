// SPDX-License-Identifier: Apache-2.0
// What each cost of the software adds to a message, to the cycle, on quiet nodes: two runs that
// differ in one cost by d differ by d times as often as it is on the message's way.
#include "tests/config_text.h"
#include "tests/software_machine.h"

enum { ROUNDS = 5, D = 40 };

// Ping-pong: every cost on its way is waited for.
#define PING_PONG(rounds)                                                                          \
    "ranks 2\nrank 0\nrepeat " rounds "\n"                                                         \
    "send to=1 bytes=48 at=0x100000\nrecv from=1 bytes=48 at=0x200000\nend\n"                      \
    "rank 1\nrepeat " rounds "\n"                                                                  \
    "recv from=0 bytes=48 at=0x200000\nsend to=0 bytes=48 at=0x100000\nend\n"

// Nodes whose bus and memory have the node's clock, which is the fabric's.
static struct config quiet(const char *program)
{
    return SOFTWARE(program, "nodes.clock_hz=1e9", "nodes.l2.enabled=false",
                    "nodes.l1i.enabled=false", "nodes.bus.clock_divisor=1",
                    "nodes.mem.clock_divisor=1", "nodes.mem.t_refi_cycles=0",
                    "nodes.mem.row_bytes=1048576", "nodes.driver.receive_slots=64");
}

// How often each cost is on the way of a message that is waited for: pages that are pinned once are
// so at the beginning, and who returns from a call does so while the other one is at it.
struct ways {
    uint32_t path, send, arrival;
    uint32_t trap, trap_return, driver, demultiplex, match, match_entry;
    uint32_t interrupt, thread, wake, change, pin, protect;
};

#define USER       SOFTWARE_USER, SOFTWARE_SEND_COPY
#define KERNEL     SOFTWARE_KERNEL, SOFTWARE_SEND_COPY
#define USER_COW   SOFTWARE_USER, SOFTWARE_SEND_COPY_ON_WRITE
#define KERNEL_COW SOFTWARE_KERNEL, SOFTWARE_SEND_COPY_ON_WRITE

static const struct ways table[] = {
    {USER, SOFTWARE_ARRIVAL_POLLING, 0, 0, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0},
    {USER, SOFTWARE_ARRIVAL_INTERRUPT, 0, 0, 1, 0, 1, 1, 1, 0, 1, 0, 0, 0},
    {USER, SOFTWARE_ARRIVAL_POP_UP, 0, 0, 1, 0, 1, 1, 1, 1, 1, 2, 0, 0},
    {USER, SOFTWARE_ARRIVAL_ACTIVE, 0, 0, 1, 0, 1, 1, 1, 0, 1, 0, 0, 0},
    {KERNEL, SOFTWARE_ARRIVAL_POLLING, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 0},
    {KERNEL, SOFTWARE_ARRIVAL_INTERRUPT, 1, 0, 1, 1, 1, 1, 1, 0, 1, 0, 1, 0},
    {KERNEL, SOFTWARE_ARRIVAL_POP_UP, 1, 0, 1, 1, 1, 1, 1, 1, 1, 2, 1, 0},
    {KERNEL, SOFTWARE_ARRIVAL_ACTIVE, 1, 0, 1, 1, 1, 1, 1, 0, 1, 0, 1, 0},
    {USER_COW, SOFTWARE_ARRIVAL_POLLING, 1, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 1},
    {KERNEL_COW, SOFTWARE_ARRIVAL_POLLING, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1},
};

// Traces of 5 rounds, and of twice as many.
struct traces {
    char *few, *many;
};

// Rounds when all is warm.
static uint64_t rounds_cycles(struct config config, const struct traces *traces)
{
    config.path = traces->many;
    uint64_t cycles = full_nodes_makespan(&config);
    config.path = traces->few;
    return cycles - full_nodes_makespan(&config);
}

// Times that differ by one cost.
static void expect(const struct config *config, const struct traces *traces, const char *name,
                   uint32_t offset, uint32_t times)
{
    struct config more = *config;
    uint32_t *cost = (uint32_t *)((char *)&more.software + offset);
    uint64_t before = rounds_cycles(more, traces);
    *cost += D;
    uint64_t after = rounds_cycles(more, traces);
    cr_expect_eq(after - before, (uint64_t)times * D * 2 * ROUNDS,
                 "%s, %s: %s: %.3f times a message, not %u",
                 software_path_names[more.software.path],
                 software_arrival_names[more.software.arrival], name,
                 (double)(after - before) / D / 2 / ROUNDS, times);
}

#define EXPECT(name, times)                                                                        \
    expect(&config, &traces, #name, (uint32_t)offsetof(struct software_params, name##_cycles),     \
           times)

Test(software_time, each_cost_adds_what_it_is_as_often_as_it_is_on_a_messages_way)
{
    struct config config = quiet(NULL);
    struct traces traces = {strdup(full_nodes_trace(PING_PONG("5"))),
                            strdup(full_nodes_trace(PING_PONG("10")))};
    for (uint32_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct ways *ways = &table[i];
        config.software.path = ways->path;
        config.software.send = ways->send;
        config.software.arrival = ways->arrival;
        EXPECT(trap, ways->trap);
        EXPECT(trap_return, ways->trap_return);
        EXPECT(driver, ways->driver);
        EXPECT(demultiplex, ways->demultiplex);
        EXPECT(match, ways->match);
        EXPECT(match_entry, ways->match_entry);
        EXPECT(interrupt, ways->interrupt);
        EXPECT(thread, ways->thread);
        EXPECT(wake, ways->wake);
        EXPECT(switch, ways->change);
        EXPECT(pin, ways->pin);
        EXPECT(protect, ways->protect);
    }
    free(traces.few);
    free(traces.many);
    config_free(&config);
}

// A sender that has been told to wait for the receive, goes on only after it: so much later as the
// receive is posted.
Test(software_time, a_send_until_received_ends_after_the_receive)
{
    uint64_t cycles[2][2];
    for (int until = 0; until < 2; until++)
        for (int late = 0; late < 2; late++) {
            char program[256];
            snprintf(program, sizeof program,
                     "ranks 2\nrank 0\nsend to=1 bytes=48\ncompute ns=100000\n"
                     "rank 1\ncompute ns=%u\nrecv from=0 bytes=48\n",
                     late ? 50000 : 20000);
            struct config config = quiet(program);
            config.sends_until_received = until;
            cycles[until][late] = full_nodes_makespan(&config);
            config_free(&config);
        }
    cr_assert_eq(cycles[0][1], cycles[0][0]);
    cr_assert_eq(cycles[1][1], cycles[1][0] + 30000);
    cr_assert_gt(cycles[1][0], 120000);
}

// The wider, the fewer.
Test(software_time, a_copy_takes_the_loads_and_stores_of_its_bytes)
{
    struct config config = quiet("ranks 2\nrank 0\nsend to=1 bytes=6400 at=0x100000\n"
                                 "rank 1\nrecv from=0 bytes=6400 at=0x200000\n");
    uint64_t last_cycles = UINT64_MAX;
    for (uint32_t bytes = 1; bytes <= 64; bytes *= 2) {
        config.receive_copies = 1;
        config.software.copy_bytes = bytes;
        struct run_result *result = full_nodes_complete(&config);
        uint64_t cycles = result->nodes.software.cycles[SOFTWARE_COPY_RECEIVE];
        uint64_t accesses = 2 * (6400 / bytes);
        cr_assert_geq(cycles, accesses);
        cr_assert_lt(cycles, last_cycles);
        cr_assert_geq(result->nodes.core.ops[CORE_LOAD], accesses / 2);
        cr_assert_geq(result->nodes.core.ops[CORE_STORE], accesses / 2);
        last_cycles = cycles;
        free(result);
    }
    config_free(&config);
}
