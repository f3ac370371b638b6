// SPDX-License-Identifier: Apache-2.0
#include "model/net/routing.h"

#include "model/net/routing_table.h"
#include "model/net/topology.h"

#include <stdlib.h>

// VCs of a hop along a ring. `entering`: the packet comes from another dimension or a terminal.
static uint8_t ring_vcs(const struct routing *self, bool crosses, bool entering, uint32_t in_vc,
                        bool before_dateline, bool after_dateline)
{
    if (crosses)
        return before_dateline ? self->vcs_low | self->vcs_high : self->vcs_low;
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
            bool before_dateline = here == (plus ? dim->last : 0);
            bool after_dateline = here == (plus ? 0 : dim->last);
            route.vcs = stateless ? (crosses ? self->vcs_low : self->vcs_high)
                                  : ring_vcs(self, crosses, in_port != behind, in_vc,
                                             before_dateline, after_dateline);
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

struct route routing_by_destination(const struct routing *self, uint32_t own, uint32_t window)
{
    return grid_route(self, own, ROUTING_NO_PORT, 0, window, true);
}

// The algorithm of this name, or NULL with `err`.
static const struct routing_algorithm *resolve(const struct topology *topology, const char *name,
                                               struct err *err)
{
    const struct routing_algorithm *found = routing_algorithm_find(topology, name);
    if (found && found->fits(topology, found))
        return found;
    if (found) {
        err_set(err, ERR_CONFIG, "fabric.router.routing: %s is not for a %s; use %s", name,
                topology->kind->name, topology->kind->default_routing);
        return NULL;
    }
    const char *names[ROUTING_MAX_ALGORITHMS];
    for (size_t i = 0; i < routing_num_algorithms; i++)
        names[i] = routing_algorithms[i].name;
    const char *nearest = err_nearest(name, names, routing_num_algorithms);
    err_set(err, ERR_CONFIG, "fabric.router.routing: no routing \"%s\"%s%s", name,
            nearest ? "; the nearest is " : "", nearest ? nearest : "");
    return NULL;
}

static bool fill(struct routing *self, const struct topology *topology,
                 const struct routing_spec *spec, const struct routing_algorithm *algorithm,
                 struct err *err)
{
    if (!layout_make(&self->layout, spec->flit_bits, spec->max_flits, topology->addr_bits, err))
        return false;
    self->circuits = spec->circuits;
    self->num_vcs = spec->circuits ? 1 : spec->num_vcs;
    self->by_flow = spec->by_flow;
    uint32_t low = self->num_vcs / 2;
    self->vcs_all = (uint8_t)((1U << self->num_vcs) - 1);
    self->vcs_low = low ? (uint8_t)((1U << low) - 1) : self->vcs_all;
    self->vcs_high = low ? (uint8_t)(self->vcs_all & ~self->vcs_low) : self->vcs_all;
    self->dims = calloc(TOPOLOGY_MAX_DIMS, sizeof *self->dims);
    if (!self->dims)
        return err_set(err, ERR_RUN, "out of memory");
    self->num_dims =
        topology->kind->route_dims ? topology->kind->route_dims(topology, self->dims) : 0;
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
    return !routing_needs_table(topology, algorithm) ||
           routing_table_make(self, topology, algorithm, err);
}

struct routing *routing_new(const struct topology *topology, const struct routing_spec *spec,
                            const char **name, struct err *err)
{
    const struct routing_algorithm *algorithm = resolve(topology, spec->routing, err);
    if (!algorithm)
        return NULL;
    *name = algorithm->name;
    struct routing *self = calloc(1, sizeof *self);
    if (!self) {
        err_set(err, ERR_RUN, "out of memory");
        return NULL;
    }
    if (!fill(self, topology, spec, algorithm, err)) {
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
