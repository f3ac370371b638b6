// SPDX-License-Identifier: Apache-2.0
// What fabric_make.c, fabric.c and fabric_partition.c share: the state of a fabric.
#ifndef ORDITO_MODEL_NET_FABRIC_STATE_H
#define ORDITO_MODEL_NET_FABRIC_STATE_H

#include "model/net/cache_line.h"
#include "model/net/calendar.h"
#include "model/net/fabric.h"
#include "model/net/ideal.h"
#include "model/net/observation.h"
#include "model/net/packet_pool.h"
#include "model/net/partition.h"
#include "model/net/terminal.h"
#include "model/net/workers.h"
#include "sim/rng.h"

struct fabric;

// The routers and nodes that one thread simulates, and what it alone changes while it does.
struct partition {
    _Alignas(CACHE_LINE_BYTES) struct fabric *fabric;
    uint32_t first_word; // of `active`: of its routers
    uint32_t end_word;
    struct router_out out;
    struct calendar calendar; // what its routers and nodes have put on channels
    struct terminals terminals;
    uint64_t flit_hops;
    uint32_t num_came; // carrier.h
    uint32_t *order;   // [its routers] for shuffled evaluation
    struct rng shuffle_rng;
    bool out_of_memory;
    bool faulty; // `fault` is of this cycle
    uint64_t fault_at;
    struct err fault;
    struct err err; // of the call that is being made
};

struct fabric {
    struct fabric_params params;
    struct ideal *ideal;             // in place of banks and terminals, or NULL
    struct observation *observation; // NULL: nobody looks on
    uint64_t now;
    void *bank;
    uint32_t num_routers; // of the bank
    uint32_t radix;       // of the bank
    uint32_t *own_address;
    struct wire *wires;          // [num_routers * radix]
    struct wire *node_wires;     // [num_nodes]
    struct partitioning routers; // into partitions
    struct partitioning nodes;   // likewise
    struct partition *parts;     // [num_parts]
    uint32_t num_parts;
    struct workers *workers;  // a thread a partition; NULL if there is only one
    struct carrier *carriers; // [num_parts] for banks that carry by themselves
    bool bank_carries;        // this one does
    struct packet_pool pool;
    struct terminals terminals; // what the partitions' terminals share
    uint64_t *active;           // routers to evaluate in the next cycle, a bit each
    uint32_t *order;            // [num_routers]
    uint64_t *channel_flits;    // [num_routers * radix], then [num_nodes] of those out of nodes
    uint64_t num_pending;       // flits and credits on channels
    uint64_t num_moves;         // of flits into the fabric, within it and out of it
    uint64_t quiet_cycles;      // with packets waiting and nothing on its way
};

static inline void fabric_activate(struct fabric *self, uint32_t router)
{
    self->active[router / PARTITION_WORD] |= UINT64_C(1) << router % PARTITION_WORD;
}

// All steps of a cycle for the routers and nodes of a partition; others may be at theirs. What it
// finds wrong is left in `fault`, and keeps nothing else from being done, so that the state after
// the cycle is the same however many partitions there are.
void partition_cycle(struct partition *self);

// Where no router may be left out, all of a partition are to be evaluated.
void partition_activate_all(struct partition *self);

#endif
