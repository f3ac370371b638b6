// SPDX-License-Identifier: Apache-2.0
// ordito topology: figures of a topology by closed form, by search over its graph and, with
// --measure, as probe packets saw them; zero-load latencies; the graph for Graphviz. With --family
// all kinds of topology side by side.
#include "sim/cmd.h"
#include "sim/family.h"
#include "sim/json_path.h"
#include "sim/measure.h"
#include "sim/outfile.h"
#include "sim/output.h"
#include "sim/table.h"
#include "sim/topology_dot.h"
#include "sim/topology_figure.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum option {
    OPTION_HELP = 1,
    OPTION_SET,
    OPTION_MEASURE,
    OPTION_FAMILY,
    OPTION_JSON,
    OPTION_CSV,
    OPTION_DOT
};

enum { LONGEST_FLITS = 1 << 24 }; // of fabric.packet.max_flits

// Past this many steps (nodes times channels) the breadth-first search is left out.
#define MAX_SEARCH_STEPS (UINT64_C(1) << 32)

static const struct poptOption options[] = {
    {"set", 0, POPT_ARG_STRING, NULL, OPTION_SET, "give a parameter a value, any YAML",
     "KEY=VALUE"},
    {"measure", 0, POPT_ARG_NONE, NULL, OPTION_MEASURE, "send probe packets between all pairs",
     NULL},
    {"family", 0, POPT_ARG_NONE, NULL, OPTION_FAMILY,
     "all kinds of as many nodes, side by side, with their costs", NULL},
    {"json", 0, POPT_ARG_STRING, NULL, OPTION_JSON, "the figures as JSON", "FILE"},
    {"csv", 0, POPT_ARG_STRING, NULL, OPTION_CSV, "the family as CSV", "FILE"},
    {"dot", 0, POPT_ARG_STRING, NULL, OPTION_DOT, "the graph, for Graphviz", "FILE"},
    {"help", '?', POPT_ARG_NONE, NULL, OPTION_HELP, "show this, and all keys", NULL},
    POPT_TABLEEND};

struct command {
    const char *path;
    struct cmd_sets sets;
    char *json;
    char *csv;
    char *dot;
    bool measure;
    bool family;
    bool help;
};

// What is known of a topology; a pointer is NULL where that was not asked for or is too large.
struct findings {
    const struct config *config;
    const struct topology *topology;
    const struct topology_figures *closed;
    const struct topology_figures *search;
    const struct topology_figures *measured;
    double wall_s;
};

