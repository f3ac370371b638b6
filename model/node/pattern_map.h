// SPDX-License-Identifier: Apache-2.0
// Traffic patterns by closed form: each fills destinations[num_nodes] with where every node sends,
// or fails with ERR_CONFIG where the pattern is undefined for the topology. What the patterns are
// is told in pattern.h.
//
// Source: Dally and Towles, "Principles and Practices of Interconnection Networks", table 3.1.
#ifndef ORDITO_MODEL_NODE_PATTERN_MAP_H
#define ORDITO_MODEL_NODE_PATTERN_MAP_H

#include "model/net/topology.h"

typedef bool pattern_map_fn(const struct topology *topology, uint32_t *destinations,
                            struct err *err);

pattern_map_fn pattern_map_transpose;
pattern_map_fn pattern_map_bit_complement;
pattern_map_fn pattern_map_bit_reverse;
pattern_map_fn pattern_map_shuffle;
pattern_map_fn pattern_map_tornado;
pattern_map_fn pattern_map_neighbour;

#endif
