// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/play_sides.h"

#include <stdlib.h>
#include <string.h>

// Where intervals begin or end.
struct play_quiet_edge {
    uint64_t cycle;
    uint32_t port;
    uint16_t vcs;
    bool begins;
};

static int by_cycle(const void *a, const void *b)
{
    const struct play_quiet_edge *x = a, *y = b;
    return (x->cycle > y->cycle) - (x->cycle < y->cycle);
}

static bool make_quiet(struct play_quiet *self, const struct stimulus_quiet *quiets, size_t num)
{
    *self = (struct play_quiet){.edges = malloc((2 * num + 1) * sizeof *self->edges)};
    if (!self->edges)
        return false;
    for (size_t i = 0; i < num; i++) {
        const struct stimulus_quiet *quiet = &quiets[i];
        self->edges[self->num_edges++] =
            (struct play_quiet_edge){quiet->from_cycle, quiet->port, quiet->vcs, true};
        if (quiet->to_cycle < UINT64_MAX)
            self->edges[self->num_edges++] =
                (struct play_quiet_edge){quiet->to_cycle + 1, quiet->port, quiet->vcs, false};
    }
    qsort(self->edges, self->num_edges, sizeof *self->edges, by_cycle);
    return true;
}

void play_quiet_move(struct play_quiet *self, uint64_t cycle)
{
    for (; self->next < self->num_edges && self->edges[self->next].cycle <= cycle; self->next++) {
        const struct play_quiet_edge *edge = &self->edges[self->next];
        for (uint32_t v = 0; v < DEVICE_MAX_VCS; v++) {
            self->depth[edge->port][v] += edge->begins && edge->vcs >> v & 1;
            self->depth[edge->port][v] -= !edge->begins && edge->vcs >> v & 1;
        }
    }
}

// Sorts packets by port and VC, those of the same in the order in which they are listed.
static void make_queues(struct play_senders *self)
{
    const struct stimulus *stimulus = self->stimulus;
    for (size_t i = 0; i < stimulus->num_packets; i++)
        self->queues[stimulus->packets[i].port][stimulus->packets[i].vc].end++;
    size_t begin = 0;
    for (uint32_t p = 0; p < self->spec->num_ports; p++) {
        for (uint32_t v = 0; v < self->spec->num_vcs; v++) {
            struct play_queue *queue = &self->queues[p][v];
            size_t num = queue->end;
            queue->next = queue->end = begin;
            begin += num;
        }
    }
    for (size_t i = 0; i < stimulus->num_packets; i++)
        self->order[self->queues[stimulus->packets[i].port][stimulus->packets[i].vc].end++] = i;
}

bool play_senders_make(struct play_senders *self, const struct device_map *map,
                       const struct device_spec *spec, const struct stimulus *stimulus)
{
    *self = (struct play_senders){
        .map = map, .spec = spec, .stimulus = stimulus, .left = stimulus->num_packets};
    self->order = malloc((stimulus->num_packets + 1) * sizeof *self->order);
    if (!make_quiet(&self->pauses, stimulus->pauses, stimulus->num_pauses) || !self->order)
        return false;
    make_queues(self);
    return true;
}

bool play_receivers_make(struct play_receivers *self, const struct device_spec *spec,
                         const struct stimulus *stimulus)
{
    *self = (struct play_receivers){.spec = spec};
    return make_quiet(&self->stalls, stimulus->stalls, stimulus->num_stalls);
}

void play_senders_free(struct play_senders *self)
{
    free(self->pauses.edges);
    free(self->order);
}

void play_receivers_free(struct play_receivers *self)
{
    free(self->stalls.edges);
}

static void go_on(struct play_senders *self, struct play_queue *queue)
{
    queue->next++;
    queue->flit = 0;
    self->left--;
}

void play_senders_reset(struct play_senders *self)
{
    for (uint32_t p = 0; p < self->spec->num_ports; p++) {
        for (uint32_t v = 0; v < self->spec->num_vcs; v++) {
            struct play_queue *queue = &self->queues[p][v];
            if (queue->flit)
                go_on(self, queue);
            queue->credits = self->spec->in.buffer_flits;
            queue->off_cycles = UINT32_MAX; // it was never on
        }
        self->first_vc[p] = 0;
        self->offered[p].valid = false;
    }
}

void play_receivers_reset(struct play_receivers *self)
{
    memset(self->flits, 0, sizeof self->flits);
    memset(self->due, 0, sizeof self->due);
    memset(self->first_vc, 0, sizeof self->first_vc);
    memset(self->inside, 0, sizeof self->inside);
}

// True if a flit of this VC may be sent now and there is one.
static bool may_send(const struct play_senders *self, uint32_t p, uint32_t v, uint64_t cycle)
{
    const struct play_queue *queue = &self->queues[p][v];
    const struct device_side *side = &self->spec->in;
    if (queue->next == queue->end || self->pauses.depth[p][v])
        return false;
    if (!queue->flit && self->stimulus->packets[self->order[queue->next]].cycle > cycle)
        return false;
    if (side->flow == DEVICE_CREDIT)
        return queue->credits;
    if (side->flow == DEVICE_ON_OFF)
        return queue->off_cycles < side->react_cycles;
    return true;
}

