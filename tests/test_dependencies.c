// SPDX-License-Identifier: Apache-2.0
// The tracker of dependencies against one that keeps all of them in a list.
#include "model/node/dependencies.h"
#include "sim/rng.h"

#include <criterion/criterion.h>
#include <string.h>

static void require(struct dependencies *self, uint64_t id, uint64_t earlier)
{
    cr_assert(dependencies_require(self, id, earlier));
}

// Takes the next release, which must be of this id.
static void releases(struct dependencies *self, uint64_t expected)
{
    uint64_t id;
    cr_assert(dependencies_released(self, &id), "%lu is not released", expected);
    cr_assert_eq(id, expected);
}

static void releases_none(struct dependencies *self)
{
    uint64_t id;
    cr_assert_not(dependencies_released(self, &id));
}

Test(dependencies, an_empty_tracker_holds_nobody_back)
{
    struct dependencies self = {0};
    cr_assert_eq(dependencies_unmet(&self, 7), 0);
    dependencies_complete(&self, 7);
    releases_none(&self);
    dependencies_free(&self);
}

Test(dependencies, an_id_waits_for_the_last_that_it_depends_on)
{
    struct dependencies self = {0};
    require(&self, 9, 2);
    require(&self, 9, UINT64_MAX);
    cr_assert_eq(dependencies_unmet(&self, 9), 2);
    cr_assert_eq(dependencies_unmet(&self, 2), 0);
    dependencies_complete(&self, UINT64_MAX);
    cr_assert_eq(dependencies_unmet(&self, 9), 1);
    releases_none(&self);
    dependencies_complete(&self, 2);
    cr_assert_eq(dependencies_unmet(&self, 9), 0);
    releases(&self, 9);
    releases_none(&self);
    cr_assert_eq(self.num_open, 0);
    cr_assert_eq(self.ids.num, 0);
    dependencies_free(&self);
}

Test(dependencies, releases_come_in_the_order_in_which_dependencies_were_given)
{
    static const uint64_t ids[] = {50, 3, 1000000, 4, 51};
    struct dependencies self = {0};
    for (size_t i = 0; i < 5; i++)
        require(&self, ids[i], 1);
    require(&self, 60, 2);
    require(&self, 4, 2);
    dependencies_complete(&self, 1);
    dependencies_complete(&self, 2);
    releases(&self, 50);
    releases(&self, 3);
    releases(&self, 1000000);
    releases(&self, 51);
    releases(&self, 60);
    releases(&self, 4);
    releases_none(&self);
    dependencies_free(&self);
}

// As for an operation whose start some wait for and whose end others do.
Test(dependencies, events_may_complete_and_be_named_between_two_releases)
{
    struct dependencies self = {0};
    require(&self, 1, 0);
    require(&self, 2, 0);
    require(&self, 3, 1);
    dependencies_complete(&self, 0);
    releases(&self, 1);
    dependencies_complete(&self, 1);
    require(&self, 5, 2);
    releases(&self, 2);
    releases(&self, 3);
    releases_none(&self);
    dependencies_complete(&self, 2);
    releases(&self, 5);
    dependencies_free(&self);
}

Test(dependencies, circles_and_twofold_dependencies_are_taken_for_what_they_are)
{
    struct dependencies self = {0};
    require(&self, 8, 7);
    require(&self, 7, 8);
    require(&self, 6, 6);
    require(&self, 9, 1);
    require(&self, 9, 1);
    cr_assert_eq(dependencies_unmet(&self, 9), 2);
    dependencies_complete(&self, 1);
    releases(&self, 9);
    releases_none(&self);
    cr_assert_eq(dependencies_unmet(&self, 6), 1);
    cr_assert_eq(dependencies_unmet(&self, 7), 1);
    cr_assert_eq(self.num_open, 3);
    dependencies_free(&self);
}

// --- at random ----------------------------------------------------------------------------------

enum { NUM_IDS = 300, MAX_EDGES = 4000, STEPS = 40000 };

// All dependencies, in the order given.
struct naive {
    uint64_t ids[MAX_EDGES];
    uint64_t earliers[MAX_EDGES];
    size_t num;
    uint64_t released[MAX_EDGES];
    size_t num_released;
};

