// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/shrink_steps.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

// --- less of everything -------------------------------------------------------------------------

enum part { RESETS, STALLS, PAUSES, PACKETS };

static size_t *part_num(struct stimulus *stimulus, enum part part)
{
    switch (part) {
    case RESETS:
        return &stimulus->num_resets;
    case STALLS:
        return &stimulus->num_stalls;
    case PAUSES:
        return &stimulus->num_pauses;
    case PACKETS:
        return &stimulus->num_packets;
    }
    assert(false);
    return NULL;
}

static void remove_range(struct stimulus *stimulus, enum part part, size_t at, size_t num)
{
    size_t *all = part_num(stimulus, part);
    size_t after = *all - at - num;
    *all -= num;
    switch (part) {
    case RESETS:
        memmove(stimulus->resets + at, stimulus->resets + at + num,
                after * sizeof *stimulus->resets);
        break;
    case STALLS:
        memmove(stimulus->stalls + at, stimulus->stalls + at + num,
                after * sizeof *stimulus->stalls);
        break;
    case PAUSES:
        memmove(stimulus->pauses + at, stimulus->pauses + at + num,
                after * sizeof *stimulus->pauses);
        break;
    case PACKETS:
        memmove(stimulus->packets + at, stimulus->packets + at + num,
                after * sizeof *stimulus->packets);
        break;
    }
}

// Removes all, halves, quarters and so on down to one by one; the later ones first, without which
// what comes before them stays as it was.
static bool remove_some(struct shrinking *self, enum part part)
{
    bool helped = false;
    for (size_t size = *part_num(self->best, part); size && !self->over; size /= 2)
        for (size_t end = *part_num(self->best, part); end && !self->over;) {
            size_t num = end < size ? end : size;
            struct stimulus *next = shrink_next(self);
            if (!next)
                break;
            end -= num;
            remove_range(next, part, end, num);
            helped |= shrink_keep(self);
        }
    return helped;
}

static bool fewer_resets(struct shrinking *self)
{
    return remove_some(self, RESETS);
}

static bool fewer_stalls(struct shrinking *self)
{
    return remove_some(self, STALLS);
}

static bool fewer_pauses(struct shrinking *self)
{
    return remove_some(self, PAUSES);
}

static bool fewer_packets(struct shrinking *self)
{
    return remove_some(self, PACKETS);
}

// Removes all packets from a port, to a destination, or of a VC.
static bool fewer_packets_alike(struct shrinking *self)
{
    const struct device_spec *spec = self->bench->spec;
    const uint32_t most[] = {spec->num_ports, spec->num_destinations, spec->num_vcs};
    bool helped = false;
    for (uint32_t kind = 0; kind < 3; kind++)
        for (uint32_t value = 0; value < most[kind]; value++) {
            struct stimulus *next = shrink_next(self);
            size_t num = 0;
            if (!next)
                return helped;
            for (size_t i = 0; i < next->num_packets; i++) {
                const struct stimulus_packet *packet = &next->packets[i];
                const uint32_t values[] = {packet->port, packet->to, packet->vc};
                if (values[kind] != value)
                    next->packets[num++] = *packet;
            }
            bool fewer = num < next->num_packets;
            next->num_packets = num;
            helped |= fewer && shrink_keep(self);
        }
    return helped;
}

// Makes one packet of two that follow each other on a channel, to the destination of either.
static bool merge_packets(struct shrinking *self)
{
    bool helped = false;
    for (size_t i = 0; i < self->best->num_packets; i++)
        for (int later = 0; later < 2; later++) {
            struct stimulus *next = shrink_next(self);
            if (!next)
                return helped;
            struct stimulus_packet *packet = &next->packets[i];
            size_t other = i + 1;
            while (other < next->num_packets && (next->packets[other].port != packet->port ||
                                                 next->packets[other].vc != packet->vc))
                other++;
            if (other == next->num_packets)
                break;
            packet->flits += next->packets[other].flits;
            packet->to = later ? next->packets[other].to : packet->to;
            remove_range(next, PACKETS, other, 1);
            if (shrink_keep(self)) {
                helped = true;
                later = -1; // and the one after that
            }
        }
    return helped;
}

// --- smaller numbers ----------------------------------------------------------------------------

// A number of the stimulus, of the element with an index.
enum number {
    FLITS,
    PACKET_CYCLE,
    RESET_CYCLE,
    STALL_CYCLE,  // both ends
    STALL_LENGTH, // by its end
    STALL_TAIL,   // likewise, by its beginning
    PAUSE_CYCLE,
    PAUSE_LENGTH,
    PAUSE_TAIL
};

static uint64_t number_get(const struct stimulus *stimulus, enum number number, size_t i)
{
    const struct stimulus_quiet *quiet =
        number >= PAUSE_CYCLE ? &stimulus->pauses[i] : &stimulus->stalls[i];
    switch (number) {
    case FLITS:
        return stimulus->packets[i].flits;
    case PACKET_CYCLE:
        return stimulus->packets[i].cycle;
    case RESET_CYCLE:
        return stimulus->resets[i];
    case STALL_CYCLE:
    case PAUSE_CYCLE:
        return quiet->from_cycle;
    case STALL_LENGTH:
    case STALL_TAIL:
    case PAUSE_LENGTH:
    case PAUSE_TAIL:
        return quiet->to_cycle - quiet->from_cycle;
    }
    return 0;
}

