// SPDX-License-Identifier: Apache-2.0
// Draws random configurations (validate_draw.h) and runs each in lockstep.
#include "sim/validate.h"

#include "sim/config.h"
#include "sim/host.h"
#include "sim/interrupt.h"
#include "sim/progress.h"
#include "sim/run.h"
#include "sim/validate_draw.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Runs what was drawn. False with `err` if it could not be run or RTL and reference differ.
static bool simulate(const struct validate_options *options,
                     const struct validate_settings *settings, struct run_result *result,
                     struct err *err)
{
    struct config config;
    struct run_outputs outputs = {.quiet = options->quiet, .assertions = true};
    if (!config_default(&config, err))
        return false;
    bool good = true;
    for (uint32_t i = 0; good && i < settings->num; i++)
        good = config_set(&config, settings->text[i], "drawn setting", err);
    good = good && config_check(&config, err) && run_simulate(&config, &outputs, result, err);
    config_free(&config);
    return good && err->status == ERR_NONE;
}

// Appends to the error how to make the same run by hand.
static void tell_settings(const struct validate_settings *settings, struct err *err)
{
    size_t used = strlen(err->text);
    used += (size_t)snprintf(err->text + used, sizeof err->text - used, "\nthe run: ordito run");
    for (uint32_t i = 0; i < settings->num && used < sizeof err->text; i++)
        used += (size_t)snprintf(err->text + used, sizeof err->text - used, " --set '%s'",
                                 settings->text[i]);
}

static void add(struct validate_result *sum, const struct run_result *run)
{
    sum->runs++;
    sum->router_cycles += run->compared_router_cycles;
    sum->packets += run->counters.packets_ejected;
    sum->flits += run->counters.flits_ejected;
    sum->wall_s += run->wall_s;
    sum->build_s += run->build_s;
}

// The file for random graphs. False if there is no room for one.
static bool make_graph_file(struct validate_drawing *drawing, struct err *err)
{
    snprintf(drawing->graph_path, sizeof drawing->graph_path, "/tmp/ordito-graph-XXXXXX");
    int file = mkstemp(drawing->graph_path);
    if (file < 0)
        return err_set(err, ERR_RUN, "%s: cannot be made: %s", drawing->graph_path,
                       strerror(errno));
    close(file);
    return true;
}

static uint32_t num_kinds(const struct validate_drawing *drawing)
{
    uint32_t num = 0;
    for (size_t k = 0; k < topology_num_kinds; k++)
        num += drawing->kind_runs[k] > 0;
    return num;
}

// One run on a variant. True if all that was compared agreed.
static bool make_run(const struct validate_options *options, struct validate_drawing *drawing,
                     const struct validate_variant *variant, struct validate_result *result,
                     struct err *err)
{
    struct validate_settings settings;
    struct err fault = {0};
    struct run_result *run = malloc(sizeof *run);
    if (!run)
        return err_set(err, ERR_RUN, "out of memory");
    validate_draw_run(drawing, variant, &settings);
    bool good = simulate(options, &settings, run, &fault);
    result->interrupted = fault.status == ERR_INTERRUPTED || interrupt_pending();
    if (good || fault.status == ERR_MISMATCH)
        add(result, run);
    result->kinds = num_kinds(drawing);
    if (!good && fault.status != ERR_INTERRUPTED) {
        result->mismatches += fault.status == ERR_MISMATCH;
        tell_settings(&settings, &fault);
        *err = fault;
    }
    free(run);
    return good;
}

static bool make_runs(const struct validate_options *options, struct validate_drawing *drawing,
                      struct validate_result *result, struct err *err)
{
    struct validate_variant *variants = calloc(options->variants, sizeof *variants);
    if (!variants)
        return err_set(err, ERR_RUN, "out of memory");
    for (uint32_t v = 0; v < options->variants; v++)
        variants[v] = validate_draw_variant(drawing, v);
    bool good = true;
    while (good && result->runs < options->runs && !result->interrupted) {
        const struct validate_variant *variant = &variants[result->runs % options->variants];
        good = make_run(options, drawing, variant, result, err);
        if (!options->quiet)
            progress_show("%" PRIu64 " of %" PRIu64 " runs, %" PRIu64 " router-cycles compared",
                          result->runs, options->runs, result->router_cycles);
    }
    if (!options->quiet)
        progress_clear();
    free(variants);
    return good;
}

bool validate_run(const struct validate_options *options, struct validate_result *result,
                  struct err *err)
{
    struct validate_drawing drawing = {
        .rng = rng_make(options->seed, RNG_VALIDATE, 0),
        .router_cycles_min = options->router_cycles_min,
    };
    *result = (struct validate_result){.variants = options->variants};
    if (!make_graph_file(&drawing, err))
        return false;
    bool good = make_runs(options, &drawing, result, err);
    if (err->status == ERR_NONE || !strstr(err->text, drawing.graph_path))
        unlink(drawing.graph_path); // else it is part of the run to be made again by hand
    result->peak_rss_bytes = host_peak_rss_bytes();
    return good || err->status == ERR_MISMATCH || result->interrupted;
}
