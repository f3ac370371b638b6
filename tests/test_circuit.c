// SPDX-License-Identifier: Apache-2.0
// Circuit switching on the fabric: set-up, holding, back-off and waiting. The laws of
// test_fabric.c hold for it too; test_circuit_crossover.c compares it with wormhole switching.
#include "model/net/deadlock.h"
#include "sim/run.h"
#include "tests/config_text.h"
#include "tests/rig.h"
#include "tests/scratch.h"

static const struct topology_spec line_of_four = {.kind = "mesh", .num_dims = 1, .dims = {4}};
static const struct topology_spec torus = {.kind = "torus", .num_dims = 2, .dims = {4, 4}};
static const struct topology_spec tree = {.kind = "tree", .arity = 2, .height = 4};
static const struct topology_spec star = {.kind = "star", .n = 7};
static const struct topology_spec web = {.kind = "graph", .file = "tests/graphs/web.txt"};
// Shapes whose routes depend on each other in no cycle, with a single VC.
static const struct topology_spec safe[] = {
    {.kind = "mesh", .num_dims = 2, .dims = {4, 4}},
    {.kind = "mesh", .num_dims = 3, .dims = {3, 2, 2}},
    {.kind = "hypercube", .n = 4},
    {.kind = "tree", .arity = 2, .height = 4},
    {.kind = "fat-tree", .arity = 2, .height = 3},
    {.kind = "star", .n = 7},
    {.kind = "graph", .file = "tests/graphs/web.txt"},
    {.kind = "mesh", .num_dims = 2, .dims = {4, 4}, .failed = "channel 5-6"},
};
enum { NUM_SAFE = sizeof safe / sizeof *safe };

static struct rig_spec spec_of(struct topology_spec topology, enum circuit_hold hold, bool waits)
{
    return (struct rig_spec){.topology = topology,
                             .switching = SWITCHING_CIRCUIT,
                             .circuit = {.waits = waits, .hold = hold},
                             .max_flits = 4096};
}

// Channels between routers on the way.
static uint32_t hops(const struct rig *rig, uint32_t source, uint32_t destination)
{
    return topology_router_hops(
        rig->topology,
        rig_hops(rig, &(struct packet){.source = source, .destination = destination, .flits = 1}));
}

static void send(struct rig *rig, uint32_t source, uint32_t destination, uint32_t flits,
                 uint32_t message)
{
    struct packet_spec packet = {source, destination, flits, 0, message};
    cr_assert(fabric_send(rig->fabric, &packet, &rig->err));
}

static void run_until_idle(struct rig *rig)
{
    while (!fabric_idle(rig->fabric))
        cr_assert(rig_cycle(rig), "%s", rig->err.text);
}

static struct circuit_counters counters(const struct rig *rig)
{
    return fabric_counters(rig->fabric).circuit;
}

Test(circuit, set_up_takes_its_closed_form_between_all_pairs)
{
    const struct topology_spec shapes[] = {torus, tree, star, web};
    for (uint32_t latency = 1; latency <= 4; latency++) {
        struct rig_spec spec = spec_of(shapes[latency - 1], CIRCUIT_HOLD_PACKET, false);
        spec.channel_latency_cycles = latency;
        spec.terminal_latency_cycles = 1 + latency % 2;
        spec.ejection_latency_cycles = 1 + latency % 3;
        struct rig *rig = rig_new(&spec);
        struct switching_timing timing = rig_timing(rig);
        uint64_t expected = 0;
        uint32_t nodes = rig->topology->num_nodes;
        for (uint32_t s = 0; s < nodes; s++)
            for (uint32_t d = 0; d < nodes; d++) {
                rig_probe(rig, s, d, 3);
                expected += switching_setup_cycles(&timing, hops(rig, s, d));
                cr_assert_eq(counters(rig).setup_cycles, expected, "from %u to %u", s, d);
            }
        cr_expect_eq(counters(rig).probes, nodes * nodes);
        cr_expect_eq(counters(rig).circuits, nodes * nodes);
        cr_expect_eq(counters(rig).nacks + counters(rig).retries + counters(rig).reuses, 0);
        rig_free(rig);
    }
}

