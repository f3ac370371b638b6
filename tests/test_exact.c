// SPDX-License-Identifier: Apache-2.0
// Cycle-exact comparison: of the reference with itself, and with a reference that is crooked in one
// place.
#include "sim/workbench/device_reference.h"
#include "sim/workbench/exact.h"
#include "tests/bench_map.h"

#include <criterion/criterion.h>
#include <string.h>

enum crook {
    CROOK_NONE,
    CROOK_VALID,
    CROOK_ELSEWHERE,
    CROOK_VC,
    CROOK_CODE,
    CROOK_TAIL,
    CROOK_DESTINATION,
    CROOK_CONTENT,
    CROOK_CREDIT
};

// The reference, but for the first flit, or credit, at port 2.
struct crooked {
    struct device reference;
    enum crook crook;
    bool done;
};

static void crooked_free(void *of)
{
    device_free(&((struct crooked *)of)->reference);
}

static bool crooked_begin(void *of, const struct stimulus *setup, struct err *err)
{
    struct crooked *self = of;
    self->done = false;
    return self->reference.ops->begin(self->reference.self, setup, err);
}

static void bend(struct crooked *self, struct device_pins *out)
{
    struct device_forward *wires = &out->forward[2];
    if (self->done || !(self->crook == CROOK_CREDIT ? out->backward[2] != 0 : wires->valid))
        return;
    self->done = true;
    wires->packet = wires->flit = 0; // pins do not tell
    switch (self->crook) {
    case CROOK_NONE:
        break;
    case CROOK_VALID:
        *wires = (struct device_forward){0};
        break;
    case CROOK_ELSEWHERE:
        out->forward[1] = *wires;
        break;
    case CROOK_VC:
        wires->vc ^= 1;
        break;
    case CROOK_CODE:
        wires->oddities = DEVICE_ODD_VC;
        break;
    case CROOK_TAIL:
        wires->tail = !wires->tail;
        break;
    case CROOK_DESTINATION:
        wires->bits[0] ^= 1;
        break;
    case CROOK_CONTENT:
        wires->bits[0] ^= 1 << 20;
        break;
    case CROOK_CREDIT:
        out->backward[2] = 3;
        break;
    }
}

static void crooked_settle(void *of, enum device_phase phase, uint64_t step,
                           const struct device_pins *in, struct device_pins *out)
{
    struct crooked *self = of;
    self->reference.ops->settle(self->reference.self, phase, step, in, out);
    bend(self, out);
}

static void crooked_clock(void *of)
{
    struct crooked *self = of;
    self->reference.ops->clock(self->reference.self);
}

static const struct device_ops crooked_ops = {.name = "crooked",
                                              .free = crooked_free,
                                              .begin = crooked_begin,
                                              .settle = crooked_settle,
                                              .clock = crooked_clock};

// Two packets to port 2, the first of them at once, then one that comes in there.
static struct failure compare(enum crook crook, uint32_t *out_flits)
{
    struct bench_map asked = {.in = DEVICE_CREDIT,
                              .out = DEVICE_CREDIT,
                              .more = "reference: {router: {pipeline: 1}}\nclaims: [exact]\n"};
    struct device_map *map = bench_map(&asked);
    struct crooked crooked = {.crook = crook};
    struct device reference = {0};
    struct err err = {0};
    cr_assert(device_reference_open(&crooked.reference, map, &err), "%s", err.text);
    cr_assert(device_reference_open(&reference, map, &err), "%s", err.text);
    struct device device = {.ops = &crooked_ops, .self = &crooked};
    struct stimulus_packet packets[] = {{.cycle = 5, .port = 0, .vc = 1, .to = 2, .flits = 3},
                                        {.cycle = 5, .port = 1, .vc = 0, .to = 2, .flits = 1},
                                        {.cycle = 7, .port = 2, .vc = 1, .to = 0, .flits = 1}};
    struct stimulus stimulus = {
        .mode = SWITCHING_WORMHOLE, .packets = packets, .num_packets = 3, .last_cycle = 100};
    struct exact *exact = exact_new(map, &reference, &stimulus, &err);
    cr_assert_not_null(exact, "%s", err.text);
    struct play_checker checker = exact_checker(exact);
    struct play_result result;
    cr_assert(play(map, &device, &stimulus, &checker, 1, &result, &err), "%s", err.text);
    exact_free(exact);
    *out_flits = (uint32_t)result.flits_out;
    device_free(&device);
    device_free(&reference);
    device_map_free(map);
    return result.failure;
}

Test(exact, the_reference_is_the_reference_until_the_last_flit_has_left)
{
    uint32_t flits;
    struct failure failure = compare(CROOK_NONE, &flits);
    cr_assert(!failure.found, "%s", failure.text);
    cr_assert_eq(flits, 5);
}

static const struct {
    enum crook crook;
    uint64_t cycle;
    uint32_t port;
    bool output;
    const char *field, *expected, *actual;
    const char *text;
} cases[] = {
    {CROOK_VALID, 7, 2, true, "valid", "1", "0",
     "output 2: valid is 0, and 1 in the reference, which is flit 0 of packet 0"},
    {CROOK_ELSEWHERE, 7, 1, true, "valid", "0", "1",
     "output 1: valid is 1, and 0 in the reference"},
    {CROOK_VC, 7, 2, true, "vc", "0", "1",
     "output 2: vc is 1, and 0 in the reference, which is flit 0 of packet 0"},
    {CROOK_CODE, 7, 2, true, "encoding", NULL, NULL, NULL},
    {CROOK_TAIL, 7, 2, true, "tail", "0", "1",
     "output 2: tail is 1, and 0 in the reference, which is flit 0 of packet 0"},
    {CROOK_DESTINATION, 7, 2, true, "destination", NULL, NULL, NULL},
    {CROOK_CONTENT, 7, 2, true, "content", NULL, NULL, NULL},
    {CROOK_CREDIT, 9, 2, false, "credit", "VCs 1", "VCs 0, 1",
     "input 2: credit is VCs 0, 1, and VCs 1 in the reference"},
};

Test(exact, a_difference_is_told_by_cycle_port_and_field)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t flits;
        struct failure failure = compare(cases[i].crook, &flits);
        cr_assert(failure.found, "%s", cases[i].field);
        cr_assert_eq(failure.rule, RULE_EXACT);
        cr_assert_eq(failure.cycle, cases[i].cycle, "%s", failure.text);
        cr_assert(failure.port == cases[i].port && failure.output == cases[i].output);
        cr_assert(!strncmp(failure.field, cases[i].field, strlen(cases[i].field)), "%s",
                  failure.field);
        cr_assert(strcmp(failure.expected, failure.actual), "%s", failure.expected);
        if (cases[i].text) {
            cr_assert_str_eq(failure.expected, cases[i].expected);
            cr_assert_str_eq(failure.actual, cases[i].actual);
            cr_assert_str_eq(failure.text, cases[i].text);
        }
    }
}
