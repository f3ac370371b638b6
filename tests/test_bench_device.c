// SPDX-License-Identifier: Apache-2.0
// The small router that checkers are tried on: right, and with faults.
#include "tests/bench_device.h"

#include <criterion/criterion.h>
#include <string.h>

static struct device_spec make_spec(enum device_flow flow)
{
    struct device_side side = {
        .flow = flow, .buffer_flits = 4, .react_cycles = 1, .slack_flits = 2, .held = true};
    return (struct device_spec){.num_ports = 3,
                                .num_vcs = 2,
                                .in = side,
                                .out = side,
                                .num_modes = 1,
                                .modes = {SWITCHING_WORMHOLE},
                                .min_flits = 1,
                                .max_flits = 8,
                                .flit_bits = 32,
                                .num_destinations = 3,
                                .num_positions = 1,
                                .reset_cycles = 1};
}

// What came out of port 2 in a run in which a packet of three flits comes in at port 0 in cycles 0
// to 2, and what went back to it; everything is taken at once.
struct seen {
    struct device_forward flits[16];
    uint64_t cycles[16];
    uint32_t num_flits;
    uint32_t num_credits[2];
    const char *fault;
};

static struct seen run(enum device_flow flow, const struct bench_plant *plant)
{
    struct device_spec spec = make_spec(flow);
    struct bench_link link = bench_plain_link(&spec);
    struct device device = {0};
    bench_device_open(&device, &link, plant);
    struct stimulus_packet packet = {.to = 2, .vc = 1, .flits = 3};
    struct stimulus setup = {.mode = SWITCHING_WORMHOLE, .packets = &packet, .num_packets = 1};
    struct err err = {0};
    cr_assert(device.ops->begin(device.self, &setup, &err));
    static struct device_pins in, out;
    memset(&in, 0, sizeof in);
    device.ops->settle(device.self, DEVICE_RESET, 0, &in, &out);
    device.ops->clock(device.self);

    struct seen seen = {0};
    for (uint64_t cycle = 0; cycle < 20; cycle++) {
        memset(&in, 0, sizeof in);
        for (uint32_t p = 0; p < 3 && flow != DEVICE_CREDIT; p++)
            in.backward[p] = 3;
        if (cycle < 3)
            in.forward[0] = (struct device_forward){.valid = true,
                                                    .head = cycle == 0,
                                                    .tail = cycle == 2,
                                                    .vc = 1,
                                                    .flit = (uint32_t)cycle,
                                                    .bits = {100 + cycle}};
        device.ops->settle(device.self, DEVICE_RUN, cycle, &in, &out);
        if (out.forward[2].valid) {
            seen.cycles[seen.num_flits] = cycle;
            seen.flits[seen.num_flits++] = out.forward[2];
        }
        for (uint32_t v = 0; v < 2; v++)
            seen.num_credits[v] += out.backward[0] >> v & 1;
        cr_assert(!out.forward[0].valid && !out.forward[1].valid);
        device.ops->clock(device.self);
    }
    seen.fault = device.ops->fault(device.self);
    device_free(&device);
    return seen;
}

Test(bench_device, a_right_one_hands_flits_on_two_cycles_later_and_gives_their_credits_back)
{
    for (enum device_flow flow = DEVICE_READY_VALID; flow <= DEVICE_ON_OFF; flow++) {
        struct seen seen = run(flow, NULL);
        cr_assert_eq(seen.num_flits, 3);
        for (uint32_t f = 0; f < 3; f++) {
            cr_assert_eq(seen.cycles[f], f + 2);
            cr_assert_eq(seen.flits[f].bits[0], 100 + f);
            cr_assert_eq(seen.flits[f].head, f == 0);
            cr_assert_eq(seen.flits[f].tail, f == 2);
        }
        if (flow == DEVICE_CREDIT)
            cr_assert(seen.num_credits[0] == 0 && seen.num_credits[1] == 3);
        cr_assert_null(seen.fault);
    }
}

Test(bench_device, faults_act_when_they_are_to)
{
    struct bench_plant plant = {.fault = BENCH_LOSE_TAIL, .in_port = BENCH_ANY};
    cr_assert_eq(run(DEVICE_CREDIT, &plant).num_flits, 2);
    plant.min_flits = 4;
    cr_assert_eq(run(DEVICE_CREDIT, &plant).num_flits, 3);

    plant = (struct bench_plant){.fault = BENCH_DOUBLE_FLIT, .in_port = 0};
    cr_assert_eq(run(DEVICE_ON_OFF, &plant).num_flits, 6);
    plant.once = true;
    cr_assert_eq(run(DEVICE_ON_OFF, &plant).num_flits, 4);
    plant.in_port = 1;
    cr_assert_eq(run(DEVICE_ON_OFF, &plant).num_flits, 3);

    plant = (struct bench_plant){.fault = BENCH_WRONG_CREDIT, .in_port = BENCH_ANY, .after = 2};
    struct seen seen = run(DEVICE_CREDIT, &plant);
    cr_assert(seen.num_credits[0] == 1 && seen.num_credits[1] == 2);

    plant = (struct bench_plant){.fault = BENCH_ASSERTION, .in_port = BENCH_ANY};
    cr_assert_not_null(run(DEVICE_READY_VALID, &plant).fault);
}
