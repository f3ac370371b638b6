// SPDX-License-Identifier: Apache-2.0
// A network without contention in place of routers and channels: what a workload does by itself,
// and a bound to hold others against.
//
// Timing, under the rules `netrace`: in each cycle every node injects the packet that it created
// first, of any length, and takes at most one. Between the two lie cycles_per_hop cycles for each
// hop of the shortest way, and for at least one. Of packets that are due at a node in one cycle the
// one injected last comes first, of those injected in one cycle the one of the node with the
// highest number. Nodes are served in ascending order, injection before ejection.
// Leaves out: flits, VCs, buffers and traffic classes: a packet is one piece.
// Bounds: where the topology has no closed form of distances there is a table of them, of at most
// IDEAL_MAX_ROUTERS routers.
// Source: the example simulator of Netrace 1.0 (Hestness, Grot and Keckler, "Netrace:
// dependency-driven trace-based network-on-chip simulation", NoCArc 2010), whose packets the rules
// reproduce cycle by cycle on an 8x8 mesh at 3 cycles a hop.
#ifndef ORDITO_MODEL_NET_IDEAL_H
#define ORDITO_MODEL_NET_IDEAL_H

#include "model/net/fabric.h"
#include "model/net/packet_pool.h"

enum { IDEAL_MAX_ROUTERS = 4096 };

struct ideal;

// NULL on failure: ERR_CONFIG if the topology is too large, or ERR_RUN.
struct ideal *ideal_new(const struct fabric_params *params, struct packet_pool *pool,
                        struct err *err);
void ideal_free(struct ideal *self);

// Puts a packet at the end of its node's queue.
void ideal_enqueue(struct ideal *self, uint32_t handle);

// Simulates a cycle, and delivers what arrives in it. False with ERR_RUN if memory is short.
bool ideal_cycle(struct ideal *self, uint64_t cycle, struct err *err);

// What has been counted of a traffic class, and packets that have been injected.
const struct fabric_class_counters *ideal_class(const struct ideal *self, uint32_t class_idx);
uint64_t ideal_packets_injected(const struct ideal *self);

#endif
