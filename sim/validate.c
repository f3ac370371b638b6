// SPDX-License-Identifier: Apache-2.0
// Draws random configurations and runs each in lockstep. RTL is built for a few variants only; all
// that is a run-time strap (mode, depth in use, topology, routing) is drawn anew for each run. Runs
// of circuit switching use a router of as many ports and as wide, but of its one design.
#include "sim/validate.h"

#include "sim/config.h"
#include "sim/interrupt.h"
#include "sim/progress.h"
#include "sim/rng.h"
#include "sim/run.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { MAX_NODES = 256, MAX_SETTINGS = 32, TABLE_ADDR_BITS = 6 };

// What is fixed when RTL is built, and shapes that fit it.
struct variant {
    uint32_t radix;
    uint32_t vcs;
    uint32_t flit_bits;
    uint32_t max_buffer_flits;
    bool table;                  // routing tables of 2^TABLE_ADDR_BITS entries; radix is 5
    struct router_design design; // of the modes that buffer flits
};

static uint32_t draw(struct rng *rng, uint32_t low, uint32_t high)
{
    return low + (uint32_t)rng_below(rng, (uint64_t)high - low + 1);
}

// One that such a router can have.
static struct router_design draw_design(struct rng *rng, uint32_t radix, uint32_t vcs)
{
    struct router_design design;
    const char *key;
    struct err err;
    do {
        design = (struct router_design){
            .pipeline = draw(rng, 1, ROUTER_MAX_PIPELINE),
            .speculative = rng_below(rng, 2),
            .vc_allocator = (enum allocator_kind)rng_below(rng, ALLOCATOR_NUM),
            .switch_allocator = (enum allocator_kind)rng_below(rng, ALLOCATOR_NUM),
            .allocator_iterations = draw(rng, 1, ALLOCATOR_MAX_ITERATIONS),
        };
        err = (struct err){0};
    } while (!router_design_check(&design, radix, vcs, &key, &err));
    return design;
}

// Corner variants come first, so that few variants still cover the ends of the ranges.
static struct variant draw_variant(struct rng *rng, uint32_t number)
{
    static const struct variant corners[] = {
        {5, 2, 64, 8, false, {.pipeline = 1}},
        {3, 1, 16, 1, false, {.pipeline = 1}},
        {7, 4, 64, 16, false, {.pipeline = 3, .speculative = true}},
        {5, 8, 32, 4, false, {.pipeline = 2, .switch_allocator = ALLOCATOR_WAVEFRONT}},
        {7, 2, 128, 8, false, {.pipeline = 4, .vc_allocator = ALLOCATOR_MATRIX}},
        {5, 4, 64, 8, true, {.pipeline = 1}},
        {9, 3, 512, 2, false, {.pipeline = 1, .switch_allocator = ALLOCATOR_MATRIX}},
        {4, 2, 24, 64, false, {.pipeline = 4, .speculative = true}},
    };
    struct variant variant = {
        .radix = draw(rng, 2, 9),
        .vcs = draw(rng, 1, 8),
        .flit_bits = draw(rng, 20, 160),
        .max_buffer_flits = 1U << draw(rng, 0, 5),
    };
    variant.design = draw_design(rng, variant.radix, variant.vcs);
    if (number < sizeof corners / sizeof *corners) {
        variant = corners[number];
        variant.design.allocator_iterations = 1;
    }
    return variant;
}

// Settings of one run, as they would be given on the command line.
struct settings {
    char text[MAX_SETTINGS][160];
    uint32_t num;
};

__attribute__((format(printf, 2, 3))) static void set(struct settings *self, const char *format,
                                                      ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(self->text[self->num++], sizeof self->text[0], format, args);
    va_end(args);
}

// Sides whose ports are exactly radix - 1: a side of 2 has one port, longer ones two. Fills the
// number of nodes and of bits of their addresses.
static void draw_topology(struct rng *rng, const struct variant *variant, struct settings *to,
                          uint32_t *nodes, uint32_t *addr_bits)
{
    uint32_t ports = variant->radix - 1;
    uint32_t kind = draw(rng, 0, ports <= 6 && !variant->table ? 2 : 1);
    char dims[96] = "";
    *nodes = 1;
    *addr_bits = 0;
    while (ports > 0) {
        uint32_t side = 2;
        if (variant->table)
            side = draw(rng, 5, 8);
        else if (kind < 2 && ports >= 2 && *nodes <= MAX_NODES / 9 && rng_below(rng, 4) != 0)
            side = draw(rng, 3, 9);
        *nodes *= side;
        *addr_bits += side > 8 ? 4 : side > 4 ? 3 : side > 2 ? 2 : 1;
        ports -= side > 2 ? 2 : 1;
        size_t used = strlen(dims);
        snprintf(dims + used, sizeof dims - used, "%s%u", used ? ", " : "", side);
    }
    if (kind == 2)
        set(to, "fabric.topology={kind: hypercube, n: %u}", variant->radix - 1);
    else
        set(to, "fabric.topology={kind: %s, dims: [%s]}", kind ? "torus" : "mesh", dims);
}

