// SPDX-License-Identifier: Apache-2.0
// What is drawn is legal, whatever the device; is the same for the same seed; and is played to the
// end by a device that is right.
#include "sim/rng.h"
#include "sim/workbench/stimulus_draw.h"
#include "tests/bench_closure.h"
#include "tests/bench_map.h"
#include "tests/device_maps.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUM_MAPS = 6, NUM_BENCHES = 8, SEEDS = 3, DRAWN = 16 };

static const char *const texts[NUM_MAPS] = {mesh_map,  torus_map,   crossbar_map,
                                            table_map, network_map, own_map};

static const struct bench_map benches[NUM_BENCHES] = {
    {.in = DEVICE_READY_VALID, .num_ports = 1, .num_vcs = 1},
    {.in = DEVICE_CREDIT, .out = DEVICE_ON_OFF, .num_ports = 5, .max_flits = 1},
    {.in = DEVICE_ON_OFF,
     .out = DEVICE_READY_VALID,
     .in_buffer_flits = 8,
     .slack_flits = 3,
     .min_flits = 3,
     .max_flits = 3},
    {.in = DEVICE_CREDIT,
     .out = DEVICE_CREDIT,
     .num_vcs = 16,
     .one_credit = true,
     .modes = "{store-and-forward: 0}"},
    {.network = true, .num_ports = 12, .in = DEVICE_CREDIT, .out = DEVICE_CREDIT},
    {.in = DEVICE_CREDIT, .out = DEVICE_CREDIT, .in_buffer_flits = 1, .out_buffer_flits = 1},
    {.in = DEVICE_CREDIT, .out = DEVICE_CREDIT, .num_ports = 2, .min_flits = 2, .max_flits = 4096},
    {.num_ports = 4,
     .in = DEVICE_ON_OFF,
     .out = DEVICE_ON_OFF,
     .in_buffer_flits = 8,
     .out_buffer_flits = 8,
     .react_cycles = 2},
};

static struct device_map *map_number(uint32_t i)
{
    return i < NUM_MAPS ? map_of(texts[i]) : bench_map(&benches[i - NUM_MAPS]);
}

static void draw(const struct stimulus_kind *kind, const struct device_map *map, uint32_t mode,
                 uint64_t seed, struct stimulus *stimulus)
{
    struct err err = {0};
    const struct device_spec *spec = device_map_spec(map);
    *stimulus = (struct stimulus){.mode = spec->modes[mode],
                                  .position = (uint32_t)(seed * 5) % spec->num_positions};
    cr_assert(stimulus_draw(kind, map, seed, stimulus, &err), "%s: %s", kind->name, err.text);
}

static char *written(const struct device_spec *spec, const struct stimulus *stimulus)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    stimulus_write(stimulus, spec, to);
    fclose(to);
    return text;
}

static void check_quiets(const struct device_spec *spec, const struct stimulus *stimulus,
                         const struct stimulus_quiet *quiets, size_t num)
{
    for (size_t i = 0; i < num; i++) {
        cr_assert_leq(quiets[i].from_cycle, quiets[i].to_cycle);
        cr_assert_lt(quiets[i].to_cycle, stimulus->last_cycle);
        cr_assert_lt(quiets[i].port, spec->num_ports);
        cr_assert(quiets[i].vcs && quiets[i].vcs < 1u << spec->num_vcs);
    }
}