Test(circuit, set_up_goes_there_and_back_by_channels_of_different_latencies)
{
    struct topology_spec line = {
        .kind = "graph",
        .file = (char *)scratch_file("line", "0 1 latency_cycles=5\n1 2\n2 3 latency_cycles=2\n"),
    };
    static const uint32_t at[] = {0, 5, 5 + 4, 5 + 4 + 2}; // cycles from router 0
    struct rig_spec spec = spec_of(line, CIRCUIT_HOLD_PACKET, false);
    spec.channel_latency_cycles = 4;
    spec.terminal_latency_cycles = 3;
    spec.ejection_latency_cycles = 6;
    struct rig *rig = rig_new(&spec);
    for (uint32_t s = 0; s < 4; s++)
        for (uint32_t d = 0; d < 4; d++) {
            uint64_t before = counters(rig).setup_cycles;
            struct packet p = rig_probe(rig, s, d, 5);
            uint64_t way = 3 + (s < d ? at[d] - at[s] : at[s] - at[d]) + 6;
            uint64_t setup = 2 * way + hops(rig, s, d) + 1;
            cr_expect_eq(counters(rig).setup_cycles - before, setup);
            cr_expect_eq(p.ejected_cycle - p.created_cycle, setup + 1 + way + 4);
        }
    rig_free(rig);
}

Test(circuit, it_goes_by_layered_routes_though_it_has_one_vc)
{
    for (int waits = 0; waits < 2; waits++) {
        struct rig_spec spec = spec_of(waits ? tree : web, CIRCUIT_HOLD_CACHED, waits);
        spec.routing = "shortest-layered";
        spec.stall_probability = 0.2;
        struct rig *rig = rig_new(&spec);
        cr_assert(rig_traffic(rig, 1000, 0.1, 9), "%s", rig->err.text);
        cr_expect_eq(fabric_counters(rig->fabric).flits_created,
                     fabric_counters(rig->fabric).flits_ejected);
        rig_free(rig);
    }
}

Test(circuit, the_next_probe_follows_the_tail_at_once)
{
    for (uint32_t to = 0; to < 4; to++) {
        struct rig_spec spec = spec_of(line_of_four, CIRCUIT_HOLD_PACKET, false);
        spec.channel_latency_cycles = 2;
        struct rig *rig = rig_new(&spec);
        struct switching_timing timing = rig_timing(rig);
        for (uint32_t i = 0; i < 4; i++)
            send(rig, 0, to, 5 + i, i);
        run_until_idle(rig);
        for (uint32_t i = 1; i < 4; i++)
            cr_assert_eq(rig->log[i].ejected_cycle - rig->log[i - 1].ejected_cycle,
                         switching_setup_cycles(&timing, to) + 1 + 5 + i);
        rig_free(rig);
    }
}

// Packets of two messages to node 3 and one to node 2, all at once.
static void send_two_messages(struct rig *rig)
{
    static const uint32_t messages[] = {7, 7, 7, 8, 8};
    for (uint32_t i = 0; i < 5; i++)
        send(rig, 0, 3, 4, messages[i]);
    send(rig, 0, 2, 4, 8);
    run_until_idle(rig);
    cr_assert_eq(rig->num_log, 6);
}

