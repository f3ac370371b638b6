// SPDX-License-Identifier: Apache-2.0
// Latency and throughput as measured on pins: what is known of the reference, and what is told of a
// device that is worse.
#include "sim/workbench/device_reference.h"
#include "sim/workbench/performance.h"
#include "tests/bench_device.h"
#include "tests/bench_map.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct performance_row *row_of(const struct performance *self, const char *name)
{
    for (size_t i = 0; i < self->num_rows; i++)
        if (!strcmp(self->rows[i].name, name))
            return &self->rows[i];
    cr_assert_fail("no %s", name);
    return NULL;
}

// Measures the reference of one map as the device of another one.
static struct performance measure(const char *device, const char *reference)
{
    struct err err = {0};
    struct device_map *device_map =
        device_map_read(scratch_file("device.yaml", device), NULL, NULL, NULL, 0, &err);
    cr_assert_not_null(device_map, "%s", err.text);
    struct device_map *map =
        device_map_read(scratch_file("map.yaml", reference), NULL, NULL, NULL, 0, &err);
    cr_assert_not_null(map, "%s", err.text);
    struct workbench bench = {.map = map, .spec = device_map_spec(map)};
    cr_assert(device_reference_open(&bench.rtl, device_map, &err), "%s", err.text);
    cr_assert(device_reference_open(&bench.reference, map, &err), "%s", err.text);
    struct performance performance = {0};
    cr_assert(performance_measure(&performance, &bench, &err), "%s", err.text);
    device_free(&bench.rtl);
    device_free(&bench.reference);
    device_map_free(map);
    device_map_free(device_map);
    return performance;
}

#define LINK                                                                                       \
    "top: bench\nclock: clk\nreset: rst\n"                                                         \
    "in: {valid: \"iv{port}\", flit: \"if{port}\", credit: \"ic{port}\"}\n"                        \
    "out: {valid: \"ov{port}\", flit: \"of{port}\", credit: \"oc{port}\"}\n"                       \
    "vcs: 2\npacket: {max_flits: 20}\n"                                                            \
    "flit: {bits: 40, head: 31, tail: 30, vc: {at: 29}, destination: {address: \"3:0\"}}\n"

#define ROUTER                                                                                     \
    "device: router\nports: [local, east, west, north, south]\n" LINK                              \
    "modes: {wormhole: 2, store-and-forward: 0}\n"                                                 \
    "ties: {x: \"{x}\", y: \"{y}\"}\nflow: {in: {buffer_flits: 8}}\n"                              \
    "routing: {kind: dimension-order, dims: [4, 4], "                                              \
    "ports: {local: local, x+: east, x-: west, y+: north, y-: south}}\n"

#define NETWORK                                                                                    \
    "device: network\nports: 16\nflow: {in: {buffer_flits: 4}}\n" LINK                             \
    "routing: {kind: terminal, dims: [4, 4]}\n"

Test(performance, figures_of_the_reference_are_those_of_its_contract)
{
    static const char text[] = ROUTER "reference: {router: {pipeline: 2}}\n";
    struct performance performance = measure(text, text);
    cr_assert_eq(performance.rows[0].mode, SWITCHING_WORMHOLE);
    // Heads take the pipeline and a channel; a flit follows in each cycle.
    cr_assert_eq(row_of(&performance, "zero-load latency of heads, 1 flit")->device, 3);
    cr_assert_eq(row_of(&performance, "zero-load latency of tails, 8 flits")->device, 10);
    cr_assert_eq(row_of(&performance, "zero-load latency of heads, west to east")->device, 3);
    cr_assert_eq(row_of(&performance, "throughput of 8-flit packets from one input, east")->device,
                 1);
    cr_assert_eq(row_of(&performance, "throughput of 1-flit packets from all inputs, east")->device,
                 1);
    double light = row_of(&performance, "uniform traffic, 0.2 offered")->device;
    double heavy = row_of(&performance, "uniform traffic, saturated")->device;
    cr_assert(light > 0.15 && light < 0.25 && heavy > light && heavy < 1, "%g %g", light, heavy);
    size_t half = performance.num_rows / 2;
    for (size_t i = 0; i < performance.num_rows; i++) {
        const struct performance_row *row = &performance.rows[i];
        cr_assert(!row->worse && !isnan(row->device) && row->device == row->reference, "%s",
                  row->name);
        // Store-and-forward waits for the tail.
        if (i >= half && !strcmp(row->name, "zero-load latency of heads, 8 flits"))
            cr_assert_eq(row->device, 10);
    }
    cr_assert_eq(performance.rows[half].mode, SWITCHING_STORE_AND_FORWARD);
    performance_free(&performance);
}

