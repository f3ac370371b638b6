// SPDX-License-Identifier: Apache-2.0
// Flattened butterfly: routers at the points of a grid, each joined to all others of its row in
// every dimension, several nodes a router; a direct network, in which every dimension takes one
// hop. It is a butterfly whose routers of a row have been made one, so there is no butterfly beside
// it.
//
// Port j (1 .. k - 1) of a dimension of side k leads to the coordinate that is j greater, modulo k.
//
// Bisection: of all sets of m points of such a grid, the first m in the order in which the longest
// side runs fastest have the most channels among themselves, hence the fewest to others (Lindsey);
// nodes of a router stay together.
//
// Source: Kim, Dally and Abts, "Flattened butterfly: a cost-efficient topology for high-radix
// networks", ISCA 2007; Lindsey, "Assignment of numbers to vertices", Amer. Math. Monthly 71, 1964.
#include "model/net/router.h"
#include "model/net/topo_concentrated.h"
#include "model/net/topo_graph.h"
#include "model/net/topo_grid.h"
#include "model/net/topo_kinds.h"

#include <stdio.h>
#include <stdlib.h>

static uint32_t side_ports(uint32_t side)
{
    return side - 1;
}

// The concentration and sides that differ least, as they would be the same in a k-ary n-flat; of
// several the one with the greatest concentration.
static bool shape(uint32_t nodes, uint32_t *concentration, uint32_t sides[2])
{
    uint64_t least_apart = UINT64_MAX;
    for (uint32_t c = 1; c <= nodes && c < ROUTER_MAX_RADIX; c++) {
        uint32_t pair[2];
        if (nodes % c != 0)
            continue;
        grid_even_sides(nodes / c, 2, pair);
        uint32_t max = c > pair[0] ? c : pair[0];
        uint32_t min = c < pair[1] ? c : pair[1];
        bool fits = (uint64_t)c + pair[0] - 1 + pair[1] - 1 <= ROUTER_MAX_RADIX;
        if (!fits || max - min > least_apart)
            continue;
        least_apart = max - min;
        *concentration = c;
        sides[0] = pair[0];
        sides[1] = pair[1];
    }
    return least_apart != UINT64_MAX;
}

static bool possible(uint32_t nodes)
{
    uint32_t concentration;
    uint32_t sides[2];
    return shape(nodes, &concentration, sides);
}

static const struct concentrated_rule rule = {
    .shape = shape,
    .possible = possible,
    .most_nodes = 22 * 22 * 23, // 65 ports: 23 nodes, 21 and 21 routers
    .side_ports = side_ports,
};

static bool resolve(struct topology_spec *spec, struct err *err)
{
    return concentrated_resolve(spec, &rule, err);
}

static int ascending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

// Channels out of the first half of the points. Blocks of the shortest side are taken off first.
static uint64_t bisection(const struct topology_spec *spec, uint64_t points)
{
    uint64_t sides[TOPOLOGY_MAX_DIMS];
    for (uint32_t d = 0; d < spec->num_dims; d++)
        sides[d] = spec->dims[d];
    qsort(sides, spec->num_dims, sizeof *sides, ascending);
    uint64_t cut = 0;
    uint64_t taken = points / 2;
    for (uint32_t d = 0; d < spec->num_dims; d++) {
        uint64_t k = sides[d];
        points /= k; // of a block
        uint64_t whole = taken / points;
        taken %= points;
        cut += (points - taken) * whole * (k - whole) + taken * (whole + 1) * (k - whole - 1);
    }
    return cut;
}

static void set_closed(struct topology *topology)
{
    const struct topology_spec *spec = &topology->spec;
    struct topology_figures closed = {.nodes = topology->num_nodes,
                                      .routers = topology->num_routers};
    double mean = 0; // over pairs of routers, a router with itself included
    for (uint32_t d = 0; d < spec->num_dims; d++) {
        uint32_t k = (uint32_t)spec->dims[d];
        closed.channels += (uint64_t)topology->num_routers * (k - 1);
        closed.degree_max += k - 1;
        closed.diameter_hops += k > 1;
        mean += 1 - 1.0 / k;
    }
    closed.average_hops = concentrated_average(topology, mean);
    closed.bisection_channels = bisection(spec, topology->num_routers);
    // Products of complete graphs are as connected as their routers have channels.
    closed.node_connectivity = topology->num_routers > 1 ? closed.degree_max : UINT32_MAX;
    closed.edge_connectivity = closed.node_connectivity;
    topology->closed = closed;
}

static bool build(const struct topology_spec *spec, struct topology *topology, struct err *err)
{
    if (!concentrated_start(topology, &rule, err))
        return false;
    for (uint32_t d = 0; d < spec->num_dims; d++) {
        uint32_t k = (uint32_t)spec->dims[d];
        uint32_t step = concentrated_step(topology, d);
        uint32_t first = concentrated_first_port(topology, &rule, d);
        for (uint32_t r = 0; r < topology->num_routers; r++)
            for (uint32_t x = r / step % k, j = 1; x + j < k; j++)
                topo_graph_connect(topology, r, first + j - 1, r + j * step, first + k - j - 1);
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
    uint32_t j = (to / step % k + k - router / step % k) % k;
    return (struct topology_hop){.port = concentrated_first_port(topology, &rule, d) + j - 1};
}

static uint32_t distance(const struct topology *topology, uint32_t source, uint32_t destination)
{
    uint32_t a = source / topology->spec.concentration;
    uint32_t b = destination / topology->spec.concentration;
    uint32_t hops = 0;
    for (uint32_t d = 0; d < topology->spec.num_dims; d++) {
        uint32_t k = (uint32_t)topology->spec.dims[d];
        hops += a % k != b % k;
        a /= k;
        b /= k;
    }
    return hops;
}

static void port_name(const struct topology *topology, uint32_t router, uint32_t port, char *text,
                      size_t size)
{
    char name[16];
    uint32_t d = concentrated_dim_of(topology, &rule, port);
    uint32_t k = (uint32_t)topology->spec.dims[d];
    uint32_t j = port - concentrated_first_port(topology, &rule, d) + 1;
    snprintf(text, size, "to %s = %u", concentrated_dim_name(topology, d, name),
             (router / concentrated_step(topology, d) + j) % k);
}

const struct topology_kind topo_flattened_butterfly = {
    .name = "flattened-butterfly",
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
