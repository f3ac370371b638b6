// SPDX-License-Identifier: Apache-2.0
// Odd-even: on meshes of two dimensions, packets that move to higher columns do not turn in even
// columns, and packets do not turn to lower columns in odd ones. So no column has the turns that
// close a cycle, and choices are spread more evenly than by one forbidden direction.
//
// The original asks whether a packet is in the column of its source, where it has not moved along
// its row; here its input port tells.
// Source: Chiu, "The odd-even turn model for adaptive routing", IEEE Trans. Parallel and
// Distributed Systems 11(7), 2000.
#include "model/net/route_kinds.h"

static void route(const struct routing *self, const struct route_at *at,
                  struct route_options *options)
{
    const struct route_dim *row = &self->dims[0];
    struct route_ways ways = route_productive(self, at);
    uint32_t in_row = 1U << row->plus_port | 1U << row->minus_port;
    uint32_t ports = ways.up | ways.down;
    uint32_t column = (ports & ~in_row);
    uint32_t here = at->own & row->mask;
    uint32_t there = at->window & row->mask;
    bool odd = here & row->one;
    bool moves_up = at->in_port == row->minus_port;
    if (column && (ways.up & in_row)) {
        bool next = there - here == row->one;
        if (!odd && moves_up)
            ports &= ~column;
        if (next && !(there & row->one))
            ports &= ~in_row;
    } else if (column && (ways.down & in_row) && odd) {
        ports &= ~column;
    }
    route_by_any_of(self, at, ports, options);
}

const struct route_kind route_odd_even = {
    .strap = 5,
    .num_phases = 1,
    .varies = true,
    .adaptive = true,
    .classify = route_classify_none,
    .route = route,
};
