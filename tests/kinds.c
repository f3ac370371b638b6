// SPDX-License-Identifier: Apache-2.0
#include "tests/kinds.h"

#include "model/net/routing_table.h"

#include <criterion/criterion.h>
#include <string.h>

const struct topology_spec kinds_shapes[] = {
    {.kind = "mesh", .num_dims = 2, .dims = {4, 4}},
    {.kind = "mesh", .num_dims = 3, .dims = {3, 2, 4}},
    {.kind = "torus", .num_dims = 2, .dims = {5, 4}},
    {.kind = "torus", .num_dims = 3, .dims = {2, 3, 4}},
    {.kind = "hypercube", .n = 4},
    {.kind = "cube", .num_dims = 3, .dims = {3, 3, 2}},
    {.kind = "ring", .n = 9},
    {.kind = "star", .n = 9},
    {.kind = "tree", .arity = 3, .height = 3},
    {.kind = "fat-tree", .arity = 2, .height = 4},
    {.kind = "concentrated-mesh", .num_dims = 2, .dims = {4, 3}, .concentration = 2},
    {.kind = "flattened-butterfly", .num_dims = 2, .dims = {3, 4}, .concentration = 2},
    {.kind = "dragonfly", .routers_per_group = 3, .concentration = 2, .global_ports = 1},
    {.kind = "dragonfly", .routers_per_group = 2, .concentration = 2, .global_ports = 2},
    {.kind = "graph", .file = "tests/graphs/web.txt"},
    {.kind = "cluster",
     .racks = "kind=mesh\tdims=2x2\tcount=2\nkind=star\tn=3\nkind=ring\tn=3\tchannels=1",
     .join_kind = "ring",
     .join_channels = 2},
    {.kind = "torus", .num_dims = 2, .dims = {4, 4}, .failed = "router 6\nchannel 0-1"},
};
const size_t kinds_num_shapes = sizeof kinds_shapes / sizeof *kinds_shapes;

const struct topology_spec kinds_five_port_shapes[] = {
    {.kind = "mesh", .num_dims = 2, .dims = {4, 3}},
    {.kind = "torus", .num_dims = 2, .dims = {4, 3}},
    {.kind = "torus", .num_dims = 3, .dims = {2, 3, 2}},
    {.kind = "hypercube", .n = 4},
    {.kind = "cube", .num_dims = 3, .dims = {2, 3, 2}},
    {.kind = "ring", .n = 7},
    {.kind = "star", .n = 5},
    {.kind = "tree", .arity = 4, .height = 2},
    {.kind = "fat-tree", .arity = 2, .height = 3},
    {.kind = "concentrated-mesh", .num_dims = 2, .dims = {2, 3}, .concentration = 2},
    {.kind = "flattened-butterfly", .num_dims = 2, .dims = {3, 2}, .concentration = 2},
    {.kind = "dragonfly", .routers_per_group = 2, .concentration = 2, .global_ports = 2},
    {.kind = "graph", .file = "tests/graphs/web.txt"},
    {.kind = "cluster",
     .racks = "kind=mesh\tdims=2x2\tcount=2\nkind=star\tn=3",
     .join_kind = "ring",
     .join_channels = 1},
    {.kind = "torus", .num_dims = 2, .dims = {4, 3}, .failed = "router 6\nchannel 0-1"},
};
const size_t kinds_num_five_port_shapes =
    sizeof kinds_five_port_shapes / sizeof *kinds_five_port_shapes;

const struct topology_spec kinds_whole_shapes[] = {
    {.kind = "mesh", .num_dims = 3, .dims = {3, 1, 2}},
    {.kind = "torus", .num_dims = 1, .dims = {5}},
    {.kind = "torus", .num_dims = 2, .dims = {2, 4}},
    {.kind = "torus", .num_dims = 2, .dims = {3, 3}},
    {.kind = "hypercube", .n = 3},
    {.kind = "ring", .n = 4},
    {.kind = "cube", .num_dims = 3, .dims = {2, 2, 2}},
};
const size_t kinds_num_whole_shapes = sizeof kinds_whole_shapes / sizeof *kinds_whole_shapes;

struct router_design kinds_design(size_t number, size_t turn)
{
    enum allocator_kind kind = (enum allocator_kind)(number / 2);
    if (number % 2 == 0)
        return (struct router_design){
            .pipeline = 1 + turn % 2, .switch_allocator = kind, .allocator_iterations = 1};
    return (struct router_design){
        .pipeline = 3 + turn % 2,
        .vc_allocator = kind,
        .switch_allocator = (enum allocator_kind)(turn / 2 % ALLOCATOR_NUM),
        .speculative = turn / 3 % 2,
        .allocator_iterations = kind == ALLOCATOR_ISLIP ? 1 + (uint32_t)(turn % 3) : 1,
    };
}

bool kinds_combination(size_t number, size_t num_designs, struct kinds_parts *parts)
{
    parts->design = number % num_designs;
    number /= num_designs;
    parts->mode = number % SWITCHING_NUM;
    number /= SWITCHING_NUM;
    parts->algorithm = number % routing_num_algorithms;
    parts->shape = number / routing_num_algorithms;
    return parts->shape < kinds_num_shapes;
}

void kinds_check(const struct topology_spec *shapes, size_t num)
{
    for (size_t k = 0; k < topology_num_kinds; k++) {
        bool found = false;
        for (size_t i = 0; i < num; i++)
            found |= strcmp(shapes[i].kind, topology_kinds[k]->name) == 0;
        cr_expect(found, "%s", topology_kinds[k]->name);
    }
}

Test(kinds, every_kind_is_among_the_shapes)
{
    kinds_check(kinds_shapes, kinds_num_shapes);
    kinds_check(kinds_five_port_shapes, kinds_num_five_port_shapes);
}
