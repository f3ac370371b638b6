// SPDX-License-Identifier: Apache-2.0
#include "model/net/routing.h"

#include "model/net/topology.h"

#include <stdlib.h>
#include <string.h>

enum { TABLE_MAX_ADDR_BITS = 12 };

const char *const routing_names[] = {"dimension-order", "e-cube", "table"};
const size_t routing_num_names = sizeof routing_names / sizeof *routing_names;

// VCs of a hop along a ring. `entering`: the packet comes from another dimension or a terminal.
static uint8_t ring_vcs(const struct routing *self, bool crosses, bool entering, uint32_t in_vc,
                        bool after_dateline)
{
    if (crosses)
        return self->vcs_low;
    if (entering || ((self->vcs_low >> in_vc & 1) && !after_dateline))
        return self->vcs_low | self->vcs_high;
    return self->vcs_high;
}

// Route on a grid. With `stateless`, the route depends on the destination alone: a packet that need
// not cross the dateline is taken to have crossed it.
static struct route grid_route(const struct routing *self, uint32_t own, uint32_t in_port,
                               uint32_t in_vc, uint32_t window, bool stateless)
{
    for (uint32_t d = 0; d < self->num_dims; d++) {
        const struct route_dim *dim = &self->dims[d];
        uint32_t here = own & dim->mask;
        uint32_t there = window & dim->mask;
        if (here == there)
            continue;
        uint32_t forward = (there - here + (there < here ? dim->size : 0)) & dim->mask;
        bool plus = forward <= routing_limit(dim, own);
        struct route route = {.port = plus ? dim->plus_port : dim->minus_port,
                              .vcs = self->vcs_all};
        if (dim->ring) {
            bool crosses = plus ? there < here : there > here;
            uint32_t behind = plus ? dim->minus_port : dim->plus_port;
            bool after_dateline = here == (plus ? 0 : dim->last);
            route.vcs = stateless
                            ? (crosses ? self->vcs_low : self->vcs_high)
                            : ring_vcs(self, crosses, in_port != behind, in_vc, after_dateline);
        }
        return route;
    }
    return (struct route){.port = ROUTING_TERMINAL_PORT, .vcs = self->vcs_all};
}

struct route routing_compute(const struct routing *self, uint32_t router, uint32_t own,
                             uint32_t in_port, uint32_t in_vc, uint32_t window)
{
    struct route route;
    if (self->table) {
        uint32_t addr = (window & self->layout.addr_mask) >> self->layout.addr_lsb;
        route = self->table[(size_t)router * self->table_size + addr];
    } else {
        route = grid_route(self, own, in_port, in_vc, window, false);
    }
    if (self->by_flow)
        route.vcs = routing_first_vc(route.vcs, routing_flow_key(self, window));
    return route;
}

// Fills the tables with the grid's own routes.
static bool fill_table(struct routing *self, const struct topology *topology, struct err *err)
{
    if (topology->addr_bits > TABLE_MAX_ADDR_BITS)
        return err_set(err, ERR_CONFIG,
                       "fabric.router.routing: tables of %u address bits are too large (at most "
                       "%d); use %s",
                       topology->addr_bits, TABLE_MAX_ADDR_BITS, topology->kind->default_routing);
    self->table_size = 1U << topology->addr_bits;
    size_t entries = (size_t)topology->num_routers * self->table_size;
    self->table = malloc(entries * sizeof *self->table);
    uint32_t *own = routing_own_addresses(self, topology);
    if (!self->table || !own) {
        free(own);
        return err_set(err, ERR_RUN, "out of memory for routing tables");
    }
    for (uint32_t r = 0; r < topology->num_routers; r++) {
        struct route *row = &self->table[(size_t)r * self->table_size];
        for (uint32_t addr = 0; addr < self->table_size; addr++)
            row[addr] = (struct route){.port = ROUTING_NO_PORT, .vcs = self->vcs_all};
        for (uint32_t node = 0; node < topology->num_nodes; node++) {
            uint32_t addr = topology->node_addr[node];
            row[addr] =
                grid_route(self, own[r], ROUTING_NO_PORT, 0, addr << self->layout.addr_lsb, true);
        }
    }
    free(own);
    return true;
}

// The resolved name of the routing algorithm, or NULL with `err`.
static const char *resolve_name(const struct topology *topology, const char *name, struct err *err)
{
    if (strcmp(name, "auto") == 0)
        name = topology->kind->default_routing;
    for (size_t i = 0; i < routing_num_names; i++) {
        if (strcmp(name, routing_names[i]) != 0)
            continue;
        bool cube = strcmp(topology->kind->name, "hypercube") == 0;
        if (strcmp(name, "e-cube") == 0 && !cube) {
            err_set(err, ERR_CONFIG,
                    "fabric.router.routing: e-cube is for hypercubes; use %s on a %s",
                    topology->kind->default_routing, topology->kind->name);
            return NULL;
        }
        return routing_names[i];
    }
    const char *nearest = err_nearest(name, routing_names, routing_num_names);
    err_set(err, ERR_CONFIG, "fabric.router.routing: no routing \"%s\"%s%s", name,
            nearest ? "; the nearest is " : "", nearest ? nearest : "");
    return NULL;
}

static bool fill(struct routing *self, const struct topology *topology,
                 const struct routing_spec *spec, const char *name, struct err *err)
{
    if (!layout_make(&self->layout, spec->flit_bits, spec->max_flits, topology->addr_bits, err))
        return false;
    uint32_t low = spec->num_vcs / 2;
    self->num_vcs = spec->num_vcs;
    self->by_flow = spec->by_flow;
    self->vcs_all = (uint8_t)((1U << spec->num_vcs) - 1);
    self->vcs_low = low ? (uint8_t)((1U << low) - 1) : self->vcs_all;
    self->vcs_high = low ? (uint8_t)(self->vcs_all & ~self->vcs_low) : self->vcs_all;
    self->dims = calloc(TOPOLOGY_MAX_DIMS, sizeof *self->dims);
    if (!self->dims)
        return err_set(err, ERR_RUN, "out of memory");
    self->num_dims = topology->kind->route_dims(topology, self->dims);
    for (uint32_t d = 0; d < self->num_dims; d++) {
        struct route_dim *dim = &self->dims[d];
        uint32_t shift = self->layout.addr_lsb;
        dim->mask <<= shift;
        dim->size <<= shift;
        dim->last <<= shift;
        dim->one <<= shift;
        dim->limit_even <<= shift;
        dim->limit_odd <<= shift;
    }
    return strcmp(name, "table") != 0 || fill_table(self, topology, err);
}

struct routing *routing_new(const struct topology *topology, const struct routing_spec *spec,
                            const char **name, struct err *err)
{
    *name = resolve_name(topology, spec->routing, err);
    if (!*name)
        return NULL;
    struct routing *self = calloc(1, sizeof *self);
    if (!self) {
        err_set(err, ERR_RUN, "out of memory");
        return NULL;
    }
    if (!fill(self, topology, spec, *name, err)) {
        routing_free(self);
        return NULL;
    }
    return self;
}

void routing_free(struct routing *self)
{
    if (!self)
        return;
    free(self->dims);
    free(self->table);
    free(self);
}

uint32_t *routing_own_addresses(const struct routing *self, const struct topology *topology)
{
    uint32_t *own = calloc(topology->num_routers, sizeof *own);
    for (uint32_t node = 0; own && node < topology->num_nodes; node++)
        own[topology->node_port[node] / topology->radix] = topology->node_addr[node]
                                                           << self->layout.addr_lsb;
    return own;
}
