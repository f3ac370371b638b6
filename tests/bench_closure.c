// SPDX-License-Identifier: Apache-2.0
#include "tests/bench_closure.h"

#include "sim/workbench/stimulus_draw.h"

#include <criterion/criterion.h>

// Flits in the device.
static void count_flits(void *self, const struct play_cycle *cycle, struct failure *failure)
{
    int64_t *inside = self;
    (void)failure;
    if (cycle->phase != DEVICE_RUN)
        *inside = 0;
    *inside += __builtin_popcountll(cycle->taken) - __builtin_popcountll(cycle->given);
}

static bool some_inside(const void *self)
{
    return *(const int64_t *)self > 0;
}

static void end(void *self, struct failure *failure)
{
    (void)self;
    (void)failure;
}

struct play_result closure_play(const struct device_map *map, struct device *device,
                                const struct stimulus *stimulus, struct coverage *coverage)
{
    int64_t inside = 0;
    struct err err = {0};
    struct play_result result;
    struct play_checker checkers[2] = {
        {.cycle = count_flits, .waits = some_inside, .end = end, .self = &inside}};
    if (coverage)
        checkers[1] = coverage_begin(coverage, stimulus);
    cr_assert(play(map, device, stimulus, checkers, coverage ? 2 : 1, &result, &err), "%s",
              err.text);
    if (coverage)
        coverage_end(coverage);
    return result;
}

struct coverage *closure_run(const struct device_map *map, const struct bench_plant *plant,
                             uint32_t most_holes)
{
    const struct device_spec *spec = device_map_spec(map);
    struct err err = {0};
    struct device device;
    struct bench_link link = bench_map_link(map);
    struct coverage *coverage = coverage_new(map, &err);
    cr_assert(coverage, "%s", err.text);
    bench_device_open(&device, &link, plant);
    for (size_t k = 0; k < stimulus_num_kinds; k++)
        for (uint32_t m = 0; m < spec->num_modes; m++) {
            struct stimulus stimulus = {.mode = spec->modes[m],
                                        .position = (uint32_t)k * 7 % spec->num_positions};
            if (!stimulus_kind_applies(&stimulus_kinds[k], map))
                continue;
            cr_assert(stimulus_draw(&stimulus_kinds[k], map, k, &stimulus, &err), "%s", err.text);
            closure_play(map, &device, &stimulus, coverage);
            stimulus_free(&stimulus);
        }
    for (uint32_t i = 0; i < most_holes && !coverage_closed(coverage); i++) {
        struct stimulus stimulus = {0};
        bool drawn = stimulus_draw_hole(map, coverage, i, &stimulus, &err);
        cr_assert_eq(err.status, ERR_NONE, "%s", err.text);
        if (drawn)
            closure_play(map, &device, &stimulus, coverage);
        stimulus_free(&stimulus);
        if (!drawn)
            break;
    }
    device_free(&device);
    return coverage;
}
