// SPDX-License-Identifier: Apache-2.0
// Which bins the specification allows: found by asking for every way through the device, in every
// position, or in so many of them as can be asked for in reasonable time.
#include "sim/rng.h"
#include "sim/workbench/coverage_bins.h"
#include "sim/workbench/device_ways.h"

#include <stdlib.h>
#include <string.h>

enum {
    MOST_ROUTES = 4000000, // asked for
    SEEDS = 8              // of routing tables that may be drawn, in each position
};

struct reach {
    struct coverage_bins *bins;
    const struct device_spec *spec;
    struct device_ways ways;
    uint16_t *vcs;                     // by which packets from an input VC leave by an output
    uint16_t *sole;                    // the same, of ways to this output alone: of heads that
                                       // wait it is known for what
    uint64_t inputs[DEVICE_MAX_PORTS]; // that lead to an output port
    uint64_t sole_inputs[DEVICE_MAX_PORTS];
    uint16_t output_vcs[DEVICE_MAX_PORTS]; // by which packets may leave
    uint16_t input_vcs[DEVICE_MAX_PORTS];  // by which packets may come
    uint32_t position;
    struct rng rng;
};

static void allow(struct reach *self, enum coverage_group group, uint32_t a, uint32_t b, uint32_t c,
                  uint32_t d)
{
    struct coverage_bins *bins = &self->bins[group];
    if (!bins->num)
        return;
    uint32_t bin = coverage_bin(bins, a, b, c, d);
    bool known = bins->state[bin] & COVERAGE_ALLOWED;
    bins->allowed += !known;
    bins->state[bin] |= COVERAGE_ALLOWED;
    // Of all positions in which it can be, one at random, more or less.
    if (bins->position && (!known || rng_below(&self->rng, 4) == 0))
        bins->position[bin] = self->position;
}

// Index of a way in `vcs` and `sole`.
static size_t way_of(const struct reach *self, uint32_t port, uint32_t vc, uint32_t output)
{
    return ((size_t)port * self->spec->num_vcs + vc) * self->spec->num_ports + output;
}

static bool several(uint64_t set)
{
    return set & (set - 1);
}

static void note_ways(struct reach *self)
{
    for (uint32_t port = 0; port < self->spec->num_ports; port++)
        self->inputs[port] = self->sole_inputs[port] = self->output_vcs[port] =
            self->input_vcs[port] = 0;
    for (uint32_t input = 0; input < self->spec->num_ports * self->spec->num_vcs; input++) {
        uint32_t num, port = input / self->spec->num_vcs, vc = input % self->spec->num_vcs;
        const struct device_way *way = device_ways_of(&self->ways, port, vc, &num);
        if (num)
            self->input_vcs[port] |= (uint16_t)(1u << vc);
        for (uint32_t output = 0; output < self->spec->num_ports; output++)
            self->vcs[way_of(self, port, vc, output)] = self->sole[way_of(self, port, vc, output)] =
                0;
        for (uint32_t i = 0; i < num; i++)
            for (uint64_t left = way[i].route.ports; left; left &= left - 1) {
                uint32_t output = (uint32_t)__builtin_ctzll(left);
                self->vcs[way_of(self, port, vc, output)] |= way[i].route.vcs;
                self->inputs[output] |= (uint64_t)1 << port;
                self->output_vcs[output] |= way[i].route.vcs;
                if (several(way[i].route.ports))
                    continue;
                self->sole[way_of(self, port, vc, output)] |= way[i].route.vcs;
                self->sole_inputs[output] |= (uint64_t)1 << port;
            }
    }
}

static void allow_turns(struct reach *self, uint32_t port, uint32_t vc)
{
    const struct device_spec *spec = self->spec;
    for (uint32_t output = 0; output < spec->num_ports; output++) {
        uint16_t vcs = self->vcs[way_of(self, port, vc, output)];
        for (uint32_t out_vc = 0; out_vc < spec->num_vcs; out_vc++)
            if (vcs >> out_vc & 1)
                allow(self, COVERAGE_TURN, port, vc, output,
                      out_vc % self->bins[COVERAGE_TURN].size[3]);
        for (uint32_t mode = 0; vcs && mode < spec->num_modes; mode++)
            allow(self, COVERAGE_MODE, mode, port, output, 0);
    }
}

// Which VCs of an output port other packets could hold, or send on, while one of this input waits.
static uint16_t vcs_of_others(struct reach *self, uint32_t output, uint32_t port, uint32_t vc)
{
    uint16_t set = 0;
    for (uint32_t input = 0; input < self->spec->num_ports * self->spec->num_vcs; input++)
        if (input != port * self->spec->num_vcs + vc)
            set |= self->vcs[way_of(self, input / self->spec->num_vcs, input % self->spec->num_vcs,
                                    output)];
    return set;
}

