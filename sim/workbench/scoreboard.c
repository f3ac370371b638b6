// SPDX-License-Identifier: Apache-2.0
// A run from begin to end: flits that come in, resets, and who looks at what in a cycle.
#include "sim/workbench/scoreboard.h"

#include "sim/workbench/scoreboard_state.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void clear_epoch(struct scoreboard *self)
{
    for (uint32_t i = 0; i < self->num_inputs; ++i) {
        self->inputs[i].first = self->inputs[i].last = self->inputs[i].front = SCORE_NONE;
        self->inputs[i].owed = 0;
        self->outputs[i] = (struct score_output){
            .packet = SCORE_NONE, .credits = self->spec->out.buffer_flits, .off = SCORE_NEVER};
    }
    size_t num_chains = (size_t)self->chain_mask + 1;
    for (size_t i = 0; i < num_chains; ++i)
        self->live[i] = self->done[i] = (struct score_chain){SCORE_NONE, SCORE_NONE};
    for (uint32_t port = 0; port < self->spec->num_ports; ++port)
        self->backward[port] = (uint16_t)((1U << self->spec->num_vcs) - 1);
    self->offered = 0;
    self->refused = 0;
    self->num_inside = 0;
    self->num_owed = 0;
    self->num_came = 0;
}

static bool make_arrays(struct scoreboard *self, struct err *err)
{
    const struct stimulus *stimulus = self->stimulus;
    size_t num_packets = stimulus->num_packets;
    size_t num_flits = 0;
    size_t most_flits = 1;
    for (size_t i = 0; i < num_packets; ++i) {
        num_flits += stimulus->packets[i].flits;
        if (most_flits < stimulus->packets[i].flits)
            most_flits = stimulus->packets[i].flits;
    }
    uint32_t num_chains = 16;
    while (num_chains < 2 * num_packets)
        num_chains *= 2;
    self->chain_mask = num_chains - 1;
    // One more of each, as there may be none.
    self->packets = calloc(num_packets + 1, sizeof *self->packets);
    self->bits = calloc((num_flits + 1) * self->num_words, sizeof *self->bits);
    self->came = malloc((num_flits + 1) * sizeof *self->came);
    self->left = malloc((num_flits + 1) * sizeof *self->left);
    self->aside = malloc(most_flits * sizeof *self->aside);
    self->queue = malloc((num_packets + 1) * sizeof *self->queue);
    self->from = malloc((num_packets + 1) * sizeof *self->from);
    self->seen = calloc(num_packets + 1, sizeof *self->seen);
    self->live = malloc(num_chains * sizeof *self->live);
    self->done = malloc(num_chains * sizeof *self->done);
    self->inputs = calloc(self->num_inputs, sizeof *self->inputs);
    self->outputs = malloc(self->num_inputs * sizeof *self->outputs);
    self->excused = calloc(self->num_inputs, sizeof *self->excused);
    if (!self->packets || !self->bits || !self->came || !self->left || !self->aside ||
        !self->queue || !self->from || !self->seen || !self->live || !self->done || !self->inputs ||
        !self->outputs || !self->excused)
        return err_set(err, ERR_RUN, "out of memory for %zu packets", num_packets);
    memset(self->came, 0xff, (num_flits + 1) * sizeof *self->came);
    memset(self->left, 0xff, (num_flits + 1) * sizeof *self->left);
    return true;
}

