// SPDX-License-Identifier: Apache-2.0
// Algorithms to and from a root: binomial trees and linear ones.
//
// Ranks are counted from the root. In a binomial tree, the parent of a rank is the rank without its
// lowest set bit, and its subtree are the ranks that follow, up to that bit. A broadcast goes over
// the bits from the highest down, a reduction from the lowest up. Thakur et al. 2005, section 3.
#include "model/node/collective_steps.h"

// This rank's place in a binomial tree, at the level of bit `mask`.
struct branch {
    uint32_t relative; // rank, counted from the root
    bool child;        // hears from the parent at this level
    bool parent;       // has a child at this level
    uint32_t peer;     // that parent or child
    uint32_t first;    // blocks of the child's subtree
    uint32_t num;
};

static struct branch branch_at(const struct collective *self, uint32_t level)
{
    uint32_t mask = (uint32_t)1 << level;
    uint32_t relative = collective_minus(self, self->rank, self->root);
    struct branch branch = {.relative = relative};
    uint32_t within = relative & (2 * mask - 1);
    branch.child = within == mask;
    branch.parent = within == 0 && mask < self->num_ranks - relative;
    if (!branch.child && !branch.parent)
        return branch;
    uint32_t child = branch.child ? relative : relative + mask;
    uint32_t other = branch.child ? relative - mask : child;
    branch.peer = collective_plus(self, other, self->root);
    branch.first = collective_plus(self, child, self->root);
    branch.num = mask < self->num_ranks - child ? mask : self->num_ranks - child;
    return branch;
}

// One level on the way down, of the child's blocks or of all.
static void down(const struct collective *self, uint32_t level, bool all,
                 struct collective_step *step)
{
    struct branch branch = branch_at(self, level);
    uint32_t first = all ? 0 : branch.first;
    uint32_t num = all ? self->num_ranks : branch.num;
    if (branch.child)
        collective_recv(step, branch.peer, first, num);
    else if (branch.parent)
        collective_send(step, branch.peer, first, num);
}

// One level on the way up.
static void up(const struct collective *self, uint32_t level, bool all,
               struct collective_step *step)
{
    struct branch branch = branch_at(self, level);
    uint32_t first = all ? 0 : branch.first;
    uint32_t num = all ? self->num_ranks : branch.num;
    if (branch.child)
        collective_send(step, branch.peer, first, num);
    else if (branch.parent)
        collective_recv(step, branch.peer, first, num);
}

uint32_t collective_spread_num(const struct collective *self)
{
    return collective_log2(self->num_ranks);
}

void collective_spread(const struct collective *self, uint32_t step_idx,
                       struct collective_step *step)
{
    down(self, collective_spread_num(self) - 1 - step_idx, true, step);
}

uint32_t collective_join_num(const struct collective *self)
{
    return collective_log2(self->num_ranks);
}

void collective_join(const struct collective *self, uint32_t step_idx, struct collective_step *step)
{
    up(self, step_idx, true, step);
    step->combine = true;
}

uint32_t collective_join_spread_num(const struct collective *self)
{
    return collective_join_num(self) + collective_spread_num(self);
}

void collective_join_spread(const struct collective *self, uint32_t step_idx,
                            struct collective_step *step)
{
    uint32_t num_join = collective_join_num(self);
    if (step_idx < num_join)
        collective_join(self, step_idx, step);
    else
        collective_spread(self, step_idx - num_join, step);
}

uint32_t collective_scatter_num(const struct collective *self)
{
    return collective_log2(self->num_ranks);
}

void collective_scatter(const struct collective *self, uint32_t step_idx,
                        struct collective_step *step)
{
    down(self, collective_scatter_num(self) - 1 - step_idx, false, step);
}

uint32_t collective_gather_num(const struct collective *self)
{
    return collective_log2(self->num_ranks);
}

void collective_gather(const struct collective *self, uint32_t step_idx,
                       struct collective_step *step)
{
    up(self, step_idx, false, step);
}

// --- linear: the root has a step for each other rank, these have one --------------------------

static uint32_t linear_num(const struct collective *self)
{
    return self->rank == self->root ? self->num_ranks - 1 : 1;
}

// The rank that the root turns to in a step. The root posts all of them, then waits.
static uint32_t linear_peer(const struct collective *self, uint32_t step_idx,
                            struct collective_step *step)
{
    step->wait = step_idx + 1 == linear_num(self);
    return collective_plus(self, self->root, step_idx + 1);
}

uint32_t collective_spread_linear_num(const struct collective *self)
{
    return linear_num(self);
}

void collective_spread_linear(const struct collective *self, uint32_t step_idx,
                              struct collective_step *step)
{
    uint32_t peer = linear_peer(self, step_idx, step);
    if (self->rank == self->root)
        collective_send(step, peer, 0, self->num_ranks);
    else
        collective_recv(step, self->root, 0, self->num_ranks);
}

uint32_t collective_join_linear_num(const struct collective *self)
{
    return linear_num(self);
}

void collective_join_linear(const struct collective *self, uint32_t step_idx,
                            struct collective_step *step)
{
    uint32_t peer = linear_peer(self, step_idx, step);
    step->combine = true;
    if (self->rank == self->root)
        collective_recv(step, peer, 0, self->num_ranks);
    else
        collective_send(step, self->root, 0, self->num_ranks);
}

uint32_t collective_central_num(const struct collective *self)
{
    return 2 * linear_num(self);
}

void collective_central(const struct collective *self, uint32_t step_idx,
                        struct collective_step *step)
{
    uint32_t num = linear_num(self);
    if (step_idx < num)
        collective_join_linear(self, step_idx, step);
    else
        collective_spread_linear(self, step_idx - num, step);
}

uint32_t collective_scatter_linear_num(const struct collective *self)
{
    return linear_num(self);
}

void collective_scatter_linear(const struct collective *self, uint32_t step_idx,
                               struct collective_step *step)
{
    uint32_t peer = linear_peer(self, step_idx, step);
    if (self->rank == self->root)
        collective_send(step, peer, peer, 1);
    else
        collective_recv(step, self->root, self->rank, 1);
}

uint32_t collective_gather_linear_num(const struct collective *self)
{
    return linear_num(self);
}

void collective_gather_linear(const struct collective *self, uint32_t step_idx,
                              struct collective_step *step)
{
    uint32_t peer = linear_peer(self, step_idx, step);
    if (self->rank == self->root)
        collective_recv(step, peer, peer, 1);
    else
        collective_send(step, self->root, self->rank, 1);
}
