// SPDX-License-Identifier: Apache-2.0
#include "model/net/routing.h"

#include "model/net/route_compute.h"
#include "model/net/routing_table.h"
#include "model/net/topology.h"
#include "sim/rng.h"

#include <assert.h>
#include <stdlib.h>

struct route_options routing_compute(const struct routing *self, uint32_t router,
                                     const struct route_at *at)
{
    struct route_options options = {.credits = route_credits_needed(self, at->window)};
    uint32_t first_vc = routing_class(self, at->in_vc);
    struct route_at in_class = *at;
    in_class.in_vc -= first_vc;
    if (self->table) {
        uint32_t addr = (at->window & self->layout.addr_mask) >> self->layout.addr_lsb;
        options.route = self->table[(size_t)router * self->table_size + addr];
    } else {
        self->kind->route(self, &in_class, &options);
    }
    if (self->by_flow)
        options.route.vcs = routing_first_vc(options.route.vcs, routing_flow_key(self, at->window));
    options.route.vcs = (uint8_t)(options.route.vcs << first_vc);
    return options;
}

struct route routing_by_destination(const struct routing *self, uint32_t own, uint32_t window)
{
    struct route_at at = {.own = own, .in_port = ROUTING_NO_PORT, .window = window};
    return route_in_order(self, &at, false, true);
}

// What is random in the way of a packet.
static uint64_t draw_of(uint64_t serial)
{
    return rng_mix(serial ^ UINT64_C(0x6f7264696e655f31));
}

uint32_t routing_via(const struct routing *self, uint32_t source, uint32_t destination,
                     uint64_t serial)
{
    uint32_t addr_lsb = self->layout.addr_lsb;
    return self->kind->via(self, source << addr_lsb, destination << addr_lsb, draw_of(serial));
}

uint8_t routing_draw_inject_vcs(const struct routing *self, uint32_t window, uint64_t serial)
{
    uint8_t vcs = self->vcs_group;
    if (self->kind && self->kind->inject)
        vcs = self->kind->inject(self, draw_of(serial));
    return self->by_flow ? routing_first_vc(vcs, routing_flow_key(self, window)) : vcs;
}

