// SPDX-License-Identifier: Apache-2.0
// Random small topologies, as they would be given in a configuration: any kind of the registry, by
// what it takes, so that a new kind is drawn by existing; and parts that fail now and then.
//
// Leaves out: whether what was drawn is possible. The caller builds it, and draws again if it is
// refused.
#ifndef ORDITO_SIM_VALIDATE_TOPOLOGY_H
#define ORDITO_SIM_VALIDATE_TOPOLOGY_H

#include "model/net/topology.h"
#include "sim/rng.h"

#include <stdio.h>

// An integer in low..high.
uint32_t validate_draw(struct rng *rng, uint32_t low, uint32_t high);

// Writes "kind: tree, arity: 3, ...". Of kinds that take a file, `graph_path` gets a random
// connected graph; with `paced`, some channels of a graph or cluster are narrow, without it none
// is.
void validate_draw_topology(struct rng *rng, const struct topology_kind *kind,
                            const char *graph_path, bool paced, FILE *to);

// Writes "failed: [router 3, channel 0-1]", one part or two of the topology.
void validate_draw_failed(struct rng *rng, const struct topology *topology, FILE *to);

#endif
