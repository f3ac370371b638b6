// SPDX-License-Identifier: Apache-2.0
// The report of a campaign for programs: JSON, and JUnit's XML for continuous integration.
//
// Source: the schema of JUnit reports as Jenkins' xUnit plugin and GitLab read it: testsuites,
// testsuite, testcase with failure or skipped, and system-out.
#include "sim/outfile.h"
#include "sim/workbench/campaign.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static json_t *check_json(const struct campaign_check *check)
{
    static const char *const names[] = {"passed", "failed", "skipped"};
    return json_pack("{s:s, s:s, s:s, s:I, s:I, s:s}", "level", campaign_suite_names[check->suite],
                     "name", check->name, "status", names[check->status], "runs",
                     (json_int_t)check->runs, "cycles", (json_int_t)check->cycles, "text",
                     check->text);
}

static json_t *index_json(uint32_t value)
{
    return value == FAILURE_NONE ? json_null() : json_integer((json_int_t)value);
}

static json_t *failure_json(const struct campaign *self, const struct campaign_failure *found)
{
    const struct failure *failure = &found->failure;
    json_t *port = failure->port == FAILURE_NONE
                       ? json_null()
                       : json_string(self->bench.spec->port_names[failure->port]);
    json_t *what = json_pack("{s:s, s:s, s:I, s:s, s:o, s:o, s:o, s:o, s:s, s:s, s:s, s:s}", "rule",
                             failure_rule_names[failure->rule], "demands",
                             failure_rule_texts[failure->rule], "cycle", (json_int_t)failure->cycle,
                             "side", failure->output ? "output" : "input", "port", port, "vc",
                             index_json(failure->vc), "packet", index_json(failure->packet), "flit",
                             index_json(failure->flit), "field", failure->field, "expected",
                             failure->expected, "actual", failure->actual, "text", failure->text);
    json_t *more = json_pack(
        "{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:b, s:s, s:s?, s:s?}", "kind", found->kind,
        "mode", switching_names[found->mode], "position", found->position, "seed",
        (json_int_t)found->seed, "first_cycle", (json_int_t)found->first_cycle, "first_packets",
        (json_int_t)found->first_packets, "packets", (json_int_t)found->packets, "tries",
        (json_int_t)found->tries, "differs_from_reference", found->inexact, "story",
        found->story ? found->story : "", "folder", found->folder, "not_kept", found->not_kept);
    if (what && more)
        json_object_update(what, more);
    json_decref(more);
    return what;
}

static json_t *device_json(const struct campaign *self)
{
    const struct device_map_rtl rtl = device_map_rtl(self->bench.map);
    const struct device_spec *spec = self->bench.spec;
    return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I}", "top", rtl.top, "rtl", rtl.folder,
                     "map", rtl.map, "device", spec->network ? "network" : "router", "ports",
                     (json_int_t)spec->num_ports, "vcs", (json_int_t)spec->num_vcs, "flit_bits",
                     (json_int_t)spec->flit_bits);
}

static json_t *measures_json(const struct scoreboard_measures *measures)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I}", "packets", (json_int_t)measures->packets, "flits",
                     (json_int_t)measures->flits, "latency_cycles_max",
                     (json_int_t)measures->latency_cycles_max, "wait_cycles_max",
                     (json_int_t)measures->wait_cycles_max, "wait_grants_max",
                     (json_int_t)measures->wait_grants_max);
}

json_t *campaign_json(const struct campaign *self)
{
    json_t *checks = json_array();
    json_t *failures = json_array();
    for (size_t i = 0; i < self->num_checks; i++)
        json_array_append_new(checks, check_json(&self->checks[i]));
    for (size_t i = 0; i < self->num_failures; i++)
        json_array_append_new(failures, failure_json(self, &self->failures[i]));
    json_t *performance =
        self->performance.num_rows ? performance_json(&self->performance) : json_null();
    json_t *rtl = self->rtl_coverage ? json_incref(self->rtl_coverage) : json_null();
    return json_pack("{s:o, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "device",
                     device_json(self), "runs", (json_int_t)self->runs, "cycles",
                     (json_int_t)self->cycles, "flits", (json_int_t)self->flits, "checks", checks,
                     "failures", failures, "measured", measures_json(&self->bench.measures),
                     "performance", performance, "coverage", coverage_json(self->bench.coverage),
                     "rtl_coverage", rtl);
}

