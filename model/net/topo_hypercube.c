// SPDX-License-Identifier: Apache-2.0
// Hypercube of n dimensions: a grid of sides 2.
#include "model/net/topo_grid.h"
#include "model/net/topo_kinds.h"

enum { MAX_DIMS = 24 };

static bool n_from_nodes(struct topology_spec *spec, struct err *err)
{
    uint32_t n = 0;
    while ((UINT64_C(2) << n) <= spec->nodes)
        n++;
    uint64_t below = UINT64_C(1) << n;
    if (n > 0 && below == spec->nodes) {
        spec->n = n;
        return true;
    }
    uint64_t nearest = n > 0 && spec->nodes - below <= 2 * below - spec->nodes ? below : 2 * below;
    return err_set(
        err, ERR_CONFIG,
        "fabric.topology.nodes: a hypercube has a power of two of nodes, 2 at least, not "
        "%u; the nearest is %llu",
        spec->nodes, (unsigned long long)nearest);
}

static bool resolve(struct topology_spec *spec, struct err *err)
{
    if (spec->n == 0 && !n_from_nodes(spec, err))
        return false;
    if (spec->n > MAX_DIMS)
        return err_set(err, ERR_CONFIG, "fabric.topology.n: %u dimensions; at most %d can be built",
                       spec->n, MAX_DIMS);
    spec->nodes = 1U << spec->n;
    return true;
}

static bool build(const struct topology_spec *spec, struct topology *topology, struct err *err)
{
    struct topology_spec grid = {.kind = spec->kind, .num_dims = spec->n};
    for (uint32_t d = 0; d < spec->n; d++)
        grid.dims[d] = 2;
    if (!grid_build(&grid, false, topology, err))
        return false;
    topology->closed.bisection_channels = topology->num_nodes / 2;
    return true;
}

static uint32_t route_dims(const struct topology *topology, struct route_dim *dims)
{
    return grid_route_dims(topology, false, dims);
}

static uint32_t distance(const struct topology *topology, uint32_t source, uint32_t destination)
{
    (void)topology;
    return (uint32_t)__builtin_popcount(source ^ destination);
}

const struct topology_kind topo_hypercube = {
    .name = "hypercube",
    .parameters = "n: dimensions, or nodes: N (a power of two)",
    .default_routing = "e-cube",
    .takes = TOPOLOGY_TAKES_N,
    .grid = true,
    .resolve = resolve,
    .build = build,
    .route_dims = route_dims,
    .distance = distance,
};
