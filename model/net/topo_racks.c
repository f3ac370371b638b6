// SPDX-License-Identifier: Apache-2.0
#include "model/net/topo_racks.h"

#include "model/net/topo_spec.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_KEYS = 16 };

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

static bool refuse_key(const char *key, struct err *err)
{
    const char *keys[MAX_KEYS] = {"kind", "count", "nodes", "dims"};
    size_t num = 4;
    for (size_t i = 0; i < topology_num_params && num < MAX_KEYS; i++)
        keys[num++] = topology_params[i].key;
    const char *nearest = err_nearest(key, keys, num);
    return err_set(err, ERR_CONFIG, "a rack has no %.60s%s%s", key,
                   nearest ? "; nearest: " : "", nearest ? nearest : "");
}

static bool read_field(struct topo_rack *rack, const char *key, const char *value, struct err *err)
{
    struct topology_spec *spec = &rack->spec;
    uint32_t *field = strcmp(key, "count") == 0   ? &rack->count
                      : strcmp(key, "nodes") == 0 ? &spec->nodes
                                                  : NULL;
    uint32_t max = field == &rack->count ? TOPO_RACKS_MAX : (uint32_t)TOPOLOGY_MAX_NODES;
    uint64_t number;
    if (strcmp(key, "dims") == 0)
        return read_dims(spec, value, err);
    if (strcmp(key, "kind") == 0) {
        const struct topology_kind *kind = topology_find(value);
        spec->kind = kind ? kind->name : NULL;
        return kind || err_set(err, ERR_CONFIG, "no topology \"%.60s\"", value);
    }
    for (size_t i = 0; !field && i < topology_num_params; i++)
        if (strcmp(key, topology_params[i].key) == 0)
            field = (uint32_t *)(void *)((char *)spec + topology_params[i].offset);
    if (!field)
        return refuse_key(key, err);
    if (!read_number(value, strlen(value), max, &number) || number == 0)
        return err_set(err, ERR_CONFIG, "%s: \"%.60s\" is no number in 1..%" PRIu32, key, value,
                       max);
    *field = (uint32_t)number;
    return true;
}

static bool read_rack(struct topo_rack *rack, char *line, struct err *err)
{
    *rack = (struct topo_rack){.count = 1};
    for (char *field; (field = strsep(&line, "\t"));) {
        char *value = strchr(field, '=');
        if (!value)
            return err_set(err, ERR_CONFIG, "\"%.60s\" is no key=value", field);
        *value++ = '\0';
        if (!read_field(rack, field, value, err))
            return false;
    }
    if (!rack->spec.kind)
        return err_set(err, ERR_CONFIG, "a rack without a kind");
    if (topology_find(rack->spec.kind)->takes & (TOPOLOGY_TAKES_FILE | TOPOLOGY_TAKES_RACKS))
        return err_set(err, ERR_CONFIG, "a %s cannot be a rack", rack->spec.kind);
    return topology_resolve(&rack->spec, err);
}

static bool read_lines(struct topo_racks *self, char *text, struct err *err)
{
    for (char *line; (line = strsep(&text, "\n"));) {
        struct topo_rack *rack = &self->sorts[self->num_sorts++];
        if (!read_rack(rack, line, err)) {
            err_prefix(err, "fabric.topology.racks: rack %u", self->num_sorts);
            return false;
        }
        self->num_racks += rack->count;
        self->num_nodes += (uint64_t)rack->count * rack->spec.nodes;
        if (self->num_racks > TOPO_RACKS_MAX || self->num_nodes > TOPOLOGY_MAX_NODES)
            return err_set(err, ERR_CONFIG,
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

void topo_racks_free(struct topo_racks *self)
{
    free(self->sorts);
    *self = (struct topo_racks){0};
}