// Routing by tables: the grid's own routes, or those over any graph, also if channels have failed.
// Sides are 5 at least, so these channels are there, and neither is a node's last.
static void draw_tables(struct rng *rng, uint32_t nodes, struct settings *to)
{
    set(to, "fabric.router.routing=%s", rng_below(rng, 2) ? "table" : "up-down");
    if (rng_below(rng, 2))
        set(to, "fabric.topology.failed=[channel 0-1, channel %u-%u]", nodes - 1, nodes - 2);
}

// Packet lengths, at most `longest`.
static void draw_lengths(struct rng *rng, uint32_t longest, struct settings *to)
{
    uint32_t flits = draw(rng, 1, longest);
    if (rng_below(rng, 2))
        set(to, "workload.packet_flits=%u", flits);
    else
        set(to, "workload.packet_flits=[{flits: 1, weight: %u}, {flits: %u, weight: %u}]",
            draw(rng, 1, 3), flits, draw(rng, 1, 3));
}

static void draw_traffic(struct rng *rng, uint32_t nodes, struct settings *to)
{
    static const char *const patterns[] = {"uniform", "hotspot", "tornado", "neighbour",
                                           "permutation"};
    const char *pattern = patterns[nodes < 4 ? 0 : rng_below(rng, 5)];
    double rate = (double)draw(rng, 1, rng_below(rng, 3) ? 20 : 90) / 100;
    set(to, "workload.pattern=%s", pattern);
    if (strcmp(pattern, "hotspot") == 0)
        set(to, "workload.hotspots=[%u]", draw(rng, 0, nodes - 1));
    // On sides of 2 tornado sends to the node itself only.
    bool to_self = strcmp(pattern, "tornado") == 0 || nodes < 4 || rng_below(rng, 2);
    set(to, "workload.include_self=%s", to_self ? "true" : "false");
    set(to, "workload.rate_flits_per_node_cycle=%g", rate);
    if (rng_below(rng, 3) == 0) {
        set(to, "workload.process=bursty");
        set(to, "workload.burst_cycles=%u", draw(rng, 2, 60));
        set(to, "workload.burst_rate_flits_per_node_cycle=%g", (rate + 1) / 2);
    }
    if (rng_below(rng, 2))
        set(to, "fabric.terminal.stall_probability=%g", (double)draw(rng, 1, 80) / 100);
}

static void draw_circuits(struct rng *rng, struct settings *to)
{
    uint32_t window = draw(rng, 2, 32);
    set(to, "fabric.circuit={blocked: %s, hold: %s, backoff_cycles: %u, backoff_max_cycles: %u}",
        rng_below(rng, 3) ? "retry" : "wait", circuit_hold_names[rng_below(rng, CIRCUIT_HOLD_NUM)],
        window, window << draw(rng, 0, 4));
}

static void set_design(const struct router_design *design, struct settings *to)
{
    set(to, "fabric.router.pipeline=%u", design->pipeline);
    set(to, "fabric.router.speculative=%s", design->speculative ? "true" : "false");
    set(to, "fabric.router.vc_allocator=%s", allocator_names[design->vc_allocator]);
    set(to, "fabric.router.switch_allocator=%s", allocator_names[design->switch_allocator]);
    set(to, "fabric.router.allocator_iterations=%u", design->allocator_iterations);
}

