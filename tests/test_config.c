// SPDX-License-Identifier: Apache-2.0
// The configuration: what is read, --set, the echo.
#include "sim/param.h"
#include "tests/config_text.h"

#include <glob.h>

static char *echo_text(const struct config *config)
{
    json_t *echo = config_echo(config);
    char *text = json_dumps(echo, JSON_COMPACT);
    json_decref(echo);
    cr_assert(text != NULL);
    return text;
}

// The echo of one key as JSON text, to be freed.
static char *echo_of(const struct config *config, const char *key)
{
    json_t *echo = config_echo(config);
    json_t *at = echo;
    char path[128];
    snprintf(path, sizeof path, "%s", key);
    for (char *part = strtok(path, "."); part; part = strtok(NULL, "."))
        at = json_object_get(at, part);
    char *text = at ? json_dumps(at, JSON_ENCODE_ANY | JSON_COMPACT) : strdup("absent");
    json_decref(echo);
    return text;
}

static void echoes(const struct config *config, const char *key, const char *expected)
{
    char *text = echo_of(config, key);
    cr_assert_str_eq(text, expected, "%s", key);
    free(text);
}

Test(config, defaults_are_those_of_the_documentation)
{
    struct config c = made();
    cr_assert_str_eq(c.topology.kind, "mesh");
    cr_assert_eq(c.topology.nodes, 64);
    cr_assert_eq(c.switching, SWITCHING_WORMHOLE);
    cr_assert_str_eq(c.routing, "auto");
    cr_assert(c.vcs == 4 && c.buffer_flits == 8 && c.flit_bits == 64 && !c.by_flow);
    cr_assert(c.channel_latency_cycles == 1 && c.terminal_latency_cycles == 1);
    cr_assert(c.max_flits == 8 && c.header_flits == 1);
    cr_assert(!c.circuit.waits && c.circuit.hold == CIRCUIT_HOLD_MESSAGE);
    cr_assert(c.circuit.backoff_cycles == 16 && c.circuit.backoff_max_cycles == 1024);
    cr_assert(c.fabric_clock_hz == 1e9 && config_node_clock_hz(&c) == 1e9 &&
              c.compute_scale == 1.0);
    cr_assert(c.backend == BACKEND_REF && c.workload == WORKLOAD_SYNTHETIC);
    cr_assert(c.rate_flits_per_node_cycle == 0.1 && c.num_lengths == 1 && c.lengths[0].flits == 4);
    cr_assert(c.seed == 1 && c.measure_cycles == 100000 && c.watchdog_cycles == 10000);
    cr_assert(c.warmup_cycles == CONFIG_AUTO && c.drain_cycles == CONFIG_AUTO);
    cr_assert(c.max_cycles == CONFIG_AUTO && !c.slice && c.eager_bytes == 65536);
    struct err err = {0};
    cr_assert(config_check(&c, &err), "%s", err.text);
    config_free(&c);
}

Test(config, every_default_set_again_leaves_the_echo_as_it_was)
{
    struct config plain = made();
    char *before = echo_text(&plain);
    for (size_t i = 0; i < param_num; i++) {
        struct config config = made();
        char assignment[256];
        snprintf(assignment, sizeof assignment, "%s=%s", param_table[i].key,
                 param_table[i].initial);
        set(&config, assignment);
        char *after = echo_text(&config);
        cr_assert_str_eq(after, before, "%s", assignment);
        free(after);
        config_free(&config);
    }
    free(before);
    config_free(&plain);
}

Test(config, an_empty_file_and_empty_sections_mean_defaults)
{
    struct config plain = made();
    char *before = echo_text(&plain);
    static const char *const texts[] = {"", "# nothing\n", "fabric:\nrun: {}\n", "~\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct config config = made();
        struct err err = {0};
        char folder[64];
        cr_assert(read_text(&config, texts[i], folder, &err), "%s", err.text);
        char *after = echo_text(&config);
        cr_assert_str_eq(after, before);
        free(after);
        config_free(&config);
    }
    free(before);
    config_free(&plain);
}

Test(config, sets_apply_in_order_over_the_file)
{
    struct config config = made();
    struct err err = {0};
    char folder[64];
    cr_assert(read_text(&config, "fabric: {router: {vcs: 2, buffer_flits: 3}}", folder, &err));
    set(&config, "fabric.router.vcs=5");
    set(&config, "fabric.router.vcs=6");
    cr_assert_eq(config.vcs, 6);
    cr_assert_eq(config.buffer_flits, 3);
    config_free(&config);
}

Test(config, setting_a_mapping_replaces_the_whole_mapping)
{
    struct config config = made();
    set(&config, "fabric.router={vcs: 2, buffer_flits: 3}");
    set(&config, "fabric.channel.latency_cycles=7");
    set(&config, "fabric.router={flit_bits: 128}");
    cr_assert_eq(config.vcs, 4, "its other keys are back at their defaults");
    cr_assert_eq(config.buffer_flits, 8);
    cr_assert_eq(config.flit_bits, 128);
    cr_assert_eq(config.channel_latency_cycles, 7, "other mappings stay");
    set(&config, "fabric={}");
    cr_assert_eq(config.channel_latency_cycles, 1);
    config_free(&config);
}

