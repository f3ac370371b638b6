// SPDX-License-Identifier: Apache-2.0
// Documents of a configuration: files, the values of --set, and the walk over their mappings.
#include "sim/config_value.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_KEY = 128, MAX_NAMES = 128, MAX_GROUPS = 32 };

static const char topology_group[] = "fabric.topology";

struct walk {
    struct config *config;
    struct config_place place;
    struct err *err;
};

static const char *last_part(const char *key)
{
    const char *dot = strrchr(key, '.');
    return dot ? dot + 1 : key;
}

// The key that `key` was probably meant to be: the same last part elsewhere, or by spelling.
static const char *nearest_key(const char *key)
{
    const char *same[MAX_NAMES];
    const char *all[MAX_NAMES];
    size_t num_same = 0;
    size_t num_all = 0;
    for (size_t i = 0; i < param_num && i < MAX_NAMES; i++) {
        all[num_all++] = param_table[i].key;
        if (strcmp(last_part(param_table[i].key), last_part(key)) == 0)
            same[num_same++] = param_table[i].key;
    }
    if (num_same == 0)
        return err_nearest(key, all, num_all);
    const char *best = err_nearest(key, same, num_same);
    return best ? best : same[0];
}

// The section that `key` was probably meant to be.
static const char *nearest_group(const char *key, char *text)
{
    char groups[MAX_GROUPS][MAX_KEY];
    const char *names[MAX_GROUPS];
    size_t num = 0;
    for (size_t i = 0; i < param_num; i++) {
        const char *row = param_table[i].key;
        for (const char *dot = strchr(row, '.'); dot && num < MAX_GROUPS;
             dot = strchr(dot + 1, '.')) {
            size_t known = 0;
            snprintf(groups[num], MAX_KEY, "%.*s", (int)(dot - row), row);
            while (strcmp(groups[known], groups[num]) != 0)
                known++;
            if (known == num) {
                names[num] = groups[num];
                num++;
            }
        }
    }
    const char *best = err_nearest(key, names, num);
    snprintf(text, MAX_KEY, "%s", best ? best : "");
    return best ? text : NULL;
}

static bool refuse_unknown(struct walk *self, const char *key, const yaml_node_t *at,
                           bool has_mapping)
{
    char group[MAX_KEY];
    const char *nearest = has_mapping ? nearest_group(key, group) : nearest_key(key);
    return config_value_refuse(&self->place, at, key, self->err, "unknown key%s%s",
                               nearest ? "; nearest: " : "", nearest ? nearest : "");
}

static bool in_topology(const struct param *row)
{
    size_t length = sizeof topology_group - 1;
    return strncmp(row->key, topology_group, length) == 0 && row->key[length] == '.';
}

// The part of the key after the topology's own: "kind", "join.kind".
static const char *topology_part(const struct param *row)
{
    return row->key + sizeof topology_group;
}

// True for what says how racks are joined, as a name or as a key below it.
static bool is_join(const char *part)
{
    return strcmp(part, "join") == 0 || strncmp(part, "join.", 5) == 0;
}

// True for parameters that give a topology its shape: all but kind, nodes, what has failed, and how
// racks are joined.
static bool is_shape(const struct param *row)
{
    return in_topology(row) && row->type != PARAM_KIND && row->type != PARAM_TEXTS &&
           strcmp(topology_part(row), "nodes") != 0 && !is_join(topology_part(row));
}

static bool is_given(const struct config *config, const struct param *row)
{
    const void *field = param_field_const(config, row);
    if (row->type == PARAM_DIMS)
        return config->topology.num_dims > 0;
    return param_is_text(row) ? *(char *const *)field != NULL : *(const uint32_t *)field > 0;
}

// nodes and parameters of the shape exclude each other, and so do dims, n and a file. What a kind
// does not take is refused by the kind.
static bool excludes(const char *key, const char *other)
{
    bool nodes = strcmp(key, "nodes") == 0 || strcmp(other, "nodes") == 0;
    bool dims = strcmp(key, "dims") == 0 || strcmp(other, "dims") == 0;
    bool n = strcmp(key, "n") == 0 || strcmp(other, "n") == 0;
    bool file = strcmp(key, "file") == 0 || strcmp(other, "file") == 0;
    return nodes || dims + n + file > 1;
}

// Giving one parameter of a topology takes those away that it excludes; a kind drops the shape and
// how racks are joined, which may mean nothing to it.
static bool settle_topology(struct config *config, const struct param *row, struct err *err)
{
    bool kind = strcmp(topology_part(row), "kind") == 0;
    if (is_shape(row) && !is_given(config, row))
        return true;
    for (size_t i = 0; i < param_num; i++) {
        const struct param *other = &param_table[i];
        bool dropped =
            is_shape(other) && (kind || excludes(last_part(row->key), last_part(other->key)));
        dropped |= kind && in_topology(other) && is_join(topology_part(other));
        if (dropped && other != row && !config_reset(config, other, err))
            return false;
    }
    if (!is_shape(row))
        return true;
    config->topology.nodes = 0;
    return config_note(config, param_find("fabric.topology.nodes"), NULL, NULL, err);
}

