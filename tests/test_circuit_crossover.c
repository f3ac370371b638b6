// SPDX-License-Identifier: Apache-2.0
// From which length on circuit switching is faster than wormhole switching: predicted, measured,
// and as the shipped example says.
#include "sim/run.h"
#include "tests/config_text.h"
#include "tests/rig.h"

// The latency of a packet of so many flits over the longest way of a line.
static uint64_t measure(enum switching mode, const struct switching_timing *timing, uint32_t flits,
                        uint32_t hops)
{
    struct rig_spec spec = {
        .topology = {.kind = "mesh", .num_dims = 1, .dims = {hops + 1}},
        .switching = mode,
        .buffer_flits = timing->buffer_flits,
        .max_flits = 4096,
        .channel_latency_cycles = timing->channel_latency_cycles,
        .terminal_latency_cycles = timing->terminal_latency_cycles,
        .ejection_latency_cycles = timing->ejection_latency_cycles,
    };
    if (!switching_is_circuit(mode))
        spec.design.pipeline = timing->pipeline;
    struct rig *rig = rig_new(&spec);
    struct packet packet = rig_probe(rig, 0, hops, flits);
    rig_free(rig);
    return packet.ejected_cycle - packet.created_cycle;
}

Test(circuit, it_overtakes_wormhole_at_the_length_that_is_predicted)
{
    for (uint32_t latency = 1; latency <= 8; latency += 3)
        for (uint32_t buffer = 1; buffer <= 10; buffer += 3)
            for (uint32_t hops = 1; hops <= 7; hops += 2) {
                struct switching_timing timing = {.channel_latency_cycles = latency,
                                                  .terminal_latency_cycles = 1,
                                                  .ejection_latency_cycles = 1 + hops / 3,
                                                  .buffer_flits = buffer,
                                                  .pipeline = 1 + (latency + buffer + hops) % 4};
                uint32_t predicted = switching_crossover_flits(&timing, hops, 4096);
                uint32_t measured = 0;
                for (uint32_t flits = 1; flits <= 150 && measured == 0; flits++)
                    if (measure(SWITCHING_CIRCUIT, &timing, flits, hops) <
                        measure(SWITCHING_WORMHOLE, &timing, flits, hops))
                        measured = flits;
                cr_assert_eq(predicted <= 150 ? predicted : 0, measured,
                             "latency %u, buffer %u, %u hops: %u, measured %u", latency, buffer,
                             hops, predicted, measured);
            }
}

// The least latency of the shipped example with packets of so many flits.
static uint64_t run_example(enum switching mode, uint32_t flits, struct switching_timing *timing)
{
    struct config config = made();
    struct run_outputs outputs = {.quiet = true};
    struct run_result *result = calloc(1, sizeof *result);
    struct err err = {0};
    char assignment[64];
    cr_assert(result && config_read(&config, "sim/examples/hypercube-circuit.yaml", &err));
    snprintf(assignment, sizeof assignment, "workload.packet_flits=%u", flits);
    set(&config, assignment);
    set(&config, "run.measure_cycles=20000");
    config.switching = mode;
    *timing = (struct switching_timing){
        .channel_latency_cycles = config.channel_latency_cycles,
        .terminal_latency_cycles = config.terminal_latency_cycles,
        .ejection_latency_cycles = config_ejection_latency_cycles(&config),
        .buffer_flits = config.buffer_flits,
        .pipeline = config.design.pipeline,
    };
    cr_assert(run_simulate(&config, &outputs, result, &err), "%s", err.text);
    cr_assert_eq(result->hops_mean, 6, "all packets cross the diameter");
    uint64_t least = result->latency.min;
    cr_assert_leq(result->latency.mean, (double)least + 1, "packets seldom meet");
    config_free(&config);
    free(result);
    return least;
}

Test(circuit, the_shipped_example_crosses_where_it_says)
{
    struct switching_timing timing = {0};
    uint32_t measured = 0;
    for (uint32_t flits = 25; flits <= 49 && measured == 0; flits += 4)
        if (run_example(SWITCHING_CIRCUIT, flits, &timing) <
            run_example(SWITCHING_WORMHOLE, flits, &timing))
            measured = flits;
    cr_assert_eq(measured, switching_crossover_flits(&timing, 6, 1000));
    cr_assert_eq(measured, 37, "as its comment says");
}
