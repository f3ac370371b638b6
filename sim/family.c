// SPDX-License-Identifier: Apache-2.0
#include "sim/family.h"

#include "sim/output.h"
#include "sim/table.h"
#include "sim/topology_figure.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

// Past this many steps (nodes times channels) a breadth-first search is left out.
#define MAX_SEARCH_STEPS (UINT64_C(1) << 30)

enum { KIND_WIDTH = 19, WIRES_WIDTH = 10, CROSSPOINTS_WIDTH = 11 };

// --- making it ----------------------------------------------------------------------------------

static bool can_have(const struct topology_kind *kind, uint32_t nodes)
{
    struct topology_spec spec = {.kind = kind->name, .nodes = nodes};
    struct err err = {0};
    return kind->resolve(&spec, &err) && spec.nodes == nodes;
}

// The number of nodes nearest to `nodes` that the kind can have; of two the smaller; 0: none.
static uint32_t nearest_nodes(const struct topology_kind *kind, uint32_t nodes)
{
    for (uint32_t off = 1; off < 4 * (uint64_t)nodes && off < TOPOLOGY_MAX_NODES; off++) {
        if (off < nodes && can_have(kind, nodes - off))
            return nodes - off;
        if (nodes + off <= TOPOLOGY_MAX_NODES && can_have(kind, nodes + off))
            return nodes + off;
    }
    return 0;
}

static void count_cost(struct family_row *row, const struct topology *t, uint32_t flit_bits)
{
    for (uint32_t r = 0; r < t->num_routers; r++) {
        uint64_t ports = 0;
        for (uint32_t p = 0; p < t->radix; p++) {
            size_t port = (size_t)r * t->radix + p;
            bool terminal = t->port_node[port] != TOPOLOGY_NONE;
            if (!terminal && t->peer[port] == TOPOLOGY_NONE)
                continue;
            ports++;
            uint64_t ways = terminal ? 2 : 1; // the node's channel is counted here, too
            if (topology_is_hop(t, port))
                row->wires_bits += ways * (flit_bits / (t->flit_cycles ? t->flit_cycles[port] : 1));
        }
        row->crosspoints += ports * ports;
    }
}

static bool make_row(struct family_row *row, const struct config *config, uint32_t nodes,
                     struct err *err)
{
    bool own_kind = strcmp(row->kind->name, config->topology.kind) == 0;
    snprintf(row->name, sizeof row->name, "%s", row->kind->name);
    row->exists = own_kind || can_have(row->kind, nodes);
    if (!row->exists) {
        row->nearest_nodes = nearest_nodes(row->kind, nodes);
        return true;
    }
    struct config own = *config;
    if (!own_kind)
        own.topology = (struct topology_spec){.kind = row->kind->name, .nodes = nodes};
    struct topology *topology = config_topology(&own, err);
    if (!topology)
        return false;
    table_topology_name(&own, row->name, sizeof row->name);
    row->figures = topology->closed;
    bool ok = topology_figures_complete(&row->figures, topology, MAX_SEARCH_STEPS, err);
    count_cost(row, topology, config->flit_bits);
    topology_free(topology);
    return ok;
}

bool family_make(struct family *self, const struct config *config, struct err *err)
{
    struct topology *topology = config_topology(config, err);
    if (!topology)
        return false;
    *self = (struct family){
        .nodes = topology->num_nodes,
        .rows = calloc(topology_num_kinds, sizeof *self->rows),
        .num_rows = topology_num_kinds,
    };
    topology_free(topology);
    if (!self->rows)
        return err_set(err, ERR_RUN, "out of memory");
    bool ok = true;
    for (size_t i = 0; ok && i < topology_num_kinds; i++) {
        self->rows[i].kind = topology_kinds[i];
        ok = make_row(&self->rows[i], config, self->nodes, err);
    }
    if (!ok)
        family_free(self);
    return ok;
}

void family_free(struct family *self)
{
    free(self->rows);
    *self = (struct family){0};
}

// --- writing it ---------------------------------------------------------------------------------

static void print_head(FILE *to)
{
    for (int line = 0; line < 2; line++) {
        fprintf(to, "%-*s", KIND_WIDTH, line == 0 ? "kind" : "");
        for (size_t i = 1; i < topology_num_figures; i++)
            fprintf(to, "  %*s", topology_figures[i].width, topology_figures[i].heading[line]);
        fprintf(to, "  %*s  %*s%s\n", WIRES_WIDTH, line == 0 ? "wires" : "bits", CROSSPOINTS_WIDTH,
                line == 0 ? "crosspoints" : "", line == 0 ? "  shape" : "");
    }
}

