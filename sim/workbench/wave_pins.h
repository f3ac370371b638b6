// SPDX-License-Identifier: Apache-2.0
// The list of signals beside a wave of a user's RTL, as a save file of GTKWave: port by port what
// comes and goes on the pins of the link, under the map's names.
#ifndef ORDITO_SIM_WORKBENCH_WAVE_PINS_H
#define ORDITO_SIM_WORKBENCH_WAVE_PINS_H

#include "sim/workbench/workbench.h"

// For the file wave.fst beside it, beginning with a cycle, and with a mark at another.
void wave_pins_write(const struct workbench *bench, uint64_t from_cycle, uint64_t marked_cycle,
                     FILE *to);

#endif
