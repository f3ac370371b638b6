// SPDX-License-Identifier: Apache-2.0
// A device under validation that can be run: the user's RTL (device_rtl.h), or the C reference
// behind the same pins (device_reference.h). Checkers do not know which.
//
// Timing of a cycle: device_settle sets the input pins and tells the output pins as they are in the
// same cycle (outputs may follow from inputs at once); device_clock makes the rising edge.
#ifndef ORDITO_SIM_WORKBENCH_DEVICE_H
#define ORDITO_SIM_WORKBENCH_DEVICE_H

#include "sim/err.h"
#include "sim/workbench/device_pins.h"
#include "sim/workbench/stimulus.h"

#include <stdbool.h>
#include <stdint.h>

// What a cycle is for. A run begins with `reset_cycles` of reset and `setup_cycles` of setting up
// (writing routing tables), and so does every later reset; link pins are quiet in these.
enum device_phase { DEVICE_RESET, DEVICE_SETUP, DEVICE_RUN };

struct device_ops {
    const char *name; // "rtl", "reference"
    void (*free)(void *self);

    // Begins a run: `setup` says mode, position and seed, and has the packets to which
    // device_forward.packet refers; it stays as it is until the next begin. The state of the
    // device is drawn anew from the seed as far as it is not reset.
    bool (*begin)(void *self, const struct stimulus *setup, struct err *err);

    // `step` counts cycles of the phase from 0. `in` has quiet pins but in DEVICE_RUN.
    void (*settle)(void *self, enum device_phase phase, uint64_t step, const struct device_pins *in,
                   struct device_pins *out);
    void (*clock)(void *self);

    // What the device itself has to complain of (a failed assertion, $fatal, a loop that does not
    // settle), as file:line: text; or NULL.
    const char *(*fault)(const void *self);

    // Writes an FST file of the cycles from..to of the run that begins next; NULL path: no more.
    // NULL: the device has no waves.
    bool (*wave)(void *self, const char *path, uint64_t from_cycle, uint64_t to_cycle,
                 struct err *err);
};

struct device {
    const struct device_ops *ops;
    void *self;
    const struct device_spec *spec; // of its pins, where these are not the map's (the reference has
                                    // flow control of its own); NULL: the map's
    uint64_t setup_cycles;          // after each reset
};

static inline void device_free(struct device *device)
{
    if (device->ops)
        device->ops->free(device->self);
    *device = (struct device){0};
}

#endif
