// SPDX-License-Identifier: Apache-2.0
// Algorithms in which the distance between partners, and what they exchange, halves and doubles:
// recursive halving, and what Rabenseifner makes of it. Thakur et al. 2005, sections 4.1 to 4.5.
//
// They take place among the greatest power of two of ranks, the core. Where more ranks are left
// over, the first ones are in pairs: the odd rank hands its data to the even one, which takes part
// for both, and hands the result back. Ranks are counted from the root, which so is in the core.
//
// Data are in parts, one a place of the core. Where each rank has a block of its own, the part of a
// pair is the blocks of both; a vector is cut into as many blocks as there are parts.
#include "model/node/collective_steps.h"

struct core {
    uint32_t log2;  // of the number of places
    uint32_t pairs; // of ranks, at the first places
    uint32_t relative;
    bool paired;
    bool inside;    // the rank has a place
    uint32_t place; // undefined unless inside
};

static struct core core_of(const struct collective *self)
{
    struct core core = {.log2 = collective_log2(self->num_ranks)};
    if ((uint32_t)1 << core.log2 > self->num_ranks)
        core.log2--;
    core.pairs = self->num_ranks - ((uint32_t)1 << core.log2);
    core.relative = collective_minus(self, self->rank, self->root);
    core.paired = core.relative < 2 * core.pairs;
    core.inside = !core.paired || core.relative % 2 == 0;
    core.place = core.paired ? core.relative / 2 : core.relative - core.pairs;
    return core;
}

// The rank, counted from the root, at a place; also the first block of the place's part.
static uint32_t relative_at(const struct core *core, uint32_t place)
{
    return place < core->pairs ? 2 * place : place + core->pairs;
}

static uint32_t rank_at(const struct collective *self, const struct core *core, uint32_t place)
{
    return collective_plus(self, relative_at(core, place), self->root);
}

static uint32_t pair_partner(const struct collective *self, const struct core *core)
{
    return collective_plus(self, core->relative ^ 1, self->root);
}

struct blocks {
    uint32_t first, num;
};

// The blocks of `num` parts.
static struct blocks blocks_of(const struct collective *self, const struct core *core,
                               uint32_t first, uint32_t num)
{
    if (self->algorithm->num_blocks)
        return (struct blocks){first, num};
    uint32_t begin = relative_at(core, first);
    uint32_t end = relative_at(core, first + num);
    return (struct blocks){collective_plus(self, begin, self->root), end - begin};
}

uint32_t collective_core_blocks(const struct collective *self)
{
    return (uint32_t)1 << core_of(self).log2;
}

// Exchanges with the partner at a distance: its half of the parts for one's own, where parts are
// in aligned groups of that distance.
static void exchange_groups(const struct collective *self, const struct core *core,
                            uint32_t distance, bool own, struct collective_step *step)
{
    uint32_t other = core->place ^ distance;
    uint32_t mine_first = core->place & ~(distance - 1);
    uint32_t other_first = other & ~(distance - 1);
    struct blocks mine = blocks_of(self, core, mine_first, distance);
    struct blocks its = blocks_of(self, core, other_first, distance);
    struct blocks sent = own ? mine : its;
    struct blocks received = own ? its : mine;
    uint32_t partner = rank_at(self, core, other);
    collective_send(step, partner, sent.first, sent.num);
    collective_recv(step, partner, received.first, received.num);
}

// Hand the partner the half that it goes on with.
static void halve(const struct collective *self, const struct core *core, uint32_t round,
                  struct collective_step *step)
{
    exchange_groups(self, core, (uint32_t)1 << (core->log2 - 1 - round), false, step);
    step->combine = true;
}

// Tell the partner all that one has.
static void redouble(const struct collective *self, const struct core *core, uint32_t round,
                     struct collective_step *step)
{
    exchange_groups(self, core, (uint32_t)1 << round, true, step);
}

// Parts go to the place without the lowest bit of one's own, in the end to the root.
static void collect(const struct collective *self, const struct core *core, uint32_t round,
                    struct collective_step *step)
{
    uint32_t distance = (uint32_t)1 << round;
    if ((core->place & (distance - 1)) != 0)
        return;
    if (core->place & distance) {
        struct blocks blocks = blocks_of(self, core, core->place, distance);
        collective_send(step, rank_at(self, core, core->place - distance), blocks.first,
                        blocks.num);
    } else {
        struct blocks blocks = blocks_of(self, core, core->place + distance, distance);
        collective_recv(step, rank_at(self, core, core->place + distance), blocks.first,
                        blocks.num);
    }
}

// Within a pair, blocks go to the even rank, or from it.
static void within_pair(const struct collective *self, const struct core *core, bool to_even,
                        struct blocks blocks, struct collective_step *step)
{
    if (!core->paired)
        return;
    if (core->inside != to_even)
        collective_send(step, pair_partner(self, core), blocks.first, blocks.num);
    else
        collective_recv(step, pair_partner(self, core), blocks.first, blocks.num);
}