static void check(const struct device_map *map, const char *name, const struct stimulus *stimulus)
{
    const struct device_spec *spec = device_map_spec(map);
    uint32_t most = device_spec_max_flits(spec, stimulus->mode);
    for (size_t i = 0; i < stimulus->num_packets; i++) {
        const struct stimulus_packet *packet = &stimulus->packets[i];
        cr_assert(packet->port < spec->num_ports && packet->vc < spec->num_vcs, "%s", name);
        cr_assert(packet->flits >= spec->min_flits && packet->flits <= most, "%s: %u flits", name,
                  packet->flits);
        cr_assert(device_map_route(map, stimulus, packet->port, packet->vc, packet->to).ports,
                  "%s: from %u to %u", name, packet->port, packet->to);
        cr_assert_lt(packet->cycle, stimulus->last_cycle);
    }
    check_quiets(spec, stimulus, stimulus->pauses, stimulus->num_pauses);
    check_quiets(spec, stimulus, stimulus->stalls, stimulus->num_stalls);
    for (size_t i = 0; i < stimulus->num_resets; i++)
        cr_assert(stimulus->resets[i] < stimulus->last_cycle &&
                  (i == 0 || stimulus->resets[i] > stimulus->resets[i - 1]));
    // What reads stimuli refuses those that do not suit a device.
    struct err err = {0};
    struct stimulus again = {0};
    char *text = written(spec, stimulus);
    FILE *from = fmemopen(text, strlen(text), "r");
    cr_assert(stimulus_read(&again, spec, from, name, 1, &err), "%s", err.text);
    cr_assert_eq(again.num_packets, stimulus->num_packets);
    fclose(from);
    stimulus_free(&again);
    free(text);
}

static void check_and_play(const struct device_map *map, struct device *device, const char *name,
                           struct stimulus *stimulus)
{
    check(map, name, stimulus);
    struct play_result result = closure_play(map, device, stimulus, NULL);
    cr_assert(!result.failure.found, "%s: %s", name, result.failure.text);
    cr_assert(stimulus->num_resets ? result.flits_out <= result.flits_in
                                   : result.flits_out == result.flits_in,
              "%s: %lu in, %lu out", name, result.flits_in, result.flits_out);
    cr_assert_leq(result.cycles, stimulus->last_cycle, "%s ends", name);
    stimulus_free(stimulus);
}

// All kinds, some seeds and modes each; and stimuli that aim at coverage, of which there is none.
static void check_map(const struct device_map *map, uint32_t seeds)
{
    const struct device_spec *spec = device_map_spec(map);
    struct bench_link link = bench_map_link(map);
    struct device device;
    struct stimulus stimulus;
    struct err err = {0};
    bench_device_open(&device, &link, NULL);
    for (size_t k = 0; k < stimulus_num_kinds; k++) {
        const struct stimulus_kind *kind = &stimulus_kinds[k];
        size_t packets = 0;
        for (uint64_t seed = 0; seed < seeds && stimulus_kind_applies(kind, map); seed++) {
            draw(kind, map, (uint32_t)seed % spec->num_modes, seed, &stimulus);
            packets += stimulus.num_packets;
            check_and_play(map, &device, kind->name, &stimulus);
        }
        cr_assert(packets || spec->num_ports < 2 || !stimulus_kind_applies(kind, map),
                  "%s sends something", kind->name);
    }
    struct coverage *coverage = coverage_new(map, &err);
    for (uint64_t seed = 0; seed < 3 * seeds; seed++) {
        stimulus = (struct stimulus){0};
        if (stimulus_draw_hole(map, coverage, seed, &stimulus, &err))
            check_and_play(map, &device, "hole", &stimulus);
        else
            stimulus_free(&stimulus);
        cr_assert_eq(err.status, ERR_NONE, "%s", err.text);
    }
    coverage_free(coverage);
    device_free(&device);
}

Test(stimulus_draw, what_is_drawn_is_legal_and_played_to_the_end)
{
    for (uint32_t m = 0; m < NUM_MAPS + NUM_BENCHES; m++) {
        struct device_map *map = map_number(m);
        check_map(map, SEEDS);
        device_map_free(map);
    }
}

