// SPDX-License-Identifier: Apache-2.0
// Routing by way of another node: in dimension order to it, and from it in dimension order to the
// destination. Valiant's algorithm draws that node by lot from all, which spreads any pattern
// evenly and doubles the way; ROMM draws it from those on shortest ways.
//
// Deadlock: each phase has a group of VCs, within which it is dimension order (with datelines), and
// packets change from the first to the second only.
// Source: Valiant and Brebner, "Universal schemes for parallel communication", STOC 1981; Nesson
// and Johnsson, "ROMM routing on mesh and torus networks", SPAA 1995.
#include "model/net/route_kinds.h"

#include "sim/rng.h"

static void route(const struct routing *self, const struct route_at *at,
                  struct route_options *options)
{
    struct route_at here = *at;
    if (routing_group(self, at->in_vc) == 0) {
        here.window = layout_via(&self->layout, at->window);
        if (here.window == at->own) { // the second phase begins as if the packet came from here
            here.window = at->window;
            here.in_port = ROUTING_NO_PORT;
            here.in_vc = self->group_vcs;
        }
    }
    options->route = route_in_order(self, &here, false, false);
}

// A number below `range`, for dimension `d`.
static uint32_t draw_below(uint64_t draw, uint32_t d, uint32_t range)
{
    return (uint32_t)(((rng_mix(draw + d) >> 32) * range) >> 32);
}

static uint32_t anywhere(const struct routing *self, uint32_t source, uint32_t destination,
                         uint64_t draw)
{
    (void)source;
    (void)destination;
    uint32_t via = 0;
    for (uint32_t d = 0; d < self->num_dims; d++) {
        const struct route_dim *dim = &self->dims[d];
        via |= draw_below(draw, d, dim->last / dim->one + 1) * dim->one;
    }
    return via;
}

static uint32_t on_a_shortest_way(const struct routing *self, uint32_t source, uint32_t destination,
                                  uint64_t draw)
{
    uint32_t via = 0;
    for (uint32_t d = 0; d < self->num_dims; d++) {
        const struct route_dim *dim = &self->dims[d];
        uint32_t side = dim->last / dim->one + 1;
        uint32_t from = (source & dim->mask) / dim->one;
        uint32_t to = (destination & dim->mask) / dim->one;
        uint32_t forward = to >= from ? to - from : to + side - from;
        bool plus = forward * dim->one <= routing_limit(dim, source);
        uint32_t distance = plus ? forward : side - forward;
        uint32_t steps = draw_below(draw, d, distance + 1);
        via |= (plus ? from + steps : from + side - steps) % side * dim->one;
    }
    return via;
}

const struct route_kind route_valiant = {
    .strap = 2,
    .num_phases = 2,
    .varies = true,
    .in_order = true,
    .vias = true,
    .classify = route_classify_datelines,
    .route = route,
    .via = anywhere,
};

const struct route_kind route_romm = {
    .strap = 2,
    .num_phases = 2,
    .varies = true,
    .in_order = true,
    .vias = true,
    .classify = route_classify_datelines,
    .route = route,
    .via = on_a_shortest_way,
};
