// SPDX-License-Identifier: Apache-2.0
// The section `flit`: fields, where they are, and how they are encoded.
#include "sim/workbench/device_map_yaml.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NUM(array) (sizeof(array) / sizeof *(array))

// A field as the document says it.
struct raw {
    const char *at;
    uint32_t code;
    uint64_t value;
    uint32_t codes[MAP_NUM_TYPES];
};

enum { CODE_BINARY, CODE_ONE_HOT, CODE_VALID };

static const char *const codes[] = {"binary", "one-hot", NULL};
static const char *const vc_codes[] = {"binary", "one-hot", "valid", NULL};

#define KEY_AT                                                                                     \
    {                                                                                              \
        "at", MAP_TEXT, .offset = offsetof(struct raw, at)                                         \
    }
#define KEY_CODE(names)                                                                            \
    {                                                                                              \
        "code", MAP_CHOICE, offsetof(struct raw, code), .choices = names                           \
    }
#define KEY_VALUE(name)                                                                            \
    {                                                                                              \
        name, MAP_UINT64, .offset = offsetof(struct raw, value), 0, UINT64_MAX                     \
    }
#define KEY_TYPE(name, type)                                                                       \
    {                                                                                              \
        name, MAP_UINT32, .offset = offsetof(struct raw, codes) + type * sizeof(uint32_t), 0,      \
                          65535                                                                    \
    }

static bool read_bits(struct map_reader *self, const struct map_node *node, const char *at,
                      uint64_t *high, uint64_t *low)
{
    const struct map_flit *flit = &self->map->flit;
    if (!device_bits_read(at, high, low))
        return map_refuse(self->map, node->path, self->err,
                          "\"%.40s\" are no bits of a flit, as 7 or 7:4", at);
    if (*high >= flit->bits)
        return map_refuse(self->map, node->path, self->err,
                          "bit %" PRIu64 " is not in a flit of %" PRIu32 " bits", *high,
                          flit->bits);
    return true;
}

// Adds a field, at the bits of the node, or of its key `at` if it is a mapping.
static bool read_field(struct map_reader *self, const struct map_node *node,
                       const struct map_key *keys, size_t num_keys, struct map_field field,
                       struct raw *raw)
{
    struct map_flit *flit = &self->map->flit;
    uint64_t high = 0;
    uint64_t low = 0;
    *raw = (struct raw){.codes = {MAP_NO_CODE, MAP_NO_CODE, MAP_NO_CODE, MAP_NO_CODE}};
    if (node->yaml->type == YAML_SCALAR_NODE)
        raw->at = map_text(self, node);
    else if (!map_read_mapping(self, node, keys, num_keys, raw))
        return false;
    else if (!raw->at && raw->code != CODE_VALID)
        return map_refuse(self->map, node->path, self->err, "at is missing: bits of the flit");
    if (self->err->status != ERR_NONE || (raw->at && !read_bits(self, node, raw->at, &high, &low)))
        return false;
    if (high - low >= MAP_MAX_BITS)
        return map_refuse(self->map, node->path, self->err, "a field of more than %d bits",
                          MAP_MAX_BITS);
    if (flit->num_fields == MAP_MAX_FIELDS)
        return map_refuse(self->map, node->path, self->err, "more than %d fields", MAP_MAX_FIELDS);
    field.low = (uint32_t)low;
    field.bits = (uint32_t)(high - low + 1);
    field.one_hot = raw->code != CODE_BINARY;
    field.value = raw->value;
    snprintf(field.name, sizeof field.name, "%s", node->path + strlen("flit."));
    flit->fields[flit->num_fields++] = field;
    return true;
}

static bool read_bit(struct map_reader *self, const struct map_node *node, enum map_field_kind kind)
{
    static const struct map_key keys[] = {KEY_AT};
    struct raw raw;
    return read_field(self, node, keys, NUM(keys), (struct map_field){.kind = kind}, &raw);
}

static bool read_head(struct map_reader *self, const struct map_node *node, void *into)
{
    (void)into;
    return read_bit(self, node, FIELD_HEAD);
}

static bool read_tail(struct map_reader *self, const struct map_node *node, void *into)
{
    (void)into;
    return read_bit(self, node, FIELD_TAIL);
}

static bool read_type(struct map_reader *self, const struct map_node *node, void *into)
{
    static const struct map_key keys[] = {
        KEY_AT,
        KEY_TYPE("head", TYPE_HEAD),
        KEY_TYPE("body", TYPE_BODY),
        KEY_TYPE("tail", TYPE_TAIL),
        KEY_TYPE("single", TYPE_SINGLE),
    };
    struct device_map *map = into;
    struct raw raw;
    if (!read_field(self, node, keys, NUM(keys), (struct map_field){.kind = FIELD_TYPE}, &raw))
        return false;
    memcpy(map->flit.codes, raw.codes, sizeof raw.codes);
    return true;
}

static bool read_vc(struct map_reader *self, const struct map_node *node, void *into)
{
    static const struct map_key keys[] = {KEY_AT, KEY_CODE(vc_codes)};
    struct device_map *map = into;
    struct raw raw;
    if (!read_field(self, node, keys, NUM(keys), (struct map_field){.kind = FIELD_VC}, &raw))
        return false;
    struct map_field *field = &map->flit.fields[map->flit.num_fields - 1];
    if (raw.code != CODE_VALID)
        return true;
    if (raw.at)
        return map_refuse(map, node->path, self->err, "at and code: valid exclude each other");
    map->flit.vc_by_valid = true;
    field->low = map->flit.bits;
    field->bits = map->spec.num_vcs;
    return true;
}

