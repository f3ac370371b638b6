// SPDX-License-Identifier: Apache-2.0
// A collective as a rank calls it, and how it is recorded.
//
// Blocking, of the ranks of MPI_COMM_WORLD in their order: as itself, whose algorithm a run then
// chooses. Of another group: as messages by the algorithm that stands beside its kind below, which
// go by tags of their own. Non-blocking ones have no counterpart in a trace and may not wait for
// others as they begin: each rank exchanges with each that it depends on, directly, and what
// completes the request waits for all of that.
#ifndef ORDITO_SCRIPTS_RECORD_MPI_COLLECTIVE_H
#define ORDITO_SCRIPTS_RECORD_MPI_COLLECTIVE_H

#include "comm.h"
#include "request.h"

#include <mpi.h>
#include <stdint.h>

// One row a kind: symbol, name in a trace, the algorithm of other groups.
#define COLLECTIVES(X)                                                                             \
    X(BARRIER, "barrier", collective_dissemination)                                                \
    X(BCAST, "bcast", collective_binomial)                                                         \
    X(REDUCE, "reduce", collective_binomial)                                                       \
    X(ALLREDUCE, "allreduce", collective_doubling)                                                 \
    X(SCAN, "scan", collective_chain)                                                              \
    X(EXSCAN, "exscan", collective_chain)                                                          \
    X(GATHER, "gather", collective_pairs)                                                          \
    X(SCATTER, "scatter", collective_pairs)                                                        \
    X(ALLGATHER, "allgather", collective_ring)                                                     \
    X(ALLTOALL, "alltoall", collective_pairs)                                                      \
    X(GATHERV, "gatherv", collective_pairs)                                                        \
    X(SCATTERV, "scatterv", collective_pairs)                                                      \
    X(ALLGATHERV, "allgatherv", collective_ring)                                                   \
    X(ALLTOALLV, "alltoallv", collective_pairs)                                                    \
    X(REDUCE_SCATTER, "reduce-scatter", collective_pairs)

enum collective_kind {
#define COLLECTIVE_SYMBOL(symbol, name, algorithm) COLLECTIVE_##symbol,
    COLLECTIVES(COLLECTIVE_SYMBOL)
#undef COLLECTIVE_SYMBOL
        COLLECTIVE_NUM_KINDS
};

struct collective {
    enum collective_kind kind;
    struct comm *comm;
    int tag;        // of its messages, where it is recorded as such
    int root;       // in the communicator
    uint64_t bytes; // of the vector, or of each block; gatherv, scatterv: of this rank's block
    // [num_ranks] of the v-collectives, where this rank knows them: of what goes to each, or comes.
    // Scratch that lives until the next collective.
    uint64_t *send_bytes;
    uint64_t *recv_bytes;
};

// What goes from this rank to another one, and from there to here, if each block goes directly;
// COLLECTIVE_NONE: no message.
#define COLLECTIVE_NONE UINT64_MAX
uint64_t collective_to(const struct collective *self, int rank);
uint64_t collective_from(const struct collective *self, int rank);

// Algorithms: they write the messages of this rank.
void collective_dissemination(const struct collective *self);
void collective_binomial(const struct collective *self);
void collective_doubling(const struct collective *self);
void collective_chain(const struct collective *self);
void collective_ring(const struct collective *self);
void collective_pairs(const struct collective *self);

// Begins all messages of a non-blocking one, which are returned and then the caller's.
struct transfer *collective_begin(const struct collective *self, uint32_t *num);

// Writes a collective that is done, or begun.
void collective_record(struct collective *self);
void collective_record_begun(struct collective *self, const MPI_Request *variable);

#endif
