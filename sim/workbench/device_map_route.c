// SPDX-License-Identifier: Apache-2.0
// Where packets may go, and which can come in where: by coordinates, by a table that is drawn, or
// as the head says.
//
// A packet that the network's routers, all of this kind, would never send to an input port is none
// that must be sent there. On a grid every router has a node that sends to every other, so a packet
// can come in by a port if the router on its other side sends its own node's packet of this
// destination out by it.
//
// VCs of rings are as model/net/routing.h has them: the lower half for packets that have still to
// cross the dateline, between the last coordinate and 0; the upper half for those that have crossed
// it or need not; the lower half also for those that certainly have not; both on the dateline
// itself.
//
// Source: Dally and Seitz, "Deadlock-free message routing in multiprocessor interconnection
// networks", IEEE Trans. Computers 36(5), 1987.
#include "sim/rng.h"
#include "sim/workbench/device_map_state.h"

#include <stdio.h>

uint32_t device_map_coordinates(const struct device_map *self, uint32_t address,
                                uint32_t coordinates[DEVICE_MAX_DIMS])
{
    for (uint32_t d = 0; d < self->route.num_dims; d++) {
        coordinates[d] = address % self->route.dims[d];
        address /= self->route.dims[d];
    }
    return self->route.num_dims;
}

uint32_t device_map_own_address(const struct device_map *self, uint32_t position)
{
    if (self->spec.network)
        return 0;
    return self->route.positions ? self->route.positions[position] : position;
}

// A step of a dimension.
struct step {
    uint32_t dim; // num_dims: none
    bool plus;
};

// The output port of a step.
static uint32_t port_of(const struct map_route *route, struct step step)
{
    if (step.dim >= route->num_dims)
        return route->local;
    return step.plus ? route->plus[step.dim] : route->minus[step.dim];
}

// The step that an output port makes. A port of no direction is a step of dimension num_dims + 1.
static struct step step_of(const struct map_route *route, uint32_t port)
{
    for (uint32_t d = 0; d < route->num_dims; d++)
        if (route->plus[d] == port || route->minus[d] == port)
            return (struct step){.dim = d, .plus = route->plus[d] == port};
    return (struct step){.dim = route->num_dims + (port == route->local ? 0 : 1)};
}

// True if a packet that has to go from `at` to `to` in a dimension goes up.
static bool goes_plus(const struct map_route *route, uint32_t d, uint32_t at, uint32_t to)
{
    if (!route->ring)
        return to > at;
    uint32_t side = route->dims[d];
    uint32_t forward = (to + side - at) % side;
    if (forward * 2 != side || side == 2)
        return forward * 2 <= side;
    return route->half == HALF_PLUS || (route->half == HALF_PARITY && at % 2 == 0);
}

// True if the channel of a step from `at` is the dateline.
static bool is_dateline(const struct map_route *route, struct step step, uint32_t at)
{
    return route->ring && (step.plus ? at == route->dims[step.dim] - 1 : at == 0);
}

// True if a packet has to cross the dateline between `at` and `to`, which it reaches by these
// steps.
static bool will_cross(const struct map_route *route, struct step step, uint32_t at, uint32_t to)
{
    return route->ring && (step.plus ? to < at : to > at);
}

// Of the ports towards a destination, up and down the dimensions, those that a kind of routing
// takes.
static uint64_t chosen(const struct map_route *route, uint64_t up, uint64_t down)
{
    uint64_t west = route->minus[0] == MAP_NO_PORT ? 0 : down & 1ULL << route->minus[0];
    if (route->kind == ROUTING_WEST_FIRST && west)
        return west;
    if (route->kind == ROUTING_NEGATIVE_FIRST && down)
        return down;
    return up | down;
}

