// SPDX-License-Identifier: Apache-2.0
// Dragonfly: g groups of a routers with p nodes each; every two routers of a group and every two
// groups are joined by one channel each way. A direct network.
//
// Ports of a router: p of nodes, a - 1 to the others of its group (port j, from 1, to the router
// that is j greater, modulo a), h to other groups. A group's channels to others are numbered
// 0 .. g - 2; number c leads to the group that is c + 1 greater, modulo g, and is port c / a of
// router c mod a. So g is at most a h + 1, and global ports may be left over.
//
// Routing is minimal in the sense of the source: to the router of the own group with the channel to
// the destination's group, over it, and to the destination's router: at most three hops, over no
// third group, even where two global channels would be one hop less than that. Hops within the
// source's group use low VCs, within the destination's group high ones, so that no chain closes.
//
// Closed forms: where every router has one global channel at most, no way over a third group is
// shorter; otherwise the mean distance has none, and the diameter is 3 if such ways cannot cover
// all pairs.
//
// Source: Kim, Dally, Scott and Abts, "Technology-driven, highly-scalable dragonfly topology", ISCA
// 2008.
#include "model/net/router.h"
#include "model/net/topo_graph.h"
#include "model/net/topo_kinds.h"
#include "model/net/topo_spec.h"

#include <stdio.h>

enum {
    DEFAULT_ROUTERS_PER_GROUP = 4,
    DEFAULT_PORTS = 2,
    MOST_NODES = 300000 // no less than routers of ROUTER_MAX_RADIX ports make
};

// Channels to other groups of the router that has most of them.
static uint32_t global_needed(uint32_t groups, uint32_t a)
{
    return (groups - 1 + a - 1) / a;
}

static uint32_t apart(uint32_t x, uint32_t y)
{
    return x > y ? x - y : y - x;
}

// The shape that is nearest to a = 2 p = 2 h, the source's balance; of several that with most
// routers a group. Groups have 2 routers at least.
static bool shape(uint32_t nodes, struct topology_spec *spec)
{
    uint32_t least = UINT32_MAX;
    for (uint32_t a = 2; a < ROUTER_MAX_RADIX && a <= nodes; a++)
        for (uint32_t p = 1; nodes % a == 0 && p <= ROUTER_MAX_RADIX && p <= nodes / a; p++) {
            uint32_t groups = nodes / a / p;
            uint32_t h = groups > 1 ? global_needed(groups, a) : 0;
            bool fits = nodes / a % p == 0 && h > 0 && p + a - 1 + (uint64_t)h <= ROUTER_MAX_RADIX;
            uint32_t off = apart(a, 2 * p) + apart(a, 2 * h);
            if (!fits || off > least)
                continue;
            least = off;
            spec->routers_per_group = a;
            spec->concentration = p;
            spec->global_ports = h;
            spec->groups = groups;
        }
    return least != UINT32_MAX;
}

static bool possible(uint32_t nodes)
{
    struct topology_spec unused;
    return shape(nodes, &unused);
}

static bool resolve(struct topology_spec *spec, struct err *err)
{
    if (!topo_spec_is_shaped(spec) && !shape(spec->nodes, spec))
        return topo_spec_refuse_nodes(spec, possible, MOST_NODES,
                                      "groups of two and more routers with few enough ports", err);
    topo_spec_default(&spec->routers_per_group, DEFAULT_ROUTERS_PER_GROUP);
    topo_spec_default(&spec->concentration, DEFAULT_PORTS);
    topo_spec_default(&spec->global_ports, DEFAULT_PORTS);
    uint64_t a = spec->routers_per_group;
    uint64_t most_groups = a * spec->global_ports + 1;
    uint64_t radix = spec->concentration + a - 1 + spec->global_ports;
    if (!topo_spec_fits(spec, "routers_per_group", radix, 0, err))
        return false;
    topo_spec_default(&spec->groups, (uint32_t)most_groups);
    if (!topo_spec_at_least(spec, "groups", spec->groups, 2, err))
        return false;
    if (spec->groups > most_groups)
        return err_set(err, ERR_CONFIG,
                       "fabric.topology.groups: %u; with %u routers of %u global ports a group can "
                       "be joined to others in at most %llu groups",
                       spec->groups, spec->routers_per_group, spec->global_ports,
                       (unsigned long long)most_groups);
    spec->nodes = spec->groups * spec->routers_per_group * spec->concentration;
    return true;
}

