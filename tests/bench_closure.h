// SPDX-License-Identifier: Apache-2.0
// Runs on the small router of bench_device.h for tests of drawing and coverage.
#ifndef ORDITO_TESTS_BENCH_CLOSURE_H
#define ORDITO_TESTS_BENCH_CLOSURE_H

#include "sim/workbench/coverage.h"
#include "sim/workbench/play.h"
#include "tests/bench_device.h"

// Plays a stimulus until every flit has left the device, with coverage unless it is NULL. The test
// fails if it cannot be played.
struct play_result closure_play(const struct device_map *map, struct device *device,
                                const struct stimulus *stimulus, struct coverage *coverage);

// Every kind of stimulus under every mode, and then `most_holes` that aim at what was not hit, or
// fewer if nothing is left.
struct coverage *closure_run(const struct device_map *map, const struct bench_plant *plant,
                             uint32_t most_holes);

#endif