static void print_cell(FILE *to, const struct family_row *row, size_t i)
{
    const struct topology_figure *figure = &topology_figures[i];
    json_t *value = topology_figure_json(&row->figures, i);
    if (json_is_integer(value))
        fprintf(to, "  %*lld", figure->width, (long long)json_integer_value(value));
    else if (json_is_real(value))
        fprintf(to, "  %*.*f", figure->width, figure->decimals, json_real_value(value));
    else
        fprintf(to, "  %*s", figure->width, "-");
    json_decref(value);
}

void family_print(FILE *to, const struct family *self)
{
    fprintf(to, "Topologies of %" PRIu32 " nodes\n\n", self->nodes);
    print_head(to);
    for (size_t r = 0; r < self->num_rows; r++) {
        const struct family_row *row = &self->rows[r];
        fprintf(to, "%-*s", KIND_WIDTH, row->kind->name);
        if (row->exists) {
            for (size_t i = 1; i < topology_num_figures; i++)
                print_cell(to, row, i);
            fprintf(to, "  %*" PRIu64 "  %*" PRIu64 "  %s\n", WIRES_WIDTH, row->wires_bits,
                    CROSSPOINTS_WIDTH, row->crosspoints, row->name);
        } else if (row->nearest_nodes > 0) {
            fprintf(to, "  has no such number of nodes; the nearest is %" PRIu32 "\n",
                    row->nearest_nodes);
        } else {
            fputs("  is not made from a number of nodes\n", to);
        }
    }
    fputs(
        "\nNode and edge connectivity: so many routers or channels must fail before nodes of other "
        "routers\ncan be cut off. Wires: bits of all channels, one way each. Crosspoints: sum "
        "over routers of ports\nsquared.\n",
        to);
}

void family_csv(FILE *to, const struct family *self)
{
    fputs("kind,topology,nearest_nodes", to);
    for (size_t i = 0; i < topology_num_figures; i++)
        fprintf(to, ",%s", topology_figures[i].key);
    fputs(",wires_bits,crosspoints\n", to);
    for (size_t r = 0; r < self->num_rows; r++) {
        const struct family_row *row = &self->rows[r];
        fprintf(to, "%s,", row->kind->name);
        output_csv_text(to, row->name);
        fputc(',', to);
        if (row->nearest_nodes > 0)
            fprintf(to, "%" PRIu32, row->nearest_nodes);
        for (size_t i = 0; i < topology_num_figures; i++) {
            json_t *value = row->exists ? topology_figure_json(&row->figures, i) : NULL;
            fputc(',', to);
            if (json_is_integer(value))
                fprintf(to, "%lld", (long long)json_integer_value(value));
            else if (json_is_real(value))
                fprintf(to, "%.15g", json_real_value(value));
            json_decref(value);
        }
        if (row->exists)
            fprintf(to, ",%" PRIu64 ",%" PRIu64 "\n", row->wires_bits, row->crosspoints);
        else
            fputs(",,\n", to);
    }
}

static json_t *row_json(const struct family_row *row)
{
    json_t *object = json_pack("{s:s, s:s}", "kind", row->kind->name, "topology", row->name);
    bool ok = object;
    if (ok && !row->exists)
        ok = json_object_set_new(object, "nearest_nodes",
                                 row->nearest_nodes ? json_integer(row->nearest_nodes)
                                                    : json_null()) == 0;
    for (size_t i = 0; ok && row->exists && i < topology_num_figures; i++)
        ok = json_object_set_new(object, topology_figures[i].key,
                                 topology_figure_json(&row->figures, i)) == 0;
    if (ok && row->exists)
        ok = json_object_set_new(object, "wires_bits", json_integer((json_int_t)row->wires_bits)) ==
                 0 &&
             json_object_set_new(object, "crosspoints",
                                 json_integer((json_int_t)row->crosspoints)) == 0;
    if (ok)
        return object;
    json_decref(object);
    return NULL;
}

json_t *family_json(const struct family *self)
{
    json_t *list = json_array();
    bool ok = list;
    for (size_t r = 0; ok && r < self->num_rows; r++)
        ok = json_array_append_new(list, row_json(&self->rows[r])) == 0;
    if (ok)
        return list;
    json_decref(list);
    return NULL;
}