static bool apply_row(struct walk *self, const struct param *row, yaml_node_t *value)
{
    char where[320];
    const char *path = row->type == PARAM_PATH ? config_scalar(value) : NULL;
    config_place_text(&self->place, value, where, sizeof where);
    if (!config_value_read(self->config, row, value, &self->place, self->err) ||
        !config_note(self->config, row, where, path, self->err))
        return false;
    if (in_topology(row))
        return settle_topology(self->config, row, self->err);
    return true;
}

static yaml_node_t *node_at(const struct walk *self, int index)
{
    return yaml_document_get_node(self->place.document, index);
}

// Refuses keys that are there twice, are no text, or are dotted.
static bool check_names(struct walk *self, const char *group, const yaml_node_t *mapping)
{
    const yaml_node_pair_t *first = mapping->data.mapping.pairs.start;
    for (const yaml_node_pair_t *pair = first; pair < mapping->data.mapping.pairs.top; pair++) {
        yaml_node_t *key = node_at(self, pair->key);
        const char *name = config_scalar(key);
        if (!name)
            return config_value_refuse(&self->place, key, *group ? group : "the file", self->err,
                                       "a key is no text");
        if (strchr(name, '.'))
            return config_value_refuse(&self->place, key, name, self->err,
                                       "dotted keys are for --set and --vary; nest mappings here");
        for (const yaml_node_pair_t *other = first; other < pair; other++)
            if (strcmp(config_scalar(node_at(self, other->key)), name) == 0)
                return config_value_refuse(&self->place, key, name, self->err,
                                           "is there twice; before, in line %zu",
                                           node_at(self, other->key)->start_mark.line + 1);
    }
    return true;
}

// True if a parameter of the mapping has a value other than null and says which shape.
static bool is_shape_pair(const struct walk *self, const yaml_node_pair_t *pair)
{
    const char *name = config_scalar(node_at(self, pair->key));
    return strcmp(name, "kind") != 0 && strcmp(name, "failed") != 0 && !is_join(name) &&
           !config_scalar_is_null(node_at(self, pair->value));
}

// Parameters of one mapping must not exclude each other.
static bool check_topology(struct walk *self, const yaml_node_t *mapping)
{
    const yaml_node_pair_t *first = mapping->data.mapping.pairs.start;
    for (const yaml_node_pair_t *pair = first; pair < mapping->data.mapping.pairs.top; pair++) {
        const char *name = config_scalar(node_at(self, pair->key));
        for (const yaml_node_pair_t *other = first; other < pair; other++) {
            const char *before = config_scalar(node_at(self, other->key));
            if (is_shape_pair(self, pair) && is_shape_pair(self, other) && excludes(before, name))
                return config_value_refuse(&self->place, node_at(self, pair->key), topology_group,
                                           self->err, "%s and %s exclude each other", before, name);
        }
    }
    return true;
}

static bool apply_mapping(struct walk *self, const char *group, yaml_node_t *mapping);

static bool apply_pair(struct walk *self, const char *group, const yaml_node_pair_t *pair)
{
    char key[MAX_KEY];
    yaml_node_t *value = node_at(self, pair->value);
    const char *name = config_scalar(node_at(self, pair->key));
    snprintf(key, sizeof key, "%s%s%.60s", group, *group ? "." : "", name);
    const struct param *row = param_find(key);
    if (row)
        return apply_row(self, row, value);
    if (*name && param_is_group(key))
        return apply_mapping(self, key, value);
    return refuse_unknown(self, key, node_at(self, pair->key), value->type == YAML_MAPPING_NODE);
}

static bool is_kind(const struct walk *self, const char *group, const yaml_node_pair_t *pair)
{
    return strcmp(group, topology_group) == 0 &&
           strcmp(config_scalar(node_at(self, pair->key)), "kind") == 0;
}

static bool apply_mapping(struct walk *self, const char *group, yaml_node_t *mapping)
{
    if (config_scalar_is_null(mapping))
        return true; // a section with nothing in it
    if (mapping->type != YAML_MAPPING_NODE)
        return config_value_refuse(&self->place, mapping, *group ? group : "the file", self->err,
                                   "must be a mapping of keys to values");
    if (!check_names(self, group, mapping))
        return false;
    if (strcmp(group, topology_group) == 0 && !check_topology(self, mapping))
        return false;
    // The kind goes first, since it would drop the parameters that stand beside it.
    for (int kinds = 1; kinds >= 0; kinds--)
        for (yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;
             pair < mapping->data.mapping.pairs.top; pair++)
            if (is_kind(self, group, pair) == (kinds == 1) && !apply_pair(self, group, pair))
                return false;
    return true;
}

// Loads the next document. False with `err` if it is no YAML.
static bool load(yaml_parser_t *parser, yaml_document_t *document, const char *name, bool has_lines,
                 struct err *err)
{
    if (yaml_parser_load(parser, document))
        return true;
    if (parser->error == YAML_MEMORY_ERROR)
        return err_set(err, ERR_RUN, "out of memory");
    const char *problem = parser->problem ? parser->problem : "unreadable";
    if (has_lines && parser->error != YAML_READER_ERROR)
        return err_set(err, ERR_CONFIG, "%.300s:%zu: not YAML: %.300s", name,
                       parser->problem_mark.line + 1, problem);
    return err_set(err, ERR_CONFIG, "%.300s: not YAML: %.300s", name, problem);
}

