// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/stimulus_draw_aims.h"

#include "sim/workbench/stimulus_draw_directed.h"

enum {
    FILL_FLITS = 600,  // sent to fill buffers, at most
    NETWORK_TIMES = 6, // the buffers that are on a way through a network, by guess
    MOST_DISTANCE = 8, // of two cycles with room
    ROOMS = 12,        // such cycles
    MORE_FLITS = 24,   // sent for them
    ROW_PACKETS = 6,
    BLOCKED_CYCLES = 40
};

// An output that a packet from an input VC may go to, at random.
static bool any_output(struct scene *self, uint32_t port, uint32_t vc, uint32_t *output)
{
    uint64_t reach = self->ways.reach[port][vc];
    if (!reach)
        return false;
    uint32_t skip = scene_draw(self, 0, (uint32_t)__builtin_popcountll(reach) - 1);
    while (skip--)
        reach &= reach - 1;
    *output = (uint32_t)__builtin_ctzll(reach);
    return true;
}

// An input VC from which packets go to an output, at random, and may leave by one of `vcs`.
static bool any_input(struct scene *self, uint32_t output, uint16_t vcs, uint32_t *port,
                      uint32_t *vc)
{
    uint32_t inputs = self->spec->num_ports * self->spec->num_vcs, to;
    uint32_t from = scene_draw(self, 0, inputs - 1);
    for (uint32_t k = 0; k < inputs; k++) {
        *port = (from + k) % inputs / self->spec->num_vcs;
        *vc = (from + k) % inputs % self->spec->num_vcs;
        if (scene_to_output_by(self, *port, *vc, output, vcs, &to))
            return true;
    }
    return false;
}

// Others fill all VCs of an output but `by`, which are blocked, and keep them so until after the
// cycle that is returned.
static uint64_t leave_only(struct scene *self, uint32_t port, uint32_t vc, uint32_t output,
                           uint16_t by)
{
    uint64_t flits = (uint64_t)self->spec->out.buffer_flits * self->spec->num_vcs + 8;
    uint64_t before = self->flits;
    uint32_t other, other_vc;
    if (flits > FILL_FLITS)
        flits = FILL_FLITS;
    for (uint32_t i = 0; i < FILL_FLITS && self->flits - before < flits; i++)
        if (any_input(self, output, (uint16_t)(self->all_vcs & ~by), &other, &other_vc) &&
            (other != port || other_vc != vc))
            scene_send(self, self->cycle, other, other_vc, output, scene_draw(self, 1, 6));
    scene_stall(self, self->cycle, self->cycle + flits + BLOCKED_CYCLES, output,
                (uint16_t)(self->all_vcs & ~by));
    return self->cycle + flits;
}

bool aim_turn(struct scene *self, const uint32_t at[COVERAGE_DIMS])
{
    uint32_t port = at[0], vc = at[1], output = at[2], to;
    uint32_t packets = self->spec->num_vcs > 1 ? 2 * self->spec->num_vcs : 1;
    uint16_t by = at[3] < self->spec->num_vcs ? (uint16_t)(1u << at[3]) : self->all_vcs;
    uint64_t before = self->flits, cycle = self->cycle;
    if (!scene_to_output_by(self, port, vc, output, by, &to))
        return false;
    if (by != self->all_vcs && scene_percent(self, 60))
        cycle = leave_only(self, port, vc, output, by);
    for (uint32_t i = 0; i < packets; i++) {
        scene_packet(self, cycle + scene_draw(self, 0, 4), port, vc, to, scene_draw(self, 1, 4));
        scene_to_output_by(self, port, vc, output, by, &to);
    }
    self->cycle = cycle;
    scene_pass(self, self->flits - before);
    return true;
}

bool aim_mode(struct scene *self, const uint32_t at[COVERAGE_DIMS])
{
    if (!scene_send_by(self, self->cycle, at[1], 0, at[2], scene_draw(self, 1, 4)))
        return false;
    self->cycle++;
    return true;
}

bool aim_length(struct scene *self, const uint32_t at[COVERAGE_DIMS])
{
    uint32_t flits = at[2] == COVERAGE_LONGEST ? self->max_flits : self->spec->min_flits, to;
    for (uint32_t vc = 0; vc < self->spec->num_vcs; vc++)
        if (scene_any_to(self, at[1], vc, &to)) {
            scene_packet(self, self->cycle, at[1], vc, to, flits);
            return true;
        }
    return false;
}

