// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/coverage_watch.h"

#include <stdlib.h>
#include <string.h>

bool watch_make(struct watch *self, struct err *err)
{
    size_t vcs = (size_t)self->spec->num_ports * self->spec->num_vcs;
    self->inputs = calloc(vcs, sizeof *self->inputs);
    self->outputs = calloc(vcs, sizeof *self->outputs);
    if (!self->inputs || !self->outputs)
        return err_set(err, ERR_RUN, "out of memory for coverage");
    return true;
}

void watch_free(struct watch *self)
{
    free(self->inputs);
    free(self->outputs);
    free(self->flits);
    free(self->packets);
    free(self->chains);
}

// Makes room for a run's packets and flits; what was there is lost.
static bool grow(struct watch *self, size_t flits, size_t packets)
{
    if (flits > self->room_flits) {
        free(self->flits);
        self->room_flits = 2 * flits;
        self->flits = malloc(self->room_flits * sizeof *self->flits);
    }
    if (packets > self->room_packets) {
        free(self->packets);
        free(self->chains);
        self->room_packets = 2 * packets;
        for (self->num_chains = 16; self->num_chains < self->room_packets;)
            self->num_chains *= 2;
        self->packets = malloc(self->room_packets * sizeof *self->packets);
        self->chains = malloc(self->num_chains * sizeof *self->chains);
    }
    return (self->flits || !flits) && ((self->packets && self->chains) || !packets);
}

static void forget_chains(struct watch *self)
{
    for (size_t i = 0; i < self->num_chains; i++)
        self->chains[i] = FAILURE_NONE;
}

// The device is empty, and as after reset from `cycle` on.
static void start(struct watch *self, uint64_t cycle)
{
    const struct device_spec *spec = self->spec;
    for (uint32_t i = 0; i < spec->num_ports * spec->num_vcs; i++) {
        struct watch_input *input = &self->inputs[i];
        input->channel = (struct watch_channel){0};
        input->first = input->next;
        input->credits = (int32_t)spec->in.buffer_flits;
        input->was_full = false;
        input->left_cycle = UINT64_MAX;
        self->outputs[i] = (struct watch_output){.source = FAILURE_NONE,
                                                 .credits = (int32_t)spec->out.buffer_flits,
                                                 .free_since = cycle,
                                                 .room_since = cycle};
    }
    for (uint32_t port = 0; port < spec->num_ports; port++) {
        for (uint32_t side = 0; side < 2; side++)
            self->ports[side][port] = (struct watch_port){.last_cycle = UINT64_MAX - 1};
        self->held[port] = 0;
        self->level[port] = UINT16_MAX;
    }
    self->inside = 0;
    self->was_used = false;
    self->running = true;
    forget_chains(self);
}

void watch_begin(struct watch *self, const struct stimulus *stimulus)
{
    const struct device_spec *spec = self->spec;
    size_t flits = 0;
    self->stimulus = stimulus;
    self->running = false;
    self->mode = 0;
    while (self->mode + 1 < spec->num_modes && spec->modes[self->mode] != stimulus->mode)
        self->mode++;
    self->waits_for_tail = switching_waits_for_tail(stimulus->mode);
    self->whole = switching_buffers_whole_packets(stimulus->mode);
    self->max_flits = device_spec_max_flits(spec, stimulus->mode);
    for (size_t i = 0; i < stimulus->num_packets; i++)
        flits += stimulus->packets[i].flits;
    self->blind = !grow(self, flits, stimulus->num_packets);
    if (self->blind)
        return;
    // Each input VC has the part of the array that all its flits need.
    for (uint32_t i = 0; i < spec->num_ports * spec->num_vcs; i++)
        self->inputs[i].first = self->inputs[i].next = 0;
    for (size_t i = 0; i < stimulus->num_packets; i++) {
        const struct stimulus_packet *packet = &stimulus->packets[i];
        self->inputs[packet->port * spec->num_vcs + packet->vc].next += packet->flits;
    }
    struct watch_flit *at = self->flits;
    for (uint32_t i = 0; i < spec->num_ports * spec->num_vcs; i++) {
        self->inputs[i].flits = at;
        at += self->inputs[i].next;
        self->inputs[i].next = 0;
    }
    for (uint32_t port = 0; port < spec->num_ports; port++) {
        struct coverage_bins *blocked = &self->bins[COVERAGE_BLOCKED];
        self->blocked_left[port] = 0;
        for (uint32_t reason = 0; blocked->num && reason < COVERAGE_NUM_REASONS; reason++)
            if (coverage_open(blocked, coverage_bin(blocked, port, reason, 0, 0)))
                self->blocked_left[port] |= (uint64_t)1 << reason;
    }
}

