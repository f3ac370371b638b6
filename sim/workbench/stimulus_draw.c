// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/stimulus_draw_directed.h"
#include "sim/workbench/stimulus_draw_profile.h"

#define DIRECTED(kind_name, kind_draw, kind_applies, kind_text)                                    \
    {                                                                                              \
        .name = kind_name, .text = kind_text, .directed = true, .applies = kind_applies,           \
        .draw = kind_draw                                                                          \
    }
#define PROFILE(kind_name, kind_applies, kind_text, ...)                                           \
    {                                                                                              \
        .name = kind_name, .text = kind_text, .applies = kind_applies,                             \
        .profile = &(const struct stimulus_profile)                                                \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }

const struct stimulus_kind stimulus_kinds[] = {
    DIRECTED("alone", directed_alone, NULL,
             "the shortest packet alone in the device, from every input VC to every output"),
    DIRECTED("alone-long", directed_alone_long, scene_has_lengths,
             "a long packet alone in the device, from every input to every output"),
    DIRECTED("destinations", directed_destinations, NULL,
             "every destination from every input VC, one after another"),
    DIRECTED("buffer-sizes", directed_buffer_sizes, NULL,
             "packets one flit shorter than a buffer, as long, and longer, blocked and not"),
    DIRECTED("head-after-tail", directed_head_after_tail, NULL,
             "a head at once after a tail in the same VC, to the same output"),
    DIRECTED("turning", directed_turning, NULL,
             "a head at once after a tail in the same VC, to another output each time"),
    DIRECTED("rotations", directed_rotations, NULL,
             "all inputs at once, each to another output, at full rate"),
    DIRECTED("two-ask", directed_two_ask, NULL,
             "two inputs ask for an output in the same cycle, when nothing else is there"),
    DIRECTED("all-ask", directed_all_ask, NULL,
             "all inputs ask for an output in the same cycle, whoever it served last"),
    DIRECTED("all-vcs-ask", directed_all_vcs_ask, NULL,
             "all VCs of all inputs ask for an output in the same cycle"),
    DIRECTED("spread", directed_spread, scene_has_vcs,
             "all VCs of an input at once, to different outputs"),
    DIRECTED("gather", directed_gather, scene_has_vcs,
             "all VCs of an input at once, to the same output"),
    DIRECTED("brim", directed_brim, NULL, "every buffer filled to the brim, then drained"),
    DIRECTED("last-credit", directed_last_credit, NULL,
             "room for a flit comes back as the last is used, at every distance"),
    DIRECTED("full-flow", directed_full_flow, NULL,
             "flits come into full buffers as others leave them"),
    DIRECTED("stall-offsets", directed_stall_offsets, NULL,
             "one cycle of back-pressure at every offset of a packet"),
    DIRECTED("pause-offsets", directed_pause_offsets, scene_has_lengths,
             "one cycle without a flit at every offset of a packet"),
    DIRECTED("other-vc-goes", directed_other_vc_goes, scene_has_vcs,
             "a VC of an output is blocked in the middle of a packet, and another goes on"),
    DIRECTED("head-of-line", directed_head_of_line, NULL,
             "packets to free outputs behind one that is blocked, and past it by other VCs"),
    DIRECTED("reset-idle", directed_reset_idle, NULL, "reset when nothing is in the device"),
    DIRECTED("reset-full", directed_reset_full, NULL, "reset when every buffer is full"),
    DIRECTED("reset-offsets", directed_reset_offsets, NULL,
             "reset at every offset of a packet: its first flit, in the middle, its last"),

    PROFILE("uniform", NULL, "packets of all lengths from anywhere to anywhere", .load_percent = 50,
            .most_burst = 2),
    PROFILE("saturated", NULL, "a flit a cycle at every input", .load_percent = 100),
    PROFILE("trickle", NULL, "hardly any traffic", .load_percent = 4),
    PROFILE("bursts", NULL, "many packets at once, then none", .load_percent = 30,
            .most_burst = 16),
    PROFILE("hot-output", NULL, "most packets to one output", .pattern = PATTERN_HOT,
            .load_percent = 60, .most_burst = 4),
    PROFILE("all-to-one", NULL, "all packets to one output", .pattern = PATTERN_ONE,
            .load_percent = 40, .most_burst = 2),
    PROFILE("permutation", NULL, "each input to an output of its own, at full rate",
            .pattern = PATTERN_PERMUTATION, .load_percent = 100),
    PROFILE("neighbours", NULL, "each input to the next port", .pattern = PATTERN_NEIGHBOUR,
            .load_percent = 80, .most_burst = 3),
    PROFILE("back-pressure", NULL, "outputs blocked for most of the time, and all for long",
            .load_percent = 50, .most_burst = 4, .full_stalls = 2,
            .stalls = {.percent = 60, .most_cycles = 40}),
    PROFILE("flicker", NULL, "outputs blocked for a cycle or two again and again",
            .load_percent = 100, .stalls = {.percent = 50, .most_cycles = 2}),
    PROFILE("blocked-vcs", scene_has_vcs, "single VCs of outputs blocked for long",
            .load_percent = 70, .most_burst = 3,
            .stalls = {.percent = 60, .most_cycles = 60, .single = true}),
    PROFILE("single-vc", NULL, "all packets by one VC", .vcs = VCS_ONE, .load_percent = 80,
            .most_burst = 4, .stalls = {.percent = 20, .most_cycles = 8}),
    PROFILE("longest", scene_has_lengths, "packets as long as may be", .lengths = LENGTHS_LONGEST,
            .load_percent = 70, .stalls = {.percent = 20, .most_cycles = 12}),
    PROFILE("shortest", NULL, "packets as short as may be", .lengths = LENGTHS_SHORTEST,
            .load_percent = 90, .most_burst = 4, .stalls = {.percent = 10, .most_cycles = 4}),
    PROFILE("long-and-short", scene_has_lengths, "the shortest packets among long ones",
            .lengths = LENGTHS_ENDS, .load_percent = 80, .most_burst = 3),
    PROFILE("stop-and-go", NULL, "senders pause in the middle of packets, outputs block at times",
            .load_percent = 80, .most_burst = 2, .pauses = {.percent = 50, .most_cycles = 6},
            .stalls = {.percent = 20, .most_cycles = 6}),
    PROFILE("mixed", NULL, "each input at a rate of its own, with pauses and back-pressure",
            .pattern = PATTERN_HOT, .most_burst = 6,
            .pauses = {.percent = 20, .most_cycles = 20, .single = true},
            .stalls = {.percent = 30, .most_cycles = 20, .single = true}),
    PROFILE("reset-in-flight", NULL, "resets while packets are under way", .load_percent = 70,
            .most_burst = 3, .most_resets = 3, .stalls = {.percent = 40, .most_cycles = 20}),
    // Long, so after all others
    DIRECTED("crowd", directed_crowd, directed_has_crowd,
             "all VCs of all inputs ask for an output for so long that one could starve"),
};

const size_t stimulus_num_kinds = sizeof stimulus_kinds / sizeof *stimulus_kinds;

bool stimulus_kind_applies(const struct stimulus_kind *kind, const struct device_map *map)
{
    return !kind->applies || kind->applies(device_map_spec(map));
}

bool stimulus_draw(const struct stimulus_kind *kind, const struct device_map *map, uint64_t seed,
                   struct stimulus *stimulus, struct err *err)
{
    struct scene scene;
    if (scene_begin(&scene, map, seed, stimulus, err)) {
        if (kind->profile)
            stimulus_draw_profile(&scene, kind->profile);
        else
            kind->draw(&scene);
    } else {
        scene.failed = true;
    }
    return scene_end(&scene);
}