void aim_fill(struct scene *self, uint32_t port, uint32_t vc, uint32_t output)
{
    const struct device_spec *spec = self->spec;
    uint32_t flits =
        (spec->in.buffer_flits + spec->out.buffer_flits * spec->num_vcs + self->long_flits) *
        (spec->network ? NETWORK_TIMES : 1);
    if (flits > FILL_FLITS)
        flits = FILL_FLITS;
    uint32_t longest = scene_percent(self, 50) ? self->spec->min_flits : 4;
    uint64_t before = self->flits;
    while (self->flits - before < flits)
        if (!scene_send(self, self->cycle, port, vc, output, scene_draw(self, 1, longest)))
            return;
    scene_stall(self, self->cycle, self->cycle + flits + 8, output, self->all_vcs);
    self->cycle += flits + 8;
}

bool aim_buffer(struct scene *self, const uint32_t at[COVERAGE_DIMS])
{
    uint32_t output;
    uint64_t before = self->flits;
    if (!any_output(self, at[0], at[1], &output))
        return false;
    aim_fill(self, at[0], at[1], output);
    scene_pass(self, self->flits - before);
    return true;
}

bool aim_room(struct scene *self, const uint32_t at[COVERAGE_DIMS])
{
    uint32_t output = at[0], port, vc, to;
    uint16_t by = (uint16_t)(1u << at[1]);
    uint64_t before = self->flits;
    uint64_t flits = (uint64_t)(self->spec->out.buffer_flits + 4) * self->spec->num_vcs *
                     (self->spec->network ? NETWORK_TIMES / 2 : 1);
    if (flits > FILL_FLITS)
        flits = FILL_FLITS;
    while (self->flits - before < flits) {
        if (!any_input(self, output, by, &port, &vc) ||
            !scene_to_output_by(self, port, vc, output, by, &to))
            return false;
        scene_packet(self, self->cycle, port, vc, to, scene_draw(self, 1, 5));
    }
    scene_stall(self, self->cycle, self->cycle + flits + 8, output, self->all_vcs);
    self->cycle += flits + 8;
    scene_pass(self, flits);
    return true;
}

// From `cycle` of the scene on, room for a flit in cycles at some distance of one another; moves
// `cycle` to where there is room for good.
static void make_room(struct scene *self, uint64_t from_cycle, uint32_t output, uint16_t vcs)
{
    uint64_t open[ROOMS + 1];
    uint32_t distance = scene_draw(self, 1, MOST_DISTANCE);
    for (uint32_t i = 0; i < ROOMS; i++) {
        open[i] = self->cycle;
        self->cycle += i % 2 ? MOST_DISTANCE : distance;
    }
    open[ROOMS] = self->cycle;
    directed_open_at(self, from_cycle, output, vcs, open, ROOMS + 1);
}

// Packets hold all VCs of an output, and all but one of these stay blocked.
static bool last_of_output(struct scene *self, uint32_t output, uint16_t by)
{
    uint64_t begin = self->cycle, before = self->flits;
    uint64_t flits = (uint64_t)self->spec->out.buffer_flits * self->spec->num_vcs;
    uint32_t port, vc, to;
    if (flits > FILL_FLITS)
        flits = FILL_FLITS;
    for (uint32_t i = 0; self->flits - before < 2 * flits + MORE_FLITS; i++) {
        uint16_t vcs = i % 2 ? self->all_vcs : by;
        if (!any_input(self, output, vcs, &port, &vc) ||
            !scene_to_output_by(self, port, vc, output, vcs, &to))
            return false;
        scene_packet(self, begin, port, vc, to, self->long_flits);
    }
    self->cycle += 2 * flits + 8;
    make_room(self, begin, output, by);
    if (by != self->all_vcs)
        scene_stall(self, begin, self->cycle - 1, output, (uint16_t)(self->all_vcs & ~by));
    scene_pass(self, self->flits - before);
    return true;
}

// Full buffers, and then room for a flit in cycles at some distance of one another.
bool aim_last(struct scene *self, const uint32_t at[COVERAGE_DIMS])
{
    uint32_t port = at[1], vc = at[2], output = at[1];
    uint64_t before = self->flits, from = self->cycle;
    if (at[0] == COVERAGE_OUT)
        return last_of_output(self, output, (uint16_t)(1u << vc));
    if (!any_output(self, port, vc, &output))
        return false;
    aim_fill(self, port, vc, output);
    for (uint32_t i = 0; i < MORE_FLITS; i++)
        scene_send(self, from, port, vc, output, 1);
    self->cycle++;
    make_room(self, self->cycle, output, self->all_vcs);
    scene_pass(self, self->flits - before);
    return true;
}

