// SPDX-License-Identifier: Apache-2.0
// Faults of channels. A packet may be lost, or a bit of it changed, each time that it crosses a
// channel: those between routers that its head has gone by, the one from its node and the one to
// its node, whose crossings are numbered from 0 on.
//
// A packet that a fault has hit goes on to its destination with all its flits, as those behind a
// head that has been sent on already must: what is wrong is seen at the end of the packet. So
// credits, buffers and packets that hold channels are as without faults, and so is every cycle of
// the fabric. At the destination's terminal a packet that was lost is taken, flit by flit, and
// nobody is told of it, nor asked for room; one that was changed is delivered, and says so.
//
// The fate of a packet is a function of the seed, its serial number and the number of crossings, so
// it depends neither on back ends nor on threads. A packet that was both is lost.
// Leaves out: probes, acks and releases of circuits, and credits, which are never lost; a packet
// that goes to another node because its head was changed.
#ifndef ORDITO_MODEL_NET_FAULT_H
#define ORDITO_MODEL_NET_FAULT_H

#include "model/msg.h"

#include <stdbool.h>

// Probabilities of a crossing, as of rng_threshold.
struct fault_params {
    uint64_t drop_threshold;
    uint64_t corrupt_threshold;
};

static inline bool fault_possible(const struct fault_params *params)
{
    return params->drop_threshold > 0 || params->corrupt_threshold > 0;
}

// Of packet number `serial` after so many crossings.
enum packet_fate fault_fate(const struct fault_params *params, uint64_t seed, uint64_t serial,
                            uint32_t num_crossings);

#endif
