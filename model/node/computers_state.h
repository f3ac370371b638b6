// SPDX-License-Identifier: Apache-2.0
// What computers.c, computers_make.c and computers_stats.c share.
#ifndef ORDITO_MODEL_NODE_COMPUTERS_STATE_H
#define ORDITO_MODEL_NODE_COMPUTERS_STATE_H

#include "model/node/computers.h"
#include "model/node/mapping.h"
#include "model/node/memory_source.h"
#include "model/node/software.h"

// The computer of a node; without `node`, none runs there.
struct computer {
    struct node *node;
    struct clock_ratio clock;
    struct nic *nic;            // NULL if the program has no messages
    struct software **software; // [cores]; NULL: nothing runs there
    uint32_t num_ranks;
};

// The network, as cards see it.
struct computers_net {
    struct nic_net base;
    struct computers *computers;
};

struct computers {
    struct workload base;
    struct computers_params params;
    uint64_t cycle;             // of the fabric, that was simulated last
    uint32_t num_computers;     // up to the last that runs something
    struct computer *computers; // [num_computers]
    uint64_t *next_cycles; // [num_computers], of the fabric, in which they have something to do;
                           // UINT64_MAX: none
    struct memory_source *memory; // of computer 0, or NULL
    struct mpi_machine machine;
    struct mpi_params mpi_params;
    struct mapping_place *places; // of the ranks
    struct process **processes;   // of the ranks
    double *clocks_hz;            // likewise
    struct workload *mpi;         // NULL if there is a memory trace
    struct driver_params driver;
    uint64_t user_address; // of messages that have none
    struct nic_store store;
    struct lives *lives;                  // NULL: they are not kept
    struct nic_life_timing *card_timings; // [num_computers], or NULL
    struct computers_net net;
    struct fabric_nodes nodes;
    struct fabric *fabric; // of the current step
    struct err err;        // of a call in it
};

extern const struct workload_ops computers_ops;

void computers_free(struct workload *self);

// Sets what cards and fabric call.
void computers_connect(struct computers *self);

// computers_life.c: what a node's card is to know, NULL if lives are not kept; and what cards are
// to be told of packets.
const struct nic_life_timing *computers_life_timing(struct computers *self, uint32_t idx);
void computers_life_offered(struct computers *self, const struct packet *packet, uint64_t cycle,
                            bool taken);
void computers_life_travelled(struct computers *self, const struct packet *packet);

// True if a card has given up sending to another, and says so.
bool computers_gave_up(const struct computers *self, struct err *err);

// Lets a rank, which may sleep, look for what there is to do.
void computers_nudge(struct computers *self, uint32_t rank);

// Accesses and messages that the hardware has refused.
uint64_t computers_refused(const struct computers *self);

// True if all programs have ended.
bool computers_ended(const struct computers *self);

#endif
