// SPDX-License-Identifier: Apache-2.0
// Level 3: latency and throughput of the device, measured on its pins as on the reference's, in
// cycles of pins. A router of a grid is measured nearest to the middle of it.
//
//   zero-load latency    of packets that are alone, from the cycle in which the head goes in to
//   that
//                        in which the head, or the tail, comes out; means over pairs of ports; of
//                        heads of the shortest packets also of each pair, or in networks by hops
//                        and as slope over these
//   throughput           of an output, in flits a cycle, of packets that one VC, one input or all
//                        inputs send to it back to back
//   uniform traffic      flits that leave, a cycle and input, of so many offered to each; to all
//                        destinations that there are ways to; at 1 the device is saturated
//
// A device may be worse than the reference by what the map says, and throughput by a packet that
// ends just outside of the cycles that count.
#ifndef ORDITO_SIM_WORKBENCH_PERFORMANCE_H
#define ORDITO_SIM_WORKBENCH_PERFORMANCE_H

#include "sim/workbench/workbench.h"

#include <jansson.h>
#include <stdio.h>

struct performance_row {
    enum switching mode;
    char name[80];    // "zero-load latency of heads, west to east": what, and of what
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
