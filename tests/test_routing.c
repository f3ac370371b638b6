// SPDX-License-Identifier: Apache-2.0
// Laws of routing: every algorithm over every kind of topology that it is for, in every switching
// mode, with every allocator.
#include "model/net/deadlock.h"
#include "model/net/route_kinds.h"
#include "model/net/routing_table.h"
#include "tests/kinds.h"
#include "tests/rig.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FLITS = 4, NUM_DESIGNS = KINDS_NUM_DESIGNS };

static struct kinds_parts parts_of(size_t number)
{
    struct kinds_parts parts;
    kinds_combination(number, NUM_DESIGNS, &parts);
    return parts;
}

// Combination `number` of topology, routing, switching and design, from 0 on: false past the last.
// With 4 VCs there is one traffic class or, every third time, there are two.
static bool combination(size_t number, struct rig_spec *spec)
{
    struct kinds_parts parts;
    if (!kinds_combination(number, NUM_DESIGNS, &parts))
        return false;
    *spec = (struct rig_spec){
        .topology = kinds_shapes[parts.shape],
        .switching = (enum switching)parts.mode,
        .routing = routing_algorithms[parts.algorithm].name,
        .num_vcs = 4,
        .num_classes = number % 3 ? 1 : 2,
        .max_flits = MAX_FLITS,
        .buffer_flits = 2 * MAX_FLITS,
        .design = kinds_design(parts.design, number / NUM_DESIGNS),
        .seed = number,
    };
    return true;
}

Test(routing, every_algorithm_has_topologies_and_every_topology_has_algorithms)
{
    struct rig_spec spec;
    uint32_t *of_algorithm = calloc(routing_num_algorithms, sizeof *of_algorithm);
    uint32_t *of_shape = calloc(kinds_num_shapes, sizeof *of_shape);
    for (size_t n = 0; combination(n, &spec); n++)
        if (rig_is_legal(&spec)) {
            of_algorithm[parts_of(n).algorithm]++;
            of_shape[parts_of(n).shape]++;
        }
    for (size_t i = 0; i < routing_num_algorithms; i++)
        cr_expect_gt(of_algorithm[i], 0, "%s", routing_algorithms[i].name);
    for (size_t i = 0; i < kinds_num_shapes; i++)
        cr_expect_gt(of_shape[i], 2, "%s", kinds_shapes[i].kind);
    free(of_algorithm);
    free(of_shape);
}

Test(routing, zero_load_latency_is_the_closed_form_of_the_way_taken)
{
    struct rig_spec spec;
    for (size_t n = 0; combination(n, &spec); n++) {
        if (!rig_is_legal(&spec))
            continue;
        struct rig *rig = rig_new(&spec);
        uint32_t nodes = rig->topology->num_nodes;
        for (uint32_t i = 0; i < 2 * nodes; i++) {
            uint32_t source = i % nodes;
            uint32_t destination = (i * 7 + i / nodes) % nodes;
            struct packet p = rig_probe(rig, source, destination, 1 + i % MAX_FLITS);
            cr_assert_eq(p.hops, rig_hops(rig, &p));
            cr_assert_eq(p.ejected_cycle - p.created_cycle, rig_zero_load_cycles(rig, &p),
                         "%s on %s, %s, %u to %u", spec.routing, spec.topology.kind,
                         switching_names[spec.switching], source, destination);
        }
        rig_free(rig);
    }
}

// At low load, and far beyond saturation.
Test(routing, every_packet_arrives_once_by_no_more_hops_than_its_way_has)
{
    struct rig_spec spec;
    for (size_t n = 0; combination(n, &spec); n++) {
        if (!rig_is_legal(&spec))
            continue;
        for (uint32_t load = 0; load < 2; load++) {
            spec.stall_probability = n % 2 ? 0.3 : 0;
            struct rig *rig = rig_new(&spec);
            cr_assert(rig_traffic(rig, 150, load ? 0.6 : 0.05, MAX_FLITS), "%s on %s: %s",
                      spec.routing, spec.topology.kind, rig->err.text);
            struct fabric_counters counters = fabric_counters(rig->fabric);
            cr_assert_eq(counters.packets_created, rig->num_log);
            cr_assert_eq(counters.flits_created, counters.flits_ejected);
            for (uint32_t i = 0; i < rig->num_log; i++)
                cr_assert_eq(rig->log[i].hops, rig_hops(rig, &rig->log[i]));
            rig_free(rig);
        }
    }
}

