// SPDX-License-Identifier: Apache-2.0
// The C reference behind the pins of a device: routers of grids and others, and networks.
#include "sim/rng.h"
#include "sim/workbench/device_reference.h"
#include "sim/workbench/play.h"
#include "tests/bench_map.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

// A packet that was seen: where and when its head and its tail left.
struct seen {
    uint64_t head_in, head_out, tail_out;
    uint32_t port;
    uint32_t flits;
};

// Watches that all flits leave intact, in order, by a port and VC of their route.
struct watch {
    const struct device_map *map;
    const struct stimulus *stimulus;
    struct seen lives[4096];
    uint64_t inside;
};

static void watch_cycle(void *of, const struct play_cycle *cycle, struct failure *failure)
{
    (void)failure;
    struct watch *self = of;
    const struct device_spec *spec = device_map_spec(self->map);
    if (cycle->phase != DEVICE_RUN)
        self->inside = 0;
    for (uint32_t p = 0; p < spec->num_ports; p++) {
        const struct device_forward *in = &cycle->in->forward[p], *out = &cycle->out->forward[p];
        if (in->valid && in->head)
            self->lives[in->packet].head_in = cycle->cycle;
        self->inside += in->valid;
        if (!out->valid)
            continue;
        self->inside--;
        const struct stimulus_packet *packet = &self->stimulus->packets[out->packet];
        struct seen *life = &self->lives[out->packet];
        struct device_route route =
            device_map_route(self->map, self->stimulus, packet->port, packet->vc, packet->to);
        cr_assert(route.ports >> p & 1, "packet %u to %u from %u leaves by %u", out->packet,
                  packet->to, packet->port, p);
        cr_assert(spec->network || route.vcs >> out->vc & 1);
        cr_assert_eq(out->flit, life->flits++);
        cr_assert(out->head == (out->flit == 0) && out->tail == (out->flit + 1 == packet->flits));
        uint64_t bits[DEVICE_FLIT_WORDS];
        device_map_encode(self->map, self->stimulus, packet, out->flit, out->vc, bits);
        cr_assert(!memcmp(bits, out->bits, sizeof bits));
        life->port = p;
        if (out->head)
            life->head_out = cycle->cycle;
        if (out->tail)
            life->tail_out = cycle->cycle;
    }
}

static bool watch_waits(const void *of)
{
    return ((const struct watch *)of)->inside > 0;
}

static void run(struct watch *watch, const struct device_map *map, const struct stimulus *stimulus)
{
    struct device device = {0};
    struct err err = {0};
    cr_assert(device_reference_open(&device, map, &err), "%s", err.text);
    *watch = (struct watch){.map = map, .stimulus = stimulus};
    struct play_checker checker = {.cycle = watch_cycle, .waits = watch_waits, .self = watch};
    struct play_result result;
    cr_assert(play(map, &device, stimulus, &checker, 1, &result, &err), "%s", err.text);
    cr_assert(result.cycles < stimulus->last_cycle && watch->inside == 0);
    device_free(&device);
}

static struct stimulus draw(const struct device_map *map, enum switching mode, uint32_t position,
                            bool resets)
{
    const struct device_spec *spec = device_map_spec(map);
    struct rng rng = rng_make(position, RNG_VALIDATE, 0);
    struct err err = {0};
    struct stimulus stimulus = {
        .mode = mode, .position = position, .seed = position, .last_cycle = 100000};
    uint32_t most = device_spec_max_flits(spec, mode);
    for (uint32_t i = 0; i < 2000; i++) {
        struct stimulus_packet packet = {.cycle = rng_below(&rng, 1000),
                                         .port = (uint32_t)rng_below(&rng, spec->num_ports),
                                         .vc = (uint32_t)rng_below(&rng, spec->num_vcs),
                                         .to = (uint32_t)rng_below(&rng, spec->num_destinations),
                                         .flits = 1 + (uint32_t)rng_below(&rng, most),
                                         .content = (uint32_t)rng_next(&rng)};
        struct stimulus_quiet quiet = {.from_cycle = packet.cycle,
                                       .to_cycle = packet.cycle + 40,
                                       .port = packet.port,
                                       .vcs = 3};
        if (device_map_route(map, &stimulus, packet.port, packet.vc, packet.to).ports)
            cr_assert(stimulus_add_packet(&stimulus, packet, &err));
        cr_assert(i % 100 || stimulus_add_stall(&stimulus, quiet, &err));
    }
    cr_assert(stimulus.num_packets > 20);
    cr_assert(!resets || stimulus_add_reset(&stimulus, 500, &err));
    return stimulus;
}

