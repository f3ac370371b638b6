// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/workbench.h"

#include "sim/workbench/device_reference.h"
#include "sim/workbench/device_rtl.h"
#include "sim/workbench/exact.h"

bool workbench_open(struct workbench *self, const struct workbench_asked *asked, struct err *err)
{
    self->asked = *asked;
    self->map = device_map_read(asked->map, asked->rtl, asked->top, asked->changes,
                                asked->num_changes, err);
    if (!self->map)
        return false;
    self->spec = device_map_spec(self->map);
    self->claims = self->spec->claims;
    uint32_t unclaimed = asked->claims & ~self->claims;
    if (unclaimed)
        return err_set(err, ERR_CONFIG, "%s: claims: %s is not claimed, and cannot be checked",
                       asked->map, unclaimed & DEVICE_CLAIM_EXACT ? "exact" : "performance");
    if (asked->claims)
        self->claims = asked->claims | (self->spec->claims & DEVICE_CLAIM_FLOW_ORDER);
    if (self->claims & (DEVICE_CLAIM_EXACT | DEVICE_CLAIM_PERFORMANCE) &&
        !device_reference_open(&self->reference, self->map, err))
        return false;
    const struct device_rtl_options options = {
        .quiet = asked->quiet, .coverage = asked->coverage, .waves = asked->waves};
    self->coverage = coverage_new(self->map, err);
    return self->coverage && device_rtl_open(&self->rtl, self->map, &options, err);
}

void workbench_close(struct workbench *self)
{
    device_free(&self->rtl);
    device_free(&self->reference);
    if (self->coverage)
        coverage_free(self->coverage);
    if (self->map)
        device_map_free(self->map);
    *self = (struct workbench){0};
}

// The checkers of a try.
struct checkers {
    struct scoreboard *scoreboard;
    struct exact *exact; // or NULL
    struct play_checker all[PLAY_MAX_CHECKERS];
    uint32_t num;
};

static bool checkers_make(struct checkers *self, struct workbench *bench,
                          const struct stimulus *stimulus, const struct workbench_try *how,
                          struct err *err)
{
    self->scoreboard = scoreboard_new(bench->map, stimulus, err);
    if (!self->scoreboard)
        return false;
    self->all[self->num++] = scoreboard_checker(self->scoreboard);
    if (bench->claims & DEVICE_CLAIM_EXACT && !how->function_only) {
        self->exact = exact_new(bench->map, &bench->reference, stimulus, err);
        if (!self->exact)
            return false;
        self->all[self->num++] = exact_checker(self->exact);
    }
    if (how->covered)
        self->all[self->num++] = coverage_begin(bench->coverage, stimulus);
    if (how->own)
        self->all[self->num++] = *how->own;
    return true;
}

static void checkers_free(struct checkers *self)
{
    if (self->scoreboard)
        scoreboard_free(self->scoreboard);
    if (self->exact)
        exact_free(self->exact);
}

bool workbench_try(struct workbench *self, const struct stimulus *stimulus,
                   const struct workbench_try *how, struct play_result *result, struct err *err)
{
    struct checkers checkers = {0};
    if (self->asked.coverage) // of lines and toggles, which takes long
        device_rtl_count(&self->rtl, how->covered);
    bool played = checkers_make(&checkers, self, stimulus, how, err) &&
                  play(self->map, &self->rtl, stimulus, checkers.all, checkers.num, result, err);
    if (played && how->covered) {
        coverage_end(self->coverage);
        scoreboard_measures_add(&self->measures, checkers.scoreboard);
    }
    if (played && how->story && result->failure.found)
        scoreboard_story(checkers.scoreboard, &result->failure, how->story);
    checkers_free(&checkers);
    return played;
}
