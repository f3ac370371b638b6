// SPDX-License-Identifier: Apache-2.0
// Cluster: racks, each a topology of its own, joined by uplinks that may be longer and narrower
// than the channels within racks.
//
// How racks are joined is a topology, too. Where its routers have one node each (a ring, a mesh),
// racks take the place of its routers; otherwise (a star, a tree) they take the place of its nodes,
// and its routers are switches between the racks. Every channel of it is as many uplinks as
// join.channels says; a rack may have uplinks of its own number, latency and width, and between two
// racks that differ the fewer, the longer and the narrower ones are laid. Within a rack each uplink
// goes to the router that has the fewest ports in use (ties: the lowest number): the corners of a
// mesh, the top switches of a tree.
//
// Nodes and routers are numbered rack by rack; the switches between racks come last. Router 5 of
// rack 2 is called "2.5", switch 0 between racks "join.0". Hops are channels between routers, also
// where a rack by itself would be an indirect network.
//
// Leaves out: clusters within clusters, and files as racks (a graph's file can hold a whole one).
#include "model/net/router.h"
#include "model/net/topo_graph.h"
#include "model/net/topo_kinds.h"
#include "model/net/topo_names.h"
#include "model/net/topo_racks.h"
#include "model/net/topo_spec.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct uplink {
    uint32_t ends[2]; // routers of the cluster
    uint32_t latency_cycles;
    uint32_t flit_cycles;
};

struct builder {
    struct topology *self;
    const struct topology_spec *spec;
    struct topo_racks racks;
    struct topology **sorts; // [racks.num_sorts]
    struct topology *join;   // NULL: a single rack
    bool in_place;           // racks take the place of the join's routers
    uint32_t *first_router;  // [num_racks + 1] of a rack; the last one: of the switches
    uint32_t *used;          // [num_routers] ports in use
    struct uplink *uplinks;  // [num_uplinks]
    size_t num_uplinks;
    struct err *err;
};

static bool out_of_memory(struct err *err)
{
    return err_set(err, ERR_RUN, "out of memory for a topology");
}

static bool check_join(const struct topology_spec *spec, uint32_t num_racks, struct err *err)
{
    const struct topology_kind *kind = topology_find(spec->join_kind);
    struct topology_spec join = {.kind = spec->join_kind, .nodes = num_racks};
    struct err why = {0};
    if (!kind || !topology_can_be_part(kind))
        return err_set(err, ERR_CONFIG, "fabric.topology.join.kind: \"%s\" cannot join racks",
                       spec->join_kind);
    if (num_racks == 1 || topology_resolve(&join, &why))
        return true;
    const char *colon = strstr(why.text, ": ");
    return err_set(err, why.status, "fabric.topology.join.kind: %s", colon ? colon + 2 : why.text);
}

static bool resolve(struct topology_spec *spec, struct err *err)
{
    struct topo_racks racks;
    if (!topo_racks_of(&racks, spec, err))
        return false;
    uint32_t num_racks = racks.num_racks;
    spec->nodes = (uint32_t)racks.num_nodes;
    topo_racks_free(&racks);
    if (!spec->join_kind)
        spec->join_kind = topo_star.name;
    topo_spec_default(&spec->join_channels, 1);
    topo_spec_default(&spec->join_flit_cycles, 1);
    return check_join(spec, num_racks, err);
}

static uint32_t sort_idx(const struct builder *b, uint32_t rack)
{
    uint32_t sort = 0;
    while (rack >= b->racks.sorts[sort].count)
        rack -= b->racks.sorts[sort++].count;
    return sort;
}

// The topology of a rack.
static const struct topology *sort_of(const struct builder *b, uint32_t rack)
{
    return b->sorts[sort_idx(b, rack)];
}

