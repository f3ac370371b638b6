// SPDX-License-Identifier: Apache-2.0
// Cube: the torus of three dimensions, sides of 2 and more.
#include "model/net/topo_grid.h"
#include "model/net/topo_kinds.h"

enum { NUM_SIDES = 3 };

static bool resolve(struct topology_spec *spec, struct err *err)
{
    if (spec->num_dims > 0 && spec->num_dims != NUM_SIDES)
        return err_set(err, ERR_CONFIG,
                       "fabric.topology.dims: %u sides; a cube has %d, a torus any number",
                       spec->num_dims, NUM_SIDES);
    return grid_resolve_sides(spec, 2, NUM_SIDES, err);
}

static bool build(const struct topology_spec *spec, struct topology *topology, struct err *err)
{
    if (!grid_build(spec, true, topology, err))
        return false;
    topology->closed.bisection_channels = grid_torus_bisection(spec->dims, spec->num_dims);
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

const struct topology_kind topo_cube = {
    .name = "cube",
    .parameters = "dims: [k1, k2, k3] (a torus of sides of 2 and more) or nodes: N",
    .default_routing = "dimension-order",
    .takes = TOPOLOGY_TAKES_DIMS,
    .grid = true,
    .resolve = resolve,
    .build = build,
    .route_dims = route_dims,
    .distance = distance,
};
