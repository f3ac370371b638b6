// SPDX-License-Identifier: Apache-2.0
// What travels: packets of the network, and the messages of software that they carry.
#ifndef ORDITO_MODEL_MSG_H
#define ORDITO_MODEL_MSG_H

#include <stdint.h>

enum { MSG_NONE = UINT32_MAX };

// What is asked of the network.
struct packet_spec {
    uint32_t source;        // node
    uint32_t destination;   // node
    uint32_t flits;         // length, header included
    uint32_t traffic_class; // 0..; of two, the one with the higher number goes first
    uint32_t message;       // the sender's name for what it belongs to; MSG_NONE if nothing
};

// What faults of channels (net/fault.h) have made of a packet.
enum packet_fate { PACKET_WHOLE, PACKET_CORRUPTED, PACKET_DROPPED };

// A packet from creation to ejection. Slots of the fabric's pool, named by a 32-bit handle.
struct packet {
    uint64_t serial;         // 0, 1, ... in order of creation
    uint64_t created_cycle;  // entered the source queue
    uint64_t injected_cycle; // head put on the terminal channel
    uint64_t ejected_cycle;  // tail at the destination terminal
    uint64_t head;           // payload of its head flit
    uint32_t source;         // node; this and what follows as in the packet_spec
    uint32_t destination;    // node
    uint32_t flits;          // length, header included
    uint32_t traffic_class;
    uint32_t message;      // the sender's name for what it belongs to; MSG_NONE if nothing
    uint32_t hops;         // channels of the topology's graph that the head has crossed
    uint32_t next;         // next in the source queue or free list (handle)
    enum packet_fate fate; // of one that was delivered
};

#endif
