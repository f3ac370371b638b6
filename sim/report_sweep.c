// SPDX-License-Identifier: Apache-2.0
#include "sim/report_sweep.h"

#include "sim/output.h"
#include "sim/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct report_sweep {
    const struct vary *vary;
    struct report_window window;
    size_t num_shown;
    FILE *files[REPORT_SWEEP_SHOWN]; // [num_shown]
    json_t *entries;                 // of runs that are over
    bool out_of_memory;
};

struct report_sweep *report_sweep_new(const struct vary *vary, const struct report_window *window,
                                      struct err *err)
{
    struct report_sweep *self = calloc(1, sizeof *self);
    json_t *entries = json_array();
    if (!self || !entries) {
        free(self);
        json_decref(entries);
        err_set(err, ERR_RUN, "out of memory");
        return NULL;
    }
    size_t num_runs = vary_num_runs(vary);
    size_t num = num_runs < REPORT_SWEEP_SHOWN ? num_runs : REPORT_SWEEP_SHOWN;
    self->vary = vary;
    self->entries = entries;
    self->window = *window;
    self->window.share = (unsigned)num;
    for (; self->num_shown < num; self->num_shown++) {
        self->files[self->num_shown] = tmpfile();
        if (self->files[self->num_shown])
            continue;
        err_set(err, ERR_RUN, "--report: no file for what it tells of a run: %s", strerror(errno));
        report_sweep_free(self);
        return NULL;
    }
    return self;
}

void report_sweep_free(struct report_sweep *self)
{
    for (size_t i = 0; self && i < self->num_shown; i++)
        fclose(self->files[i]);
    if (self)
        json_decref(self->entries);
    free(self);
}

// Leaves the entry, for the parent. Nothing is there if there is no memory for it.
static void leave(FILE *to, struct report_run *report, const struct run_detail *detail,
                  const struct run_result *result)
{
    json_t *entry = report_run_json(report, detail, result, &(struct err){0});
    char *text = entry ? output_json_text(entry, true) : NULL;
    fputs(text ? text : "", to);
    fflush(to);
    free(text);
    json_decref(entry);
}

bool report_sweep_simulate(struct report_sweep *self, size_t run, const struct config *config,
                           const struct run_outputs *outputs, struct run_result *result,
                           struct err *err)
{
    struct report_run *report =
        run < self->num_shown ? report_run_new(config, &self->window) : NULL;
    struct run_detail detail = {0};
    struct run_outputs more = *outputs;
    if (report) {
        more.detail = &detail;
        report_run_follow(report, &more);
    }
    bool good = run_simulate(config, &more, result, err);
    if (good && report)
        leave(self->files[run], report, &detail, result);
    run_detail_free(&detail);
    report_run_free(report);
    return good;
}

// What a run has left, or an empty object. NULL if out of memory.
static json_t *left_by(const struct report_sweep *self, size_t run)
{
    json_t *entry = NULL;
    if (run < self->num_shown) {
        rewind(self->files[run]);
        entry = json_loadf(self->files[run], 0, NULL);
    }
    return entry ? entry : json_object();
}

void report_sweep_add(struct report_sweep *self, size_t run, json_t *result, const char *error)
{
    json_t *entry = left_by(self, run);
    json_t *values = json_array();
    bool good = entry && values;
    for (size_t a = 0; good && a < self->vary->num_axes; a++)
        good = json_array_append_new(values, json_string(vary_value(self->vary, run, a))) == 0;
    good = good && json_object_set(entry, "values", values) == 0;
    good = good && json_object_set(entry, "result", result ? result : json_null()) == 0;
    good =
        good && json_object_set_new(entry, "error", error ? json_string(error) : json_null()) == 0;
    good = good && json_array_append(self->entries, entry) == 0;
    self->out_of_memory = self->out_of_memory || !good;
    json_decref(values);
    json_decref(entry);
}

// What was varied: [{key, values}]. NULL if out of memory.
static json_t *axes_json(const struct vary *vary)
{
    json_t *axes = json_array();
    bool good = axes;
    for (size_t a = 0; good && a < vary->num_axes; a++) {
        const struct vary_axis *axis = &vary->axes[a];
        json_t *values = json_array();
        for (size_t i = 0; good && i < axis->num_values; i++)
            good = json_array_append_new(values, json_string(axis->values[i])) == 0;
        json_t *object = json_pack("{s:s s:o}", "key", axis->key, "values", values);
        good = good && json_array_append_new(axes, object) == 0;
    }
    if (good)
        return axes;
    json_decref(axes);
    return NULL;
}

bool report_sweep_write(const struct report_sweep *self, const char *path, struct err *err)
{
    if (self->out_of_memory)
        return err_set(err, ERR_RUN, "out of memory for the report");
    return report_write(path, axes_json(self->vary), json_incref(self->entries), err);
}
