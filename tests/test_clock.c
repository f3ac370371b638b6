// SPDX-License-Identifier: Apache-2.0
#include "model/node/clock.h"

#include <criterion/criterion.h>
#include <string.h>

Test(clock, clocks_of_node_and_fabric_meet_where_whole_cycles_do)
{
    const struct {
        double node_hz, fabric_hz;
        uint32_t node, fabric;
    } rows[] = {{1e9, 1e9, 1, 1},     {2.4e9, 1e9, 12, 5}, {1e9, 3e9, 1, 3},
                {1.2e9, 0.8e9, 3, 2}, {5e8, 1e9, 1, 2},    {3.3e9, 1.25e9, 66, 25}};
    struct err err = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct clock_ratio ratio;
        cr_assert(
            clock_ratio_make(&ratio, rows[i].node_hz, rows[i].fabric_hz, "nodes.clock_hz", &err),
            "%s", err.text);
        cr_assert(ratio.node == rows[i].node && ratio.fabric == rows[i].fabric, "%zu", i);
        for (uint64_t cycle = 0; cycle < 1000; cycle++) {
            uint64_t node = clock_node_cycle(ratio, cycle);
            cr_assert(node * ratio.fabric >= cycle * ratio.node);
            cr_assert(node == 0 || (node - 1) * ratio.fabric < cycle * ratio.node);
            uint64_t fabric = clock_fabric_cycle(ratio, cycle);
            cr_assert(fabric * ratio.node >= cycle * ratio.fabric);
            cr_assert(fabric == 0 || (fabric - 1) * ratio.node < cycle * ratio.fabric);
        }
        cr_expect_eq(clock_node_cycle(ratio, (1ULL << 40) * ratio.fabric),
                     (1ULL << 40) * ratio.node);
    }
    struct clock_ratio ratio;
    cr_assert(!clock_ratio_make(&ratio, 3.14159265358979e9, 1e9, "nodes.clock_hz", &err));
    cr_expect_eq(strncmp(err.text, "nodes.clock_hz: ", 16), 0, "%s", err.text);
}
