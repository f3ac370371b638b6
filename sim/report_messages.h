// SPDX-License-Identifier: Apache-2.0
// The messages of full nodes that took longest, found among the lines that tell of all
// (model/node/life.h), which are passed on.
#ifndef ORDITO_SIM_REPORT_MESSAGES_H
#define ORDITO_SIM_REPORT_MESSAGES_H

#include <jansson.h>
#include <stdio.h>

struct report_messages;

// Keeps the `max` slowest of those whose lines are written to what report_messages_stream gives.
// NULL if out of memory.
struct report_messages *report_messages_new(size_t max);
void report_messages_free(struct report_messages *self);

// Where lines are to be written; each goes to `to`, too, which lasts as long; NULL: nowhere. NULL
// if out of memory.
FILE *report_messages_stream(struct report_messages *self, FILE *to);

// The table of a report (sim/report/README.md), slowest first. NULL if out of memory.
json_t *report_messages_json(const struct report_messages *self);

#endif
