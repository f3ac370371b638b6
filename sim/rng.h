// SPDX-License-Identifier: Apache-2.0
// Seeded random streams, one per (seed, purpose, instance), so that what one instance draws never
// depends on how many others there are or on the order in which they are asked.
//
// Source: xoshiro256** by Blackman and Vigna ("Scrambled linear pseudorandom number generators",
// ACM TOMS 47(4), 2021), seeded by splitmix64 (Steele, Lea and Flood, OOPSLA 2014).
#ifndef ORDITO_SIM_RNG_H
#define ORDITO_SIM_RNG_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

// What a stream is for; a new use gets a new number at the end, so that old results stay.
enum rng_purpose {
    RNG_INJECTION = 1,   // when a node creates a packet
    RNG_DESTINATION = 2, // where to, and how long
    RNG_STALL = 3,       // when a terminal does not consume
    RNG_PERMUTATION = 4, // the random permutation pattern
    RNG_SHUFFLE = 5,     // order of evaluation in tests
    RNG_VALIDATE = 6,    // drawing of random configurations
    RNG_BACKOFF = 7,     // when a node repeats a circuit's probe
    RNG_REPLACEMENT = 8, // which line of a set a cache evicts
    RNG_FAULT = 9,       // which packets channels lose or change, and which bit
    RNG_MAPPING = 10,    // which rank runs on which node
    RNG_RPC_LOSS = 12,   // which messages of remote procedure calls are lost
    RNG_DRAWING = 13,    // where drawing a graph begins
    RNG_CAMPAIGN = 14,   // stimuli of a campaign on a device under validation
    RNG_STIMULUS = 15,   // what is in them
    RNG_SHRINK = 16      // what is tried to make a stimulus smaller
};

struct rng {
    uint64_t s[4];
};

struct rng rng_make(uint64_t seed, enum rng_purpose purpose, uint64_t instance);

// The mixing function of splitmix64: a bijection on 64-bit words with good avalanche.
static inline uint64_t rng_mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

static inline uint64_t rng_next(struct rng *self)
{
    uint64_t *s = self->s;
    uint64_t x = s[1] * 5;
    uint64_t result = ((x << 7) | (x >> 57)) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = (s[3] << 45) | (s[3] >> 19);
    return result;
}

// For rng_below: the same with a first draw, which is less than `bound`.
uint64_t rng_below_from(struct rng *self, uint64_t draw, uint64_t bound);

// Uniform in 0 .. bound-1, without bias; bound >= 1. Draws below 2^64 mod bound are rejected; one
// that is bound or more is none of them.
static inline uint64_t rng_below(struct rng *self, uint64_t bound)
{
    assert(bound > 0);
    uint64_t draw = rng_next(self);
    return draw >= bound ? draw % bound : rng_below_from(self, draw, bound);
}

// A threshold for rng_chance: probability p in 0..1 as a 64-bit fraction. Floating point is used
// once, when the configuration is read, never in a cycle.
uint64_t rng_threshold(double probability);

// True with the probability of the threshold.
static inline bool rng_chance(struct rng *self, uint64_t threshold)
{
    return threshold == UINT64_MAX || rng_next(self) < threshold;
}

#endif
