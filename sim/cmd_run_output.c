// SPDX-License-Identifier: Apache-2.0
#include "sim/cmd_run_output.h"

#include "sim/host.h"
#include "sim/json_path.h"
#include "sim/outfile.h"
#include "sim/output.h"
#include "sim/output_fabric.h"
#include "sim/report.h"
#include "sim/report_sweep.h"
#include "sim/table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool is_standard(const char *path)
{
    return path && strcmp(path, "-") == 0;
}

// Where people read.
static FILE *people(const struct run_files *files)
{
    bool taken = is_standard(files->json) || is_standard(files->csv) ||
                 is_standard(files->packets) || is_standard(files->messages) ||
                 is_standard(files->timeline) || is_standard(files->report);
    return taken ? stderr : stdout;
}

// Adds an error of writing to one of running, which keeps its status.
static void add_error(struct err *err, const struct err *more)
{
    if (more->status == ERR_NONE || err_set(err, more->status, "%s", more->text))
        return;
    size_t used = strlen(err->text);
    if (strcmp(err->text, more->text) != 0)
        snprintf(err->text + used, sizeof err->text - used, "\n%s", more->text);
}

static bool write_csv_of_one(const char *path, const struct config *config,
                             const struct run_result *result, const char *error, struct err *err)
{
    struct outfile file;
    if (!outfile_open(&file, path, err))
        return false;
    output_csv_header(file.stream, NULL, 0);
    output_csv_row(file.stream, NULL, 0, config, result, error);
    return outfile_close(&file, err);
}

static enum err_status outcome_status(enum run_outcome outcome)
{
    static const enum err_status statuses[RUN_NUM_OUTCOMES] = {
        [RUN_COMPLETED] = ERR_NONE,          [RUN_SLICE] = ERR_NONE,
        [RUN_CYCLE_LIMIT] = ERR_UNFINISHED,  [RUN_SATURATED] = ERR_UNFINISHED,
        [RUN_DEADLOCK] = ERR_DEADLOCK,       [RUN_MISMATCH] = ERR_MISMATCH,
        [RUN_INTERRUPTED] = ERR_INTERRUPTED,
    };
    return statuses[outcome];
}

// Outcomes that are told in full on standard error.
static bool is_fault(const struct run_result *result)
{
    return result->outcome == RUN_DEADLOCK || result->outcome == RUN_MISMATCH;
}

// Adds application.end_cycles, a number a rank. False if out of memory.
static bool add_detail(json_t *object, const struct run_detail *detail)
{
    json_t *list = json_array();
    bool ok = object && list;
    for (uint32_t i = 0; ok && i < detail->num_ranks; i++) {
        uint64_t cycle = detail->end_cycles[i];
        ok = json_array_append_new(
                 list, cycle == UINT64_MAX ? json_null() : json_integer((json_int_t)cycle)) == 0;
    }
    if (ok && detail->num_ranks > 0)
        return json_path_set(object, "application.end_cycles", list);
    json_decref(list);
    return ok;
}

// The results as JSON, with what is asked for in detail; NULL if that fails.
static json_t *results_json(const struct figure_source *source, const struct run_files *files,
                            const struct run_detail *detail, struct err *err)
{
    json_t *object = output_json(source);
    if (object && (!files->detail || (add_detail(object, detail) &&
                                      output_fabric(object, source->config, detail, err))))
        return object;
    json_decref(object);
    return NULL;
}

// Writes the page of one run.
static void write_report(const struct run_files *files, struct report_run *report,
                         const struct run_detail *detail, const struct run_result *result,
                         struct err *err)
{
    json_t *run = report_run_json(report, detail, result, err);
    if (run && json_object_set_new(run, "values", json_array()) == 0)
        report_write(files->report, json_array(), json_pack("[O]", run), err);
    json_decref(run);
}

static void deliver_one(const struct config *config, const struct run_files *files,
                        const struct run_result *result, const struct run_detail *detail,
                        struct report_run *report, struct err *err)
{
    double begin_s = host_now_s();
    struct figure_source source = {.config = config, .result = result, .output_s = -1};
    struct err writing = {0};
    bool fault = is_fault(result);
    if (!files->quiet)
        table_summary(people(files), &source);
    if (*result->note && (fault || !files->quiet))
        fprintf(fault ? stderr : people(files), "%s%s", result->note,
                result->note[strlen(result->note) - 1] == '\n' ? "" : "\n");
    const char *error = err->status != ERR_NONE ? err->text : NULL;
    if (files->csv)
        write_csv_of_one(files->csv, config, result, error, &writing);
    source.output_s = host_now_s() - begin_s;
    if (files->json)
        output_json_file(files->json, results_json(&source, files, detail, &writing), &writing);
    if (report)
        write_report(files, report, detail, result, &writing);
    add_error(err, &writing);
}