static bool only_document(yaml_parser_t *parser, const struct config_place *place, struct err *err)
{
    yaml_document_t second;
    if (!load(parser, &second, place->name, place->has_lines, err))
        return false;
    yaml_node_t *root = yaml_document_get_root_node(&second);
    bool only = root == NULL ||
                config_value_refuse(place, root, "---", err, "a second document; one is read");
    yaml_document_delete(&second);
    return only;
}

bool config_document_load(struct config_document *document, FILE *from, const char *text,
                          const struct config_place *place, struct err *err)
{
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        return err_set(err, ERR_RUN, "out of memory");
    if (from)
        yaml_parser_set_input_file(&parser, from);
    else
        yaml_parser_set_input_string(&parser, (const unsigned char *)text, strlen(text));
    bool ok = load(&parser, &document->yaml, place->name, place->has_lines, err);
    if (ok) {
        document->root = yaml_document_get_root_node(&document->yaml);
        ok = !document->root || only_document(&parser, place, err);
        if (!ok)
            yaml_document_delete(&document->yaml);
    }
    yaml_parser_delete(&parser);
    return ok;
}

// Reads a file, or if that is NULL a text.
static bool read_input(struct config *config, FILE *from, const char *text, const char *name,
                       const char *folder, struct err *err)
{
    struct config_place place = {.name = name, .folder = folder, .has_lines = true};
    struct walk walk = {.config = config, .place = place, .err = err};
    struct config_document document;
    if (!config_document_load(&document, from, text, &walk.place, err))
        return false;
    walk.place.document = &document.yaml;
    bool ok = !document.root || apply_mapping(&walk, "", document.root);
    yaml_document_delete(&document.yaml);
    return ok;
}

bool config_read_text(struct config *config, const char *text, const char *name, struct err *err)
{
    return read_input(config, NULL, text, name, NULL, err);
}

FILE *config_open(const char *path, const char *what, struct err *err)
{
    struct stat status;
    FILE *from = NULL;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        err_set(err, ERR_CONFIG, "%s: is a folder, not a %s", path, what);
    else if (!(from = fopen(path, "rb")))
        err_set(err, ERR_CONFIG, "%s: cannot be read: %s", path, strerror(errno));
    return from;
}

bool config_read(struct config *config, const char *path, struct err *err)
{
    if (strcmp(path, "-") == 0)
        return read_input(config, stdin, NULL, "standard input", NULL, err);
    FILE *from = config_open(path, "configuration", err);
    if (!from)
        return false;
    char *folder = strdup(path);
    char *slash = folder ? strrchr(folder, '/') : NULL;
    if (slash)
        slash[slash == folder] = '\0';
    bool ok = folder ? read_input(config, from, NULL, path, slash ? folder : NULL, err)
                     : err_set(err, ERR_RUN, "out of memory");
    free(folder);
    fclose(from);
    return ok;
}

static bool reset_group(struct config *config, const char *group, struct err *err)
{
    size_t length = strlen(group);
    for (size_t i = 0; i < param_num; i++) {
        const struct param *row = &param_table[i];
        if (strncmp(row->key, group, length) == 0 && row->key[length] == '.' &&
            !config_reset(config, row, err))
            return false;
    }
    return true;
}

// Applies a document as the value of `key`.
static bool set_key(struct walk *self, const char *key, yaml_node_t *value)
{
    const struct param *row = param_find(key);
    if (row)
        return apply_row(self, row, value);
    if (!*key || !param_is_group(key))
        return refuse_unknown(self, key, NULL, value->type == YAML_MAPPING_NODE);
    if (value->type != YAML_MAPPING_NODE)
        return config_value_refuse(&self->place, NULL, key, self->err,
                                   "must be a mapping of keys to values");
    return reset_group(self->config, key, self->err) && apply_mapping(self, key, value);
}

bool config_set_node(struct config *config, const char *key, yaml_node_t *value,
                     const struct config_place *place, struct err *err)
{
    struct walk walk = {.config = config, .place = *place, .err = err};
    return set_key(&walk, key, value);
}

bool config_known(const char *key, const char *from, struct err *err)
{
    struct walk walk = {.place = {.name = from}, .err = err};
    return param_find(key) || (*key && param_is_group(key)) ||
           refuse_unknown(&walk, key, NULL, false);
}

bool config_set(struct config *config, const char *assignment, const char *from, struct err *err)
{
    struct walk walk = {.config = config, .place = {.name = from}, .err = err};
    char key[MAX_KEY];
    struct config_document document;
    const char *value = config_split(assignment, from, key, sizeof key, err);
    if (!value || !config_document_read(&document, value, from, key, err))
        return false;
    walk.place.document = &document.yaml;
    bool ok = set_key(&walk, key, document.root);
    yaml_document_delete(&document.yaml);
    return ok;
}
