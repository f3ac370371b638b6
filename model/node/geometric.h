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
// (the digits of an exponential variate are independent; here to base q).
#ifndef ORDITO_MODEL_NODE_GEOMETRIC_H
#define ORDITO_MODEL_NODE_GEOMETRIC_H

#include "sim/rng.h"

enum { GEOMETRIC_LOW = 64, GEOMETRIC_MAX_BITS = 56 };

struct geometric {
    uint64_t low_at_most[GEOMETRIC_LOW]; // rng_threshold of the lowest digits being at most this
    uint64_t any_high;                   // of there being more
    uint32_t num_bits;
    uint64_t high[GEOMETRIC_MAX_BITS]; // of each bit of what is above, less 1
};

// Numbers whose probability of one more failure is `q`, 0..1; their mean is q / (1 - q). For
// q >= 1 - 2^-53 the mean is capped by 2^62, in effect never.
struct geometric geometric_make(double q);

uint64_t geometric_draw(const struct geometric *self, struct rng *rng);

#endif
