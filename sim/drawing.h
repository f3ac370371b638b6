// SPDX-License-Identifier: Apache-2.0
// Where routers, nodes and channels of a topology are drawn: grids as grids, cubes as cubes, trees
// by levels, rings and groups on circles, clusters as racks, and other graphs so that distances on
// paper follow distances in hops.
//
// x grows to the right and y upwards, in units of the space between neighbours. A node is where its
// router is if they are one vertex (topology.h); otherwise it is beside it.
//
// A channel is drawn from router to router: as an arc whose middle is `bend` to the right of the
// straight line, as seen by what travels, since a straight one would go over other routers or over
// another channel (0: straight); or, if it `wraps`, as two ends that point away from each other,
// since it closes a ring across the whole grid. A pair of channels is told apart by its drawer.
//
// Leaves out: labels, sizes and colours.
// Source: Zheng, Pawar and Goodman, "Graph drawing by stochastic gradient descent", IEEE Trans.
// Visualization and Computer Graphics 25(9), 2019 (graphs).
#ifndef ORDITO_SIM_DRAWING_H
#define ORDITO_SIM_DRAWING_H

#include "model/net/topology.h"

struct drawing_point {
    double x, y;
};

struct drawing_channel {
    double bend;
    uint32_t dimension; // of a grid; TOPOLOGY_NONE: there is none
    bool wraps;
};

struct drawing {
    struct drawing_point *routers;    // [num_routers]
    struct drawing_point *nodes;      // [num_nodes]
    struct drawing_channel *channels; // [num_routers * radix] by output port, to other routers
};

// Draws a topology of any kind, also one with parts that failed, which stay where they were. The
// same topology gives the same drawing. False if out of memory, or, of parts that failed, if a file
// is no longer what it was; drawing_free may be called in any case.
bool drawing_make(struct drawing *self, const struct topology *topology, struct err *err);
void drawing_free(struct drawing *self);

#endif
