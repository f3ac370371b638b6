// SPDX-License-Identifier: Apache-2.0
#include "tests/shrinking.h"

#include "sim/rng.h"

#include <criterion/criterion.h>

enum { PACKETS = 120, QUIETS = 6, RESETS = 2, CYCLES = 400 };

void shrinking_open(struct workbench *bench, const struct bench_map *asked,
                    const struct bench_plant *plant)
{
    *bench = (struct workbench){.map = bench_map(asked)};
    bench->spec = device_map_spec(bench->map);
    bench->claims = bench->spec->claims;
    bench->asked = (struct workbench_asked){.map = device_map_rtl(bench->map).map, .quiet = true};
    struct bench_link link = bench_map_link(bench->map);
    bench_device_open(&bench->rtl, &link, plant);
}

static struct stimulus_quiet draw_quiet(const struct device_spec *spec, struct rng *rng)
{
    uint64_t from = rng_below(rng, CYCLES);
    return (struct stimulus_quiet){.from_cycle = from,
                                   .to_cycle = from + rng_below(rng, 40),
                                   .port = (uint32_t)rng_below(rng, spec->num_ports),
                                   .vcs = (uint16_t)((1U << spec->num_vcs) - 1)};
}

void shrinking_draw(const struct workbench *bench, uint64_t seed, struct stimulus *stimulus)
{
    const struct device_spec *spec = bench->spec;
    struct rng rng = rng_make(seed, RNG_VALIDATE, 0);
    struct err err = {0};
    *stimulus = (struct stimulus){.mode = spec->modes[0], .seed = seed, .last_cycle = 20 * CYCLES};
    uint32_t most = device_spec_max_flits(spec, stimulus->mode);
    bool good = true;
    for (uint32_t i = 0; i < PACKETS; i++) {
        struct stimulus_packet packet = {
            .cycle = rng_below(&rng, CYCLES),
            .port = (uint32_t)rng_below(&rng, spec->num_ports),
            .vc = (uint32_t)rng_below(&rng, spec->num_vcs),
            .to = (uint32_t)rng_below(&rng, spec->num_destinations),
            .flits = spec->min_flits + (uint32_t)rng_below(&rng, most - spec->min_flits + 1),
            .content = (uint32_t)rng_next(&rng)};
        if (device_map_route(bench->map, stimulus, packet.port, packet.vc, packet.to).ports)
            good = good && stimulus_add_packet(stimulus, packet, &err);
    }
    for (uint32_t i = 0; i < QUIETS; i++)
        good = good && stimulus_add_pause(stimulus, draw_quiet(spec, &rng), &err) &&
               stimulus_add_stall(stimulus, draw_quiet(spec, &rng), &err);
    for (uint32_t i = 0; i < RESETS; i++)
        good = good && stimulus_add_reset(stimulus, (i + 1) * CYCLES / (RESETS + 1), &err);
    cr_assert(good, "%s", err.text);
}

struct failure shrinking_play(struct workbench *bench, const struct stimulus *stimulus)
{
    const struct workbench_try how = {0};
    struct play_result result = {0};
    struct err err = {0};
    cr_assert(workbench_try(bench, stimulus, &how, &result, &err), "%s", err.text);
    return result.failure;
}

char *shrinking_text(const struct workbench *bench, const struct stimulus *stimulus)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    stimulus_write(stimulus, bench->spec, to);
    fclose(to);
    return text;
}
