// SPDX-License-Identifier: Apache-2.0
#include "sim/id_map.h"
#include "sim/rng.h"

#include <criterion/criterion.h>

enum { NUM_IDS = 500, STEPS = 200000 };

// What is in the map by an array beside it, and that it can be gone through.
static void is_like(const struct id_map *map, const bool *there, const uint32_t *values)
{
    size_t num = 0;
    uint64_t id;
    uint32_t value;
    for (size_t at = 0; id_map_next(map, &at, &id, &value); num++)
        cr_assert(id < NUM_IDS && there[id] && values[id] == value);
    cr_assert_eq(num, map->num);
    for (uint32_t i = 0; i < NUM_IDS; i++) {
        const uint32_t *found = id_map_find(map, i);
        cr_assert_eq(found != NULL, there[i]);
        cr_assert(!found || *found == values[i]);
    }
}

Test(id_map, ids_come_and_go_as_in_an_array)
{
    struct id_map map = {0};
    struct rng rng = rng_make(1, RNG_SHUFFLE, 0);
    static bool there[NUM_IDS];
    static uint32_t values[NUM_IDS];
    is_like(&map, there, values);
    for (uint32_t i = 0; i < STEPS; i++) {
        uint64_t id = rng_below(&rng, NUM_IDS);
        bool puts = rng_below(&rng, 100) < (i / 5000 % 2 ? 70 : 20);
        if (puts && !there[id]) {
            values[id] = (uint32_t)rng_next(&rng);
            cr_assert(id_map_reserve(&map, 1));
            id_map_put(&map, id, values[id]);
            there[id] = true;
        } else if (!puts) {
            cr_assert_eq(id_map_take(&map, id), there[id]);
            there[id] = false;
        }
        if (i % 1000 == 0)
            is_like(&map, there, values);
    }
    cr_assert_leq(map.mask, 1023);
    id_map_free(&map);
}
