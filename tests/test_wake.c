// SPDX-License-Identifier: Apache-2.0
#include "model/node/wake.h"
#include "sim/rng.h"

#include <criterion/criterion.h>

enum { NUM_RANKS = 50 };

Test(wake, ranks_come_in_order_of_cycle_and_rank_and_never_early)
{
    struct wake wake;
    struct rng rng = rng_make(1, RNG_SHUFFLE, 0);
    uint64_t due[NUM_RANKS];
    cr_assert(wake_make(&wake, NUM_RANKS));
    cr_assert_eq(wake_first(&wake), UINT64_MAX);
    for (uint32_t i = 0; i < NUM_RANKS; i++) {
        due[i] = rng_below(&rng, 20);
        wake_push(&wake, due[i], i);
    }
    for (uint64_t cycle = 0; cycle < 5000; cycle++) {
        for (uint32_t i = 0; i < NUM_RANKS; i++) {
            if (due[i] > cycle)
                continue;
            cr_assert_eq(wake_first(&wake), cycle);
            cr_assert_eq(wake_pop(&wake), i);
            due[i] = cycle + 1 + rng_below(&rng, 30);
            wake_push(&wake, due[i], i);
        }
        cr_assert_gt(wake_first(&wake), cycle, "a rank comes early");
    }
    wake_free(&wake);
}
