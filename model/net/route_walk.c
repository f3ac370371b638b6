// SPDX-License-Identifier: Apache-2.0
#include "model/net/route_walk.h"

uint32_t route_walk_hops(const struct topology *topology, const struct routing *routing,
                         const uint32_t *own_addresses, const struct packet *packet)
{
    uint32_t window = (uint32_t)routing_head(
        routing, topology->node_addr[packet->source], topology->node_addr[packet->destination],
        packet->flits, packet->traffic_class, packet->serial, 0);
    uint32_t vc = (uint32_t)__builtin_ctz(
        routing_inject_vcs(routing, packet->traffic_class, window, packet->serial));
    uint32_t at = topology->node_port[packet->source];
    for (uint32_t hops = 0; hops < 2 * topology->num_routers; hops++) {
        uint32_t router = at / topology->radix;
        struct route_at here = {own_addresses[router], at % topology->radix, vc, window};
        struct route route = routing_compute(routing, router, &here).route;
        uint32_t out = router * topology->radix + route.port;
        if (out == topology->node_port[packet->destination])
            return hops;
        at = topology->peer[out];
        vc = (uint32_t)__builtin_ctz(route.vcs);
        if (at == TOPOLOGY_NONE)
            break;
    }
    return UINT32_MAX;
}
