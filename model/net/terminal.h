// SPDX-License-Identifier: Apache-2.0
// The terminals of a partition of a fabric: source queues, injection and ejection of its nodes. See
// fabric.h for when what happens. Partitions share arrays with a row a node, each using the rows of
// its own nodes, and have counters of their own.
//
// Bounds: source queues are unbounded (a packet waits in its pool slot); an ejection buffer holds
// `buffer_flits` a VC, which the credits of the last router stand for. Circuits:
// terminal_circuit.h.
#ifndef ORDITO_MODEL_NET_TERMINAL_H
#define ORDITO_MODEL_NET_TERMINAL_H

#include "model/net/calendar.h"
#include "model/net/fabric.h"
#include "model/net/packet_pool.h"

struct terminal;         // terminal_state.h
struct source_queue;     // likewise
struct terminal_circuit; // terminal_circuit.c

// A flit that a node has taken.
struct terminal_taken {
    struct flit flit;
    uint32_t node;
    uint32_t handle; // of the packet, if it ends with this flit; otherwise MSG_NONE
};

// A packet whose tail has left its node.
struct terminal_left {
    uint32_t node;
    uint32_t handle;
};

struct terminals {
    const struct fabric_params *params; // the fabric's own copy
    struct packet_pool *pool;
    struct calendar *calendar;
    void *bank;                             // of routers, if it carries (carrier.h); otherwise NULL
    struct observation *observation;        // of the fabric, or NULL; never of a bank that carries
    uint32_t part;                          // number of the partition
    const struct wire *node_wires;          // [num_nodes] from node to router
    uint64_t *node_flits;                   // [num_nodes] flits that it has put on its channel
    uint32_t num_nodes;                     // of all partitions
    uint32_t eject_cap;                     // flits of an ejection buffer, a power of two
    uint32_t num_classes;                   // traffic classes
    bool stalls;                            // nodes do not always consume
    bool tells_flits;                       // somebody is to be told of each flit that is taken
    bool tells_left;                        // and of each packet that has left
    bool faulty;                            // channels have faults
    uint8_t inject_vcs[ROUTER_MAX_CLASSES]; // VCs for packets of a class; 0: it depends on them
    uint8_t class_of_vc[ROUTER_MAX_VCS];    // traffic class
    struct terminal *nodes;                 // [num_nodes]
    struct source_queue *queues;            // [num_nodes * num_classes]
    struct flit *eject_flits;               // [num_nodes * eject_cap]
    uint64_t *sending;                      // nodes with a packet to send, a bit each
    uint64_t *ejecting;                     // nodes with a flit to take, a bit each
    uint32_t first_word;                    // of these sets: of this partition's nodes
    uint32_t end_word;
    struct terminal_taken *taken; // in this cycle: flits, if somebody is to be told of them;
                                  // otherwise handles of packets alone
    uint32_t num_taken, cap_taken;
    struct terminal_left *left; // [nodes of the partition] in this cycle, if `tells_left`
    uint32_t num_left;
    uint64_t packets_injected;
    uint64_t packets_dropped, packets_corrupted;
    struct terminal_circuit *circuits; // [num_nodes] under circuit switching, otherwise NULL
    uint32_t num_backing_off;          // nodes whose circuit was refused, and which wait to retry
    struct circuit_counters circuit_counters;
    struct fabric_class_counters class_counters[ROUTER_MAX_CLASSES];
};

// Fills the rest after what comes before eject_cap has been set, for all nodes.
bool terminals_make(struct terminals *self, struct err *err);
void terminals_free(struct terminals *self);

// Makes `self` those of a partition: `whole`, whose arrays it shares, but with an own `calendar`,
// from a word of the sets of nodes to another.
void terminals_share(struct terminals *self, const struct terminals *whole,
                     struct calendar *calendar, uint32_t part, uint32_t first_word,
                     uint32_t end_word);

// Step b for the partition's nodes. False if out of memory.
bool terminals_inject(struct terminals *self, uint64_t cycle);

// Step c: what arrives at a node.
void terminals_credit(struct terminals *self, uint32_t node, uint8_t vcs);
bool terminals_answer(struct terminals *self, uint32_t node, uint64_t cycle, bool ack, bool nack,
                      struct err *err);
bool terminals_flit(struct terminals *self, uint32_t node, struct flit flit, struct err *err);

// Step d for the partition's nodes, in ascending order, but for what terminals_deliver does. False
// with `err`, of the first node that has one, if a flit is not the one that was sent
// (ERR_MISMATCH), or if out of memory.
bool terminals_eject(struct terminals *self, uint64_t cycle, struct err *err);

// Channels between routers that the head of a packet which is at its node has crossed.
uint32_t terminals_router_hops(const struct terminals *self, const struct packet *packet);

// Tells of the flits and packets that were taken, and frees the packets' slots. Not while another
// partition is at work.
void terminals_deliver(struct terminals *self, uint64_t cycle);

#endif
