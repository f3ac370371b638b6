// SPDX-License-Identifier: Apache-2.0
// Star: n nodes around one switch, an indirect network.
//
// Bounds: 2 nodes at least; at most as many as a router has ports.
#include "model/net/router.h"
#include "model/net/topo_graph.h"
#include "model/net/topo_kinds.h"
#include "model/net/topo_spec.h"

#include <assert.h>
#include <stdio.h>

static bool possible(uint32_t nodes)
{
    return nodes >= 2 && nodes <= ROUTER_MAX_RADIX;
}

static bool resolve(struct topology_spec *spec, struct err *err)
{
    if (spec->n == 0) {
        if (!possible(spec->nodes))
            return topo_spec_refuse_nodes(spec, possible, ROUTER_MAX_RADIX, "2 to 65", err);
        spec->n = spec->nodes;
    }
    if (!topo_spec_at_least(spec, "n", spec->n, 2, err) ||
        !topo_spec_fits(spec, "n", spec->n, spec->n, err))
        return false;
    spec->nodes = spec->n;
    return true;
}

static bool build(const struct topology_spec *spec, struct topology *topology, struct err *err)
{
    uint32_t n = spec->n;
    topology->indirect = true;
    topology->num_nodes = n;
    topology->num_routers = 1;
    topology->radix = n;
    if (!topo_graph_allocate(topology, err))
        return false;
    for (uint32_t node = 0; node < n; node++)
        topo_graph_attach(topology, node, 0, node);
    topology->closed = (struct topology_figures){
        .nodes = n,
        .routers = 1,
        .channels = UINT64_C(2) * n,
        .degree_max = n,
        .diameter_hops = 2,
        .average_hops = 2,
        .bisection_channels = n / 2,
        .node_connectivity = UINT32_MAX,
        .edge_connectivity = UINT32_MAX,
    };
    return true;
}

// The one switch has every node, so there is no next hop to another.
static struct topology_hop next(const struct topology *topology, uint32_t router, uint32_t node)
{
    assert(false);
    (void)router;
    return (struct topology_hop){.port = topology->node_port[node]};
}

static uint32_t distance(const struct topology *topology, uint32_t source, uint32_t destination)
{
    (void)topology;
    (void)source;
    (void)destination;
    return 2;
}

static void router_name(const struct topology *topology, uint32_t router, char *text, size_t size)
{
    (void)topology;
    (void)router;
    snprintf(text, size, "hub");
}

const struct topology_kind topo_star = {
    .name = "star",
    .parameters = "n: nodes (2 to 65), or nodes: N",
    .default_routing = "up-down",
    .takes = TOPOLOGY_TAKES_N,
    .resolve = resolve,
    .build = build,
    .next = next,
    .distance = distance,
    .router_name = router_name,
};
