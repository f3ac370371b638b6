// SPDX-License-Identifier: Apache-2.0
// Helpers of the files that hold collective algorithms, and what these offer to collective.c.
#ifndef ORDITO_MODEL_NODE_COLLECTIVE_STEPS_H
#define ORDITO_MODEL_NODE_COLLECTIVE_STEPS_H

#include "model/node/collective.h"

// Number of doublings from 1 that reach `num`: ceiling of its logarithm.
static inline uint32_t collective_log2(uint32_t num)
{
    uint32_t log2 = 0;
    while ((uint64_t)1 << log2 < num)
        log2++;
    return log2;
}

// (a + b) mod num_ranks for a, b < num_ranks.
static inline uint32_t collective_plus(const struct collective *self, uint32_t a, uint32_t b)
{
    return a >= self->num_ranks - b ? a - (self->num_ranks - b) : a + b;
}

// (a - b) mod num_ranks for a, b < num_ranks.
static inline uint32_t collective_minus(const struct collective *self, uint32_t a, uint32_t b)
{
    return a >= b ? a - b : a + (self->num_ranks - b);
}

static inline void collective_send(struct collective_step *step, uint32_t to, uint32_t first,
                                   uint32_t num)
{
    step->send_to = to;
    step->send_first = first;
    step->send_num = num;
}

static inline void collective_recv(struct collective_step *step, uint32_t from, uint32_t first,
                                   uint32_t num)
{
    step->recv_from = from;
    step->recv_first = first;
    step->recv_num = num;
}

#define COLLECTIVE_STEPS(name)                                                                     \
    uint32_t collective_##name##_num(const struct collective *self);                               \
    void collective_##name(const struct collective *self, uint32_t step_idx,                       \
                           struct collective_step *step)

// collective_tree.c: to and from a root.
COLLECTIVE_STEPS(spread);         // binomial broadcast
COLLECTIVE_STEPS(spread_linear);  // the root sends to each
COLLECTIVE_STEPS(join);           // binomial reduction
COLLECTIVE_STEPS(join_linear);    // each sends to the root
COLLECTIVE_STEPS(join_spread);    // both, one after the other
COLLECTIVE_STEPS(central);        // both, linear
COLLECTIVE_STEPS(scatter);        // binomial, halves of the blocks at each branch
COLLECTIVE_STEPS(scatter_linear); // a block to each
COLLECTIVE_STEPS(gather);
COLLECTIVE_STEPS(gather_linear);

// collective_doubling.c: distances that double.
COLLECTIVE_STEPS(dissemination);
COLLECTIVE_STEPS(exchange); // recursive doubling of a whole vector
COLLECTIVE_STEPS(bruck);
COLLECTIVE_STEPS(bruck_all); // all-to-all
COLLECTIVE_STEPS(scan_doubling);

// collective_halving.c: distances that halve, and double.
COLLECTIVE_STEPS(halving_reduce);    // reduce-scatter
COLLECTIVE_STEPS(rabenseifner);      // all-reduce
COLLECTIVE_STEPS(rabenseifner_root); // reduce
COLLECTIVE_STEPS(allgather_doubling);
COLLECTIVE_STEPS(scatter_doubling); // binomial scatter, then doubling
uint32_t collective_core_blocks(const struct collective *self);

// collective_ring.c: to a neighbour, or to each in turn.
COLLECTIVE_STEPS(ring_gather);
COLLECTIVE_STEPS(ring_reduce);
COLLECTIVE_STEPS(ring_allreduce);
COLLECTIVE_STEPS(scatter_ring); // binomial scatter, then ring
COLLECTIVE_STEPS(scan_chain);
COLLECTIVE_STEPS(pairwise);
COLLECTIVE_STEPS(post_all);
COLLECTIVE_STEPS(pairwise_reduce);

#undef COLLECTIVE_STEPS

#endif
