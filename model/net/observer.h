// SPDX-License-Identifier: Apache-2.0
// What can be watched of a fabric: where every packet and every flit is in every cycle, and how
// circuits are set up and freed. A fabric tells its observers of events, as far as it has routers;
// an ideal one only of packets created and delivered.
//
// Places. A flit waits at its source until it is put on the channel from there. It is on a channel
// from the `cycle` of FABRIC_FLIT to before `arrives_cycle`, and from then on in the buffer at the
// channel's end (the router's, or the node's), until it is put on the next channel, or the node
// takes it (FABRIC_EJECTED). So it is in one place at a time, and in each of these cycles in one. A
// circuit's flits leave a router in the cycle in which they come.
//
// Order. Cycle after cycle, and in a cycle: packets that are created before it; answers, in
// ascending order of the channels by whose backward wires they go; what is put on channels, in that
// of the channels; then, by node, what it takes and what is delivered, and packets that are created
// by that. It is the same for all back ends, any number of threads, and whether or not idle routers
// are left out; of a bank that is the whole fabric (router_whole_ops) only the channels from and to
// nodes are seen.
//
// Cost: none where there is no observer; otherwise one thread simulates, whose routers leave what
// they send to the fabric.
#ifndef ORDITO_MODEL_NET_OBSERVER_H
#define ORDITO_MODEL_NET_OBSERVER_H

#include "model/msg.h"

#include <stdbool.h>

enum fabric_event_kind {
    FABRIC_CREATED,   // a packet has come into its source's queue
    FABRIC_FLIT,      // a flit of a packet is put on a channel
    FABRIC_PROBE,     // likewise: a circuit's probe,
    FABRIC_RELEASE,   //   or the release of one that was kept
    FABRIC_ACK,       // goes back by a channel's backward wires: the probe has come through,
    FABRIC_NACK,      //   or was refused, and the channel is free again,
    FABRIC_ASKED,     //   or the circuit is asked for by another probe
    FABRIC_EJECTED,   // a node takes a flit
    FABRIC_DELIVERED, // the packet that ends with it, be it lost by a fault, has come
    FABRIC_NUM_EVENT_KINDS
};

#define FABRIC_NO_PACKET UINT64_MAX

struct fabric_event {
    uint64_t cycle;
    uint64_t arrives_cycle; // of what is put on wires: when it is at their end; otherwise `cycle`
    uint64_t packet;        // its serial number; that of a release or an answer is of the probe
                            // or head that went by the channel last; FABRIC_NO_PACKET: not known
    uint32_t place;         // of what is put on wires: the channel (topology_num_channels);
                            // otherwise the node
    uint32_t flit_idx;      // of a flit in its packet: 0 is the head
    uint8_t vc;             // of a flit: the VC of the buffer that it is going into
    uint8_t kind;           // enum fabric_event_kind
    bool tail;              // of a flit
    bool frees;             // of a flit: it frees its circuit
};

// `packet` lasts until the call returns; NULL: it has been delivered, or is not known.
typedef void fabric_event_fn(void *context, const struct fabric_event *event,
                             const struct packet *packet);

struct fabric_observer {
    fabric_event_fn *event;
    void *context;
    const struct fabric_observer *next; // who is told, too, or NULL
};

#endif
