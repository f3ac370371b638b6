// SPDX-License-Identifier: Apache-2.0
// What stage_reliable.c keeps: a record of each card that this one sends to or hears from, by
// traffic class. For the files of nic/ alone.
#ifndef ORDITO_NIC_NIC_RELIABLE_H
#define ORDITO_NIC_NIC_RELIABLE_H

#include "nic/nic_queue.h"

#include <stdbool.h>
#include <stdint.h>

struct nic;

enum {
    NIC_MAX_WINDOW_PACKETS = 64, // bits of nic_packet's ack_seen
    NIC_MAX_BACKOFF = 6          // doublings of the time-out
};

struct nic_peer {
    uint32_t node, traffic_class;
    bool failed; // given up: nothing is sent to it, nothing taken from it
    // Packets that go: those that have no answer, in the order of their numbers.
    uint32_t next_number; // of the next packet
    uint32_t first, last; // MSG_NONE: none
    uint32_t first_new;   // of these, beyond the window so far; MSG_NONE
    // Packets that come.
    uint32_t expected; // all with lower numbers have come
    uint64_t seen;     // bit i: number expected + i has
    uint32_t num_unanswered;
    uint64_t answer_cycle; // that these are answered in at the latest
    bool answering;        // an acknowledgement is being made, or in the source queue
    bool answers_again;    // another is to follow
};

// Of a packet: when its time is over, or of a peer: when it is to be answered.
struct nic_timer {
    uint64_t cycle;
    uint64_t id; // nic_packet's timer
    uint32_t item;
};

struct nic_reliable {
    struct nic_peer *peers; // [cap_peers]
    uint32_t num_peers, cap_peers;
    uint64_t last_timer;                            // id
    struct nic_queue timeouts[NIC_MAX_BACKOFF + 1]; // of nic_timer, by doublings, cycles ascending
    struct nic_queue answers;                       // likewise, items are peers
};

void nic_reliable_init(struct nic *self);
void nic_reliable_free(struct nic *self);
bool nic_reliable_idle(const struct nic *self);

// A packet may go, after those before it to the same card.
void nic_reliable_send(struct nic *self, uint32_t packet, uint64_t cycle);
// Handlers are done: of a packet that goes, of an acknowledgement to a peer, of a packet that came.
void nic_reliable_out(struct nic *self, uint32_t packet, uint64_t cycle);
void nic_reliable_answer(struct nic *self, uint32_t peer, uint64_t cycle);
void nic_reliable_in(struct nic *self, uint32_t packet, uint64_t cycle);
// A packet has gone from the source queue; its slot is not yet free.
void nic_reliable_gone(struct nic *self, uint32_t packet, uint64_t cycle);
// What is due in a cycle, and when something will be.
void nic_reliable_run(struct nic *self, uint64_t cycle);
uint64_t nic_reliable_next(struct nic *self);

#endif
