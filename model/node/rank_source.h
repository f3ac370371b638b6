// SPDX-License-Identifier: Apache-2.0
// The software on a core that runs a rank of an MPI program: turns what the rank asks for into the
// core's operations.
#ifndef ORDITO_MODEL_NODE_RANK_SOURCE_H
#define ORDITO_MODEL_NODE_RANK_SOURCE_H

#include "model/core_op.h"
#include "model/node/clock.h"
#include "model/node/mpi.h"

struct core;

struct rank_source {
    struct core_source core;
    struct core *on;      // that runs it
    struct workload *mpi; // the program
    struct clock_ratio clock;
    uint32_t rank;
    bool runnable;     // the rank has something to do once `ops` are done
    uint64_t cycle;    // of the core, in which it was asked last
    struct err err;    // what was wrong, at which the source has ended
    uint32_t num_ops;  // that wait to be executed
    struct core_op ops[1];
};

void rank_source_init(struct rank_source *self, struct workload *mpi, uint32_t rank,
                      struct clock_ratio clock, struct core *on);

// What the rank asks for (struct mpi_machine).
void rank_source_compute(struct rank_source *self, uint64_t cycles);
void rank_source_access(struct rank_source *self, const struct op *op);
void rank_source_wake(struct rank_source *self);

#endif
