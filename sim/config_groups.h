// SPDX-License-Identifier: Apache-2.0
// Groups of nodes in a configuration that differ from the others: a list of mappings
// {of: "0-31", clock_hz: 2e9}, turned into a text of a line "FIRST LAST CLOCK_HZ" each. Later ones
// win.
#ifndef ORDITO_SIM_CONFIG_GROUPS_H
#define ORDITO_SIM_CONFIG_GROUPS_H

#include "sim/config_value.h"

// The text of groups given as the value of `key`. The caller frees it; NULL with `err` if there is
// something wrong with them.
char *config_groups_text(const yaml_node_t *node, const char *key, const struct config_place *place,
                         struct err *err);

// Sets the clocks of the nodes that such a text names; NULL names none. False, with the last node
// of a group that is not there in *missing.
bool config_groups_clocks(const char *text, double *clocks_hz, uint32_t num_nodes,
                          uint32_t *missing);

// The list again, for the echo. The caller owns it; NULL if out of memory.
json_t *config_groups_echo(const char *text);

#endif
