// SPDX-License-Identifier: Apache-2.0
// Reading a document by tables of keys: what keys a mapping takes, and into which fields.
#ifndef ORDITO_SIM_WORKBENCH_DEVICE_MAP_YAML_H
#define ORDITO_SIM_WORKBENCH_DEVICE_MAP_YAML_H

#include "sim/config_value.h"
#include "sim/workbench/device_map_state.h"

struct map_reader {
    struct device_map *map;
    struct config_place place;
    struct err *err;
    const struct device_map_change *changes;
    uint32_t num_changes;
    bool *changed; // changes that were made
};

struct map_node {
    yaml_node_t *yaml;
    char path[96];
};

typedef bool map_reads(struct map_reader *reader, const struct map_node *node, void *into);

enum map_value { MAP_UINT32, MAP_UINT64, MAP_REAL, MAP_BOOL, MAP_TEXT, MAP_CHOICE };

// A key of a mapping: a field of the struct that is read into, or a function that reads it.
struct map_key {
    const char *name;
    enum map_value value;       // uint32_t, uint64_t, double, bool, char *, uint32_t
    size_t offset;              // of the field
    uint64_t min, max;          // of numbers
    const char *const *choices; // MAP_CHOICE, MAP_BOOL (false, true): ends with NULL
    map_reads *read;            // instead; `into` is the struct
};

// Reads a mapping, in the order of the keys, whichever order they have in the document. Refuses
// other keys, and those that are there twice.
bool map_read_mapping(struct map_reader *reader, const struct map_node *node,
                      const struct map_key *keys, size_t num_keys, void *into);

// Reads one value as a key says.
bool map_read_value(struct map_reader *reader, const struct map_node *node,
                    const struct map_key *key, void *into);

// The text of a scalar. NULL, refused, if it is none, or empty.
const char *map_text(struct map_reader *reader, const struct map_node *node);

// A number: an expression of numeric parameters.
bool map_number(struct map_reader *reader, const struct map_node *node, uint64_t min, uint64_t max,
                uint64_t *value);

// One of several names, by its index.
bool map_choice(struct map_reader *reader, const struct map_node *node, const char *const *choices,
                uint32_t *choice);

// Lists. A scalar is a list of one where `lone`.
bool map_is_list(struct map_reader *reader, const struct map_node *node, bool lone, uint32_t *num);
struct map_node map_item(struct map_reader *reader, const struct map_node *node, uint32_t i);

// Mappings of any keys: refuses what is none, and keys that are there twice or no text.
bool map_is_mapping(struct map_reader *reader, const struct map_node *node, uint32_t *num);
// The pair `i`: its key, and in `value` its value.
const char *map_pair(struct map_reader *reader, const struct map_node *node, uint32_t i,
                     struct map_node *value);

// A list of texts, kept with the map, that ends with NULL.
bool map_texts(struct map_reader *reader, const struct map_node *node, char ***texts);

// Names for the expressions of pins: {p} and parameters.
struct map_names {
    const char *names[MAP_MAX_NAMES + 8];
    uint64_t values[MAP_MAX_NAMES + 8];
    struct device_names all;
};

void map_names(struct map_names *names, const struct device_map *map);
void map_name(struct map_names *names, const char *name, uint64_t value);

// Sections: of the link's pins (device_map_pins.c), of flits, of routes.
map_reads map_read_in;
map_reads map_read_out;
map_reads map_read_ties;
map_reads map_read_setup;
map_reads map_read_clock;
map_reads map_read_reset;
map_reads map_read_flit;
map_reads map_read_routing;

// The whole document (device_map_sections.c).
bool map_read_root(struct map_reader *reader, const struct map_node *root);

// Reads a pin, or a list of them, of a port (MAP_NO_PORT: none).
bool map_pins(struct map_reader *reader, const struct map_node *node, uint32_t port,
              struct map_pins *pins);

#endif
