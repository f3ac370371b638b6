// SPDX-License-Identifier: Apache-2.0
// Any graph: routers so far apart as there are hops between them, as well as that goes, which is
// found by moving pairs nearer or further in random order, ever less; graphs of many routers as a
// tree of shortest ways from one in the middle.
#include "model/net/route_spread.h"
#include "sim/drawing_kinds.h"
#include "sim/rng.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_PAIRED = 1000, LEAST_ROUNDS = 40, MOST_ROUNDS = 400, MOST_MOVES = 20000000 };

static const double hop_space = 1.6;   // of a hop, in the space of a router
static const double last_step = 0.1;   // of a pair that is one hop apart
static const double most_scaled = 2.5; // where routers are too near to each other

struct pair {
    uint32_t a, b, hops;
};

static void move_pair(struct drawing_point *points, const struct pair *pair, double rate)
{
    struct drawing_point *a = &points[pair->a];
    struct drawing_point *b = &points[pair->b];
    double apart = hypot(a->x - b->x, a->y - b->y);
    double weight = rate / ((double)pair->hops * pair->hops);
    double by = fmin(weight, 1) * (apart - pair->hops) / 2 / fmax(apart, 1e-9);
    struct drawing_point move = {by * (a->x - b->x), by * (a->y - b->y)};
    *a = (struct drawing_point){a->x - move.x, a->y - move.y};
    *b = (struct drawing_point){b->x + move.x, b->y + move.y};
}

// Moves all pairs in every round, in steps that shrink.
static void settle(struct drawing_point *points, struct pair *pairs, size_t num, uint32_t farthest,
                   struct rng *rng)
{
    double first = (double)farthest * farthest;
    size_t rounds = MOST_MOVES / num;
    rounds = rounds < LEAST_ROUNDS ? LEAST_ROUNDS : rounds > MOST_ROUNDS ? MOST_ROUNDS : rounds;
    for (size_t round = 0; round < rounds; round++) {
        double rate = first * pow(last_step / first, (double)round / (double)(rounds - 1));
        for (size_t i = num - 1; i > 0; i--) {
            size_t j = rng_below(rng, i + 1);
            struct pair other = pairs[i];
            pairs[i] = pairs[j];
            pairs[j] = other;
        }
        for (size_t i = 0; i < num; i++)
            move_pair(points, &pairs[i], rate);
    }
}

// Lists pairs of routers between which there is a way. Returns how many.
static size_t list_pairs(const struct topology *t, struct pair *pairs, uint32_t *hops,
                         uint32_t *queue, uint32_t *farthest)
{
    size_t num = 0;
    for (uint32_t a = 0; a < t->num_routers; a++) {
        uint32_t reached = spread_distances(t, a, hops, queue);
        for (uint32_t i = 1; i < reached; i++) {
            uint32_t b = queue[i];
            *farthest = hops[b] > *farthest ? hops[b] : *farthest;
            if (b > a)
                pairs[num++] = (struct pair){a, b, hops[b]};
        }
    }
    return num;
}

// Turns the points so that they are widest across, the first ones on the left.
static void turn(struct drawing_point *points, uint32_t num)
{
    double x = 0, y = 0, xx = 0, xy = 0, yy = 0;
    for (uint32_t i = 0; i < num; i++) {
        x += points[i].x / num;
        y += points[i].y / num;
    }
    for (uint32_t i = 0; i < num; i++) {
        points[i] = (struct drawing_point){points[i].x - x, points[i].y - y};
        xx += points[i].x * points[i].x;
        xy += points[i].x * points[i].y;
        yy += points[i].y * points[i].y;
    }
    double angle = atan2(2 * xy, xx - yy) / 2;
    if (points[0].x * cos(angle) + points[0].y * sin(angle) > 0)
        angle += M_PI;
    for (uint32_t i = 0; i < num; i++)
        points[i] = (struct drawing_point){points[i].x * cos(angle) + points[i].y * sin(angle),
                                           points[i].y * cos(angle) - points[i].x * sin(angle)};
}

static void scale(struct drawing_point *points, uint32_t num, double space)
{
    double nearest = INFINITY;
    for (uint32_t i = 0; i < num; i++)
        for (uint32_t j = 0; j < i; j++)
            nearest = fmin(nearest, hypot(points[i].x - points[j].x, points[i].y - points[j].y));
    double factor = fmax(hop_space, fmin(1 / nearest, hop_space * most_scaled)) * space;
    for (uint32_t i = 0; i < num; i++)
        points[i] = (struct drawing_point){points[i].x * factor, points[i].y * factor};
}

