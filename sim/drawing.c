// SPDX-License-Identifier: Apache-2.0
#include "sim/drawing.h"

#include "model/net/topo_kinds.h"
#include "sim/drawing_kinds.h"

#include <math.h>
#include <stdlib.h>

static const double node_radius = 0.42;  // of the few nodes around a router
static const double node_space = 0.3;    // between more of them
static const double parallel_bend = 0.2; // between channels of two routers
static const double around_bend = 0.4;   // around a router on the way
static const double router_radius = 0.3; // of what is on the way

#define MOST_LOOKED_AT (UINT64_C(1) << 25) // routers times channels for which that is looked at

struct drawing_point drawing_on_circle(double radius, double turn)
{
    return (struct drawing_point){radius * cos(2 * M_PI * turn), radius * sin(2 * M_PI * turn)};
}

double drawing_radius(uint32_t num, double space)
{
    return num > 1 ? space / 2 / sin(M_PI / num) : 0;
}

static uint32_t nodes_of(const struct topology *t, uint32_t router)
{
    uint32_t num = 0;
    for (uint32_t p = 0; p < t->radix; p++)
        num += t->port_node[(size_t)router * t->radix + p] != TOPOLOGY_NONE;
    return num;
}

static double radius_around(uint32_t num_nodes)
{
    return num_nodes > 1 ? fmax(node_radius, drawing_radius(num_nodes, node_space)) : 0;
}

double drawing_space(const struct topology *topology)
{
    uint32_t most = 0;
    for (uint32_t r = 0; r < topology->num_routers; r++) {
        uint32_t num = nodes_of(topology, r);
        most = num > most ? num : most;
    }
    return 1 + 2 * radius_around(most);
}

void drawing_beside(struct drawing *self, const struct topology *t)
{
    for (uint32_t r = 0; r < t->num_routers; r++) {
        uint32_t num = nodes_of(t, r);
        uint32_t i = 0;
        for (uint32_t p = 0; p < t->radix; p++) {
            uint32_t node = t->port_node[(size_t)r * t->radix + p];
            if (node == TOPOLOGY_NONE)
                continue;
            struct drawing_point around =
                drawing_on_circle(radius_around(num), 0.375 - (double)i++ / num);
            self->nodes[node] = (struct drawing_point){self->routers[r].x + around.x,
                                                       self->routers[r].y + around.y};
        }
    }
}

// Channels between the same two routers are drawn apart.
static void bend_parallel(struct drawing *self, const struct topology *t)
{
    for (size_t port = 0; port < (size_t)t->num_routers * t->radix; port++) {
        size_t first = port - port % t->radix;
        for (size_t p = first; t->peer[port] != TOPOLOGY_NONE && p < port; p++)
            if (t->peer[p] != TOPOLOGY_NONE && t->peer[p] / t->radix == t->peer[port] / t->radix)
                self->channels[port].bend += parallel_bend;
    }
}

// Whether the straight line from a to b goes over a point between them.
static bool goes_over(struct drawing_point a, struct drawing_point b, struct drawing_point point)
{
    struct drawing_point way = {b.x - a.x, b.y - a.y};
    double length = hypot(way.x, way.y);
    struct drawing_point to = {point.x - a.x, point.y - a.y};
    double along = (to.x * way.x + to.y * way.y) / length;
    double aside = fabs(to.x * way.y - to.y * way.x) / length;
    return length > 0 && aside < router_radius && along > router_radius &&
           along < length - router_radius;
}

static bool goes_over_some(const struct drawing *self, const struct topology *t, size_t port)
{
    uint32_t from = (uint32_t)(port / t->radix);
    uint32_t to = t->peer[port] / t->radix;
    for (uint32_t r = 0; r < t->num_routers; r++)
        if (r != from && r != to &&
            goes_over(self->routers[from], self->routers[to], self->routers[r]))
            return true;
    return false;
}

// Straight channels that would go over other routers go around them.
static void bend_around(struct drawing *self, const struct topology *t)
{
    size_t ports = (size_t)t->num_routers * t->radix;
    for (size_t p = 0; ports * t->num_routers <= MOST_LOOKED_AT && p < ports; p++)
        if (t->peer[p] != TOPOLOGY_NONE && self->channels[p].bend <= 0 &&
            !self->channels[p].wraps && goes_over_some(self, t, p))
            self->channels[p].bend = around_bend;
}

static drawing_fn *way_of(const struct topology_kind *kind)
{
    static const struct {
        const struct topology_kind *kind;
        drawing_fn *draw;
    } ways[] = {
        {&topo_tree, drawing_tree},       {&topo_fat_tree, drawing_tree},
        {&topo_star, drawing_star},       {&topo_dragonfly, drawing_dragonfly},
        {&topo_cluster, drawing_cluster},
    };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (ways[i].kind == kind)
            return ways[i].draw;
    return kind->grid || kind->takes & TOPOLOGY_TAKES_DIMS ? drawing_grid : drawing_graph;
}

static bool draw(struct drawing *self, const struct topology *t, struct err *err)
{
    size_t ports = (size_t)t->num_routers * t->radix;
    *self = (struct drawing){
        .routers = calloc(t->num_routers, sizeof *self->routers),
        .nodes = calloc(t->num_nodes, sizeof *self->nodes),
        .channels = calloc(ports, sizeof *self->channels),
    };
    if (!self->routers || !self->nodes || !self->channels)
        return err_set(err, ERR_RUN, "out of memory for a drawing");
    for (size_t p = 0; p < ports; p++)
        self->channels[p].dimension = TOPOLOGY_NONE;
    if (!way_of(t->kind)(self, t, err))
        return false;
    bend_around(self, t);
    bend_parallel(self, t);
    return true;
}

// Routers keep their numbers when parts fail, and ports theirs; nodes do not.
static void number_nodes(struct drawing *self, const struct topology *left,
                         const struct topology *whole)
{
    for (uint32_t n = 0; n < left->num_nodes; n++) // no number has become greater
        self->nodes[n] = self->nodes[whole->port_node[left->node_port[n]]];
}

bool drawing_make(struct drawing *self, const struct topology *topology, struct err *err)
{
    *self = (struct drawing){0};
    if (!topology->spec.failed)
        return draw(self, topology, err);
    struct topology_spec spec = topology->spec;
    spec.failed = NULL;
    struct topology *whole = topology_new(&spec, err);
    bool made = whole && draw(self, whole, err);
    if (made)
        number_nodes(self, topology, whole);
    topology_free(whole);
    return made;
}

void drawing_free(struct drawing *self)
{
    free(self->routers);
    free(self->nodes);
    free(self->channels);
    *self = (struct drawing){0};
}
