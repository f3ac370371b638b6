// SPDX-License-Identifier: Apache-2.0
// The campaign of `ordito validate --map`: all kinds of stimuli on a device, in every mode and at
// every position that it claims; what fails is made small and written down.
//
// Owner: who zero-initialises a `struct campaign` calls campaign_free, whatever happened.
#ifndef ORDITO_SIM_WORKBENCH_CAMPAIGN_H
#define ORDITO_SIM_WORKBENCH_CAMPAIGN_H

#include "sim/err.h"
#include "sim/workbench/four_state.h"
#include "sim/workbench/performance.h"
#include "sim/workbench/workbench.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CAMPAIGN_RUNS = 400,
    CAMPAIGN_SEED = 1,
    CAMPAIGN_SHRINK_TRIES = 20000,
    CAMPAIGN_MAX_POSITIONS = 16 // at which directed cases are played
};

struct campaign_options {
    struct workbench_asked asked;
    uint64_t runs; // random runs, over all modes; directed ones come before
    uint64_t seed;
    const char *kind;      // only stimuli of this kind; NULL: of all
    bool keep_going;       // after a failure, until another rule is broken
    uint64_t shrink_tries; // 0: failures are not made small
    const char *failures;  // folder that gets a folder for each failure; NULL: none is written
    const char *coverage;  // folder of the annotated RTL; NULL: not wanted
    bool no_four_state;    // Icarus is not asked
    const char *replay;    // a replay file is all that is played; NULL: none
};

// Parts of the report.
#define CAMPAIGN_SUITES(X)                                                                         \
    X(CAMPAIGN_FUNCTION, "protocol and function")                                                  \
    X(CAMPAIGN_EXACT, "cycle-exact")                                                               \
    X(CAMPAIGN_FOUR_STATE, "four-state")                                                           \
    X(CAMPAIGN_PERFORMANCE, "performance")

enum campaign_suite {
#define CAMPAIGN_SYMBOL(symbol, name) symbol,
    CAMPAIGN_SUITES(CAMPAIGN_SYMBOL)
#undef CAMPAIGN_SYMBOL
        CAMPAIGN_NUM_SUITES
};

extern const char *const campaign_suite_names[CAMPAIGN_NUM_SUITES];

enum campaign_status { CAMPAIGN_PASSED, CAMPAIGN_FAILED, CAMPAIGN_SKIPPED };

// A line of the report: a kind of stimulus in a mode, or a row of performance.
struct campaign_check {
    enum campaign_suite suite;
    char name[128];
    enum campaign_status status;
    uint64_t runs;
    uint64_t cycles;
    double wall_s;
    char text[640]; // of what failed, or why it was skipped
};

struct campaign_failure {
    struct failure failure; // of the small stimulus
    const char *kind;       // of the stimulus that failed
    enum switching mode;
    char position[96];
    uint64_t seed; // of the drawing
    uint64_t first_cycle;
    size_t first_packets; // before it was made small
    size_t packets;
    uint64_t tries;
    double shrink_s;
    bool inexact; // the device differs from the reference as well
    char *story;
    char *folder;   // or NULL
    char *not_kept; // why there is no folder, although one was wanted; or NULL
};

struct campaign {
    struct workbench bench;
    struct campaign_check *checks;
    size_t num_checks;
    struct campaign_failure *failures;
    size_t num_failures;
    uint64_t again; // failures of rules that had failed before
    struct four_state_result four_state;
    struct performance performance;
    json_t *rtl_coverage; // or NULL
    uint64_t runs;
    uint64_t cycles;
    uint64_t flits;
    bool interrupted;
    double wall_s;
};

// True if there is a result, also if something is wrong with the device (num_failures).
bool campaign_run(struct campaign *self, const struct campaign_options *options, struct err *err);
void campaign_free(struct campaign *self);

// True if anything that was checked is wrong.
bool campaign_failed(const struct campaign *self);

// The report as text, as an object of JSON (NULL if out of memory), and as JUnit's XML.
void campaign_print(const struct campaign *self, FILE *to);
json_t *campaign_json(const struct campaign *self);
bool campaign_junit(const struct campaign *self, const char *path, struct err *err);

#endif