// Ports that a router at `own` may send a packet to, a bit each: on a shortest way, and under
// dimension order the first dimension's.
static uint64_t productive(const struct device_map *map, uint32_t own, uint32_t to)
{
    const struct map_route *route = &map->route;
    uint32_t at[DEVICE_MAX_DIMS];
    uint32_t there[DEVICE_MAX_DIMS];
    uint64_t up = 0;
    uint64_t down = 0;
    if (own == to)
        return 1ULL << route->local;
    device_map_coordinates(map, own, at);
    device_map_coordinates(map, to, there);
    for (uint32_t i = 0; i < route->num_dims; i++) {
        uint32_t d = route->order[i];
        if (at[d] == there[d])
            continue;
        bool plus = goes_plus(route, d, at[d], there[d]);
        bool half = route->ring && route->dims[d] > 2 &&
                    (there[d] + route->dims[d] - at[d]) % route->dims[d] * 2 == route->dims[d];
        if (route->kind == ROUTING_DIMENSION_ORDER)
            return 1ULL << (plus ? route->plus[d] : route->minus[d]);
        up |= plus || half ? 1ULL << route->plus[d] : 0;
        down |= !plus || half ? 1ULL << route->minus[d] : 0; // half way round, both are shortest
    }
    return chosen(route, up, down);
}

// The router on the other side of an input port, and the step from there to here. False if there is
// none.
static bool upstream(const struct device_map *map, uint32_t own, struct step out, uint32_t *there,
                     struct step *step)
{
    const struct map_route *route = &map->route;
    uint32_t at[DEVICE_MAX_DIMS];
    uint32_t side = out.dim < route->num_dims ? route->dims[out.dim] : 1;
    uint32_t stride = 1;
    if (side < 2)
        return false;
    device_map_coordinates(map, own, at);
    if (!route->ring && (out.plus ? at[out.dim] == side - 1 : at[out.dim] == 0))
        return false;
    for (uint32_t d = 0; d < out.dim; d++)
        stride *= route->dims[d];
    uint32_t other = (at[out.dim] + (out.plus ? 1 : side - 1)) % side;
    *there = own - at[out.dim] * stride + other * stride;
    // A ring of two has one port, which is "plus" on both sides
    *step = (struct step){.dim = out.dim, .plus = route->ring && side == 2 ? true : !out.plus};
    return true;
}

static uint16_t all_vcs(const struct device_map *map)
{
    return (uint16_t)map_mask(map->spec.num_vcs);
}

static uint16_t low_vcs(const struct device_map *map)
{
    return (uint16_t)map_mask(map->spec.num_vcs / 2);
}

// VCs by which a packet may leave on a ring; 0: it cannot have come in by `in_vc`.
static uint16_t dateline_vcs(const struct device_map *map, uint32_t own, uint32_t in_port,
                             uint32_t in_vc, uint32_t to)
{
    const struct map_route *route = &map->route;
    struct step in = step_of(route, in_port);
    struct step out = step_of(route, (uint32_t)__builtin_ctzll(productive(map, own, to)));
    uint32_t at[DEVICE_MAX_DIMS];
    uint32_t there[DEVICE_MAX_DIMS];
    uint32_t from;
    struct step came;
    uint16_t low = low_vcs(map);
    bool high_in = !(low >> in_vc & 1);
    bool crossed = high_in; // or will not cross: it may not be in a low VC again
    device_map_coordinates(map, own, at);
    device_map_coordinates(map, to, there);
    if (in.dim < route->num_dims && upstream(map, own, in, &from, &came)) {
        uint32_t before[DEVICE_MAX_DIMS];
        device_map_coordinates(map, from, before);
        bool over = is_dateline(route, came, before[came.dim]);
        if (high_in && !over && at[came.dim] != there[came.dim] &&
            will_cross(route, came, at[came.dim], there[came.dim]))
            return 0;
        crossed |= over;
    }
    if (out.dim >= route->num_dims)
        return all_vcs(map);
    bool enters = in.dim != out.dim;
    if (is_dateline(route, out, at[out.dim]))
        return all_vcs(map);
    if (will_cross(route, out, at[out.dim], there[out.dim]))
        return low;
    return enters || !crossed ? all_vcs(map) : (uint16_t)(all_vcs(map) & ~low);
}

