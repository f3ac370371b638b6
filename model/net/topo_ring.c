// SPDX-License-Identifier: Apache-2.0
// Ring of n nodes, a direct network: a torus of one dimension. Two nodes have one channel each way.
#include "model/net/topo_grid.h"
#include "model/net/topo_kinds.h"
#include "model/net/topo_spec.h"

static bool resolve(struct topology_spec *spec, struct err *err)
{
    const char *key = spec->n > 0 ? "n" : "nodes";
    topo_spec_default(&spec->n, spec->nodes);
    if (!topo_spec_at_least(spec, key, spec->n, 2, err) ||
        !topo_spec_fits(spec, key, 0, spec->n, err))
        return false;
    spec->nodes = spec->n;
    return true;
}

static bool build(const struct topology_spec *spec, struct topology *topology, struct err *err)
{
    struct topology_spec grid = {.kind = spec->kind, .num_dims = 1, .dims = {spec->n}};
    if (!grid_build(&grid, true, topology, err))
        return false;
    topology->closed.bisection_channels = spec->n == 2 ? 1 : 2;
    return true;
}

static uint32_t route_dims(const struct topology *topology, struct route_dim *dims)
{
    return grid_route_dims(topology, true, dims);
}

static uint32_t distance(const struct topology *topology, uint32_t source, uint32_t destination)
{
    return grid_distance(topology, true, source, destination);
}

const struct topology_kind topo_ring = {
    .name = "ring",
    .parameters = "n: nodes (2 and more), or nodes: N",
    .default_routing = "dimension-order",
    .takes = TOPOLOGY_TAKES_N,
    .grid = true,
    .resolve = resolve,
    .build = build,
    .route_dims = route_dims,
    .distance = distance,
};
