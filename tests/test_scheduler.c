// SPDX-License-Identifier: Apache-2.0
// Which thread runs next, alone and in programs whose ranks share a core.
#include "model/node/scheduler.h"

#include "tests/config_text.h"
#include "tests/software_machine.h"

// --- the policy ---------------------------------------------------------------------------------

static struct scheduler made_scheduler(void)
{
    return (struct scheduler){.policy = &scheduler_round_robin, .quantum_cycles = 70};
}

Test(scheduler, round_robin_is_first_come_first_served)
{
    struct scheduler scheduler = made_scheduler();
    struct scheduled threads[5] = {0};
    cr_assert_null(scheduler_take(&scheduler));
    for (int i = 0; i < 5; i++)
        scheduler_add(&scheduler, &threads[i]);
    cr_assert_eq(scheduler.num, 5);
    for (int i = 0; i < 23; i++) {
        struct scheduled *thread = scheduler_take(&scheduler);
        cr_assert_eq(thread, &threads[i % 5]);
        cr_assert(!thread->ready);
        cr_assert_eq(scheduler_round_robin.quantum_cycles(&scheduler, thread), 70);
        scheduler_add(&scheduler, thread);
        cr_assert(thread->ready);
    }
    for (int i = 0; i < 5; i++)
        cr_assert_eq(scheduler_take(&scheduler), &threads[(23 + i) % 5]);
    cr_assert_null(scheduler_take(&scheduler));
    cr_assert_eq(scheduler.num, 0);
}

Test(scheduler, urgent_threads_go_first_in_the_order_in_which_they_came)
{
    struct scheduler scheduler = made_scheduler();
    struct scheduled threads[6] = {
        {.urgent = false}, {.urgent = true},  {.urgent = false},
        {.urgent = true},  {.urgent = false}, {.urgent = true},
    };
    static const int order[] = {1, 3, 5, 0, 2, 4};
    for (int i = 0; i < 6; i++)
        scheduler_add(&scheduler, &threads[i]);
    for (int i = 0; i < 6; i++)
        cr_assert_eq(scheduler_take(&scheduler), &threads[order[i]]);
    scheduler_add(&scheduler, &threads[1]); // alone, and then others
    scheduler_add(&scheduler, &threads[0]);
    cr_assert_eq(scheduler_take(&scheduler), &threads[1]);
    scheduler_add(&scheduler, &threads[3]);
    cr_assert_eq(scheduler_take(&scheduler), &threads[3]);
    cr_assert_eq(scheduler_take(&scheduler), &threads[0]);
}

// --- on a core ----------------------------------------------------------------------------------

enum { QUANTUM = 1000, SWITCH = 70, SPIN = 300 };

static struct config core(const char *program, uint32_t ranks)
{
    struct config config = SOFTWARE(program, "nodes.clock_hz=1e9", "nodes.bus.clock_divisor=1",
                                    "nodes.mem.clock_divisor=1", "nodes.mem.t_refi_cycles=0");
    config.ranks_per_node = ranks;
    config.software.quantum_cycles = QUANTUM;
    config.software.switch_cycles = SWITCH;
    config.software.spin_cycles = SPIN;
    config.software.match_cycles = config.software.driver_cycles = 0;
    config.software.match_entry_cycles = 0;
    return config;
}

// Ranks that compute for so many cycles each, in so many turns each, one after the other.
static void expect_turns(uint32_t ranks, uint32_t cycles, uint32_t turns)
{
    char program[512];
    int used = snprintf(program, sizeof program, "ranks %u\n", ranks);
    for (uint32_t i = 0; i < ranks; i++)
        used += snprintf(program + used, sizeof program - (size_t)used, "rank %u\ncompute ns=%u\n",
                         i, cycles);
    struct config config = core(program, ranks);
    struct run_result *result = full_nodes_complete(&config);
    uint64_t switches = ranks > 1 ? ranks * turns - 1 : 0;
    cr_expect_eq(result->nodes.software.switches, switches);
    cr_expect_eq(result->makespan_cycles, ranks * cycles + switches * SWITCH,
                 "%u ranks of %u cycles", ranks, cycles);
    free(result);
    config_free(&config);
}

