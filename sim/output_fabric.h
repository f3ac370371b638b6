// SPDX-License-Identifier: Apache-2.0
// A run's fabric part by part, in JSON: what each channel and router carried, and where it is drawn
// (drawing.h). The keys are in METRICS.md.
#ifndef ORDITO_SIM_OUTPUT_FABRIC_H
#define ORDITO_SIM_OUTPUT_FABRIC_H

#include "sim/config.h"
#include "sim/run.h"

#include <jansson.h>

// Adds fabric.routers, fabric.nodes and fabric.channels to the results in `root`. False with `err`
// if out of memory, or if the topology cannot be made again.
bool output_fabric(json_t *root, const struct config *config, const struct run_detail *detail,
                   struct err *err);

#endif
