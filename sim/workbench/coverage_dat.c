// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/coverage_dat.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What stands before keys and between a key and its value.
enum { KEY = 1, VALUE = 2 };

// The value of a key of a point, which ends where the next key begins, or the point. NULL: none.
static char *value_of(const char *text, const char *key)
{
    char begin[16];
    snprintf(begin, sizeof begin, "%c%s%c", KEY, key, VALUE);
    const char *at = strstr(text, begin);
    if (!at)
        return strdup("");
    at += strlen(begin);
    return strndup(at, strcspn(at, "\1'"));
}

static uint32_t number_of(const char *text, const char *key)
{
    char *value = value_of(text, key);
    uint32_t number = value ? (uint32_t)strtoul(value, NULL, 10) : 0;
    free(value);
    return number;
}

static void free_point(struct coverage_point *point)
{
    free(point->file);
    free(point->module);
    free(point->what);
    free(point->lines);
}

// A line of the file. False if it is no point that counts here.
static bool read_point(const char *text, const char *without, struct coverage_point *point)
{
    static const char *const pages[] = {[COVERAGE_POINT_LINES] = "v_line/",
                                        [COVERAGE_POINT_BRANCH] = "v_branch/",
                                        [COVERAGE_POINT_TOGGLE] = "v_toggle/"};
    const char *end = strrchr(text, '\'');
    if (strncmp(text, "C '", 3) != 0 || !end)
        return false;
    char *page = value_of(text, "page");
    *point = (struct coverage_point){.count = strtoull(end + 1, NULL, 10)};
    for (size_t kind = 0; page && kind < sizeof pages / sizeof *pages; kind++)
        if (strncmp(page, pages[kind], strlen(pages[kind])) == 0) {
            char *module = page + strlen(pages[kind]);
            char *suffix = strstr(module, "__");
            point->kind = (enum coverage_point_kind)kind;
            point->module = suffix && suffix != module ? strndup(module, (size_t)(suffix - module))
                                                       : strdup(module);
        }
    free(page);
    if (!point->module || strcmp(point->module, without) == 0) {
        free_point(point);
        return false;
    }
    point->file = value_of(text, "f");
    point->what = value_of(text, "o");
    point->lines = value_of(text, "S");
    point->line = number_of(text, "l");
    point->column = number_of(text, "n");
    return true;
}

static int compare(const void *a, const void *b)
{
    const struct coverage_point *x = a, *y = b;
    int order = strcmp(x->file, y->file);
    if (!order)
        order = strcmp(x->module, y->module);
    if (!order)
        order = (x->line > y->line) - (x->line < y->line);
    if (!order)
        order = (x->column > y->column) - (x->column < y->column);
    if (!order)
        order = (int)x->kind - (int)y->kind;
    return order ? order : strverscmp(x->what, y->what);
}

static void merge(struct coverage_dat *self)
{
    size_t kept = 0;
    qsort(self->points, self->num, sizeof *self->points, compare);
    for (size_t i = 0; i < self->num; i++) {
        if (kept && compare(&self->points[kept - 1], &self->points[i]) == 0) {
            self->points[kept - 1].count += self->points[i].count;
            free_point(&self->points[i]);
        } else {
            self->points[kept++] = self->points[i];
        }
    }
    self->num = kept;
}

bool coverage_dat_read(struct coverage_dat *self, const char *path, const char *without,
                       struct err *err)
{
    FILE *from = fopen(path, "r");
    if (!from)
        return err_set(err, ERR_RUN, "%s: %s", path, strerror(errno));
    char *line = NULL;
    size_t size = 0, room = 0;
    bool good = true;
    while (good && getline(&line, &size, from) > 0) {
        struct coverage_point point;
        if (!read_point(line, without, &point))
            continue;
        if (self->num == room) {
            room = room ? 2 * room : 1024;
            struct coverage_point *points = realloc(self->points, room * sizeof *points);
            good = points;
            self->points = good ? points : self->points;
        }
        good = good && point.file && point.what && point.lines;
        if (good)
            self->points[self->num++] = point;
        else
            free_point(&point);
    }
    free(line);
    fclose(from);
    if (!good)
        return err_set(err, ERR_RUN, "%s: out of memory", path);
    if (!self->num)
        return err_set(err, ERR_RUN, "%s: no lines and toggles are in it", path);
    merge(self);
    return true;
}

void coverage_dat_free(struct coverage_dat *self)
{
    for (size_t i = 0; i < self->num; i++)
        free_point(&self->points[i]);
    free(self->points);
    *self = (struct coverage_dat){0};
}

bool coverage_dat_range(const char **text, uint32_t *from, uint32_t *to)
{
    char *end;
    *text += **text == ',';
    *from = *to = (uint32_t)strtoul(*text, &end, 10);
    if (end == *text)
        return false;
    if (*end == '-')
        *to = (uint32_t)strtoul(end + 1, &end, 10);
    *text = end;
    return true;
}
