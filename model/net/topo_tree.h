// SPDX-License-Identifier: Apache-2.0
// What tree and fat-tree share: k^h nodes, all at the lowest of h levels of switches, k a switch.
//
// Levels count from the nodes: 0 is the lowest. A switch's down ports are 0 .. k - 1, up ports
// follow. Down port i of a lowest switch s is of node s k + i. Hops between two nodes are up to the
// lowest common level and down again, in both kinds.
#ifndef ORDITO_MODEL_NET_TOPO_TREE_H
#define ORDITO_MODEL_NET_TOPO_TREE_H

#include "model/net/topology.h"

// Resolves arity and height, from the number of nodes if neither is given; arities are at most
// `most_arity`. `possible` tells whether tree_shape finds a shape.
bool tree_resolve(struct topology_spec *spec, uint32_t most_arity, bool (*possible)(uint32_t nodes),
                  struct err *err);

// The arity and height that are nearest to each other with arity^height nodes and a height of at
// least 2; of two that are as near the greater arity. False if there are none.
bool tree_shape(uint32_t nodes, uint32_t most_arity, uint32_t *arity, uint32_t *height);

// Sets nodes, indirect and radix, allocates with `num_routers` switches, of which the lowest begin
// at `first_lowest`, and attaches the nodes.
bool tree_start(struct topology *topology, uint32_t num_routers, uint32_t first_lowest,
                uint32_t up_ports, struct err *err);

// k^exponent of a resolved spec, exponent at most h.
uint32_t tree_power(const struct topology *topology, uint32_t exponent);

uint32_t tree_distance(const struct topology *topology, uint32_t source, uint32_t destination);
double tree_average_hops(const struct topology *topology);

// "down 2", "up", and "up 1" where there are several.
void tree_port_name(const struct topology *topology, uint32_t router, uint32_t port, char *text,
                    size_t size);

#endif
