// SPDX-License-Identifier: Apache-2.0
// What is on the wires of a device under validation in a cycle, in words that all devices share,
// whatever their own pins are called (device_map.h tells).
//
// A device is a router, or a network of them whose ports are its terminals. Each of its ports has
// two channels: one into the device and one out of it. The forward wires of a channel carry a flit
// with its sender's `valid`; its backward wires carry what the receiver tells the sender:
//
//   ready-valid  a level: the flit of this very cycle is taken if valid and ready are both high
//   credit       a pulse: room for one more flit of that VC; a valid flit is always taken
//   on-off       a level: high is on, flits may be sent; a valid flit is always taken. When it is
//                off in cycle t, no flit may be sent from t + `react_cycles` on, until it is on
#ifndef ORDITO_SIM_WORKBENCH_DEVICE_PINS_H
#define ORDITO_SIM_WORKBENCH_DEVICE_PINS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
    DEVICE_MAX_PORTS = 64,
    DEVICE_MAX_VCS = 16,
    DEVICE_FLIT_WORDS = 9, // of 64 bits
    DEVICE_MAX_FLIT_BITS = DEVICE_FLIT_WORDS * 64
};

enum device_flow { DEVICE_READY_VALID, DEVICE_CREDIT, DEVICE_ON_OFF };

// What cannot be, as seen in an encoding.
enum device_oddity {
    DEVICE_ODD_VC = 1,  // not one-hot, or a VC that does not exist
    DEVICE_ODD_TYPE = 2 // a type of flit that is no code of the map
};

// The forward wires of a channel.
struct device_forward {
    bool valid;
    bool head; // these and the following: where valid
    bool tail;
    uint8_t vc;
    uint8_t oddities;                 // enum device_oddity; outputs only
    uint32_t packet;                  // index in the stimulus; inputs only
    uint32_t flit;                    // index in the packet, 0 the head; inputs only
    uint64_t bits[DEVICE_FLIT_WORDS]; // as on the pins, lowest first; bits past the flit's are 0.
                                      // Where not valid, what is on the pins of inputs all the same
};

struct device_pins {
    struct device_forward forward[DEVICE_MAX_PORTS];
    uint16_t backward[DEVICE_MAX_PORTS]; // a bit a VC: levels, or pulses of credit. A lone ready or
                                         // on that is for all VCs has the same bit for each
};

// Of the first ports alone: most devices have few.
static inline void device_pins_clear(struct device_pins *self, uint32_t num_ports)
{
    memset(self->forward, 0, num_ports * sizeof *self->forward);
    memset(self->backward, 0, num_ports * sizeof *self->backward);
}

static inline void device_pins_copy(struct device_pins *to, const struct device_pins *from,
                                    uint32_t num_ports)
{
    memcpy(to->forward, from->forward, num_ports * sizeof *to->forward);
    memcpy(to->backward, from->backward, num_ports * sizeof *to->backward);
}

#endif
