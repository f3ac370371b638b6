// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/stimulus_draw_scene.h"

#include <assert.h>

enum {
    OFTEN_FLITS = 32,     // packets that are longer are not sent often
    PASS_CYCLES = 14,     // of a flit through a device, by guess
    HOP_CYCLES = 4,       // of a network, a port
    MOST_HOP_CYCLES = 64, // of a network
    FLIT_CYCLES = 24,     // that a flit takes at the slowest
    END_CYCLES = 400
};

bool scene_begin(struct scene *self, const struct device_map *map, uint64_t seed,
                 struct stimulus *stimulus, struct err *err)
{
    const struct device_spec *spec = device_map_spec(map);
    stimulus->seed = seed;
    *self = (struct scene){
        .map = map,
        .spec = spec,
        .stimulus = stimulus,
        .rng = rng_make(seed, RNG_STIMULUS, stimulus->mode),
        .max_flits = device_spec_max_flits(spec, stimulus->mode),
        .all_vcs = (uint16_t)((1u << spec->num_vcs) - 1),
        .err = err,
    };
    uint32_t often = 2 * spec->in.buffer_flits + 1;
    if (often < OFTEN_FLITS)
        often = OFTEN_FLITS;
    if (often < spec->min_flits)
        often = spec->min_flits;
    self->long_flits = self->max_flits < often ? self->max_flits : often;
    return device_ways_find(&self->ways, map, stimulus, err);
}

bool scene_end(struct scene *self)
{
    device_ways_free(&self->ways);
    uint64_t resets = self->stimulus->num_resets * scene_reset_cycles(self);
    self->stimulus->last_cycle = self->end_cycle + resets + self->flits * FLIT_CYCLES + END_CYCLES +
                                 2 * self->spec->patience_cycles;
    return !self->failed;
}

uint32_t scene_draw(struct scene *self, uint32_t low, uint32_t high)
{
    assert(low <= high);
    return low + (uint32_t)rng_below(&self->rng, (uint64_t)high - low + 1);
}

bool scene_percent(struct scene *self, uint32_t percent)
{
    return rng_below(&self->rng, 100) < percent;
}

uint32_t scene_length(const struct scene *self, uint32_t flits)
{
    if (flits < self->spec->min_flits)
        return self->spec->min_flits;
    return flits < self->max_flits ? flits : self->max_flits;
}

bool scene_any_to(struct scene *self, uint32_t port, uint32_t vc, uint32_t *to)
{
    uint32_t num;
    const struct device_way *way = device_ways_of(&self->ways, port, vc, &num);
    if (!num)
        return false;
    *to = way[rng_below(&self->rng, num)].to;
    return true;
}

bool scene_to_output(struct scene *self, uint32_t port, uint32_t vc, uint32_t output, uint32_t *to)
{
    return scene_to_output_by(self, port, vc, output, UINT16_MAX, to);
}

bool scene_to_output_by(struct scene *self, uint32_t port, uint32_t vc, uint32_t output,
                        uint16_t vcs, uint32_t *to)
{
    if (!(self->ways.reach[port][vc] >> output & 1))
        return false;
    uint32_t num, alone = 0, led = 0;
    const struct device_way *way = device_ways_of(&self->ways, port, vc, &num);
    for (uint32_t i = 0; i < num; i++) {
        if (!(way[i].route.ports >> output & 1) || !(way[i].route.vcs & vcs))
            continue;
        bool only = way[i].route.ports == (uint64_t)1 << output;
        led++;
        alone += only;
        // Each of those that are alone with the same probability; others as long as there is none.
        if (only ? rng_below(&self->rng, alone) == 0 : !alone && rng_below(&self->rng, led) == 0)
            *to = way[i].to;
    }
    return led;
}

static void note_cycle(struct scene *self, uint64_t cycle)
{
    if (cycle > self->end_cycle)
        self->end_cycle = cycle;
}

void scene_packet(struct scene *self, uint64_t cycle, uint32_t port, uint32_t vc, uint32_t to,
                  uint32_t flits)
{
    const struct stimulus *stimulus = self->stimulus;
    uint32_t content = (uint32_t)rng_next(&self->rng);
    if (stimulus->num_packets > 0) // successive ones tell packets apart by the fewest bits
        content = stimulus->packets[stimulus->num_packets - 1].content + 1;
    struct stimulus_packet packet = {.cycle = cycle,
                                     .port = port,
                                     .vc = vc,
                                     .to = to,
                                     .flits = scene_length(self, flits),
                                     .content = content};
    if (!stimulus_add_packet(self->stimulus, packet, self->err))
        self->failed = true;
    self->flits += packet.flits;
    note_cycle(self, cycle);
}

bool scene_send(struct scene *self, uint64_t cycle, uint32_t port, uint32_t vc, uint32_t output,
                uint32_t flits)
{
    uint32_t to;
    if (!scene_to_output(self, port, vc, output, &to))
        return false;
    scene_packet(self, cycle, port, vc, to, flits);
    return true;
}

bool scene_send_by(struct scene *self, uint64_t cycle, uint32_t port, uint32_t vc, uint32_t output,
                   uint32_t flits)
{
    for (uint32_t k = 0; k < self->spec->num_vcs; k++)
        if (scene_send(self, cycle, port, (vc + k) % self->spec->num_vcs, output, flits))
            return true;
    return false;
}

void scene_stall(struct scene *self, uint64_t from_cycle, uint64_t to_cycle, uint32_t output,
                 uint16_t vcs)
{
    struct stimulus_quiet quiet = {
        .from_cycle = from_cycle, .to_cycle = to_cycle, .port = output, .vcs = vcs};
    if (!stimulus_add_stall(self->stimulus, quiet, self->err))
        self->failed = true;
    note_cycle(self, to_cycle);
}

