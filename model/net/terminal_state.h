// SPDX-License-Identifier: Apache-2.0
// What terminal.c, terminal_eject.c, terminal_circuit.c and fabric.c share: the state of a node's
// terminal, and what is done with a packet whatever the switching mode.
#ifndef ORDITO_MODEL_NET_TERMINAL_STATE_H
#define ORDITO_MODEL_NET_TERMINAL_STATE_H

#include "model/net/terminal.h"

// The packet that is coming in on a VC.
struct incoming {
    uint32_t handle; // MSG_NONE between packets
    uint32_t next_flit;
};

// Packets of a traffic class that wait at their source.
struct source_queue {
    uint32_t first; // handles; MSG_NONE if the queue is empty
    uint32_t last;
    uint32_t next_flit; // of the first packet: 0 if its head has not been sent
    uint8_t vc;         // that the first packet goes by
    uint8_t next_vc;    // that the next one takes if it can; num_vcs: the first
};

struct terminal {
    uint8_t credits[ROUTER_MAX_VCS];
    uint8_t credit;       // VCs that have one, a bit each
    uint32_t eject_first; // ring of flits that have arrived
    uint32_t eject_num;
    struct incoming incoming[ROUTER_MAX_VCS]; // circuits: [0] only
};

static inline void terminal_set_bit(uint64_t *bits, uint32_t i)
{
    bits[i / 64] |= UINT64_C(1) << i % 64;
}

// Of one that is set.
static inline void terminal_clear_bit(uint64_t *bits, uint32_t i)
{
    bits[i / 64] ^= UINT64_C(1) << i % 64;
}

// Appends a packet of the pool to its source's queue.
static inline void terminals_enqueue(struct terminals *self, uint32_t handle)
{
    const struct packet *packet = &self->pool->slots[handle];
    struct source_queue *queue =
        &self->queues[(size_t)packet->source * self->num_classes + packet->traffic_class];
    struct fabric_class_counters *counters = &self->class_counters[packet->traffic_class];
    counters->packets_created++;
    counters->flits_created += packet->flits;
    if (queue->first == MSG_NONE) {
        queue->first = handle;
        terminal_set_bit(self->sending, packet->source);
    } else {
        self->pool->slots[queue->last].next = handle;
    }
    queue->last = handle;
}

// Puts a flit of any kind on the channel out of node `n`. False if out of memory.
bool terminal_put(struct terminals *self, uint32_t n, uint64_t cycle, struct flit flit);

// Sends what belongs on the backward wires of the channel into node `n`, which is not of a bank
// that carries; the target is filled in. False with `err` if out of memory.
bool terminal_back(struct terminals *self, uint32_t n, uint64_t cycle, struct calendar_credit back,
                   struct err *err);

// Counts and puts a flit of a packet, the first of a queue of node `n`, on its channel; behind a
// tail the next packet moves up. False if out of memory.
bool terminal_send(struct terminals *self, uint32_t n, struct source_queue *queue,
                   const struct packet *packet, uint64_t cycle, struct flit flit);

// True if node `n` does not consume in this cycle.
bool terminal_stalls(const struct terminals *self, uint32_t n, uint64_t cycle);

// True if node `n`, of a fabric whose nodes are asked, leaves the packet where it is whose head
// this flit is, or under circuit switching its probe.
bool terminal_leaves(const struct terminals *self, uint32_t n, uint64_t cycle,
                     const struct flit *head);

// Node `n` takes a flit, which must be the one that was sent and at its place; the packet is to be
// delivered with its tail. False with `err` (ERR_MISMATCH) otherwise, or if out of memory.
bool terminal_take(struct terminals *self, uint32_t n, uint64_t cycle, const struct flit *flit,
                   struct err *err);

#endif
