// SPDX-License-Identifier: Apache-2.0
// Topologies of topologies: a dragonfly's groups on a circle, each a circle of routers; a cluster's
// racks as they are by themselves, in the places of the topology that joins them.
#include "model/net/topo_racks.h"
#include "sim/drawing_kinds.h"

#include <math.h>
#include <stdlib.h>

static const double router_space = 1.5; // of a group
static const double node_out = 0.8;     // from router to node, away from the middle of a group
static const double node_aside = 0.45;  // between nodes of a router
static const double around = 1.2;       // of a group, between its nodes and the next group
static const double rack_space = 3;     // between racks

static struct drawing_point add(struct drawing_point a, struct drawing_point b)
{
    return (struct drawing_point){a.x + b.x, a.y + b.y};
}

// --- dragonfly ----------------------------------------------------------------------------------

bool drawing_dragonfly(struct drawing *self, const struct topology *t, struct err *err)
{
    (void)err;
    uint32_t a = t->spec.routers_per_group;
    uint32_t groups = t->spec.groups;
    double aside = node_aside * t->spec.concentration;
    double radius = drawing_radius(a, fmax(router_space, aside));
    double far = drawing_radius(groups, 2 * (radius + node_out + around));
    for (uint32_t r = 0; r < t->num_routers; r++) {
        uint32_t group = r / a;
        double turn = 0.25 - (double)group / groups;
        struct drawing_point middle = drawing_on_circle(far, turn);
        turn += 0.5 - (r % a + 0.5) / a;
        self->routers[r] = add(middle, drawing_on_circle(radius, turn));
        uint32_t i = 0;
        for (uint32_t p = 0; p < t->radix; p++) {
            uint32_t node = t->port_node[(size_t)r * t->radix + p];
            if (node == TOPOLOGY_NONE)
                continue;
            double off = (i++ - (t->spec.concentration - 1) / 2.0) * node_aside;
            double out = radius + node_out;
            self->nodes[node] =
                add(middle, drawing_on_circle(hypot(out, off), turn - atan2(off, out) / 2 / M_PI));
        }
    }
    return true;
}

// --- clusters -----------------------------------------------------------------------------------

struct box {
    struct drawing_point low, high;
};

struct cluster {
    struct drawing *self;
    const struct topology *t;
    struct drawing_point *places; // [num_racks] of racks, as the join draws them
    double scale;                 // of the join
    uint32_t rack, router, node;  // that come next
};

static void include(struct box *box, struct drawing_point point)
{
    box->low.x = fmin(box->low.x, point.x);
    box->low.y = fmin(box->low.y, point.y);
    box->high.x = fmax(box->high.x, point.x);
    box->high.y = fmax(box->high.y, point.y);
}

static struct box box_of(const struct drawing *self, const struct topology *t)
{
    struct box box = {self->routers[0], self->routers[0]};
    for (uint32_t r = 0; r < t->num_routers; r++)
        include(&box, self->routers[r]);
    for (uint32_t n = 0; n < t->num_nodes; n++)
        include(&box, self->nodes[n]);
    return box;
}

// Puts a rack with its middle in its place.
static void put_rack(struct cluster *c, const struct drawing *rack, const struct topology *t)
{
    struct box box = box_of(rack, t);
    struct drawing_point place = c->places[c->rack++];
    struct drawing_point by = {place.x * c->scale - (box.low.x + box.high.x) / 2,
                               place.y * c->scale - (box.low.y + box.high.y) / 2};
    for (uint32_t r = 0; r < t->num_routers; r++) {
        for (uint32_t p = 0; p < t->radix; p++)
            c->self->channels[(size_t)(c->router + r) * c->t->radix + p] =
                rack->channels[(size_t)r * t->radix + p];
        c->self->routers[c->router + r] = add(rack->routers[r], by);
    }
    for (uint32_t n = 0; n < t->num_nodes; n++)
        c->self->nodes[c->node + n] = add(rack->nodes[n], by);
    c->router += t->num_routers;
    c->node += t->num_nodes;
}

// Draws a sort of racks once, and puts it into its places; or, if there are none yet, adds how wide
// it is and how many routers it has.
static bool draw_sort(struct cluster *c, const struct topo_rack *sort, double *widest,
                      struct err *err)
{
    struct topology_spec spec = sort->spec;
    struct drawing rack = {0};
    struct topology *t = topology_new(&spec, err);
    bool made = t && drawing_make(&rack, t, err);
    if (made && c->places) {
        for (uint32_t i = 0; i < sort->count; i++)
            put_rack(c, &rack, t);
    } else if (made) {
        struct box box = box_of(&rack, t);
        *widest = fmax(*widest, fmax(box.high.x - box.low.x, box.high.y - box.low.y));
        c->router += t->num_routers * sort->count;
    }
    drawing_free(&rack);
    topology_free(t);
    return made;
}

static double least_apart(const struct drawing_point *points, uint32_t num)
{
    double least = INFINITY;
    for (uint32_t i = 0; i < num; i++)
        for (uint32_t j = 0; j < i; j++)
            least = fmin(least, hypot(points[i].x - points[j].x, points[i].y - points[j].y));
    return least;
}

// Places racks where the join has routers or, if the cluster has switches between racks, nodes.
static bool place_racks(struct cluster *c, uint32_t num_racks, double widest, struct err *err)
{
    c->places = calloc(num_racks, sizeof *c->places);
    if (!c->places)
        return err_set(err, ERR_RUN, "out of memory for a drawing");
    if (num_racks == 1)
        return true;
    struct topology_spec spec = {.kind = c->t->spec.join_kind, .nodes = num_racks};
    struct drawing drawing = {0};
    struct topology *join = topology_new(&spec, err);
    bool made = join && drawing_make(&drawing, join, err);
    uint32_t switches = c->t->num_routers - c->router;
    for (uint32_t r = 0; made && r < num_racks; r++)
        c->places[r] = switches > 0 ? drawing.nodes[r] : drawing.routers[r];
    c->scale = made ? (widest + rack_space) / least_apart(c->places, num_racks) : 0;
    for (uint32_t s = 0; made && s < switches; s++)
        c->self->routers[c->router + s] = (struct drawing_point){drawing.routers[s].x * c->scale,
                                                                 drawing.routers[s].y * c->scale};
    drawing_free(&drawing);
    topology_free(join);
    return made;
}

bool drawing_cluster(struct drawing *self, const struct topology *topology, struct err *err)
{
    struct topo_racks racks;
    struct cluster c = {.self = self, .t = topology};
    double widest = 0;
    if (!topo_racks_of(&racks, &topology->spec, err))
        return false;
    bool made = true;
    for (uint32_t s = 0; made && s < racks.num_sorts; s++)
        made = draw_sort(&c, &racks.sorts[s], &widest, err);
    made = made && place_racks(&c, racks.num_racks, widest, err);
    c.router = 0;
    for (uint32_t s = 0; made && s < racks.num_sorts; s++)
        made = draw_sort(&c, &racks.sorts[s], &widest, err);
    free(c.places);
    topo_racks_free(&racks);
    return made;
}
