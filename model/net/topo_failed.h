// SPDX-License-Identifier: Apache-2.0
// Parts of a topology that have failed: what is left of it, for any kind.
//
// An item is "router A" or "channel A-B": a router, or the pair of channels between two routers; A
// and B are their numbers, their coordinates on a grid ("3,1"), or their names in a graph's file.
// Of several channels between two routers each item takes one. A failed router takes its channels
// and its nodes with it; the nodes that are left are numbered anew, without gaps, in the old order.
// Numbers of routers stay.
//
// What is left is no grid any more: it routes by tables (up-down by default), and patterns of
// traffic that are defined by coordinates are there only if every node is.
//
// If two of the nodes that are left cannot reach each other, the topology is refused, and such
// pairs are named by their old numbers.
#ifndef ORDITO_MODEL_NET_TOPO_FAILED_H
#define ORDITO_MODEL_NET_TOPO_FAILED_H

#include "model/net/topology.h"

// Takes the parts that self->spec.failed lists, one a line, out of a topology that has been built.
bool topo_failed_remove(struct topology *self, struct err *err);

#endif