static struct watch watch;

#define LINK                                                                                       \
    "top: bench\nclock: clk\nreset: rst\n"                                                         \
    "in: {valid: \"iv{port}\", flit: \"if{port}\", credit: \"ic{port}\"}\n"                        \
    "out: {valid: \"ov{port}\", flit: \"of{port}\", credit: \"oc{port}\"}\n"                       \
    "vcs: 2\nflow: {in: {buffer_flits: 4}}\npacket: {max_flits: 8}\n"                              \
    "modes: {wormhole: 2, virtual-cut-through: 1, store-and-forward: 0}\n"

#define GRID                                                                                       \
    "device: router\nports: [local, east, west, north, south]\n" LINK                              \
    "flit: {bits: 32, head: 31, tail: 30, vc: {at: 29}, destination: {x: \"3:0\", y: \"7:4\"}}\n"  \
    "ties: {x: \"{x}\", y: \"{y}\"}\n"

#define PORTS "ports: {local: local, x+: east, x-: west, y+: north, y-: south}"

static const char *const grids[] = {
    GRID "routing: {kind: dimension-order, dims: [4, 3], " PORTS "}\n"
         "reference: {router: {pipeline: 1}}\n",
    GRID "routing: {kind: dimension-order, dims: [2, 3], " PORTS "}\n"
         "reference: {router: {pipeline: 2}}\n",
    GRID "routing: {kind: dimension-order, ring: true, dims: [3, 5], " PORTS "}\nvc: dateline\n"
         "reference: {router: {pipeline: 3, vcs: 2, buffer_flits: 4}}\n",
    GRID "routing: {kind: minimal, dims: [4, 4], " PORTS "}\n"
         "reference: {router: {routing: west-first, pipeline: 4}}\n",
    GRID "routing: {kind: negative-first, dims: [3, 3], " PORTS "}\n"
         "reference: {router: {pipeline: 1}}\n",
};

Test(device_reference, a_router_of_a_grid_routes_as_the_map_says_at_every_position)
{
    for (size_t g = 0; g < sizeof grids / sizeof *grids; g++) {
        struct err err = {0};
        struct device_map *map =
            device_map_read(scratch_file("grid.yaml", grids[g]), NULL, NULL, NULL, 0, &err);
        cr_assert_not_null(map, "%s", err.text);
        const struct device_spec *spec = device_map_spec(map);
        for (uint32_t position = 0; position < spec->num_positions; position++) {
            struct stimulus stimulus = draw(map, spec->modes[position % 3], position, position % 2);
            run(&watch, map, &stimulus);
            stimulus_free(&stimulus);
        }
        device_map_free(map);
    }
}

Test(device_reference, a_router_that_is_in_no_grid_has_the_routes_of_the_device)
{
    struct bench_map asked = {.num_ports = 5,
                              .in = DEVICE_READY_VALID,
                              .out = DEVICE_ON_OFF,
                              .modes = "{store-and-forward: 0, wormhole: 1}",
                              .more = "reference: {router: {buffer_flits: 8}}\n"};
    struct device_map *map = bench_map(&asked);
    for (uint32_t i = 0; i < 2; i++) {
        // Packets of store-and-forward are as short as the device's buffers are.
        struct stimulus stimulus = draw(map, device_map_spec(map)->modes[i], 0, false);
        run(&watch, map, &stimulus);
        stimulus_free(&stimulus);
    }
    device_map_free(map);
}

static const char network[] =
    "device: network\nports: 12\n" LINK
    "flit: {bits: 40, head: 31, tail: 30, vc: {at: 29}, destination: {address: \"3:0\"}}\n"
    "routing: {kind: terminal, dims: [4, 3]}\n"
    "reference: {router: {pipeline: 2}, channel: {latency_cycles: 3}}\n";

