// SPDX-License-Identifier: Apache-2.0
// The report of a campaign for people.
#include "sim/workbench/campaign.h"
#include "sim/workbench/coverage_rtl.h"
#include "sim/workbench/device_rtl.h"
#include "sim/workbench/words.h"

#include <inttypes.h>
#include <string.h>

static const char *const status_names[] = {
    [CAMPAIGN_PASSED] = "passed", [CAMPAIGN_FAILED] = "FAILED", [CAMPAIGN_SKIPPED] = "skipped"};

static void print_device(const struct campaign *self, FILE *to)
{
    const struct device_map_rtl rtl = device_map_rtl(self->bench.map);
    const struct device_spec *spec = self->bench.spec;
    static const char *const flows[] = {[DEVICE_READY_VALID] = "ready-valid",
                                        [DEVICE_CREDIT] = "credits",
                                        [DEVICE_ON_OFF] = "on-off"};
    fprintf(to, "%s in %s: %s of %" PRIu32 " ports", rtl.top, rtl.folder,
            spec->network ? "a network" : "a router", spec->num_ports);
    if (spec->num_vcs > 1)
        fprintf(to, ", %" PRIu32 " VCs", spec->num_vcs);
    fprintf(to, ", flits of %" PRIu32 " bits, %s", spec->flit_bits, flows[spec->in.flow]);
    if (spec->out.flow != spec->in.flow)
        fprintf(to, " in and %s out", flows[spec->out.flow]);
    fputc('\n', to);
    const char *first = "";
    uint32_t warnings = device_rtl_warnings(&self->bench.rtl, &first);
    if (warnings)
        fprintf(to, "Verilator warns of %" PRIu32 " thing%s in it: %s%s\n", warnings,
                warnings == 1 ? "" : "s", first, warnings == 1 ? "" : " ...");
    fputc('\n', to);
}

static void print_checks(const struct campaign *self, FILE *to)
{
    for (int suite = 0; suite < CAMPAIGN_NUM_SUITES; suite++) {
        bool any = false;
        for (size_t i = 0; i < self->num_checks; i++) {
            const struct campaign_check *check = &self->checks[i];
            bool told = suite == CAMPAIGN_PERFORMANCE && check->status == CAMPAIGN_PASSED;
            if ((int)check->suite != suite || told) // by the table of figures
                continue;
            if (!any)
                fprintf(to, "%s\n", campaign_suite_names[suite]);
            any = true;
            fprintf(to, "  %-7s  %-44s", status_names[check->status], check->name);
            if (suite != CAMPAIGN_PERFORMANCE)
                fprintf(to, " %6" PRIu64 " runs %10" PRIu64 " cycles", check->runs, check->cycles);
            fputc('\n', to);
            if (check->status != CAMPAIGN_PASSED)
                fprintf(to, "           %s\n", check->text);
        }
        if (any)
            fputc('\n', to);
    }
}

static void print_failure(const struct campaign *self, const struct campaign_failure *found,
                          FILE *to)
{
    const struct failure *failure = &found->failure;
    fprintf(to, "BROKEN: %s (%s)\n", failure_rule_names[failure->rule],
            failure_rule_texts[failure->rule]);
    fputs("  ", to);
    words_place(to, self->bench.spec, failure);
    if (*failure->expected)
        fprintf(to, ": expected %s", failure->expected);
    if (*failure->actual)
        fprintf(to, "%c got %s", *failure->expected ? ',' : ':', failure->actual);
    fprintf(to, "\n  %s\n", failure->text);
    fprintf(to, "  found by %s, %s, seed %" PRIu64, found->kind, switching_names[found->mode],
            found->seed);
    if (self->bench.spec->num_positions > 1)
        fprintf(to, ", at %s", found->position);
    fprintf(to, ", in cycle %" PRIu64 "\n", found->first_cycle);
    if (found->tries)
        fprintf(to,
                "  made small: %zu packets of %zu are left, after %" PRIu64 " tries in %.2g s\n",
                found->packets, found->first_packets, found->tries, found->shrink_s);
    if (found->inexact)
        fprintf(to, "  it differs from the C reference as well\n");
    if (found->story && *found->story)
        fprintf(to, "\n%s", found->story);
    if (found->folder)
        fprintf(to,
                "\n  kept in %s: story.txt tells what is there\n"
                "  again: ordito validate --replay %s/replay.txt\n",
                found->folder, found->folder);
    if (found->not_kept)
        fprintf(to, "\n  not kept: %s\n", found->not_kept);
    fputc('\n', to);
}

static void print_measures(const struct campaign *self, FILE *to)
{
    const struct scoreboard_measures *measures = &self->bench.measures;
    fprintf(to,
            "waiting: a head waited %" PRIu64 " cycles at most while its output served others, and "
            "%" PRIu64 " packets overtook it at most\n"
            "longest way of a packet: %" PRIu64 " cycles\n\n",
            measures->wait_cycles_max, measures->wait_grants_max, measures->latency_cycles_max);
}

void campaign_print(const struct campaign *self, FILE *to)
{
    print_device(self, to);
    print_checks(self, to);
    for (size_t i = 0; i < self->num_failures; i++)
        print_failure(self, &self->failures[i], to);
    if (self->again)
        fprintf(to, "%" PRIu64 " more runs broke the same rules\n\n", self->again);
    if (self->performance.num_rows) {
        performance_print(&self->performance, to);
        fputc('\n', to);
    }
    if (self->bench.measures.packets && !self->num_failures) { // a campaign that did not end early
        print_measures(self, to);
        coverage_print(self->bench.coverage, to);
        fputc('\n', to);
    }
    if (self->rtl_coverage) {
        coverage_rtl_print(self->rtl_coverage, to);
        fputc('\n', to);
    }
    fprintf(to, "%" PRIu64 " runs, %" PRIu64 " cycles, %" PRIu64 " flits in %.2g s: %s\n",
            self->runs, self->cycles, self->flits, self->wall_s,
            campaign_failed(self) ? "the device is NOT what its map claims"
                                  : "nothing found against the device");
}
