// SPDX-License-Identifier: Apache-2.0
// Concentrated mesh: a mesh of routers with several nodes each, a direct network. By default 4
// nodes a router, if their number divides by 4.
//
// Bisection: nodes of a router stay together, so it is that of the mesh of routers.
//
// Source: Balfour and Dally, "Design tradeoffs for tiled CMP on-chip networks", ICS 2006.
#include "model/net/topo_concentrated.h"
#include "model/net/topo_graph.h"
#include "model/net/topo_grid.h"
#include "model/net/topo_kinds.h"

#include <stdio.h>

static bool shape(uint32_t nodes, uint32_t *concentration, uint32_t sides[2])
{
    *concentration = nodes % 4 == 0 ? 4 : nodes % 2 == 0 ? 2 : 1;
    grid_even_sides(nodes / *concentration, 2, sides);
    return true;
}

static const struct concentrated_rule rule = {.shape = shape, .side_ports = grid_side_ports};

static bool resolve(struct topology_spec *spec, struct err *err)
{
    return concentrated_resolve(spec, &rule, err);
}

static void set_closed(struct topology *topology)
{
    const struct topology_spec *spec = &topology->spec;
    struct topology_figures closed = {.nodes = topology->num_nodes,
                                      .routers = topology->num_routers};
    double mean = 0; // over pairs of routers, a router with itself included
    for (uint32_t d = 0; d < spec->num_dims; d++) {
        uint32_t k = (uint32_t)spec->dims[d];
        closed.channels += UINT64_C(2) * (topology->num_routers / k) * (k - 1);
        closed.degree_max += grid_side_ports(k);
        closed.diameter_hops += k - 1;
        closed.edge_connectivity += k > 1; // of a corner
        mean += ((double)k * k - 1) / (3.0 * k);
    }
    closed.average_hops = concentrated_average(topology, mean);
    closed.bisection_channels = grid_mesh_bisection(spec->dims, spec->num_dims);
    if (topology->num_routers == 1)
        closed.edge_connectivity = UINT32_MAX;
    closed.node_connectivity = closed.edge_connectivity;
    topology->closed = closed;
}

static bool build(const struct topology_spec *spec, struct topology *topology, struct err *err)
{
    if (!concentrated_start(topology, &rule, err))
        return false;
    for (uint32_t d = 0; d < spec->num_dims; d++) {
        uint32_t k = (uint32_t)spec->dims[d];
        uint32_t step = concentrated_step(topology, d);
        uint32_t plus = concentrated_first_port(topology, &rule, d);
        uint32_t minus = k == 2 ? plus : plus + 1;
        for (uint32_t r = 0; r < topology->num_routers; r++)
            if (r / step % k + 1 < k)
                topo_graph_connect(topology, r, plus, r + step, minus);
    }
    set_closed(topology);
    return true;
}

static struct topology_hop next(const struct topology *topology, uint32_t router, uint32_t node)
{
    uint32_t to = node / topology->spec.concentration;
    uint32_t d = concentrated_first_difference(topology, router, to);
    uint32_t k = (uint32_t)topology->spec.dims[d];
    uint32_t step = concentrated_step(topology, d);
    bool minus = k > 2 && to / step % k < router / step % k;
    return (struct topology_hop){.port = concentrated_first_port(topology, &rule, d) + minus};
}

static uint32_t distance(const struct topology *topology, uint32_t source, uint32_t destination)
{
    uint32_t a = source / topology->spec.concentration;
    uint32_t b = destination / topology->spec.concentration;
    uint32_t hops = 0;
    for (uint32_t d = 0; d < topology->spec.num_dims; d++) {
        uint32_t k = (uint32_t)topology->spec.dims[d];
        hops += grid_side_distance(k, false, a % k, b % k);
        a /= k;
        b /= k;
    }
    return hops;
}

static void port_name(const struct topology *topology, uint32_t router, uint32_t port, char *text,
                      size_t size)
{
    (void)router;
    char name[16];
    uint32_t d = concentrated_dim_of(topology, &rule, port);
    bool minus = port > concentrated_first_port(topology, &rule, d);
    const char *sign = topology->spec.dims[d] == 2 ? "" : minus ? "-" : "+";
    snprintf(text, size, "%s%s", sign, concentrated_dim_name(topology, d, name));
}

const struct topology_kind topo_concentrated_mesh = {
    .name = "concentrated-mesh",
    .parameters = "dims: [k1, k2, ...] (routers), concentration: c (nodes a router), or nodes: N",
    .default_routing = "dimension-order",
    .takes = TOPOLOGY_TAKES_DIMS | TOPOLOGY_TAKES_CONCENTRATION,
    .resolve = resolve,
    .build = build,
    .next = next,
    .distance = distance,
    .router_name = concentrated_router_name,
    .port_name = port_name,
};
