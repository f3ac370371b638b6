// SPDX-License-Identifier: Apache-2.0
// Topologies: routers, what their ports are wired to, where the nodes are, and the closed forms.
//
// A topology kind is one file topo_*.c and one line in the list in topology.c. It turns parameters
// into a graph; everything else (routing tables or grid dimensions, proof, fabric, laws in the
// tests) is generic.
#ifndef ORDITO_MODEL_NET_TOPOLOGY_H
#define ORDITO_MODEL_NET_TOPOLOGY_H

#include "model/net/routing.h"
#include "sim/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TOPOLOGY_MAX_DIMS = 32,
    TOPOLOGY_NONE = UINT32_MAX // an unconnected port, a port without a node
};

#define TOPOLOGY_MAX_NODES (UINT64_C(1) << 24)

// Parameters as in the configuration; those that a kind does not take are refused.
struct topology_spec {
    const char *kind;  // name of the kind
    uint32_t nodes;    // 0: given by the parameters below
    uint32_t num_dims; // 0: `dims` not given
    uint64_t dims[TOPOLOGY_MAX_DIMS];
    uint32_t n;             // hypercube: dimensions; ring, star: nodes; here and below 0: not given
    uint32_t arity;         // trees: branches of a switch
    uint32_t height;        // trees: levels of switches
    uint32_t concentration; // nodes of a router
    uint32_t routers_per_group; // dragonfly
    uint32_t global_ports;      // dragonfly: of a router, to other groups
    uint32_t groups;            // dragonfly
    char *file;  // graph: where it is; NULL: not given; outlives the topology, as `failed` does
    char *racks; // cluster: topo_racks.h; NULL: not given; outlives the topology, too
    const char *join_kind;        // cluster: topology of the racks; NULL: not given
    uint32_t join_channels;       // cluster: uplinks for a channel of that
    uint32_t join_latency_cycles; // cluster: of uplinks; 0: as all channels
    uint32_t join_flit_cycles;    // cluster: cycles of a flit on an uplink
    char *failed; // of any kind: parts that have failed, one a line (topo_failed.h); NULL: none
};

// Parameters that kinds take, beside `nodes` and `failed`; all of a dragonfly's groups are one.
enum {
    TOPOLOGY_TAKES_DIMS = 1 << 0,
    TOPOLOGY_TAKES_N = 1 << 1,
    TOPOLOGY_TAKES_ARITY = 1 << 2,
    TOPOLOGY_TAKES_HEIGHT = 1 << 3,
    TOPOLOGY_TAKES_CONCENTRATION = 1 << 4,
    TOPOLOGY_TAKES_GROUPS = 1 << 5,
    TOPOLOGY_TAKES_FILE = 1 << 6,
    TOPOLOGY_TAKES_RACKS = 1 << 7 // and how they are joined
};

// The numbers that the literature gives for a topology; UINT64_MAX or a negative number stands for
// "no closed form".
struct topology_figures {
    uint64_t nodes;
    uint64_t routers;
    uint64_t channels;   // hops' channels, each direction apart
    uint32_t degree_max; // most channels, one way, out of a router
    uint32_t diameter_hops;
    double average_hops;         // over ordered pairs of distinct nodes; 0 for a single node
    uint64_t bisection_channels; // one way
    uint32_t node_connectivity;  // connectivity.h
    uint32_t edge_connectivity;  // channels and their opposites count as one
};

struct topology_kind;

// A built topology. Made by topology_new, freed by topology_free.
//
// In a direct network a router and its nodes are one vertex, and the channels between them are no
// hops: nodes of one router are 0 hops apart. In an indirect network nodes and switches are
// different vertices: the channels between them are hops too, also on the way from a node to
// itself, over its switch.
struct topology {
    const struct topology_kind *kind;
    struct topology_spec spec; // resolved
    bool indirect;
    uint32_t num_dims; // sides as given, sides of 1 included (grids)
    uint32_t sides[TOPOLOGY_MAX_DIMS];
    uint32_t num_nodes;
    uint32_t num_routers;
    uint32_t radix; // ports of the largest router, terminals included
    uint32_t *peer; // [num_routers * radix]: the port at the other end as router * radix + port,
                    // or TOPOLOGY_NONE
    uint32_t *port_node; // [num_routers * radix]: the node at this port, or TOPOLOGY_NONE
    uint32_t *node_port; // [num_nodes]: router * radix + port
    uint32_t addr_bits;  // width of a destination address
    uint32_t *node_addr; // [num_nodes]: destination address of a node (grids: packed coordinates)
    // Of channels that differ from the rest, both directions given apart: [num_routers * radix], by
    // output port; the entry of a port with a node holds for both directions. NULL: none does.
    uint32_t *latency_cycles;       // 0: what the fabric's channels have
    uint32_t *flit_cycles;          // cycles that a flit takes up the channel, 1..; NULL: 1
    char **router_names;            // [num_routers], NULL where a router has none; NULL: none has
    struct topology_figures closed; // closed forms
};

// Where a packet leaves a router, and which class of VCs it may use there.
enum topology_vcs { TOPOLOGY_VCS_ALL, TOPOLOGY_VCS_LOW, TOPOLOGY_VCS_HIGH };

struct topology_hop {
    uint32_t port;
    enum topology_vcs vcs; // low and high are the lower and the upper half, all if there is one VC
};

// A kind of topology.
struct topology_kind {
    const char *name;
    const char *parameters;      // for help texts: "dims: [k1, k2, ...]"
    const char *default_routing; // what `routing: auto` means, a name of routing_algorithms
    unsigned takes;              // TOPOLOGY_TAKES_...
    bool grid;                   // routable by coordinates

