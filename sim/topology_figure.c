// SPDX-License-Identifier: Apache-2.0
#include "sim/topology_figure.h"

#include "model/net/connectivity.h"

#define FIGURE(field, type)                                                                        \
    .key = #field, .storage = type, .offset = offsetof(struct topology_figures, field)

const struct topology_figure topology_figures[] = {
    {FIGURE(nodes, STORED_U64), .label = "nodes", .heading = {"nodes", ""}, .width = 8},
    {FIGURE(routers, STORED_U64), .label = "routers", .heading = {"routers", ""}, .width = 8},
    {FIGURE(channels, STORED_U64), .label = "channels, one way each",
     .heading = {"channels", "one way"}, .width = 9},
    {FIGURE(degree_max, STORED_U32), .label = "degree, largest", .heading = {"degree", ""},
     .width = 6},
    {FIGURE(diameter_hops, STORED_U32), .label = "diameter [hops]", .heading = {"diameter", "hops"},
     .width = 8},
    {FIGURE(average_hops, STORED_REAL), .label = "mean distance [hops]",
     .heading = {"distance", "hops, mean"}, .width = 10, .decimals = 3},
    {FIGURE(bisection_channels, STORED_U64), .label = "bisection [channels, one way]",
     .heading = {"bisection", "channels"}, .width = 9},
    {FIGURE(node_connectivity, STORED_U32), .label = "node connectivity [routers]",
     .heading = {"node conn.", "routers"}, .width = 10},
    {FIGURE(edge_connectivity, STORED_U32), .label = "edge connectivity [channels]",
     .heading = {"edge conn.", "channels"}, .width = 10},
};
const size_t topology_num_figures = sizeof topology_figures / sizeof *topology_figures;

json_t *topology_figure_json(const struct topology_figures *figures, size_t i)
{
    const struct topology_figure *row = &topology_figures[i];
    const void *field = (const char *)figures + row->offset;
    if (row->storage == STORED_REAL)
        return *(const double *)field < 0 ? json_null() : json_real(*(const double *)field);
    bool wide = row->storage == STORED_U64;
    uint64_t value = wide ? *(const uint64_t *)field : *(const uint32_t *)field;
    if (value == (wide ? UINT64_MAX : UINT32_MAX))
        return json_null();
    return json_integer((json_int_t)value);
}

bool topology_figures_complete(struct topology_figures *figures, const struct topology *topology,
                               uint64_t max_steps, struct err *err)
{
    struct topology_figures search;
    bool known = figures->diameter_hops != UINT32_MAX && figures->average_hops >= 0;
    if (!known && figures->nodes * figures->channels <= max_steps) {
        if (!topology_search(topology, &search, err))
            return false;
        figures->diameter_hops = search.diameter_hops;
        figures->average_hops = search.average_hops;
    }
    if (figures->bisection_channels == UINT64_MAX)
        figures->bisection_channels = topology_search_bisection(topology);
    if (figures->node_connectivity != UINT32_MAX && figures->edge_connectivity != UINT32_MAX)
        return true;
    struct connectivity connectivity;
    if (!connectivity_search(topology, &connectivity, err))
        return false;
    figures->node_connectivity = connectivity.node;
    figures->edge_connectivity = connectivity.edge;
    return true;
}
