// SPDX-License-Identifier: Apache-2.0
#include "model/net/topo_graph.h"

#include "sim/host.h"

#include <assert.h>
#include <stdlib.h>

bool topo_graph_allocate(struct topology *self, struct err *err)
{
    size_t ports = (size_t)self->num_routers * self->radix;
    if (ports >= TOPOLOGY_NONE)
        return err_set(err, ERR_CONFIG,
                       "fabric.topology: %u routers of %u ports are more than can be built",
                       self->num_routers, self->radix);
    const char *whose;
    uint64_t have = host_memory_bytes(&whose);
    if (topology_bytes(self) > have)
        return err_set(err, ERR_CONFIG,
                       "fabric.topology: the graph alone of %u nodes and %u routers of %u ports "
                       "needs %.1f GiB, and %s has %.1f GiB",
                       self->num_nodes, self->num_routers, self->radix,
                       (double)topology_bytes(self) / 0x1p30, whose, (double)have / 0x1p30);
    self->peer = malloc(ports * sizeof *self->peer);
    self->port_node = malloc(ports * sizeof *self->port_node);
    self->node_port = malloc(self->num_nodes * sizeof *self->node_port);
    self->node_addr = malloc(self->num_nodes * sizeof *self->node_addr);
    if (!self->peer || !self->port_node || !self->node_port || !self->node_addr)
        return err_set(err, ERR_RUN, "out of memory for a topology of %u nodes", self->num_nodes);
    for (size_t p = 0; p < ports; p++) {
        self->peer[p] = TOPOLOGY_NONE;
        self->port_node[p] = TOPOLOGY_NONE;
    }
    self->addr_bits = 1;
    while (self->num_nodes > UINT32_C(1) << self->addr_bits)
        self->addr_bits++;
    for (uint32_t node = 0; node < self->num_nodes; node++) {
        self->node_port[node] = TOPOLOGY_NONE;
        self->node_addr[node] = node;
    }
    return true;
}

static bool is_free(const struct topology *self, size_t port)
{
    return self->peer[port] == TOPOLOGY_NONE && self->port_node[port] == TOPOLOGY_NONE;
}

void topo_graph_connect(struct topology *self, uint32_t a, uint32_t a_port, uint32_t b,
                        uint32_t b_port)
{
    uint32_t from = a * self->radix + a_port;
    uint32_t to = b * self->radix + b_port;
    assert(is_free(self, from) && is_free(self, to) && from != to);
    self->peer[from] = to;
    self->peer[to] = from;
}

void topo_graph_attach(struct topology *self, uint32_t node, uint32_t router, uint32_t port)
{
    uint32_t at = router * self->radix + port;
    assert(is_free(self, at) && self->node_port[node] == TOPOLOGY_NONE);
    self->port_node[at] = node;
    self->node_port[node] = at;
}

void topo_graph_count(struct topology *self)
{
    self->closed = (struct topology_figures){
        .nodes = self->num_nodes,
        .routers = self->num_routers,
        .diameter_hops = UINT32_MAX,
        .average_hops = -1,
        .bisection_channels = UINT64_MAX,
        .node_connectivity = UINT32_MAX,
        .edge_connectivity = UINT32_MAX,
    };
    topology_search_channels(self, NULL, &self->closed);
}
