// SPDX-License-Identifier: Apache-2.0
// Where the packets of a network may be that has come to a standstill. Terminals tell how much of a
// packet went in and came out, and by credits how much of it is still in the first router; the rest
// is inferred: packets are taken to go by dimensions in order, the shorter way round on rings.
#include "sim/workbench/device_map_state.h"
#include "sim/workbench/scoreboard_state.h"

#include <stdio.h>
#include <stdlib.h>

enum { MAX_PACKETS = 64, MAX_STEPS = 64 };

// A packet inside, and the nodes of its way, its own first.
struct way {
    uint32_t packet;
    uint32_t first; // its flits that are in the first router's buffer
    uint32_t num_nodes;
    uint8_t nodes[MAX_STEPS + 1];
};

struct network {
    const struct scoreboard *self;
    uint32_t num;
    struct way ways[MAX_PACKETS];
    uint8_t seen[MAX_PACKETS][MAX_STEPS]; // 1: on the way that is searched; 2: leads to no cycle
    uint32_t depth;
    struct {
        uint8_t way;
        uint8_t step;
    } stack[MAX_PACKETS * MAX_STEPS];
};

// The node after this one.
static uint32_t step_from(const struct device_map *map, uint32_t at, uint32_t to)
{
    const struct map_route *route = &map->route;
    uint32_t a[DEVICE_MAX_DIMS];
    uint32_t b[DEVICE_MAX_DIMS];
    uint32_t stride = 1;
    device_map_coordinates(map, at, a);
    device_map_coordinates(map, to, b);
    for (uint32_t d = 0; d < route->num_dims; stride *= route->dims[d++]) {
        if (a[d] == b[d])
            continue;
        uint32_t side = route->dims[d];
        bool plus = route->ring ? (b[d] + side - a[d]) % side * 2 <= side : b[d] > a[d];
        return at - a[d] * stride + (a[d] + (plus ? 1 : side - 1)) % side * stride;
    }
    return to;
}

static void find_way(struct network *network, struct way *way)
{
    const struct scoreboard *self = network->self;
    const struct stimulus_packet *packet = &self->stimulus->packets[way->packet];
    uint32_t at = packet->port;
    way->nodes[0] = (uint8_t)at;
    way->num_nodes = 1;
    while (at != packet->to && way->num_nodes <= MAX_STEPS) {
        at = step_from(self->map, at, packet->to);
        way->nodes[way->num_nodes++] = (uint8_t)at;
    }
}

// Flits of a channel for which credits are owed are those that came last.
static void find_ways(struct network *network)
{
    const struct scoreboard *self = network->self;
    for (uint32_t i = 0; i < self->num_inputs; ++i) {
        uint32_t begin = network->num;
        for (uint32_t packet = score_next_of(self, i);
             packet != SCORE_NONE && network->num < MAX_PACKETS;
             packet = self->packets[packet].behind) {
            if (!score_inside(&self->packets[packet]))
                continue;
            struct way *way = &network->ways[network->num++];
            way->packet = packet;
            find_way(network, way);
        }
        uint32_t owed = self->inputs[i].owed;
        for (uint32_t w = network->num; w-- > begin;) {
            const struct score_packet *own = &self->packets[network->ways[w].packet];
            uint32_t inside = own->in - own->out;
            network->ways[w].first = inside < owed ? inside : owed;
            owed -= network->ways[w].first;
        }
    }
}

static void print_way(const struct network *network, const struct way *way, FILE *to)
{
    const struct scoreboard *self = network->self;
    const struct score_packet *own = &self->packets[way->packet];
    fprintf(to, "  packet %u, %u flits", way->packet, own->flits);
    const char *separator = ", way ";
    for (uint32_t n = 0; n < way->num_nodes; ++n, separator = " > ")
        fprintf(to, "%s%s", separator, self->spec->port_names[way->nodes[n]]);
    fprintf(to, ": %u not in yet", own->flits - own->in);
    if (self->spec->in.flow == DEVICE_CREDIT)
        fprintf(to, ", %u in the first router, %u further on", way->first,
                own->in - own->out - way->first);
    else
        fprintf(to, ", %u inside", own->in - own->out);
    fprintf(to, ", %u left\n", own->out);
}

// A packet whose head is in a channel, a step of its way, waits for the next, in which another one
// may be. True if that closes a cycle, which is then on the stack from `first` on.
static bool find_cycle(struct network *network, uint32_t w, uint32_t step, uint32_t *first)
{
    const struct way *way = &network->ways[w];
    if (network->seen[w][step] == 2 || step + 2 >= way->num_nodes)
        return false;
    if (network->seen[w][step] == 1) {
        for (*first = 0; network->stack[*first].way != w || network->stack[*first].step != step;)
            ++*first;
        return true;
    }
    network->seen[w][step] = 1;
    network->stack[network->depth].way = (uint8_t)w;
    network->stack[network->depth++].step = (uint8_t)step;
    for (uint32_t i = 0; i < network->num; ++i) {
        const struct way *other = &network->ways[i];
        for (uint32_t j = 0; i != w && j + 2 < other->num_nodes; ++j) {
            if (other->nodes[j] != way->nodes[step + 1] ||
                other->nodes[j + 1] != way->nodes[step + 2])
                continue;
            // Its head is there, or further on.
            for (uint32_t k = j; k + 2 < other->num_nodes; ++k)
                if (find_cycle(network, i, k, first))
                    return true;
        }
    }
    --network->depth;
    network->seen[w][step] = 2;
    return false;
}

static void print_cycle(struct network *network, uint32_t first, FILE *to)
{
    const struct scoreboard *self = network->self;
    fputs("A cycle in which they may wait for each other (inferred from their ways):\n", to);
    for (uint32_t s = first; s < network->depth; ++s) {
        const struct way *way = &network->ways[network->stack[s].way];
        uint32_t step = network->stack[s].step;
        uint32_t next = s + 1 < network->depth ? s + 1 : first;
        const char *const nodes[] = {self->spec->port_names[way->nodes[step]],
                                     self->spec->port_names[way->nodes[step + 1]],
                                     self->spec->port_names[way->nodes[step + 2]]};
        fprintf(to,
                "  packet %u, between %s and %s, waits for the channel from %s to %s, where packet "
                "%u is\n",
                way->packet, nodes[0], nodes[1], nodes[1], nodes[2],
                network->ways[network->stack[next].way].packet);
    }
}

void score_print_network(const struct scoreboard *self, FILE *to)
{
    struct network *network = calloc(1, sizeof *network);
    if (!network || self->map->route.num_dims == 0) { // a story is not worth failing for
        free(network);
        return;
    }
    network->self = self;
    find_ways(network);
    fputs("Where they may be, if they go by dimensions in order:\n", to);
    for (uint32_t i = 0; i < network->num; ++i)
        print_way(network, &network->ways[i], to);
    uint32_t first;
    bool found = false;
    for (uint32_t w = 0; w < network->num && !found; ++w)
        for (uint32_t step = 0; step + 2 < network->ways[w].num_nodes && !found; ++step)
            found = find_cycle(network, w, step, &first);
    if (found)
        print_cycle(network, first, to);
    free(network);
}