static void offer(struct play_senders *self, uint32_t p, uint32_t v)
{
    const struct play_queue *queue = &self->queues[p][v];
    size_t packet_idx = self->order[queue->next];
    const struct stimulus_packet *packet = &self->stimulus->packets[packet_idx];
    struct device_forward *wires = &self->offered[p];
    *wires = (struct device_forward){.valid = true,
                                     .head = queue->flit == 0,
                                     .tail = queue->flit + 1 == packet->flits,
                                     .vc = (uint8_t)v,
                                     .packet = (uint32_t)packet_idx,
                                     .flit = queue->flit};
    device_map_encode(self->map, self->stimulus, packet, queue->flit, v, wires->bits);
}

void play_senders_drive(struct play_senders *self, uint64_t cycle, struct device_pins *in)
{
    uint32_t num_vcs = self->spec->num_vcs;
    for (uint32_t p = 0; p < self->spec->num_ports; p++) {
        bool stays = self->offered[p].valid && self->spec->in.held;
        if (!stays)
            self->offered[p].valid = false;
        for (uint32_t k = 0; k < num_vcs && !self->offered[p].valid; k++) {
            uint32_t v = (self->first_vc[p] + k) % num_vcs;
            if (may_send(self, p, v, cycle))
                offer(self, p, v);
        }
        in->forward[p] = self->offered[p];
    }
}

void play_receivers_drive(struct play_receivers *self, struct device_pins *in)
{
    const struct device_side *side = &self->spec->out;
    uint32_t num_vcs = self->spec->num_vcs;
    uint16_t all = (uint16_t)((1U << num_vcs) - 1);
    for (uint32_t p = 0; p < self->spec->num_ports; p++) {
        uint16_t levels = 0, credits = 0;
        for (uint32_t k = 0; k < num_vcs; k++) {
            uint32_t v = (self->first_vc[p] + k) % num_vcs;
            bool stalled = self->stalls.depth[p][v];
            if (self->flits[p][v] && !stalled) {
                self->flits[p][v]--;
                self->due[p][v]++;
            }
            bool on = side->flow == DEVICE_READY_VALID
                          ? !stalled
                          : self->flits[p][v] + side->slack_flits < side->buffer_flits;
            levels |= (uint16_t)(on << v);
            if (self->due[p][v] && !(side->one_credit && credits))
                credits |= (uint16_t)(1U << v);
        }
        if (side->shared && levels != all)
            levels = 0;
        in->backward[p] = side->flow == DEVICE_CREDIT ? credits : levels;
        for (uint32_t v = 0; v < num_vcs; v++) {
            self->due[p][v] -= credits >> v & 1;
            if (side->one_credit && credits >> v & 1)
                self->first_vc[p] = (v + 1) % num_vcs;
        }
    }
}

uint64_t play_senders_see(struct play_senders *self, const struct device_pins *in,
                          const struct device_pins *out)
{
    enum device_flow flow = self->spec->in.flow;
    uint32_t num_vcs = self->spec->num_vcs;
    uint64_t taken = 0;
    for (uint32_t p = 0; p < self->spec->num_ports; p++) {
        const struct device_forward *wires = &in->forward[p];
        uint16_t backward = out->backward[p];
        struct play_queue *queue = &self->queues[p][wires->vc];
        if (wires->valid)
            self->first_vc[p] = (wires->vc + 1) % num_vcs;
        if (wires->valid && (flow != DEVICE_READY_VALID || backward >> wires->vc & 1)) {
            taken |= UINT64_C(1) << p;
            self->offered[p].valid = false;
            queue->credits--;
            queue->flit++;
            if (wires->tail)
                go_on(self, queue);
        }
        for (uint32_t v = 0; v < num_vcs; v++) {
            bool bit = backward >> v & 1;
            struct play_queue *told = &self->queues[p][v];
            told->credits += flow == DEVICE_CREDIT && bit;
            if (bit)
                told->off_cycles = 0;
            else if (told->off_cycles < UINT32_MAX)
                told->off_cycles++;
        }
    }
    return taken;
}

void play_receivers_mark(const struct play_receivers *self, struct device_pins *out)
{
    for (uint32_t p = 0; p < self->spec->num_ports && self->spec->implied_head; p++)
        out->forward[p].head =
            out->forward[p].valid && !(self->inside[p] >> out->forward[p].vc & 1);
}

uint64_t play_receivers_see(struct play_receivers *self, const struct device_pins *in,
                            const struct device_pins *out)
{
    uint64_t given = 0;
    for (uint32_t p = 0; p < self->spec->num_ports; p++) {
        const struct device_forward *wires = &out->forward[p];
        if (!wires->valid)
            continue;
        bool there = wires->vc < self->spec->num_vcs; // else it is odd, and taken by none
        if (self->spec->out.flow != DEVICE_READY_VALID) {
            given |= UINT64_C(1) << p;
            if (there)
                self->flits[p][wires->vc]++;
        } else if (there && in->backward[p] >> wires->vc & 1) {
            given |= UINT64_C(1) << p;
        }
        uint16_t vc = (uint16_t)(there ? 1U << wires->vc : 0);
        if (there && given >> p & 1)
            self->inside[p] =
                (uint16_t)(wires->tail ? self->inside[p] & ~vc : self->inside[p] | vc);
    }
    return given;
}
