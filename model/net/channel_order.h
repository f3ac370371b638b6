// SPDX-License-Identifier: Apache-2.0
// A growing channel dependency graph that stays acyclic: dependencies are added one at a time, and
// refused if they would close a cycle.
//
// A topological order of the channels is kept up to date, so that most additions cost nothing: a
// dependency that agrees with the order is fine; otherwise only the channels between its two ends
// in the order are searched, and sorted anew. Taking dependencies away leaves the order valid.
//
// A channel is named by the port that it arrives at, router * radix + port; a dependency goes from
// a channel to one that leaves the same router.
//
// Owner: channel_order_new allocates, channel_order_free frees.
// Source: Pearce and Kelly, "A dynamic topological sort algorithm for directed acyclic graphs",
// ACM J. Experimental Algorithmics 11, 2006.
#ifndef ORDITO_MODEL_NET_CHANNEL_ORDER_H
#define ORDITO_MODEL_NET_CHANNEL_ORDER_H

#include "model/net/topology.h"

struct channel_order;

// NULL if out of memory.
struct channel_order *channel_order_new(const struct topology *topology);
void channel_order_free(struct channel_order *self);

// Adds that a packet which arrived by `channel` may leave its router by `out_port`, which is
// connected. False if that would close a cycle: nothing is added then. Between two calls of keep
// or undo each channel gets one dependency at most: these are the routes to one node.
bool channel_order_add(struct channel_order *self, uint32_t channel, uint32_t out_port);

// Takes away what was added since channel_order_keep, or keeps it for good.
void channel_order_undo(struct channel_order *self);
void channel_order_keep(struct channel_order *self);

#endif
