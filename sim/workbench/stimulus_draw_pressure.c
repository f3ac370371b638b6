// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/scoreboard.h"
#include "sim/workbench/stimulus_draw_directed.h"

enum {
    PAIRS_MOST = 64,
    ALL_ASK_FLITS = 125, // sent as all ask for an output, again and again
    ALL_ASK_LEAST = 4,   // times
    OUTPUTS_MOST = 8,
    CROWD_FLITS = 4096,      // sent in all, if more than two outputs are visited
    CROWD_MOST_FLITS = 8192, // sent to one output
    CROWD_MORE = 8,          // packets of each VC beyond those that starve another
    FILL_FLITS = 512,        // sent to an input port to fill it, at most
    CREDIT_OFFSETS = 8,
    OFFSET_CYCLES = 16, // between pairs of cycles with room
    STEPS = 36,         // a third at each distance
    OFFSETS_MOST = 3,
    OFFSET_FLITS = 8,
    OFFSETS_AFTER = 6, // cycles that a flit may take through the device
    VCS_MOST = 4,
    LINE_MOST = 16,
    BEHIND_MOST = 8 // packets behind one that is blocked
};

void directed_two_ask(struct scene *self)
{
    uint32_t ports = self->spec->num_ports;
    uint32_t step = scene_step(ports * ports * ports, 2 * PAIRS_MOST);
    for (uint32_t at = scene_draw(self, 0, step - 1); at < ports * ports * ports; at += step) {
        uint32_t output = at / ports / ports, a = at / ports % ports, b = at % ports;
        if (a >= b || !scene_send_by(self, self->cycle, a, at, output, 1))
            continue;
        scene_send_by(self, self->cycle, b, at, output, 1);
        scene_send_by(self, self->cycle, a, at, output, 3);
        scene_send_by(self, self->cycle, b, at + 1, output, 3);
        scene_pass(self, 2 * (uint64_t)(scene_length(self, 1) + scene_length(self, 3)));
    }
}

// After a packet that came alone, so that each input in turn is the one that was served last.
static void all_ask_after(struct scene *self, uint32_t port, uint32_t vc, uint32_t output)
{
    scene_send(self, self->cycle, port, vc, output, 1);
    scene_pass(self, self->spec->min_flits);
    uint32_t flits = 0;
    for (uint32_t other = 0; other < self->spec->num_ports; other++)
        for (uint32_t i = 0; i < 2; i++)
            if (scene_send_by(self, self->cycle, other, vc + i, output, 1 + i))
                flits += scene_length(self, 1 + i);
    scene_pass(self, flits);
}

void directed_all_ask(struct scene *self)
{
    uint32_t most = ALL_ASK_FLITS / self->spec->num_ports;
    scene_each_turn(self, most < ALL_ASK_LEAST ? ALL_ASK_LEAST : most, all_ask_after);
}

static void all_vcs_ask(struct scene *self, uint32_t port, uint32_t vc, uint32_t output)
{
    (void)port, (void)vc;
    uint32_t flits = 0;
    for (uint32_t i = 0; i < 3; i++)
        for (port = 0; port < self->spec->num_ports; port++)
            for (vc = 0; vc < self->spec->num_vcs; vc++)
                if (scene_send(self, self->cycle, port, vc, output, i == 1 ? 4 : 1))
                    flits += scene_length(self, i == 1 ? 4 : 1);
    scene_pass(self, flits);
}

void directed_all_vcs_ask(struct scene *self)
{
    scene_each_output(self, OUTPUTS_MOST, all_vcs_ask);
}

// Packets of each input VC that together starve the one that is served last, if `ports` send: those
// of one VC of the others alone do.
static uint64_t crowd_packets(const struct device_spec *spec, uint32_t ports)
{
    uint64_t most = spec->wait_grants_max
                        ? spec->wait_grants_max
                        : (uint64_t)SCOREBOARD_WAIT_GRANTS * spec->num_ports * spec->num_vcs;
    return most / (ports > 1 ? ports - 1 : 1) + CROWD_MORE;
}

static uint64_t crowd_flits(const struct device_spec *spec)
{
    return crowd_packets(spec, spec->num_ports) * spec->num_ports * spec->num_vcs * spec->min_flits;
}

