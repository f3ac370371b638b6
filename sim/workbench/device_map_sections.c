// SPDX-License-Identifier: Apache-2.0
// The sections of a map that name neither pins nor bits, and the order in which all are read: that
// in which they need each other.
#include "sim/workbench/device_map_yaml.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUM(array) (sizeof(array) / sizeof *(array))

static bool read_ports(struct map_reader *self, const struct map_node *node, void *into)
{
    struct device_spec *spec = &((struct device_map *)into)->spec;
    uint64_t num;
    if (node->yaml->type == YAML_SCALAR_NODE) {
        if (!map_number(self, node, 1, DEVICE_MAX_PORTS, &num))
            return false;
        for (uint32_t p = 0; p < num; p++)
            snprintf(spec->port_names[p], sizeof spec->port_names[p], "%" PRIu32, p);
        spec->num_ports = (uint32_t)num;
        return true;
    }
    if (!map_is_list(self, node, false, &spec->num_ports))
        return false;
    if (spec->num_ports == 0 || spec->num_ports > DEVICE_MAX_PORTS)
        return map_refuse(self->map, node->path, self->err, "must be 1 to %d ports",
                          DEVICE_MAX_PORTS);
    for (uint32_t p = 0; p < spec->num_ports; p++) {
        struct map_node item = map_item(self, node, p);
        const char *name = map_text(self, &item);
        if (!name)
            return false;
        if (strlen(name) >= sizeof spec->port_names[p])
            return map_refuse(self->map, item.path, self->err, "is longer than %zu characters",
                              sizeof spec->port_names[p] - 1);
        for (const char *c = name; *c; c++)
            if (!isalnum((unsigned char)*c) && *c != '_')
                return map_refuse(self->map, item.path, self->err,
                                  "must be of letters, digits and underscores");
        for (uint32_t q = 0; q < p; q++)
            if (strcmp(spec->port_names[q], name) == 0)
                return map_refuse(self->map, item.path, self->err, "\"%s\" is there twice", name);
        strcpy(spec->port_names[p], name);
    }
    return true;
}

static bool read_parameters(struct map_reader *self, const struct map_node *node, void *into)
{
    struct device_map *map = into;
    uint32_t num;
    if (!map_is_mapping(self, node, &num))
        return false;
    map->parameters = map_keep(map, (num + 1) * sizeof *map->parameters, self->err);
    for (uint32_t i = 0; map->parameters && i < num; i++) {
        struct map_node value;
        char why[64];
        char text[512];
        const char *name = map_pair(self, node, i, &value);
        const char *is = map_text(self, &value);
        for (uint32_t c = 0; c < self->num_changes; c++)
            if (strcmp(self->changes[c].name, name) == 0) {
                self->changed[c] = true;
                is = self->changes[c].value;
            }
        if (!is)
            return false;
        snprintf(text, sizeof text, "%s=%s", name, is);
        if (strlen(name) + strlen(is) > 500 || strpbrk(is, ";\n\r`"))
            return map_refuse(map, value.path, self->err, "is no value of a parameter");
        map->parameters[i] = map_keep_text(map, text, self->err);
        if (!map->parameters[i])
            return false;
        struct device_names none = {0};
        uint64_t number;
        if (map->num_names < MAP_MAX_NAMES - 8 &&
            device_expression(is, &none, &number, why, sizeof why)) {
            map->names[map->num_names] = map_keep_text(map, name, self->err);
            if (!map->names[map->num_names])
                return false;
            map->values[map->num_names++] = number;
        }
    }
    return map->parameters != NULL;
}

#define TEXTS(field)                                                                               \
    static bool read_##field(struct map_reader *self, const struct map_node *node, void *into)     \
    {                                                                                              \
        return map_texts(self, node, &((struct device_map *)into)->field);                         \
    }
TEXTS(sources)
TEXTS(includes)
TEXTS(defines)
#undef TEXTS

static bool read_claims(struct map_reader *self, const struct map_node *node, void *into)
{
    static const char *const names[] = {"exact", "performance", "flow-order", NULL};
    static const uint32_t bits[] = {DEVICE_CLAIM_EXACT, DEVICE_CLAIM_PERFORMANCE,
                                    DEVICE_CLAIM_FLOW_ORDER};
    struct device_spec *spec = &((struct device_map *)into)->spec;
    uint32_t num;
    if (!map_is_list(self, node, true, &num))
        return false;
    for (uint32_t i = 0; i < num; i++) {
        struct map_node item = map_item(self, node, i);
        uint32_t claim;
        if (!map_choice(self, &item, names, &claim))
            return false;
        spec->claims |= bits[claim];
    }
    return true;
}

#define SIDE(side, field) offsetof(struct device_map, spec.side.field)
#define SIDE_KEYS(side)                                                                            \
    {                                                                                              \
        {"buffer_flits", MAP_UINT32, .offset = SIDE(side, buffer_flits), 1, 65535},                \
            {"react_cycles", MAP_UINT32, .offset = SIDE(side, react_cycles), 1, 1000},             \
            {"slack_flits", MAP_UINT32, .offset = SIDE(side, slack_flits), 0, 65535},              \
            {"shared", MAP_BOOL, .offset = SIDE(side, shared)},                                    \
        {                                                                                          \
            "held", MAP_BOOL, .offset = SIDE(side, held)                                           \
        }                                                                                          \
    }

