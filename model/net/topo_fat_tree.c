// SPDX-License-Identifier: Apache-2.0
// Fat tree, as the k-ary n-tree: h levels of k^(h - 1) switches, each with k ports down and, below
// the top, k up; all switches are alike, and any node has k^l ways up to level l.
//
// Switches of a level are numbered by h - 1 digits of base k. Up port u of switch w of level l
// leads to the switch of level l + 1 whose digit l is u and whose other digits are w's. So a node
// lies below a switch of level l if its number without the last l + 1 digits is the switch's
// without the last l.
//
// Routing goes up to the lowest level with the destination below, by the up port that the
// destination's digit of the level names: so it depends on the destination alone, and ways to
// different nodes spread.
//
// Source: Petrini and Vanneschi, "k-ary n-trees: high performance networks for massively parallel
// architectures", IPPS 1997; Zahavi, "Fat-tree routing and node ordering providing contention free
// traffic for MPI global collectives", J. Parallel Distrib. Comput. 72(11), 2012 (up ports).
#include "model/net/router.h"
#include "model/net/topo_graph.h"
#include "model/net/topo_kinds.h"
#include "model/net/topo_tree.h"

#include <stdio.h>

enum { MOST_ARITY = ROUTER_MAX_RADIX / 2 };

static bool possible(uint32_t nodes)
{
    uint32_t arity;
    uint32_t height;
    return tree_shape(nodes, MOST_ARITY, &arity, &height);
}

static bool resolve(struct topology_spec *spec, struct err *err)
{
    return tree_resolve(spec, MOST_ARITY, possible, err);
}

// Switches of a level.
static uint32_t width(const struct topology *topology)
{
    return tree_power(topology, topology->spec.height - 1);
}

static void set_closed(struct topology *topology)
{
    uint64_t n = topology->num_nodes;
    uint32_t k = topology->spec.arity;
    uint32_t h = topology->spec.height;
    topology->closed = (struct topology_figures){
        .nodes = n,
        .routers = topology->num_routers,
        .channels = n * 2 * h,
        .degree_max = h > 1 ? 2 * k : k,
        .diameter_hops = 2 * h,
        .average_hops = tree_average_hops(topology),
        .bisection_channels = k % 2 == 0 || h == 1 ? n / 2 : UINT64_MAX,
        .node_connectivity = h > 1 ? k : UINT32_MAX,
        .edge_connectivity = h > 1 ? k : UINT32_MAX,
    };
}

static bool build(const struct topology_spec *spec, struct topology *topology, struct err *err)
{
    uint32_t k = spec->arity;
    if (!tree_start(topology, spec->height * width(topology), 0, k, err))
        return false;
    for (uint32_t level = 0; level + 1 < spec->height; level++) {
        uint32_t step = tree_power(topology, level);
        for (uint32_t w = 0; w < width(topology); w++) {
            uint32_t digit = w / step % k;
            for (uint32_t up = 0; up < k; up++) {
                uint32_t above = w - digit * step + up * step;
                topo_graph_connect(topology, level * width(topology) + w, k + up,
                                   (level + 1) * width(topology) + above, digit);
            }
        }
    }
    set_closed(topology);
    return true;
}

static struct topology_hop next(const struct topology *topology, uint32_t router, uint32_t node)
{
    uint32_t k = topology->spec.arity;
    uint32_t level = router / width(topology);
    uint32_t step = tree_power(topology, level);
    bool down = node / step / k == router % width(topology) / step;
    uint32_t digit = node / step % k;
    return (struct topology_hop){.port = down ? digit : k + digit};
}

static void router_name(const struct topology *topology, uint32_t router, char *text, size_t size)
{
    snprintf(text, size, "switch %u (level %u)", router, router / width(topology));
}

const struct topology_kind topo_fat_tree = {
    .name = "fat-tree",
    .parameters = "arity: k, height: h, or nodes: N (k^h)",
    .default_routing = "up-down",
    .takes = TOPOLOGY_TAKES_ARITY | TOPOLOGY_TAKES_HEIGHT,
    .resolve = resolve,
    .build = build,
    .next = next,
    .distance = tree_distance,
    .router_name = router_name,
    .port_name = tree_port_name,
};