Test(stimulus_draw, so_it_is_for_devices_that_are_drawn)
{
    static const char *const modes[] = {NULL, "{store-and-forward: 0}", "{virtual-cut-through: 1}",
                                        "{wormhole: 2, store-and-forward: 0}"};
    struct rng rng = rng_make(5, RNG_STIMULUS, 0);
    for (uint32_t i = 0; i < DRAWN; i++) {
        struct bench_map asked = {.network = rng_below(&rng, 3) == 0,
                                  .num_ports = 2 + (uint32_t)rng_below(&rng, 7),
                                  .num_vcs = 1 + (uint32_t)rng_below(&rng, 5),
                                  .in = (enum device_flow)rng_below(&rng, 3),
                                  .out = (enum device_flow)rng_below(&rng, 3),
                                  .in_buffer_flits = 4 + (uint32_t)rng_below(&rng, 12),
                                  .out_buffer_flits = 4 + (uint32_t)rng_below(&rng, 12),
                                  .react_cycles = 1 + (uint32_t)rng_below(&rng, 2),
                                  .one_credit = rng_below(&rng, 2),
                                  .min_flits = 1 + (uint32_t)rng_below(&rng, 2),
                                  .max_flits = 2 + (uint32_t)rng_below(&rng, 30),
                                  .modes = modes[rng_below(&rng, 4)]};
        struct device_map *map = bench_map(&asked);
        check_map(map, 1);
        device_map_free(map);
    }
}

Test(stimulus_draw, a_seed_draws_the_same_again_and_another_seed_something_else)
{
    struct device_map *map = map_of(own_map);
    const struct device_spec *spec = device_map_spec(map);
    for (size_t k = 0; k < stimulus_num_kinds; k++) {
        struct stimulus stimuli[3];
        char *text[3];
        for (uint32_t i = 0; i < 3; i++) {
            draw(&stimulus_kinds[k], map, 0, 16 * (i / 2), &stimuli[i]); // position 0
            text[i] = written(spec, &stimuli[i]);
        }
        cr_assert_str_eq(text[0], text[1], "%s", stimulus_kinds[k].name);
        cr_assert_str_neq(text[0], text[2], "%s", stimulus_kinds[k].name);
        for (uint32_t i = 0; i < 3; i++) {
            free(text[i]);
            stimulus_free(&stimuli[i]);
        }
    }
    device_map_free(map);
}

Test(stimulus_draw, kinds_have_names_of_their_own_and_one_way_to_be_drawn)
{
    for (size_t k = 0; k < stimulus_num_kinds; k++) {
        const struct stimulus_kind *kind = &stimulus_kinds[k];
        cr_assert(!kind->draw != !kind->profile && kind->directed == !kind->profile);
        cr_assert(kind->text && !strpbrk(kind->name, " \n"));
        for (size_t other = 0; other < k; other++)
            cr_assert_str_neq(kind->name, stimulus_kinds[other].name);
    }
}

Test(stimulus_draw, kinds_do_what_they_are_for)
{
    struct device_map *map = map_of(own_map);
    for (size_t k = 0; k < stimulus_num_kinds; k++) {
        struct stimulus stimulus;
        const char *name = stimulus_kinds[k].name;
        draw(&stimulus_kinds[k], map, 2, 1, &stimulus);
        cr_assert_eq(stimulus.num_resets > 0, strncmp(name, "reset", 5) == 0, "%s", name);
        uint32_t vcs = 0, shortest = UINT32_MAX, longest = 0;
        for (size_t i = 0; i < stimulus.num_packets; i++) {
            uint32_t flits = stimulus.packets[i].flits;
            vcs |= 1u << stimulus.packets[i].vc;
            shortest = flits < shortest ? flits : shortest;
            longest = flits > longest ? flits : longest;
        }
        if (strcmp(name, "single-vc") == 0)
            cr_assert(vcs == 1 || vcs == 2);
        if (strcmp(name, "shortest") == 0 || strcmp(name, "alone") == 0)
            cr_assert_eq(longest, 1);
        if (strcmp(name, "longest") == 0 || strcmp(name, "alone-long") == 0)
            cr_assert_eq(longest, 8);
        if (strcmp(name, "back-pressure") == 0 || strcmp(name, "brim") == 0)
            cr_assert(stimulus.num_stalls);
        if (strcmp(name, "stop-and-go") == 0 || strcmp(name, "pause-offsets") == 0)
            cr_assert(stimulus.num_pauses);
        stimulus_free(&stimulus);
    }
    device_map_free(map);
}
