// SPDX-License-Identifier: Apache-2.0
// Plays a stimulus on a device: senders at its input ports that obey its flow control, receivers at
// its output ports, and checkers that look at every cycle.
//
// A sender has a queue of packets a VC, and sends at most a flit a cycle; of the VCs that may send,
// the one after that which sent last. Under ready-valid a flit stays until it is taken, or, if
// flits need not be held, gives way to the next VC after each cycle, and to pauses. Under on-off
// flits are sent until the cycle before the spec forbids it. After a reset senders begin with the
// first packets of which no flit was taken. Receivers consume at most a flit of each VC a cycle:
// under ready-valid as it comes, else in the cycle after; under on-off they say off as late as they
// may, when no more than the slack is free.
#ifndef ORDITO_SIM_WORKBENCH_PLAY_H
#define ORDITO_SIM_WORKBENCH_PLAY_H

#include "sim/err.h"
#include "sim/workbench/device.h"
#include "sim/workbench/device_map.h"
#include "sim/workbench/failure.h"
#include "sim/workbench/stimulus.h"

#include <stdbool.h>
#include <stdint.h>

// A cycle, with all pins as they are at its end, before the clock's edge.
struct play_cycle {
    uint64_t cycle; // as stimuli count: 0 is the first after reset and setup; resets later count.
                    // In the first reset and setup it is 0
    enum device_phase phase;
    const struct device_pins *in;  // what was driven
    const struct device_pins *out; // what the device drives
    uint64_t taken;                // input ports whose flit goes into the device now, a bit each
    uint64_t given;                // output ports whose flit is taken from it now
    bool all_sent;                 // no sender has anything more to send after this cycle
};

// Looks at every cycle of a run. A checker is made for a run.
struct play_checker {
    void (*cycle)(void *self, const struct play_cycle *cycle, struct failure *failure);
    // No more flits will be sent: true if it waits for something still.
    bool (*waits)(const void *self);
    // After the last cycle.
    void (*end)(void *self, struct failure *failure);
    void *self;
};

enum { PLAY_MAX_CHECKERS = 8 };

struct play_result {
    struct failure failure; // the first one, which ended the run
    uint64_t cycles;        // played, resets and setups included
    uint64_t flits_in;
    uint64_t flits_out;
    uint64_t packets_in; // whose tail went in
};

// Plays it until everything is sent and no checker waits, or `stimulus->last_cycle`, or something
// fails, or the user interrupts. False only if the device cannot begin.
bool play(const struct device_map *map, struct device *device, const struct stimulus *stimulus,
          const struct play_checker *checkers, uint32_t num_checkers, struct play_result *result,
          struct err *err);

#endif
