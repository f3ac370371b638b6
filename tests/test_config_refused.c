// SPDX-License-Identifier: Apache-2.0
// What a configuration is refused for, and how that is told: file, line, key, what is allowed.
#include "sim/param.h"
#include "tests/config_text.h"

// The text of a file is refused, and the error tells all of `parts` (up to NULL).
static void refused(const char *text, const char *const *parts)
{
    struct config config = made();
    struct err err = {0};
    char folder[64];
    bool ok = read_text(&config, text, folder, &err) && config_check(&config, &err);
    struct topology *topology = ok ? config_topology(&config, &err) : NULL; // some only then
    ok = topology;
    topology_free(topology);
    cr_assert(!ok, "accepted: %s", text);
    cr_assert_eq(err.status, ERR_CONFIG);
    for (; *parts; parts++)
        cr_assert(strstr(err.text, *parts) != NULL, "\"%s\" is not in \"%s\"", *parts, err.text);
    config_free(&config);
}

#define REFUSED(text, ...) refused(text, (const char *const[]){__VA_ARGS__, NULL})

// A setting is refused, and the error tells `part`.
static void set_refused(const char *assignment, const char *part)
{
    struct config config = made();
    struct err err = {0};
    bool ok = config_set(&config, assignment, "--set", &err) && config_check(&config, &err);
    cr_assert(!ok, "accepted: %s", assignment);
    cr_assert_eq(err.status, ERR_CONFIG);
    cr_assert(strstr(err.text, part) != NULL, "\"%s\" is not in \"%s\"", part, err.text);
    config_free(&config);
}

Test(config, an_unknown_key_is_refused_with_file_line_and_the_nearest)
{
    REFUSED("fabric:\n  router:\n    vcss: 4\n", "c.yaml:3: ", "fabric.router.vcss",
            "nearest: fabric.router.vcs");
    REFUSED("# one\n\nfabric:\n  buffer_flits: 4\n", "c.yaml:4: ", "fabric.buffer_flits",
            "nearest: fabric.router.buffer_flits");
    REFUSED("workloda: {kind: trace}\n", "c.yaml:1: ", "nearest: workload");
    REFUSED("ndoes: {clock_hz: 1}\n", "c.yaml:1: ", "nearest: nodes");
    REFUSED("workload: {colectives: {bcast: null}}\n", "nearest: workload.collectives");
    REFUSED("fabric: {channel: {terminal_latency_ns: 3}}\n",
            "nearest: fabric.channel.terminal_latency_cycles");
}

Test(config, wrong_types_and_units_are_refused_with_file_line_and_what_is_allowed)
{
    REFUSED("fabric:\n  clock_hz: 1GHz\n", "c.yaml:2: fabric.clock_hz", "1GHz", "Hz");
    REFUSED("fabric: {router: {vcs: four}}", "c.yaml:1: fabric.router.vcs", "not an integer",
            "1..8");
    REFUSED("fabric: {router: {vcs: \"4\"}}", "quoted text", "not an integer");
    REFUSED("fabric: {router: {vcs: [4]}}", "a list is not an integer");
    REFUSED("fabric: {router: {vcs: 2.0}}", "not an integer");
    REFUSED("fabric: {router: {vcs: 9}}", "out of range", "1..8");
    REFUSED("fabric: {router: 4}", "fabric.router", "must be a mapping");
    REFUSED("fabric: {router: {switching: wormhol}}", "nearest: wormhole", "store-and-forward");
    REFUSED("fabric: {skip_idle: 1}", "neither true nor false");
    REFUSED("workload: {rate_flits_per_node_cycle: 10%}", "not a number");
    REFUSED("workload: {rate_flits_per_node_cycle: .nan}", "not a number");
    REFUSED("workload: {rate_flits_per_node_cycle: 1e999}", "out of range");
    REFUSED("workload: {rate_flits_per_node_cycle: 1.01}", "out of range", "0..1");
    REFUSED("run: {max_cycles: auto}", "not an integer", "none");
    REFUSED("nodes: {model: fall}", "nodes.model", "ideal, full");
    REFUSED("nodes: {model: full}", "nodes.model", "give workload.kind trace");
    REFUSED("workload: {collectives: {bcast: binomail}}", "nearest: binomial");
    REFUSED("workload: {packet_flits: [{flits: 4}]}", "without flits or weight");
    REFUSED("workload: {packet_flits: [{flits: 4, weight: 0}]}", "out of range");
    REFUSED("workload: {packet_flits: []}", "empty list");
    REFUSED("workload: {path: \"a\\0b\"}", "workload.path");
}

