// SPDX-License-Identifier: Apache-2.0
#include "tests/random_graph.h"

#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>

struct topology *random_graph(struct rng *rng, uint32_t routers, uint32_t more)
{
    char path[128];
    snprintf(path, sizeof path, "%s/random.txt", scratch_folder());
    FILE *to = fopen(path, "w");
    cr_assert(to);
    for (uint32_t r = 0; r < routers; r++)
        fprintf(to, "router %u nodes=%u\n", r, r < 2 ? 1 : (uint32_t)rng_below(rng, 3));
    for (uint32_t r = 1; r < routers; r++)
        fprintf(to, "%u %u\n", (uint32_t)rng_below(rng, r), r);
    for (uint32_t i = 0; i < more && routers > 1; i++) {
        uint32_t a = (uint32_t)rng_below(rng, routers);
        uint32_t b = (uint32_t)rng_below(rng, routers - 1);
        fprintf(to, "%u %u\n", a, b < a ? b : b + 1);
    }
    fclose(to);
    struct topology_spec spec = {.kind = "graph", .file = path};
    struct err err = {0};
    struct topology *topology = topology_new(&spec, &err);
    cr_assert(topology, "%s", err.text);
    topology->spec.file = NULL; // `path` is gone
    return topology;
}
