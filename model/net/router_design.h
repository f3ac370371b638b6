// SPDX-License-Identifier: Apache-2.0
// How a router allocates, and in how many cycles: what router.h calls pipeline and allocators. Of
// an RTL router these are parameters of its variant.
#ifndef ORDITO_MODEL_NET_ROUTER_DESIGN_H
#define ORDITO_MODEL_NET_ROUTER_DESIGN_H

#include "model/net/allocator.h"

enum {
    ROUTER_MAX_PIPELINE = 4,
    ROUTER_VC_STAGE_PIPELINE = 3 // from here on VC allocation has a cycle of its own
};

// How the reference comes to its results, which do not depend on it.
enum router_way {
    ROUTER_FASTEST,
    ROUTER_STEP_BY_STEP,    // all steps one by one
    ROUTER_LOTS_COME_AND_GO // lots (router_fast_lot.h) are dense every few cycles
};

struct router_design {
    uint32_t pipeline;                    // cycles, 1..4
    bool speculative;                     // pipelines 3 and 4 only
    enum allocator_kind vc_allocator;     // pipelines 3 and 4 only, otherwise separable
    enum allocator_kind switch_allocator; // of other kinds than separable, at most
                                          // ALLOCATOR_MAX_SIDE ports (for VCs: ports times VCs)
    uint32_t allocator_iterations;        // 1..4; 1 unless one of them is islip
    enum router_way way;                  // of the reference; ROUTER_FASTEST but in tests
};

// True if a router of so many ports and VCs can be built so. Otherwise ERR_CONFIG, and `*key` is
// the configuration's key that is wrong.
bool router_design_check(const struct router_design *self, uint32_t radix, uint32_t num_vcs,
                         const char **key, struct err *err);

// True if it is the one design that routers for circuits have (router_circuit.h). Otherwise as
// router_design_check.
bool router_design_check_circuit(const struct router_design *self, const char **key,
                                 struct err *err);

#endif
