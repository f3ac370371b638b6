// SPDX-License-Identifier: Apache-2.0
// Checks the fields of a flit against each other and against what they have to hold, and makes the
// masks that the codec goes by.
#include "sim/workbench/device_map_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool refuse(const struct device_map *map, const struct map_field *field, struct err *err,
                   const char *what)
{
    char path[64];
    snprintf(path, sizeof path, "flit.%s", field->name);
    return map_refuse(map, path, err, "%s", what);
}

const struct map_field *map_field(const struct device_map *map, enum map_field_kind kind)
{
    for (uint32_t i = 0; i < map->flit.num_fields; i++)
        if (map->flit.fields[i].kind == kind)
            return &map->flit.fields[i];
    return NULL;
}

bool map_field_in_body(const struct map_field *field)
{
    return field->kind <= FIELD_VC;
}

// A number 0..most, or its code, must be what the field takes.
static bool holds(const struct device_map *map, const struct map_field *field, uint64_t most,
                  struct err *err)
{
    char text[128];
    if (field->one_hot && field->bits != most + 1)
        snprintf(text, sizeof text, "one-hot, it must be of %" PRIu64 " bits", most + 1);
    else if (!field->one_hot && most > map_mask(field->bits))
        snprintf(text, sizeof text, "%" PRIu32 " bits do not hold numbers up to %" PRIu64,
                 field->bits, most);
    else
        return true;
    return refuse(map, field, err, text);
}

static bool check_number(const struct device_map *map, const struct map_field *field,
                         struct err *err)
{
    const struct device_spec *spec = &map->spec;
    switch (field->kind) {
    case FIELD_HEAD:
    case FIELD_TAIL:
        return field->bits == 1 || refuse(map, field, err, "must be one bit");
    case FIELD_VC:
        return holds(map, field, spec->num_vcs - 1, err);
    case FIELD_CONSTANT:
        return holds(map, field, field->value, err);
    case FIELD_LENGTH:
        if (field->value > spec->min_flits)
            return refuse(map, field, err, "the bias is more than packet.min_flits");
        return holds(map, field, spec->max_flits - field->value, err);
    case FIELD_DESTINATION:
    case FIELD_SOURCE:
        if (field->part == PART_COORDINATE)
            return holds(map, field, map->route.dims[field->dim] - 1, err);
        if (field->part == PART_PORT || (field->kind == FIELD_SOURCE && !spec->network))
            return holds(map, field, spec->num_ports - 1, err);
        return holds(map, field, spec->num_destinations - 1, err);
    default:
        return true;
    }
}

// Codes of types: those that packets need, each once.
static bool check_codes(const struct device_map *map, const struct map_field *field,
                        struct err *err)
{
    static const char *const names[] = {"head", "body", "tail", "single"};
    const struct device_spec *spec = &map->spec;
    const uint32_t *codes = map->flit.codes;
    bool needs[] = {spec->max_flits >= 2, spec->max_flits >= 3, spec->max_flits >= 2,
                    spec->min_flits == 1};
    for (uint32_t i = 0; i < MAP_NUM_TYPES; i++) {
        char path[64];
        snprintf(path, sizeof path, "flit.type.%s", names[i]);
        if (needs[i] && codes[i] == MAP_NO_CODE)
            return map_refuse(map, path, err,
                              "is missing: packets are of %" PRIu32 " to %" PRIu32 " flits",
                              spec->min_flits, spec->max_flits);
        if (codes[i] != MAP_NO_CODE && codes[i] > map_mask(field->bits))
            return map_refuse(map, path, err, "%" PRIu32 " is more than %" PRIu32 " bits hold",
                              codes[i], field->bits);
        for (uint32_t j = 0; j < i; j++)
            if (codes[i] != MAP_NO_CODE && codes[i] == codes[j])
                return map_refuse(map, path, err, "%" PRIu32 " is the code of %s too", codes[i],
                                  names[j]);
    }
    return true;
}

static bool check_types(struct device_map *map, struct err *err)
{
    const struct map_field *type = map_field(map, FIELD_TYPE);
    const struct map_field *head = map_field(map, FIELD_HEAD);
    const struct map_field *tail = map_field(map, FIELD_TAIL);
    bool longer = map->spec.max_flits > 1;
    if (type && (head || tail))
        return refuse(map, head ? head : tail, err, "type tells it already");
    if (longer && !type && !tail)
        return map_refuse(map, "flit", err,
                          "type, or tail, is missing: what tells the last flit of a packet");
    map->spec.implied_head = longer && !type && !head;
    return !type || check_codes(map, type, err);
}

static bool check_addresses(const struct device_map *map, struct err *err)
{
    const struct map_field *to = map_field(map, FIELD_DESTINATION);
    bool by_port = map->route.kind == ROUTING_PORT || map->spec.network;
    if (!to)
        return map_refuse(map, "flit.destination", err, "is missing");
    if (to->part == PART_PORT && !by_port)
        return refuse(map, to, err, "a head that names its port needs routing.kind: port");
    if (map->route.kind == ROUTING_PORT && to->part != PART_PORT)
        return refuse(map, to, err, "routing.kind: port needs destination: {port: ...}");
    return true;
}

static void mark(uint64_t *words, const struct map_field *field)
{
    for (uint32_t bit = field->low; bit < field->low + field->bits; bit++)
        words[bit / 64] |= 1ULL << bit % 64;
}

static bool check_overlaps(const struct device_map *map, struct err *err)
{
    const struct map_flit *flit = &map->flit;
    for (uint32_t i = 0; i < flit->num_fields; i++)
        for (uint32_t j = 0; j < i; j++) {
            const struct map_field *a = &flit->fields[i];
            const struct map_field *b = &flit->fields[j];
            char text[64];
            if (a->low >= b->low + b->bits || b->low >= a->low + a->bits)
                continue;
            snprintf(text, sizeof text, "overlaps %s", b->name);
            return refuse(map, a, err, text);
        }
    return true;
}

static void make_masks(struct device_map *map)
{
    struct map_flit *flit = &map->flit;
    uint64_t vc[DEVICE_FLIT_WORDS] = {0};
    for (uint32_t i = 0; i < flit->num_fields; i++) {
        const struct map_field *field = &flit->fields[i];
        mark(flit->used[1], field);
        if (map_field_in_body(field))
            mark(flit->used[0], field);
        if (field->kind == FIELD_VC)
            mark(vc, field);
    }
    for (uint32_t w = 0; w < DEVICE_FLIT_WORDS; w++) {
        uint32_t above = map->spec.flit_bits > w * 64 ? map->spec.flit_bits - w * 64 : 0;
        flit->kept[0][w] = map_mask(above) & ~vc[w];
        flit->kept[1][w] = flit->kept[0][w] & ~flit->rewritten[w];
    }
}

bool map_check_fields(struct device_map *map, struct err *err)
{
    if (map->spec.num_vcs > 1 && !map_field(map, FIELD_VC))
        return map_refuse(map, "flit.vc", err, "is missing: which of %" PRIu32 " VCs a flit is on",
                          map->spec.num_vcs);
    if (!check_types(map, err) || !check_addresses(map, err) || !check_overlaps(map, err))
        return false;
    for (uint32_t i = 0; i < map->flit.num_fields; i++)
        if (!check_number(map, &map->flit.fields[i], err))
            return false;
    make_masks(map);
    return true;
}
