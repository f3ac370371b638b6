// SPDX-License-Identifier: Apache-2.0
// Functional coverage: runs made by hand hit the bins that they should, and no others; and runs
// that are drawn hit all.
#include "sim/workbench/coverage_state.h"
#include "sim/workbench/stimulus_draw.h"
#include "tests/bench_closure.h"
#include "tests/bench_map.h"
#include "tests/device_maps.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LAST_CYCLE = 2000 };

// A router of three ports, two VCs and credits for four flits, and what runs on it have covered.
struct bench {
    struct device_map *map;
    struct device device;
    struct bench_link link;
    struct coverage *coverage;
    struct stimulus stimulus;
};

static void make(struct bench *self, const struct bench_map *asked)
{
    struct err err = {0};
    self->map = bench_map(asked);
    self->link = bench_map_link(self->map);
    bench_device_open(&self->device, &self->link, NULL);
    self->coverage = coverage_new(self->map, &err);
    cr_assert(self->coverage, "%s", err.text);
    self->stimulus =
        (struct stimulus){.mode = device_map_spec(self->map)->modes[0], .last_cycle = LAST_CYCLE};
}

static struct bench credits(void)
{
    struct bench self;
    make(&self, &(struct bench_map){.in = DEVICE_CREDIT, .out = DEVICE_CREDIT});
    return self;
}

static void end(struct bench *self)
{
    coverage_free(self->coverage);
    stimulus_free(&self->stimulus);
    device_free(&self->device);
    device_map_free(self->map);
}

// A packet at an input VC to an output port.
static void packet(struct bench *self, uint64_t cycle, uint32_t port, uint32_t vc, uint32_t to,
                   uint32_t flits)
{
    struct err err = {0};
    uint32_t content = (uint32_t)self->stimulus.num_packets * 77;
    cr_assert(stimulus_add_packet(
        &self->stimulus,
        (struct stimulus_packet){
            .cycle = cycle, .port = port, .vc = vc, .to = to, .flits = flits, .content = content},
        &err));
}

static void stall(struct bench *self, uint64_t from, uint64_t to, uint32_t port)
{
    struct err err = {0};
    cr_assert(stimulus_add_stall(
        &self->stimulus,
        (struct stimulus_quiet){.from_cycle = from, .to_cycle = to, .port = port, .vcs = 3}, &err));
}

static void pause_all(struct bench *self, uint64_t from, uint64_t to, uint32_t port)
{
    struct err err = {0};
    cr_assert(stimulus_add_pause(
        &self->stimulus,
        (struct stimulus_quiet){.from_cycle = from, .to_cycle = to, .port = port, .vcs = 3}, &err));
}

static void run(struct bench *self)
{
    enum switching mode = self->stimulus.mode;
    struct play_result result =
        closure_play(self->map, &self->device, &self->stimulus, self->coverage);
    cr_assert(!result.failure.found && result.cycles < LAST_CYCLE);
    stimulus_free(&self->stimulus);
    self->stimulus = (struct stimulus){.mode = mode, .last_cycle = LAST_CYCLE};
}

static bool hit(const struct bench *self, enum coverage_group group, uint32_t a, uint32_t b,
                uint32_t c, uint32_t d)
{
    const struct coverage_bins *bins = &self->coverage->bins[group];
    return bins->state[coverage_bin(bins, a, b, c, d)] & COVERAGE_HIT;
}

static uint32_t hits(const struct bench *self, enum coverage_group group)
{
    return self->coverage->bins[group].hit;
}

