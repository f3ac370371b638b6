// SPDX-License-Identifier: Apache-2.0
// Collective operations as algorithms of point-to-point messages, chosen by name.
//
// An algorithm says, for one rank, what it does step by step: at most one message sent and one
// received a step. It is a function of the step's number, so nothing is stored. The receive of a
// step is posted before its send, and `wait` says that all posted so far must be complete before
// the next step. Messages of a pair of ranks are received in the order in which they are sent.
//
// The data are blocks, one a rank, numbered by rank. A step names the blocks that it moves, cyclic
// modulo the number of ranks, and so its bytes. Operations on a vector (broadcast, reductions,
// scans) have blocks too: the vector cut into num_ranks nearly equal parts. In all-to-all, a sent
// block is the one for that rank, a received block the one from that rank.
// Any number of ranks, any root. A rank's own block costs nothing; nor does combining data here:
// traces tell the time of a reduction's arithmetic as a whole. Operations are held commutative.
//
// In the v-collectives blocks differ in size. All ranks know all sizes of an all-gather, each its
// own ones of an all-to-all, and the root alone those of a gather or scatter. There, algorithms in
// which others pass blocks on learn sizes from the messages: of a gather by their length, of a
// scatter by counts of 4 bytes a block in front of messages of several blocks.
//
// Sources: Thakur, Rabenseifner and Gropp, "Optimization of collective communication operations in
// MPICH", IJHPCA 19(1), 2005; Bruck et al., "Efficient algorithms for all-to-all communications in
// multiport message-passing systems", IEEE TPDS 8(11), 1997; Hensgen, Finkel and Manber, "Two
// algorithms for barrier synchronization", IJPP 17(1), 1988; Hillis and Steele, "Data parallel
// algorithms", CACM 29(12), 1986 (scan).
#ifndef ORDITO_MODEL_NODE_COLLECTIVE_H
#define ORDITO_MODEL_NODE_COLLECTIVE_H

#include "sim/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// One row a collective: symbol, name. An exscan has the messages of a scan.
#define COLLECTIVE_KINDS(X)                                                                        \
    X(COLLECTIVE_BARRIER, "barrier")                                                               \
    X(COLLECTIVE_BCAST, "bcast")                                                                   \
    X(COLLECTIVE_REDUCE, "reduce")                                                                 \
    X(COLLECTIVE_ALLREDUCE, "allreduce")                                                           \
    X(COLLECTIVE_SCAN, "scan")                                                                     \
    X(COLLECTIVE_GATHER, "gather")                                                                 \
    X(COLLECTIVE_SCATTER, "scatter")                                                               \
    X(COLLECTIVE_ALLGATHER, "allgather")                                                           \
    X(COLLECTIVE_ALLTOALL, "alltoall")                                                             \
    X(COLLECTIVE_REDUCE_SCATTER, "reduce-scatter")                                                 \
    X(COLLECTIVE_GATHERV, "gatherv")                                                               \
    X(COLLECTIVE_SCATTERV, "scatterv")                                                             \
    X(COLLECTIVE_ALLGATHERV, "allgatherv")                                                         \
    X(COLLECTIVE_ALLTOALLV, "alltoallv")

enum collective_kind {
#define COLLECTIVE_SYMBOL(symbol, name) symbol,
    COLLECTIVE_KINDS(COLLECTIVE_SYMBOL)
#undef COLLECTIVE_SYMBOL
        COLLECTIVE_NUM_KINDS
};

extern const char *const collective_names[COLLECTIVE_NUM_KINDS];

enum { COLLECTIVE_NOBODY = UINT32_MAX, COLLECTIVE_MAX_ALGORITHMS = 64 };

// Of a receive that takes the size of the message that comes.
#define COLLECTIVE_ANY_BYTES UINT64_MAX

// What one rank does in one step.
struct collective_step {
    uint32_t send_to;              // rank, or COLLECTIVE_NOBODY
    uint32_t send_first, send_num; // blocks
    uint64_t send_bytes;
    uint32_t recv_from; // rank, or COLLECTIVE_NOBODY
    uint32_t recv_first, recv_num;
    uint64_t recv_bytes; // or COLLECTIVE_ANY_BYTES
    uint32_t
        distance_bit; // not 0: all blocks whose way, in ranks, has this bit (Bruck's all-to-all)
    bool combine;     // what is received is combined with the blocks that are there
    bool wait;        // all that was posted so far completes before the next step
};

struct collective;

struct collective_algorithm {
    enum collective_kind kind;
    const char *name;
    bool learns_sizes; // ranks pass on blocks of sizes that only the root knows
    uint32_t (*num_blocks)(const struct collective *self); // of a vector; NULL: num_ranks
    // Number of steps of this rank; steps may be empty.
    uint32_t (*num_steps)(const struct collective *self);
    // Fills peers and blocks of a step that is all nobody and zero.
    void (*step)(const struct collective *self, uint32_t step_idx, struct collective_step *step);
};

// All algorithms; the first of a kind is its default.
extern const struct collective_algorithm collective_algorithms[];
extern const size_t collective_num_algorithms;

// A collective operation from the side of one rank. The caller fills all of it.
struct collective {
    const struct collective_algorithm *algorithm; // from collective_find, of the operation's kind
    uint32_t num_ranks;                           // 1..
    uint32_t rank;
    uint32_t root;  // of bcast, reduce, gather, scatter; 0 otherwise
    uint64_t bytes; // of the vector; for gather, scatter, allgather, alltoall, of a block
    // Bytes of every block sent and received, [num_ranks], where they are not all `bytes`; or NULL.
    // Of an algorithm that learns sizes, these are looked at in a step that sends, not before.
    const uint64_t *send_counts_bytes;
    const uint64_t *recv_counts_bytes;
};

// The algorithm of a name; NULL as the name means the default. NULL with ERR_CONFIG if there is
// none, naming the nearest.
const struct collective_algorithm *collective_find(enum collective_kind kind, const char *name,
                                                   struct err *err);

// The number of blocks that the data are in.
uint32_t collective_num_blocks(const struct collective *self);

uint32_t collective_num_steps(const struct collective *self);
struct collective_step collective_step(const struct collective *self, uint32_t step_idx);

#endif
