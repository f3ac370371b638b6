// SPDX-License-Identifier: Apache-2.0
#include "sim/json_path.h"

#include <stdio.h>
#include <string.h>

bool json_path_set(json_t *root, const char *path, json_t *value)
{
    const char *dot;
    while ((dot = strchr(path, '.')) != NULL) {
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)(dot - path), path);
        json_t *below = json_object_get(root, name);
        if (!below) {
            below = json_object();
            if (json_object_set_new(root, name, below) != 0) {
                json_decref(value);
                return false;
            }
        }
        root = below;
        path = dot + 1;
    }
    return json_object_set_new(root, path, value) == 0;
}
