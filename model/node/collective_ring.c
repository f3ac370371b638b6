// SPDX-License-Identifier: Apache-2.0
// Algorithms that go round: to the next rank, or to each rank in turn.
#include "model/node/collective_steps.h"

// --- ring: blocks wander to the next rank (Thakur et al. 2005, section 4.1) --------------------

static void ring_step(const struct collective *self, uint32_t sent_block, uint32_t received_block,
                      struct collective_step *step)
{
    collective_send(step, collective_plus(self, self->rank, 1), sent_block, 1);
    collective_recv(step, collective_minus(self, self->rank, 1), received_block, 1);
}

uint32_t collective_ring_gather_num(const struct collective *self)
{
    return self->num_ranks - 1;
}

// Pass on the block that came last, beginning with one's own.
void collective_ring_gather(const struct collective *self, uint32_t step_idx,
                            struct collective_step *step)
{
    uint32_t block = collective_minus(self, self->rank, step_idx);
    ring_step(self, block, collective_minus(self, block, 1), step);
}

uint32_t collective_ring_reduce_num(const struct collective *self)
{
    return self->num_ranks - 1;
}

// The partial sum of each block ends at its own rank, having been at all the others.
void collective_ring_reduce(const struct collective *self, uint32_t step_idx,
                            struct collective_step *step)
{
    uint32_t block = collective_minus(self, self->rank, step_idx + 1);
    ring_step(self, block, collective_minus(self, block, 1), step);
    step->combine = true;
}

uint32_t collective_ring_allreduce_num(const struct collective *self)
{
    return collective_ring_reduce_num(self) + collective_ring_gather_num(self);
}

void collective_ring_allreduce(const struct collective *self, uint32_t step_idx,
                               struct collective_step *step)
{
    uint32_t num_reduce = collective_ring_reduce_num(self);
    if (step_idx < num_reduce)
        collective_ring_reduce(self, step_idx, step);
    else
        collective_ring_gather(self, step_idx - num_reduce, step);
}

// Broadcast of long vectors: scatter its blocks, then gather them everywhere (van de Geijn's, in
// Thakur et al. 2005, section 4.2).
uint32_t collective_scatter_ring_num(const struct collective *self)
{
    return collective_scatter_num(self) + collective_ring_gather_num(self);
}

void collective_scatter_ring(const struct collective *self, uint32_t step_idx,
                             struct collective_step *step)
{
    uint32_t num_scatter = collective_scatter_num(self);
    if (step_idx < num_scatter)
        collective_scatter(self, step_idx, step);
    else
        collective_ring_gather(self, step_idx - num_scatter, step);
}

// --- chain: the prefix goes from rank to rank ----------------------------------------------------

uint32_t collective_scan_chain_num(const struct collective *self)
{
    (void)self;
    return 2;
}

void collective_scan_chain(const struct collective *self, uint32_t step_idx,
                           struct collective_step *step)
{
    if (step_idx == 0 && self->rank > 0)
        collective_recv(step, self->rank - 1, 0, self->num_ranks);
    if (step_idx == 1 && self->rank + 1 < self->num_ranks)
        collective_send(step, self->rank + 1, 0, self->num_ranks);
    step->combine = true;
}

// --- to each in turn: in step k, send k + 1 ranks ahead and receive from as far behind ---------

uint32_t collective_pairwise_num(const struct collective *self)
{
    return self->num_ranks - 1;
}

void collective_pairwise(const struct collective *self, uint32_t step_idx,
                         struct collective_step *step)
{
    uint32_t to = collective_plus(self, self->rank, step_idx + 1);
    uint32_t from = collective_minus(self, self->rank, step_idx + 1);
    collective_send(step, to, to, 1);
    collective_recv(step, from, from, 1);
}

uint32_t collective_post_all_num(const struct collective *self)
{
    return self->num_ranks - 1;
}

// The same messages, all posted at once.
void collective_post_all(const struct collective *self, uint32_t step_idx,
                         struct collective_step *step)
{
    collective_pairwise(self, step_idx, step);
    step->wait = step_idx + 1 == collective_post_all_num(self);
}

uint32_t collective_pairwise_reduce_num(const struct collective *self)
{
    return self->num_ranks - 1;
}

// Reduce-scatter: every rank gets its own block from each (Thakur et al. 2005, section 4.3).
void collective_pairwise_reduce(const struct collective *self, uint32_t step_idx,
                                struct collective_step *step)
{
    uint32_t to = collective_plus(self, self->rank, step_idx + 1);
    uint32_t from = collective_minus(self, self->rank, step_idx + 1);
    collective_send(step, to, to, 1);
    collective_recv(step, from, self->rank, 1);
    step->combine = true;
}