static uint32_t naive_unmet(const struct naive *self, uint64_t id)
{
    uint32_t unmet = 0;
    for (size_t i = 0; i < self->num; i++)
        unmet += self->ids[i] == id;
    return unmet;
}

static void naive_complete(struct naive *self, uint64_t id)
{
    for (size_t i = 0; i < self->num;) {
        if (self->earliers[i] != id) {
            i++;
            continue;
        }
        uint64_t waits = self->ids[i];
        self->num--;
        memmove(self->ids + i, self->ids + i + 1, (self->num - i) * sizeof *self->ids);
        memmove(self->earliers + i, self->earliers + i + 1,
                (self->num - i) * sizeof *self->earliers);
        if (naive_unmet(self, waits) == 0)
            self->released[self->num_released++] = waits;
    }
}

// An id that waits for nothing, and that this one waits for, if it waits for any.
static uint64_t naive_root(const struct naive *self, uint64_t id)
{
    for (size_t i = 0; i < self->num; i++) {
        if (self->ids[i] != id)
            continue;
        id = self->earliers[i];
        i = SIZE_MAX; // from the first again
    }
    return id;
}

// Ids of all sizes, of which many fall to neighbouring places of a table.
static uint64_t draw_id(struct rng *rng, bool dense)
{
    uint64_t id = rng_below(rng, NUM_IDS);
    return dense ? id : rng_mix(id);
}

static void is_same(struct dependencies *self, struct naive *naive)
{
    for (size_t i = 0; i < naive->num_released; i++)
        releases(self, naive->released[i]);
    releases_none(self);
    naive->num_released = 0;
    cr_assert_eq(self->num_open, naive->num);
}

// Requires a random one, or completes one that waits for nothing. The number that is open swings
// between none and some thousands.
static void step(struct dependencies *self, struct naive *naive, struct rng *rng, bool dense,
                 uint32_t grow)
{
    uint64_t id = draw_id(rng, dense);
    if (rng_below(rng, 100) < grow && naive->num < MAX_EDGES) {
        uint64_t earlier = draw_id(rng, dense);
        if (dense && earlier > id) { // no circles
            uint64_t other = id;
            id = earlier;
            earlier = other;
        }
        if (id == earlier)
            return;
        require(self, id, earlier);
        naive->ids[naive->num] = id;
        naive->earliers[naive->num++] = earlier;
        return;
    }
    if (dense && naive->num > 0)
        id = naive_root(naive, naive->earliers[rng_below(rng, naive->num)]);
    if (naive_unmet(naive, id) == 0) {
        dependencies_complete(self, id);
        naive_complete(naive, id);
    }
}

static void is_like_a_list(uint64_t seed, bool dense)
{
    static struct naive naive;
    struct dependencies self = {0};
    struct rng rng = rng_make(seed, RNG_SHUFFLE, dense);
    naive = (struct naive){0};
    for (uint32_t i = 0; i < STEPS; i++) {
        step(&self, &naive, &rng, dense, i / 4000 % 2 ? 3 : 80);
        if (rng_below(&rng, 3) == 0)
            is_same(&self, &naive);
        uint64_t id = draw_id(&rng, dense);
        cr_assert_eq(dependencies_unmet(&self, id), naive_unmet(&naive, id));
        if (dense && i % 8000 == 7999)
            cr_assert_lt(naive.num, 100, "little completes: the test is weak");
    }
    cr_assert_leq(self.num_edges, MAX_EDGES + STEPS / 100, "edges are not used again");
    dependencies_free(&self);
}

Test(dependencies, random_ones_are_like_a_list_of_them)
{
    for (uint64_t seed = 1; seed <= 3; seed++) {
        is_like_a_list(seed, true);
        is_like_a_list(seed, false);
    }
}

Test(dependencies, memory_is_that_of_what_is_open)
{
    struct dependencies self = {0};
    for (uint64_t id = 0; id < 1000000; id++) {
        require(&self, id + 1, id);
        require(&self, id + 3, id);
        dependencies_complete(&self, id);
        while (dependencies_released(&self, &(uint64_t){0}))
            ;
    }
    cr_assert_leq(self.max_edges, 64);
    cr_assert_leq(self.max_entries, 64);
    cr_assert_leq(self.ids.mask, 63);
    dependencies_free(&self);
}
