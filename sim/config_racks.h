// SPDX-License-Identifier: Apache-2.0
// Racks of a cluster in a configuration: a list of mappings, turned into the text that
// model/net/topo_racks.h reads. Each rack is checked where it stands, so that what is wrong with it
// is told with its line.
#ifndef ORDITO_SIM_CONFIG_RACKS_H
#define ORDITO_SIM_CONFIG_RACKS_H

#include "sim/config_value.h"

// The text of racks given as the value of `key`. The caller frees it; NULL with `err` if there is
// something wrong with them.
char *config_racks_text(const yaml_node_t *node, const char *key, const struct config_place *place,
                        struct err *err);

#endif
