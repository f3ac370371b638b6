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

// Dimension order, with datelines on rings. `reverse`: from the last dimension to the first.
// `stateless`: see routing_by_destination.
struct route route_in_order(const struct routing *self, const struct route_at *at, bool reverse,
                            bool stateless);

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
