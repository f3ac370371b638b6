// SPDX-License-Identifier: Apache-2.0
// Verilator's coverage of the user's RTL: which lines ran, which bits toggled, as annotated sources
// and figures. The wrapper is left out.
#ifndef ORDITO_SIM_WORKBENCH_COVERAGE_RTL_H
#define ORDITO_SIM_WORKBENCH_COVERAGE_RTL_H

#include "sim/err.h"
#include "sim/workbench/device.h"
#include "sim/workbench/device_map.h"

#include <jansson.h>
#include <stdio.h>

// Writes FOLDER/coverage.dat, FOLDER/annotated/, and makes an object of the figures of each file,
// the caller's.
bool coverage_rtl_write(const struct device *rtl, const struct device_map *map, const char *folder,
                        json_t **figures, struct err *err);

void coverage_rtl_print(const json_t *figures, FILE *to);

#endif
