// SPDX-License-Identifier: Apache-2.0
#include "model/node/geometric.h"

static void make_guide(struct geometric *self)
{
    uint8_t low = 0;
    for (uint64_t g = 0; g < 1U << GEOMETRIC_GUIDE_BITS; g++) {
        while (g << (64 - GEOMETRIC_GUIDE_BITS) > self->last_draw[low])
            low++;
        self->guide[g] = low;
    }
}

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
    for (uint32_t j = 0; j + 1 < GEOMETRIC_LOW; j++)
        self.last_draw[j] = rng_threshold(sums[j] / sum) - 1;
    self.last_draw[GEOMETRIC_LOW - 1] = UINT64_MAX;
    make_guide(&self);
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

uint64_t geometric_draw_high(const struct geometric *self, struct rng *rng)
{
    uint64_t high = 1;
    for (uint32_t i = 0; i < self->num_bits; i++)
        high += (uint64_t)rng_chance(rng, self->high[i]) << i;
    return high * GEOMETRIC_LOW;
}
