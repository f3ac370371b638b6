// SPDX-License-Identifier: Apache-2.0
// How performance is measured: a mode at a time, of the device and of the reference by the same
// stimuli. Part of performance.c.
#ifndef ORDITO_SIM_WORKBENCH_PERFORMANCE_MEASURING_H
#define ORDITO_SIM_WORKBENCH_PERFORMANCE_MEASURING_H

#include "sim/workbench/device_ways.h"
#include "sim/workbench/performance.h"

#include <stdbool.h>
#include <stdint.h>

enum { PERFORMANCE_LENGTHS = 3 };
enum { PERFORMANCE_DEVICE, PERFORMANCE_REFERENCE, PERFORMANCE_SIDES };

struct measuring {
    struct performance *to;
    struct workbench *bench;
    struct device *sides[PERFORMANCE_SIDES];
    uint32_t num_sides;    // 1: there is no reference
    struct stimulus setup; // mode and position
    struct device_ways ways;
    uint32_t lengths[PERFORMANCE_LENGTHS]; // of packets, ascending
    struct err *err;
};

// Adds a row; figures are NAN where they could not be measured, or there is no reference.
bool performance_add_latency(const struct measuring *self, double figures[PERFORMANCE_SIDES],
                             const char *format, ...) __attribute__((format(printf, 3, 4)));

// `packet` is what a packet adds to the figure: one that ends just outside of the cycles that count
// makes no difference.
bool performance_add_throughput(const struct measuring *self, double figures[PERFORMANCE_SIDES],
                                double packet, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

// A destination that leads from an input VC to this output and no other. False if there is none.
bool performance_way(const struct measuring *self, uint32_t in, uint32_t vc, uint32_t out,
                     uint32_t *to);

// Measure and add rows (performance_latency.c, performance_throughput.c). False with `err` if a
// device cannot be run, or complains of itself (ERR_MISMATCH).
bool performance_latency(const struct measuring *self);
bool performance_throughput(const struct measuring *self);

// Plays a stimulus with a checker, to the same end.
bool performance_play(const struct measuring *self, uint32_t side, const struct stimulus *stimulus,
                      const struct play_checker *checker);

#endif