Test(coverage, a_packet_alone_makes_one_turn_and_nobody_waits)
{
    struct bench self = credits();
    packet(&self, 0, 1, 1, 2, 1);
    run(&self);
    cr_assert_eq(hits(&self, COVERAGE_TURN), 1);
    cr_assert(hit(&self, COVERAGE_TURN, 1, 1, 2, 0) || hit(&self, COVERAGE_TURN, 1, 1, 2, 1));
    cr_assert(hits(&self, COVERAGE_MODE) == 1 && hit(&self, COVERAGE_MODE, 0, 1, 2, 0));
    cr_assert(hits(&self, COVERAGE_LENGTH) == 1 &&
              hit(&self, COVERAGE_LENGTH, 0, 1, COVERAGE_SHORTEST, 0));
    static const enum coverage_group quiet[] = {
        COVERAGE_BUFFER,   COVERAGE_LAST,   COVERAGE_SLACK,   COVERAGE_HEAD_WON,
        COVERAGE_FLIT_WON, COVERAGE_VC_WON, COVERAGE_ALL_ASK, COVERAGE_BLOCKED,
        COVERAGE_FOLLOWED, COVERAGE_WOVEN,  COVERAGE_PAUSED,  COVERAGE_RESET};
    for (size_t i = 0; i < sizeof quiet / sizeof *quiet; i++)
        cr_assert_eq(hits(&self, quiet[i]), 0, "%s", coverage_group_name(quiet[i]));
    packet(&self, 0, 1, 0, 0, 8);
    run(&self);
    cr_assert(hits(&self, COVERAGE_LENGTH) == 2 &&
              hit(&self, COVERAGE_LENGTH, 0, 1, COVERAGE_LONGEST, 0));
    end(&self);
}

Test(coverage, heads_that_meet_are_one_served_and_one_blocked)
{
    struct bench self = credits();
    packet(&self, 0, 0, 0, 2, 1); // tells how quick the device is
    run(&self);
    packet(&self, 0, 0, 0, 2, 1);
    packet(&self, 20, 1, 0, 2, 1);
    run(&self);
    cr_assert_eq(hits(&self, COVERAGE_HEAD_WON), 0);
    cr_assert_eq(hits(&self, COVERAGE_ALL_ASK), 0);
    packet(&self, 0, 0, 0, 2, 1);
    packet(&self, 0, 1, 0, 2, 1);
    run(&self);
    cr_assert_eq(hits(&self, COVERAGE_HEAD_WON), 1);
    bool first = hit(&self, COVERAGE_HEAD_WON, 2, 0, 1, 0);
    cr_assert(first || hit(&self, COVERAGE_HEAD_WON, 2, 1, 0, 0));
    cr_assert_eq(hits(&self, COVERAGE_BLOCKED), 1);
    cr_assert(hit(&self, COVERAGE_BLOCKED, first, COVERAGE_HEAD_LOST, 0, 0));
    // No packet turns back, so that two inputs are all that lead to an output.
    cr_assert(hits(&self, COVERAGE_ALL_ASK) == 1 && hit(&self, COVERAGE_ALL_ASK, 2, 0, 0, 0));
    end(&self);
}

Test(coverage, an_output_that_is_blocked_uses_up_room_and_fills_buffers)
{
    struct bench self = credits();
    // 4 flits by each VC behind the output, and 4 more in the buffer of input 0, VC 1.
    stall(&self, 0, 60, 1);
    for (uint32_t i = 0; i < 11; i++)
        packet(&self, 0, 0, 1, 1, 1);
    packet(&self, 90, 1, 0, 2, 1); // until then all credits are back
    run(&self);
    cr_assert_eq(hits(&self, COVERAGE_BUFFER), 0);
    cr_assert(hits(&self, COVERAGE_ROOM) == 4 &&
              hit(&self, COVERAGE_ROOM, 1, 0, COVERAGE_USED_UP, 0) &&
              hit(&self, COVERAGE_ROOM, 1, 1, COVERAGE_ALL_BACK, 0));
    cr_assert(hits(&self, COVERAGE_BLOCKED) == 1 &&
              hit(&self, COVERAGE_BLOCKED, 0, COVERAGE_NO_ROOM, 0, 0));
    stall(&self, 0, 60, 1);
    for (uint32_t i = 0; i < 12; i++)
        packet(&self, 0, 0, 1, 1, 1);
    run(&self);
    cr_assert(hits(&self, COVERAGE_BUFFER) == 2 &&
              hit(&self, COVERAGE_BUFFER, 0, 1, COVERAGE_FULL, 0) &&
              hit(&self, COVERAGE_BUFFER, 0, 1, COVERAGE_EMPTY, 0));
    end(&self);
}

