// SPDX-License-Identifier: Apache-2.0
// Constrained random traffic: what a profile fixes of what is otherwise drawn.
#ifndef ORDITO_SIM_WORKBENCH_STIMULUS_DRAW_PROFILE_H
#define ORDITO_SIM_WORKBENCH_STIMULUS_DRAW_PROFILE_H

#include "sim/workbench/stimulus_draw_scene.h"

enum stimulus_lengths {
    LENGTHS_ANY,     // short, about a buffer's depth, anything
    LENGTHS_LONGEST, // the longest there are, but for a few
    LENGTHS_SHORTEST,
    LENGTHS_ENDS // either
};

enum stimulus_pattern {
    PATTERN_UNIFORM,
    PATTERN_HOT, // most to one output port, the rest anywhere
    PATTERN_ONE, // all to one, from where there is a way
    PATTERN_PERMUTATION,
    PATTERN_NEIGHBOUR // to the next port
};

enum stimulus_vcs { VCS_ANY, VCS_ONE };

// How channels are quiet: for so many percent of the time, in intervals of 1 to so many cycles.
struct stimulus_hush {
    uint32_t percent;
    uint32_t most_cycles;
    bool single; // VCs one by one
};

struct stimulus_profile {
    enum stimulus_lengths lengths;
    enum stimulus_pattern pattern;
    enum stimulus_vcs vcs;
    uint32_t load_percent; // of a flit a cycle at each input port; 0: drawn for each port
    uint32_t most_burst;   // packets that are there at once: 1 to so many
    struct stimulus_hush stalls;
    struct stimulus_hush pauses;
    uint32_t full_stalls; // times that all outputs are blocked for long
    uint32_t most_resets; // while packets are in flight: 1 to so many; 0: none
};

void stimulus_draw_profile(struct scene *scene, const struct stimulus_profile *profile);

#endif
