// SPDX-License-Identifier: Apache-2.0
// The scoreboard on small routers of any shape under any traffic: silent where they are right, and
// naming the rule that a planted fault breaks.
#include "sim/rng.h"
#include "tests/bench_map.h"
#include "tests/scored.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

// Any small router.
struct shape {
    struct bench_map map;
    enum switching mode;
    char modes[40];
    char more[120];
};

static void draw_shape(struct shape *shape, uint64_t seed)
{
    static const enum switching modes[] = {SWITCHING_WORMHOLE, SWITCHING_VIRTUAL_CUT_THROUGH,
                                           SWITCHING_STORE_AND_FORWARD};
    struct rng rng = rng_make(seed, RNG_VALIDATE, 1);
    *shape = (struct shape){.mode = modes[rng_below(&rng, 3)]};
    struct bench_map *map = &shape->map;
    map->network = rng_below(&rng, 4) == 0;
    map->num_ports = 2 + (uint32_t)rng_below(&rng, 5);
    map->num_vcs = 1 + (uint32_t)rng_below(&rng, 4);
    map->in = (enum device_flow)rng_below(&rng, 3);
    map->out = (enum device_flow)rng_below(&rng, 3);
    map->in_buffer_flits = 4 + (uint32_t)rng_below(&rng, 5);
    map->out_buffer_flits = 4 + (uint32_t)rng_below(&rng, 5);
    map->react_cycles = 1 + (uint32_t)rng_below(&rng, 2);
    map->one_credit = rng_below(&rng, 3) == 0;
    // Where VCs can stop each other, a router that is right can lock up.
    map->shared = map->held = map->num_vcs == 1;
    map->content_bits = rng_below(&rng, 2) ? 1 + (uint32_t)rng_below(&rng, 4) : 20;
    map->max_flits = 1 + (uint32_t)rng_below(&rng, 10);
    bool same = rng_below(&rng, 2);
    bool in_order = map->num_vcs == 1 || same;
    snprintf(shape->modes, sizeof shape->modes, "{%s: 0}", switching_names[shape->mode]);
    snprintf(shape->more, sizeof shape->more,
             "vc: %s\nclaims: [%s]\nlimits: {patience_cycles: 200}\n", same ? "same" : "any",
             in_order && rng_below(&rng, 2) ? "flow-order" : "");
    map->modes = shape->modes;
    map->more = shape->more;
}

struct bench_draw {
    uint32_t packets;
    uint32_t cycles; // in which they begin
    uint32_t pauses;
    uint32_t stalls;
    uint32_t resets;
    uint32_t contents; // different ones; 0: all differ
};

static struct stimulus_quiet draw_quiet(struct rng *rng, const struct device_spec *spec,
                                        uint32_t cycles)
{
    uint64_t from = rng_below(rng, cycles + 1);
    return (struct stimulus_quiet){
        .from_cycle = from,
        .to_cycle = from + rng_below(rng, 60),
        .port = (uint32_t)rng_below(rng, spec->num_ports),
        .vcs = (uint16_t)(1 + rng_below(rng, (1U << spec->num_vcs) - 1)),
    };
}

static void draw_stimulus(struct stimulus *stimulus, const struct device_map *map,
                          enum switching mode, const struct bench_draw *draw, uint64_t seed)
{
    const struct device_spec *spec = device_map_spec(map);
    struct rng rng = rng_make(seed, RNG_VALIDATE, 0);
    struct err err = {0};
    stimulus->mode = mode;
    stimulus->seed = seed;
    stimulus->last_cycle = 100000;
    uint32_t most = device_spec_max_flits(spec, mode);
    while (stimulus->num_packets < draw->packets) {
        struct stimulus_packet packet = {
            .cycle = rng_below(&rng, draw->cycles + 1),
            .port = (uint32_t)rng_below(&rng, spec->num_ports),
            .vc = (uint32_t)rng_below(&rng, spec->num_vcs),
            .to = (uint32_t)rng_below(&rng, spec->num_destinations),
            .flits = spec->min_flits + (uint32_t)rng_below(&rng, most - spec->min_flits + 1),
            .content = draw->contents ? (uint32_t)rng_below(&rng, draw->contents)
                                      : (uint32_t)stimulus->num_packets,
        };
        if (device_map_route(map, stimulus, packet.port, packet.vc, packet.to).ports)
            cr_assert(stimulus_add_packet(stimulus, packet, &err));
    }
    for (uint32_t i = 0; i < draw->pauses; ++i)
        cr_assert(stimulus_add_pause(stimulus, draw_quiet(&rng, spec, draw->cycles), &err));
    for (uint32_t i = 0; i < draw->stalls; ++i)
        cr_assert(stimulus_add_stall(stimulus, draw_quiet(&rng, spec, draw->cycles), &err));
    for (uint32_t i = 0; i < draw->resets; ++i)
        cr_assert(stimulus_add_reset(
            stimulus, (i + 1) * draw->cycles / (draw->resets + 1) + rng_below(&rng, 5), &err));
}

static struct bench_draw any_draw(uint64_t seed)
{
    struct rng rng = rng_make(seed, RNG_VALIDATE, 2);
    uint32_t cycles = 1 + (uint32_t)rng_below(&rng, 300);
    return (struct bench_draw){
        .packets = 1 + (uint32_t)rng_below(&rng, 100),
        .cycles = cycles,
        .pauses = (uint32_t)rng_below(&rng, 10),
        .stalls = (uint32_t)rng_below(&rng, 10),
        .resets = rng_below(&rng, 4) ? 0 : 1 + (uint32_t)rng_below(&rng, 3),
        .contents = rng_below(&rng, 2) ? 0 : 1 + (uint32_t)rng_below(&rng, 4),
    };
}

