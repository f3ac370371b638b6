// SPDX-License-Identifier: Apache-2.0
// A stimulus that is being drawn: what all kinds share. Kinds put packets, pauses, stalls and
// resets at cycles from `cycle` on, and move that on by scene_pass to where the next part begins.
//
// Memory that cannot be had is noted in `failed`, and told by stimulus_draw.
#ifndef ORDITO_SIM_WORKBENCH_STIMULUS_DRAW_SCENE_H
#define ORDITO_SIM_WORKBENCH_STIMULUS_DRAW_SCENE_H

#include "sim/rng.h"
#include "sim/workbench/device_ways.h"
#include "sim/workbench/stimulus_draw.h"

struct scene {
    const struct device_map *map;
    const struct device_spec *spec;
    struct stimulus *stimulus;
    struct device_ways ways;
    struct rng rng;
    uint64_t cycle;      // where the next part begins
    uint32_t max_flits;  // longest packet of the mode
    uint32_t long_flits; // longest that is sent often: `max_flits` may be thousands
    uint16_t all_vcs;
    bool failed;
    struct err *err;
    uint64_t end_cycle; // last one of which anything is said
    uint64_t flits;     // sent so far
    uint32_t visit;     // see scene_each_way
    uint32_t visits;
};

bool scene_begin(struct scene *self, const struct device_map *map, uint64_t seed,
                 struct stimulus *stimulus, struct err *err);
// Sets when the run ends. False if something failed.
bool scene_end(struct scene *self);

// Uniform in low..high.
uint32_t scene_draw(struct scene *self, uint32_t low, uint32_t high);
bool scene_percent(struct scene *self, uint32_t percent);
// A length that packets may have, next to `flits`.
uint32_t scene_length(const struct scene *self, uint32_t flits);

// A destination of an input VC, or one whose way leads to an output port, and if there is such a
// way to this alone. False: there is none.
bool scene_any_to(struct scene *self, uint32_t port, uint32_t vc, uint32_t *to);
bool scene_to_output(struct scene *self, uint32_t port, uint32_t vc, uint32_t output, uint32_t *to);
// The same, with leave to leave by one of `vcs` at least.
bool scene_to_output_by(struct scene *self, uint32_t port, uint32_t vc, uint32_t output,
                        uint16_t vcs, uint32_t *to);

// A packet whose length is made one that it may have.
void scene_packet(struct scene *self, uint64_t cycle, uint32_t port, uint32_t vc, uint32_t to,
                  uint32_t flits);
// The same, to an output port. False, and none is sent, if no way leads there.
bool scene_send(struct scene *self, uint64_t cycle, uint32_t port, uint32_t vc, uint32_t output,
                uint32_t flits);
// The same by the first VC from `vc` on that leads there.
bool scene_send_by(struct scene *self, uint64_t cycle, uint32_t port, uint32_t vc, uint32_t output,
                   uint32_t flits);
void scene_stall(struct scene *self, uint64_t from_cycle, uint64_t to_cycle, uint32_t output,
                 uint16_t vcs);
void scene_stall_all(struct scene *self, uint64_t from_cycle, uint64_t to_cycle);
void scene_pause(struct scene *self, uint64_t from_cycle, uint64_t to_cycle, uint32_t port,
                 uint16_t vcs);
void scene_reset(struct scene *self, uint64_t cycle);

// Goes on to where `flits` flits, one after another, have left the device.
void scene_pass(struct scene *self, uint64_t flits);
// How long resetting and setting up take at most, by guess.
uint64_t scene_reset_cycles(const struct scene *self);

// The distance between those of `total` of which about `most` are visited; odd, so that none of the
// ports, of which there are powers of two, is left out for good.
uint32_t scene_step(uint32_t total, uint32_t most);

// Call `part` for every way from an input VC to an output port; for every output port, input port,
// or input VC, from or to which there are ways. Where there are more than `most`, for so many of
// them, from one on that the seed tells.
typedef void scene_part(struct scene *self, uint32_t port, uint32_t vc, uint32_t output);
void scene_each_way(struct scene *self, uint32_t most, scene_part *part);
void scene_each_turn(struct scene *self, uint32_t most, scene_part *part); // VCs change
void scene_each_output(struct scene *self, uint32_t most, scene_part *part);
void scene_each_input(struct scene *self, uint32_t most, scene_part *part);
void scene_each_input_vc(struct scene *self, uint32_t most, scene_part *part);

// For kinds that need two VCs, or packets of two flits.
bool scene_has_vcs(const struct device_spec *spec);
bool scene_has_lengths(const struct device_spec *spec);

#endif
