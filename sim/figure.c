// SPDX-License-Identifier: Apache-2.0
#include "sim/figure.h"

#include "sim/figure_nodes.h"
#include "sim/figure_software.h"

#include <assert.h>
#include <math.h>
#include <string.h>

// How a row's field is stored in struct run_result; or that it is computed.
enum storage { U32, U64, REAL, TEXT, BOOL, COMPUTED };

// When a figure is defined.
// CLASS + c: if there is a traffic class c, and others.
enum condition {
    ALWAYS,
    LATENCY,
    NETWORK_LATENCY,
    HOPS,
    INTERNALS,
    CIRCUITS,
    APPLICATION,
    NODES,
    LIVES, // of full nodes that keep them
    RPC,
    CLASS,
    CLASS_LATENCY = CLASS + ROUTER_MAX_CLASSES
};

struct figure {
    const char *path;
    enum storage storage;
    unsigned condition; // enum condition
    size_t offset;
    struct figure_value (*compute)(const struct figure_source *source);
    bool host;
};

static struct figure_value integer(uint64_t value)
{
    return (struct figure_value){.type = FIGURE_INTEGER, .integer = value};
}

// A real; undefined if negative or no number.
static struct figure_value real(double value)
{
    if (!isfinite(value) || value < 0)
        return (struct figure_value){.type = FIGURE_UNDEFINED};
    return (struct figure_value){.type = FIGURE_REAL, .real = value};
}

static struct figure_value text(const char *value)
{
    if (!value || !*value)
        return (struct figure_value){.type = FIGURE_UNDEFINED};
    return (struct figure_value){.type = FIGURE_TEXT, .text = value};
}

static struct figure_value outcome(const struct figure_source *source)
{
    return text(run_outcome_names[source->result->outcome]);
}

static struct figure_value kind(const struct figure_source *source)
{
    return text(source->config->topology.kind);
}

static struct figure_value model(const struct figure_source *source)
{
    return text(source->config->fabric_model == FABRIC_IDEAL ? "ideal" : "detailed");
}

static struct figure_value switching(const struct figure_source *source)
{
    return text(switching_names[source->config->switching]);
}

static struct figure_value by_retry(const struct figure_source *source)
{
    const struct config *config = source->config;
    bool retries = switching_is_circuit(config->switching) && !config->circuit.waits;
    return (struct figure_value){.type = FIGURE_BOOL, .integer = retries};
}

static struct figure_value setup_mean(const struct figure_source *source)
{
    const struct circuit_counters *circuit = &source->result->counters.circuit;
    return real(circuit->circuits > 0 ? (double)circuit->setup_cycles / (double)circuit->circuits
                                      : -1);
}

static struct figure_value note(const struct figure_source *source)
{
    return text(source->result->note);
}

// Without a measured time a rate is undefined.
static struct figure_value rate(const struct figure_source *source, uint64_t amount)
{
    double wall_s = source->result->wall_s;
    return real(wall_s > 0 ? (double)amount / wall_s : -1);
}

static struct figure_value cycles_per_s(const struct figure_source *source)
{
    return rate(source, source->result->cycles);
}

static struct figure_value router_cycles_per_s(const struct figure_source *source)
{
    return rate(source, source->result->router_cycles);
}

static struct figure_value flit_hops_per_s(const struct figure_source *source)
{
    return rate(source, source->result->counters.flit_hops);
}

static struct figure_value ns_per_flit_hop(const struct figure_source *source)
{
    uint64_t hops = source->result->counters.flit_hops;
    return real(hops > 0 ? source->result->wall_s * 1e9 / (double)hops : -1);
}

// --- of full nodes ------------------------------------------------------------------------------

static struct figure_value share(uint64_t part, uint64_t whole)
{
    return real(whole > 0 ? (double)part / (double)whole : -1);
}

static struct figure_value core_stalled(const struct figure_source *source)
{
    const struct core_stats *core = &source->result->nodes.core;
    uint64_t waits = 0;
    for (int i = 0; i < CORE_NUM_WAITS; i++)
        waits += i == CORE_WAIT_SOURCE ? 0 : core->wait_cycles[i];
    return share(waits, waits + core->compute_cycles + core->busy_cycles +
                            core->wait_cycles[CORE_WAIT_SOURCE]);
}

