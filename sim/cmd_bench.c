// SPDX-License-Identifier: Apache-2.0
// ordito bench: the speed and size of the simulator, beside what they should be and a peer's.
#include "sim/bench.h"
#include "sim/cmd.h"
#include "sim/interrupt.h"
#include "sim/json_path.h"
#include "sim/outfile.h"
#include "sim/output.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum option {
    OPTION_HELP = 1,
    OPTION_FILTER,
    OPTION_LARGE,
    OPTION_LIST,
    OPTION_JSON,
    OPTION_QUIET
};

static const struct poptOption options[] = {
    {"filter", 0, POPT_ARG_STRING, NULL, OPTION_FILTER, "only works of such names, as 'ref-*'",
     "PATTERN"},
    {"large", 0, POPT_ARG_NONE, NULL, OPTION_LARGE,
     "also those that take minutes, or gigabytes of memory", NULL},
    {"list", 0, POPT_ARG_NONE, NULL, OPTION_LIST, "only name the works, and what is asked of them",
     NULL},
    {"json", 0, POPT_ARG_STRING, NULL, OPTION_JSON, "the results as JSON", "FILE"},
    {"quiet", 'q', POPT_ARG_NONE, NULL, OPTION_QUIET, "no table and no progress, errors only",
     NULL},
    {"help", '?', POPT_ARG_NONE, NULL, OPTION_HELP, "show this", NULL},
    POPT_TABLEEND};

struct command {
    char *filter; // NULL: all
    char *json;   // NULL: none
    bool large, list, quiet, help;
};

static bool take_option(void *command, int option, const char *value, struct err *err)
{
    struct command *self = command;
    switch ((enum option)option) {
    case OPTION_FILTER:
        return cmd_text(&self->filter, value, "--filter", "nothing named", err);
    case OPTION_JSON:
        return cmd_text(&self->json, value, "--json", "nothing named", err);
    case OPTION_LARGE:
        self->large = true;
        return true;
    case OPTION_LIST:
        self->list = true;
        return true;
    case OPTION_QUIET:
        self->quiet = true;
        return true;
    case OPTION_HELP:
        self->help = true;
        return true;
    }
    return true;
}

static bool is_named(const struct command *self, const struct bench_work *work)
{
    return !self->filter || fnmatch(self->filter, work->name, 0) == 0;
}

// A list names large works too.
static bool is_chosen(const struct command *self, const struct bench_work *work)
{
    return is_named(self, work) && (!work->large || self->large || self->list);
}

static bool check_choice(const struct command *self, struct err *err)
{
    bool named = false;
    for (size_t i = 0; i < bench_num_works; i++) {
        named = named || is_named(self, &bench_works[i]);
        if (is_chosen(self, &bench_works[i]))
            return true;
    }
    return err_set(err, ERR_CONFIG, "--filter: %s \"%.60s\"; %s",
                   named ? "only large works are called" : "no work is called", self->filter,
                   named ? "--large runs them" : "--list names them");
}

// With three digits or more.
static const char *number(double value, char *text, size_t size)
{
    if (value < 0)
        return "-";
    snprintf(text, size, "%.*f", value < 10 ? 2 : value < 100 ? 1 : 0, value);
    return text;
}

static const char *asked(double value, double shown_per_unit, char *text, size_t size)
{
    if (value <= 0)
        return "-";
    snprintf(text, size, "%.10g", value * shown_per_unit);
    return text;
}

static bool reaches(double ours, double asked_for, bool less_is_better)
{
    return asked_for > 0 && (less_is_better ? ours <= asked_for : ours >= asked_for);
}

static const char *verdict(const struct bench_target *target, double ours)
{
    bool less = bench_units[target->figure].less_is_better;
    if (ours < 0 || (target->reach <= 0 && target->aim <= 0))
        return "";
    if (reaches(ours, target->aim, less))
        return "aim reached";
    if (target->reach <= 0)
        return "short of aim";
    return reaches(ours, target->reach, less) ? "reached" : "missed";
}

static void print_head(FILE *to)
{
    fprintf(to, "%-14s  %-57s %9s %-17s %8s %8s  %-12s %s\n", "name", "work", "ours", "", "reach",
            "aim for", "", "peer (BookSim 2)");
}

static void print_target(FILE *to, const struct bench_work *work, size_t t, double ours)
{
    const struct bench_target *target = &work->targets[t];
    const struct bench_unit *unit = &bench_units[target->figure];
    char texts[3][32];
    double shown = ours < 0 ? -1 : ours * unit->shown_per_unit;
    fprintf(to, "%-14s  %-57s %9s %-17s %8s %8s  %-12s %s\n", t ? "" : work->name,
            t ? "" : work->title, number(shown, texts[0], sizeof texts[0]), unit->shown,
            asked(target->reach, unit->shown_per_unit, texts[1], sizeof texts[1]),
            asked(target->aim, unit->shown_per_unit, texts[2], sizeof texts[2]),
            verdict(target, ours), target->peer ? target->peer : "-");
}

