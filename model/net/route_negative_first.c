// SPDX-License-Identifier: Apache-2.0
// Negative-first: packets go to lower coordinates in all dimensions first, then to higher ones, and
// choose freely among shortest ways in both. On hypercubes this is p-cube routing.
//
// Source: Glass and Ni, "The turn model for adaptive routing", ISCA 1992.
#include "model/net/route_kinds.h"

static void route(const struct routing *self, const struct route_at *at,
                  struct route_options *options)
{
    struct route_ways ways = route_productive(self, at);
    route_by_any_of(self, at, ways.down ? ways.down : ways.up, options);
}

const struct route_kind route_negative_first = {
    .strap = 4,
    .num_phases = 1,
    .varies = true,
    .adaptive = true,
    .classify = route_classify_none,
    .route = route,
};
