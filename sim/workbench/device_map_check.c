// SPDX-License-Identifier: Apache-2.0
// What concerns several keys of a map: link, claims and routes. Fields of flits have a file of
// their own (device_map_fields.c).
#include "sim/workbench/device_map_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const sides[] = {"in", "out"};

static bool check_given(const struct device_map *map, struct err *err)
{
    static const char *const keys[] = {"ports",   "clock", "reset",     "in",       "in.valid",
                                       "in.flit", "out",   "out.valid", "out.flit", "flit"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!map_given(map, keys[i]))
            return map_refuse(map, keys[i], err, "is missing");
    return true;
}

// Which flow control it is, by the wires that are named.
static bool find_flow(struct device_map *map, uint32_t s, struct err *err)
{
    struct device_side *side = s == 0 ? &map->spec.in : &map->spec.out;
    uint32_t num = 0;
    char path[32];
    for (enum map_wire wire = WIRE_READY; wire <= WIRE_CREDIT_VALID; wire++)
        if (map->channels[s].wires[wire][0].num > 0) {
            side->flow = wire == WIRE_READY                    ? DEVICE_READY_VALID
                         : wire == WIRE_ON || wire == WIRE_OFF ? DEVICE_ON_OFF
                                                               : DEVICE_CREDIT;
            num++;
        }
    bool by_vc = map->channels[s].wires[WIRE_CREDIT_VC][0].num > 0;
    side->one_credit = map->channels[s].wires[WIRE_CREDIT_VALID][0].num > 0;
    if (num != 1)
        return map_refuse(map, sides[s], err,
                          "must have one of ready, on, off, credit, credit_valid; it has %" PRIu32,
                          num);
    snprintf(path, sizeof path, "%s.credit_vc", sides[s]);
    if (by_vc != side->one_credit)
        return map_refuse(map, path, err, "credit_valid and credit_vc go together");
    return true;
}

// Keys of `flow` that mean something only under one flow control.
static bool check_keys(const struct device_map *map, uint32_t s, const struct device_side *side,
                       struct err *err)
{
    static const struct {
        const char *key;
        bool flows[3];
        const char *is;
    } keys[] = {
        {"react_cycles", {[DEVICE_ON_OFF] = true}, "on-off"},
        {"slack_flits", {[DEVICE_ON_OFF] = true}, "on-off"},
        {"held", {[DEVICE_READY_VALID] = true}, "ready-valid"},
        {"shared", {[DEVICE_READY_VALID] = true, [DEVICE_ON_OFF] = true}, "ready-valid or on-off"},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        char path[64];
        snprintf(path, sizeof path, "flow.%s.%s", sides[s], keys[i].key);
        if (map_given(map, path) && !keys[i].flows[side->flow])
            return map_refuse(map, path, err, "is for flow control by %s; %s has other wires",
                              keys[i].is, sides[s]);
    }
    return true;
}

static bool check_side(struct device_map *map, uint32_t s, struct err *err)
{
    struct device_side *side = s == 0 ? &map->spec.in : &map->spec.out;
    char path[64];
    if (!find_flow(map, s, err) || !check_keys(map, s, side, err))
        return false;
    side->held &= side->flow == DEVICE_READY_VALID;
    side->shared &= side->flow != DEVICE_CREDIT;
    side->shared |= side->flow != DEVICE_CREDIT && map->spec.num_vcs == 1;
    snprintf(path, sizeof path, "flow.%s.buffer_flits", sides[s]);
    if (side->flow == DEVICE_READY_VALID && side->buffer_flits == 0)
        side->buffer_flits = 1;
    if (side->buffer_flits == 0)
        return map_refuse(map, path, err, "is missing: what a VC's buffer there takes");
    if (side->flow != DEVICE_ON_OFF)
        return true;
    if (side->buffer_flits <= side->slack_flits)
        return map_refuse(map, path, err,
                          "a buffer of %" PRIu32 " flits has no room for any but slack_flits",
                          side->buffer_flits);
    snprintf(path, sizeof path, "flow.%s.slack_flits", sides[s]);
    if (side->slack_flits < side->react_cycles)
        return map_refuse(map, path, err,
                          "%" PRIu32 " flits are lost where a sender goes on for %" PRIu32
                          " cycles after off",
                          side->slack_flits, side->react_cycles);
    return true;
}

