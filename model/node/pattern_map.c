// SPDX-License-Identifier: Apache-2.0
#include "model/node/pattern_map.h"

// --- patterns of the node number's bits ---------------------------------------------------------

// Bits of the greatest power of two that is not above `num_nodes`.
static uint32_t floor_log2(uint32_t num_nodes)
{
    uint32_t bits = 0;
    while (num_nodes >> bits > 1)
        bits++;
    return bits;
}

// Bits of the node number, if there are 2^bits nodes; otherwise refuses.
static bool number_bits(const char *pattern, uint32_t num_nodes, uint32_t *bits, struct err *err)
{
    *bits = floor_log2(num_nodes);
    if (num_nodes == UINT32_C(1) << *bits)
        return true;
    return err_set(err, ERR_CONFIG,
                   "workload.pattern: %s is defined by the bits of the node number and needs a "
                   "power of two of nodes, not %u; the nearest are %u and %u",
                   pattern, num_nodes, UINT32_C(1) << *bits, UINT32_C(2) << *bits);
}

// Rotates the bits of a node number to the left.
static uint32_t rotate(uint32_t node, uint32_t by, uint32_t bits)
{
    uint32_t mask = (UINT32_C(1) << bits) - 1;
    return bits ? (node << by | node >> (bits - by)) & mask : 0;
}

bool pattern_map_bit_complement(const struct topology *topology, uint32_t *destinations,
                                struct err *err)
{
    uint32_t bits;
    if (!number_bits("bit-complement", topology->num_nodes, &bits, err))
        return false;
    for (uint32_t node = 0; node < topology->num_nodes; node++)
        destinations[node] = topology->num_nodes - 1 - node;
    return true;
}

bool pattern_map_bit_reverse(const struct topology *topology, uint32_t *destinations,
                             struct err *err)
{
    uint32_t bits;
    if (!number_bits("bit-reverse", topology->num_nodes, &bits, err))
        return false;
    for (uint32_t node = 0; node < topology->num_nodes; node++) {
        destinations[node] = 0;
        for (uint32_t i = 0; i < bits; i++)
            destinations[node] |= (node >> i & 1) << (bits - 1 - i);
    }
    return true;
}

bool pattern_map_shuffle(const struct topology *topology, uint32_t *destinations, struct err *err)
{
    uint32_t bits;
    if (!number_bits("shuffle", topology->num_nodes, &bits, err))
        return false;
    for (uint32_t node = 0; node < topology->num_nodes; node++)
        destinations[node] = rotate(node, 1, bits);
    return true;
}

// --- transpose ----------------------------------------------------------------------------------

// The side of a square grid of two dimensions (sides of 1 do not count); 0 if it is none.
static uint32_t square_side(const struct topology *topology)
{
    uint32_t num_sides = 0;
    uint32_t side = 0;
    for (uint32_t d = 0; d < topology->num_dims; d++) {
        if (topology->sides[d] == 1)
            continue;
        if (num_sides++ && topology->sides[d] != side)
            return 0;
        side = topology->sides[d];
    }
    return num_sides == 2 ? side : 0;
}

bool pattern_map_transpose(const struct topology *topology, uint32_t *destinations, struct err *err)
{
    uint32_t num_nodes = topology->num_nodes;
    uint32_t side = square_side(topology);
    uint32_t bits = floor_log2(num_nodes);
    if (!side && (num_nodes != UINT32_C(1) << bits || bits % 2))
        return err_set(err, ERR_CONFIG,
                       "workload.pattern: transpose needs a square grid of two dimensions, or a "
                       "power of four of nodes, not %u; the nearest are %u and %u",
                       num_nodes, UINT32_C(1) << bits / 2 * 2, UINT32_C(4) << bits / 2 * 2);
    for (uint32_t node = 0; node < num_nodes; node++)
        destinations[node] = side ? node / side + node % side * side : rotate(node, bits / 2, bits);
    return true;
}

// --- patterns of coordinates --------------------------------------------------------------------

static uint32_t step_tornado(uint32_t side)
{
    return (side + 1) / 2 - 1;
}

static uint32_t step_neighbour(uint32_t side)
{
    return 1 % side;
}

// Adds the side's step to every coordinate, modulo the side.
static bool move_coordinates(const char *pattern, uint32_t (*step)(uint32_t side),
                             const struct topology *topology, uint32_t *destinations,
                             struct err *err)
{
    if (topology->num_dims == 0)
        return err_set(err, ERR_CONFIG,
                       "workload.pattern: %s is defined by coordinates, which a %s has not; use a "
                       "grid, such as a mesh or a torus",
                       pattern, topology->kind->name);
    for (uint32_t node = 0; node < topology->num_nodes; node++) {
        uint32_t rest = node;
        uint32_t stride = 1;
        destinations[node] = 0;
        for (uint32_t d = 0; d < topology->num_dims; d++) {
            uint32_t side = topology->sides[d];
            destinations[node] += (rest % side + step(side)) % side * stride;
            rest /= side;
            stride *= side;
        }
    }
    return true;
}

bool pattern_map_tornado(const struct topology *topology, uint32_t *destinations, struct err *err)
{
    return move_coordinates("tornado", step_tornado, topology, destinations, err);
}

bool pattern_map_neighbour(const struct topology *topology, uint32_t *destinations, struct err *err)
{
    return move_coordinates("neighbour", step_neighbour, topology, destinations, err);
}