static uint16_t out_vcs(const struct device_map *map, uint32_t own, uint32_t in_port,
                        uint32_t in_vc, uint32_t to)
{
    if (map->spec.vc_rule == DEVICE_VC_SAME)
        return (uint16_t)(1U << in_vc);
    if (map->spec.vc_rule == DEVICE_VC_DATELINE)
        return dateline_vcs(map, own, in_port, in_vc, to);
    return all_vcs(map);
}

static struct device_route on_grid(const struct device_map *map, uint32_t own, uint32_t in_port,
                                   uint32_t in_vc, uint32_t to)
{
    const struct map_route *route = &map->route;
    struct device_route none = {0};
    struct step in = step_of(route, in_port);
    uint32_t from;
    struct step came;
    if (in.dim > route->num_dims || (in_port == route->local && to == own && !route->u_turns))
        return none;
    if (in_port != route->local && (!upstream(map, own, in, &from, &came) ||
                                    !(productive(map, from, to) >> port_of(route, came) & 1)))
        return none;
    struct device_route found = {.ports = productive(map, own, to),
                                 .vcs = out_vcs(map, own, in_port, in_vc, to)};
    return found.vcs ? found : none;
}

struct map_entry map_table_entry(const struct device_map *map, const struct stimulus *setup,
                                 uint32_t to)
{
    const struct map_route *route = &map->route;
    uint32_t num_ports = map->spec.num_ports;
    struct map_entry entry = {.vcs = all_vcs(map)};
    if (route->kind != ROUTING_TABLE) {
        uint32_t own = device_map_own_address(map, setup->position);
        entry.port = (uint32_t)__builtin_ctzll(productive(map, own, to));
        return entry;
    }
    // The first entries are a permutation of the ports, so that each has a destination
    uint64_t draw = rng_mix(setup->seed ^ 0x7461626c65ULL);
    uint32_t turn = (uint32_t)(draw % num_ports);
    entry.port = to < num_ports ? (to + turn) % num_ports
                                : (uint32_t)(rng_mix(draw ^ (to + 1ULL) << 20) % num_ports);
    uint16_t vcs = (uint16_t)(rng_mix(draw ^ (to + 1ULL) << 40) & all_vcs(map));
    if (map->table.vcs.num > 0 && vcs)
        entry.vcs = vcs;
    return entry;
}

struct device_route device_map_route(const struct device_map *self, const struct stimulus *setup,
                                     uint32_t in_port, uint32_t in_vc, uint32_t to)
{
    const struct map_route *route = &self->route;
    if (map_routes_on_grid(self))
        return on_grid(self, device_map_own_address(self, setup->position), in_port, in_vc, to);
    struct device_route found = {.vcs = out_vcs(self, 0, in_port, in_vc, to)};
    if (route->kind == ROUTING_TABLE) {
        struct map_entry entry = map_table_entry(self, setup, to);
        found.ports = 1ULL << entry.port;
        found.vcs &= entry.vcs;
    } else {
        found.ports = 1ULL << to;
    }
    if (!route->u_turns && found.ports == 1ULL << in_port)
        return (struct device_route){0};
    return found;
}

static void words(const struct device_map *map, const char *what, uint32_t number, char *text,
                  size_t size)
{
    uint32_t at[DEVICE_MAX_DIMS];
    uint32_t num = device_map_coordinates(map, number, at);
    size_t used = (size_t)snprintf(text, size, "%s %u", what, number);
    for (uint32_t d = 0; d < num && used < size; d++)
        used += (size_t)snprintf(text + used, size - used, "%s%c %u%s", d == 0 ? " (" : ", ",
                                 "xyzw"[d], at[d], d + 1 == num ? ")" : "");
}

void device_map_address(const struct device_map *self, uint32_t to, char *text, size_t size)
{
    words(self, "address", to, text, size);
}

void device_map_position(const struct device_map *self, uint32_t position, char *text, size_t size)
{
    if (map_routes_on_grid(self))
        words(self, "position", device_map_own_address(self, position), text, size);
    else
        snprintf(text, size, "position %u", position);
}