bool aim_followed(struct scene *self, const uint32_t at[COVERAGE_DIMS])
{
    uint32_t port = at[1], vc = 0, output = at[1];
    uint64_t before = self->flits;
    uint32_t flits = scene_percent(self, 50) ? 1 : scene_draw(self, 1, 4);
    uint32_t sources = scene_draw(self, 1, 2);
    if (at[0] == COVERAGE_IN) {
        vc = scene_draw(self, 0, self->spec->num_vcs - 1);
        if (!any_output(self, port, vc, &output))
            return false;
    } else if (scene_percent(self, 50)) {
        scene_stall(self, self->cycle, self->cycle + scene_draw(self, 4, 20), output,
                    self->all_vcs);
    }
    for (uint32_t k = 0; k < sources; k++) {
        if (at[0] == COVERAGE_OUT && !any_input(self, output, self->all_vcs, &port, &vc))
            return false;
        for (uint32_t i = 0; i < ROW_PACKETS; i++)
            for (uint32_t other = 0; other < 1 + at[2]; other++)
                scene_send(self, self->cycle, port, (vc + other) % self->spec->num_vcs, output,
                           flits);
    }
    scene_pass(self, self->flits - before);
    return true;
}

bool aim_woven(struct scene *self, const uint32_t at[COVERAGE_DIMS])
{
    uint32_t port = at[1], vc, output = at[1], flits = scene_draw(self, 2, 6);
    uint64_t before = self->flits;
    for (uint32_t i = 0; i < ROW_PACKETS; i++) {
        if (at[0] == COVERAGE_IN) {
            vc = i % self->spec->num_vcs;
            if (any_output(self, port, vc, &output))
                scene_send(self, self->cycle, port, vc, output, flits);
        } else if (any_input(self, output, self->all_vcs, &port, &vc)) {
            scene_send(self, self->cycle, port, vc, output, flits);
        }
    }
    scene_pass(self, self->flits - before);
    return self->flits > before;
}

bool aim_paused(struct scene *self, const uint32_t at[COVERAGE_DIMS])
{
    uint32_t port = at[1], vc = scene_draw(self, 0, self->spec->num_vcs - 1), output = at[1];
    if (self->max_flits < 2 ||
        (at[0] == COVERAGE_IN ? !any_output(self, port, vc, &output)
                              : !any_input(self, output, self->all_vcs, &port, &vc)))
        return false;
    uint32_t flits = scene_length(self, scene_draw(self, 4, 12));
    uint64_t offset = self->cycle + scene_draw(self, 1, flits - 1);
    scene_send(self, self->cycle, port, vc, output, flits);
    scene_pause(self, offset, offset + scene_draw(self, 2, 8), port, self->all_vcs);
    if (scene_percent(self, 30))
        scene_stall(self, offset, offset + scene_draw(self, 2, 20), output, self->all_vcs);
    scene_pass(self, 2 * flits + 8);
    return true;
}

bool aim_reset(struct scene *self, const uint32_t at[COVERAGE_DIMS])
{
    uint32_t inputs = self->spec->num_ports * self->spec->num_vcs, output = 0;
    uint32_t from = scene_draw(self, 0, inputs - 1), port = 0, vc = 0;
    bool found = false;
    for (uint32_t k = 0; k < inputs && !found; k++) {
        port = (from + k) % inputs / self->spec->num_vcs;
        vc = (from + k) % inputs % self->spec->num_vcs;
        found = any_output(self, port, vc, &output);
    }
    if (!found)
        return false;
    uint32_t flits = scene_length(self, scene_draw(self, 2, 12));
    switch ((enum coverage_moment)at[1]) {
    case COVERAGE_BRIM:
        aim_fill(self, port, vc, output);
        break;
    case COVERAGE_IDLE:
        scene_send(self, self->cycle, port, vc, output, flits);
        scene_pass(self, 2 * (uint64_t)flits);
        break;
    case COVERAGE_HALF_IN:
        scene_send(self, self->cycle, port, vc, output, flits);
        self->cycle += scene_draw(self, 1, flits);
        break;
    default:
        scene_send(self, self->cycle, port, vc, output, flits);
        self->cycle += scene_draw(self, 1, 2 * flits + 10);
    }
    scene_reset(self, self->cycle);
    self->cycle += scene_reset_cycles(self);
    return true;
}
