// SPDX-License-Identifier: Apache-2.0
#include "model/net/topo_grid.h"

#include "model/net/topo_graph.h"

#include <stdlib.h>

enum { DEFAULT_NODES = 64 };

// The most even pair of factors of `nodes`, the larger first. False if the smaller is below
// `min_side`.
static bool even_pair(uint64_t nodes, uint64_t min_side, uint64_t pair[2])
{
    for (uint64_t low = 1; low * low <= nodes; low++) {
        if (nodes % low == 0) {
            pair[0] = nodes / low;
            pair[1] = low;
        }
    }
    return nodes > 0 && pair[1] >= min_side;
}

static bool sides_from_nodes(struct topology_spec *spec, uint64_t min_side, struct err *err)
{
    uint64_t nodes = spec->nodes ? spec->nodes : DEFAULT_NODES;
    uint64_t pair[2] = {0, 0};
    if (!even_pair(nodes, min_side, pair)) {
        uint64_t below = nodes - 1;
        uint64_t above = nodes + 1;
        while (below > 0 && !even_pair(below, min_side, pair))
            below--;
        while (!even_pair(above, min_side, pair))
            above++;
        if (below == 0 || above - nodes < nodes - below)
            below = above;
        return err_set(err, ERR_CONFIG,
                       "fabric.topology.nodes: %llu nodes make no %s of two sides of at least "
                       "%llu; the nearest number that does is %llu",
                       (unsigned long long)nodes, spec->kind, (unsigned long long)min_side,
                       (unsigned long long)below);
    }
    spec->num_dims = 2;
    spec->dims[0] = pair[0];
    spec->dims[1] = pair[1];
    return true;
}

bool grid_resolve_sides(struct topology_spec *spec, uint64_t min_side, struct err *err)
{
    if (spec->n)
        return err_set(err, ERR_CONFIG,
                       "fabric.topology.n: a %s has no n; give its sides as dims: [k1, k2, ...]",
                       spec->kind);
    if (spec->num_dims == 0 && !sides_from_nodes(spec, min_side, err))
        return false;
    uint64_t nodes = 1;
    for (uint32_t d = 0; d < spec->num_dims; d++) {
        if (spec->dims[d] < min_side)
            return err_set(err, ERR_CONFIG,
                           "fabric.topology.dims: a side of %llu; the sides of a %s are at least "
                           "%llu%s",
                           (unsigned long long)spec->dims[d], spec->kind,
                           (unsigned long long)min_side,
                           min_side == 2 ? " (leave a side of 1 out)" : "");
        if (spec->dims[d] > TOPOLOGY_MAX_NODES || nodes * spec->dims[d] > TOPOLOGY_MAX_NODES)
            return err_set(err, ERR_CONFIG,
                           "fabric.topology.dims: more than %llu nodes, the most that can be built",
                           (unsigned long long)TOPOLOGY_MAX_NODES);
        nodes *= spec->dims[d];
    }
    spec->nodes = (uint32_t)nodes;
    return true;
}

uint32_t grid_side_ports(uint32_t side)
{
    return side > 2 ? 2 : side - 1;
}

static uint32_t side_bits(uint32_t side)
{
    uint32_t bits = 0;
    while (side > (1U << bits))
        bits++;
    return bits;
}

// Wires the channels of router `r` along a side of length `side` whose neighbours are `step` apart
// in node number, by ports from `port` on.
static void wire_side(struct topology *self, uint32_t r, uint32_t side, uint32_t step,
                      uint32_t port, bool rings)
{
    uint32_t x = r / step % side;
    uint32_t next = x + 1 < side ? r + step : r - step * (side - 1);
    if (side == 2 && x == 0)
        topo_graph_connect(self, r, port, next, port);
    else if (side > 2 && (x + 1 < side || rings))
        topo_graph_connect(self, r, port, next, port + 1);
}

// Closed forms but for the bisection; `rings` as in grid_build.
static void set_closed(struct topology *self, bool rings)
{
    uint64_t n = self->num_nodes;
    struct topology_figures closed = {.nodes = n, .routers = n};
    uint32_t connectivity = 0; // the least degree, which products of lines and rings attain
    double sum = 0;            // of mean distances over ordered pairs, a node with itself included
    for (uint32_t d = 0; d < self->num_dims; d++) {
        uint32_t k = self->sides[d];
        bool ring = rings && k > 2;
        closed.channels += 2 * (n / k) * (ring ? k : k - 1);
        closed.degree_max += grid_side_ports(k);
        connectivity += k == 1 ? 0 : ring ? 2 : 1;
        closed.diameter_hops += ring ? k / 2 : k - 1;
        if (ring && k % 2 == 0)
            sum += k / 4.0;
        else
            sum += ((double)k * k - 1) / ((ring ? 4.0 : 3.0) * k);
    }
    closed.average_hops = n > 1 ? sum * (double)n / (double)(n - 1) : 0;
    closed.node_connectivity = n > 1 ? connectivity : UINT32_MAX;
    closed.edge_connectivity = closed.node_connectivity;
    self->closed = closed;
}

