// SPDX-License-Identifier: Apache-2.0
// What the packets between cards carry. The network moves only a packet's handle (packet_spec's
// `message`); header and payload are here, one store for all cards of a machine.
//
// Owner: the sender's card takes a slot; it is free once the packet has both left that card and
// been taken out of the receiver's on-board RAM. Slots stay where they are. To be used by one
// thread at a time.
#ifndef ORDITO_NIC_NIC_STORE_H
#define ORDITO_NIC_NIC_STORE_H

#include "model/msg.h"
#include "nic/nic_life.h"

#include <stdbool.h>

enum { NIC_STORE_CHUNK = 64 }; // slots that are allocated together

enum nic_packet_kind {
    NIC_PACKET_DATA,
    NIC_PACKET_REQUEST, // for a place for a message (stage_grant.c)
    NIC_PACKET_GRANT,   // of one
    NIC_PACKET_ACK      // of packets that came (stage_reliable.c)
};

struct nic_packet {
    // The header.
    enum nic_packet_kind kind;
    uint32_t record;              // of the message at its sender's card, if it asks or is granted
    uint32_t source, destination; // nodes
    uint16_t source_context, context;
    uint32_t traffic_class;
    uint64_t tag;
    uint32_t sequence;      // of the message within its flow
    uint32_t message_bytes; // of the whole message
    uint32_t offset;        // of the payload in the message, bytes
    uint32_t bytes;         // of the payload
    uint16_t checksum;      // of the payload, if has_checksum
    bool has_checksum;
    bool poisoned;     // the sender could not read the payload
    bool granted;      // the message has its place
    uint32_t number;   // among those from its card to the other, in its class
    uint32_t ack;      // those from the other card with lower numbers have come,
    uint64_t ack_seen; // and of those from there on, a bit each
    // Made by the network.
    bool damaged; // a bit is not as it was sent
    // On the sender's card.
    uint32_t send;      // message record; MSG_NONE: programmed I/O
    uint32_t next_out;  // in a list
    bool ready;         // to go to the network
    bool left;          // has gone
    uint32_t original;  // that this is a copy of; MSG_NONE
    uint32_t num_tries; // repetitions of an original
    bool busy;          // a copy is being made or waits in the source queue
    bool answered;      // it has come, or is given up
    bool given_up;
    uint64_t timer; // that is set for it; 0: none
    // On the receiver's card.
    uint32_t message;      // message record
    uint32_t next_in;      // in a list
    uint32_t place;        // offset in the message at which the payload is put
    bool corrupt;          // the checksum is wrong
    bool taken;            // is there no more
    uint64_t cycle;        // that it arrived in
    uint8_t *payload;      // [max_payload_bytes]
    struct nic_life *life; // NULL if the store keeps none
};

struct nic_store {
    uint32_t max_payload_bytes;
    bool keeps_lives; // to be set before any slot is taken
    uint32_t num_chunks, cap_chunks;
    uint32_t first_free;        // MSG_NONE: none
    uint32_t num_used;          // slots
    struct nic_packet **chunks; // [num_chunks][NIC_STORE_CHUNK], and their payload
};

void nic_store_make(struct nic_store *self, uint32_t max_payload_bytes);
void nic_store_free(struct nic_store *self);

// A slot that is all zero but for what it is on no list; MSG_NONE if out of memory.
uint32_t nic_store_take(struct nic_store *self);

// The network has lost the packet.
void nic_store_lose(struct nic_store *self, uint32_t handle);

// It has changed a bit, which `draw` chooses if it may be of the payload.
void nic_store_damage(struct nic_store *self, uint32_t handle, uint64_t draw);

// Frees the slot if its packet has left and been taken.
void nic_store_release(struct nic_store *self, uint32_t handle);

static inline struct nic_packet *nic_store_at(const struct nic_store *self, uint32_t handle)
{
    return &self->chunks[handle / NIC_STORE_CHUNK][handle % NIC_STORE_CHUNK];
}

#endif
