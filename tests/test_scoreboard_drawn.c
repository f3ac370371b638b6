// SPDX-License-Identifier: Apache-2.0
// The scoreboard on the C reference, which is right: stimuli of all kinds, routers and networks.
#include "sim/workbench/device_reference.h"
#include "sim/workbench/scoreboard.h"
#include "sim/workbench/stimulus_draw.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define LINK                                                                                       \
    "top: bench\nclock: clk\nreset: rst\n"                                                         \
    "in: {valid: \"iv{port}\", flit: \"if{port}\", credit: \"ic{port}\"}\n"                        \
    "out: {valid: \"ov{port}\", flit: \"of{port}\", credit: \"oc{port}\"}\n"                       \
    "vcs: 2\nflow: {in: {buffer_flits: 4}}\npacket: {max_flits: 8}\n"                              \
    "limits: {patience_cycles: 300}\n"                                                             \
    "modes: {wormhole: 2, virtual-cut-through: 1, store-and-forward: 0}\n"

#define GRID                                                                                       \
    "device: router\nports: [local, east, west, north, south]\n" LINK                              \
    "flit: {bits: %d, head: 0, tail: 1, vc: {at: 2}, destination: {x: \"6:3\", y: \"10:7\"}}\n"    \
    "ties: {x: \"{x}\", y: \"{y}\"}\n"

#define PORTS "ports: {local: local, x+: east, x-: west, y+: north, y-: south}"

#define NETWORK                                                                                    \
    "device: network\nports: 12\n" LINK                                                            \
    "flit: {bits: %d, head: 0, tail: 1, vc: {at: 2}, destination: {address: \"6:3\"}}\n"

static const char *const maps[] = {
    GRID "routing: {kind: dimension-order, dims: [4, 3], " PORTS "}\n"
         "reference: {router: {pipeline: 1}}\n",
    GRID "routing: {kind: dimension-order, dims: [2, 3], " PORTS "}\n"
         "reference: {router: {pipeline: 3, speculative: true}}\n",
    GRID "routing: {kind: dimension-order, ring: true, dims: [3, 5], " PORTS "}\nvc: dateline\n"
         "reference: {router: {pipeline: 3, vcs: 2, buffer_flits: 4}}\n",
    GRID "routing: {kind: minimal, dims: [4, 4], " PORTS "}\n"
         "reference: {router: {routing: west-first, pipeline: 4}}\n",
    NETWORK "routing: {kind: terminal, dims: [4, 3]}\n"
            "reference: {router: {pipeline: 2}, channel: {latency_cycles: 3}}\n",
};

static void check(const struct device_map *map, const struct stimulus *stimulus, const char *kind,
                  struct scoreboard_measures *measures)
{
    struct err err = {0};
    struct device device = {0};
    struct play_result result;
    cr_assert(device_reference_open(&device, map, &err), "%s", err.text);
    struct scoreboard *board = scoreboard_new(map, stimulus, &err);
    cr_assert(board, "%s", err.text);
    struct play_checker checker = scoreboard_checker(board);
    cr_assert(play(map, &device, stimulus, &checker, 1, &result, &err), "%s", err.text);
    if (result.failure.found)
        scoreboard_story(board, &result.failure, stderr);
    cr_assert(!result.failure.found, "%s, seed %llu, %s: %s", kind,
              (unsigned long long)stimulus->seed, failure_rule_names[result.failure.rule],
              result.failure.text);
    scoreboard_measures_add(measures, board);
    scoreboard_free(board);
    device_free(&device);
}

Test(scoreboard_drawn, no_stimulus_makes_the_reference_break_a_rule)
{
    for (size_t m = 0; m < sizeof maps / sizeof *maps; ++m)
        for (int bits = 12; bits <= 32; bits += 20) {
            char text[2048];
            snprintf(text, sizeof text, maps[m], bits);
            struct err err = {0};
            struct device_map *map =
                device_map_read(scratch_file("drawn.yaml", text), NULL, NULL, NULL, 0, &err);
            cr_assert(map, "%s", err.text);
            const struct device_spec *spec = device_map_spec(map);
            struct scoreboard_measures measures = {0};
            for (size_t kind = 0; kind < stimulus_num_kinds; ++kind)
                for (uint64_t seed = 0; seed < 3; ++seed) {
                    struct stimulus stimulus = {
                        .mode = spec->modes[seed % spec->num_modes],
                        .position = (uint32_t)((seed + kind) % spec->num_positions)};
                    if (!stimulus_kind_applies(&stimulus_kinds[kind], map))
                        continue;
                    cr_assert(stimulus_draw(&stimulus_kinds[kind], map, seed, &stimulus, &err),
                              "%s", err.text);
                    check(map, &stimulus, stimulus_kinds[kind].name, &measures);
                    stimulus_free(&stimulus);
                }
            cr_assert(measures.packets > 1000);
            device_map_free(map);
        }
}
