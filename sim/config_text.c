// SPDX-License-Identifier: Apache-2.0
// Values given as text on the command line: parsing, and lists taken apart for --vary.
#include "sim/config_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 8 };

const char *config_split(const char *assignment, const char *from, char *key, size_t size,
                         struct err *err)
{
    const char *equals = strchr(assignment, '=');
    size_t length = equals ? (size_t)(equals - assignment) : 0;
    if (length == 0) {
        err_set(err, ERR_CONFIG, "%s: \"%.100s\" is not KEY=VALUE", from, assignment);
        return NULL;
    }
    snprintf(key, size, "%.*s", length < size ? (int)length : (int)size - 1, assignment);
    return equals + 1;
}

bool config_document_read(struct config_document *document, const char *text, const char *from,
                          const char *key, struct err *err)
{
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        return err_set(err, ERR_RUN, "out of memory");
    if (strcmp(text, "-") == 0)
        text = "\"-\""; // standard input, where YAML sees a list of nothing
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, strlen(text));
    bool ok = yaml_parser_load(&parser, &document->yaml);
    if (ok) {
        document->root = yaml_document_get_root_node(&document->yaml);
        yaml_document_t rest;
        if (!document->root)
            err_set(err, ERR_CONFIG, "%s: %s: no value after \"=\"", from, key);
        else if (!yaml_parser_load(&parser, &rest))
            ok = false;
        else {
            if (yaml_document_get_root_node(&rest))
                err_set(err, ERR_CONFIG, "%s: %s: more than one document", from, key);
            yaml_document_delete(&rest);
        }
        if (!ok || err->status != ERR_NONE)
            yaml_document_delete(&document->yaml);
    }
    if (!ok)
        err_set(err, ERR_CONFIG, "%s: %s: \"%.100s\" is not YAML: %.200s", from, key, text,
                parser.problem ? parser.problem : "out of memory");
    yaml_parser_delete(&parser);
    return err->status == ERR_NONE;
}

// Writes a scalar so that it is read as the same again.
static void write_scalar(FILE *to, const yaml_node_t *node)
{
    const unsigned char *text = node->data.scalar.value;
    size_t length = node->data.scalar.length;
    if (node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
        fwrite(text, 1, length, to);
        return;
    }
    fputc('"', to);
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"' || text[i] == '\\')
            fprintf(to, "\\%c", text[i]);
        else if (text[i] < ' ')
            fprintf(to, "\\x%02x", text[i]);
        else
            fputc(text[i], to);
    }
    fputc('"', to);
}

// Writes a node as flow text. False if it nests too deep (an anchor may hold itself).
static bool write_node(FILE *to, yaml_document_t *document, const yaml_node_t *node, int depth)
{
    if (depth > MAX_DEPTH)
        return false;
    if (node->type == YAML_SCALAR_NODE) {
        write_scalar(to, node);
    } else if (node->type == YAML_SEQUENCE_NODE) {
        const yaml_node_item_t *first = node->data.sequence.items.start;
        for (const yaml_node_item_t *i = first; i < node->data.sequence.items.top; i++) {
            fputs(i == first ? "[" : ", ", to);
            if (!write_node(to, document, yaml_document_get_node(document, *i), depth + 1))
                return false;
        }
        fputs(first == node->data.sequence.items.top ? "[]" : "]", to);
    } else {
        const yaml_node_pair_t *first = node->data.mapping.pairs.start;
        for (const yaml_node_pair_t *i = first; i < node->data.mapping.pairs.top; i++) {
            fputs(i == first ? "{" : ", ", to);
            if (!write_node(to, document, yaml_document_get_node(document, i->key), depth + 1))
                return false;
            fputs(": ", to);
            if (!write_node(to, document, yaml_document_get_node(document, i->value), depth + 1))
                return false;
        }
        fputs(first == node->data.mapping.pairs.top ? "{}" : "}", to);
    }
    return true;
}

static char *node_text(yaml_document_t *document, const yaml_node_t *node)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    if (!to)
        return NULL;
    bool ok = write_node(to, document, node, 0);
    if (fclose(to) == 0 && ok)
        return text;
    free(text);
    return NULL;
}

static bool split_list(struct config_document *document, char ***items, size_t *num)
{
    const yaml_node_item_t *nodes = document->root->data.sequence.items.start;
    size_t length = (size_t)(document->root->data.sequence.items.top - nodes);
    *num = 0;
    *items = calloc(length, sizeof **items);
    if (!*items)
        return false;
    for (size_t i = 0; i < length; i++) {
        (*items)[i] = node_text(&document->yaml, yaml_document_get_node(&document->yaml, nodes[i]));
        if (!(*items)[i])
            return false;
        *num = i + 1;
    }
    return true;
}

bool config_list(const char *assignment, const char *from, char *key, size_t size, char ***items,
                 size_t *num, struct err *err)
{
    struct config_document document;
    const char *value = config_split(assignment, from, key, size, err);
    *items = NULL;
    *num = 0;
    if (!value || !config_document_read(&document, value, from, key, err))
        return false;
    const yaml_node_t *root = document.root;
    if (root->type != YAML_SEQUENCE_NODE ||
        root->data.sequence.items.top == root->data.sequence.items.start)
        err_set(err, ERR_CONFIG, "%s: %s: \"%.100s\" is no list of values, as in %s=[1, 2]", from,
                key, value, key);
    else if (!split_list(&document, items, num))
        err_set(err, ERR_CONFIG, "%s: %s: a value nests too deep", from, key);
    yaml_document_delete(&document.yaml);
    if (err->status == ERR_NONE)
        return true;
    for (size_t i = 0; i < *num; i++)
        free((*items)[i]);
    free(*items);
    *items = NULL;
    *num = 0;
    return false;
}
