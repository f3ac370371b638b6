// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/shrink.h"
#include "tests/shrinking.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 20000 };

static const struct bench_map plain = {0};
static const struct bench_map by_credits = {.in = DEVICE_CREDIT, .out = DEVICE_CREDIT};

// What a large stimulus that finds the fault is shrunk to.
static struct failure shrunk(struct workbench *bench, uint64_t seed, struct stimulus *stimulus)
{
    struct shrink_result result = {0};
    struct err err = {0};
    shrinking_draw(bench, seed, stimulus);
    struct failure found = shrinking_play(bench, stimulus);
    cr_assert(found.found);
    cr_assert(shrink(bench, stimulus, &found, TRIES, &result, &err), "%s", err.text);
    cr_assert(result.repeated && result.minimal);
    cr_assert_lt(result.tries, TRIES);
    struct failure again = shrinking_play(bench, stimulus);
    cr_assert(again.found);
    cr_assert_eq(again.rule, found.rule);
    cr_assert_eq(again.cycle, result.failure.cycle);
    cr_assert_str_eq(again.text, result.failure.text);
    return again;
}

// A stimulus that breaks this rule, before another.
static uint64_t seed_for(struct workbench *bench, enum failure_rule rule)
{
    for (uint64_t seed = 1; seed < 100; seed++) {
        struct stimulus stimulus;
        shrinking_draw(bench, seed, &stimulus);
        struct failure failure = shrinking_play(bench, &stimulus);
        stimulus_free(&stimulus);
        if (failure.found && failure.rule == rule)
            return seed;
    }
    cr_assert_fail("no stimulus breaks the rule %s", failure_rule_names[rule]);
    return 0;
}

static void expect_packets(const struct bench_map *map, const struct bench_plant *plant,
                           enum failure_rule rule, size_t num_packets, uint32_t num_flits)
{
    struct workbench bench;
    struct stimulus stimulus;
    shrinking_open(&bench, map, plant);
    struct failure failure = shrunk(&bench, seed_for(&bench, rule), &stimulus);
    uint32_t flits = 0;
    for (size_t i = 0; i < stimulus.num_packets; i++)
        flits += stimulus.packets[i].flits;
    cr_expect_eq(stimulus.num_packets, num_packets, "%zu packets, not %zu: %s",
                 stimulus.num_packets, num_packets, failure.text);
    cr_expect_eq(flits, num_flits, "%u flits, not %u: %s", flits, num_flits, failure.text);
    cr_expect_eq(stimulus.num_resets + stimulus.num_pauses + stimulus.num_stalls, 0);
    stimulus_free(&stimulus);
    workbench_close(&bench);
}

Test(shrink, a_lost_tail_needs_one_packet_of_head_and_tail)
{
    const struct bench_plant plant = {.fault = BENCH_LOSE_TAIL, .in_port = BENCH_ANY};
    expect_packets(&plain, &plant, RULE_DELIVERED, 1, 2);
}

Test(shrink, a_fault_of_long_packets_needs_one_that_is_just_long_enough)
{
    const struct bench_plant plant = {
        .fault = BENCH_FLIP_BIT, .in_port = BENCH_ANY, .min_flits = 5};
    expect_packets(&plain, &plant, RULE_INTACT, 1, 5);
}

Test(shrink, a_flit_that_leaves_twice_needs_one_packet)
{
    const struct bench_plant plant = {.fault = BENCH_DOUBLE_FLIT, .in_port = BENCH_ANY};
    expect_packets(&by_credits, &plant, RULE_ONCE, 1, 1);
}

Test(shrink, interleaving_needs_two_packets_of_which_one_has_a_body)
{
    const struct bench_plant plant = {.fault = BENCH_INTERLEAVE, .in_port = BENCH_ANY};
    expect_packets(&plain, &plant, RULE_INTERLEAVE, 2, 3);
}

