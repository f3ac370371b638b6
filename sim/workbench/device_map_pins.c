// SPDX-License-Identifier: Apache-2.0
// The parts of a map that name pins.
#include "sim/workbench/device_map_yaml.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define NUM(array) (sizeof(array) / sizeof *(array))

const char *const map_wire_names[MAP_NUM_WIRES] = {
#define MAP_WIRE_NAME(symbol, name) [symbol] = name,
    MAP_WIRES(MAP_WIRE_NAME)
#undef MAP_WIRE_NAME
};

// Puts a port's name for {port} and {PORT}; {p} is left to the expression. False if it is too long.
static bool expand(const char *text, const char *port, char *to, size_t size)
{
    size_t used = 0;
    while (*text && used + 1 < size) {
        bool capitals = strncmp(text, "{PORT}", 6) == 0;
        if (!capitals && strncmp(text, "{port}", 6) != 0) {
            to[used++] = *text++;
            continue;
        }
        for (const char *c = port; *c && used + 1 < size; c++) {
            int letter = (unsigned char)*c;
            to[used++] = (char)(capitals ? toupper(letter) : letter);
        }
        text += 6;
    }
    to[used] = '\0';
    return !*text;
}

static bool read_part(struct map_reader *self, const struct map_node *node, uint32_t port,
                      struct device_part *part)
{
    char why[256];
    char expanded[256];
    struct map_names names;
    const char *text = map_text(self, node);
    if (!text)
        return false;
    map_names(&names, self->map);
    if (port != MAP_NO_PORT) {
        map_name(&names, "p", port);
        if (!expand(text, self->map->spec.port_names[port], expanded, sizeof expanded))
            return map_refuse(self->map, node->path, self->err, "\"%.60s\" is too long", text);
        text = expanded;
    }
    if (!device_part_read(text, &names.all, part, why, sizeof why))
        return map_refuse(self->map, node->path, self->err, "%s", why);
    return true;
}

bool map_pins(struct map_reader *self, const struct map_node *node, uint32_t port,
              struct map_pins *pins)
{
    if (!map_is_list(self, node, true, &pins->num))
        return false;
    if (pins->num == 0)
        return map_refuse(self->map, node->path, self->err, "an empty list of pins");
    pins->parts = map_keep(self->map, pins->num * sizeof *pins->parts, self->err);
    for (uint32_t i = 0; pins->parts && i < pins->num; i++) {
        struct map_node item = map_item(self, node, i);
        if (!read_part(self, &item, port, &pins->parts[i]))
            return false;
    }
    return pins->parts != NULL;
}

// A wire at every port.
static bool read_wire(struct map_reader *self, const struct map_node *node,
                      struct map_pins wires[DEVICE_MAX_PORTS])
{
    for (uint32_t p = 0; p < self->map->spec.num_ports; p++)
        if (!map_pins(self, node, p, &wires[p]))
            return false;
    return true;
}

static bool read_channel(struct map_reader *self, const struct map_node *node,
                         struct map_channel *channel)
{
    const char *names[MAP_NUM_WIRES];
    uint32_t num;
    if (!map_is_mapping(self, node, &num))
        return false;
    memcpy(names, map_wire_names, sizeof names);
    for (uint32_t i = 0; i < num; i++) {
        struct map_node value;
        const char *name = map_pair(self, node, i, &value);
        uint32_t wire = 0;
        while (wire < MAP_NUM_WIRES && strcmp(names[wire], name) != 0)
            wire++;
        const char *nearest = err_nearest(name, names, MAP_NUM_WIRES);
        if (wire == MAP_NUM_WIRES)
            return map_refuse(self->map, value.path, self->err, "unknown key; nearest: %s",
                              nearest ? nearest : "valid");
        if (!read_wire(self, &value, channel->wires[wire]))
            return false;
    }
    return true;
}

bool map_read_in(struct map_reader *self, const struct map_node *node, void *into)
{
    return read_channel(self, node, &((struct device_map *)into)->channels[0]);
}

bool map_read_out(struct map_reader *self, const struct map_node *node, void *into)
{
    return read_channel(self, node, &((struct device_map *)into)->channels[1]);
}

bool map_read_clock(struct map_reader *self, const struct map_node *node, void *into)
{
    return map_pins(self, node, MAP_NO_PORT, &((struct device_map *)into)->clock);
}

static bool read_reset_pin(struct map_reader *self, const struct map_node *node, void *into)
{
    return map_pins(self, node, MAP_NO_PORT, &((struct device_map *)into)->reset);
}

