// SPDX-License-Identifier: Apache-2.0
#include "model/net/topo_racks.h"

#include "model/net/graph_file.h"
#include "model/net/router.h"
#include "model/net/topo_spec.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_KEYS = 16, MAX_KINDS = 32, MAX_EVEN_RACKS = 64 };

// A number of digits only, `max` at most.
static bool read_number(const char *text, size_t length, uint64_t max, uint64_t *number)
{
    *number = 0;
    for (size_t i = 0; i < length; i++) {
        uint64_t digit = (uint64_t)(text[i] - '0');
        if (digit > 9 || *number > (max - digit) / 10)
            return false;
        *number = *number * 10 + digit;
    }
    return length > 0;
}

static bool read_dims(struct topology_spec *spec, const char *value, struct err *err)
{
    spec->num_dims = 0;
    for (;;) {
        size_t length = strcspn(value, "x");
        if (spec->num_dims == TOPOLOGY_MAX_DIMS ||
            !read_number(value, length, UINT64_MAX / 16, &spec->dims[spec->num_dims++]))
            return err_set(err, ERR_CONFIG, "dims: \"%.60s\" is no list of sides", value);
        if (!value[length])
            return true;
        value += length + 1;
    }
}

// Parameters of a cluster itself are none of its racks'.
static bool is_of_racks(const struct topology_param *param)
{
    return !(param->takes & TOPOLOGY_TAKES_RACKS);
}

// Numbers of a rack that are no parameters of its topology.
static const struct {
    const char *key;
    uint32_t max;
    size_t offset; // of the uint32_t in struct topo_rack
} numbers[] = {
    {"count", TOPO_RACKS_MAX, offsetof(struct topo_rack, count)},
    {"nodes", (uint32_t)TOPOLOGY_MAX_NODES, offsetof(struct topo_rack, spec.nodes)},
    {"channels", ROUTER_MAX_RADIX, offsetof(struct topo_rack, uplinks.channels)},
    {"latency_cycles", GRAPH_MAX_CYCLES, offsetof(struct topo_rack, uplinks.latency_cycles)},
    {"flit_cycles", GRAPH_MAX_FLIT_CYCLES, offsetof(struct topo_rack, uplinks.flit_cycles)},
};
enum { NUM_NUMBERS = sizeof numbers / sizeof *numbers };

static bool refuse_key(const char *key, struct err *err)
{
    const char *keys[MAX_KEYS] = {"kind", "dims"};
    size_t num = 2;
    for (size_t i = 0; i < NUM_NUMBERS; i++)
        keys[num++] = numbers[i].key;
    for (size_t i = 0; i < topology_num_params && num < MAX_KEYS; i++)
        if (is_of_racks(&topology_params[i]))
            keys[num++] = topology_params[i].key;
    const char *nearest = err_nearest(key, keys, num);
    return err_set(err, ERR_CONFIG, "a rack has no %.60s%s%s", key, nearest ? "; nearest: " : "",
                   nearest ? nearest : "");
}

static bool read_kind(struct topology_spec *spec, const char *value, struct err *err)
{
    const char *names[MAX_KINDS];
    size_t num = 0;
    for (size_t i = 0; i < topology_num_kinds && num < MAX_KINDS; i++)
        if (topology_can_be_part(topology_kinds[i]))
            names[num++] = topology_kinds[i]->name;
    for (size_t i = 0; i < num; i++)
        if (strcmp(names[i], value) == 0) {
            spec->kind = names[i];
            return true;
        }
    if (topology_find(value))
        return err_set(err, ERR_CONFIG, "a %s cannot be a rack", value);
    const char *nearest = err_nearest(value, names, num);
    return err_set(err, ERR_CONFIG, "no topology \"%.60s\"%s%s", value,
                   nearest ? "; nearest: " : "", nearest ? nearest : "");
}

