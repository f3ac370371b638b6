// SPDX-License-Identifier: Apache-2.0
// Clocks of full nodes beside the fabric's; interrupts beside polling, to the cycle.
#include "tests/config_text.h"
#include "tests/full_nodes.h"

#include <math.h>

// --- clocks -------------------------------------------------------------------------------------

static uint64_t makespan_of(const char *program, const char *const *settings)
{
    struct config config = full_nodes_config(program, settings);
    uint64_t cycles = full_nodes_makespan(&config);
    config_free(&config);
    return cycles;
}

#define MAKESPAN(program, ...) makespan_of(program, (const char *const[]){__VA_ARGS__, NULL})

// n ns of computing: whole cycles of the node, which end in the first cycle of the fabric that is
// not before.
Test(full_clock, computing_takes_whole_cycles_of_the_node)
{
    static const struct {
        double node, fabric; // GHz
    } clocks[] = {{1, 1}, {2, 1}, {1, 2}, {3, 7}, {7, 3}, {2.4, 1}, {0.1, 1}, {5, 3}};
    for (uint32_t i = 0; i < sizeof clocks / sizeof *clocks; i++)
        for (uint32_t ns = 1; ns < 3000; ns = 3 * ns + 1) {
            char program[64], node[64], fabric[64];
            snprintf(program, sizeof program, "ranks 1\nrank 0\ncompute ns=%u", ns);
            snprintf(node, sizeof node, "nodes.clock_hz=%.0f", clocks[i].node * 1e9);
            snprintf(fabric, sizeof fabric, "fabric.clock_hz=%.0f", clocks[i].fabric * 1e9);
            uint64_t node_cycles = (uint64_t)ceil(ns * clocks[i].node - 1e-9);
            uint64_t expected =
                (uint64_t)ceil((double)node_cycles / clocks[i].node * clocks[i].fabric - 1e-9);
            cr_assert_eq(MAKESPAN(program, node, fabric), expected, "%u ns at %g to %g", ns,
                         clocks[i].node, clocks[i].fabric);
        }
}

// A program of memory alone, whose cycles are the node's own.
static const char walk[] = "ranks 1\nrank 0\nrepeat 500\nload at=0x1000 bytes=8 stride=40\n"
                           "store at=0x90000 bytes=8 stride=72\nend";

Test(full_clock, work_of_a_node_takes_as_many_of_its_cycles_at_any_clock)
{
    uint64_t cycles = MAKESPAN(walk, "nodes.clock_hz=1e9");
    cr_assert_gt(cycles, 2000);
    cr_assert_eq(MAKESPAN(walk, "nodes.clock_hz=5e8"), 2 * cycles);
    cr_assert_eq(MAKESPAN(walk, "nodes.clock_hz=2e9"), (cycles + 1) / 2);
    cr_assert_eq(MAKESPAN(walk, "nodes.clock_hz=3e9", "fabric.clock_hz=7e9"), (7 * cycles + 2) / 3);
    cr_assert_eq(MAKESPAN(walk, "nodes.clock_hz=7e9", "fabric.clock_hz=3e9"), (3 * cycles + 6) / 7);
}

Test(full_clock, groups_of_nodes_have_clocks_of_their_own)
{
    static const char program[] = "ranks 4\nrank 0\ncompute ns=1000\nrank 1\ncompute ns=1000\n"
                                  "rank 2\nload at=0 bytes=8\nrank 3\nstore at=0 bytes=8";
    uint64_t idle = MAKESPAN("ranks 1\nrank 0\nload at=0 bytes=8", "nodes.clock_hz=1e9");
    // Rank 2, at a thousandth of the speed, is the last; then it is not.
    cr_assert_eq(MAKESPAN(program, "nodes.clock_hz=1e9", "nodes.groups=[{of: 2, clock_hz: 1e6}]"),
                 1000 * idle);
    cr_assert_eq(MAKESPAN(program, "nodes.clock_hz=1e9", "nodes.groups=[{of: 0, clock_hz: 1e6}]"),
                 1000);
    cr_assert_eq(MAKESPAN(program, "nodes.clock_hz=1e6", "nodes.groups=[{of: 0-2, clock_hz: 1e9}]",
                          "nodes.core.store_buffer_entries=0"),
                 1000 * MAKESPAN("ranks 1\nrank 0\nstore at=0 bytes=8", "nodes.clock_hz=1e9",
                                 "nodes.core.store_buffer_entries=0"));
}

