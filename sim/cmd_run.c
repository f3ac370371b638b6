// SPDX-License-Identifier: Apache-2.0
// ordito run: one run, or with --vary one for each combination of values.
#include "sim/cmd.h"
#include "sim/cmd_run_output.h"
#include "sim/examples.h"
#include "sim/interrupt.h"
#include "sim/outfile.h"
#include "sim/output.h"
#include "sim/report.h"
#include "sim/vary.h"
#include "sim/wave_list.h"
#include "sim/wavefile.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum option {
    OPTION_HELP = 1,
    OPTION_SET,
    OPTION_VARY,
    OPTION_BACKEND,
    OPTION_SEED,
    OPTION_THREADS,
    OPTION_JSON,
    OPTION_CSV,
    OPTION_DETAIL,
    OPTION_DRY_RUN,
    OPTION_PACKETS,
    OPTION_MESSAGES,
    OPTION_TIMELINE,
    OPTION_TIMELINE_FROM,
    OPTION_TIMELINE_TO,
    OPTION_WAVE,
    OPTION_WAVE_FROM,
    OPTION_WAVE_TO,
    OPTION_REPORT,
    OPTION_REPORT_FROM,
    OPTION_REPORT_CYCLES,
    OPTION_QUIET
};

static const struct poptOption options[] = {
    {"set", 0, POPT_ARG_STRING, NULL, OPTION_SET, "give a parameter a value, any YAML",
     "KEY=VALUE"},
    {"vary", 0, POPT_ARG_STRING, NULL, OPTION_VARY,
     "a run for each value of a YAML list; several make a product, the last varies fastest",
     "KEY=LIST"},
    {"backend", 0, POPT_ARG_STRING, NULL, OPTION_BACKEND,
     "short for --set fabric.backend=", "ref|rtl|lockstep|rtl-whole"},
    {"seed", 0, POPT_ARG_STRING, NULL, OPTION_SEED, "short for --set run.seed=", "N"},
    {"threads", 0, POPT_ARG_STRING, NULL, OPTION_THREADS,
     "short for --set run.threads=: threads of a run; under --vary, runs at a time", "N"},
    {"json", 0, POPT_ARG_STRING, NULL, OPTION_JSON, "results as JSON, with --vary a line a run",
     "FILE"},
    {"csv", 0, POPT_ARG_STRING, NULL, OPTION_CSV, "results as CSV, a row a run", "FILE"},
    {"detail", 0, POPT_ARG_NONE, NULL, OPTION_DETAIL,
     "--json also tells of each channel and router, and when each rank ended", NULL},
    {"dry-run", 0, POPT_ARG_NONE, NULL, OPTION_DRY_RUN,
     "only check the configuration and print it with all defaults, as JSON", NULL},
    {"packets", 0, POPT_ARG_STRING, NULL, OPTION_PACKETS, "every packet, as CSV", "FILE"},
    {"messages", 0, POPT_ARG_STRING, NULL, OPTION_MESSAGES,
     "what every message of full nodes waited for, as CSV", "FILE"},
    {"timeline", 0, POPT_ARG_STRING, NULL, OPTION_TIMELINE,
     "what every part does when, as Chrome trace JSON for Perfetto; NAME.gz is compressed", "FILE"},
    {"timeline-from", 0, POPT_ARG_STRING, NULL, OPTION_TIMELINE_FROM, "first cycle of the timeline",
     "CYCLE"},
    {"timeline-to", 0, POPT_ARG_STRING, NULL, OPTION_TIMELINE_TO, "last cycle of the timeline",
     "CYCLE"},
    {"wave", 0, POPT_ARG_STRING, NULL, OPTION_WAVE, "waveform of the routers (rtl, lockstep)",
     "FILE.fst"},
    {"wave-from", 0, POPT_ARG_STRING, NULL, OPTION_WAVE_FROM, "first cycle of the waveform",
     "CYCLE"},
    {"wave-to", 0, POPT_ARG_STRING, NULL, OPTION_WAVE_TO, "last cycle of the waveform", "CYCLE"},
    {"report", 0, POPT_ARG_STRING, NULL, OPTION_REPORT,
     "a page to look at: figures, curves, loads, slowest packets, and an animation", "FILE.html"},
    {"report-from", 0, POPT_ARG_STRING, NULL, OPTION_REPORT_FROM,
     "first cycle of the animation (the first that is measured, or has a packet)", "CYCLE"},
    {"report-cycles", 0, POPT_ARG_STRING, NULL, OPTION_REPORT_CYCLES,
     "its length (2000), as far as the page does not get too large", "N"},
    {"quiet", 'q', POPT_ARG_NONE, NULL, OPTION_QUIET, "no table and no progress, errors only",
     NULL},
    {"help", '?', POPT_ARG_NONE, NULL, OPTION_HELP, "show this, and all keys", NULL},
    POPT_TABLEEND};

