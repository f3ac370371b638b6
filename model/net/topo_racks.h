// SPDX-License-Identifier: Apache-2.0
// The racks of a cluster as text: a line a rack or row of equal racks, of fields "key=value" with a
// tab after each but the last. Keys are kind (which has to be there), nodes, dims ("4x4"), the
// parameters in topology_params that a kind for racks takes, count, how many racks there are of
// this sort (1), and channels, latency_cycles and flit_cycles, of the rack's own uplinks.
//
// Owner: topo_racks_free frees what topo_racks_read allocates; kinds belong to the registry.
#ifndef ORDITO_MODEL_NET_TOPO_RACKS_H
#define ORDITO_MODEL_NET_TOPO_RACKS_H

#include "model/net/topology.h"

enum { TOPO_RACKS_MAX = 4096 };

struct topo_uplinks {
    uint32_t channels;       // side by side, 1..ROUTER_MAX_RADIX; here and below 0: as the join's
    uint32_t latency_cycles; // 1..GRAPH_MAX_CYCLES
    uint32_t flit_cycles;    // 1..GRAPH_MAX_FLIT_CYCLES
};

struct topo_rack {
    struct topology_spec spec; // resolved
    uint32_t count;            // 1..TOPO_RACKS_MAX
    struct topo_uplinks uplinks;
};

// Reads one line. False with ERR_CONFIG that tells what is wrong with it.
bool topo_rack_read(struct topo_rack *self, const char *line, struct err *err);

struct topo_racks {
    struct topo_rack *sorts; // [num_sorts] in the order of the text
    uint32_t num_sorts;
    uint32_t num_racks; // 1..TOPO_RACKS_MAX, all counts
    uint64_t num_nodes; // 1..TOPOLOGY_MAX_NODES
};

// False with ERR_CONFIG that names the rack, by the number of its line from 1 on. There is nothing
// to free then.
bool topo_racks_read(struct topo_racks *self, const char *text, struct err *err);

// The racks of a cluster: as they are given or, of a number of nodes, equal meshes: as many as the
// greatest number that divides the nodes and is at most their square root, and 64.
bool topo_racks_of(struct topo_racks *self, const struct topology_spec *spec, struct err *err);

void topo_racks_free(struct topo_racks *self);

#endif
