// SPDX-License-Identifier: Apache-2.0
#include "model/node/geometric.h"

struct geometric geometric_make(double q)
{
    struct geometric self = {0};
    double sums[GEOMETRIC_LOW]; // of q^0 to q^j
    double sum = 0.0;
    double power = 1.0;
    for (uint32_t j = 0; j < GEOMETRIC_LOW; j++) {
        sum += power;
        power *= q;
        sums[j] = sum;
    }
    for (uint32_t j = 0; j < GEOMETRIC_LOW; j++)
        self.low_at_most[j] = rng_threshold(sums[j] / sum);
    self.any_high = rng_threshold(power); // q^64
    while (self.num_bits < GEOMETRIC_MAX_BITS) {
        uint64_t threshold = rng_threshold(power / (1.0 + power));
        if (threshold == 0)
            break;
        self.high[self.num_bits++] = threshold;
        power *= power;
    }
    return self;
}

uint64_t geometric_draw(const struct geometric *self, struct rng *rng)
{
    uint64_t draw = rng_next(rng);
    uint32_t low = 0;
    for (uint32_t step = GEOMETRIC_LOW / 2; step > 0; step /= 2)
        low += step & -(uint32_t)(draw >= self->low_at_most[low + step - 1]); // no branch
    if (!rng_chance(rng, self->any_high))
        return low;
    uint64_t high = 1;
    for (uint32_t i = 0; i < self->num_bits; i++)
        high += (uint64_t)rng_chance(rng, self->high[i]) << i;
    return high * GEOMETRIC_LOW + low;
}
