// SPDX-License-Identifier: Apache-2.0
// Packets of a Netrace trace that have been read and are not over: slots by id, of which some are
// due to be sent, in the order in which they will be.
//
// Owner: netrace_open_free releases; the zero value is empty. Pointers to slots last until one is
// added.
#ifndef ORDITO_MODEL_NODE_NETRACE_OPEN_H
#define ORDITO_MODEL_NODE_NETRACE_OPEN_H

#include "sim/id_map.h"
#include "traces/netrace.h"

#include <stdbool.h>
#include <stdint.h>

#define NETRACE_NO_SLOT UINT32_MAX

// A packet that has been read and has not been ejected.
struct netrace_open_packet {
    uint64_t cycle;     // earliest, from the first of what is replayed
    uint64_t number;    // 0, 1, ... as they were read
    uint64_t due_cycle; // in which it is sent; once it has been, in which it was ejected
    uint64_t due_order; // 0, 1, ... as they came to be due
    uint32_t id;
    uint32_t next; // in a list of the owner
    uint8_t source;
    uint8_t destination;
    uint8_t type;
    bool waited;
};

struct netrace_open {
    struct id_map ids;                 // and their slots
    struct netrace_open_packet *slots; // [cap]
    uint32_t cap;
    uint32_t num_slots; // ever used
    uint32_t free;      // the first of those that may be used again
    uint32_t num_free;
    uint32_t *due; // [cap]: slots of packets that will be sent: a heap, the first at the root
    uint32_t num_due;
    uint64_t num_came_due;
    uint32_t *released; // [cap]: room for a list of the owner
};

void netrace_open_free(struct netrace_open *self);

// A slot for a packet whose id has none; its cycle is counted from start_cycle. NETRACE_NO_SLOT if
// out of memory.
uint32_t netrace_open_add(struct netrace_open *self, const struct netrace_packet *packet,
                          uint64_t start_cycle, uint64_t number);

// Frees a slot that is not due.
void netrace_open_remove(struct netrace_open *self, uint32_t slot);

// A packet is due to be sent in a cycle.
void netrace_open_due(struct netrace_open *self, uint32_t slot, uint64_t cycle);

// Takes the packet that goes first of those that are due, one or more: by cycle, then by node, and
// of one cycle and node the one that came to be due last.
uint32_t netrace_open_pop(struct netrace_open *self);

#endif
