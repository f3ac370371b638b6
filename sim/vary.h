// SPDX-License-Identifier: Apache-2.0
// Sweeps: one run for each combination of the values of several parameters, in processes of their
// own, so that a run that crashes is a row that failed.
//
// Threads: each run has one, unless their number is varied (`run.threads`); then runs go one at a
// time, so that their times can be compared.
// Timing: rows are reported in order of the product (the last parameter varies fastest), each as
// soon as those before it are done.
// Owner: a struct vary is the caller's; vary_free releases what it holds.
#ifndef ORDITO_SIM_VARY_H
#define ORDITO_SIM_VARY_H

#include "sim/run.h"

#include <stddef.h>

enum { VARY_MAX_RUNS = 10000 };

struct vary_axis {
    char *key;     // dotted
    char **values; // YAML text
    size_t num_values;
};

struct vary {
    struct vary_axis *axes;
    size_t num_axes;
};

// Adds "KEY=LIST". False with `err` if the key is unknown or varied already, the list is none, or
// the product grows past VARY_MAX_RUNS.
bool vary_add(struct vary *self, const char *assignment, struct err *err);
void vary_free(struct vary *self);

size_t vary_num_runs(const struct vary *self);

// The value of parameter `axis` in run `run`, as YAML text.
const char *vary_value(const struct vary *self, size_t run, size_t axis);

// Makes the configuration of a run on top of `base` and checks it. The caller frees `config` also
// if this returns false.
bool vary_configure(const struct vary *self, size_t run, const struct config *base,
                    struct config *config, struct err *err);

// A run is over. `result` is NULL if nothing was measured; then `err` tells why.
typedef void vary_run_fn(void *context, size_t run, const struct config *config,
                         const struct run_result *result, const struct err *err);

struct vary_options {
    uint32_t jobs; // runs at a time; 0: one a processor
    bool progress; // a line on standard error
    // Makes a run in a child process: run_simulate, but for tests.
    bool (*simulate)(const struct config *config, const struct run_outputs *outputs,
                     struct run_result *result, struct err *err);
    // The same for who wants to know which run it is; NULL: `simulate` does.
    bool (*simulate_run)(void *context, size_t run, const struct config *config,
                         const struct run_outputs *outputs, struct run_result *result,
                         struct err *err);
    vary_run_fn *report;
    void *context;
};

// Makes all runs on top of `base` and reports each. `*status` gets the exit status: 130 if
// interrupted, else the first of 4, 3, 6, 1 and 2 that occurred, else 0; saturated runs are
// results. False with `err` only if out of memory before the first run.
//
// Where the switching mode varies, messages are cut alike in all runs: into packets of the least
// length that any of them asks for.
bool vary_run(const struct vary *self, const struct config *base,
              const struct vary_options *options, enum err_status *status, struct err *err);

#endif
