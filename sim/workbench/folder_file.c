// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/folder_file.h"

#include "model/net/rtl_cache.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

bool folder_file_write(const char *folder, const char *name,
                       void (*write)(const void *of, FILE *to), const void *of, struct err *err)
{
    char *path = rtl_cache_text("%s/%s", folder, name);
    FILE *to = fopen(path, "we");
    bool good = to != NULL;
    if (to) {
        write(of, to);
        good = fflush(to) == 0 && !ferror(to);
    }
    int reason = errno;
    if (to)
        fclose(to);
    if (!good)
        err_set(err, ERR_RUN, "%s: cannot be written: %s", path, strerror(reason));
    free(path);
    return good;
}

static void write_copy(const void *of, FILE *to)
{
    char buffer[4096];
    FILE *from = *(FILE *const *)of;
    for (size_t got; (got = fread(buffer, 1, sizeof buffer, from)) > 0;)
        fwrite(buffer, 1, got, to);
}

bool folder_file_copy(const char *folder, const char *name, const char *path, struct err *err)
{
    FILE *from = fopen(path, "re");
    if (!from)
        return err_set(err, ERR_RUN, "%s: cannot be read: %s", path, strerror(errno));
    bool good = folder_file_write(folder, name, write_copy, &from, err);
    fclose(from);
    return good;
}
