// SPDX-License-Identifier: Apache-2.0
// The back ends side by side: what holds of the reference holds of the RTL, flit by flit. Most
// shapes have routers of five ports, so that two RTL variants, with and without tables, serve them.
#include "tests/kinds.h"
#include "tests/rig.h"

#include <criterion/criterion.h>
#include <string.h>

static struct rig_spec spec_of(size_t shape, int mode, const struct router_ops *ops)
{
    return (struct rig_spec){
        .topology = kinds_five_port_shapes[shape],
        .ops = ops,
        .switching = (enum switching)mode,
        .seed = shape + 1,
        .rtl = {.assertions = true, .quiet = true},
    };
}

Test(backends, zero_load_latency_of_the_rtl_is_the_closed_form_between_all_pairs)
{
    for (size_t i = 0; i < kinds_num_five_port_shapes; i++)
        for (int mode = 0; mode < SWITCHING_NUM; mode++) {
            struct rig_spec spec = spec_of(i, mode, &router_rtl_ops);
            struct rig *rig = rig_new(&spec);
            uint32_t nodes = rig->topology->num_nodes;
            for (uint32_t flits = 1; flits <= 8; flits += 3)
                for (uint32_t s = 0; s < nodes; s++)
                    for (uint32_t d = 0; d < nodes; d++) {
                        struct packet p = rig_probe(rig, s, d, flits);
                        cr_assert_eq(p.ejected_cycle - p.created_cycle,
                                     rig_zero_load_cycles(rig, &p));
                    }
            rig_free(rig);
        }
}

// The same traffic on the reference and on another back end: every flit at the same node in the
// same cycle, every packet with the same times, every counter the same, but for what is inside
// a fabric that cannot be looked into.
static void check_same(struct rig_spec spec, const struct router_ops *other)
{
    struct rig_spec spec_other = spec;
    spec.ops = &router_ref_ops;
    spec_other.ops = other;
    struct rig *a = rig_new(&spec);
    struct rig *b = rig_new(&spec_other);
    cr_assert(rig_traffic(a, 400, 0.09, 8), "%s", a->err.text);
    cr_assert(rig_traffic(b, 400, 0.09, 8), "%s", b->err.text);
    cr_assert_gt(a->num_log, 100);
    cr_assert_eq(a->num_log, b->num_log);
    cr_assert_eq(fabric_now(a->fabric), fabric_now(b->fabric));
    cr_assert_eq(a->flit_hash, b->flit_hash);
    for (uint32_t i = 0; i < a->num_log; i++) {
        cr_assert_eq(a->log[i].serial, b->log[i].serial);
        cr_assert_eq(a->log[i].injected_cycle, b->log[i].injected_cycle);
        cr_assert_eq(a->log[i].ejected_cycle, b->log[i].ejected_cycle);
    }
    struct fabric_counters c = fabric_counters(a->fabric);
    struct fabric_counters d = fabric_counters(b->fabric);
    if (other->whole) {
        c.stalls = d.stalls = (struct router_stalls){0};
        c.flit_hops = d.flit_hops = 0;
    }
    cr_assert_eq(memcmp(&c, &d, sizeof c), 0);
    rig_free(a);
    rig_free(b);
}

Test(backends, the_rtl_gives_the_results_of_the_reference)
{
    for (size_t i = 0; i < kinds_num_five_port_shapes; i++)
        for (int mode = 0; mode < SWITCHING_NUM; mode++) {
            struct rig_spec spec = spec_of(i, mode, NULL);
            spec.stall_probability = i % 2 ? 0.3 : 0;
            spec.channel_latency_cycles = 1 + (uint32_t)mode;
            spec.by_flow = i == 1;
            check_same(spec, &router_rtl_ops);
        }
}

Test(backends, lockstep_finds_no_difference_and_gives_the_results_of_the_reference)
{
    for (size_t i = 0; i < kinds_num_five_port_shapes; i++)
        for (int mode = 0; mode < SWITCHING_NUM; mode++)
            check_same(spec_of(i, mode, NULL), &router_lockstep_ops);
}

Test(backends, rtl_results_do_not_depend_on_skipping_or_order)
{
    struct rig_spec spec = spec_of(1, SWITCHING_WORMHOLE, NULL);
    spec.evaluate_all = true;
    check_same(spec, &router_rtl_ops);
    check_same(spec, &router_lockstep_ops);
    spec.evaluate_all = false;
    spec.shuffle = true;
    check_same(spec, &router_rtl_ops);
}

Test(backends, the_structural_fabric_gives_the_same_flits_as_routers_wired_in_c)
{
    for (size_t i = 0; i < kinds_num_whole_shapes; i++)
        for (int mode = 0; mode < SWITCHING_NUM; mode++)
            for (int by_flow = 0; by_flow < 2; by_flow++) {
                if (switching_is_circuit((enum switching)mode))
                    continue; // it has no such routers
                struct rig_spec spec = {.topology = kinds_whole_shapes[i],
                                        .switching = (enum switching)mode,
                                        .stall_probability = mode == 1 ? 0.3 : 0,
                                        .by_flow = by_flow,
                                        .seed = i,
                                        .rtl = {.assertions = true, .quiet = true}};
                check_same(spec, &router_whole_ops);
            }
}