static struct figure_value l1d_miss_rate(const struct figure_source *source)
{
    const struct cache_stats *l1d = &source->result->nodes.l1d;
    return share(l1d->read_misses + l1d->write_misses, l1d->reads + l1d->writes);
}

static struct figure_value l2_miss_rate(const struct figure_source *source)
{
    const struct l2_stats *l2 = &source->result->nodes.l2;
    return share(l2->read_misses + l2->dma_read_misses, l2->reads + l2->dma_reads);
}

static struct figure_value bus_use_mean(const struct figure_source *source)
{
    const struct computers_stats *nodes = &source->result->nodes;
    return share(nodes->bus.data_busy_cycles, nodes->cycles);
}

static struct figure_value channel_use_mean(const struct figure_source *source)
{
    const struct computers_stats *nodes = &source->result->nodes;
    return share(nodes->channels.busy_cycles, nodes->channel_cycles);
}

static struct figure_value output_s(const struct figure_source *source)
{
    return real(source->output_s);
}

// Functions and rows of its own.
#include "sim/figure_rpc.h"

#define AT(field) .offset = offsetof(struct run_result, field)
#define OF(path, type, field)                                                                      \
    {                                                                                              \
        path, type, ALWAYS, AT(field)                                                              \
    }
#define IF(when, path, type, field)                                                                \
    {                                                                                              \
        path, type, when, AT(field)                                                                \
    }
#define BY(path, function)                                                                         \
    {                                                                                              \
        path, COMPUTED, ALWAYS, .compute = function                                                \
    }
#define NODES_BY(path, function)                                                                   \
    {                                                                                              \
        path, COMPUTED, NODES, .compute = function                                                 \
    }
#define HOST(path, type, field)                                                                    \
    {                                                                                              \
        path, type, ALWAYS, AT(field), .host = true                                                \
    }
#define HOST_IF(when, path, function)                                                              \
    {                                                                                              \
        path, COMPUTED, when, .compute = function, .host = true                                    \
    }
#define HOST_BY(path, function) HOST_IF(ALWAYS, path, function)
#define DISTRIBUTION(when, path, field)                                                            \
    IF(when, path ".mean", REAL, field.mean), IF(when, path ".ci95", REAL, field.ci95),            \
        IF(when, path ".min", U64, field.min), IF(when, path ".p50", U64, field.p50),              \
        IF(when, path ".p90", U64, field.p90), IF(when, path ".p99", U64, field.p99),              \
        IF(when, path ".p999", U64, field.p999), IF(when, path ".max", U64, field.max)

#define TRAFFIC_CLASS(c, number)                                                                   \
    IF(CLASS + (c), "fabric.classes." number ".packets", U64, classes[c].packets),                 \
        IF(CLASS + (c), "fabric.classes." number ".offered_flits_per_node_cycle", REAL,            \
           classes[c].offered_flits_per_node_cycle),                                               \
        IF(CLASS + (c), "fabric.classes." number ".accepted_flits_per_node_cycle", REAL,           \
           classes[c].accepted_flits_per_node_cycle),                                              \
        DISTRIBUTION(CLASS_LATENCY + (c), "fabric.classes." number ".latency_cycles",              \
                     classes[c].latency)

