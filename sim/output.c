// SPDX-License-Identifier: Apache-2.0
#include "sim/output.h"

#include "sim/config_choices.h"
#include "sim/json_path.h"
#include "sim/outfile.h"
#include "sim/param.h"
#include "sim/version.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS = 15 }; // significant digits of reals

json_t *output_envelope(const struct config *config)
{
    json_t *root = json_object();
    if (root && json_path_set(root, "schema", json_string("ordito.run/1")) &&
        json_path_set(root, "version", json_string(version_text)) &&
        json_path_set(root, "seed", json_integer((json_int_t)config->seed)) &&
        json_path_set(root, "config", config_echo(config)))
        return root;
    json_decref(root);
    return NULL;
}

json_t *output_resolved(const struct config *config)
{
    json_t *root = output_envelope(config);
    json_t *inputs = config_inputs(config);
    const char *backends[PARAM_MAX_CHOICES];
    choices_backend(backends);
    bool ok = inputs && json_path_set(root, "backend", json_string(backends[config->backend])) &&
              json_path_set(root, "inputs", json_incref(inputs)) &&
              json_path_set(root, "packet_flits_max", json_integer(config_cut_flits(config)));
    json_decref(inputs);
    if (ok)
        return root;
    json_decref(root);
    return NULL;
}

static json_t *value_json(struct figure_value value)
{
    switch (value.type) {
    case FIGURE_INTEGER:
        return json_integer((json_int_t)value.integer);
    case FIGURE_REAL:
        return json_real(value.real);
    case FIGURE_TEXT:
        return json_string(value.text);
    case FIGURE_BOOL:
        return json_boolean(value.integer);
    case FIGURE_UNDEFINED:
        break;
    }
    return json_null();
}

// Operations that used each algorithm, by collective.
static json_t *collectives_json(const struct run_result *result)
{
    json_t *root = json_object();
    for (size_t i = 0; root && i < collective_num_algorithms; i++) {
        char path[64];
        const struct collective_algorithm *algorithm = &collective_algorithms[i];
        if (result->collective_calls[i] == 0)
            continue;
        snprintf(path, sizeof path, "%s.%s", collective_names[algorithm->kind], algorithm->name);
        for (char *letter = path; *letter && *letter != '.'; letter++)
            if (*letter == '-')
                *letter = '_'; // as in the configuration
        if (!json_path_set(root, path, json_integer((json_int_t)result->collective_calls[i]))) {
            json_decref(root);
            return NULL;
        }
    }
    return root;
}

json_t *output_json(const struct figure_source *source)
{
    json_t *root = output_envelope(source->config);
    bool ok = root != NULL;
    for (size_t i = 0; ok && i < figure_num; i++)
        if (figure_exists(i, source->result))
            ok = json_path_set(root, figure_path(i), value_json(figure_get(i, source)));
    if (ok && source->result->has_application)
        ok = json_path_set(root, "application.collectives", collectives_json(source->result));
    if (ok)
        return root;
    json_decref(root);
    return NULL;
}

char *output_json_text(const json_t *object, bool one_line)
{
    size_t layout = one_line ? JSON_COMPACT : JSON_INDENT(2);
    char *dumped = json_dumps(object, layout | JSON_REAL_PRECISION(DIGITS));
    char *text;
    if (!dumped || asprintf(&text, "%s\n", dumped) < 0)
        text = NULL;
    free(dumped);
    return text;
}

bool output_json_file(const char *path, json_t *object, struct err *err)
{
    char *text = object ? output_json_text(object, false) : NULL;
    json_decref(object);
    if (!text)
        return err_set(err, ERR_RUN, "out of memory");
    bool ok = outfile_write(path, text, strlen(text), err);
    free(text);
    return ok;
}

void output_csv_text(FILE *to, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, to);
        return;
    }
    fputc('"', to);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', to);
        fputc(*text, to);
    }
    fputc('"', to);
}

static void csv_value(FILE *to, struct figure_value value)
{
    switch (value.type) {
    case FIGURE_INTEGER:
        fprintf(to, "%" PRIu64, value.integer);
        break;
    case FIGURE_REAL:
        fprintf(to, "%.*g", DIGITS, value.real);
        break;
    case FIGURE_TEXT:
        output_csv_text(to, value.text);
        break;
    case FIGURE_BOOL:
        fputs(value.integer ? "true" : "false", to);
        break;
    case FIGURE_UNDEFINED:
        break;
    }
}

void output_csv_header(FILE *to, const char *const *keys, size_t num_keys)
{
    for (size_t i = 0; i < num_keys; i++) {
        output_csv_text(to, keys[i]);
        fputc(',', to);
    }
    for (size_t i = 0; i < figure_num; i++)
        if (!figure_is_host(i))
            fprintf(to, "%s,", figure_path(i));
    fputs("error\n", to);
}

void output_csv_row(FILE *to, const char *const *values, size_t num_keys,
                    const struct config *config, const struct run_result *result, const char *error)
{
    struct figure_source source = {.config = config, .result = result, .output_s = -1};
    for (size_t i = 0; i < num_keys; i++) {
        output_csv_text(to, values[i]);
        fputc(',', to);
    }
    for (size_t i = 0; i < figure_num; i++) {
        if (figure_is_host(i))
            continue;
        if (result)
            csv_value(to, figure_get(i, &source));
        else if (strcmp(figure_path(i), "outcome") == 0)
            fputs("failed", to);
        fputc(',', to);
    }
    output_csv_text(to, error ? error : "");
    fputc('\n', to);
}