enum err_status run_one(const struct config *config, const struct run_files *files, struct err *err)
{
    struct run_detail detail = {0};
    struct run_outputs outputs = {
        .detail = files->detail || files->report ? &detail : NULL,
        .packets = files->packets,
        .messages = files->messages,
        .timeline = {.path = files->timeline,
                     .from_cycle = files->timeline_from_cycle,
                     .to_cycle = files->timeline_to_cycle},
        .wave = files->wave,
        .wave_from_cycle = files->wave_from_cycle,
        .wave_to_cycle = files->wave_to_cycle,
        .progress = !files->quiet,
        .quiet = files->quiet,
    };
    struct run_result *result = calloc(1, sizeof *result);
    struct report_run *report =
        files->report ? report_run_new(config, &files->report_window) : NULL;
    if (!result || (files->report && !report)) {
        free(result);
        err_set(err, ERR_RUN, "out of memory");
        return ERR_RUN;
    }
    if (report)
        report_run_follow(report, &outputs);
    enum err_status status = ERR_NONE;
    if (run_simulate(config, &outputs, result, err)) {
        status = outcome_status(result->outcome);
        deliver_one(config, files, result, &detail, report, err);
    }
    report_run_free(report);
    run_detail_free(&detail);
    free(result);
    return err->status != ERR_NONE ? err->status : status;
}

// --- sweeps -----------------------------------------------------------------------------------

struct sweep_output {
    const struct vary *vary;
    const struct run_files *files;
    struct table table;
    const char **keys;     // [num_axes]
    const char **headings; // [num_axes]
    const char **values;   // [num_axes], of the row at hand
    size_t *widths;        // [num_axes]
    FILE *json;            // lines so far, in memory
    FILE *csv;
    size_t num_measured;
    struct report_sweep *shown; // of the report; NULL: none is asked for
    uint32_t cut_flits; // that all runs' messages were cut to, because of one another; 0: none
    bool out_of_memory;
};

static bool simulate_shown(void *context, size_t run, const struct config *config,
                           const struct run_outputs *outputs, struct run_result *result,
                           struct err *err)
{
    const struct sweep_output *self = context;
    return report_sweep_simulate(self->shown, run, config, outputs, result, err);
}

static void report(void *context, size_t run, const struct config *config,
                   const struct run_result *result, const struct err *err)
{
    struct sweep_output *self = context;
    double begin_s = host_now_s();
    size_t num = self->vary->num_axes;
    const char *error = err->status != ERR_NONE ? err->text : NULL;
    for (size_t a = 0; a < num; a++)
        self->values[a] = vary_value(self->vary, run, a);
    if (!self->files->quiet)
        table_row(&self->table, self->values, config, result, error);
    bool fault = result && is_fault(result);
    if (fault || (!result && self->files->quiet))
        fprintf(stderr, "ordito: run %zu: %s\n%s", run + 1, error, fault ? result->note : "");
    output_csv_row(self->csv, self->values, num, config, result, error);
    if (!result && self->shown)
        report_sweep_add(self->shown, run, NULL, error);
    if (!result)
        return;
    self->num_measured++;
    if (config->workload == WORKLOAD_TRACE)
        self->cut_flits = config->cut_flits;
    struct figure_source source = {
        .config = config, .result = result, .output_s = host_now_s() - begin_s};
    json_t *object = output_json(&source);
    char *text = object ? output_json_text(object, true) : NULL;
    self->out_of_memory = self->out_of_memory || !text;
    fputs(text ? text : "", self->json);
    free(text);
    if (self->shown)
        report_sweep_add(self->shown, run, object, error);
    json_decref(object);
}

static const char *last_part(const char *key)
{
    const char *dot = strrchr(key, '.');
    return dot ? dot + 1 : key;
}

