// SPDX-License-Identifier: Apache-2.0
#include "sim/bench.h"

#include "model/net/rtl_cache.h"
#include "sim/examples.h"
#include "sim/vary.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The best of the runs of a work.
struct best {
    double cpu_s;     // negative: no run yet
    double rtl_cpu_s; // of runs on `rtl`
    double wall_s;
    double one_wall_s; // of runs of one thread
    double build_s, setup_s;
    size_t values;                                      // of what is varied
    uint64_t cycles, router_cycles, flit_hops, routers; // the same in all runs
    uint64_t references;                                //
    uint64_t peak_rss_bytes;
    struct err err;
};

// Makes `cache` the folder of built RTL for this process and its children.
static bool open_cache(char *cache, size_t size, struct err *err)
{
    char *sources;
    char *usual;
    struct err missing = {0}; // told by the works that need RTL
    const char *asked = getenv("ORDITO_RTL");
    if (!(asked && *asked) && rtl_cache_find(&sources, &usual, &missing)) {
        setenv("ORDITO_RTL", sources, 1); // else a tree's own cache would be used
        free(sources);
        free(usual);
    }
    snprintf(cache, size, "/tmp/ordito-bench-XXXXXX");
    if (!mkdtemp(cache))
        return err_set(err, ERR_RUN, "%s: cannot be made: %s", cache, strerror(errno));
    return setenv("XDG_CACHE_HOME", cache, 1) == 0 || err_set(err, ERR_RUN, "out of memory");
}

char *bench_setting(const struct bench_work *work, size_t i)
{
    size_t num = 0;
    while (num < BENCH_MAX_SETTINGS && work->settings[num])
        num++;
    char path[PATH_MAX];
    char *setting = NULL;
    if (i < num)
        setting = strdup(work->settings[i]);
    else if (i == num && work->sample && examples_sample(work->sample, path, sizeof path) &&
             asprintf(&setting, "workload.path=%s", path) < 0)
        setting = NULL;
    return setting;
}

static bool configure(const struct bench_work *work, struct config *config, struct err *err)
{
    if (!config_default(config, err))
        return false;
    bool good = true;
    for (size_t i = 0; good; i++) {
        char *setting = bench_setting(work, i);
        if (!setting)
            break;
        good = config_set(config, setting, work->name, err);
        free(setting);
    }
    if (good && work->sample && !config->path)
        good = err_set(err, ERR_RUN, "the sample trace %s is not beside the program", work->sample);
    if (!good)
        config_free(config);
    return good;
}

// The runs of a work as a sweep: the same seed again and again, and what it varies itself.
static bool add_runs(struct vary *runs, const struct bench_work *work, struct err *err)
{
    char seeds[256] = "run.seed=[1";
    for (uint32_t i = 1; i < work->repeats; i++)
        strncat(seeds, ", 1", sizeof seeds - strlen(seeds) - 1);
    strncat(seeds, "]", sizeof seeds - strlen(seeds) - 1);
    return vary_add(runs, seeds, err) && (!work->vary || vary_add(runs, work->vary, err));
}

static double least(double best, double value)
{
    return best < 0 || value < best ? value : best;
}

static uint64_t references_of(const struct core_stats *core)
{
    return core->ops[CORE_FETCH] + core->ops[CORE_LOAD] + core->ops[CORE_STORE] +
           core->ops[CORE_MODIFY];
}

static void run_over(void *context, size_t run, const struct config *config,
                     const struct run_result *result, const struct err *err)
{
    struct best *self = context;
    if (self->err.status == ERR_NONE)
        self->err = *err;
    if (!result || (err->status != ERR_NONE && err->status != ERR_UNFINISHED))
        return; // none, or of a part of the work
    if (config->backend == BACKEND_RTL)
        self->rtl_cpu_s = least(self->rtl_cpu_s, result->cpu_s);
    if (result->num_threads == 1)
        self->one_wall_s = least(self->one_wall_s, result->wall_s);
    if (run % self->values != self->values - 1)
        return;
    self->cpu_s = least(self->cpu_s, result->cpu_s);
    self->wall_s = least(self->wall_s, result->wall_s);
    self->build_s = least(self->build_s, result->build_s);
    self->setup_s = least(self->setup_s, result->setup_s);
    self->cycles = result->cycles;
    self->router_cycles = result->router_cycles;
    self->flit_hops = result->counters.flit_hops;
    self->routers = result->topology.routers;
    self->references = references_of(&result->nodes.core);
    if (result->peak_rss_bytes > self->peak_rss_bytes)
        self->peak_rss_bytes = result->peak_rss_bytes;
}

static double quotient(double amount, double by)
{
    return amount >= 0 && by > 0 ? amount / by : -1;
}

static void fill_figures(const struct best *best, double *figures)
{
    for (size_t i = 0; i < BENCH_NUM_FIGURES; i++)
        figures[i] = -1;
    if (best->cpu_s < 0)
        return;
    figures[BENCH_CYCLES_PER_S] = quotient((double)best->cycles, best->cpu_s);
    figures[BENCH_ROUTER_CYCLES_PER_S] = quotient((double)best->router_cycles, best->cpu_s);
    figures[BENCH_NS_PER_FLIT_HOP] = quotient(best->cpu_s * 1e9, (double)best->flit_hops);
    figures[BENCH_CPU_S] = best->cpu_s;
    if (best->references > 0)
        figures[BENCH_REFERENCES_PER_S] = quotient((double)best->references, best->cpu_s);
    figures[BENCH_RATIO_TO_RTL] = quotient(best->cpu_s, best->rtl_cpu_s);
    figures[BENCH_SPEED_UP] = quotient(best->one_wall_s, best->wall_s);
    figures[BENCH_BUILD_S] = best->build_s;
    figures[BENCH_SETUP_S] = best->setup_s;
    figures[BENCH_PEAK_BYTES] = (double)best->peak_rss_bytes;
    figures[BENCH_BYTES_PER_ROUTER] = quotient((double)best->peak_rss_bytes, (double)best->routers);
}

// All runs of a work, with RTL built anew. Returns the exit status.
static enum err_status make_runs(const struct bench_work *work, const struct config *config,
                                 bool progress, struct best *best)
{
    struct vary_options options = {.jobs = 1,
                                   .progress = progress,
                                   .simulate = run_simulate,
                                   .report = run_over,
                                   .context = best};
    struct vary runs = {0};
    enum err_status status = ERR_NONE;
    char cache[64];
    if (add_runs(&runs, work, &best->err) && open_cache(cache, sizeof cache, &best->err)) {
        best->values = vary_num_runs(&runs) / work->repeats;
        vary_run(&runs, config, &options, &status, &best->err);
        rtl_cache_remove(cache);
    }
    vary_free(&runs);
    bool failed = best->err.status != ERR_NONE && best->err.status != ERR_UNFINISHED;
    return status == ERR_NONE && failed ? best->err.status : status;
}

enum err_status bench_measure(const struct bench_work *work, bool progress,
                              struct bench_measured *measured)
{
    struct best best = {
        .cpu_s = -1, .rtl_cpu_s = -1, .wall_s = -1, .one_wall_s = -1, .build_s = -1, .setup_s = -1};
    struct config config;
    enum err_status status = ERR_NONE;
    if (configure(work, &config, &best.err)) {
        uint32_t rounds = work->builds ? work->builds : 1;
        for (uint32_t i = 0; i < rounds && status == ERR_NONE; i++)
            status = make_runs(work, &config, progress, &best);
        config_free(&config);
    } else {
        status = best.err.status;
    }
    fill_figures(&best, measured->figures);
    measured->err = best.err;
    return status;
}
