// SPDX-License-Identifier: Apache-2.0
// The terminals of a fabric: source queues, injection and ejection of all nodes. See fabric.h for
// when what happens.
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

// Latencies of a node's channels.
struct terminal_latency {
    uint32_t injection_cycles; // node to router
    uint32_t ejection_cycles;  // router to node
};

struct terminals {
    const struct fabric_params *params; // the fabric's own copy
    struct packet_pool *pool;
    struct calendar *calendar;
    const struct carrier_target *node_target;    // [num_nodes] a node's router port
    const struct terminal_latency *node_latency; // [num_nodes]
    uint64_t *node_flits;                        // [num_nodes] flits that it has put on its channel
    uint32_t num_nodes;
    uint32_t eject_cap;          // flits of an ejection buffer, a power of two
    uint32_t num_classes;        // traffic classes
    struct terminal *nodes;      // [num_nodes]
    struct source_queue *queues; // [num_nodes * num_classes]
    struct flit *eject_flits;    // [num_nodes * eject_cap]
    uint64_t *sending;           // nodes with a packet to send, a bit each
    uint64_t *ejecting;          // nodes with a flit to take, a bit each
    uint64_t packets_injected;
    uint64_t flits_injected;
    uint64_t packets_ejected;
    uint64_t flits_ejected;
    struct terminal_circuit *circuits; // [num_nodes] under circuit switching, otherwise NULL
    uint32_t num_backing_off;          // nodes whose circuit was refused, and which wait to retry
    struct circuit_counters circuit_counters;
    struct fabric_class_counters class_counters[ROUTER_MAX_CLASSES];
};

// Fills the rest after what comes before eject_cap has been set.
bool terminals_make(struct terminals *self, struct err *err);
void terminals_free(struct terminals *self);

// Appends a packet of the pool to its source's queue.
void terminals_enqueue(struct terminals *self, uint32_t handle);

// Step b for all nodes. False if out of memory.
bool terminals_inject(struct terminals *self, uint64_t cycle);

// Step c: what arrives at a node.
void terminals_credit(struct terminals *self, uint32_t node, uint8_t vcs);
bool terminals_answer(struct terminals *self, uint32_t node, uint64_t cycle, bool ack, bool nack,
                      struct err *err);
bool terminals_flit(struct terminals *self, uint32_t node, struct flit flit, struct err *err);

// Step d for all nodes, in ascending order. False with `err` if a flit is not the one that was
// sent (ERR_MISMATCH), or if out of memory.
bool terminals_eject(struct terminals *self, uint64_t cycle, struct err *err);

#endif