Test(routing, flows_stay_in_order_where_that_is_promised)
{
    struct rig_spec spec;
    for (size_t n = 0; combination(n, &spec); n++) {
        const struct route_kind *kind = routing_algorithms[parts_of(n).algorithm].kind;
        spec.by_flow = true;
        bool legal = rig_is_legal(&spec);
        cr_assert(!legal || !kind || !kind->varies, "%s", spec.routing);
        if (!legal)
            continue;
        struct rig *rig = rig_new(&spec);
        uint32_t nodes = rig->topology->num_nodes;
        uint32_t *next = calloc((size_t)nodes * nodes * ROUTER_MAX_CLASSES, sizeof *next);
        cr_assert(rig_traffic(rig, 150, 0.3, MAX_FLITS), "%s", rig->err.text);
        for (uint32_t i = 0; i < rig->num_log; i++) {
            const struct packet *p = &rig->log[i];
            uint32_t flow = p->source * nodes + p->destination;
            cr_assert_eq(p->message, next[flow * ROUTER_MAX_CLASSES + p->traffic_class]++);
        }
        free(next);
        rig_free(rig);
    }
}

static void check_same(const struct rig_spec *a, const struct rig_spec *b)
{
    struct rig *first = rig_new(a);
    struct rig *second = rig_new(b);
    cr_assert(rig_traffic(first, 200, 0.2, MAX_FLITS), "%s", first->err.text);
    cr_assert(rig_traffic(second, 200, 0.2, MAX_FLITS), "%s", second->err.text);
    cr_assert_gt(first->num_log, 100);
    cr_assert_eq(first->num_log, second->num_log);
    cr_assert_eq(first->flit_hash, second->flit_hash);
    struct fabric_counters c = fabric_counters(first->fabric);
    struct fabric_counters d = fabric_counters(second->fabric);
    cr_assert_eq(memcmp(&c, &d, sizeof c), 0);
    rig_free(first);
    rig_free(second);
}

Test(routing, results_do_not_depend_on_order_skipping_or_how_steps_are_made)
{
    struct rig_spec spec;
    for (size_t n = 0; combination(n, &spec); n++) {
        if (!rig_is_legal(&spec))
            continue;
        struct rig_spec other = spec;
        other.shuffle = n % 3 == 0;
        other.evaluate_all = n % 3 == 1;
        other.design.way = ROUTER_STEP_BY_STEP;
        check_same(&spec, &other);
        spec.design.way = ROUTER_LOTS_COME_AND_GO;
        check_same(&spec, &other);
    }
}

// --- RTL ----------------------------------------------------------------------------------------

// What has been compared.
struct compared {
    bool *way;   // [routing_num_algorithms * SWITCHING_NUM]
    bool *shape; // [kinds_num_shapes]
    bool design[NUM_DESIGNS];
    uint32_t num;
};

static void compare(const struct rig_spec *spec)
{
    struct rig_spec lockstep = *spec;
    lockstep.ops = &router_lockstep_ops;
    lockstep.rtl = (struct router_rtl){.assertions = true, .quiet = true};
    check_same(spec, &lockstep);
}

// Of all combinations, or else of those that show a way to route in a switching mode, a topology or
// a design for the first time. So that not each asks for RTL of its own, what comes round with the
// number of a combination (pipelines, classes) follows from its design alone.
static void compare_combinations(bool all, struct compared *done)
{
    struct rig_spec spec;
    for (size_t n = 0; combination(n, &spec); n++) {
        struct kinds_parts parts = parts_of(n);
        bool *way = &done->way[parts.algorithm * SWITCHING_NUM + parts.mode];
        bool *shape = &done->shape[parts.shape];
        bool *design = &done->design[parts.design];
        spec.design = kinds_design(parts.design, parts.design);
        spec.num_classes = parts.design % 3 == 1 ? 2 : 1;
        if ((!all && *way && *shape && *design) || !rig_is_legal(&spec))
            continue;
        *way = *shape = *design = true;
        done->num++;
        compare(&spec);
        if (all && done->num % 50 == 0)
            fprintf(stderr, "%u combinations compared, the last: %s on %s, %s\n", done->num,
                    spec.routing, spec.topology.kind, switching_names[spec.switching]);
    }
}

// With ORDITO_CROSS=all in the environment, every combination (make cross).
Test(routing, rtl_and_reference_agree_for_every_topology_routing_switching_and_allocator)
{
    struct compared done = {
        .way = calloc(routing_num_algorithms * SWITCHING_NUM, sizeof *done.way),
        .shape = calloc(kinds_num_shapes, sizeof *done.shape),
    };
    const char *cross = getenv("ORDITO_CROSS");
    cr_assert(done.way && done.shape);
    compare_combinations(cross && strcmp(cross, "all") == 0, &done);
    for (size_t i = 0; i < routing_num_algorithms; i++)
        cr_expect(done.way[i * SWITCHING_NUM + SWITCHING_VIRTUAL_CUT_THROUGH], "%s",
                  routing_algorithms[i].name);
    for (size_t i = 0; i < kinds_num_shapes; i++)
        cr_expect(done.shape[i], "%s", kinds_shapes[i].kind);
    for (size_t i = 0; i < NUM_DESIGNS; i++)
        cr_expect(done.design[i]);
    if (cross)
        fprintf(stderr, "%u combinations compared\n", done.num);
    free(done.way);
    free(done.shape);
}
