// SPDX-License-Identifier: Apache-2.0
// Makes a failing stimulus small: fewer resets, stalls, pauses, packets, ports; shorter, earlier;
// as long as the same rule is broken.
//
// Source: Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE TSE 2002
// (delta debugging).
#ifndef ORDITO_SIM_WORKBENCH_SHRINK_H
#define ORDITO_SIM_WORKBENCH_SHRINK_H

#include "sim/workbench/workbench.h"

struct shrink_result {
    struct failure failure; // of the small one
    uint64_t tries;
    double wall_s;
};

// Shrinks `stimulus` in place, which fails with `failure`. Ends early, with what it has, after
// `most_tries`, or when the user interrupts.
bool shrink(struct workbench *bench, struct stimulus *stimulus, const struct failure *failure,
            uint64_t most_tries, struct shrink_result *result, struct err *err);

#endif
