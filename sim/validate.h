// SPDX-License-Identifier: Apache-2.0
// Router RTL against the C reference: random runs in lockstep, every router output compared in
// every cycle.
#ifndef ORDITO_SIM_VALIDATE_H
#define ORDITO_SIM_VALIDATE_H

#include "sim/err.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    VALIDATE_RUNS = 100,
    VALIDATE_VARIANTS = 8,
    VALIDATE_SEED = 1,
    VALIDATE_ROUTER_CYCLES_MIN = 4000
};

struct validate_options {
    uint64_t runs;              // 1..
    uint32_t variants;          // 1..; RTL variants that runs are drawn from, each built once
    uint64_t seed;              // of the drawing
    const char *json;           // file of results, or NULL; written by the command
    bool quiet;                 // no progress line, no table
    uint64_t router_cycles_min; // 1..; of each run: it goes on until so many are compared
};

struct validate_result {
    uint64_t runs; // made, the differing one included
    uint64_t router_cycles;
    uint64_t mismatches; // runs that differed: 0 or 1, since the first one ends all
    uint32_t variants;   // in use
    uint32_t kinds;      // of topology in the runs
    uint64_t packets;    // ejected
    uint64_t flits;      // ejected
    bool interrupted;    // ended by a signal before all runs were made

    // host figures
    double wall_s;  // of the runs, builds left out
    double build_s; // of RTL variants
    uint64_t peak_rss_bytes;
};

// True if there is a result, also if RTL and reference differ (then with `err` filled,
// ERR_MISMATCH); false if there is nothing to report but `err`.
bool validate_run(const struct validate_options *options, struct validate_result *result,
                  struct err *err);

#endif
