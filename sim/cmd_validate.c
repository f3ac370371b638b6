// SPDX-License-Identifier: Apache-2.0
// ordito validate: our router's RTL against the C reference on random machines, or, with a map, RTL
// that is not ours (cmd_validate_device.h).
#include "sim/cmd.h"
#include "sim/cmd_validate_device.h"
#include "sim/interrupt.h"
#include "sim/json_path.h"
#include "sim/outfile.h"
#include "sim/output.h"
#include "sim/validate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum option {
    OPTION_HELP = 1,
    OPTION_RUNS,
    OPTION_VARIANTS,
    OPTION_SEED,
    OPTION_ROUTER_CYCLES,
    OPTION_JSON,
    OPTION_QUIET,
    // Of devices
    OPTION_RTL,
    OPTION_TOP,
    OPTION_MAP,
    OPTION_SET,
    OPTION_LEVEL,
    OPTION_KIND,
    OPTION_KINDS,
    OPTION_KEEP_GOING,
    OPTION_FAILURES,
    OPTION_SHRINK,
    OPTION_NO_ICARUS,
    OPTION_COVERAGE,
    OPTION_JUNIT,
    OPTION_REPLAY,
    OPTION_WRITE_MAP
};

#define DEFAULT_FAILURES "ordito-failures"

static const struct poptOption options[] = {
    {"runs", 0, POPT_ARG_STRING, NULL, OPTION_RUNS, "random runs [100; with --map 400]", "N"},
    {"seed", 0, POPT_ARG_STRING, NULL, OPTION_SEED, "of the drawing [1]", "N"},
    {"json", 0, POPT_ARG_STRING, NULL, OPTION_JSON, "the result as JSON", "FILE"},
    {"quiet", 'q', POPT_ARG_NONE, NULL, OPTION_QUIET, "no table and no progress, errors only",
     NULL},
    {"variants", 0, POPT_ARG_STRING, NULL, OPTION_VARIANTS,
     "our RTL: variants that runs are drawn from, each built once [8]", "N"},
    {"router-cycles", 0, POPT_ARG_STRING, NULL, OPTION_ROUTER_CYCLES,
     "our RTL: at least so many router-cycles a run [4000]", "N"},
    {"rtl", 0, POPT_ARG_STRING, NULL, OPTION_RTL, "your RTL: its folder [as the map says]",
     "FOLDER"},
    {"top", 0, POPT_ARG_STRING, NULL, OPTION_TOP, "your RTL: its top module [as the map says]",
     "MODULE"},
    {"map", 0, POPT_ARG_STRING, NULL, OPTION_MAP,
     "your RTL: what its pins are and what is claimed of it (sim/workbench/README.md)",
     "FILE.yaml"},
    {"set", 0, POPT_ARG_STRING, NULL, OPTION_SET, "your RTL: a parameter or tie of the map",
     "NAME=VALUE"},
    {"level", 0, POPT_ARG_STRING, NULL, OPTION_LEVEL,
     "exact, function, performance: what is checked [what the map claims]", "LIST"},
    {"kind", 0, POPT_ARG_STRING, NULL, OPTION_KIND, "only stimuli of this kind", "NAME"},
    {"kinds", 0, POPT_ARG_NONE, NULL, OPTION_KINDS, "list the kinds of stimuli", NULL},
    {"keep-going", 0, POPT_ARG_NONE, NULL, OPTION_KEEP_GOING,
     "after a failure, look for other rules that are broken", NULL},
    {"failures", 0, POPT_ARG_STRING, NULL, OPTION_FAILURES,
     "gets a folder a failure, to replay it [" DEFAULT_FAILURES "]", "FOLDER"},
    {"shrink", 0, POPT_ARG_STRING, NULL, OPTION_SHRINK,
     "most tries to make a failure small [20000]; 0: none, and nothing is kept", "N"},
    {"no-icarus", 0, POPT_ARG_NONE, NULL, OPTION_NO_ICARUS, "do not look for X in Icarus Verilog",
     NULL},
    {"coverage", 0, POPT_ARG_STRING, NULL, OPTION_COVERAGE,
     "your RTL annotated with its line and toggle coverage", "FOLDER"},
    {"junit", 0, POPT_ARG_STRING, NULL, OPTION_JUNIT, "the result as JUnit's XML", "FILE"},
    {"write-map", 0, POPT_ARG_STRING, NULL, OPTION_WRITE_MAP,
     "write a first map of --rtl and --top, guessed from names of pins", "FILE"},
    {"replay", 0, POPT_ARG_STRING, NULL, OPTION_REPLAY, "play a failure that was kept again",
     "FILE"},
    {"help", '?', POPT_ARG_NONE, NULL, OPTION_HELP, "show this", NULL},
    POPT_TABLEEND};

