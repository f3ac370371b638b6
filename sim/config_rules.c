// SPDX-License-Identifier: Apache-2.0
#include "sim/config_rules.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    const struct param *row;
    enum collective_kind kind;
    const struct config_place *place;
    struct err *err;
    size_t rule; // 1..
};

enum key { KEY_ALGORITHM, KEY_BYTES, KEY_RANKS, KEY_POWER, NUM_KEYS };

static const char *const key_names[NUM_KEYS] = {"algorithm", "up_to_bytes", "up_to_ranks",
                                                "power_of_two"};

enum collective_kind config_rules_kind(const struct param *row)
{
    size_t start = offsetof(struct config, collectives);
    return (enum collective_kind)((row->offset - start) / sizeof(char *));
}

static yaml_node_t *node_at(const struct reader *self, int index)
{
    return yaml_document_get_node(self->place->document, index);
}

static bool refuse(const struct reader *self, const yaml_node_t *at, const char *what)
{
    return config_value_refuse(self->place, at, self->row->key, self->err, "rule %zu: %s",
                               self->rule, what);
}

static size_t algorithm_names(enum collective_kind kind, const char **names)
{
    size_t num = 0;
    for (size_t i = 0; i < collective_num_algorithms; i++)
        if (collective_algorithms[i].kind == kind)
            names[num++] = collective_algorithms[i].name;
    return num;
}

// A whole number of at most `max`, not in quotes.
static bool is_number(const yaml_node_t *node, const char *text, uint64_t max)
{
    enum { MAX_DIGITS = 18 };
    size_t length = strlen(text);
    return node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && length > 0 &&
           length <= MAX_DIGITS && strspn(text, "0123456789") == length &&
           strtoull(text, NULL, 10) <= max;
}

static bool check_algorithm(const struct reader *self, const yaml_node_t *node, const char *text)
{
    struct err why = {0};
    return collective_find(self->kind, text, &why) || refuse(self, node, why.text);
}

static bool check_value(const struct reader *self, enum key key, const yaml_node_t *node,
                        const char *text)
{
    if (!text)
        return refuse(self, node, "a value is no scalar");
    switch (key) {
    case KEY_ALGORITHM:
        return check_algorithm(self, node, text);
    case KEY_BYTES:
        if (!collective_has_bytes(self->kind))
            return refuse(self, node,
                          self->kind == COLLECTIVE_BARRIER
                              ? "up_to_bytes: a barrier has none"
                              : "up_to_bytes: no rank knows the bytes of all, so that they could "
                                "not choose alike");
        return is_number(node, text, UINT64_MAX) ||
               refuse(self, node, "up_to_bytes: not a number of bytes");
    case KEY_RANKS:
        return is_number(node, text, UINT32_MAX - 1) ||
               refuse(self, node, "up_to_ranks: not a number of ranks");
    default:
        return strcmp(text, "true") == 0 || strcmp(text, "false") == 0 ||
               refuse(self, node, "power_of_two: neither true nor false");
    }
}

static bool read_rule(struct reader *self, const yaml_node_t *rule, FILE *to)
{
    const char *values[NUM_KEYS] = {NULL};
    if (rule->type != YAML_MAPPING_NODE)
        return refuse(self, rule, "must be a mapping, as {up_to_bytes: 2048, algorithm: NAME}");
    for (const yaml_node_pair_t *pair = rule->data.mapping.pairs.start;
         pair < rule->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key = node_at(self, pair->key);
        const yaml_node_t *value = node_at(self, pair->value);
        const char *name = config_scalar(key);
        unsigned which = 0;
        while (name && which < NUM_KEYS && strcmp(name, key_names[which]) != 0)
            which++;
        if (!name || which == NUM_KEYS || values[which])
            return refuse(self, key,
                          "a key is none of algorithm, up_to_bytes, up_to_ranks and power_of_two, "
                          "or there twice");
        values[which] = config_scalar(value);
        if (!check_value(self, (enum key)which, value, values[which]))
            return false;
    }
    if (!values[KEY_ALGORITHM])
        return refuse(self, rule, "without an algorithm");
    fprintf(to, "%s%s", self->rule > 1 ? "\n" : "", values[KEY_ALGORITHM]);
    for (unsigned which = KEY_BYTES; which < NUM_KEYS; which++)
        if (values[which])
            fprintf(to, " %s=%s", key_names[which], values[which]);
    return true;
}