// The number of a dimension, or DEVICE_MAX_DIMS.
static uint32_t dim_of(const char *name)
{
    static const char axes[] = "xyzw";
    const char *axis = *name && !name[1] ? strchr(axes, *name) : NULL;
    return axis ? (uint32_t)(axis - axes) : DEVICE_MAX_DIMS;
}

static bool read_address(struct map_reader *self, const struct map_node *node,
                         enum map_field_kind kind)
{
    static const struct map_key keys[] = {KEY_AT};
    uint32_t num;
    uint32_t code = CODE_BINARY;
    struct raw raw;
    if (!map_is_mapping(self, node, &num))
        return false;
    uint32_t first = self->map->flit.num_fields;
    for (uint32_t i = 0; i < num; i++) {
        struct map_node value;
        const char *name = map_pair(self, node, i, &value);
        if (strcmp(name, "code") == 0) {
            if (!map_choice(self, &value, codes, &code))
                return false;
            continue;
        }
        struct map_field field = {.kind = kind, .part = PART_COORDINATE, .dim = dim_of(name)};
        if (strcmp(name, "address") == 0)
            field.part = PART_ADDRESS;
        else if (strcmp(name, "port") == 0)
            field.part = PART_PORT;
        else if (field.dim >= DEVICE_MAX_DIMS)
            return map_refuse(self->map, value.path, self->err,
                              "unknown key; known: x, y, z, w, address, port, code");
        else if (field.dim >= self->map->route.num_dims)
            return map_refuse(self->map, value.path, self->err,
                              "there is no such dimension: routing.dims has %" PRIu32,
                              self->map->route.num_dims);
        if (!read_field(self, &value, keys, NUM(keys), field, &raw))
            return false;
    }
    uint32_t num_fields = self->map->flit.num_fields - first;
    bool lone = num_fields == 1 && self->map->flit.fields[first].part != PART_COORDINATE;
    bool all = num_fields > 0 && num_fields == self->map->route.num_dims;
    for (uint32_t i = 0; i < num_fields; i++) {
        all &= self->map->flit.fields[first + i].part == PART_COORDINATE;
        self->map->flit.fields[first + i].one_hot = code == CODE_ONE_HOT;
    }
    return lone || all ||
           map_refuse(self->map, node->path, self->err,
                      "must be an address, a port, or a coordinate of each dimension");
}

static bool read_destination(struct map_reader *self, const struct map_node *node, void *into)
{
    (void)into;
    return read_address(self, node, FIELD_DESTINATION);
}

static bool read_source(struct map_reader *self, const struct map_node *node, void *into)
{
    (void)into;
    return read_address(self, node, FIELD_SOURCE);
}

static bool read_length(struct map_reader *self, const struct map_node *node, void *into)
{
    static const struct map_key keys[] = {KEY_AT, KEY_VALUE("bias")};
    struct raw raw;
    (void)into;
    return read_field(self, node, keys, NUM(keys), (struct map_field){.kind = FIELD_LENGTH}, &raw);
}

static bool read_constants(struct map_reader *self, const struct map_node *node, void *into)
{
    static const struct map_key keys[] = {KEY_AT, KEY_VALUE("value")};
    struct raw raw;
    uint32_t num;
    (void)into;
    if (!map_is_list(self, node, true, &num))
        return false;
    for (uint32_t i = 0; i < num; i++) {
        struct map_node item = map_item(self, node, i);
        if (!read_field(self, &item, keys, NUM(keys), (struct map_field){.kind = FIELD_CONSTANT},
                        &raw))
            return false;
    }
    return true;
}

static bool read_rewritten(struct map_reader *self, const struct map_node *node, void *into)
{
    struct device_map *map = into;
    uint32_t num;
    if (!map_is_list(self, node, true, &num))
        return false;
    for (uint32_t i = 0; i < num; i++) {
        struct map_node item = map_item(self, node, i);
        const char *at = map_text(self, &item);
        uint64_t high;
        uint64_t low;
        if (!at || !read_bits(self, &item, at, &high, &low))
            return false;
        for (uint64_t bit = low; bit <= high; bit++)
            map->flit.rewritten[bit / 64] |= 1ULL << bit % 64;
    }
    return true;
}

bool map_read_flit(struct map_reader *self, const struct map_node *node, void *into)
{
    static const struct map_key keys[] = {
        {"bits", MAP_UINT32, .offset = offsetof(struct device_map, flit.bits), 1,
         DEVICE_MAX_FLIT_BITS},
        {"type", .read = read_type},
        {"head", .read = read_head},
        {"tail", .read = read_tail},
        {"vc", .read = read_vc},
        {"destination", .read = read_destination},
        {"source", .read = read_source},
        {"length", .read = read_length},
        {"constant", .read = read_constants},
        {"rewritten", .read = read_rewritten},
    };
    struct device_map *map = into;
    uint32_t num;
    bool sized = false;
    if (!map_is_mapping(self, node, &num))
        return false;
    for (uint32_t i = 0; i < num; i++) {
        struct map_node value;
        sized |= strcmp(map_pair(self, node, i, &value), "bits") == 0;
    }
    if (!sized)
        return map_refuse(map, node->path, self->err,
                          "bits is missing: how many the pins `flit` of a port are together");
    if (!map_read_mapping(self, node, keys, NUM(keys), into))
        return false;
    map->spec.flit_bits = map->flit.bits + (map->flit.vc_by_valid ? map->spec.num_vcs : 0);
    return map->spec.flit_bits <= DEVICE_MAX_FLIT_BITS ||
           map_refuse(map, "flit.bits", self->err, "with the VC, a flit has more than %d bits",
                      DEVICE_MAX_FLIT_BITS);
}
