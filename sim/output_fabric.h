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

// Whether a channel number is one of those in fabric.channels, which are in ascending order.
bool output_fabric_lists(const struct topology *topology, size_t channel);

// What such a channel takes for a flit.
uint32_t output_fabric_latency_cycles(const struct config *config, const struct topology *topology,
                                      size_t channel);

#endif