static bool read_list(struct reader *self, const yaml_node_t *node, FILE *to)
{
    const yaml_node_item_t *items = node->data.sequence.items.start;
    if (items == node->data.sequence.items.top)
        return config_value_refuse(self->place, node, self->row->key, self->err,
                                   "a list without rules");
    for (; items < node->data.sequence.items.top; items++) {
        self->rule++;
        if (!read_rule(self, node_at(self, *items), to))
            return false;
    }
    return true;
}

// One name.
static bool read_name(const struct reader *self, const yaml_node_t *node, FILE *to)
{
    const char *names[PARAM_MAX_CHOICES];
    const char *text = config_scalar(node);
    size_t num = algorithm_names(self->kind, names);
    char allowed[512];
    names[num++] = "auto";
    for (size_t i = 0; text && i < num; i++)
        if (strcmp(text, names[i]) == 0)
            return fputs(text, to) >= 0;
    config_rules_allowed(self->row, allowed, sizeof allowed);
    const char *nearest = text ? err_nearest(text, names, num) : NULL;
    return config_value_refuse(self->place, node, self->row->key, self->err,
                               "%s%.60s%sno algorithm%s%s (takes: %s)", text ? "\"" : "",
                               text ? text : "", text ? "\" is " : "", nearest ? "; nearest: " : "",
                               nearest ? nearest : "", allowed);
}

char *config_rules_text(const yaml_node_t *node, const struct param *row,
                        const struct config_place *place, struct err *err)
{
    struct reader reader = {.row = row, .kind = config_rules_kind(row), .place = place, .err = err};
    struct collective_rules rules;
    struct err why = {0};
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    bool list = node->type == YAML_SEQUENCE_NODE;
    bool good = to || err_set(err, ERR_RUN, "out of memory");
    good = good && (list ? read_list(&reader, node, to) : read_name(&reader, node, to));
    if (to && fclose(to) != 0)
        good = err_set(err, ERR_RUN, "out of memory");
    if (good && !collective_rules_read(&rules, reader.kind, text, &why))
        good = config_value_refuse(place, node, row->key, err, "%s", why.text);
    if (good)
        return text;
    free(text);
    return NULL;
}

const char *config_rules_of(const struct config *config, enum collective_kind kind)
{
    const char *text = config->collectives[kind];
    return !text && config->collectives_auto ? "auto" : text;
}

static json_t *echo_rule(const struct collective_rule *rule)
{
    json_t *object = json_object();
    bool good = object;
    if (rule->up_to_bytes != UINT64_MAX)
        good = good && json_object_set_new(object, key_names[KEY_BYTES],
                                           json_integer((json_int_t)rule->up_to_bytes)) == 0;
    if (rule->up_to_ranks != UINT32_MAX)
        good = good && json_object_set_new(object, key_names[KEY_RANKS],
                                           json_integer((json_int_t)rule->up_to_ranks)) == 0;
    if (rule->only_for != COLLECTIVE_ANY_NUM)
        good = good &&
               json_object_set_new(object, key_names[KEY_POWER],
                                   json_boolean(rule->only_for == COLLECTIVE_POWER_OF_TWO)) == 0;
    good = good && json_object_set_new(object, key_names[KEY_ALGORITHM],
                                       json_string(rule->algorithm->name)) == 0;
    if (good)
        return object;
    json_decref(object);
    return NULL;
}

json_t *config_rules_echo(const struct config *config, const struct param *row)
{
    enum collective_kind kind = config_rules_kind(row);
    struct collective_rules rules;
    struct err err = {0};
    if (!collective_rules_read(&rules, kind, config_rules_of(config, kind), &err))
        return json_null(); // such a text was refused when it was given
    if (rules.num == 1)
        return json_string(rules.rules[0].algorithm->name);
    json_t *list = json_array();
    bool good = list;
    for (uint32_t i = 0; good && i < rules.num; i++)
        good = json_array_append_new(list, echo_rule(&rules.rules[i])) == 0;
    if (good)
        return list;
    json_decref(list);
    return NULL;
}

void config_rules_allowed(const struct param *row, char *text, size_t size)
{
    enum collective_kind kind = config_rules_kind(row);
    const char *names[PARAM_MAX_CHOICES];
    size_t num = algorithm_names(kind, names);
    size_t at = 0;
    for (size_t i = 0; i < num && at < size; i++)
        at += (size_t)snprintf(text + at, size - at, "%s, ", names[i]);
    if (at < size)
        snprintf(text + at, size - at,
                 "auto, a list of {%sup_to_ranks, power_of_two, algorithm}, null",
                 collective_has_bytes(kind) ? "up_to_bytes, " : "");
}
