// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/coverage_rtl.h"

#include "model/net/rtl_cache.h"
#include "sim/outfile.h"
#include "sim/workbench/coverage_annotate.h"
#include "sim/workbench/device_rtl.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_PRINTED = 8 };

// How many there are and how many happened.
struct tally {
    json_int_t all;
    json_int_t hit;
};

static void count(struct tally *tally, bool happened)
{
    tally->all++;
    tally->hit += happened;
}

static json_t *tally_json(const struct tally *tally)
{
    return json_pack("{s:I, s:I, s:f}", "all", tally->all, "hit", tally->hit, "percent",
                     tally->all ? 100.0 * (double)tally->hit / (double)tally->all : 100.0);
}

// Notes a bit that never toggled under its signal, which is the last one unless it is a new one.
static void note_bit(json_t *signals, const struct coverage_point *point)
{
    size_t name = strcspn(point->what, "[");
    json_t *last = json_array_get(signals, json_array_size(signals) - 1);
    const char *before = json_string_value(json_object_get(last, "signal"));
    if (!before || strncmp(before, point->what, name) != 0 || before[name] ||
        json_integer_value(json_object_get(last, "line")) != point->line) {
        last = json_pack("{s:i, s:s%, s:[]}", "line", (int)point->line, "signal", point->what, name,
                         "bits");
        json_array_append_new(signals, last);
    }
    if (point->what[name])
        json_array_append_new(json_object_get(last, "bits"), json_string(point->what + name));
}

static json_t *module_json(const struct coverage_dat *dat, size_t from, size_t to, const char *root)
{
    struct tally lines = {0}, branches = {0}, bits = {0};
    json_t *not_run = json_array(), *not_taken = json_array(), *not_toggled = json_array();
    struct coverage_lines counts = {0};
    coverage_lines_count(&counts, dat, from, to);
    for (uint32_t line = 1; line <= counts.num; line++) {
        if (!counts.known[line])
            continue;
        count(&lines, counts.count[line]);
        if (!counts.count[line])
            json_array_append_new(not_run, json_integer(line));
    }
    coverage_lines_free(&counts);
    for (size_t i = from; i < to; i++) {
        const struct coverage_point *point = &dat->points[i];
        if (point->kind == COVERAGE_POINT_TOGGLE) {
            count(&bits, point->count);
            if (!point->count)
                note_bit(not_toggled, point);
        } else if (point->kind == COVERAGE_POINT_BRANCH) {
            count(&branches, point->count);
            if (!point->count)
                json_array_append_new(not_taken, json_pack("{s:i, s:s}", "line", (int)point->line,
                                                           "branch", point->what));
        }
    }
    const struct coverage_point *first = &dat->points[from];
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "file",
                     coverage_file_name(first->file, root), "module", first->module, "lines",
                     tally_json(&lines), "branches", tally_json(&branches), "bits",
                     tally_json(&bits), "not_run", not_run, "not_taken", not_taken, "not_toggled",
                     not_toggled);
}

static void add_to(struct tally *sum, const json_t *module, const char *key)
{
    const json_t *tally = json_object_get(module, key);
    sum->all += json_integer_value(json_object_get(tally, "all"));
    sum->hit += json_integer_value(json_object_get(tally, "hit"));
}

static json_t *figures_of(const struct coverage_dat *dat, const char *root)
{
    struct tally lines = {0}, branches = {0}, bits = {0};
    json_t *modules = json_array();
    for (size_t from = 0, to; from < dat->num; from = to) {
        const struct coverage_point *first = &dat->points[from];
        for (to = from + 1; to < dat->num; to++)
            if (strcmp(dat->points[to].file, first->file) != 0 ||
                strcmp(dat->points[to].module, first->module) != 0)
                break;
        json_t *module = module_json(dat, from, to, root);
        add_to(&lines, module, "lines");
        add_to(&branches, module, "branches");
        add_to(&bits, module, "bits");
        json_array_append_new(modules, module);
    }
    return json_pack("{s:o, s:o, s:o, s:o}", "lines", tally_json(&lines), "branches",
                     tally_json(&branches), "bits", tally_json(&bits), "modules", modules);
}

