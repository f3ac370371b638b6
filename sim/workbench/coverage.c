// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/coverage_state.h"

#include <stdlib.h>

enum { MOST_PRINTED = 4, NAME_BYTES = 160 };

struct coverage *coverage_new(const struct device_map *map, struct err *err)
{
    struct coverage *self = calloc(1, sizeof *self);
    if (!self) {
        err_set(err, ERR_RUN, "out of memory for coverage");
        return NULL;
    }
    self->map = map;
    self->spec = device_map_spec(map);
    for (uint32_t mode = 0; mode < DEVICE_MAX_MODES; mode++)
        self->quickest_cycles[mode] = UINT64_MAX;
    self->watch = (struct watch){.map = map,
                                 .spec = self->spec,
                                 .bins = self->bins,
                                 .crowd = self->crowd,
                                 .quickest_cycles = self->quickest_cycles};
    if (!coverage_bins_make(self->bins, self->spec, err) ||
        !coverage_bins_allow(self->bins, map, self->crowd, err) || !watch_make(&self->watch, err)) {
        coverage_free(self);
        return NULL;
    }
    return self;
}

void coverage_free(struct coverage *self)
{
    if (!self)
        return;
    watch_free(&self->watch);
    coverage_bins_free(self->bins);
    free(self);
}

static void check_cycle(void *self, const struct play_cycle *cycle, struct failure *failure)
{
    (void)failure;
    watch_cycle(self, cycle);
}

static bool never_waits(const void *self)
{
    (void)self;
    return false;
}

static void check_end(void *self, struct failure *failure)
{
    (void)self, (void)failure;
}

struct play_checker coverage_begin(struct coverage *self, const struct stimulus *stimulus)
{
    watch_begin(&self->watch, stimulus);
    return (struct play_checker){
        .cycle = check_cycle, .waits = never_waits, .end = check_end, .self = &self->watch};
}

void coverage_end(struct coverage *self)
{
    self->runs++;
}

bool coverage_closed(const struct coverage *self)
{
    for (uint32_t g = 0; g < COVERAGE_NUM_GROUPS; g++)
        if (self->bins[g].hit < self->bins[g].allowed)
            return false;
    return true;
}

// Bins of a group that were not hit although they were sought as often as is sensible.
static uint32_t sought_in_vain(const struct coverage_bins *bins)
{
    uint32_t num = 0;
    for (uint32_t bin = 0; bins->hit < bins->allowed && bin < bins->num; bin++)
        num += coverage_open(bins, bin) &&
               bins->state[bin] >> COVERAGE_SOUGHT_SHIFT == COVERAGE_MOST_SOUGHT;
    return num;
}

static double percent(uint64_t hit, uint64_t of)
{
    return of ? 100.0 * (double)hit / (double)of : 100.0;
}

static void print_holes(const struct coverage *self, enum coverage_group group, FILE *to)
{
    const struct coverage_bins *bins = &self->bins[group];
    uint32_t printed = 0;
    for (uint32_t bin = 0; bin < bins->num && printed < MOST_PRINTED; bin++) {
        char name[NAME_BYTES];
        if (!coverage_open(bins, bin))
            continue;
        coverage_bin_name(bins, group, self->spec, bin, name, sizeof name);
        uint32_t sought = bins->state[bin] >> COVERAGE_SOUGHT_SHIFT;
        fprintf(to, "    not hit: %s", name);
        if (sought)
            fprintf(to, " (sought in %u runs)", sought);
        fputc('\n', to);
        printed++;
    }
    if (bins->allowed - bins->hit > printed)
        fprintf(to, "    and %u more\n", bins->allowed - bins->hit - printed);
}

void coverage_print(const struct coverage *self, FILE *to)
{
    uint64_t hit = 0, allowed = 0;
    uint32_t vain = 0;
    fprintf(to, "%-15s %7s %7s %7s  %s\n", "coverage", "bins", "hit", "%", "what is to happen");
    for (uint32_t g = 0; g < COVERAGE_NUM_GROUPS; g++) {
        const struct coverage_bins *bins = &self->bins[g];
        if (!bins->allowed)
            continue;
        fprintf(to, "%-15s %7u %7u %7.1f  %s\n", coverage_group_name(g), bins->allowed, bins->hit,
                percent(bins->hit, bins->allowed), coverage_group_text(g));
        print_holes(self, g, to);
        vain += sought_in_vain(bins);
        hit += bins->hit;
        allowed += bins->allowed;
    }
    fprintf(to, "%-15s %7llu %7llu %7.1f  in %llu runs, %llu cycles of traffic\n", "all",
            (unsigned long long)allowed, (unsigned long long)hit, percent(hit, allowed),
            (unsigned long long)self->runs, (unsigned long long)self->watch.cycles);
    if (vain)
        fprintf(to,
                "%u of those not hit were sought in %u runs each: they may be beyond the device\n",
                vain, COVERAGE_MOST_SOUGHT);
}

static json_t *group_json(const struct coverage *self, enum coverage_group group)
{
    const struct coverage_bins *bins = &self->bins[group];
    json_t *holes = json_array();
    for (uint32_t bin = 0; bin < bins->num; bin++) {
        char name[NAME_BYTES];
        if (!coverage_open(bins, bin))
            continue;
        coverage_bin_name(bins, group, self->spec, bin, name, sizeof name);
        json_array_append_new(holes, json_pack("{s:s, s:i}", "bin", name, "sought_runs",
                                               (int)(bins->state[bin] >> COVERAGE_SOUGHT_SHIFT)));
    }
    return json_pack("{s:s, s:s, s:i, s:i, s:i, s:o}", "name", coverage_group_name(group), "text",
                     coverage_group_text(group), "bins", (int)bins->allowed, "hit", (int)bins->hit,
                     "sought_in_vain", (int)sought_in_vain(bins), "not_hit", holes);
}

json_t *coverage_json(const struct coverage *self)
{
    json_t *groups = json_array();
    uint64_t hit = 0, allowed = 0, vain = 0;
    for (uint32_t g = 0; g < COVERAGE_NUM_GROUPS; g++) {
        if (!self->bins[g].allowed)
            continue;
        vain += sought_in_vain(&self->bins[g]);
        json_array_append_new(groups, group_json(self, g));
        hit += self->bins[g].hit;
        allowed += self->bins[g].allowed;
    }
    return json_pack("{s:I, s:I, s:f, s:b, s:I, s:I, s:I, s:o}", "bins", (json_int_t)allowed, "hit",
                     (json_int_t)hit, "percent", percent(hit, allowed), "closed",
                     (int)coverage_closed(self), "sought_in_vain", (json_int_t)vain, "runs",
                     (json_int_t)self->runs, "cycles", (json_int_t)self->watch.cycles, "groups",
                     groups);
}
