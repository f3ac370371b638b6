// SPDX-License-Identifier: Apache-2.0
// JSON objects by dotted path.
#ifndef ORDITO_SIM_JSON_PATH_H
#define ORDITO_SIM_JSON_PATH_H

#include <jansson.h>
#include <stdbool.h>

// Puts `value` at "a.b.c" below `root`, making the objects on the way. Takes `value` over in any
// case; false if out of memory, also if `value` is NULL.
bool json_path_set(json_t *root, const char *path, json_t *value);

#endif