bool coverage_rtl_report(const char *dat, const char *root, const char *folder, json_t **figures,
                         struct err *err)
{
    struct coverage_dat points = {0};
    bool good = coverage_dat_read(&points, dat, "workbench_top", err) &&
                coverage_annotate(&points, root, folder, err);
    *figures = good ? figures_of(&points, root) : NULL;
    coverage_dat_free(&points);
    return good;
}

bool coverage_rtl_write(const struct device *rtl, const struct device_map *map, const char *folder,
                        json_t **figures, struct err *err)
{
    *figures = NULL;
    if (!rtl_cache_make_folders(folder, err))
        return false;
    char *dat = rtl_cache_text("%s/coverage.dat", folder);
    bool good = device_rtl_write_coverage(rtl, dat, err) &&
                coverage_rtl_report(dat, device_map_rtl(map).folder, folder, figures, err);
    free(dat);
    return good;
}

static void print_tally(const json_t *of, const char *key, FILE *to)
{
    const json_t *tally = json_object_get(of, key);
    fprintf(to, " %7lld %6.1f", (long long)json_integer_value(json_object_get(tally, "all")),
            json_number_value(json_object_get(tally, "percent")));
}

static void print_figures(const json_t *of, const char *name, FILE *to)
{
    fprintf(to, "%-30s", name);
    print_tally(of, "lines", to);
    print_tally(of, "branches", to);
    print_tally(of, "bits", to);
    fputc('\n', to);
}

static void end_list(size_t num, FILE *to)
{
    if (num > MOST_PRINTED)
        fprintf(to, ", and %zu more", num - MOST_PRINTED);
    if (num)
        fputc('\n', to);
}

static void print_not_run(const json_t *lines, FILE *to)
{
    size_t num = 0, size = json_array_size(lines);
    for (size_t i = 0, end; i < size; i = end, num++) {
        json_int_t from = json_integer_value(json_array_get(lines, i));
        for (end = i + 1; end < size; end++)
            if (json_integer_value(json_array_get(lines, end)) != from + (json_int_t)(end - i))
                break;
        if (num >= MOST_PRINTED)
            continue;
        fprintf(to, "%s%lld", num ? ", " : "    not run: line ", (long long)from);
        if (end - i > 1)
            fprintf(to, "-%lld", (long long)from + (json_int_t)(end - i) - 1);
    }
    end_list(num, to);
}

static void print_not_taken(const json_t *branches, FILE *to)
{
    size_t at;
    const json_t *branch;
    json_array_foreach((json_t *)branches, at, branch)
    {
        if (at < MOST_PRINTED)
            fprintf(to, "%sline %lld %s", at ? ", " : "    not taken: ",
                    (long long)json_integer_value(json_object_get(branch, "line")),
                    json_string_value(json_object_get(branch, "branch")));
    }
    end_list(json_array_size(branches), to);
}

static void print_not_toggled(const json_t *signals, FILE *to)
{
    size_t at;
    const json_t *signal;
    json_array_foreach((json_t *)signals, at, signal)
    {
        const json_t *bits = json_object_get(signal, "bits");
        if (at >= MOST_PRINTED)
            continue;
        fprintf(to, "%s%s", at ? ", " : "    not toggled: ",
                json_string_value(json_object_get(signal, "signal")));
        if (json_array_size(bits) == 1)
            fputs(json_string_value(json_array_get(bits, 0)), to);
        else if (json_array_size(bits))
            fprintf(to, " (%zu bits)", json_array_size(bits));
    }
    end_list(json_array_size(signals), to);
}

void coverage_rtl_print(const json_t *figures, FILE *to)
{
    size_t at;
    const json_t *module, *modules = json_object_get(figures, "modules");
    fprintf(to, "%-30s %7s %6s %7s %6s %7s %6s\n", "coverage of the RTL", "lines", "%", "branches",
            "%", "bits", "%");
    json_array_foreach((json_t *)modules, at, module)
    {
        char name[256];
        snprintf(name, sizeof name, "%s %s", json_string_value(json_object_get(module, "file")),
                 json_string_value(json_object_get(module, "module")));
        print_figures(module, name, to);
        print_not_run(json_object_get(module, "not_run"), to);
        print_not_taken(json_object_get(module, "not_taken"), to);
        print_not_toggled(json_object_get(module, "not_toggled"), to);
    }
    print_figures(figures, "all", to);
}