// Headings are the last parts of keys, where that leaves no doubt.
static void head_columns(struct sweep_output *self)
{
    const struct vary *vary = self->vary;
    for (size_t a = 0; a < vary->num_axes; a++) {
        self->keys[a] = vary->axes[a].key;
        self->headings[a] = last_part(self->keys[a]);
        for (size_t b = 0; b < vary->num_axes; b++)
            if (a != b && strcmp(self->headings[a], last_part(vary->axes[b].key)) == 0)
                self->headings[a] = self->keys[a];
        self->widths[a] = strlen(self->headings[a]);
        for (size_t i = 0; i < vary->axes[a].num_values; i++)
            if (strlen(vary->axes[a].values[i]) > self->widths[a])
                self->widths[a] = strlen(vary->axes[a].values[i]);
    }
}

// Which kinds of workload the runs have, for the columns.
static void find_kinds(struct sweep_output *self, const struct config *base)
{
    for (size_t i = 0; i < vary_num_runs(self->vary); i++) {
        struct config config;
        struct err err = {0};
        if (vary_configure(self->vary, i, base, &config, &err)) {
            self->table.has_load |= config.workload == WORKLOAD_SYNTHETIC;
            self->table.has_rpc |= config.workload == WORKLOAD_TRACE && config.rpc_interface;
            self->table.has_application |= config.workload == WORKLOAD_TRACE;
            self->table.has_nodes |= config.node_model == MODEL_FULL;
            self->table.has_ideal |= config.node_model != MODEL_FULL;
        }
        config_free(&config);
    }
}

static bool sweep(struct sweep_output *self, const struct config *base, enum err_status *status,
                  struct err *err)
{
    struct vary_options options = {
        .jobs = base->threads,
        .progress = !self->files->quiet,
        .simulate = run_simulate,
        .simulate_run = self->shown ? simulate_shown : NULL,
        .report = report,
        .context = self,
    };
    head_columns(self);
    find_kinds(self, base);
    output_csv_header(self->csv, self->keys, self->vary->num_axes);
    if (!self->files->quiet)
        table_head(&self->table);
    bool ok = vary_run(self->vary, base, &options, status, err);
    if (ok && self->cut_flits > 0 && !self->files->quiet)
        fprintf(self->table.to,
                "messages are cut into packets of at most %" PRIu32 " flits, in all rows alike\n",
                self->cut_flits);
    return ok;
}

static void write_files(const struct sweep_output *self, const char *json, size_t json_size,
                        const char *csv, size_t csv_size, struct err *err)
{
    if (self->out_of_memory)
        err_set(err, ERR_RUN, "out of memory");
    if (err->status != ERR_NONE)
        return;
    if (self->files->json && self->num_measured > 0)
        outfile_write(self->files->json, json, json_size, err);
    if (self->files->csv)
        outfile_write(self->files->csv, csv, csv_size, err);
    if (self->shown)
        report_sweep_write(self->shown, self->files->report, err);
}

enum err_status run_all(const struct vary *vary, const struct config *base,
                        const struct run_files *files, struct err *err)
{
    enum err_status status = ERR_NONE;
    char *json = NULL;
    char *csv = NULL;
    size_t json_size = 0;
    size_t csv_size = 0;
    struct sweep_output self = {
        .vary = vary,
        .files = files,
        .keys = calloc(vary->num_axes, sizeof(char *)),
        .headings = calloc(vary->num_axes, sizeof(char *)),
        .values = calloc(vary->num_axes, sizeof(char *)),
        .widths = calloc(vary->num_axes, sizeof(size_t)),
        .json = open_memstream(&json, &json_size),
        .csv = open_memstream(&csv, &csv_size),
    };
    self.table = (struct table){.to = people(files),
                                .num_keys = vary->num_axes,
                                .headings = self.headings,
                                .widths = self.widths};
    if (files->report)
        self.shown = report_sweep_new(vary, &files->report_window, err);
    bool ok = err->status == ERR_NONE && self.keys && self.headings && self.values && self.widths &&
              self.json && self.csv;
    ok = ok ? sweep(&self, base, &status, err) : err_set(err, ERR_RUN, "out of memory");
    if (self.json)
        fclose(self.json);
    if (self.csv)
        fclose(self.csv);
    if (ok)
        write_files(&self, json, json_size, csv, csv_size, err);
    if (status == ERR_INTERRUPTED)
        err_set(err, status, "interrupted; %zu of %zu runs have figures", self.num_measured,
                vary_num_runs(vary));
    report_sweep_free(self.shown);
    free(json);
    free(csv);
    free(self.keys);
    free(self.headings);
    free(self.values);
    free(self.widths);
    return status;
}
