// SPDX-License-Identifier: Apache-2.0
// The speed and size of the simulator itself: a table of works, each a configuration with the
// figures that are taken of it, what they should reach, and what a peer reaches.
//
// Timing: every run is a process of its own (vary.h), so that its peak of memory and its caches are
// its own. Rates are by processor time, of the fastest of a few runs of the same work, so that a
// busy machine spoils them less. Times of building RTL, of setting up and of threads are by the
// clock.
// Leaves out: instructions; scripts/count-instructions counts them for the same works.
#ifndef ORDITO_SIM_BENCH_H
#define ORDITO_SIM_BENCH_H

#include "sim/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BENCH_MAX_SETTINGS = 8, BENCH_MAX_TARGETS = 4 };

enum bench_figure {
    BENCH_NO_FIGURE,
    BENCH_CYCLES_PER_S,
    BENCH_ROUTER_CYCLES_PER_S,
    BENCH_NS_PER_FLIT_HOP,
    BENCH_REFERENCES_PER_S, // to memory, of cores of full nodes
    BENCH_CPU_S,            // processor time of the cycle loop
    BENCH_RATIO_TO_RTL,     // of that to the same work's on `rtl`
    BENCH_SPEED_UP,         // of more threads: time of the cycle loop of one, by the clock,
                            // through that of the last number varied
    BENCH_BUILD_S,          // of the RTL variant
    BENCH_SETUP_S,          // of the machine, builds of RTL left out
    BENCH_PEAK_BYTES,       // of memory, all of the program's
    BENCH_BYTES_PER_ROUTER, // the same, shared out
    BENCH_INSTRUCTIONS_PER_FLIT_HOP, // only a target
    BENCH_NUM_FIGURES
};

struct bench_unit {
    const char *name;      // "cycles_per_s"
    const char *shown;     // unit in tables
    double shown_per_unit; // a table shows the figure times this
    bool less_is_better;
};

struct bench_target {
    enum bench_figure figure;
    double reach, aim; // 0: none
    const char *peer;  // the peer's figure in the unit of tables, or NULL
};

struct bench_work {
    const char *name;                               // for --filter
    const char *title;                              // the work in words
    const char *settings[BENCH_MAX_SETTINGS];       // "KEY=VALUE", up to the first NULL
    const char *sample;                             // name of a sample trace to replay, or NULL
    uint32_t repeats;                               // 1..
    uint32_t builds;                                // of RTL, with as many repeats each; 0: one
    const char *vary;                               // "KEY=LIST", or NULL; figures are of the last
    bool large;                                     // takes gigabytes, or minutes
    struct bench_target targets[BENCH_MAX_TARGETS]; // up to the first BENCH_NO_FIGURE
};

// What was measured of a work.
struct bench_measured {
    double figures[BENCH_NUM_FIGURES]; // negative: undefined
    struct err err;                    // the first of its runs, whether there are figures or not
};

extern const struct bench_unit bench_units[BENCH_NUM_FIGURES];
extern const struct bench_work bench_works[];
extern const size_t bench_num_works;

// A setting of a work (0..BENCH_MAX_SETTINGS) as "KEY=VALUE", the sample trace after the others.
// NULL after the last. The caller frees it.
char *bench_setting(const struct bench_work *work, size_t i);

// Makes the runs of a work, for which RTL is built anew, in a folder that goes away afterwards.
// `progress`: a line on standard error. Returns the exit status.
enum err_status bench_measure(const struct bench_work *work, bool progress,
                              struct bench_measured *measured);

#endif
