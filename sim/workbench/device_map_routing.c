// SPDX-License-Identifier: Apache-2.0
// The section `routing`, as it is read.
#include "sim/workbench/device_map_yaml.h"

#include <inttypes.h>
#include <string.h>

#define NUM(array) (sizeof(array) / sizeof *(array))

static const char axes[] = "xyzw";

static bool read_dims(struct map_reader *self, const struct map_node *node, void *into)
{
    struct map_route *route = &((struct device_map *)into)->route;
    uint64_t nodes = 1;
    uint32_t num;
    if (!map_is_list(self, node, false, &num))
        return false;
    if (num == 0 || num > DEVICE_MAX_DIMS)
        return map_refuse(self->map, node->path, self->err, "must be 1 to %d sides",
                          DEVICE_MAX_DIMS);
    for (uint32_t d = 0; d < num; d++) {
        struct map_node item = map_item(self, node, d);
        uint64_t side;
        if (!map_number(self, &item, 1, 1024, &side))
            return false;
        route->dims[d] = (uint32_t)side;
        route->order[d] = d;
        route->plus[d] = MAP_NO_PORT;
        route->minus[d] = MAP_NO_PORT;
        nodes *= side;
    }
    if (nodes > 1U << 20)
        return map_refuse(self->map, node->path, self->err, "more than %u routers", 1U << 20);
    route->num_dims = num;
    return true;
}

static bool read_order(struct map_reader *self, const struct map_node *node, void *into)
{
    struct map_route *route = &((struct device_map *)into)->route;
    uint32_t num;
    uint32_t seen = 0;
    if (!map_is_list(self, node, false, &num))
        return false;
    for (uint32_t i = 0; i < num; i++) {
        struct map_node item = map_item(self, node, i);
        const char *name = map_text(self, &item);
        if (!name)
            return false;
        const char *axis = name[1] ? NULL : strchr(axes, *name);
        uint32_t d = axis ? (uint32_t)(axis - axes) : DEVICE_MAX_DIMS;
        if (d >= route->num_dims || (seen >> d & 1))
            return map_refuse(self->map, item.path, self->err,
                              "\"%.20s\" is no dimension of routing.dims, or there twice", name);
        seen |= 1U << d;
        route->order[i] = d;
    }
    return num == route->num_dims ||
           map_refuse(self->map, node->path, self->err,
                      "must be all dimensions of routing.dims, of which there are %" PRIu32,
                      route->num_dims);
}

// A port, by its name or number.
static bool read_port(struct map_reader *self, const struct map_node *node, uint32_t *port)
{
    const struct device_spec *spec = &self->map->spec;
    const char *names[DEVICE_MAX_PORTS];
    const char *text = map_text(self, node);
    if (!text)
        return false;
    for (uint32_t p = 0; p < spec->num_ports; p++) {
        names[p] = spec->port_names[p];
        *port = p;
        if (strcmp(text, names[p]) == 0)
            return true;
    }
    const char *nearest = err_nearest(text, names, spec->num_ports);
    return map_refuse(self->map, node->path, self->err, "\"%.40s\" is no port%s%s", text,
                      nearest ? "; nearest: " : "", nearest ? nearest : "");
}

static bool read_ports(struct map_reader *self, const struct map_node *node, void *into)
{
    struct map_route *route = &((struct device_map *)into)->route;
    uint64_t seen = 0;
    uint32_t num;
    if (!map_is_mapping(self, node, &num))
        return false;
    for (uint32_t i = 0; i < num; i++) {
        struct map_node value;
        const char *name = map_pair(self, node, i, &value);
        const char *axis = strchr(axes, *name);
        uint32_t d = axis ? (uint32_t)(axis - axes) : DEVICE_MAX_DIMS;
        bool plus = strcmp(name + 1, "+") == 0;
        bool minus = strcmp(name + 1, "-") == 0;
        uint32_t *port = &route->local;
        if (strcmp(name, "local") != 0) {
            if (d >= route->num_dims || (!plus && !minus))
                return map_refuse(self->map, value.path, self->err,
                                  "unknown key; known: local, and x+, x-, y+, ... of routing.dims");
            port = plus ? &route->plus[d] : &route->minus[d];
        }
        if (!read_port(self, &value, port))
            return false;
        if (seen >> *port & 1)
            return map_refuse(self->map, value.path, self->err, "port %s is there twice",
                              self->map->spec.port_names[*port]);
        seen |= 1ULL << *port;
    }
    return true;
}

