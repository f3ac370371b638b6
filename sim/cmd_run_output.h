// SPDX-License-Identifier: Apache-2.0
// Making runs and delivering their results: to people, and into files.
#ifndef ORDITO_SIM_CMD_RUN_OUTPUT_H
#define ORDITO_SIM_CMD_RUN_OUTPUT_H

#include "sim/report_run.h"
#include "sim/vary.h"

// Where results go; NULL where not asked for, "-" for standard output. What people read then goes
// to standard error.
struct run_files {
    char *json;
    char *csv;
    char *packets;
    char *messages;
    char *timeline;
    uint64_t timeline_from_cycle;
    uint64_t timeline_to_cycle;
    char *wave;
    char *report;
    struct report_window report_window;
    uint64_t wave_from_cycle;
    uint64_t wave_to_cycle;
    bool detail; // JSON tells of every rank, channel and router
    bool quiet;
};

// One run. Returns the exit status; `err` is filled if something went wrong.
enum err_status run_one(const struct config *config, const struct run_files *files,
                        struct err *err);

// A sweep; its runs' errors stand in the rows. Returns the exit status.
enum err_status run_all(const struct vary *vary, const struct config *base,
                        const struct run_files *files, struct err *err);

#endif
