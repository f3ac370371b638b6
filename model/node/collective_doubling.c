// SPDX-License-Identifier: Apache-2.0
// Algorithms in which the distance between partners doubles.
#include "model/node/collective_steps.h"

// --- dissemination (Hensgen et al. 1988): in round k, tell the rank 2^k further on -------------

uint32_t collective_dissemination_num(const struct collective *self)
{
    return collective_log2(self->num_ranks);
}

void collective_dissemination(const struct collective *self, uint32_t step_idx,
                              struct collective_step *step)
{
    uint32_t distance = (uint32_t)1 << step_idx;
    collective_send(step, collective_plus(self, self->rank, distance), 0, self->num_ranks);
    collective_recv(step, collective_minus(self, self->rank, distance), 0, self->num_ranks);
    step->combine = true;
}

// --- recursive doubling of a vector (Thakur et al. 2005, section 4.4) --------------------------
// The greatest power of two of ranks exchange. Where more ranks are left over, the first ones are
// in pairs: the even rank hands its data to the odd one, which takes part for both and hands the
// result back.

// Ranks left over, and with it the number of those pairs.
static uint32_t leftover(const struct collective *self)
{
    uint32_t log2 = collective_log2(self->num_ranks);
    uint32_t power = (uint32_t)1 << log2;
    return power == self->num_ranks ? 0 : self->num_ranks - power / 2;
}

uint32_t collective_exchange_num(const struct collective *self)
{
    return leftover(self) ? collective_log2(self->num_ranks) + 1 : collective_log2(self->num_ranks);
}

// The first and the last step of the pairs.
static void pair_step(const struct collective *self, bool first, struct collective_step *step)
{
    bool even = self->rank % 2 == 0;
    uint32_t partner = even ? self->rank + 1 : self->rank - 1;
    if (even == first)
        collective_send(step, partner, 0, self->num_ranks);
    else
        collective_recv(step, partner, 0, self->num_ranks);
    step->combine = first;
}

void collective_exchange(const struct collective *self, uint32_t step_idx,
                         struct collective_step *step)
{
    uint32_t pairs = leftover(self);
    bool in_pair = self->rank < 2 * pairs;
    if (pairs && (step_idx == 0 || step_idx + 1 == collective_exchange_num(self))) {
        if (in_pair)
            pair_step(self, step_idx == 0, step);
        return;
    }
    if (in_pair && self->rank % 2 == 0)
        return;
    uint32_t place = in_pair ? self->rank / 2 : self->rank - pairs;
    uint32_t other = place ^ ((uint32_t)1 << (pairs ? step_idx - 1 : step_idx));
    uint32_t partner = other < pairs ? 2 * other + 1 : other + pairs;
    collective_send(step, partner, 0, self->num_ranks);
    collective_recv(step, partner, 0, self->num_ranks);
    step->combine = true;
}

// --- all-gather of Bruck et al. 1997: take from the rank 2^k further on all that it has --------

uint32_t collective_bruck_num(const struct collective *self)
{
    return collective_log2(self->num_ranks);
}

void collective_bruck(const struct collective *self, uint32_t step_idx,
                      struct collective_step *step)
{
    uint32_t distance = (uint32_t)1 << step_idx;
    uint32_t missing = self->num_ranks - distance;
    uint32_t num = distance < missing ? distance : missing;
    uint32_t from = collective_plus(self, self->rank, distance);
    collective_send(step, collective_minus(self, self->rank, distance), self->rank, num);
    collective_recv(step, from, from, num);
}

// --- all-to-all of Bruck et al. 1997: blocks go in strides of 1, 2, 4, ..., as far as they need --
// A block that has d ranks to go takes the strides that are the bits of d, with others on their
// way. Each message has the blocks of one bit.

uint32_t collective_bruck_all_num(const struct collective *self)
{
    return collective_log2(self->num_ranks);
}

// Of the numbers below `num`, those that have the bit.
static uint32_t num_with_bit(uint32_t num, uint32_t bit)
{
    uint32_t beyond = num & (2 * bit - 1);
    return num / (2 * bit) * bit + (beyond > bit ? beyond - bit : 0);
}

void collective_bruck_all(const struct collective *self, uint32_t step_idx,
                          struct collective_step *step)
{
    uint32_t distance = (uint32_t)1 << step_idx;
    uint32_t num = num_with_bit(self->num_ranks, distance);
    collective_send(step, collective_plus(self, self->rank, distance), 0, num);
    collective_recv(step, collective_minus(self, self->rank, distance), 0, num);
    step->distance_bit = distance;
}

// --- scan of Hillis and Steele 1986: in round k, add what the rank 2^k before has ----------------

uint32_t collective_scan_doubling_num(const struct collective *self)
{
    return collective_log2(self->num_ranks);
}

void collective_scan_doubling(const struct collective *self, uint32_t step_idx,
                              struct collective_step *step)
{
    uint32_t distance = (uint32_t)1 << step_idx;
    if (distance < self->num_ranks - self->rank)
        collective_send(step, self->rank + distance, 0, self->num_ranks);
    if (self->rank >= distance)
        collective_recv(step, self->rank - distance, 0, self->num_ranks);
    step->combine = true;
}
