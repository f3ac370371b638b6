// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/device_map_yaml.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_KEYS = 64 };

// Remembers where a key is.
static bool note(struct map_reader *self, const char *path, const yaml_node_t *at)
{
    struct device_map *map = self->map;
    if ((map->num_lines & (map->num_lines + 1)) == 0) { // full at 1, 3, 7, ...
        struct map_line *lines = realloc(map->lines, (map->num_lines + 1) * 2 * sizeof *map->lines);
        if (!lines)
            return err_set(self->err, ERR_RUN, "out of memory");
        map->lines = lines;
    }
    struct map_line *line = &map->lines[map->num_lines++];
    line->line = at->start_mark.line + 1;
    snprintf(line->path, sizeof line->path, "%s", path);
    return true;
}

static yaml_node_t *node_at(const struct map_reader *self, int index)
{
    return yaml_document_get_node(self->place.document, index);
}

bool map_is_mapping(struct map_reader *self, const struct map_node *node, uint32_t *num)
{
    if (node->yaml->type != YAML_MAPPING_NODE)
        return map_refuse(self->map, node->path, self->err, "must be a mapping of keys to values");
    const yaml_node_pair_t *first = node->yaml->data.mapping.pairs.start;
    const yaml_node_pair_t *end = node->yaml->data.mapping.pairs.top;
    for (const yaml_node_pair_t *pair = first; pair < end; pair++) {
        const char *name = config_scalar(node_at(self, pair->key));
        if (!name || !*name)
            return map_refuse(self->map, node->path, self->err, "a key is no text");
        for (const yaml_node_pair_t *other = first; other < pair; other++)
            if (strcmp(config_scalar(node_at(self, other->key)), name) == 0)
                return config_value_refuse(&self->place, node_at(self, pair->key), name, self->err,
                                           "is there twice; before, in line %zu",
                                           node_at(self, other->key)->start_mark.line + 1);
    }
    *num = (uint32_t)(end - first);
    return true;
}

static struct map_node child(struct map_reader *self, const struct map_node *node, const char *name,
                             yaml_node_t *key, yaml_node_t *value)
{
    struct map_node found = {.yaml = value};
    snprintf(found.path, sizeof found.path, "%.60s%s%.30s", node->path,
             *node->path && *name != '[' ? "." : "", name);
    note(self, found.path, key);
    return found;
}

static const char *pair_name(const struct map_reader *self, const struct map_node *node, uint32_t i)
{
    return config_scalar(node_at(self, node->yaml->data.mapping.pairs.start[i].key));
}

const char *map_pair(struct map_reader *self, const struct map_node *node, uint32_t i,
                     struct map_node *value)
{
    const yaml_node_pair_t *pair = node->yaml->data.mapping.pairs.start + i;
    const char *name = pair_name(self, node, i);
    *value = child(self, node, name, node_at(self, pair->key), node_at(self, pair->value));
    return name;
}

static bool known(struct map_reader *self, const struct map_node *node, const struct map_key *keys,
                  size_t num_keys, uint32_t num)
{
    const char *names[MAX_KEYS];
    for (size_t k = 0; k < num_keys; k++)
        names[k] = keys[k].name;
    char all[512] = "";
    for (size_t k = 0; k < num_keys; k++) {
        size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%s%s", k > 0 ? ", " : "", names[k]);
    }
    for (uint32_t i = 0; i < num; i++) {
        struct map_node value;
        const char *name = map_pair(self, node, i, &value);
        size_t k = 0;
        while (k < num_keys && strcmp(names[k], name) != 0)
            k++;
        const char *nearest = err_nearest(name, names, num_keys);
        if (k == num_keys)
            return map_refuse(self->map, value.path, self->err, "unknown key; %s: %s",
                              nearest ? "nearest" : "known", nearest ? nearest : all);
    }
    return true;
}

bool map_read_mapping(struct map_reader *self, const struct map_node *node,
                      const struct map_key *keys, size_t num_keys, void *into)
{
    uint32_t num;
    if (!map_is_mapping(self, node, &num) || !known(self, node, keys, num_keys, num))
        return false;
    for (size_t k = 0; k < num_keys; k++)
        for (uint32_t i = 0; i < num; i++) {
            struct map_node value;
            if (strcmp(pair_name(self, node, i), keys[k].name) != 0)
                continue;
            map_pair(self, node, i, &value);
            if (!map_read_value(self, &value, &keys[k], into))
                return false;
        }
    return self->err->status == ERR_NONE;
}

const char *map_text(struct map_reader *self, const struct map_node *node)
{
    const char *text = config_scalar(node->yaml);
    if (text && *text)
        return text;
    map_refuse(self->map, node->path, self->err, "must be text, not %s",
               text                                    ? "nothing"
               : node->yaml->type == YAML_MAPPING_NODE ? "a mapping"
               : node->yaml->type == YAML_SCALAR_NODE  ? "text with a null character"
                                                       : "a list");
    return NULL;
}

