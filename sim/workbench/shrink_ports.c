// SPDX-License-Identifier: Apache-2.0
// Fewer ports, destinations and VCs, and lower ones: what is renumbered is only kept where fewer
// are in use, or the same number of them with a lower sum.
#include "sim/workbench/shrink_steps.h"

#include <stdlib.h>
#include <string.h>

enum {
    LOWEST_TRIED = 4, // of numbers that are not in use
    MOST_PACKETS = 32 // whose numbers are changed one by one
};

// What is numbered.
enum what { IN_PORTS, DESTINATIONS, VCS };

static uint32_t *number_of(struct stimulus_packet *packet, enum what what)
{
    return what == IN_PORTS ? &packet->port : what == DESTINATIONS ? &packet->to : &packet->vc;
}

static bool in_use(const struct stimulus *stimulus, enum what what, uint32_t value)
{
    for (size_t i = 0; i < stimulus->num_packets; i++)
        if (*number_of(&stimulus->packets[i], what) == value)
            return true;
    return false;
}

// The lowest number in use that is at least `value`; UINT32_MAX: none.
static uint32_t next_in_use(const struct stimulus *stimulus, enum what what, uint32_t value)
{
    uint32_t lowest = UINT32_MAX;
    for (size_t i = 0; i < stimulus->num_packets; i++) {
        uint32_t number = *number_of(&stimulus->packets[i], what);
        if (number >= value && number < lowest)
            lowest = number;
    }
    return lowest;
}

static uint16_t mask_moved(uint16_t mask, uint32_t from, uint32_t to)
{
    if (!(mask >> from & 1))
        return mask;
    return (uint16_t)((mask & ~(1U << from)) | 1U << to);
}

// The only port that leads to a destination for those who send to it; UINT32_MAX: not one alone.
static uint32_t port_towards(const struct shrinking *self, uint32_t to)
{
    uint64_t ports = 0;
    for (size_t i = 0; i < self->best->num_packets; i++) {
        const struct stimulus_packet *packet = &self->best->packets[i];
        ports |= device_map_route(self->bench->map, self->best, packet->port, packet->vc, to).ports;
    }
    return ports && !(ports & (ports - 1)) ? (uint32_t)__builtin_ctzll(ports) : UINT32_MAX;
}

// Lets go along with the packets what is quiet on their channels.
static void move_quiet(const struct shrinking *self, struct stimulus *next, enum what what,
                       uint32_t from, uint32_t to)
{
    if (what == DESTINATIONS) {
        uint32_t from_port = port_towards(self, from);
        uint32_t to_port = port_towards(self, to);
        for (size_t i = 0; i < next->num_stalls; i++)
            if (next->stalls[i].port == from_port && to_port != UINT32_MAX)
                next->stalls[i].port = to_port;
    }
    for (size_t i = 0; what == IN_PORTS && i < next->num_pauses; i++)
        if (next->pauses[i].port == from)
            next->pauses[i].port = to;
    for (size_t i = 0; what == VCS && i < next->num_pauses; i++)
        next->pauses[i].vcs = mask_moved(next->pauses[i].vcs, from, to);
    for (size_t i = 0; what == VCS && i < next->num_stalls; i++)
        next->stalls[i].vcs = mask_moved(next->stalls[i].vcs, from, to);
}

// Gives all packets with one number another, with all that is quiet there or without.
static bool renumber(struct shrinking *self, enum what what, uint32_t from, uint32_t to)
{
    for (int with_quiet = 1; with_quiet >= 0; with_quiet--) {
        struct stimulus *next = shrink_next(self);
        if (!next)
            return false;
        for (size_t i = 0; i < next->num_packets; i++)
            if (*number_of(&next->packets[i], what) == from)
                *number_of(&next->packets[i], what) = to;
        if (with_quiet)
            move_quiet(self, next, what, from, to);
        if (shrink_keep(self))
            return true;
    }
    return false;
}

// Tries to do without a number: others that are in use, then the lowest ones that are not.
static bool replace(struct shrinking *self, enum what what, uint32_t value, uint32_t num)
{
    for (uint32_t to = 0; (to = next_in_use(self->best, what, to)) != UINT32_MAX; to++)
        if (to != value && renumber(self, what, value, to))
            return true;
    for (uint32_t to = 0; to < value && to < num && to < LOWEST_TRIED; to++)
        if (!in_use(self->best, what, to) && renumber(self, what, value, to))
            return true;
    return false;
}

// Gives single packets lower numbers that are in use.
static bool lower_each(struct shrinking *self, enum what what)
{
    bool helped = false;
    for (size_t i = 0; i < self->best->num_packets && i < MOST_PACKETS; i++)
        for (uint32_t to = 0; (to = next_in_use(self->best, what, to)) != UINT32_MAX; to++) {
            struct stimulus *next =
                to < *number_of(&self->best->packets[i], what) ? shrink_next(self) : NULL;
            if (!next)
                break;
            *number_of(&next->packets[i], what) = to;
            if (shrink_keep(self)) {
                helped = true;
                break;
            }
        }
    return helped;
}

static bool fewer(struct shrinking *self, enum what what, uint32_t num)
{
    bool helped = false;
    for (uint32_t value = num; value-- > 0 && !self->over;)
        if (in_use(self->best, what, value))
            helped |= replace(self, what, value, num);
    return lower_each(self, what) || helped;
}

bool shrink_in_ports(struct shrinking *self)
{
    return fewer(self, IN_PORTS, self->bench->spec->num_ports);
}

bool shrink_destinations(struct shrinking *self)
{
    return fewer(self, DESTINATIONS, self->bench->spec->num_destinations);
}

bool shrink_vcs(struct shrinking *self)
{
    return fewer(self, VCS, self->bench->spec->num_vcs);
}

// Fewer VCs in one interval.
static bool fewer_vcs_quiet(struct shrinking *self, bool stalls, size_t i)
{
    bool helped = false;
    for (uint32_t vc = 0; vc < self->bench->spec->num_vcs; vc++) {
        const struct stimulus_quiet *now = stalls ? &self->best->stalls[i] : &self->best->pauses[i];
        uint16_t left = now->vcs & (uint16_t) ~(1U << vc);
        struct stimulus *next = left && left != now->vcs ? shrink_next(self) : NULL;
        if (!next)
            continue;
        *(stalls ? &next->stalls[i].vcs : &next->pauses[i].vcs) = left;
        helped |= shrink_keep(self);
    }
    return helped;
}

bool shrink_quiet_vcs(struct shrinking *self)
{
    bool helped = false;
    for (size_t i = 0; i < self->best->num_stalls; i++)
        helped |= fewer_vcs_quiet(self, true, i);
    for (size_t i = 0; i < self->best->num_pauses; i++)
        helped |= fewer_vcs_quiet(self, false, i);
    return helped;
}
