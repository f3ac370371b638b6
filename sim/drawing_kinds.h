// SPDX-License-Identifier: Apache-2.0
// Ways of drawing, for drawing.c. Each places routers, and nodes unless drawing_beside does, and
// may bend channels; all that is zero before.
#ifndef ORDITO_SIM_DRAWING_KINDS_H
#define ORDITO_SIM_DRAWING_KINDS_H

#include "sim/drawing.h"

typedef bool drawing_fn(struct drawing *self, const struct topology *topology, struct err *err);

drawing_fn drawing_grid;      // mesh, torus, cube, hypercube, concentrated mesh, butterfly
drawing_fn drawing_tree;      // tree, fat tree
drawing_fn drawing_star;      // around one switch
drawing_fn drawing_dragonfly; // groups
drawing_fn drawing_cluster;   // racks
drawing_fn drawing_graph;     // any

// Places nodes where their routers are, or around them, once those have places.
void drawing_beside(struct drawing *self, const struct topology *topology);

// The space that neighbouring routers need, for the nodes around them: 1 and more.
double drawing_space(const struct topology *topology);

// A point on a circle, by its turn: 0 is on the right, a quarter at the top.
struct drawing_point drawing_on_circle(double radius, double turn);

// The radius of a circle of so many points that are `space` apart.
double drawing_radius(uint32_t num, double space);

#endif
