// SPDX-License-Identifier: Apache-2.0
// Finds out for a fabric what its observers are told (observer.h): which packet a flit belongs to,
// and in which order events come.
//
// Body flits do not say whose they are: they follow their head, channel by channel and VC by VC.
// What is put on wires in a cycle is kept until its end, and told in order of the channels.
//
// Owner: the fabric. Bounds: 16 bytes a channel and VC.
#ifndef ORDITO_MODEL_NET_OBSERVATION_H
#define ORDITO_MODEL_NET_OBSERVATION_H

#include "model/net/fabric.h"
#include "model/net/packet_pool.h"

struct observation;

// Has what nodes take and packets delivered told to the observers first, and then to those whom
// `params` names; the callbacks there are replaced. NULL on failure, with `err` filled. `params`
// and `pool` outlive it.
struct observation *observation_new(struct fabric_params *params, const struct packet_pool *pool,
                                    struct err *err);
void observation_free(struct observation *self);

// A packet has been created.
void observation_created(struct observation *self, const struct packet *packet);

// A flit of any kind is put on the channel out of a router's port, or of a node.
struct observation_wires {
    uint64_t cycle;
    uint64_t arrives_cycle;
};
void observation_flit(struct observation *self, uint64_t channel, struct observation_wires when,
                      struct flit flit);

// An answer goes back by a channel.
void observation_answer(struct observation *self, uint64_t channel, struct observation_wires when,
                        bool ack, bool nack);

// Numbers of the channels out of a port of the bank and of a node, and of those into them.
uint64_t observation_out_of_port(const struct observation *self, uint64_t port);
uint64_t observation_into_port(const struct observation *self, uint64_t port);
uint64_t observation_out_of_node(const struct observation *self, uint32_t node);
uint64_t observation_into_node(const struct observation *self, uint32_t node);

// The end of a cycle, before anything is delivered. False with `err` if out of memory.
bool observation_end_cycle(struct observation *self, struct err *err);

#endif
