// SPDX-License-Identifier: Apache-2.0
// The rules of protocol and function (failure.h), checked in every cycle of a run on nothing but
// the pins: whatever the device is, and whatever is inside of it.
#ifndef ORDITO_SIM_WORKBENCH_SCOREBOARD_H
#define ORDITO_SIM_WORKBENCH_SCOREBOARD_H

#include "sim/err.h"
#include "sim/workbench/play.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct scoreboard;

// Overtaken by so many packets, times inputs times VCs, a head is starved if no bound is claimed.
enum { SCOREBOARD_WAIT_GRANTS = 16 };

// For one run; map and stimulus must outlive it. NULL if out of memory, with `err` filled.
struct scoreboard *scoreboard_new(const struct device_map *map, const struct stimulus *stimulus,
                                  struct err *err);
void scoreboard_free(struct scoreboard *self);
struct play_checker scoreboard_checker(struct scoreboard *self);

// What is measured rather than claimed.
struct scoreboard_measures {
    uint64_t packets; // delivered
    uint64_t flits;
    uint64_t latency_cycles_max; // head in to tail out
    uint64_t wait_cycles_max;    // of a head at the front, while its output went to others
    uint64_t wait_grants_max;    // packets that overtook it there
};

void scoreboard_measures_add(struct scoreboard_measures *sum, const struct scoreboard *self);

// The story of a failed run in words: of the packet concerned, cycle by cycle where it was, who
// held what it waited for; under deadlock who waits for whom, and the cycle of them.
void scoreboard_story(const struct scoreboard *self, const struct failure *failure, FILE *to);

#endif
