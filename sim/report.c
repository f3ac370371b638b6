// SPDX-License-Identifier: Apache-2.0
#include "sim/report.h"

#include "sim/outfile.h"
#include "sim/output.h"
#include "sim/shipped.h"
#include "sim/version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 4096 };

static const char template_file[] = "sim/report/report.html";
static const char place[] = "/*DATA*/"; // of the data in it

// The template as text, which the caller frees. NULL on failure, with `err` filled.
static char *read_template(struct err *err)
{
    char path[PATH_BYTES];
    char *text = NULL;
    size_t size = 0;
    FILE *file = shipped_find(template_file, path, sizeof path) ? fopen(path, "r") : NULL;
    if (!file) {
        err_set(err, ERR_RUN, "--report: its template, %s, is not there", path);
        return NULL;
    }
    bool read = getdelim(&text, &size, '\0', file) > 0;
    fclose(file);
    if (read && strstr(text, place))
        return text;
    free(text);
    err_set(err, ERR_RUN, "--report: %s is no template of a report", path);
    return NULL;
}

bool report_probe(const char *path, struct err *err)
{
    char *text = read_template(err);
    bool found = text;
    free(text);
    return found && outfile_probe(path, err);
}

// JSON as the content of a script element, where no "<" may begin a tag or a comment.
static void put_json(const char *text, FILE *to)
{
    for (; *text; text++)
        if (*text == '<')
            fputs("\\u003c", to);
        else
            fputc(*text, to);
}

bool report_write(const char *path, json_t *axes, json_t *runs, struct err *err)
{
    json_t *data = json_pack("{s:s s:s s:o s:o}", "schema", "ordito.report/1", "version",
                             version_text, "axes", axes, "runs", runs);
    char *text = data ? output_json_text(data, true) : NULL;
    char *page = text ? read_template(err) : NULL;
    struct outfile file;
    bool good = text || err_set(err, ERR_RUN, "out of memory for the report");
    good = good && page && outfile_open(&file, path, err);
    if (good) {
        char *at = strstr(page, place);
        fwrite(page, 1, (size_t)(at - page), file.stream);
        put_json(text, file.stream);
        fputs(at + strlen(place), file.stream);
        good = outfile_close(&file, err);
    }
    json_decref(data);
    free(text);
    free(page);
    return good;
}
