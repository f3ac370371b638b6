// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/stimulus_draw_directed.h"

enum {
    ALONE_MOST = 128,
    ALONE_LONG_MOST = 25,
    SIZES_MOST = 24,
    ROW_PACKETS = 6, // that follow each other at once
    ROW_MOST = 40,
    TURNING_MOST = 32,
    TURNS_MOST = 8,
    DESTINATIONS_MOST = 400,
    OFFSETS_MOST = 3,
    OFFSET_FLITS = 8,
    ROTATIONS_MOST = 8,
    SPREAD_MOST = 16,
    GATHER_MOST = 24
};

static void alone(struct scene *self, uint32_t port, uint32_t vc, uint32_t output)
{
    scene_send(self, self->cycle, port, vc, output, self->spec->min_flits);
    scene_pass(self, self->spec->min_flits);
}

void directed_alone(struct scene *self)
{
    scene_each_way(self, ALONE_MOST, alone);
}

static void alone_long(struct scene *self, uint32_t port, uint32_t vc, uint32_t output)
{
    scene_send(self, self->cycle, port, vc, output, self->long_flits);
    scene_pass(self, self->long_flits);
}

void directed_alone_long(struct scene *self)
{
    scene_each_turn(self, ALONE_LONG_MOST, alone_long);
}

static void sizes(struct scene *self, uint32_t port, uint32_t vc, uint32_t output)
{
    uint32_t depth = self->spec->in.buffer_flits;
    uint32_t last = scene_length(self, depth + 1);
    for (uint64_t flits = scene_length(self, depth - 1); flits <= last; flits++) {
        for (uint32_t blocked = 0; blocked < 2; blocked++) {
            if (blocked)
                scene_stall(self, self->cycle, self->cycle + 2 * flits, output, self->all_vcs);
            scene_send(self, self->cycle, port, vc, output, (uint32_t)flits);
            scene_pass(self, (blocked + 1) * flits);
        }
    }
}

void directed_buffer_sizes(struct scene *self)
{
    scene_each_input_vc(self, SIZES_MOST, sizes);
}

static void row(struct scene *self, uint32_t port, uint32_t vc, uint32_t output)
{
    for (uint32_t i = 0; i < ROW_PACKETS; i++)
        scene_send(self, self->cycle, port, vc, output, self->spec->min_flits + (i == 2));
    scene_pass(self, (uint64_t)ROW_PACKETS * self->spec->min_flits + 1);
}

void directed_head_after_tail(struct scene *self)
{
    scene_each_way(self, ROW_MOST, row);
}

static void turning(struct scene *self, uint32_t port, uint32_t vc, uint32_t output)
{
    uint32_t ports = self->spec->num_ports, flits = 0;
    for (uint32_t k = 0; k < 2 * ports && k < 2 * TURNS_MOST; k++)
        if (scene_send(self, self->cycle, port, vc, (output + k) % ports, self->spec->min_flits))
            flits += self->spec->min_flits;
    scene_pass(self, flits);
}

void directed_turning(struct scene *self)
{
    scene_each_input_vc(self, TURNING_MOST, turning);
}

void directed_destinations(struct scene *self)
{
    uint32_t inputs = self->spec->num_ports * self->spec->num_vcs;
    uint32_t total = self->ways.first[inputs];
    uint32_t step = scene_step(total, DESTINATIONS_MOST);
    uint32_t at = scene_draw(self, 0, step - 1);
    for (uint32_t input = 0; input < inputs; input++)
        for (; at < self->ways.first[input + 1]; at += step)
            scene_packet(self, self->cycle, input / self->spec->num_vcs,
                         input % self->spec->num_vcs, self->ways.way[at].to, 1);
}

static void pause_offsets(struct scene *self, uint32_t port, uint32_t vc, uint32_t output)
{
    uint32_t flits = self->max_flits < OFFSET_FLITS ? self->max_flits : OFFSET_FLITS;
    for (uint32_t offset = 1; offset <= flits; offset++) {
        scene_send(self, self->cycle, port, vc, output, flits);
        scene_pause(self, self->cycle + offset, self->cycle + offset, port, self->all_vcs);
        scene_pass(self, flits);
    }
}

void directed_pause_offsets(struct scene *self)
{
    scene_each_input(self, OFFSETS_MOST, pause_offsets);
}

void directed_rotations(struct scene *self)
{
    uint32_t ports = self->spec->num_ports;
    uint32_t first = scene_draw(self, 0, ports - 1);
    for (uint32_t k = 0; k < ports && k < ROTATIONS_MOST; k++) {
        for (uint32_t port = 0; port < ports; port++)
            for (uint32_t i = 0; i < 3; i++)
                scene_send_by(self, self->cycle, port, k + i, (port + first + k) % ports,
                              i == 1 ? self->long_flits : 1);
        scene_pass(self, self->long_flits + 2 * self->spec->min_flits);
    }
}

static void spread(struct scene *self, uint32_t port, uint32_t first, uint32_t output)
{
    (void)first;
    for (uint32_t vc = 0; vc < self->spec->num_vcs; vc++)
        for (uint32_t k = 0, sent = 0; k < self->spec->num_ports && !sent; k++)
            for (uint32_t i = 0; i < 3; i++)
                sent += scene_send(self, self->cycle, port, vc,
                                   (output + vc + k) % self->spec->num_ports, 1 + 3 * i);
    scene_pass(self, (uint64_t)self->spec->num_vcs * 4 * scene_length(self, 4));
}

void directed_spread(struct scene *self)
{
    scene_each_input(self, SPREAD_MOST, spread);
}

static void gather(struct scene *self, uint32_t port, uint32_t first, uint32_t output)
{
    (void)first;
    for (uint32_t vc = 0; vc < self->spec->num_vcs; vc++)
        for (uint32_t i = 0; i < 2; i++)
            scene_send(self, self->cycle, port, vc, output, 3 - i);
    scene_pass(self, (uint64_t)self->spec->num_vcs * 2 * scene_length(self, 3));
}

void directed_gather(struct scene *self)
{
    scene_each_turn(self, GATHER_MOST, gather);
}
