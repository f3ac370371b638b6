// SPDX-License-Identifier: Apache-2.0
// Communicators as a recording sees them: which rank of MPI_COMM_WORLD each of theirs is, and tags
// that keep their messages apart.
//
// A trace has no communicators: messages meet by source and tag. So a tag of MPI_COMM_WORLD is
// recorded as it is, and must be below 2^30; one of another communicator, and the number of a
// collective, must be below 2^20 (the latter begins anew), and is recorded with the communicator's
// number and whether it is of a collective above these 20 bits, and with bit 30 set.
// Bounds: a rank is in at most 512 communicators at a time. Numbers that are free at all ranks of a
// new communicator are found by an MPI_Allreduce over it.
#ifndef ORDITO_SCRIPTS_RECORD_MPI_COMM_H
#define ORDITO_SCRIPTS_RECORD_MPI_COMM_H

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>

struct comm {
    uint32_t id;
    uint32_t num_refs;
    int num_ranks;
    int rank;                 // this one's
    int *world;               // [num_ranks]
    bool is_world;            // the ranks of MPI_COMM_WORLD in their order
    uint32_t num_collectives; // begun
};

// After MPI_Init.
void comm_init(void);

// The communicator of a handle, which may not be MPI_COMM_NULL.
struct comm *comm_of(MPI_Comm handle);

// Who remembers a communicator holds it, since the program may free it.
struct comm *comm_hold(struct comm *self);
void comm_drop(struct comm *self);

// A rank of the communicator as a rank of MPI_COMM_WORLD.
int comm_world_rank(const struct comm *self, int rank);

// A tag of a message, and that of the next collective.
int comm_tag(const struct comm *self, int tag);
int comm_collective_tag(struct comm *self);

#endif
