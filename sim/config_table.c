// SPDX-License-Identifier: Apache-2.0
#include "sim/param.h"

#include "model/net/graph_file.h"
#include "model/net/router.h"
#include "model/net/routing_table.h"
#include "model/node/collective.h"
#include "traces/trace.h"

#include <string.h>

static size_t copy_names(const char **names, const char *const *from, size_t num)
{
    for (size_t i = 0; i < num; i++)
        names[i] = from[i];
    return num;
}

#define CHOICES(name, ...)                                                                         \
    static size_t name(const char **names)                                                         \
    {                                                                                              \
        static const char *const list[] = {__VA_ARGS__};                                           \
        return copy_names(names, list, sizeof list / sizeof *list);                                \
    }

CHOICES(choices_vc, "any", "by-flow")
CHOICES(choices_blocked, "retry", "wait")
CHOICES(choices_backend, "ref", "rtl", "lockstep", "rtl-whole") // enum config_backend
CHOICES(choices_workload, "synthetic", "trace", "packets")      // enum config_workload
CHOICES(choices_process, "bernoulli", "bursty")
CHOICES(choices_model, "ideal") // enum config_model
CHOICES(choices_pattern, "uniform", "transpose", "bit-complement", "bit-reverse", "shuffle",
        "tornado", "neighbour", "hotspot", "permutation", "matrix")

static size_t choices_switching(const char **names)
{
    return copy_names(names, switching_names, SWITCHING_NUM);
}

static size_t choices_hold(const char **names)
{
    return copy_names(names, circuit_hold_names, CIRCUIT_HOLD_NUM);
}

static size_t choices_allocator(const char **names)
{
    return copy_names(names, allocator_names, ALLOCATOR_NUM);
}

static size_t choices_topology(const char **names)
{
    for (size_t i = 0; i < topology_num_kinds; i++)
        names[i] = topology_kinds[i]->name;
    return topology_num_kinds;
}

static size_t choices_join(const char **names)
{
    size_t num = 0;
    for (size_t i = 0; i < topology_num_kinds; i++)
        if (topology_can_be_part(topology_kinds[i]))
            names[num++] = topology_kinds[i]->name;
    return num;
}

static size_t choices_routing(const char **names)
{
    names[0] = "auto";
    for (size_t i = 0; i < routing_num_algorithms; i++)
        names[1 + i] = routing_algorithms[i].name;
    return 1 + routing_num_algorithms;
}

static size_t choices_format(const char **names)
{
    names[0] = "auto";
    for (size_t i = 0; i < trace_num_formats; i++)
        names[1 + i] = trace_formats[i]->name;
    return 1 + trace_num_formats;
}

static size_t choices_algorithm(enum collective_kind kind, const char **names)
{
    size_t num = 0;
    for (size_t i = 0; i < collective_num_algorithms; i++)
        if (collective_algorithms[i].kind == kind)
            names[num++] = collective_algorithms[i].name;
    return num;
}

#define ALGORITHMS(function, kind)                                                                 \
    static size_t function(const char **names)                                                     \
    {                                                                                              \
        return choices_algorithm(kind, names);                                                     \
    }

ALGORITHMS(choices_barrier, COLLECTIVE_BARRIER)
ALGORITHMS(choices_bcast, COLLECTIVE_BCAST)
ALGORITHMS(choices_reduce, COLLECTIVE_REDUCE)
ALGORITHMS(choices_allreduce, COLLECTIVE_ALLREDUCE)
ALGORITHMS(choices_scan, COLLECTIVE_SCAN)
ALGORITHMS(choices_gather, COLLECTIVE_GATHER)
ALGORITHMS(choices_scatter, COLLECTIVE_SCATTER)
ALGORITHMS(choices_allgather, COLLECTIVE_ALLGATHER)
ALGORITHMS(choices_alltoall, COLLECTIVE_ALLTOALL)
ALGORITHMS(choices_reduce_scatter, COLLECTIVE_REDUCE_SCATTER)

enum {
    SYNTHETIC = 1 << WORKLOAD_SYNTHETIC,
    TRACE = 1 << WORKLOAD_TRACE,
    PACKETS = 1 << WORKLOAD_PACKETS
};

#define MAX_CYCLES (UINT64_C(1) << 50)

