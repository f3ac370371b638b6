// SPDX-License-Identifier: Apache-2.0
// What fabric_make.c and fabric.c share: the state of a fabric.
#ifndef ORDITO_MODEL_NET_FABRIC_STATE_H
#define ORDITO_MODEL_NET_FABRIC_STATE_H

#include "model/net/calendar.h"
#include "model/net/fabric.h"
#include "model/net/packet_pool.h"
#include "model/net/terminal.h"
#include "sim/rng.h"

struct fabric {
    struct fabric_params params;
    uint64_t now;
    void *bank;
    uint32_t num_routers; // of the bank
    uint32_t radix;       // of the bank
    uint32_t *own_address;
    struct wire *wires;                 // [num_routers * radix]
    struct carrier_target *node_target; // [num_nodes]
    struct router_out out;
    struct calendar calendar;
    struct carrier carrier; // for banks that carry by themselves
    bool bank_carries;      // this one does
    struct packet_pool pool;
    struct terminals terminals;
    uint64_t *active; // routers to evaluate in the next cycle, a bit each
    uint32_t *order;  // [num_routers] for shuffled evaluation
    struct rng shuffle_rng;
    struct terminal_latency *node_latency; // [num_nodes]
    uint64_t *channel_flits; // [num_routers * radix], then [num_nodes] of those out of nodes
    uint64_t flits_created;
    uint64_t flit_hops;
    uint64_t quiet_cycles; // with packets waiting and nothing on its way
};

static inline uint32_t fabric_num_words(const struct fabric *self)
{
    return (self->num_routers + 63) / 64;
}

static inline void fabric_activate(struct fabric *self, uint32_t router)
{
    self->active[router / 64] |= UINT64_C(1) << router % 64;
}

// Where no router may be left out, all are to be evaluated.
static inline void fabric_activate_all(struct fabric *self)
{
    for (uint32_t r = 0; !self->params.skip_idle && r < self->num_routers; r++)
        fabric_activate(self, r);
}

#endif
