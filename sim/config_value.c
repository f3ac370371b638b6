// SPDX-License-Identifier: Apache-2.0
#include "sim/config_value.h"

#include "sim/config_groups.h"
#include "sim/config_racks.h"
#include "sim/config_rules.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *config_place_text(const struct config_place *place, const yaml_node_t *node, char *text,
                              size_t size)
{
    if (place->has_lines && node)
        snprintf(text, size, "%.300s:%zu", place->name, node->start_mark.line + 1);
    else
        snprintf(text, size, "%.300s", place->name);
    return text;
}

bool config_value_refuse(const struct config_place *place, const yaml_node_t *node, const char *key,
                         struct err *err, const char *format, ...)
{
    char where[320];
    char what[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return err_set(err, ERR_CONFIG, "%s: %.200s: %s",
                   config_place_text(place, node, where, sizeof where), key, what);
}

const char *config_scalar(const yaml_node_t *node)
{
    if (node->type != YAML_SCALAR_NODE)
        return NULL;
    const char *text = (const char *)node->data.scalar.value;
    return strlen(text) == node->data.scalar.length ? text : NULL;
}

static const char *plain_scalar(const yaml_node_t *node)
{
    bool plain =
        node->type == YAML_SCALAR_NODE && node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    return plain ? config_scalar(node) : NULL;
}

bool config_scalar_is_null(const yaml_node_t *node)
{
    const char *text = plain_scalar(node);
    return text && (!*text || strcmp(text, "~") == 0 || strcmp(text, "null") == 0);
}

// What a reader of one value needs to know.
struct reader {
    struct config *config;
    const struct param *row;
    yaml_node_t *node;
    const struct config_place *place;
    struct err *err;
};

static yaml_node_t *node_at(const struct reader *self, yaml_node_item_t item)
{
    return yaml_document_get_node(self->place->document, item);
}

static bool refuse_as(const struct reader *self, const yaml_node_t *node, const char *what)
{
    static const char *const shapes[] = {"nothing", "text", "a list", "a mapping"};
    char allowed[512];
    const char *text = config_scalar(node);
    const char *shape = shapes[node->type <= YAML_MAPPING_NODE ? node->type : 0];
    param_allowed(self->row, allowed, sizeof allowed);
    bool quoted = text && node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    if (text && *text)
        return config_value_refuse(self->place, node, self->row->key, self->err,
                                   "%s\"%.60s\" is %s (takes: %s)", quoted ? "quoted text " : "",
                                   text, what, allowed);
    return config_value_refuse(self->place, node, self->row->key, self->err, "%s is %s (takes: %s)",
                               text ? "nothing" : shape, what, allowed);
}

static bool out_of_memory(const struct reader *self)
{
    return err_set(self->err, ERR_RUN, "out of memory");
}

// An integer in min..max from a plain scalar.
static bool read_integer(const struct reader *self, yaml_node_t *node, uint64_t min, uint64_t max,
                         uint64_t *value)
{
    const char *text = plain_scalar(node);
    if (!text || !*text)
        return refuse_as(self, node, "not an integer");
    size_t sign = *text == '-' || *text == '+';
    size_t digits = strspn(text + sign, "0123456789");
    if (digits == 0 || text[sign + digits])
        return refuse_as(self, node, "not an integer");
    errno = 0;
    uint64_t magnitude = strtoull(text + sign, NULL, 10);
    bool negative = *text == '-' && magnitude > 0;
    if (errno == ERANGE || negative || magnitude < min || magnitude > max)
        return refuse_as(self, node, "out of range");
    *value = magnitude;
    return true;
}

static bool read_real(const struct reader *self, yaml_node_t *node, double low, double high,
                      double *value)
{
    const char *text = plain_scalar(node);
    if (!text || !*text || text[strspn(text, "+-.0123456789eE")])
        return refuse_as(self, node, "not a number");
    char *end;
    double number = strtod(text, &end);
    if (*end)
        return refuse_as(self, node, "not a number");
    if (!(number >= low && number <= high))
        return refuse_as(self, node, "out of range");
    *value = number;
    return true;
}

static bool read_bool(const struct reader *self, bool *value)
{
    const char *text = plain_scalar(self->node);
    bool yes = text && strcmp(text, "true") == 0;
    if (!yes && (!text || strcmp(text, "false") != 0))
        return refuse_as(self, self->node, "neither true nor false");
    *value = yes;
    return true;
}

static bool is_word(const struct reader *self)
{
    const char *text = config_scalar(self->node);
    const char *word = self->row->word;
    return word && text && (strcmp(text, word) == 0 || (strcmp(word, "null") == 0 && !*text));
}

// The index of a scalar in the choices, or of the nearest in the error.
static bool read_choice(const struct reader *self, size_t *choice, const char **name)
{
    const char *names[PARAM_MAX_CHOICES];
    size_t num = self->row->choices(names);
    const char *text = config_scalar(self->node);
    if (!text)
        return refuse_as(self, self->node, "no choice");
    for (size_t i = 0; i < num; i++) {
        if (strcmp(names[i], text) == 0) {
            *choice = i;
            *name = names[i];
            return true;
        }
    }
    char what[128] = "no choice";
    const char *nearest = err_nearest(text, names, num);
    if (nearest)
        snprintf(what, sizeof what, "no choice; nearest: %s", nearest);
    return refuse_as(self, self->node, what);
}

static bool set_text(const struct reader *self, const char *text)
{
    char **field = param_field(self->config, self->row);
    char *copy = text ? strdup(text) : NULL;
    if (text && !copy)
        return out_of_memory(self);
    free(*field);
    *field = copy;
    return true;
}

static bool read_path(const struct reader *self)
{
    const char *text = config_scalar(self->node);
    const char *folder = self->place->folder;
    if (config_scalar_is_null(self->node))
        return set_text(self, NULL);
    if (!text || !*text)
        return refuse_as(self, self->node, "no name of a file");
    if (!folder || *text == '/' || strcmp(text, "-") == 0)
        return set_text(self, text);
    char *joined;
    if (asprintf(&joined, "%s/%s", folder, text) < 0)
        return out_of_memory(self);
    bool ok = set_text(self, joined);
    free(joined);
    return ok;
}

static bool read_texts(const struct reader *self)
{
    if (self->node->type != YAML_SEQUENCE_NODE)
        return refuse_as(self, self->node, "no list of texts");
    const yaml_node_item_t *items = self->node->data.sequence.items.start;
    size_t num = (size_t)(self->node->data.sequence.items.top - items);
    char *joined = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&joined, &size);
    bool good = to || out_of_memory(self);
    for (size_t i = 0; good && i < num; i++) {
        yaml_node_t *item = node_at(self, items[i]);
        const char *text = config_scalar(item);
        good = (text && *text && !strchr(text, '\n')) || refuse_as(self, item, "no text");
        if (good)
            fprintf(to, "%s%s", i ? "\n" : "", text);
    }
    if (to && fclose(to) != 0)
        good = out_of_memory(self);
    good = good && set_text(self, num > 0 ? joined : NULL);
    free(joined);
    return good;
}

