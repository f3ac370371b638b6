// SPDX-License-Identifier: Apache-2.0
// West-first: packets to lower coordinates of the first dimension go there first; all others choose
// freely among shortest ways. The turns into that direction are missing, which breaks every cycle
// of a mesh of two dimensions.
//
// Source: Glass and Ni, "The turn model for adaptive routing", ISCA 1992.
#include "model/net/route_kinds.h"

static void route(const struct routing *self, const struct route_at *at,
                  struct route_options *options)
{
    struct route_ways ways = route_productive(self, at);
    uint32_t west = ways.down & 1U << self->dims[0].minus_port;
    route_by_any_of(self, at, west ? west : ways.up | ways.down, options);
}

const struct route_kind route_west_first = {
    .strap = 3,
    .num_phases = 1,
    .varies = true,
    .adaptive = true,
    .classify = route_classify_none,
    .route = route,
};
