// SPDX-License-Identifier: Apache-2.0
// Indirect networks: trees by levels, the root on top and the nodes of a lowest switch as a block
// below it; a star around its switch.
#include "model/net/topo_tree.h"
#include "sim/drawing_kinds.h"

#include <math.h>

static const double between_blocks = 0.6; // of nodes, beside the space between nodes
static const double levels_apart = 0.36;  // of the width of all, shared out among levels
static const double least_apart = 2;

struct shape {
    uint32_t arity;
    uint32_t columns; // of a block
    double block;     // from one to the next
    double level;     // likewise
};

// Lowest switches stand over their nodes' block.
static void place_nodes(struct drawing *self, const struct topology *t, const struct shape *shape)
{
    for (uint32_t n = 0; n < t->num_nodes; n++) {
        uint32_t i = n % shape->arity;
        uint32_t column = i % shape->columns;
        uint32_t row = i / shape->columns;
        uint32_t lowest = n / shape->arity;
        double middle = (shape->columns - 1) / 2.0;
        self->nodes[n] =
            (struct drawing_point){lowest * shape->block + column - middle, -1.4 - row};
    }
}

// Places a router that is number `i` of `num` on its level, over all switches of the lowest.
static struct drawing_point on_level(const struct shape *shape, uint32_t level, uint32_t i,
                                     uint32_t num, uint32_t num_lowest)
{
    double each = (double)num_lowest / num;
    return (struct drawing_point){((i + 0.5) * each - 0.5) * shape->block, level * shape->level};
}

bool drawing_tree(struct drawing *self, const struct topology *topology, struct err *err)
{
    (void)err;
    uint32_t height = topology->spec.height;
    uint32_t num_lowest = tree_power(topology, height - 1);
    bool fat = topology->num_routers == height * num_lowest && height > 1;
    struct shape shape = {.arity = topology->spec.arity};
    shape.columns = (uint32_t)ceil(sqrt(shape.arity));
    shape.block = shape.columns + between_blocks;
    shape.level = fmax(least_apart, levels_apart * num_lowest * shape.block / height);
    uint32_t first = 0; // trees are numbered from the root, fat trees from the lowest level
    for (uint32_t l = 0; l < height; l++) {
        uint32_t level = fat ? l : height - 1 - l;
        uint32_t num = fat ? num_lowest : tree_power(topology, l);
        for (uint32_t i = 0; i < num; i++)
            self->routers[first + i] = on_level(&shape, level, i, num, num_lowest);
        first += num;
    }
    place_nodes(self, topology, &shape);
    return true;
}

bool drawing_star(struct drawing *self, const struct topology *topology, struct err *err)
{
    (void)err;
    double radius = fmax(1.5, drawing_radius(topology->num_nodes, 1));
    for (uint32_t n = 0; n < topology->num_nodes; n++)
        self->nodes[n] = drawing_on_circle(radius, 0.25 - (double)n / topology->num_nodes);
    return true;
}
