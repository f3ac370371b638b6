// SPDX-License-Identifier: Apache-2.0
// All kinds of topology side by side, for one number of nodes: that of the configured topology,
// which itself stands for its kind.
//
// Cost, beside the figures: wires are the bits of all channels that count as hops, one way each,
// a narrow channel's as many fewer as it takes cycles for a flit; crosspoints are, summed over
// routers, the square of the ports in use (terminals included), as in a full crossbar.
//
// Bounds: what a search would take too long for is undefined. Kinds that cannot have that many
// nodes tell the nearest number that they can have.
// Owner: family_free frees the rows.
#ifndef ORDITO_SIM_FAMILY_H
#define ORDITO_SIM_FAMILY_H

#include "sim/config.h"

struct family_row {
    const struct topology_kind *kind;
    bool exists;            // for this number of nodes
    uint32_t nearest_nodes; // otherwise; 0: the kind is not made by a number of nodes
    char name[256];         // "torus 8x8"; of the kind alone if it does not exist
    struct topology_figures figures;
    uint64_t wires_bits;
    uint64_t crosspoints;
};

struct family {
    uint32_t nodes;
    struct family_row *rows; // [num_rows], in order of the registry
    size_t num_rows;
};

bool family_make(struct family *self, const struct config *config, struct err *err);
void family_free(struct family *self);

void family_print(FILE *to, const struct family *self);
void family_csv(FILE *to, const struct family *self);

// The caller owns it; NULL if out of memory.
json_t *family_json(const struct family *self);

#endif