// What is kept as a text that `text_of` makes.
static bool read_text_of(const struct reader *self,
                         char *(*text_of)(const yaml_node_t *node, const char *key,
                                          const struct config_place *place, struct err *err))
{
    if (config_scalar_is_null(self->node))
        return set_text(self, NULL);
    char *text = text_of(self->node, self->row->key, self->place, self->err);
    bool good = text && set_text(self, text);
    free(text);
    return good;
}

static bool read_rules(const struct reader *self)
{
    if (config_scalar_is_null(self->node))
        return set_text(self, NULL);
    char *text = config_rules_text(self->node, self->row, self->place, self->err);
    bool good = text && set_text(self, text);
    free(text);
    return good;
}

static bool read_dims(const struct reader *self)
{
    struct topology_spec *spec = &self->config->topology;
    uint64_t dims[TOPOLOGY_MAX_DIMS];
    uint32_t num = 0;
    if (config_scalar_is_null(self->node)) {
        spec->num_dims = 0;
        return true;
    }
    if (self->node->type != YAML_SEQUENCE_NODE)
        return refuse_as(self, self->node, "no list of sides");
    yaml_node_item_t *item = self->node->data.sequence.items.start;
    yaml_node_item_t *end = self->node->data.sequence.items.top;
    if (item == end || end - item > TOPOLOGY_MAX_DIMS)
        return refuse_as(self, self->node, item == end ? "an empty list" : "a list too long");
    for (; item < end; item++)
        if (!read_integer(self, node_at(self, *item), 0, UINT64_MAX, &dims[num++]))
            return false;
    spec->num_dims = num;
    memcpy(spec->dims, dims, num * sizeof *dims);
    return true;
}

static bool read_nodes(const struct reader *self)
{
    if (self->node->type != YAML_SEQUENCE_NODE)
        return refuse_as(self, self->node, "no list of nodes");
    yaml_node_item_t *items = self->node->data.sequence.items.start;
    size_t num = (size_t)(self->node->data.sequence.items.top - items);
    uint32_t *nodes = calloc(num + 1, sizeof *nodes);
    if (!nodes)
        return out_of_memory(self);
    for (size_t i = 0; i < num; i++) {
        uint64_t value;
        if (!read_integer(self, node_at(self, items[i]), self->row->min, self->row->max, &value)) {
            free(nodes);
            return false;
        }
        nodes[i] = (uint32_t)value;
    }
    uint32_t **field = param_field(self->config, self->row);
    free(*field);
    *field = nodes;
    *(uint32_t *)(void *)((char *)self->config + self->row->num_offset) = (uint32_t)num;
    return true;
}

