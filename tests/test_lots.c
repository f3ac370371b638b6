// SPDX-License-Identifier: Apache-2.0
// Lots of routers of the fast reference: 64 that go through the steps of a cycle together, where
// many have flits, do what each does alone.
#include "model/net/fabric_state.h"
#include "model/net/router_fast_state.h"
#include "tests/rig.h"

#include <criterion/criterion.h>
#include <string.h>

static uint32_t num_dense(const struct rig *rig)
{
    const struct fast_bank *bank = rig->fabric->bank;
    uint32_t num = 0;
    for (uint32_t p = 0; p < bank->num_parts; p++)
        num += bank->parts[p].num_dense;
    return num;
}

static void send(struct rig *rig, uint64_t cycle, double load, uint32_t max_flits)
{
    struct rng rng = rng_make(rig->spec.seed + cycle, RNG_INJECTION, 0);
    uint32_t nodes = rig->topology->num_nodes;
    for (uint32_t node = 0; node < nodes; node++) {
        struct packet_spec packet = {.source = node,
                                     .destination = (uint32_t)rng_below(&rng, nodes),
                                     .flits = 1 + (uint32_t)rng_below(&rng, max_flits)};
        if (rng_chance(&rng, rng_threshold(load)))
            cr_assert(fabric_send(rig->fabric, &packet, &rig->err));
    }
}

// Traffic that comes and goes, so that lots become dense, and are so no longer. Returns how many
// were at most.
static uint32_t simulate(struct rig *rig, double load, uint32_t max_flits)
{
    uint32_t most = 0;
    for (uint64_t cycle = 0; cycle < 600; cycle++) {
        send(rig, cycle, cycle % 300 < 100 ? load : load / 50, max_flits);
        cr_assert(rig_cycle(rig), "%s", rig->err.text);
        if (rig->spec.design.way != ROUTER_STEP_BY_STEP) {
            uint32_t num = num_dense(rig);
            most = num > most ? num : most;
        }
    }
    while (!fabric_idle(rig->fabric))
        cr_assert(rig_cycle(rig), "%s", rig->err.text);
    return most;
}

static void check_same(const struct rig *a, const struct rig *b)
{
    cr_assert_eq(a->num_log, b->num_log);
    cr_assert_eq(a->flit_hash, b->flit_hash);
    struct fabric_counters c = fabric_counters(a->fabric);
    struct fabric_counters d = fabric_counters(b->fabric);
    cr_assert_eq(memcmp(&c, &d, sizeof c), 0);
    size_t num = (size_t)a->topology->num_routers * a->topology->radix;
    cr_assert_eq(memcmp(fabric_channel_flits(a->fabric), fabric_channel_flits(b->fabric),
                        num * sizeof(uint64_t)),
                 0);
}

// Compiled for their shape, or for any radix; of one lot, of part of one, of several.
static const struct {
    struct topology_spec topology;
    double load;
} shapes[] = {
    {{.kind = "mesh", .num_dims = 2, .dims = {8, 8}}, 0.15},
    {{.kind = "torus", .num_dims = 2, .dims = {12, 12}}, 0.2},
    {{.kind = "mesh", .num_dims = 3, .dims = {4, 4, 5}}, 0.25},
    {{.kind = "hypercube", .n = 8}, 0.4},
};
enum { NUM_SHAPES = sizeof shapes / sizeof *shapes };

static struct rig_spec spec_of(size_t shape, uint32_t num_vcs, enum switching mode)
{
    return (struct rig_spec){.topology = shapes[shape].topology,
                             .switching = mode,
                             .num_vcs = num_vcs,
                             .channel_latency_cycles = 1 + num_vcs % 2,
                             .stall_probability = mode == SWITCHING_WORMHOLE ? 0 : 0.1,
                             .seed = shape};
}

Test(lots, dense_ones_do_what_their_routers_do_step_by_step, .timeout = 120)
{
    uint32_t num_shown = 0;
    for (size_t i = 0; i < NUM_SHAPES; i++)
        for (uint32_t num_vcs = 1; num_vcs <= 4; num_vcs *= 2)
            for (int mode = 0; mode <= SWITCHING_WORMHOLE; mode++) {
                struct rig_spec spec = spec_of(i, num_vcs, (enum switching)mode);
                struct rig_spec single = spec;
                single.design.way = ROUTER_STEP_BY_STEP;
                if (!rig_is_legal(&spec))
                    continue;
                struct rig *a = rig_new(&spec);
                struct rig *b = rig_new(&single);
                num_shown += simulate(a, shapes[i].load, 6) > 0;
                simulate(b, shapes[i].load, 6);
                check_same(a, b);
                rig_free(a);
                rig_free(b);
            }
    cr_assert_gt(num_shown, 20);
}

Test(lots, it_does_not_matter_when_they_are_dense_or_who_simulates_them, .timeout = 120)
{
    for (size_t i = 0; i < NUM_SHAPES; i++) {
        struct rig_spec spec =
            spec_of(i, 4, i % 2 ? SWITCHING_WORMHOLE : SWITCHING_STORE_AND_FORWARD);
        struct rig_spec other = spec;
        other.design.way = ROUTER_LOTS_COME_AND_GO;
        other.num_threads = 2;
        other.evaluate_all = i % 2;
        struct rig *a = rig_new(&spec);
        struct rig *b = rig_new(&other);
        simulate(a, shapes[i].load, 8);
        cr_assert_gt(simulate(b, shapes[i].load, 8), 0);
        check_same(a, b);
        rig_free(a);
        rig_free(b);
    }
}

// A report of what waits is that of single routers.
Test(lots, what_flits_wait_for_is_told_of_dense_ones_too)
{
    char *texts[2];
    for (int single = 0; single < 2; single++) {
        struct rig_spec spec = spec_of(0, 2, SWITCHING_WORMHOLE);
        spec.design.way = single ? ROUTER_STEP_BY_STEP : ROUTER_FASTEST;
        struct rig *rig = rig_new(&spec);
        for (uint64_t cycle = 0; cycle < 100; cycle++) {
            send(rig, cycle, shapes[0].load, 6);
            cr_assert(rig_cycle(rig), "%s", rig->err.text);
        }
        cr_assert(single || num_dense(rig) > 0);
        size_t size;
        FILE *to = open_memstream(&texts[single], &size);
        fabric_report_waits(rig->fabric, UINT32_MAX, to);
        fclose(to);
        cr_assert_gt(size, 100);
        rig_free(rig);
    }
    cr_assert_str_eq(texts[0], texts[1]);
    free(texts[0]);
    free(texts[1]);
}