bool directed_has_crowd(const struct device_spec *spec)
{
    return !spec->network && spec->num_ports > 1 && crowd_flits(spec) <= CROWD_MOST_FLITS;
}

static void crowd(struct scene *self, uint32_t port, uint32_t vc, uint32_t output)
{
    (void)port, (void)vc;
    uint32_t ports = 0;
    for (port = 0; port < self->spec->num_ports; port++) {
        bool reaches = false;
        for (vc = 0; vc < self->spec->num_vcs; vc++)
            reaches |= self->ways.reach[port][vc] >> output & 1;
        ports += reaches;
    }
    uint64_t packets = crowd_packets(self->spec, ports), flits = 0;
    for (uint64_t i = 0; i < packets; i++)
        for (port = 0; port < self->spec->num_ports; port++)
            for (vc = 0; vc < self->spec->num_vcs; vc++)
                if (scene_send(self, self->cycle, port, vc, output, 1))
                    flits += self->spec->min_flits;
    scene_pass(self, flits / 2);
}

void directed_crowd(struct scene *self)
{
    uint64_t most = CROWD_FLITS / crowd_flits(self->spec);
    scene_each_output(self,
                      most > OUTPUTS_MOST ? OUTPUTS_MOST
                      : most > 2          ? (uint32_t)most
                                          : 2,
                      crowd);
}

static void fill_from(struct scene *self, uint32_t port, uint32_t vc, uint32_t output)
{
    uint32_t flits = 2 * (self->spec->in.buffer_flits + self->spec->out.buffer_flits);
    if (flits > FILL_FLITS / self->spec->num_vcs)
        flits = FILL_FLITS / self->spec->num_vcs;
    uint32_t mean = scene_length(self, 3);
    for (uint32_t sent = 0, i = 0; sent <= flits; i++) {
        uint32_t length = scene_length(self, i % 4 ? mean : self->spec->min_flits);
        scene_send(self, self->cycle, port, vc, output, length);
        sent += length;
    }
}

void directed_fill(struct scene *self)
{
    uint64_t before = self->flits;
    uint32_t inputs = self->spec->num_ports * self->spec->num_vcs;
    scene_each_input_vc(self, inputs, fill_from);
    uint64_t each = (self->flits - before) / self->spec->num_ports;
    scene_stall_all(self, self->cycle, self->cycle + each);
    self->cycle += each;
}

void directed_brim(struct scene *self)
{
    for (uint32_t i = 0; i < 2; i++) {
        uint64_t before = self->flits;
        directed_fill(self);
        scene_pass(self, 2 * (self->flits - before) / self->spec->num_ports);
    }
}

void directed_open_at(struct scene *self, uint64_t from_cycle, uint32_t output, uint16_t vcs,
                      const uint64_t *cycles, uint32_t num)
{
    for (uint32_t i = 0; i < num; i++) {
        if (cycles[i] > from_cycle)
            scene_stall(self, from_cycle, cycles[i] - 1, output, vcs);
        from_cycle = cycles[i] + 1;
    }
}

// Streams by all VCs of an input port, of so many flits each.
static void stream(struct scene *self, uint32_t port, uint32_t output, uint32_t flits)
{
    for (uint32_t vc = 0; vc < self->spec->num_vcs; vc++)
        for (uint32_t sent = 0; sent < flits; sent += scene_length(self, 2))
            if (!scene_send(self, self->cycle, port, vc, output, 2))
                break;
}

// Room for two flits, in cycles at each distance of one another, when there was none.
static void last_credit(struct scene *self, uint32_t port, uint32_t vc, uint32_t output)
{
    (void)vc;
    uint32_t full = (self->spec->in.buffer_flits + self->spec->out.buffer_flits) * 2;
    if (full > FILL_FLITS)
        full = FILL_FLITS;
    uint64_t open[2 * CREDIT_OFFSETS + 1];
    uint32_t num = 0;
    uint64_t at = self->cycle + (uint64_t)full * self->spec->num_vcs;
    for (uint32_t k = 0; k < CREDIT_OFFSETS; k++) {
        open[num++] = at;
        open[num++] = at + 1 + k;
        at += OFFSET_CYCLES;
    }
    open[num++] = at;
    stream(self, port, output, full + num);
    directed_open_at(self, self->cycle, output, self->all_vcs, open, num);
    self->cycle = at;
    scene_pass(self, (uint64_t)full * self->spec->num_vcs);
}