// One {flits: N, weight: W, class: C} of a mix.
static bool read_length(const struct reader *self, yaml_node_t *node,
                        struct synthetic_length *length)
{
    bool seen_flits = false;
    bool seen_weight = false;
    bool seen_class = false;
    if (node->type != YAML_MAPPING_NODE)
        return refuse_as(self, node, "no {flits, weight}");
    for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++) {
        yaml_node_t *key = node_at(self, pair->key);
        yaml_node_t *value = node_at(self, pair->value);
        const char *name = config_scalar(key);
        uint64_t integer = 0;
        if (name && strcmp(name, "flits") == 0 && !seen_flits) {
            if (!read_integer(self, value, self->row->min, self->row->max, &integer))
                return false;
            length->flits = (uint32_t)integer;
            seen_flits = true;
        } else if (name && strcmp(name, "class") == 0 && !seen_class) {
            if (!read_integer(self, value, 0, ROUTER_MAX_CLASSES - 1, &integer))
                return false;
            length->traffic_class = (uint32_t)integer;
            seen_class = true;
        } else if (name && strcmp(name, "weight") == 0 && !seen_weight) {
            if (!read_real(self, value, 1e-9, 1e9, &length->weight))
                return false;
            seen_weight = true;
        } else {
            return refuse_as(self, key, "neither flits, weight nor class, or there twice");
        }
    }
    return (seen_flits && seen_weight) || refuse_as(self, node, "without flits or weight");
}

static bool read_lengths(const struct reader *self)
{
    bool mix = self->node->type == YAML_SEQUENCE_NODE;
    yaml_node_item_t *items = mix ? self->node->data.sequence.items.start : NULL;
    size_t num = mix ? (size_t)(self->node->data.sequence.items.top - items) : 1;
    if (num == 0)
        return refuse_as(self, self->node, "an empty list");
    struct synthetic_length *lengths = calloc(num, sizeof *lengths);
    if (!lengths)
        return out_of_memory(self);
    bool ok = true;
    if (mix) {
        for (size_t i = 0; ok && i < num; i++)
            ok = read_length(self, node_at(self, items[i]), &lengths[i]);
    } else {
        uint64_t flits = 0;
        ok = read_integer(self, self->node, self->row->min, self->row->max, &flits);
        lengths[0] = (struct synthetic_length){.flits = (uint32_t)flits, .weight = 1.0};
    }
    if (!ok) {
        free(lengths);
        return false;
    }
    free(self->config->lengths);
    self->config->lengths = lengths;
    self->config->num_lengths = (uint32_t)num;
    return true;
}

// The types whose value is an integer.
static bool read_number(const struct reader *self, void *field)
{
    uint64_t value = 0;
    bool word = is_word(self);
    if (!word && !read_integer(self, self->node, self->row->min, self->row->max, &value))
        return false;
    if (self->row->type == PARAM_UINT32)
        *(uint32_t *)field = (uint32_t)value;
    else if (self->row->type == PARAM_UINT64)
        *(uint64_t *)field = value;
    else
        *(int64_t *)field = word ? CONFIG_AUTO : (int64_t)value;
    return true;
}

// The types whose value is one of a set of names.
static bool read_name(const struct reader *self, void *field)
{
    size_t choice = 0;
    const char *name = NULL;
    if (self->row->type == PARAM_NAME && is_word(self))
        return set_text(self, NULL);
    if (self->row->type == PARAM_KIND && is_word(self)) {
        *(const char **)field = NULL;
        return true;
    }
    if (!read_choice(self, &choice, &name))
        return false;
    unsigned number = (unsigned)choice;
    if (self->row->type == PARAM_NAME)
        return set_text(self, name);
    if (self->row->type == PARAM_KIND)
        *(const char **)field = name;
    else if (self->row->type == PARAM_FLAG)
        *(bool *)field = choice == 1;
    else
        memcpy(field, &number, sizeof number);
    return true;
}

bool config_value_read(struct config *config, const struct param *row, yaml_node_t *node,
                       const struct config_place *place, struct err *err)
{
    struct reader reader = {config, row, node, place, err};
    void *field = param_field(config, row);
    switch (row->type) {
    case PARAM_BOOL:
        return read_bool(&reader, field);
    case PARAM_UINT32:
    case PARAM_UINT64:
    case PARAM_CYCLES:
        return read_number(&reader, field);
    case PARAM_REAL:
        if (row->word && config_scalar(node) && strcmp(config_scalar(node), row->word) == 0) {
            *(double *)field = 0;
            return true;
        }
        return read_real(&reader, node, row->low, row->high, field);
    case PARAM_PATH:
        return read_path(&reader);
    case PARAM_TEXTS:
        return read_texts(&reader);
    case PARAM_RACKS:
        return read_text_of(&reader, config_racks_text);
    case PARAM_GROUPS:
        return read_text_of(&reader, config_groups_text);
    case PARAM_RULES:
        return read_rules(&reader);
    case PARAM_NAME:
    case PARAM_CHOICE:
    case PARAM_FLAG:
    case PARAM_KIND:
        return read_name(&reader, field);
    case PARAM_DIMS:
        return read_dims(&reader);
    case PARAM_NODES:
        return read_nodes(&reader);
    case PARAM_LENGTHS:
        return read_lengths(&reader);
    }
    return false;
}