static void pair_up(struct drawing *self, const struct topology *t, struct pair *pairs,
                    uint32_t *hops, uint32_t *queue)
{
    uint32_t farthest = 1;
    struct rng rng = rng_make(1, RNG_DRAWING, 0);
    for (uint32_t r = 0; r < t->num_routers; r++)
        self->routers[r] = drawing_on_circle(1, (double)rng_below(&rng, 1 << 20) / (1 << 20));
    size_t num = list_pairs(t, pairs, hops, queue, &farthest);
    if (num > 0)
        settle(self->routers, pairs, num, farthest, &rng);
    turn(self->routers, t->num_routers);
    scale(self->routers, t->num_routers, drawing_space(t));
}

// --- many routers -------------------------------------------------------------------------------

// The router that is reached from `begin` nearest first as the one in the middle: half of the hops
// from one end to the other.
static uint32_t middle_router(const struct topology *t, uint32_t *hops, uint32_t *queue)
{
    uint32_t reached = spread_distances(t, 0, hops, queue);
    uint32_t end = queue[reached - 1];
    reached = spread_distances(t, end, hops, queue);
    uint32_t half = hops[queue[reached - 1]] / 2;
    for (uint32_t router = queue[reached - 1]; hops[router] > half;)
        for (uint32_t p = 0; p < t->radix; p++) {
            uint32_t peer = t->peer[(size_t)router * t->radix + p];
            if (peer == TOPOLOGY_NONE || hops[peer / t->radix] >= hops[router])
                continue;
            router = peer / t->radix;
            end = router;
            break;
        }
    return end;
}

static uint32_t parent_of(const struct topology *t, const uint32_t *hops, uint32_t router)
{
    uint32_t parent = TOPOLOGY_NONE;
    for (uint32_t p = 0; p < t->radix && parent == TOPOLOGY_NONE; p++) {
        uint32_t peer = t->peer[(size_t)router * t->radix + p];
        if (peer != TOPOLOGY_NONE && hops[peer / t->radix] < hops[router])
            parent = peer / t->radix;
    }
    return parent;
}

// Every router gets a share of its parent's turn, by the leaves under it, in a ring for its hops.
static void spread_tree(struct drawing *self, const struct topology *t, const uint32_t *hops,
                        const uint32_t *queue, uint32_t reached, double *leaves, double *begin)
{
    for (uint32_t i = reached; i-- > 0;) {
        uint32_t router = queue[i];
        leaves[router] = fmax(leaves[router], 1);
        if (i > 0)
            leaves[parent_of(t, hops, router)] += leaves[router];
    }
    double all = leaves[queue[0]];
    double depth = fmax(1, hops[queue[reached - 1]]);
    double ring = fmax(hop_space, all / (2 * M_PI) / depth) * drawing_space(t);
    for (uint32_t i = 1; i < reached; i++) {
        uint32_t router = queue[i];
        uint32_t parent = parent_of(t, hops, router);
        begin[router] = begin[parent]; // where the parent's next one begins
        begin[parent] += leaves[router];
        self->routers[router] =
            drawing_on_circle(hops[router] * ring, (begin[router] + leaves[router] / 2) / all);
    }
}

bool drawing_graph(struct drawing *self, const struct topology *topology, struct err *err)
{
    size_t num = topology->num_routers;
    bool few = num <= MOST_PAIRED;
    uint32_t *hops = malloc(num * sizeof *hops);
    uint32_t *queue = malloc(num * sizeof *queue);
    struct pair *pairs = few ? malloc(num * num / 2 * sizeof *pairs + 1) : NULL;
    double *leaves = calloc(2 * num, sizeof *leaves);
    bool good = hops && queue && leaves && (pairs || !few);
    if (!good)
        err_set(err, ERR_RUN, "out of memory for a drawing");
    else if (few)
        pair_up(self, topology, pairs, hops, queue);
    else {
        uint32_t root = middle_router(topology, hops, queue);
        uint32_t reached = spread_distances(topology, root, hops, queue);
        spread_tree(self, topology, hops, queue, reached, leaves, leaves + num);
    }
    free(hops);
    free(queue);
    free(pairs);
    free(leaves);
    if (good)
        drawing_beside(self, topology);
    return good;
}
