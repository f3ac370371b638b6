// SPDX-License-Identifier: Apache-2.0
// What coverage keeps over runs, for what draws stimuli that fill its holes.
#ifndef ORDITO_SIM_WORKBENCH_COVERAGE_STATE_H
#define ORDITO_SIM_WORKBENCH_COVERAGE_STATE_H

#include "sim/workbench/coverage.h"
#include "sim/workbench/coverage_bins.h"
#include "sim/workbench/coverage_watch.h"

struct coverage {
    const struct device_map *map;
    const struct device_spec *spec;
    struct coverage_bins bins[COVERAGE_NUM_GROUPS];
    uint32_t crowd[DEVICE_MAX_PORTS]; // input ports that lead to an output port, at most
    uint64_t quickest_cycles[DEVICE_MAX_MODES];
    struct watch watch;
    uint64_t runs;
};

#endif