Test(scheduler, ranks_that_compute_share_a_core_by_quanta)
{
    for (uint32_t ranks = 1; ranks <= 5; ranks++)
        for (uint32_t quanta = 1; quanta <= 4; quanta++) {
            expect_turns(ranks, quanta * QUANTUM - 1, quanta);
            expect_turns(ranks, quanta * QUANTUM - QUANTUM / 2, quanta);
            expect_turns(ranks, quanta * QUANTUM, quanta);
        }
}

Test(scheduler, a_rank_that_sleeps_does_not_hold_its_core)
{
    struct config config =
        core("ranks 2\nrank 0\nsleep ns=9000\ncompute ns=500\nrank 1\ncompute ns=6000\n", 2);
    struct run_result *result = full_nodes_complete(&config);
    cr_assert_eq(result->makespan_cycles, 9000 + SWITCH + 500);
    free(result);
    config_free(&config);
}

// Rank 0 polls in vain, and gives its turn away.
Test(scheduler, a_rank_that_polls_gives_its_core_away_after_so_long)
{
    uint64_t spun[2];
    for (uint32_t i = 0; i < 2; i++) {
        struct config config =
            core("ranks 3\nrank 0\nrecv from=2 bytes=8\nrank 1\ncompute ns=20000\n"
                 "rank 2\nsleep ns=50000\nsend to=0 bytes=8\n",
                 2);
        config.software.spin_cycles = SPIN * (1 + i);
        config.software.quantum_cycles = 1000000;
        struct run_result *result = full_nodes_complete(&config);
        spun[i] = result->nodes.software.cycles[SOFTWARE_SPIN];
        cr_assert_geq(result->nodes.software.switches, 1);
        free(result);
        config_free(&config);
    }
    cr_assert_eq(spun[0], SPIN, "%lu %lu", spun[0], spun[1]);
    cr_assert_eq(spun[1], 2 * SPIN);
}

enum { TURN = SPIN + SWITCH, ROUND = 3 * TURN, NUM_TIMES = 40, STEP = 61 };

// When rank 2, which shares its core with two that wait by polling, or with nobody, has seen a
// message that is sent then; and some constant time.
static uint64_t seen_cycle(uint32_t sent_ns, bool shares)
{
    char program[512];
    snprintf(program, sizeof program,
             "ranks 4\nrank 0\n%srank 1\n%srank 2\nrecv from=3 bytes=8\nsleep ns=100000\n"
             "rank 3\nsleep ns=%u\nsend to=2 bytes=8\n%s",
             shares ? "recv from=3 bytes=8\n" : "", shares ? "recv from=3 bytes=8\n" : "", sent_ns,
             shares ? "sleep ns=40000\nsend to=0 bytes=8\nsend to=1 bytes=8\n" : "");
    struct config config = core(program, 3);
    uint64_t cycle = full_nodes_makespan(&config);
    config_free(&config);
    return cycle;
}

// The same by what is said of polling: each in turn polls for SPIN cycles, and a switch follows.
// From the cycle, in a round of turns, in which the message comes, to when rank 2 looks.
static uint64_t waited_cycles(uint64_t cycle)
{
    uint64_t at = cycle % ROUND;
    bool polls = at >= 2 * TURN && at < 2 * TURN + SPIN;
    return polls ? 0 : (2 * TURN + ROUND - at) % ROUND;
}

Test(scheduler, ranks_that_all_poll_do_so_in_turn)
{
    uint64_t delays[NUM_TIMES];
    for (uint32_t i = 0; i < NUM_TIMES; i++)
        delays[i] = seen_cycle(5000 + i * STEP, true) - seen_cycle(5000 + i * STEP, false) -
                    SWITCH; // at the end of its sleep, from the others
    bool found = false;     // where in a round it comes in the first run
    for (uint64_t phase = 0; !found && phase < ROUND; phase++) {
        found = true;
        for (uint32_t i = 0; i < NUM_TIMES; i++)
            found &= delays[i] == waited_cycles(phase + i * STEP);
    }
    for (uint32_t i = 0; !found && i < NUM_TIMES; i++)
        fprintf(stderr, "%u: %lu\n", i * STEP, delays[i]);
    cr_assert(found);
}
