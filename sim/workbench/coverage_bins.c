// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/coverage_bins.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_TURNS = 100000 }; // above which turns are counted whatever VC packets leave by

// What a dimension is, which tells its size and how its values are named.
enum dim_kind { DIM_NONE, DIM_PORT, DIM_VC, DIM_OUT_VC, DIM_MODE, DIM_NAMED };

struct dim {
    enum dim_kind kind;
    const char *before; // in the names of bins
    const char *const *names;
    uint32_t num;
};

struct group {
    const char *name;
    const char *text;
    bool (*applies)(const struct device_spec *spec); // NULL: always
    struct dim dims[COVERAGE_DIMS];
};

static bool is_router(const struct device_spec *spec)
{
    return !spec->network;
}

static bool has_vcs(const struct device_spec *spec)
{
    return spec->num_vcs > 1;
}

static bool is_router_of_vcs(const struct device_spec *spec)
{
    return !spec->network && spec->num_vcs > 1;
}

static bool has_credits(const struct device_spec *spec)
{
    return spec->in.flow == DEVICE_CREDIT || spec->out.flow == DEVICE_CREDIT;
}

static bool has_off(const struct device_spec *spec)
{
    return spec->in.flow == DEVICE_ON_OFF;
}

#define NAMED(joiner, ...)                                                                         \
    {                                                                                              \
        .kind = DIM_NAMED, .before = joiner, .names = (const char *const[]){__VA_ARGS__},          \
        .num = sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *)                   \
    }
#define SIDE NAMED("", "input", "output")

static const struct group groups[COVERAGE_NUM_GROUPS] = {
    [COVERAGE_TURN] =
        {"turns",
         "a packet from every input and VC to every output and VC that it may take",
         NULL,
         {{DIM_PORT, "from "}, {DIM_VC, " VC "}, {DIM_PORT, " to "}, {DIM_OUT_VC, " VC "}}},
    [COVERAGE_MODE] = {"modes",
                       "a packet from every input to every output under every switching mode",
                       NULL,
                       {{DIM_MODE, ""}, {DIM_PORT, ": from "}, {DIM_PORT, " to "}}},
    [COVERAGE_LENGTH] = {"lengths",
                         "the shortest and the longest packet from every input under every mode",
                         NULL,
                         {{DIM_MODE, ""},
                          {DIM_PORT, ": from "},
                          NAMED(" the ", "shortest packet", "longest packet")}},
    [COVERAGE_BUFFER] = {"buffers",
                         "every input VC full, and empty again after that",
                         NULL,
                         {{DIM_PORT, "input "},
                          {DIM_VC, " VC "},
                          NAMED(" ", "full", "empty again")}},
    [COVERAGE_ROOM] = {"room",
                       "every output VC without room, and with all of it again",
                       NULL,
                       {{DIM_PORT, "output "},
                        {DIM_VC, " VC "},
                        NAMED(" ", "without room", "with all room again")}},
    [COVERAGE_LAST] = {"last credit",
                       "a credit that comes back in the cycle in which the last one is spent",
                       has_credits,
                       {SIDE, {DIM_PORT, " "}, {DIM_VC, " VC "}}},
    [COVERAGE_SLACK] = {"slack",
                        "a flit that comes in as the input says off",
                        has_off,
                        {{DIM_PORT, "input "}, {DIM_VC, " VC "}}},
    [COVERAGE_HEAD_WON] = {"heads served",
                           "a head of each input leaves by an output that one of another waits for",
                           is_router,
                           {{DIM_PORT, "output "},
                            {DIM_PORT, " to "},
                            {DIM_PORT, " as a head waited at "}}},
    [COVERAGE_FLIT_WON] = {"flits served",
                           "a flit of each input leaves as a packet of another is under way",
                           is_router_of_vcs,
                           {{DIM_PORT, "output "},
                            {DIM_PORT, " to "},
                            {DIM_PORT, " as a packet was under way from "}}},
    [COVERAGE_VC_WON] = {"VCs served",
                         "a flit of each VC of an input leaves as one of another could",
                         is_router_of_vcs,
                         {{DIM_PORT, "input "}, {DIM_VC, " VC "}, {DIM_VC, " before VC "}}},
    [COVERAGE_ALL_ASK] = {"crowds",
                          "every input that leads to an output asks for it at once",
                          is_router,
                          {{DIM_PORT, "all for output "}}},
    [COVERAGE_BLOCKED] = {"blocked heads",
                          "a head that could leave waits, for each reason",
                          is_router,
                          {{DIM_PORT, "input "},
                           NAMED(": ", "no room behind the output", "no room for the whole packet",
                                 "other packets hold the VCs", "another input's head goes first",
                                 "a packet of another VC goes on",
                                 "another VC of the input is served", "its tail has not come")}},
    [COVERAGE_FOLLOWED] = {"back to back",
                           "a head in the cycle after a tail",
                           NULL,
                           {SIDE, {DIM_PORT, " "}, NAMED(", ", "same VC", "other VC")}},
    [COVERAGE_WOVEN] = {"woven",
                        "flits of packets of two VCs one after the other",
                        has_vcs,
                        {SIDE, {DIM_PORT, " "}}},
    [COVERAGE_PAUSED] = {"pauses",
                         "a channel is idle in the middle of a packet",
                         NULL,
                         {SIDE, {DIM_PORT, " "}}},
    [COVERAGE_RESET] = {"resets",
                        "a reset at each kind of moment under every mode",
                        NULL,
                        {{DIM_MODE, ""},
                         NAMED(": ", "when idle again", "with flits inside",
                               "in the middle of a packet coming in",
                               "in the middle of a packet going out", "with a full buffer")}},
};

