// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/coverage_state.h"
#include "sim/workbench/stimulus_draw_aims.h"

enum {
    MOST_PARTS = 16, // of a stimulus, each of which aims at a bin
    MOST_TRIES = 64, // to find bins that can be aimed at together
    MOST_CYCLES = 3000
};

static aim_part *const aims[COVERAGE_NUM_GROUPS] = {
    [COVERAGE_TURN] = aim_turn,         [COVERAGE_MODE] = aim_mode,
    [COVERAGE_LENGTH] = aim_length,     [COVERAGE_BUFFER] = aim_buffer,
    [COVERAGE_ROOM] = aim_room,         [COVERAGE_LAST] = aim_last,
    [COVERAGE_SLACK] = aim_buffer,      [COVERAGE_HEAD_WON] = aim_contest,
    [COVERAGE_FLIT_WON] = aim_contest,  [COVERAGE_VC_WON] = aim_vcs,
    [COVERAGE_ALL_ASK] = aim_all_ask,   [COVERAGE_BLOCKED] = aim_blocked,
    [COVERAGE_FOLLOWED] = aim_followed, [COVERAGE_WOVEN] = aim_woven,
    [COVERAGE_PAUSED] = aim_paused,     [COVERAGE_RESET] = aim_reset,
};

struct hole {
    enum coverage_group group;
    uint32_t bin;
    uint32_t at[COVERAGE_DIMS];
};

static bool sought_enough(const struct coverage_bins *bins, uint32_t bin)
{
    return bins->state[bin] >> COVERAGE_SOUGHT_SHIFT >= COVERAGE_MOST_SOUGHT;
}

// Bins of a group from one on, until one that is not hit and not sought often enough.
static bool next_hole(const struct coverage_bins *bins, uint32_t from, uint32_t *bin)
{
    if (bins->hit == bins->allowed)
        return false;
    for (uint32_t k = 0; k < bins->num; k++) {
        *bin = (from + k) % bins->num;
        if (coverage_open(bins, *bin) && !sought_enough(bins, *bin))
            return true;
    }
    return false;
}

static bool pick_hole(const struct coverage *coverage, struct rng *rng, struct hole *hole)
{
    uint32_t from = (uint32_t)rng_below(rng, COVERAGE_NUM_GROUPS);
    for (uint32_t k = 0; k < COVERAGE_NUM_GROUPS; k++) {
        hole->group = (from + k) % COVERAGE_NUM_GROUPS;
        const struct coverage_bins *bins = &coverage->bins[hole->group];
        if (!bins->num || !next_hole(bins, (uint32_t)rng_below(rng, bins->num), &hole->bin))
            continue;
        coverage_bin_at(bins, hole->bin, hole->at);
        if (hole->group == COVERAGE_TURN && bins->size[3] == 1)
            hole->at[3] = coverage->spec->num_vcs; // by any VC
        return true;
    }
    return false;
}

// True if a bin can be hit under a mode.
static bool suits(const struct coverage *coverage, const struct hole *hole, uint32_t mode)
{
    enum switching switching = coverage->spec->modes[mode];
    switch (hole->group) {
    case COVERAGE_MODE:
    case COVERAGE_LENGTH:
    case COVERAGE_RESET:
        return hole->at[0] == mode;
    case COVERAGE_PAUSED:
        return hole->at[0] == COVERAGE_IN || !switching_waits_for_tail(switching) ||
               coverage->spec->out.flow != DEVICE_CREDIT;
    case COVERAGE_BLOCKED:
        if (hole->at[1] == COVERAGE_NO_TAIL)
            return switching_waits_for_tail(switching);
        return hole->at[1] != COVERAGE_NO_WHOLE || switching_buffers_whole_packets(switching);
    default:
        return true;
    }
}

static void choose_setup(const struct coverage *coverage, const struct hole *hole, struct rng *rng,
                         struct stimulus *stimulus)
{
    const struct coverage_bins *bins = &coverage->bins[hole->group];
    uint32_t num = coverage->spec->num_modes, mode = (uint32_t)rng_below(rng, num);
    for (uint32_t k = 0; k < num && !suits(coverage, hole, mode); k++)
        mode = (mode + 1) % num;
    stimulus->mode = coverage->spec->modes[mode];
    stimulus->position = bins->position ? bins->position[hole->bin] : 0;
}

static bool aim(struct scene *scene, struct coverage *coverage, const struct hole *hole)
{
    if (!aims[hole->group](scene, hole->at))
        return false;
    coverage->bins[hole->group].state[hole->bin] += 1 << COVERAGE_SOUGHT_SHIFT;
    return true;
}

bool stimulus_draw_hole(const struct device_map *map, struct coverage *coverage, uint64_t seed,
                        struct stimulus *stimulus, struct err *err)
{
    struct rng rng = rng_make(seed, RNG_STIMULUS, UINT64_MAX);
    struct hole hole;
    if (!pick_hole(coverage, &rng, &hole))
        return false;
    choose_setup(coverage, &hole, &rng, stimulus);
    uint32_t mode = 0, parts = 0;
    while (coverage->spec->modes[mode] != stimulus->mode)
        mode++;
    struct scene scene;
    if (!scene_begin(&scene, map, seed, stimulus, err))
        scene.failed = true;
    for (uint32_t i = 0; !scene.failed && i < MOST_TRIES && parts < MOST_PARTS; i++) {
        if (suits(coverage, &hole, mode) && aim(&scene, coverage, &hole))
            parts++;
        if (scene.cycle > MOST_CYCLES || !pick_hole(coverage, &rng, &hole))
            break;
    }
    return scene_end(&scene) && parts;
}
