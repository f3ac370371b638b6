// SPDX-License-Identifier: Apache-2.0
// The table of a topology's figures: one row a field of struct topology_figures, from which all
// that `ordito topology` writes is made.
#ifndef ORDITO_SIM_TOPOLOGY_FIGURE_H
#define ORDITO_SIM_TOPOLOGY_FIGURE_H

#include "model/net/topology.h"

#include <jansson.h>

struct topology_figure {
    const char *key;        // in JSON and CSV
    const char *label;      // with unit
    const char *heading[2]; // of a column, over its unit
    int width;              // of a column
    int decimals;           // of reals in a column
    enum { STORED_U32, STORED_U64, STORED_REAL } storage;
    size_t offset;
};

extern const struct topology_figure topology_figures[];
extern const size_t topology_num_figures;

// A figure as JSON; null if it is undefined. The caller owns it; NULL if out of memory.
json_t *topology_figure_json(const struct topology_figures *figures, size_t i);

// Fills in what has no closed form by search over the graph, as far as it takes no longer than
// `max_steps` (nodes times channels; connectivity.h has limits of its own).
bool topology_figures_complete(struct topology_figures *figures, const struct topology *topology,
                               uint64_t max_steps, struct err *err);

#endif
