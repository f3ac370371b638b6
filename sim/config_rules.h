// SPDX-License-Identifier: Apache-2.0
// Algorithms of a collective in a configuration: a name, `auto`, or a list of rules as
// {up_to_bytes: 2048, algorithm: binomial}, turned into the text that
// model/node/collective_rules.h reads. Each is checked where it stands.
#ifndef ORDITO_SIM_CONFIG_RULES_H
#define ORDITO_SIM_CONFIG_RULES_H

#include "sim/config_value.h"

// The collective that a row of the type PARAM_RULES is about.
enum collective_kind config_rules_kind(const struct param *row);

// The text of rules given as the value of a row. The caller frees it; NULL with `err` if there is
// something wrong with them.
char *config_rules_text(const yaml_node_t *node, const struct param *row,
                        const struct config_place *place, struct err *err);

// What a configuration gives for a collective as text; NULL: the default algorithm.
const char *config_rules_of(const struct config *config, enum collective_kind kind);

// The algorithm, or the list of rules, that a row comes to. The caller owns it; NULL if out of
// memory.
json_t *config_rules_echo(const struct config *config, const struct param *row);

// What a row takes, in words.
void config_rules_allowed(const struct param *row, char *text, size_t size);

#endif