// What the command line asks for.
struct command {
    const char *path; // configuration, NULL: none
    struct cmd_sets sets;
    struct vary vary;
    struct run_files files; // strings are owned
    bool has_wave_range, has_timeline_range;
    bool dry_run;
    bool has_report_window;
    bool help;
    bool any_option;
};

static bool take_option(void *command, int option, const char *value, struct err *err)
{
    struct command *self = command;
    self->any_option = true;
    struct run_files *files = &self->files;
    switch ((enum option)option) {
    case OPTION_HELP:
        self->help = true;
        return true;
    case OPTION_SET:
        return cmd_sets_add(&self->sets, NULL, value, "--set", err);
    case OPTION_VARY:
        return vary_add(&self->vary, value, err);
    case OPTION_BACKEND:
        return cmd_sets_add(&self->sets, "fabric.backend", value, "--backend", err);
    case OPTION_SEED:
        return cmd_sets_add(&self->sets, "run.seed", value, "--seed", err);
    case OPTION_THREADS:
        return cmd_sets_add(&self->sets, "run.threads", value, "--threads", err);
    case OPTION_JSON:
        return cmd_text(&files->json, value, "--json", "no file named", err);
    case OPTION_CSV:
        return cmd_text(&files->csv, value, "--csv", "no file named", err);
    case OPTION_DETAIL:
        files->detail = true;
        return true;
    case OPTION_DRY_RUN:
        self->dry_run = true;
        return true;
    case OPTION_PACKETS:
        return cmd_text(&files->packets, value, "--packets", "no file named", err);
    case OPTION_MESSAGES:
        return cmd_text(&files->messages, value, "--messages", "no file named", err);
    case OPTION_TIMELINE:
        return cmd_text(&files->timeline, value, "--timeline", "no file named", err);
    case OPTION_TIMELINE_FROM:
        self->has_timeline_range = true;
        return cmd_integer(value, "--timeline-from", 0, UINT64_MAX, &files->timeline_from_cycle,
                           err);
    case OPTION_TIMELINE_TO:
        self->has_timeline_range = true;
        return cmd_integer(value, "--timeline-to", 0, UINT64_MAX, &files->timeline_to_cycle, err);
    case OPTION_WAVE:
        return cmd_text(&files->wave, value, "--wave", "no file named", err);
    case OPTION_WAVE_FROM:
        self->has_wave_range = true;
        return cmd_integer(value, "--wave-from", 0, UINT64_MAX, &files->wave_from_cycle, err);
    case OPTION_WAVE_TO:
        self->has_wave_range = true;
        return cmd_integer(value, "--wave-to", 0, UINT64_MAX, &files->wave_to_cycle, err);
    case OPTION_REPORT:
        return cmd_text(&files->report, value, "--report", "no file named", err);
    case OPTION_REPORT_FROM:
        self->has_report_window = true;
        return cmd_integer(value, "--report-from", 0, INT64_MAX, &files->report_window.from_cycle,
                           err);
    case OPTION_REPORT_CYCLES:
        self->has_report_window = true;
        return cmd_integer(value, "--report-cycles", 1, REPORT_MAX_CYCLES,
                           &files->report_window.cycles, err);
    case OPTION_QUIET:
        files->quiet = true;
        return true;
    }
    return true;
}

