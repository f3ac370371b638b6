// SPDX-License-Identifier: Apache-2.0
// Results for people: a summary of one run, and one row a run for --vary. Headings tell the units.
#ifndef ORDITO_SIM_TABLE_H
#define ORDITO_SIM_TABLE_H

#include "sim/figure.h"

#include <stdio.h>

// A readable account of one run.
void table_summary(FILE *to, const struct figure_source *source);

// A topology in words: "torus 8x8", "hypercube of 6 dimensions". Returns `text`.
const char *table_topology_name(const struct config *config, char *text, size_t size);

// The rows of a sweep. Widths are known before the first run, so rows can be printed as they come.
struct table {
    FILE *to;
    size_t num_keys;
    const char *const *headings; // [num_keys], short for the keys
    const size_t *widths;        // [num_keys], of the widest value or heading
    bool has_load;               // columns of synthetic traffic
    bool has_rpc;                // columns of remote procedure calls
    bool has_application;        // columns of traces
    bool has_ideal;              // columns of the fabric, beside those of every run
    bool has_nodes;              // columns of full nodes
};

void table_head(const struct table *self);

// `values` [num_keys]; `result` is NULL if the run failed, then `error` is told in its place.
void table_row(const struct table *self, const char *const *values, const struct config *config,
               const struct run_result *result, const char *error);

// Begins a line of a summary.
void table_label(FILE *to, const char *name);

// The lines on remote procedure calls.
void table_rpc(FILE *to, const struct rpc_stats *stats);

// The lines on full nodes.
void table_nodes(FILE *to, const struct computers_stats *nodes);

#endif
