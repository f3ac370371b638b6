// SPDX-License-Identifier: Apache-2.0
// Probe packets see what closed forms and searches say.
#include "sim/measure.h"
#include "tests/config_text.h"

#include <criterion/criterion.h>

// Probes over the topology: as far apart as the closed forms say, or, where routes are not the
// shortest, no nearer than the search says.
static void check_probes(const char *setting)
{
    struct config config = made();
    struct topology_figures measured;
    struct topology_figures found = {0};
    struct err err = {0};
    set(&config, setting);
    struct topology *t = config_topology(&config, &err);
    cr_assert(t, "%s", err.text);
    cr_assert(topology_search(t, &found, &err) && measure_topology(&config, &measured, &err), "%s",
              err.text);
    cr_expect_eq(measured.nodes, found.nodes, "%s", setting);
    if (t->closed.average_hops >= 0) {
        cr_expect_eq(measured.diameter_hops, t->closed.diameter_hops, "%s", setting);
        cr_expect_float_eq(measured.average_hops, t->closed.average_hops, 1e-9, "%s", setting);
    }
    cr_expect_geq(measured.diameter_hops, found.diameter_hops, "%s", setting);
    cr_expect_geq(measured.average_hops, found.average_hops - 1e-9, "%s", setting);
    topology_free(t);
    config_free(&config);
}

Test(measure, probes_are_as_far_apart_as_the_closed_forms_of_every_kind_say)
{
    for (size_t k = 0; k < topology_num_kinds; k++) {
        const char *name = topology_kinds[k]->name;
        uint32_t num = 0;
        for (uint32_t nodes = 2; nodes <= 36; nodes++) {
            struct topology_spec spec = {.kind = name, .nodes = nodes};
            struct err err = {0};
            char setting[64];
            snprintf(setting, sizeof setting, "fabric.topology={kind: %s, nodes: %u}", name, nodes);
            if (!topology_resolve(&spec, &err))
                continue;
            check_probes(setting);
            num++;
        }
        cr_expect(num >= 3 || topology_kinds[k]->takes & TOPOLOGY_TAKES_FILE, "%s", name);
    }
    check_probes("fabric.topology={kind: graph, file: tests/graphs/web.txt}");
}
