// SPDX-License-Identifier: Apache-2.0
#include "sim/shipped.h"

#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

bool shipped_find(const char *in_tree, char *path, size_t size)
{
    char program[PATH_BYTES];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    program[length > 0 ? length : 0] = '\0';
    const char *folder = dirname(program); // build, or one below it
    const char *name = strrchr(in_tree, '/');
    name = name ? name + 1 : in_tree;
    snprintf(path, size, "%s/../%s", folder, in_tree);
    if (access(path, R_OK) == 0)
        return true;
    snprintf(path, size, "%s/../../%s", folder, in_tree);
    if (access(path, R_OK) == 0)
        return true;
    snprintf(path, size, "%s/../share/ordito/%s", folder, name);
    if (access(path, R_OK) == 0)
        return true;
    snprintf(path, size, "%s/%s", ORDITO_DATADIR, name);
    return access(path, R_OK) == 0;
}