Test(shrink, a_fault_of_one_port_keeps_that_port)
{
    const struct bench_plant plant = {.fault = BENCH_WRONG_PORT, .in_port = 2};
    struct workbench bench;
    struct stimulus stimulus;
    shrinking_open(&bench, &plain, &plant);
    shrunk(&bench, 3, &stimulus);
    cr_expect_eq(stimulus.num_packets, 1);
    cr_expect_eq(stimulus.packets[0].port, 2);
    cr_expect_eq(stimulus.packets[0].vc, 0);
    cr_expect_eq(stimulus.packets[0].to, 0);
    cr_expect_eq(stimulus.packets[0].cycle, 0);
    cr_expect_eq(stimulus.packets[0].flits, 1);
    stimulus_free(&stimulus);
    workbench_close(&bench);
}

Test(shrink, a_fault_after_many_flits_keeps_as_many_as_it_needs)
{
    const struct bench_plant plant = {.fault = BENCH_FLIP_BIT, .in_port = BENCH_ANY, .after = 9};
    struct workbench bench;
    struct stimulus stimulus;
    shrinking_open(&bench, &plain, &plant);
    shrunk(&bench, 4, &stimulus);
    uint32_t flits = 0;
    for (size_t i = 0; i < stimulus.num_packets; i++)
        flits += stimulus.packets[i].flits;
    cr_expect_eq(flits, 10);
    stimulus_free(&stimulus);
    workbench_close(&bench);
}

Test(shrink, what_ignores_back_pressure_keeps_a_stall_or_more_flits_than_the_buffer_has)
{
    const struct bench_plant plant = {.fault = BENCH_IGNORE_ROOM, .in_port = BENCH_ANY};
    struct workbench bench;
    struct stimulus stimulus;
    shrinking_open(&bench, &by_credits, &plant);
    struct failure failure = shrunk(&bench, 5, &stimulus);
    cr_expect_eq(failure.rule, RULE_FORWARD);
    cr_expect_eq(stimulus.num_stalls, 1);
    cr_expect_eq(stimulus.num_resets + stimulus.num_pauses, 0);
    cr_expect_leq(stimulus.num_packets, 5);
    stimulus_free(&stimulus);
    workbench_close(&bench);
}

Test(shrink, what_is_left_over_by_reset_keeps_one_reset)
{
    const struct bench_plant plant = {.fault = BENCH_LEFTOVER, .in_port = BENCH_ANY};
    struct workbench bench;
    struct stimulus stimulus;
    shrinking_open(&bench, &plain, &plant);
    struct failure failure = shrunk(&bench, 6, &stimulus);
    cr_expect_eq(failure.rule, RULE_QUIET);
    cr_expect_eq(stimulus.num_resets, 1);
    cr_expect_eq(stimulus.num_packets, 1);
    cr_expect_lt(failure.cycle, 12);
    stimulus_free(&stimulus);
    workbench_close(&bench);
}

Test(shrink, the_same_becomes_the_same)
{
    const struct bench_plant plant = {.fault = BENCH_KEEP_VC, .in_port = BENCH_ANY};
    struct workbench bench;
    struct stimulus a;
    struct stimulus b;
    shrinking_open(&bench, &plain, &plant);
    shrunk(&bench, 7, &a);
    shrunk(&bench, 7, &b);
    char *text_a = shrinking_text(&bench, &a);
    char *text_b = shrinking_text(&bench, &b);
    cr_expect_str_eq(text_a, text_b);
    free(text_a);
    free(text_b);
    stimulus_free(&a);
    stimulus_free(&b);
    workbench_close(&bench);
}

// A stimulus with one thing less must not break the rule any more.
static void expect_needed(struct workbench *bench, const struct stimulus *less,
                          enum failure_rule rule, const char *what, size_t i)
{
    struct failure failure = shrinking_play(bench, less);
    cr_expect(!failure.found || failure.rule != rule, "%s %zu is not needed: %s", what, i,
              failure.text);
}

