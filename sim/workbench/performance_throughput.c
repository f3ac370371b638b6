// SPDX-License-Identifier: Apache-2.0
// Throughput: of an output that one input or all inputs send to, as fast as they may, and of all
// outputs under uniform traffic of rising load.
#include "sim/rng.h"
#include "sim/workbench/performance_measuring.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum {
    MAX_OUTPUTS = 8, // that are measured; of more, so many that are spread evenly
    // Cycles of a run, of which the first do not count
    FLOW_FROM = 200,
    FLOW_CYCLES = 1000,
    LOAD_FROM = 500,
    LOAD_CYCLES = 2000,
    NUM_LOADS = 5
};

struct counting {
    uint64_t from_cycle;
    uint64_t flits[DEVICE_MAX_PORTS]; // that left
};

static void see(void *of, const struct play_cycle *cycle, struct failure *failure)
{
    (void)failure;
    struct counting *self = of;
    for (uint64_t left = cycle->given; left && cycle->cycle >= self->from_cycle; left &= left - 1)
        self->flits[__builtin_ctzll(left)]++;
}

// To the last cycle, however soon everything is sent.
static bool waits(const void *of)
{
    (void)of;
    return true;
}

// Counts flits that leave from a cycle on, by side.
static bool count(const struct measuring *self, const struct stimulus *stimulus,
                  uint64_t from_cycle, struct counting counted[PERFORMANCE_SIDES])
{
    memset(counted, 0, PERFORMANCE_SIDES * sizeof *counted);
    for (uint32_t side = 0; side < self->num_sides; side++) {
        counted[side].from_cycle = from_cycle;
        struct play_checker checker = {.cycle = see, .waits = waits, .self = &counted[side]};
        if (!performance_play(self, side, stimulus, &checker))
            return false;
    }
    return true;
}

// --- one output ---------------------------------------------------------------------------------

// Packets of an input VC to an output, as many as can be sent. False only if out of memory.
static bool fill(const struct measuring *self, struct stimulus *stimulus, uint32_t in, uint32_t vc,
                 uint32_t out, uint32_t flits)
{
    uint32_t to;
    if (!performance_way(self, in, vc, out, &to))
        return true;
    for (uint32_t sent = 0; sent < FLOW_FROM + FLOW_CYCLES; sent += flits) {
        struct stimulus_packet packet = {.port = in, .vc = vc, .to = to, .flits = flits};
        if (!stimulus_add_packet(stimulus, packet, self->err))
            return false;
    }
    return true;
}

// How an output is sent to.
struct flow {
    const char *name;
    bool all_inputs;
    bool all_vcs;
    uint32_t length; // index
};

static const struct flow flows[] = {
    {"from one VC", false, false, PERFORMANCE_LENGTHS - 1},
    {"from one input", false, true, PERFORMANCE_LENGTHS - 1},
    {"from all inputs", true, true, PERFORMANCE_LENGTHS - 1},
    {"from all inputs", true, true, 0},
};

static bool measure_flow(const struct measuring *self, uint32_t out, const struct flow *flow)
{
    const struct device_spec *spec = self->bench->spec;
    uint32_t flits = self->lengths[flow->length];
    struct stimulus stimulus = self->setup;
    stimulus.last_cycle = FLOW_FROM + FLOW_CYCLES - 1;
    bool ok = true;
    // Inputs in turn, from the one after the output on; the first that has a way is the one input.
    for (uint32_t i = 0; ok && i < spec->num_ports; i++) {
        uint32_t in = (out + 1 + i) % spec->num_ports;
        for (uint32_t vc = 0; ok && vc < spec->num_vcs; vc++) {
            bool first = !stimulus.num_packets;
            bool wanted =
                first || flow->all_inputs || (flow->all_vcs && stimulus.packets[0].port == in);
            ok = !wanted || fill(self, &stimulus, in, vc, out, flits);
        }
    }
    struct counting counted[PERFORMANCE_SIDES];
    ok = ok && (!stimulus.num_packets || count(self, &stimulus, FLOW_FROM, counted));
    bool any = stimulus.num_packets;
    stimulus_free(&stimulus);
    if (!ok || !any)
        return ok;
    double figures[PERFORMANCE_SIDES];
    for (uint32_t side = 0; side < PERFORMANCE_SIDES; side++)
        figures[side] =
            side < self->num_sides ? (double)counted[side].flits[out] / FLOW_CYCLES : NAN;
    return performance_add_throughput(self, figures, (double)flits / FLOW_CYCLES,
                                      "throughput of %" PRIu32 "-flit packets %s, %s", flits,
                                      flow->name, spec->port_names[out]);
}

