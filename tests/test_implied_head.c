// SPDX-License-Identifier: Apache-2.0
// Heads that no bits tell, as checkers see them.
#include "sim/workbench/play.h"
#include "tests/device_maps.h"

#include <criterion/criterion.h>

// A device without registers: what comes in by a port goes out by the port that its head names.
struct wires {
    const struct device_map *map;
    uint32_t to; // of the packet that is on its way
};

static bool begin(void *self, const struct stimulus *setup, struct err *err)
{
    (void)err;
    ((struct wires *)self)->to = setup->packets[0].to;
    return true;
}

static void settle(void *of, enum device_phase phase, uint64_t step, const struct device_pins *in,
                   struct device_pins *out)
{
    const struct wires *self = of;
    (void)phase;
    (void)step;
    *out = (struct device_pins){0};
    out->forward[self->to].valid = in->forward[0].valid;
    for (uint32_t w = 0; w < DEVICE_FLIT_WORDS; w++)
        out->forward[self->to].bits[w] = in->forward[0].bits[w];
    out->backward[0] = in->backward[self->to];
    device_map_decode(self->map, &out->forward[self->to]);
}

static void clock_edge(void *self)
{
    (void)self;
}

struct seen {
    uint32_t heads;
    uint32_t tails;
    uint32_t flits;
    bool wrong;
};

static void look(void *of, const struct play_cycle *now, struct failure *failure)
{
    struct seen *self = of;
    (void)failure;
    for (uint64_t left = now->given; left; left &= left - 1) {
        const struct device_forward *out = &now->out->forward[__builtin_ctzll(left)];
        self->heads += out->head;
        self->tails += out->tail;
        self->flits++;
        self->wrong |= out->head != now->in->forward[0].head;
    }
}

Test(implied_head, the_first_flit_and_those_after_tails_are_heads)
{
    struct device_map *map = map_of(crossbar_map);
    struct wires wires = {.map = map};
    static const struct device_ops ops = {
        .name = "wires", .begin = begin, .settle = settle, .clock = clock_edge};
    struct device device = {.ops = &ops, .self = &wires};
    struct stimulus stimulus = {.last_cycle = 100};
    struct seen seen = {0};
    struct play_checker checker = {.cycle = look, .self = &seen};
    struct play_result result;
    struct err err = {0};
    const uint32_t flits[] = {1, 3, 1, 1, 4, 2};
    for (uint32_t i = 0; i < 6; i++)
        cr_assert(stimulus_add_packet(
            &stimulus, (struct stimulus_packet){.to = 2, .flits = flits[i], .content = i}, &err));
    cr_assert(stimulus_add_stall(
        &stimulus, (struct stimulus_quiet){.from_cycle = 3, .to_cycle = 6, .port = 2, .vcs = 1},
        &err));
    cr_assert(play(map, &device, &stimulus, &checker, 1, &result, &err), "%s", err.text);
    cr_assert(!result.failure.found && !seen.wrong);
    cr_assert(seen.heads == 6 && seen.tails == 6 && seen.flits == 12);
    stimulus_free(&stimulus);
    device_map_free(map);
}
