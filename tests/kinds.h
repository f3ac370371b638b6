// SPDX-License-Identifier: Apache-2.0
// Small topologies of all kinds, and a guard of tests that list their own: no kind may be left out.
#ifndef ORDITO_TESTS_KINDS_H
#define ORDITO_TESTS_KINDS_H

#include "model/net/router_design.h"
#include "model/net/topology.h"

extern const struct topology_spec kinds_shapes[];
extern const size_t kinds_num_shapes;

// All kinds again, most with routers of five ports, so that few RTL variants serve them.
extern const struct topology_spec kinds_five_port_shapes[];
extern const size_t kinds_num_five_port_shapes;

// What the structural fabric can be: small, since each is an RTL model of its own.
extern const struct topology_spec kinds_whole_shapes[];
extern const size_t kinds_num_whole_shapes;

enum { KINDS_NUM_DESIGNS = 2 * ALLOCATOR_NUM };

// Design `number` (0..KINDS_NUM_DESIGNS-1): every switch allocator in a pipeline of 1 or 2 stages,
// every VC allocator in one of 3 or 4. What else there is comes round with `turn`.
struct router_design kinds_design(size_t number, size_t turn);

// What a combination is of: a design (0..num_designs-1, the caller's), a switching mode, a routing
// algorithm and a shape, by their numbers.
struct kinds_parts {
    size_t design;
    size_t mode;
    size_t algorithm;
    size_t shape;
};

// Combination `number` of all, from 0 on, designs varying fastest. False past the last.
bool kinds_combination(size_t number, size_t num_designs, struct kinds_parts *parts);

// Fails for each kind of the registry that is not among the shapes.
void kinds_check(const struct topology_spec *shapes, size_t num);

#endif
