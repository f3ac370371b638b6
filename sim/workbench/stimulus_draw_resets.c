// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/stimulus_draw_directed.h"

enum { OFFSET_FLITS = 6, OFFSETS_AFTER = 5, TRAFFIC_PACKETS = 3 };

// A little traffic from every input port.
static void traffic(struct scene *self)
{
    uint32_t to;
    for (uint32_t port = 0; port < self->spec->num_ports; port++)
        for (uint32_t i = 0; i < TRAFFIC_PACKETS; i++) {
            uint32_t vc = i % self->spec->num_vcs;
            if (scene_any_to(self, port, vc, &to))
                scene_packet(self, self->cycle, port, vc, to, 1 + i);
        }
    scene_pass(self, (uint64_t)self->spec->num_ports * TRAFFIC_PACKETS * scene_length(self, 3) / 2);
}

static void reset(struct scene *self)
{
    scene_reset(self, self->cycle);
    self->cycle += scene_reset_cycles(self);
}

void directed_reset_idle(struct scene *self)
{
    self->cycle += 3;
    reset(self); // of what was just reset
    traffic(self);
    scene_pass(self, self->flits);
    reset(self);
    reset(self);
    traffic(self);
}

void directed_reset_full(struct scene *self)
{
    for (uint32_t i = 0; i < 2; i++) {
        directed_fill(self);
        reset(self);
    }
    traffic(self);
}

static void offsets(struct scene *self, uint32_t port, uint32_t vc, uint32_t output)
{
    uint32_t flits = self->max_flits < OFFSET_FLITS ? self->max_flits : OFFSET_FLITS;
    for (uint32_t offset = 0; offset <= flits + OFFSETS_AFTER; offset++) {
        scene_send(self, self->cycle, port, vc, output, flits);
        self->cycle += offset;
        reset(self);
    }
}

// At each offset of a packet: before its first flit, after its last, and in between.
void directed_reset_offsets(struct scene *self)
{
    scene_each_input(self, 1, offsets);
    traffic(self);
}