static bool check_claims(const struct device_map *map, struct err *err)
{
    const struct device_spec *spec = &map->spec;
    bool credit = spec->in.flow == DEVICE_CREDIT && spec->out.flow == DEVICE_CREDIT;
    bool compares = spec->claims & (DEVICE_CLAIM_EXACT | DEVICE_CLAIM_PERFORMANCE);
    if (compares && !map->reference)
        return map_refuse(map, "claims", err,
                          "exact and performance need a reference to compare with: the section "
                          "reference");
    if ((spec->claims & DEVICE_CLAIM_EXACT) && !credit)
        return map_refuse(map, "claims", err,
                          "exact is for flow control by credit, as the reference has");
    return true;
}

static bool check_packets(const struct device_map *map, struct err *err)
{
    const struct device_spec *spec = &map->spec;
    if (spec->min_flits > spec->max_flits)
        return map_refuse(map, "packet.min_flits", err, "is more than max_flits, %" PRIu32,
                          spec->max_flits);
    for (uint32_t m = 0; m < spec->num_modes; m++) {
        uint32_t most = device_spec_max_flits(spec, spec->modes[m]);
        if (most < spec->min_flits)
            return map_refuse(map, "packet.min_flits", err,
                              "under %s packets are of at most %" PRIu32
                              " flits, what flow.*.buffer_flits say",
                              switching_names[spec->modes[m]], most);
    }
    return true;
}

// A grid's router has a port for each direction that leads anywhere.
static bool check_ports(const struct device_map *map, struct err *err)
{
    const struct map_route *route = &map->route;
    if (route->local == MAP_NO_PORT)
        return map_refuse(map, "routing.ports", err, "local is missing: the port of its own node");
    for (uint32_t d = 0; d < route->num_dims; d++) {
        bool minus = route->dims[d] > 2 || (route->dims[d] == 2 && !route->ring);
        if (route->dims[d] > 1 && route->plus[d] == MAP_NO_PORT)
            return map_refuse(map, "routing.ports", err,
                              "%c+ is missing: dims has a side of %" PRIu32 " there", "xyzw"[d],
                              route -> dims[d]);
        if (minus && route->minus[d] == MAP_NO_PORT)
            return map_refuse(map, "routing.ports", err,
                              "%c- is missing: dims has a side of %" PRIu32 " there", "xyzw"[d],
                              route -> dims[d]);
        if (!minus && route->minus[d] != MAP_NO_PORT)
            return map_refuse(map, "routing.ports", err,
                              "%c- leads nowhere: dims has a side of %" PRIu32 " there", "xyzw"[d],
                              route -> dims[d]);
    }
    return true;
}

// True if something tells the router where it is.
static bool is_placed(const struct device_map *map)
{
    bool placed = map->table.write.num > 0;
    for (uint32_t c = 0; c <= map->setup_cycles; c++) {
        const struct map_ties *ties = c < map->setup_cycles ? &map->setup[c] : &map->ties;
        for (uint32_t i = 0; i < ties->num; i++) {
            const char *text = ties->ties[i].expression;
            placed |= strstr(text, "{position}") != NULL;
            for (uint32_t d = 0; d < map->route.num_dims; d++)
                placed |= strstr(text, (const char *[]){"{x}", "{y}", "{z}", "{w}"}[d]) != NULL;
        }
    }
    return placed;
}

static bool check_grid(struct device_map *map, struct err *err)
{
    struct device_spec *spec = &map->spec;
    if (map->route.num_dims == 0)
        return map_refuse(map, "routing.dims", err, "is missing: the sides of the grid");
    uint32_t nodes = 1;
    for (uint32_t d = 0; d < map->route.num_dims; d++)
        nodes *= map->route.dims[d];
    spec->num_destinations = nodes;
    if (!map->route.positions)
        spec->num_positions = nodes;
    if (spec->num_positions > 1 && !is_placed(map))
        return map_refuse(
            map, "routing.positions", err,
            "no tie tells the router where it is ({x}, {y}, {position}): name the one "
            "position where it is, as [[0, 1]]");
    return check_ports(map, err);
}