// Every shape and stimulus of a plant until `runs` are over: how often which rule was broken.
static void count_rules(const struct bench_plant *plant, uint32_t shapes, uint32_t counts[])
{
    for (uint64_t shape_seed = 0; shape_seed < shapes; ++shape_seed) {
        struct shape shape;
        draw_shape(&shape, shape_seed);
        shape.map.network = false;
        shape.map.content_bits = 20;
        struct device_map *map = bench_map(&shape.map);
        for (uint64_t seed = 0; seed < 4; ++seed) {
            struct stimulus stimulus = {0};
            struct bench_draw draw = any_draw(1000 * shape_seed + seed);
            draw_stimulus(&stimulus, map, shape.mode, &draw, seed);
            struct outcome outcome = scored_run(map, plant, &stimulus);
            if (outcome.result.failure.found) {
                ++counts[outcome.result.failure.rule];
                cr_assert(outcome.result.failure.text[0]);
            }
            stimulus_free(&stimulus);
        }
        device_map_free(map);
    }
}

Test(scoreboard_random, planted_faults_are_found_and_named_by_the_rule_that_they_break)
{
    static const struct {
        enum bench_fault fault;
        enum failure_rule rule;
        uint32_t percent; // of the failures, at least
    } rows[] = {
        {BENCH_LOSE_TAIL, RULE_DELIVERED, 90},
        {BENCH_LOSE_BODY, RULE_DELIVERED, 95},
        {BENCH_LOSE_PACKET, RULE_DELIVERED, 80},
        {BENCH_DOUBLE_FLIT, RULE_ONCE, 90},
        {BENCH_FLIP_BIT, RULE_INTACT, 98},
        {BENCH_SWAP_FLITS, RULE_ORDER, 90},
        {BENCH_WRONG_PORT, RULE_ROUTE, 98},
        {BENCH_WRONG_VC, RULE_VC, 95},
        {BENCH_INTERLEAVE, RULE_INTERLEAVE, 95},
        {BENCH_OVERTAKE, RULE_FLOW_ORDER, 95},
        {BENCH_KEEP_VC, RULE_DEADLOCK, 98},
        {BENCH_FORGET_CREDIT, RULE_CREDITS, 98},
        {BENCH_DOUBLE_CREDIT, RULE_BACKWARD, 95},
        {BENCH_WRONG_CREDIT, RULE_BACKWARD, 95},
        {BENCH_LOSE_ROOM, RULE_DEADLOCK, 95},
        {BENCH_IGNORE_ROOM, RULE_FORWARD, 50}, // or timely, held: the same seen elsewhere
        {BENCH_LATE_OFF, RULE_DELIVERED,
         30}, // much is lost at once, and shows as what is seen first
        {BENCH_WITHDRAW, RULE_HELD, 98},
        {BENCH_CHANGE_HELD, RULE_HELD, 40}, // intact where flits need not be held
        {BENCH_DEADLOCK, RULE_DEADLOCK, 95},
        {BENCH_EARLY, RULE_TIMELY, 98},
        {BENCH_LEFTOVER, RULE_QUIET, 95},
        {BENCH_STALE_CREDITS, RULE_DEADLOCK, 95},
        {BENCH_RESET_VALID, RULE_QUIET, 98},
        {BENCH_WRONG_TYPE, RULE_ENCODING, 98},
        {BENCH_BAD_VC, RULE_ENCODING, 98},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; ++i) {
        struct bench_plant plant = {.fault = rows[i].fault, .in_port = BENCH_ANY, .after = 10};
        uint32_t counts[FAILURE_NUM_RULES] = {0};
        count_rules(&plant, 60, counts);
        uint32_t all = 0;
        for (uint32_t rule = 0; rule < FAILURE_NUM_RULES; ++rule)
            all += counts[rule];
        uint32_t named = counts[rows[i].rule];
        cr_expect(all > 0 && named * 100 >= all * rows[i].percent,
                  "%s: %u of %u failures are of rule %s", bench_fault_names[rows[i].fault], named,
                  all, failure_rule_names[rows[i].rule]);
    }
}

Test(scoreboard_random, a_right_router_breaks_no_rule_whatever_it_is_and_whatever_is_done_to_it)
{
    for (uint64_t shape_seed = 0; shape_seed < 200; ++shape_seed) {
        struct shape shape;
        draw_shape(&shape, shape_seed);
        struct device_map *map = bench_map(&shape.map);
        for (uint64_t seed = 0; seed < 20; ++seed) {
            struct stimulus stimulus = {0};
            struct bench_draw draw = any_draw(1000 * shape_seed + seed);
            draw_stimulus(&stimulus, map, shape.mode, &draw, seed);
            struct outcome outcome = scored_run(map, NULL, &stimulus);
            cr_assert(!outcome.result.failure.found, "shape %llu, seed %llu: %s\n%s\n%s",
                      (unsigned long long)shape_seed, (unsigned long long)seed,
                      failure_rule_names[outcome.result.failure.rule], outcome.result.failure.text,
                      outcome.story);
            cr_assert(outcome.result.cycles < 20000, "shape %llu, seed %llu",
                      (unsigned long long)shape_seed, (unsigned long long)seed);
            if (draw.resets == 0)
                cr_assert_eq(outcome.measures.packets, draw.packets);
            stimulus_free(&stimulus);
        }
        device_map_free(map);
    }
}
