// SPDX-License-Identifier: Apache-2.0
#include "sim/table.h"

#include "model/net/topo_racks.h"
#include "model/net/topo_spec.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

// --- rows of a sweep --------------------------------------------------------------------------

// Which runs a column means something to.
enum column_of { EVERY_RUN, SYNTHETIC_RUNS, TRACE_RUNS, IDEAL_RUNS, NODE_RUNS, RPC_RUNS };

struct column {
    const char *heading;
    const char *unit;
    const char *path; // of its figure
    int width;
    int decimals; // of reals
    double scale; // of reals
    enum column_of of;
    bool steady; // means nothing of a saturated run
};

static const struct column columns[] = {
    {"diameter", "hops", "topology.diameter_hops", 8, 0, 1, IDEAL_RUNS, false},
    {"distance", "hops, mean", "topology.average_hops", 10, 3, 1, IDEAL_RUNS, false},
    {"latency", "mean, cycles", "fabric.latency_cycles.mean", 12, 2, 1, EVERY_RUN, true},
    {"+-95 %", "cycles", "fabric.latency_cycles.ci95", 7, 2, 1, SYNTHETIC_RUNS, true},
    {"latency", "p99, cycles", "fabric.latency_cycles.p99", 11, 0, 1, IDEAL_RUNS, true},
    {"offered", "flits/node/cyc", "fabric.offered_flits_per_node_cycle", 14, 4, 1, SYNTHETIC_RUNS,
     false},
    {"accepted", "flits/node/cyc", "fabric.accepted_flits_per_node_cycle", 14, 4, 1, SYNTHETIC_RUNS,
     false},
    {"makespan", "cycles", "application.makespan_cycles", 12, 0, 1, TRACE_RUNS, false},
    {"call", "mean, cycles", "application.rpc.mean_cycles.call", 12, 1, 1, RPC_RUNS, false},
    {"requests", "sent again", "application.rpc.retransmissions", 10, 0, 1, RPC_RUNS, false},
    {"executed", "calls", "application.rpc.executions", 8, 0, 1, RPC_RUNS, false},
    {"failed", "calls", "application.rpc.failed", 6, 0, 1, RPC_RUNS, false},
    {"channels", "mean use, %", "fabric.channel_utilisation.mean", 11, 2, 100, IDEAL_RUNS, false},
    {"channels", "max use, %", "fabric.channel_utilisation.max", 10, 2, 100, EVERY_RUN, false},
    {"cores", "stalled, %", "nodes.core.stalled", 10, 2, 100, NODE_RUNS, false},
    {"L1D", "misses, %", "nodes.l1d.miss_rate", 9, 2, 100, NODE_RUNS, false},
    {"L2", "misses, %", "nodes.l2.miss_rate", 9, 2, 100, NODE_RUNS, false},
    {"bus data", "max use, %", "nodes.bus.utilisation.max", 10, 2, 100, NODE_RUNS, false},
    {"DMA", "mean use, %", "nodes.nic.channels.utilisation", 11, 2, 100, NODE_RUNS, false},
    {"run", "cycles", "cycles", 12, 0, 1, IDEAL_RUNS, false},
};

enum { NUM_COLUMNS = sizeof columns / sizeof *columns, OUTCOME_WIDTH = 11 };

static bool has_column(const struct table *self, const struct column *column)
{
    const bool has[] = {
        [EVERY_RUN] = true,
        [SYNTHETIC_RUNS] = self->has_load,
        [TRACE_RUNS] = self->has_application,
        [IDEAL_RUNS] = self->has_ideal,
        [NODE_RUNS] = self->has_nodes,
        [RPC_RUNS] = self->has_rpc,
    };
    return has[column->of];
}

static void print_key(const struct table *self, size_t i, const char *text)
{
    fprintf(self->to, "%-*s  ", (int)self->widths[i], text);
}

void table_head(const struct table *self)
{
    for (int line = 0; line < 2; line++) {
        for (size_t i = 0; i < self->num_keys; i++)
            print_key(self, i, line == 0 ? self->headings[i] : "");
        fprintf(self->to, "%-*s", OUTCOME_WIDTH, line == 0 ? "outcome" : "");
        for (size_t c = 0; c < NUM_COLUMNS; c++)
            if (has_column(self, &columns[c]))
                fprintf(self->to, "  %*s", columns[c].width,
                        line == 0 ? columns[c].heading : columns[c].unit);
        fputc('\n', self->to);
    }
    fflush(self->to);
}

