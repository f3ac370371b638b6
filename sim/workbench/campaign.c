// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/campaign.h"

#include "sim/host.h"
#include "sim/interrupt.h"
#include "sim/progress.h"
#include "sim/rng.h"
#include "sim/workbench/campaign_failure.h"
#include "sim/workbench/coverage_rtl.h"
#include "sim/workbench/device_rtl.h"
#include "sim/workbench/reproducer.h"
#include "sim/workbench/stimulus_draw.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char *const campaign_suite_names[CAMPAIGN_NUM_SUITES] = {
#define CAMPAIGN_NAME(symbol, name) [symbol] = name,
    CAMPAIGN_SUITES(CAMPAIGN_NAME)
#undef CAMPAIGN_NAME
};

// Every so many random runs, one aims at what is not covered yet; and so many runs of a mode are
// given to Icarus.
enum { HOLE_EVERY = 4, FOUR_STATE_RUNS = 6 };

static const char holes[] = "uncovered";

struct work {
    struct campaign *campaign;
    const struct campaign_options *options;
    struct err *err;
};

// The check of that name, made if it is new.
static struct campaign_check *find_check(const struct work *work, enum campaign_suite suite,
                                         const char *name)
{
    struct campaign *campaign = work->campaign;
    for (size_t i = 0; i < campaign->num_checks; i++)
        if (campaign->checks[i].suite == suite && strcmp(campaign->checks[i].name, name) == 0)
            return &campaign->checks[i];
    struct campaign_check *more =
        realloc(campaign->checks, (campaign->num_checks + 1) * sizeof *more);
    if (!more) {
        err_set(work->err, ERR_RUN, "out of memory");
        return NULL;
    }
    campaign->checks = more;
    more += campaign->num_checks++;
    *more = (struct campaign_check){.suite = suite};
    snprintf(more->name, sizeof more->name, "%s", name);
    return more;
}

static bool note(const struct work *work, enum campaign_suite suite, const char *name,
                 const struct play_result *played, double wall_s, bool failed)
{
    struct campaign_check *check = find_check(work, suite, name);
    if (!check)
        return false;
    check->runs++;
    check->cycles += played->cycles;
    check->wall_s += wall_s;
    if (failed && check->status != CAMPAIGN_FAILED) {
        check->status = CAMPAIGN_FAILED;
        snprintf(check->text, sizeof check->text, "%s: %s",
                 failure_rule_names[played->failure.rule], played->failure.text);
    }
    return true;
}

static void tell(const struct work *work, const char *name)
{
    const struct campaign *campaign = work->campaign;
    if (!work->options->asked.quiet)
        progress_show("%" PRIu64 " runs, %" PRIu64 " cycles, %s: %s", campaign->runs,
                      campaign->cycles, name, campaign_failed(campaign) ? "failed" : "good so far");
}

// Plays one stimulus and notes what came out. False only with `err`.
static bool attempt(const struct work *work, const char *kind, struct stimulus *stimulus)
{
    struct campaign *campaign = work->campaign;
    struct workbench *bench = &campaign->bench;
    const struct workbench_try how = {.covered = true};
    struct play_result result = {0};
    char name[96];
    snprintf(name, sizeof name, "%s, %s", kind, switching_names[stimulus->mode]);
    double start_s = host_now_s();
    if (!workbench_try(bench, stimulus, &how, &result, work->err))
        return false;
    double wall_s = host_now_s() - start_s;
    campaign->runs++;
    campaign->cycles += result.cycles;
    campaign->flits += result.flits_out;
    bool failed = result.failure.found;
    bool inexact = failed && result.failure.rule == RULE_EXACT;
    if (!note(work, CAMPAIGN_FUNCTION, name, &result, wall_s, failed && !inexact))
        return false;
    if (bench->claims & DEVICE_CLAIM_EXACT &&
        !note(work, CAMPAIGN_EXACT, switching_names[stimulus->mode], &result, 0, inexact))
        return false;
    tell(work, name);
    return !failed ||
           campaign_failure_add(campaign, work->options, kind, stimulus, &result, work->err);
}

// Whether the campaign has come to its end.
static bool is_over(const struct work *work)
{
    struct campaign *campaign = work->campaign;
    campaign->interrupted |= interrupt_pending();
    return campaign->interrupted || (campaign->num_failures && !work->options->keep_going);
}

// Draws a stimulus and plays it.
static bool draw(const struct work *work, const struct stimulus_kind *kind, enum switching mode,
                 uint32_t position, uint64_t seed)
{
    struct stimulus stimulus = {.mode = mode, .position = position};
    bool good = stimulus_draw(kind, work->campaign->bench.map, seed, &stimulus, work->err) &&
                attempt(work, kind->name, &stimulus);
    stimulus_free(&stimulus);
    return good;
}