void directed_last_credit(struct scene *self)
{
    scene_each_output(self, OUTPUTS_MOST, last_credit);
}

// Full buffers from which a flit goes, and into which one comes, at each distance.
static void full_flow(struct scene *self, uint32_t port, uint32_t vc, uint32_t output)
{
    (void)vc;
    uint32_t full = self->spec->in.buffer_flits + self->spec->out.buffer_flits;
    if (full > FILL_FLITS)
        full = FILL_FLITS;
    uint64_t open[STEPS];
    uint64_t at = self->cycle + (uint64_t)full * self->spec->num_vcs;
    for (uint32_t i = 0; i < STEPS; i++) {
        open[i] = at;
        at += i < STEPS / 3 ? 4 : i < 2 * STEPS / 3 ? 2 : 1;
    }
    stream(self, port, output, full + STEPS);
    directed_open_at(self, self->cycle, output, self->all_vcs, open, STEPS);
    self->cycle = at;
    scene_pass(self, (uint64_t)full * self->spec->num_vcs + STEPS);
}

void directed_full_flow(struct scene *self)
{
    scene_each_output(self, OUTPUTS_MOST, full_flow);
}

static void stall_offsets(struct scene *self, uint32_t port, uint32_t vc, uint32_t output)
{
    uint32_t flits = self->max_flits < OFFSET_FLITS ? self->max_flits : OFFSET_FLITS;
    for (uint32_t offset = 0; offset <= flits + OFFSETS_AFTER; offset++) {
        scene_send(self, self->cycle, port, vc, output, flits);
        scene_stall(self, self->cycle + offset, self->cycle + offset, output, self->all_vcs);
        scene_pass(self, flits);
    }
}

void directed_stall_offsets(struct scene *self)
{
    scene_each_output(self, OFFSETS_MOST, stall_offsets);
}

// A VC of an output is blocked in the middle of packets; those of others go on.
static void other_vc_goes(struct scene *self, uint32_t port, uint32_t vc, uint32_t output)
{
    (void)port, (void)vc;
    for (uint32_t blocked = 0; blocked < self->spec->num_vcs && blocked < VCS_MOST; blocked++) {
        uint64_t before = self->flits;
        for (port = 0; port < self->spec->num_ports; port++)
            for (vc = 0; vc < self->spec->num_vcs; vc++)
                scene_send(self, self->cycle, port, vc, output, self->spec->out.buffer_flits + 2);
        uint64_t flits = self->flits - before;
        scene_stall(self, self->cycle, self->cycle + flits, output, (uint16_t)(1u << blocked));
        scene_pass(self, flits);
    }
}

void directed_other_vc_goes(struct scene *self)
{
    scene_each_output(self, OUTPUTS_MOST / 2, other_vc_goes);
}

// The first packet of a VC is blocked; those behind it, and those of others, would go elsewhere.
static void head_of_line(struct scene *self, uint32_t port, uint32_t vc, uint32_t output)
{
    uint32_t ports = self->spec->num_ports;
    uint64_t blocked = self->spec->out.buffer_flits + 8;
    scene_stall(self, self->cycle, self->cycle + 2 * blocked, output, self->all_vcs);
    for (uint32_t sent = 0; sent < blocked; sent += scene_length(self, 4))
        scene_send(self, self->cycle, port, vc, output, 4);
    for (uint32_t k = 1; k < ports && k <= BEHIND_MOST; k++)
        scene_send(self, self->cycle, port, vc, (output + k) % ports, 2);
    for (uint32_t k = 1; k < self->spec->num_vcs; k++)
        for (uint32_t i = 0; i < 4; i++)
            scene_send_by(self, self->cycle + blocked / 2, port, vc + k, (output + 1 + i) % ports,
                          2);
    self->cycle += blocked;
    scene_pass(self, 2 * (blocked + BEHIND_MOST));
}

void directed_head_of_line(struct scene *self)
{
    scene_each_input_vc(self, LINE_MOST, head_of_line);
}