static void print_cell(FILE *to, const struct column *column, const struct figure_source *source)
{
    struct figure_value value = figure_by_path(column->path, source);
    bool meaningless = column->steady && source->result->outcome == RUN_SATURATED;
    if (meaningless || value.type == FIGURE_UNDEFINED)
        fprintf(to, "  %*s", column->width, "-");
    else if (value.type == FIGURE_INTEGER)
        fprintf(to, "  %*" PRIu64, column->width, value.integer);
    else
        fprintf(to, "  %*.*f", column->width, column->decimals, value.real * column->scale);
}

void table_row(const struct table *self, const char *const *values, const struct config *config,
               const struct run_result *result, const char *error)
{
    struct figure_source source = {.config = config, .result = result, .output_s = -1};
    for (size_t i = 0; i < self->num_keys; i++)
        print_key(self, i, values[i]);
    if (result) {
        fprintf(self->to, "%-*s", OUTCOME_WIDTH, run_outcome_names[result->outcome]);
        for (size_t c = 0; c < NUM_COLUMNS; c++)
            if (has_column(self, &columns[c]))
                print_cell(self->to, &columns[c], &source);
    } else {
        fprintf(self->to, "%-*s  %.*s", OUTCOME_WIDTH, "failed", (int)strcspn(error, "\n"), error);
    }
    fputc('\n', self->to);
    fflush(self->to);
}

// --- summary of one run -----------------------------------------------------------------------

static void print_shape(FILE *to, const struct topology_spec *spec)
{
    for (uint32_t i = 0; i < spec->num_dims; i++)
        fprintf(to, "%s%" PRIu64, i ? "x" : " ", spec->dims[i]);
    for (size_t i = 0; i < topology_num_params; i++) {
        uint32_t value = topology_param_value(spec, &topology_params[i]);
        if (value > 0)
            fprintf(to, ", %s %" PRIu32, topology_params[i].key, value);
    }
}

// " of 4 mesh 4x4 and 1 ring, n 9".
static void print_racks(FILE *to, const char *text)
{
    struct topo_racks racks;
    struct err err = {0};
    if (!topo_racks_read(&racks, text, &err))
        return;
    for (uint32_t i = 0; i < racks.num_sorts; i++) {
        const struct topo_rack *rack = &racks.sorts[i];
        fprintf(to, " %s %" PRIu32 " %s", i ? "and" : "of", rack->count, rack->spec.kind);
        print_shape(to, &rack->spec);
    }
    topo_racks_free(&racks);
}

const char *table_topology_name(const struct config *config, char *text, size_t size)
{
    struct topology_spec spec = config->topology;
    struct err err = {0};
    topology_resolve(&spec, &err);
    snprintf(text, size, "%s", spec.kind);
    FILE *to = fmemopen(text, size, "w");
    if (!to) // out of memory
        return text;
    fputs(spec.kind, to);
    if (!topo_spec_is_shaped(&spec))
        fprintf(to, " of %" PRIu32 " nodes", spec.nodes);
    if (spec.file)
        fprintf(to, " %s", spec.file);
    if (spec.racks)
        print_racks(to, spec.racks);
    if (spec.join_kind)
        fprintf(to, ", join.kind %s", spec.join_kind);
    print_shape(to, &spec);
    if (spec.failed)
        fputs(" with failed parts", to);
    fclose(to);
    text[size - 1] = '\0';
    return text;
}

void table_label(FILE *to, const char *name)
{
    fprintf(to, "  %-32s", name);
}

// A labelled figure; nothing if it is undefined.
static void line(FILE *to, const char *name, const char *path, double scale,
                 const struct figure_source *source)
{
    struct figure_value value = figure_by_path(path, source);
    if (value.type == FIGURE_INTEGER) {
        table_label(to, name);
        fprintf(to, "%" PRIu64 "\n", value.integer);
    } else if (value.type == FIGURE_REAL) {
        table_label(to, name);
        fprintf(to, "%.4g\n", value.real * scale);
    }
}