// Draws a stimulus that aims at what is not covered and plays it; `*aimed` is false if there is
// none.
static bool draw_hole(const struct work *work, uint64_t seed, bool *aimed)
{
    struct workbench *bench = &work->campaign->bench;
    struct stimulus stimulus = {0};
    *aimed = stimulus_draw_hole(bench->map, bench->coverage, seed, &stimulus, work->err);
    bool good = *aimed ? attempt(work, holes, &stimulus) : work->err->status == ERR_NONE;
    stimulus_free(&stimulus);
    return good;
}

static bool wanted(const struct work *work, const struct stimulus_kind *kind, bool directed)
{
    return kind->directed == directed &&
           (!work->options->kind || strcmp(work->options->kind, kind->name) == 0) &&
           stimulus_kind_applies(kind, work->campaign->bench.map);
}

// Every directed case, in every mode, at positions spread over all.
static bool play_directed(const struct work *work)
{
    const struct device_spec *spec = work->campaign->bench.spec;
    uint32_t num =
        spec->num_positions < CAMPAIGN_MAX_POSITIONS ? spec->num_positions : CAMPAIGN_MAX_POSITIONS;
    for (size_t k = 0; k < stimulus_num_kinds; k++)
        for (uint32_t m = 0; m < spec->num_modes; m++)
            for (uint32_t i = 0; i < num && wanted(work, &stimulus_kinds[k], true); i++) {
                uint32_t position = (uint32_t)((uint64_t)i * spec->num_positions / num);
                if (is_over(work))
                    return true;
                if (!draw(work, &stimulus_kinds[k], spec->modes[m], position, work->options->seed))
                    return false;
            }
    return true;
}

// Random stimuli, kinds in turn; until so many were played.
static bool play_random(const struct work *work)
{
    const struct device_spec *spec = work->campaign->bench.spec;
    const struct stimulus_kind *kinds[64];
    uint64_t num = 0;
    for (size_t k = 0; k < stimulus_num_kinds && num < 64; k++)
        if (wanted(work, &stimulus_kinds[k], false))
            kinds[num++] = &stimulus_kinds[k];
    bool aims = !work->options->kind;
    for (uint64_t r = 0; num && r < work->options->runs && !is_over(work); r++) {
        struct rng rng = rng_make(work->options->seed, RNG_CAMPAIGN, r);
        if (aims && r % HOLE_EVERY == HOLE_EVERY - 1) {
            if (!draw_hole(work, rng_next(&rng), &aims))
                return false;
            if (aims)
                continue;
        }
        if (!draw(work, kinds[r / spec->num_modes % num], spec->modes[r % spec->num_modes],
                  (uint32_t)rng_below(&rng, spec->num_positions), rng_next(&rng)))
            return false;
    }
    return true;
}

// One stimulus in Icarus.
static bool look_for_x(const struct work *work, struct four_state *icarus, const char *kind,
                       const struct stimulus *stimulus)
{
    struct campaign *campaign = work->campaign;
    struct four_state_result *result = &campaign->four_state;
    struct play_result played = {0};
    double start_s = host_now_s();
    tell(work, "in Icarus");
    bool good = four_state_play(icarus, stimulus, result, &played.failure, work->err);
    played.cycles = result->cycles;
    good = good && note(work, CAMPAIGN_FOUR_STATE, switching_names[stimulus->mode], &played,
                        host_now_s() - start_s, played.failure.found);
    if (good && !result->checked) {
        struct campaign_check *check = &campaign->checks[campaign->num_checks - 1];
        check->status = CAMPAIGN_SKIPPED;
        snprintf(check->text, sizeof check->text, "%s", result->why);
    }
    if (good && played.failure.found)
        good = campaign_failure_add(campaign, work->options, kind, stimulus, &played, work->err);
    return good;
}

static bool draw_and_look(const struct work *work, struct four_state *icarus, enum switching mode,
                          const struct stimulus_kind *kind, struct rng *rng)
{
    const struct workbench *bench = &work->campaign->bench;
    struct stimulus stimulus = {.mode = mode,
                                .position = (uint32_t)rng_below(rng, bench->spec->num_positions),
                                .seed = rng_next(rng)};
    bool good = stimulus_draw(kind, bench->map, rng_next(rng), &stimulus, work->err) &&
                look_for_x(work, icarus, kind->name, &stimulus);
    stimulus_free(&stimulus);
    return good;
}

