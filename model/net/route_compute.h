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

// The port of a dimension that leads up or down: without a branch, which could not be foretold.
static inline uint8_t route_port(const struct route_dim *dim, bool plus)
{
    return dim->minus_port ^ ((dim->minus_port ^ dim->plus_port) & -(uint8_t)plus);
}

// Options of a head flit, given as in struct route_at, at `router`; it came by the router's VC
// number `in`. In line is what most networks need: dimension order along lines.
static inline struct route_options route_compute(const struct routing *self, uint32_t router,
                                                 uint32_t own, uint32_t in, uint32_t in_vc,
                                                 uint32_t window)
{
    const struct route_dim *dim = route_first_dim(self, own, window, false);
    if (!self->direct || dim->ring) {
        struct route_at at = {own, in / self->num_vcs, in_vc, window};
        return routing_compute(self, router, &at);
    }
    bool plus = (window & dim->mask) > (own & dim->mask);
    uint8_t port = route_port(dim, plus);
    uint8_t vcs = (uint8_t)(self->vcs_class << routing_class(self, in_vc));
    return (struct route_options){{port, vcs}, route_credits_needed(self, window), 0};
}

#endif
