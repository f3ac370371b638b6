// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/exact.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct exact {
    const struct device_map *map;
    const struct device_spec *spec;
    struct device *reference;
    struct device_pins expected;
    uint64_t inside; // flits in the reference
};

struct exact *exact_new(const struct device_map *map, struct device *reference,
                        const struct stimulus *stimulus, struct err *err)
{
    struct exact *self = calloc(1, sizeof *self);
    if (!self) {
        err_set(err, ERR_RUN, "out of memory");
        return NULL;
    }
    self->map = map;
    self->spec = device_map_spec(map);
    self->reference = reference;
    if (reference->ops->begin(reference->self, stimulus, err))
        return self;
    exact_free(self);
    return NULL;
}

void exact_free(struct exact *self)
{
    free(self);
}

// A difference: where, in which field, and the values in words.
struct difference {
    uint64_t cycle;
    uint32_t port;
    bool output;
    const char *field;
    char expected[96];
    char actual[96];
};

static void report(const struct exact *self, const struct difference *found,
                   struct failure *failure)
{
    const struct device_forward *wires = &self->expected.forward[found->port];
    bool flit = found->output && wires->valid;
    struct failure what = {.rule = RULE_EXACT,
                           .cycle = found->cycle,
                           .output = found->output,
                           .port = found->port,
                           .vc = flit ? wires->vc : FAILURE_NONE,
                           .packet = flit ? wires->packet : FAILURE_NONE,
                           .flit = flit ? wires->flit : FAILURE_NONE};
    char story[64] = "";
    if (flit)
        snprintf(story, sizeof story, ", which is flit %" PRIu32 " of packet %" PRIu32, wires->flit,
                 wires->packet);
    snprintf(what.field, sizeof what.field, "%s", found->field);
    memcpy(what.expected, found->expected, sizeof what.expected);
    memcpy(what.actual, found->actual, sizeof what.actual);
    failure_set(failure, &what, "%s %s: %s is %s, and %s in the reference%s",
                found->output ? "output" : "input", self->spec->port_names[found->port],
                found->field, found->actual, found->expected, story);
}

static void write_number(char text[96], uint32_t number)
{
    snprintf(text, 96, "%" PRIu32, number);
}

static void write_vcs(char text[96], uint16_t vcs)
{
    const char *comma = "VCs ";
    size_t at = 0;
    if (!vcs)
        snprintf(text, 96, "none");
    for (uint32_t v = 0; v < DEVICE_MAX_VCS; v++) {
        if (!(vcs >> v & 1))
            continue;
        at += (size_t)snprintf(text + at, 96 - at, "%s%" PRIu32, comma, v);
        comma = ", ";
    }
}

// The bits that count, in hexadecimal; of wide flits the lowest.
static void write_bits(char text[96], const uint64_t bits[DEVICE_FLIT_WORDS], uint32_t num_bits)
{
    uint32_t digits = (num_bits + 3) / 4;
    uint32_t shown = digits < 80 ? digits : 80;
    size_t at = (size_t)snprintf(text, 96, "%s", digits > shown ? "0x..." : "0x");
    for (uint32_t d = shown; d-- > 0;)
        text[at++] = "0123456789abcdef"[bits[d / 16] >> d % 16 * 4 & 15];
    text[at] = '\0';
}

// A flag or number that differs.
static bool differs(struct difference *found, const char *field, uint32_t expected, uint32_t actual)
{
    found->field = field;
    write_number(found->expected, expected);
    write_number(found->actual, actual);
    return expected != actual;
}

static bool contents_differ(const struct exact *self, const struct device_forward *expected,
                            const struct device_forward *actual, struct difference *found)
{
    const uint64_t *kept = device_map_kept(self->map, expected->head);
    uint64_t a[DEVICE_FLIT_WORDS], b[DEVICE_FLIT_WORDS];
    for (uint32_t w = 0; w < DEVICE_FLIT_WORDS; w++) {
        a[w] = expected->bits[w] & kept[w];
        b[w] = actual->bits[w] & kept[w];
    }
    if (!memcmp(a, b, sizeof a))
        return false;
    found->field = device_map_field(self->map, expected->head, a, b);
    write_bits(found->expected, a, self->spec->flit_bits);
    write_bits(found->actual, b, self->spec->flit_bits);
    return true;
}

static bool outputs_differ(const struct exact *self, const struct device_forward *actual,
                           struct difference *found)
{
    const struct device_forward *expected = &self->expected.forward[found->port];
    if (differs(found, "valid", expected->valid, actual->valid))
        return true;
    return expected->valid && (differs(found, "encoding", 0, actual->oddities) ||
                               differs(found, "vc", expected->vc, actual->vc) ||
                               differs(found, "head", expected->head, actual->head) ||
                               differs(found, "tail", expected->tail, actual->tail) ||
                               contents_differ(self, expected, actual, found));
}

static void compare(const struct exact *self, const struct play_cycle *cycle,
                    struct failure *failure)
{
    for (uint32_t p = 0; p < self->spec->num_ports && !failure->found; p++) {
        struct difference found = {.cycle = cycle->cycle, .port = p, .output = true};
        uint16_t expected = self->expected.backward[p], actual = cycle->out->backward[p];
        if (outputs_differ(self, &cycle->out->forward[p], &found)) {
            report(self, &found, failure);
        } else if (expected != actual) {
            found.output = false;
            found.field = "credit";
            write_vcs(found.expected, expected);
            write_vcs(found.actual, actual);
            report(self, &found, failure);
        }
    }
}

// After a difference the reference goes no further: flow control holds for the device alone.
static void check(void *of, const struct play_cycle *cycle, struct failure *failure)
{
    struct exact *self = of;
    const struct device_ops *ops = self->reference->ops;
    if (failure->found)
        return;
    ops->settle(self->reference->self, cycle->phase, 0, cycle->in, &self->expected);
    if (cycle->phase == DEVICE_RUN)
        compare(self, cycle, failure);
    else
        self->inside = 0;
    if (failure->found)
        return;
    self->inside += (uint64_t)__builtin_popcountll(cycle->taken);
    for (uint32_t p = 0; p < self->spec->num_ports; p++)
        self->inside -= self->expected.forward[p].valid;
    ops->clock(self->reference->self);
}

static bool waits(const void *of)
{
    return ((const struct exact *)of)->inside > 0;
}

struct play_checker exact_checker(struct exact *self)
{
    return (struct play_checker){.cycle = check, .waits = waits, .self = self};
}