Test(performance, a_device_that_is_slower_than_allowed_is_told)
{
    struct performance performance =
        measure(ROUTER "reference: {router: {pipeline: 3}}\n",
                ROUTER "reference: {router: {pipeline: 1}}\nperformance: {latency_cycles: 2}\n");
    const struct performance_row *row =
        row_of(&performance, "zero-load latency of heads, west to east");
    cr_assert(row->device == 4 && row->reference == 2 && row->tolerance == 2 && !row->worse);
    performance_free(&performance);

    performance = measure(ROUTER "reference: {router: {pipeline: 3}}\n", ROUTER
                          "reference: {router: {pipeline: 1}}\nperformance: {latency_cycles: 1}\n");
    cr_assert(row_of(&performance, "zero-load latency of heads, west to east")->worse);
    cr_assert(row_of(&performance, "throughput of 8-flit packets from one VC, east")->device > 0.5);
    json_t *json = performance_json(&performance);
    cr_assert_eq(json_array_size(json), performance.num_rows);
    json_t *first = json_array_get(json, 0);
    cr_assert_str_eq(json_string_value(json_object_get(first, "mode")), "wormhole");
    cr_assert_eq(json_real_value(json_object_get(first, "device")), 4);
    cr_assert(json_is_true(json_object_get(first, "worse")));
    json_decref(json);
    performance_free(&performance);

    // Credits that come back later bound a single VC.
    performance =
        measure(ROUTER "reference: {router: {buffer_flits: 2}}\n",
                ROUTER "reference: {router: {buffer_flits: 8}}\nperformance: {throughput: 0.1}\n");
    row = row_of(&performance, "throughput of 2-flit packets from one VC, east");
    cr_assert(row->worse && row->device < 0.7 && row->reference == 1);
    performance_free(&performance);
}

Test(performance, a_network_has_a_latency_per_hop)
{
    static const char text[] =
        NETWORK "reference: {router: {pipeline: 2}, channel: {latency_cycles: 3}}\n";
    struct performance performance = measure(text, text);
    cr_assert_float_eq(row_of(&performance, "zero-load latency of heads, per hop")->device, 5,
                       1e-9);
    cr_assert_eq(row_of(&performance, "zero-load latency of heads, 1 hop")->device, 8);
    cr_assert_eq(row_of(&performance, "zero-load latency of heads, 6 hops")->device, 33);
    performance_free(&performance);
}

// A router that loses a packet cannot be measured on its way, and is worse than any.
Test(performance, without_a_reference_there_are_figures_and_what_is_lost_has_none)
{
    struct bench_map asked = {.num_ports = 4, .in = DEVICE_READY_VALID, .out = DEVICE_ON_OFF};
    struct device_map *map = bench_map(&asked);
    struct bench_link link = bench_map_link(map);
    struct bench_plant plant = {.fault = BENCH_LOSE_PACKET, .in_port = 1, .min_flits = 2};
    for (uint32_t lost = 0; lost < 2; lost++) {
        struct workbench bench = {.map = map, .spec = device_map_spec(map)};
        struct performance performance = {0};
        struct err err = {0};
        bench_device_open(&bench.rtl, &link, lost ? &plant : NULL);
        cr_assert(performance_measure(&performance, &bench, &err), "%s", err.text);
        const struct performance_row *row =
            row_of(&performance, "zero-load latency of tails, 8 flits");
        cr_assert(isnan(row->reference));
        if (lost)
            cr_assert(isnan(row->device) && row->worse);
        else
            cr_assert(row->device == 9 && !row->worse);
        cr_assert_eq(row_of(&performance, "zero-load latency of heads, 0 to 3")->device, 2);
        performance_free(&performance);
        device_free(&bench.rtl);
    }
    device_map_free(map);
}