Test(device_reference, a_network_has_the_zero_load_latency_of_its_closed_form)
{
    struct err err = {0};
    struct device_map *map =
        device_map_read(scratch_file("network.yaml", network), NULL, NULL, NULL, 0, &err);
    cr_assert_not_null(map, "%s", err.text);
    const struct device_spec *spec = device_map_spec(map);
    struct switching_timing timing = {3, 1, 1, 4, 2, false};
    for (uint32_t m = 0; m < spec->num_modes; m++) {
        struct stimulus stimulus = {.mode = spec->modes[m], .last_cycle = 100000};
        for (uint32_t i = 0; i < 12 * 11; i++) {
            struct stimulus_packet packet = {.cycle = i * 100, .port = i / 11, .flits = 1 + i % 4};
            packet.to = (i / 11 + 1 + i % 11) % 12;
            cr_assert(stimulus_add_packet(&stimulus, packet, &err));
        }
        run(&watch, map, &stimulus);
        for (uint32_t i = 0; i < 12 * 11; i++) {
            uint32_t a = stimulus.packets[i].port, b = stimulus.packets[i].to;
            uint32_t hops =
                (uint32_t)(abs((int)(a % 4) - (int)(b % 4)) + abs((int)(a / 4) - (int)(b / 4)));
            const struct seen *life = &watch.lives[i];
            // Pins are those of routers: the channel from the node is not in it.
            cr_assert_eq(life->tail_out - life->head_in + 1,
                         switching_zero_load_cycles(stimulus.mode, &timing, 1 + i % 4, hops));
        }
        stimulus_free(&stimulus);
        struct stimulus traffic = draw(map, spec->modes[m], 0, true);
        run(&watch, map, &traffic);
        stimulus_free(&traffic);
    }
    device_map_free(map);
}

Test(device_reference, a_network_may_be_any_topology)
{
    static const char *const topologies[] = {
        "topology: {kind: hypercube, n: 3}",
        "topology: {kind: ring, n: 8}",
        "topology: {kind: fat-tree, arity: 2, height: 3}, router: {pipeline: 4, speculative: true}",
        "topology: {kind: torus, dims: [4, 2]}, router: {routing: minimal-adaptive, vcs: 4}",
        "channel: {latency_cycles: 5}", // a star
    };
    for (size_t t = 0; t < sizeof topologies / sizeof *topologies; t++) {
        char more[256];
        snprintf(more, sizeof more, "reference: {%s}\n", topologies[t]);
        struct bench_map asked = {.network = true,
                                  .num_ports = 8,
                                  .num_vcs = strstr(more, "vcs: 4") ? 4 : 2,
                                  .in = DEVICE_CREDIT,
                                  .out = DEVICE_CREDIT,
                                  .more = more};
        struct device_map *map = bench_map(&asked);
        struct stimulus traffic = draw(map, SWITCHING_WORMHOLE, 0, true);
        run(&watch, map, &traffic);
        stimulus_free(&traffic);
        device_map_free(map);
    }
}

static const struct {
    const char *reference;
    const char *error;
} refused[] = {
    {"", "reference: missing"},
    {"reference: {router: {vcs: 4}}\n", ":15: fabric.router.vcs: must be the device's, 2"},
    {"reference: {router: {buffer_flits: 8}}\nclaims: [exact]\n",
     "fabric.router.buffer_flits: must be the device's where it is claimed to be exact"},
    {"reference: {}\nclaims: [exact]\n", "routing.order: exact: the reference corrects x first"},
    {"reference: {}\nclaims: [exact]\n", "routing.half: exact: the reference goes by parity"},
    {"reference: {topology: {kind: mesh, dims: [3, 4]}}\n", "is not the grid of routing.dims"},
    {"reference: {topology: {kind: hypercube, n: 3}}\n", "is not the grid of routing.dims"},
    {"reference: {model: ideal}\n", "fabric.model: the reference has routers"},
};

Test(device_reference, references_that_cannot_be_are_refused)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        char text[4096];
        snprintf(text, sizeof text,
                 "%srouting: {kind: dimension-order, dims: [4, 3], order: %s, ring: %s, " PORTS
                 "}\n%s",
                 GRID, strstr(refused[i].error, "order") ? "[y, x]" : "[x, y]",
                 strstr(refused[i].error, "half") ? "true" : "false", refused[i].reference);
        struct err err = {0};
        struct device_map *map =
            device_map_read(scratch_file("grid.yaml", text), NULL, NULL, NULL, 0, &err);
        cr_assert_not_null(map, "%s", err.text);
        struct device device = {0};
        cr_assert(!device_reference_open(&device, map, &err));
        cr_assert_eq(err.status, ERR_CONFIG);
        cr_assert(strstr(err.text, refused[i].error), "%s", err.text);
        device_map_free(map);
    }
}
