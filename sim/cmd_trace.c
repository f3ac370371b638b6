// SPDX-License-Identifier: Apache-2.0
// ordito trace: what is in a trace (info), whether it is good (check), the same in another format
// (convert), and how caches would take its references (cache).
#include "sim/cmd.h"
#include "sim/outfile.h"
#include "sim/output.h"
#include "sim/trace_cache.h"
#include "sim/trace_convert.h"
#include "sim/trace_matrix.h"
#include "sim/trace_summary.h"
#include "sim/version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum option {
    OPTION_HELP = 1,
    OPTION_FORMAT,
    OPTION_JSON,
    OPTION_COLLECTIVES,
    OPTION_MATRIX,
    OPTION_PICTURE,
    OPTION_TO,
    OPTION_SPLIT_MODIFIES,
    OPTION_WRITE_BACKS,
    OPTION_I1,
    OPTION_D1,
    OPTION_LL
};

enum { NUM_CACHES = 3 };

#define FORMAT_OPTION                                                                              \
    {                                                                                              \
        "format", 0, POPT_ARG_STRING, NULL, OPTION_FORMAT, "of the trace (default: by content)",   \
            "NAME"                                                                                 \
    }
#define JSON_OPTION                                                                                \
    {                                                                                              \
        "json", 0, POPT_ARG_STRING, NULL, OPTION_JSON, "the figures as JSON", "FILE"               \
    }
#define HELP_OPTION                                                                                \
    {                                                                                              \
        "help", '?', POPT_ARG_NONE, NULL, OPTION_HELP, "show this", NULL                           \
    }

static const struct poptOption info_options[] = {
    {"collectives", 0, POPT_ARG_STRING, NULL, OPTION_COLLECTIVES,
     "programs: also with the messages of collectives, by the algorithms of "
     "workload.collectives.preset",
     "first|auto"},
    {"matrix", 0, POPT_ARG_STRING, NULL, OPTION_MATRIX,
     "programs: bytes from each rank to each, as workload.matrix reads them", "FILE.csv"},
    {"picture", 0, POPT_ARG_STRING, NULL, OPTION_PICTURE,
     "programs: the same, drawn (by matplotlib): .png, .svg or .pdf", "FILE"},
    FORMAT_OPTION,
    JSON_OPTION,
    HELP_OPTION,
    POPT_TABLEEND};
static const struct poptOption convert_options[] = {
    {"to", 0, POPT_ARG_STRING, NULL, OPTION_TO,
     "format that is written (default: as OUT's suffix says; of a program, native)", "NAME"},
    {"split-modifies", 0, POPT_ARG_NONE, NULL, OPTION_SPLIT_MODIFIES,
     "references: a modify becomes a load and a store", NULL},
    {"collectives", 0, POPT_ARG_STRING, NULL, OPTION_COLLECTIVES,
     "to goal: the messages that collectives become, by the algorithms of "
     "workload.collectives.preset (default: first)",
     "first|auto"},
    FORMAT_OPTION,
    HELP_OPTION,
    POPT_TABLEEND};
static const struct poptOption check_options[] = {FORMAT_OPTION, HELP_OPTION, POPT_TABLEEND};
static const struct poptOption cache_options[] = {
    {"i1", 0, POPT_ARG_STRING, NULL, OPTION_I1, "instruction cache (default: " TRACE_CACHE_I1 ")",
     "BYTES,WAYS,LINE"},
    {"d1", 0, POPT_ARG_STRING, NULL, OPTION_D1, "data cache (default: " TRACE_CACHE_D1 ")",
     "BYTES,WAYS,LINE"},
    {"ll", 0, POPT_ARG_STRING, NULL, OPTION_LL, "last-level cache (default: " TRACE_CACHE_LL ")",
     "BYTES,WAYS,LINE"},
    {"write-backs", 0, POPT_ARG_NONE, NULL, OPTION_WRITE_BACKS,
     "also with lines that the data cache writes back to the last level", NULL},
    FORMAT_OPTION,
    JSON_OPTION,
    HELP_OPTION,
    POPT_TABLEEND};

struct command {
    const char **paths; // NULL-terminated, of popt
    char *format;       // NULL: by content
    char *json;         // NULL: none
    char *collectives, *matrix, *picture, *to;
    bool split_modifies;
    char *caches[NUM_CACHES];
    bool write_backs, help;
};

typedef bool verb_fn(const struct command *self, struct err *err);
static verb_fn info, check, convert, cache;

