// SPDX-License-Identifier: Apache-2.0
#include "model/net/routing_table.h"

#include "model/net/route_graph.h"
#include "model/net/route_kinds.h"

#include <stdlib.h>
#include <string.h>

// --- the topology's own routes ------------------------------------------------------------------

static uint8_t vcs_of(const struct routing *self, enum topology_vcs vcs)
{
    switch (vcs) {
    case TOPOLOGY_VCS_LOW:
        return self->vcs_low;
    case TOPOLOGY_VCS_HIGH:
        return self->vcs_high;
    case TOPOLOGY_VCS_ALL:
        break;
    }
    return self->vcs_class;
}

static struct route *entry(const struct routing *self, const struct topology *topology,
                           uint32_t router, uint32_t node)
{
    return &self->table[(size_t)router * self->table_size + topology->node_addr[node]];
}

static bool fill_grid(struct routing *self, const struct topology *topology, struct err *err)
{
    uint32_t *own = routing_own_addresses(self, topology);
    if (!own)
        return err_set(err, ERR_RUN, "out of memory for routing tables");
    for (uint32_t r = 0; r < topology->num_routers; r++)
        for (uint32_t node = 0; node < topology->num_nodes; node++)
            *entry(self, topology, r, node) = routing_by_destination(
                self, own[r], topology->node_addr[node] << self->layout.addr_lsb);
    free(own);
    return true;
}

static bool fill_up_down(struct routing *self, const struct topology *topology, struct err *err);

static bool fill_own(struct routing *self, const struct topology *topology, struct err *err)
{
    if (topology->kind->grid)
        return fill_grid(self, topology, err);
    if (!topology->kind->next)
        return fill_up_down(self, topology, err);
    for (uint32_t r = 0; r < topology->num_routers; r++)
        for (uint32_t node = 0; node < topology->num_nodes; node++) {
            struct topology_hop hop = {.port = topology->node_port[node] % topology->radix};
            if (topology->node_port[node] / topology->radix != r)
                hop = topology->kind->next(topology, r, node);
            *entry(self, topology, r, node) =
                (struct route){.port = (uint8_t)hop.port, .vcs = vcs_of(self, hop.vcs)};
        }
    return true;
}

// --- routes on any graph ------------------------------------------------------------------------

static bool fill_graph(struct routing *self, const struct topology *topology,
                       route_graph_fn *find_routes, struct err *err)
{
    struct route_graph routes;
    uint8_t vcs[ROUTE_GRAPH_MAX_LAYERS];
    if (!find_routes(topology, &routes, err))
        return false;
    bool good = route_graph_vcs(&routes, self->class_vcs, self->circuits, vcs, err);
    for (uint32_t node = 0; good && node < topology->num_nodes; node++)
        for (uint32_t r = 0; r < topology->num_routers; r++)
            *entry(self, topology, r, node) =
                (struct route){.port = routes.port[(size_t)node * topology->num_routers + r],
                               .vcs = vcs[routes.layer[node]]};
    route_graph_free(&routes);
    return good;
}

static bool goes_up_down(const struct topology *topology)
{
    return topology->kind->next && strcmp(topology->kind->default_routing, "up-down") == 0;
}

// A kind's own routes if they go up and down, too, for they know better.
static bool fill_up_down(struct routing *self, const struct topology *topology, struct err *err)
{
    if (goes_up_down(topology))
        return fill_own(self, topology, err);
    return fill_graph(self, topology, route_updown, err);
}

static bool fill_layered(struct routing *self, const struct topology *topology, struct err *err)
{
    return fill_graph(self, topology, route_layered, err);
}

// --- the list -----------------------------------------------------------------------------------

static bool fits_any(const struct topology *topology, const struct routing_algorithm *self)
{
    (void)topology;
    (void)self;
    return true;
}

static bool is_own(const struct topology *topology, const struct routing_algorithm *self)
{
    return strcmp(topology->kind->default_routing, self->name) == 0;
}

static bool is_own_or_grid(const struct topology *topology, const struct routing_algorithm *self)
{
    return topology->kind->grid || is_own(topology, self);
}

static bool fits_grid(const struct topology *topology, const struct routing_algorithm *self)
{
    (void)self;
    return topology->kind->grid;
}

