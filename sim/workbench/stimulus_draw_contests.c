// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/stimulus_draw_aims.h"

enum { CONTEST_PACKETS = 4, MOST_WAIT_CYCLES = 12, TAIL_CYCLES = 24 };

// Blocks an output for a little, so that those who want it have come when it is free; or not.
static void gather_at(struct scene *self, uint32_t output)
{
    if (scene_percent(self, 60))
        scene_stall(self, self->cycle, self->cycle + scene_draw(self, 4, MOST_WAIT_CYCLES), output,
                    self->all_vcs);
}

// Packets from an input port by all its VCs to an output.
static bool send_some(struct scene *self, uint32_t port, uint32_t output, uint32_t shortest,
                      uint32_t longest)
{
    bool sent = false;
    uint32_t vc = scene_draw(self, 0, self->spec->num_vcs - 1);
    for (uint32_t i = 0; i < CONTEST_PACKETS; i++)
        sent |= scene_send_by(self, self->cycle + scene_draw(self, 0, 2), port, vc + i, output,
                              scene_draw(self, shortest, longest));
    return sent;
}

// Two inputs for an output.
bool aim_contest(struct scene *self, const uint32_t at[COVERAGE_DIMS])
{
    uint64_t before = self->flits;
    uint32_t shortest = scene_draw(self, 1, 3);
    bool sent = send_some(self, at[1], at[0], shortest, shortest + 3);
    if (!sent || !send_some(self, at[2], at[0], shortest, shortest + 3))
        return false;
    gather_at(self, at[0]);
    scene_pass(self, self->flits - before);
    return true;
}

// Two VCs of an input.
bool aim_vcs(struct scene *self, const uint32_t at[COVERAGE_DIMS])
{
    uint32_t port = at[0];
    uint64_t before = self->flits;
    bool sent[2] = {false, false};
    scene_stall_all(self, self->cycle, self->cycle + scene_draw(self, 1, MOST_WAIT_CYCLES));
    for (uint32_t i = 0; i < 2 * CONTEST_PACKETS; i++) {
        uint32_t to;
        if (!scene_any_to(self, port, at[1 + i % 2], &to))
            continue;
        scene_packet(self, self->cycle, port, at[1 + i % 2], to, scene_draw(self, 1, 4));
        sent[i % 2] = true;
    }
    scene_pass(self, self->flits - before);
    return sent[0] && sent[1];
}

bool aim_all_ask(struct scene *self, const uint32_t at[COVERAGE_DIMS])
{
    uint64_t before = self->flits;
    uint32_t senders = 0;
    for (uint32_t port = 0; port < self->spec->num_ports; port++)
        for (uint32_t i = 0; i < 3; i++)
            senders += scene_send_by(self, self->cycle, port, i, at[0], 1 + i % 2) && i == 0;
    scene_stall(self, self->cycle, self->cycle + MOST_WAIT_CYCLES + senders, at[0], self->all_vcs);
    self->cycle += MOST_WAIT_CYCLES + senders;
    scene_pass(self, self->flits - before);
    return senders > 1;
}

// A stream from another input by another VC, and single heads by this one, which is free. Arbiters
// may well serve the VC that did not send last: so the stream also pauses, a head goes by, and the
// next one comes as the stream goes on.
static void pass_by(struct scene *self, uint32_t port, uint32_t vc, uint32_t output)
{
    uint32_t vcs = self->spec->num_vcs, inputs = self->spec->num_ports * vcs;
    uint32_t from = scene_draw(self, 0, inputs - 1), other = 0;
    uint32_t longest = scene_length(self, self->long_flits);
    bool sent = false, pauses = scene_percent(self, 60);
    for (uint32_t k = 0; k < inputs && !sent; k++) {
        other = (from + k) % inputs;
        if (other / vcs == port || other % vcs == vc)
            continue;
        for (uint32_t flits = 0; flits < CONTEST_PACKETS * MOST_WAIT_CYCLES; flits += longest)
            sent |= scene_send(self, self->cycle, other / vcs, other % vcs, output, longest);
    }
    for (uint32_t i = 0; i < CONTEST_PACKETS; i++) {
        uint64_t on = self->cycle + (uint64_t)(i + 1) * MOST_WAIT_CYCLES;
        if (pauses) {
            scene_pause(self, on - MOST_WAIT_CYCLES + 2, on, other / vcs, self->all_vcs);
            scene_send(self, on - MOST_WAIT_CYCLES / 2, port, vc, output, 1);
        }
        scene_send(self, on + scene_draw(self, 0, 3), port, vc, output, 1);
    }
}

// What keeps a head of `port` from leaving by `output` for each reason.
static void hold_up(struct scene *self, uint32_t port, uint32_t vc, uint32_t output,
                    enum coverage_reason reason)
{
    uint32_t flits = reason == COVERAGE_HEAD_LOST ? 1 : scene_draw(self, 3, 10);
    switch (reason) {
    case COVERAGE_NO_ROOM:
    case COVERAGE_NO_WHOLE:
        aim_fill(self, port, vc, output);
        return;
    case COVERAGE_NO_TAIL:
        scene_send(self, self->cycle, port, vc, output, flits);
        scene_pause(self, self->cycle + 1, self->cycle + TAIL_CYCLES, port, self->all_vcs);
        return;
    case COVERAGE_BUSY:
        pass_by(self, port, vc, output);
        return;
    case COVERAGE_OWN_BUSY:
        for (uint32_t k = 1; k < self->spec->num_vcs; k++)
            for (uint32_t i = 0; i < CONTEST_PACKETS; i++)
                scene_send_by(self, self->cycle, port, vc + k, (output + i) % self->spec->num_ports,
                              flits);
        break;
    default:
        for (uint32_t other = 0; other < self->spec->num_ports; other++)
            if (other != port)
                send_some(self, other, output, flits, flits + 2);
        for (uint32_t k = 1; k < self->spec->num_vcs; k++)
            scene_send(self, self->cycle, port, (vc + k) % self->spec->num_vcs, output, flits);
        if (reason == COVERAGE_VC_HELD || scene_percent(self, 30))
            gather_at(self, output);
    }
    for (uint32_t i = 0; i < CONTEST_PACKETS; i++)
        scene_send(self, self->cycle + scene_draw(self, 0, flits), port, vc, output, 1);
}

bool aim_blocked(struct scene *self, const uint32_t at[COVERAGE_DIMS])
{
    uint32_t vc = scene_draw(self, 0, self->spec->num_vcs - 1);
    uint32_t output = scene_draw(self, 0, self->spec->num_ports - 1);
    uint32_t ways = self->spec->num_vcs * self->spec->num_ports;
    uint64_t before = self->flits;
    for (uint32_t k = 0; k < ways && !(self->ways.reach[at[0]][vc] >> output & 1); k++) {
        output = (output + 1) % self->spec->num_ports;
        if (k % self->spec->num_ports == self->spec->num_ports - 1)
            vc = (vc + 1) % self->spec->num_vcs;
    }
    if (!(self->ways.reach[at[0]][vc] >> output & 1))
        return false;
    hold_up(self, at[0], vc, output, (enum coverage_reason)at[1]);
    scene_pass(self, self->flits - before);
    return true;
}