static bool check_terminals(struct device_map *map, struct err *err)
{
    struct device_spec *spec = &map->spec;
    uint32_t nodes = 1;
    for (uint32_t d = 0; d < map->route.num_dims; d++)
        nodes *= map->route.dims[d];
    if (map->route.num_dims > 0 && nodes != spec->num_ports)
        return map_refuse(map, "routing.dims", err, "are %" PRIu32 " nodes, but ports are %" PRIu32,
                          nodes, spec->num_ports);
    spec->num_destinations = spec->num_ports;
    return true;
}

// Keys of `routing` by kind.
static bool check_routing_keys(const struct device_map *map, struct err *err)
{
    uint32_t kind = map->route.kind;
    bool grid = map_routes_on_grid(map);
    bool wraps = kind == ROUTING_DIMENSION_ORDER || kind == ROUTING_MINIMAL;
    const struct {
        const char *key;
        bool means; // something to this kind
    } keys[] = {
        {"routing.dims", grid || kind == ROUTING_TERMINAL},
        {"routing.order", kind == ROUTING_DIMENSION_ORDER},
        {"routing.ring", wraps || kind == ROUTING_TERMINAL},
        {"routing.half", kind == ROUTING_DIMENSION_ORDER && map->route.ring},
        {"routing.ports", grid},
        {"routing.positions", grid},
        {"routing.destinations", kind == ROUTING_TABLE},
        {"routing.table", grid || kind == ROUTING_TABLE},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (map_given(map, keys[i].key) && !keys[i].means)
            return map_refuse(map, keys[i].key, err, "means nothing to this kind of routing");
    return true;
}

static bool check_routing(struct device_map *map, struct err *err)
{
    struct device_spec *spec = &map->spec;
    if (!map_given(map, "routing.kind") && !spec->network)
        return map_refuse(map, "routing.kind", err,
                          "is missing: how a router finds a packet's output port");
    if (!map_given(map, "routing.kind"))
        map->route.kind = ROUTING_TERMINAL;
    if (spec->network != (map->route.kind == ROUTING_TERMINAL))
        return map_refuse(map, "routing.kind", err,
                          "terminal is for networks, and they have no other");
    if (!check_routing_keys(map, err))
        return false;
    if (!map->route.positions)
        spec->num_positions = 1;
    switch (map->route.kind) {
    case ROUTING_TERMINAL:
        return check_terminals(map, err);
    case ROUTING_PORT:
        spec->num_destinations = spec->num_ports;
        return true;
    case ROUTING_TABLE:
        if (map->route.destinations == 0)
            return map_refuse(map, "routing.destinations", err,
                              "is missing: how many entries the table has");
        if (map->table.write.num == 0)
            return map_refuse(map, "routing.table", err,
                              "is missing: the pins by which it is written");
        spec->num_destinations = map->route.destinations;
        return true;
    default:
        return check_grid(map, err);
    }
}

static bool check_vc_rule(const struct device_map *map, struct err *err)
{
    const struct device_spec *spec = &map->spec;
    bool datelines = spec->vc_rule == DEVICE_VC_DATELINE;
    bool tables = map->table.vcs.num > 0;
    if (datelines &&
        (map->route.kind != ROUTING_DIMENSION_ORDER || !map->route.ring || spec->num_vcs < 2))
        return map_refuse(map, "vc", err,
                          "dateline is for dimension-order on rings (routing.ring) with 2 VCs or "
                          "more");
    if (tables && spec->vc_rule == DEVICE_VC_SAME)
        return map_refuse(map, "vc", err, "same, but routing.table.vcs names the VCs");
    return true;
}

// Names that are written into SystemVerilog.
static bool check_names(const struct device_map *map, struct err *err)
{
    struct device_part part;
    struct device_names none = {0};
    char why[256];
    if (!device_part_read(map->top, &none, &part, why, sizeof why) || part.num_brackets > 0)
        return map_refuse(map, "top", err, "\"%.60s\" is no name of a module", map->top);
    for (char **p = map->parameters; p && *p; p++) {
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(*p, "="), *p);
        if (!device_part_read(name, &none, &part, why, sizeof why) || part.num_brackets > 0)
            return map_refuse(map, "parameters", err, "\"%.60s\" is no name of a parameter", name);
    }
    return true;
}

bool map_check(struct device_map *map, struct err *err)
{
    return check_given(map, err) && check_names(map, err) && check_side(map, 0, err) &&
           check_side(map, 1, err) && check_claims(map, err) && check_packets(map, err) &&
           check_routing(map, err) && check_vc_rule(map, err) && map_check_fields(map, err);
}
