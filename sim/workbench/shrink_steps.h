// SPDX-License-Identifier: Apache-2.0
// The steps by which shrink.c makes a failing stimulus small. Each goes on as long as it helps, and
// every change that it keeps makes one thing smaller and none larger, so that repeating all steps
// comes to an end.
#ifndef ORDITO_SIM_WORKBENCH_SHRINK_STEPS_H
#define ORDITO_SIM_WORKBENCH_SHRINK_STEPS_H

#include "sim/rng.h"
#include "sim/workbench/four_state.h"
#include "sim/workbench/shrink.h"

// A shrinking under way.
struct shrinking {
    struct workbench *bench;
    struct four_state *four_state; // tries go by it; NULL: by workbench_try
    struct stimulus *best;         // the smallest so far that fails
    struct stimulus next;          // what is to be tried
    enum failure_rule rule;        // that must be broken
    struct shrink_result *result;
    uint64_t most_tries;
    bool over; // enough tried, interrupted, or an error
    struct err *err;
};

// Makes `next` a copy of `best`, to be changed. NULL if shrinking is over.
struct stimulus *shrink_next(struct shrinking *self);

// Plays `next`, if it is legal; if it breaks the rule it is the best one now.
bool shrink_keep(struct shrinking *self);

// All steps, in their order. Each is true if it helped.
typedef bool shrink_step(struct shrinking *self);
extern shrink_step *const shrink_steps[];
extern const size_t shrink_num_steps;

// Leaves one thing out and moves others by a few cycles, at random. True if that still fails.
bool shrink_hop(struct shrinking *self, struct rng *rng);

// Those of shrink_time.c and of shrink_ports.c.
bool shrink_earlier(struct shrinking *self);
bool shrink_in_ports(struct shrinking *self);
bool shrink_destinations(struct shrinking *self);
bool shrink_vcs(struct shrinking *self);
bool shrink_quiet_vcs(struct shrinking *self);

#endif
