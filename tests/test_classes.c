// SPDX-License-Identifier: Apache-2.0
// Laws of traffic classes: each is a network by itself, and lower ones cannot be felt.
#include "model/net/route_kinds.h"
#include "model/net/routing_table.h"
#include "sim/run.h"
#include "tests/config_text.h"
#include "tests/kinds.h"
#include "tests/rig.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FLITS = 4, CYCLES = 150 };

// --- designs ------------------------------------------------------------------------------------

// Designs with classes: every kind of allocator in either place, every pipeline.
static const struct {
    uint32_t num_vcs;
    uint32_t num_classes;
    struct router_design design;
} designs[] = {
    {4, 2, {1, false, ALLOCATOR_SEPARABLE, ALLOCATOR_SEPARABLE, 1, false}},
    {4, 4, {2, false, ALLOCATOR_SEPARABLE, ALLOCATOR_MATRIX, 1, false}},
    {6, 3, {3, true, ALLOCATOR_WAVEFRONT, ALLOCATOR_ISLIP, 2, false}},
    {8, 4, {4, true, ALLOCATOR_ISLIP, ALLOCATOR_WAVEFRONT, 2, false}},
    {8, 2, {4, false, ALLOCATOR_MATRIX, ALLOCATOR_SEPARABLE, 1, false}},
};
enum { NUM_DESIGNS = sizeof designs / sizeof *designs };

// Combination `number` of topology, routing, switching and design: false past the last.
static bool combination(size_t number, struct rig_spec *spec)
{
    struct kinds_parts parts;
    if (!kinds_combination(number, NUM_DESIGNS, &parts))
        return false;
    *spec = (struct rig_spec){
        .topology = kinds_shapes[parts.shape],
        .switching = (enum switching)parts.mode,
        .routing = routing_algorithms[parts.algorithm].name,
        .num_vcs = designs[parts.design].num_vcs,
        .num_classes = designs[parts.design].num_classes,
        .design = designs[parts.design].design,
        .max_flits = MAX_FLITS,
        .buffer_flits = 2 * MAX_FLITS,
        .by_flow = number % 4 == 1,
        .seed = number,
    };
    return true;
}

// Ways that are drawn by the serial number of a packet are others if other packets come between.
static bool draws_ways(const struct rig *rig)
{
    const struct route_kind *kind = rig->routing->kind;
    return kind && (kind->vias || kind->inject);
}

// Random traffic, of which only packets of `from` to `to` are sent, as class - `down`.
static void send_classes(struct rig *rig, uint32_t classes, uint32_t from, uint32_t to,
                         uint32_t down)
{
    struct rng rng = rng_make(rig->spec.seed, RNG_INJECTION, 0);
    uint32_t nodes = rig->topology->num_nodes;
    uint64_t threshold = rng_threshold(0.3);
    for (uint32_t c = 0; c < CYCLES; c++) {
        for (uint32_t node = 0; node < nodes; node++) {
            if (!rng_chance(&rng, threshold))
                continue;
            struct packet_spec packet = {.source = node};
            packet.destination = (uint32_t)rng_below(&rng, nodes);
            packet.flits = 1 + (uint32_t)rng_below(&rng, MAX_FLITS);
            packet.traffic_class = (uint32_t)rng_below(&rng, classes);
            if (packet.traffic_class < from || packet.traffic_class > to)
                continue;
            packet.traffic_class -= down;
            cr_assert(fabric_send(rig->fabric, &packet, &rig->err));
        }
        cr_assert(rig_cycle(rig), "%s", rig->err.text);
    }
    while (!fabric_idle(rig->fabric))
        cr_assert(rig_cycle(rig), "%s", rig->err.text);
}

// Checks that packets of class `from` on have in `one` the history that they have in `other`, where
// their class is less by `down`, and other packets are not.
static void same_history(const struct rig *one, const struct rig *other, uint32_t from,
                         uint32_t down)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < one->num_log; i++) {
        const struct packet *p = &one->log[i];
        if (p->traffic_class < from)
            continue;
        cr_assert_lt(at, other->num_log);
        const struct packet *q = &other->log[at++];
        cr_assert(p->source == q->source && p->destination == q->destination &&
                      p->flits == q->flits && p->traffic_class == q->traffic_class + down &&
                      p->created_cycle == q->created_cycle &&
                      p->injected_cycle == q->injected_cycle &&
                      p->ejected_cycle == q->ejected_cycle && p->hops == q->hops,
                  "%s on %s, %s, pipeline %u, class %u: %u to %u, %lu..%lu and %lu..%lu",
                  one->spec.routing, one->spec.topology.kind, switching_names[one->spec.switching],
                  one->spec.design.pipeline, p->traffic_class, p->source, p->destination,
                  p->injected_cycle, p->ejected_cycle, q->injected_cycle, q->ejected_cycle);
    }
    cr_assert_eq(at, other->num_log);
    cr_assert_gt(at, 20);
}

// --- laws ---------------------------------------------------------------------------------------

