// SPDX-License-Identifier: Apache-2.0
// Functional coverage: which states of a router the runs so far brought about, as far as its pins
// tell. Bins that the specification rules out (turns that no route takes) are not counted.
//
// What goes on inside is inferred: a head could leave once it has been in the device for as long as
// the quickest of its mode, and a VC of an output can be used once it has been free, and has had
// room, for as long. Packets are told apart by their bits; where these are the same, the one that
// is at the front of its buffer is meant.
#ifndef ORDITO_SIM_WORKBENCH_COVERAGE_H
#define ORDITO_SIM_WORKBENCH_COVERAGE_H

#include "sim/err.h"
#include "sim/workbench/play.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct coverage;

// Over all runs of a campaign.
struct coverage *coverage_new(const struct device_map *map, struct err *err);
void coverage_free(struct coverage *self);

// Looks at one run; to be freed by coverage_end, which adds what it saw.
struct play_checker coverage_begin(struct coverage *self, const struct stimulus *stimulus);
void coverage_end(struct coverage *self);

bool coverage_closed(const struct coverage *self); // every bin was hit

// A table of the groups: bins, hit, and the first that were not; and the same as JSON, with all
// that were not.
void coverage_print(const struct coverage *self, FILE *to);
json_t *coverage_json(const struct coverage *self);

#endif
