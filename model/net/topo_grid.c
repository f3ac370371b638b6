// SPDX-License-Identifier: Apache-2.0
#include "model/net/topo_grid.h"

#include "model/net/topo_graph.h"

#include <stdlib.h>

static void even_pair(uint32_t points, uint32_t *sides)
{
    sides[0] = points;
    sides[1] = 1;
    for (uint32_t low = 2; (uint64_t)low * low <= points; low++) {
        if (points % low == 0) {
            sides[0] = points / low;
            sides[1] = low;
        }
    }
}

void grid_even_sides(uint32_t points, uint32_t num_sides, uint32_t *sides)
{
    uint32_t least_apart = UINT32_MAX;
    if (num_sides == 2)
        even_pair(points, sides);
    for (uint32_t low = 1; num_sides == 3 && (uint64_t)low * low * low <= points; low++) {
        uint32_t pair[2];
        if (points % low != 0)
            continue;
        even_pair(points / low, pair);
        if (pair[1] < low || pair[0] - low > least_apart)
            continue;
        least_apart = pair[0] - low;
        sides[0] = pair[0];
        sides[1] = pair[1];
        sides[2] = low;
    }
}

static bool has_sides(uint32_t nodes, uint64_t min_side, uint32_t num_sides)
{
    uint32_t sides[3];
    grid_even_sides(nodes, num_sides, sides);
    return sides[num_sides - 1] >= min_side;
}

static bool sides_from_nodes(struct topology_spec *spec, uint64_t min_side, uint32_t num_sides,
                             struct err *err)
{
    uint32_t sides[3];
    if (!has_sides(spec->nodes, min_side, num_sides)) {
        uint32_t below = spec->nodes - 1;
        uint32_t above = spec->nodes + 1;
        while (below > 0 && !has_sides(below, min_side, num_sides))
            below--;
        while (!has_sides(above, min_side, num_sides))
            above++;
        if (below == 0 || above - spec->nodes < spec->nodes - below)
            below = above;
        return err_set(err, ERR_CONFIG,
                       "fabric.topology.nodes: %u nodes make no %s of %s sides of at least %llu; "
                       "the nearest number that does is %u",
                       spec->nodes, spec->kind, num_sides == 2 ? "two" : "three",
                       (unsigned long long)min_side, below);
    }
    grid_even_sides(spec->nodes, num_sides, sides);
    spec->num_dims = num_sides;
    for (uint32_t d = 0; d < num_sides; d++)
        spec->dims[d] = sides[d];
    return true;
}

bool grid_resolve_sides(struct topology_spec *spec, uint64_t min_side, uint32_t num_sides,
                        struct err *err)
{
    if (spec->num_dims == 0 && !sides_from_nodes(spec, min_side, num_sides, err))
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
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x < y) - (x > y);
}

uint64_t grid_mesh_bisection(const uint64_t *given, uint32_t num_sides)
{
    uint64_t sides[TOPOLOGY_MAX_DIMS];
    for (uint32_t d = 0; d < num_sides; d++)
        sides[d] = given[d];
    qsort(sides, num_sides, sizeof *sides, descending);
    uint64_t cut = 0;
    for (uint32_t i = 0; i < num_sides; i++) {
        uint64_t plane = 1;
        for (uint32_t j = i + 1; j < num_sides; j++)
            plane *= sides[j];
        if (sides[i] > 1)
            cut += plane;
        if (sides[i] % 2 == 0)
            break;
    }
    return cut;
}

uint64_t grid_torus_bisection(const uint64_t *sides, uint32_t num_sides)
{
    uint32_t num_rings = 0;
    uint64_t nodes = 1;
    for (uint32_t d = 0; d < num_sides; d++) {
        num_rings += sides[d] > 2;
        nodes *= sides[d];
    }
    if (num_rings == num_sides)
        return 2 * grid_mesh_bisection(sides, num_sides);
    return num_rings == 0 ? nodes / 2 : UINT64_MAX;
}