Test(config, setting_the_kind_alone_drops_the_other_kinds_parameters)
{
    struct config config = made();
    set(&config, "fabric.topology={kind: torus, dims: [4, 4]}");
    echoes(&config, "fabric.topology", "{\"kind\":\"torus\",\"dims\":[4,4]}");
    set(&config, "fabric.topology.kind=hypercube");
    echoes(&config, "fabric.topology", "{\"kind\":\"hypercube\",\"n\":6}");
    set(&config, "fabric.topology.n=3");
    set(&config, "fabric.topology.kind=mesh");
    echoes(&config, "fabric.topology", "{\"kind\":\"mesh\",\"dims\":[8,8]}");
    config_free(&config);
}

Test(config, the_number_of_nodes_is_every_kinds_parameter_in_either_order)
{
    struct config config = made();
    set(&config, "fabric.topology.nodes=16");
    set(&config, "fabric.topology.kind=hypercube");
    echoes(&config, "fabric.topology", "{\"kind\":\"hypercube\",\"n\":4}");
    set(&config, "fabric.topology.nodes=256");
    echoes(&config, "fabric.topology", "{\"kind\":\"hypercube\",\"n\":8}");
    config_free(&config);
}

Test(config, of_nodes_dims_and_n_the_later_set_wins)
{
    struct config config = made();
    set(&config, "fabric.topology={kind: torus, dims: [8, 8]}");
    set(&config, "fabric.topology.nodes=16");
    echoes(&config, "fabric.topology", "{\"kind\":\"torus\",\"dims\":[4,4]}");
    set(&config, "fabric.topology.dims=[2, 3, 5]");
    echoes(&config, "fabric.topology", "{\"kind\":\"torus\",\"dims\":[2,3,5]}");
    config_free(&config);
}

Test(config, the_kind_does_not_drop_what_stands_beside_it_in_any_order)
{
    struct config config = made();
    set(&config, "fabric.topology={dims: [3, 5], kind: torus}");
    echoes(&config, "fabric.topology", "{\"kind\":\"torus\",\"dims\":[3,5]}");
    config_free(&config);
}

Test(config, a_mix_of_lengths_and_lists_of_nodes_are_read)
{
    struct config config = made();
    set(&config, "workload.packet_flits=[{flits: 1, weight: 3}, {weight: 0.5, flits: 9}]");
    set(&config, "workload.hotspots=[0, 63]");
    cr_assert_eq(config.num_lengths, 2);
    cr_assert(config.lengths[1].flits == 9 && config.lengths[1].weight == 0.5);
    cr_assert(config.num_hotspots == 2 && config.hotspots[1] == 63);
    cr_assert_eq(config_longest_flits(&config), 9);
    echoes(&config, "workload.hotspots", "[0,63]");
    config_free(&config);
}

Test(config, a_path_in_a_file_starts_from_its_folder_and_is_echoed_as_written)
{
    struct config config = made();
    struct err err = {0};
    char folder[64];
    char expected[128];
    cr_assert(read_text(&config, "workload: {kind: trace, path: a/b.ti}", folder, &err));
    snprintf(expected, sizeof expected, "%s/a/b.ti", folder);
    cr_assert_str_eq(config.path, expected);
    echoes(&config, "workload.path", "\"a/b.ti\"");
    set(&config, "workload.path=a/c.ti");
    cr_assert_str_eq(config.path, "a/c.ti", "on the command line, from the working directory");
    set(&config, "workload.path=-");
    cr_assert_str_eq(config.path, "-");
    set(&config, "workload.path=null");
    cr_assert_null(config.path);
    config_free(&config);
}

Test(config, the_echo_leaves_out_what_cannot_change_results)
{
    struct config config = made();
    char *before = echo_text(&config);
    set(&config, "fabric.backend=lockstep");
    set(&config, "fabric.skip_idle=false");
    set(&config, "run.threads=3");
    set(&config, "workload.eager_bytes=1"); // of traces
    char *after = echo_text(&config);
    cr_assert_str_eq(after, before);
    free(after);
    set(&config, "run.seed=2");
    after = echo_text(&config);
    cr_assert_str_neq(after, before);
    free(after);
    free(before);
    config_free(&config);
}

// The echo of a configuration with this topology, read as a configuration, gives the same echo.
static void check_echo(const char *topology)
{
    const char *const sets[] = {
        topology,
        "fabric.router={switching: virtual-cut-through, vcs: 7, vc_choice: by-flow}",
        "fabric.circuit={blocked: wait, hold: cached, backoff_cycles: 3, backoff_max_cycles: 99}",
        "workload.packet_flits=[{flits: 1, weight: 3}, {flits: 5, weight: 0.25}]",
        "workload.process=bursty",
        "run={seed: 77, warmup_cycles: 5, max_cycles: 1000, slice: true}",
    };
    struct config first = made();
    struct config second = made();
    struct err err = {0};
    char folder[64];
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        set(&first, sets[i]);
    char *echo = echo_text(&first);
    cr_assert(read_text(&second, echo, folder, &err), "%s", err.text);
    char *again = echo_text(&second);
    cr_assert_str_eq(again, echo);
    free(echo);
    free(again);
    config_free(&first);
    config_free(&second);
}