// Ping-pong: slower nodes make it slower, but not the fabric's part of it.
Test(full_clock, a_message_between_slow_nodes_takes_between_its_time_and_that_times_the_ratio)
{
    static const char program[] = "ranks 2\nrank 0\nrepeat 5\nsend to=1 bytes=500\n"
                                  "recv from=1 bytes=500\nend\n"
                                  "rank 1\nrepeat 5\nrecv from=0 bytes=500\n"
                                  "send to=0 bytes=500\nend";
    uint64_t fast = MAKESPAN(program, "nodes.clock_hz=1e9");
    uint64_t half = MAKESPAN(program, "nodes.clock_hz=5e8");
    uint64_t one_half =
        MAKESPAN(program, "nodes.clock_hz=1e9", "nodes.groups=[{of: 1, clock_hz: 5e8}]");
    uint64_t odd = MAKESPAN(program, "nodes.clock_hz=3e9", "fabric.clock_hz=7e9");
    cr_assert_lt(fast, one_half);
    cr_assert_lt(one_half, half);
    cr_assert_lt(half, 2 * fast);
    cr_assert_lt(fast, odd);
    cr_assert_lt(odd, 3 * fast);
}

// The sender's core is free to take its stores to the card while it computes.
Test(full_clock, what_is_sent_goes_before_what_is_computed_next)
{
    for (uint32_t i = 0; i < 4; i++) {
        static const char *const sends[] = {"send", "isend"};
        static const char *const ways[] = {"nodes.driver.pio_bytes=0", "nodes.driver.pio_bytes=56"};
        char program[256];
        snprintf(program, sizeof program,
                 "ranks 2\nrank 0\n%s to=1 bytes=50\ncompute ns=100000\n"
                 "rank 1\nrecv from=0 bytes=50\ncompute ns=150000",
                 sends[i % 2]);
        uint64_t cycles = MAKESPAN(program, "nodes.clock_hz=1e9", ways[i / 2]);
        cr_assert_gt(cycles, 150000);
        cr_assert_lt(cycles, 151000);
    }
}

// --- interrupts ---------------------------------------------------------------------------------

enum { COMPUTE = 100000 };

// Rank 0 computes; in the middle of that a message comes, which it receives only then.
static const char late[] = "ranks 2\nrank 0\nirecv from=1 bytes=8\ncompute ns=100000\n"
                           "wait from=1\nrank 1\ncompute ns=50000\nsend to=0 bytes=8";

// Rank 1 waits for the answer of a rank that computes: a rendezvous, which software must answer.
static const char asked[] = "ranks 2\nrank 0\nirecv from=1 bytes=3000\ncompute ns=100000\n"
                            "wait from=1\nrank 1\ncompute ns=50000\nsend to=0 bytes=3000";

static struct run_result *run_of(const char *program, const char *const *settings)
{
    struct config config = full_nodes_config(program, settings);
    set(&config, "nodes.clock_hz=1e9");
    struct run_result *result = full_nodes_complete(&config);
    config_free(&config);
    return result;
}

#define RUN(program, ...) run_of(program, (const char *const[]){__VA_ARGS__, NULL})

Test(full_interrupts, a_message_waits_for_the_end_of_a_computation_under_polling)
{
    struct run_result *result = RUN(late, "nodes.software.arrival=polling");
    cr_assert_gt(result->makespan_cycles, COMPUTE);       // the completion is looked at after it,
    cr_assert_lt(result->makespan_cycles, COMPUTE + 500); // and is there
    cr_assert_eq(result->nodes.nic.interrupts, 0);
    cr_assert_eq(result->nodes.core.interrupts, 0);
    free(result);
}

// From the end of the entry on: the flags, which the card has written, come from memory; the tag is
// in the same line, and so are the next flags, by which the handler sees that there is no more.
static uint64_t handler_cycles(const struct node_params *p)
{
    uint64_t line_bytes = p->l1d.geometry.line_bytes;
    uint64_t miss_cycles = p->l1d.hit_latency_cycles + p->bus.address_cycles +
                           p->l2.hit_latency_cycles + p->mem.controller_latency_cycles +
                           p->mem.t_cl_cycles + p->mem.burst_cycles +
                           line_bytes / p->bus.width_bytes;
    return miss_cycles + 2 * p->l1d.hit_latency_cycles;
}

