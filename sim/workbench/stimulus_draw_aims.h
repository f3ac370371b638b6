// SPDX-License-Identifier: Apache-2.0
// Parts of stimuli that aim at a bin of coverage, one function a group.
#ifndef ORDITO_SIM_WORKBENCH_STIMULUS_DRAW_AIMS_H
#define ORDITO_SIM_WORKBENCH_STIMULUS_DRAW_AIMS_H

#include "sim/workbench/coverage_bins.h"
#include "sim/workbench/stimulus_draw_scene.h"

// `at` are the bin's dimensions; of a turn the number of VCs, if it may leave by any. False, and
// nothing is drawn, where the position or mode that the scene is in has no way to it.
typedef bool aim_part(struct scene *scene, const uint32_t at[COVERAGE_DIMS]);

// stimulus_draw_aims.c
aim_part aim_turn, aim_mode, aim_length, aim_buffer, aim_room, aim_last, aim_followed, aim_woven,
    aim_paused, aim_reset;

// stimulus_draw_contests.c: of several that want the same
aim_part aim_contest, aim_vcs, aim_all_ask, aim_blocked;

// Blocks an output, and fills what leads to it from an input VC, until `cycle` of the scene, which
// it moves there.
void aim_fill(struct scene *scene, uint32_t port, uint32_t vc, uint32_t output);

#endif
