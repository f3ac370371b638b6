// SPDX-License-Identifier: Apache-2.0
// A fabric that several threads simulate: whatever their number, every result is the same to the
// last bit. Shapes are larger than those of kinds.h, for routers are shared out in lots of 64.
#include "model/net/workers.h"
#include "tests/kinds.h"
#include "tests/rig.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct topology_spec shapes[] = {
    {.kind = "mesh", .num_dims = 2, .dims = {24, 22}},
    {.kind = "mesh", .num_dims = 3, .dims = {6, 5, 5}},
    {.kind = "torus", .num_dims = 2, .dims = {12, 12}},
    {.kind = "hypercube", .n = 8},
    {.kind = "cube", .num_dims = 3, .dims = {6, 5, 5}},
    {.kind = "ring", .n = 150},
    {.kind = "star", .n = 9},
    {.kind = "tree", .arity = 2, .height = 8},
    {.kind = "fat-tree", .arity = 2, .height = 7},
    {.kind = "concentrated-mesh", .num_dims = 2, .dims = {12, 12}, .concentration = 2},
    {.kind = "flattened-butterfly", .num_dims = 2, .dims = {12, 12}, .concentration = 2},
    {.kind = "dragonfly", .routers_per_group = 8, .concentration = 1, .global_ports = 2},
    {.kind = "graph"}, // whose file is made here
    {.kind = "cluster",
     .racks = "kind=mesh\tdims=9x8\tcount=2\nkind=star\tn=3\nkind=ring\tn=40\tchannels=1",
     .join_kind = "ring",
     .join_channels = 2},
    {.kind = "torus", .num_dims = 2, .dims = {12, 12}, .failed = "router 70\nchannel 0-1"},
};
enum { NUM_SHAPES = sizeof shapes / sizeof *shapes, MESH = 0, TORUS = 2, CONCENTRATED = 9 };

static const uint32_t numbers[] = {2, 3, 5, 8}; // of threads
enum { NUM_NUMBERS = sizeof numbers / sizeof *numbers };

