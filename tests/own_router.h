// SPDX-License-Identifier: Apache-2.0
// Maps of the project's own RTL, whose reference is the C router, for any of its parameters.
#ifndef ORDITO_TESTS_OWN_ROUTER_H
#define ORDITO_TESTS_OWN_ROUTER_H

#include "model/net/router_design.h"
#include "sim/workbench/device_map.h"

struct own_router {
    bool network;      // rtl/fabric.sv; else rtl/router.sv at every position
    bool ring;         // a torus, else a mesh
    uint32_t sides[2]; // 3.., of networks 2..
    uint32_t num_vcs;
    uint32_t buffer_flits;
    struct router_design design;
};

// Fails the test if the map is refused.
struct device_map *own_router_map(const struct own_router *self);

#endif
