// SPDX-License-Identifier: Apache-2.0
// Random connected graphs of routers, as topologies.
#ifndef ORDITO_TESTS_RANDOM_GRAPH_H
#define ORDITO_TESTS_RANDOM_GRAPH_H

#include "model/net/topology.h"
#include "sim/rng.h"

// A tree of `routers`, and `more` channels beside it; 0 to 2 nodes a router, at least two in all.
// Fails the test if it cannot be made. The caller frees it.
struct topology *random_graph(struct rng *rng, uint32_t routers, uint32_t more);

#endif
