// SPDX-License-Identifier: Apache-2.0
// Stimuli: directed corner cases, and constrained random ones by profile.
#ifndef ORDITO_SIM_WORKBENCH_STIMULUS_DRAW_H
#define ORDITO_SIM_WORKBENCH_STIMULUS_DRAW_H

#include "sim/err.h"
#include "sim/workbench/coverage.h"
#include "sim/workbench/device_map.h"
#include "sim/workbench/stimulus.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A kind of stimulus. `mode` and `position` of the stimulus are set by the caller; what is drawn
// follows from these and `seed` alone, and is legal for the map's spec.
struct stimulus_kind {
    const char *name;
    const char *text;                              // what it is for, for help and reports
    bool directed;                                 // the same for every seed
    bool (*applies)(const struct device_map *map); // NULL: always
    bool (*draw)(const struct device_map *map, uint64_t seed, struct stimulus *stimulus,
                 struct err *err);
};

extern const struct stimulus_kind *const stimulus_kinds[];
extern const size_t stimulus_num_kinds;

// A stimulus that aims at bins that are not hit yet. False with no error: there is no way to them
// that it knows.
bool stimulus_draw_hole(const struct device_map *map, const struct coverage *coverage,
                        uint64_t seed, struct stimulus *stimulus, struct err *err);

#endif
