// SPDX-License-Identifier: Apache-2.0
#include "sim/pool.h"

#include <criterion/criterion.h>
#include <stdlib.h>

struct item {
    uint32_t number;
    uint32_t rest;
};

static struct item *take(struct pool *pool, struct item *items, uint32_t *slot)
{
    items = pool_take(pool, items, sizeof *items, slot);
    cr_assert(items);
    return items;
}

Test(pool, new_slots_are_numbered_and_keep_what_they_hold_while_the_pool_grows)
{
    struct pool pool = {0};
    struct item *items = NULL;
    for (uint32_t i = 0; i < 1000; i++) {
        uint32_t slot;
        items = take(&pool, items, &slot);
        cr_assert_eq(slot, i);
        items[slot] = (struct item){i, ~i};
    }
    for (uint32_t i = 0; i < 1000; i++)
        cr_assert(items[i].number == i && items[i].rest == ~i);
    cr_assert_leq(pool.cap, 2000);
    free(items);
}

Test(pool, the_slot_that_was_given_back_last_is_taken_first_and_then_new_ones)
{
    struct pool pool = {0};
    struct item *items = NULL;
    uint32_t slot;
    for (uint32_t i = 0; i < 20; i++) {
        items = take(&pool, items, &slot);
        items[slot].rest = 7 * i;
    }
    pool_give(&pool, items, sizeof *items, 3);
    pool_give(&pool, items, sizeof *items, 19);
    pool_give(&pool, items, sizeof *items, 0);
    cr_assert_eq(items[19].rest, 7 * 19); // all but the first word stays
    static const uint32_t expected[] = {0, 19, 3, 20, 21};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        items = take(&pool, items, &slot);
        cr_assert_eq(slot, expected[i]);
    }
    free(items);
}