struct command {
    struct validate_options lockstep;
    struct validate_device device;
    char *json;
    const char *first_own;    // option of our RTL alone, or NULL
    const char *first_device; // option of devices alone, or NULL
    bool help;
};

// Options that both have.
static bool take_common(struct command *self, enum option option, const char *value,
                        struct err *err)
{
    uint64_t number = 0;
    switch (option) {
    case OPTION_RUNS:
        if (!cmd_integer(value, "--runs", 0, UINT64_MAX, &number, err))
            return false;
        self->lockstep.runs = number;
        self->device.options.runs = number;
        return true;
    case OPTION_SEED:
        if (!cmd_integer(value, "--seed", 0, INT64_MAX, &number, err))
            return false;
        self->lockstep.seed = number;
        self->device.options.seed = number;
        return true;
    case OPTION_JSON:
        return cmd_text(&self->json, value, "--json", "no file named", err);
    case OPTION_QUIET:
        self->lockstep.quiet = true;
        self->device.options.asked.quiet = true;
        return true;
    default:
        self->help = true;
        return true;
    }
}

static bool take_own(struct command *self, enum option option, const char *value, struct err *err)
{
    uint64_t variants = 0;
    self->first_own = option == OPTION_VARIANTS ? "--variants" : "--router-cycles";
    if (option == OPTION_ROUTER_CYCLES)
        return cmd_integer(value, "--router-cycles", 1, UINT64_C(1) << 40,
                           &self->lockstep.router_cycles_min, err);
    if (!cmd_integer(value, "--variants", 1, 1000, &variants, err))
        return false;
    self->lockstep.variants = (uint32_t)variants;
    return true;
}

static bool take_device(struct validate_device *self, enum option option, const char *value,
                        struct err *err)
{
    switch (option) {
    case OPTION_RTL:
        return cmd_text(&self->rtl, value, "--rtl", "no folder named", err);
    case OPTION_TOP:
        return cmd_text(&self->top, value, "--top", "no module named", err);
    case OPTION_MAP:
        return cmd_text(&self->map, value, "--map", "no file named", err);
    case OPTION_SET:
        return cmd_sets_add(&self->sets, NULL, value, "--set", err);
    case OPTION_LEVEL:
        return validate_device_levels(self, value, err);
    case OPTION_KIND:
        return cmd_text(&self->kind, value, "--kind", "no kind named; --kinds lists them", err);
    case OPTION_KINDS:
        self->list = true;
        return true;
    case OPTION_KEEP_GOING:
        self->options.keep_going = true;
        return true;
    case OPTION_FAILURES:
        return cmd_text(&self->failures, value, "--failures", "no folder named", err);
    case OPTION_SHRINK:
        return cmd_integer(value, "--shrink", 0, UINT64_MAX, &self->options.shrink_tries, err);
    case OPTION_NO_ICARUS:
        self->options.no_four_state = true;
        return true;
    case OPTION_COVERAGE:
        return cmd_text(&self->coverage, value, "--coverage", "no folder named", err);
    case OPTION_WRITE_MAP:
        return cmd_text(&self->write_map, value, "--write-map", "no file named", err);
    case OPTION_JUNIT:
        return cmd_text(&self->junit, value, "--junit", "no file named", err);
    default:
        return cmd_text(&self->replay, value, "--replay", "no file named", err);
    }
}

static bool take_option(void *command, int option, const char *value, struct err *err)
{
    struct command *self = command;
    if (option == OPTION_VARIANTS || option == OPTION_ROUTER_CYCLES)
        return take_own(self, (enum option)option, value, err);
    if (option < OPTION_RTL)
        return take_common(self, (enum option)option, value, err);
    for (const struct poptOption *o = options; o->longName; o++)
        if (o->val == option)
            self->first_device = o->longName;
    return take_device(&self->device, (enum option)option, value, err);
}

static json_t *rate(uint64_t amount, double wall_s)
{
    return wall_s > 0 ? json_real((double)amount / wall_s) : json_null();
}