static void number_set(struct stimulus *stimulus, enum number number, size_t i, uint64_t value)
{
    struct stimulus_quiet *quiet =
        number >= PAUSE_CYCLE ? &stimulus->pauses[i] : &stimulus->stalls[i];
    switch (number) {
    case FLITS:
        stimulus->packets[i].flits = (uint32_t)value;
        return;
    case PACKET_CYCLE:
        stimulus->packets[i].cycle = value;
        return;
    case RESET_CYCLE:
        stimulus->resets[i] = value;
        return;
    case STALL_CYCLE:
    case PAUSE_CYCLE:
        quiet->to_cycle -= quiet->from_cycle - value;
        quiet->from_cycle = value;
        return;
    case STALL_LENGTH:
    case PAUSE_LENGTH:
        quiet->to_cycle = quiet->from_cycle + value;
        return;
    case STALL_TAIL:
    case PAUSE_TAIL:
        quiet->from_cycle = quiet->to_cycle - value;
        return;
    }
}

// Makes a number smaller: by all that it is above the least, by half of that, and so on down to 1.
static bool reduce(struct shrinking *self, enum number number, size_t i, uint64_t least)
{
    bool helped = false;
    for (uint64_t by = number_get(self->best, number, i) - least; by && !self->over; by /= 2)
        while (number_get(self->best, number, i) >= least + by) {
            struct stimulus *next = shrink_next(self);
            if (!next)
                break;
            number_set(next, number, i, number_get(next, number, i) - by);
            if (!shrink_keep(self))
                break;
            helped = true;
        }
    return helped;
}

static bool shorter_packets(struct shrinking *self)
{
    uint32_t least = self->bench->spec->min_flits;
    bool helped = false;
    struct stimulus *next = self->best->num_packets > 1 ? shrink_next(self) : NULL;
    bool shorter = false;
    for (size_t i = 0; next && i < next->num_packets; i++) {
        shorter |= next->packets[i].flits > least;
        next->packets[i].flits = least;
    }
    helped |= shorter && shrink_keep(self);
    for (size_t i = 0; i < self->best->num_packets; i++)
        helped |= reduce(self, FLITS, i, least);
    return helped;
}

static bool shorter_quiet(struct shrinking *self)
{
    bool helped = false;
    for (size_t i = 0; i < self->best->num_stalls; i++) {
        helped |= reduce(self, STALL_LENGTH, i, 0);
        helped |= reduce(self, STALL_TAIL, i, 0);
    }
    for (size_t i = 0; i < self->best->num_pauses; i++) {
        helped |= reduce(self, PAUSE_LENGTH, i, 0);
        helped |= reduce(self, PAUSE_TAIL, i, 0);
    }
    return helped;
}

static bool earlier_each(struct shrinking *self)
{
    bool helped = false;
    for (size_t i = 0; i < self->best->num_packets; i++)
        helped |= reduce(self, PACKET_CYCLE, i, 0);
    for (size_t i = 0; i < self->best->num_resets; i++)
        helped |= reduce(self, RESET_CYCLE, i, i ? self->best->resets[i - 1] + 1 : 0);
    for (size_t i = 0; i < self->best->num_stalls; i++)
        helped |= reduce(self, STALL_CYCLE, i, 0);
    for (size_t i = 0; i < self->best->num_pauses; i++)
        helped |= reduce(self, PAUSE_CYCLE, i, 0);
    return helped;
}

// Packets that begin later do as well as a pause, most often.
static bool delay_for_pauses(struct shrinking *self)
{
    bool helped = false;
    for (size_t i = self->best->num_pauses; i-- > 0;) {
        struct stimulus *next = shrink_next(self);
        if (!next)
            break;
        const struct stimulus_quiet pause = next->pauses[i];
        for (size_t p = 0; p < next->num_packets; p++) {
            struct stimulus_packet *packet = &next->packets[p];
            if (packet->port == pause.port && pause.vcs >> packet->vc & 1 &&
                packet->cycle >= pause.from_cycle && packet->cycle <= pause.to_cycle)
                packet->cycle = pause.to_cycle + 1;
        }
        remove_range(next, PAUSES, i, 1);
        helped |= shrink_keep(self);
    }
    return helped;
}

shrink_step *const shrink_steps[] = {
    fewer_resets,  fewer_stalls,     fewer_pauses,    delay_for_pauses,    fewer_packets_alike,
    fewer_packets, merge_packets,    shrink_earlier,  shorter_packets,     shorter_quiet,
    earlier_each,  shrink_quiet_vcs, shrink_in_ports, shrink_destinations, shrink_vcs,
};
const size_t shrink_num_steps = sizeof shrink_steps / sizeof *shrink_steps;

// --- at random ----------------------------------------------------------------------------------

enum { JITTER_CYCLES = 8, JITTER_FLITS = 12 };

bool shrink_hop(struct shrinking *self, struct rng *rng)
{
    const struct stimulus *best = self->best;
    size_t all = best->num_packets + best->num_stalls + best->num_pauses + best->num_resets;
    struct stimulus *next = all > 1 ? shrink_next(self) : NULL;
    if (!next)
        return false;
    size_t at = rng_below(rng, all);
    enum part part = RESETS;
    while (at >= *part_num(next, part))
        at -= *part_num(next, part++);
    remove_range(next, part, at, 1);
    const struct device_spec *spec = self->bench->spec;
    uint32_t least = spec->min_flits;
    uint32_t room = device_spec_max_flits(spec, next->mode) - least + 1;
    for (size_t i = 0; i < next->num_packets; i++) {
        struct stimulus_packet *packet = &next->packets[i];
        if (rng_below(rng, 2))
            packet->cycle = packet->cycle / 2 + rng_below(rng, JITTER_CYCLES);
        if (!rng_below(rng, 4))
            packet->flits =
                least + (uint32_t)rng_below(rng, room < JITTER_FLITS ? room : JITTER_FLITS);
    }
    return shrink_keep(self);
}
