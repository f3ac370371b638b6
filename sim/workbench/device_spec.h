// SPDX-License-Identifier: Apache-2.0
// What a device is claimed to be: the specification that it is held to, and that stimuli are drawn
// from. device_map.c reads it from a map file; nothing else knows of files or pin names.
//
// Owner: the map that it is part of.
#ifndef ORDITO_SIM_WORKBENCH_DEVICE_SPEC_H
#define ORDITO_SIM_WORKBENCH_DEVICE_SPEC_H

#include "model/net/switching.h"
#include "sim/workbench/device_pins.h"

#include <stdbool.h>
#include <stdint.h>

enum { DEVICE_MAX_MODES = 4, DEVICE_ANY_FLITS = 4096 };

// What is claimed, a bit each.
enum device_claim {
    DEVICE_CLAIM_FUNCTION = 1,    // protocol and function; always
    DEVICE_CLAIM_EXACT = 2,       // the C reference, in every cycle
    DEVICE_CLAIM_PERFORMANCE = 4, // compared with the C reference's
    DEVICE_CLAIM_FLOW_ORDER = 8   // packets of a (input port, VC, destination) leave in order
};

// Which VC a packet may leave by.
enum device_vc_rule {
    DEVICE_VC_ANY,
    DEVICE_VC_SAME,    // the one that it came by
    DEVICE_VC_DATELINE // any of the set that device_map gives for its destination and output port
};

// One side's flow control.
struct device_side {
    enum device_flow flow;
    uint32_t buffer_flits; // a VC's buffer at the receiver: credits after reset
    uint32_t react_cycles; // on-off: see device_pins.h; 1..
    uint32_t slack_flits;  // on-off: flits of a VC that the receiver takes after it said off
    bool one_credit;       // credits are a VC number and a valid: at most one a cycle
    bool shared;           // ready-valid, on-off: one bit for all VCs; `backward` then has the same
                           // bit for each
    bool held;             // ready-valid: a valid flit stays, unchanged, until it is taken
};

struct device_spec {
    bool network;       // ports are terminals; else ports of a router
    uint32_t num_ports; // 1..DEVICE_MAX_PORTS
    char port_names[DEVICE_MAX_PORTS][24];
    uint32_t num_vcs; // 1..DEVICE_MAX_VCS
    enum device_vc_rule vc_rule;
    uint32_t claims;        // enum device_claim
    struct device_side in;  // channels into the device; buffer_flits: the device's own
    struct device_side out; // channels out of it; buffer_flits: what the device believes that the
                            // next one has, which the workbench plays
    uint32_t num_modes;     // 1..DEVICE_MAX_MODES
    enum switching modes[DEVICE_MAX_MODES];
    uint32_t min_flits; // of a packet, 1..
    uint32_t
        max_flits;     // of a packet, at most DEVICE_ANY_FLITS; of a mode see device_spec_max_flits
    bool implied_head; // no bits tell heads: the first flit of a VC is one, and any after a tail.
                       // device_map_decode leaves `head` false; who knows what came before sets it
    uint32_t flit_bits;        // on the forward wires, VC and type included
    uint32_t num_destinations; // addresses are 0..n-1; of a network, address i is port i
    uint32_t num_positions;    // of a router: places in a network that it can be told to be in; 1..
    uint64_t reset_cycles;     // reset is held so long; 1..
    bool reset_asynchronous;   // it acts at once, without a clock's edge
    uint64_t zero_load_cycles; // in at cycle t, out at t + this at the earliest; 0: not claimed
    uint64_t patience_cycles;  // without any flit moving while some could: deadlock
    uint64_t wait_grants_max;  // most packets that may overtake a waiting head at its output; 0:
                               // only measured
};

// Flits of a VC that surely find room, however late the rest of their packet comes.
static inline uint32_t device_side_room_flits(const struct device_side *self)
{
    return self->buffer_flits - (self->flow == DEVICE_ON_OFF ? self->slack_flits : 0);
}

// The longest packet under a mode: what fits into a buffer, where the whole has to.
static inline uint32_t device_spec_max_flits(const struct device_spec *self, enum switching mode)
{
    uint32_t in = device_side_room_flits(&self->in);
    uint32_t out = device_side_room_flits(&self->out);
    uint32_t room = in < out ? in : out;
    bool fits = switching_buffers_whole_packets(mode);
    return fits && room < self->max_flits ? room : self->max_flits;
}

// Where packets may go: routes are asked of the map (device_map.h: device_map_route).
struct device_route {
    uint64_t ports; // output ports that are right, a bit each; 0: a packet that must not be sent
    uint16_t vcs;   // VCs that it may leave by, at all of these
};

#endif