// The algorithm of this name, or NULL with `err`.
static const struct routing_algorithm *resolve(const struct topology *topology, const char *name,
                                               struct err *err)
{
    const struct routing_algorithm *found = routing_algorithm_find(topology, name);
    if (found && found->fits(topology, found))
        return found;
    if (found) {
        err_set(err, ERR_CONFIG, "fabric.router.routing: %s is not for a %s%s; use %s", name,
                topology->kind->name, found->kind ? " of these sides" : "",
                topology->kind->default_routing);
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

static void place_dims(struct routing *self, const struct topology *topology)
{
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
        assert(dim->mask > self->dims_mask);
        self->dims_mask |= dim->mask;
        for (uint32_t rest = dim->mask; rest; rest &= rest - 1)
            self->dim_of_bit[__builtin_ctz(rest)] = (uint8_t)d;
    }
    self->dims[self->num_dims] =
        (struct route_dim){.plus_port = ROUTING_TERMINAL_PORT, .minus_port = ROUTING_TERMINAL_PORT};
    self->dim_of_bit[LAYOUT_WINDOW_BITS] = (uint8_t)self->num_dims;
}

static bool check_bubble(const struct routing *self, struct err *err)
{
    if (!switching_buffers_whole_packets(self->switching))
        return err_set(
            err, ERR_CONFIG,
            "fabric.router.routing: bubble flow control is for packets that are buffered "
            "whole; use virtual-cut-through or store-and-forward switching");
    return self->buffer_flits >= 2 * self->max_flits ||
           err_set(err, ERR_CONFIG,
                   "fabric.router.buffer_flits: %u is too few for bubble flow control, which needs "
                   "room for two packets, %u",
                   self->buffer_flits, 2 * self->max_flits);
}

// What an algorithm by coordinates asks of the configuration.
static bool check_kind(const struct routing *self, const char *name, struct err *err)
{
    if (self->circuits && self->kind != &route_dimension_order)
        return err_set(err, ERR_CONFIG,
                       "fabric.router.routing: the probe of a circuit has one way to go, and %s "
                       "lets it choose; use dimension-order",
                       name);
    if (self->class_vcs % self->kind->num_phases)
        return err_set(err, ERR_CONFIG,
                       "fabric.router.vcs: %u VCs%s cannot be split into the %u groups of %s; "
                       "use %u",
                       self->class_vcs, self->class_vcs < self->num_vcs ? " of a class" : "",
                       self->kind->num_phases, name,
                       self->num_vcs / self->class_vcs * (self->class_vcs + 1));
    if (self->by_flow && self->kind->varies)
        return err_set(err, ERR_CONFIG,
                       "fabric.router.vc_choice: by-flow keeps the packets of a flow in order, and "
                       "%s sends them different ways; use any",
                       name);
    return !self->kind->bubbles || check_bubble(self, err);
}

// Splits the VCs among traffic classes.
static bool split_vcs(struct routing *self, uint32_t num_classes, struct err *err)
{
    if (self->circuits && num_classes > 1)
        return err_set(err, ERR_CONFIG,
                       "fabric.router.classes: a circuit has whole channels, which traffic classes "
                       "cannot share; use 1, or another fabric.router.switching");
    if (self->num_vcs % num_classes)
        return err_set(err, ERR_CONFIG,
                       "fabric.router.classes: %u VCs cannot be split evenly among %u classes; use "
                       "fabric.router.vcs = %u",
                       self->num_vcs, num_classes,
                       (self->num_vcs + num_classes - 1) / num_classes * num_classes);
    self->class_vcs = self->num_vcs / num_classes;
    self->vcs_class = (uint8_t)((1U << self->class_vcs) - 1);
    return true;
}

static bool fill(struct routing *self, const struct topology *topology,
                 const struct routing_spec *spec, const struct routing_algorithm *algorithm,
                 struct err *err)
{
    if (!routing_needs_table(topology, algorithm))
        self->kind = algorithm->kind;
    if (!layout_make(&self->layout, spec->flit_bits, spec->max_flits, topology->addr_bits,
                     self->kind && self->kind->vias, err))
        return false;
    self->switching = spec->switching;
    self->buffer_flits = spec->buffer_flits;
    self->max_flits = spec->max_flits;
    self->circuits = switching_is_circuit(spec->switching);
    self->num_vcs = self->circuits ? 1 : spec->num_vcs;
    self->by_flow = spec->by_flow;
    if (!split_vcs(self, spec->num_classes ? spec->num_classes : 1, err))
        return false;
    self->dims = calloc(TOPOLOGY_MAX_DIMS + 1, sizeof *self->dims);
    if (!self->dims)
        return err_set(err, ERR_RUN, "out of memory");
    place_dims(self, topology);
    self->direct = self->kind == &route_dimension_order && !self->by_flow;
    if (self->kind && !check_kind(self, algorithm->name, err))
        return false;
    self->group_vcs = self->class_vcs / (self->kind ? self->kind->num_phases : 1);
    self->vcs_group = (uint8_t)((1U << self->group_vcs) - 1);
    bool all_alike = !self->by_flow && !(self->kind && self->kind->inject);
    self->vcs_inject = all_alike ? self->vcs_group : 0;
    for (uint32_t vc = 0; vc < self->num_vcs; vc++) {
        self->first_of_class[vc] = (uint8_t)(vc - vc % self->class_vcs);
        self->first_of_group[vc] = (uint8_t)(vc - vc % self->group_vcs);
    }
    if (self->kind)
        self->kind->classify(self);
    else
        route_classify_datelines(self);
    return self->kind || routing_table_size(self, topology, err);
}

struct routing *routing_new_outline(const struct topology *topology,
                                    const struct routing_spec *spec, const char **name,
                                    struct err *err)
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

struct routing *routing_new(const struct topology *topology, const struct routing_spec *spec,
                            const char **name, struct err *err)
{
    struct routing *self = routing_new_outline(topology, spec, name, err);
    if (self && routing_fill(self, topology, *name, err))
        return self;
    routing_free(self);
    return NULL;
}

bool routing_fill(struct routing *self, const struct topology *topology, const char *name,
                  struct err *err)
{
    return self->kind ||
           routing_table_make(self, topology, routing_algorithm_find(topology, name), err);
}

uint64_t routing_bytes(const struct routing *self, const struct topology *topology,
                       const char *name, uint64_t *while_filled)
{
    const struct routing_algorithm *algorithm = routing_algorithm_find(topology, name);
    *while_filled = self->kind ? 0 : routing_table_scratch_bytes(topology, algorithm);
    return (uint64_t)topology->num_routers * self->table_size * sizeof *self->table;
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
