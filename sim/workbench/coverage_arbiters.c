// SPDX-License-Identifier: Apache-2.0
// Who was served and who waited, and why.
#include "sim/workbench/coverage_watch.h"

// A flit at the front of an input VC that could leave.
struct candidate {
    const struct watch_packet *packet;
    uint32_t flits;  // of the packet
    uint32_t output; // port that it has to leave by
    uint16_t usable; // VCs that it could leave by in this cycle
    bool head;
};

// It has been so for as long as the device needs to notice it.
static bool long_since(const struct watch *self, uint64_t since, uint64_t cycle)
{
    return since <= cycle && cycle - since >= self->quickest_cycles[self->mode];
}

static uint16_t usable_vcs(const struct watch *self, const struct candidate *candidate,
                           uint64_t cycle)
{
    uint16_t usable = 0;
    uint32_t free = candidate->packet->route.vcs & ~(uint32_t)self->held[candidate->output];
    for (; free; free &= free - 1) {
        uint32_t vc = (uint32_t)__builtin_ctz(free);
        const struct watch_output *output =
            &self->outputs[candidate->output * self->spec->num_vcs + vc];
        bool room = !self->whole || self->spec->out.flow != DEVICE_CREDIT ||
                    output->credits >= (int32_t)candidate->flits;
        if (room && long_since(self, output->free_since, cycle) &&
            long_since(self, output->room_since, cycle))
            usable |= (uint16_t)(1u << vc);
    }
    return usable;
}

// The flit at the front of an input VC, if it has been there for long enough and its output is
// known. Not of a VC of which another has just left.
static bool find_candidate(const struct watch *self, uint32_t at, uint64_t cycle,
                           struct candidate *candidate)
{
    const struct watch_input *input = &self->inputs[at];
    if (input->first == input->next || input->left_cycle == cycle)
        return false;
    const struct watch_flit *flit = &input->flits[input->first];
    if (!long_since(self, flit->cycle, cycle))
        return false;
    *candidate = (struct candidate){.packet = &self->packets[flit->packet],
                                    .flits = self->stimulus->packets[flit->packet].flits,
                                    .head = flit->head};
    if (flit->head) {
        uint64_t ports = candidate->packet->route.ports;
        if (ports & (ports - 1))
            return false;
        candidate->output = (uint32_t)__builtin_ctzll(ports);
        candidate->usable = usable_vcs(self, candidate, cycle);
        return true;
    }
    const struct watch_output *output = &self->outputs[input->output];
    if (output->packet != flit->packet)
        return false;
    candidate->output = input->output / self->spec->num_vcs;
    if (long_since(self, output->room_since, cycle))
        candidate->usable = (uint16_t)(1u << input->output % self->spec->num_vcs);
    return true;
}

static bool tail_is_here(const struct watch *self, const struct candidate *candidate,
                         uint64_t cycle)
{
    return !self->waits_for_tail || long_since(self, candidate->packet->tail_cycle, cycle);
}

// True if a head at an input port could have left by the VC that `leaving` left by, or by another
// of that output.
static bool contends(const struct watch *self, uint32_t port, const struct watch_leaving *leaving,
                     uint64_t cycle)
{
    for (uint32_t vc = 0; vc < self->spec->num_vcs; vc++) {
        struct candidate candidate;
        if (!find_candidate(self, port * self->spec->num_vcs + vc, cycle, &candidate) ||
            !candidate.head || candidate.output != leaving->port ||
            !tail_is_here(self, &candidate, cycle))
            continue;
        if (candidate.usable || candidate.packet->route.vcs >> leaving->vc & 1)
            return true;
    }
    return false;
}

static void head_won(struct watch *self, const struct watch_leaving *leaving, uint64_t cycle)
{
    struct coverage_bins *won = &self->bins[COVERAGE_HEAD_WON];
    struct coverage_bins *ask = &self->bins[COVERAGE_ALL_ASK];
    uint32_t port = leaving->input / self->spec->num_vcs;
    bool ask_open = coverage_open(ask, leaving->port);
    if (won->hit == won->allowed && !ask_open)
        return;
    uint32_t crowd = 1;
    for (uint32_t other = 0; other < self->spec->num_ports; other++) {
        bool open = coverage_open(won, coverage_bin(won, leaving->port, port, other, 0));
        if (other == port || !(open || ask_open) || !contends(self, other, leaving, cycle))
            continue;
        coverage_hit(won, leaving->port, port, other, 0);
        crowd++;
    }
    if (crowd >= self->crowd[leaving->port])
        coverage_hit(ask, leaving->port, 0, 0, 0);
}