// A few stimuli of every mode in Icarus.
static bool play_four_state(const struct work *work)
{
    struct workbench *bench = &work->campaign->bench;
    if (work->options->no_four_state || work->options->kind || is_over(work))
        return true;
    struct four_state *icarus = four_state_open(bench, work->err);
    bool good = icarus != NULL;
    work->campaign->four_state.checked = true;
    for (uint32_t m = 0; m < bench->spec->num_modes; m++)
        for (uint32_t r = 0; good && r < FOUR_STATE_RUNS && !is_over(work); r++) {
            struct rng rng = rng_make(work->options->seed, RNG_CAMPAIGN, r);
            const struct stimulus_kind *kind = &stimulus_kinds[(size_t)r * 7 % stimulus_num_kinds];
            if (stimulus_kind_applies(kind, bench->map) && work->campaign->four_state.checked)
                good = draw_and_look(work, icarus, bench->spec->modes[m], kind, &rng);
        }
    if (icarus)
        four_state_close(icarus);
    return good;
}

static bool measure(const struct work *work)
{
    struct campaign *campaign = work->campaign;
    if (!(campaign->bench.claims & DEVICE_CLAIM_PERFORMANCE) || work->options->kind ||
        is_over(work))
        return true;
    tell(work, "performance");
    if (!performance_measure(&campaign->performance, &campaign->bench, work->err))
        return false;
    for (size_t i = 0; i < campaign->performance.num_rows; i++) {
        const struct performance_row *row = &campaign->performance.rows[i];
        struct play_result played = {.failure = {.rule = RULE_PERFORMANCE}};
        char name[128];
        snprintf(name, sizeof name, "%s, %s", row->name, switching_names[row->mode]);
        snprintf(played.failure.text, sizeof played.failure.text,
                 "%.4g %s, the reference has %.4g, %.3g is allowed", row->device, row->unit,
                 row->reference, row->tolerance);
        if (!note(work, CAMPAIGN_PERFORMANCE, name, &played, 0, row->worse))
            return false;
    }
    return true;
}

static const char replayed[] = "replay";

static bool replay_in_icarus(const struct work *work, const struct stimulus *stimulus)
{
    struct four_state *icarus = four_state_open(&work->campaign->bench, work->err);
    bool good = icarus && look_for_x(work, icarus, replayed, stimulus);
    if (icarus)
        four_state_close(icarus);
    return good;
}

static bool replay(const struct work *work, struct reproducer *reproducer)
{
    struct stimulus stimulus = {0};
    bool good = reproducer_stimulus(reproducer, work->campaign->bench.spec, &stimulus, work->err) &&
                attempt(work, replayed, &stimulus);
    if (good && reproducer_rule(reproducer) == RULE_KNOWN && !is_over(work))
        good = replay_in_icarus(work, &stimulus);
    stimulus_free(&stimulus);
    return good;
}

static bool run(const struct work *work, struct reproducer *reproducer)
{
    if (reproducer)
        return replay(work, reproducer);
    return play_directed(work) && play_random(work) && play_four_state(work) && measure(work);
}

bool campaign_run(struct campaign *self, const struct campaign_options *options, struct err *err)
{
    struct work work = {.campaign = self, .options = options, .err = err};
    struct workbench_asked asked = options->asked;
    struct reproducer *reproducer = NULL;
    if (options->replay) {
        reproducer = reproducer_open(options->replay, &asked, err);
        if (!reproducer)
            return false;
    }
    asked.coverage = options->coverage != NULL;
    double start_s = host_now_s();
    bool good = workbench_open(&self->bench, &asked, err) && run(&work, reproducer);
    if (good && options->coverage)
        good = coverage_rtl_write(&self->bench.rtl, self->bench.map, options->coverage,
                                  &self->rtl_coverage, err);
    self->wall_s = host_now_s() - start_s;
    if (!options->asked.quiet)
        progress_clear();
    if (reproducer)
        reproducer_close(reproducer);
    return good;
}

bool campaign_failed(const struct campaign *self)
{
    for (size_t i = 0; i < self->num_checks; i++)
        if (self->checks[i].status == CAMPAIGN_FAILED)
            return true;
    return false;
}

void campaign_free(struct campaign *self)
{
    for (size_t i = 0; i < self->num_failures; i++) {
        free(self->failures[i].story);
        free(self->failures[i].folder);
        free(self->failures[i].not_kept);
    }
    free(self->failures);
    free(self->checks);
    performance_free(&self->performance);
    json_decref(self->rtl_coverage);
    workbench_close(&self->bench);
    *self = (struct campaign){0};
}