Test(coverage, a_head_whose_vcs_are_held_waits_for_that)
{
    struct bench self = credits();
    packet(&self, 0, 0, 0, 2, 1);
    run(&self);
    // Two packets hold both VCs of output 2, and stop in their middle; a third comes.
    packet(&self, 0, 0, 0, 2, 8);
    packet(&self, 0, 0, 1, 2, 8);
    pause_all(&self, 6, 40, 0);
    packet(&self, 20, 1, 0, 2, 1);
    run(&self);
    cr_assert(hit(&self, COVERAGE_BLOCKED, 1, COVERAGE_VC_HELD, 0, 0));
    cr_assert(!hit(&self, COVERAGE_BLOCKED, 1, COVERAGE_NO_ROOM, 0, 0));
    cr_assert(hit(&self, COVERAGE_PAUSED, COVERAGE_IN, 0, 0, 0) &&
              hit(&self, COVERAGE_PAUSED, COVERAGE_OUT, 2, 0, 0));
    cr_assert(hit(&self, COVERAGE_WOVEN, COVERAGE_IN, 0, 0, 0) &&
              hit(&self, COVERAGE_WOVEN, COVERAGE_OUT, 2, 0, 0));
    cr_assert_eq(hits(&self, COVERAGE_PAUSED), 2);
    cr_assert_eq(hits(&self, COVERAGE_WOVEN), 2);
    end(&self);
}

Test(coverage, a_packet_that_goes_on_keeps_a_head_waiting_and_is_served_before_others)
{
    struct bench self = credits();
    packet(&self, 0, 0, 0, 2, 1);
    run(&self);
    packet(&self, 0, 0, 0, 2, 8);
    packet(&self, 3, 1, 0, 2, 8);
    run(&self);
    cr_assert(hit(&self, COVERAGE_FLIT_WON, 2, 0, 1, 0) &&
              hit(&self, COVERAGE_FLIT_WON, 2, 1, 0, 0));
    cr_assert_eq(hits(&self, COVERAGE_FLIT_WON), 2);
    cr_assert_eq(hits(&self, COVERAGE_HEAD_WON), 0);
    cr_assert_eq(hits(&self, COVERAGE_VC_WON), 0);
    // Two VCs of an input to different outputs share its way into the crossbar.
    packet(&self, 0, 1, 0, 0, 4);
    packet(&self, 0, 1, 1, 2, 4);
    stall(&self, 0, 12, 0);
    stall(&self, 0, 12, 2);
    run(&self);
    packet(&self, 0, 1, 0, 0, 8);
    packet(&self, 0, 1, 1, 2, 8);
    run(&self);
    cr_assert_leq(hits(&self, COVERAGE_VC_WON), 2);
    cr_assert(!hit(&self, COVERAGE_VC_WON, 0, 0, 1, 0) && !hit(&self, COVERAGE_VC_WON, 2, 0, 1, 0));
    end(&self);
}

Test(coverage, packets_follow_each_other_in_one_vc_or_in_two)
{
    struct bench self = credits();
    packet(&self, 0, 0, 0, 2, 2);
    packet(&self, 3, 0, 0, 2, 2); // a cycle too late
    run(&self);
    cr_assert_eq(hits(&self, COVERAGE_FOLLOWED), 0);
    packet(&self, 0, 0, 0, 2, 2);
    packet(&self, 2, 0, 0, 2, 2);
    run(&self);
    cr_assert(hit(&self, COVERAGE_FOLLOWED, COVERAGE_IN, 0, COVERAGE_SAME_VC, 0));
    cr_assert(!hit(&self, COVERAGE_FOLLOWED, COVERAGE_IN, 0, COVERAGE_OTHER_VC, 0));
    packet(&self, 0, 0, 0, 2, 2);
    packet(&self, 2, 0, 1, 2, 2);
    run(&self);
    cr_assert(hit(&self, COVERAGE_FOLLOWED, COVERAGE_IN, 0, COVERAGE_OTHER_VC, 0));
    cr_assert(hits(&self, COVERAGE_FOLLOWED) <= 4);
    end(&self);
}

