// SPDX-License-Identifier: Apache-2.0
// Zero-load latencies of a machine in every switching mode, by their closed forms (switching.h),
// and the length of packets from which on circuits are faster than wormhole switching; as text and
// as JSON. `longest_way` is in channels between routers, UINT32_MAX if it is not known.
#ifndef ORDITO_SIM_ZERO_LOAD_H
#define ORDITO_SIM_ZERO_LOAD_H

#include "sim/config.h"

// Of packets of `flits` over `hops` channels between routers; -1 if they do not fit into the
// buffers or the hops are UINT32_MAX.
int64_t zero_load_cycles(const struct config *config, enum switching mode, uint32_t flits,
                         uint32_t hops);

void zero_load_print(const struct config *config, const struct topology *topology,
                     uint32_t longest_way);

// Adds topology.zero_load_diameter_cycles and topology.crossover_diameter_flits. False if out of
// memory.
bool zero_load_json(json_t *root, const struct config *config, uint32_t longest_way);

#endif
