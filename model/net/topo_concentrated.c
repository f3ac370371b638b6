// SPDX-License-Identifier: Apache-2.0
#include "model/net/topo_concentrated.h"

#include "model/net/topo_graph.h"
#include "model/net/topo_spec.h"

#include <stdio.h>

enum { DEFAULT_SIDE = 4, DEFAULT_CONCENTRATION = 4 };

static uint32_t side(const struct topology *topology, uint32_t dim)
{
    return (uint32_t)topology->spec.dims[dim];
}

static bool check_sides(const struct topology_spec *spec, const struct concentrated_rule *rule,
                        uint64_t *routers, struct err *err)
{
    uint64_t radix = spec->concentration;
    *routers = 1;
    for (uint32_t d = 0; d < spec->num_dims; d++) {
        if (spec->dims[d] == 0)
            return err_set(err, ERR_CONFIG,
                           "fabric.topology.dims: a side of 0; the sides of a %s are at least 1",
                           spec->kind);
        if (!topo_spec_fits(spec, "dims", 0, spec->dims[d], err))
            return false;
        *routers *= spec->dims[d];
        radix += rule->side_ports((uint32_t)spec->dims[d]);
        if (!topo_spec_fits(spec, "dims", 0, *routers, err) ||
            !topo_spec_fits(spec, radix == spec->concentration ? "concentration" : "dims", radix, 0,
                            err))
            return false;
    }
    return true;
}

bool concentrated_resolve(struct topology_spec *spec, const struct concentrated_rule *rule,
                          struct err *err)
{
    uint32_t sides[2] = {DEFAULT_SIDE, DEFAULT_SIDE};
    if (!topo_spec_is_shaped(spec) && !rule->shape(spec->nodes, &spec->concentration, sides))
        return topo_spec_refuse_nodes(spec, rule->possible, rule->most_nodes,
                                      "two sides whose routers have few enough ports", err);
    topo_spec_default(&spec->concentration, DEFAULT_CONCENTRATION);
    for (uint32_t d = 0; spec->num_dims == 0 && d < 2; d++)
        spec->dims[d] = sides[d];
    spec->num_dims = spec->num_dims ? spec->num_dims : 2;
    uint64_t routers;
    if (!check_sides(spec, rule, &routers, err) ||
        !topo_spec_fits(spec, "dims", 0, routers * spec->concentration, err))
        return false;
    spec->nodes = (uint32_t)routers * spec->concentration;
    return true;
}

uint32_t concentrated_step(const struct topology *topology, uint32_t dim)
{
    uint32_t step = 1;
    for (uint32_t d = 0; d < dim; d++)
        step *= side(topology, d);
    return step;
}

uint32_t concentrated_first_difference(const struct topology *topology, uint32_t a, uint32_t b)
{
    uint32_t dim = 0;
    while (a % side(topology, dim) == b % side(topology, dim)) {
        a /= side(topology, dim);
        b /= side(topology, dim);
        dim++;
    }
    return dim;
}

uint32_t concentrated_first_port(const struct topology *topology,
                                 const struct concentrated_rule *rule, uint32_t dim)
{
    uint32_t port = topology->spec.concentration;
    for (uint32_t d = 0; d < dim; d++)
        port += rule->side_ports(side(topology, d));
    return port;
}

uint32_t concentrated_dim_of(const struct topology *topology, const struct concentrated_rule *rule,
                             uint32_t port)
{
    uint32_t dim = 0;
    while (port >= concentrated_first_port(topology, rule, dim + 1))
        dim++;
    return dim;
}

bool concentrated_start(struct topology *topology, const struct concentrated_rule *rule,
                        struct err *err)
{
    uint32_t c = topology->spec.concentration;
    topology->num_nodes = topology->spec.nodes;
    topology->num_routers = topology->num_nodes / c;
    topology->radix = concentrated_first_port(topology, rule, topology->spec.num_dims);
    if (!topo_graph_allocate(topology, err))
        return false;
    for (uint32_t node = 0; node < topology->num_nodes; node++)
        topo_graph_attach(topology, node, node / c, node % c);
    return true;
}

double concentrated_average(const struct topology *topology, double mean_of_routers)
{
    double n = topology->num_nodes;
    return n > 1 ? mean_of_routers * n / (n - 1) : 0;
}

void concentrated_router_name(const struct topology *topology, uint32_t router, char *text,
                              size_t size)
{
    size_t used = (size_t)snprintf(text, size, "router %u (", router);
    for (uint32_t d = 0; d < topology->spec.num_dims && used < size; d++) {
        used += (size_t)snprintf(text + used, size - used, d ? ",%u" : "%u",
                                 router % side(topology, d));
        router /= side(topology, d);
    }
    if (used < size)
        snprintf(text + used, size - used, ")");
}

const char *concentrated_dim_name(const struct topology *topology, uint32_t dim, char text[16])
{
    if (topology->spec.num_dims <= 3)
        snprintf(text, 16, "%c", "xyz"[dim]);
    else
        snprintf(text, 16, "d%u", dim);
    return text;
}
