// SPDX-License-Identifier: Apache-2.0
// The software on a core that runs a rank of an MPI program: turns what the rank asks for, and what
// the driver of the network interface card has to do, into the core's operations.
//
// What a rank sends is handed over at once, before what it does next, as far as there is room in
// the send ring. What comes is looked for by polling, while the rank waits: between looks it sleeps
// until there is mail, as with MONITOR and MWAIT. Or by interrupts, whatever the rank is at: a
// handler costs entry_cycles before it looks.
#ifndef ORDITO_MODEL_NODE_RANK_SOURCE_H
#define ORDITO_MODEL_NODE_RANK_SOURCE_H

#include "model/node/clock.h"
#include "model/node/driver.h"
#include "model/node/mpi.h"

struct rank_source {
    struct core_source core;
    struct core *on;      // that runs it
    struct workload *mpi; // the program
    struct clock_ratio clock;
    struct driver driver;
    uint32_t rank;
    uint32_t entry_cycles;      // of the handler
    struct core_source handler; // of interrupts
    bool entered;               // it has begun
    bool driver_busy;           // operations of the driver, not of the handler, are being executed
    bool deferred;              // the handler found it so: its work is left to do
    struct core_op handler_ops[DRIVER_MAX_OPS];
    bool runnable;   // the rank has something to do
    bool has_wanted; // an operation that it has asked for, to be done after what it has sent
    struct core_op wanted;
    bool asleep;        // the core waits for core_wake
    uint64_t end_cycle; // of the core, when the rank ended; MEM_NEVER before
    struct err err;     // what was wrong, at which the source has ended
    uint32_t num_ops;   // that wait to be executed
    struct core_op ops[DRIVER_MAX_OPS];
};

void rank_source_init(struct rank_source *self, struct workload *mpi, uint32_t rank,
                      struct clock_ratio clock, struct core *on, uint32_t entry_cycles);
void rank_source_free(struct rank_source *self);

// What the rank asks for (struct mpi_machine).
void rank_source_compute(struct rank_source *self, uint64_t cycles);
void rank_source_access(struct rank_source *self, const struct op *op);
void rank_source_wake(struct rank_source *self);

// The same from outside of its own doing, in a cycle of the core.
void rank_source_nudge(struct rank_source *self, uint64_t cycle);

// There is mail for the driver; the card has raised an interrupt.
void rank_source_mail(void *rank_source, uint64_t cycle);
void rank_source_interrupt(struct rank_source *self, uint64_t cycle);

#endif
