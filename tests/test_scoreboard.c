// SPDX-License-Identifier: Apache-2.0
// The scoreboard on the small router: waiting, standstill, and what is told of them.
#include "sim/workbench/stimulus_draw.h"
#include "tests/bench_map.h"
#include "tests/scored.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

// Ports 0 and 1 of a router of three send many packets of a flit to port 2, in one VC or in one
// each.
static struct outcome compete(const struct bench_plant *plant, uint32_t num_vcs, const char *limits)
{
    struct bench_map asked = {
        .num_vcs = num_vcs, .in = DEVICE_CREDIT, .out = DEVICE_CREDIT, .more = limits};
    struct device_map *map = bench_map(&asked);
    struct stimulus stimulus = {.mode = SWITCHING_WORMHOLE, .last_cycle = 10000};
    for (uint32_t i = 0; i < 600; ++i)
        scored_add(&stimulus,
                   (struct stimulus_packet){.port = i % 2, .vc = i % num_vcs, .to = 2, .flits = 1});
    struct outcome outcome = scored_run(map, plant, &stimulus);
    stimulus_free(&stimulus);
    device_map_free(map);
    return outcome;
}

Test(scoreboard,
     a_head_is_overtaken_once_by_a_round_robin_arbiter_and_starved_by_one_that_is_unfair)
{
    struct outcome fair = compete(NULL, 1, "limits: {wait_grants: 2}\n");
    cr_assert(!fair.result.failure.found, "%s", fair.result.failure.text);
    cr_assert(fair.measures.wait_grants_max >= 1 && fair.measures.wait_grants_max <= 2);

    struct bench_plant plant = {.fault = BENCH_STARVE, .in_port = 1};
    struct outcome unfair = compete(&plant, 1, "limits: {wait_grants: 20}\n");
    cr_assert_eq(unfair.result.failure.rule, RULE_STARVATION);
    cr_assert_eq(unfair.result.failure.port, 1);
    cr_assert_eq(unfair.measures.wait_grants_max, 21);

    // Without a claim there is a limit all the same.
    struct outcome limit = compete(&plant, 1, NULL);
    cr_assert_eq(limit.result.failure.rule, RULE_STARVATION);
    cr_assert_eq(limit.measures.wait_grants_max, 16 * 3 + 1);
    cr_assert(strstr(limit.result.failure.text, "limits.wait_grants"));
}

Test(scoreboard, what_is_drawn_starves_an_input_that_no_arbiter_serves)
{
    struct bench_map asked = {.in = DEVICE_CREDIT, .out = DEVICE_CREDIT};
    struct device_map *map = bench_map(&asked);
    size_t kind = 0;
    while (strcmp(stimulus_kinds[kind].name, "crowd") != 0)
        ++kind;
    struct stimulus stimulus = {.mode = SWITCHING_WORMHOLE};
    struct err err = {0};
    cr_assert(stimulus_draw(&stimulus_kinds[kind], map, 1, &stimulus, &err), "%s", err.text);
    struct outcome fair = scored_run(map, NULL, &stimulus);
    cr_assert(!fair.result.failure.found, "%s", fair.result.failure.text);
    for (uint32_t port = 0; port < 3; ++port) {
        struct bench_plant plant = {.fault = BENCH_STARVE, .in_port = port};
        struct outcome unfair = scored_run(map, &plant, &stimulus);
        cr_assert_eq(unfair.result.failure.rule, RULE_STARVATION);
        cr_assert_eq(unfair.result.failure.port, port);
    }
    stimulus_free(&stimulus);
    device_map_free(map);
}

Test(scoreboard, a_head_is_starved_by_packets_of_another_vc_too)
{
    const char *limits = "vc: same\nlimits: {wait_grants: 2}\n";
    struct outcome fair = compete(NULL, 2, limits);
    cr_assert(!fair.result.failure.found, "%s", fair.result.failure.text);

    struct bench_plant plant = {.fault = BENCH_STARVE, .in_port = 1};
    struct outcome unfair = compete(&plant, 2, limits);
    cr_assert_eq(unfair.result.failure.rule, RULE_STARVATION);
    cr_assert(strstr(unfair.result.failure.text, "13 packets of other VCs went before it"), "%s",
              unfair.result.failure.text);
}

Test(scoreboard, a_buffer_that_takes_too_much_is_named_as_what_may_be_behind_it)
{
    struct bench_map asked = {.num_vcs = 1, .in = DEVICE_ON_OFF, .out = DEVICE_CREDIT};
    struct device_map *map = bench_map(&asked);
    struct stimulus stimulus = {.mode = SWITCHING_WORMHOLE, .last_cycle = 10000};
    for (uint32_t i = 0; i < 4; ++i)
        scored_add(&stimulus, (struct stimulus_packet){.port = 0, .to = 2, .flits = 4});
    struct err err = {0};
    struct stimulus_quiet stall = {.to_cycle = 30, .port = 2, .vcs = 1};
    cr_assert(stimulus_add_stall(&stimulus, stall, &err));
    struct bench_plant plant = {.fault = BENCH_LATE_OFF, .in_port = BENCH_ANY};
    struct outcome outcome = scored_run(map, &plant, &stimulus);
    cr_assert(outcome.result.failure.found);
    cr_assert(strstr(outcome.result.failure.text, "was let in by 0, whose buffer has room for 4"),
              "%s", outcome.result.failure.text);
    stimulus_free(&stimulus);
    device_map_free(map);
}

