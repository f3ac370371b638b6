// SPDX-License-Identifier: Apache-2.0
// The project's own RTL as a user's: it is the C reference in every cycle, at every position, under
// every mode, and a network of it, too. With ORDITO_CROSS=all in the environment (make cross), of
// more designs.
#include "sim/workbench/device_reference.h"
#include "sim/workbench/device_rtl.h"
#include "sim/workbench/exact.h"
#include "sim/workbench/stimulus_draw.h"
#include "tests/own_router.h"

#include <criterion/criterion.h>
#include <stdlib.h>

// Plays a stimulus of each kind at a position on both; gives the cycles.
static uint64_t compare(const struct device_map *map, struct device *device,
                        struct device *reference, uint32_t run, const char *what)
{
    const struct device_spec *spec = device_map_spec(map);
    const struct stimulus_kind *kind = &stimulus_kinds[run % stimulus_num_kinds];
    struct stimulus stimulus = {.mode = spec->modes[run % spec->num_modes],
                                .position = run % spec->num_positions};
    struct err err = {0};
    uint64_t cycles = 0;
    if (stimulus_kind_applies(kind, map)) {
        cr_assert(stimulus_draw(kind, map, run, &stimulus, &err), "%s", err.text);
        struct exact *exact = exact_new(map, reference, &stimulus, &err);
        cr_assert_not_null(exact, "%s", err.text);
        struct play_checker checker = exact_checker(exact);
        struct play_result result;
        cr_assert(play(map, device, &stimulus, &checker, 1, &result, &err), "%s", err.text);
        cr_assert(!result.failure.found, "%s, %s, run %u: cycle %lu: %s", what, kind->name, run,
                  result.failure.cycle, result.failure.text);
        cycles = result.cycles;
        exact_free(exact);
    }
    stimulus_free(&stimulus);
    return cycles;
}

static void check(const struct own_router *own, uint32_t num_runs)
{
    char what[128];
    snprintf(what, sizeof what, "%s %s %ux%u, %u VCs of %u, pipeline %u, %s, %s%s",
             own->network ? "network" : "router", own->ring ? "torus" : "mesh", own->sides[0],
             own->sides[1], own->num_vcs, own->buffer_flits, own->design.pipeline,
             allocator_names[own->design.vc_allocator],
             allocator_names[own->design.switch_allocator],
             own->design.speculative ? ", speculative" : "");
    struct device_map *map = own_router_map(own);
    struct device device = {0}, reference = {0};
    struct err err = {0};
    cr_assert(device_rtl_open(&device, map, &(struct device_rtl_options){.quiet = true}, &err),
              "%s: %s", what, err.text);
    cr_assert(device_reference_open(&reference, map, &err), "%s: %s", what, err.text);
    uint64_t cycles = 0;
    for (uint32_t run = 0; run < num_runs; run++)
        cycles += compare(map, &device, &reference, run, what);
    cr_assert(cycles > num_runs * 100);
    device_free(&device);
    device_free(&reference);
    device_map_free(map);
}

#define SEPARABLE(pipeline)                                                                        \
    {                                                                                              \
        pipeline, false, ALLOCATOR_SEPARABLE, ALLOCATOR_SEPARABLE, 1, 0                            \
    }

static const struct own_router designs[] = {
    {false, false, {4, 3}, 2, 4, SEPARABLE(1)},
    {true, false, {2, 2}, 2, 3, SEPARABLE(1)},
    // The rest only in make cross
    {true, true, {3, 3}, 2, 3, {3, true, ALLOCATOR_MATRIX, ALLOCATOR_SEPARABLE, 1, 0}},
    {false, true, {4, 5}, 2, 4, SEPARABLE(2)},
    {false, false, {4, 4}, 1, 8, SEPARABLE(2)},
    {false, true, {5, 3}, 4, 5, SEPARABLE(3)},
    {false, false, {3, 3}, 4, 2, {4, false, ALLOCATOR_ISLIP, ALLOCATOR_ISLIP, 2, 0}},
    {false, false, {5, 3}, 3, 6, {3, true, ALLOCATOR_WAVEFRONT, ALLOCATOR_MATRIX, 1, 0}},
    {false, true, {3, 6}, 2, 12, {4, true, ALLOCATOR_SEPARABLE, ALLOCATOR_WAVEFRONT, 1, 0}},
    {true, false, {4, 3}, 1, 2, SEPARABLE(1)},
    {true, false, {3, 4}, 3, 4, {4, true, ALLOCATOR_ISLIP, ALLOCATOR_SEPARABLE, 3, 0}},
};

Test(exact_rtl, own_rtl_is_the_reference_in_every_cycle)
{
    const char *cross = getenv("ORDITO_CROSS");
    size_t num = cross && !strcmp(cross, "all") ? sizeof designs / sizeof *designs : 2;
    for (size_t d = 0; d < num; d++)
        check(&designs[d], 60);
}
