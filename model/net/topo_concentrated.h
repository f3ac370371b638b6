// SPDX-License-Identifier: Apache-2.0
// What concentrated mesh and flattened butterfly share: routers at the points of a grid, c nodes at
// each. Routers are numbered with dimension 0 fastest; node i is at port i mod c of router i / c,
// and the dimensions' ports follow.
#ifndef ORDITO_MODEL_NET_TOPO_CONCENTRATED_H
#define ORDITO_MODEL_NET_TOPO_CONCENTRATED_H

#include "model/net/topology.h"

// Resolves dims and concentration; what is not given is 4, or two sides of 4. `shape` finds both
// from the number of nodes (false if it cannot), `side_ports` says how many ports a side has.
struct concentrated_rule {
    bool (*shape)(uint32_t nodes, uint32_t *concentration, uint32_t sides[2]);
    bool (*possible)(uint32_t nodes); // whether there is such a shape; NULL: always
    uint32_t most_nodes;              // for which there is
    uint32_t (*side_ports)(uint32_t side);
};

bool concentrated_resolve(struct topology_spec *spec, const struct concentrated_rule *rule,
                          struct err *err);

// Sets sizes, allocates and attaches the nodes.
bool concentrated_start(struct topology *topology, const struct concentrated_rule *rule,
                        struct err *err);

// Numbers of routers from one coordinate to the next in dimension `dim`.
uint32_t concentrated_step(const struct topology *topology, uint32_t dim);

// The first dimension in which two routers differ; they do.
uint32_t concentrated_first_difference(const struct topology *topology, uint32_t a, uint32_t b);

// The first port of dimension `dim`, and the dimension of a port behind the nodes'.
uint32_t concentrated_first_port(const struct topology *topology,
                                 const struct concentrated_rule *rule, uint32_t dim);
uint32_t concentrated_dim_of(const struct topology *topology, const struct concentrated_rule *rule,
                             uint32_t port);

// The mean over ordered pairs of distinct nodes from the mean over pairs of routers.
double concentrated_average(const struct topology *topology, double mean_of_routers);

// "router 5 (1,1)", and "x", "d7" for a dimension.
void concentrated_router_name(const struct topology *topology, uint32_t router, char *text,
                              size_t size);
const char *concentrated_dim_name(const struct topology *topology, uint32_t dim, char text[16]);

#endif