Test(scoreboard, a_story_tells_what_the_packet_waited_for_and_where_it_ended)
{
    struct bench_map asked = {.num_vcs = 1, .in = DEVICE_CREDIT, .out = DEVICE_CREDIT};
    struct device_map *map = bench_map(&asked);
    struct stimulus stimulus = {.mode = SWITCHING_WORMHOLE, .last_cycle = 10000};
    scored_add(&stimulus, (struct stimulus_packet){.port = 0, .to = 2, .flits = 8});
    scored_add(&stimulus, (struct stimulus_packet){.port = 1, .to = 2, .flits = 3, .cycle = 1});
    scored_add(&stimulus, (struct stimulus_packet){.port = 1, .to = 2, .flits = 1});
    struct err err = {0};
    cr_assert(stimulus_add_stall(
        &stimulus, (struct stimulus_quiet){.from_cycle = 4, .to_cycle = 30, .port = 2, .vcs = 1},
        &err));
    // Eight flits of packet 0, and two of packet 1, leave; the next is its tail.
    struct bench_plant plant = {.fault = BENCH_LOSE_TAIL, .in_port = 1, .once = true};
    struct outcome outcome = scored_run(map, &plant, &stimulus);
    const struct failure *failure = &outcome.result.failure;
    cr_assert_eq(failure->rule, RULE_DELIVERED, "%s", failure->text);
    cr_assert(failure->packet == 1 && failure->flit == 2 && failure->port == 2);
    static const char *const parts[] = {
        "Packet 1: 3 flits from 1 to address 2",
        "its head comes in by 1",
        "2 is packet 0's, from 0",
        "2 has no credit",
        "its head leaves by 2",
        "flit 1 leaves by 2",
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; ++i)
        cr_assert(strstr(outcome.story, parts[i]), "no \"%s\" in:\n%s", parts[i], outcome.story);
    stimulus_free(&stimulus);
    device_map_free(map);
}

Test(scoreboard, packets_that_wait_for_each_other_are_told_as_a_cycle)
{
    // Ready is one bit for both VCs of a port, so that a packet may wait for its own rest because
    // of another VC.
    struct bench_map asked = {.num_vcs = 2,
                              .in_buffer_flits = 2,
                              .max_flits = 8,
                              .shared = true,
                              .more = "vc: same\nlimits: {patience_cycles: 100}\n"};
    struct device_map *map = bench_map(&asked);
    struct stimulus stimulus = {.mode = SWITCHING_WORMHOLE, .last_cycle = 10000};
    // At port 0, VC 0 has a packet to 2 and VC 1 one to 1; at port 1 it is the other way round.
    scored_add(&stimulus, (struct stimulus_packet){.port = 0, .vc = 0, .to = 2, .flits = 8});
    scored_add(&stimulus, (struct stimulus_packet){.port = 1, .vc = 1, .to = 2, .flits = 8});
    scored_add(&stimulus,
               (struct stimulus_packet){.port = 0, .vc = 1, .to = 2, .flits = 8, .cycle = 4});
    scored_add(&stimulus,
               (struct stimulus_packet){.port = 1, .vc = 0, .to = 2, .flits = 8, .cycle = 4});
    struct outcome outcome = scored_run(map, NULL, &stimulus);
    cr_assert_eq(outcome.result.failure.rule, RULE_DEADLOCK);
    cr_assert(strstr(outcome.story, "in a cycle"), "%s", outcome.story);
    stimulus_free(&stimulus);
    device_map_free(map);
}

Test(scoreboard, a_receiver_that_is_stalled_is_no_deadlock)
{
    struct bench_map asked = {.more = "limits: {patience_cycles: 50}\n"};
    for (asked.out = DEVICE_READY_VALID; asked.out <= DEVICE_ON_OFF; ++asked.out) {
        struct device_map *map = bench_map(&asked);
        struct stimulus stimulus = {.mode = SWITCHING_WORMHOLE, .last_cycle = 10000};
        for (uint32_t i = 0; i < 12; ++i)
            scored_add(&stimulus, (struct stimulus_packet){.port = i % 2, .to = 2, .flits = 4});
        struct err err = {0};
        cr_assert(stimulus_add_stall(
            &stimulus, (struct stimulus_quiet){.to_cycle = 1000, .port = 2, .vcs = 3}, &err));
        struct outcome outcome = scored_run(map, NULL, &stimulus);
        cr_assert(!outcome.result.failure.found, "%s", outcome.result.failure.text);
        cr_assert_eq(outcome.measures.packets, 12);
        stimulus_free(&stimulus);
        device_map_free(map);
    }
}

Test(scoreboard, a_story_of_no_packet_tells_what_passed_the_channel)
{
    struct bench_map asked = {.num_vcs = 1, .in = DEVICE_CREDIT, .out = DEVICE_CREDIT};
    struct device_map *map = bench_map(&asked);
    struct stimulus stimulus = {.mode = SWITCHING_WORMHOLE, .last_cycle = 10000};
    scored_add(&stimulus, (struct stimulus_packet){.port = 0, .to = 2, .flits = 3});
    struct bench_plant plant = {.fault = BENCH_DOUBLE_CREDIT, .in_port = BENCH_ANY};
    struct outcome outcome = scored_run(map, &plant, &stimulus);
    cr_assert_eq(outcome.result.failure.rule, RULE_BACKWARD);
    cr_assert(strstr(outcome.story, "What passed input 0 lately:"), "%s", outcome.story);
    cr_assert(strstr(outcome.story, "packet 0 comes in by 0: 3 of its 3 flits"), "%s",
              outcome.story);
    cr_assert(strstr(outcome.story, "rule \"backward\" is broken: a credit goes back by 0"), "%s",
              outcome.story);
    stimulus_free(&stimulus);
    device_map_free(map);
}
