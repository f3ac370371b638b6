// SPDX-License-Identifier: Apache-2.0
// Cycle-exact comparison: the C reference gets the input pins of the device under validation, and
// its outputs must be the same in every cycle.
#ifndef ORDITO_SIM_WORKBENCH_EXACT_H
#define ORDITO_SIM_WORKBENCH_EXACT_H

#include "sim/workbench/device.h"
#include "sim/workbench/play.h"

struct exact;

// For one run. `reference` is begun by it, and used by nobody else meanwhile.
struct exact *exact_new(const struct device_map *map, struct device *reference,
                        const struct stimulus *stimulus, struct err *err);
void exact_free(struct exact *self);
struct play_checker exact_checker(struct exact *self);

#endif
