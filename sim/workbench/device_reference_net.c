// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/device_reference_net.h"

#include "sim/workbench/device_map_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Sets a parameter, unless the map gives it.
static bool fill(struct reference_net *self, const char *key, const char *value, struct err *err)
{
    char assignment[256];
    snprintf(assignment, sizeof assignment, "%s=%s", key, value);
    return config_where(&self->config, key) ||
           config_set(&self->config, assignment, "the device", err);
}

static bool fill_number(struct reference_net *self, const char *key, uint32_t value,
                        struct err *err)
{
    char text[16];
    snprintf(text, sizeof text, "%" PRIu32, value);
    return fill(self, key, text, err);
}

// Under ready the device need not say how much it buffers.
static bool fill_buffers(struct reference_net *self, struct err *err)
{
    uint32_t flits = self->map->spec.in.buffer_flits;
    return !map_given(self->map, "flow.in.buffer_flits") ||
           fill_number(self, "fabric.router.buffer_flits",
                       flits < ROUTER_MAX_BUFFER_FLITS ? flits : ROUTER_MAX_BUFFER_FLITS, err);
}

// The network that the device is in, or is: the map's grid, or else a router of its ports.
static bool fill_topology(struct reference_net *self, struct err *err)
{
    const struct map_route *route = &self->map->route;
    char text[128];
    int at = snprintf(text, sizeof text, "{kind: star, n: %" PRIu32, self->map->spec.num_ports);
    if (map_is_grid(self->map)) {
        at = snprintf(text, sizeof text, "{kind: %s, dims: [", route->ring ? "torus" : "mesh");
        for (uint32_t d = 0; d < route->num_dims; d++)
            at += snprintf(text + at, sizeof text - (size_t)at, "%s%" PRIu32, d ? ", " : "",
                           route->dims[d]);
        at += snprintf(text + at, sizeof text - (size_t)at, "]");
    }
    snprintf(text + at, sizeof text - (size_t)at, "}");
    return fill(self, "fabric.topology", text, err);
}

// Turn models that the reference has, too. Of a device that takes any port on a shortest way it is
// not known how it chooses: `reference` may say.
static bool fill_routing(struct reference_net *self, struct err *err)
{
    switch (self->map->route.kind) {
    case ROUTING_WEST_FIRST:
        return fill(self, "fabric.router.routing", "west-first", err);
    case ROUTING_NEGATIVE_FIRST:
        return fill(self, "fabric.router.routing", "negative-first", err);
    default:
        return true;
    }
}

static bool check_topology(const struct reference_net *self, const struct topology *topology,
                           struct err *err)
{
    const struct device_map *map = self->map;
    const char *key = "fabric.topology";
    if (map->spec.network) {
        if (topology->num_nodes == map->spec.num_ports)
            return true;
        return config_refuse(&self->config, key, err,
                             "has %" PRIu32 " nodes; the device has %" PRIu32 " ports",
                             topology->num_nodes, map->spec.num_ports);
    }
    if (!map_is_grid(map)) {
        if (strcmp(topology->kind->name, "star") == 0 && topology->radix == map->spec.num_ports)
            return true;
        return config_refuse(&self->config, key, err,
                             "must be left out, or a star of as many nodes as the device has "
                             "ports: it is no router of a grid");
    }
    bool same = topology->kind->grid && topology->num_routers == topology->num_nodes &&
                topology->num_dims == map->route.num_dims;
    for (uint32_t d = 0; same && d < topology->num_dims; d++)
        same = topology->sides[d] == map->route.dims[d];
    return same || config_refuse(&self->config, key, err,
                                 "is not the grid of routing.dims, with a node a router");
}

// Of a device that is claimed to be exact: dimension order is the reference's.
static bool check_ways(const struct device_map *map, struct err *err)
{
    const struct map_route *route = &map->route;
    bool ordered = !map->spec.network && route->kind == ROUTING_DIMENSION_ORDER;
    for (uint32_t d = 0; ordered && d < route->num_dims; d++) {
        bool halves = route->ring && route->dims[d] > 2 && route->dims[d] % 2 == 0;
        if (route->order[d] != d)
            return map_refuse(map, "routing.order", err,
                              "exact: the reference corrects x first, then y, and so on");
        if (halves && route->half != HALF_PARITY)
            return map_refuse(map, "routing.half", err,
                              "exact: the reference goes by parity where a side is even");
    }
    return true;
}

static bool check(const struct reference_net *self, struct err *err)
{
    const struct device_spec *spec = &self->map->spec;
    const struct config *config = &self->config;
    uint32_t in = spec->in.buffer_flits, out = spec->out.buffer_flits;
    if (config->fabric_model == FABRIC_IDEAL)
        return config_refuse(config, "fabric.model", err, "the reference has routers");
    if (config->vcs != spec->num_vcs)
        return config_refuse(config, "fabric.router.vcs", err, "must be the device's, %" PRIu32,
                             spec->num_vcs);
    if (!(spec->claims & DEVICE_CLAIM_EXACT))
        return config_check_fabric(config, err);
    if (!check_ways(self->map, err))
        return false;
    if (config->buffer_flits != in || config->buffer_flits != out)
        return config_refuse(config, "fabric.router.buffer_flits", err,
                             "must be the device's where it is claimed to be exact, %" PRIu32
                             " flits in and %" PRIu32 " out",
                             in, out);
    return config_check_fabric(config, err);
}