    // Fills the spec's missing parameters, from `nodes` if none is given, and `nodes`; refuses what
    // is impossible, naming the nearest possible. What the kind does not take is not there.
    bool (*resolve)(struct topology_spec *spec, struct err *err);

    // Builds graph, addresses and closed forms from a resolved spec.
    bool (*build)(const struct topology_spec *spec, struct topology *topology, struct err *err);

    // Grids: fills `dims` for sides of 2 and more (ports as wired by build; masks relative to bit
    // 0 of the address) and returns their number. NULL for others.
    uint32_t (*route_dims)(const struct topology *topology, struct route_dim *dims);

    // The hop that a packet to `node` takes next at a router that has not got that node, by the
    // kind's own routing. NULL for grids, which are routed by coordinates.
    struct topology_hop (*next)(const struct topology *topology, uint32_t router, uint32_t node);

    // Hops of the kind's own route between two nodes by closed form.
    uint32_t (*distance)(const struct topology *topology, uint32_t source, uint32_t destination);

    // What a router and a port that leads to another router are called ("switch 5", "up 1"). NULL:
    // "router 5", "port 2", or, on grids, coordinates and directions.
    void (*router_name)(const struct topology *topology, uint32_t router, char *text, size_t size);
    void (*port_name)(const struct topology *topology, uint32_t router, uint32_t port, char *text,
                      size_t size);

    // The rack or group that a router is drawn in, or TOPOLOGY_NONE. NULL: there are none.
    uint32_t (*group)(const struct topology *topology, uint32_t router);
    const char *group_name; // "rack"
};

extern const struct topology_kind *const topology_kinds[];
extern const size_t topology_num_kinds;

const struct topology_kind *topology_find(const char *name);

// Whether a kind is made from numbers alone, so that its topologies can be racks and join racks.
bool topology_can_be_part(const struct topology_kind *kind);

// Fills what is missing in `spec`: 64 nodes if nothing is given. False with ERR_CONFIG if there is
// no such kind, if it has not got such parameters or they are impossible.
bool topology_resolve(struct topology_spec *spec, struct err *err);

// Resolves `spec` in place and builds. NULL on failure (ERR_CONFIG, or ERR_RUN for memory).
struct topology *topology_new(struct topology_spec *spec, struct err *err);
void topology_free(struct topology *self);

// Bytes of a topology, names of routers left out.
uint64_t topology_bytes(const struct topology *self);

// Figures by breadth-first search from every node over the graph as it is wired: time grows with
// the square of the nodes. False if some pair of nodes is not connected.
bool topology_search(const struct topology *self, struct topology_figures *figures,
                     struct err *err);

// Channels have numbers: router * radix + output port of those out of routers, and
// num_routers * radix + node of those out of nodes. Whether a number is of a channel that counts as
// a hop.
uint64_t topology_num_channels(const struct topology *self);
bool topology_is_hop(const struct topology *self, uint64_t channel);

// Channels between routers on a way of so many hops.
uint32_t topology_router_hops(const struct topology *self, uint32_t hops);

// Counts the channels that are hops, and the most that any router has, in figures that are zero.
// With `flits` (by number of channel) only those that flits went over.
void topology_search_channels(const struct topology *self, const uint64_t *flits,
                              struct topology_figures *figures);

// Least number of channels, one way, between two halves of the nodes, by trying all ways of putting
// the routers on two sides: UINT64_MAX for more than TOPOLOGY_MAX_HALVED_ROUTERS routers. Halves
// are floor and ceiling of n / 2 nodes; in direct networks, where nodes of a router stay together,
// as near to that as they can be.
enum { TOPOLOGY_MAX_HALVED_ROUTERS = 22 };
uint64_t topology_search_bisection(const struct topology *self);

// A port in words: "router 1 (1,0) +x" for grids, the kind's words otherwise; "terminal" for the
// port of a router's only node, "node 7" where there may be several. Returns `text`.
const char *topology_port_name(const struct topology *self, uint32_t router, uint32_t port,
                               char *text, size_t size);
const char *topology_router_name(const struct topology *self, uint32_t router, char *text,
                                 size_t size);

// --- routing made from a topology -------------------------------------------------------------

// Options of routing, as in the configuration.
struct routing_spec {
    const char *routing; // "auto" or a name
    uint32_t num_vcs;
    uint32_t num_classes; // traffic classes that share the VCs out; 0: 1
    bool by_flow;
    uint32_t flit_bits;
    uint32_t max_flits; // longest packet
    enum switching switching;
    uint32_t buffer_flits;
};

// Makes route computation for a topology. NULL on failure. `*name` gets the resolved name.
struct routing *routing_new(const struct topology *topology, const struct routing_spec *spec,
                            const char **name, struct err *err);
void routing_free(struct routing *self);

// The same in two steps, between which can be asked what the tables will take: all but the tables,
// whose size is there, and the tables, by the resolved name.
struct routing *routing_new_outline(const struct topology *topology,
                                    const struct routing_spec *spec, const char **name,
                                    struct err *err);
bool routing_fill(struct routing *self, const struct topology *topology, const char *name,
                  struct err *err);

// Bytes of the tables, and `*while_filled` of what is there beside them while they are filled.
uint64_t routing_bytes(const struct routing *self, const struct topology *topology,
                       const char *name, uint64_t *while_filled);

// Addresses in place of every router (for grids, its coordinates; 0 otherwise): an array of
// topology->num_routers words that the caller frees with free(). NULL if out of memory.
uint32_t *routing_own_addresses(const struct routing *self, const struct topology *topology);

#endif
