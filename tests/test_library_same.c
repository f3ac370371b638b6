// SPDX-License-Identifier: Apache-2.0
// The library is the program: the same packets, in the same cycles, take the same times by both,
// and the figures are the same, byte by byte.
#include "sim/output.h"
#include "sim/run.h"
#include "tests/config_text.h"
#include "tests/library.h"

#include <inttypes.h>

struct shape {
    const char *kind; // of the registry
    const char *topology;
};

static const struct shape shapes[] = {
    {"mesh", "{kind: mesh, dims: [4, 3]}"},
    {"torus", "{kind: torus, dims: [4, 4]}"},
    {"hypercube", "{kind: hypercube, n: 4}"},
    {"cube", "{kind: cube, dims: [3, 2, 2]}"},
    {"ring", "{kind: ring, n: 7}"},
    {"star", "{kind: star, n: 9}"},
    {"tree", "{kind: tree, arity: 2, height: 3}"},
    {"fat-tree", "{kind: fat-tree, arity: 2, height: 3}"},
    {"concentrated-mesh", "{kind: concentrated-mesh, dims: [3, 3], concentration: 2}"},
    {"flattened-butterfly", "{kind: flattened-butterfly, dims: [3, 3], concentration: 1}"},
    {"dragonfly", "{kind: dragonfly, routers_per_group: 2, concentration: 1, global_ports: 1}"},
    {"graph", "{kind: graph, file: tests/graphs/far.txt}"},
    {"cluster", "{kind: cluster, racks: [{kind: mesh, dims: [2, 2], count: 3}], "
                "join: {kind: ring, channels: 1, latency_cycles: 5, flit_cycles: 2}}"},
};
enum { NUM_SHAPES = sizeof shapes / sizeof *shapes };

// What the program says of a replay: its packets, and the section `fabric` of its JSON.
struct told {
    char *packets;
    char *fabric;
};

static void free_told(struct told *told)
{
    free(told->packets);
    free(told->fabric);
}

static struct told told_by_run(const char *yaml, const struct library_packet *packets)
{
    char csv[128];
    char text[LIBRARY_PACKETS * 40] = "";
    struct err err = {0};
    struct config config = made();
    struct run_result *result = calloc(1, sizeof *result);
    size_t used = 0;
    for (uint32_t i = 0; i < LIBRARY_PACKETS; i++)
        used += (size_t)snprintf(text + used, sizeof text - used,
                                 "%" PRIu64 " %" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu32 "\n",
                                 packets[i].cycle, packets[i].source, packets[i].destination,
                                 packets[i].flits, packets[i].traffic_class);
    cr_assert(result && config_read_text(&config, yaml, "test", &err), "%s", err.text);
    config.workload = WORKLOAD_PACKETS;
    config.path = strdup(scratch_file("packets.txt", text));
    snprintf(csv, sizeof csv, "%s/packets.csv", scratch_folder());
    struct run_outputs outputs = {.packets = csv, .quiet = true};
    cr_assert(config_check(&config, &err) && run_simulate(&config, &outputs, result, &err),
              "%s: %s", yaml, err.text);
    cr_assert_eq(result->outcome, RUN_COMPLETED, "%s: %s", yaml, err.text);
    struct figure_source source = {.config = &config, .result = result, .output_s = -1};
    json_t *object = output_json(&source);
    struct told told = {.fabric = output_json_text(json_object_get(object, "fabric"), false)};
    FILE *from = fopen(csv, "r");
    size_t room = 0;
    cr_assert(from && getdelim(&told.packets, &room, 0, from) > 0);
    fclose(from);
    json_decref(object);
    config_free(&config);
    free(result);
    return told;
}

static struct told told_by_library(const char *yaml, const struct library_packet *packets)
{
    struct told told;
    size_t size;
    struct ordito *instance = library_new(yaml);
    struct ordito_delivery *deliveries = calloc(LIBRARY_PACKETS, sizeof *deliveries);
    uint32_t num = library_replay(instance, packets, deliveries);
    FILE *to = open_memstream(&told.packets, &size);
    fputs("packet,source_node,destination_node,packet_flits,hops,created_cycle,injected_cycle,"
          "ejected_cycle,latency_cycles,traffic_class,message\n",
          to);
    for (uint32_t i = 0; i < num; i++) {
        const struct ordito_delivery *d = &deliveries[i];
        const struct library_packet *sent = &packets[d->tag];
        cr_assert_eq(d->source, sent->source);
        cr_assert_eq(d->tag, d->packet);
        if (d->fate != ORDITO_DROPPED)
            fprintf(to,
                    "%" PRIu64 ",%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%" PRIu64
                    ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu32 ",\n",
                    d->packet, d->source, d->destination, d->flits, d->hops, d->created_cycle,
                    d->injected_cycle, d->ejected_cycle, d->ejected_cycle - d->created_cycle,
                    d->traffic_class);
    }
    fclose(to);
    cr_assert_eq(num, LIBRARY_PACKETS);
    told.fabric = ordito_json(instance, NULL);
    free(deliveries);
    ordito_free(instance);
    return told;
}