static void allow_blocked_for(struct reach *self, uint32_t port)
{
    const struct device_spec *spec = self->spec;
    for (uint32_t m = 0; m < spec->num_modes; m++) {
        if (device_spec_max_flits(spec, spec->modes[m]) < 2)
            continue;
        if (switching_waits_for_tail(spec->modes[m]))
            allow(self, COVERAGE_BLOCKED, port, COVERAGE_NO_TAIL, 0, 0);
        if (switching_buffers_whole_packets(spec->modes[m]) && spec->out.flow == DEVICE_CREDIT)
            allow(self, COVERAGE_BLOCKED, port, COVERAGE_NO_WHOLE, 0, 0);
    }
    if (several(self->input_vcs[port]))
        allow(self, COVERAGE_BLOCKED, port, COVERAGE_OWN_BUSY, 0, 0);
    allow(self, COVERAGE_BLOCKED, port, COVERAGE_NO_ROOM, 0, 0);
}

static void allow_blocked(struct reach *self, uint32_t port, uint32_t vc)
{
    const struct device_spec *spec = self->spec;
    bool lengths = spec->max_flits > 1;
    for (uint32_t output = 0; output < spec->num_ports; output++) {
        uint16_t vcs = self->sole[way_of(self, port, vc, output)];
        if (!vcs)
            continue;
        uint16_t others = vcs_of_others(self, output, port, vc);
        allow_blocked_for(self, port);
        if (self->inputs[output] & ~((uint64_t)1 << port))
            allow(self, COVERAGE_BLOCKED, port, COVERAGE_HEAD_LOST, 0, 0);
        if (lengths && !(vcs & ~others))
            allow(self, COVERAGE_BLOCKED, port, COVERAGE_VC_HELD, 0, 0);
        // One that goes on by another VC than the one that is free.
        if (lengths && others && (several(others) || vcs & ~others))
            allow(self, COVERAGE_BLOCKED, port, COVERAGE_BUSY, 0, 0);
    }
}

static void allow_won(struct reach *self, uint32_t output, uint32_t port, uint32_t other)
{
    if (self->sole_inputs[output] >> other & 1)
        allow(self, COVERAGE_HEAD_WON, output, port, other, 0);
    uint16_t mine = 0, its = 0;
    for (uint32_t vc = 0; vc < self->spec->num_vcs; vc++) {
        mine |= self->vcs[way_of(self, port, vc, output)];
        its |= self->vcs[way_of(self, other, vc, output)];
    }
    if (self->spec->max_flits > 1 && several(mine | its))
        allow(self, COVERAGE_FLIT_WON, output, port, other, 0);
}

// Store-and-forward packets for which there is room behind the output leave without a pause.
static bool may_pause(const struct device_spec *spec, enum coverage_side side)
{
    bool may = side == COVERAGE_IN || spec->out.flow != DEVICE_CREDIT;
    for (uint32_t mode = 0; mode < spec->num_modes; mode++)
        may = may || !switching_waits_for_tail(spec->modes[mode]);
    return may && spec->max_flits > 1;
}

static void allow_channel(struct reach *self, enum coverage_side side, uint32_t port, uint16_t vcs)
{
    const struct device_spec *spec = self->spec;
    const struct device_side *of = side == COVERAGE_IN ? &spec->in : &spec->out;
    if (!vcs)
        return;
    allow(self, COVERAGE_FOLLOWED, side, port, COVERAGE_SAME_VC, 0);
    if (may_pause(spec, side))
        allow(self, COVERAGE_PAUSED, side, port, 0, 0);
    if (several(vcs)) {
        allow(self, COVERAGE_FOLLOWED, side, port, COVERAGE_OTHER_VC, 0);
        if (spec->max_flits > 1)
            allow(self, COVERAGE_WOVEN, side, port, 0, 0);
    }
    for (uint32_t vc = 0; vc < spec->num_vcs; vc++) {
        if (!(vcs >> vc & 1))
            continue;
        for (uint32_t i = 0; i < 2; i++)
            allow(self, side == COVERAGE_IN ? COVERAGE_BUFFER : COVERAGE_ROOM, port, vc, i, 0);
        if (of->flow == DEVICE_CREDIT)
            allow(self, COVERAGE_LAST, side, port, vc, 0);
        if (side == COVERAGE_IN)
            allow(self, COVERAGE_SLACK, port, vc, 0, 0);
    }
}