static void print_latency(FILE *to, const char *name, const struct run_latency *latency)
{
    if (latency->num == 0)
        return;
    table_label(to, name);
    fprintf(to, "%.2f", latency->mean);
    if (latency->ci95 >= 0)
        fprintf(to, " +- %.2f (95 %%)", latency->ci95);
    fprintf(to,
            "; min %" PRIu64 ", p50 %" PRIu64 ", p90 %" PRIu64 ", p99 %" PRIu64 ", p99.9 %" PRIu64
            ", max %" PRIu64 "\n",
            latency->min, latency->p50, latency->p90, latency->p99, latency->p999, latency->max);
}

static void print_loggops(FILE *to, const struct config *config, const struct run_result *result)
{
    fprintf(to,
            "ideal fabric of %" PRIu32 " nodes: L = %g ns, o = %g ns, g = %g ns, G = %g ns/byte, "
            "O = %g ns/byte, seed %" PRIu64 "\n",
            (uint32_t)result->topology.nodes, config->loggops.latency_ns,
            config->loggops.overhead_ns, config->loggops.gap_ns, config->loggops.gap_ns_per_byte,
            config->loggops.overhead_ns_per_byte, config->seed);
}

static void print_machine(FILE *to, const struct config *config, const struct run_result *result)
{
    char name[400];
    if (result->is_loggops) {
        print_loggops(to, config, result);
        return;
    }
    const struct topology_figures *t = &result->topology;
    fprintf(to, "%s: %" PRIu64 " nodes, %" PRIu64 " routers, %" PRIu64 " channels",
            table_topology_name(config, name, sizeof name), t->nodes, t->routers, t->channels);
    if (t->diameter_hops != UINT32_MAX)
        fprintf(to, "; diameter %" PRIu32 " hops", t->diameter_hops);
    if (t->average_hops >= 0)
        fprintf(to, ", mean distance %.3f hops", t->average_hops);
    if (t->bisection_channels != UINT64_MAX)
        fprintf(to, ", bisection %" PRIu64 " channels", t->bisection_channels);
    if (config->fabric_model == FABRIC_IDEAL) {
        fprintf(to, "\nideal network by the rules %s, %" PRIu32 " cycles a hop, seed %" PRIu64 "\n",
                ideal_rules_names[config->ideal_rules], config->ideal_cycles_per_hop, config->seed);
        return;
    }
    fprintf(to, "\n%s, %s, ", switching_names[config->switching], result->routing);
    if (result->has_circuits)
        fputs("whole channels", to);
    else
        fprintf(to, "%" PRIu32 " VCs of %" PRIu32 " flits", config->vcs, config->buffer_flits);
    if (config->classes > 1)
        fprintf(to, " in %" PRIu32 " classes", config->classes);
    fprintf(to, " of %" PRIu32 " bits, back end %s, seed %" PRIu64 "\n", config->flit_bits,
            result->backend, config->seed);
    if (result->has_circuits && !config->circuit.waits) {
        fputs("deadlock freedom: probes that are blocked are torn down\n", to);
        return;
    }
    fprintf(to, "deadlock freedom: %" PRIu64 " %s, %" PRIu64 " dependencies%s%s\n",
            result->proof.vertices,
            result->proof.extended ? "channels and escape VCs" : "channels and VCs",
            result->proof.edges, result->proof.bubbles ? ", rings freed by bubbles" : "",
            result->proof.by_symmetry ? ", each dimension by itself" : "");
}

static void print_class(FILE *to, uint32_t class_idx, const struct run_class *of_class)
{
    char name[48];
    snprintf(name, sizeof name, "class %" PRIu32 ": latency [cycles]", class_idx);
    if (of_class->latency.num == 0 && of_class->packets > 0) {
        table_label(to, name);
        fputs("grows without bound at this load\n", to);
    }
    print_latency(to, name, &of_class->latency);
    if (of_class->accepted_flits_per_node_cycle >= 0) {
        snprintf(name, sizeof name, "class %" PRIu32 ": accepted, offered", class_idx);
        table_label(to, name);
        fprintf(to, "%.4g of %.4g flits/node/cycle\n", of_class->accepted_flits_per_node_cycle,
                of_class->offered_flits_per_node_cycle);
    }
}

