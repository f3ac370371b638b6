// SPDX-License-Identifier: Apache-2.0
// The table of figures of a run: one row a figure, from which JSON, CSV and tables are made. A
// figure's name is its path in the JSON. What each means stands in sim/METRICS.md.
#ifndef ORDITO_SIM_FIGURE_H
#define ORDITO_SIM_FIGURE_H

#include "sim/run.h"

#include <stddef.h>

// What figures are taken from.
struct figure_source {
    const struct config *config;
    const struct run_result *result;
    double output_s; // negative if unknown
};

enum figure_type { FIGURE_UNDEFINED, FIGURE_INTEGER, FIGURE_REAL, FIGURE_TEXT, FIGURE_BOOL };

struct figure_value {
    enum figure_type type;
    uint64_t integer; // also of FIGURE_BOOL
    double real;
    const char *text;
};

extern const size_t figure_num;

// The path of figure `i` (0..figure_num-1): "fabric.latency_cycles.mean".
const char *figure_path(size_t i);

// True for those that may differ between two runs of the same configuration.
bool figure_is_host(size_t i);

// False if the run has no such section at all, as `application` without a trace.
bool figure_exists(size_t i, const struct run_result *result);

struct figure_value figure_get(size_t i, const struct figure_source *source);

// The value of the figure of this path, which must be one of the table.
struct figure_value figure_by_path(const char *path, const struct figure_source *source);

#endif
