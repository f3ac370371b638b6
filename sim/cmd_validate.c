// SPDX-License-Identifier: Apache-2.0
// ordito validate: router RTL against the C reference.
#include "sim/cmd.h"
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
    OPTION_QUIET
};

static const struct poptOption options[] = {
    {"runs", 0, POPT_ARG_STRING, NULL, OPTION_RUNS, "random runs in lockstep [100]", "N"},
    {"variants", 0, POPT_ARG_STRING, NULL, OPTION_VARIANTS,
     "RTL variants that runs are drawn from, each built once [8]", "N"},
    {"seed", 0, POPT_ARG_STRING, NULL, OPTION_SEED, "of the drawing [1]", "N"},
    {"router-cycles", 0, POPT_ARG_STRING, NULL, OPTION_ROUTER_CYCLES,
     "at least so many router-cycles a run [4000]", "N"},
    {"json", 0, POPT_ARG_STRING, NULL, OPTION_JSON, "the result as JSON", "FILE"},
    {"quiet", 'q', POPT_ARG_NONE, NULL, OPTION_QUIET, "no table and no progress, errors only",
     NULL},
    {"help", '?', POPT_ARG_NONE, NULL, OPTION_HELP, "show this", NULL},
    POPT_TABLEEND};

static bool take_option(struct validate_options *self, enum option option, const char *value,
                        char **json, struct err *err)
{
    uint64_t variants = 0;
    switch (option) {
    case OPTION_RUNS:
        return cmd_integer(value, "--runs", 1, UINT64_MAX, &self->runs, err);
    case OPTION_VARIANTS:
        if (!cmd_integer(value, "--variants", 1, 1000, &variants, err))
            return false;
        self->variants = (uint32_t)variants;
        return true;
    case OPTION_SEED:
        return cmd_integer(value, "--seed", 0, INT64_MAX, &self->seed, err);
    case OPTION_ROUTER_CYCLES:
        return cmd_integer(value, "--router-cycles", 1, UINT64_C(1) << 40, &self->router_cycles_min,
                           err);
    case OPTION_JSON:
        if (!cmd_text(json, value, "--json", "no file named", err))
            return false;
        self->json = *json;
        return true;
    case OPTION_QUIET:
        self->quiet = true;
        return true;
    case OPTION_HELP:
        return true;
    }
    return true;
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

static bool parse(struct validate_options *self, poptContext context, char **json, bool *help,
                  struct err *err)
{
    int code;
    while ((code = poptGetNextOpt(context)) > 0) {
        char *value = poptGetOptArg(context);
        *help |= code == OPTION_HELP;
        bool ok = take_option(self, (enum option)code, value ? value : "", json, err);
        free(value);
        if (!ok)
            return false;
    }
    if (code < -1)
        return cmd_bad_option(context, code, options, err);
    const char *extra = poptGetArg(context);
    return !extra ||
           err_set(err, ERR_CONFIG, "\"%.100s\": validate draws its configurations itself", extra);
}

enum err_status cmd_validate(int argc, const char **argv, struct err *err)
{
    struct validate_options command = {
        .runs = VALIDATE_RUNS,
        .variants = VALIDATE_VARIANTS,
        .seed = VALIDATE_SEED,
        .router_cycles_min = VALIDATE_ROUTER_CYCLES_MIN,
    };
    char *json = NULL;
    bool help = false;
    poptContext context = poptGetContext("ordito validate", argc, argv, options, 0);
    poptSetOtherOptionHelp(context, "[OPTION...]");
    if (parse(&command, context, &json, &help, err)) {
        if (help)
            poptPrintHelp(context, stdout, 0);
        else
            execute(&command, err);
    }
    free(json);
    poptFreeContext(context);
    return err->status;
}
