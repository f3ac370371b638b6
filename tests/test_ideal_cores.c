// SPDX-License-Identifier: Apache-2.0
// Cores of ideal nodes that ranks share: against a simulation cycle by cycle, and by closed forms.
#include "model/node/ideal_cores.h"
#include "sim/rng.h"

#include <criterion/criterion.h>

enum { CORES = 2, RANKS = 6, CYCLES = 400 };

// One core, cycle by cycle.
struct naive {
    uint32_t queue[RANKS];
    uint32_t num;
    uint64_t left[RANKS];
    uint64_t used; // of the first one's quantum
};

// A cycle of computing; returns the rank that has done, or UINT32_MAX.
static uint32_t naive_cycle(struct naive *self, uint64_t quantum)
{
    if (self->num == 0)
        return UINT32_MAX;
    uint32_t rank = self->queue[0];
    bool done = --self->left[rank] == 0;
    bool turns = ++self->used == quantum;
    if (!done && !turns)
        return UINT32_MAX;
    self->num--;
    for (uint32_t i = 0; i < self->num; i++)
        self->queue[i] = self->queue[i + 1];
    if (!done)
        self->queue[self->num++] = rank;
    self->used = 0;
    return done ? rank : UINT32_MAX;
}

// Ranks begin at random; both agree on the cycle in which each has done.
static void compare(uint64_t seed, uint64_t quantum)
{
    struct rng rng = rng_make(seed, RNG_SHUFFLE, 0);
    struct ideal_cores cores;
    struct naive naive[CORES] = {0};
    bool busy[RANKS] = {false};
    cr_assert(ideal_cores_make(&cores, CORES, RANKS, quantum));
    for (uint64_t cycle = 0; cycle < CYCLES; cycle++) {
        bool done[RANKS] = {false};
        while (ideal_cores_next(&cores) <= cycle) {
            uint32_t rank = ideal_cores_step(&cores);
            if (rank != UINT32_MAX)
                done[rank] = true;
        }
        for (uint32_t i = 0; cycle > 0 && i < CORES; i++) {
            uint32_t rank = naive_cycle(&naive[i], quantum);
            if (rank == UINT32_MAX)
                continue;
            cr_assert(done[rank], "seed %lu, cycle %lu: rank %u", seed, cycle, rank);
            done[rank] = busy[rank] = false;
        }
        for (uint32_t rank = 0; rank < RANKS; rank++) {
            cr_assert_not(done[rank], "seed %lu, cycle %lu: rank %u", seed, cycle, rank);
            if (busy[rank] || rng_below(&rng, 10) > 0)
                continue;
            struct naive *core = &naive[rank % CORES];
            busy[rank] = true;
            core->left[rank] = 1 + rng_below(&rng, 30);
            core->queue[core->num++] = rank;
            ideal_cores_begin(&cores, rank % CORES, rank, cycle, core->left[rank]);
        }
    }
    ideal_cores_free(&cores);
}

Test(ideal_cores, are_those_of_a_simulation_cycle_by_cycle)
{
    for (uint64_t seed = 0; seed < 200; seed++)
        compare(seed, 1 + seed % 11);
}

Test(ideal_cores, ranks_of_equal_work_end_one_after_the_other)
{
    enum { QUANTUM = 10, WORK = 50 };
    struct ideal_cores cores;
    cr_assert(ideal_cores_make(&cores, 1, RANKS, QUANTUM));
    for (uint32_t rank = 0; rank < RANKS; rank++)
        ideal_cores_begin(&cores, 0, rank, 0, WORK);
    for (uint32_t rank = 0; rank < RANKS; rank++) {
        uint32_t done = UINT32_MAX;
        uint64_t cycle = 0;
        while (done == UINT32_MAX) {
            cycle = ideal_cores_next(&cores);
            done = ideal_cores_step(&cores);
        }
        cr_expect_eq(done, rank);
        cr_expect_eq(cycle, RANKS * WORK - (RANKS - 1 - rank) * QUANTUM);
    }
    cr_expect_eq(ideal_cores_next(&cores), UINT64_MAX);
    ideal_cores_free(&cores);
}
