// SPDX-License-Identifier: Apache-2.0
#include "sim/validate_draw.h"

#include "model/net/route_kinds.h"
#include "model/net/routing_table.h"
#include "model/node/pattern.h"
#include "sim/config.h"
#include "sim/machine.h"
#include "sim/validate_topology.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// RTL's smallest tables serve all networks of so many addresses.
enum { MAX_NODES = 256, MAX_ROUTERS = 256, MAX_TABLE_SIZE = 64, TRIES = 60, MAX_ROUNDS = 1000 };

__attribute__((format(printf, 2, 3))) static void set(struct validate_settings *self,
                                                      const char *format, ...)
{
    va_list args;
    assert(self->num < VALIDATE_MAX_SETTINGS);
    va_start(args, format);
    vsnprintf(self->text[self->num++], sizeof self->text[0], format, args);
    va_end(args);
}

// --- networks -----------------------------------------------------------------------------------

// A configuration of these settings, with a topology that is quickly built; config_free releases it
// also if there is something wrong with it.
static bool configure(struct config *config, const struct validate_settings *settings)
{
    struct err err = {0};
    bool good = config_default(config, &err);
    for (uint32_t i = 0; good && i < settings->num; i++)
        good = config_set(config, settings->text[i], "drawn setting", &err);
    struct topology_spec spec = config->topology;
    return good && config_check(config, &err) && topology_resolve(&spec, &err) &&
           spec.nodes <= MAX_NODES;
}

// Whether the network can be built, is free of deadlock and runs on the variant's RTL. What the
// caller wants to know of it is put in `network`.
struct network {
    uint32_t routers;
    uint32_t nodes;
    uint32_t addr_bits;
};

static bool fits(const struct validate_variant *variant, const struct validate_settings *settings,
                 struct network *network)
{
    struct config config;
    struct machine machine = {0};
    struct err err = {0};
    bool good = configure(&config, settings) && machine_make_topology(&machine, &config, &err);
    const struct topology *t = machine.topology;
    good = good && t->radix == variant->radix && t->num_routers <= MAX_ROUTERS &&
           (t->flit_cycles != NULL) == variant->paced;
    good = good && machine_make_routing(&machine, &config, config_longest_flits(&config), &err);
    if (good) {
        uint32_t table_size = machine.routing->table_size;
        good = machine.routing->kind == variant->kind && table_size <= MAX_TABLE_SIZE;
        const struct layout *layout = &machine.routing->layout;
        *network =
            (struct network){t->num_routers, t->num_nodes, layout->addr_bits + layout->via_bits};
    }
    machine_free(&machine);
    config_free(&config);
    return good;
}

// Writes a topology as a setting: the drawn text, or the same with failed parts.
static void draw_topology(struct validate_drawing *self, const struct topology_kind *kind,
                          bool paced, struct validate_settings *to)
{
    char text[VALIDATE_MAX_TEXT - 64] = "";
    FILE *stream = fmemopen(text, sizeof text, "w");
    assert(stream);
    validate_draw_topology(&self->rng, kind, self->graph_path, paced, stream);
    if (rng_below(&self->rng, 4) == 0) {
        struct config config;
        struct validate_settings whole = {.num = 0};
        struct err err = {0};
        fflush(stream);
        set(&whole, "fabric.topology={%s}", text);
        struct topology *t = configure(&config, &whole) ? config_topology(&config, &err) : NULL;
        if (t) {
            fputs(", ", stream);
            validate_draw_failed(&self->rng, t, stream);
        }
        topology_free(t);
        config_free(&config);
    }
    fclose(stream);
    set(to, "fabric.topology={%s}", text);
}

