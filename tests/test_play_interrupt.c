// SPDX-License-Identifier: Apache-2.0
// A user who interrupts ends a run at once, and nothing is held against the device.
#include "sim/interrupt.h"
#include "sim/workbench/play.h"
#include "tests/bench_device.h"
#include "tests/bench_map.h"

#include <criterion/criterion.h>
#include <signal.h>

static void interrupt_in_cycle_5(void *of, const struct play_cycle *cycle, struct failure *failure)
{
    (void)of;
    (void)failure;
    if (cycle->cycle == 5)
        raise(SIGTERM);
}

static void complain(void *of, struct failure *failure)
{
    (void)of;
    failure_set(failure, &(struct failure){.rule = RULE_DELIVERED}, "a flit is missing");
}

Test(play_interrupt, ends_a_run_before_what_is_missing_is_asked_for)
{
    struct bench_map asked = {0};
    struct device_map *map = bench_map(&asked);
    struct bench_link link = bench_map_link(map);
    struct device device;
    bench_device_open(&device, &link, NULL);
    struct stimulus_packet packet = {.to = 1, .flits = 3, .cycle = 30};
    struct stimulus stimulus = {
        .mode = SWITCHING_WORMHOLE, .packets = &packet, .num_packets = 1, .last_cycle = 100};
    struct play_checker checker = {.cycle = interrupt_in_cycle_5, .end = complain};
    struct play_result result;
    struct err err = {0};
    interrupt_install();
    cr_assert(play(map, &device, &stimulus, &checker, 1, &result, &err));
    cr_assert_eq(result.cycles, 2 + 6);
    cr_assert(!result.failure.found);
    device_free(&device);
    device_map_free(map);
}