// clang-format off
static const struct figure table[] = {
    BY("outcome", outcome),
    OF("cycles", U64, cycles),

    BY("topology.kind", kind),
    OF("topology.nodes", U64, topology.nodes),
    OF("topology.routers", U64, topology.routers),
    OF("topology.channels", U64, topology.channels),
    OF("topology.degree_max", U32, topology.degree_max),
    OF("topology.diameter_hops", U32, topology.diameter_hops),
    OF("topology.average_hops", REAL, topology.average_hops),
    OF("topology.bisection_channels", U64, topology.bisection_channels),

    BY("fabric.model", model),
    OF("fabric.backend", TEXT, backend),
    BY("fabric.switching", switching),
    OF("fabric.router_cycles", U64, router_cycles),
    OF("fabric.routing", TEXT, routing),
    OF("fabric.packet_flits_max", U32, packet_flits_max),
    OF("fabric.packets_injected", U64, counters.packets_injected),
    OF("fabric.packets_ejected", U64, counters.packets_ejected),
    OF("fabric.flits_injected", U64, counters.flits_injected),
    OF("fabric.flits_ejected", U64, counters.flits_ejected),
    OF("fabric.faults.dropped", U64, counters.packets_dropped),
    OF("fabric.faults.corrupted", U64, counters.packets_corrupted),
    IF(INTERNALS, "fabric.flit_hops", U64, counters.flit_hops),
    DISTRIBUTION(LATENCY, "fabric.latency_cycles", latency),
    DISTRIBUTION(NETWORK_LATENCY, "fabric.network_latency_cycles", network_latency),
    IF(HOPS, "fabric.hops.mean", REAL, hops_mean),
    IF(HOPS, "fabric.hops.max", U32, hops_max),
    OF("fabric.offered_flits_per_node_cycle", REAL, offered_flits_per_node_cycle),
    OF("fabric.accepted_flits_per_node_cycle", REAL, accepted_flits_per_node_cycle),
    IF(INTERNALS, "fabric.channel_utilisation.mean", REAL, channel_utilisation_mean),
    IF(INTERNALS, "fabric.channel_utilisation.max", REAL, channel_utilisation_max),
    IF(INTERNALS, "fabric.stalls.no_credit", U64, counters.stalls.no_credit),
    IF(INTERNALS, "fabric.stalls.no_vc", U64, counters.stalls.no_vc),
    IF(INTERNALS, "fabric.stalls.not_whole", U64, counters.stalls.not_whole),
    IF(INTERNALS, "fabric.stalls.vc_lost", U64, counters.stalls.vc_lost),
    IF(INTERNALS, "fabric.stalls.switch_lost", U64, counters.stalls.switch_lost),
    IF(INTERNALS, "fabric.stalls.channel_busy", U64, counters.stalls.channel_busy),
    IF(INTERNALS, "fabric.stalls.pipeline", U64, counters.stalls.pipeline),
    TRAFFIC_CLASS(0, "0"),
    TRAFFIC_CLASS(1, "1"),
    TRAFFIC_CLASS(2, "2"),
    TRAFFIC_CLASS(3, "3"),
    OF("fabric.deadlock_proof.vertices", U64, proof.vertices),
    OF("fabric.deadlock_proof.edges", U64, proof.edges),
    OF("fabric.deadlock_proof.by_symmetry", BOOL, proof.by_symmetry),
    OF("fabric.deadlock_proof.extended", BOOL, proof.extended),
    OF("fabric.deadlock_proof.bubbles", BOOL, proof.bubbles),
    BY("fabric.deadlock_proof.by_retry", by_retry),

    IF(CIRCUITS, "fabric.circuit.circuits", U64, counters.circuit.circuits),
    IF(CIRCUITS, "fabric.circuit.probes", U64, counters.circuit.probes),
    IF(CIRCUITS, "fabric.circuit.nacks", U64, counters.circuit.nacks),
    IF(CIRCUITS, "fabric.circuit.retries", U64, counters.circuit.retries),
    IF(CIRCUITS, "fabric.circuit.reuses", U64, counters.circuit.reuses),
    IF(CIRCUITS, "fabric.circuit.releases", U64, counters.circuit.releases),
    {"fabric.circuit.setup_cycles.mean", COMPUTED, CIRCUITS, .compute = setup_mean},

    IF(APPLICATION, "application.makespan_cycles", U64, makespan_cycles),
    IF(APPLICATION, "application.messages", U64, messages),
    IF(APPLICATION, "application.bytes", U64, bytes),
    IF(APPLICATION, "application.collective_messages", U64, collective_messages),
    IF(APPLICATION, "application.collective_bytes", U64, collective_bytes),
    IF(APPLICATION, "application.deferred_messages", U64, deferred_messages),
    IF(APPLICATION, "application.buffer_touches", U64, touches),
    IF(APPLICATION, "application.compute_cycles_max", U64, compute_cycles_max),

    RPC_FIGURES
    NODE_FIGURES,
    SOFTWARE_FIGURES,

    BY("note", note),

    HOST("host.wall_s", REAL, wall_s),
    HOST("host.cpu_s", REAL, cpu_s),
    HOST("host.compared_router_cycles", U64, compared_router_cycles),
    HOST_BY("host.cycles_per_s", cycles_per_s),
    HOST_BY("host.router_cycles_per_s", router_cycles_per_s),
    HOST_IF(INTERNALS, "host.flit_hops_per_s", flit_hops_per_s),
    HOST_IF(INTERNALS, "host.ns_per_flit_hop", ns_per_flit_hop),
    HOST("host.build_s", REAL, build_s),
    HOST("host.setup_s", REAL, setup_s),
    HOST_BY("host.output_s", output_s),
    HOST("host.peak_rss_bytes", U64, peak_rss_bytes),
    HOST("host.threads", U32, num_threads),
};
// clang-format on