// What heads can be told apart by.
static uint64_t key_of(const struct watch *self, const uint64_t bits[DEVICE_FLIT_WORDS])
{
    const uint64_t *kept = device_map_kept(self->map, true);
    uint64_t key = 0;
    for (uint32_t w = 0; w * 64 < self->spec->flit_bits; w++)
        key = (key ^ (bits[w] & kept[w])) * 0x9e3779b97f4a7c15U;
    return key ^ key >> 32;
}

// A flit passes on a channel: bins of what came before it there.
static void pass(struct watch *self, enum coverage_side side, uint32_t port,
                 const struct device_forward *flit, struct watch_channel *channel, uint64_t cycle)
{
    struct watch_port *before = &self->ports[side][port];
    bool at_once = before->last_cycle + 1 == cycle;
    bool same = before->last_vc == flit->vc;
    if (flit->head && at_once && before->last_tail)
        coverage_hit(&self->bins[COVERAGE_FOLLOWED], side, port,
                     same ? COVERAGE_SAME_VC : COVERAGE_OTHER_VC, 0);
    if (!flit->head && channel->under_way && at_once && !same && !before->last_tail)
        coverage_hit(&self->bins[COVERAGE_WOVEN], side, port, 0, 0);
    if (!flit->head && channel->under_way && !at_once)
        coverage_hit(&self->bins[COVERAGE_PAUSED], side, port, 0, 0);
    channel->last_cycle = cycle;
    channel->under_way = !flit->tail;
    *before =
        (struct watch_port){.last_cycle = cycle, .last_vc = flit->vc, .last_tail = flit->tail};
}

static void come(struct watch *self, uint32_t port, const struct device_forward *flit,
                 uint64_t cycle)
{
    uint32_t at = port * self->spec->num_vcs + flit->vc;
    struct watch_input *input = &self->inputs[at];
    const struct stimulus_packet *sent = &self->stimulus->packets[flit->packet];
    struct watch_packet *packet = &self->packets[flit->packet];
    pass(self, COVERAGE_IN, port, flit, &input->channel, cycle);
    input->flits[input->next++] = (struct watch_flit){
        .cycle = cycle, .packet = flit->packet, .head = flit->head, .tail = flit->tail};
    self->inside++;
    self->was_used = true;
    if (flit->head) {
        *packet = (struct watch_packet){
            .key = key_of(self, flit->bits),
            .tail_cycle = UINT64_MAX,
            .next = FAILURE_NONE,
            .input = at,
            .route = device_map_route(self->map, self->stimulus, port, flit->vc, sent->to)};
        uint32_t *end = &self->chains[packet->key & (self->num_chains - 1)];
        while (*end != FAILURE_NONE)
            end = &self->packets[*end].next;
        *end = flit->packet;
        if (sent->flits == self->spec->min_flits)
            coverage_hit(&self->bins[COVERAGE_LENGTH], self->mode, port, COVERAGE_SHORTEST, 0);
    }
    if (flit->tail) {
        packet->tail_cycle = cycle;
        if (sent->flits == self->max_flits)
            coverage_hit(&self->bins[COVERAGE_LENGTH], self->mode, port, COVERAGE_LONGEST, 0);
    }
}

// The packet whose head this is, which is taken out of its chain.
static uint32_t find_head(struct watch *self, uint32_t port, const struct device_forward *flit)
{
    uint64_t key = key_of(self, flit->bits);
    uint32_t *found = NULL;
    for (uint32_t *at = &self->chains[key & (self->num_chains - 1)]; *at != FAILURE_NONE;
         at = &self->packets[*at].next) {
        const struct watch_packet *packet = &self->packets[*at];
        if (packet->key != key || !(packet->route.ports >> port & 1))
            continue;
        const struct watch_input *input = &self->inputs[packet->input];
        bool front = input->first < input->next && input->flits[input->first].packet == *at;
        if (!found || front)
            found = at;
        if (front)
            break;
    }
    if (!found)
        return FAILURE_NONE;
    uint32_t packet = *found;
    *found = self->packets[packet].next;
    return packet;
}

// Takes the first flit of a packet out of an input VC.
static bool take(struct watch *self, struct watch_input *input, uint32_t packet,
                 struct watch_flit *flit)
{
    uint32_t at = input->first;
    while (at < input->next && input->flits[at].packet != packet)
        at++;
    if (at == input->next)
        return false;
    *flit = input->flits[at];
    memmove(&input->flits[input->first + 1], &input->flits[input->first],
            (at - input->first) * sizeof *input->flits);
    input->first++;
    self->inside--;
    if (input->first == input->next && input->was_full) {
        uint32_t i = (uint32_t)(input - self->inputs);
        coverage_hit(&self->bins[COVERAGE_BUFFER], i / self->spec->num_vcs, i % self->spec->num_vcs,
                     COVERAGE_EMPTY, 0);
        input->was_full = false;
    }
    return true;
}