Test(full_interrupts, a_handler_is_within_a_computation_which_ends_later_by_its_time)
{
    for (uint32_t entry = 100; entry < 5000; entry += 1234) {
        struct config config = FULL_NODES(
            late, "nodes.clock_hz=1e9", "nodes.software.arrival=interrupt",
            "nodes.bus.clock_divisor=1", "nodes.mem.clock_divisor=1", "nodes.mem.t_refi_cycles=0");
        config.software.interrupt_cycles = entry;
        struct run_result *result = full_nodes_complete(&config);
        cr_assert_eq(result->makespan_cycles, COMPUTE + entry + handler_cycles(&config.node));
        cr_assert_eq(result->nodes.core.interrupts, 1);
        cr_assert_eq(result->nodes.nic.interrupts, 1);
        cr_assert_eq(result->nodes.nic.interrupt_events, 1);
        // Entering the handler is computing, beside what the program asks for.
        cr_assert_eq(result->nodes.core.compute_cycles, 150000 + entry);
        free(result);
        config_free(&config);
    }
}

Test(full_interrupts, a_rendezvous_is_answered_within_a_computation_and_not_under_polling)
{
    struct run_result *polled =
        RUN(asked, "nodes.software.arrival=polling", "workload.eager_bytes=1");
    struct run_result *told = RUN(asked, "nodes.software.arrival=interrupt",
                                  "nodes.software.interrupt_cycles=100", "workload.eager_bytes=1");
    // Request and answer, then the data are two interrupts of rank 0; answer and end two of rank 1.
    cr_assert_eq(told->nodes.core.interrupts, 4);
    cr_assert_gt(polled->makespan_cycles, COMPUTE + 1000); // the data come after the computation
    cr_assert_lt(told->makespan_cycles, COMPUTE + 1000);   // or within it
    cr_assert_gt(told->makespan_cycles, COMPUTE + 2 * 100);
    free(polled);
    free(told);
}

Test(full_interrupts, coalescing_makes_one_interrupt_of_several_messages)
{
    static const char program[] = "ranks 2\nrank 0\ncompute ns=100000\nrepeat 8\n"
                                  "recv from=1 bytes=8\nend\nrank 1\nrepeat 8\nsend to=0 bytes=8\n"
                                  "compute ns=3000\nend";
    struct run_result *each =
        RUN(program, "nodes.software.arrival=interrupt", "nodes.software.interrupt_cycles=1000");
    struct run_result *eight =
        RUN(program, "nodes.software.arrival=interrupt", "nodes.software.interrupt_cycles=1000",
            "nodes.nic.coalescing=true", "nodes.nic.coalesce_events=8",
            "nodes.nic.coalesce_delay_cycles=1000000");
    cr_assert_eq(eight->nodes.nic.interrupt_events, 8);
    cr_assert_eq(eight->nodes.nic.interrupts, 1);
    cr_assert_eq(eight->nodes.core.interrupts, 1);
    cr_assert_eq(each->nodes.nic.interrupt_events, 8);
    cr_assert_gt(each->nodes.core.interrupts, 1);
    cr_assert_lt(eight->makespan_cycles, each->makespan_cycles);
    free(each);
    free(eight);
}

// The delay's end, not the eighth message, raises it.
Test(full_interrupts, coalescing_waits_no_longer_than_its_delay)
{
    static const char program[] = "ranks 2\nrank 0\nrecv from=1 bytes=8\nrank 1\nsend to=0 bytes=8";
    uint64_t base = 0;
    for (uint32_t delay = 1000; delay <= 5000; delay += 2000) {
        char setting[64];
        snprintf(setting, sizeof setting, "nodes.nic.coalesce_delay_cycles=%u", delay);
        struct run_result *result =
            RUN(program, "nodes.software.arrival=interrupt", "nodes.nic.coalescing=true", setting);
        base = base ? base : result->makespan_cycles - delay;
        cr_assert_eq(result->makespan_cycles, base + delay);
        free(result);
    }
}