static void flit_won(struct watch *self, const struct watch_leaving *leaving, uint64_t cycle)
{
    struct coverage_bins *won = &self->bins[COVERAGE_FLIT_WON];
    if (won->hit == won->allowed)
        return;
    uint32_t port = leaving->input / self->spec->num_vcs;
    uint32_t held = self->held[leaving->port] & ~(1u << leaving->vc);
    for (; held; held &= held - 1) {
        uint32_t vc = (uint32_t)__builtin_ctz(held);
        uint32_t source = self->outputs[leaving->port * self->spec->num_vcs + vc].source;
        struct candidate candidate;
        if (source != FAILURE_NONE && source / self->spec->num_vcs != port &&
            find_candidate(self, source, cycle, &candidate) && !candidate.head &&
            candidate.usable >> vc & 1)
            coverage_hit(won, leaving->port, port, source / self->spec->num_vcs, 0);
    }
}

static void vc_won(struct watch *self, const struct watch_leaving *leaving, uint64_t cycle)
{
    struct coverage_bins *won = &self->bins[COVERAGE_VC_WON];
    if (won->hit == won->allowed)
        return;
    uint32_t port = leaving->input / self->spec->num_vcs;
    uint32_t winner = leaving->input % self->spec->num_vcs;
    for (uint32_t vc = 0; vc < self->spec->num_vcs; vc++) {
        struct candidate candidate;
        if (vc != winner && coverage_open(won, coverage_bin(won, port, winner, vc, 0)) &&
            find_candidate(self, port * self->spec->num_vcs + vc, cycle, &candidate) &&
            candidate.usable && (!candidate.head || tail_is_here(self, &candidate, cycle)))
            coverage_hit(won, port, winner, vc, 0);
    }
}

static void note_blocked(struct watch *self, uint32_t port, enum coverage_reason reason)
{
    coverage_hit(&self->bins[COVERAGE_BLOCKED], port, reason, 0, 0);
    self->blocked_left[port] &= ~((uint64_t)1 << reason);
}

// A head that has a VC that it could leave by: who else left instead?
static void note_lost(struct watch *self, uint32_t port, const struct candidate *candidate)
{
    for (uint32_t i = 0; i < self->num_leaving; i++) {
        const struct watch_leaving *leaving = &self->leaving[i];
        if (leaving->input == FAILURE_NONE)
            continue;
        uint32_t from = leaving->input / self->spec->num_vcs;
        if (from == port)
            note_blocked(self, port, COVERAGE_OWN_BUSY);
        if (leaving->port != candidate->output)
            continue;
        if (!leaving->head)
            note_blocked(self, port, COVERAGE_BUSY);
        else if (from != port)
            note_blocked(self, port, COVERAGE_HEAD_LOST);
    }
}

static void why_blocked(struct watch *self, uint32_t port, uint32_t vc, uint64_t cycle)
{
    const struct device_spec *spec = self->spec;
    struct candidate candidate;
    if (!find_candidate(self, port * spec->num_vcs + vc, cycle, &candidate) || !candidate.head)
        return;
    if (self->waits_for_tail && candidate.packet->tail_cycle == UINT64_MAX)
        note_blocked(self, port, COVERAGE_NO_TAIL);
    if (!tail_is_here(self, &candidate, cycle))
        return;
    uint32_t free = candidate.packet->route.vcs & ~(uint32_t)self->held[candidate.output];
    uint32_t room = 0, whole = 0;
    for (uint32_t left = free; left; left &= left - 1) {
        uint32_t out_vc = (uint32_t)__builtin_ctz(left);
        const struct watch_output *output =
            &self->outputs[candidate.output * spec->num_vcs + out_vc];
        if (output->room_since == UINT64_MAX)
            continue;
        room |= 1u << out_vc;
        if (output->credits >= (int32_t)candidate.flits)
            whole |= 1u << out_vc;
    }
    if (!free)
        note_blocked(self, port, COVERAGE_VC_HELD);
    else if (!room)
        note_blocked(self, port, COVERAGE_NO_ROOM);
    else if (self->whole && spec->out.flow == DEVICE_CREDIT && !whole)
        note_blocked(self, port, COVERAGE_NO_WHOLE);
    else if (candidate.usable)
        note_lost(self, port, &candidate);
}

void watch_arbiters(struct watch *self, const struct play_cycle *cycle)
{
    for (uint32_t i = 0; i < self->num_leaving; i++) {
        const struct watch_leaving *leaving = &self->leaving[i];
        if (leaving->input == FAILURE_NONE)
            continue;
        if (leaving->head)
            head_won(self, leaving, cycle->cycle);
        if (self->spec->num_vcs > 1) {
            flit_won(self, leaving, cycle->cycle);
            vc_won(self, leaving, cycle->cycle);
        }
    }
    for (uint32_t port = 0; port < self->spec->num_ports; port++)
        for (uint32_t vc = 0; self->blocked_left[port] && vc < self->spec->num_vcs; vc++)
            why_blocked(self, port, vc, cycle->cycle);
}
