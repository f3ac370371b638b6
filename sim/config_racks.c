// SPDX-License-Identifier: Apache-2.0
#include "sim/config_racks.h"

#include "model/net/topo_racks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct writer {
    const char *key;
    const struct config_place *place;
    struct err *err;
    FILE *to;
    size_t rack; // 1..
};

static yaml_node_t *node_at(const struct writer *self, int index)
{
    return yaml_document_get_node(self->place->document, index);
}

static bool refuse(const struct writer *self, const yaml_node_t *at, const char *what)
{
    return config_value_refuse(self->place, at, self->key, self->err, "rack %zu: %s", self->rack,
                               what);
}

// A name, or a number that is not in quotes.
static bool write_word(const struct writer *self, const yaml_node_t *node)
{
    const char *text = config_scalar(node);
    bool quoted = text && node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    if (!text || !*text || (quoted && strspn(text, "0123456789+-") > 0) ||
        text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-")])
        return refuse(self, node, "a value is neither a name nor a number");
    fputs(text, self->to);
    return true;
}

// Sides, as "4x4".
static bool write_sides(const struct writer *self, const yaml_node_t *node)
{
    if (node->type != YAML_SEQUENCE_NODE ||
        node->data.sequence.items.start == node->data.sequence.items.top)
        return refuse(self, node, "dims: no list of sides");
    const yaml_node_item_t *first = node->data.sequence.items.start;
    for (const yaml_node_item_t *i = first; i < node->data.sequence.items.top; i++) {
        if (i > first)
            fputc('x', self->to);
        if (!write_word(self, node_at(self, *i)))
            return false;
    }
    return true;
}

static bool write_pair(const struct writer *self, const yaml_node_t *rack,
                       const yaml_node_pair_t *pair)
{
    const yaml_node_pair_t *first = rack->data.mapping.pairs.start;
    const yaml_node_t *key = node_at(self, pair->key);
    const yaml_node_t *value = node_at(self, pair->value);
    const char *name = config_scalar(key);
    for (const yaml_node_pair_t *other = first; name && other < pair; other++)
        if (strcmp(config_scalar(node_at(self, other->key)), name) == 0)
            return refuse(self, key, "a key is there twice");
    if (pair > first)
        fputc('\t', self->to);
    if (!name || !write_word(self, key))
        return name ? false : refuse(self, key, "a key is no text");
    fputc('=', self->to);
    return strcmp(name, "dims") == 0 ? write_sides(self, value) : write_word(self, value);
}

static bool write_rack(const struct writer *self, const yaml_node_t *rack)
{
    if (rack->type != YAML_MAPPING_NODE)
        return refuse(self, rack, "must be a mapping, as {kind: mesh, dims: [4, 4], count: 4}");
    for (const yaml_node_pair_t *pair = rack->data.mapping.pairs.start;
         pair < rack->data.mapping.pairs.top; pair++)
        if (!write_pair(self, rack, pair))
            return false;
    return true;
}

// Writes a rack and reads it as the topology will.
static bool add_rack(struct writer *self, const yaml_node_t *rack, FILE *all)
{
    char *line = NULL;
    size_t size = 0;
    struct topo_rack read;
    struct err why = {0};
    self->to = open_memstream(&line, &size);
    if (!self->to)
        return err_set(self->err, ERR_RUN, "out of memory");
    bool good = write_rack(self, rack);
    if (fclose(self->to) != 0)
        good = err_set(self->err, ERR_RUN, "out of memory");
    if (good && !topo_rack_read(&read, line, &why))
        good = refuse(self, rack, why.text);
    if (good)
        fprintf(all, "%s%s", self->rack > 1 ? "\n" : "", line);
    free(line);
    return good;
}

char *config_racks_text(const yaml_node_t *node, const char *key, const struct config_place *place,
                        struct err *err)
{
    struct writer writer = {.key = key, .place = place, .err = err};
    char *text = NULL;
    size_t size = 0;
    if (node->type != YAML_SEQUENCE_NODE ||
        node->data.sequence.items.start == node->data.sequence.items.top) {
        config_value_refuse(place, node, key, err,
                            "no list of racks, as [{kind: mesh, dims: [4, 4], count: 4}]");
        return NULL;
    }
    FILE *all = open_memstream(&text, &size);
    bool good = all || err_set(err, ERR_RUN, "out of memory");
    for (const yaml_node_item_t *i = node->data.sequence.items.start;
         good && i < node->data.sequence.items.top; i++) {
        writer.rack++;
        good = add_rack(&writer, node_at(&writer, *i), all);
    }
    if (all && fclose(all) != 0)
        good = err_set(err, ERR_RUN, "out of memory");
    if (good)
        return text;
    free(text);
    return NULL;
}