// Of two results in one file only one would be left.
static bool check_paths(const struct run_files *files, struct err *err)
{
    static const char *const names[] = {"--json",     "--csv",  "--packets", "--messages",
                                        "--timeline", "--wave", "--report"};
    const char *const paths[] = {files->json,     files->csv,  files->packets, files->messages,
                                 files->timeline, files->wave, files->report};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        for (size_t j = 0; paths[i] && j < i; j++)
            if (paths[j] && strcmp(paths[i], paths[j]) == 0)
                return err_set(err, ERR_CONFIG, "%s and %s name the same file: %.1000s", names[j],
                               names[i], paths[i]);
    if (files->wave && strcmp(files->wave, "-") == 0)
        return err_set(err, ERR_CONFIG, "--wave: a waveform does not go to standard output");
    char *list = files->wave ? wave_list_path(files->wave) : NULL;
    bool good = true;
    for (size_t i = 0; list && good && i < sizeof paths / sizeof *paths; i++)
        if (paths[i] && strcmp(paths[i], list) == 0)
            good = err_set(err, ERR_CONFIG, "%s names the list of --wave's signals: %.1000s",
                           names[i], list);
    free(list);
    return good;
}

static bool check_command(const struct command *self, struct err *err)
{
    const struct run_files *files = &self->files;
    const char *const outputs[] = {files->json,     files->csv,      files->packets,
                                   files->messages, files->timeline, files->report};
    int standard = 0;
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++)
        standard += outputs[i] && strcmp(outputs[i], "-") == 0;
    if (standard > 1)
        return err_set(
            err, ERR_CONFIG,
            "only one of --json, --csv, --packets, --messages, --timeline and --report can be "
            "\"-\"");
    if (!check_paths(files, err))
        return false;
    if (self->dry_run && (files->csv || files->packets || files->messages || files->timeline ||
                          files->wave || files->report))
        return err_set(
            err, ERR_CONFIG,
            "--dry-run makes no results; only --json goes with it, for the configuration");
    const char *single = self->dry_run     ? "--dry-run"
                         : files->packets  ? "--packets"
                         : files->messages ? "--messages"
                         : files->timeline ? "--timeline"
                         : files->wave     ? "--wave"
                                           : NULL;
    if (self->vary.num_axes > 0 && single)
        return err_set(err, ERR_CONFIG, "%s is for one run; it does not go with --vary", single);
    if (files->detail && (self->vary.num_axes > 0 || !files->json))
        return err_set(err, ERR_CONFIG, "--detail is for the --json of one run");
    if (self->has_report_window && !files->report)
        return err_set(err, ERR_CONFIG, "--report-from and --report-cycles need --report");
    if (self->has_timeline_range && !files->timeline)
        return err_set(err, ERR_CONFIG, "--timeline-from and --timeline-to need --timeline");
    if (files->timeline_from_cycle > files->timeline_to_cycle)
        return err_set(err, ERR_CONFIG,
                       "--timeline-from %" PRIu64 " is after --timeline-to %" PRIu64,
                       files->timeline_from_cycle, files->timeline_to_cycle);
    if (self->has_wave_range && !files->wave)
        return err_set(err, ERR_CONFIG, "--wave-from and --wave-to need --wave");
    if (files->wave_from_cycle > files->wave_to_cycle)
        return err_set(err, ERR_CONFIG, "--wave-from %" PRIu64 " is after --wave-to %" PRIu64,
                       files->wave_from_cycle, files->wave_to_cycle);
    return true;
}