bool reference_net_make(struct reference_net *self, const struct device_map *map, struct err *err)
{
    *self = (struct reference_net){.map = map};
    if (!map->reference)
        return err_set(err, ERR_CONFIG, "%s: reference: missing: what to compare with", map->path);
    if (!config_copy(&self->config, map->reference, err) || !fill_topology(self, err) ||
        !fill_routing(self, err) ||
        !fill_number(self, "fabric.router.vcs", map->spec.num_vcs, err) ||
        !fill_buffers(self, err) || !check(self, err))
        return false;
    // What is wrong with it under any mode is told now.
    for (uint32_t m = 0; m < map->spec.num_modes; m++) {
        const struct machine *machine = reference_net_machine(self, map->spec.modes[m], err);
        if (!machine || !check_topology(self, machine->topology, err))
            return false;
    }
    return true;
}

void reference_net_free(struct reference_net *self)
{
    for (uint32_t m = 0; m < SWITCHING_NUM; m++)
        machine_free(&self->machines[m]);
    config_free(&self->config);
}

const struct machine *reference_net_machine(struct reference_net *self, enum switching mode,
                                            struct err *err)
{
    struct machine *machine = &self->machines[mode];
    if (machine->routing)
        return machine;
    self->config.switching = mode;
    uint32_t longest = self->map->spec.max_flits;
    if (switching_buffers_whole_packets(mode) && longest > self->config.buffer_flits)
        longest = self->config.buffer_flits;
    return machine_make_topology(machine, &self->config, err) &&
                   machine_make_routing(machine, &self->config, longest, err)
               ? machine
               : NULL;
}

uint32_t reference_net_router(const struct reference_net *self, uint32_t position)
{
    return device_map_own_address(self->map, position);
}

// The reference's port in the direction of the device's port, by what topo_grid.h says of ports.
static uint32_t grid_port(const struct map_route *route, const uint32_t *at, uint32_t port)
{
    uint32_t next = 1;
    if (port == route->local)
        return ROUTING_TERMINAL_PORT;
    for (uint32_t d = 0; d < route->num_dims; d++) {
        uint32_t side = route->dims[d];
        bool plus = port == route->plus[d];
        if (plus || port == route->minus[d]) {
            // Between two there is a single port, which is the device's port to the other one.
            if (side == 2 && !route->ring)
                return plus == (at[d] == 0) ? next : TOPOLOGY_NONE;
            return side > 1 ? next + (plus ? 0 : 1) : TOPOLOGY_NONE;
        }
        next += side > 2 ? 2 : side - 1;
    }
    return TOPOLOGY_NONE;
}

void reference_net_ports(const struct reference_net *self, const struct topology *topology,
                         uint32_t position, struct reference_port *ports)
{
    const struct device_map *map = self->map;
    uint32_t at[DEVICE_MAX_DIMS];
    device_map_coordinates(map, device_map_own_address(map, position), at);
    for (uint32_t p = 0; p < map->spec.num_ports; p++) {
        uint32_t place = map->spec.network ? topology->node_port[p] : p;
        if (!map->spec.network && map_is_grid(map))
            place = grid_port(&map->route, at, p);
        ports[p] = (struct reference_port){0, place};
        if (map->spec.network)
            ports[p] = (struct reference_port){place / topology->radix, place % topology->radix};
    }
}

uint32_t reference_net_address(const struct reference_net *self, const struct topology *topology,
                               uint32_t to)
{
    bool table = !self->map->spec.network && !map_is_grid(self->map);
    return table ? to : topology->node_addr[to];
}

bool reference_net_table(const struct reference_net *self, const struct stimulus *setup,
                         struct routing *routing, struct err *err)
{
    const struct device_map *map = self->map;
    uint32_t num = map->spec.num_destinations;
    uint32_t addr_bits = num > 1 ? 32U - (uint32_t)__builtin_clz(num - 1) : 1;
    if (!layout_make(&routing->layout, routing->layout.flit_bits, routing->max_flits, addr_bits,
                     false, err))
        return false;
    routing->table = malloc(num * sizeof *routing->table);
    routing->table_size = num;
    if (!routing->table)
        return err_set(err, ERR_RUN, "out of memory");
    for (uint32_t to = 0; to < num; to++) {
        struct device_route route = {0};
        // None goes back to where it came from: one of two inputs tells.
        for (uint32_t in = 0; in < map->spec.num_ports && !route.ports; in++)
            route = device_map_route(map, setup, in, 0, to);
        uint32_t port = route.ports ? (uint32_t)__builtin_ctzll(route.ports) : ROUTING_NO_PORT;
        routing->table[to] = (struct route){(uint8_t)port, (uint8_t)route.vcs};
    }
    return true;
}
