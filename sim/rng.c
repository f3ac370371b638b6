// SPDX-License-Identifier: Apache-2.0
#include "sim/rng.h"

struct rng rng_make(uint64_t seed, enum rng_purpose purpose, uint64_t instance)
{
    uint64_t key = rng_mix(rng_mix(seed) ^ rng_mix((uint64_t)purpose << 56) ^ instance);
    struct rng rng;
    for (int i = 0; i < 4; i++) {
        rng.s[i] = rng_mix(key);
        key += 0x9e3779b97f4a7c15U;
    }
    return rng;
}

uint64_t rng_below_from(struct rng *self, uint64_t draw, uint64_t bound)
{
    while (draw < -bound % bound)
        draw = rng_next(self);
    return draw % bound;
}

uint64_t rng_threshold(double probability)
{
    if (probability >= 1.0)
        return UINT64_MAX;
    if (probability <= 0.0)
        return 0;
    return (uint64_t)(probability * 18446744073709551616.0);
}
