// SPDX-License-Identifier: Apache-2.0
// The user's RTL as a device: built by Verilator inside of the wrapper (device_wrapper.h), kept in
// the cache of RTL libraries by a hash of all that it depends on, and loaded.
//
// What is not reset is random, and the same for the same seed, whatever is recorded. To that end
// lines and toggles are counted by a second model, which is given the same inputs. The RTL's own
// complaints (assertions, $error, $stop) count from the end of the first reset on, $fatal in an
// initial block and $finish always. Combinational logic that does not settle is a fault; a loop
// within one process that never ends is not seen, and hangs.
#ifndef ORDITO_SIM_WORKBENCH_DEVICE_RTL_H
#define ORDITO_SIM_WORKBENCH_DEVICE_RTL_H

#include "sim/err.h"
#include "sim/workbench/device.h"
#include "sim/workbench/device_map.h"
#include "sim/workbench/device_wrapper.h"

#include <stdbool.h>
#include <stdint.h>

struct device_rtl_options {
    bool quiet;    // no line on standard error when something has to be built
    bool waves;    // device_ops.wave will be used; it always can be
    bool coverage; // line and toggle coverage is counted
};

// Builds what is not there and makes a device; `map` must outlive it. False with `err` filled:
// ERR_CONFIG for what is wrong with map or RTL (Verilator's first error with its file and line),
// ERR_RUN for tools that are missing.
bool device_rtl_open(struct device *device, struct device_map *map,
                     const struct device_rtl_options *options, struct err *err);

// The words of the wrapper's vectors as they are since the last settle.
const uint32_t *device_rtl_words(const struct device *device, enum device_vector vector);

// Path of the wrapper that it was built with.
const char *device_rtl_wrapper(const struct device *device);

// The time in waves at which a cycle, as stimuli count, begins. The reset before cycle 0 is in
// them, if they are asked for from cycle 0 on. A cycle takes 10 units.
uint64_t device_rtl_wave_time(const struct device *device, uint64_t cycle);

// How many warnings Verilator has of the RTL; the first one, as file:line:column: text.
uint32_t device_rtl_warnings(const struct device *device, const char **first);

// Whether lines and toggles are counted in the runs that begin from now on, if this was asked for
// at all: true at first. It takes several times as long.
void device_rtl_count(const struct device *device, bool on);

// Writes Verilator's coverage of all runs so far (coverage.dat).
bool device_rtl_write_coverage(const struct device *device, const char *path, struct err *err);

// Seconds spent on building.
double device_rtl_build_s(const struct device *device);

#endif
