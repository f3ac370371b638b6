// SPDX-License-Identifier: Apache-2.0
// Routing algorithms by name, and the tables that those which need tables put into the routers.
//
// An algorithm is one row of the list. A table holds, for every router and destination address, one
// route, so a packet's way depends on its destination alone. Under circuit switching the layers of
// shortest-layered have no VCs to be apart by, and need none unless probes wait (fabric.circuit).
//
// Bounds: 2^ROUTING_TABLE_MAX_ADDR_BITS entries a router, which is what the configuration port of
// the RTL router can number.
// Owner: a table is the routing's, which routing_free releases.
#ifndef ORDITO_MODEL_NET_ROUTING_TABLE_H
#define ORDITO_MODEL_NET_ROUTING_TABLE_H

#include "model/net/topology.h"

enum { ROUTING_TABLE_MAX_ADDR_BITS = 23, ROUTING_MAX_ALGORITHMS = 32 };

struct routing_algorithm {
    const char *name;
    const struct route_kind *kind; // how it goes by coordinates on grids; NULL: always by table

    // Whether it can be used on a topology.
    bool (*fits)(const struct topology *topology, const struct routing_algorithm *self);

    // NULL where it is for grids only. Fills routing->table, all of whose entries are
    // ROUTING_NO_PORT with all VCs; layout and VC classes are there.
    bool (*fill)(struct routing *routing, const struct topology *topology, struct err *err);
};

// At most ROUTING_MAX_ALGORITHMS rows.
extern const struct routing_algorithm routing_algorithms[];
extern const size_t routing_num_algorithms;

// The algorithm of this name, NULL if there is none. "auto" is the topology's own.
const struct routing_algorithm *routing_algorithm_find(const struct topology *topology,
                                                       const char *name);

// The first algorithm of this kind.
const struct routing_algorithm *routing_algorithm_of(const struct route_kind *kind);

// True if the algorithm needs a table on this topology.
bool routing_needs_table(const struct topology *topology,
                         const struct routing_algorithm *algorithm);

// Sets the size of a routing's table. False with `err` if it is too large for any.
bool routing_table_size(struct routing *self, const struct topology *topology, struct err *err);

// Bytes that are needed beside a table while it is filled.
uint64_t routing_table_scratch_bytes(const struct topology *topology,
                                     const struct routing_algorithm *algorithm);

// Makes the table of a routing, whose size is there.
bool routing_table_make(struct routing *self, const struct topology *topology,
                        const struct routing_algorithm *algorithm, struct err *err);

#endif
