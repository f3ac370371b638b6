// SPDX-License-Identifier: Apache-2.0
// The scoreboard on a network: small routers in a ring without datelines, which can lock up.
#include "sim/workbench/scoreboard.h"
#include "tests/bench_device.h"
#include "tests/bench_map.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODES = 4, LOCAL = 0, NEXT = 1 };

// A router's ports are its node, and the routers before (in) and after it (out).
struct ring {
    const struct device_map *map;
    struct device_spec spec; // of a router
    struct place {
        const struct device_spec *spec;
        uint32_t node;
    } places[NODES];
    struct device routers[NODES];
    struct device_pins out[NODES];
    const struct stimulus *setup;
};

static struct device_route ring_route(const void *of, const struct stimulus *setup,
                                      uint32_t in_port, uint32_t in_vc, uint32_t to)
{
    (void)setup;
    (void)in_port;
    (void)in_vc;
    const struct place *place = of;
    return (struct device_route){1U << (to == place->node ? LOCAL : NEXT), 1};
}

static void no_vc(const void *of, const struct stimulus *setup, struct device_forward *flit)
{
    (void)of;
    (void)setup;
    (void)flit;
}

static bool ring_begin(void *of, const struct stimulus *setup, struct err *err)
{
    struct ring *self = of;
    self->setup = setup;
    for (uint32_t i = 0; i < NODES; ++i)
        cr_assert(self->routers[i].ops->begin(self->routers[i].self, setup, err));
    return true;
}

// Routers need to know of which packet a flit is, and pins do not tell.
static void tell_packet(const struct ring *self, struct device_forward *flit)
{
    uint64_t bits[DEVICE_FLIT_WORDS];
    for (uint32_t i = 0; flit->valid && i < self->setup->num_packets; ++i)
        for (uint32_t f = 0; f < self->setup->packets[i].flits; ++f) {
            device_map_encode(self->map, self->setup, &self->setup->packets[i], f, 0, bits);
            if (memcmp(bits, flit->bits, sizeof bits) != 0)
                continue;
            flit->packet = i;
            flit->flit = f;
            return;
        }
}

static void ring_settle(void *of, enum device_phase phase, uint64_t step,
                        const struct device_pins *in, struct device_pins *out)
{
    static const struct device_pins quiet;
    struct ring *self = of;
    // All outputs are registers: once for what they are, once with what follows from it.
    for (uint32_t i = 0; i < NODES; ++i)
        self->routers[i].ops->settle(self->routers[i].self, phase, step, &quiet, &self->out[i]);
    for (uint32_t i = 0; i < NODES; ++i) {
        struct device_pins pins = {0};
        pins.forward[LOCAL] = in->forward[i];
        pins.backward[LOCAL] = in->backward[i];
        pins.forward[NEXT] = self->out[(i + NODES - 1) % NODES].forward[NEXT];
        pins.backward[NEXT] = self->out[(i + 1) % NODES].backward[NEXT];
        tell_packet(self, &pins.forward[NEXT]);
        struct device_pins same;
        self->routers[i].ops->settle(self->routers[i].self, phase, step, &pins, &same);
        out->forward[i] = same.forward[LOCAL];
        out->backward[i] = same.backward[LOCAL];
    }
}

static void ring_clock(void *of)
{
    struct ring *self = of;
    for (uint32_t i = 0; i < NODES; ++i)
        self->routers[i].ops->clock(self->routers[i].self);
}

static void ring_free(void *of)
{
    struct ring *self = of;
    for (uint32_t i = 0; i < NODES; ++i)
        device_free(&self->routers[i]);
    free(self);
}

static const struct device_ops ring_ops = {.name = "ring",
                                           .free = ring_free,
                                           .begin = ring_begin,
                                           .settle = ring_settle,
                                           .clock = ring_clock};

static struct device open_ring(const struct device_map *map)
{
    struct ring *self = calloc(1, sizeof *self);
    cr_assert(self);
    self->map = map;
    self->spec = *device_map_spec(map);
    self->spec.num_ports = 2;
    for (uint32_t i = 0; i < NODES; ++i) {
        self->places[i] = (struct place){&self->spec, i};
        struct bench_link link = {&self->spec, ring_route, no_vc, &self->places[i]};
        bench_device_open(&self->routers[i], &link, NULL);
    }
    return (struct device){.ops = &ring_ops, .self = self};
}

// Every node sends packets of so many flits to that `hops` further on.
static struct play_result run(uint32_t flits, uint32_t hops, uint32_t packets, char *story,
                              size_t size)
{
    struct bench_map asked = {.network = true,
                              .num_ports = NODES,
                              .num_vcs = 1,
                              .in = DEVICE_CREDIT,
                              .out = DEVICE_CREDIT,
                              .max_flits = 16,
                              .dims = "dims: [4], ring: true",
                              .more = "limits: {patience_cycles: 100}\n"};
    struct device_map *map = bench_map(&asked);
    struct stimulus stimulus = {.mode = SWITCHING_WORMHOLE, .last_cycle = 10000};
    struct err err = {0};
    for (uint32_t i = 0; i < packets * NODES; ++i) {
        struct stimulus_packet packet = {
            .port = i % NODES, .to = (i + hops) % NODES, .flits = flits, .content = i};
        cr_assert(stimulus_add_packet(&stimulus, packet, &err));
    }
    struct device device = open_ring(map);
    struct scoreboard *board = scoreboard_new(map, &stimulus, &err);
    cr_assert(board, "%s", err.text);
    struct play_checker checker = scoreboard_checker(board);
    struct play_result result;
    cr_assert(play(map, &device, &stimulus, &checker, 1, &result, &err), "%s", err.text);
    FILE *to = fmemopen(story, size, "w");
    scoreboard_story(board, &result.failure, to);
    fclose(to);
    scoreboard_free(board);
    device_free(&device);
    stimulus_free(&stimulus);
    device_map_free(map);
    return result;
}

Test(scoreboard_network, a_ring_delivers_what_goes_to_the_next_node)
{
    char story[8192];
    struct play_result result = run(12, 1, 8, story, sizeof story);
    cr_assert(!result.failure.found, "%s\n%s", result.failure.text, story);
    cr_assert_eq(result.flits_out, 12 * 8 * NODES);
}

Test(scoreboard_network, a_ring_without_a_dateline_locks_up_in_a_cycle_that_the_story_tells)
{
    char story[8192];
    struct play_result result = run(12, 2, 1, story, sizeof story);
    cr_assert(result.failure.found);
    cr_assert_eq(result.failure.rule, RULE_DEADLOCK, "%s", result.failure.text);
    static const char *const parts[] = {
        "packet 1, 12 flits, way 1 > 2 > 3",
        "A cycle in which they may wait for each other",
        "packet 0, between 0 and 1, waits for the channel from 1 to 2, where packet 1 is",
        "packet 3, between 3 and 0, waits for the channel from 0 to 1, where packet 0 is",
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; ++i)
        cr_assert(strstr(story, parts[i]), "no \"%s\" in:\n%s", parts[i], story);
}