static const struct verb {
    const char *name;
    const char *usage;
    const char *help;
    const struct poptOption *options;
    verb_fn *run;
} verbs[] = {
    {"info", "FILE [OPTION...]", "what is in a trace", info_options, info},
    {"check", "FILE... [OPTION...]", "whether traces are whole and well-formed", check_options,
     check},
    {"convert", "IN OUT [OPTION...]", "a trace in another format", convert_options, convert},
    {"cache", "FILE [OPTION...]",
     "references and misses of caches, as Valgrind's cachegrind counts", cache_options, cache},
};

enum { NUM_VERBS = sizeof verbs / sizeof *verbs };

// Tells figures, the caller's no more: as a text or, if that is asked for, as JSON.
static bool deliver(const struct command *self, json_t *figures, struct err *err)
{
    if (!self->json || strcmp(self->json, "-") != 0)
        trace_summary_print(stdout, figures, 0);
    if (!self->json) {
        json_decref(figures);
        return true;
    }
    const char *outcome = json_object_get(figures, "unmatched") ? "unmatched" : "completed";
    json_t *host = json_incref(json_object_get(figures, "host"));
    json_object_del(figures, "host");
    return output_json_file(self->json,
                            json_pack("{s:s, s:s, s:s, s:o, s:o*}", "schema", "ordito.trace/1",
                                      "version", version_text, "outcome", outcome, "trace", figures,
                                      "host", host),
                            err);
}

static const char *format_of(const struct command *self)
{
    return self->format ? self->format : "auto";
}

// Adds what the communication matrix with collectives tells, and writes and draws it.
static bool tell_matrix(const struct command *self, json_t *figures, struct err *err)
{
    struct trace_matrix matrix;
    const char *base = strrchr(self->paths[0], '/');
    if (!trace_matrix_read(&matrix, self->paths[0], format_of(self), self->collectives, err))
        return false;
    if (self->collectives)
        json_object_set_new(figures, "communication_with_collectives", trace_matrix_json(&matrix));
    bool good = (!self->matrix || trace_matrix_write(&matrix, self->matrix, err)) &&
                (!self->picture ||
                 trace_matrix_draw(&matrix, self->picture, base ? base + 1 : self->paths[0], err));
    trace_matrix_free(&matrix);
    return good;
}

static bool check_collectives(const struct command *self, struct err *err)
{
    if (!self->collectives || strcmp(self->collectives, "first") == 0 ||
        strcmp(self->collectives, "auto") == 0)
        return true;
    return err_set(err, ERR_CONFIG, "--collectives: \"%.60s\" is neither first nor auto",
                   self->collectives);
}

static bool check_matrix(const struct command *self, struct err *err)
{
    if (!self->collectives && !self->matrix && !self->picture)
        return true;
    if (!check_collectives(self, err))
        return false;
    const struct trace_kind *kind = trace_kind_of(self->paths[0], format_of(self), err);
    if (!kind || kind == &trace_kind_program)
        return kind && (!self->matrix || outfile_probe(self->matrix, err)) &&
               (!self->picture || trace_picture_check(self->picture, err));
    return err_set(err, ERR_CONFIG, "%s: %s have no communication matrix", self->paths[0],
                   kind->title);
}

static bool info(const struct command *self, struct err *err)
{
    if ((self->json && !outfile_probe(self->json, err)) || !check_matrix(self, err))
        return false;
    json_t *figures = trace_summary(self->paths[0], format_of(self), err);
    if (!figures)
        return false;
    if ((self->collectives || self->matrix || self->picture) && !tell_matrix(self, figures, err)) {
        json_decref(figures);
        return false;
    }
    struct err fault = {0};
    trace_summary_check(figures, &fault);
    if (!deliver(self, figures, err))
        return false;
    *err = fault; // found after all figures have been told
    return err->status == ERR_NONE;
}

static bool convert(const struct command *self, struct err *err)
{
    return check_collectives(self, err) &&
           trace_convert(self->paths[0], format_of(self), self->paths[1], self->to,
                         self->split_modifies, self->collectives, err);
}

static bool check(const struct command *self, struct err *err)
{
    for (size_t i = 0; self->paths[i]; i++) {
        json_t *figures = trace_summary(self->paths[i], format_of(self), err);
        if (!figures)
            return false;
        bool good = trace_summary_check(figures, err);
        if (good)
            printf("%s: good (%s)\n", self->paths[i],
                   json_string_value(json_object_get(figures, "format")));
        fflush(stdout);
        json_decref(figures);
        if (!good)
            return false;
    }
    return true;
}