Test(config, what_is_no_yaml_or_too_much_of_it_is_refused_with_the_line)
{
    REFUSED("fabric:\n  router: [\n", "c.yaml:3: not YAML");
    REFUSED("fabric: {}\n---\nrun: {}\n", "c.yaml:3", "second document");
    REFUSED("run: {seed: 1,\n  seed: 2}\n", "c.yaml:2: seed", "twice", "line 1");
    REFUSED("fabric.router.vcs: 2\n", "c.yaml:1", "--set");
    REFUSED("[1, 2]\n", "must be a mapping");
    REFUSED("a: &x [*x]\n", "c.yaml:1: a: unknown key");
    REFUSED("\xff\xfe\xfd", "not YAML");
}

Test(config, a_file_that_does_not_exist_is_a_configuration_error)
{
    struct config config = made();
    struct err err = {0};
    cr_assert(!config_read(&config, "/nonexistent/c.yaml", &err));
    cr_assert_eq(err.status, ERR_CONFIG);
    cr_assert(strstr(err.text, "/nonexistent/c.yaml") != NULL);
    struct err folder = {0};
    cr_assert(!config_read(&config, "/tmp", &folder));
    cr_assert_eq(folder.status, ERR_CONFIG);
    config_free(&config);
}

Test(config, nodes_and_dims_in_one_mapping_are_refused)
{
    REFUSED("fabric:\n  topology:\n    dims: [8, 8]\n    nodes: 64\n", "c.yaml:4", "exclude");
    set_refused("fabric.topology={kind: hypercube, n: 3, nodes: 8}", "exclude");
}

Test(config, impossible_topologies_are_refused_with_their_place)
{
    REFUSED("fabric:\n  topology: {kind: torus,\n    dims: [8, 1]}\n",
            "c.yaml:3: ", "fabric.topology.dims");
    REFUSED("fabric: {topology: {kind: torus, nodes: 1099511627776}}", "out of range", "16777216");
    REFUSED("fabric: {topology: {dims: [8, 8.5]}}", "not an integer");
    REFUSED("fabric: {topology: {dims: [8, -8]}}", "out of range");
    REFUSED("fabric: {topology: {dims: [1048576, 1048576]}}", "c.yaml:1: ", "nodes");
    REFUSED("fabric: {topology: {dims: [18446744073709551616]}}", "out of range");
    REFUSED("fabric: {topology: {dims: []}}", "empty");
    REFUSED("fabric: {topology: {dims: 8}}", "no list");
    REFUSED("fabric: {topology: {kind: hypercube, n: 0}}", "out of range");
    REFUSED("fabric: {topology: {kind: hypercube, nodes: 60}}", "nearest is 64");
    REFUSED("fabric: {topology: {kind: hypercube, dims: [8, 8]}}", "fabric.topology.dims");
}

Test(config, racks_are_refused_with_their_line)
{
    REFUSED("fabric:\n  topology:\n    kind: cluster\n    racks:\n    - {kind: mesh}\n"
            "    - {kind: mseh, count: 2}\n",
            "c.yaml:6: fabric.topology.racks: rack 2: ", "no topology", "nearest: mesh");
    REFUSED("fabric:\n  topology:\n    kind: cluster\n    racks:\n    - kind: tree\n"
            "      arity: [2, 2]\n",
            "c.yaml:6: ", "neither a name nor a number");
    REFUSED("fabric: {topology: {kind: cluster, racks: [{kind: tree, arty: 2}]}}",
            "c.yaml:1: ", "nearest: arity");
    REFUSED("fabric: {topology: {kind: cluster, racks: [{kind: mesh, kind: mesh}]}}", "twice");
    REFUSED("fabric: {topology: {kind: cluster, racks: [{dims: [2, 2]}]}}", "needs a kind");
    REFUSED("fabric: {topology: {kind: cluster, racks: [{kind: mesh, dims: 4}]}}", "no list");
    REFUSED("fabric: {topology: {kind: cluster, racks: [{kind: mesh, dims: [4, -4]}]}}",
            "no list of sides");
    REFUSED("fabric: {topology: {kind: cluster, racks: [{kind: mesh, count: 0}]}}", "1..4096");
    REFUSED("fabric: {topology: {kind: cluster, racks: [{kind: mesh, count: \"2\"}]}}",
            "neither a name");
    REFUSED("fabric: {topology: {kind: cluster, racks: [mesh]}}", "rack 1: must be a mapping");
    REFUSED("fabric: {topology: {kind: cluster, racks: []}}", "no list of racks");
    REFUSED("fabric: {topology: {kind: cluster, racks: [{kind: hypercube, n: 3, nodes: 8}]}}",
            "rack 1: nodes");
    REFUSED("fabric: {topology: {kind: cluster, racks: [{kind: cluster}]}}", "cannot be a rack");
    REFUSED("fabric: {topology: {kind: cluster, nodes: 8, racks: [{kind: mesh}]}}", "exclude");
    REFUSED("fabric:\n  topology:\n    kind: cluster\n    racks: [{kind: mesh, count: 6}]\n"
            "    join: {channels: 11}\n",
            "c.yaml:5: fabric.topology.join.channels", "66 ports");
    REFUSED("fabric:\n  topology:\n    kind: cluster\n    racks: [{kind: mesh, count: 6}]\n"
            "    join: {kind: hypercube}\n",
            "c.yaml:5: fabric.topology.join.kind", "nearest is 4");
    REFUSED("fabric: {topology: {kind: cluster, join: {kind: graph}}}", "no choice");
    REFUSED("fabric: {topology: {kind: cluster, join: {chanels: 2}}}",
            "nearest: fabric.topology.join.channels");
    REFUSED("fabric: {topology: {kind: mesh, join: {channels: 2}}}", "a mesh has no");
}