static bool read_position(struct map_reader *self, const struct map_node *node, uint32_t *address)
{
    const struct map_route *route = &self->map->route;
    uint32_t num;
    uint32_t stride = 1;
    if (!map_is_list(self, node, false, &num))
        return false;
    if (num != route->num_dims)
        return map_refuse(self->map, node->path, self->err,
                          "must be a coordinate of each dimension, as [0, 1]");
    *address = 0;
    for (uint32_t d = 0; d < num; d++) {
        struct map_node item = map_item(self, node, d);
        uint64_t at;
        if (!map_number(self, &item, 0, route->dims[d] - 1, &at))
            return false;
        *address += (uint32_t)at * stride;
        stride *= route->dims[d];
    }
    return true;
}

static bool read_positions(struct map_reader *self, const struct map_node *node, void *into)
{
    static const char *const words[] = {"all", NULL};
    struct device_map *map = into;
    uint32_t word;
    if (node->yaml->type == YAML_SCALAR_NODE)
        return map->route.all_positions = map_choice(self, node, words, &word);
    if (!map_is_list(self, node, false, &map->spec.num_positions))
        return false;
    if (map->spec.num_positions == 0)
        return map_refuse(map, node->path, self->err, "an empty list");
    map->route.positions =
        map_keep(map, map->spec.num_positions * sizeof *map->route.positions, self->err);
    for (uint32_t i = 0; map->route.positions && i < map->spec.num_positions; i++) {
        struct map_node item = map_item(self, node, i);
        if (!read_position(self, &item, &map->route.positions[i]))
            return false;
    }
    return map->route.positions != NULL;
}

static bool read_write(struct map_reader *self, const struct map_node *node, void *into)
{
    return map_pins(self, node, MAP_NO_PORT, &((struct map_table *)into)->write);
}

static bool read_index(struct map_reader *self, const struct map_node *node, void *into)
{
    return map_pins(self, node, MAP_NO_PORT, &((struct map_table *)into)->index);
}

static bool read_table_port(struct map_reader *self, const struct map_node *node, void *into)
{
    return map_pins(self, node, MAP_NO_PORT, &((struct map_table *)into)->port);
}

static bool read_table_vcs(struct map_reader *self, const struct map_node *node, void *into)
{
    return map_pins(self, node, MAP_NO_PORT, &((struct map_table *)into)->vcs);
}

static bool read_table(struct map_reader *self, const struct map_node *node, void *into)
{
    static const char *const codes[] = {"binary", "one-hot", NULL};
    static const struct map_key keys[] = {
        {"write", .read = read_write},
        {"index", .read = read_index},
        {"port", .read = read_table_port},
        {"vcs", .read = read_table_vcs},
        {"code", MAP_BOOL, .offset = offsetof(struct map_table, one_hot), .choices = codes},
    };
    struct map_table *table = &((struct device_map *)into)->table;
    if (!map_read_mapping(self, node, keys, NUM(keys), table))
        return false;
    const char *missing = !table->write.num   ? "write"
                          : !table->index.num ? "index"
                          : !table->port.num  ? "port"
                                              : NULL;
    return !missing || map_refuse(self->map, node->path, self->err,
                                  "%s is missing: pins by which the table is written", missing);
}

bool map_read_routing(struct map_reader *self, const struct map_node *node, void *into)
{
    static const char *const kinds[] = {
        [ROUTING_DIMENSION_ORDER] = "dimension-order",
        [ROUTING_MINIMAL] = "minimal",
        [ROUTING_WEST_FIRST] = "west-first",
        [ROUTING_NEGATIVE_FIRST] = "negative-first",
        [ROUTING_TABLE] = "table",
        [ROUTING_PORT] = "port",
        [ROUTING_TERMINAL] = "terminal",
        NULL,
    };
    static const char *const halves[] = {
        [HALF_PLUS] = "plus", [HALF_MINUS] = "minus", [HALF_PARITY] = "parity", NULL};
    static const struct map_key keys[] = {
        {"kind", MAP_CHOICE, offsetof(struct device_map, route.kind), .choices = kinds},
        {"dims", .read = read_dims},
        {"order", .read = read_order},
        {"ring", MAP_BOOL, .offset = offsetof(struct device_map, route.ring)},
        {"half", MAP_CHOICE, offsetof(struct device_map, route.half), .choices = halves},
        {"ports", .read = read_ports},
        {"u_turns", MAP_BOOL, .offset = offsetof(struct device_map, route.u_turns)},
        {"positions", .read = read_positions},
        {"destinations", MAP_UINT32, .offset = offsetof(struct device_map, route.destinations), 1,
         65536},
        {"table", .read = read_table},
    };
    return map_read_mapping(self, node, keys, NUM(keys), into);
}