// The block of the odd rank of a pair.
static struct blocks odd_block(const struct collective *self, const struct core *core)
{
    return (struct blocks){collective_plus(self, core->relative | 1, self->root), 1};
}

// All blocks but that one.
static struct blocks other_blocks(const struct collective *self, const struct core *core)
{
    struct blocks odd = odd_block(self, core);
    return (struct blocks){collective_plus(self, odd.first, 1), self->num_ranks - 1};
}

static struct blocks all_blocks(const struct collective *self)
{
    return (struct blocks){0, collective_num_blocks(self)};
}

// What a step is, where there is one for the pairs first, rounds of the core, and one more last.
enum phase { PAIRS_FIRST, ROUNDS, PAIRS_LAST };

static enum phase phase_of(const struct core *core, uint32_t num_rounds, uint32_t step_idx,
                           uint32_t *round)
{
    *round = core->pairs ? step_idx - 1 : step_idx;
    if (core->pairs && step_idx == 0)
        return PAIRS_FIRST;
    return *round < num_rounds ? ROUNDS : PAIRS_LAST;
}

// --- reduce-scatter -----------------------------------------------------------------------------

uint32_t collective_halving_reduce_num(const struct collective *self)
{
    struct core core = core_of(self);
    return core.log2 + (core.pairs ? 2 : 0);
}

void collective_halving_reduce(const struct collective *self, uint32_t step_idx,
                               struct collective_step *step)
{
    struct core core = core_of(self);
    uint32_t round;
    switch (phase_of(&core, core.log2, step_idx, &round)) {
    case PAIRS_FIRST:
        within_pair(self, &core, true, all_blocks(self), step);
        step->combine = true;
        break;
    case ROUNDS:
        if (core.inside)
            halve(self, &core, round, step);
        break;
    case PAIRS_LAST:
        within_pair(self, &core, false, odd_block(self, &core), step);
        break;
    }
}

// --- Rabenseifner's reductions: reduce-scatter, then gather -------------------------------------

uint32_t collective_rabenseifner_num(const struct collective *self)
{
    struct core core = core_of(self);
    return 2 * core.log2 + (core.pairs ? 2 : 0);
}

void collective_rabenseifner(const struct collective *self, uint32_t step_idx,
                             struct collective_step *step)
{
    struct core core = core_of(self);
    uint32_t round;
    enum phase phase = phase_of(&core, 2 * core.log2, step_idx, &round);
    if (phase != ROUNDS) {
        within_pair(self, &core, phase == PAIRS_FIRST, all_blocks(self), step);
        step->combine = phase == PAIRS_FIRST;
    } else if (core.inside && round < core.log2) {
        halve(self, &core, round, step);
    } else if (core.inside) {
        redouble(self, &core, round - core.log2, step);
    }
}

uint32_t collective_rabenseifner_root_num(const struct collective *self)
{
    struct core core = core_of(self);
    return 2 * core.log2 + (core.pairs ? 1 : 0);
}

void collective_rabenseifner_root(const struct collective *self, uint32_t step_idx,
                                  struct collective_step *step)
{
    struct core core = core_of(self);
    uint32_t round;
    if (phase_of(&core, 2 * core.log2, step_idx, &round) == PAIRS_FIRST) {
        within_pair(self, &core, true, all_blocks(self), step);
        step->combine = true;
    } else if (core.inside && round < core.log2) {
        halve(self, &core, round, step);
    } else if (core.inside) {
        collect(self, &core, round - core.log2, step);
    }
}

// --- all-gather, and a broadcast that ends with it ----------------------------------------------

uint32_t collective_allgather_doubling_num(const struct collective *self)
{
    struct core core = core_of(self);
    return core.log2 + (core.pairs ? 2 : 0);
}

void collective_allgather_doubling(const struct collective *self, uint32_t step_idx,
                                   struct collective_step *step)
{
    struct core core = core_of(self);
    uint32_t round;
    switch (phase_of(&core, core.log2, step_idx, &round)) {
    case PAIRS_FIRST:
        within_pair(self, &core, true, odd_block(self, &core), step);
        break;
    case ROUNDS:
        if (core.inside)
            redouble(self, &core, round, step);
        break;
    case PAIRS_LAST:
        within_pair(self, &core, false, other_blocks(self, &core), step);
        break;
    }
}

// The even rank of a pair is the parent of the odd one in the binomial tree, so that it has what
// the odd one got.
uint32_t collective_scatter_doubling_num(const struct collective *self)
{
    struct core core = core_of(self);
    return collective_scatter_num(self) + core.log2 + (core.pairs ? 1 : 0);
}

void collective_scatter_doubling(const struct collective *self, uint32_t step_idx,
                                 struct collective_step *step)
{
    uint32_t num_scatter = collective_scatter_num(self);
    struct core core = core_of(self);
    if (step_idx < num_scatter)
        collective_scatter(self, step_idx, step);
    else if (step_idx - num_scatter == core.log2)
        within_pair(self, &core, false, other_blocks(self, &core), step);
    else if (core.inside)
        redouble(self, &core, step_idx - num_scatter, step);
}