static void set_closed(struct topology *topology)
{
    const struct topology_spec *spec = &topology->spec;
    uint64_t a = spec->routers_per_group;
    uint64_t g = spec->groups;
    uint64_t h = global_needed(spec->groups, spec->routers_per_group);
    struct topology_figures closed = {
        .nodes = topology->num_nodes,
        .routers = topology->num_routers,
        .channels = g * a * (a - 1) + g * (g - 1),
        .degree_max = (uint32_t)(a - 1 + h),
        .diameter_hops = a == 1 ? 1 : 3,
        .average_hops = -1,
        .bisection_channels = UINT64_MAX,
        .node_connectivity = UINT32_MAX,
        .edge_connectivity = UINT32_MAX,
    };
    // Between two groups there are (a - 1)^2 pairs of routers without the groups' channel. Two
    // global channels over a third group join at most h - 1 of them, on average over the groups.
    if (a > 1 && h - 1 >= (a - 1) * (a - 1))
        closed.diameter_hops = UINT32_MAX;
    if (a == 1 || h == 1) {
        double p = spec->concentration;
        double routers = (double)(g * a * (a - 1) + g * (g - 1) * (3 * a * a - 2 * a));
        closed.average_hops = routers * p * p / ((double)closed.nodes * (double)(closed.nodes - 1));
    }
    topology->closed = closed;
}

static bool build(const struct topology_spec *spec, struct topology *topology, struct err *err)
{
    uint32_t a = spec->routers_per_group;
    uint32_t p = spec->concentration;
    uint32_t g = spec->groups;
    topology->num_nodes = spec->nodes;
    topology->num_routers = g * a;
    topology->radix = p + a - 1 + spec->global_ports;
    if (!topo_graph_allocate(topology, err))
        return false;
    for (uint32_t node = 0; node < topology->num_nodes; node++)
        topo_graph_attach(topology, node, node / p, node % p);
    for (uint32_t group = 0; group < g; group++) {
        for (uint32_t i = 0; i < a; i++)
            for (uint32_t j = 1; i + j < a; j++)
                topo_graph_connect(topology, group * a + i, p + j - 1, group * a + i + j,
                                   p + a - j - 1);
        for (uint32_t c = 0; group + c + 1 < g; c++) {
            uint32_t back = g - 2 - c;
            topo_graph_connect(topology, group * a + c % a, p + a - 1 + c / a,
                               (group + c + 1) * a + back % a, p + a - 1 + back / a);
        }
    }
    set_closed(topology);
    return true;
}

// The number of the channel from one group to another.
static uint32_t channel_to(const struct topology *topology, uint32_t from, uint32_t to)
{
    uint32_t g = topology->spec.groups;
    return (to + g - from - 1) % g;
}

static struct topology_hop next(const struct topology *topology, uint32_t router, uint32_t node)
{
    uint32_t a = topology->spec.routers_per_group;
    uint32_t p = topology->spec.concentration;
    uint32_t to = node / p;
    struct topology_hop hop = {.vcs = TOPOLOGY_VCS_HIGH};
    uint32_t local = to % a;
    if (router / a != to / a) {
        uint32_t c = channel_to(topology, router / a, to / a);
        local = c % a;
        hop.vcs = TOPOLOGY_VCS_LOW;
        if (local == router % a)
            return (struct topology_hop){.port = p + a - 1 + c / a};
    }
    hop.port = p + (local + a - router % a) % a - 1;
    return hop;
}

static uint32_t distance(const struct topology *topology, uint32_t source, uint32_t destination)
{
    uint32_t a = topology->spec.routers_per_group;
    uint32_t from = source / topology->spec.concentration;
    uint32_t to = destination / topology->spec.concentration;
    if (from / a == to / a)
        return from != to;
    bool before = channel_to(topology, from / a, to / a) % a != from % a;
    bool after = channel_to(topology, to / a, from / a) % a != to % a;
    return UINT32_C(1) + before + after;
}

static void router_name(const struct topology *topology, uint32_t router, char *text, size_t size)
{
    uint32_t a = topology->spec.routers_per_group;
    snprintf(text, size, "group %u router %u", router / a, router % a);
}

static void port_name(const struct topology *topology, uint32_t router, uint32_t port, char *text,
                      size_t size)
{
    uint32_t a = topology->spec.routers_per_group;
    uint32_t j = port - topology->spec.concentration + 1;
    if (j < a)
        snprintf(text, size, "to router %u", (router + j) % a);
    else
        snprintf(text, size, "global %u", j - a);
}

const struct topology_kind topo_dragonfly = {
    .name = "dragonfly",
    .parameters = "routers_per_group: a, concentration: p (nodes a router), global_ports: h, "
                  "groups: g (a h + 1 by default), or nodes: N",
    .default_routing = "minimal",
    .takes = TOPOLOGY_TAKES_GROUPS | TOPOLOGY_TAKES_CONCENTRATION,
    .resolve = resolve,
    .build = build,
    .next = next,
    .distance = distance,
    .router_name = router_name,
    .port_name = port_name,
};
