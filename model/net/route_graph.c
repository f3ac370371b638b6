// SPDX-License-Identifier: Apache-2.0
#include "model/net/route_graph.h"

#include <stdlib.h>
#include <string.h>

void route_graph_free(struct route_graph *routes)
{
    free(routes->port);
    free(routes->layer);
    *routes = (struct route_graph){0};
}

// The layer with the most destinations a VC; ties: the lowest.
static uint32_t fullest(const struct route_graph *routes, const uint32_t *num_vcs)
{
    uint32_t best = 0;
    for (uint32_t l = 1; l < routes->num_layers; l++)
        if ((uint64_t)routes->nodes_in[l] * num_vcs[best] >
            (uint64_t)routes->nodes_in[best] * num_vcs[l])
            best = l;
    return best;
}

bool route_graph_vcs(const struct route_graph *routes, uint32_t num_vcs, bool mixed, uint8_t *vcs,
                     struct err *err)
{
    uint32_t layers = routes->num_layers;
    if (layers > (mixed ? ROUTE_GRAPH_MAX_LAYERS : ROUTER_MAX_VCS))
        return err_set(err, ERR_CONFIG,
                       "fabric.router.routing: shortest-layered would need %s%u VCs on this "
                       "topology, and a router has at most %d; use up-down",
                       layers > ROUTE_GRAPH_MAX_LAYERS ? "more than " : "",
                       layers > ROUTE_GRAPH_MAX_LAYERS ? ROUTE_GRAPH_MAX_LAYERS : layers,
                       ROUTER_MAX_VCS);
    if (mixed) {
        memset(vcs, (1 << num_vcs) - 1, layers);
        return true;
    }
    if (layers > num_vcs)
        return err_set(err, ERR_CONFIG,
                       "fabric.router.vcs: shortest-layered routing needs %u VCs on this topology, "
                       "and there are %u; give it %u, or use up-down routing, which needs 1",
                       layers, num_vcs, layers);
    uint32_t share[ROUTER_MAX_VCS];
    for (uint32_t l = 0; l < layers; l++)
        share[l] = 1;
    for (uint32_t left = num_vcs - layers; left > 0; left--)
        share[fullest(routes, share)]++;
    uint32_t first = 0;
    for (uint32_t l = 0; l < layers; l++) {
        vcs[l] = (uint8_t)(((1U << share[l]) - 1) << first);
        first += share[l];
    }
    return true;
}
