// SPDX-License-Identifier: Apache-2.0
// Leaving out what cannot change has no effect: with `fabric.skip_idle` and without, a run gives
// the same result, byte by byte, and the same packets. Combinations are those of the registries, so
// a new topology, mode, routing, allocator, workload or back end is compared by existing.
#include "model/net/routing_table.h"
#include "sim/output.h"
#include "sim/rng.h"
#include "tests/config_text.h"
#include "tests/idle_machine.h"
#include "tests/kinds.h"

enum { NUM_POLICIES = 2 * CIRCUIT_HOLD_NUM };

_Static_assert((int)NUM_POLICIES <= (int)KINDS_NUM_DESIGNS, "each policy takes a design's place");

// --- one machine, twice -------------------------------------------------------------------------

static char *contents(const char *path)
{
    size_t size;
    char *text = NULL;
    FILE *to = open_memstream(&text, &size);
    FILE *from = fopen(path, "r");
    cr_assert(to && from);
    for (int c = getc(from); c != EOF; c = getc(from))
        putc(c, to);
    fclose(from);
    fclose(to);
    return text;
}

// A result without what may differ between two runs.
static char *result_text(const struct config *config, const struct run_result *result)
{
    struct figure_source source = {.config = config, .result = result, .output_s = -1};
    json_t *object = output_json(&source);
    cr_assert(object && json_object_del(object, "host") == 0);
    char *text = output_json_text(object, false);
    json_decref(object);
    return text;
}

// All that a run tells of itself: error, result, packets. Freed by the caller; NULL if it is
// refused.
static char *told(const struct config *asked, bool skip_idle, const struct router_ops *ops)
{
    struct config config = *asked;
    struct err err = {0};
    struct run_result *result = calloc(1, sizeof *result);
    char *text = NULL;
    char packets[128];
    config.skip_idle = skip_idle;
    snprintf(packets, sizeof packets, "%s/packets.csv", scratch_folder());
    struct run_outputs outputs = {
        .packets = packets, .quiet = true, .assertions = true, .ops = ops};
    cr_assert_not_null(result);
    if (!config_check(&config, &err)) {
        cr_assert_eq(err.status, ERR_CONFIG);
    } else if (run_simulate(&config, &outputs, result, &err)) {
        char *json = result_text(&config, result);
        char *csv = contents(packets);
        cr_assert_gt(asprintf(&text, "%d %s\n%s%s", err.status, err.text, json, csv), 0);
        free(json);
        free(csv);
    } else {
        cr_assert_eq(err.status, ERR_CONFIG, "%s", err.text);
    }
    free(result);
    return text;
}

// False if the machine is refused.
static bool compare(const struct config *config)
{
    char *skipping = told(config, true, NULL);
    char *all = told(config, false, NULL);
    const char *a = skipping ? skipping : "refused\n";
    const char *b = all ? all : "refused\n";
    size_t line = 0; // where they differ
    for (size_t i = 0; a[i] == b[i] && a[i]; i++)
        line = a[i] == '\n' ? i + 1 : line;
    cr_assert(strcmp(a, b) == 0, "%s, %s, %s, %s:\n%.*s\nwithout skipping:\n%.*s",
              config->topology.kind, switching_names[config->switching], config->routing,
              config->path, (int)strcspn(a + line, "\n"), a + line, (int)strcspn(b + line, "\n"),
              b + line);
    free(skipping);
    free(all);
    return all != NULL;
}

// --- every combination, on the reference --------------------------------------------------------