const char *coverage_group_name(enum coverage_group group)
{
    return groups[group].name;
}

const char *coverage_group_text(enum coverage_group group)
{
    return groups[group].text;
}

static uint32_t dim_size(const struct dim *dim, const struct device_spec *spec)
{
    uint64_t inputs = (uint64_t)spec->num_ports * spec->num_vcs;
    switch (dim->kind) {
    case DIM_NONE:
        return 1;
    case DIM_PORT:
        return spec->num_ports;
    case DIM_VC:
        return spec->num_vcs;
    case DIM_OUT_VC:
        return spec->network || inputs * inputs > MOST_TURNS ? 1 : spec->num_vcs;
    case DIM_MODE:
        return spec->num_modes;
    case DIM_NAMED:
        return dim->num;
    }
    return 1;
}

bool coverage_bins_make(struct coverage_bins bins[COVERAGE_NUM_GROUPS],
                        const struct device_spec *spec, struct err *err)
{
    for (uint32_t g = 0; g < COVERAGE_NUM_GROUPS; g++) {
        struct coverage_bins *self = &bins[g];
        uint32_t num = 1;
        for (uint32_t d = 0; d < COVERAGE_DIMS; d++) {
            self->size[d] = dim_size(&groups[g].dims[d], spec);
            num *= self->size[d];
        }
        if (groups[g].applies && !groups[g].applies(spec))
            continue;
        self->num = num;
        self->state = calloc(num, sizeof *self->state);
        if (spec->num_positions > 1)
            self->position = calloc(num, sizeof *self->position);
        if (!self->state || (spec->num_positions > 1 && !self->position))
            return err_set(err, ERR_RUN, "out of memory for %u bins of coverage", num);
    }
    return true;
}

void coverage_bins_free(struct coverage_bins bins[COVERAGE_NUM_GROUPS])
{
    for (uint32_t g = 0; g < COVERAGE_NUM_GROUPS; g++) {
        free(bins[g].state);
        free(bins[g].position);
    }
}

void coverage_bin_at(const struct coverage_bins *bins, uint32_t bin, uint32_t at[COVERAGE_DIMS])
{
    for (uint32_t d = COVERAGE_DIMS; d-- > 0;) {
        at[d] = bin % bins->size[d];
        bin /= bins->size[d];
    }
}

void coverage_bin_name(const struct coverage_bins *bins, enum coverage_group group,
                       const struct device_spec *spec, uint32_t bin, char *text, size_t size)
{
    uint32_t at[COVERAGE_DIMS];
    coverage_bin_at(bins, bin, at);
    text[0] = '\0';
    for (uint32_t d = 0; d < COVERAGE_DIMS; d++) {
        const struct dim *dim = &groups[group].dims[d];
        size_t used = strlen(text);
        char *to = text + used;
        size_t left = size - used;
        switch (dim->kind) {
        case DIM_NONE:
            break;
        case DIM_PORT:
            snprintf(to, left, "%s%s", dim->before, spec->port_names[at[d]]);
            break;
        case DIM_VC:
        case DIM_OUT_VC:
            if (bins->size[d] > 1)
                snprintf(to, left, "%s%u", dim->before, at[d]);
            break;
        case DIM_MODE:
            snprintf(to, left, "%s%s", dim->before, switching_names[spec->modes[at[d]]]);
            break;
        case DIM_NAMED:
            snprintf(to, left, "%s%s", dim->before, dim->names[at[d]]);
            break;
        }
    }
}