Test(config, an_echo_read_as_a_configuration_gives_the_same_echo)
{
    check_echo("fabric.topology={kind: hypercube, nodes: 32}");
    check_echo("fabric.topology={kind: cluster, nodes: 24, join: {channels: 2}}");
    check_echo("fabric.topology={kind: cluster, join: {kind: tree, latency_cycles: 9, channels: 2},"
               "racks: [{kind: torus, dims: [4, 3], count: 3, channels: 1}, {kind: dragonfly}]}");
}

Test(config, a_copy_is_equal_and_its_own)
{
    struct config config = made();
    struct config copy;
    struct err err = {0};
    set(&config, "workload.hotspots=[1, 2]");
    set(&config, "workload.path=a");
    char *before = echo_text(&config);
    cr_assert(config_copy(&copy, &config, &err));
    set(&config, "workload.hotspots=[3]");
    set(&config, "workload.path=b");
    config_free(&config);
    char *after = echo_text(&copy);
    cr_assert_str_eq(after, before);
    cr_assert_str_eq(copy.path, "a");
    free(before);
    free(after);
    config_free(&copy);
}

Test(config, messages_are_cut_to_what_a_buffer_takes_whole)
{
    struct config config = made();
    set(&config, "fabric.router.buffer_flits=5");
    cr_assert_eq(config_cut_flits(&config), 8);
    set(&config, "fabric.router.switching=virtual-cut-through");
    cr_assert_eq(config_cut_flits(&config), 5);
    config.cut_flits = 3;
    cr_assert_eq(config_cut_flits(&config), 3);
    echoes(&config, "fabric.packet.max_flits", "3");
    config_free(&config);
}

Test(config, failed_parts_stay_when_the_kind_changes_and_a_file_does_not)
{
    struct config config = made();
    set(&config, "fabric.topology={kind: graph, file: x.txt, failed: [router 5, channel 0-1]}");
    cr_expect_str_eq(config.topology.failed, "router 5\nchannel 0-1");
    cr_expect_eq(config.topology.nodes, 0);
    echoes(&config, "fabric.topology.failed", "[\"router 5\",\"channel 0-1\"]");
    echoes(&config, "fabric.topology.file", "\"x.txt\"");
    set(&config, "fabric.topology.kind=torus");
    cr_expect_null(config.topology.file);
    cr_expect_not_null(config.topology.failed);
    set(&config, "fabric.topology.failed=[]");
    cr_expect_null(config.topology.failed);
    config_free(&config);
}

Test(config, racks_are_echoed_as_they_resolve_and_go_when_the_kind_changes)
{
    struct config config = made();
    set(&config,
        "fabric.topology={kind: cluster, join: {kind: ring, channels: 2, flit_cycles: 4},"
        "racks: [{kind: mesh, nodes: 6, count: 3}, {kind: star, n: 5, latency_cycles: 9}]}");
    cr_expect_str_eq(config.topology.racks,
                     "kind=mesh\tnodes=6\tcount=3\nkind=star\tn=5\tlatency_cycles=9");
    cr_expect_eq(config.topology.nodes, 0);
    echoes(&config, "fabric.topology.racks",
           "[{\"kind\":\"mesh\",\"count\":3,\"dims\":[3,2]},"
           "{\"kind\":\"star\",\"count\":1,\"n\":5,\"latency_cycles\":9}]");
    echoes(&config, "fabric.topology.join", "{\"kind\":\"ring\",\"channels\":2,\"flit_cycles\":4}");
    set(&config, "fabric.topology.nodes=24"); // equal racks, still joined so
    cr_expect_null(config.topology.racks);
    echoes(&config, "fabric.topology.nodes", "24");
    echoes(&config, "fabric.topology.join.kind", "\"ring\"");
    set(&config, "fabric.topology.kind=torus");
    cr_expect_null(config.topology.join_kind);
    cr_expect_eq(config.topology.join_channels, 0);
    cr_expect_eq(config.topology.nodes, 24);
    config_free(&config);
}

Test(config, the_shipped_examples_are_valid)
{
    glob_t found;
    cr_assert_eq(glob("sim/examples/*.yaml", 0, NULL, &found), 0);
    cr_assert_geq(found.gl_pathc, 5);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct config config = made();
        struct err err = {0};
        cr_assert(config_read(&config, found.gl_pathv[i], &err), "%s", err.text);
        cr_assert(config_check(&config, &err), "%s", err.text);
        struct topology *topology = config_topology(&config, &err);
        cr_assert(topology, "%s", err.text);
        topology_free(topology);
        if (config.path)
            cr_assert_eq(access(config.path, R_OK), 0, "%s", config.path);
        config_free(&config);
    }
    globfree(&found);
}

Test(config, the_help_names_every_key)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    config_help(to);
    fclose(to);
    for (size_t i = 0; i < param_num; i++)
        cr_assert(strstr(text, param_table[i].key) != NULL, "%s", param_table[i].key);
    free(text);
}