struct scoreboard *scoreboard_new(const struct device_map *map, const struct stimulus *stimulus,
                                  struct err *err)
{
    struct scoreboard *self = calloc(1, sizeof *self);
    if (!self) {
        err_set(err, ERR_RUN, "out of memory for a scoreboard");
        return NULL;
    }
    const struct device_spec *spec = device_map_spec(map);
    self->map = map;
    self->spec = spec;
    self->stimulus = stimulus;
    self->num_words = (spec->flit_bits + 63) / 64;
    self->num_inputs = spec->num_ports * spec->num_vcs;
    for (uint32_t i = 0; i < self->num_inputs; ++i) {
        self->port_of[i] = (uint8_t)(i / spec->num_vcs);
        self->vc_of[i] = (uint8_t)(i % spec->num_vcs);
    }
    self->patience = spec->patience_cycles ? spec->patience_cycles : 1;
    self->phase = DEVICE_RUN;
    self->reset_cycle = SCORE_NEVER;
    self->kept[0] = device_map_kept(map, false);
    self->kept[1] = device_map_kept(map, true);
    if (!make_arrays(self, err)) {
        scoreboard_free(self);
        return NULL;
    }
    size_t first = 0;
    for (size_t i = 0; i < stimulus->num_packets; ++i) {
        const struct stimulus_packet *packet = &stimulus->packets[i];
        struct device_route route =
            device_map_route(map, stimulus, packet->port, packet->vc, packet->to);
        self->packets[i] = (struct score_packet){
            .ports = route.ports,
            .vcs = route.vcs,
            .first = first,
            .waits = SCORE_NEVER,
            .flits = packet->flits,
            .next = SCORE_NONE,
            .behind = SCORE_NONE,
            .channel = (uint16_t)score_channel(self, packet->port, packet->vc),
        };
        first += packet->flits;
    }
    clear_epoch(self);
    return self;
}

void scoreboard_free(struct scoreboard *self)
{
    if (!self)
        return;
    free(self->packets);
    free(self->bits);
    free(self->came);
    free(self->left);
    free(self->aside);
    free(self->queue);
    free(self->from);
    free(self->seen);
    free(self->live);
    free(self->done);
    free(self->inputs);
    free(self->outputs);
    free(self->excused);
    free(self);
}

// A head is the last of its queue now.
static void begin_packet(struct scoreboard *self, uint32_t packet, const uint64_t *bits)
{
    struct score_packet *own = &self->packets[packet];
    struct score_input *input = &self->inputs[own->channel];
    score_chain_add(self, score_chain_of(self, self->live, bits), packet);
    if (input->last != SCORE_NONE)
        self->packets[input->last].behind = packet;
    else
        input->first = packet;
    if (input->front == SCORE_NONE) {
        input->front = packet;
        const struct score_packet *before =
            input->last == SCORE_NONE ? NULL : &self->packets[input->last];
        own->waits = !before || before->out == before->flits ? self->cycle : SCORE_NEVER;
    }
    input->last = packet;
    ++self->num_inside;
    ++self->num_came;
}

static void flit_comes(struct scoreboard *self, const struct device_forward *flit)
{
    assert(flit->packet < self->stimulus->num_packets);
    struct score_packet *packet = &self->packets[flit->packet];
    assert(flit->flit == packet->in && packet->in < packet->flits && !packet->gone);
    size_t at = packet->first + flit->flit;
    uint64_t *bits = &self->bits[at * self->num_words];
    const uint64_t *kept = self->kept[flit->flit == 0];
    for (uint32_t w = 0; w < self->num_words; ++w)
        bits[w] = flit->bits[w] & kept[w];
    self->came[at] = self->cycle;
    if (packet->in++ == 0)
        begin_packet(self, flit->packet, flit->bits);
    if (self->spec->in.flow == DEVICE_CREDIT) {
        ++self->inputs[packet->channel].owed;
        ++self->num_owed;
    }
}

static void note_refused(struct scoreboard *self, const struct play_cycle *cycle)
{
    self->refused = 0;
    for (uint32_t port = 0; port < self->spec->num_ports; ++port) {
        const struct device_forward *flit = &cycle->in->forward[port];
        self->refused |= (uint64_t)flit->valid << port;
        self->refused_vcs[port] = flit->vc;
    }
    self->refused &= ~cycle->taken;
}