const size_t figure_num = sizeof table / sizeof *table;

const char *figure_path(size_t i)
{
    return table[i].path;
}

bool figure_is_host(size_t i)
{
    return table[i].host;
}

static bool has_class(const struct run_result *result, unsigned class_idx)
{
    return result->num_classes > 1 && class_idx < result->num_classes;
}

bool figure_exists(size_t i, const struct run_result *result)
{
    return (table[i].condition != APPLICATION || result->has_application) &&
           (table[i].condition != NODES || result->has_nodes) &&
           (table[i].condition != LIVES || result->nodes.nic.lives > 0) &&
           (table[i].condition != RPC || result->has_rpc) &&
           (table[i].condition != CIRCUITS || result->has_circuits) &&
           (table[i].condition < CLASS ||
            has_class(result, (table[i].condition - CLASS) % ROUTER_MAX_CLASSES));
}

// Figures of a fabric of routers, which packets cross.
static bool is_of_routers(const struct figure *row)
{
    return (strncmp(row->path, "fabric.", 7) == 0 && row->compute != model) ||
           row->compute == router_cycles_per_s;
}

static bool is_defined(const struct figure *row, const struct run_result *result)
{
    if (result->is_loggops && is_of_routers(row))
        return false;
    if (row->condition >= CLASS_LATENCY)
        return result->classes[row->condition - CLASS_LATENCY].latency.num > 0;
    if (row->condition >= CLASS)
        return has_class(result, row->condition - CLASS);
    switch (row->condition) {
    case LATENCY:
        return result->latency.num > 0;
    case NETWORK_LATENCY:
        return result->network_latency.num > 0;
    case HOPS:
        return result->hops_mean >= 0;
    case INTERNALS:
        return result->internals_known;
    case CIRCUITS:
        return result->has_circuits;
    case APPLICATION:
        return result->has_application;
    case NODES:
        return result->has_nodes;
    case LIVES:
        return result->nodes.nic.lives > 0;
    case RPC:
        return result->has_rpc;
    case ALWAYS:
        break;
    }
    return true;
}

struct figure_value figure_get(size_t i, const struct figure_source *source)
{
    const struct figure *row = &table[i];
    const void *field = (const char *)source->result + row->offset;
    struct figure_value undefined = {.type = FIGURE_UNDEFINED};
    if (!is_defined(row, source->result))
        return undefined;
    switch (row->storage) {
    case U32:
        return *(const uint32_t *)field == UINT32_MAX ? undefined
                                                      : integer(*(const uint32_t *)field);
    case U64:
        return *(const uint64_t *)field == UINT64_MAX ? undefined
                                                      : integer(*(const uint64_t *)field);
    case REAL:
        return real(*(const double *)field);
    case TEXT:
        return text(*(const char *const *)field);
    case BOOL:
        return (struct figure_value){.type = FIGURE_BOOL, .integer = *(const bool *)field};
    case COMPUTED:
        break;
    }
    return row->compute(source);
}

struct figure_value figure_by_path(const char *path, const struct figure_source *source)
{
    size_t i = 0;
    while (i < figure_num && strcmp(table[i].path, path) != 0)
        i++;
    assert(i < figure_num);
    return figure_get(i, source);
}