Test(classes, a_class_is_as_it_would_be_without_lower_ones)
{
    struct rig_spec spec;
    uint32_t legal = 0;
    for (size_t n = 0; combination(n, &spec); n++) {
        if (switching_is_circuit(spec.switching) || !rig_is_legal(&spec))
            continue;
        struct rig *all = rig_new(&spec);
        struct rig *some = rig_new(&spec);
        uint32_t classes = spec.num_classes;
        uint32_t from = 1 + (uint32_t)(n % (classes - 1));
        if (!draws_ways(all) && !all->topology->flit_cycles) {
            legal++;
            send_classes(all, classes, 0, classes - 1, 0);
            send_classes(some, classes, from, classes - 1, 0);
            same_history(all, some, from, 0);
        }
        rig_free(all);
        rig_free(some);
    }
    cr_assert_gt(legal, 200);
}

Test(classes, a_class_alone_has_a_network_of_its_vcs)
{
    struct rig_spec spec;
    uint32_t legal = 0;
    for (size_t n = 0; combination(n, &spec); n++) {
        if (switching_is_circuit(spec.switching) || !rig_is_legal(&spec))
            continue;
        struct rig_spec alone = spec;
        uint32_t classes = spec.num_classes;
        uint32_t class_idx = (uint32_t)(n % classes);
        alone.num_vcs = spec.num_vcs / classes;
        alone.num_classes = 1;
        alone.design.way = ROUTER_STEP_BY_STEP;
        struct rig *shared = rig_new(&spec);
        struct rig *single = rig_new(&alone);
        legal++;
        send_classes(shared, classes, class_idx, class_idx, 0);
        send_classes(single, classes, class_idx, class_idx, class_idx);
        same_history(shared, single, class_idx, class_idx);
        rig_free(shared);
        rig_free(single);
    }
    cr_assert_gt(legal, 200);
}

// While the lower class asks for more than there is.
Test(classes, the_highest_class_gets_all_that_it_asks_for)
{
    struct config config = made();
    struct run_outputs outputs = {.quiet = true};
    struct run_result result;
    struct err err = {0};
    set(&config, "fabric.router.classes=2");
    set(&config, "workload.rate_flits_per_node_cycle=0.9");
    set(&config, "workload.packet_flits=[{flits: 4, weight: 9}, {flits: 4, weight: 1, class: 1}]");
    set(&config, "run.measure_cycles=4000");
    cr_assert(run_simulate(&config, &outputs, &result, &err), "%s", err.text);
    cr_assert_eq(result.outcome, RUN_SATURATED);
    cr_assert_eq(result.num_classes, 2);
    cr_assert_eq(result.latency.num, 0);
    cr_assert_eq(result.classes[0].latency.num, 0);
    cr_assert_lt(result.classes[0].accepted_flits_per_node_cycle,
                 0.8 * result.classes[0].offered_flits_per_node_cycle);
    cr_assert_gt(result.classes[1].latency.num, 1000);
    cr_assert_lt(result.classes[1].latency.max, 60);
    cr_assert_float_eq(result.classes[1].accepted_flits_per_node_cycle,
                       result.classes[1].offered_flits_per_node_cycle, 0.005);
    cr_assert_float_eq(result.classes[0].accepted_flits_per_node_cycle +
                           result.classes[1].accepted_flits_per_node_cycle,
                       result.accepted_flits_per_node_cycle, 1e-12);
    config_free(&config);
}

Test(classes, rtl_and_reference_agree)
{
    static const struct topology_spec torus = {.kind = "torus", .num_dims = 2, .dims = {3, 4}};
    static const struct topology_spec mesh = {.kind = "mesh", .num_dims = 2, .dims = {3, 3}};
    const struct {
        const char *routing;
        const struct topology_spec *topology;
    } networks[NUM_DESIGNS] = {
        {"dimension-order", &torus}, {"table", &mesh}, {"minimal-adaptive", &mesh},
        {"bubble", &torus},          {"romm", &torus},
    };
    for (size_t d = 0; d < NUM_DESIGNS; d++) {
        struct rig_spec spec = {
            .topology = *networks[d].topology,
            .routing = networks[d].routing,
            .switching = d % 2 ? SWITCHING_VIRTUAL_CUT_THROUGH : SWITCHING_WORMHOLE,
            .num_vcs = designs[d].num_vcs,
            .num_classes = designs[d].num_classes,
            .design = designs[d].design,
            .flit_bits = 32,
            .max_flits = MAX_FLITS,
            .buffer_flits = 2 * MAX_FLITS,
            .stall_probability = 0.1 * (double)d,
            .seed = d,
            .rtl = {.assertions = true, .quiet = true},
        };
        struct rig *reference = rig_new(&spec);
        spec.ops = &router_lockstep_ops;
        struct rig *lockstep = rig_new(&spec);
        cr_assert(rig_traffic(reference, 200, 0.2, MAX_FLITS), "%s", reference->err.text);
        cr_assert(rig_traffic(lockstep, 200, 0.2, MAX_FLITS), "%s", lockstep->err.text);
        cr_assert_eq(reference->flit_hash, lockstep->flit_hash);
        rig_free(reference);
        rig_free(lockstep);
    }
}
