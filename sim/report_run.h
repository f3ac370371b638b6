// SPDX-License-Identifier: Apache-2.0
// What the page of a report tells of one run, gathered while it goes on. sim/report/README.md
// describes it. Nothing of the run depends on it.
//
// Owner: the caller, from report_run_new to report_run_free. It is for one run.
#ifndef ORDITO_SIM_REPORT_RUN_H
#define ORDITO_SIM_REPORT_RUN_H

#include "sim/run.h"

#include <jansson.h>

// Which cycles the animation shows.
struct report_window {
    uint64_t from_cycle; // REPORT_AUTO: the first that is measured, or has a packet
    uint64_t cycles;     // 1..
    unsigned share;      // runs that share the room of a page; 0: 1
};

#define REPORT_AUTO UINT64_MAX

enum { REPORT_CYCLES = 2000, REPORT_MAX_CYCLES = 1000000 };

struct report_run;

// NULL if out of memory.
struct report_run *report_run_new(const struct config *config, const struct report_window *window);
void report_run_free(struct report_run *self);

// Has itself told of a run what it wants to know, beside whom is told already. `outputs` outlives
// the run.
void report_run_follow(struct report_run *self, struct run_outputs *outputs);

// A run's entry in the report once it has ended: `detail` of that run, `source` its result. The
// caller owns it; NULL with `err` if that fails.
json_t *report_run_json(struct report_run *self, const struct run_detail *detail,
                        const struct run_result *result, struct err *err);

#endif