// A ring of 140 routers with chords of two lengths, of different latencies; every seventh router
// has two nodes, every fifth none.
static char *graph_file(void)
{
    static char path[256]; // once it is written
    char text[16384] = "";
    size_t used = 0;
    if (path[0])
        return path;
    for (int r = 0; r < 140; r++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%d %d\n", r, (r + 1) % 140);
    for (int r = 0; r < 140; r += 4)
        used += (size_t)snprintf(text + used, sizeof text - used, "%d %d latency_cycles=%d\n", r,
                                 (r + 37) % 140, 1 + r % 3);
    for (int r = 0; r < 140; r++)
        if (r % 7 == 0 || r % 5 == 0)
            used += (size_t)snprintf(text + used, sizeof text - used, "router %d nodes=%d\n", r,
                                     r % 7 == 0 ? 2 : 0);
    snprintf(path, sizeof path, "%s", scratch_file("ring-with-chords", text));
    return path;
}

static struct rig_spec spec_of(size_t shape, int mode)
{
    struct rig_spec spec = {
        .topology = shapes[shape], .switching = (enum switching)mode, .seed = shape + 1};
    if (strcmp(spec.topology.kind, "graph") == 0)
        spec.topology.file = graph_file();
    return spec;
}

Test(threads, every_kind_is_among_the_shapes)
{
    kinds_check(shapes, NUM_SHAPES);
}

enum { NUM_PARTS = 5 };

static void count_part(void *context, uint32_t part)
{
    uint64_t *counts = context;
    counts[part]++;
}

Test(threads, every_part_is_done_once_a_turn)
{
    struct err err = {0};
    uint64_t counts[NUM_PARTS] = {0};
    for (uint32_t num = 2; num <= NUM_PARTS; num++) {
        struct workers *workers = workers_new(num, count_part, counts, &err);
        cr_assert(workers, "%s", err.text);
        for (uint64_t turn = 1; turn <= 2000; turn++) {
            workers_run(workers);
            for (uint32_t part = 0; part < num; part++)
                cr_assert_eq(counts[part], turn);
        }
        workers_free(workers);
        memset(counts, 0, sizeof counts);
    }
}

static struct rig *traffic(struct rig_spec spec, uint32_t num_threads, double rate)
{
    spec.num_threads = num_threads;
    struct rig *rig = rig_new(&spec);
    cr_assert(rig_traffic(rig, 60, rate, 8), "%s", rig->err.text);
    return rig;
}

// Compares all that can be seen of two rigs after the same traffic.
static void check_same(const struct rig *a, const struct rig *b)
{
    struct fabric_counters c = fabric_counters(a->fabric);
    struct fabric_counters d = fabric_counters(b->fabric);
    size_t channels =
        (size_t)a->topology->num_routers * a->topology->radix + a->topology->num_nodes;
    cr_assert_eq(memcmp(&c, &d, sizeof c), 0, "%s", a->topology->kind->name);
    cr_assert_eq(a->flit_hash, b->flit_hash, "%s", a->topology->kind->name);
    cr_assert_eq(a->num_log, b->num_log);
    cr_assert_eq(memcmp(a->log, b->log, a->num_log * sizeof *a->log), 0);
    cr_assert_eq(fabric_now(a->fabric), fabric_now(b->fabric));
    cr_assert_eq(memcmp(fabric_channel_flits(a->fabric), fabric_channel_flits(b->fabric),
                        channels * sizeof(uint64_t)),
                 0);
}

static void check_numbers(struct rig_spec spec, double rate, const uint32_t *threads, size_t num)
{
    struct rig *one = traffic(spec, 1, rate);
    cr_assert_gt(one->num_log, 20);
    cr_assert_eq(fabric_num_threads(one->fabric), 1);
    uint32_t most = (one->topology->num_routers + 63) / 64;
    for (size_t i = 0; i < num; i++) {
        struct rig *many = traffic(spec, threads[i], rate);
        cr_assert_eq(fabric_num_threads(many->fabric), threads[i] < most ? threads[i] : most);
        check_same(one, many);
        rig_free(many);
    }
    rig_free(one);
}

Test(threads, results_are_the_same_on_every_topology_under_every_switching_mode)
{
    for (size_t i = 0; i < NUM_SHAPES; i++)
        for (int mode = 0; mode < SWITCHING_NUM; mode++) {
            struct rig_spec spec = spec_of(i, mode);
            spec.stall_probability = i % 2 ? 0.3 : 0;
            spec.drop_rate = i % 2 ? 0 : 0.05;
            spec.channel_latency_cycles = 1 + (uint32_t)(i + (uint32_t)mode) % 3;
            check_numbers(spec, i % 3 ? 0.03 : 0.3, &numbers[(i + (uint32_t)mode) % 3], 2);
        }
}

Test(threads, results_are_the_same_of_every_kind_of_router)
{
    struct rig_spec staged = spec_of(TORUS, SWITCHING_WORMHOLE);
    staged.design = (struct router_design){.pipeline = 4, .speculative = true};
    check_numbers(staged, 0.2, numbers, NUM_NUMBERS);

    struct rig_spec adaptive = spec_of(MESH, SWITCHING_VIRTUAL_CUT_THROUGH);
    adaptive.routing = "minimal-adaptive";
    check_numbers(adaptive, 0.2, numbers, NUM_NUMBERS);

    struct rig_spec classes = spec_of(CONCENTRATED, SWITCHING_WORMHOLE);
    classes.num_vcs = 4;
    classes.num_classes = 2;
    check_numbers(classes, 0.1, numbers, NUM_NUMBERS);

    struct rig_spec circuits = spec_of(MESH, SWITCHING_CIRCUIT);
    circuits.circuit = (struct circuit_params){.waits = true, .hold = CIRCUIT_HOLD_CACHED};
    check_numbers(circuits, 0.05, numbers, NUM_NUMBERS);
}

Test(threads, results_are_the_same_without_skipping_and_in_any_order)
{
    struct rig_spec spec = spec_of(TORUS, SWITCHING_WORMHOLE);
    struct rig *one = traffic(spec, 1, 0.1);
    for (int way = 0; way < 3; way++) {
        spec.evaluate_all = way != 1;
        spec.shuffle = way != 0;
        struct rig *many = traffic(spec, 3, 0.1);
        check_same(one, many);
        rig_free(many);
    }
    rig_free(one);
}

Test(threads, results_of_rtl_and_lockstep_are_the_same)
{
    const struct router_ops *const ops[] = {&router_rtl_ops, &router_lockstep_ops};
    for (int i = 0; i < 2; i++)
        for (int mode = SWITCHING_WORMHOLE; mode < SWITCHING_NUM; mode++) {
            struct rig_spec spec = spec_of(TORUS, mode);
            spec.ops = ops[i];
            spec.rtl = (struct router_rtl){.assertions = true, .quiet = true};
            check_numbers(spec, 0.05, numbers, 2);
        }
}

// The reference, but for faults: some routers spoil what they send to terminals.
static uint64_t faulty_routers;

static void spoil(void *bank, uint32_t router, struct router_out *out)
{
    router_plain_ops.evaluate(bank, router, out);
    for (uint32_t i = 0; i < out->num_flits; i++)
        if (router % 50 == 7 && faulty_routers >> router / 50 & 1 &&
            out->flits[i].port == ROUTING_TERMINAL_PORT && out->flits[i].flit.tail)
            out->flits[i].flit.payload ^= 1;
}

Test(threads, the_first_fault_is_told_and_all_else_is_done)
{
    struct router_ops ops = router_plain_ops;
    ops.evaluate = spoil;
    for (uint64_t faulty = 1; faulty < 64; faulty = faulty * 2 + 1) {
        faulty_routers = faulty << 1;
        struct rig *rigs[2];
        for (uint32_t i = 0; i < 2; i++) {
            struct rig_spec spec = spec_of(MESH, SWITCHING_WORMHOLE);
            spec.ops = &ops;
            spec.num_threads = i * 4 + 1;
            rigs[i] = rig_new(&spec);
            cr_assert_not(rig_traffic(rigs[i], 100, 0.3, 4));
            cr_assert_eq(rigs[i]->err.status, ERR_MISMATCH);
        }
        cr_assert_str_eq(rigs[0]->err.text, rigs[1]->err.text);
        check_same(rigs[0], rigs[1]);
        rig_free(rigs[0]);
        rig_free(rigs[1]);
    }
}

Test(threads, a_deadlock_is_found_in_the_same_cycle)
{
    char reports[2][4096];
    struct rig *rigs[2];
    for (uint32_t i = 0; i < 2; i++) {
        struct rig_spec spec = spec_of(TORUS, SWITCHING_WORMHOLE);
        spec.num_vcs = 1;
        spec.buffer_flits = 2;
        spec.num_threads = i * 2 + 1;
        rigs[i] = rig_new(&spec);
        cr_assert_not(rig_traffic(rigs[i], 3000, 0.3, 8));
        cr_assert_eq(rigs[i]->err.status, ERR_DEADLOCK);
        FILE *to = fmemopen(reports[i], sizeof reports[i], "w");
        fabric_report_waits(rigs[i]->fabric, 20, to);
        fclose(to);
    }
    cr_assert_str_eq(rigs[0]->err.text, rigs[1]->err.text);
    cr_assert_str_eq(reports[0], reports[1]);
    check_same(rigs[0], rigs[1]);
    rig_free(rigs[0]);
    rig_free(rigs[1]);
}

Test(threads, a_fabric_may_be_freed_at_any_time)
{
    struct rig_spec spec = spec_of(MESH, SWITCHING_WORMHOLE);
    for (uint32_t cycles = 0; cycles < 6; cycles++) {
        spec.num_threads = 2 + cycles;
        struct rig *rig = rig_new(&spec);
        for (uint32_t c = 0; c < cycles; c++) {
            for (uint32_t n = 0; n < 300; n++) {
                struct packet_spec packet = {n, 527 - n, 4, 0, 0};
                cr_assert(fabric_send(rig->fabric, &packet, &rig->err));
            }
            cr_assert(rig_cycle(rig));
        }
        rig_free(rig);
    }
}

Test(threads, a_wave_is_written_by_one)
{
    struct rig_spec spec = spec_of(TORUS, SWITCHING_WORMHOLE);
    spec.ops = &router_rtl_ops;
    spec.num_threads = 2;
    spec.rtl = (struct router_rtl){.quiet = true, .wave = scratch_file("wave.fst", "")};
    struct rig *rig = rig_new(&spec);
    cr_assert_eq(fabric_num_threads(rig->fabric), 1);
    rig_free(rig);
}
