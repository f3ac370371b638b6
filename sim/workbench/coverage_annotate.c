// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/coverage_annotate.h"

#include "model/net/rtl_cache.h"
#include "sim/outfile.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void coverage_lines_count(struct coverage_lines *self, const struct coverage_dat *dat, size_t from,
                          size_t to)
{
    uint32_t last = 0, begin, end;
    for (size_t i = from; i < to; i++)
        for (const char *at = dat->points[i].lines; coverage_dat_range(&at, &begin, &end);)
            last = end > last ? end : last;
    self->count = calloc((size_t)last + 1, sizeof *self->count);
    self->known = calloc((size_t)last + 1, sizeof *self->known);
    self->num = self->count && self->known ? last : 0;
    for (size_t i = from; i < to && self->num; i++)
        for (const char *at = dat->points[i].lines; coverage_dat_range(&at, &begin, &end);)
            for (uint32_t line = begin; line <= end; line++) {
                uint64_t count = dat->points[i].count;
                self->known[line] = true;
                if (count > self->count[line])
                    self->count[line] = count;
            }
}

void coverage_lines_free(struct coverage_lines *self)
{
    free(self->count);
    free(self->known);
    *self = (struct coverage_lines){0};
}

const char *coverage_file_name(const char *file, const char *root)
{
    char *real_root = realpath(root, NULL), *real = realpath(file, NULL);
    size_t length = real_root ? strlen(real_root) : 0;
    bool inside = real && length && strncmp(real, real_root, length) == 0 && real[length] == '/';
    size_t rest = inside ? strlen(real) - length - 1 : 0;
    free(real_root);
    free(real);
    // The end of the name as it is given, if that is as the real one's.
    return inside && rest <= strlen(file) ? file + strlen(file) - rest : file;
}

// What of a line never happened, in lines below it.
static void write_misses(const struct coverage_dat *dat, size_t from, size_t to, uint32_t line,
                         FILE *out)
{
    for (size_t i = from; i < to; i++) {
        const struct coverage_point *point = &dat->points[i];
        if (point->line == line && !point->count && point->kind == COVERAGE_POINT_BRANCH)
            fprintf(out, "%10s !       |   never taken: %s\n", "", point->what);
    }
    bool first = true;
    for (size_t i = from; i < to; i++) {
        const struct coverage_point *point = &dat->points[i];
        if (point->line != line || point->count || point->kind != COVERAGE_POINT_TOGGLE)
            continue;
        if (first)
            fprintf(out, "%10s !       |   never toggled:", "");
        fprintf(out, " %s", point->what);
        first = false;
    }
    if (!first)
        fputc('\n', out);
}

static bool annotate_file(const struct coverage_dat *dat, size_t from, size_t to, const char *path,
                          struct err *err)
{
    const char *file = dat->points[from].file;
    struct coverage_lines lines = {0};
    struct outfile out;
    FILE *source = fopen(file, "r");
    if (!source)
        return err_set(err, ERR_RUN, "%s: %s", file, strerror(errno));
    if (!outfile_open(&out, path, err)) {
        fclose(source);
        return false;
    }
    coverage_lines_count(&lines, dat, from, to);
    char *text = NULL;
    size_t size = 0;
    fprintf(out.stream, "%10s   %5s | %s\n", "times run", "line", file);
    for (uint32_t line = 1; getline(&text, &size, source) > 0; line++) {
        text[strcspn(text, "\r\n")] = '\0';
        if (line <= lines.num && lines.known[line])
            fprintf(out.stream, "%10" PRIu64 " %c", lines.count[line],
                    lines.count[line] ? ' ' : '!');
        else
            fprintf(out.stream, "%12s", "");
        fprintf(out.stream, " %5u | %s\n", line, text);
        write_misses(dat, from, to, line, out.stream);
    }
    free(text);
    fclose(source);
    coverage_lines_free(&lines);
    return outfile_close(&out, err);
}

// A record of LCOV's format.
static void write_info(const struct coverage_dat *dat, size_t from, size_t to, FILE *out)
{
    struct coverage_lines lines = {0};
    coverage_lines_count(&lines, dat, from, to);
    fprintf(out, "TN:\nSF:%s\n", dat->points[from].file);
    uint32_t branch = 0, before = 0;
    for (size_t i = from; i < to; i++) {
        const struct coverage_point *point = &dat->points[i];
        if (point->kind != COVERAGE_POINT_BRANCH)
            continue;
        branch = point->line == before ? branch + 1 : 0;
        before = point->line;
        fprintf(out, "BRDA:%u,0,%u,%" PRIu64 "\n", point->line, branch, point->count);
    }
    for (uint32_t line = 1; line <= lines.num; line++)
        if (lines.known[line])
            fprintf(out, "DA:%u,%" PRIu64 "\n", line, lines.count[line]);
    fputs("end_of_record\n", out);
    coverage_lines_free(&lines);
}

// Files of folders below are named FOLDER-FILE.
static char *annotated_path(const char *folder, const char *file, const char *root)
{
    char *path = rtl_cache_text("%s/annotated/%s", folder, coverage_file_name(file, root));
    for (char *at = path + strlen(folder) + strlen("/annotated/"); *at; at++)
        if (*at == '/')
            *at = '-';
    return path;
}

bool coverage_annotate(const struct coverage_dat *dat, const char *root, const char *folder,
                       struct err *err)
{
    struct outfile info;
    char *annotated = rtl_cache_text("%s/annotated", folder);
    char *info_path = rtl_cache_text("%s/coverage.info", folder);
    bool good = rtl_cache_make_folders(annotated, err);
    bool opened = good && outfile_open(&info, info_path, err);
    good = opened;
    for (size_t from = 0, to; good && from < dat->num; from = to) {
        const char *file = dat->points[from].file;
        for (to = from + 1; to < dat->num && strcmp(dat->points[to].file, file) == 0;)
            to++;
        char *path = annotated_path(folder, file, root);
        good = annotate_file(dat, from, to, path, err);
        free(path);
        write_info(dat, from, to, info.stream);
    }
    if (opened && !good)
        outfile_discard(&info);
    good = good && outfile_close(&info, err);
    free(annotated);
    free(info_path);
    return good;
}
