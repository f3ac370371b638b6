// SPDX-License-Identifier: Apache-2.0
// Makes a failing stimulus small: fewer resets, stalls, pauses, packets, ports; shorter, earlier;
// as long as the same rule is broken.
//
// What is left is minimal over the steps of shrink_steps.h: none of them makes it smaller still.
// The same stimulus always becomes the same small one.
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
    bool repeated; // played again it failed again; otherwise it is left as it was
    bool minimal;  // not ended early
};

// Shrinks `stimulus` in place, which fails with `failure`. Ends early, with what it has, after
// `most_tries`, or when the user interrupts. Failures of performance have no stimulus, and stay.
bool shrink(struct workbench *bench, struct stimulus *stimulus, const struct failure *failure,
            uint64_t most_tries, struct shrink_result *result, struct err *err);

#endif
