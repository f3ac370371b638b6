// SPDX-License-Identifier: Apache-2.0
// Verilator's coverage of the user's RTL: which lines ran, which ways of conditions were taken,
// which bits toggled. The wrapper is left out. Counts are of all instances of a module.
//
// Written into a folder: `annotated`, with the sources, each line with how often it ran and what of
// it never happened; `coverage.info`, for LCOV's genhtml and editors; and Verilator's own
// `coverage.dat`.
#ifndef ORDITO_SIM_WORKBENCH_COVERAGE_RTL_H
#define ORDITO_SIM_WORKBENCH_COVERAGE_RTL_H

#include "sim/err.h"
#include "sim/workbench/device.h"
#include "sim/workbench/device_map.h"

#include <jansson.h>
#include <stdio.h>

// Writes the folder, and makes an object of the figures of each module, the caller's.
bool coverage_rtl_write(const struct device *rtl, const struct device_map *map, const char *folder,
                        json_t **figures, struct err *err);

// The same from a coverage.dat that is there; names of files are told from `root` on.
bool coverage_rtl_report(const char *dat, const char *root, const char *folder, json_t **figures,
                         struct err *err);

// A table of the modules, with what did not happen.
void coverage_rtl_print(const json_t *figures, FILE *to);

#endif
