// SPDX-License-Identifier: Apache-2.0
// The door between C and Verilated RTL that is not ours, within the wrapper workbench_top
// (sim/workbench/device_wrapper.h): a table of functions that one shared library per device
// exports. Vectors of the wrapper are arrays of 32-bit words, the lowest bits first.
//
// Timing: `settle` makes the clock low, sets the input pins and gives the outputs that follow;
// `clock` makes the rising edge. RTL that complains or cannot go on leaves a fault; what cannot go
// on does nothing until it begins anew.
//
// Owner: the device belongs to who made it. Nothing here throws or exits.
#ifndef ORDITO_RTL_DEVICE_DOOR_H
#define ORDITO_RTL_DEVICE_DOOR_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Input vectors of the wrapper.
struct device_door_in {
    bool reset;
    const uint32_t *strap;
    const uint32_t *setup;
    const uint32_t *forward;
    const uint32_t *backward;
};

// Output vectors of the wrapper.
struct device_door_out {
    uint32_t *backward;
    uint32_t *forward;
};

// What the fault says of logic that does not settle; its file and line are the wrapper's.
#define DEVICE_DOOR_UNSETTLED "combinational logic does not settle"

struct device_door {
    // NULL if out of memory.
    void *(*device_new)(void);
    void (*device_free)(void *device);

    // Puts a new model in place of the one before. What the RTL gives no value is random, drawn
    // from `seed`. Ends with the outputs settled. False if out of memory.
    bool (*begin)(void *device, uint32_t seed, const struct device_door_in *in);

    // From now on assertions that fail, $error, $fatal and $stop are faults. Before it they are
    // only in initial blocks; $finish and what cannot go on always is one.
    void (*watch)(void *device);

    void (*settle)(void *device, const struct device_door_in *in,
                   const struct device_door_out *out);
    void (*clock)(void *device);

    // The first fault since `begin`, as file:line: text, or NULL.
    const char *(*fault)(const void *device);

    // Waves of the model since the last `begin`; NULL in a library compiled without. `wave_open`
    // returns false if the file cannot be written. `wave_dump` writes down all signals.
    bool (*wave_open)(void *device, const char *path);
    void (*wave_dump)(void *device, uint64_t time);
    void (*wave_close)(void *device);

    // Writes the counts of lines and toggles of all models so far; false if the file cannot be
    // written. NULL in a library compiled without.
    bool (*coverage_write)(void *device, const char *path);
};

// The only symbol that a library shows.
const struct device_door *device_door(void);

#ifdef __cplusplus
}
#endif

#endif