// Number of dimensions that are lines, or of rings.
static uint32_t count_dims(const struct topology *topology, bool rings)
{
    struct route_dim dims[TOPOLOGY_MAX_DIMS];
    uint32_t num = topology->kind->grid ? topology->kind->route_dims(topology, dims) : 0;
    uint32_t found = 0;
    for (uint32_t d = 0; d < num; d++)
        found += dims[d].ring == rings;
    return found;
}

static bool fits_lines(const struct topology *topology, const struct routing_algorithm *self)
{
    return fits_grid(topology, self) && count_dims(topology, true) == 0;
}

static bool fits_two_lines(const struct topology *topology, const struct routing_algorithm *self)
{
    return fits_lines(topology, self) && count_dims(topology, false) == 2;
}

static bool fits_rings(const struct topology *topology, const struct routing_algorithm *self)
{
    (void)self;
    return count_dims(topology, true) > 0;
}

const struct routing_algorithm routing_algorithms[] = {
    {"dimension-order", &route_dimension_order, is_own_or_grid, fill_own},
    {"e-cube", &route_dimension_order, is_own, fill_own},
    {"o1turn", &route_o1turn, fits_lines, NULL},
    {"valiant", &route_valiant, fits_grid, NULL},
    {"romm", &route_romm, fits_grid, NULL},
    {"west-first", &route_west_first, fits_two_lines, NULL},
    {"negative-first", &route_negative_first, fits_lines, NULL},
    {"odd-even", &route_odd_even, fits_two_lines, NULL},
    {"minimal-adaptive", &route_minimal_adaptive, fits_grid, NULL},
    {"bubble", &route_bubble, fits_rings, NULL},
    {"up-down", NULL, fits_any, fill_up_down},
    {"shortest-layered", NULL, fits_any, fill_layered},
    {"minimal", NULL, is_own, fill_own},
    {"table", NULL, fits_any, fill_own}, // the topology's own routes, always from tables
};
const size_t routing_num_algorithms = sizeof routing_algorithms / sizeof *routing_algorithms;

const struct routing_algorithm *routing_algorithm_find(const struct topology *topology,
                                                       const char *name)
{
    if (strcmp(name, "auto") == 0)
        name = topology->kind->default_routing;
    for (size_t i = 0; i < routing_num_algorithms; i++)
        if (strcmp(name, routing_algorithms[i].name) == 0)
            return &routing_algorithms[i];
    return NULL;
}

const struct routing_algorithm *routing_algorithm_of(const struct route_kind *kind)
{
    const struct routing_algorithm *found = routing_algorithms;
    while (found->kind != kind)
        found++;
    return found;
}

bool routing_needs_table(const struct topology *topology, const struct routing_algorithm *algorithm)
{
    return !topology->kind->grid || !algorithm->kind;
}

bool routing_table_size(struct routing *self, const struct topology *topology, struct err *err)
{
    if (topology->addr_bits > ROUTING_TABLE_MAX_ADDR_BITS)
        return err_set(err, ERR_CONFIG,
                       "fabric.router.routing: tables of %u address bits are too large (at most "
                       "%d); use fewer nodes, or a grid, which is routed by coordinates",
                       topology->addr_bits, ROUTING_TABLE_MAX_ADDR_BITS);
    self->table_size = UINT32_C(1) << topology->addr_bits;
    return true;
}

uint64_t routing_table_scratch_bytes(const struct topology *topology,
                                     const struct routing_algorithm *algorithm)
{
    bool own = topology->kind->grid || topology->kind->next;
    bool searched = algorithm->fill == fill_layered || (algorithm->fill == fill_own && !own) ||
                    (algorithm->fill == fill_up_down && !goes_up_down(topology));
    return searched ? (uint64_t)topology->num_nodes * topology->num_routers : 0;
}

bool routing_table_make(struct routing *self, const struct topology *topology,
                        const struct routing_algorithm *algorithm, struct err *err)
{
    size_t entries = (size_t)topology->num_routers * self->table_size;
    self->table = malloc(entries * sizeof *self->table);
    if (!self->table)
        return err_set(err, ERR_RUN, "out of memory for routing tables");
    for (size_t i = 0; i < entries; i++)
        self->table[i] = (struct route){.port = ROUTING_NO_PORT, .vcs = self->vcs_class};
    return algorithm->fill(self, topology, err);
}
