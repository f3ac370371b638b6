// SPDX-License-Identifier: Apache-2.0
#include "model/net/connectivity.h"
#include "model/net/route_spread.h"
#include "tests/random_graph.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

// A topology with parts taken out: a bit each.
struct cut {
    const struct topology *topology;
    uint32_t routers;
    uint64_t channels; // in order of their lower port
};

// Whether two nodes of routers that are left are cut off from each other.
static bool cuts_off(const struct cut *cut)
{
    const struct topology *t = cut->topology;
    uint32_t reached = 0;
    uint32_t ends = 0;
    for (uint32_t n = 0; n < t->num_nodes; n++)
        ends |= 1U << t->node_port[n] / t->radix;
    ends &= ~cut->routers;
    reached = ends & -ends;
    for (uint32_t before = 0; before != reached;) {
        before = reached;
        uint32_t channel = 0;
        for (uint32_t p = 0; p < t->num_routers * t->radix; p++) {
            if (t->peer[p] == TOPOLOGY_NONE || t->peer[p] < p)
                continue;
            uint32_t both = 1U << p / t->radix | 1U << t->peer[p] / t->radix;
            bool gone = (cut->channels >> channel++ & 1) || (both & cut->routers);
            if (!gone && (both & reached))
                reached |= both;
        }
    }
    return (ends & ~reached) != 0;
}

// The least number of routers, or of channels, whose removal cuts nodes off; UINT32_MAX if none
// does.
static uint32_t least_cut(const struct topology *t, bool of_routers, uint32_t parts)
{
    uint32_t least = UINT32_MAX;
    for (uint64_t set = 0; set < UINT64_C(1) << parts; set++) {
        struct cut cut = {.topology = t};
        uint32_t size = (uint32_t)__builtin_popcountll(set);
        if (of_routers)
            cut.routers = (uint32_t)set;
        else
            cut.channels = set;
        if (size < least && cuts_off(&cut))
            least = size;
    }
    return least;
}

Test(connectivity, is_the_least_number_of_parts_whose_removal_cuts_nodes_off)
{
    for (uint64_t i = 0; i < 200; i++) {
        struct rng rng = rng_make(3, RNG_SHUFFLE, i);
        uint32_t routers = 2 + (uint32_t)rng_below(&rng, 6);
        uint32_t more = (uint32_t)rng_below(&rng, 12 - routers);
        struct topology *t = random_graph(&rng, routers, more);
        struct connectivity found;
        struct err err = {0};
        uint32_t ends = 0;
        for (uint32_t n = 0; n < t->num_nodes; n++)
            ends |= 1U << t->node_port[n] / t->radix;
        cr_assert(connectivity_search(t, &found, &err), "%s", err.text);
        cr_assert_eq(found.edge, least_cut(t, false, routers - 1 + more), "graph %lu", i);
        uint32_t cut = least_cut(t, true, routers);
        uint32_t complete = (uint32_t)__builtin_popcount(ends) - 1;
        cr_assert_eq(found.node, cut == UINT32_MAX ? complete : cut, "graph %lu", i);
        topology_free(t);
    }
}

Test(connectivity, is_undefined_where_all_nodes_are_at_one_router)
{
    struct topology_spec spec = {.kind = "mesh", .num_dims = 1, .dims = {1}};
    struct connectivity found;
    struct err err = {0};
    struct topology *t = topology_new(&spec, &err);
    cr_assert(connectivity_search(t, &found, &err));
    cr_expect_eq(found.node, UINT32_MAX);
    cr_expect_eq(found.edge, UINT32_MAX);
    topology_free(t);
}

Test(connectivity, of_256_routers_is_found_within_its_steps)
{
    struct topology_spec specs[] = {{.kind = "hypercube", .n = 8},
                                    {.kind = "torus", .num_dims = 2, .dims = {16, 16}},
                                    {.kind = "mesh", .num_dims = 4, .dims = {4, 4, 4, 4}}};
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        struct connectivity found;
        struct err err = {0};
        struct topology *t = topology_new(&specs[i], &err);
        cr_assert(connectivity_search(t, &found, &err));
        cr_expect_eq(found.node, i == 0 ? 8 : 4);
        cr_expect_eq(found.edge, i == 0 ? 8 : 4);
        topology_free(t);
    }
}