Test(config, what_does_not_fit_together_is_refused)
{
    REFUSED("fabric: {packet: {max_flits: 4,\n header_flits: 4}}", "c.yaml:2: ", "header_flits");
    REFUSED("fabric: {circuit: {backoff_cycles: 2000}}", "backoff_max_cycles", "1024");
    REFUSED("fabric: {router: {switching: circuit},\n backend: rtl-whole}",
            "c.yaml:2: ", "fabric.backend");
    REFUSED("fabric: {router: {switching: circuit,\n pipeline: 3}}",
            "c.yaml:2: ", "fabric.router.pipeline");
    REFUSED("fabric: {router: {switching: circuit,\n switch_allocator: wavefront}}",
            "c.yaml:2: ", "fabric.router.switch_allocator", "separable");
    REFUSED("workload:\n  packet_flits: [{flits: 4, weight: 1, class: 1}]",
            "c.yaml:2: ", "no traffic class 1, the last is 0", "fabric.router.classes");
    REFUSED("workload: {packet_flits: [{flits: 4, weight: 1, class: 4}]}", "\"4\" is out of range");
    REFUSED("workload: {packet_flits: [{flits: 4, weight: 1, colour: 4}]}", "weight nor class");
    REFUSED("workload: {kind: trace, path: x,\n  priority_bytes: 8}",
            "c.yaml:2: ", "one traffic class");
    REFUSED("workload: {kind: trace}", "workload.path");
    REFUSED("workload: {kind: packets}", "workload.path");
    REFUSED("workload: {pattern: hotspot}", "workload.hotspots");
    REFUSED("workload: {pattern: matrix}", "workload.matrix");
    REFUSED("workload: {process: bursty, rate_flits_per_node_cycle: 0.5,\n"
            "  burst_rate_flits_per_node_cycle: 0.4}",
            "c.yaml:2: ", "burst_rate");
    REFUSED("workload: {kind: trace, path: x}\n"
            "fabric: {packet: {max_flits: 8, header_flits: 2},\n"
            "  router: {switching: store-and-forward, buffer_flits: 2}}",
            "header_flits", "store-and-forward");
}

Test(config, every_numeric_range_holds_at_its_ends_and_ends_there)
{
    for (size_t i = 0; i < param_num; i++) {
        const struct param *row = &param_table[i];
        bool counted =
            row->type == PARAM_UINT32 || row->type == PARAM_UINT64 || row->type == PARAM_CYCLES;
        if (!counted)
            continue;
        struct config config = made();
        char assignment[256];
        snprintf(assignment, sizeof assignment, "%s=%llu", row->key, (unsigned long long)row->min);
        set(&config, assignment);
        snprintf(assignment, sizeof assignment, "%s=%llu", row->key, (unsigned long long)row->max);
        set(&config, assignment);
        snprintf(assignment, sizeof assignment, "%s=%llu", row->key,
                 (unsigned long long)row->max + 1);
        set_refused(assignment, "out of range");
        snprintf(assignment, sizeof assignment, "%s=-1", row->key);
        set_refused(assignment, "out of range");
        snprintf(assignment, sizeof assignment, "%s=99999999999999999999999", row->key);
        set_refused(assignment, "out of range");
        config_free(&config);
    }
}