// Text as the value of an attribute or as content; what XML cannot have at all is a question mark.
static void escape(FILE *to, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '&')
            fputs("&amp;", to);
        else if (c == '<')
            fputs("&lt;", to);
        else if (c == '>')
            fputs("&gt;", to);
        else if (c == '"')
            fputs("&quot;", to);
        else if (c == '\n')
            fputs("&#10;", to);
        else
            fputc(c < ' ' && c != '\t' ? '?' : c, to);
    }
}

static const struct campaign_failure *failure_of(const struct campaign *self,
                                                 const struct campaign_check *check)
{
    for (size_t i = 0; i < self->num_failures; i++) {
        const char *rule = failure_rule_names[self->failures[i].failure.rule];
        size_t length = strlen(rule);
        if (strncmp(check->text, rule, length) == 0 && check->text[length] == ':')
            return &self->failures[i];
    }
    return NULL;
}

static void write_case(const struct campaign *self, const struct campaign_check *check, FILE *to)
{
    fprintf(to, "    <testcase classname=\"");
    escape(to, device_map_rtl(self->bench.map).top);
    fprintf(to, ".%s\" name=\"", campaign_suite_names[check->suite]);
    escape(to, check->name);
    fprintf(to, "\" time=\"%.3f\"", check->wall_s);
    if (check->status == CAMPAIGN_PASSED) {
        fprintf(to, "/>\n");
        return;
    }
    fprintf(to, ">\n      <%s message=\"",
            check->status == CAMPAIGN_FAILED ? "failure" : "skipped");
    escape(to, check->text);
    const struct campaign_failure *found =
        check->status == CAMPAIGN_FAILED ? failure_of(self, check) : NULL;
    if (found) {
        fprintf(to, "\" type=\"%s\">", failure_rule_names[found->failure.rule]);
        escape(to, found->story ? found->story : "");
        fprintf(to, "</failure>\n    </testcase>\n");
    } else {
        fprintf(to, "\"/>\n    </testcase>\n");
    }
}

static void write_suite(const struct campaign *self, enum campaign_suite suite, FILE *to)
{
    size_t num = 0;
    size_t failed = 0;
    size_t skipped = 0;
    double wall_s = 0;
    for (size_t i = 0; i < self->num_checks; i++) {
        const struct campaign_check *check = &self->checks[i];
        if (check->suite != suite)
            continue;
        num++;
        failed += check->status == CAMPAIGN_FAILED;
        skipped += check->status == CAMPAIGN_SKIPPED;
        wall_s += check->wall_s;
    }
    if (num == 0)
        return;
    fprintf(to,
            "  <testsuite name=\"%s\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\" "
            "time=\"%.3f\">\n",
            campaign_suite_names[suite], num, failed, skipped, wall_s);
    for (size_t i = 0; i < self->num_checks; i++)
        if (self->checks[i].suite == suite)
            write_case(self, &self->checks[i], to);
    fprintf(to, "  </testsuite>\n");
}

bool campaign_junit(const struct campaign *self, const char *path, struct err *err)
{
    struct outfile file;
    if (!outfile_open(&file, path, err))
        return false;
    fprintf(file.stream, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for (int suite = 0; suite < CAMPAIGN_NUM_SUITES; suite++)
        write_suite(self, (enum campaign_suite)suite, file.stream);
    fprintf(file.stream, "</testsuites>\n");
    return outfile_close(&file, err);
}
