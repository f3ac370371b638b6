// SPDX-License-Identifier: Apache-2.0
#include "sim/validate_topology.h"

#include "model/net/topo_spec.h"

enum { MAX_NUMBER = 9, MAX_SIDES = 8, MAX_GRAPH_ROUTERS = 20 };

uint32_t validate_draw(struct rng *rng, uint32_t low, uint32_t high)
{
    return low + (uint32_t)rng_below(rng, (uint64_t)high - low + 1);
}

// --- graphs -------------------------------------------------------------------------------------

static void write_channel(struct rng *rng, uint32_t a, uint32_t b, bool paced, FILE *to)
{
    fprintf(to, "%u %u", a, b);
    if (rng_below(rng, 3) == 0)
        fprintf(to, " latency_cycles=%u", validate_draw(rng, 1, 9));
    if (paced && rng_below(rng, 3) == 0)
        fprintf(to, " flit_cycles=%u", validate_draw(rng, 2, 5));
    fputc('\n', to);
}

// A tree over all routers, and more channels between any two of them.
static void write_graph(struct rng *rng, bool paced, FILE *to)
{
    uint32_t routers = validate_draw(rng, 2, MAX_GRAPH_ROUTERS);
    for (uint32_t r = 0; r < routers; r++)
        fprintf(to, "router %u nodes=%u\n", r, r < 2 ? 1 : validate_draw(rng, 0, 2));
    for (uint32_t r = 1; r < routers; r++)
        write_channel(rng, validate_draw(rng, r > 3 ? r - 4 : 0, r - 1), r, paced, to);
    for (uint32_t more = validate_draw(rng, 0, routers); more > 0; more--) {
        uint32_t a = validate_draw(rng, 0, routers - 1);
        uint32_t b = validate_draw(rng, 0, routers - 2);
        write_channel(rng, a, b < a ? b : b + 1, paced, to);
    }
}

static void draw_file(struct rng *rng, const char *graph_path, bool paced, FILE *to)
{
    FILE *graph = fopen(graph_path, "w");
    if (graph) { // else the topology is refused
        write_graph(rng, paced, graph);
        fclose(graph);
    }
    fprintf(to, ", file: \"%s\"", graph_path);
}

// --- kinds --------------------------------------------------------------------------------------

// The more sides, the shorter.
static void draw_dims(struct rng *rng, FILE *to)
{
    uint32_t num = rng_below(rng, 3) ? validate_draw(rng, 1, 3) : validate_draw(rng, 1, MAX_SIDES);
    for (uint32_t i = 0; i < num; i++)
        fprintf(to, "%s%u", i ? ", " : ", dims: [", validate_draw(rng, 1, 2 + MAX_SIDES / num));
    fputc(']', to);
}

// Kind and shape, or number of nodes, of one that is made of numbers.
static void draw_numbers(struct rng *rng, const struct topology_kind *kind, FILE *to)
{
    fprintf(to, "kind: %s", kind->name);
    if (rng_below(rng, 4) == 0) {
        fprintf(to, ", nodes: %u", validate_draw(rng, 2, 64));
        return;
    }
    if (kind->takes & TOPOLOGY_TAKES_DIMS)
        draw_dims(rng, to);
    for (size_t i = 0; i < topology_num_params; i++)
        if ((kind->takes & topology_params[i].takes) && rng_below(rng, 8))
            fprintf(to, ", %s: %u", topology_params[i].key, validate_draw(rng, 1, MAX_NUMBER));
}

// A kind that can be a rack, or join racks.
static const struct topology_kind *draw_part(struct rng *rng)
{
    const struct topology_kind *kind;
    do
        kind = topology_kinds[rng_below(rng, topology_num_kinds)];
    while (!topology_can_be_part(kind));
    return kind;
}

static void draw_racks(struct rng *rng, bool paced, FILE *to)
{
    for (uint32_t sorts = validate_draw(rng, 1, 3), i = 0; i < sorts; i++) {
        fputs(i ? ", {" : ", racks: [{", to);
        draw_numbers(rng, draw_part(rng), to);
        fprintf(to, ", count: %u", validate_draw(rng, 1, 3));
        if (rng_below(rng, 3) == 0)
            fprintf(to, ", channels: %u", validate_draw(rng, 1, 3));
        if (rng_below(rng, 3) == 0)
            fprintf(to, ", latency_cycles: %u", validate_draw(rng, 1, 9));
        if (paced && rng_below(rng, 2))
            fprintf(to, ", flit_cycles: %u", validate_draw(rng, 1, 5));
        fputc('}', to);
    }
    fprintf(to, "], join: {kind: %s", draw_part(rng)->name);
    if (rng_below(rng, 2))
        fprintf(to, ", channels: %u", validate_draw(rng, 1, 3));
    if (rng_below(rng, 2))
        fprintf(to, ", latency_cycles: %u", validate_draw(rng, 1, 9));
    if (paced)
        fprintf(to, ", flit_cycles: %u", validate_draw(rng, 2, 5));
    fputc('}', to);
}

void validate_draw_topology(struct rng *rng, const struct topology_kind *kind,
                            const char *graph_path, bool paced, FILE *to)
{
    if (topology_can_be_part(kind)) {
        draw_numbers(rng, kind, to);
        return;
    }
    fprintf(to, "kind: %s", kind->name);
    if (kind->takes & TOPOLOGY_TAKES_FILE)
        draw_file(rng, graph_path, paced, to);
    if (kind->takes & TOPOLOGY_TAKES_RACKS)
        draw_racks(rng, paced, to);
}

// --- failures -----------------------------------------------------------------------------------

void validate_draw_failed(struct rng *rng, const struct topology *topology, FILE *to)
{
    const struct topology *t = topology;
    uint32_t ports = t->num_routers * t->radix;
    for (uint32_t num = validate_draw(rng, 1, 2), i = 0; i < num; i++) {
        uint32_t port = validate_draw(rng, 0, ports - 1);
        uint32_t router = port / t->radix;
        fputs(i ? ", " : "failed: [", to);
        if (t->peer[port] == TOPOLOGY_NONE)
            fprintf(to, "router %u", router);
        else
            fprintf(to, "channel %u-%u", router, t->peer[port] / t->radix);
    }
    fputc(']', to);
}
