// SPDX-License-Identifier: Apache-2.0
// What the files of libordito share: the state of an instance.
#ifndef ORDITO_SIM_ORDITO_STATE_H
#define ORDITO_SIM_ORDITO_STATE_H

#include "sim/machine.h"
#include "sim/measurement.h"
#include "sim/ordito.h"
#include "sim/pool.h"

#include <stdatomic.h>

// The packet that is coming in on a VC of a node.
struct ordito_coming {
    uint64_t tag;
    uint32_t next_flit, packet_flits;
    uint32_t traffic_class, source;
};

struct ordito {
    struct config config;
    struct machine machine;
    struct measurement measurement;
    struct fabric_nodes nodes;
    struct ordito_options options;
    struct pool tag_pool;
    uint64_t *tags;                     // of packets under way; a packet's `message` is its slot
    struct ordito_delivery *deliveries; // [cap_deliveries], a ring
    size_t first_delivery, num_deliveries, cap_deliveries; // a power of two
    uint8_t *stalled;                                      // [nodes] classes, a bit each
    uint32_t num_stalled;                                  // nodes with one
    uint32_t *queued;             // [nodes * classes] packets that have not left their source
    struct ordito_coming *coming; // [nodes * ROUTER_MAX_VCS], if flits are told of
    uint32_t *own_addresses;      // of routing_own_addresses; NULL: there are no routers
    atomic_bool left_something;   // a node has left a packet in the fabric since this was looked at
    bool out_of_memory;
    struct err failed; // what keeps it from going on
};

// Packets of a class that have not left their source.
static inline uint32_t *ordito_queue(const struct ordito *self, uint32_t node,
                                     uint32_t traffic_class)
{
    return &self->queued[(size_t)node * self->config.classes + traffic_class];
}

// Copies the first `size` bytes of a struct of the library's, and zeroes what there is no more of.
void ordito_give(void *to, size_t size, const void *from, size_t own_size);

// Tells of an error, if there is one, and returns the status.
int ordito_tell(const struct err *err, struct ordito_error *error);

#endif