static bool parse(struct command *self, poptContext context, struct err *err)
{
    if (!cmd_options(context, options, take_option, self, err))
        return false;
    self->path = poptGetArg(context);
    const char *extra = poptGetArg(context);
    if (extra)
        return err_set(err, ERR_CONFIG, "\"%.100s\": one configuration is read, and that is %.100s",
                       extra, self->path);
    return self->help || check_command(self, err);
}

static void free_command(struct command *self)
{
    cmd_sets_free(&self->sets);
    vary_free(&self->vary);
    free(self->files.json);
    free(self->files.csv);
    free(self->files.packets);
    free(self->files.messages);
    free(self->files.timeline);
    free(self->files.wave);
    free(self->files.report);
}

static void explain(FILE *to)
{
    fprintf(to, "ordito run simulates a multicomputer, as a YAML file or --set options describe "
                "it.\nEvery parameter has a default, so this is a whole command:\n\n"
                "  ordito run --set fabric.topology.kind=torus\n\n"
                "\"ordito run --help\" lists all parameters. Examples to run and to read:\n\n");
    examples_list(to);
}

static bool check_wave(const struct command *self, const struct config *config, struct err *err)
{
    bool has_pins = config->backend == BACKEND_RTL || config->backend == BACKEND_LOCKSTEP;
    if (!self->files.wave || has_pins)
        return true;
    return err_set(err, ERR_CONFIG, "--wave: only --backend rtl and lockstep have waveforms");
}

static bool probe_files(const struct run_files *files, struct err *err)
{
    const char *const paths[] = {files->json, files->csv, files->packets, files->messages,
                                 files->timeline};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (paths[i] && !outfile_probe(paths[i], err))
            return false;
    if (files->report && !report_probe(files->report, err))
        return false;
    char *list = files->wave ? wave_list_path(files->wave) : NULL;
    bool good = !files->wave ||
                (wavefile_probe(files->wave, err) &&
                 (list ? outfile_probe(list, err) : err_set(err, ERR_RUN, "out of memory")));
    free(list);
    return good;
}

static enum err_status execute(const struct command *self, struct err *err)
{
    struct config config;
    enum err_status status = ERR_NONE;
    if (!cmd_configure(&config, self->path, &self->sets, err))
        return err->status;
    bool sweep = self->vary.num_axes > 0;
    if (self->dry_run) {
        const char *path = self->files.json ? self->files.json : "-";
        if (config_check(&config, err))
            output_json_file(path, output_resolved(&config), err);
        config_free(&config);
        return err->status;
    }
    interrupt_install();
    if ((sweep || config_check(&config, err)) && check_wave(self, &config, err) &&
        probe_files(&self->files, err))
        status = sweep ? run_all(&self->vary, &config, &self->files, err)
                       : run_one(&config, &self->files, err);
    config_free(&config);
    return err->status != ERR_NONE ? err->status : status;
}

enum err_status cmd_run(int argc, const char **argv, struct err *err)
{
    struct command command = {.files = {.wave_to_cycle = UINT64_MAX,
                                        .timeline_to_cycle = UINT64_MAX,
                                        .report_window = {REPORT_AUTO, REPORT_CYCLES}}};
    enum err_status status = ERR_NONE;
    poptContext context = poptGetContext("ordito run", argc, argv, options, 0);
    poptSetOtherOptionHelp(context, "[CONFIG.yaml] [OPTION...]");
    if (parse(&command, context, err)) {
        bool nothing = !command.path && command.sets.num == 0 && command.vary.num_axes == 0;
        if (command.help) {
            poptPrintHelp(context, stdout, 0);
            putchar('\n');
            config_help(stdout);
        } else if (nothing && command.any_option) {
            err_set(err, ERR_CONFIG,
                    "nothing to run: name a configuration, or give --set or "
                    "--vary; \"ordito run\" alone explains");
        } else if (nothing) {
            explain(stdout); // asked for no result, and got what it asked for: no failure
        } else {
            status = execute(&command, err);
        }
    }
    free_command(&command);
    poptFreeContext(context);
    return err->status != ERR_NONE ? err->status : status;
}
