// SPDX-License-Identifier: Apache-2.0
// A topology as a graph in the language of Graphviz: routers are boxes, nodes circles (unless every
// router has one: then they are not drawn). A line is a channel each way; its label tells a latency
// or width of its own. What has failed is dashed.
//
// Source: "The DOT Language", Graphviz documentation.
#ifndef ORDITO_SIM_TOPOLOGY_DOT_H
#define ORDITO_SIM_TOPOLOGY_DOT_H

#include "model/net/topology.h"

// Writes the file ("-": standard output).
bool topology_dot(const char *path, const struct topology *topology, struct err *err);

#endif