// What is inside is lost.
static void reset_begins(struct scoreboard *self, struct failure *failure)
{
    score_doubt_end(self, failure);
    for (uint32_t i = 0; i < self->num_inputs; ++i)
        self->inputs[i].reset = score_flits_inside(self, i) > 0;
    for (size_t i = 0; i < self->stimulus->num_packets; ++i)
        self->packets[i].gone |= self->packets[i].in > 0;
    clear_epoch(self);
    self->reset_step = 0;
}

static void reset_passes(struct scoreboard *self, const struct play_cycle *cycle,
                         struct failure *failure)
{
    if (cycle->phase == DEVICE_RESET) {
        if (self->phase != DEVICE_RESET)
            reset_begins(self, failure);
        self->reset_cycle = cycle->cycle;
        // A reset may take some of its cycles to go through.
        if (++self->reset_step > self->spec->reset_cycles / 2 && self->reset_step > 1)
            score_flow_quiet(self, cycle, failure);
    } else {
        score_flow_quiet(self, cycle, failure);
    }
    self->phase = cycle->phase;
    self->moved = cycle->cycle;
}

static void run_cycle(struct scoreboard *self, const struct play_cycle *cycle,
                      struct failure *failure)
{
    if (cycle->phase != DEVICE_RUN) {
        reset_passes(self, cycle, failure);
        return;
    }
    self->phase = DEVICE_RUN;
    uint32_t num_ports = self->spec->num_ports;
    for (uint64_t taken = cycle->taken; taken; taken &= taken - 1)
        flit_comes(self, &cycle->in->forward[__builtin_ctzll(taken)]);
    if (self->spec->in.flow == DEVICE_READY_VALID)
        note_refused(self, cycle);
    if (cycle->taken | cycle->given)
        self->moved = cycle->cycle;
    if (!score_flow_in(self, cycle, failure))
        return;
    for (uint32_t port = 0; port < num_ports; ++port) {
        const struct device_forward *flit = &cycle->out->forward[port];
        if (!flit->valid && !(self->offered >> port & 1))
            continue;
        if (self->doubt.active) {
            if (cycle->given >> port & 1 && score_doubt_flit(self, port, flit, failure))
                return;
            continue;
        }
        if (!score_flow_out(self, cycle, port, failure))
            return;
        if (cycle->given >> port & 1)
            score_flit_leaves(self, port, flit, failure);
        if (failure->found)
            return;
    }
    if (self->doubt.active) {
        if (self->cycle >= self->doubt.until)
            score_doubt_end(self, failure);
        return;
    }
    score_watch(self, cycle, failure);
}

static void check_cycle(void *of, const struct play_cycle *cycle, struct failure *failure)
{
    struct scoreboard *self = of;
    if (failure->found) // by another checker
        return;
    self->cycle = cycle->cycle;
    run_cycle(self, cycle, failure);
    if (failure->found)
        score_find_cause(self, failure);
}

static bool check_waits(const void *of)
{
    const struct scoreboard *self = of;
    return self->num_inside || self->num_owed || self->doubt.active ||
           self->cycle < self->moved + SCORE_LINGER_CYCLES;
}

static void check_end(void *of, struct failure *failure)
{
    if (failure->found)
        return;
    score_doubt_end(of, failure);
    if (failure->found)
        score_find_cause(of, failure);
}

struct play_checker scoreboard_checker(struct scoreboard *self)
{
    return (struct play_checker){check_cycle, check_waits, check_end, self};
}

void scoreboard_measures_add(struct scoreboard_measures *sum, const struct scoreboard *self)
{
    const struct scoreboard_measures *own = &self->measures;
    sum->packets += own->packets;
    sum->flits += own->flits;
    if (sum->latency_cycles_max < own->latency_cycles_max)
        sum->latency_cycles_max = own->latency_cycles_max;
    if (sum->wait_cycles_max < own->wait_cycles_max)
        sum->wait_cycles_max = own->wait_cycles_max;
    if (sum->wait_grants_max < own->wait_grants_max)
        sum->wait_grants_max = own->wait_grants_max;
}