// The parts that rows of a type have in common.
#define FIELD(kind, name) .type = PARAM_##kind, .offset = offsetof(struct config, name)
#define LIST(kind, name)  FIELD(kind, name), .num_offset = offsetof(struct config, num_##name)
#define RANGE(from, to)   .min = (from), .max = (to)
#define REALS(from, to)   .low = (from), .high = (to)
#define TEXTS(is, line)   .unit = "", .initial = (is), .help = (line)
#define UNIT(u, is, line) .unit = (u), .initial = (is), .help = (line)
#define RESULT            .changes_results = true
#define COLLECTIVE(name)                                                                           \
    {                                                                                              \
        .key = "workload.collectives." #name, FIELD(NAME, collective_##name), .word = "null",      \
        .choices = choices_##name, TEXTS("null", "algorithm; null: the first of them"),            \
        .workloads = TRACE, RESULT                                                                 \
    }

#define TOPOLOGY(name, line)                                                                       \
    {                                                                                              \
        .key = "fabric.topology." #name, FIELD(UINT32, topology.name),                             \
        RANGE(1, TOPOLOGY_MAX_NODES), .word = "null", TEXTS("null", line), RESULT                  \
    }

const struct param param_table[] = {
    {.key = "fabric.topology.kind",
     FIELD(KIND, topology.kind),
     .choices = choices_topology,
     TEXTS("mesh", "set alone, it drops all parameters below but nodes"),
     RESULT},
    {.key = "fabric.topology.nodes",
     FIELD(UINT32, topology.nodes),
     RANGE(1, TOPOLOGY_MAX_NODES),
     TEXTS("64", "number of nodes, in the kind's most even shape; instead of those below"),
     RESULT},
    {.key = "fabric.topology.dims",
     FIELD(DIMS, topology),
     TEXTS("null", "sides of a grid of routers, as [8, 8]: mesh, torus, cube, concentrated-mesh, "
                   "flattened-butterfly"),
     RESULT},
    {.key = "fabric.topology.n",
     FIELD(UINT32, topology.n),
     RANGE(1, TOPOLOGY_MAX_NODES),
     .word = "null",
     TEXTS("null", "dimensions of a hypercube; nodes of a ring or star"),
     RESULT},
    TOPOLOGY(arity, "branches of a switch: tree, fat-tree"),
    TOPOLOGY(height, "levels of switches: tree, fat-tree"),
    TOPOLOGY(concentration, "nodes of a router: concentrated-mesh, flattened-butterfly, dragonfly"),
    TOPOLOGY(routers_per_group, "dragonfly"),
    TOPOLOGY(global_ports, "of a router to other groups: dragonfly"),
    TOPOLOGY(groups, "dragonfly; null: one more than a group's routers have global ports"),
    {.key = "fabric.topology.file",
     FIELD(PATH, topology.file),
     TEXTS("null", "of a graph: a line \"A B\" a pair of channels, or GraphML"),
     RESULT},
    {.key = "fabric.topology.racks",
     FIELD(RACKS, topology.racks),
     TEXTS("null", "of a cluster, as [{kind: mesh, dims: [4, 4], count: 4}, {kind: ring, n: 9}]"),
     RESULT},
    {.key = "fabric.topology.join.kind",
     FIELD(KIND, topology.join_kind),
     .choices = choices_join,
     .word = "null",
     TEXTS("null", "topology of the racks of a cluster; null: star"),
     RESULT},
    {.key = "fabric.topology.join.channels",
     FIELD(UINT32, topology.join_channels),
     RANGE(1, ROUTER_MAX_RADIX),
     .word = "null",
     TEXTS("null", "uplinks side by side for each channel of that; null: 1"),
     RESULT},
    {.key = "fabric.topology.join.latency_cycles",
     FIELD(UINT32, topology.join_latency_cycles),
     RANGE(1, GRAPH_MAX_CYCLES),
     .word = "null",
     UNIT("cycles", "null", "of uplinks; null: as fabric.channel says"),
     RESULT},
    {.key = "fabric.topology.join.flit_cycles",
     FIELD(UINT32, topology.join_flit_cycles),
     RANGE(1, GRAPH_MAX_FLIT_CYCLES),
     .word = "null",
     UNIT("cycles", "null", "that a flit takes up an uplink; null: 1"),
     RESULT},
    {.key = "fabric.topology.failed",
     FIELD(TEXTS, topology.failed),
     TEXTS("[]", "parts that have failed, as [router 5, channel 3-7]"),
     RESULT},

    {.key = "fabric.router.switching",
     FIELD(CHOICE, switching),
     .choices = choices_switching,
     TEXTS("wormhole", "what a head flit waits for, and what its packet then holds"),
     RESULT},
    {.key = "fabric.router.routing",
     FIELD(NAME, routing),
     .choices = choices_routing,
     TEXTS("auto", "auto: the topology's own"),
     RESULT},
    {.key = "fabric.router.vcs",
     FIELD(UINT32, vcs),
     RANGE(1, ROUTER_MAX_VCS),
     TEXTS("4", "virtual channels of a port; circuits have whole channels"),
     RESULT},
    {.key = "fabric.router.classes",
     FIELD(UINT32, classes),
     RANGE(1, ROUTER_MAX_CLASSES),
     TEXTS("1", "traffic classes that share the VCs out evenly; higher numbers go first"),
     RESULT},
    {.key = "fabric.router.vc_choice",
     FIELD(FLAG, by_flow),
     .choices = choices_vc,
     TEXTS("any", "by-flow: packets to one destination keep one VC, hence their order"),
     RESULT},
    {.key = "fabric.router.buffer_flits",
     FIELD(UINT32, buffer_flits),
     RANGE(1, ROUTER_MAX_BUFFER_FLITS),
     UNIT("flits", "8", "depth of each VC's buffer"),
     RESULT},
    {.key = "fabric.router.pipeline",
     FIELD(UINT32, design.pipeline),
     RANGE(1, ROUTER_MAX_PIPELINE),
     UNIT("cycles", "1",
          "of a head through a router: 2 adds switch traversal, 3 VC allocation, 4 route"),
     RESULT},
    {.key = "fabric.router.vc_allocator",
     FIELD(CHOICE, design.vc_allocator),
     .choices = choices_allocator,
     TEXTS("separable", "matches heads with output VCs; pipelines 3 and 4"),
     RESULT},
    {.key = "fabric.router.switch_allocator",
     FIELD(CHOICE, design.switch_allocator),
     .choices = choices_allocator,
     TEXTS("separable", "matches input ports with output ports"),
     RESULT},
    {.key = "fabric.router.allocator_iterations",
     FIELD(UINT32, design.allocator_iterations),
     RANGE(1, ALLOCATOR_MAX_ITERATIONS),
     TEXTS("1", "of islip allocators"),
     RESULT},
    {.key = "fabric.router.speculative",
     FIELD(BOOL, design.speculative),
     TEXTS("false", "heads try for the switch while they ask for a VC; pipelines 3 and 4"),
     RESULT},
    {.key = "fabric.router.flit_bits",
     FIELD(UINT32, flit_bits),
     RANGE(ROUTER_MIN_FLIT_BITS, ROUTER_MAX_FLIT_BITS),
     UNIT("bits", "64", "payload of a flit"),
     RESULT},

    {.key = "fabric.circuit.blocked",
     FIELD(FLAG, circuit.waits),
     .choices = choices_blocked,
     TEXTS("retry", "circuits: a blocked probe is torn down and repeated, or waits where it is"),
     RESULT},
    {.key = "fabric.circuit.hold",
     FIELD(CHOICE, circuit.hold),
     .choices = choices_hold,
     TEXTS("message", "circuits: what one serves; cached: kept until other use of it is asked for"),
     RESULT},
    {.key = "fabric.circuit.backoff_cycles",
     FIELD(UINT32, circuit.backoff_cycles),
     RANGE(2, 1 << 20),
     UNIT("cycles", "16", "circuits: a first retry is drawn from so many, twice as many each time"),
     RESULT},
    {.key = "fabric.circuit.backoff_max_cycles",
     FIELD(UINT32, circuit.backoff_max_cycles),
     RANGE(2, 1 << 20),
     UNIT("cycles", "1024", "circuits: at most from so many"),
     RESULT},

    {.key = "fabric.channel.latency_cycles",
     FIELD(UINT32, channel_latency_cycles),
     RANGE(1, 1000),
     UNIT("cycles", "1", "of channels between routers"),
     RESULT},
    {.key = "fabric.channel.terminal_latency_cycles",
     FIELD(UINT32, terminal_latency_cycles),
     RANGE(1, 1000),
     UNIT("cycles", "1", "of channels from node to router"),
     RESULT},
    {.key = "fabric.channel.ejection_latency_cycles",
     FIELD(CYCLES, ejection_latency_cycles),
     RANGE(1, 1000),
     .word = "auto",
     UNIT("cycles", "auto", "of channels from router to node; auto: as the other way"),
     RESULT},

    {.key = "fabric.packet.max_flits",
     FIELD(UINT32, max_flits),
     RANGE(1, 1 << 24),
     UNIT("flits", "8", "longest packet that a message is cut into, header included"),
     RESULT},
    {.key = "fabric.packet.header_flits",
     FIELD(UINT32, header_flits),
     RANGE(0, (1 << 24) - 1),
     UNIT("flits", "1", "of a packet, without data of the message"),
     RESULT},

    {.key = "fabric.terminal.stall_probability",
     FIELD(REAL, stall_probability),
     REALS(0, 0.99),
     TEXTS("0", "of a terminal not taking a flit in a cycle"),
     RESULT},

    {.key = "fabric.clock_hz",
     FIELD(REAL, fabric_clock_hz),
     REALS(1, 1e15),
     UNIT("Hz", "1e9", "clock of routers and channels"),
     RESULT},
    {.key = "fabric.backend",
     FIELD(CHOICE, backend),
     .choices = choices_backend,
     TEXTS("ref", "C routers, Verilated ones, both compared, or a Verilated fabric")},
    {.key = "fabric.allow_deadlock",
     FIELD(BOOL, allow_deadlock),
     TEXTS("false", "run although the proof of deadlock freedom fails"),
     RESULT},
    {.key = "fabric.skip_idle",
     FIELD(BOOL, skip_idle),
     TEXTS("true", "leave out routers that cannot change; same results, faster")},

    {.key = "workload.kind",
     FIELD(CHOICE, workload),
     .choices = choices_workload,
     TEXTS("synthetic", "what makes the nodes send"),
     RESULT},
    {.key = "workload.path",
     FIELD(PATH, path),
     TEXTS("null", "of the trace, relative to the file that names it"),
     .workloads = TRACE | PACKETS,
     RESULT},
    {.key = "workload.format",
     FIELD(NAME, format),
     .choices = choices_format,
     TEXTS("auto", "of the trace"),
     .workloads = TRACE,
     RESULT},
    {.key = "workload.compute_scale",
     FIELD(REAL, compute_scale),
     REALS(1e-9, 1e12),
     TEXTS("1.0", "factor of the trace's compute amounts"),
     .workloads = TRACE,
     RESULT},
    {.key = "workload.eager_bytes",
     FIELD(UINT64, eager_bytes),
     RANGE(0, MAX_CYCLES),
     UNIT("bytes", "65536", "messages of this size and more use rendezvous"),
     .workloads = TRACE,
     RESULT},
    {.key = "workload.priority_bytes",
     FIELD(UINT64, priority_bytes),
     RANGE(0, MAX_CYCLES),
     UNIT("bytes", "0",
          "smaller messages, and rendezvous' control, use the highest class; 0: none"),
     .workloads = TRACE,
     RESULT},
    COLLECTIVE(barrier),
    COLLECTIVE(bcast),
    COLLECTIVE(reduce),
    COLLECTIVE(allreduce),
    COLLECTIVE(scan),
    COLLECTIVE(gather),
    COLLECTIVE(scatter),
    COLLECTIVE(allgather),
    COLLECTIVE(alltoall),
    COLLECTIVE(reduce_scatter),
    {.key = "workload.pattern",
     FIELD(NAME, pattern),
     .choices = choices_pattern,
     TEXTS("uniform", "destinations of synthetic packets"),
     .workloads = SYNTHETIC,
     RESULT},
    {.key = "workload.include_self",
     FIELD(BOOL, include_self),
     TEXTS("false", "nodes may send to themselves"),
     .workloads = SYNTHETIC,
     RESULT},
    {.key = "workload.rate_flits_per_node_cycle",
     FIELD(REAL, rate_flits_per_node_cycle),
     REALS(0, 1),
     UNIT("flits per node and cycle", "0.1", "offered load"),
     .workloads = SYNTHETIC,
     RESULT},
    {.key = "workload.packet_flits",
     LIST(LENGTHS, lengths),
     RANGE(1, 65535),
     UNIT("flits", "4", "length of packets, header included, or a mix (and traffic classes)"),
     .workloads = SYNTHETIC,
     RESULT},
    {.key = "workload.process",
     FIELD(FLAG, bursty),
     .choices = choices_process,
     TEXTS("bernoulli", "when nodes create packets"),
     .workloads = SYNTHETIC,
     RESULT},
    {.key = "workload.burst_cycles",
     FIELD(REAL, burst_cycles),
     REALS(1, 1e12),
     UNIT("cycles", "20", "bursty: mean length of a burst"),
     .workloads = SYNTHETIC,
     RESULT},
    {.key = "workload.burst_rate_flits_per_node_cycle",
     FIELD(REAL, burst_rate_flits_per_node_cycle),
     REALS(0, 1),
     UNIT("flits per node and cycle", "1.0", "bursty: load within a burst"),
     .workloads = SYNTHETIC,
     RESULT},
    {.key = "workload.hotspots",
     LIST(NODES, hotspots),
     RANGE(0, TOPOLOGY_MAX_NODES - 1),
     TEXTS("[]", "hotspot: the nodes that are hot"),
     .workloads = SYNTHETIC,
     RESULT},
    {.key = "workload.hotspot_fraction",
     FIELD(REAL, hotspot_fraction),
     REALS(0, 1),
     TEXTS("0.1", "hotspot: share of the packets that go to a hot node"),
     .workloads = SYNTHETIC,
     RESULT},
    {.key = "workload.permutation",
     FIELD(PATH, permutation),
     TEXTS("null", "permutation: file, destination of node i in line i; null: random by the seed"),
     .workloads = SYNTHETIC,
     RESULT},
    {.key = "workload.matrix",
     FIELD(PATH, matrix),
     TEXTS("null", "matrix: file of weights, a row a source, a column a destination"),
     .workloads = SYNTHETIC,
     RESULT},

    {.key = "run.seed",
     FIELD(UINT64, seed),
     RANGE(0, INT64_MAX),
     TEXTS("1", "of all that is random"),
     RESULT},
    {.key = "run.warmup_cycles",
     FIELD(CYCLES, warmup_cycles),
     RANGE(0, MAX_CYCLES),
     .word = "auto",
     UNIT("cycles", "auto", "synthetic: before the measured window; auto: found by itself"),
     .workloads = SYNTHETIC,
     RESULT},
    {.key = "run.measure_cycles",
     FIELD(UINT64, measure_cycles),
     RANGE(1, MAX_CYCLES),
     UNIT("cycles", "100000", "synthetic: the measured window"),
     .workloads = SYNTHETIC,
     RESULT},
    {.key = "run.drain_cycles",
     FIELD(CYCLES, drain_cycles),
     RANGE(0, MAX_CYCLES),
     .word = "auto",
     UNIT("cycles", "auto", "synthetic: limit for draining; auto: the measured window's length"),
     .workloads = SYNTHETIC,
     RESULT},
    {.key = "run.max_cycles",
     FIELD(CYCLES, max_cycles),
     RANGE(1, MAX_CYCLES),
     .word = "none",
     UNIT("cycles", "none", "ends the run, with exit status 5"),
     RESULT},
    {.key = "run.slice",
     FIELD(BOOL, slice),
     TEXTS("false", "reaching max_cycles is a success"),
     RESULT},
    {.key = "run.watchdog_cycles",
     FIELD(UINT64, watchdog_cycles),
     RANGE(1, MAX_CYCLES),
     UNIT("cycles", "10000", "without a flit moving, with flits about: a deadlock"),
     RESULT},
    {.key = "run.threads",
     FIELD(UINT32, threads),
     RANGE(1, 4096),
     .word = "auto",
     TEXTS("auto", "runs at a time under --vary; auto: one a processor")},

    {.key = "nodes.model",
     FIELD(CHOICE, node_model),
     .choices = choices_model,
     TEXTS("ideal", "computing costs its cycles, a message enters the fabric at once"),
     RESULT},
    {.key = "nodes.clock_hz",
     FIELD(REAL, node_clock_hz),
     REALS(1, 1e15),
     UNIT("Hz", "1e9", "clock of the processors"),
     .workloads = TRACE,
     RESULT},
};

const size_t param_num = sizeof param_table / sizeof *param_table;

const struct param *param_find(const char *key)
{
    for (size_t i = 0; i < param_num; i++)
        if (strcmp(param_table[i].key, key) == 0)
            return &param_table[i];
    return NULL;
}

bool param_is_group(const char *key)
{
    size_t length = strlen(key);
    if (length == 0)
        return true;
    for (size_t i = 0; i < param_num; i++)
        if (strncmp(param_table[i].key, key, length) == 0 && param_table[i].key[length] == '.')
            return true;
    return false;
}

bool param_is_text(const struct param *row)
{
    return row->type == PARAM_PATH || row->type == PARAM_NAME || row->type == PARAM_TEXTS ||
           row->type == PARAM_RACKS;
}
