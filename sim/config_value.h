// SPDX-License-Identifier: Apache-2.0
// Reading one value of a configuration: a YAML node into the field of a parameter.
//
// Bounds: integers are decimal, reals finite; a quoted scalar is text and never a number. What is
// refused leaves the field as it was.
#ifndef ORDITO_SIM_CONFIG_VALUE_H
#define ORDITO_SIM_CONFIG_VALUE_H

#include "sim/param.h"

#include <stdio.h>
#include <yaml.h>

// Where a value stands.
struct config_place {
    const char *name;   // of the file or option
    const char *folder; // that relative paths start from; NULL: the working directory
    bool has_lines;     // errors and origins tell the line: a file
    yaml_document_t *document;
};

// "NAME:LINE" of a node, or "NAME". Returns `text`.
const char *config_place_text(const struct config_place *place, const yaml_node_t *node, char *text,
                              size_t size);

// Fills `err` with ERR_CONFIG: "PLACE: KEY: ...". Returns false.
bool config_value_refuse(const struct config_place *place, const yaml_node_t *node, const char *key,
                         struct err *err, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

// Reads `node` into the field of `row`. False with `err` if it does not fit there.
bool config_value_read(struct config *config, const struct param *row, yaml_node_t *node,
                       const struct config_place *place, struct err *err);

// Notes where a parameter was given (`where` NULL: it has its default) and, of paths, as what.
bool config_note(struct config *config, const struct param *row, const char *where,
                 const char *path, struct err *err);

// Puts a parameter back to its default.
bool config_reset(struct config *config, const struct param *row, struct err *err);

// The text of a scalar node, or NULL if it is none or holds a null character.
const char *config_scalar(const yaml_node_t *node);

// True if the node is `null`, `~` or nothing.
bool config_scalar_is_null(const yaml_node_t *node);

// A document of one value, given as text.
struct config_document {
    yaml_document_t yaml; // the caller deletes it
    yaml_node_t *root;
};

// Parses `text`, the value of `key` given by option `from`. False with `err` if it is no YAML,
// nothing at all, or more than one document.
bool config_document_read(struct config_document *document, const char *text, const char *from,
                          const char *key, struct err *err);

// Parses a file, or if that is NULL a text, which holds one document; `root` is NULL if there is
// nothing in it. False with `err`, and nothing to delete, if it is no YAML or more than one
// document.
bool config_document_load(struct config_document *document, FILE *from, const char *text,
                          const struct config_place *place, struct err *err);

// Opens a file, of the sort that `what` names in errors ("configuration"). NULL with `err`.
FILE *config_open(const char *path, const char *what, struct err *err);

// Applies a node of a document as the value of `key`, as --set does.
bool config_set_node(struct config *config, const char *key, yaml_node_t *value,
                     const struct config_place *place, struct err *err);

// Splits "KEY=VALUE": copies the key, returns the value. NULL with `err` if there is no "=".
const char *config_split(const char *assignment, const char *from, char *key, size_t size,
                         struct err *err);

#endif