static uint32_t num_nodes_of(const char *yaml, uint32_t *classes)
{
    struct ordito_topology topology;
    struct ordito *instance = library_new(yaml);
    ordito_read_topology(instance, &topology, sizeof topology);
    ordito_free(instance);
    *classes = topology.classes;
    return (uint32_t)topology.nodes;
}

static void is_same(const char *topology, const char *router, const char *rest)
{
    char yaml[1024];
    uint32_t classes;
    struct library_packet packets[LIBRARY_PACKETS];
    snprintf(yaml, sizeof yaml,
             "fabric: {topology: %s, router: {%s}, packet: {max_flits: %d}%s}\nrun: {seed: 7}\n",
             topology, router, LIBRARY_MAX_FLITS, rest);
    uint32_t nodes = num_nodes_of(yaml, &classes);
    library_draw(packets, nodes, classes, strlen(yaml));
    struct told by_run = told_by_run(yaml, packets);
    struct told by_library = told_by_library(yaml, packets);
    cr_assert_str_eq(by_library.packets, by_run.packets, "%s", yaml);
    cr_assert_str_eq(by_library.fabric, by_run.fabric, "%s", yaml);
    free_told(&by_run);
    free_told(&by_library);
}

// Channels that take a flit in several cycles carry no circuits.
static bool takes(const struct shape *shape, int mode)
{
    return mode != SWITCHING_CIRCUIT || (strcmp(shape->kind, "cluster") != 0);
}

Test(library_same, every_kind_is_among_the_shapes)
{
    for (size_t k = 0; k < topology_num_kinds; k++) {
        bool found = false;
        for (size_t s = 0; s < NUM_SHAPES; s++)
            found |= strcmp(shapes[s].kind, topology_kinds[k]->name) == 0;
        cr_assert(found, "%s", topology_kinds[k]->name);
    }
}

Test(library_same, packets_take_what_they_take_in_the_program_on_every_topology_in_every_mode)
{
    for (size_t s = 0; s < NUM_SHAPES; s++) {
        for (int mode = 0; mode < SWITCHING_NUM; mode++) {
            char router[64];
            snprintf(router, sizeof router, "switching: %s", switching_names[mode]);
            if (takes(&shapes[s], mode))
                is_same(shapes[s].topology, router, "");
        }
    }
}

Test(library_same, so_they_do_with_other_routers_classes_faults_and_stalls)
{
    is_same(shapes[1].topology, "classes: 2, vcs: 4", "");
    is_same(shapes[1].topology, "routing: minimal-adaptive, pipeline: 3", "");
    is_same(shapes[1].topology,
            "routing: bubble, vcs: 1, buffer_flits: 16, switching: virtual-cut-through", "");
    is_same(shapes[0].topology, "routing: valiant", "");
    is_same(shapes[0].topology, "vcs: 2", ", channel: {faults: {drop_rate: 0.02}}");
    is_same(shapes[0].topology, "vcs: 2", ", terminal: {stall_probability: 0.3}");
    is_same(shapes[0].topology, "switching: circuit", ", circuit: {hold: message}");
    is_same(shapes[2].topology, "switching: circuit", ", circuit: {hold: cached}");
    is_same(shapes[0].topology, "vcs: 2", ", skip_idle: false");
    is_same(shapes[2].topology, "vcs: 2", ", model: ideal");
}

Test(library_same, so_they_do_by_rtl_in_every_mode)
{
    for (int mode = 0; mode < SWITCHING_NUM; mode++) {
        char router[64];
        snprintf(router, sizeof router, "switching: %s", switching_names[mode]);
        is_same(shapes[0].topology, router, ", backend: rtl");
        is_same(shapes[1].topology, router, ", backend: rtl");
        is_same(shapes[2].topology, router, ", backend: lockstep");
    }
}