// Machine of a combination; what no registry counts is drawn by the combination's number.
static struct config machine_of(const struct config *base, const struct topology_spec *shape,
                                const struct kinds_parts *parts, uint64_t draw)
{
    struct config config = *base;
    config.topology = *shape;
    config.switching = (enum switching)parts->mode;
    config.routing = (char *)routing_algorithms[parts->algorithm].name;
    config.design = kinds_design(parts->design, idle_part(draw, 0, 97));
    if (switching_is_circuit(config.switching)) {
        config.design = base->design;
        config.circuit.waits = parts->design % 2;
        config.circuit.hold = (enum circuit_hold)(parts->design / 2 % CIRCUIT_HOLD_NUM);
    }
    config.vcs = 4U << idle_part(draw, 8, 2);
    config.classes = 1 + idle_part(draw, 12, 2);
    config.by_flow = idle_part(draw, 16, 5) == 0;
    config.channel_latency_cycles = 1 + idle_part(draw, 20, 3);
    config.terminal_latency_cycles = 1 + idle_part(draw, 24, 2);
    config.stall_probability = idle_part(draw, 28, 2) ? 0.3 : 0;
    config.warmup_cycles = idle_part(draw, 48, 16) ? 50 : CONFIG_AUTO;
    config.seed = 1 + idle_part(draw, 0, 1000);
    return config;
}

// What has been compared.
struct seen {
    uint32_t shapes[64];
    uint32_t ways[ROUTING_MAX_ALGORITHMS][SWITCHING_NUM];
    uint32_t designs[KINDS_NUM_DESIGNS];
    uint32_t policies[NUM_POLICIES];
    uint32_t works[SWITCHING_NUM][IDLE_NUM_WORKLOADS];
};

static void compare_shape(const struct config *base, const struct idle_files *files,
                          const struct topology_spec *shape, const struct kinds_parts *parts,
                          size_t number, struct seen *seen)
{
    uint64_t draw = rng_mix(number);
    size_t workload = idle_part(draw, 32, IDLE_NUM_WORKLOADS);
    struct config config = machine_of(base, shape, parts, draw);
    idle_give_work(&config, files, workload, idle_part(draw, 40, 2));
    if (!compare(&config))
        return;
    bool circuits = switching_is_circuit(config.switching);
    seen->shapes[parts->shape]++;
    seen->ways[parts->algorithm][parts->mode]++;
    seen->works[parts->mode][workload]++;
    if (circuits)
        seen->policies[parts->design % NUM_POLICIES]++;
    else
        seen->designs[parts->design]++;
}

static void check_seen(const struct seen *seen, size_t num_shapes)
{
    for (size_t i = 0; i < num_shapes; i++)
        cr_expect_gt(seen->shapes[i], 0, "shape %zu", i);
    for (size_t i = 0; i < KINDS_NUM_DESIGNS; i++)
        cr_expect_gt(seen->designs[i], 0, "design %zu", i);
    for (size_t i = 0; i < NUM_POLICIES; i++)
        cr_expect_gt(seen->policies[i], 0, "policy of circuits %zu", i);
    for (size_t mode = 0; mode < SWITCHING_NUM; mode++)
        for (size_t i = 0; i < IDLE_NUM_WORKLOADS; i++)
            cr_expect_gt(seen->works[mode][i], 0, "%s, workload %zu", switching_names[mode], i);
}

Test(idle, skipping_has_no_effect_whatever_topology_switching_routing_and_router)
{
    struct config base = idle_base();
    struct idle_files files = idle_files_made();
    struct seen seen = {0};
    struct kinds_parts parts;
    cr_assert_leq(kinds_num_shapes, sizeof seen.shapes / sizeof *seen.shapes);
    for (size_t n = 0; kinds_combination(n, KINDS_NUM_DESIGNS, &parts); n++)
        compare_shape(&base, &files, &kinds_shapes[parts.shape], &parts, n, &seen);
    check_seen(&seen, kinds_num_shapes);
    for (size_t i = 0; i < routing_num_algorithms; i++)
        cr_expect_gt(seen.ways[i][SWITCHING_VIRTUAL_CUT_THROUGH], 0, "%s",
                     routing_algorithms[i].name);
    config_free(&base);
}

