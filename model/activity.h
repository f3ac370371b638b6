// SPDX-License-Identifier: Apache-2.0
// Whoever wants to know what the parts of nodes do, and when: cores, buses, DMA channels, handlers
// of cards, ranks of a program, and messages. Parts that nobody watches tell nothing.
//
// Cycles are those of the node's clock, but of ranks and messages, which are the fabric's. What is
// told is over, or its end is known; it comes in no particular order.
#ifndef ORDITO_MODEL_ACTIVITY_H
#define ORDITO_MODEL_ACTIVITY_H

#include <stdbool.h>
#include <stdint.h>

// A part of a kind does one thing at a time.
enum activity_kind {
    ACTIVITY_RANK,        // the operation of a program that a rank is at
    ACTIVITY_CPU,         // of a rank on an ideal node, one of those of a schedule
    ACTIVITY_CORE,        // what its software does, apart from
    ACTIVITY_HANDLER,     //   its handler of interrupts
    ACTIVITY_CORE_WAIT,   // what a core waits for
    ACTIVITY_BUS_ADDRESS, // address phases
    ACTIVITY_BUS_DATA,    // data phases
    ACTIVITY_DMA,         // a channel of a card
    ACTIVITY_NIC,         // a unit of a card that runs handlers
    ACTIVITY_NUM_KINDS
};

#define ACTIVITY_NO_RANK UINT32_MAX

struct activity {
    enum activity_kind kind;
    uint32_t idx; // of the part among those of its kind in the node; ranks: all together
    uint64_t begin_cycle, end_cycle;
    const char *name;        // what it does; this and what follows lasts
    const char *part;        // what the part is called, or NULL
    const char *master;      // who asked for the bus, or NULL
    uint64_t address, bytes; // of what is moved; bytes 0: nothing is
    uint32_t rank;           // whose doing it is, or ACTIVITY_NO_RANK
    uint32_t line;           // of the operation in its trace; 0: none
    uint32_t cpu;            // ACTIVITY_CPU
};

// A message that has been received. Its parts follow each other from its beginning to its end: so
// many of the sender's, then the network's, then the receiver's. Without names it is in two, up to
// its being there and after.
struct activity_message {
    uint32_t from, to; // ranks
    uint64_t bytes;
    uint64_t begin_cycle;
    uint32_t num_parts, first_network, first_receiver;
    const char *const *part_names; // [num_parts], or NULL
    const uint64_t *part_cycles;   // [num_parts]
};

struct activity_watch {
    void (*activity)(struct activity_watch *self, uint32_t node, const struct activity *activity);
    void (*message)(struct activity_watch *self, const struct activity_message *message);
    // Where a rank runs, before anything is told of it. False without memory.
    bool (*place)(struct activity_watch *self, uint32_t rank, uint32_t node);
};

// By which a part tells; the watch is NULL if nobody watches.
struct activity_port {
    struct activity_watch *watch;
    uint32_t node;
};

static inline void activity_tell(const struct activity_port *self, const struct activity *activity)
{
    if (self->watch && activity->end_cycle > activity->begin_cycle)
        self->watch->activity(self->watch, self->node, activity);
}

#endif