void scene_stall_all(struct scene *self, uint64_t from_cycle, uint64_t to_cycle)
{
    for (uint32_t output = 0; output < self->spec->num_ports; output++)
        scene_stall(self, from_cycle, to_cycle, output, self->all_vcs);
}

void scene_pause(struct scene *self, uint64_t from_cycle, uint64_t to_cycle, uint32_t port,
                 uint16_t vcs)
{
    struct stimulus_quiet quiet = {
        .from_cycle = from_cycle, .to_cycle = to_cycle, .port = port, .vcs = vcs};
    if (!stimulus_add_pause(self->stimulus, quiet, self->err))
        self->failed = true;
    note_cycle(self, to_cycle);
}

void scene_reset(struct scene *self, uint64_t cycle)
{
    if (!stimulus_add_reset(self->stimulus, cycle, self->err))
        self->failed = true;
    note_cycle(self, cycle);
}

void scene_pass(struct scene *self, uint64_t flits)
{
    uint64_t hops = self->spec->network ? (uint64_t)self->spec->num_ports * HOP_CYCLES : 0;
    if (hops > MOST_HOP_CYCLES)
        hops = MOST_HOP_CYCLES;
    self->cycle += PASS_CYCLES + hops + 2 * flits;
}

uint64_t scene_reset_cycles(const struct scene *self)
{
    return self->spec->reset_cycles + self->spec->num_destinations + PASS_CYCLES;
}

uint32_t scene_step(uint32_t total, uint32_t most)
{
    return total <= most ? 1 : (total + most - 1) / most | 1;
}

// Of `total` that are visited, only every so manieth, from where the seed says.
static void choose_visits(struct scene *self, uint32_t total, uint32_t most)
{
    self->visits = scene_step(total, most);
    self->visit = (uint32_t)rng_below(&self->rng, self->visits);
}

static bool visited(struct scene *self)
{
    return self->visit++ % self->visits == 0;
}

void scene_each_way(struct scene *self, uint32_t most, scene_part *part)
{
    uint32_t ports = self->spec->num_ports, vcs = self->spec->num_vcs;
    choose_visits(self, ports * vcs * ports, most);
    for (uint32_t port = 0; port < ports; port++)
        for (uint32_t vc = 0; vc < vcs; vc++)
            for (uint32_t output = 0; output < ports; output++)
                if (visited(self) && self->ways.reach[port][vc] >> output & 1)
                    part(self, port, vc, output);
}

void scene_each_turn(struct scene *self, uint32_t most, scene_part *part)
{
    uint32_t ports = self->spec->num_ports, vcs = self->spec->num_vcs;
    choose_visits(self, ports * ports, most);
    for (uint32_t port = 0; port < ports; port++)
        for (uint32_t output = 0; output < ports; output++) {
            if (!visited(self))
                continue;
            for (uint32_t k = 0; k < vcs; k++) {
                uint32_t vc = (port + output + k) % vcs;
                if (self->ways.reach[port][vc] >> output & 1) {
                    part(self, port, vc, output);
                    break;
                }
            }
        }
}

// The first input VC from which a way leads to an output, from a port on.
static bool input_to(const struct scene *self, uint32_t output, uint32_t from, uint32_t *port,
                     uint32_t *vc)
{
    uint32_t vcs = self->spec->num_vcs, inputs = self->spec->num_ports * vcs;
    for (uint32_t k = 0; k < inputs; k++) {
        uint32_t input = (from * vcs + k) % inputs;
        if (self->ways.reach[input / vcs][input % vcs] >> output & 1) {
            *port = input / vcs;
            *vc = input % vcs;
            return true;
        }
    }
    return false;
}

void scene_each_output(struct scene *self, uint32_t most, scene_part *part)
{
    uint32_t port, vc;
    choose_visits(self, self->spec->num_ports, most);
    for (uint32_t output = 0; output < self->spec->num_ports; output++)
        if (visited(self) && input_to(self, output, output + 1, &port, &vc))
            part(self, port, vc, output);
}

static bool output_from(const struct scene *self, uint32_t port, uint32_t vc, uint32_t *output)
{
    for (uint32_t k = 0; k < self->spec->num_ports; k++) {
        *output = (port + vc + 1 + k) % self->spec->num_ports;
        if (self->ways.reach[port][vc] >> *output & 1)
            return true;
    }
    return false;
}

void scene_each_input_vc(struct scene *self, uint32_t most, scene_part *part)
{
    uint32_t output, vcs = self->spec->num_vcs;
    choose_visits(self, self->spec->num_ports * vcs, most);
    for (uint32_t input = 0; input < self->spec->num_ports * vcs; input++)
        if (visited(self) && output_from(self, input / vcs, input % vcs, &output))
            part(self, input / vcs, input % vcs, output);
}

void scene_each_input(struct scene *self, uint32_t most, scene_part *part)
{
    uint32_t output, vcs = self->spec->num_vcs;
    choose_visits(self, self->spec->num_ports, most);
    for (uint32_t port = 0; port < self->spec->num_ports; port++) {
        if (!visited(self))
            continue;
        for (uint32_t vc = 0; vc < vcs; vc++)
            if (output_from(self, port, vc, &output)) {
                part(self, port, vc, output);
                break;
            }
    }
}

bool scene_has_vcs(const struct device_spec *spec)
{
    return spec->num_vcs > 1;
}

bool scene_has_lengths(const struct device_spec *spec)
{
    return spec->max_flits > 1;
}
