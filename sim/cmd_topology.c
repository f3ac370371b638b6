// SPDX-License-Identifier: Apache-2.0
// ordito topology: figures of a topology by closed form, by search over its graph and, with
// --measure, as probe packets saw them; zero-load latencies; the graph for Graphviz. With --family
// all kinds of topology side by side.
#include "sim/cmd.h"
#include "sim/family.h"
#include "sim/host.h"
#include "sim/json_path.h"
#include "sim/machine.h"
#include "sim/measure.h"
#include "sim/outfile.h"
#include "sim/output.h"
#include "sim/table.h"
#include "sim/topology_dot.h"
#include "sim/topology_figure.h"
#include "sim/zero_load.h"

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
    const struct memory_estimate *memory;
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

// Channels between routers on the longest way, UINT32_MAX if that is not known.
static uint32_t longest_way(const struct findings *found)
{
    uint32_t hops = found->closed->diameter_hops;
    if (hops == UINT32_MAX && found->search)
        hops = found->search->diameter_hops;
    return hops == UINT32_MAX ? hops : topology_router_hops(found->topology, hops);
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

static json_t *findings_json(const struct findings *found)
{
    json_t *root = output_envelope(found->config);
    bool made = root && json_path_set(root, "outcome", json_string("completed")) &&
                json_path_set(root, "topology.kind", json_string(found->config->topology.kind)) &&
                add_figures(root, "topology", found->closed) &&
                add_figures(root, "topology.search", found->search) &&
                (!found->measured || add_figures(root, "topology.measured", found->measured)) &&
                zero_load_json(root, found->config, longest_way(found)) &&
                (!found->memory || memory_json(root, found->memory)) &&
                json_path_set(root, "host.wall_s", json_real(found->wall_s));
    if (made)
        return root;
    json_decref(root);
    return NULL;
}

static bool deliver(const struct command *self, const struct topology *topology,
                    const struct findings *found, struct err *err)
{
    bool taken =
        (self->json && strcmp(self->json, "-") == 0) || (self->dot && strcmp(self->dot, "-") == 0);
    if (!taken) {
        print_figures(found);
        zero_load_print(found->config, found->topology, longest_way(found));
        if (found->memory)
            memory_print(found->memory);
    }
    return (!self->json || output_json_file(self->json, findings_json(found), err)) &&
           (!self->dot || topology_dot(self->dot, topology, err));
}

static bool explore(const struct command *self, const struct config *config, struct err *err)
{
    double begin_s = host_now_s();
    struct err no_machine = {0}; // of this topology by these routers, which is no fault here
    struct memory_estimate memory;
    struct topology *topology = config_topology(config, err);
    if (!topology)
        return false;
    struct topology_figures search;
    struct topology_figures measured;
    struct findings found = {.config = config, .topology = topology, .closed = &topology->closed};
    bool ok = true;
    if (machine_estimate(topology, config, &memory, &no_machine))
        found.memory = &memory;
    if (topology->closed.nodes * topology->closed.channels <= MAX_SEARCH_STEPS) {
        ok = topology_search(topology, &search, err);
        found.search = &search;
    }
    if (ok && self->measure) {
        ok = measure_topology(config, &measured, err);
        found.measured = &measured;
    }
    found.wall_s = host_now_s() - begin_s;
    ok = ok && deliver(self, topology, &found, err);
    topology_free(topology);
    return ok;
}

static json_t *comparison_json(const struct config *config, const struct family *family,
                               double wall_s)
{
    json_t *root = output_envelope(config);
    bool made = root && json_path_set(root, "outcome", json_string("completed")) &&
                json_path_set(root, "nodes", json_integer(family->nodes)) &&
                json_path_set(root, "family", family_json(family)) &&
                json_path_set(root, "host.wall_s", json_real(wall_s));
    if (made)
        return root;
    json_decref(root);
    return NULL;
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
    double begin_s = host_now_s();
    struct family family;
    if (!family_make(&family, config, err))
        return false;
    bool taken =
        (self->json && strcmp(self->json, "-") == 0) || (self->csv && strcmp(self->csv, "-") == 0);
    if (!taken)
        family_print(stdout, &family);
    bool ok = (!self->json ||
               output_json_file(self->json,
                                comparison_json(config, &family, host_now_s() - begin_s), err)) &&
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

static bool take_option(void *command, int option, const char *value, struct err *err)
{
    struct command *self = command;
    switch ((enum option)option) {
    case OPTION_SET:
        return cmd_sets_add(&self->sets, NULL, value, "--set", err);
    case OPTION_JSON:
        return cmd_text(&self->json, value, "--json", "no file named", err);
    case OPTION_CSV:
        return cmd_text(&self->csv, value, "--csv", "no file named", err);
    case OPTION_DOT:
        return cmd_text(&self->dot, value, "--dot", "no file named", err);
    case OPTION_MEASURE:
        self->measure = true;
        return true;
    case OPTION_FAMILY:
        self->family = true;
        return true;
    case OPTION_HELP:
        self->help = true;
        return true;
    }
    return true;
}

static bool parse(struct command *self, poptContext context, struct err *err)
{
    if (!cmd_options(context, options, take_option, self, err))
        return false;
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
