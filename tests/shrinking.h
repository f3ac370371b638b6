// SPDX-License-Identifier: Apache-2.0
// Workbenches around the small router of bench_device.h, and stimuli that are much too large for
// what they find.
#ifndef ORDITO_TESTS_SHRINKING_H
#define ORDITO_TESTS_SHRINKING_H

#include "sim/workbench/workbench.h"
#include "tests/bench_device.h"
#include "tests/bench_map.h"

// Opens a workbench by hand: a map, and the small router with a fault.
void shrinking_open(struct workbench *bench, const struct bench_map *asked,
                    const struct bench_plant *plant);

// Packets from everywhere to everywhere, with pauses, stalls and resets.
void shrinking_draw(const struct workbench *bench, uint64_t seed, struct stimulus *stimulus);

// Plays it, and tells what it finds.
struct failure shrinking_play(struct workbench *bench, const struct stimulus *stimulus);

// The stimulus as text, to be freed.
char *shrinking_text(const struct workbench *bench, const struct stimulus *stimulus);

#endif
