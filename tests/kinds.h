// SPDX-License-Identifier: Apache-2.0
// A guard of tests that list shapes of topologies: no kind may be left out.
#ifndef ORDITO_TESTS_KINDS_H
#define ORDITO_TESTS_KINDS_H

#include "model/net/topology.h"

// Fails for each kind of the registry that is not among the shapes.
void kinds_check(const struct topology_spec *shapes, size_t num);

#endif