static void draw_network(struct validate_drawing *self, const struct topology_kind *kind,
                         const struct validate_variant *variant, struct validate_settings *to)
{
    const struct router_design *design = &variant->design;
    const struct routing_algorithm *routing;
    do
        routing = &routing_algorithms[rng_below(&self->rng, routing_num_algorithms)];
    while (variant->kind && routing->kind != variant->kind);
    to->num = 0;
    draw_topology(self, kind, variant->paced, to);
    set(to, "fabric.router.routing=%s", routing->name);
    set(to, "fabric.router.vcs=%u", variant->vcs);
    set(to, "fabric.router.classes=%u", variant->classes);
    set(to, "fabric.router.vc_choice=%s", rng_below(&self->rng, 3) ? "any" : "by-flow");
    set(to, "fabric.router.flit_bits=%u", variant->flit_bits);
    set(to, "fabric.router.pipeline=%u", design->pipeline);
    set(to, "fabric.router.vc_allocator=%s", allocator_names[design->vc_allocator]);
    set(to, "fabric.router.switch_allocator=%s", allocator_names[design->switch_allocator]);
    set(to, "fabric.router.allocator_iterations=%u", design->allocator_iterations);
    set(to, "fabric.router.speculative=%s", design->speculative ? "true" : "false");
}

// A network on the variant, of the kind that was drawn least if there is one. False if none was
// found in some tries of each kind.
static bool find_network(struct validate_drawing *self, const struct validate_variant *variant,
                         struct validate_settings *to, struct network *network, size_t *kind)
{
    bool tried[VALIDATE_MAX_KINDS] = {false};
    assert(topology_num_kinds <= VALIDATE_MAX_KINDS);
    for (size_t round = 0; round < topology_num_kinds; round++) {
        *kind = topology_num_kinds;
        for (size_t k = 0; k < topology_num_kinds; k++)
            if (!tried[k] &&
                (*kind == topology_num_kinds || self->kind_runs[k] < self->kind_runs[*kind]))
                *kind = k;
        tried[*kind] = true;
        for (int i = 0; i < TRIES; i++) {
            draw_network(self, topology_kinds[*kind], variant, to);
            if (fits(variant, to, network))
                return true;
        }
    }
    return false;
}

// --- variants -----------------------------------------------------------------------------------

static struct router_design draw_design(struct rng *rng, uint32_t radix, uint32_t class_vcs)
{
    struct router_design design;
    const char *key;
    struct err err;
    do {
        err = (struct err){0};
        design = (struct router_design){
            .pipeline = validate_draw(rng, 1, ROUTER_MAX_PIPELINE),
            .speculative = rng_below(rng, 2),
            .vc_allocator = (enum allocator_kind)rng_below(rng, ALLOCATOR_NUM),
            .switch_allocator = (enum allocator_kind)rng_below(rng, ALLOCATOR_NUM),
            .allocator_iterations = rng_below(rng, 2) ? 1 : validate_draw(rng, 2, 4),
        };
    } while (!router_design_check(&design, radix, class_vcs, &key, &err));
    return design;
}

// A number of traffic classes that can share so many VCs out.
static uint32_t draw_classes(struct rng *rng, uint32_t vcs)
{
    uint32_t classes;
    do
        classes = validate_draw(rng, 1, ROUTER_MAX_CLASSES);
    while (vcs % classes);
    return classes;
}

// A way to route by coordinates. Bubbles ask for buffers of two packets, which are not drawn.
static const struct route_kind *draw_kind(struct rng *rng)
{
    const struct route_kind *kind;
    do
        kind = route_kinds[rng_below(rng, route_num_kinds)];
    while (kind->bubbles);
    return kind;
}