Test(circuit, one_serves_a_packet_or_a_message_or_all_to_a_node)
{
    static const uint64_t circuits[CIRCUIT_HOLD_NUM] = {6, 3, 2};
    for (int hold = 0; hold < CIRCUIT_HOLD_NUM; hold++) {
        struct rig_spec spec = spec_of(line_of_four, (enum circuit_hold)hold, false);
        spec.stall_probability = 0.6; // delays acks, and no flit after them
        struct rig *rig = rig_new(&spec);
        send_two_messages(rig);
        cr_expect_eq(counters(rig).circuits, circuits[hold], "%s", circuit_hold_names[hold]);
        cr_expect_eq(counters(rig).reuses, 6 - circuits[hold]);
        for (uint32_t i = 1; i < 5; i++) {
            bool same = hold == CIRCUIT_HOLD_CACHED || (hold == CIRCUIT_HOLD_MESSAGE && i != 3);
            uint64_t apart = rig->log[i].ejected_cycle - rig->log[i - 1].ejected_cycle;
            cr_assert(same ? apart == 4 : apart > 4, "%s, packet %u: %lu cycles",
                      circuit_hold_names[hold], i, apart);
        }
        rig_free(rig);
    }
}

Test(circuit, packets_of_no_message_share_none)
{
    struct rig_spec spec = spec_of(line_of_four, CIRCUIT_HOLD_MESSAGE, false);
    struct rig *rig = rig_new(&spec);
    send(rig, 0, 3, 4, MSG_NONE);
    send(rig, 0, 3, 4, MSG_NONE);
    run_until_idle(rig);
    cr_expect_eq(counters(rig).circuits, 2);
    rig_free(rig);
}

Test(circuit, a_kept_circuit_saves_the_set_up_and_costs_a_cycle_to_be_given_up)
{
    struct rig_spec spec = spec_of(line_of_four, CIRCUIT_HOLD_CACHED, false);
    struct rig *rig = rig_new(&spec);
    struct switching_timing timing = rig_timing(rig);
    rig_probe(rig, 0, 3, 9);
    struct packet again = rig_probe(rig, 0, 3, 9);
    cr_expect_eq(again.ejected_cycle - again.created_cycle,
                 switching_transfer_cycles(&timing, 9, 3));
    struct packet other = rig_probe(rig, 0, 1, 9);
    cr_expect_eq(other.ejected_cycle - other.created_cycle, 1 + rig_zero_load_cycles(rig, &other));
    cr_expect_eq(counters(rig).circuits, 2);
    cr_expect_eq(counters(rig).reuses, 1);
    cr_expect_eq(counters(rig).releases, 0, "nobody asked for it");
    rig_free(rig);
}

Test(circuit, an_idle_circuit_is_given_up_to_who_asks)
{
    for (int waits = 0; waits < 2; waits++) {
        struct rig_spec spec = spec_of(line_of_four, CIRCUIT_HOLD_CACHED, waits);
        struct rig *rig = rig_new(&spec);
        rig_probe(rig, 0, 3, 4);
        rig_probe(rig, 1, 3, 4); // needs two channels of the kept circuit
        rig_probe(rig, 3, 3, 4); // needs the last one of the next
        cr_expect_eq(counters(rig).releases, 2);
        cr_expect_eq(counters(rig).circuits, 3);
        cr_expect_eq(counters(rig).nacks > 0, !waits);
        rig_free(rig);
    }
}

// Node 0 always has packets for node 3. Returns the cycle in which node 1's only one arrives.
static uint64_t arrival_beside_endless_traffic(bool waits, enum circuit_hold hold)
{
    struct rig_spec spec = spec_of(line_of_four, hold, waits);
    spec.seed = 5;
    struct rig *rig = rig_new(&spec);
    uint64_t arrived = 0;
    for (uint32_t cycle = 0; cycle < 8000 && arrived == 0; cycle++) {
        send(rig, 0, 3, 1, cycle);
        if (cycle == 500)
            send(rig, 1, 3, 4, 0);
        uint32_t before = rig->num_log;
        cr_assert(rig_cycle(rig), "%s", rig->err.text);
        for (uint32_t i = before; i < rig->num_log; i++)
            if (rig->log[i].source == 1)
                arrived = rig->log[i].ejected_cycle;
    }
    rig_free(rig);
    return arrived;
}