void map_names(struct map_names *self, const struct device_map *map)
{
    self->all = (struct device_names){.names = self->names, .values = self->values};
    for (uint32_t i = 0; i < map->num_names; i++)
        map_name(self, map->names[i], map->values[i]);
}

void map_name(struct map_names *self, const char *name, uint64_t value)
{
    self->names[self->all.num] = name;
    self->values[self->all.num++] = value;
}

bool map_number(struct map_reader *self, const struct map_node *node, uint64_t min, uint64_t max,
                uint64_t *value)
{
    char why[256];
    struct map_names names;
    const char *text = map_text(self, node);
    if (!text)
        return false;
    map_names(&names, self->map);
    if (!device_expression(text, &names.all, value, why, sizeof why))
        return map_refuse(self->map, node->path, self->err, "\"%.60s\" is no number: %s", text,
                          why);
    if (*value < min || *value > max)
        return map_refuse(self->map, node->path, self->err,
                          "%.60s is out of range (%" PRIu64 "..%" PRIu64 ")", text, min, max);
    return true;
}

static bool real(struct map_reader *self, const struct map_node *node, const struct map_key *key,
                 double *value)
{
    const char *text = map_text(self, node);
    char *end = NULL;
    if (!text)
        return false;
    double number = strtod(text, &end);
    if (*end || strspn(text, "+-.0123456789eE") != strlen(text))
        return map_refuse(self->map, node->path, self->err, "\"%.60s\" is no number", text);
    if (!(number >= (double)key->min && number <= (double)key->max))
        return map_refuse(self->map, node->path, self->err,
                          "%.60s is out of range (%" PRIu64 "..%" PRIu64 ")", text, key->min,
                          key->max);
    *value = number;
    return true;
}

bool map_choice(struct map_reader *self, const struct map_node *node, const char *const *choices,
                uint32_t *choice)
{
    char all[256] = "";
    const char *text = map_text(self, node);
    if (!text)
        return false;
    for (uint32_t i = 0; choices[i]; i++) {
        size_t used = strlen(all);
        if (strcmp(choices[i], text) == 0) {
            *choice = i;
            return true;
        }
        snprintf(all + used, sizeof all - used, "%s%s", i > 0 ? ", " : "", choices[i]);
    }
    return map_refuse(self->map, node->path, self->err, "\"%.60s\" is none of %s", text, all);
}

bool map_read_value(struct map_reader *self, const struct map_node *node, const struct map_key *key,
                    void *into)
{
    static const char *const truths[] = {"false", "true", NULL};
    void *field = (char *)into + key->offset;
    uint64_t number;
    uint32_t choice;
    const char *text;
    if (key->read)
        return key->read(self, node, into);
    switch (key->value) {
    case MAP_REAL:
        return real(self, node, key, field);
    case MAP_BOOL:
        if (!map_choice(self, node, key->choices ? key->choices : truths, &choice))
            return false;
        *(bool *)field = choice == 1;
        return true;
    case MAP_TEXT:
        text = map_text(self, node);
        return text && (*(char **)field = map_keep_text(self->map, text, self->err));
    case MAP_CHOICE:
        return map_choice(self, node, key->choices, field);
    default:
        break;
    }
    if (!map_number(self, node, key->min, key->max, &number))
        return false;
    if (key->value == MAP_UINT32)
        *(uint32_t *)field = (uint32_t)number;
    else
        *(uint64_t *)field = number;
    return true;
}

bool map_is_list(struct map_reader *self, const struct map_node *node, bool lone, uint32_t *num)
{
    const yaml_node_t *yaml = node->yaml;
    *num = 1;
    if (lone && yaml->type != YAML_SEQUENCE_NODE)
        return true;
    if (yaml->type != YAML_SEQUENCE_NODE)
        return map_refuse(self->map, node->path, self->err, "must be a list");
    *num = (uint32_t)(yaml->data.sequence.items.top - yaml->data.sequence.items.start);
    return true;
}

struct map_node map_item(struct map_reader *self, const struct map_node *node, uint32_t i)
{
    char name[16];
    if (node->yaml->type != YAML_SEQUENCE_NODE)
        return *node;
    yaml_node_t *yaml = node_at(self, node->yaml->data.sequence.items.start[i]);
    snprintf(name, sizeof name, "[%" PRIu32 "]", i);
    return child(self, node, name, yaml, yaml);
}

bool map_texts(struct map_reader *self, const struct map_node *node, char ***texts)
{
    uint32_t num;
    if (!map_is_list(self, node, false, &num))
        return false;
    *texts = map_keep(self->map, (num + 1) * sizeof **texts, self->err);
    if (!*texts)
        return false;
    for (uint32_t i = 0; i < num; i++) {
        struct map_node item = map_item(self, node, i);
        const char *text = map_text(self, &item);
        if (!text || !((*texts)[i] = map_keep_text(self->map, text, self->err)))
            return false;
    }
    return true;
}
