// SPDX-License-Identifier: Apache-2.0
// Dimension order (routing.h), e-cube on hypercubes.
#include "model/net/route_kinds.h"

static void route(const struct routing *self, const struct route_at *at,
                  struct route_options *options)
{
    options->route = route_in_order(self, at, false, false);
}

const struct route_kind route_dimension_order = {
    .strap = 0,
    .num_phases = 1,
    .in_order = true,
    .classify = route_classify_datelines,
    .route = route,
};