struct validate_variant validate_draw_variant(struct validate_drawing *self, uint32_t number)
{
    static const struct router_design plain = {.pipeline = 1, .allocator_iterations = 1};
    const struct validate_variant corners[] = {
        {5, 2, 1, 64, 8, &route_dimension_order, false, plain},
        {4, 2, 1, 64, 8, NULL, false, plain},
        {5, 4, 1, 32, 8, &route_minimal_adaptive, false, plain},
        {5,
         3,
         1,
         64,
         16,
         NULL,
         true,
         {3, true, ALLOCATOR_SEPARABLE, ALLOCATOR_SEPARABLE, 1, false}},
        {3, 1, 1, 16, 1, &route_dimension_order, false, {.pipeline = 2, .allocator_iterations = 1}},
        {7,
         8,
         2,
         64,
         16,
         &route_valiant,
         false,
         {4, true, ALLOCATOR_WAVEFRONT, ALLOCATOR_MATRIX, 1, false}},
        {6, 4, 1, 96, 4, NULL, false, {3, true, ALLOCATOR_MATRIX, ALLOCATOR_ISLIP, 2, false}},
        {5,
         8,
         4,
         32,
         4,
         &route_odd_even,
         false,
         {1, false, ALLOCATOR_SEPARABLE, ALLOCATOR_WAVEFRONT, 1, false}},
        {9, 3, 1, 512, 2, NULL, false, plain},
        {4,
         2,
         2,
         24,
         64,
         &route_negative_first,
         false,
         {4, false, ALLOCATOR_ISLIP, ALLOCATOR_SEPARABLE, 3, false}},
    };
    struct validate_variant variant;
    struct validate_settings settings;
    struct network network;
    size_t kind;
    if (number < sizeof corners / sizeof *corners)
        return corners[number];
    struct rng *rng = &self->rng;
    do {
        variant = (struct validate_variant){
            .radix = validate_draw(rng, 2, 9),
            .vcs = validate_draw(rng, 1, 8),
            .flit_bits = validate_draw(rng, 20, 160),
            .max_buffer_flits = 1U << validate_draw(rng, 0, 5),
            .kind = rng_below(rng, 2) ? NULL : draw_kind(rng),
        };
        variant.classes = rng_below(rng, 3) ? 1 : draw_classes(rng, variant.vcs);
        variant.paced = !variant.kind && rng_below(rng, 3) == 0;
        variant.design = draw_design(rng, variant.radix, variant.vcs / variant.classes);
    } while (!find_network(self, &variant, &settings, &network, &kind));
    return variant;
}

// --- runs ---------------------------------------------------------------------------------------

// Packet lengths, at most `longest`; of several classes one for each.
static void draw_lengths(struct rng *rng, uint32_t longest, uint32_t classes,
                         struct validate_settings *to)
{
    uint32_t flits = validate_draw(rng, 1, longest);
    if (classes == 1 && rng_below(rng, 2)) {
        set(to, "workload.packet_flits=%u", flits);
        return;
    }
    char text[256];
    int used = snprintf(text, sizeof text, "{flits: 1, weight: %u}, {flits: %u, weight: %u}",
                        validate_draw(rng, 1, 3), flits, validate_draw(rng, 1, 3));
    for (uint32_t c = 1; c < classes; c++)
        used += snprintf(text + used, sizeof text - (size_t)used,
                         ", {flits: %u, weight: %u, class: %u}", validate_draw(rng, 1, longest),
                         validate_draw(rng, 1, 3), c);
    set(to, "workload.packet_flits=[%s]", text);
}

// Whether a pattern that needs no file is defined on the network.
static bool has_pattern(const struct pattern_spec *spec, const struct validate_settings *settings)
{
    struct config config;
    struct err err = {0};
    bool good = configure(&config, settings);
    struct topology *topology = good ? config_topology(&config, &err) : NULL;
    struct pattern *pattern = topology ? pattern_new(spec, topology, &err) : NULL;
    good = pattern;
    if (pattern)
        pattern_free(pattern);
    topology_free(topology);
    config_free(&config);
    return good;
}

static void draw_pattern(struct rng *rng, uint32_t nodes, struct validate_settings *to)
{
    uint32_t hotspot = validate_draw(rng, 0, nodes - 1);
    struct pattern_spec spec = {.hotspots = &hotspot, .num_hotspots = 1};
    do {
        spec.pattern = pattern_names[rng_below(rng, pattern_num_names)];
        spec.include_self = nodes < 4 || rng_below(rng, 2);
    } while (strcmp(spec.pattern, "matrix") == 0 || !has_pattern(&spec, to));
    set(to, "workload.pattern=%s", spec.pattern);
    if (strcmp(spec.pattern, "hotspot") == 0)
        set(to, "workload.hotspots=[%u]", hotspot);
    set(to, "workload.include_self=%s", spec.include_self ? "true" : "false");
}

