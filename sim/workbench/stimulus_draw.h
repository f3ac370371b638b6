// SPDX-License-Identifier: Apache-2.0
// Stimuli: directed corner cases, and constrained random ones by profile.
//
// What is drawn is legal for the map's specification, and follows from kind, seed, mode and
// position alone.
#ifndef ORDITO_SIM_WORKBENCH_STIMULUS_DRAW_H
#define ORDITO_SIM_WORKBENCH_STIMULUS_DRAW_H

#include "sim/err.h"
#include "sim/workbench/coverage.h"
#include "sim/workbench/device_map.h"
#include "sim/workbench/stimulus.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scene;            // stimulus_draw_scene.h
struct stimulus_profile; // stimulus_draw_profile.h

// A kind of stimulus.
struct stimulus_kind {
    const char *name;
    const char *text; // what it is for, for help and reports
    bool directed;    // a corner case: the seed only chooses what it visits where a device has more
                      // ports, VCs or destinations than one run can visit
    bool (*applies)(const struct device_spec *spec); // NULL: always
    // One of these
    void (*draw)(struct scene *scene);
    const struct stimulus_profile *profile;
};

extern const struct stimulus_kind stimulus_kinds[];
extern const size_t stimulus_num_kinds;

// True if the kind makes sense for a device.
bool stimulus_kind_applies(const struct stimulus_kind *kind, const struct device_map *map);

// Draws a stimulus into `stimulus`, of which the caller has set mode and position, and nothing else
// (and which is freed by stimulus_free whatever happens). Sets its seed to `seed`.
bool stimulus_draw(const struct stimulus_kind *kind, const struct device_map *map, uint64_t seed,
                   struct stimulus *stimulus, struct err *err);

// Draws a stimulus that aims at bins that are not hit yet, mode and position included, and notes in
// `coverage` which were sought. False with no error: there is no way to them that it knows, or all
// were sought in vain often enough.
bool stimulus_draw_hole(const struct device_map *map, struct coverage *coverage, uint64_t seed,
                        struct stimulus *stimulus, struct err *err);

#endif
