// SPDX-License-Identifier: Apache-2.0
// Small topologies of all kinds, and a guard of tests that list their own: no kind may be left out.
#ifndef ORDITO_TESTS_KINDS_H
#define ORDITO_TESTS_KINDS_H

#include "model/net/topology.h"

extern const struct topology_spec kinds_shapes[];
extern const size_t kinds_num_shapes;

// Fails for each kind of the registry that is not among the shapes.
void kinds_check(const struct topology_spec *shapes, size_t num);

#endif
