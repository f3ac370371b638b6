// SPDX-License-Identifier: Apache-2.0
// Drawing of random runs for validate. RTL is built for a few variants only: what is a parameter of
// the RTL makes a variant (ports, VCs, widths, depths, tables, router design), and all that is a
// strap or a setting is drawn anew for each run: topology, routing, switching, depth in use,
// traffic and back-pressure.
//
// A run's topology is of the kind that was drawn least so far among those of which something was
// found that fits the variant.
#ifndef ORDITO_SIM_VALIDATE_DRAW_H
#define ORDITO_SIM_VALIDATE_DRAW_H

#include "model/net/router_design.h"
#include "model/net/topology.h"
#include "sim/rng.h"

enum { VALIDATE_MAX_SETTINGS = 48, VALIDATE_MAX_TEXT = 512, VALIDATE_MAX_KINDS = 64 };

struct validate_variant {
    uint32_t radix;
    uint32_t vcs;
    uint32_t classes; // of traffic
    uint32_t flit_bits;
    uint32_t max_buffer_flits;     // a power of two
    const struct route_kind *kind; // NULL: routes are read from tables
    bool paced;                    // some channels take several cycles for a flit
    struct router_design design;
};

// Settings of one run, as they would be given on the command line.
struct validate_settings {
    char text[VALIDATE_MAX_SETTINGS][VALIDATE_MAX_TEXT];
    uint32_t num;
};

struct validate_drawing {
    struct rng rng;
    uint64_t router_cycles_min;             // of a run
    char graph_path[64];                    // file that random graphs are written to
    uint64_t kind_runs[VALIDATE_MAX_KINDS]; // runs drawn, by number of the kind
};

// Variant `number`: those at the ends of ranges come first, so that few still cover them.
struct validate_variant validate_draw_variant(struct validate_drawing *self, uint32_t number);

// Draws a run on a variant, and counts its kind.
void validate_draw_run(struct validate_drawing *self, const struct validate_variant *variant,
                       struct validate_settings *to);

#endif
