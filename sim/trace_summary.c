// SPDX-License-Identifier: Apache-2.0
#include "sim/trace_summary.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static const struct trace_kind *const kinds[] = {
    &trace_kind_memory, &trace_kind_netrace, &trace_kind_interface,
    &trace_kind_program, // last: it takes what may be an index
};

enum { NUM_KINDS = sizeof kinds / sizeof *kinds, MAX_FORMATS = 32, WIDTH = 26 };

// The kind that has a format of this name.
static const struct trace_kind *kind_of_format(const char *format, struct err *err)
{
    const char *names[MAX_FORMATS] = {"auto"};
    size_t num = 1;
    for (size_t k = 0; k < NUM_KINDS; k++) {
        const char *help;
        for (size_t i = 0; num < MAX_FORMATS && kinds[k]->format(i, &names[num], &help); i++)
            if (strcmp(names[num++], format) == 0)
                return kinds[k];
    }
    const char *nearest = err_nearest(format, names, num);
    err_set(err, ERR_CONFIG, "--format: no format of traces is called \"%.60s\"%s%s", format,
            nearest ? "; nearest: " : "", nearest ? nearest : "");
    return NULL;
}

static const struct trace_kind *kind_of_content(const char *path, struct err *err)
{
    bool is_stdin = strcmp(path, "-") == 0;
    if (!is_stdin && access(path, R_OK) != 0) {
        err_set(err, ERR_TRACE, "%s: %s", path, strerror(errno));
        return NULL;
    }
    for (size_t k = 0; k < NUM_KINDS; k++)
        if (is_stdin ? kinds[k]->reads_stdin : kinds[k]->probe(path))
            return kinds[k];
    err_set(err, ERR_TRACE, "%s: not a trace of a known format", path);
    return NULL;
}

const struct trace_kind *trace_kind_of(const char *path, const char *format, struct err *err)
{
    bool told = strcmp(format, "auto") != 0;
    const struct trace_kind *kind = told ? kind_of_format(format, err) : kind_of_content(path, err);
    if (kind && strcmp(path, "-") == 0 && !kind->reads_stdin) {
        err_set(err, ERR_CONFIG, "-: a trace of the format %s has to be a file", format);
        return NULL;
    }
    return kind;
}

bool trace_summary_check(const json_t *figures, struct err *err)
{
    const json_t *unmatched = json_object_get(figures, "unmatched");
    const char *fault = json_string_value(json_object_get(unmatched, "fault"));
    return !fault || err_set(err, ERR_TRACE, "%s", fault);
}

json_t *trace_summary(const char *path, const char *format, struct err *err)
{
    bool told = strcmp(format, "auto") != 0;
    const struct trace_kind *kind = trace_kind_of(path, format, err);
    if (!kind)
        return NULL;
    json_t *figures = kind->summarise(path, told ? format : NULL, err);
    if (!figures)
        err_set(err, ERR_RUN, "out of memory");
    return figures;
}

void trace_summary_help(FILE *to)
{
    for (size_t k = 0; k < NUM_KINDS; k++) {
        const char *name;
        const char *help;
        fprintf(to, "Formats of %s:\n", kinds[k]->title);
        for (size_t i = 0; kinds[k]->format(i, &name, &help); i++)
            fprintf(to, "  %-10s %s\n", name, help);
    }
}

// A list of objects, a line each, as far as it is not too long.
static void print_list(FILE *to, const json_t *list, int indent)
{
    enum { MOST = 12 };
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
    {
        const char *key;
        json_t *value;
        const char *comma = "";
        if (i == MOST) {
            fprintf(to, "%*s... and %zu more, which JSON has\n", indent, "",
                    json_array_size(list) - MOST);
            return;
        }
        fprintf(to, "%*s", indent, "");
        json_object_foreach(item, key, value)
        {
            fprintf(to, "%s%s %" JSON_INTEGER_FORMAT, comma, key, json_integer_value(value));
            comma = ", ";
        }
        fputc('\n', to);
    }
}

void trace_summary_print(FILE *to, const json_t *figures, int indent)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)figures, key, value)
    {
        if (strcmp(key, "host") == 0)
            continue;
        fprintf(to, "%*s", indent, "");
        int column = indent;
        for (const char *letter = key; *letter; letter++, column++)
            fputc(*letter == '_' ? ' ' : *letter, to);
        int gap = column < WIDTH ? WIDTH - column : 1;
        if (json_is_object(value)) {
            fputc('\n', to);
            trace_summary_print(to, value, indent + 2);
        } else if (json_is_array(value)) {
            fputc('\n', to);
            print_list(to, value, indent + 2);
        } else if (json_is_string(value)) {
            fprintf(to, "%*s%s\n", gap, "", json_string_value(value));
        } else if (json_is_integer(value)) {
            fprintf(to, "%*s%" JSON_INTEGER_FORMAT "\n", gap, "", json_integer_value(value));
        } else {
            fprintf(to, "%*s%.6g\n", gap, "", json_number_value(value));
        }
    }
}
