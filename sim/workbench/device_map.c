// SPDX-License-Identifier: Apache-2.0
// A map: its memory, reading it, and what it says.
#include "sim/workbench/device_map_yaml.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct map_kept {
    struct map_kept *next;
    max_align_t memory[];
};

void *map_keep(struct device_map *map, size_t size, struct err *err)
{
    struct map_kept *kept = calloc(1, sizeof *kept + size);
    if (!kept) {
        err_set(err, ERR_RUN, "out of memory");
        return NULL;
    }
    kept->next = map->kept;
    map->kept = kept;
    return kept->memory;
}

char *map_keep_text(struct device_map *map, const char *text, struct err *err)
{
    char *copy = map_keep(map, strlen(text) + 1, err);
    return copy ? strcpy(copy, text) : NULL;
}

bool map_refuse(const struct device_map *map, const char *path, struct err *err, const char *format,
                ...)
{
    char what[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    // The line of the longest part of the path that is there
    size_t line = 1;
    size_t longest = 0;
    for (size_t i = 0; i < map->num_lines; i++) {
        const char *known = map->lines[i].path;
        size_t length = strlen(known);
        bool part = strncmp(known, path, length) == 0 && strchr(".[", path[length]);
        if (part && length > longest) {
            longest = length;
            line = map->lines[i].line;
        }
    }
    return err_set(err, ERR_CONFIG, "%.300s:%zu: %s%s%s", map->path, line, path, *path ? ": " : "",
                   what);
}

bool map_given(const struct device_map *map, const char *path)
{
    for (size_t i = 0; i < map->num_lines; i++)
        if (strcmp(map->lines[i].path, path) == 0)
            return true;
    return false;
}

// What holds where a map says nothing.
static const struct device_spec initial = {
    .num_vcs = 1,
    .claims = DEVICE_CLAIM_FUNCTION,
    .in = {.react_cycles = 1, .held = true},
    .out = {.react_cycles = 1, .held = true},
    .num_modes = 1,
    .modes = {SWITCHING_WORMHOLE},
    .min_flits = 1,
    .max_flits = 16,
    .reset_cycles = 4,
    .patience_cycles = 1000,
};

// Folder of the map file, "." if it is named without one.
static bool find_folder(struct device_map *map, char *folder, size_t size)
{
    const char *slash = strrchr(map->path, '/');
    int length = slash ? (int)(slash - map->path) + (slash == map->path) : 1;
    return snprintf(folder, size, "%.*s", length, slash ? map->path : ".") < (int)size;
}

// What is asked for from outside goes before what the map says.
static bool settle_rtl(struct device_map *map, const char *rtl, const char *top, struct err *err)
{
    char here[2048];
    char joined[4096];
    if (top && !(map->top = map_keep_text(map, top, err)))
        return false;
    if (!map->top)
        return map_refuse(map, "top", err, "is missing: the name of the top module");
    if (!find_folder(map, here, sizeof here))
        return map_refuse(map, "", err, "the path is too long");
    const char *folder = rtl ? rtl : map->folder ? map->folder : here;
    bool joins = !rtl && map->folder && *folder != '/';
    if (snprintf(joined, sizeof joined, "%s%s%s", joins ? here : "", joins ? "/" : "", folder) >=
        (int)sizeof joined)
        return map_refuse(map, "rtl", err, "the path is too long");
    return (map->folder = map_keep_text(map, joined, err)) != NULL;
}

// Every change must have had something to change.
static bool check_changes(const struct map_reader *self)
{
    enum { MAX_NAMES = 64 };
    const char *names[MAX_NAMES];
    char parameters[MAX_NAMES][64];
    const struct device_map *map = self->map;
    uint32_t num = 0;
    for (uint32_t i = 0; i < map->ties.num && num < MAX_NAMES / 2; i++)
        names[num++] = map->ties.ties[i].name;
    for (char **p = map->parameters; p && *p && num < MAX_NAMES; p++, num++) {
        snprintf(parameters[num], sizeof parameters[num], "%.*s", (int)strcspn(*p, "="), *p);
        names[num] = parameters[num];
    }
    for (uint32_t i = 0; i < self->num_changes; i++) {
        const char *nearest = err_nearest(self->changes[i].name, names, num);
        if (!self->changed[i])
            return err_set(self->err, ERR_CONFIG,
                           "%s: \"%.60s\" is neither a parameter nor a tie of the map%s%s",
                           map->path, self->changes[i].name, nearest ? "; nearest: " : "",
                           nearest ? nearest : "");
    }
    return true;
}

static bool read_document(struct map_reader *self, FILE *from)
{
    struct config_document document;
    if (!config_document_load(&document, from, NULL, &self->place, self->err))
        return false;
    self->place.document = &document.yaml;
    struct map_node root = {.yaml = document.root};
    bool ok = document.root ? map_read_root(self, &root)
                            : map_refuse(self->map, "", self->err, "there is nothing in it");
    yaml_document_delete(&document.yaml);
    return ok && check_changes(self);
}

struct device_map *device_map_read(const char *path, const char *rtl, const char *top,
                                   const struct device_map_change *changes, uint32_t num_changes,
                                   struct err *err)
{
    FILE *from = config_open(path, "map", err);
    struct device_map *map = from ? calloc(1, sizeof *map) : NULL;
    if (!map) {
        if (from)
            fclose(from);
        err_set(err, ERR_RUN, "out of memory");
        return NULL;
    }
    map->spec = initial;
    map->tolerance.throughput = 0.05; // arbiters that differ shift random traffic by some percent
    map->route.local = MAP_NO_PORT;
    struct map_reader reader = {
        .map = map,
        .place = {.name = path, .has_lines = true},
        .err = err,
        .changes = changes,
        .num_changes = num_changes,
        .changed = map_keep(map, num_changes + 1, err),
    };
    map->path = map_keep_text(map, path, err);
    bool ok = reader.changed && map->path && read_document(&reader, from) &&
              settle_rtl(map, rtl, top, err) && map_check(map, err);
    fclose(from);
    if (ok)
        return map;
    device_map_free(map);
    return NULL;
}

void device_map_free(struct device_map *self)
{
    if (!self)
        return;
    while (self->kept) {
        struct map_kept *next = self->kept->next;
        free(self->kept);
        self->kept = next;
    }
    if (self->reference)
        config_free(self->reference);
    free(self->reference);
    free(self->lines);
    free(self);
}

const struct device_spec *device_map_spec(const struct device_map *self)
{
    return &self->spec;
}

const struct config *device_map_reference(const struct device_map *self)
{
    return self->reference;
}

struct device_tolerance device_map_tolerance(const struct device_map *self)
{
    return self->tolerance;
}

struct device_map_rtl device_map_rtl(const struct device_map *self)
{
    static const char *const none[] = {NULL};
#define LIST(list) (list) ? (const char *const *)(list) : none
    return (struct device_map_rtl){
        .map = self->path,
        .folder = self->folder,
        .top = self->top,
        .sources = (const char *const *)self->sources,
        .includes = LIST(self->includes),
        .defines = LIST(self->defines),
        .parameters = LIST(self->parameters),
    };
#undef LIST
}
