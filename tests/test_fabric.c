// SPDX-License-Identifier: Apache-2.0
// Laws of the fabric, over every kind of topology and every switching mode.
#include "sim/rng.h"
#include "tests/kinds.h"
#include "tests/rig.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

// Latency between all pairs, of packets of 1 to 12 flits as far as buffers allow.
static void check_zero_load(struct rig_spec spec)
{
    struct rig *rig = rig_new(&spec);
    uint32_t nodes = rig->topology->num_nodes;
    bool whole = switching_buffers_whole_packets(spec.switching);
    for (uint32_t flits = 1; flits <= (whole ? rig->spec.buffer_flits : 12); flits += 1 + flits / 3)
        for (uint32_t s = 0; s < nodes; s++)
            for (uint32_t d = 0; d < nodes; d++) {
                struct packet packet = rig_probe(rig, s, d, flits);
                uint64_t took = packet.ejected_cycle - packet.created_cycle;
                uint64_t expected = rig_zero_load_cycles(rig, &packet);
                cr_assert_eq(took, expected, "%s %s: %u flits from %u to %u: %lu, expected %lu",
                             spec.topology.kind, switching_names[spec.switching], flits, s, d, took,
                             expected);
                cr_assert_eq(packet.hops, rig_hops(rig, &packet));
            }
    rig_free(rig);
}

Test(fabric, zero_load_latency_is_the_closed_form_between_all_pairs)
{
    for (size_t i = 0; i < kinds_num_shapes; i++)
        for (int mode = 0; mode < SWITCHING_NUM; mode++)
            check_zero_load(
                (struct rig_spec){.topology = kinds_shapes[i], .switching = (enum switching)mode});
}

Test(fabric, zero_load_latency_with_long_channels_and_small_buffers)
{
    static const struct topology_spec few[] = {
        {.kind = "mesh", .num_dims = 2, .dims = {3, 2}},
        {.kind = "tree", .arity = 2, .height = 3},
        {.kind = "graph", .file = "tests/graphs/web.txt"},
    };
    for (uint32_t buffer = 1; buffer <= 9; buffer += 2)
        for (uint32_t latency = 1; latency <= 4; latency++)
            for (int mode = 0; mode < SWITCHING_NUM; mode++)
                check_zero_load((struct rig_spec){
                    .topology = few[(buffer / 2 + latency) % 3],
                    .switching = (enum switching)mode,
                    .buffer_flits = buffer,
                    .channel_latency_cycles = latency,
                    .terminal_latency_cycles = 1 + (latency * buffer) % 3,
                    .ejection_latency_cycles = 1 + buffer % 4,
                });
}

// Every packet arrives once and at its node; the terminals themselves check every flit.
static void check_conservation(const struct rig *rig)
{
    struct fabric_counters counters = fabric_counters(rig->fabric);
    cr_assert_eq(counters.packets_created, rig->num_log);
    cr_assert_eq(counters.packets_ejected, rig->num_log);
    cr_assert_eq(counters.flits_created, counters.flits_ejected);
    cr_assert_eq(counters.flits_injected, counters.flits_ejected);
    uint8_t *seen = calloc(rig->num_log, 1);
    uint64_t hops = 0;
    for (uint32_t i = 0; i < rig->num_log; i++) {
        const struct packet *p = &rig->log[i];
        cr_assert_lt(p->serial, rig->num_log);
        cr_assert_eq(seen[p->serial]++, 0);
        hops += (uint64_t)p->hops * p->flits;
        cr_assert_eq(p->hops, rig_hops(rig, p));
        cr_assert_geq(p->ejected_cycle - p->injected_cycle, rig_zero_load_cycles(rig, p));
    }
    cr_assert_eq(hops, counters.flit_hops);
    free(seen);
}

// True if the packets of every flow came in the order in which they were sent.
static bool flows_in_order(const struct rig *rig)
{
    uint32_t nodes = rig->topology->num_nodes;
    uint32_t *next = calloc((size_t)nodes * nodes, sizeof *next);
    bool in_order = true;
    for (uint32_t i = 0; i < rig->num_log; i++) {
        const struct packet *p = &rig->log[i];
        in_order &= p->message == next[p->source * nodes + p->destination]++;
    }
    free(next);
    return in_order;
}

// Traffic at low load, near saturation and far beyond it, with and without stalling terminals.
static void check_traffic(struct rig_spec spec)
{
    static const double rates[] = {0.02, 0.1, 0.6};
    for (int r = 0; r < 3; r++)
        for (int stalls = 0; stalls < 2; stalls++) {
            spec.stall_probability = stalls * 0.4;
            spec.seed = (uint64_t)r + 1;
            struct rig *rig = rig_new(&spec);
            cr_assert(rig_traffic(rig, 300, rates[r], rig->spec.buffer_flits), "%s", rig->err.text);
            cr_assert_gt(rig->num_log, 20);
            check_conservation(rig);
            if (spec.by_flow)
                cr_assert(flows_in_order(rig));
            rig_free(rig);
        }
}

