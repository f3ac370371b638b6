// SPDX-License-Identifier: Apache-2.0
// A stimulus on the small router of bench_device.h, looked at by the scoreboard.
#ifndef ORDITO_TESTS_SCORED_H
#define ORDITO_TESTS_SCORED_H

#include "sim/workbench/scoreboard.h"
#include "tests/bench_device.h"

struct outcome {
    struct play_result result;
    struct scoreboard_measures measures;
    char story[8192];
};

// `plant` NULL: the router is right.
struct outcome scored_run(const struct device_map *map, const struct bench_plant *plant,
                          const struct stimulus *stimulus);

// Adds a packet, whose content is its number.
void scored_add(struct stimulus *stimulus, struct stimulus_packet packet);

#endif
