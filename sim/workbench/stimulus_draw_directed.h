// SPDX-License-Identifier: Apache-2.0
// Directed corner cases, rows of the table of kinds (stimulus_draw.c says what each is for).
#ifndef ORDITO_SIM_WORKBENCH_STIMULUS_DRAW_DIRECTED_H
#define ORDITO_SIM_WORKBENCH_STIMULUS_DRAW_DIRECTED_H

#include "sim/workbench/stimulus_draw_scene.h"

// stimulus_draw_packets.c: of packets and what comes before and after them
void directed_alone(struct scene *scene);
void directed_alone_long(struct scene *scene);
void directed_buffer_sizes(struct scene *scene);
void directed_head_after_tail(struct scene *scene);
void directed_turning(struct scene *scene);
void directed_destinations(struct scene *scene);
void directed_pause_offsets(struct scene *scene);
void directed_rotations(struct scene *scene);
void directed_spread(struct scene *scene);
void directed_gather(struct scene *scene);

// stimulus_draw_pressure.c: of outputs that several ask for, and of those that are blocked
void directed_two_ask(struct scene *scene);
void directed_all_ask(struct scene *scene);
void directed_all_vcs_ask(struct scene *scene);
void directed_crowd(struct scene *scene);
bool directed_has_crowd(const struct device_spec *spec);
void directed_brim(struct scene *scene);
void directed_last_credit(struct scene *scene);
void directed_full_flow(struct scene *scene);
void directed_stall_offsets(struct scene *scene);
void directed_other_vc_goes(struct scene *scene);
void directed_head_of_line(struct scene *scene);

// stimulus_draw_resets.c
void directed_reset_idle(struct scene *scene);
void directed_reset_full(struct scene *scene);
void directed_reset_offsets(struct scene *scene);

// Parts that others use too: fills every buffer while all outputs are blocked until `cycle` of
// the scene, which it moves there; blocks VCs of an output from `from_cycle` on for ever but in
// cycles that are listed, ascending, and from the last of them on.
void directed_fill(struct scene *scene);
void directed_open_at(struct scene *scene, uint64_t from_cycle, uint32_t output, uint16_t vcs,
                      const uint64_t *cycles, uint32_t num);

#endif