// What a rack wants its uplinks to be.
static struct topo_uplinks wanted(const struct builder *b, uint32_t rack)
{
    struct topo_uplinks uplinks = b->racks.sorts[sort_idx(b, rack)].uplinks;
    topo_spec_default(&uplinks.channels, b->spec->join_channels);
    topo_spec_default(&uplinks.latency_cycles, b->spec->join_latency_cycles);
    topo_spec_default(&uplinks.flit_cycles, b->spec->join_flit_cycles);
    return uplinks;
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint32_t most(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

// The uplinks between two places, each a rack or TOPOLOGY_NONE for a switch.
static struct topo_uplinks agreed(const struct builder *b, const uint32_t racks[2])
{
    struct topo_uplinks of_join = {b->spec->join_channels, b->spec->join_latency_cycles,
                                   b->spec->join_flit_cycles};
    if (racks[0] == TOPOLOGY_NONE)
        return racks[1] == TOPOLOGY_NONE ? of_join : wanted(b, racks[1]);
    struct topo_uplinks one = wanted(b, racks[0]);
    struct topo_uplinks other = wanted(b, racks[1]);
    return (struct topo_uplinks){least(one.channels, other.channels),
                                 most(one.latency_cycles, other.latency_cycles),
                                 most(one.flit_cycles, other.flit_cycles)};
}

static bool make_parts(struct builder *b)
{
    b->sorts = calloc(b->racks.num_sorts, sizeof *b->sorts);
    if (!b->sorts)
        return out_of_memory(b->err);
    for (uint32_t s = 0; s < b->racks.num_sorts; s++) {
        struct topology_spec spec = b->racks.sorts[s].spec;
        b->sorts[s] = topology_new(&spec, b->err);
        if (!b->sorts[s])
            return false;
    }
    struct topology_spec join = {.kind = b->spec->join_kind, .nodes = b->racks.num_racks};
    if (b->racks.num_racks == 1)
        return true;
    b->join = topology_new(&join, b->err);
    b->in_place = b->join && !b->join->indirect && b->join->num_routers == b->join->num_nodes;
    for (uint32_t n = 0; b->in_place && n < b->join->num_nodes; n++)
        assert(b->join->node_port[n] / b->join->radix == n);
    return b->join != NULL;
}

// Numbers the routers and counts the ports that racks use by themselves.
static bool number_routers(struct builder *b)
{
    uint32_t num_racks = b->racks.num_racks;
    uint64_t num = 0;
    b->first_router = malloc((num_racks + 1) * sizeof *b->first_router);
    if (!b->first_router)
        return out_of_memory(b->err);
    for (uint32_t r = 0; r < num_racks; r++) {
        b->first_router[r] = (uint32_t)num;
        num += sort_of(b, r)->num_routers;
        if (num > TOPOLOGY_MAX_NODES)
            return err_set(b->err, ERR_CONFIG, "fabric.topology.racks: more than %llu routers",
                           (unsigned long long)TOPOLOGY_MAX_NODES);
    }
    b->first_router[num_racks] = (uint32_t)num;
    b->self->num_routers = (uint32_t)num + (b->join && !b->in_place ? b->join->num_routers : 0);
    b->self->num_nodes = (uint32_t)b->racks.num_nodes;
    b->used = calloc(b->self->num_routers, sizeof *b->used);
    if (!b->used)
        return out_of_memory(b->err);
    for (uint32_t rack = 0; rack < num_racks; rack++) {
        const struct topology *t = sort_of(b, rack);
        for (uint32_t p = 0; p < t->num_routers * t->radix; p++)
            b->used[b->first_router[rack] + p / t->radix] +=
                t->peer[p] != TOPOLOGY_NONE || t->port_node[p] != TOPOLOGY_NONE;
        if (t->radix > b->self->radix)
            b->self->radix = t->radix;
    }
    return true;
}

// The router of a rack that the next uplink goes to.
static uint32_t attach_to_rack(struct builder *b, uint32_t rack)
{
    uint32_t best = b->first_router[rack];
    for (uint32_t r = best; r < b->first_router[rack + 1]; r++)
        if (b->used[r] < b->used[best])
            best = r;
    return best;
}

// The router of the cluster at an end of an uplink.
static uint32_t end_of(struct builder *b, uint32_t rack, uint32_t switch_idx)
{
    uint32_t end = rack != TOPOLOGY_NONE ? attach_to_rack(b, rack)
                                         : b->first_router[b->racks.num_racks] + switch_idx;
    if (++b->used[end] > b->self->radix)
        b->self->radix = b->used[end];
    return end;
}

// Lays the uplinks of one channel of the join between two places, each a rack by its number or, if
// that is TOPOLOGY_NONE, a switch by its number.
static void lay(struct builder *b, const uint32_t racks[2], const uint32_t switches[2])
{
    struct topo_uplinks uplinks = agreed(b, racks);
    for (uint32_t i = 0; i < uplinks.channels; i++) {
        struct uplink *uplink = &b->uplinks[b->num_uplinks++];
        uplink->latency_cycles = uplinks.latency_cycles;
        uplink->flit_cycles = uplinks.flit_cycles;
        for (size_t end = 0; end < 2; end++)
            uplink->ends[end] = end_of(b, racks[end], switches[end]);
    }
}

static bool lay_uplinks(struct builder *b)
{
    const struct topology *join = b->join;
    size_t ports = (size_t)join->num_routers * join->radix;
    uint32_t side_by_side = b->spec->join_channels;
    for (uint32_t s = 0; s < b->racks.num_sorts; s++)
        side_by_side = most(side_by_side, b->racks.sorts[s].uplinks.channels);
    b->uplinks = calloc(ports * side_by_side, sizeof *b->uplinks);
    if (!b->uplinks)
        return out_of_memory(b->err);
    for (uint32_t p = 0; p < ports; p++) {
        uint32_t routers[] = {p / join->radix, join->peer[p] / join->radix};
        uint32_t racks[] = {TOPOLOGY_NONE, TOPOLOGY_NONE};
        if (join->port_node[p] != TOPOLOGY_NONE && !b->in_place) {
            racks[1] = join->port_node[p];
        } else if (join->peer[p] == TOPOLOGY_NONE || join->peer[p] < p) {
            continue;
        } else if (b->in_place) {
            memcpy(racks, routers, sizeof racks);
        }
        lay(b, racks, routers);
    }
    return b->self->radix <= ROUTER_MAX_RADIX ||
           err_set(b->err, ERR_CONFIG,
                   "fabric.topology.join.channels: a router would need %u ports, and has at most "
                   "%d; use fewer uplinks, or another join.kind",
                   b->self->radix, ROUTER_MAX_RADIX);
}

static void copy_rack(struct builder *b, uint32_t rack, uint32_t first_node)
{
    struct topology *self = b->self;
    const struct topology *t = sort_of(b, rack);
    uint32_t first = b->first_router[rack];
    for (uint32_t p = 0; p < t->num_routers * t->radix; p++) {
        uint32_t peer = t->peer[p];
        if (peer != TOPOLOGY_NONE && p < peer)
            topo_graph_connect(self, first + p / t->radix, p % t->radix, first + peer / t->radix,
                               peer % t->radix);
    }
    for (uint32_t n = 0; n < t->num_nodes; n++)
        topo_graph_attach(self, first_node + n, first + t->node_port[n] / t->radix,
                          t->node_port[n] % t->radix);
}

static uint32_t free_port(const struct topology *self, uint32_t router)
{
    uint32_t port = 0;
    while (self->peer[router * self->radix + port] != TOPOLOGY_NONE ||
           self->port_node[router * self->radix + port] != TOPOLOGY_NONE)
        port++;
    return port;
}

static void connect_uplinks(struct builder *b)
{
    struct topology *self = b->self;
    for (size_t i = 0; i < b->num_uplinks; i++) {
        const struct uplink *uplink = &b->uplinks[i];
        const uint32_t *ends = uplink->ends;
        uint32_t ports[] = {free_port(self, ends[0]), free_port(self, ends[1])};
        topo_graph_connect(self, ends[0], ports[0], ends[1], ports[1]);
        for (size_t e = 0; e < 2; e++) {
            self->latency_cycles[ends[e] * self->radix + ports[e]] = uplink->latency_cycles;
            self->flit_cycles[ends[e] * self->radix + ports[e]] = uplink->flit_cycles;
        }
    }
}

static bool name_routers(struct builder *b)
{
    struct topology *self = b->self;
    bool good = true;
    self->router_names = calloc(self->num_routers, sizeof *self->router_names);
    if (!self->router_names)
        return out_of_memory(b->err);
    for (uint32_t rack = 0; good && rack <= b->racks.num_racks; rack++) {
        bool last = rack == b->racks.num_racks; // the switches
        uint32_t first = b->first_router[rack];
        uint32_t end = last ? self->num_routers : b->first_router[rack + 1];
        for (uint32_t r = first; good && r < end; r++)
            good = last ? asprintf(&self->router_names[r], "join.%u", r - first) > 0
                        : asprintf(&self->router_names[r], "%u.%u", rack, r - first) > 0;
    }
    return good || out_of_memory(b->err);
}

// Channels have arrays of their own only if uplinks differ.
static bool allocate(struct builder *b)
{
    struct topology *self = b->self;
    if (!topo_graph_allocate(self, b->err))
        return false;
    size_t ports = (size_t)self->num_routers * self->radix;
    self->latency_cycles = calloc(ports, sizeof *self->latency_cycles);
    self->flit_cycles = malloc(ports * sizeof *self->flit_cycles);
    if (!self->latency_cycles || !self->flit_cycles)
        return out_of_memory(b->err);
    for (size_t p = 0; p < ports; p++)
        self->flit_cycles[p] = 1;
    return name_routers(b);
}

static void drop_if_all(uint32_t **array, size_t num, uint32_t value)
{
    for (size_t i = 0; i < num; i++)
        if ((*array)[i] != value)
            return;
    free(*array);
    *array = NULL;
}

static bool assemble(struct builder *b)
{
    if (!make_parts(b) || !number_routers(b) || (b->join && !lay_uplinks(b)) || !allocate(b))
        return false;
    uint32_t node = 0;
    for (uint32_t rack = 0; rack < b->racks.num_racks; rack++) {
        copy_rack(b, rack, node);
        node += sort_of(b, rack)->num_nodes;
    }
    connect_uplinks(b);
    size_t ports = (size_t)b->self->num_routers * b->self->radix;
    drop_if_all(&b->self->latency_cycles, ports, 0);
    drop_if_all(&b->self->flit_cycles, ports, 1);
    topo_graph_count(b->self);
    return true;
}

static bool build(const struct topology_spec *spec, struct topology *topology, struct err *err)
{
    struct builder b = {.self = topology, .spec = spec, .err = err};
    if (!topo_racks_of(&b.racks, spec, err))
        return false;
    bool good = assemble(&b);
    for (uint32_t s = 0; b.sorts && s < b.racks.num_sorts; s++)
        topology_free(b.sorts[s]);
    free(b.sorts);
    topology_free(b.join);
    topo_racks_free(&b.racks);
    free(b.first_router);
    free(b.used);
    free(b.uplinks);
    return good;
}

// The rack by the router's name; switches have none.
static uint32_t group(const struct topology *topology, uint32_t router)
{
    const char *name = topology->router_names[router];
    return isdigit((unsigned char)*name) ? (uint32_t)strtoul(name, NULL, 10) : TOPOLOGY_NONE;
}

const struct topology_kind topo_cluster = {
    .name = "cluster",
    .parameters = "racks: [{kind, ..., count, channels, latency_cycles, flit_cycles}, ...] or "
                  "nodes: N, join: {kind, channels, latency_cycles, flit_cycles}",
    .takes = TOPOLOGY_TAKES_RACKS,
    .default_routing = "up-down",
    .resolve = resolve,
    .build = build,
    .router_name = topo_names_router,
    .port_name = topo_names_port,
    .group = group,
    .group_name = "rack",
};
