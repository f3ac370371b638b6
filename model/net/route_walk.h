// SPDX-License-Identifier: Apache-2.0
// The way of a packet, one hop after the other, as its routing gives it; of adaptive ones the way
// of the escape.
#ifndef ORDITO_MODEL_NET_ROUTE_WALK_H
#define ORDITO_MODEL_NET_ROUTE_WALK_H

#include "model/msg.h"
#include "model/net/topology.h"

// Channels between routers that the packet crosses, of which source, destination, flits,
// traffic_class and serial count. `own_addresses` are those of routing_own_addresses. UINT32_MAX if
// it would never arrive.
uint32_t route_walk_hops(const struct topology *topology, const struct routing *routing,
                         const uint32_t *own_addresses, const struct packet *packet);

#endif
