// SPDX-License-Identifier: Apache-2.0
// Route computation in line, for who does it in a cycle; others call routing_compute.
#ifndef ORDITO_MODEL_NET_ROUTE_COMPUTE_H
#define ORDITO_MODEL_NET_ROUTE_COMPUTE_H

#include "model/net/route_kinds.h"

// Credits that the switching mode asks of a head flit. Packets of ROUTE_MAX_CREDITS flits and more
// are alike, since no buffer takes them.
static inline uint8_t route_credits_needed(const struct routing *self, uint32_t window)
{
    uint32_t flits = window & self->layout.len_mask;
    uint32_t credits = switching_credits_needed(self->switching, flits);
    return (uint8_t)(credits < ROUTE_MAX_CREDITS ? credits : ROUTE_MAX_CREDITS);
}

// Options of a head flit at `router`.
static inline struct route_options route_compute(const struct routing *self, uint32_t router,
                                                 struct route_at at)
{
    struct route_options options = {.credits = route_credits_needed(self, at.window)};
    uint32_t first_vc = routing_class(self, at.in_vc);
    at.in_vc -= first_vc;
    if (self->table) {
        uint32_t addr = (at.window & self->layout.addr_mask) >> self->layout.addr_lsb;
        options.route = self->table[(size_t)router * self->table_size + addr];
    } else {
        if (self->kind == &route_dimension_order) // most are, and this is in line
            options.route = route_in_order(self, &at, false, false);
        else
            self->kind->route(self, &at, &options);
    }
    if (self->by_flow)
        options.route.vcs = routing_first_vc(options.route.vcs, routing_flow_key(self, at.window));
    options.route.vcs = (uint8_t)(options.route.vcs << first_vc);
    return options;
}

#endif
