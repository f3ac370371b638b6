// SPDX-License-Identifier: Apache-2.0
// Names of routers and ports in topologies whose routers have names of their own: "router 5
// (milan)", "to router 7 (rome)".
#ifndef ORDITO_MODEL_NET_TOPO_NAMES_H
#define ORDITO_MODEL_NET_TOPO_NAMES_H

#include "model/net/topology.h"

void topo_names_router(const struct topology *topology, uint32_t router, char *text, size_t size);
void topo_names_port(const struct topology *topology, uint32_t router, uint32_t port, char *text,
                     size_t size);

#endif
