// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/near_path.h"

#include "model/net/rtl_cache.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

char *near_path_whole(const char *path)
{
    char *whole = realpath(path, NULL);
    if (whole)
        return whole;
    char *above = rtl_cache_text("%s", path);
    size_t length = strlen(above);
    while (length > 1 && above[length - 1] == '/')
        above[--length] = '\0';
    char *slash = strrchr(above, '/');
    char *name = rtl_cache_text("%s", slash ? slash + 1 : above);
    if (slash)
        slash[slash == above] = '\0';
    char *folder = slash && !*name ? rtl_cache_text("/") : near_path_whole(slash ? above : ".");
    whole = rtl_cache_text("%s/%s", strcmp(folder, "/") == 0 ? "" : folder, name);
    free(folder);
    free(name);
    free(above);
    return whole;
}

// How many bytes two paths have in common, up to the end of a folder.
static size_t common(const char *a, const char *b)
{
    size_t end = 0;
    for (size_t i = 0;; i++) {
        bool a_ends = !a[i] || a[i] == '/';
        bool b_ends = !b[i] || b[i] == '/';
        if (a_ends && b_ends)
            end = i;
        if (a[i] != b[i] || !a[i])
            return end;
    }
}

char *near_path_from(const char *folder, const char *path)
{
    char *from = near_path_whole(folder);
    char *to = near_path_whole(path);
    size_t same = common(from, to);
    if (same == 0) {
        free(from);
        return to;
    }
    size_t up = 0;
    for (const char *at = from + same; *at; at++)
        up += *at == '/';
    const char *rest = to[same] == '/' ? to + same + 1 : to + same;
    char *text = rtl_cache_text("%s", "");
    for (size_t i = 0; i < up; i++) {
        char *longer = rtl_cache_text("%s%s", text, i + 1 < up || *rest ? "../" : "..");
        free(text);
        text = longer;
    }
    char *near = rtl_cache_text("%s%s", text, *rest || up ? rest : ".");
    free(text);
    free(from);
    free(to);
    return near;
}
