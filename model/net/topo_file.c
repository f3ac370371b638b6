// SPDX-License-Identifier: Apache-2.0
// Any connected graph, from a file (graph_file.h): routers with any number of nodes, joined by
// channels of any latency. It is a direct network: nodes of one router are 0 hops apart.
#include "model/net/graph_file.h"
#include "model/net/route_spread.h"
#include "model/net/router.h"
#include "model/net/topo_graph.h"
#include "model/net/topo_kinds.h"
#include "model/net/topo_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool resolve(struct topology_spec *spec, struct err *err)
{
    if (!spec->file)
        return err_set(err, ERR_CONFIG,
                       "fabric.topology.file: a graph needs a file, of a line \"A B\" for each "
                       "pair of channels, or GraphML");
    if (spec->nodes > 0)
        return err_set(err, ERR_CONFIG,
                       "fabric.topology.nodes: a graph has the nodes that its file says");
    return true;
}

static bool set_names(struct topology *self, const struct graph_file *graph, struct err *err)
{
    self->router_names = calloc(self->num_routers, sizeof *self->router_names);
    bool good = self->router_names;
    for (uint32_t r = 0; good && r < self->num_routers; r++) {
        char number[16];
        snprintf(number, sizeof number, "%u", r);
        if (strcmp(number, graph->routers[r].name) != 0)
            self->router_names[r] = strdup(graph->routers[r].name);
    }
    return good || err_set(err, ERR_RUN, "out of memory for a topology");
}

// An array for all ports; NULL if out of memory.
static uint32_t *filled(const struct topology *self, uint32_t value)
{
    size_t ports = (size_t)self->num_routers * self->radix;
    uint32_t *array = malloc(ports * sizeof *array);
    for (size_t p = 0; array && p < ports; p++)
        array[p] = value;
    return array;
}

static bool set_channels(struct topology *self, const struct graph_file *graph, struct err *err)
{
    bool latencies = false;
    bool widths = false;
    for (uint32_t c = 0; c < graph->num_channels; c++) {
        latencies |= graph->channels[c].latency_cycles > 0;
        widths |= graph->channels[c].flit_cycles > 1;
    }
    uint32_t *next = calloc(self->num_routers, sizeof *next); // free port
    self->latency_cycles = latencies ? filled(self, 0) : NULL;
    self->flit_cycles = widths ? filled(self, 1) : NULL;
    if (!next || (latencies && !self->latency_cycles) || (widths && !self->flit_cycles)) {
        free(next);
        return err_set(err, ERR_RUN, "out of memory for a topology");
    }
    for (uint32_t r = 0; r < self->num_routers; r++)
        next[r] = graph->routers[r].nodes;
    for (uint32_t c = 0; c < graph->num_channels; c++) {
        const struct graph_channel *channel = &graph->channels[c];
        uint32_t ports[] = {channel->a * self->radix + next[channel->a],
                            channel->b * self->radix + next[channel->b]};
        topo_graph_connect(self, channel->a, next[channel->a]++, channel->b, next[channel->b]++);
        for (size_t i = 0; i < 2; i++) {
            if (latencies)
                self->latency_cycles[ports[i]] = channel->latency_cycles;
            if (widths)
                self->flit_cycles[ports[i]] = channel->flit_cycles;
        }
    }
    free(next);
    return true;
}

// Refuses a graph in several pieces.
static bool check_connected(const struct topology *self, const struct graph_file *graph,
                            struct err *err)
{
    uint32_t *hops = malloc(self->num_routers * sizeof *hops);
    uint32_t *queue = malloc(self->num_routers * sizeof *queue);
    if (!hops || !queue)
        err_set(err, ERR_RUN, "out of memory for a topology");
    else if (spread_distances(self, 0, hops, queue) < self->num_routers) {
        uint32_t r = 0;
        while (hops[r] != TOPOLOGY_NONE)
            r++;
        err_set(err, ERR_CONFIG,
                "%.1000s: there is no way from router \"%.60s\" to router \"%.60s\"", graph->path,
                graph->routers[0].name, graph->routers[r].name);
    }
    free(hops);
    free(queue);
    return err->status == ERR_NONE;
}

static bool build_graph(const struct graph_file *graph, struct topology *self, struct err *err)
{
    self->num_nodes = graph->num_nodes;
    self->num_routers = graph->num_routers;
    self->radix = graph->radix < ROUTER_MIN_RADIX ? ROUTER_MIN_RADIX : graph->radix;
    if (!topo_graph_allocate(self, err))
        return false;
    uint32_t node = 0;
    for (uint32_t r = 0; r < graph->num_routers; r++)
        for (uint32_t i = 0; i < graph->routers[r].nodes; i++)
            topo_graph_attach(self, node++, r, i);
    if (!set_names(self, graph, err) || !set_channels(self, graph, err) ||
        !check_connected(self, graph, err))
        return false;
    topo_graph_count(self);
    return true;
}

static bool build(const struct topology_spec *spec, struct topology *topology, struct err *err)
{
    struct graph_file graph;
    if (!graph_file_read(&graph, spec->file, err))
        return false;
    bool good = build_graph(&graph, topology, err);
    graph_file_free(&graph);
    return good;
}

const struct topology_kind topo_file = {
    .name = "graph",
    .parameters = "file: a list of channels, or GraphML",
    .takes = TOPOLOGY_TAKES_FILE,
    .default_routing = "up-down",
    .resolve = resolve,
    .build = build,
    .router_name = topo_names_router,
    .port_name = topo_names_port,
};