// The envelope of all commands; the configuration is what runs are drawn by.
static json_t *result_json(const struct validate_options *asked,
                           const struct validate_result *result)
{
    struct config config;
    struct err err = {0};
    if (!config_default(&config, &err))
        return NULL;
    config.seed = asked->seed;
    json_t *root = output_envelope(&config);
    config_free(&config);
    const char *outcome = result->mismatches    ? "mismatch"
                          : result->interrupted ? "interrupted"
                                                : "completed";
    json_t *drawn = json_pack("{s:I, s:I, s:I}", "runs", (json_int_t)asked->runs, "variants",
                              (json_int_t)asked->variants, "router_cycles_min",
                              (json_int_t)asked->router_cycles_min);
    json_t *section = json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "runs", (json_int_t)result->runs, "router_cycles",
        (json_int_t)result->router_cycles, "mismatches", (json_int_t)result->mismatches, "variants",
        (json_int_t)result->variants, "kinds", (json_int_t)result->kinds, "packets",
        (json_int_t)result->packets, "flits", (json_int_t)result->flits);
    json_t *host =
        json_pack("{s:f, s:o, s:f, s:I, s:i}", "wall_s", result->wall_s, "router_cycles_per_s",
                  rate(result->router_cycles, result->wall_s), "build_s", result->build_s,
                  "peak_rss_bytes", (json_int_t)result->peak_rss_bytes, "threads", 1);
    bool ok = root && json_path_set(root, "config", drawn) &&
              json_path_set(root, "outcome", json_string(outcome)) &&
              json_path_set(root, "validate", section) && json_path_set(root, "host", host);
    if (ok)
        return root;
    json_decref(root);
    return NULL;
}

static void print_result(FILE *to, const struct validate_result *result)
{
    fprintf(
        to,
        "%" PRIu64 " runs of %" PRIu32 " kinds of topology on %" PRIu32 " RTL variants, %" PRIu64
        " router-cycles, %" PRIu64 " packets, %" PRIu64 " flits: %s\n",
        result->runs, result->kinds, result->variants, result->router_cycles, result->packets,
        result->flits, result->mismatches ? "RTL and reference differ" : "RTL and reference agree");
    fprintf(to, "%.3g s for builds, %.3g s for runs", result->build_s, result->wall_s);
    if (result->wall_s > 0)
        fprintf(to, ", %.3g router-cycles/s", (double)result->router_cycles / result->wall_s);
    fputc('\n', to);
}

static void execute(const struct validate_options *self, struct err *err)
{
    struct validate_result result = {0};
    if (self->json && !outfile_probe(self->json, err))
        return;
    interrupt_install();
    if (!validate_run(self, &result, err))
        return;
    bool taken = self->json && strcmp(self->json, "-") == 0;
    if (!self->quiet)
        print_result(taken ? stderr : stdout, &result);
    if (result.interrupted)
        err_set(err, ERR_INTERRUPTED, "interrupted after %" PRIu64 " runs", result.runs);
    if (self->json)
        output_json_file(self->json, result_json(self, &result), err);
}

static bool parse(struct command *self, poptContext context, struct err *err)
{
    if (!cmd_options(context, options, take_option, self, err))
        return false;
    const char *extra = poptGetArg(context);
    if (extra)
        return err_set(err, ERR_CONFIG, "\"%.100s\": validate draws its configurations itself",
                       extra);
    if (self->first_own && self->first_device)
        return err_set(err, ERR_CONFIG, "%s is for our own RTL, and --%s for RTL with a map",
                       self->first_own, self->first_device);
    if (!self->help && !self->first_device && self->lockstep.runs == 0)
        return err_set(err, ERR_CONFIG, "--runs: at least 1 without --map");
    self->lockstep.json = self->json;
    return true;
}

static void run(struct command *self, struct err *err)
{
    struct validate_device *device = &self->device;
    if (!self->first_device) {
        execute(&self->lockstep, err);
        return;
    }
    if (!device->failures && device->options.shrink_tries && !device->replay) {
        device->failures = strdup(DEFAULT_FAILURES);
        if (!device->failures) {
            err_set(err, ERR_RUN, "out of memory");
            return;
        }
    }
    validate_device_run(device, self->json, err);
}

enum err_status cmd_validate(int argc, const char **argv, struct err *err)
{
    struct command command = {
        .lockstep = {.runs = VALIDATE_RUNS,
                     .variants = VALIDATE_VARIANTS,
                     .seed = VALIDATE_SEED,
                     .router_cycles_min = VALIDATE_ROUTER_CYCLES_MIN},
        .device.options = {.runs = CAMPAIGN_RUNS,
                           .seed = CAMPAIGN_SEED,
                           .shrink_tries = CAMPAIGN_SHRINK_TRIES},
    };
    poptContext context = poptGetContext("ordito validate", argc, argv, options, 0);
    poptSetOtherOptionHelp(context, "[OPTION...]");
    if (parse(&command, context, err)) {
        if (command.help)
            poptPrintHelp(context, stdout, 0);
        else
            run(&command, err);
    }
    validate_device_free(&command.device);
    free(command.json);
    poptFreeContext(context);
    return err->status;
}
