// SPDX-License-Identifier: Apache-2.0
#include "model/net/topo_tree.h"

#include "model/net/router.h"
#include "model/net/topo_graph.h"
#include "model/net/topo_kinds.h"
#include "model/net/topo_spec.h"

#include <stdio.h>

// --- what trees and fat trees share -------------------------------------------------------------

bool tree_shape(uint32_t nodes, uint32_t most_arity, uint32_t *arity, uint32_t *height)
{
    uint32_t least_apart = UINT32_MAX;
    for (uint32_t k = 2; k <= most_arity && k * k <= nodes; k++) {
        uint32_t h = 2;
        uint64_t power = (uint64_t)k * k;
        for (; power < nodes; power *= k)
            h++;
        uint32_t apart = k > h ? k - h : h - k;
        if (power != nodes || apart > least_apart)
            continue;
        least_apart = apart;
        *arity = k;
        *height = h;
    }
    return least_apart != UINT32_MAX;
}

bool tree_resolve(struct topology_spec *spec, uint32_t most_arity, bool (*possible)(uint32_t nodes),
                  struct err *err)
{
    if (!topo_spec_is_shaped(spec) &&
        !tree_shape(spec->nodes, most_arity, &spec->arity, &spec->height))
        return topo_spec_refuse_nodes(spec, possible, TOPOLOGY_MAX_NODES,
                                      "a power, at least the square, of its arity", err);
    topo_spec_default(&spec->arity, 4);
    topo_spec_default(&spec->height, 3);
    if (spec->arity < 2 || spec->arity > most_arity)
        return err_set(err, ERR_CONFIG, "fabric.topology.arity: %u; a %s has an arity of 2 to %u",
                       spec->arity, spec->kind, most_arity);
    uint64_t nodes = topo_spec_power(spec->arity, spec->height);
    if (!topo_spec_fits(spec, "height", 0, nodes, err))
        return false;
    spec->nodes = (uint32_t)nodes;
    return true;
}

uint32_t tree_power(const struct topology *topology, uint32_t exponent)
{
    return (uint32_t)topo_spec_power(topology->spec.arity, exponent);
}

bool tree_start(struct topology *topology, uint32_t num_routers, uint32_t first_lowest,
                uint32_t up_ports, struct err *err)
{
    uint32_t k = topology->spec.arity;
    topology->indirect = true;
    topology->num_nodes = topology->spec.nodes;
    topology->num_routers = num_routers;
    topology->radix = k + (topology->spec.height > 1 ? up_ports : 0);
    if (!topo_graph_allocate(topology, err))
        return false;
    for (uint32_t node = 0; node < topology->num_nodes; node++)
        topo_graph_attach(topology, node, first_lowest + node / k, node % k);
    return true;
}

uint32_t tree_distance(const struct topology *topology, uint32_t source, uint32_t destination)
{
    uint32_t hops = 0;
    do {
        hops += 2;
        source /= topology->spec.arity;
        destination /= topology->spec.arity;
    } while (source != destination);
    return hops;
}

double tree_average_hops(const struct topology *topology)
{
    double sum = 0; // from one node to all others
    for (uint32_t up = 1; up <= topology->spec.height; up++)
        sum += 2.0 * up * (tree_power(topology, up) - tree_power(topology, up - 1));
    return sum / (topology->num_nodes - 1.0);
}

void tree_port_name(const struct topology *topology, uint32_t router, uint32_t port, char *text,
                    size_t size)
{
    (void)router;
    uint32_t k = topology->spec.arity;
    if (port < k)
        snprintf(text, size, "down %u", port);
    else if (topology->radix == k + 1)
        snprintf(text, size, "up");
    else
        snprintf(text, size, "up %u", port - k);
}

// --- trees --------------------------------------------------------------------------------------

// Switches of all levels above `level`; the numbers of that level's switches begin there, so the
// root is switch 0.
static uint32_t first_of_level(const struct topology *topology, uint32_t level)
{
    uint32_t depth = topology->spec.height - 1 - level;
    return (tree_power(topology, depth) - 1) / (topology->spec.arity - 1);
}

static uint32_t level_of(const struct topology *topology, uint32_t router)
{
    uint32_t level = 0;
    while (router < first_of_level(topology, level))
        level++;
    return level;
}

enum { MOST_ARITY = ROUTER_MAX_RADIX - 1 };

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

static void set_closed(struct topology *topology)
{
    uint32_t k = topology->spec.arity;
    uint32_t h = topology->spec.height;
    topology->closed = (struct topology_figures){
        .nodes = topology->num_nodes,
        .routers = topology->num_routers,
        .channels = 2 * ((uint64_t)topology->num_nodes + topology->num_routers - 1),
        .degree_max = h > 1 ? k + 1 : k,
        .diameter_hops = 2 * h,
        .average_hops = tree_average_hops(topology),
        .bisection_channels = k % 2 == 0 ? k / 2 : (uint64_t)h * (k - 1) / 2,
        .node_connectivity = h > 1 ? 1 : UINT32_MAX,
        .edge_connectivity = h > 1 ? 1 : UINT32_MAX,
    };
}

static bool build(const struct topology_spec *spec, struct topology *topology, struct err *err)
{
    uint32_t k = spec->arity;
    uint32_t num_routers = (spec->nodes - 1) / (k - 1);
    if (!tree_start(topology, num_routers, first_of_level(topology, 0), 1, err))
        return false;
    for (uint32_t level = 0; level + 1 < spec->height; level++) {
        uint32_t first = first_of_level(topology, level);
        uint32_t end = first + tree_power(topology, spec->height - 1 - level);
        for (uint32_t r = first; r < end; r++)
            topo_graph_connect(topology, r, k,
                               first_of_level(topology, level + 1) + (r - first) / k,
                               (r - first) % k);
    }
    set_closed(topology);
    return true;
}

static struct topology_hop next(const struct topology *topology, uint32_t router, uint32_t node)
{
    uint32_t level = level_of(topology, router);
    uint32_t below = node / tree_power(topology, level); // the node's branch one level further down
    bool down = below / topology->spec.arity == router - first_of_level(topology, level);
    return (struct topology_hop){.port =
                                     down ? below % topology->spec.arity : topology->spec.arity};
}

static void router_name(const struct topology *topology, uint32_t router, char *text, size_t size)
{
    snprintf(text, size, "switch %u (level %u)", router, level_of(topology, router));
}

const struct topology_kind topo_tree = {
    .name = "tree",
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
