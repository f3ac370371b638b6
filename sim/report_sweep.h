// SPDX-License-Identifier: Apache-2.0
// The page of a sweep: the results of all runs, and more of the first ones. Each of these is
// simulated by a process of its own, which leaves it in a file without a name.
//
// Owner: report_sweep_new allocates, before the first process; report_sweep_free frees.
#ifndef ORDITO_SIM_REPORT_SWEEP_H
#define ORDITO_SIM_REPORT_SWEEP_H

#include "sim/report_run.h"
#include "sim/vary.h"

enum { REPORT_SWEEP_SHOWN = 6 }; // runs of which more than the result is told

struct report_sweep;

// NULL with `err` if that fails.
struct report_sweep *report_sweep_new(const struct vary *vary, const struct report_window *window,
                                      struct err *err);
void report_sweep_free(struct report_sweep *self);

// As run_simulate, of a run of the sweep, in its process.
bool report_sweep_simulate(struct report_sweep *self, size_t run, const struct config *config,
                           const struct run_outputs *outputs, struct run_result *result,
                           struct err *err);

// Adds a run that is over, with the JSON of its result; NULL of one that failed.
void report_sweep_add(struct report_sweep *self, size_t run, json_t *result, const char *error);

// Writes the page of all runs that were added. False with `err` if that fails.
bool report_sweep_write(const struct report_sweep *self, const char *path, struct err *err);

#endif
