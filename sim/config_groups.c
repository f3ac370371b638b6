// SPDX-License-Identifier: Apache-2.0
#include "sim/config_groups.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct group {
    uint32_t first, last; // nodes
    double clock_hz;
};

struct reader {
    const char *key;
    const struct config_place *place;
    struct err *err;
};

static yaml_node_t *node_at(const struct reader *self, int index)
{
    return yaml_document_get_node(self->place->document, index);
}

static bool refuse(const struct reader *self, const yaml_node_t *at, const char *what)
{
    return config_value_refuse(self->place, at, self->key, self->err, "%s", what);
}

// A number, from the front of *text.
static bool read_node(const char **text, uint32_t *node)
{
    enum { MAX_DIGITS = 9 };
    size_t digits = strspn(*text, "0123456789");
    if (digits == 0 || digits > MAX_DIGITS)
        return false;
    *node = (uint32_t)strtoul(*text, NULL, 10);
    *text += digits;
    return true;
}

// "3" or "0-31".
static bool read_range(const char *text, struct group *group)
{
    if (!text || !read_node(&text, &group->first))
        return false;
    group->last = group->first;
    if (*text == '-' && (text++, !read_node(&text, &group->last)))
        return false;
    return !*text && group->first <= group->last;
}

static bool read_clock(const char *text, struct group *group)
{
    char *end;
    if (!text || !*text || strspn(text, "+.0123456789eE") != strlen(text))
        return false;
    group->clock_hz = strtod(text, &end);
    return !*end && group->clock_hz >= 1 && group->clock_hz <= 1e15;
}

static bool read_group(const struct reader *self, const yaml_node_t *node, struct group *group)
{
    bool seen_of = false;
    bool seen_clock = false;
    if (node->type != YAML_MAPPING_NODE)
        return refuse(self, node, "must be a mapping, as {of: 0-31, clock_hz: 2e9}");
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key = node_at(self, pair->key);
        const char *name = config_scalar(key);
        const char *value = config_scalar(node_at(self, pair->value));
        if (name && strcmp(name, "of") == 0 && !seen_of) {
            if (!read_range(value, group))
                return refuse(self, key, "of: no nodes, as 3 or 0-31");
            seen_of = true;
        } else if (name && strcmp(name, "clock_hz") == 0 && !seen_clock) {
            if (!read_clock(value, group))
                return refuse(self, key, "clock_hz: no number in 1..1e15");
            seen_clock = true;
        } else {
            return refuse(self, key, "neither of nor clock_hz, or there twice");
        }
    }
    return (seen_of && seen_clock) || refuse(self, node, "without of or clock_hz");
}

char *config_groups_text(const yaml_node_t *node, const char *key, const struct config_place *place,
                         struct err *err)
{
    struct reader reader = {key, place, err};
    char *text = NULL;
    size_t size = 0;
    if (node->type != YAML_SEQUENCE_NODE) {
        refuse(&reader, node, "no list of groups, as [{of: 0-31, clock_hz: 2e9}]");
        return NULL;
    }
    FILE *to = open_memstream(&text, &size);
    bool good = to || err_set(err, ERR_RUN, "out of memory");
    for (const yaml_node_item_t *i = node->data.sequence.items.start;
         good && i < node->data.sequence.items.top; i++) {
        struct group group = {0};
        good = read_group(&reader, node_at(&reader, *i), &group);
        if (good)
            fprintf(to, "%" PRIu32 " %" PRIu32 " %.17g\n", group.first, group.last, group.clock_hz);
    }
    if (to && fclose(to) != 0)
        good = err_set(err, ERR_RUN, "out of memory");
    if (good)
        return text;
    free(text);
    return NULL;
}

// Takes the next line of a text; false at its end.
static bool next_group(const char **text, struct group *group)
{
    if (!*text || sscanf(*text, "%" SCNu32 " %" SCNu32 " %lf", &group->first, &group->last,
                         &group->clock_hz) != 3)
        return false;
    *text = strchr(*text, '\n') + 1;
    return true;
}

bool config_groups_clocks(const char *text, double *clocks_hz, uint32_t num_nodes,
                          uint32_t *missing)
{
    struct group group;
    while (next_group(&text, &group)) {
        *missing = group.last;
        if (group.last >= num_nodes)
            return false;
        for (uint32_t node = group.first; node <= group.last; node++)
            clocks_hz[node] = group.clock_hz;
    }
    return true;
}

json_t *config_groups_echo(const char *text)
{
    json_t *list = json_array();
    struct group group;
    bool good = list;
    while (good && next_group(&text, &group)) {
        char of[32];
        snprintf(of, sizeof of, "%" PRIu32 "-%" PRIu32, group.first, group.last);
        good = json_array_append_new(
                   list, json_pack("{s:s, s:f}", "of", of, "clock_hz", group.clock_hz)) == 0;
    }
    if (good)
        return list;
    json_decref(list);
    return NULL;
}