bool grid_build(const struct topology_spec *spec, bool rings, struct topology *topology,
                struct err *err)
{
    uint32_t step[TOPOLOGY_MAX_DIMS + 1] = {1};
    uint32_t addr_bits = 0;
    topology->num_dims = spec->num_dims;
    topology->radix = 1;
    for (uint32_t d = 0; d < spec->num_dims; d++) {
        topology->sides[d] = (uint32_t)spec->dims[d];
        step[d + 1] = step[d] * topology->sides[d];
        topology->radix += grid_side_ports(topology->sides[d]);
        addr_bits += side_bits(topology->sides[d]);
    }
    topology->num_nodes = step[spec->num_dims];
    topology->num_routers = topology->num_nodes;
    if (!topo_graph_allocate(topology, err))
        return false;
    topology->addr_bits = addr_bits > 0 ? addr_bits : 1;
    for (uint32_t r = 0; r < topology->num_routers; r++) {
        uint32_t port = 1;
        uint32_t addr = 0;
        uint32_t lsb = 0;
        topo_graph_attach(topology, r, r, ROUTING_TERMINAL_PORT);
        for (uint32_t d = 0; d < spec->num_dims; d++) {
            uint32_t side = topology->sides[d];
            if (side > 1)
                wire_side(topology, r, side, step[d], port, rings);
            port += grid_side_ports(side);
            addr |= (r / step[d] % side) << lsb;
            lsb += side_bits(side);
        }
        topology->node_addr[r] = addr;
    }
    set_closed(topology, rings);
    return true;
}

uint32_t grid_route_dims(const struct topology *topology, bool rings, struct route_dim *dims)
{
    uint32_t num = 0;
    uint32_t port = 1;
    uint32_t lsb = 0;
    for (uint32_t d = 0; d < topology->num_dims; d++) {
        uint32_t side = topology->sides[d];
        if (side == 1)
            continue;
        uint32_t bits = side_bits(side);
        uint32_t mask = ((1U << bits) - 1) << lsb;
        bool ring = rings && side > 2;
        uint32_t minus_limit = side % 2 == 0 ? side / 2 - 1 : side / 2;
        dims[num++] = (struct route_dim){
            .mask = mask,
            .size = side << lsb & mask,
            .last = (side - 1) << lsb,
            .one = 1U << lsb,
            .limit_even = (side == 2 ? 1 : side / 2) << lsb,
            .limit_odd = (side == 2 ? 1 : minus_limit) << lsb,
            .plus_port = (uint8_t)port,
            .minus_port = (uint8_t)(side == 2 ? port : port + 1),
            .line = !ring && side > 2,
            .ring = ring,
        };
        port += grid_side_ports(side);
        lsb += bits;
    }
    return num;
}

uint32_t grid_side_distance(uint32_t side, bool ring, uint32_t a, uint32_t b)
{
    uint32_t line = a > b ? a - b : b - a;
    return ring && side - line < line ? side - line : line;
}

uint32_t grid_distance(const struct topology *topology, bool rings, uint32_t a, uint32_t b)
{
    uint32_t hops = 0;
    for (uint32_t d = 0; d < topology->num_dims; d++) {
        uint32_t side = topology->sides[d];
        hops += grid_side_distance(side, rings, a % side, b % side);
        a /= side;
        b /= side;
    }
    return hops;
}

static int descending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x < y) - (x > y);
}

uint64_t grid_mesh_bisection(const struct topology *topology)
{
    uint32_t sides[TOPOLOGY_MAX_DIMS];
    for (uint32_t d = 0; d < topology->num_dims; d++)
        sides[d] = topology->sides[d];
    qsort(sides, topology->num_dims, sizeof *sides, descending);
    uint64_t cut = 0;
    for (uint32_t i = 0; i < topology->num_dims; i++) {
        uint64_t plane = 1;
        for (uint32_t j = i + 1; j < topology->num_dims; j++)
            plane *= sides[j];
        if (sides[i] > 1)
            cut += plane;
        if (sides[i] % 2 == 0)
            break;
    }
    return cut;
}
