// SPDX-License-Identifier: Apache-2.0
// The other ends of a device's channels, of all ports: senders at its inputs and receivers at its
// outputs, as play.h has them. Part of play.c.
#ifndef ORDITO_SIM_WORKBENCH_PLAY_SIDES_H
#define ORDITO_SIM_WORKBENCH_PLAY_SIDES_H

#include "sim/workbench/device_map.h"
#include "sim/workbench/device_pins.h"
#include "sim/workbench/stimulus.h"

#include <stdbool.h>
#include <stdint.h>

// Intervals as they come and go, cycle by cycle.
struct play_quiet {
    struct play_quiet_edge *edges; // sorted by cycle
    size_t num_edges, next;
    uint32_t depth[DEVICE_MAX_PORTS][DEVICE_MAX_VCS]; // intervals that cover the cycle
};

struct play_queue {
    size_t next, end; // into `order`: packets not sent whole
    uint32_t flit;    // of the next one, 0: it has not begun
    uint32_t credits;
    uint32_t off_cycles; // on-off: seen since it was on
};

struct play_senders {
    const struct device_map *map;
    const struct device_spec *spec;
    const struct stimulus *stimulus;
    struct play_quiet pauses;
    size_t *order; // packets by port and VC
    size_t left;   // packets not sent whole
    struct play_queue queues[DEVICE_MAX_PORTS][DEVICE_MAX_VCS];
    uint32_t first_vc[DEVICE_MAX_PORTS];             // that may send first
    struct device_forward offered[DEVICE_MAX_PORTS]; // ready-valid: valid if it was not taken
};

struct play_receivers {
    const struct device_spec *spec;
    struct play_quiet stalls;
    uint32_t flits[DEVICE_MAX_PORTS][DEVICE_MAX_VCS]; // in the buffer
    uint32_t due[DEVICE_MAX_PORTS][DEVICE_MAX_VCS];   // credits to send
    uint32_t first_vc[DEVICE_MAX_PORTS];              // that may send a credit first
    uint16_t inside[DEVICE_MAX_PORTS];                // VCs whose last flit was no tail, a bit each
};

// All that they are given must outlive them. False if out of memory; either way freed by _free.
bool play_senders_make(struct play_senders *self, const struct device_map *map,
                       const struct device_spec *spec, const struct stimulus *stimulus);
bool play_receivers_make(struct play_receivers *self, const struct device_spec *spec,
                         const struct stimulus *stimulus);
void play_senders_free(struct play_senders *self);
void play_receivers_free(struct play_receivers *self);

// Everything is as after a reset; packets that have begun are not sent on.
void play_senders_reset(struct play_senders *self);
void play_receivers_reset(struct play_receivers *self);

// Goes on to a cycle, also one of reset and setup; cycles do not decrease.
void play_quiet_move(struct play_quiet *self, uint64_t cycle);

// In each cycle of a run, first these: what is driven.
void play_senders_drive(struct play_senders *self, uint64_t cycle, struct device_pins *in);
void play_receivers_drive(struct play_receivers *self, struct device_pins *in);

// When the outputs are there: tells heads by what came before, where no bits tell them.
void play_receivers_mark(const struct play_receivers *self, struct device_pins *out);

// Then these. Each gives the ports whose flit goes over, a bit each.
uint64_t play_senders_see(struct play_senders *self, const struct device_pins *in,
                          const struct device_pins *out);
uint64_t play_receivers_see(struct play_receivers *self, const struct device_pins *in,
                            const struct device_pins *out);

#endif