// Instructions are told by a list alone, since nothing here counts them.
static void print_work(FILE *to, const struct command *self, const struct bench_work *work,
                       const struct bench_measured *measured)
{
    for (size_t t = 0; t < BENCH_MAX_TARGETS && work->targets[t].figure; t++)
        if (self->list || work->targets[t].figure != BENCH_INSTRUCTIONS_PER_FLIT_HOP)
            print_target(to, work, t, measured->figures[work->targets[t].figure]);
    if (measured->err.status != ERR_NONE)
        fprintf(to, "    %s\n", measured->err.text);
    fflush(to);
}

static json_t *optional_real(double value, bool is_there)
{
    return is_there ? json_real(value) : json_null();
}

static json_t *figures_json(const struct bench_work *work, const struct bench_measured *measured)
{
    json_t *figures = json_array();
    for (size_t t = 0; t < BENCH_MAX_TARGETS && work->targets[t].figure; t++) {
        const struct bench_target *target = &work->targets[t];
        const struct bench_unit *unit = &bench_units[target->figure];
        double ours = measured->figures[target->figure];
        json_array_append_new(figures,
                              json_pack("{s:s, s:o, s:o, s:o, s:b, s:s, s:s?}", "figure",
                                        unit->name, "ours", optional_real(ours, ours >= 0), "reach",
                                        optional_real(target->reach, target->reach > 0), "aim",
                                        optional_real(target->aim, target->aim > 0),
                                        "less_is_better", (int)unit->less_is_better, "peer_unit",
                                        unit->shown, "peer", target->peer));
    }
    return figures;
}

static json_t *work_json(const struct bench_work *work, const struct bench_measured *measured)
{
    json_t *settings = json_array();
    for (size_t i = 0;; i++) {
        char *setting = bench_setting(work, i);
        if (!setting)
            break;
        json_array_append_new(settings, json_string(setting));
        free(setting);
    }
    return json_pack("{s:s, s:s, s:o, s:b, s:i, s:o, s:s?}", "name", work->name, "work",
                     work->title, "settings", settings, "large", (int)work->large, "repeats",
                     (int)work->repeats, "figures", figures_json(work, measured), "error",
                     measured->err.status != ERR_NONE ? measured->err.text : NULL);
}

// The envelope of all commands; the configuration is that of the works.
static json_t *result_json(const struct command *self, json_t *works, const char *outcome)
{
    struct config config;
    struct err err = {0};
    if (!config_default(&config, &err))
        return NULL;
    json_t *root = output_envelope(&config);
    config_free(&config);
    json_t *choice = json_pack("{s:s?, s:b}", "filter", self->filter, "large", (int)self->large);
    if (root && json_path_set(root, "config", choice) &&
        json_path_set(root, "outcome", json_string(outcome)) &&
        json_object_set(root, "bench", works) == 0)
        return root;
    json_decref(root);
    return NULL;
}

static void write_json(const struct command *self, json_t *works, enum err_status status,
                       struct err *err)
{
    const char *outcome = status == ERR_INTERRUPTED ? "interrupted"
                          : status != ERR_NONE      ? "failed"
                                                    : "completed";
    output_json_file(self->json, result_json(self, works, outcome), err);
}

// Measures what is chosen, or only lists it. What fails does not keep the rest from running.
static enum err_status make_works(const struct command *self, json_t *works)
{
    bool taken = self->json && strcmp(self->json, "-") == 0;
    FILE *to = taken ? stderr : stdout;
    enum err_status status = ERR_NONE;
    if (!self->quiet)
        print_head(to);
    for (size_t i = 0; i < bench_num_works && !interrupt_pending(); i++) {
        const struct bench_work *work = &bench_works[i];
        struct bench_measured measured = {0};
        if (!is_chosen(self, work))
            continue;
        for (size_t f = 0; f < BENCH_NUM_FIGURES; f++)
            measured.figures[f] = -1;
        enum err_status ended =
            self->list ? ERR_NONE : bench_measure(work, !self->quiet, &measured);
        if (status == ERR_NONE || ended == ERR_INTERRUPTED)
            status = ended;
        if (!self->quiet)
            print_work(to, self, work, &measured);
        json_array_append_new(works, work_json(work, &measured));
    }
    return status;
}

static enum err_status execute(const struct command *self, struct err *err)
{
    if (!check_choice(self, err) || (self->json && !outfile_probe(self->json, err)))
        return err->status;
    interrupt_install();
    json_t *works = json_array();
    enum err_status status = make_works(self, works);
    if (status == ERR_INTERRUPTED)
        err_set(err, ERR_INTERRUPTED, "interrupted");
    if (self->json)
        write_json(self, works, status, err);
    json_decref(works);
    return status;
}

static bool parse(struct command *self, poptContext context, struct err *err)
{
    if (!cmd_options(context, options, take_option, self, err))
        return false;
    const char *extra = poptGetArg(context);
    return !extra ||
           err_set(err, ERR_CONFIG, "\"%.100s\": bench has its own configurations", extra);
}

enum err_status cmd_bench(int argc, const char **argv, struct err *err)
{
    struct command command = {0};
    enum err_status status = ERR_NONE;
    poptContext context = poptGetContext("ordito bench", argc, argv, options, 0);
    poptSetOtherOptionHelp(context, "[OPTION...]");
    if (parse(&command, context, err)) {
        if (command.help)
            poptPrintHelp(context, stdout, 0);
        else
            status = execute(&command, err);
    }
    free(command.filter);
    free(command.json);
    poptFreeContext(context);
    return err->status != ERR_NONE ? err->status : status;
}