Test(idle, skipping_has_no_effect_on_narrow_and_long_channels)
{
    const struct topology_spec shapes[] = {
        {.kind = "cluster",
         .racks = "kind=mesh\tdims=2x2\tcount=2\nkind=ring\tn=3\tflit_cycles=2",
         .join_channels = 1,
         .join_latency_cycles = 5,
         .join_flit_cycles = 4},
        {.kind = "graph",
         .file = (char *)scratch_file("narrow.txt", "router 0 nodes=3\n0 1 flit_cycles=7\n"
                                                    "1 2 latency_cycles=90 flit_cycles=2\n2 0\n")},
    };
    struct config base = idle_base();
    struct idle_files files = idle_files_made();
    struct seen seen = {0};
    struct kinds_parts parts;
    for (size_t i = 0; i < 2; i++)
        for (size_t n = 0; kinds_combination(n, KINDS_NUM_DESIGNS, &parts) && parts.shape == 0;
             n++) {
            parts.shape = i;
            compare_shape(&base, &files, &shapes[i], &parts, n, &seen);
        }
    for (size_t i = 0; i < 2; i++)
        cr_expect_gt(seen.shapes[i], 2 * KINDS_NUM_DESIGNS);
    config_free(&base);
}

// --- RTL ----------------------------------------------------------------------------------------

// Of the variants that other tests run, too.
static bool compare_rtl(const struct config *base, const struct idle_files *files,
                        const struct topology_spec *shape, enum config_backend backend, size_t mode)
{
    struct config config = *base;
    uint64_t draw = rng_mix((uint64_t)shape->dims[0] * 8 + mode);
    config.topology = *shape;
    config.backend = backend;
    config.switching = (enum switching)mode;
    config.vcs = 2;
    config.channel_latency_cycles = backend == BACKEND_RTL_WHOLE ? 1 : 1 + idle_part(draw, 0, 3);
    config.stall_probability = idle_part(draw, 8, 2) ? 0.3 : 0;
    config.circuit.hold = (enum circuit_hold)idle_part(draw, 16, CIRCUIT_HOLD_NUM);
    config.max_flits = 2 * IDLE_MAX_FLITS;
    idle_give_work(&config, files, idle_part(draw, 24, IDLE_NUM_WORKLOADS), idle_part(draw, 32, 2));
    return compare(&config);
}

Test(idle, skipping_has_no_effect_on_any_back_end)
{
    struct config base = idle_base();
    struct idle_files files = idle_files_made();
    for (size_t backend = 0; backend < BACKEND_NUM; backend++) {
        bool whole = backend == BACKEND_RTL_WHOLE;
        const struct topology_spec *shapes = whole ? kinds_whole_shapes : kinds_five_port_shapes;
        size_t num = whole ? kinds_num_whole_shapes : kinds_num_five_port_shapes;
        for (size_t i = 0; i < num; i++)
            for (size_t mode = 0; mode < SWITCHING_NUM; mode++)
                cr_expect(
                    compare_rtl(&base, &files, &shapes[i], (enum config_backend)backend, mode) ||
                        (whole && switching_is_circuit((enum switching)mode)),
                    "back end %zu refuses %s", backend, shapes[i].kind);
    }
    config_free(&base);
}

Test(idle, skipping_has_no_effect_on_narrow_channels_and_pipelines_in_rtl)
{
    const struct topology_spec shape = {
        .kind = "graph",
        .file = (char *)scratch_file("pair.txt", "router 0 nodes=1\nrouter 1 nodes=1\n"
                                                 "0 1 flit_cycles=3 latency_cycles=2\n")};
    struct config base = idle_base();
    struct idle_files files = {0};
    for (uint32_t pipeline = 1; pipeline <= 3; pipeline += 2)
        for (size_t backend = BACKEND_RTL; backend <= BACKEND_LOCKSTEP; backend++) {
            struct config config = base;
            config.topology = shape;
            config.vcs = 2;
            config.design.pipeline = pipeline;
            config.design.speculative = pipeline == 3;
            config.backend = (enum config_backend)backend;
            idle_give_work(&config, &files, WORKLOAD_SYNTHETIC, backend == BACKEND_RTL);
            cr_expect(compare(&config));
        }
    config_free(&base);
}