static void print_figure(const struct topology_figures *figures, size_t row)
{
    json_t *value = figures ? topology_figure_json(figures, row) : NULL;
    if (json_is_integer(value))
        printf("  %14lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        printf("  %14.6f", json_real_value(value));
    else
        printf("  %14s", "-");
    json_decref(value);
}

static void print_figures(const struct findings *found)
{
    char name[400];
    table_topology_name(found->config, name, sizeof name);
    bool fits = strlen(name) <= 30;
    if (!fits)
        puts(name);
    printf("%-30s  %14s  %14s", fits ? name : "", "closed form", "search");
    printf(found->measured ? "  %14s\n" : "\n", "measured");
    for (size_t row = 0; row < topology_num_figures; row++) {
        printf("%-30s", topology_figures[row].label);
        print_figure(found->closed, row);
        print_figure(found->search, row);
        if (found->measured)
            print_figure(found->measured, row);
        putchar('\n');
    }
    if (!found->search)
        puts("(too large to be searched in short time)");
}

static struct switching_timing timing_of(const struct config *config)
{
    return (struct switching_timing){
        .channel_latency_cycles = config->channel_latency_cycles,
        .terminal_latency_cycles = config->terminal_latency_cycles,
        .ejection_latency_cycles = config_ejection_latency_cycles(config),
        .buffer_flits = config->buffer_flits,
        .pipeline = config->design.pipeline,
        .speculative = config->design.speculative,
    };
}

// Zero-load latency of packets of `flits` over `hops` channels between routers; -1 if they do not
// fit into the buffers or the hops are not known.
static int64_t zero_load(const struct config *config, enum switching mode, uint32_t flits,
                         uint32_t hops)
{
    struct switching_timing timing = timing_of(config);
    if (hops == UINT32_MAX ||
        (switching_buffers_whole_packets(mode) && flits > config->buffer_flits))
        return -1;
    return (int64_t)switching_zero_load_cycles(mode, &timing, flits, hops);
}

// Channels between routers on the longest way, UINT32_MAX if that is not known.
static uint32_t longest_way(const struct findings *found)
{
    uint32_t hops = found->closed->diameter_hops;
    if (hops == UINT32_MAX && found->search)
        hops = found->search->diameter_hops;
    return hops == UINT32_MAX ? hops : topology_router_hops(found->topology, hops);
}

// Least length from which on circuits are faster than wormhole switching; 0 if there is none or the
// hops are not known.
static uint32_t crossover_flits(const struct findings *found, uint32_t hops)
{
    struct switching_timing timing = timing_of(found->config);
    return hops == UINT32_MAX ? 0 : switching_crossover_flits(&timing, hops, LONGEST_FLITS);
}

static void print_crossover(const struct findings *found)
{
    uint32_t hops[] = {1, longest_way(found)};
    printf("%-20s  %-57s  %4s", "", "circuit is faster than wormhole from L =", "");
    for (size_t i = 0; i < 2; i++) {
        uint32_t flits = crossover_flits(found, hops[i]);
        if (flits > 0)
            printf("  %10" PRIu32, flits);
        else
            printf("  %10s", hops[i] == UINT32_MAX ? "-" : "never");
    }
    putchar('\n');
}

static void print_latencies(const struct findings *found)
{
    // The closed forms of switching.c, in words.
    static const char *const forms[SWITCHING_NUM] = {
        [SWITCHING_STORE_AND_FORWARD] = "Li + Le + H Lc + (H + 1)(S + L - 1) + L - 1",
        [SWITCHING_VIRTUAL_CUT_THROUGH] = "Li + Le + H Lc + (H + 1) S + L - 1",
        [SWITCHING_WORMHOLE] = "Li + Le + H Lc + (H + 1) S + L - 1 + floor((L - 1) / B) w",
        [SWITCHING_CIRCUIT] = "3 (Li + Le + H Lc) + (H + 1) + L",
    };
    const struct config *config = found->config;
    uint32_t lengths[] = {1, config->max_flits};
    printf("\nZero-load latency [cycles] of a packet of L flits over %s; channels Lc = %" PRIu32
           ", from nodes Li = %" PRIu32 ", to nodes Le = %" PRIu32
           ", a head in a router S = %" PRIu32 "%s, buffers B = %" PRIu32
           " flits; w = max(0, 2 Li + 2 - B, 2 Le + %d - B, 2 Lc + %d - B), "
           "without Lc if H = 0\n",
           found->topology->indirect ? "H + 2 hops, H of them between routers" : "H hops",
           config->channel_latency_cycles, config->terminal_latency_cycles,
           config_ejection_latency_cycles(config),
           config->design.pipeline - config->design.speculative,
           config->design.pipeline == ROUTER_MAX_PIPELINE ? " (store-and-forward: 1 less if L > 1)"
                                                          : "",
           config->buffer_flits, config->design.pipeline > 1 ? 2 : 1,
           config->design.pipeline > 1 ? 3 : 2);
    if (found->topology->latency_cycles || found->topology->flit_cycles)
        puts("(with Lc and a flit a cycle on all channels; some are longer or narrower)");
    printf("%-20s  %-57s  %4s  %10s  %10s\n", "switching", "closed form", "L", "H = 1", "diameter");
    for (int mode = 0; mode < SWITCHING_NUM; mode++) {
        for (size_t i = 0; i < (config->max_flits > 1 ? 2U : 1U); i++) {
            int64_t one = zero_load(config, (enum switching)mode, lengths[i], 1);
            int64_t most = zero_load(config, (enum switching)mode, lengths[i], longest_way(found));
            char longest[24];
            snprintf(longest, sizeof longest, "%" PRId64, most);
            printf("%-20s  %-57s  %4" PRIu32, i ? "" : switching_names[mode], i ? "" : forms[mode],
                   lengths[i]);
            if (one < 0)
                printf("  %22s\n", "longer than a buffer");
            else
                printf("  %10" PRId64 "  %10s\n", one, most < 0 ? "-" : longest);
        }
    }
    print_crossover(found);
}

static bool add_figures(json_t *root, const char *section, const struct topology_figures *figures)
{
    for (size_t row = 0; row < topology_num_figures; row++) {
        char path[128];
        snprintf(path, sizeof path, "%s.%s", section, topology_figures[row].key);
        if (!json_path_set(root, path, figures ? topology_figure_json(figures, row) : json_null()))
            return false;
    }
    return true;
}

static bool add_latencies(json_t *root, const struct findings *found)
{
    for (int mode = 0; mode < SWITCHING_NUM; mode++) {
        char path[128];
        int64_t cycles = zero_load(found->config, (enum switching)mode, found->config->max_flits,
                                   longest_way(found));
        snprintf(path, sizeof path, "topology.zero_load_diameter_cycles.%s", switching_names[mode]);
        if (!json_path_set(root, path, cycles < 0 ? json_null() : json_integer(cycles)))
            return false;
    }
    uint32_t crossover = crossover_flits(found, longest_way(found));
    return json_path_set(root, "topology.crossover_diameter_flits",
                         crossover > 0 ? json_integer(crossover) : json_null());
}

static bool write_json(const char *path, const struct findings *found, struct err *err)
{
    json_t *root = output_envelope(found->config);
    bool made = root && json_path_set(root, "outcome", json_string("completed")) &&
                json_path_set(root, "topology.kind", json_string(found->config->topology.kind)) &&
                add_figures(root, "topology", found->closed) &&
                add_figures(root, "topology.search", found->search) &&
                (!found->measured || add_figures(root, "topology.measured", found->measured)) &&
                add_latencies(root, found) &&
                json_path_set(root, "host.wall_s", json_real(found->wall_s));
    bool ok = made ? output_json_file(path, root, err) : err_set(err, ERR_RUN, "out of memory");
    json_decref(root);
    return ok;
}

static bool deliver(const struct command *self, const struct topology *topology,
                    const struct findings *found, struct err *err)
{
    bool taken =
        (self->json && strcmp(self->json, "-") == 0) || (self->dot && strcmp(self->dot, "-") == 0);
    if (!taken) {
        print_figures(found);
        print_latencies(found);
    }
    return (!self->json || write_json(self->json, found, err)) &&
           (!self->dot || topology_dot(self->dot, topology, err));
}

static bool explore(const struct command *self, const struct config *config, struct err *err)
{
    double begin_s = cmd_now_s();
    struct topology *topology = config_topology(config, err);
    if (!topology)
        return false;
    struct topology_figures search;
    struct topology_figures measured;
    struct findings found = {.config = config, .topology = topology, .closed = &topology->closed};
    bool ok = true;
    if (topology->closed.nodes * topology->closed.channels <= MAX_SEARCH_STEPS) {
        ok = topology_search(topology, &search, err);
        found.search = &search;
    }
    if (ok && self->measure) {
        ok = measure_topology(config, &measured, err);
        found.measured = &measured;
    }
    found.wall_s = cmd_now_s() - begin_s;
    ok = ok && deliver(self, topology, &found, err);
    topology_free(topology);
    return ok;
}

static bool write_family_json(const char *path, const struct config *config,
                              const struct family *family, double wall_s, struct err *err)
{
    json_t *root = output_envelope(config);
    bool made = root && json_path_set(root, "outcome", json_string("completed")) &&
                json_path_set(root, "nodes", json_integer(family->nodes)) &&
                json_path_set(root, "family", family_json(family)) &&
                json_path_set(root, "host.wall_s", json_real(wall_s));
    bool ok = made ? output_json_file(path, root, err) : err_set(err, ERR_RUN, "out of memory");
    json_decref(root);
    return ok;
}

static bool write_family_csv(const char *path, const struct family *family, struct err *err)
{
    struct outfile file;
    if (!outfile_open(&file, path, err))
        return false;
    family_csv(file.stream, family);
    return outfile_close(&file, err);
}

static bool compare(const struct command *self, const struct config *config, struct err *err)
{
    double begin_s = cmd_now_s();
    struct family family;
    if (!family_make(&family, config, err))
        return false;
    bool taken =
        (self->json && strcmp(self->json, "-") == 0) || (self->csv && strcmp(self->csv, "-") == 0);
    if (!taken)
        family_print(stdout, &family);
    bool ok = (!self->json ||
               write_family_json(self->json, config, &family, cmd_now_s() - begin_s, err)) &&
              (!self->csv || write_family_csv(self->csv, &family, err));
    family_free(&family);
    return ok;
}

static bool execute(const struct command *self, struct err *err)
{
    struct config config;
    if (!cmd_configure(&config, self->path, &self->sets, err))
        return false;
    bool ok = config_check_network(&config, err) &&
              (!self->json || outfile_probe(self->json, err)) &&
              (!self->csv || outfile_probe(self->csv, err)) &&
              (!self->dot || outfile_probe(self->dot, err)) &&
              (self->family ? compare : explore)(self, &config, err);
    config_free(&config);
    return ok;
}

static bool take_file(char **field, char *value, const char *option, struct err *err)
{
    if (*field || !*value) {
        free(value);
        return err_set(err, ERR_CONFIG, "%s: %s", option, *field ? "given twice" : "no file named");
    }
    *field = value;
    return true;
}

static bool parse(struct command *self, poptContext context, struct err *err)
{
    int code;
    while ((code = poptGetNextOpt(context)) > 0) {
        char *value = poptGetOptArg(context);
        bool ok = true;
        if (code == OPTION_JSON) {
            ok = take_file(&self->json, value, "--json", err);
        } else if (code == OPTION_CSV) {
            ok = take_file(&self->csv, value, "--csv", err);
        } else if (code == OPTION_DOT) {
            ok = take_file(&self->dot, value, "--dot", err);
        } else {
            self->help |= code == OPTION_HELP;
            self->measure |= code == OPTION_MEASURE;
            self->family |= code == OPTION_FAMILY;
            ok = code != OPTION_SET || cmd_sets_add(&self->sets, NULL, value, "--set", err);
            free(value);
        }
        if (!ok)
            return false;
    }
    if (code < -1)
        return cmd_bad_option(context, code, options, err);
    self->path = poptGetArg(context);
    const char *extra = poptGetArg(context);
    if (extra)
        return err_set(err, ERR_CONFIG, "\"%.100s\": one configuration is read, and that is %.100s",
                       extra, self->path);
    const char *other = self->dot ? self->dot : self->csv;
    if (self->family && (self->measure || self->dot))
        return err_set(err, ERR_CONFIG, "%s is for one topology, not for a --family",
                       self->dot ? "--dot" : "--measure");
    if (self->csv && !self->family)
        return err_set(err, ERR_CONFIG, "--csv is for a --family; of one topology there is --json");
    if (self->json && other && strcmp(self->json, other) == 0)
        return err_set(err, ERR_CONFIG, "--json and %s name the same file: %.1000s",
                       self->dot ? "--dot" : "--csv", other);
    return true;
}

enum err_status cmd_topology(int argc, const char **argv, struct err *err)
{
    struct command command = {0};
    poptContext context = poptGetContext("ordito topology", argc, argv, options, 0);
    poptSetOtherOptionHelp(context, "[CONFIG.yaml] [OPTION...]");
    if (parse(&command, context, err)) {
        if (command.help) {
            poptPrintHelp(context, stdout, 0);
            putchar('\n');
            config_help(stdout);
        } else {
            execute(&command, err);
        }
    }
    cmd_sets_free(&command.sets);
    free(command.json);
    free(command.csv);
    free(command.dot);
    poptFreeContext(context);
    return err->status;
}
