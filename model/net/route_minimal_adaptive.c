// SPDX-License-Identifier: Apache-2.0
// Minimal adaptive: any port by which a packet comes closer, in adaptive VCs; if none of these can
// be had, dimension order in an escape VC (on rings two, by whether the dateline is still ahead).
//
// Deadlock: free by Duato's theorem, since the escape VCs are, with all that a packet may do
// between two of them. That asks for a packet at the front of a buffer to be able to move on: under
// wormhole switching a head takes an output VC only when the buffer behind it is empty. Source:
// Duato, "A new theory of deadlock-free adaptive routing in wormhole networks", IEEE Trans.
// Parallel and Distributed Systems 4(12), 1993.
#include "model/net/route_kinds.h"

static void classify(struct routing *self)
{
    uint32_t escapes = route_has_rings(self) ? 2 : 1;
    route_classify_none(self);
    if (self->group_vcs <= escapes)
        return; // no VC is left to be adaptive; the proof tells what that leads to
    self->vcs_low = 1;
    self->vcs_high = (uint8_t)(1U << (escapes - 1));
    self->vcs_adaptive = (uint8_t)(self->vcs_group & ~(self->vcs_low | self->vcs_high));
}

static void route(const struct routing *self, const struct route_at *at,
                  struct route_options *options)
{
    struct route_ways ways = route_productive(self, at);
    options->ports = ways.up | ways.down;
    options->route = route_in_order(self, at, false, true);
    if (options->ports && self->switching == SWITCHING_WORMHOLE)
        options->credits = (uint8_t)self->buffer_flits;
}

const struct route_kind route_minimal_adaptive = {
    .strap = 6,
    .num_phases = 1,
    .varies = true,
    .adaptive = true,
    .in_order = true,
    .escapes = true,
    .classify = classify,
    .route = route,
};