static void expect_minimal(struct workbench *bench, const struct stimulus *stimulus,
                           enum failure_rule rule)
{
    struct err err = {0};
    for (size_t i = 0; i < stimulus->num_packets; i++) {
        struct stimulus less = {0};
        cr_assert(stimulus_copy(&less, stimulus, &err));
        if (less.packets[i].flits-- > bench->spec->min_flits)
            expect_needed(bench, &less, rule, "a flit of packet", i);
        less.packets[i].flits++;
        if (less.packets[i].cycle-- > 0)
            expect_needed(bench, &less, rule, "a cycle of packet", i);
        less.packets[i] = less.packets[--less.num_packets];
        memcpy(less.packets + i, stimulus->packets + i + 1,
               (less.num_packets - i) * sizeof *less.packets);
        expect_needed(bench, &less, rule, "packet", i);
        stimulus_free(&less);
    }
    for (size_t i = 0; i < stimulus->num_stalls; i++) {
        struct stimulus less = {0};
        cr_assert(stimulus_copy(&less, stimulus, &err));
        less.stalls[i] = less.stalls[--less.num_stalls];
        expect_needed(bench, &less, rule, "stall", i);
        stimulus_free(&less);
    }
}

Test(shrink, nothing_that_is_left_of_any_fault_can_be_left_out)
{
    const struct bench_map *const maps[] = {&plain, &by_credits};
    unsigned found = 0;
    for (size_t m = 0; m < 2; m++)
        for (int f = BENCH_RIGHT + 1; f < BENCH_NUM_FAULTS; f++) {
            const struct bench_plant plant = {
                .fault = (enum bench_fault)f, .in_port = BENCH_ANY, .after = 5};
            struct workbench bench;
            struct stimulus stimulus;
            shrinking_open(&bench, maps[m], &plant);
            shrinking_draw(&bench, 8, &stimulus);
            bool fails = shrinking_play(&bench, &stimulus).found;
            stimulus_free(&stimulus);
            if (fails) {
                struct failure failure = shrunk(&bench, 8, &stimulus);
                expect_minimal(&bench, &stimulus, failure.rule);
                cr_expect_leq(stimulus.num_packets, 12, "%s: %zu packets", bench_fault_names[f],
                              stimulus.num_packets);
                stimulus_free(&stimulus);
                found++;
            }
            workbench_close(&bench);
        }
    cr_expect_geq(found, 30);
}

Test(shrink, ends_after_as_many_tries_as_it_may_make_with_what_it_has)
{
    const struct bench_plant plant = {.fault = BENCH_LOSE_PACKET, .in_port = BENCH_ANY};
    struct workbench bench;
    struct stimulus stimulus;
    struct shrink_result result = {0};
    struct err err = {0};
    shrinking_open(&bench, &plain, &plant);
    shrinking_draw(&bench, 9, &stimulus);
    size_t before = stimulus.num_packets;
    struct failure found = shrinking_play(&bench, &stimulus);
    cr_assert(shrink(&bench, &stimulus, &found, 12, &result, &err));
    cr_expect_eq(result.tries, 12);
    cr_expect(!result.minimal);
    cr_expect_lt(stimulus.num_packets, before);
    cr_expect_eq(shrinking_play(&bench, &stimulus).rule, found.rule);
    stimulus_free(&stimulus);
    workbench_close(&bench);
}

Test(shrink, what_does_not_fail_again_stays_as_it_was)
{
    const struct bench_plant plant = {.fault = BENCH_RIGHT, .in_port = BENCH_ANY};
    struct workbench bench;
    struct stimulus stimulus;
    struct shrink_result result = {0};
    struct err err = {0};
    shrinking_open(&bench, &plain, &plant);
    shrinking_draw(&bench, 10, &stimulus);
    char *before = shrinking_text(&bench, &stimulus);
    const struct failure found = {.found = true, .rule = RULE_ORDER};
    cr_assert(shrink(&bench, &stimulus, &found, TRIES, &result, &err));
    char *after = shrinking_text(&bench, &stimulus);
    cr_expect(!result.repeated);
    cr_expect_eq(result.tries, 1);
    cr_expect_str_eq(before, after);
    free(before);
    free(after);
    stimulus_free(&stimulus);
    workbench_close(&bench);
}