static void draw_traffic(struct rng *rng, struct validate_settings *to)
{
    double rate = (double)validate_draw(rng, 1, rng_below(rng, 3) ? 20 : 90) / 100;
    set(to, "workload.rate_flits_per_node_cycle=%g", rate);
    if (rng_below(rng, 3) == 0) {
        set(to, "workload.process=bursty");
        set(to, "workload.burst_cycles=%u", validate_draw(rng, 2, 60));
        set(to, "workload.burst_rate_flits_per_node_cycle=%g", (rate + 1) / 2);
    }
    if (rng_below(rng, 2))
        set(to, "fabric.terminal.stall_probability=%g", (double)validate_draw(rng, 1, 80) / 100);
}

// Circuits, whose routers have one design. Probes wait only where that is proven safe.
static void draw_circuits(struct rng *rng, const struct validate_variant *variant,
                          struct validate_settings *to)
{
    struct network network;
    uint32_t window = validate_draw(rng, 2, 32);
    set(to, "fabric.circuit={blocked: %s, hold: %s, backoff_cycles: %u, backoff_max_cycles: %u}",
        rng_below(rng, 3) ? "retry" : "wait", circuit_hold_names[rng_below(rng, CIRCUIT_HOLD_NUM)],
        window, window << validate_draw(rng, 0, 4));
    set(to, "fabric.router.classes=1");
    set(to, "fabric.router.pipeline=1");
    set(to, "fabric.router.vc_allocator=separable");
    set(to, "fabric.router.switch_allocator=separable");
    set(to, "fabric.router.allocator_iterations=1");
    set(to, "fabric.router.speculative=false");
    if (!fits(variant, to, &network))
        set(to, "fabric.circuit.blocked=retry");
}

static enum switching draw_switching(struct rng *rng, const struct validate_variant *variant)
{
    bool circuits = !variant->paced && (!variant->kind || variant->kind == &route_dimension_order);
    enum switching mode;
    do
        mode = (enum switching)rng_below(rng, SWITCHING_NUM);
    while (switching_is_circuit(mode) && !circuits);
    return mode;
}

// All but the network.
static void draw_rest(struct validate_drawing *self, const struct validate_variant *variant,
                      const struct network *network, struct validate_settings *to)
{
    struct rng *rng = &self->rng;
    uint32_t buffer =
        validate_draw(rng, variant->max_buffer_flits / 2 + 1, variant->max_buffer_flits);
    enum switching mode = draw_switching(rng, variant);
    uint32_t len_bits = variant->flit_bits - LAYOUT_CLASS_BITS - network->addr_bits;
    uint32_t longest = switching_buffers_whole_packets(mode) ? buffer : 3 * buffer + 2;
    if (len_bits < 16 && longest >= 1U << len_bits)
        longest = (1U << len_bits) - 1;
    set(to, "fabric.router.switching=%s", switching_names[mode]);
    set(to, "fabric.router.buffer_flits=%u", buffer);
    if (switching_is_circuit(mode))
        draw_circuits(rng, variant, to);
    set(to, "fabric.channel.latency_cycles=%u", rng_below(rng, 2) ? 1 : validate_draw(rng, 2, 5));
    set(to, "fabric.channel.terminal_latency_cycles=%u", validate_draw(rng, 1, 2));
    set(to, "fabric.channel.ejection_latency_cycles=%u", validate_draw(rng, 1, 3));
    set(to, "fabric.packet={max_flits: %u, header_flits: 1}", longest > 1 ? longest : 2);
    draw_lengths(rng, longest, switching_is_circuit(mode) ? 1 : variant->classes, to);
    draw_pattern(rng, network->nodes, to);
    draw_traffic(rng, to);
    set(to, "fabric.backend=lockstep");
    set(to, "fabric.skip_idle=false"); // so that every router is compared in every cycle
    set(to, "run={seed: %" PRIu64 ", warmup_cycles: 0, slice: true, max_cycles: %" PRIu64 "}",
        rng_next(rng) >> 32, self->router_cycles_min / network->routers + 1);
}

void validate_draw_run(struct validate_drawing *self, const struct validate_variant *variant,
                       struct validate_settings *to)
{
    struct network network;
    size_t kind;
    bool found = false;
    for (int round = 0; !found && round < MAX_ROUNDS; round++)
        found = find_network(self, variant, to, &network, &kind);
    assert(found); // of every variant something was found before, or is known
    self->kind_runs[kind]++;
    draw_rest(self, variant, &network, to);
}
