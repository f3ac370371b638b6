// SPDX-License-Identifier: Apache-2.0
// GOAL schedules as text, as LogGOPSim and Schedgen write and read them (Hoefler, Siebert,
// Lumsdaine: Group Operation Assembly Language, ICPP 2009). A rank's operations have no order but
// that of `requires` (finished before) and `irequires` (started before).
//
// Bounds: the dependencies of an operation may follow it, so a schedule is held in memory: 40 bytes
// an operation and 4 a dependency, and while a rank is read up to thrice as many for it, with the
// text of its labels. A message has at most OP_MAX_BYTES, a tag is below 2^31, a calculation
// takes at most 10^15 ns.
#ifndef ORDITO_TRACES_GOAL_H
#define ORDITO_TRACES_GOAL_H

#include "traces/trace.h"

extern const struct trace_format goal_format;

#endif
