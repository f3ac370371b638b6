// SPDX-License-Identifier: Apache-2.0
// Grids: a side across, a side up; a third is drawn aslant, as cubes are. Where there are more,
// every other side goes across and up, in blocks of blocks; hypercubes in the order of a Gray code,
// in which neighbours on paper are neighbours.
#include "sim/drawing_kinds.h"

#include <math.h>
#include <stdlib.h>

static const double aslant_x = 1, aslant_y = 0.7;       // of a step of a third side
static const double between_blocks = 2;                 // of their last and first points
static const double least_bend = 0.1, most_bend = 0.45; // of the shortest and longest channels

struct side {
    uint32_t dimension; // of the topology
    uint32_t side;      // 2..
    struct drawing_point step;
};

struct grid {
    struct side sides[TOPOLOGY_MAX_DIMS]; // all but those of 1
    uint32_t num;
    bool rings; // of 3 and more
    bool gray;  // sides of 2, half of them across and half up
    double space;
    double extent; // of the longer direction
};

static bool has_rings(const struct topology *t)
{
    struct route_dim dims[TOPOLOGY_MAX_DIMS];
    uint32_t num = t->kind->route_dims ? t->kind->route_dims(t, dims) : 0;
    for (uint32_t d = 0; d < num; d++)
        if (dims[d].ring)
            return true;
    return false;
}

static void find_sides(struct grid *grid, const struct topology *t)
{
    grid->gray = true;
    grid->rings = has_rings(t);
    grid->space = drawing_space(t);
    uint32_t num = t->num_dims ? t->num_dims : t->spec.num_dims;
    for (uint32_t d = 0; d < num; d++) {
        uint32_t side = t->num_dims ? t->sides[d] : (uint32_t)t->spec.dims[d];
        if (side == 1)
            continue;
        grid->sides[grid->num++] = (struct side){.dimension = d, .side = side};
        grid->gray = grid->gray && side == 2;
    }
    grid->gray = grid->gray && grid->num > 3;
}

static void step_cube(struct grid *grid)
{
    struct side *sides = grid->sides;
    double depth = sides[2].side - 1;
    sides[0].step.x = (depth * aslant_x + 1.4) * grid->space;
    sides[1].step.y = (depth * aslant_y + 1.2) * grid->space;
    sides[2].step = (struct drawing_point){aslant_x * grid->space, aslant_y * grid->space};
}

static void step_blocks(struct grid *grid)
{
    double extents[2] = {-grid->space, -grid->space}; // across, up
    for (uint32_t i = 0; i < grid->num; i++) {
        double *extent = &extents[i % 2];
        double step = *extent + (i < 2 ? 2 : between_blocks) * grid->space;
        if (i % 2 == 0)
            grid->sides[i].step.x = step;
        else
            grid->sides[i].step.y = step;
        *extent = fmax(*extent, 0) + (grid->sides[i].side - 1) * step;
    }
    grid->extent = fmax(extents[0], extents[1]);
}

static uint32_t coordinate(const struct grid *grid, uint32_t router, uint32_t i)
{
    for (uint32_t j = 0; j < i; j++)
        router /= grid->sides[j].side;
    return router % grid->sides[i].side;
}

// Where a binary number stands in the Gray code.
static uint32_t gray_place(uint32_t number)
{
    for (uint32_t shift = 1; shift < 32; shift *= 2)
        number ^= number >> shift;
    return number;
}

static struct drawing_point place(const struct grid *grid, uint32_t router)
{
    struct drawing_point point = {0};
    uint32_t bits[2] = {0};
    for (uint32_t i = 0; i < grid->num; i++) {
        uint32_t c = coordinate(grid, router, i);
        point.x += c * grid->sides[i].step.x;
        point.y += c * grid->sides[i].step.y;
        bits[i % 2] |= c << i / 2;
    }
    if (!grid->gray)
        return point;
    return (struct drawing_point){gray_place(bits[0]) * grid->space,
                                  gray_place(bits[1]) * grid->space};
}

// Draws a channel along a side that joins coordinates a and b.
static void channel_along(const struct grid *grid, uint32_t i, uint32_t a, uint32_t b,
                          double length, struct drawing_channel *channel)
{
    const struct side *side = &grid->sides[i];
    uint32_t apart = a > b ? a - b : b - a;
    bool over = grid->num > 3 ? length > 1.01 * grid->space : apart > 1;
    channel->dimension = side->dimension;
    channel->wraps = grid->rings && side->side > 2 && apart == side->side - 1;
    if (over && !channel->wraps)
        channel->bend = grid->space * (least_bend + (most_bend - least_bend) * length /
                                                        fmax(grid->extent, length));
}

static void draw_channels(struct drawing *self, const struct grid *grid, const struct topology *t)
{
    for (size_t port = 0; port < (size_t)t->num_routers * t->radix; port++) {
        if (t->peer[port] == TOPOLOGY_NONE)
            continue;
        uint32_t from = (uint32_t)(port / t->radix);
        uint32_t to = t->peer[port] / t->radix;
        uint32_t i = 0;
        while (coordinate(grid, from, i) == coordinate(grid, to, i))
            i++;
        double length = hypot(self->routers[to].x - self->routers[from].x,
                              self->routers[to].y - self->routers[from].y);
        channel_along(grid, i, coordinate(grid, from, i), coordinate(grid, to, i), length,
                      &self->channels[port]);
    }
}

static void draw_ring(struct drawing *self, const struct topology *t)
{
    double radius = drawing_radius(t->num_routers, 1);
    for (uint32_t r = 0; r < t->num_routers; r++)
        self->routers[r] = drawing_on_circle(radius, 0.25 - (double)r / t->num_routers);
    for (size_t port = 0; port < (size_t)t->num_routers * t->radix; port++)
        if (t->peer[port] != TOPOLOGY_NONE)
            self->channels[port].dimension = 0;
}

bool drawing_grid(struct drawing *self, const struct topology *topology, struct err *err)
{
    (void)err;
    struct grid grid = {0};
    find_sides(&grid, topology);
    if (grid.num == 3)
        step_cube(&grid);
    else
        step_blocks(&grid);
    if (grid.num == 1 && grid.rings) {
        draw_ring(self, topology);
    } else {
        for (uint32_t r = 0; r < topology->num_routers; r++)
            self->routers[r] = place(&grid, r);
        draw_channels(self, &grid, topology);
    }
    drawing_beside(self, topology);
    return true;
}
