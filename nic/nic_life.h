// SPDX-License-Identifier: Apache-2.0
// What a message waited for, from the doorbell at its sender's card to its completion at the
// receiver's, to the cycle. Each cycle is charged to what the message's last byte waited for: the
// packet decides whose payload is the last to be in the receiver's memory. Each part begins with
// the end of the one before, so that the parts of a message sum to the whole.
//
// Cycles are those of the network. What a card does in a cycle of its own is noted by the network's
// cycle to which that belongs, so parts may be a cycle longer or shorter than the card's times say,
// and sum up all the same.
// Of DMA, what belongs to the data is a read's, or write's, latency on a quiet bus (open rows, no
// dirty copies), once, and the cycles of the bus that move the payload; all else of the time
// between the first request and the last byte is waiting for bus and memory: behind others, for a
// cycle of a slower bus to begin, for longer latencies, and for requests of its own to come back
// where too few may be under way. If all together is less, there is no waiting.
// Of the network, hops are what a head takes on an idle network by this way, serialisation what the
// packet's length adds to that there, by the closed form of switching.h; channels of a graph that
// have latencies of their own are taken for others: what they take more is blocking.
#ifndef ORDITO_NIC_NIC_LIFE_H
#define ORDITO_NIC_NIC_LIFE_H

#include <stdbool.h>
#include <stdint.h>

#define NIC_LIFE_UNSET UINT64_MAX

// One row a part: symbol, name in results, what takes or ends it.
#define NIC_LIFE_PARTS(X)                                                                          \
    X(NIC_LIFE_DESCRIPTOR, descriptor)         /* from the doorbell: doorbell_cycles, bus */       \
    X(NIC_LIFE_TURN, turn)                     /* lists before it, room for its completion */      \
    X(NIC_LIFE_SEND, send)                     /* handler send, as others with its unit's queue */ \
    X(NIC_LIFE_GRANT, grant)                   /* all of it */                                     \
    X(NIC_LIFE_OUT_RAM, out_ram)               /* packets before it, on-board RAM */               \
    X(NIC_LIFE_PROTOCOL, protocol)             /* handler protocol, of packets that go */          \
    X(NIC_LIFE_CHANNEL_OUT, channel_out)       /* for a DMA channel */                             \
    X(NIC_LIFE_STARTUP_OUT, startup_out)       /* dma_startup_cycles */                            \
    X(NIC_LIFE_BUS_OUT, bus_out)               /* for bus and memory */                            \
    X(NIC_LIFE_DATA_OUT, data_out)             /* the last byte is read */                         \
    X(NIC_LIFE_CHECKSUM, checksum)             /* handler checksum, of packets that go */          \
    X(NIC_LIFE_ORDER_OUT, order_out)           /* packets before it, window, handler reliable */   \
    X(NIC_LIFE_RETRANSMISSION, retransmission) /* from the first time that it was sent */          \
    X(NIC_LIFE_SOURCE_QUEUE, source_queue)     /* the head is on the terminal channel */           \
    X(NIC_LIFE_HOPS, hops)                                                                         \
    X(NIC_LIFE_SERIALISATION, serialisation)                                                       \
    X(NIC_LIFE_BLOCKING, blocking) /* by other packets: all else in the network */                 \
    X(NIC_LIFE_IN_RAM, in_ram)     /* the head is there, on-board RAM for it is not */             \
    X(NIC_LIFE_HANDLERS, handlers) /* link_cycles, reliable, demultiplex, checksum, protocol */    \
    X(NIC_LIFE_LIST, list)         /* for a receive list */                                        \
    X(NIC_LIFE_CHANNEL_IN, channel_in)                                                             \
    X(NIC_LIFE_STARTUP_IN, startup_in)                                                             \
    X(NIC_LIFE_BUS_IN, bus_in)                                                                     \
    X(NIC_LIFE_DATA_IN, data_in)       /* the last byte is written */                              \
    X(NIC_LIFE_ORDER_IN, order_in)     /* for messages before it in its flow */                    \
    X(NIC_LIFE_DELIVER, deliver)       /* handler deliver: in the window, if it is for that */     \
    X(NIC_LIFE_COMPLETION, completion) /* it is written */

enum nic_life_part {
#define NIC_LIFE_SYMBOL(symbol, name) symbol,
    NIC_LIFE_PARTS(NIC_LIFE_SYMBOL)
#undef NIC_LIFE_SYMBOL
        NIC_LIFE_NUM_PARTS
};

extern const char *const nic_life_names[NIC_LIFE_NUM_PARTS];

struct nic_life {
    uint64_t begin_cycle;                    // the doorbell, or the write of NIC_PIO_SEND
    uint64_t end_cycles[NIC_LIFE_NUM_PARTS]; // of the parts
    uint64_t refused_cycle;                  // the head was refused first; NIC_LIFE_UNSET: never
    uint64_t in_ram_cycles;                  // from then until it was taken
};

// What a card is to know that keeps lives.
struct nic_life_timing {
    // The network's cycle of one of the card's; NULL: the same.
    uint64_t (*network_cycle)(void *context, uint64_t cycle);
    void *context;
    // The bus, in cycles of the node: from a request that is ready to its first data if the bus is
    // quiet; and a cycle of the bus, and what that moves.
    uint32_t read_latency_cycles, write_latency_cycles;
    uint32_t bus_cycles, bus_bytes;
};

// How a packet has gone through the network.
struct nic_life_travel {
    uint64_t injected_cycle; // its head left the source queue
    uint64_t ejected_cycle;  // its tail has come
    uint64_t hops_cycles, serialisation_cycles;
};

static inline uint64_t nic_life_cycles(const struct nic_life *self, enum nic_life_part part)
{
    return self->end_cycles[part] - (part ? self->end_cycles[part - 1] : self->begin_cycle);
}

// Begins a life.
void nic_life_begin(struct nic_life *self, uint64_t cycle);

// Parts that there were none of take no time.
void nic_life_complete(struct nic_life *self);

// From the network: a packet's head was offered to its card, and taken or not; it has travelled.
// `self` is the packet's in the store, or NULL.
void nic_life_offered(struct nic_life *self, uint64_t cycle, bool taken);
void nic_life_travelled(struct nic_life *self, const struct nic_life_travel *travel);

#endif
