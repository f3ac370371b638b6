// SPDX-License-Identifier: Apache-2.0
#include "sim/cmd_validate_device.h"

#include "sim/host.h"
#include "sim/interrupt.h"
#include "sim/json_path.h"
#include "sim/outfile.h"
#include "sim/output.h"
#include "sim/workbench/device_rtl.h"
#include "sim/workbench/device_template.h"
#include "sim/workbench/stimulus_draw.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

bool validate_device_levels(struct validate_device *self, const char *list, struct err *err)
{
    static const struct {
        const char *name;
        enum device_claim claim;
    } levels[] = {{"exact", DEVICE_CLAIM_EXACT},
                  {"function", DEVICE_CLAIM_FUNCTION},
                  {"performance", DEVICE_CLAIM_PERFORMANCE}};
    const size_t num = sizeof levels / sizeof *levels;
    for (const char *name = list; name; name = strchr(name, ',')) {
        name += *name == ',';
        size_t length = strcspn(name, ",");
        size_t i = 0;
        while (i < num &&
               (strlen(levels[i].name) != length || strncmp(levels[i].name, name, length) != 0))
            i++;
        if (i == num)
            return err_set(err, ERR_CONFIG,
                           "--level: \"%.60s\" is none of exact, function, performance", name);
        self->options.asked.claims |= DEVICE_CLAIM_FUNCTION | (uint32_t)levels[i].claim;
    }
    return true;
}

// The --set options as changes of the map, which take the texts apart in place.
static struct device_map_change *make_changes(struct validate_device *self, struct err *err)
{
    struct device_map_change *changes = calloc(self->sets.num + 1, sizeof *changes);
    if (!changes) {
        err_set(err, ERR_RUN, "out of memory");
        return NULL;
    }
    for (size_t i = 0; i < self->sets.num; i++) {
        char *text = self->sets.sets[i].assignment;
        char *value = strchr(text, '=');
        if (!value || value == text) {
            err_set(err, ERR_CONFIG, "--set: \"%.60s\" is no NAME=VALUE of a parameter or tie",
                    text);
            free(changes);
            return NULL;
        }
        *value = 0;
        changes[i] = (struct device_map_change){.name = text, .value = value + 1};
    }
    return changes;
}

static bool check(const struct validate_device *self, struct err *err)
{
    if (!self->map && !self->replay)
        return err_set(err, ERR_CONFIG, "a device needs --map FILE, or --replay FILE");
    if (self->replay && (self->map || self->rtl || self->top || self->kind || self->sets.num))
        return err_set(err, ERR_CONFIG,
                       "--replay: the file says itself which device it is, with map and settings");
    if (!self->kind)
        return true;
    const char *names[64];
    size_t num = 0;
    for (size_t i = 0; i < stimulus_num_kinds && num < 64; i++) {
        names[num++] = stimulus_kinds[i].name;
        if (strcmp(self->kind, stimulus_kinds[i].name) == 0)
            return true;
    }
    const char *nearest = err_nearest(self->kind, names, num);
    return err_set(err, ERR_CONFIG, "--kind: there is no \"%.60s\"%s%s; --kinds lists them",
                   self->kind, nearest ? "; nearest: " : "", nearest ? nearest : "");
}

static void print_kinds(FILE *to)
{
    for (int directed = 1; directed >= 0; directed--) {
        fprintf(to, "%s\n", directed ? "directed cases" : "random profiles");
        for (size_t i = 0; i < stimulus_num_kinds; i++)
            if (stimulus_kinds[i].directed == (directed == 1))
                fprintf(to, "  %-28s %s\n", stimulus_kinds[i].name, stimulus_kinds[i].text);
    }
}

static json_t *result_json(const struct validate_device *self, const struct campaign *campaign)
{
    struct config config;
    struct err err = {0};
    if (!config_default(&config, &err))
        return NULL;
    config.seed = self->options.seed;
    json_t *root = output_envelope(&config);
    config_free(&config);
    const char *outcome = campaign_failed(campaign) ? "mismatch"
                          : campaign->interrupted   ? "interrupted"
                                                    : "completed";
    json_t *asked = json_pack("{s:I, s:s?, s:s?}", "runs", (json_int_t)self->options.runs, "kind",
                              self->kind, "replay", self->replay);
    json_t *host = json_pack("{s:f, s:f, s:I, s:i}", "wall_s", campaign->wall_s, "build_s",
                             device_rtl_build_s(&campaign->bench.rtl), "peak_rss_bytes",
                             (json_int_t)host_peak_rss_bytes(), "threads", 1);
    if (root && json_path_set(root, "config", asked) &&
        json_path_set(root, "outcome", json_string(outcome)) &&
        json_path_set(root, "validate", campaign_json(campaign)) &&
        json_path_set(root, "host", host))
        return root;
    json_decref(root);
    return NULL;
}

// Writes all reports of what was done, and sums it up in `err`.
static void report(const struct validate_device *self, const struct campaign *campaign,
                   const char *json, struct err *err)
{
    struct err told = {0};
    bool taken = (json && strcmp(json, "-") == 0) || (self->junit && strcmp(self->junit, "-") == 0);
    if (!self->options.asked.quiet)
        campaign_print(campaign, taken ? stderr : stdout);
    if (json)
        output_json_file(json, result_json(self, campaign), err);
    if (self->junit)
        campaign_junit(campaign, self->junit, err);
    if (campaign->interrupted)
        err_set(&told, ERR_INTERRUPTED, "interrupted after %" PRIu64 " runs", campaign->runs);
    for (size_t i = 0; i < campaign->num_checks; i++)
        if (campaign->checks[i].status == CAMPAIGN_FAILED)
            err_set(&told, ERR_MISMATCH, "%s: %s: %s", device_map_rtl(campaign->bench.map).top,
                    campaign->checks[i].name, campaign->checks[i].text);
    if (told.status != ERR_NONE)
        err_set(err, told.status, "%s", told.text);
}

static bool write_map(const struct validate_device *self, struct err *err)
{
    struct outfile file;
    if (!self->rtl || !self->top || self->map)
        return err_set(err, ERR_CONFIG, "--write-map needs --rtl and --top, and no --map");
    if (!outfile_open(&file, self->write_map, err))
        return false;
    if (device_template(self->rtl, self->top, file.stream, err))
        return outfile_close(&file, err);
    outfile_discard(&file);
    return false;
}

void validate_device_run(struct validate_device *self, const char *json, struct err *err)
{
    if (self->list) {
        print_kinds(stdout);
        return;
    }
    if (self->write_map) {
        write_map(self, err);
        return;
    }
    struct campaign campaign = {0};
    struct device_map_change *changes = check(self, err) ? make_changes(self, err) : NULL;
    if (!changes)
        return;
    struct campaign_options *options = &self->options;
    options->asked.map = self->map;
    options->asked.rtl = self->rtl;
    options->asked.top = self->top;
    options->asked.changes = changes;
    options->asked.num_changes = (uint32_t)self->sets.num;
    options->kind = self->kind;
    options->failures = self->failures;
    options->coverage = self->coverage;
    options->replay = self->replay;
    if ((!json || outfile_probe(json, err)) && (!self->junit || outfile_probe(self->junit, err))) {
        interrupt_install();
        if (campaign_run(&campaign, options, err))
            report(self, &campaign, json, err);
    }
    campaign_free(&campaign);
    free(changes);
}

void validate_device_free(struct validate_device *self)
{
    char *texts[] = {self->rtl,      self->top,      self->map,   self->replay,   self->kind,
                     self->failures, self->coverage, self->junit, self->write_map};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(texts[i]);
    cmd_sets_free(&self->sets);
}