static bool read_field(struct topo_rack *rack, const char *key, const char *value, struct err *err)
{
    uint32_t *field = NULL;
    uint32_t max = (uint32_t)TOPOLOGY_MAX_NODES;
    uint64_t number;
    if (strcmp(key, "dims") == 0)
        return read_dims(&rack->spec, value, err);
    if (strcmp(key, "kind") == 0)
        return read_kind(&rack->spec, value, err);
    for (size_t i = 0; i < NUM_NUMBERS; i++)
        if (strcmp(key, numbers[i].key) == 0) {
            field = (uint32_t *)(void *)((char *)rack + numbers[i].offset);
            max = numbers[i].max;
        }
    for (size_t i = 0; !field && i < topology_num_params; i++)
        if (is_of_racks(&topology_params[i]) && strcmp(key, topology_params[i].key) == 0)
            field = (uint32_t *)(void *)((char *)&rack->spec + topology_params[i].offset);
    if (!field)
        return refuse_key(key, err);
    if (!read_number(value, strlen(value), max, &number) || number == 0)
        return err_set(err, ERR_CONFIG, "%s: \"%.60s\" is no number in 1..%" PRIu32, key, value,
                       max);
    *field = (uint32_t)number;
    return true;
}

// Resolves a rack's parameters, whose keys are its own.
static bool resolve(struct topology_spec *spec, struct err *err)
{
    static const char group[] = "fabric.topology.";
    struct err why = {0};
    bool both = spec->nodes > 0 && topo_spec_is_shaped(spec);
    if (both)
        return err_set(err, ERR_CONFIG, "nodes: a rack has either a number of nodes or a shape");
    if (topology_resolve(spec, &why))
        return true;
    bool own = strncmp(why.text, group, sizeof group - 1) == 0;
    return err_set(err, why.status, "%s", why.text + (own ? sizeof group - 1 : 0));
}

static bool read_fields(struct topo_rack *rack, char *line, struct err *err)
{
    for (char *field; (field = strsep(&line, "\t"));) {
        char *value = strchr(field, '=');
        if (!value)
            return err_set(err, ERR_CONFIG, "\"%.60s\" is no key=value", field);
        *value++ = '\0';
        if (!read_field(rack, field, value, err))
            return false;
    }
    if (!rack->spec.kind)
        return err_set(err, ERR_CONFIG, "a rack needs a kind, as in {kind: mesh, dims: [4, 4]}");
    return resolve(&rack->spec, err);
}

bool topo_rack_read(struct topo_rack *self, const char *line, struct err *err)
{
    char *copy = strdup(line);
    *self = (struct topo_rack){.count = 1};
    bool good =
        copy ? read_fields(self, copy, err) : err_set(err, ERR_RUN, "out of memory for a topology");
    free(copy);
    return good;
}

static bool read_lines(struct topo_racks *self, char *text, struct err *err)
{
    for (char *line; (line = strsep(&text, "\n"));) {
        struct topo_rack *rack = &self->sorts[self->num_sorts++];
        if (!topo_rack_read(rack, line, err)) {
            err_prefix(err, "fabric.topology.racks: rack %u", self->num_sorts);
            return false;
        }
        self->num_racks += rack->count;
        self->num_nodes += (uint64_t)rack->count * rack->spec.nodes;
        if (self->num_racks > TOPO_RACKS_MAX || self->num_nodes > TOPOLOGY_MAX_NODES)
            return err_set(
                err, ERR_CONFIG,
                "fabric.topology.racks: more than %d racks, or than %llu nodes, the most "
                "that can be built",
                TOPO_RACKS_MAX, (unsigned long long)TOPOLOGY_MAX_NODES);
    }
    return true;
}

bool topo_racks_read(struct topo_racks *self, const char *text, struct err *err)
{
    size_t lines = 1;
    for (const char *c = text; *c; c++)
        lines += *c == '\n';
    char *copy = strdup(text);
    *self = (struct topo_racks){.sorts = calloc(lines, sizeof *self->sorts)};
    bool good = (copy && self->sorts) || err_set(err, ERR_RUN, "out of memory for a topology");
    good = good && read_lines(self, copy, err);
    free(copy);
    if (!good)
        topo_racks_free(self);
    return good;
}

bool topo_racks_of(struct topo_racks *self, const struct topology_spec *spec, struct err *err)
{
    char even[64];
    uint32_t count = 1;
    for (uint32_t c = 2; c <= MAX_EVEN_RACKS && c * c <= spec->nodes; c++)
        if (spec->nodes % c == 0)
            count = c;
    snprintf(even, sizeof even, "kind=mesh\tnodes=%u\tcount=%u", spec->nodes / count, count);
    return topo_racks_read(self, spec->racks ? spec->racks : even, err);
}

void topo_racks_free(struct topo_racks *self)
{
    free(self->sorts);
    *self = (struct topo_racks){0};
}