Test(coverage, resets_hit_the_moment_at_which_they_come)
{
    static const struct {
        uint64_t cycle;
        uint32_t moments; // a bit each
    } cases[] = {
        {1, 1u << COVERAGE_INSIDE | 1u << COVERAGE_HALF_IN},
        {4, 1u << COVERAGE_INSIDE | 1u << COVERAGE_HALF_IN | 1u << COVERAGE_HALF_OUT},
        {9, 1u << COVERAGE_INSIDE | 1u << COVERAGE_HALF_OUT},
        {40, 1u << COVERAGE_IDLE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        struct bench self = credits();
        packet(&self, 0, 0, 0, 2, 8);
        packet(&self, 60, 0, 0, 2, 1);
        cr_assert(stimulus_add_reset(&self.stimulus, cases[i].cycle, &err));
        run(&self);
        for (uint32_t moment = 0; moment < COVERAGE_NUM_MOMENTS; moment++)
            cr_assert_eq(hit(&self, COVERAGE_RESET, 0, moment, 0, 0),
                         cases[i].moments >> moment & 1, "case %zu moment %u", i, moment);
        end(&self);
    }
}

Test(coverage, store_and_forward_heads_wait_for_their_tails)
{
    struct bench self;
    make(&self, &(struct bench_map){.in = DEVICE_CREDIT,
                                    .out = DEVICE_CREDIT,
                                    .modes = "{store-and-forward: 0, wormhole: 2}"});
    for (uint32_t i = 0; i < 2; i++) {
        self.stimulus.mode = i ? SWITCHING_STORE_AND_FORWARD : SWITCHING_WORMHOLE;
        packet(&self, 0, 0, 0, 2, 1);
        packet(&self, 20, 0, 0, 2, 4);
        pause_all(&self, 22, 40, 0);
        run(&self);
        cr_assert_eq(hit(&self, COVERAGE_BLOCKED, 0, COVERAGE_NO_TAIL, 0, 0), i == 1);
        cr_assert_eq(hits(&self, COVERAGE_BLOCKED), i);
    }
    end(&self);
}

Test(coverage, levels_are_room_too)
{
    struct bench self;
    make(&self, &(struct bench_map){.in = DEVICE_ON_OFF, .out = DEVICE_READY_VALID, .num_vcs = 1});
    packet(&self, 0, 0, 0, 2, 8);
    packet(&self, 0, 1, 0, 0, 8);
    stall(&self, 0, 30, 2);
    run(&self);
    cr_assert(hits(&self, COVERAGE_BUFFER) == 2 &&
              hit(&self, COVERAGE_BUFFER, 0, 0, COVERAGE_FULL, 0));
    cr_assert(hits(&self, COVERAGE_SLACK) == 1 && hit(&self, COVERAGE_SLACK, 0, 0, 0, 0));
    cr_assert(hits(&self, COVERAGE_ROOM) == 2 &&
              hit(&self, COVERAGE_ROOM, 2, 0, COVERAGE_USED_UP, 0));
    end(&self);
}

Test(coverage, turns_that_no_route_takes_are_not_counted)
{
    struct err err = {0};
    struct device_map *map = map_of(mesh_map); // of 4 x 3, x before y, no turning back
    struct coverage *self = coverage_new(map, &err);
    const struct coverage_bins *turns = &self->bins[COVERAGE_TURN];
    enum { EAST = 1, WEST, NORTH, SOUTH };
    for (uint32_t in = 0; in < 5; in++)
        for (uint32_t out = 0; out < 5; out++) {
            bool back = in == out;
            bool y_to_x = (in == NORTH || in == SOUTH) && (out == EAST || out == WEST);
            cr_assert_eq(turns->state[coverage_bin(turns, in, 1, out, 0)] & COVERAGE_ALLOWED,
                         !back && !y_to_x, "from %u to %u", in, out);
        }
    coverage_free(self);
    device_map_free(map);
}

Test(coverage, packets_at_ports_where_they_should_not_be_hit_nothing)
{
    struct bench self = credits();
    device_free(&self.device);
    bench_device_open(&self.device, &self.link,
                      &(struct bench_plant){.fault = BENCH_WRONG_PORT, .in_port = BENCH_ANY});
    packet(&self, 0, 0, 0, 2, 1);
    struct play_result result = closure_play(self.map, &self.device, &self.stimulus, self.coverage);
    cr_assert_eq(result.flits_out, 1);
    cr_assert_eq(hits(&self, COVERAGE_TURN), 0);
    end(&self);
}

Test(coverage, what_is_printed_and_what_is_written_are_the_same_figures)
{
    struct bench self = credits();
    packet(&self, 0, 1, 1, 2, 1);
    run(&self);
    json_t *json = coverage_json(self.coverage);
    json_t *group, *groups = json_object_get(json, "groups");
    json_int_t bins = 0, num_hit = 0;
    size_t at;
    json_array_foreach(groups, at, group)
    {
        json_int_t of = json_integer_value(json_object_get(group, "bins"));
        bins += of;
        num_hit += json_integer_value(json_object_get(group, "hit"));
        cr_assert_eq(json_array_size(json_object_get(group, "not_hit")),
                     of - json_integer_value(json_object_get(group, "hit")));
    }
    cr_assert_eq(json_integer_value(json_object_get(json, "bins")), bins);
    cr_assert_eq(json_integer_value(json_object_get(json, "hit")), num_hit);
    cr_assert(json_is_false(json_object_get(json, "closed")));
    char *text = NULL, want[64];
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    coverage_print(self.coverage, to);
    fclose(to);
    snprintf(want, sizeof want, "all             %7lld %7lld", bins, num_hit);
    cr_assert(strstr(text, want), "%s", text);
    cr_assert(strstr(text, "not hit: from 0 VC 0 to 1 VC 0"), "%s", text);
    free(text);
    json_decref(json);
    end(&self);
}

Test(coverage, what_is_drawn_closes_it_on_a_router_that_is_right)
{
    static const char *const texts[] = {mesh_map, torus_map, table_map, own_map};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct device_map *map = map_of(texts[i]);
        struct coverage *self = closure_run(map, NULL, 100);
        if (!coverage_closed(self))
            coverage_print(self, stderr);
        cr_assert(coverage_closed(self), "map %zu", i);
        coverage_free(self);
        device_map_free(map);
    }
}

Test(coverage, bins_that_a_device_cannot_reach_are_given_up)
{
    // With a buffer of one flit, its sender hears of room too late for two flits in a row.
    struct err err = {0};
    struct device_map *map = map_of(crossbar_map);
    struct stimulus stimulus = {0};
    struct coverage *self = closure_run(map, NULL, 1000);
    cr_assert(!coverage_closed(self));
    for (uint32_t g = 0; g < COVERAGE_NUM_GROUPS; g++)
        cr_assert_eq(self->bins[g].allowed - self->bins[g].hit, g == COVERAGE_FOLLOWED ? 4 : 0);
    cr_assert(!stimulus_draw_hole(map, self, 1, &stimulus, &err) && err.status == ERR_NONE);
    json_t *json = coverage_json(self);
    cr_assert_eq(json_integer_value(json_object_get(json, "sought_in_vain")), 4);
    json_decref(json);
    stimulus_free(&stimulus);
    coverage_free(self);
    device_map_free(map);
}