static void note_turn(struct watch *self, uint32_t input, uint32_t port, uint32_t vc)
{
    uint32_t in_port = input / self->spec->num_vcs;
    struct coverage_bins *turns = &self->bins[COVERAGE_TURN];
    coverage_hit(turns, in_port, input % self->spec->num_vcs, port, vc % turns->size[3]);
    coverage_hit(&self->bins[COVERAGE_MODE], self->mode, in_port, port, 0);
}

// How long a head took from where it could have left.
static void note_quickest(struct watch *self, uint32_t packet, const struct watch_flit *flit,
                          uint64_t cycle)
{
    uint64_t from = self->waits_for_tail ? self->packets[packet].tail_cycle : flit->cycle;
    uint64_t *quickest = &self->quickest_cycles[self->mode];
    if (cycle >= from && cycle - from < *quickest)
        *quickest = cycle - from;
}

static void leave(struct watch *self, uint32_t port, struct device_forward flit, uint64_t cycle)
{
    if (flit.vc >= self->spec->num_vcs)
        return;
    struct watch_output *output = &self->outputs[port * self->spec->num_vcs + flit.vc];
    flit.head = flit.head || (self->spec->implied_head && !output->channel.under_way);
    struct watch_flit left;
    uint32_t packet = FAILURE_NONE;
    pass(self, COVERAGE_OUT, port, &flit, &output->channel, cycle);
    if (flit.head) {
        packet = find_head(self, port, &flit);
        output->source = packet == FAILURE_NONE ? FAILURE_NONE : self->packets[packet].input;
        output->packet = packet;
    }
    self->leaving[self->num_leaving++] = (struct watch_leaving){
        .port = port, .vc = flit.vc, .input = output->source, .head = flit.head};
    if (output->source == FAILURE_NONE)
        return;
    struct watch_input *input = &self->inputs[output->source];
    input->left_cycle = cycle;
    input->output = (uint32_t)(output - self->outputs);
    if (take(self, input, output->packet, &left) && flit.head) {
        note_turn(self, output->source, port, flit.vc);
        note_quickest(self, packet, &left, cycle);
    }
}

static void note_reset(struct watch *self)
{
    struct coverage_bins *resets = &self->bins[COVERAGE_RESET];
    bool half[2] = {false, false}, full = false;
    for (uint32_t i = 0; i < self->spec->num_ports * self->spec->num_vcs; i++) {
        half[COVERAGE_IN] |= self->inputs[i].channel.under_way;
        half[COVERAGE_OUT] |= self->outputs[i].channel.under_way;
        full |= self->inputs[i].was_full && self->inputs[i].first < self->inputs[i].next;
    }
    if (self->was_used && !self->inside)
        coverage_hit(resets, self->mode, COVERAGE_IDLE, 0, 0);
    if (self->inside)
        coverage_hit(resets, self->mode, COVERAGE_INSIDE, 0, 0);
    if (half[COVERAGE_IN])
        coverage_hit(resets, self->mode, COVERAGE_HALF_IN, 0, 0);
    if (half[COVERAGE_OUT])
        coverage_hit(resets, self->mode, COVERAGE_HALF_OUT, 0, 0);
    if (full)
        coverage_hit(resets, self->mode, COVERAGE_BRIM, 0, 0);
}

void watch_cycle(struct watch *self, const struct play_cycle *cycle)
{
    if (self->blind)
        return;
    if (cycle->phase != DEVICE_RUN) {
        if (self->running)
            note_reset(self);
        self->running = false;
        return;
    }
    if (!self->running)
        start(self, cycle->cycle);
    self->cycles++;
    self->num_leaving = 0;
    for (uint64_t left = cycle->taken; left; left &= left - 1) {
        uint32_t port = (uint32_t)__builtin_ctzll(left);
        come(self, port, &cycle->in->forward[port], cycle->cycle);
    }
    for (uint64_t left = cycle->given; left; left &= left - 1) {
        uint32_t port = (uint32_t)__builtin_ctzll(left);
        leave(self, port, cycle->out->forward[port], cycle->cycle);
    }
    if (!self->spec->network && self->inside)
        watch_arbiters(self, cycle);
    watch_room(self, cycle);
    for (uint32_t i = 0; i < self->num_leaving; i++) {
        const struct watch_leaving *leaving = &self->leaving[i];
        struct watch_output *output =
            &self->outputs[leaving->port * self->spec->num_vcs + leaving->vc];
        uint16_t bit = (uint16_t)(1u << leaving->vc);
        if (output->channel.under_way) {
            self->held[leaving->port] |= bit;
        } else {
            self->held[leaving->port] &= (uint16_t)~bit;
            output->free_since = cycle->cycle;
        }
    }
}
