// SPDX-License-Identifier: Apache-2.0
#include "model/node/geometric.h"

struct geometric geometric_make(double q)
{
    struct geometric self = {0};
    double power = q; // q^(2^i)
    while (self.num_bits < GEOMETRIC_MAX_BITS) {
        uint64_t threshold = rng_threshold(power / (1.0 + power));
        if (threshold == 0)
            break;
        self.thresholds[self.num_bits++] = threshold;
        power *= power;
    }
    return self;
}