static bool read_flow_in(struct map_reader *self, const struct map_node *node, void *into)
{
    static const struct map_key keys[] = SIDE_KEYS(in);
    struct device_map *map = into;
    if (!map_read_mapping(self, node, keys, NUM(keys), into))
        return false;
    map->spec.out = map->spec.in; // as far as `out` does not say otherwise
    return true;
}

static bool read_flow_out(struct map_reader *self, const struct map_node *node, void *into)
{
    static const struct map_key keys[] = SIDE_KEYS(out);
    return map_read_mapping(self, node, keys, NUM(keys), into);
}

static bool read_flow(struct map_reader *self, const struct map_node *node, void *into)
{
    static const struct map_key keys[] = {
        {"in", .read = read_flow_in},
        {"out", .read = read_flow_out},
    };
    return map_read_mapping(self, node, keys, NUM(keys), into);
}

static bool read_modes(struct map_reader *self, const struct map_node *node, void *into)
{
    struct device_map *map = into;
    uint32_t num;
    if (!map_is_mapping(self, node, &num))
        return false;
    map->spec.num_modes = 0;
    for (uint32_t i = 0; i < num; i++) {
        struct map_node value;
        uint64_t strap;
        const char *name = map_pair(self, node, i, &value);
        uint32_t mode = 0;
        while (mode < SWITCHING_CIRCUIT && strcmp(switching_names[mode], name) != 0)
            mode++;
        if (mode == SWITCHING_CIRCUIT)
            return map_refuse(map, value.path, self->err, "known are %s, %s, %s",
                              switching_names[0], switching_names[1], switching_names[2]);
        if (!map_number(self, &value, 0, UINT32_MAX, &strap))
            return false;
        map->spec.modes[map->spec.num_modes] = (enum switching)mode;
        map->mode_straps[map->spec.num_modes++] = (uint32_t)strap;
    }
    return num > 0 || map_refuse(map, node->path, self->err, "no mode at all");
}

static bool read_reference(struct map_reader *self, const struct map_node *node, void *into)
{
    struct device_map *map = into;
    map->reference = calloc(1, sizeof *map->reference);
    if (!map->reference)
        return err_set(self->err, ERR_RUN, "out of memory");
    if (node->yaml->type != YAML_MAPPING_NODE)
        return map_refuse(map, node->path, self->err, "must be a mapping of keys to values");
    return config_default(map->reference, self->err) &&
           config_set_node(map->reference, "fabric", node->yaml, &self->place, self->err);
}

#define PART(section, field, from, to)                                                             \
    .offset = offsetof(struct device_map, section.field), .min = from, .max = to

static bool read_packet(struct map_reader *self, const struct map_node *node, void *into)
{
    static const struct map_key keys[] = {
        {"min_flits", MAP_UINT32, PART(spec, min_flits, 1, DEVICE_ANY_FLITS)},
        {"max_flits", MAP_UINT32, PART(spec, max_flits, 1, DEVICE_ANY_FLITS)},
    };
    return map_read_mapping(self, node, keys, NUM(keys), into);
}

static bool read_performance(struct map_reader *self, const struct map_node *node, void *into)
{
    static const struct map_key keys[] = {
        {"latency_cycles", MAP_REAL, PART(tolerance, latency_cycles, 0, 1000000)},
        {"throughput", MAP_REAL, PART(tolerance, throughput, 0, 1)},
    };
    return map_read_mapping(self, node, keys, NUM(keys), into);
}

static bool read_limits(struct map_reader *self, const struct map_node *node, void *into)
{
    static const struct map_key keys[] = {
        {"patience_cycles", MAP_UINT64, PART(spec, patience_cycles, 1, 1000000000)},
        {"wait_grants", MAP_UINT64, PART(spec, wait_grants_max, 0, 1000000000)},
        {"zero_load_cycles", MAP_UINT64, PART(spec, zero_load_cycles, 0, 1000000)},
    };
    return map_read_mapping(self, node, keys, NUM(keys), into);
}

bool map_read_root(struct map_reader *self, const struct map_node *root)
{
    static const char *const devices[] = {"router", "network", NULL};
    static const char *const vc_rules[] = {"any", "same", "dateline", NULL};
    static const struct map_key keys[] = {
        {"device", MAP_BOOL, .offset = offsetof(struct device_map, spec.network),
         .choices = devices},
        {"rtl", MAP_TEXT, .offset = offsetof(struct device_map, folder)},
        {"top", MAP_TEXT, .offset = offsetof(struct device_map, top)},
        {"sources", .read = read_sources},
        {"includes", .read = read_includes},
        {"defines", .read = read_defines},
        {"parameters", .read = read_parameters},
        {"claims", .read = read_claims},
        {"ports", .read = read_ports},
        {"vcs", MAP_UINT32, .offset = offsetof(struct device_map, spec.num_vcs), 1, DEVICE_MAX_VCS},
        {"vc", MAP_CHOICE, offsetof(struct device_map, spec.vc_rule), .choices = vc_rules},
        {"modes", .read = read_modes},
        {"clock", .read = map_read_clock},
        {"reset", .read = map_read_reset},
        {"routing", .read = map_read_routing},
        {"ties", .read = map_read_ties},
        {"setup", .read = map_read_setup},
        {"in", .read = map_read_in},
        {"out", .read = map_read_out},
        {"flit", .read = map_read_flit},
        {"flow", .read = read_flow},
        {"packet", .read = read_packet},
        {"reference", .read = read_reference},
        {"performance", .read = read_performance},
        {"limits", .read = read_limits},
    };
    return map_read_mapping(self, root, keys, NUM(keys), self->map);
}
