// SPDX-License-Identifier: Apache-2.0
// Geometric random numbers without floating point: how often something fails before it succeeds.
//
// If P(K >= k) = q^k, the binary digits of K are independent, and bit i is 1 with probability
// q^(2^i) / (1 + q^(2^i)). So a draw is one chance a bit, and exact up to the 64 bits of a chance;
// bits that would be 1 with less than 2^-64 are left out.
//
// Source: Devroye, "Non-Uniform Random Variate Generation" (1986), on the geometric distribution
// (the digits of an exponential variate are independent; here to base q).
#ifndef ORDITO_MODEL_NODE_GEOMETRIC_H
#define ORDITO_MODEL_NODE_GEOMETRIC_H

#include "sim/rng.h"

enum { GEOMETRIC_MAX_BITS = 62 };

struct geometric {
    uint32_t num_bits;
    uint64_t thresholds[GEOMETRIC_MAX_BITS]; // rng_threshold of each bit
};

// Numbers whose probability of one more failure is `q`, 0..1; their mean is q / (1 - q). For
// q >= 1 - 2^-53 the mean is capped by 2^GEOMETRIC_MAX_BITS, in effect never.
struct geometric geometric_make(double q);

static inline uint64_t geometric_draw(const struct geometric *self, struct rng *rng)
{
    uint64_t number = 0;
    for (uint32_t i = 0; i < self->num_bits; i++)
        number |= (uint64_t)rng_chance(rng, self->thresholds[i]) << i;
    return number;
}

#endif
