// SPDX-License-Identifier: Apache-2.0
// The kinds of topology, one file topo_*.c each; the list is in topology.c.
#ifndef ORDITO_MODEL_NET_TOPO_KINDS_H
#define ORDITO_MODEL_NET_TOPO_KINDS_H

#include "model/net/topology.h"

extern const struct topology_kind topo_mesh;
extern const struct topology_kind topo_torus;
extern const struct topology_kind topo_cube;
extern const struct topology_kind topo_hypercube;
extern const struct topology_kind topo_ring;
extern const struct topology_kind topo_star;
extern const struct topology_kind topo_tree;
extern const struct topology_kind topo_fat_tree;
extern const struct topology_kind topo_concentrated_mesh;
extern const struct topology_kind topo_flattened_butterfly;
extern const struct topology_kind topo_dragonfly;
extern const struct topology_kind topo_file; // "graph"

#endif
