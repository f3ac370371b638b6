// SPDX-License-Identifier: Apache-2.0
// The workbench: a device with its map, and one try of a stimulus on it with all that is claimed
// checked. Campaign, shrinking and replays all go by workbench_try.
//
// Owner: who zero-initialises a `struct workbench` calls workbench_close, whatever happened.
#ifndef ORDITO_SIM_WORKBENCH_WORKBENCH_H
#define ORDITO_SIM_WORKBENCH_WORKBENCH_H

#include "sim/err.h"
#include "sim/workbench/coverage.h"
#include "sim/workbench/device.h"
#include "sim/workbench/device_map.h"
#include "sim/workbench/play.h"
#include "sim/workbench/scoreboard.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct workbench_asked {
    const char *map;
    const char *rtl; // or NULL
    const char *top; // or NULL
    const struct device_map_change *changes;
    uint32_t num_changes;
    uint32_t claims; // enum device_claim that are checked; 0: those of the map
    bool coverage;   // of the RTL's lines and toggles
    bool waves;      // device_ops.wave will be used
    bool quiet;
};

struct workbench {
    struct device_map *map;
    const struct device_spec *spec;
    struct device rtl;
    struct device reference;   // ops NULL where the map has none
    struct coverage *coverage; // of the tries that ask for it
    struct scoreboard_measures measures;
    uint32_t claims;
    struct workbench_asked asked;
};

bool workbench_open(struct workbench *self, const struct workbench_asked *asked, struct err *err);
void workbench_close(struct workbench *self);

struct workbench_try {
    bool function_only;             // not compared with the reference, whatever is claimed
    bool covered;                   // adds to coverage and measures
    FILE *story;                    // of a failure; or NULL
    const struct play_checker *own; // one more; or NULL
};

// False only if it cannot be run. `result->failure` tells what was found.
bool workbench_try(struct workbench *self, const struct stimulus *stimulus,
                   const struct workbench_try *how, struct play_result *result, struct err *err);

#endif