Test(circuit, an_owner_with_endless_traffic_starves_nobody)
{
    for (int waits = 0; waits < 2; waits++)
        for (int hold = 0; hold < CIRCUIT_HOLD_NUM; hold++) {
            uint64_t arrived = arrival_beside_endless_traffic(waits, (enum circuit_hold)hold);
            cr_expect(arrived > 0, "%s, %s", waits ? "wait" : "retry", circuit_hold_names[hold]);
        }
}

// Node 1 tries to get past a long packet of node 0; returns its counters.
static struct circuit_counters blocked_by_a_long_packet(uint32_t window, uint32_t greatest,
                                                        uint64_t *arrived)
{
    struct rig_spec spec = spec_of(line_of_four, CIRCUIT_HOLD_PACKET, false);
    spec.circuit.backoff_cycles = window;
    spec.circuit.backoff_max_cycles = greatest;
    struct rig *rig = rig_new(&spec);
    send(rig, 0, 3, 2000, 0);
    for (int i = 0; i < 50; i++)
        cr_assert(rig_cycle(rig));
    send(rig, 1, 3, 4, 0);
    run_until_idle(rig);
    cr_assert_eq(rig->num_log, 2);
    struct circuit_counters counted = counters(rig);
    *arrived = rig->log[1].ejected_cycle;
    rig_free(rig);
    return counted;
}

Test(circuit, back_off_doubles_up_to_its_greatest_window)
{
    uint64_t arrived;
    // A probe that is refused at once takes 5 cycles from one to the next, and the back-off.
    struct circuit_counters narrow = blocked_by_a_long_packet(2, 2, &arrived);
    cr_expect(narrow.nacks > 1900 / 7 && narrow.nacks < 2000 / 4, "%lu", narrow.nacks);
    struct circuit_counters wide = blocked_by_a_long_packet(2, 1 << 20, &arrived);
    cr_expect(wide.nacks >= 8 && wide.nacks <= 20, "%lu", wide.nacks);
    cr_expect_eq(wide.retries, wide.nacks);
    cr_expect_eq(wide.probes, wide.circuits + wide.nacks);
}

Test(circuit, backing_off_is_no_deadlock_however_long_it_takes)
{
    uint64_t arrived;
    blocked_by_a_long_packet(1 << 20, 1 << 20, &arrived);
    cr_expect(arrived > 20000, "%lu: the rig's watchdog wakes after 2000", arrived);
}

Test(circuit, back_off_depends_on_the_seed)
{
    uint64_t hashes[2];
    for (uint64_t seed = 0; seed < 2; seed++) {
        struct rig_spec spec = spec_of(safe[0], CIRCUIT_HOLD_PACKET, false);
        struct rig *rig;
        spec.seed = seed;
        rig = rig_new(&spec);
        for (uint32_t node = 0; node < 16; node++)
            send(rig, node, 5, 6, 0);
        run_until_idle(rig);
        hashes[seed] = rig->flit_hash;
        rig_free(rig);
    }
    cr_expect_neq(hashes[0], hashes[1]);
}

Test(circuit, probes_wait_without_deadlock_where_the_proof_admits_them)
{
    for (size_t i = 0; i < NUM_SAFE; i++)
        for (int hold = 0; hold < CIRCUIT_HOLD_NUM; hold++) {
            struct rig_spec spec = spec_of(safe[i], (enum circuit_hold)hold, true);
            spec.stall_probability = i == 1 ? 0.3 : 0;
            spec.channel_latency_cycles = 1 + (uint32_t)i % 3;
            spec.ejection_latency_cycles = 1 + (uint32_t)i % 4;
            struct rig *rig = rig_new(&spec);
            struct deadlock_proof proof;
            cr_assert(deadlock_prove(rig->topology, rig->routing, &proof, &rig->err));
            cr_assert(rig_traffic(rig, 1000, 0.3, 9), "%s", rig->err.text);
            cr_expect_eq(counters(rig).nacks, 0);
            cr_expect_eq(fabric_counters(rig->fabric).flits_created,
                         fabric_counters(rig->fabric).flits_ejected);
            rig_free(rig);
        }
}