static bool cache(const struct command *self, struct err *err)
{
    if (self->json && !outfile_probe(self->json, err))
        return false;
    json_t *figures = trace_cache(self->paths[0], self->format ? self->format : "auto",
                                  (const char *const *)self->caches, self->write_backs, err);
    return figures && deliver(self, figures, err);
}

static bool take_option(void *command, int option, const char *value, struct err *err)
{
    struct command *self = command;
    switch ((enum option)option) {
    case OPTION_FORMAT:
        return cmd_text(&self->format, value, "--format", "no format named", err);
    case OPTION_JSON:
        return cmd_text(&self->json, value, "--json", "no file named", err);
    case OPTION_COLLECTIVES:
        return cmd_text(&self->collectives, value, "--collectives", "neither first nor auto", err);
    case OPTION_MATRIX:
        return cmd_text(&self->matrix, value, "--matrix", "no file named", err);
    case OPTION_PICTURE:
        return cmd_text(&self->picture, value, "--picture", "no file named", err);
    case OPTION_TO:
        return cmd_text(&self->to, value, "--to", "no format named", err);
    case OPTION_SPLIT_MODIFIES:
        self->split_modifies = true;
        return true;
    case OPTION_I1:
        return cmd_text(&self->caches[0], value, "--i1", "no geometry", err);
    case OPTION_D1:
        return cmd_text(&self->caches[1], value, "--d1", "no geometry", err);
    case OPTION_LL:
        return cmd_text(&self->caches[2], value, "--ll", "no geometry", err);
    case OPTION_WRITE_BACKS:
        self->write_backs = true;
        return true;
    case OPTION_HELP:
        self->help = true;
        return true;
    }
    return true;
}

static bool parse(struct command *self, poptContext context, const struct verb *verb,
                  struct err *err)
{
    if (!cmd_options(context, verb->options, take_option, self, err))
        return false;
    self->paths = poptGetArgs(context);
    if (self->help)
        return true;
    if (!self->paths)
        return err_set(err, ERR_CONFIG, "%s: no trace named", verb->name);
    if (verb->run == convert)
        return (self->paths[1] && !self->paths[2]) ||
               err_set(err, ERR_CONFIG, "convert: a trace and a file to write are wanted");
    return verb->run == check || !self->paths[1] ||
           err_set(err, ERR_CONFIG, "\"%.100s\": one trace is read, and that is %.100s",
                   self->paths[1], self->paths[0]);
}

static void run_verb(const struct verb *verb, int argc, const char **argv, struct err *err)
{
    struct command command = {0};
    char title[32]; // popt names the program by its first argument
    snprintf(title, sizeof title, "ordito trace %s", verb->name);
    argv[0] = title;
    poptContext context = poptGetContext(title, argc, argv, verb->options, 0);
    poptSetOtherOptionHelp(context, verb->usage);
    if (parse(&command, context, verb, err)) {
        if (command.help) {
            poptPrintHelp(context, stdout, 0);
            putchar('\n');
            trace_summary_help(stdout);
            if (verb->run == convert)
                trace_convert_help(stdout);
        } else {
            verb->run(&command, err);
        }
    }
    free(command.format);
    free(command.json);
    free(command.collectives);
    free(command.matrix);
    free(command.picture);
    free(command.to);
    for (size_t i = 0; i < NUM_CACHES; i++)
        free(command.caches[i]);
    poptFreeContext(context);
}

static void print_help(void)
{
    puts("Usage: ordito trace VERB FILE [OPTION...]\n");
    for (size_t i = 0; i < NUM_VERBS; i++)
        printf("  %-10s %s\n", verbs[i].name, verbs[i].help);
    puts("\nFILE may be compressed by zstd, xz, gzip or bzip2; references to memory may come from\n"
         "standard input (-). \"ordito trace VERB --help\" lists options.\n");
    trace_summary_help(stdout);
}

enum err_status cmd_trace(int argc, const char **argv, struct err *err)
{
    const char *names[NUM_VERBS];
    const char *word = argc > 1 ? argv[1] : "--help";
    if (strcmp(word, "--help") == 0 || strcmp(word, "-?") == 0) {
        print_help();
        return ERR_NONE;
    }
    for (size_t i = 0; i < NUM_VERBS; i++) {
        names[i] = verbs[i].name;
        if (strcmp(word, names[i]) == 0) {
            run_verb(&verbs[i], argc - 1, argv + 1, err);
            return err->status;
        }
    }
    const char *nearest = err_nearest(word, names, NUM_VERBS);
    err_set(err, ERR_CONFIG, "trace: no verb \"%.60s\"%s%s; \"ordito trace --help\" lists them",
            word, nearest ? "; nearest: " : "", nearest ? nearest : "");
    return err->status;
}
