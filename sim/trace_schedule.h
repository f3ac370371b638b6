// SPDX-License-Identifier: Apache-2.0
// What is in a schedule (traces/trace.h) beside its operations: its dependencies, and whether its
// messages and receives are as many of each source and tag, whatever the order in which they come.
#ifndef ORDITO_SIM_TRACE_SCHEDULE_H
#define ORDITO_SIM_TRACE_SCHEDULE_H

#include "traces/trace.h"

#include <jansson.h>

// Refuses, with ERR_TRACE, receives that can never get a message, and messages that no receive can
// take; what wildcards leave open is left to a replay.
bool trace_schedule_check(const struct trace *trace, struct err *err);

// Adds the numbers of its dependencies, cpus and cards to an object of figures. False if out of
// memory.
bool trace_schedule_figures(const struct trace *trace, json_t *figures);

#endif
