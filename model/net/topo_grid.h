// SPDX-License-Identifier: Apache-2.0
// What mesh, torus and hypercube share: nodes at the points of a grid, a port or two a dimension.
//
// Nodes are numbered with dimension 0 fastest. Port 0 of a router is its node's; then, for each
// dimension in order, a side of 1 has no port, a side of 2 one port ("plus"), longer sides a plus
// and a minus port. A channel that leaves by the plus port arrives at the neighbour's minus port.
// On a line (mesh) the outward ports of the two ends are not connected.
#ifndef ORDITO_MODEL_NET_TOPO_GRID_H
#define ORDITO_MODEL_NET_TOPO_GRID_H

#include "model/net/topology.h"

// Refuses a spec whose sides are below `min_side` or make too many nodes; fills `dims` from `nodes`
// with the most even `num_sides` sides, if they are not given.
bool grid_resolve_sides(struct topology_spec *spec, uint64_t min_side, uint32_t num_sides,
                        struct err *err);

// The two or three sides that differ least with so many points, the longest first.
void grid_even_sides(uint32_t points, uint32_t num_sides, uint32_t *sides);

// Wires the routers; `rings` closes every side of 3 and more. Allocates the topology's arrays.
// Closed forms are filled in but for the bisection.
bool grid_build(const struct topology_spec *spec, bool rings, struct topology *topology,
                struct err *err);

// Dimensions for routing; `rings` as in grid_build.
uint32_t grid_route_dims(const struct topology *topology, bool rings, struct route_dim *dims);

// Hops along one side: of a line, or of a ring.
uint32_t grid_side_distance(uint32_t side, bool ring, uint32_t a, uint32_t b);

// Hops between two nodes by coordinates.
uint32_t grid_distance(const struct topology *topology, bool rings, uint32_t a, uint32_t b);

// Bisection width of a mesh. Source: Efe and Feng, "A proof for bisection width of grids", World
// Academy of Science, Engineering and Technology 27, 2007.
uint64_t grid_mesh_bisection(const uint64_t *sides, uint32_t num_sides);

// Bisection width of a torus: twice the mesh's if every side is a ring, half the nodes if none is;
// mixed shapes have no closed form here (UINT64_MAX).
uint64_t grid_torus_bisection(const uint64_t *sides, uint32_t num_sides);

// Ports of one direction of a dimension: 0 for a side of 1, 1 for a side of 2, 2 for longer ones.
uint32_t grid_side_ports(uint32_t side);

#endif
