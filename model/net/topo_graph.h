// SPDX-License-Identifier: Apache-2.0
// Building the graph of a topology: its arrays, channels between ports, nodes at ports. A router
// may have any number of nodes, also none.
//
// Bounds: fewer than 2^32 - 1 ports in all.
// Owner: the arrays are the topology's, which topology_free releases.
#ifndef ORDITO_MODEL_NET_TOPO_GRAPH_H
#define ORDITO_MODEL_NET_TOPO_GRAPH_H

#include "model/net/topology.h"

// Allocates the arrays for num_nodes, num_routers and radix, which have been set: no port is
// connected, and nodes have no port. The address of a node is its number.
bool topo_graph_allocate(struct topology *self, struct err *err);

// Joins two ports by a channel each way. The ports are free; `a_port` and `b_port` are numbers
// within their routers.
void topo_graph_connect(struct topology *self, uint32_t a, uint32_t a_port, uint32_t b,
                        uint32_t b_port);

// Counts what can be counted at once, in closed forms that are otherwise unknown.
void topo_graph_count(struct topology *self);

// Puts a node at a free port of a router.
void topo_graph_attach(struct topology *self, uint32_t node, uint32_t router, uint32_t port);

#endif
