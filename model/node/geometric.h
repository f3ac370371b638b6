// SPDX-License-Identifier: Apache-2.0
// Geometric random numbers without floating point: how often something fails before it succeeds.
//
// If P(K >= k) = q^k, the lowest 6 binary digits of K are independent of those above. They are
// drawn at once, by a table of their distribution. Of those above a chance of q^64 tells whether
// there are any; how many times 64 there are beyond the first is geometric again, to base q^64, and
// its digits are independent: bit i is 1 with probability p^(2^i) / (1 + p^(2^i)), p = q^64. So a
// draw is exact up to the 64 bits of a chance; bits that would be 1 with less than 2^-64 are left
// out.
//
// Source: Devroye, "Non-Uniform Random Variate Generation" (1986), on the geometric distribution
// (the digits of an exponential variate are independent; here to base q), and on guide tables.
#ifndef ORDITO_MODEL_NODE_GEOMETRIC_H
#define ORDITO_MODEL_NODE_GEOMETRIC_H

#include "sim/rng.h"

enum {
    GEOMETRIC_LOW = 64,
    GEOMETRIC_MAX_BITS = 56,
    GEOMETRIC_GUIDE_BITS = 8 // of a draw, by which it is looked up
};

struct geometric {
    uint64_t last_draw[GEOMETRIC_LOW];        // greatest draw for which the lowest digits are this
    uint8_t guide[1 << GEOMETRIC_GUIDE_BITS]; // by a draw's first bits: least that they can be
    uint64_t any_high;                        // rng_threshold of there being more
    uint32_t num_bits;
    uint64_t high[GEOMETRIC_MAX_BITS]; // of each bit of what is above, less 1
};

// Numbers whose probability of one more failure is `q`, 0..1; their mean is q / (1 - q). For
// q >= 1 - 2^-53 the mean is capped by 2^62, in effect never.
struct geometric geometric_make(double q);

// What is above the lowest digits of a draw, if there is anything.
uint64_t geometric_draw_high(const struct geometric *self, struct rng *rng);

static inline uint64_t geometric_draw(const struct geometric *self, struct rng *rng)
{
    uint64_t draw = rng_next(rng);
    uint64_t low = self->guide[draw >> (64 - GEOMETRIC_GUIDE_BITS)];
    while (draw > self->last_draw[low]) // most often the guide is right
        low++;
    return rng_chance(rng, self->any_high) ? low + geometric_draw_high(self, rng) : low;
}

#endif
