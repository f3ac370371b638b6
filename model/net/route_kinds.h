// SPDX-License-Identifier: Apache-2.0
// Ways to route on grids by coordinates (struct route_kind of routing.h), and what they share. Here
// `at` says where the packet is, and VCs are those of the group that it came in by.
#ifndef ORDITO_MODEL_NET_ROUTE_KINDS_H
#define ORDITO_MODEL_NET_ROUTE_KINDS_H

#include "model/net/routing.h"

#include <stddef.h>

extern const struct route_kind route_dimension_order;
extern const struct route_kind route_o1turn;
extern const struct route_kind route_valiant;
extern const struct route_kind route_romm;
extern const struct route_kind route_west_first;
extern const struct route_kind route_negative_first;
extern const struct route_kind route_odd_even;
extern const struct route_kind route_minimal_adaptive;
extern const struct route_kind route_bubble;

// All of them, for what holds of each.
extern const struct route_kind *const route_kinds[];
extern const size_t route_num_kinds;

// Two classes of datelines, or all VCs alike if there is only one.
void route_classify_datelines(struct routing *self);

// All VCs of the group alike.
void route_classify_none(struct routing *self);

// VCs of a hop along a ring. `entering`: the packet comes from another dimension or a terminal.
static inline uint32_t route_ring_vcs(const struct routing *self, bool crosses, bool entering,
                                      uint32_t vc, bool before_dateline, bool after_dateline)
{
    if (crosses)
        return before_dateline ? self->vcs_low | self->vcs_high : self->vcs_low;
    if (entering || ((self->vcs_low >> vc & 1) && !after_dateline))
        return self->vcs_low | self->vcs_high;
    return self->vcs_high;
}

// The hop in one dimension, in which the packet is not where it goes.
static inline struct route route_hop(const struct routing *self, const struct route_at *at,
                                     const struct route_dim *dim, bool stateless)
{
    uint32_t here = at->own & dim->mask;
    uint32_t there = at->window & dim->mask;
    bool plus = there > here;
    if (!dim->line) {
        uint32_t forward = (there - here + (there < here ? dim->size : 0)) & dim->mask;
        plus = forward <= routing_limit(dim, at->own);
    }
    uint32_t vcs = self->vcs_low | self->vcs_high;
    if (dim->ring) {
        bool crosses = plus ? there < here : there > here;
        uint32_t behind = plus ? dim->minus_port : dim->plus_port;
        bool before_dateline = here == (plus ? dim->last : 0);
        bool after_dateline = here == (plus ? 0 : dim->last);
        vcs = stateless ? (crosses ? self->vcs_low : self->vcs_high)
                        : route_ring_vcs(self, crosses, at->in_port != behind,
                                         at->in_vc - routing_group(self, at->in_vc),
                                         before_dateline, after_dateline);
    }
    return (struct route){.port = plus ? dim->plus_port : dim->minus_port,
                          .vcs = (uint8_t)(vcs << routing_group(self, at->in_vc))};
}

// The first dimension, or with `reverse` the last, in which the packet is not where it goes;
// dims[num_dims], whose ports are the terminal's, if it has arrived. Dimensions lie in the window
// in the order of their numbers.
static inline const struct route_dim *route_first_dim(const struct routing *self, uint32_t own,
                                                      uint32_t window, bool reverse)
{
    uint64_t differ = (own ^ window) & self->dims_mask;
    if (reverse && differ)
        return &self->dims[self->dim_of_bit[63 - __builtin_clzll(differ)]];
    differ |= UINT64_C(1) << LAYOUT_WINDOW_BITS; // which is of dims[num_dims]
    return &self->dims[self->dim_of_bit[__builtin_ctzll(differ)]];
}

// Dimension order, with datelines on rings. `stateless`: see routing_by_destination.
static inline struct route route_in_order(const struct routing *self, const struct route_at *at,
                                          bool reverse, bool stateless)
{
    const struct route_dim *dim = route_first_dim(self, at->own, at->window, reverse);
    if (dim->mask)
        return route_hop(self, at, dim, stateless);
    return (struct route){.port = ROUTING_TERMINAL_PORT, .vcs = self->vcs_class};
}

// Ports by which the packet comes closer to its destination, a bit each: those towards higher
// coordinates and those towards lower ones.
struct route_ways {
    uint32_t up;
    uint32_t down;
};
struct route_ways route_productive(const struct routing *self, const struct route_at *at);

// Options of a packet that may use every VC of the group at any of `ports`; 0: it has arrived.
void route_by_any_of(const struct routing *self, const struct route_at *at, uint32_t ports,
                     struct route_options *options);

// True if there are rings.
bool route_has_rings(const struct routing *self);

#endif