bool map_read_reset(struct map_reader *self, const struct map_node *node, void *into)
{
    static const char *const levels[] = {"high", "low", NULL};
    static const char *const kinds[] = {"synchronous", "asynchronous", NULL};
    static const struct map_key keys[] = {
        {"pin", .read = read_reset_pin},
        {"active", MAP_BOOL, .offset = offsetof(struct device_map, reset_low), .choices = levels},
        {"kind", MAP_BOOL, .offset = offsetof(struct device_map, spec.reset_asynchronous),
         .choices = kinds},
        {"cycles", MAP_UINT64, .offset = offsetof(struct device_map, spec.reset_cycles), 1,
         1000000},
    };
    if (node->yaml->type == YAML_SCALAR_NODE)
        return read_reset_pin(self, node, into);
    struct device_map *map = into;
    if (!map_read_mapping(self, node, keys, NUM(keys), into))
        return false;
    return map->reset.num > 0 || map_refuse(map, node->path, self->err, "pin is missing");
}

// The value that a change from outside gives a tie, or NULL.
static const char *changed(const struct map_reader *self, const char *name)
{
    const char *value = NULL;
    for (uint32_t i = 0; i < self->num_changes; i++)
        if (strcmp(self->changes[i].name, name) == 0) {
            self->changed[i] = true;
            value = self->changes[i].value;
        }
    return value;
}

static bool read_tie(struct map_reader *self, const char *name, const struct map_node *node,
                     bool may_change, struct map_tie *tie)
{
    char why[256];
    struct map_names names;
    const char *text = map_text(self, node);
    const char *change = may_change ? changed(self, name) : NULL;
    uint64_t value;
    if (!text)
        return false;
    snprintf(tie->path, sizeof tie->path, "%s", node->path);
    tie->name = map_keep_text(self->map, name, self->err);
    tie->changed = change != NULL;
    tie->expression = map_keep_text(self->map, change ? change : text, self->err);
    if (!tie->name || !tie->expression)
        return false;
    map_names(&names, self->map);
    if (!device_part_read(name, &names.all, &tie->part, why, sizeof why) ||
        !map_tie_value(self->map, tie, 0, 0, &value, why, sizeof why))
        return map_refuse(self->map, node->path, self->err, "%s", why);
    return true;
}

static bool read_ties(struct map_reader *self, const struct map_node *node, bool may_change,
                      struct map_ties *ties)
{
    if (!map_is_mapping(self, node, &ties->num))
        return false;
    ties->ties = map_keep(self->map, (ties->num + 1) * sizeof *ties->ties, self->err);
    for (uint32_t i = 0; ties->ties && i < ties->num; i++) {
        struct map_node value;
        const char *name = map_pair(self, node, i, &value);
        if (!read_tie(self, name, &value, may_change, &ties->ties[i]))
            return false;
    }
    return ties->ties != NULL;
}

bool map_read_ties(struct map_reader *self, const struct map_node *node, void *into)
{
    return read_ties(self, node, true, &((struct device_map *)into)->ties);
}

bool map_read_setup(struct map_reader *self, const struct map_node *node, void *into)
{
    struct device_map *map = into;
    if (!map_is_list(self, node, false, &map->setup_cycles))
        return false;
    map->setup = map_keep(map, (map->setup_cycles + 1) * sizeof *map->setup, self->err);
    for (uint32_t i = 0; map->setup && i < map->setup_cycles; i++) {
        struct map_node item = map_item(self, node, i);
        if (!read_ties(self, &item, false, &map->setup[i]))
            return false;
    }
    return map->setup != NULL;
}

bool map_tie_value(const struct device_map *map, const struct map_tie *tie, uint32_t position,
                   uint32_t strap, uint64_t *value, char *why, size_t size)
{
    static const char *const axes[DEVICE_MAX_DIMS] = {"x", "y", "z", "w"};
    uint32_t at[DEVICE_MAX_DIMS];
    uint32_t own = device_map_own_address(map, position);
    uint32_t num = device_map_coordinates(map, own, at);
    struct map_names names;
    map_names(&names, map);
    for (uint32_t d = 0; d < num; d++)
        map_name(&names, axes[d], at[d]);
    if (num > 0)
        map_name(&names, "position", own);
    map_name(&names, "mode", strap);
    return device_expression(tie->expression, &names.all, value, why, size);
}