static void allow_port(struct reach *self, uint32_t port, uint32_t crowd[DEVICE_MAX_PORTS])
{
    const struct device_spec *spec = self->spec;
    allow_channel(self, COVERAGE_IN, port, self->input_vcs[port]);
    allow_channel(self, COVERAGE_OUT, port, self->output_vcs[port]);
    for (uint32_t vc = 0; vc < spec->num_vcs; vc++) {
        if (!(self->input_vcs[port] >> vc & 1))
            continue;
        allow_turns(self, port, vc);
        allow_blocked(self, port, vc);
        for (uint32_t other = 0; other < spec->num_vcs; other++)
            if (other != vc && self->input_vcs[port] >> other & 1)
                allow(self, COVERAGE_VC_WON, port, vc, other, 0);
    }
    for (uint32_t mode = 0; self->input_vcs[port] && mode < spec->num_modes; mode++) {
        allow(self, COVERAGE_LENGTH, mode, port, COVERAGE_SHORTEST, 0);
        if (device_spec_max_flits(spec, spec->modes[mode]) > spec->min_flits)
            allow(self, COVERAGE_LENGTH, mode, port, COVERAGE_LONGEST, 0);
    }
    // `port` as an output
    uint64_t inputs = self->inputs[port];
    for (uint64_t a = inputs; a; a &= a - 1)
        for (uint64_t b = inputs; b; b &= b - 1)
            if (__builtin_ctzll(a) != __builtin_ctzll(b))
                allow_won(self, port, (uint32_t)__builtin_ctzll(a), (uint32_t)__builtin_ctzll(b));
    uint32_t num = (uint32_t)__builtin_popcountll(self->sole_inputs[port]);
    if (num > 1 && num >= crowd[port]) {
        allow(self, COVERAGE_ALL_ASK, port, 0, 0, 0);
        if (num > crowd[port] && self->bins[COVERAGE_ALL_ASK].position)
            self->bins[COVERAGE_ALL_ASK].position[port] = self->position;
        crowd[port] = num;
    }
}

static void allow_resets(struct reach *self)
{
    for (uint32_t mode = 0; mode < self->spec->num_modes; mode++)
        for (uint32_t moment = 0; moment < COVERAGE_NUM_MOMENTS; moment++) {
            bool half = moment == COVERAGE_HALF_IN || moment == COVERAGE_HALF_OUT;
            if (!half || device_spec_max_flits(self->spec, self->spec->modes[mode]) > 1)
                allow(self, COVERAGE_RESET, mode, moment, 0, 0);
        }
}

// True if routes depend on the seed.
static bool tables_are_drawn(const struct device_map *map, bool *done, struct err *err)
{
    const struct device_spec *spec = device_map_spec(map);
    struct device_ways ways[2] = {{0}, {0}};
    bool drawn = false;
    for (uint32_t i = 0; *done && i < 2; i++) {
        struct stimulus setup = {.mode = spec->modes[0], .seed = i};
        *done = device_ways_find(&ways[i], map, &setup, err);
    }
    if (*done)
        drawn = memcmp(ways[0].reach, ways[1].reach, sizeof ways[0].reach) != 0;
    size_t inputs = (size_t)spec->num_ports * spec->num_vcs;
    for (uint32_t i = 0; *done && i < ways[0].first[inputs]; i++)
        drawn = drawn || ways[0].way[i].to != ways[1].way[i].to ||
                ways[0].way[i].route.ports != ways[1].way[i].route.ports;
    device_ways_free(&ways[0]);
    device_ways_free(&ways[1]);
    return drawn;
}

bool coverage_bins_allow(struct coverage_bins bins[COVERAGE_NUM_GROUPS],
                         const struct device_map *map, uint32_t crowd[DEVICE_MAX_PORTS],
                         struct err *err)
{
    const struct device_spec *spec = device_map_spec(map);
    struct reach self = {.bins = bins, .spec = spec, .rng = rng_make(1, RNG_STIMULUS, 0)};
    size_t inputs = (size_t)spec->num_ports * spec->num_vcs;
    self.vcs = calloc(inputs * spec->num_ports, sizeof *self.vcs);
    self.sole = calloc(inputs * spec->num_ports, sizeof *self.sole);
    bool done = true;
    if (!self.vcs || !self.sole)
        done = err_set(err, ERR_RUN, "out of memory for coverage");
    uint32_t seeds = tables_are_drawn(map, &done, err) ? SEEDS : 1;
    uint64_t asked = (uint64_t)inputs * spec->num_destinations * seeds;
    uint64_t most = MOST_ROUTES / asked + 1;
    uint32_t step = spec->num_positions <= most ? 1 : (uint32_t)(spec->num_positions / most);
    for (uint32_t at = 0; done && at < spec->num_positions; at += step) {
        // One at random of each `step`, so that all columns and rows get their turn.
        uint32_t left = spec->num_positions - at;
        self.position = at + (uint32_t)rng_below(&self.rng, left < step ? left : step);
        for (uint32_t seed = 0; done && seed < seeds; seed++) {
            struct stimulus setup = {
                .mode = spec->modes[0], .position = self.position, .seed = seed};
            done = device_ways_find(&self.ways, map, &setup, err);
            if (done) {
                note_ways(&self);
                for (uint32_t port = 0; port < spec->num_ports; port++)
                    allow_port(&self, port, crowd);
            }
            device_ways_free(&self.ways);
        }
    }
    allow_resets(&self);
    free(self.vcs);
    free(self.sole);
    return done;
}
