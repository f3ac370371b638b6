// SPDX-License-Identifier: Apache-2.0
#include "model/net/fault.h"

#include "sim/rng.h"

static bool hits(uint64_t key, uint64_t event, uint64_t threshold)
{
    return threshold == UINT64_MAX || rng_mix(key ^ rng_mix(event)) < threshold;
}

enum packet_fate fault_fate(const struct fault_params *params, uint64_t seed, uint64_t serial,
                            uint32_t num_crossings)
{
    uint64_t key = rng_mix(rng_mix(seed) ^ rng_mix((uint64_t)RNG_FAULT << 56) ^ serial);
    enum packet_fate fate = PACKET_WHOLE;
    for (uint64_t i = 0; i < num_crossings; i++) {
        if (hits(key, 2 * i, params->drop_threshold))
            return PACKET_DROPPED;
        if (hits(key, 2 * i + 1, params->corrupt_threshold))
            fate = PACKET_CORRUPTED;
    }
    return fate;
}
