// SPDX-License-Identifier: Apache-2.0
// Level 3: latency and throughput of the device, measured on its pins as on the reference's.
#ifndef ORDITO_SIM_WORKBENCH_PERFORMANCE_H
#define ORDITO_SIM_WORKBENCH_PERFORMANCE_H

#include "sim/workbench/workbench.h"

#include <jansson.h>
#include <stdio.h>

enum { PERFORMANCE_MAX_ROWS = 4096 };

struct performance_row {
    enum switching mode;
    char name[80];    // "zero-load latency, west to east", "throughput of north", "saturation"
    const char *unit; // "cycles", "flits/cycle"
    double device;
    double reference; // NAN: none
    double tolerance; // allowed, in the unit, to the worse side; from the map
    bool worse;       // the device is worse than allowed
};

struct performance {
    struct performance_row *rows;
    size_t num_rows;
};

// Every mode of the map. `self` is zero at first; rows are freed by performance_free.
bool performance_measure(struct performance *self, struct workbench *bench, struct err *err);
void performance_free(struct performance *self);
void performance_print(const struct performance *self, FILE *to);
json_t *performance_json(const struct performance *self);

#endif
