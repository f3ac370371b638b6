// SPDX-License-Identifier: Apache-2.0
// The router that is compared with another simulator's (sim/PEERS.md), as the shipped example has
// it: its zero-load latency between all pairs, and how much its fabrics carry.
#include "sim/machine.h"
#include "sim/run.h"
#include "tests/config_text.h"

static const char *const shapes[] = {
    "{kind: mesh, dims: [8, 8]}",
    "{kind: torus, dims: [8, 8]}",
    "{kind: hypercube, n: 6}",
    "{kind: torus, dims: [4, 4, 4]}",
};
enum { NUM_SHAPES = sizeof shapes / sizeof *shapes };

// The example's router in a topology.
static struct config example(const char *shape)
{
    struct config config = made();
    struct err err = {0};
    char assignment[128];
    cr_assert(config_read(&config, "sim/examples/router-four-stages.yaml", &err), "%s", err.text);
    snprintf(assignment, sizeof assignment, "fabric.topology=%s", shape);
    set(&config, assignment);
    return config;
}

static void arrived(void *context, const struct packet *packet)
{
    *(struct packet *)context = *packet;
}

// Sends a packet through an empty fabric, and gives the cycles from its creation to the arrival of
// its tail. `last` is where the fabric leaves a packet that has arrived.
static uint64_t probe(struct fabric *fabric, const struct packet *last, uint32_t source,
                      uint32_t destination, uint32_t flits)
{
    struct err err = {0};
    struct packet_spec packet = {source, destination, flits, 0, MSG_NONE};
    cr_assert(fabric_send(fabric, &packet, &err), "%s", err.text);
    while (!fabric_idle(fabric))
        cr_assert(fabric_cycle(fabric, &err), "%s", err.text);
    cr_assert(last->source == source && last->destination == destination && last->flits == flits);
    return last->ejected_cycle - last->created_cycle;
}

Test(peers, zero_load_latency_is_5_a_router_and_2_between_all_pairs)
{
    for (size_t i = 0; i < NUM_SHAPES; i++) {
        struct config config = example(shapes[i]);
        struct machine machine = {0};
        struct packet last = {0};
        struct err err = {0};
        cr_assert(machine_make_topology(&machine, &config, &err), "%s", err.text);
        cr_assert(machine_make_routing(&machine, &config, 8, &err), "%s", err.text);
        struct fabric_params params =
            machine_fabric_params(&machine, &config, arrived, NULL, &last);
        machine.fabric = fabric_new(&params, &err);
        cr_assert(machine.fabric, "%s", err.text);
        uint32_t nodes = machine.topology->num_nodes;
        cr_assert_eq(nodes, 64);
        for (uint32_t flits = 1; flits <= 8; flits += 7)
            for (uint32_t s = 0; s < nodes; s++)
                for (uint32_t d = 0; d < nodes; d++) {
                    uint64_t cycles = probe(machine.fabric, &last, s, d, flits);
                    uint64_t routers = 1 + machine.topology->kind->distance(machine.topology, s, d);
                    cr_assert_eq(cycles, 5 * routers + 2 + (flits - 1),
                                 "%s: %u flits from %u to %u over %lu routers took %lu cycles",
                                 shapes[i], flits, s, d, routers, cycles);
                }
        machine_free(&machine);
        config_free(&config);
    }
}

// Latency under uniform traffic is less than three times `zero_load_cycles`, the mean over all
// pairs, and the network takes what it is offered.
static void check_carries(const char *shape, double rate_flits_per_node_cycle,
                          double zero_load_cycles)
{
    struct config config = example(shape);
    struct run_outputs outputs = {.quiet = true};
    struct run_result *result = calloc(1, sizeof *result);
    struct err err = {0};
    cr_assert(result);
    config.rate_flits_per_node_cycle = rate_flits_per_node_cycle;
    set(&config, "run.measure_cycles=5000");
    cr_assert(run_simulate(&config, &outputs, result, &err), "%s", err.text);
    cr_expect_eq(result->outcome, RUN_COMPLETED, "%s: %s", shape,
                 run_outcome_names[result->outcome]);
    cr_expect_lt(result->latency.mean, 3 * zero_load_cycles, "%s: %g cycles", shape,
                 result->latency.mean);
    cr_expect_gt(result->accepted_flits_per_node_cycle, 0.99 * rate_flits_per_node_cycle, "%s",
                 shape);
    free(result);
    config_free(&config);
}

Test(peers, an_8x8_mesh_carries_0_42_flits_a_node_and_cycle)
{
    check_carries("{kind: mesh, dims: [8, 8]}", 0.42, 5 * 6.25 + 2);
}

Test(peers, an_8x8_torus_carries_0_60_flits_a_node_and_cycle)
{
    check_carries("{kind: torus, dims: [8, 8]}", 0.60, 5 * 5.0 + 2);
}

Test(peers, cubes_of_64_nodes_carry_0_91_and_0_83_flits_a_node_and_cycle)
{
    check_carries("{kind: hypercube, n: 6}", 0.91, 5 * 4.0 + 2);
    check_carries("{kind: torus, dims: [4, 4, 4]}", 0.83, 5 * 4.0 + 2);
}