Test(circuit, probes_that_wait_lock_up_on_a_ring_and_say_for_whom)
{
    struct topology_spec ring = {.kind = "torus", .num_dims = 1, .dims = {6}};
    struct rig_spec spec = spec_of(ring, CIRCUIT_HOLD_PACKET, true);
    struct rig *rig = rig_new(&spec);
    cr_assert_not(rig_traffic(rig, 20000, 0.3, 9));
    cr_expect_eq(rig->err.status, ERR_DEADLOCK, "%s", rig->err.text);
    char text[4096] = "";
    FILE *to = fmemopen(text, sizeof text, "w");
    fabric_report_waits(rig->fabric, 100, to);
    fclose(to);
    cr_expect(strstr(text, "belongs to another circuit"), "%s", text);
    rig_free(rig);
}

Test(circuit, every_way_of_holding_and_waiting_is_the_same_in_rtl)
{
    const struct topology_spec shapes[2][CIRCUIT_HOLD_NUM] = {{torus, web, torus},
                                                              {tree, safe[0], web}};
    for (int waits = 0; waits < 2; waits++)
        for (int hold = 0; hold < CIRCUIT_HOLD_NUM; hold++) {
            struct rig_spec spec = spec_of(shapes[waits][hold], (enum circuit_hold)hold, waits);
            spec.channel_latency_cycles = 1 + (uint32_t)hold;
            spec.ejection_latency_cycles = 2;
            spec.max_flits = 64;
            spec.circuit.backoff_max_cycles = 64;
            spec.stall_probability = 0.2;
            spec.ops = &router_lockstep_ops;
            spec.rtl = (struct router_rtl){.assertions = true, .quiet = true};
            struct rig *rig = rig_new(&spec);
            cr_assert(rig_traffic(rig, 500, 0.05, 5), "%s", rig->err.text);
            if (hold == CIRCUIT_HOLD_CACHED)
                cr_expect_gt(counters(rig).releases, 10, "else the wish for a circuit is not seen");
            rig_free(rig);
        }
}

Test(circuit, the_structural_fabric_refuses_it)
{
    struct rig_spec spec = spec_of(line_of_four, CIRCUIT_HOLD_PACKET, false);
    struct rig *rig = rig_new(&spec);
    struct fabric_params params = {.topology = rig->topology,
                                   .routing = rig->routing,
                                   .ops = &router_whole_ops,
                                   .switching = SWITCHING_CIRCUIT};
    struct err err = {0};
    cr_expect_null(fabric_new(&params, &err));
    cr_expect_eq(err.status, ERR_CONFIG);
    cr_expect(strstr(err.text, "rtl-whole"), "%s", err.text);
    rig_free(rig);
}

Test(circuit, narrow_channels_are_refused)
{
    struct config config = made();
    struct run_outputs outputs = {.quiet = true};
    struct run_result *result = calloc(1, sizeof *result);
    struct err err = {0};
    char assignment[256];
    snprintf(assignment, sizeof assignment, "fabric.topology={kind: graph, file: %s}",
             scratch_file("narrow", "0 1\n1 2 flit_cycles=2\n"));
    set(&config, assignment);
    set(&config, "fabric.router.switching=circuit");
    cr_assert(result && config_check(&config, &err), "%s", err.text);
    cr_assert_not(run_simulate(&config, &outputs, result, &err));
    cr_expect_eq(err.status, ERR_CONFIG);
    cr_expect(strstr(err.text, "fabric.router.switching: "), "%s", err.text);
    cr_expect(strstr(err.text, "flit_cycles"), "%s", err.text);
    config_free(&config);
    free(result);
}
