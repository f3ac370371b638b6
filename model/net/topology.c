// SPDX-License-Identifier: Apache-2.0
#include "model/net/topology.h"

#include "model/net/topo_failed.h"
#include "model/net/topo_kinds.h"
#include "model/net/topo_spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct topology_kind *const topology_kinds[] = {
    &topo_mesh,
    &topo_torus,
    &topo_cube,
    &topo_hypercube,
    &topo_ring,
    &topo_star,
    &topo_tree,
    &topo_fat_tree,
    &topo_concentrated_mesh,
    &topo_flattened_butterfly,
    &topo_dragonfly,
    &topo_file,
    &topo_cluster,
};
const size_t topology_num_kinds = sizeof topology_kinds / sizeof *topology_kinds;

const struct topology_kind *topology_find(const char *name)
{
    for (size_t i = 0; i < topology_num_kinds; i++)
        if (strcmp(topology_kinds[i]->name, name) == 0)
            return topology_kinds[i];
    return NULL;
}

bool topology_can_be_part(const struct topology_kind *kind)
{
    return !(kind->takes & (TOPOLOGY_TAKES_FILE | TOPOLOGY_TAKES_RACKS));
}

static const struct topology_kind *find_or_name_nearest(const char *name, struct err *err)
{
    const struct topology_kind *kind = topology_find(name);
    if (kind)
        return kind;
    const char *names[sizeof topology_kinds / sizeof *topology_kinds];
    char list[256] = "";
    for (size_t i = 0; i < topology_num_kinds; i++) {
        names[i] = topology_kinds[i]->name;
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", names[i]);
    }
    const char *nearest = err_nearest(name, names, topology_num_kinds);
    err_set(err, ERR_CONFIG, "fabric.topology.kind: no topology \"%s\"%s%s%s; there are: %s", name,
            nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"" : "", list);
    return NULL;
}

bool topology_resolve(struct topology_spec *spec, struct err *err)
{
    const struct topology_kind *kind = find_or_name_nearest(spec->kind, err);
    return kind && topo_spec_check(kind, spec, err) && kind->resolve(spec, err);
}

struct topology *topology_new(struct topology_spec *spec, struct err *err)
{
    if (!topology_resolve(spec, err))
        return NULL;
    const struct topology_kind *kind = topology_find(spec->kind);
    struct topology *self = calloc(1, sizeof *self);
    if (!self) {
        err_set(err, ERR_RUN, "out of memory");
        return NULL;
    }
    self->kind = kind;
    self->spec = *spec;
    if (!kind->build(spec, self, err) || (spec->failed && !topo_failed_remove(self, err))) {
        topology_free(self);
        return NULL;
    }
    return self;
}

void topology_free(struct topology *self)
{
    if (!self)
        return;
    free(self->peer);
    free(self->port_node);
    free(self->node_port);
    free(self->node_addr);
    for (uint32_t r = 0; self->router_names && r < self->num_routers; r++)
        free(self->router_names[r]);
    free(self->router_names);
    free(self->latency_cycles);
    free(self->flit_cycles);
    free(self);
}

uint64_t topology_bytes(const struct topology *self)
{
    uint64_t of_port = sizeof *self->peer + sizeof *self->port_node;
    of_port += self->latency_cycles ? sizeof *self->latency_cycles : 0;
    of_port += self->flit_cycles ? sizeof *self->flit_cycles : 0;
    return sizeof *self + (uint64_t)self->num_routers * self->radix * of_port +
           self->num_nodes * (sizeof *self->node_port + sizeof *self->node_addr);
}

uint64_t topology_num_channels(const struct topology *self)
{
    return (uint64_t)self->num_routers * self->radix + self->num_nodes;
}

bool topology_is_hop(const struct topology *self, uint64_t channel)
{
    if (channel >= (uint64_t)self->num_routers * self->radix)
        return self->indirect;
    return self->peer[channel] != TOPOLOGY_NONE ||
           (self->indirect && self->port_node[channel] != TOPOLOGY_NONE);
}

uint32_t topology_router_hops(const struct topology *self, uint32_t hops)
{
    return self->indirect ? hops - 2 : hops;
}

const char *topology_router_name(const struct topology *self, uint32_t router, char *text,
                                 size_t size)
{
    if (self->kind->router_name) {
        self->kind->router_name(self, router, text, size);
        return text;
    }
    if (!self->kind->grid) {
        snprintf(text, size, "router %u", router);
        return text;
    }
    size_t used = (size_t)snprintf(text, size, "router %u (", router);
    for (uint32_t d = 0; d < self->num_dims && used < size; d++) {
        used +=
            (size_t)snprintf(text + used, size - used, d ? ",%u" : "%u", router % self->sides[d]);
        router /= self->sides[d];
    }
    if (used < size)
        snprintf(text + used, size - used, ")");
    return text;
}

// "+x", "-d7" and so on, by the sides' ports.
static void direction_name(const struct topology *self, uint32_t port, char *text, size_t size)
{
    uint32_t first = 1;
    for (uint32_t d = 0; d < self->num_dims; d++) {
        uint32_t ports = self->sides[d] > 2 ? 2 : self->sides[d] - 1;
        if (port < first + ports) {
            const char *sign = ports == 1 ? "" : port == first ? "+" : "-";
            if (self->num_dims <= 3)
                snprintf(text, size, "%s%c", sign, "xyz"[d]);
            else
                snprintf(text, size, "%sd%u", sign, d);
            return;
        }
        first += ports;
    }
    snprintf(text, size, "port %u", port);
}

const char *topology_port_name(const struct topology *self, uint32_t router, uint32_t port,
                               char *text, size_t size)
{
    char name[256];
    char direction[32];
    topology_router_name(self, router, name, sizeof name);
    uint32_t node = self->port_node[(size_t)router * self->radix + port];
    if (node != TOPOLOGY_NONE && !self->kind->grid)
        snprintf(direction, sizeof direction, "node %u", node);
    else if (node != TOPOLOGY_NONE)
        snprintf(direction, sizeof direction, "terminal");
    else if (self->kind->grid)
        direction_name(self, port, direction, sizeof direction);
    else if (self->kind->port_name)
        self->kind->port_name(self, router, port, direction, sizeof direction);
    else
        snprintf(direction, sizeof direction, "port %u", port);
    snprintf(text, size, "%s %s", name, direction);
    return text;
}