static void print_outcome(FILE *to, const struct run_result *result)
{
    table_label(to, "outcome");
    fprintf(to, "%s after %" PRIu64 " cycles\n", run_outcome_names[result->outcome],
            result->cycles);
    if (result->outcome == RUN_SATURATED) {
        table_label(to, "latency [cycles]");
        fputs("grows without bound at this load\n", to);
    } else {
        print_latency(to, "latency [cycles]", &result->latency);
        print_latency(to, "network latency [cycles]", &result->network_latency);
    }
    for (uint32_t c = 0; result->num_classes > 1 && c < result->num_classes; c++)
        print_class(to, c, &result->classes[c]);
}

// What messages were cut into, and why if that is less than asked for.
static void print_cut(FILE *to, const struct config *config)
{
    uint32_t cut = config_cut_flits(config);
    table_label(to, "longest packet [flits]");
    fprintf(to, "%" PRIu32, cut);
    if (cut < config->max_flits)
        fprintf(to, " (not %" PRIu32 ": a buffer must take it whole)", config->max_flits);
    fputc('\n', to);
}

// How often which algorithm was used.
static void print_collectives(FILE *to, const struct run_result *result)
{
    for (size_t i = 0; i < collective_num_algorithms; i++) {
        const struct collective_algorithm *algorithm = &collective_algorithms[i];
        if (result->collective_calls[i] == 0)
            continue;
        table_label(to, collective_names[algorithm->kind]);
        fprintf(to, "%" PRIu64 " by %s\n", result->collective_calls[i], algorithm->name);
    }
}

// Nothing, of a program that has none.
static void print_messages(FILE *to, const struct figure_source *source)
{
    if (source->result->messages + source->result->collective_messages == 0)
        return;
    line(to, "messages, point to point", "application.messages", 1, source);
    line(to, "bytes, point to point", "application.bytes", 1, source);
    line(to, "messages of collectives", "application.collective_messages", 1, source);
    line(to, "bytes of collectives", "application.collective_bytes", 1, source);
    print_collectives(to, source->result);
    if (!source->result->is_loggops)
        print_cut(to, source->config);
}

void table_summary(FILE *to, const struct figure_source *source)
{
    const struct run_result *result = source->result;
    print_machine(to, source->config, result);
    print_outcome(to, result);
    if (result->compared_router_cycles > 0 && result->outcome != RUN_MISMATCH) {
        table_label(to, "lockstep");
        fprintf(to,
                "RTL and reference agree in every output of %" PRIu64 " router-cycles "
                "(of %" PRIu64 "; in the others the router slept)\n",
                result->compared_router_cycles, result->router_cycles);
    }
    line(to, "hops, mean", "fabric.hops.mean", 1, source);
    line(to, "offered [flits/node/cycle]", "fabric.offered_flits_per_node_cycle", 1, source);
    line(to, "accepted [flits/node/cycle]", "fabric.accepted_flits_per_node_cycle", 1, source);
    line(to, "channel utilisation, mean [%]", "fabric.channel_utilisation.mean", 100, source);
    line(to, "channel utilisation, max [%]", "fabric.channel_utilisation.max", 100, source);
    line(to, "circuits set up", "fabric.circuit.circuits", 1, source);
    line(to, "probes refused", "fabric.circuit.nacks", 1, source);
    line(to, "set-up, mean [cycles]", "fabric.circuit.setup_cycles.mean", 1, source);
    line(to, "makespan [cycles]", "application.makespan_cycles", 1, source);
    if (result->has_application)
        print_messages(to, source);
    if (result->has_rpc)
        table_rpc(to, &result->rpc);
    if (result->has_nodes)
        table_nodes(to, &result->nodes);
    line(to, "packets", "fabric.packets_ejected", 1, source);
    if (source->config->drop_rate > 0)
        line(to, "packets dropped", "fabric.faults.dropped", 1, source);
    if (source->config->corrupt_rate > 0)
        line(to, "packets corrupted", "fabric.faults.corrupted", 1, source);
    line(to, "flits", "fabric.flits_ejected", 1, source);
    line(to, "time [s]", "host.wall_s", 1, source);
    line(to, "speed [router-cycles/s]", "host.router_cycles_per_s", 1, source);
    line(to, "speed [ns/flit-hop]", "host.ns_per_flit_hop", 1, source);
}
