// SPDX-License-Identifier: Apache-2.0
// The table of parameters: one row a key of the configuration, from which reading, checking,
// defaults, help and echo are made. To add a parameter, add a field to struct config and a row to
// config_table.c.
//
// Owner: rows are constant; what they describe belongs to struct config.
#ifndef ORDITO_SIM_PARAM_H
#define ORDITO_SIM_PARAM_H

#include "sim/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PARAM_MAX_CHOICES = 32 };

enum param_type {
    PARAM_BOOL,   // bool
    PARAM_UINT32, // uint32_t; `word`, if there is one, stands for 0
    PARAM_UINT64, // uint64_t
    PARAM_CYCLES, // int64_t; `word` stands for CONFIG_AUTO
    PARAM_REAL,   // double; `word`, if there is one, stands for 0
    PARAM_PATH,   // char *, relative to the folder of the file that names it; null for NULL
    PARAM_TEXTS,  // char *, a list of texts, one a line; the empty list for NULL
    PARAM_NAME,   // char *, one of `choices`; `word`, if there is one, stands for NULL
    PARAM_CHOICE, // an enum, the index in `choices`
    PARAM_FLAG,   // bool, the index in two `choices`
    PARAM_KIND,   // const char *, the name of a topology; `word`, if there is one, stands for NULL
    PARAM_RACKS,  // char *, racks of a cluster as in topo_racks.h, a list of mappings
    PARAM_GROUPS, // char *, groups of nodes as in config_groups.h, a list of mappings
    PARAM_RULES,  // char *, of one of `collectives`, as in config_rules.h; null for NULL
    PARAM_DIMS,   // the sides in a struct topology_spec
    PARAM_NODES,  // uint32_t *, a list of nodes
    PARAM_LENGTHS // struct synthetic_length *, a number or a list of {flits, weight}
};

struct param {
    const char *key; // dotted path
    enum param_type type;
    size_t offset;                         // of the field in struct config
    size_t num_offset;                     // lists: of their uint32_t length
    uint64_t min, max;                     // integers
    double low, high;                      // reals
    const char *word;                      // value by name, see the types
    size_t (*choices)(const char **names); // fills names[PARAM_MAX_CHOICES], returns their number
    const char *unit;                      // for messages and help; "" if there is none
    const char *initial;                   // default, as YAML text
    const char *help;                      // one line
    unsigned workloads;                    // kinds of workload it matters to, 1 << kind; 0: all
    unsigned models;                       // of nodes, likewise, 1 << model; 0: all
    bool changes_results;                  // false: left out of the echo
};

extern const struct param param_table[];
extern const size_t param_num;

// The row of a dotted key, or NULL.
const struct param *param_find(const char *key);

// True if rows lie below this dotted key ("fabric.router"; "" is the root).
bool param_is_group(const char *key);

// What values a parameter takes, in words: "1..8", "one of any, by-flow". Returns `text`.
const char *param_allowed(const struct param *row, char *text, size_t size);

// The field of a row in a configuration.
static inline void *param_field(struct config *config, const struct param *row)
{
    return (char *)config + row->offset;
}

static inline const void *param_field_const(const struct config *config, const struct param *row)
{
    return (const char *)config + row->offset;
}

// True if the row's field is a pointer to memory that the configuration owns.
bool param_is_text(const struct param *row);

#endif