// --- all outputs --------------------------------------------------------------------------------

// Packets of an input with a probability a cycle, to any destination that they may have.
static bool load_input(const struct measuring *self, struct stimulus *stimulus, uint32_t in,
                       double load)
{
    struct rng rng = rng_make(0, RNG_STIMULUS, in);
    uint32_t flits = self->lengths[PERFORMANCE_LENGTHS - 1];
    uint64_t threshold = rng_threshold(load / flits);
    uint32_t num_vcs = self->bench->spec->num_vcs;
    for (uint64_t cycle = 0; cycle < LOAD_FROM + LOAD_CYCLES; cycle++) {
        if (!rng_chance(&rng, threshold))
            continue;
        uint32_t num, vc = (uint32_t)rng_below(&rng, num_vcs);
        const struct device_way *ways = device_ways_of(&self->ways, in, vc, &num);
        if (!num)
            continue;
        struct stimulus_packet packet = {.cycle = cycle,
                                         .port = in,
                                         .vc = vc,
                                         .to = ways[rng_below(&rng, num)].to,
                                         .flits = flits,
                                         .content = (uint32_t)rng_next(&rng)};
        if (!stimulus_add_packet(stimulus, packet, self->err))
            return false;
    }
    return true;
}

// Flits a cycle and input that leave when so many are offered.
static bool measure_load(const struct measuring *self, double load)
{
    const struct device_spec *spec = self->bench->spec;
    struct stimulus stimulus = self->setup;
    stimulus.last_cycle = LOAD_FROM + LOAD_CYCLES - 1;
    bool ok = true;
    uint32_t inputs = 0;
    for (uint32_t in = 0; ok && in < spec->num_ports; in++) {
        size_t before = stimulus.num_packets;
        ok = load_input(self, &stimulus, in, load);
        inputs += stimulus.num_packets > before;
    }
    struct counting counted[PERFORMANCE_SIDES];
    ok = ok && count(self, &stimulus, LOAD_FROM, counted);
    stimulus_free(&stimulus);
    double figures[PERFORMANCE_SIDES];
    for (uint32_t side = 0; ok && side < PERFORMANCE_SIDES; side++) {
        uint64_t flits = 0;
        for (uint32_t out = 0; out < spec->num_ports; out++)
            flits += counted[side].flits[out];
        figures[side] =
            side < self->num_sides && inputs ? (double)flits / LOAD_CYCLES / inputs : NAN;
    }
    double packet = (double)self->lengths[PERFORMANCE_LENGTHS - 1] / LOAD_CYCLES;
    return ok && (load < 1 ? performance_add_throughput(self, figures, packet,
                                                        "uniform traffic, %.1f offered", load)
                           : performance_add_throughput(self, figures, packet,
                                                        "uniform traffic, saturated"));
}

bool performance_throughput(const struct measuring *self)
{
    uint32_t num_ports = self->bench->spec->num_ports;
    bool ok = true;
    for (uint32_t f = 0; ok && f < sizeof flows / sizeof *flows; f++)
        for (uint32_t k = 0; ok && k < num_ports; k++)
            if (num_ports <= MAX_OUTPUTS ||
                k * MAX_OUTPUTS / num_ports != (k + 1) * MAX_OUTPUTS / num_ports)
                ok = measure_flow(self, k, &flows[f]);
    for (uint32_t l = 1; ok && l <= NUM_LOADS; l++)
        ok = measure_load(self, (double)l / NUM_LOADS);
    return ok;
}
