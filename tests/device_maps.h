// SPDX-License-Identifier: Apache-2.0
// Adapter descriptions for tests of the workbench.
#ifndef ORDITO_TESTS_DEVICE_MAPS_H
#define ORDITO_TESTS_DEVICE_MAPS_H

#include "sim/workbench/device_map.h"

// A router of a mesh of 4 x 3 with 2 VCs and credits.
extern const char mesh_map[];

// A router of a torus of 4 x 3 with datelines on 4 VCs, one-hot, and on-off flow control.
extern const char torus_map[];

// A crossbar of 4 ports with valid and ready, whose heads name the port, and nothing tells heads.
extern const char crossbar_map[];

// A router with a table of 8 entries.
extern const char table_map[];

// A network of 6 terminals.
extern const char network_map[];

// The project's own router, as of rtl/router.sv, in a mesh of 4 x 4.
extern const char own_map[];

// Reads a map from text; the test ends if it is not right.
struct device_map *map_of(const char *text);

// `text` with the first `from` replaced by `to`, to be freed.
char *replaced(const char *text, const char *from, const char *to);

#endif
