// SPDX-License-Identifier: Apache-2.0
// O1TURN: a packet corrects dimensions in ascending or in descending order, which its source draws
// by lot. Each order has a group of VCs.
//
// Deadlock: within a group, dimension order on lines; packets never change groups.
// Leaves out: rings, whose datelines would need two classes in either group.
// Source: Seo, Ali, Lim, Rafique and Thottethodi, "Near-optimal worst-case throughput routing for
// two-dimensional mesh networks", ISCA 2005.
#include "model/net/route_kinds.h"

static void route(const struct routing *self, const struct route_at *at,
                  struct route_options *options)
{
    options->route = route_in_order(self, at, routing_group(self, at->in_vc) > 0, false);
}

static uint8_t inject(const struct routing *self, uint64_t draw)
{
    return (uint8_t)(self->vcs_group << (draw & 1 ? self->group_vcs : 0));
}

const struct route_kind route_o1turn = {
    .strap = 1,
    .num_phases = 2,
    .varies = true,
    .in_order = true,
    .classify = route_classify_none,
    .route = route,
    .inject = inject,
};
