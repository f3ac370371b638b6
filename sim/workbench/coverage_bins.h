// SPDX-License-Identifier: Apache-2.0
// The bins of functional coverage: groups of up to four dimensions, which of their bins the
// specification allows, which were hit, and where each can be.
#ifndef ORDITO_SIM_WORKBENCH_COVERAGE_BINS_H
#define ORDITO_SIM_WORKBENCH_COVERAGE_BINS_H

#include "sim/err.h"
#include "sim/workbench/device_map.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { COVERAGE_DIMS = 4 };

enum coverage_group {
    COVERAGE_TURN,     // input port, VC, output port, VC
    COVERAGE_MODE,     // mode, input port, output port
    COVERAGE_LENGTH,   // mode, input port, enum coverage_length
    COVERAGE_BUFFER,   // input port, VC, enum coverage_fill
    COVERAGE_ROOM,     // output port, VC, enum coverage_room
    COVERAGE_LAST,     // enum coverage_side, port, VC
    COVERAGE_SLACK,    // input port, VC
    COVERAGE_HEAD_WON, // output port, input port that won, input port that waited
    COVERAGE_FLIT_WON, // the same
    COVERAGE_VC_WON,   // input port, VC that won, VC that waited
    COVERAGE_ALL_ASK,  // output port
    COVERAGE_BLOCKED,  // input port, enum coverage_reason
    COVERAGE_FOLLOWED, // enum coverage_side, port, enum coverage_next
    COVERAGE_WOVEN,    // enum coverage_side, port
    COVERAGE_PAUSED,   // enum coverage_side, port
    COVERAGE_RESET,    // mode, enum coverage_moment
    COVERAGE_NUM_GROUPS
};

enum coverage_side { COVERAGE_IN, COVERAGE_OUT };
enum coverage_length { COVERAGE_SHORTEST, COVERAGE_LONGEST };
enum coverage_fill { COVERAGE_FULL, COVERAGE_EMPTY };
enum coverage_room { COVERAGE_USED_UP, COVERAGE_ALL_BACK };
enum coverage_next { COVERAGE_SAME_VC, COVERAGE_OTHER_VC };

enum coverage_reason {
    COVERAGE_NO_ROOM,    // a VC is free, but has no room for a flit
    COVERAGE_NO_WHOLE,   // it has room, but not for the whole packet
    COVERAGE_VC_HELD,    // other packets hold all VCs that it may leave by
    COVERAGE_HEAD_LOST,  // the head of another input left instead
    COVERAGE_BUSY,       // a flit of a packet that had begun left instead, by another VC
    COVERAGE_OWN_BUSY,   // another VC of the same input was served
    COVERAGE_NO_TAIL,    // store-and-forward: its tail had not come yet
    COVERAGE_NUM_REASONS // of blocked heads
};

enum coverage_moment {
    COVERAGE_IDLE,     // after something went through
    COVERAGE_INSIDE,   // flits were in the device
    COVERAGE_HALF_IN,  // a packet had come in partly
    COVERAGE_HALF_OUT, // a packet had left partly
    COVERAGE_BRIM,     // a buffer was full
    COVERAGE_NUM_MOMENTS
};

struct coverage_bins {
    uint32_t size[COVERAGE_DIMS];
    uint32_t num;       // their product; 0: the group makes no sense for the device
    uint32_t allowed;   // bins
    uint32_t hit;       // bins
    uint8_t *state;     // of a bin: flags, and above them how often it was sought
    uint32_t *position; // of a bin: one in which it can be; NULL: there is only one
};

enum {
    COVERAGE_ALLOWED = 1,
    COVERAGE_HIT = 2,
    COVERAGE_SOUGHT_SHIFT = 2,
    COVERAGE_MOST_SOUGHT = 24
};

const char *coverage_group_name(enum coverage_group group);
const char *coverage_group_text(enum coverage_group group); // what is to happen

// All groups as a device needs them, with no bin allowed. False if out of memory.
bool coverage_bins_make(struct coverage_bins bins[COVERAGE_NUM_GROUPS],
                        const struct device_spec *spec, struct err *err);
void coverage_bins_free(struct coverage_bins bins[COVERAGE_NUM_GROUPS]);

// Which bins a device can reach (coverage_reach.c). `crowd` tells for each output port from how
// many input ports packets come to it, where they are most.
bool coverage_bins_allow(struct coverage_bins bins[COVERAGE_NUM_GROUPS],
                         const struct device_map *map, uint32_t crowd[DEVICE_MAX_PORTS],
                         struct err *err);

// A bin in words.
void coverage_bin_name(const struct coverage_bins *bins, enum coverage_group group,
                       const struct device_spec *spec, uint32_t bin, char *text, size_t size);
void coverage_bin_at(const struct coverage_bins *bins, uint32_t bin, uint32_t at[COVERAGE_DIMS]);

static inline uint32_t coverage_bin(const struct coverage_bins *bins, uint32_t a, uint32_t b,
                                    uint32_t c, uint32_t d)
{
    return ((a * bins->size[1] + b) * bins->size[2] + c) * bins->size[3] + d;
}

static inline void coverage_hit(struct coverage_bins *bins, uint32_t a, uint32_t b, uint32_t c,
                                uint32_t d)
{
    if (!bins->num)
        return;
    uint8_t *state = &bins->state[coverage_bin(bins, a, b, c, d)];
    if ((*state & (COVERAGE_ALLOWED | COVERAGE_HIT)) == COVERAGE_ALLOWED) {
        *state |= COVERAGE_HIT;
        bins->hit++;
    }
}

// Bins that can be hit still.
static inline bool coverage_open(const struct coverage_bins *bins, uint32_t bin)
{
    return (bins->state[bin] & (COVERAGE_ALLOWED | COVERAGE_HIT)) == COVERAGE_ALLOWED;
}

#endif
