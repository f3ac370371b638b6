// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/stimulus_draw_profile.h"

enum {
    LEAST_CYCLES = 80, // that a run sends packets for
    MOST_CYCLES = 400,
    MANY_PORTS = 16, // above which runs are shorter
    HOT_PERCENT = 75,
    PATTERN_TRIES = 4
};

static uint32_t length(struct scene *self, enum stimulus_lengths lengths)
{
    uint32_t least = self->spec->min_flits, most = self->long_flits;
    switch (lengths) {
    case LENGTHS_ANY:
        break;
    case LENGTHS_LONGEST:
        return scene_percent(self, 80) ? self->max_flits : scene_draw(self, least, most);
    case LENGTHS_SHORTEST:
        return least;
    case LENGTHS_ENDS:
        return scene_percent(self, 50) ? least : most;
    }
    uint32_t depth = self->spec->in.buffer_flits;
    switch (scene_draw(self, 0, 3)) {
    case 0:
        return least;
    case 1:
        return scene_draw(self, depth > 1 ? depth - 1 : 1, depth + 1);
    default:
        return scene_draw(self, least, most);
    }
}

// The output port that a pattern names for a packet; the number of ports if it names none.
static uint32_t output_of(struct scene *self, enum stimulus_pattern pattern, uint32_t port,
                          uint32_t key)
{
    uint32_t ports = self->spec->num_ports;
    switch (pattern) {
    case PATTERN_UNIFORM:
        break;
    case PATTERN_HOT:
        return scene_percent(self, HOT_PERCENT) ? key % ports : ports;
    case PATTERN_ONE:
        return key % ports;
    case PATTERN_PERMUTATION:
        return (port + key) % ports;
    case PATTERN_NEIGHBOUR:
        return (port + 1) % ports;
    }
    return ports;
}

static void send_one(struct scene *self, const struct stimulus_profile *profile, uint64_t cycle,
                     uint32_t port, uint32_t vc, uint32_t key, uint32_t flits)
{
    uint32_t to;
    if (profile->vcs == VCS_ANY)
        vc = scene_draw(self, 0, self->spec->num_vcs - 1);
    // Not all ports of a pattern lead to one another: then the nearest from there on.
    uint32_t output = output_of(self, profile->pattern, port, key);
    for (uint32_t k = 0; output < self->spec->num_ports && k < PATTERN_TRIES; k++)
        if (scene_send(self, cycle, port, vc, (output + k) % self->spec->num_ports, flits))
            return;
    if (profile->pattern == PATTERN_ONE && port != key % self->spec->num_ports)
        return;
    if (scene_any_to(self, port, vc, &to))
        scene_packet(self, cycle, port, vc, to, flits);
}

static void send_from(struct scene *self, const struct stimulus_profile *profile, uint64_t cycles,
                      uint32_t port, uint32_t vc, uint32_t key)
{
    static const uint32_t loads[] = {5, 20, 50, 100};
    uint32_t load = profile->load_percent;
    if (!load)
        load = loads[scene_draw(self, 0, 3)];
    uint64_t at = scene_draw(self, 0, load < 100 ? 20 : 0);
    while (at < cycles) {
        uint64_t flits = 0;
        uint32_t burst = scene_draw(self, 1, profile->most_burst ? profile->most_burst : 1);
        for (uint32_t i = 0; i < burst; i++) {
            uint32_t one = scene_length(self, length(self, profile->lengths));
            send_one(self, profile, self->cycle + at, port, vc, key, one);
            flits += one;
        }
        uint64_t gap = flits * 100 / load; // on average
        at += load < 100 ? gap / 2 + rng_below(&self->rng, gap + 1) : gap;
    }
}

static void hush(struct scene *self, const struct stimulus_hush *hush, uint64_t cycles,
                 uint32_t port, bool stall)
{
    if (!hush->percent)
        return;
    uint64_t at = 0;
    while (at < cycles) {
        uint64_t quiet = scene_draw(self, 1, hush->most_cycles);
        uint64_t mean = quiet * (100 - hush->percent) / hush->percent;
        uint64_t from = self->cycle + at + rng_below(&self->rng, 2 * mean + 1);
        uint16_t vcs = self->all_vcs;
        if (hush->single)
            vcs = (uint16_t)(1u << scene_draw(self, 0, self->spec->num_vcs - 1));
        (stall ? scene_stall : scene_pause)(self, from, from + quiet - 1, port, vcs);
        at = from - self->cycle + quiet + 1;
    }
}

void stimulus_draw_profile(struct scene *self, const struct stimulus_profile *profile)
{
    uint64_t cycles = scene_draw(self, LEAST_CYCLES, MOST_CYCLES);
    if (self->spec->num_ports > MANY_PORTS)
        cycles = cycles * MANY_PORTS / self->spec->num_ports;
    uint32_t key = scene_draw(self, 0, self->spec->num_ports - 1);
    uint32_t vc = scene_draw(self, 0, self->spec->num_vcs - 1);
    uint32_t resets = profile->most_resets ? scene_draw(self, 1, profile->most_resets) : 0;
    uint64_t sent_cycles = cycles + resets * scene_reset_cycles(self);
    for (uint32_t port = 0; port < self->spec->num_ports; port++) {
        send_from(self, profile, sent_cycles, port, vc, key);
        hush(self, &profile->pauses, sent_cycles, port, false);
        hush(self, &profile->stalls, 2 * sent_cycles, port, true);
    }
    for (uint32_t i = 0; i < profile->full_stalls; i++) {
        uint64_t from = self->cycle + rng_below(&self->rng, cycles);
        scene_stall_all(self, from, from + scene_draw(self, LEAST_CYCLES, MOST_CYCLES));
    }
    uint64_t at = self->cycle;
    for (uint32_t i = 0; i < resets; i++) {
        at += 1 + rng_below(&self->rng, sent_cycles / resets);
        scene_reset(self, at);
    }
}