static void draw_run(struct rng *rng, const struct variant *variant, uint64_t router_cycles_min,
                     struct settings *to)
{
    uint32_t nodes;
    uint32_t addr_bits;
    to->num = 0;
    draw_topology(rng, variant, to, &nodes, &addr_bits);
    uint32_t buffer = draw(rng, variant->max_buffer_flits / 2 + 1, variant->max_buffer_flits);
    enum switching mode = (enum switching)draw(rng, 0, SWITCHING_NUM - 1);
    uint32_t len_bits = variant->flit_bits - LAYOUT_CLASS_BITS - addr_bits;
    uint32_t longest = switching_buffers_whole_packets(mode) ? buffer : 3 * buffer + 2;
    if (len_bits < 16 && longest >= 1U << len_bits)
        longest = (1U << len_bits) - 1;
    set(to, "fabric.router.switching=%s", switching_names[mode]);
    if (variant->table)
        draw_tables(rng, nodes, to);
    set(to, "fabric.router.vcs=%u", variant->vcs);
    set(to, "fabric.router.vc_choice=%s", rng_below(rng, 3) ? "any" : "by-flow");
    set(to, "fabric.router.buffer_flits=%u", buffer);
    set(to, "fabric.router.flit_bits=%u", variant->flit_bits);
    if (switching_is_circuit(mode))
        draw_circuits(rng, to);
    else
        set_design(&variant->design, to);
    set(to, "fabric.channel.latency_cycles=%u", rng_below(rng, 2) ? 1 : draw(rng, 2, 5));
    set(to, "fabric.channel.terminal_latency_cycles=%u", draw(rng, 1, 2));
    set(to, "fabric.channel.ejection_latency_cycles=%u", draw(rng, 1, 3));
    set(to, "fabric.packet={max_flits: %u, header_flits: 1}", longest > 1 ? longest : 2);
    draw_lengths(rng, longest, to);
    draw_traffic(rng, nodes, to);
    set(to, "fabric.backend=lockstep");
    set(to, "fabric.skip_idle=false"); // so that every router is compared in every cycle
    set(to, "run={seed: %" PRIu64 ", warmup_cycles: 0, slice: true, max_cycles: %" PRIu64 "}",
        rng_next(rng) >> 32, router_cycles_min / nodes + 1);
}

// Runs what was drawn. False with `err` if it could not be run or RTL and reference differ.
static bool simulate(const struct validate_options *options, const struct settings *settings,
                     struct run_result *result, struct err *err)
{
    struct config config;
    struct run_outputs outputs = {.quiet = options->quiet, .assertions = true};
    if (!config_default(&config, err))
        return false;
    bool good = true;
    for (uint32_t i = 0; good && i < settings->num; i++)
        good = config_set(&config, settings->text[i], "drawn setting", err);
    good = good && config_check(&config, err) && run_simulate(&config, &outputs, result, err);
    config_free(&config);
    return good && err->status == ERR_NONE;
}

// Appends to the error how to make the same run by hand.
static void tell_settings(const struct settings *settings, struct err *err)
{
    size_t used = strlen(err->text);
    used += (size_t)snprintf(err->text + used, sizeof err->text - used, "\nthe run: ordito run");
    for (uint32_t i = 0; i < settings->num && used < sizeof err->text; i++)
        used += (size_t)snprintf(err->text + used, sizeof err->text - used, " --set '%s'",
                                 settings->text[i]);
}

static void add(struct validate_result *sum, const struct run_result *run)
{
    sum->runs++;
    sum->router_cycles += run->compared_router_cycles;
    sum->packets += run->counters.packets_ejected;
    sum->flits += run->counters.flits_ejected;
    sum->wall_s += run->wall_s;
    sum->build_s += run->build_s;
}

bool validate_run(const struct validate_options *options, struct validate_result *result,
                  struct err *err)
{
    struct rng rng = rng_make(options->seed, RNG_VALIDATE, 0);
    struct run_result *run = malloc(sizeof *run);
    struct variant *variants = calloc(options->variants, sizeof *variants);
    bool good = run && variants;
    *result = (struct validate_result){.variants = options->variants};
    if (!good)
        err_set(err, ERR_RUN, "out of memory");
    for (uint32_t v = 0; good && v < options->variants; v++)
        variants[v] = draw_variant(&rng, v);
    while (good && result->runs < options->runs && !result->interrupted) {
        struct settings settings;
        struct err fault = {0};
        const struct variant *variant = &variants[result->runs % options->variants];
        draw_run(&rng, variant, options->router_cycles_min, &settings);
        good = simulate(options, &settings, run, &fault);
        if (!good && fault.status == ERR_DEADLOCK && run->outcome != RUN_DEADLOCK) {
            good = true; // a ring with a single VC, or with probes that wait: refused, drawn again
            continue;
        }
        result->interrupted = fault.status == ERR_INTERRUPTED || interrupt_pending();
        if (good || fault.status == ERR_MISMATCH)
            add(result, run);
        if (!good && fault.status != ERR_INTERRUPTED) {
            result->mismatches += fault.status == ERR_MISMATCH;
            tell_settings(&settings, &fault);
            *err = fault;
        }
        if (!options->quiet)
            progress_show("%" PRIu64 " of %" PRIu64 " runs, %" PRIu64 " router-cycles compared",
                          result->runs, options->runs, result->router_cycles);
    }
    if (!options->quiet)
        progress_clear();
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    result->peak_rss_bytes = (uint64_t)usage.ru_maxrss * 1024;
    free(variants);
    free(run);
    return good || err->status == ERR_MISMATCH || result->interrupted;
}
