// SPDX-License-Identifier: Apache-2.0
// Routers of a back end on a test bench, without a fabric; and RTL of a test's own in place of
// rtl/router_sim.sv. Libraries of such RTL are kept in the folder `tests` of the cache.
#ifndef ORDITO_TESTS_RTL_BENCH_H
#define ORDITO_TESTS_RTL_BENCH_H

#include "model/net/router.h"
#include "model/net/topology.h"

enum { RTL_BENCH_PORTS = 8 };

// Routers of a back end on a bench.
struct rtl_bench {
    struct topology *topology;
    struct routing *routing;
    uint32_t *own_address;
    uint64_t now;
    struct router_rtl rtl;
    struct router_params params;
    const struct router_ops *ops;
    void *bank;
    struct err err;
    struct router_out out; // of the last cycle
    struct router_out_flit flits[RTL_BENCH_PORTS];
    struct router_out_credit credits[RTL_BENCH_PORTS];
};

// Makes a bank of all routers of a topology, with 2 VCs of 3 flits, or for circuits. Takes the
// switching mode from params.switching and params.circuit_waits, and what is asked of RTL from rtl;
// all else is filled. The bank is NULL if the back end could not make it, with the reason in err.
void rtl_bench_open(struct rtl_bench *self, struct topology_spec topology, uint32_t flit_bits,
                    const struct router_ops *ops);
void rtl_bench_close(struct rtl_bench *self);

// A cycle of one router: evaluate, then the test gives inputs, then the clock edge. The outputs are
// in `out` after the edge. False if the back end complains, with the reason in err.
void rtl_bench_evaluate(struct rtl_bench *self, uint32_t router);
bool rtl_bench_cycle(struct rtl_bench *self, uint32_t router);

// The payload of the head of a packet to a node.
uint64_t rtl_bench_head(const struct rtl_bench *self, uint32_t node, uint32_t flits);

// Makes back ends use RTL of this test's own: a module with the ports of router_sim.sv and `body`.
void rtl_bench_use(const char *body);

// Puts the real router beside it, as the module true_router.
void rtl_bench_add_true_router(void);

#endif