Test(fabric, every_flit_arrives_once_intact_and_in_order)
{
    for (size_t i = 0; i < kinds_num_shapes; i++)
        for (int mode = 0; mode < SWITCHING_NUM; mode++)
            for (uint32_t vcs = 2; vcs <= 5; vcs += 3)
                check_traffic((struct rig_spec){.topology = kinds_shapes[i],
                                                .switching = (enum switching)mode,
                                                .num_vcs = vcs,
                                                .buffer_flits = 3});
}

Test(fabric, flows_that_keep_a_vc_stay_in_order)
{
    for (size_t i = 0; i < kinds_num_shapes; i++)
        for (int mode = 0; mode < SWITCHING_NUM; mode++)
            check_traffic((struct rig_spec){.topology = kinds_shapes[i],
                                            .switching = (enum switching)mode,
                                            .num_vcs = 4,
                                            .by_flow = true});
}

Test(fabric, packets_of_a_flow_may_overtake_each_other_otherwise)
{
    struct rig_spec spec = {
        .topology = kinds_shapes[0], .switching = SWITCHING_WORMHOLE, .num_vcs = 4, .seed = 1};
    struct rig *rig = rig_new(&spec);
    cr_assert(rig_traffic(rig, 2000, 0.4, 8));
    cr_expect_not(flows_in_order(rig), "else the test above would show nothing");
    rig_free(rig);
}

// Runs the same traffic under two specs and compares everything that can be seen.
static void check_same(struct rig_spec a, struct rig_spec b)
{
    struct rig *first = rig_new(&a);
    struct rig *second = rig_new(&b);
    cr_assert(rig_traffic(first, 400, 0.08, 6) && rig_traffic(second, 400, 0.08, 6));
    cr_assert_eq(first->num_log, second->num_log);
    cr_assert_eq(first->flit_hash, second->flit_hash);
    cr_assert_eq(memcmp(first->log, second->log, first->num_log * sizeof *first->log), 0);
    struct fabric_counters c = fabric_counters(first->fabric);
    struct fabric_counters d = fabric_counters(second->fabric);
    cr_assert_eq(memcmp(&c, &d, sizeof c), 0);
    rig_free(first);
    rig_free(second);
}

Test(fabric, results_do_not_depend_on_the_order_of_evaluation_or_on_skipping)
{
    for (size_t i = 0; i < kinds_num_shapes; i++)
        for (int mode = 0; mode < SWITCHING_NUM; mode++) {
            struct rig_spec plain = {.topology = kinds_shapes[i],
                                     .switching = (enum switching)mode,
                                     .channel_latency_cycles = 1 + (uint32_t)i % 3,
                                     .stall_probability = 0.2,
                                     .seed = i};
            struct rig_spec again = plain;
            struct rig_spec shuffled = plain;
            struct rig_spec all = plain;
            shuffled.shuffle = true;
            all.evaluate_all = true;
            check_same(plain, again);
            check_same(plain, shuffled);
            check_same(plain, all);
        }
}

Test(fabric, table_routing_takes_the_same_hops)
{
    for (size_t i = 0; i < kinds_num_shapes; i++) {
        struct rig_spec spec = {.topology = kinds_shapes[i],
                                .switching = SWITCHING_WORMHOLE,
                                .routing = "table",
                                .seed = 7};
        struct rig *rig = rig_new(&spec);
        cr_assert(rig_traffic(rig, 400, 0.2, 8), "%s", rig->err.text);
        check_conservation(rig);
        rig_free(rig);
    }
}

Test(fabric, a_header_that_does_not_fit_names_the_least_width)
{
    struct topology_spec topology = {.kind = "mesh", .num_dims = 2, .dims = {32, 32}};
    struct err err = {0};
    struct topology *t = topology_new(&topology, &err);
    struct routing_spec routing = {
        .routing = "auto", .num_vcs = 2, .flit_bits = 16, .max_flits = 31};
    const char *name;
    cr_expect_null(routing_new(t, &routing, &name, &err));
    cr_expect_eq(err.status, ERR_CONFIG);
    cr_expect(strstr(err.text, "at least 17"), "%s", err.text);
    err = (struct err){0};
    routing.flit_bits = 17;
    struct routing *wide = routing_new(t, &routing, &name, &err);
    cr_expect(wide, "%s", err.text);
    routing_free(wide);
    topology_free(t);
}
