// SPDX-License-Identifier: Apache-2.0
#include "model/net/route_kinds.h"

const struct route_kind *const route_kinds[] = {
    &route_dimension_order, &route_o1turn,         &route_valiant,  &route_romm,
    &route_west_first,      &route_negative_first, &route_odd_even, &route_minimal_adaptive,
    &route_bubble,
};
const size_t route_num_kinds = sizeof route_kinds / sizeof *route_kinds;

void route_classify_datelines(struct routing *self)
{
    uint32_t low = self->group_vcs / 2;
    self->vcs_low = low ? (uint8_t)((1U << low) - 1) : self->vcs_group;
    self->vcs_high = low ? (uint8_t)(self->vcs_group & ~self->vcs_low) : self->vcs_group;
    self->vcs_adaptive = self->vcs_group;
}

void route_classify_none(struct routing *self)
{
    self->vcs_low = self->vcs_group;
    self->vcs_high = self->vcs_group;
    self->vcs_adaptive = self->vcs_group;
}

struct route_ways route_productive(const struct routing *self, const struct route_at *at)
{
    struct route_ways ways = {0, 0};
    for (uint32_t d = 0; d < self->num_dims; d++) {
        const struct route_dim *dim = &self->dims[d];
        uint32_t here = at->own & dim->mask;
        uint32_t there = at->window & dim->mask;
        if (here == there)
            continue;
        uint32_t forward = (there - here + (there < here ? dim->size : 0)) & dim->mask;
        bool plus = forward <= routing_limit(dim, at->own);
        bool up = dim->ring ? plus : there > here;
        uint32_t port = 1U << (plus ? dim->plus_port : dim->minus_port);
        ways.up |= up ? port : 0;
        ways.down |= up ? 0 : port;
    }
    return ways;
}

void route_by_any_of(const struct routing *self, const struct route_at *at, uint32_t ports,
                     struct route_options *options)
{
    options->ports = ports;
    options->route = (struct route){.port = ROUTING_TERMINAL_PORT, .vcs = self->vcs_class};
    if (ports)
        options->route =
            (struct route){.port = (uint8_t)__builtin_ctz(ports),
                           .vcs = (uint8_t)(self->vcs_group << routing_group(self, at->in_vc))};
}

bool route_has_rings(const struct routing *self)
{
    for (uint32_t d = 0; d < self->num_dims; d++)
        if (self->dims[d].ring)
            return true;
    return false;
}
